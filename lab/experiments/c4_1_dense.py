"""4.1 It is used after dense layers.

What is measured is whether they gain by it: three hidden layers with ReLU on 2,000 digits, with
the norm before each activation, 16 times over.
"""

from typing import Any

import numpy as np
from torch import nn

from lab.evidence.experiment import Experiment
from lab.networks import Norm, mlp
from lab.samples import Sample
from lab.training import History, fit

ARMS: dict[str, Norm | None] = {"plain": None, "batch norm": nn.BatchNorm1d}


def run(
    arm: str, seed: int, train: Sample, *, lr: float, layers: int = 3, **options: Any
) -> History:
    """Train and look."""
    model = mlp((train.x.shape[1], *[100] * layers, 10), nn.ReLU, ARMS[arm], seed)
    return fit(model, *train, lr=lr, seed=seed, batch_size=64, **options)


def trial(
    arm: str, seed: int, train: Sample, judge: Sample, *, steps: int, **conditions: Any
) -> dict[str, float]:
    """Points at the end; of that, what came after half the time; points on the way.

    On the way is the mean over the first quarter: one network may lead there, and end level.
    """
    options: dict[str, Any] = {"steps": steps, "test": judge, "evaluate_every": steps // 20}
    seen = 100 * np.array(run(arm, seed, train, **options, **conditions).accuracy)
    return {"points": seen[-1], "since half": seen[-1] - seen[10], "on the way": seen[1:6].mean()}


EXPERIMENT = Experiment(
    claims=("4.1",),
    outcome="points",
    unit="points of accuracy",
    matters=1,
    because="one picture in a hundred: less does not pay for a layer with two modes",
    contrast={"batch norm": 1, "plain": -1},
    trial=trial,
    grid={"lr": (0.04, 0.1, 0.25, 0.6)},
    conditions={"steps": 500},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "raw pixels, Adam": {"inputs": "raw", "optimizer": "Adam"},
        "one layer": {"layers": 1},
        "eight layers": {"layers": 8},
        "clothes": {"data": "clothes"},
        "500 digits": {"examples": 500},
        "60 steps": {"steps": 60},
    },
)
