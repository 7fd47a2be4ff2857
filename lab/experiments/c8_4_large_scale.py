"""8.4 It is used in large-scale architectures.

Four hidden layers with ReLU on digits, on 1 to 64 devices with 32 samples each, which share their
statistics: how much sooner are more devices there? Group norm, which no batch concerns, is the
rival.
"""

from functools import partial
from typing import Any

import numpy as np
from torch import nn

from lab.evidence.experiment import Experiment
from lab.measures import first_passage
from lab.networks import GhostBatchNorm, Norm, mlp
from lab.samples import Sample
from lab.training import History, fit

A_DEVICE = 32  # samples
NORMS: dict[str, Norm | None] = {
    "no norm": None,
    "batch norm": partial(GhostBatchNorm, size=A_DEVICE),
    "group norm": partial(nn.GroupNorm, 4),
}
BUDGET = {1: 320, 16: 120, 64: 60}  # steps at most, by the number of devices
ARMS = tuple(f"{norm}, {devices}" for norm in NORMS for devices in BUDGET)


def run(arm: str, seed: int, train: Sample, *, layers: int = 4, **options: Any) -> History:
    """Train with a norm on a number of devices."""
    norm, devices = arm.rsplit(", ", 1)
    model = mlp((train.x.shape[1], *[100] * layers, 10), nn.ReLU, NORMS[norm], seed)
    options = {"steps": BUDGET[int(devices)], "batch_size": A_DEVICE * int(devices), **options}
    return fit(model, *train, seed=seed, **options)


def trial(
    arm: str, seed: int, train: Sample, judge: Sample, *, level: float, **conditions: Any
) -> dict[str, float]:
    """Doublings of one step until the smoothed accuracy is at `level`, or all steps are done."""

    def reached(history: History) -> bool:
        return len(history.accuracy) >= 3 and float(np.mean(history.accuracy[-3:])) >= level

    options: dict[str, Any] = {
        "test": Sample(judge.x[:500], judge.y[:500]),
        "evaluate_every": 4 if arm.endswith(", 1") else 1,
        "enough": reached,
    }
    history = run(arm, seed, train, **options, **conditions)
    return {
        "doublings": float(np.log2(first_passage(history, level, over=3))),
        "arrived": float(reached(history)),
    }


COMPARED = {"batch norm, 1": 1, "batch norm, 16": -1, "no norm, 1": -1, "no norm, 16": 1}

EXPERIMENT = Experiment(
    claims=("8.4",),
    outcome="doublings",
    unit="doublings of the speed that 16 devices bring",
    matters=0.585,  # log2(1.5)
    because="half as fast again: fewer do not pay for messages between devices at each layer",
    contrast=COMPARED,
    others=tuple(arm for arm in ARMS if arm not in COMPARED),
    trial=trial,
    best="lowest",
    grid={"lr": (0.1, 0.3, 0.9)},
    conditions={"level": 0.85, "examples": 2400, "size": 14},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "two layers": {"layers": 2},
        "eight layers": {"layers": 8},
        "clothes": {"data": "clothes", "level": 0.72},
        "to 80 %": {"level": 0.8},
        "to 90 %": {"level": 0.9},
    },
)
