"""Draws of data: each repetition of an experiment trains, tunes and tests on pictures of its own.

What is for testing is for testing in every draw, so that no rate is ever chosen with it. Draws
overlap, as data are few: their spread is a little smaller than that of wholly new data would be.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import datasets

VALIDATION = 500  # rows that choose what is tuned


class Sample(NamedTuple):
    """Inputs x (N, ...) and what they should become, y (N, ...)."""

    x: npt.NDArray[Any]
    y: npt.NDArray[Any]


class Draw(NamedTuple):
    """One draw: to train on, to tune with, and to report on."""

    train: Sample
    validation: Sample
    test: Sample


POOLS = {"digits": (datasets.mnist, 3000), "clothes": (datasets.fashion, 8000)}  # to train on


@lru_cache(maxsize=8)
def pictures(
    draw: int,
    *,
    data: str = "digits",
    inputs: str = "standardised",
    examples: int = 2000,
    size: int = 28,
    flat: bool = True,
) -> Draw:
    """Draw number `draw`: `examples` pictures to train on, 500 to tune with, 1,000 to test on.

    data: "digits" or "clothes". inputs: "raw" grey values in [0, 1], or "standardised": less the
    mean of each pixel over the training pictures, over the deviation of all that is left. (Each
    pixel over its own would blow up the corners, where hardly a picture has ink.)
    size 14 has the mean of each 2 x 2 pixels. x is (N, D) where `flat`, else (N, 1, H, W).
    """
    load, pool = POOLS[data]
    images = load()
    x = np.concatenate([images.x_train, images.x_test])
    y = np.concatenate([images.y_train, images.y_test])
    if size == 14:
        x = x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    x = x.reshape(len(x), -1) if flat else x[:, None]
    rng = np.random.default_rng(draw)
    rows, test = rng.permutation(pool), pool + rng.permutation(len(x) - pool)[:1000]
    if examples + VALIDATION > pool:
        raise ValueError(f"{examples} examples: there are {pool - VALIDATION} of {data}.")
    train, validation = rows[:examples], rows[examples : examples + VALIDATION]
    if inputs == "standardised":
        x = x - x[train].mean(axis=0)
        x = x / x[train].std()
    return Draw(*(Sample(x[part], y[part]) for part in (train, validation, test)))
