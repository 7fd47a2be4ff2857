"""8.1 It is used for image classification with convolutional networks.

What is measured is whether they gain by it: six convolutions on 1,000 clothes at half their
size, 31 times over.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import nn

from lab.evidence.experiment import Experiment
from lab.networks import Norm, cnn
from lab.samples import Sample
from lab.training import History, fit

ARMS: dict[str, Norm | None] = {"with": nn.BatchNorm2d, "without": None}


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    lr: float,
    widths: Sequence[int] = (8, 8, 16, 16, 32, 32),
    strides: Sequence[int] = (2, 1, 2, 1, 2, 1),
    **options: Any,
) -> History:
    """Train and look."""
    model = cnn(ARMS[arm], seed, widths, strides)
    return fit(model, *train, lr=lr, seed=seed, batch_size=64, **options)


def trial(
    arm: str, seed: int, train: Sample, judge: Sample, *, steps: int, **conditions: Any
) -> dict[str, float]:
    """Points at the end; of that, what came after half the time; points on the way.

    On the way is the mean over the first half: one network may lead there, and end level.
    """
    options: dict[str, Any] = {"steps": steps, "test": judge, "evaluate_every": steps // 8}
    seen = 100 * np.array(run(arm, seed, train, **options, **conditions).accuracy)
    return {"points": seen[-1], "since half": seen[-1] - seen[4], "on the way": seen[1:5].mean()}


EXPERIMENT = Experiment(
    claims=("8.1",),
    outcome="points",
    unit="points of accuracy",
    matters=1,
    because="one picture in a hundred: less does not pay for a layer with two modes",
    contrast={"with": 1, "without": -1},
    trial=trial,
    grid={"lr": (0.1, 0.25, 0.6, 1.5)},
    conditions={"data": "clothes", "size": 14, "flat": False, "examples": 1000, "steps": 480},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "three convolutions": {"widths": (8, 16, 32), "strides": (2, 2, 2)},
        "nine convolutions": {
            "widths": (8, 8, 8, 16, 16, 16, 32, 32, 32),
            "strides": (2, 1, 1, 2, 1, 1, 2, 1, 1),
        },
        "digits": {"data": "digits"},
        "3,000 pictures": {"examples": 3000},
        "whole pictures": {"size": 28, "steps": 240},
        "80 steps": {"steps": 80},
    },
)
