"""4.2 It is used after convolutional layers.

Three convolutions on Fashion-MNIST, with statistics for each channel, for each pixel, or no norm.
Outcome: the test accuracy.
Effect: per channel - no norm.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn

from lab import datasets
from lab.networks import Norm, cnn
from lab.training import accuracy, best_lr, train

BUDGET = {"steps": 120, "batch_size": 64}
LRS = (0.1, 0.2, 0.4, 0.8)

clothes = datasets.fashion()
x_train, y_train = clothes.x_train[:, None], clothes.y_train  # (10000, 1, 28, 28)
x_test, y_test = clothes.x_test[:, None], clothes.y_test  # (2000, 1, 28, 28)


def per_pixel() -> Norm:
    """A feature for each pixel: the norm must know the size of the map."""
    sizes = iter((14, 7, 4))

    def norm(C: int) -> nn.Module:
        size = next(sizes)
        features = C * size**2
        return nn.Sequential(
            nn.Flatten(), nn.BatchNorm1d(features), nn.Unflatten(1, (C, size, size))
        )

    return norm


ARMS: dict[str, Callable[[int], nn.Sequential]] = {
    "no norm": partial(cnn, None),
    "per channel": partial(cnn, nn.BatchNorm2d),
    "per pixel": lambda seed: cnn(per_pixel(), seed),
}  # name -> network from a seed


def run(arm: str, seed: int, lr: float, **options: Any) -> nn.Sequential:
    """A trained network."""
    model = ARMS[arm](seed)
    train(model, x_train, y_train, lr=lr, seed=seed, **BUDGET | options)
    return model


def tuned(arm: str) -> float:
    """The rate that is best on 500 pictures, which are kept out of that training."""
    return best_lr(ARMS[arm], x_train, y_train, LRS, **BUDGET)


def outcome(arm: str, seed: int, lr: float, **options: Any) -> float:
    """The test accuracy."""
    return accuracy(run(arm, seed, lr, **options), x_test, y_test)
