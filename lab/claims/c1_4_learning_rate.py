"""1.4 It allows higher learning rates.

Two and six hidden layers with ReLU on MNIST digits.
Outcome: the power of ten of the largest rate with which 80 % of the test digits are right.
Effect: with - without, for six layers.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from torch import nn

from lab import datasets
from lab.networks import Norm, mlp
from lab.training import accuracy, train

ARMS: dict[str, Norm | None] = {"without": None, "with": nn.BatchNorm1d}
BUDGET = {"steps": 200, "batch_size": 64}
LRS = tuple(np.geomspace(0.1, 10, 9))

digits = datasets.mnist().flat()


def run(arm: str, seed: int, lr: float, *, layers: int = 6, **options: Any) -> float:
    """The test accuracy after training at a rate."""
    model = mlp((784, *[100] * layers, 10), nn.ReLU, ARMS[arm], seed)
    train(model, digits.x_train, digits.y_train, lr=lr, seed=seed, **BUDGET | options)
    return accuracy(model, digits.x_test, digits.y_test)


def largest_stable(accuracies: Iterable[float], lrs: Sequence[float] = LRS) -> float:
    """The largest rate with 80 %; not a number where there is none."""
    stable = [lr for lr, a in zip(lrs, accuracies, strict=True) if a >= 0.8]
    return max(stable, default=np.nan)


def outcome(arm: str, seed: int, *, lrs: Sequence[float] = LRS, **options: Any) -> float:
    """The power of ten of the largest stable rate."""
    accuracies = [run(arm, seed, lr, **options) for lr in lrs]
    return float(np.log10(largest_stable(accuracies, lrs)))
