"""1.5 It reduces the need for heavy regularisation.

1,000 MNIST digits, of which three of ten have a random label.
Outcome: what a regulariser (dropout or weight decay, each at its best strength) adds to the test
accuracy, in points.
Effect: without - with, each arm with the regulariser that is better by validation.
"""

from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from lab import datasets
from lab.networks import Norm, mlp
from lab.training import accuracy, train

ARMS: dict[str, Norm | None] = {"without": None, "with": nn.BatchNorm1d}
METHODS = {  # name -> (dropout, decay), to choose from
    "nothing": [(0.0, 0.0)],
    "dropout": [(rate, 0.0) for rate in (0.1, 0.3, 0.5)],
    "decay": [(0.0, strength) for strength in (0.003, 0.01, 0.03, 0.1)],
}
BUDGET = {"steps": 240, "batch_size": 64}
LRS = (0.03, 0.1, 0.3, 1.0)

Setting = tuple[float, float, float]  # learning rate, dropout, decay
Data = list[tuple[datasets.Floats, datasets.Integers]]


def data(random: float = 0.3, *, examples: int = 1000) -> Data:
    """Digits to train on, a share of their labels drawn at random, to choose with, to test on."""
    digits = datasets.mnist().flat()
    rng = np.random.default_rng(0)
    x, y = digits.x_train[:examples], digits.y_train[:examples]
    labels = np.where(rng.random(examples) < random, rng.integers(0, 10, examples), y)
    validation = digits.x_train[3000:], digits.y_train[3000:]
    return [(x, labels), validation, (digits.x_test, digits.y_test)]


def run(arm: str, seed: int, setting: Setting, sets: Data, **options: Any) -> list[float]:
    """Accuracies on the training, validation and test digits."""
    lr, dropout, decay = setting
    widths = (784, 100, 100, 100, 10)
    model = mlp(widths, nn.ReLU, ARMS[arm], seed, dropout=dropout)
    optimizer = partial(torch.optim.SGD, weight_decay=decay)
    train(model, *sets[0], lr=lr, seed=seed, optimizer=optimizer, **BUDGET | options)
    return [accuracy(model, *digits) for digits in sets]


def tuned(arm: str, method: str, sets: Data) -> Setting:
    """The rate and the strength of the method with the highest validation accuracy."""
    grid = [(lr, *how) for lr in LRS for how in METHODS[method]]
    return max(grid, key=lambda setting: run(arm, 10, setting, sets)[1])


def outcome(
    arm: str, seed: int, bare: Setting, regularised: Setting, sets: Data, **options: Any
) -> float:
    """The points that the second setting has more than the first."""
    before, after = (run(arm, seed, how, sets, **options)[2] for how in (bare, regularised))
    return 100 * (after - before)
