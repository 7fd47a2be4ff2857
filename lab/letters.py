"""Surnames as numbers, for networks that name the next letter."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from . import datasets

Integers = npt.NDArray[np.int64]

ALPHABET = ".abcdefghijklmnopqrstuvwxyz"  # 0, the dot, begins and ends a name


def codes(names: datasets.Strings, letters: int = 13) -> Integers:
    """The letters of each name as numbers, (N, letters + 2): from 0, then 1 to 26, then zeros."""
    rows = np.zeros((len(names), letters + 2), np.int64)
    for row, name in zip(rows, names, strict=True):
        row[1 : len(name) + 1] = [ALPHABET.index(letter) for letter in name]
    return rows


class NextLetter(NamedTuple):
    """What a model sees and the letter that follows; both int64."""

    seen: Integers
    follows: Integers


def windows(names: datasets.Strings, window: int = 8) -> NextLetter:
    """Each letter of each name, and its end, (M,), after the `window` letters before it."""
    seen, follows = [], []
    for row in codes(names):
        padded = np.concatenate([np.zeros(window - 1, np.int64), row])
        end = int(np.count_nonzero(row)) + 1  # places to predict, the final dot among them
        seen.append(np.lib.stride_tricks.sliding_window_view(padded, window)[:end])
        follows.append(row[1 : end + 1])
    return NextLetter(np.concatenate(seen), np.concatenate(follows))


def next_letters(names: datasets.Strings) -> NextLetter:
    """Whole names (N, T) and the letter that follows each place (N, T), -100 where none does."""
    rows = codes(names)
    follows = rows[:, 1:].copy()
    lengths = np.count_nonzero(rows, axis=1)
    follows[np.arange(follows.shape[1]) > lengths[:, None]] = -100  # cross_entropy ignores it
    return NextLetter(rows[:, :-1], follows)
