"""5.2 Training is less sensitive to the initialisation of the weights.

Five hidden layers with ReLU on digits: He's weights times s. Over how many orders of magnitude of
s does it train, at the rate that suits s?
"""

from typing import Any

import numpy as np
from torch import nn

from lab.evidence.experiment import Experiment
from lab.networks import Norm, mlp
from lab.samples import Sample
from lab.training import History, fit

ARMS: dict[str, Norm | None] = {"without": None, "with": nn.BatchNorm1d}
STEP = 0.5  # orders of magnitude between two values of s
FARTHEST = 10  # such steps from s = 1, each way: if it still trains there, it says so
RATES = np.arange(-3.0, 2.5, 0.5)  # powers of ten


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    lr: float,
    scale: float = 1.0,
    layers: int = 5,
    **options: Any,
) -> History:
    """Train from weights of this scale."""
    model = mlp((train.x.shape[1], *[100] * layers, 10), nn.ReLU, ARMS[arm], seed, scale=scale)
    return fit(model, *train, lr=lr, seed=seed, batch_size=32, **options)


def diverged(history: History) -> bool:
    """Is its loss no number any more?"""
    return bool(history.loss) and not np.isfinite(history.loss[-1])


def trial(
    arm: str, seed: int, train: Sample, judge: Sample, *, level: float = 0.8, **conditions: Any
) -> dict[str, float]:
    """Orders of magnitude around s = 1, by half of one; the ends as powers of ten; cut or not.

    From one s to the next, rates are tried from the one that was good before, outwards.
    """
    options: dict[str, Any] = {
        "test": Sample(judge.x[:500], judge.y[:500]),
        "evaluate_every": 20,
        "enough": diverged,
    }

    def good(scale: float, first: float) -> float | None:
        """The power of ten of a rate that is good for these weights, if there is one."""
        for power in sorted(RATES, key=lambda power: (abs(power - first), power)):
            options["lr"], options["scale"] = 10**power, 10**scale
            if run(arm, seed, train, **options, **conditions).accuracy[-1] >= level:
                return float(power)
        return None

    ends = []
    for direction in (-1, 1):
        rate: float | None = -1.0
        steps = 0 if direction < 0 else 1
        while steps <= FARTHEST:
            assert rate is not None
            rate = good(direction * steps * STEP, rate)
            if rate is None:
                break
            steps += 1
        ends.append(direction * (steps - 1) * STEP)
    orders = max(0.0, ends[1] - ends[0] + STEP)
    cut = -ends[0] >= FARTHEST * STEP or ends[1] >= FARTHEST * STEP
    return {"orders": orders, "lowest": ends[0], "highest": ends[1], "cut": float(cut)}


EXPERIMENT = Experiment(
    claims=("5.2",),
    outcome="orders",
    unit="orders of magnitude of the weights",
    matters=0.5,
    because="the usual initialisations differ by a factor of three at most",
    contrast={"with": 1, "without": -1},
    trial=trial,
    conditions={"steps": 100, "size": 14},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "one layer": {"layers": 1},
        "three layers": {"layers": 3},
        "eight layers": {"layers": 8},
        "clothes": {"data": "clothes", "level": 0.6},
        "to 60 %": {"level": 0.6},
        "three times the steps": {"steps": 300},
    },
)
