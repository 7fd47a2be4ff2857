"""What wrong answers are known by: whoever gives the same ones, however it is written, is alike.

A class whose questions come of one seed is grouped by it.
"""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from .answers import Raised, Result
from .compare import FLOOR, Seen

DIGITS = {2: 2, 4: 3, 8: 6}  # that rounding errors leave alone, by bytes of a real number
ALL_DIGITS = {2: 3, 4: 7, 8: 12}  # by which any two mistakes can be told apart


def behaviour(results: Sequence[Result], digits: Mapping[int, int] = DIGITS) -> str:
    """A digest of the parts that are wrong and of all answers in them; empty where none is.

    Numbers count to some digits of the largest in their array.
    Their dtype counts where the part asks for it, and of an exception its class.
    """
    wrong = [
        (index, [_rounded(answer, result.part.dtype, digits) for answer in result.answers])
        for index, result in enumerate(results)
        if result.wrong is not None
    ]
    return hashlib.sha256(repr(wrong).encode(errors="replace")).hexdigest()[:16] if wrong else ""


def _rounded(answer: object, dtype: bool, digits: Mapping[int, int]) -> object:
    """What a digest holds of an answer: plain values, the same for answers that are alike."""
    match answer:
        case Raised():
            return "raised", answer.kinds[:1] or answer.text
        case Seen():
            return answer.yes
        case tuple() | list():
            return [_rounded(item, dtype, digits) for item in answer]
        case dict():
            return sorted(
                (repr(key), repr(_rounded(item, dtype, digits))) for key, item in answer.items()
            )
        case bool() | str() | None:
            return answer
        case int() | float() | complex() | np.generic() | np.ndarray():
            array = np.asarray(answer)
            if array.dtype.kind in "iufc":
                kind = str(array.dtype) if dtype else ""
                return kind, array.shape, hashlib.sha256(_digits(array, digits)).hexdigest()
    return type(answer).__name__


def _digits(array: np.ndarray, digits: Mapping[int, int]) -> bytes:
    """The numbers of an array, rounded."""
    size = min(array.real.dtype.itemsize, 8) if array.dtype.kind in "fc" else 8
    plain = array.ravel().astype(np.complex128).view(np.float64)
    largest = np.abs(plain[np.isfinite(plain)]).max(initial=0.0)
    below = -int(np.floor(np.log10(FLOOR[size])))  # decimals; what is smaller is 0
    if largest > 0:
        below = min(below, digits[size] - 1 - int(np.floor(np.log10(largest))))
    rounded = np.round(plain, below) + 0.0  # no -0.0
    return np.where(np.isnan(rounded), np.nan, rounded).tobytes()  # one NaN is as any other
