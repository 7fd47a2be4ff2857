"""7.2 It can be combined with dropout.

Three hidden layers of 200 with ReLU, trained on 1,000 MNIST digits, few enough to overfit.
Outcome: the test accuracy.
Effect: both - batch norm.
"""

from functools import partial
from typing import Any

from torch import nn

from lab import datasets
from lab.networks import Norm, mlp
from lab.training import accuracy, best_lr, train

P = 0.5
ARMS: dict[str, tuple[Norm | None, float]] = {  # the norm, and dropout after each activation
    "neither": (None, 0),
    "dropout": (None, P),
    "batch norm": (nn.BatchNorm1d, 0),
    "both": (nn.BatchNorm1d, P),
    "both, dropout last": (nn.BatchNorm1d, 0),  # and one before the output
}
BUDGET = {"steps": 300, "batch_size": 50}
LRS = (0.03, 0.1, 0.3, 1.0, 3.0)

digits = datasets.mnist().flat()
x_train, y_train = digits.x_train[:1000], digits.y_train[:1000]


def network(arm: str, seed: int) -> nn.Sequential:
    """Four dense layers; each hidden one is dense, norm, ReLU, dropout."""
    norm, dropout = ARMS[arm]
    model = mlp((784, 200, 200, 200, 10), nn.ReLU, norm, seed, dropout=dropout)
    return model.insert(-1, nn.Dropout(P)) if arm == "both, dropout last" else model


def run(arm: str, seed: int, lr: float, **options: Any) -> nn.Sequential:
    """A trained network."""
    model = network(arm, seed)
    train(model, x_train, y_train, lr=lr, seed=seed, **BUDGET | options)
    return model


def tuned(arm: str) -> float:
    """The rate that is best on 500 of the digits, which are kept out of that training."""
    return best_lr(partial(network, arm), x_train, y_train, LRS, **BUDGET)


def outcome(arm: str, seed: int, lr: float, **options: Any) -> float:
    """The test accuracy."""
    return accuracy(run(arm, seed, lr, **options), digits.x_test, digits.y_test)
