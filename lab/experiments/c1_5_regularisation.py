"""1.5 It reduces the need for heavy regularisation.

500 digits, of which three of ten have a random label: what does a regulariser add to the test
accuracy? Networks without one are compared at equal fit, when they know their labels by heart.
Three hidden layers with ReLU.
"""

import copy
from typing import Any

import numpy as np
import torch
from torch import nn

from lab.evidence.experiment import Experiment
from lab.networks import Norm, mlp
from lab.samples import Draw, Sample, pictures
from lab.training import OPTIMIZERS, accuracy
from lab.training import train as train_with

ARMS: dict[str, Norm | None] = {
    "without": None,
    "without, regularised": None,
    "with": nn.BatchNorm1d,
    "with, regularised": nn.BatchNorm1d,
}
KNOWN = 99  # percent of the training labels


def noisy(draw: int, *, random: float = 0.3, **conditions: Any) -> Draw:
    """A draw of pictures, a share of whose training labels is drawn at random."""
    drawn = pictures(draw, **conditions)
    rng = np.random.default_rng(draw)
    x, y = drawn.train
    labels = np.where(rng.random(len(y)) < random, rng.integers(0, 10, len(y)), y)
    return drawn._replace(train=Sample(x, labels))


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    lr: float,
    strength: float,
    method: str = "dropout",
    optimizer: str = "momentum",
    stopping: bool = False,
    layers: int = 3,
    steps: int,
) -> nn.Sequential:
    """A trained network.

    method: "dropout", of strength / (1 + strength) of the units, or "decay" of the weights, but
    not of gamma, beta and biases, which regularise nothing.
    stopping: a fifth of the training rows say when the network was best.
    """
    drops = strength / (1 + strength) if method == "dropout" else 0.0
    decay = strength if method == "decay" else 0.0
    widths = (train.x.shape[1], *[100] * layers, 10)
    model = mlp(widths, nn.ReLU, ARMS[arm], seed, dropout=drops)
    make, unit = OPTIMIZERS[optimizer]

    def with_decay(parameters: Any, lr: float) -> torch.optim.Optimizer:
        every = list(parameters)
        weights = [parameter for parameter in every if parameter.ndim > 1]
        others = [parameter for parameter in every if parameter.ndim == 1]
        groups = [{"params": weights, "weight_decay": decay}, {"params": others}]
        return make(groups, lr=lr)

    kept = len(train.x) // 5 if stopping else 0
    held_out = Sample(train.x[:kept], train.y[:kept])
    best, state = -1.0, copy.deepcopy(model.state_dict())

    def watch(step: int, model: nn.Module) -> None:
        nonlocal best, state
        if stopping and step % 20 == 0 and (now := accuracy(model, *held_out)) > best:
            best, state = now, copy.deepcopy(model.state_dict())

    options: dict[str, Any] = {"optimizer": with_decay, "watch": watch, "batch_size": 50}
    x, y = train.x[kept:], train.y[kept:]
    train_with(model, x, y, steps=steps, lr=lr * unit, seed=seed, **options)
    if stopping:
        model.load_state_dict(state)
    return model


def trial(
    arm: str,
    seed: int,
    train: Sample,
    judge: Sample,
    *,
    lr: float,
    strength: float,
    stopping: bool = False,
    **conditions: Any,
) -> dict[str, float]:
    """Points on unseen digits; on the training labels; a score to choose by.

    The score is the points, but below 0 where a network without a regulariser is to know its
    labels and does not.
    """
    strength = strength if arm.endswith("regularised") else 0.0
    model = run(arm, seed, train, lr=lr, strength=strength, stopping=stopping, **conditions)
    points, known = 100 * accuracy(model, *judge), 100 * accuracy(model, *train)
    unfit = strength == 0 and not stopping and known < KNOWN
    return {"points": points, "by heart": known, "score": known - 100 if unfit else points}


EXPERIMENT = Experiment(
    claims=("1.5",),
    outcome="points",
    unit="points of accuracy",
    matters=1,
    because="one picture in a hundred: who needs it less by less than that, needs it as before",
    contrast={
        "without, regularised": 1,
        "without": -1,
        "with, regularised": -1,
        "with": 1,
    },
    trial=trial,
    draw=noisy,
    drawn_by=("random", "data", "inputs", "examples", "size"),
    tuned_by="score",
    grid={"lr": (0.1, 0.25, 0.6), "strength": (0.1, 0.3, 0.9)},
    fixed={"without": {"strength": 0.0}, "with": {"strength": 0.0}},
    conditions={"examples": 500, "size": 14, "steps": 400},
    settings={
        "raw pixels": {"inputs": "raw"},
        "SGD": {"optimizer": "SGD"},
        "Adam": {"optimizer": "Adam"},
        "early stopping": {"stopping": True},
        "weight decay": {"method": "decay"},
        "right labels": {"random": 0.0},
        "one layer": {"layers": 1},
        "six layers": {"layers": 6},
        "clothes": {"data": "clothes"},
        "1,000 digits": {"examples": 1000, "steps": 800},
    },
)
