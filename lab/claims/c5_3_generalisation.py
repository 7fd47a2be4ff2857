"""5.3 The network generalises better.

Three hidden layers with ReLU, trained on 1,000 pictures until they know them by heart.
Outcome: the test accuracy on MNIST digits, in points.
Effect: with - without.
"""

from functools import partial
from typing import Any

import numpy as np
from torch import nn

from lab import datasets
from lab.networks import GhostBatchNorm, Norm, mlp
from lab.training import accuracy, train

GROUPS = (4, 16, 64)  # samples that share statistics, in a batch of 64
ARMS: dict[str, Norm | None] = {
    "without": None,
    "with": nn.BatchNorm1d,
    **{f"groups of {size}": partial(GhostBatchNorm, size=size) for size in GROUPS},
}
BUDGET = {"steps": 640, "batch_size": 64}
LRS = (0.1, 0.2, 0.4, 0.8)

Data = tuple[tuple[datasets.Floats, datasets.Integers], ...]


def data(images: datasets.Images, *, examples: int = 1000) -> Data:
    """To train on, to choose the learning rate with, and to test on."""
    i = images.flat()
    return (
        (i.x_train[:examples], i.y_train[:examples]),
        (i.x_train[-1000:], i.y_train[-1000:]),
        (i.x_test, i.y_test),
    )


def run(arm: str, seed: int, lr: float, sets: Data, **options: Any) -> list[float]:
    """Accuracy on the training, validation and test images."""
    model = mlp((784, 100, 100, 100, 10), nn.ReLU, ARMS[arm], seed)
    train(model, *sets[0], lr=lr, seed=seed, **BUDGET | options)
    return [accuracy(model, *images) for images in sets]


def tuned(arm: str, sets: Data) -> float:
    """The best rate on the validation images, with two seeds of its own."""

    def score(lr: float) -> float:
        return float(np.mean([run(arm, seed, lr, sets)[1] for seed in (10, 11)]))

    return max(LRS, key=score)


def outcome(arm: str, seed: int, lr: float, sets: Data, **options: Any) -> float:
    """The test accuracy, in points."""
    return 100 * run(arm, seed, lr, sets, **options)[2]
