"""1.4 It allows higher learning rates.

Four hidden layers with ReLU on digits: how large may the rate be?
"""

from typing import Any

import numpy as np
from torch import nn

from lab.evidence.experiment import Experiment
from lab.networks import Norm, mlp
from lab.samples import Sample
from lab.training import History, fit

ARMS: dict[str, Norm | None] = {"without": None, "with": nn.BatchNorm1d}
LRS = tuple(np.logspace(2, -2, 21))  # five for each order of magnitude, downwards


def run(
    arm: str, seed: int, train: Sample, *, lr: float, layers: int = 4, **options: Any
) -> History:
    """Train."""
    model = mlp((train.x.shape[1], *[100] * layers, 10), nn.ReLU, ARMS[arm], seed)
    return fit(model, *train, lr=lr, seed=seed, batch_size=64, **options)


def diverged(history: History) -> bool:
    """Is its loss no number any more?"""
    return bool(history.loss) and not np.isfinite(history.loss[-1])


def trial(
    arm: str, seed: int, train: Sample, judge: Sample, *, level: float = 0.8, **conditions: Any
) -> dict[str, float]:
    """The power of ten of the largest rate that ends with an accuracy of `level`."""
    options: dict[str, Any] = {"test": judge, "evaluate_every": 20, "enough": diverged}
    for lr in LRS:
        history = run(arm, seed, train, lr=lr, **options, **conditions)
        if history.accuracy[-1] >= level:
            break
    return {"largest": float(np.log10(lr))}


EXPERIMENT = Experiment(
    claims=("1.4",),
    outcome="largest",
    unit="powers of ten of the rate",
    matters=0.301,  # log10(2)
    because="a factor of two: rates are tried in steps no finer than that",
    contrast={"with": 1, "without": -1},
    trial=trial,
    conditions={"steps": 120, "size": 14},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "one layer": {"layers": 1},
        "two layers": {"layers": 2},
        "eight layers": {"layers": 8},
        "clothes": {"data": "clothes", "level": 0.7},
        "500 digits": {"examples": 500},
        "to 70 %": {"level": 0.7},
        "three times the steps": {"steps": 360},
    },
)
