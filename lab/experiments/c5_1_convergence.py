"""5.1 Training converges faster.

1.1 says the same, so both have one measurement and one verdict. Three hidden layers with ReLU on
digits.
"""

from typing import Any

import numpy as np
import torch
from torch import nn

from lab.evidence.experiment import Experiment
from lab.measures import first_passage
from lab.networks import Norm, dense_layers, mlp
from lab.samples import Sample
from lab.training import History, fit

ARMS: dict[str, Norm | None] = {"without": None, "with": nn.BatchNorm1d}
EVERY = 4  # steps between two looks


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    layers: int = 3,
    activation: type[nn.Module] = nn.ReLU,
    **options: Any,
) -> History:
    """Train. A sigmoid's slope is 1/4 at most: weights before one are four times as large."""
    model = mlp((train.x.shape[1], *[100] * layers, 10), activation, ARMS[arm], seed)
    if activation is nn.Sigmoid:
        with torch.no_grad():
            for layer in dense_layers(model)[:-1]:  # those before an activation
                layer.weight *= 4
    return fit(model, *train, seed=seed, **options)


def trial(
    arm: str, seed: int, train: Sample, judge: Sample, *, level: float, **conditions: Any
) -> dict[str, float]:
    """Doublings of one step until the smoothed accuracy is at `level`, or all steps are done."""

    def reached(history: History) -> bool:
        return len(history.accuracy) >= 5 and float(np.mean(history.accuracy[-5:])) >= level

    test = Sample(judge.x[:500], judge.y[:500])
    options = {"test": test, "evaluate_every": EVERY, "enough": reached, "batch_size": 64}
    history = run(arm, seed, train, **{**options, **conditions})
    return {
        "doublings": float(np.log2(first_passage(history, level))),
        "arrived": float(reached(history)),
    }


EXPERIMENT = Experiment(
    claims=("5.1", "1.1"),
    outcome="doublings",
    unit="doublings of steps",
    matters=0.415,  # log2(4 / 3)
    because="a quarter of the steps: a step with it takes a quarter longer, so less saves no time",
    contrast={"without": 1, "with": -1},
    trial=trial,
    best="lowest",
    grid={"lr": (0.04, 0.1, 0.25, 0.6)},
    conditions={"level": 0.9, "steps": 400},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "raw pixels, Adam": {"inputs": "raw", "optimizer": "Adam"},
        "eight layers": {"layers": 8},
        "eight layers, raw pixels": {"layers": 8, "inputs": "raw"},
        "sigmoid (Figure 1)": {"activation": nn.Sigmoid, "steps": 600},
        "clothes": {"data": "clothes", "level": 0.78},
        "batch of 16": {"batch_size": 16},
        "to 80 %": {"level": 0.8},
    },
)
