"""5.2 Training is less sensitive to the initialisation of the weights.

Five hidden layers with ReLU on MNIST digits; He's weights times a factor s from 0.01 to 100.
Outcome: the orders of magnitude of s at which 80 % of the test digits are right.
Effect: with - without.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from torch import nn

from lab import datasets
from lab.measures import mean_loss
from lab.networks import Norm, mlp
from lab.training import accuracy, train

ARMS: dict[str, Norm | None] = {"without": None, "with": nn.BatchNorm1d}
BUDGET = {"steps": 150, "batch_size": 32}
LRS = (0.1, 0.3, 1.0)
SCALES = tuple(np.logspace(-2, 2, 9))  # two for each order of magnitude

digits = datasets.mnist().flat()


def network(arm: str, seed: int, *, scale: float = 1.0) -> nn.Sequential:
    """Six dense layers with He's weights, times the scale."""
    return mlp((784, *[100] * 5, 10), nn.ReLU, ARMS[arm], seed, scale=scale)


def best_accuracy(make: Callable[[int], nn.Module], seed: int, **options: Any) -> float:
    """Test accuracy of the run with the lowest training loss at its end, of those at three rates.

    `make(seed)` gives a new model.
    """
    runs, options = [], BUDGET | options
    for lr in LRS:
        model = make(seed)
        history = train(model, digits.x_train, digits.y_train, lr=lr, seed=seed, **options)
        runs.append((mean_loss(history, last=50), model))
    _, best = min(runs, key=lambda run: run[0])
    return accuracy(best, digits.x_test, digits.y_test)


def run(arm: str, seed: int, scale: float, **options: Any) -> float:
    """The test accuracy from weights of this scale, at the rate that suits them best."""
    return best_accuracy(partial(network, arm, scale=scale), seed, **options)


def outcome(arm: str, seed: int, *, scales: Sequence[float] = SCALES, **options: Any) -> float:
    """Orders of magnitude, by half of one."""
    return 0.5 * sum(run(arm, seed, scale, **options) >= 0.8 for scale in scales)
