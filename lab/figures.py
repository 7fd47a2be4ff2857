"""The one figure style of the book, and the pictures that several chapters draw.

Blue, vermilion, green and black are Okabe and Ito's, which people with any colour vision can
tell apart; the purple is darker than theirs, so that all five stand out on light and dark pages.
Figures are drawn dark on a transparent ground; the book's style sheet inverts their
lightness on dark pages and keeps their hues (_static/course.css).
"""

import base64
import io
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE, VERMILION, GREEN, PURPLE, BLACK = "#0072B2", "#D55E00", "#009E73", "#AA4499", "#000000"
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, BLACK)
GREY = "#6b6b6b"

WIDTH = 5.2  # inches: fills a phone's width with text that can still be read

_STYLE: Any = {
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.labelsize": 11,
    "figure.figsize": (WIDTH, 3.4),
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "font.size": 11,
    "image.cmap": "gray_r",
    "image.interpolation": "none",  # its own pixels: a fifth of the bytes of resampled ones
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "svg.hashsalt": "batchnorm-course",
}


def use_style() -> None:
    """Set the style for all figures of a notebook, and SVG as their format."""
    mpl.rcParams.update(_STYLE)
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    set_matplotlib_formats("svg", metadata={"Date": None})  # type: ignore[no-untyped-call]


def svg(fig: Figure) -> bytes:
    """The picture of a figure, which is closed, so that the notebook does not show it again."""
    file = io.BytesIO()
    fig.savefig(file, format="svg", metadata={"Date": None})
    plt.close(fig)
    return file.getvalue()


def image(picture: bytes, alt: str) -> str:
    """An SVG picture in HTML, with its text for who does not see it."""
    source = "data:image/svg+xml;base64," + base64.b64encode(picture).decode()
    return f'<img src="{source}" alt="{escape(alt)}">'


def label(ax: Axes, x: str, y: str, title: str = "") -> Axes:
    """Label both axes, with units in brackets where there are any, and return them."""
    ax.set(xlabel=x, ylabel=y, title=title)
    return ax


def spread(ax: Axes, x: npt.ArrayLike, runs: npt.ArrayLike, **style: Any) -> None:
    """Draw the mean of runs (seeds, K) over x (K,), and a band from the lowest to the highest."""
    values = np.asarray(runs, dtype=float)
    (line,) = ax.plot(x, values.mean(axis=0), **style)
    ax.fill_between(
        np.asarray(x, dtype=float),
        values.min(axis=0),
        values.max(axis=0),
        color=line.get_color(),
        alpha=0.2,
        linewidth=0,
    )


def digits(images: npt.NDArray[Any]) -> Figure:
    """One row of pictures from images (N, H, W) in [0, 1], dark where the value is high."""
    fig, axes = plt.subplots(1, len(images), figsize=(WIDTH, 0.9), squeeze=False)
    for ax, image in zip(axes[0], images, strict=True):
        ax.imshow(image, vmin=0, vmax=1)
        ax.axis("off")
    return fig


def features(
    panels: Mapping[str, npt.NDArray[Any]],
    columns: Sequence[int],
    xlabel: str = "value",
) -> Figure:
    """How chosen features are distributed over the batch, in one panel for each step.

    panels: title -> values (N, D), all panels on the same axes.
    A row for each feature in `columns`: a dot for each sample, a bar from
    one standard deviation below the mean to one above, a tick at the mean.
    """
    across = 2 if len(panels) > 1 else 1
    down = -(-len(panels) // across)
    fig, axes = plt.subplots(
        down, across, figsize=(WIDTH, 0.7 + 2.3 * down), sharex=True, sharey=True, squeeze=False
    )
    places = np.arange(len(columns))[::-1]
    spread = np.random.default_rng(0)  # where a dot sits within its row means nothing
    for ax, (title, values) in zip(axes.flat, panels.items(), strict=True):
        ax.axvline(0, color=GREY, linewidth=0.8)
        for place, column, colour in zip(places, columns, COLOURS, strict=False):
            feature = values[:, column]
            mean, std = feature.mean(), feature.std()
            jitter = place + spread.uniform(-0.22, 0.22, len(feature))
            ax.scatter(feature, jitter, s=7, color=colour, alpha=0.35, linewidths=0)
            ax.plot([mean - std, mean + std], [place, place], color=colour, linewidth=3)
            ax.plot([mean], [place], marker="|", markersize=16, markeredgewidth=3, color=colour)
        ax.set(title=title, ylim=(-0.6, len(columns) - 0.4))
        ax.set_yticks(places, [str(column) for column in columns])
    for ax in axes[-1]:
        ax.set_xlabel(xlabel)
    for ax in axes[:, 0]:
        ax.set_ylabel("feature")
    return fig


def table_with_means(values: npt.NDArray[Any]) -> Figure:
    """A batch (N, D) as a picture, its mean over axis 0 below it and over axis 1 beside it."""
    bound = float(np.abs(values).max())
    fig, axes = plt.subplots(
        2, 2,
        figsize=(WIDTH, 3.9),
        width_ratios=(12, 1),
        height_ratios=(12, 1),
    )  # fmt: skip
    parts = (
        (axes[0, 0], values, "x"),
        (axes[0, 1], values.mean(axis=1, keepdims=True), "axis=1"),
        (axes[1, 0], values.mean(axis=0, keepdims=True), ""),
    )
    for ax, part, title in parts:
        picture = ax.imshow(part, cmap="PuOr", vmin=-bound, vmax=bound, aspect="auto")
        ax.set(xticks=[], yticks=[], title=title)
        ax.spines[:].set_visible(True)  # a mean near 0 has the ground's colour
    axes[0, 0].set(ylabel="sample n")
    axes[1, 0].set(ylabel="axis=0", xlabel="feature d")
    axes[1, 0].yaxis.label.set(rotation=0, ha="right", va="center")
    axes[1, 1].axis("off")
    fig.colorbar(picture, ax=axes, label="activation", shrink=0.8)
    return fig
