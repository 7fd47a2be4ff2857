"""7.4 Adding normalisation layers calls for a look at the performance.

A demonstration of one way in which they go wrong, not a test of a theory: running statistics that
lag far behind. Three hidden layers with ReLU on digits.
"""

import copy
from typing import Any

import torch
from torch import nn

from lab.evidence.experiment import Experiment
from lab.networks import mlp
from lab.samples import Sample
from lab.training import accuracy, fit

ARMS = {"healthy": 0.1, "sick": 0.0003}  # name -> momentum


def run(
    arm: str, seed: int, train: Sample, *, lr: float, layers: int = 3, **options: Any
) -> nn.Sequential:
    """A trained network."""

    def norm(features: int) -> nn.Module:
        return nn.BatchNorm1d(features, momentum=ARMS[arm])

    model = mlp((train.x.shape[1], *[100] * layers, 10), nn.ReLU, norm, seed)
    fit(model, *train, lr=lr, seed=seed, batch_size=64, **options)
    return model


def trial(arm: str, seed: int, train: Sample, judge: Sample, **conditions: Any) -> dict[str, float]:
    """Points on training pictures in training mode minus in inference mode; points on unseen ones.

    The training loss of both arms is the same to the last bit: it does not show the gap.
    """
    model = run(arm, seed, train, **conditions)
    x, y = train.x[:500], train.y[:500]
    twin = copy.deepcopy(model).train()  # a copy, because its running statistics move
    with torch.no_grad():
        right = twin(torch.as_tensor(x)).argmax(1).numpy() == y
    gap = 100 * (float(right.mean()) - accuracy(model, x, y))
    return {"gap": gap, "points": 100 * accuracy(model, *judge)}


EXPERIMENT = Experiment(
    claims=("7.4",),
    outcome="gap",
    unit="points between the modes",
    matters=2,
    because="less than two points would be within the chance of a thousand pictures",
    contrast={"sick": 1, "healthy": -1},
    trial=trial,
    tuned_by="points",
    tuned_for="healthy",
    grid={"lr": (0.04, 0.1, 0.25, 0.6)},
    conditions={"steps": 300, "size": 14},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "one layer": {"layers": 1},
        "eight layers": {"layers": 8},
        "clothes": {"data": "clothes"},
        "500 digits": {"examples": 500},
        "a third of the steps": {"steps": 100},
        "five times the steps": {"steps": 1500},
    },
)
