"""Four small, real data sets as NumPy arrays, with fixed splits.

Where they come from, under which licence, and their checksums: data/sources.toml.
How they were made from their sources: data/rebuild.py.
"""

import hashlib
import io
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).parent / "data"

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
Strings = npt.NDArray[np.str_]


class CorruptedData(Exception):
    """A data file is missing, or is not the one that this version of the course was made with."""


class Images(NamedTuple):
    """Grey-scale images (N, 28, 28), float32 in [0, 1], and their classes (N,), int64 in 0..9."""

    x_train: Floats
    y_train: Integers
    x_test: Floats
    y_test: Integers

    def flat(self) -> "Images":
        """The same images as rows: x (N, 784)."""
        return self._replace(
            x_train=self.x_train.reshape(len(self.x_train), -1),
            x_test=self.x_test.reshape(len(self.x_test), -1),
        )


class Names(NamedTuple):
    """Surnames in the letters a to z, most frequent first."""

    train: Strings
    test: Strings


class Utterances(NamedTuple):
    """Utterances (N, C, T), float32, zero after their length (N,); speakers (N,), int64 in 0..8."""

    x_train: Floats
    length_train: Integers
    y_train: Integers
    x_test: Floats
    length_test: Integers
    y_test: Integers


class Forecasts(NamedTuple):
    """Ten frames in a row of one coefficient, (N, 10), and its value later, (N,); float32."""

    x_train: Floats
    y_train: Floats
    x_test: Floats
    y_test: Floats


def mnist() -> Images:
    """5,000 handwritten digits: 4,000 for training, 1,000 for testing, every digit equally often.

    x_train (4000, 28, 28), x_test (1000, 28, 28): float32 in [0, 1], 0 is the background.
    y_train (4000,), y_test (1000,): int64, the digit.
    The digits come in turn, 0, 1, ..., 9, 0, ...: shuffle before you train.
    Licence: CC BY-SA 3.0 (LeCun, Cortes and Burges, 1998).
    """
    stored = _load("mnist")
    images, labels = _grey(stored["images"]), stored["labels"].astype(np.int64)
    return Images(images[:4000], labels[:4000], images[4000:], labels[4000:])


def fashion() -> Images:
    """12,000 pictures of clothes: 10,000 for training, 2,000 for testing, classes of equal size.

    x_train (10000, 28, 28), x_test (2000, 28, 28): float32 in [0, 1], 0 is the background.
    y_train (10000,), y_test (2000,): int64, the class, in the order of `FASHION_CLASSES`.
    Licence: MIT (Xiao, Rasul and Vollgraf, Fashion-MNIST, 2017).
    """
    stored = _load("fashion_mnist")
    return Images(
        _grey(stored["train_images"]),
        stored["train_labels"].astype(np.int64),
        _grey(stored["test_images"]),
        stored["test_labels"].astype(np.int64),
    )


FASHION_CLASSES = (
    "T-shirt", "trousers", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip


def surnames() -> Names:
    """88,799 surnames of the 1990 US census, 2 to 13 letters: every tenth is for testing.

    train (79919,), test (8880,): strings of lower-case letters, most frequent first.
    Public domain (US Census Bureau).
    """
    names = _load("surnames")["names"].astype(np.str_)
    is_test = np.arange(len(names)) % 10 == 9
    return Names(names[~is_test], names[is_test])


def japanese_vowels() -> Utterances:
    """640 utterances of two vowels by nine speakers: who speaks?

    x_train (270, 12, 29), x_test (370, 12, 29): float32, 12 linear prediction coefficients
    for each of at most 29 frames of 25.6 ms, one frame each 6.4 ms; zeros fill up short utterances.
    length_train (270,), length_test (370,): int64, frames in the utterance, 7 to 29.
    y_train (270,), y_test (370,): int64, the speaker. The split is the original one.
    Licence: CC BY 4.0 (Kudo, Toyama and Shimbo, 1999).
    """
    stored = _load("japanese_vowels")
    longest = int(max(stored["train_lengths"].max(), stored["test_lengths"].max()))

    def split(which: str) -> tuple[Floats, Integers, Integers]:
        lengths = stored[f"{which}_lengths"].astype(np.int64)
        x = np.zeros((len(lengths), longest, stored[f"{which}_frames"].shape[1]), np.float32)
        x[np.arange(longest) < lengths[:, None]] = stored[f"{which}_frames"]
        return (
            np.ascontiguousarray(x.swapaxes(1, 2)),
            lengths,
            stored[f"{which}_speakers"].astype(np.int64),
        )

    return Utterances(*split("train"), *split("test"))


def forecasts(ahead: int = 5) -> Forecasts:
    """From ten frames of the first coefficient of an utterance, its value `ahead` frames later."""

    def rows(x: Floats, lengths: Integers) -> tuple[Floats, Floats]:
        windows = [
            np.lib.stride_tricks.sliding_window_view(utterance[0, :length], 10 + ahead)
            for utterance, length in zip(x, lengths, strict=True)
            if length >= 10 + ahead
        ]
        frames = np.concatenate(windows)  # (N, 10 + ahead)
        return frames[:, :10].copy(), frames[:, -1].copy()

    data = japanese_vowels()
    return Forecasts(*rows(data.x_train, data.length_train), *rows(data.x_test, data.length_test))


def _grey(images: npt.NDArray[np.uint8]) -> Floats:
    return images.astype(np.float32) / np.float32(255)


def _load(name: str) -> dict[str, npt.NDArray[Any]]:
    """The arrays of one file, after its checksum was compared with the recorded one."""
    source = tomllib.loads((FOLDER / "sources.toml").read_text("utf-8"))[name]
    path = FOLDER / source["file"]
    mend = "Get it again from the course's repository, or run `python lab/data/rebuild.py`."
    if not path.exists():
        raise CorruptedData(f"The data file {path} is missing. {mend}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != source["sha256"]:
        raise CorruptedData(
            f"The data file {path} ({len(content):,} bytes) does not have the checksum that "
            f"sources.toml records: it is damaged or of another version. {mend}"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return dict(arrays)
