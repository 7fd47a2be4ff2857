"""1.3 It stabilises learning.

Four hidden layers with ReLU on digits, at rates from far too small to far too large: how often
does it fail? To fail is to end below a level; the level is not one, but all of `LEVELS`.
"""

from typing import Any

import numpy as np
from torch import nn

from lab.evidence.experiment import Experiment
from lab.networks import Norm, mlp
from lab.samples import Sample
from lab.training import History, accuracy, fit

ARMS: dict[str, Norm | None] = {"without": None, "with": nn.BatchNorm1d}
LRS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
LEVELS = (0.5, 0.6, 0.7, 0.8)


def run(
    arm: str, seed: int, train: Sample, *, lr: float, layers: int = 4, **options: Any
) -> tuple[nn.Sequential, History]:
    """A trained network, and how its training went."""
    model = mlp((train.x.shape[1], *[100] * layers, 10), nn.ReLU, ARMS[arm], seed)
    history = fit(model, *train, lr=lr, seed=seed, batch_size=64, **options)
    return model, history


def trial(arm: str, seed: int, train: Sample, judge: Sample, **conditions: Any) -> dict[str, float]:
    """The percentage of rates and levels that fail; how far the loss jumps in a step, in nats.

    Jumps are those of the second half at a rate of 0.1, which both can bear.
    """
    failed, jump = [], 0.0
    for lr in LRS:
        model, history = run(arm, seed, train, lr=lr, **conditions)
        end = accuracy(model, *judge)
        failed += [end < level for level in LEVELS]
        if lr == 0.1:
            late = np.array(history.loss[len(history.loss) // 2 :])
            jump = float(np.nan_to_num(np.abs(np.diff(late)).mean(), nan=100, posinf=100))
    return {"failed": 100 * float(np.mean(failed)), "jump": jump}


EXPERIMENT = Experiment(
    claims=("1.3",),
    outcome="failed",
    unit="% of runs that fail",
    matters=10,
    because="of the ten rates from 0.03 to 10 that one would try, one more that works",
    contrast={"without": 1, "with": -1},
    trial=trial,
    conditions={"steps": 150, "size": 14},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "one layer": {"layers": 1},
        "two layers": {"layers": 2},
        "eight layers": {"layers": 8},
        "clothes": {"data": "clothes"},
        "500 digits": {"examples": 500},
        "four times the steps": {"steps": 600},
    },
)
