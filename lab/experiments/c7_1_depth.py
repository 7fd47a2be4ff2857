"""7.1 Deep networks are more stable with it.

Sixteen hidden layers of 64 with ReLU on digits, from He's initialisation.
"""

from typing import Any

from torch import nn

from lab.evidence.experiment import Experiment
from lab.networks import Norm, mlp
from lab.samples import Sample
from lab.training import accuracy, fit

ARMS: dict[str, Norm | None] = {"plain": None, "batch norm": nn.BatchNorm1d}


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    lr: float,
    layers: int = 16,
    **options: Any,
) -> nn.Sequential:
    """A trained network."""
    model = mlp((train.x.shape[1], *[64] * layers, 10), nn.ReLU, ARMS[arm], seed)
    fit(model, *train, lr=lr, seed=seed, batch_size=64, **options)
    return model


def trial(arm: str, seed: int, train: Sample, judge: Sample, **conditions: Any) -> dict[str, float]:
    """Points on unseen pictures."""
    return {"points": 100 * accuracy(run(arm, seed, train, **conditions), *judge)}


EXPERIMENT = Experiment(
    claims=("7.1",),
    outcome="points",
    unit="points of accuracy",
    matters=1,
    because="one picture in a hundred: less does not pay for a layer with two modes",
    contrast={"batch norm": 1, "plain": -1},
    trial=trial,
    grid={"lr": (0.01, 0.03, 0.1, 0.3)},
    conditions={"steps": 200, "size": 14},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "two layers": {"layers": 2},
        "four layers": {"layers": 4},
        "eight layers": {"layers": 8},
        "32 layers": {"layers": 32},
        "clothes": {"data": "clothes"},
        "three times the steps": {"steps": 600},
    },
)
