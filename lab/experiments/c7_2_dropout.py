"""7.2 It can be combined with dropout.

What is measured is what dropout adds to a network with batch norm: three hidden layers of 200
with ReLU, trained on 1,000 digits, few enough to overfit.
"""

from typing import Any

from torch import nn

from lab.evidence.experiment import Experiment
from lab.networks import Norm, mlp
from lab.samples import Sample
from lab.training import accuracy, fit, recalibrate

ARMS: dict[str, tuple[Norm | None, bool]] = {  # the norm, and whether there is dropout
    "both": (nn.BatchNorm1d, True),
    "batch norm": (nn.BatchNorm1d, False),
    "dropout": (None, True),
    "neither": (None, False),
}


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    lr: float,
    p: float = 0.5,
    last: bool = False,
    layers: int = 3,
    **options: Any,
) -> nn.Sequential:
    """A trained network; dropout is behind each activation, or before the output alone."""
    norm, drops = ARMS[arm]
    everywhere = p if drops and not last else 0.0
    widths = (train.x.shape[1], *[200] * layers, 10)
    model = mlp(widths, nn.ReLU, norm, seed, dropout=everywhere)
    if drops and last:
        model = model.insert(-1, nn.Dropout(p))
    fit(model, *train, lr=lr, seed=seed, batch_size=50, **options)
    return model


def trial(arm: str, seed: int, train: Sample, judge: Sample, **conditions: Any) -> dict[str, float]:
    """Points on unseen digits; with new statistics, which dropout does not shift; by heart."""
    model = run(arm, seed, train, **conditions)
    return {
        "points": 100 * accuracy(model, *judge),
        "recalibrated": 100 * accuracy(recalibrate(model, train.x), *judge),
        "by heart": 100 * accuracy(model, *train),
    }


EXPERIMENT = Experiment(
    claims=("7.2",),
    outcome="points",
    unit="points of accuracy",
    matters=0.5,
    because="one picture in two hundred: dropout costs hardly any time",
    contrast={"both": 1, "batch norm": -1},
    others=("dropout", "neither"),
    trial=trial,
    grid={"lr": (0.04, 0.1, 0.25, 0.6)},
    conditions={"examples": 1000, "size": 14, "steps": 500},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "one layer": {"layers": 1},
        "six layers": {"layers": 6},
        "clothes": {"data": "clothes"},
        "250 digits": {"examples": 250},
        "dropout of 0.2": {"p": 0.2},
        "dropout before the output alone": {"last": True},
        "twice the steps": {"steps": 1000},
    },
)
