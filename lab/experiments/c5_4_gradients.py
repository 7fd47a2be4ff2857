"""5.4 It helps to prevent vanishing and exploding gradients.

Twenty hidden layers on one batch, before any training, from weights that suit the activation.
"""

from typing import Any

import numpy as np
from torch import nn

from lab.evidence.experiment import Experiment
from lab.measures import Depth, by_depth, growth
from lab.networks import Norm, mlp
from lab.samples import Sample

ARMS: dict[str, Norm | None] = {"without": None, "with": nn.BatchNorm1d}
ACTIVATIONS: dict[str, type[nn.Module]] = {
    "ReLU": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    activation: str = "ReLU",
    scale: float = 1.0,
    layers: int = 20,
    batch_size: int = 128,
) -> Depth:
    """Signals and gradients of the batch, layer by layer; first weights are times `scale`."""
    widths = (train.x.shape[1], *[100] * layers, 10)
    model = mlp(widths, ACTIVATIONS[activation], ARMS[arm], seed, scale=scale)
    return by_depth(model, train.x[:batch_size], train.y[:batch_size])


def trial(arm: str, seed: int, train: Sample, judge: Sample, **conditions: Any) -> dict[str, float]:
    """Orders of magnitude between the gradients of the first and the last hidden layer.

    Their factor per layer, and orders of magnitude that the signal loses: what is left of the
    differences between the samples.
    """
    seen = run(arm, seed, train, **conditions)
    factor = growth(seen.gradient)
    return {
        "orders": (len(seen.gradient) - 3) * abs(float(np.log10(factor))),
        "factor": factor,
        "signal lost": float(np.log10(seen.over_batch[0] / seen.over_batch[-2])),
    }


EXPERIMENT = Experiment(
    claims=("5.4",),
    outcome="orders",
    unit="orders of magnitude",
    matters=1,
    because="one learning rate can serve layers whose gradients differ ten times, hardly more",
    contrast={"without": 1, "with": -1},
    trial=trial,
    conditions={"examples": 500},
    settings={
        "raw pixels": {"inputs": "raw"},
        "clothes": {"data": "clothes"},
        "half the weights": {"scale": 0.5},
        "twice the weights": {"scale": 2.0},
        "tanh": {"activation": "tanh"},
        "sigmoid": {"activation": "sigmoid"},
        "sigmoid, four times the weights": {"activation": "sigmoid", "scale": 4.0},
        "ten layers": {"layers": 10},
        "ten layers, half the weights": {"layers": 10, "scale": 0.5},
        "batch of 32": {"batch_size": 32},
    },
)
