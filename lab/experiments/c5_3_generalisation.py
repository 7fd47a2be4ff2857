"""5.3 The network generalises better.

Three hidden layers with ReLU, on 1,000 digits, 26 times over: they know them by heart.
"""

from functools import partial
from typing import Any

from torch import nn

from lab.evidence.experiment import Experiment
from lab.networks import GhostBatchNorm, Norm, mlp
from lab.samples import Sample
from lab.training import accuracy, fit, recalibrate

ARMS: dict[str, Norm | None] = {
    "without": None,
    "with": nn.BatchNorm1d,
    "groups of 4": partial(GhostBatchNorm, size=4),  # samples that share their statistics
    "groups of 16": partial(GhostBatchNorm, size=16),
}


def run(
    arm: str, seed: int, train: Sample, *, lr: float, layers: int = 3, **options: Any
) -> nn.Sequential:
    """A network that has been trained."""
    model = mlp((train.x.shape[1], *[100] * layers, 10), nn.ReLU, ARMS[arm], seed)
    fit(model, *train, lr=lr, seed=seed, batch_size=64, **options)
    return model


def trial(arm: str, seed: int, train: Sample, judge: Sample, **conditions: Any) -> dict[str, float]:
    """Points on unseen digits, and with statistics of the whole training set; known by heart."""
    model = run(arm, seed, train, **conditions)
    return {
        "points": 100 * accuracy(model, *judge),
        "recalibrated": 100 * accuracy(recalibrate(model, train.x), *judge),
        "by heart": 100 * accuracy(model, *train),
    }


EXPERIMENT = Experiment(
    claims=("5.3",),
    outcome="points",
    unit="points of accuracy",
    matters=1,
    because="one picture in a hundred: less does not pay for a layer with two modes",
    contrast={"with": 1, "without": -1},
    others=("groups of 4", "groups of 16"),
    trial=trial,
    grid={"lr": (0.04, 0.1, 0.25, 0.6)},
    conditions={"examples": 1000, "steps": 400},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "raw pixels, Adam": {"inputs": "raw", "optimizer": "Adam"},
        "one layer": {"layers": 1},
        "six layers": {"layers": 6},
        "clothes": {"data": "clothes"},
        "250 digits": {"examples": 250},
        "twice the steps": {"steps": 800},
    },
)
