"""7.1 Deep networks are more stable with it.

Networks with 2, 8 and 24 hidden layers of ReLU on MNIST digits, from He's initialisation.
Outcome: the test accuracy.
Effect: batch norm - plain, on average over 8 and 24 layers.
"""

from functools import partial
from typing import Any

from torch import nn

from lab import datasets
from lab.networks import Norm, mlp, with_skips
from lab.training import accuracy, best_lr, train

ARMS: dict[str, Norm | None] = {
    "plain": None,
    "batch norm": nn.BatchNorm1d,
    "batch norm, skips": nn.BatchNorm1d,
}
BUDGET = {"steps": 120, "batch_size": 64}
DEPTHS = (2, 8, 24)
LRS = (0.006, 0.025, 0.1, 0.4, 1.6)

digits = datasets.mnist().flat()


def network(arm: str, seed: int, *, depth: int) -> nn.Sequential:
    """Hidden layers of 64; a skip adds such a layer's input to its output."""
    model = mlp((784, *[64] * depth, 10), nn.ReLU, ARMS[arm], seed)
    return with_skips(model) if arm == "batch norm, skips" else model


def run(arm: str, seed: int, lr: float, *, depth: int, **options: Any) -> nn.Sequential:
    """A trained network."""
    model = network(arm, seed, depth=depth)
    train(model, digits.x_train, digits.y_train, lr=lr, seed=seed, **BUDGET | options)
    return model


def tuned(arm: str, depth: int) -> float:
    """The rate that is best on 500 digits, which are kept out of that training."""
    make = partial(network, arm, depth=depth)
    return best_lr(make, digits.x_train, digits.y_train, LRS, **BUDGET)


def outcome(arm: str, seed: int, lr: float, *, depth: int, **options: Any) -> float:
    """The test accuracy."""
    return accuracy(run(arm, seed, lr, depth=depth, **options), digits.x_test, digits.y_test)
