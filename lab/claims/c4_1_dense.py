"""4.1 It is used after dense layers.

Three hidden layers with ReLU on MNIST digits, with the norm before each activation.
Outcome: the test accuracy, on average over the evaluations of a run.
Effect: batch norm - plain.
"""

from functools import partial
from typing import Any

import numpy as np
from torch import nn

from lab import datasets
from lab.networks import Norm, mlp
from lab.training import History, best_lr, train

ARMS: dict[str, Norm | None] = {"plain": None, "batch norm": nn.BatchNorm1d}
BUDGET = {"steps": 200, "batch_size": 128}
LRS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)

digits = datasets.mnist().flat()
images, test = (digits.x_train, digits.y_train), (digits.x_test, digits.y_test)


def network(arm: str, seed: int) -> nn.Sequential:
    """Four dense layers; the last one stands alone."""
    return mlp((784, 100, 100, 100, 10), nn.ReLU, ARMS[arm], seed)


def run(arm: str, seed: int, lr: float, **options: Any) -> History:
    """Train, and test every 20 steps."""
    options = {"test": test, "evaluate_every": 20, **BUDGET, **options}
    return train(network(arm, seed), *images, lr=lr, seed=seed, **options)


def tuned(arm: str) -> float:
    """The rate that is best on 500 digits, which are kept out of that training."""
    return best_lr(partial(network, arm), *images, LRS, **BUDGET)


def outcome(arm: str, seed: int, lr: float, **options: Any) -> float:
    """The mean test accuracy."""
    return float(np.mean(run(arm, seed, lr, **options).accuracy))
