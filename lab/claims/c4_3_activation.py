"""4.3 It stands before or after the activation, commonly before.

Three hidden layers on MNIST digits, with ReLU or sigmoid.
Outcome: the test accuracy.
Effect: before - after, for ReLU.
"""

from functools import partial
from typing import Any

from torch import nn

from lab import datasets
from lab.experiments.c4_3_activation import norm_after
from lab.networks import Norm, mlp
from lab.training import accuracy, best_lr, train

ARMS: dict[str, Norm | None] = {
    "no norm": None,
    "before": nn.BatchNorm1d,
    "after": nn.BatchNorm1d,
}
BUDGET = {"steps": 150, "batch_size": 128}
LRS = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4)

digits = datasets.mnist().flat()


def network(arm: str, seed: int, activation: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    """The arm's dense layers: "after" has the weights of "before"."""
    model = mlp((784, 100, 100, 100, 10), activation, ARMS[arm], seed)
    return norm_after(model) if arm == "after" else model


def run(
    arm: str, seed: int, lr: float, *, activation: type[nn.Module] = nn.ReLU, **options: Any
) -> nn.Sequential:
    """A trained network."""
    model = network(arm, seed, activation)
    train(model, digits.x_train, digits.y_train, lr=lr, seed=seed, **BUDGET | options)
    return model


def tuned(arm: str, activation: type[nn.Module] = nn.ReLU) -> float:
    """The rate that is best on 500 digits, which are kept out of that training."""
    make = partial(network, arm, activation=activation)
    return best_lr(make, digits.x_train, digits.y_train, LRS, **BUDGET)


def outcome(arm: str, seed: int, lr: float, **options: Any) -> float:
    """The test accuracy."""
    return accuracy(run(arm, seed, lr, **options), digits.x_test, digits.y_test)
