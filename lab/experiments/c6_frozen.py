"""6.frozen Where batches are small, fine-tuning gains by frozen statistics.

A network that reads digits learns clothes, all of its layers, in batches of 2. Frozen are either
the statistics alone, or gamma and beta with them, as is usual: two things that differ.
"""

import copy
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lab.evidence.experiment import Experiment
from lab.networks import mlp
from lab.samples import Sample, pictures
from lab.training import accuracy, fit, recalibrate

ARMS = ("frozen statistics", "batch statistics", "all frozen", "recalibrated")


class FrozenStatistics(nn.Module):
    """A batch norm that never takes the batch's statistics; gamma and beta may learn."""

    def __init__(self, norm: nn.BatchNorm1d) -> None:
        super().__init__()
        self.norm = norm

    def forward(self, x: Tensor) -> Tensor:
        """y, (N, D), from x, (N, D)."""
        norm = self.norm
        statistics = norm.running_mean, norm.running_var
        return F.batch_norm(x, *statistics, norm.weight, norm.bias, False, 0.0, norm.eps)


@lru_cache(maxsize=8)
def reader(seed: int, layers: int) -> nn.Sequential:
    """A network that has learned digits."""
    digits = pictures(0, size=14).train
    model = mlp((digits.x.shape[1], *[100] * layers, 10), nn.ReLU, nn.BatchNorm1d, seed)
    fit(model, *digits, lr=0.25, steps=200, batch_size=64, seed=seed)
    return model


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    lr: float,
    layers: int = 3,
    batch_size: int = 2,
    **options: Any,
) -> nn.Module:
    """A network that has learned clothes after digits, with a new last layer."""
    body = list(copy.deepcopy(reader(seed, layers)))[:-1]
    for place, layer in enumerate(body):
        if isinstance(layer, nn.BatchNorm1d) and "frozen" in arm:
            layer.requires_grad_(arm != "all frozen")
            body[place] = FrozenStatistics(layer)
    torch.manual_seed(seed)
    model = nn.Sequential(*body, nn.Linear(100, 10))
    fit(model, *train, lr=lr, seed=seed, batch_size=batch_size, **options)
    return recalibrate(model, train.x) if arm == "recalibrated" else model


def trial(arm: str, seed: int, train: Sample, judge: Sample, **conditions: Any) -> dict[str, float]:
    """Points on unseen clothes."""
    return {"points": 100 * accuracy(run(arm, seed, train, **conditions), *judge)}


EXPERIMENT = Experiment(
    claims=("6.frozen",),
    outcome="points",
    unit="points of accuracy",
    matters=1,
    because="one picture in a hundred: to freeze costs nothing, but must be remembered",
    contrast={"frozen statistics": 1, "batch statistics": -1},
    others=("all frozen", "recalibrated"),
    trial=trial,
    grid={"lr": (0.01, 0.025, 0.06, 0.15)},
    conditions={"data": "clothes", "examples": 1000, "size": 14, "steps": 300},
    settings={
        "batches of 4": {"batch_size": 4},
        "batches of 8": {"batch_size": 8},
        "batches of 32": {"batch_size": 32},
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "one layer": {"layers": 1},
        "six layers": {"layers": 6},
        "other digits": {"data": "digits"},
        "1,500 steps": {"steps": 1500},
    },
)
