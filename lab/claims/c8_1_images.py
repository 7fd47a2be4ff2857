"""8.1 It is used for image classification with convolutional networks.

Six convolutions on standardised pictures of Fashion-MNIST.
Outcome: the test accuracy.
Effect: with - without.
"""

from functools import partial
from typing import Any

from torch import nn

from lab import datasets
from lab.networks import Norm, cnn
from lab.training import History, best_lr, train

ARMS: dict[str, Norm | None] = {"with": nn.BatchNorm2d, "without": None}
BUDGET = {"steps": 150, "batch_size": 64}
LRS = (0.015, 0.05, 0.15, 0.45, 1.35)

clothes = datasets.fashion()
mean, std = clothes.x_train.mean(), clothes.x_train.std()
x_train = (clothes.x_train[:, None] - mean) / std  # (N, C, H, W)
x_test = (clothes.x_test[:, None] - mean) / std
images, test = (x_train, clothes.y_train), (x_test[:1000], clothes.y_test[:1000])


def network(arm: str, seed: int) -> nn.Sequential:
    """Pairs of convolutions, the first of each with stride 2."""
    return cnn(ARMS[arm], seed, widths=(8, 8, 16, 16, 32, 32), strides=(2, 1, 2, 1, 2, 1))


def run(arm: str, seed: int, lr: float, **options: Any) -> History:
    """Train, and test every 25 steps."""
    options = {"test": test, "evaluate_every": 25, **BUDGET, **options}
    return train(network(arm, seed), *images, lr=lr, seed=seed, **options)


def tuned(arm: str) -> float:
    """The rate that is best on 500 pictures, which are kept out of that training."""
    return best_lr(partial(network, arm), *images, LRS, **BUDGET)


def outcome(arm: str, seed: int, lr: float, **options: Any) -> float:
    """The test accuracy at the end."""
    return run(arm, seed, lr, **options).accuracy[-1]
