"""7.3 A batch that is too small reduces its effect.

Three convolutions on Fashion-MNIST at half its size. Each step has 128 pictures, of which N share
their statistics; group norm takes them from one picture.
Outcome: the test accuracy.
Effect: N = 128 - N = 2.
"""

from functools import partial
from typing import Any

from torch import nn

from lab import datasets
from lab.experiments.c7_3_batch_size import MicroBatchNorm2d
from lab.networks import Norm, cnn
from lab.training import accuracy, best_lr, train

SIZES = (1, 2, 4, 8, 32, 128)
ARMS: dict[str, Norm] = {
    "group norm": partial(nn.GroupNorm, 4),
    **{f"N = {N}": partial(MicroBatchNorm2d, size=N) for N in SIZES},
}
BUDGET = {"steps": 100, "batch_size": 128}
LRS = (0.1, 0.4, 1.6)


def halved(images: datasets.Floats) -> datasets.Floats:
    """(N, 28, 28) to (N, 1, 14, 14) by the mean of 2 x 2 pixels: four times as fast."""
    half: datasets.Floats = images.reshape(-1, 1, 14, 2, 14, 2).mean(axis=(3, 5))
    return half


clothes = datasets.fashion()
x_train, y_train = halved(clothes.x_train), clothes.y_train
x_test, y_test = halved(clothes.x_test), clothes.y_test


def run(arm: str, seed: int, lr: float, **options: Any) -> nn.Sequential:
    """A trained network."""
    model = cnn(ARMS[arm], seed)
    train(model, x_train, y_train, lr=lr, seed=seed, **BUDGET | options)
    return model


def tuned(arm: str) -> float:
    """The rate that is best on 500 pictures, which are kept out of that training."""
    return best_lr(partial(cnn, ARMS[arm]), x_train, y_train, LRS, **BUDGET)


def outcome(arm: str, seed: int, lr: float, **options: Any) -> float:
    """The test accuracy."""
    return accuracy(run(arm, seed, lr, **options), x_test, y_test)
