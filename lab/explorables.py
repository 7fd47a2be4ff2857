"""Figures that the reader moves: a still picture, and the data with which a script replaces it.

The script is _static/explorables.js.  Where it does not run, the picture stays.
All start values stand here or in the page; the script repeats none of them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt

from .figures import BLUE, GREY, VERMILION, WIDTH, image, label, svg

Numbers = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Explorable:
    """What a notebook cell shows: the picture (SVG) with its alt text, and the script's data."""

    figure: str  # which of the script's figures
    picture: bytes
    alt: str
    start: Mapping[str, object]

    def _repr_html_(self) -> str:
        return (
            f'<div class="explorable" data-figure="{self.figure}"'
            f' data-start="{escape(json.dumps(self.start))}">'
            f"{image(self.picture, self.alt)}</div>"
        )


def four_steps(x: Numbers, gamma: float, beta: float, eps: float = 1e-5) -> Explorable:
    """The four steps on the values x (N,) of one feature, which can be dragged."""
    centred = x - x.mean()
    x_hat = centred / np.sqrt(x.var() + eps)
    rows = {"x": x, "x - mean": centred, "x_hat": x_hat, "y": gamma * x_hat + beta}
    fig, ax = plt.subplots(figsize=(WIDTH, 2.8))
    for place, values in enumerate(rows.values()):
        ax.plot(values, np.full(len(x), -place), "o", color=BLUE, alpha=0.7)
        ax.plot([values.mean()], [-place], "|", markersize=20, color=VERMILION)
    ax.set(yticks=-np.arange(4), yticklabels=list(rows), ylim=(-3.5, 0.5))
    label(ax, "value", "")
    return Explorable(
        "four-steps",
        svg(fig),
        "Four rows of dots, one below the other: the values x of a small batch, the same minus "
        "their mean, normalised, and scaled and shifted. A tick marks the mean of each row.",
        {"x": x.round(2).tolist(), "gamma": gamma, "beta": beta, "eps": eps},
    )


def scale_shift_eps(
    features: Mapping[str, Numbers], gamma: float = 1, beta: float = 0, eps: float = 1e-5
) -> Explorable:
    """Features, name -> values (N,), through batch normalisation with a common gamma and beta."""
    fig, ax = plt.subplots(figsize=(WIDTH, 2.4))
    for place, x in enumerate(features.values()):
        y = gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta
        ax.plot(y, np.full(len(x), -place), "o", color=BLUE, alpha=0.5)
    names = [f"std {x.std():.2g}" for x in features.values()]
    ax.set(yticks=-np.arange(len(names)), yticklabels=names, ylim=(0.5 - len(names), 0.5))
    label(ax, "y", "")
    values = {name: [float(f"{value:.6g}") for value in x] for name, x in features.items()}
    return Explorable(
        "scale-shift-eps",
        svg(fig),
        "A row of dots for each feature of a batch after normalising. The rows of features that "
        "vary well are equally wide; the row of the faintest feature is narrower.",
        {"features": values, "gamma": gamma, "beta": beta, "eps": eps},
    )


def running_average(
    stream: Numbers, batch_size: int = 8, momentum: float = 0.1, batches: int = 60
) -> Explorable:
    """Batches cut from a stream of values (M,), their means, and the running mean."""
    means = stream[: batch_size * batches].reshape(batches, batch_size).mean(axis=1)
    running, path = 0.0, []
    for mean in means:
        running = (1 - momentum) * running + momentum * float(mean)
        path.append(running)
    fig, ax = plt.subplots(figsize=(WIDTH, 2.8))
    steps = np.arange(1, batches + 1)
    ax.axhline(float(stream.mean()), color=GREY, linestyle=":", label="mean of all values")
    ax.plot(steps, means, ".", color=BLUE, alpha=0.6, label="mean of the batch")
    ax.plot(steps, path, color=VERMILION, label="running mean")
    label(ax, "batch", "activation")
    ax.legend()
    start = {"stream": stream.round(3).tolist(), "batch_size": batch_size}
    return Explorable(
        "running-average",
        svg(fig),
        "Scattered dots, the means of 60 batches, and a line through their middle, the running "
        "mean, which starts at zero and reaches the mean of all values after some twenty batches.",
        {**start, "momentum": momentum, "batches": batches},
    )


def batch_noise(values: Numbers, batch_size: int = 8) -> Explorable:
    """The means of batches of 1, 2, 4, ... samples, cut from the same values (M,)."""
    sizes = 2 ** np.arange(int(np.log2(len(values) / 4)) + 1)
    fig, ax = plt.subplots(figsize=(WIDTH, 3))
    for size in sizes:
        batches = values[: len(values) // size * size].reshape(-1, size)
        means = batches.mean(axis=1)[:48]
        ax.semilogx(np.full(len(means), size), means, ".", color=BLUE, alpha=0.5)
    expected = values.std() / np.sqrt(sizes)
    for sign in (-1, 1):
        ax.semilogx(sizes, values.mean() + sign * expected, color=VERMILION)
    ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.minorticks_off()
    label(ax, "batch size N", "mean of a batch")
    return Explorable(
        "batch-noise",
        svg(fig),
        "Columns of dots, the means of batches of 1, 2, 4 and so on. The columns get shorter with "
        "the batch size, like a funnel, within two lines at the mean plus and minus sigma over "
        "the root of N.",
        {"values": values.round(3).tolist(), "batch_size": batch_size},
    )
