"""4.2 It is used after convolutional layers.

What is measured is whether they gain by it: three convolutions on 1,000 clothes at half
their size, with statistics for each channel, 26 times over.
"""

from collections.abc import Sequence
from typing import Any

from torch import nn

from lab.evidence.experiment import Experiment
from lab.networks import Norm, cnn
from lab.samples import Sample
from lab.training import accuracy, fit

WIDTHS, STRIDES = (8, 16, 16), (2, 2, 2)


def per_pixel(sizes: Sequence[int]) -> Norm:
    """A feature for each pixel, where the maps of the layers, in order, have these sizes."""
    left = iter(sizes)

    def norm(C: int) -> nn.Module:
        size = next(left)
        features = C * size**2
        return nn.Sequential(
            nn.Flatten(), nn.BatchNorm1d(features), nn.Unflatten(1, (C, size, size))
        )

    return norm


def norms(arm: str, size: int, strides: Sequence[int]) -> Norm | None:
    """The norm of an arm, on pictures of this size."""
    if arm == "no norm":
        return None
    if arm == "per channel":
        return nn.BatchNorm2d
    sizes = []
    for stride in strides:
        size = -(-size // stride)
        sizes.append(size)
    return per_pixel(sizes)


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    lr: float,
    widths: Sequence[int] = WIDTHS,
    strides: Sequence[int] = STRIDES,
    **options: Any,
) -> nn.Sequential:
    """A trained network."""
    model = cnn(norms(arm, train.x.shape[2], strides), seed, widths, strides)
    fit(model, *train, lr=lr, seed=seed, batch_size=64, **options)
    return model


def trial(arm: str, seed: int, train: Sample, judge: Sample, **conditions: Any) -> dict[str, float]:
    """Points on unseen pictures."""
    return {"points": 100 * accuracy(run(arm, seed, train, **conditions), *judge)}


EXPERIMENT = Experiment(
    claims=("4.2",),
    outcome="points",
    unit="points of accuracy",
    matters=1,
    because="one picture in a hundred: less does not pay for a layer with two modes",
    contrast={"per channel": 1, "no norm": -1},
    others=("per pixel",),
    trial=trial,
    grid={"lr": (0.1, 0.25, 0.6, 1.5)},
    conditions={"data": "clothes", "size": 14, "flat": False, "examples": 1000, "steps": 400},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "raw pixels, Adam": {"inputs": "raw", "optimizer": "Adam"},
        "two convolutions": {"widths": (8, 16), "strides": (2, 2)},
        "five convolutions": {"widths": (8, 8, 16, 16, 16), "strides": (2, 1, 2, 1, 2)},
        "digits": {"data": "digits"},
        "3,000 pictures": {"examples": 3000},
        "100 steps": {"steps": 100},
    },
)
