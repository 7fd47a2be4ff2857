"""1.1 Batch normalisation speeds up training.

The network of Figure 1 of Ioffe and Szegedy (2015), three layers of sigmoids, on MNIST digits.
Outcome: steps to 80 % of the test digits.
Effect: the share of them that is saved, 1 - with / without.
"""

from typing import Any

import torch
from torch import nn

from lab import datasets
from lab.measures import mean_loss, steps_to
from lab.networks import Norm, dense_layers, mlp
from lab.training import History, train

ARMS: dict[str, Norm | None] = {"without": None, "with": nn.BatchNorm1d}
WIDTHS = (784, 100, 100, 100, 10)
BUDGET: dict[str, Any] = {"steps": 600, "batch_size": 60, "evaluate_every": 10}
GRID = [(lr, gain) for lr in (0.3, 1.0, 3.0, 10.0) for gain in (1, 4)]

digits = datasets.mnist().flat()
test = digits.x_test, digits.y_test


def run(
    arm: str,
    seed: int,
    lr: float,
    gain: int = 1,
    *,
    activation: type[nn.Module] = nn.Sigmoid,
    **options: Any,
) -> History:
    """Train with weights before an activation that are `gain` times as large."""
    model = mlp(WIDTHS, activation, ARMS[arm], seed)
    with torch.no_grad():
        for layer in dense_layers(model)[:-1]:  # those before an activation
            layer.weight *= gain
    options = BUDGET | options
    return train(model, digits.x_train, digits.y_train, lr=lr, seed=seed, test=test, **options)


def tuned(arm: str) -> tuple[float, int]:
    """The rate and the gain with the lowest training loss, on average over a run."""
    return min(GRID, key=lambda setting: mean_loss(run(arm, 10, *setting)))


def outcome(arm: str, seed: int, lr: float, gain: int, **options: Any) -> float:
    """Steps to 80 %."""
    return steps_to(run(arm, seed, lr, gain, **{"steps": 900, **options}), 0.8)
