"""1.3 It stabilises learning.

Eight hidden layers with ReLU on MNIST digits, at learning rates that one of the two can bear.
Outcome: the share of the rates at which a run fails, that is, ends below 50 %.
Effect: without - with.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import nn

from lab import datasets
from lab.networks import Norm, mlp
from lab.training import History, train

ARMS: dict[str, Norm | None] = {"without": None, "with": nn.BatchNorm1d}
BUDGET = {"steps": 200, "batch_size": 64}
LRS = (0.03, 0.1, 0.3, 1.0, 3.0)

digits = datasets.mnist().flat()
test = digits.x_test, digits.y_test


def run(arm: str, seed: int, lr: float, *, layers: int = 8, **options: Any) -> History:
    """Train at a rate, and test at the start and at the end."""
    model = mlp((784, *[100] * layers, 10), nn.ReLU, ARMS[arm], seed)
    options = BUDGET | options
    return train(model, digits.x_train, digits.y_train, lr=lr, seed=seed, test=test, **options)


def outcome(arm: str, seed: int, *, lrs: Sequence[float] = LRS, **options: Any) -> float:
    """The share of failed runs."""
    return float(np.mean([run(arm, seed, lr, **options).accuracy[-1] < 0.5 for lr in lrs]))
