"""The reference's functions in place of a student's own, for an exercise that is composed of them.

They stay here: the student's process asks for what they return, and only values cross.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LARGEST = 10_000  # numbers in an argument: a check's own have far fewer


class Lent:
    """A function of the reference, to be called with whatever a student's code calls it with.

    `called`: was it? Raises TypeError or ValueError for what is no array of at most `LARGEST`
    numbers, before the reference sees any of it.
    """

    def __init__(self, function: Callable[..., object]) -> None:
        self._function, self.called = function, False

    def __call__(self, *args: object, **kwargs: object) -> object:
        self.called = True
        for value in (*args, *kwargs.values()):
            array = np.asarray(value)
            if array.dtype.kind not in "biuf":
                raise TypeError("arrays of numbers and numbers were expected")
            if array.size > LARGEST:
                raise ValueError(f"up to {LARGEST} numbers were expected, not {array.size}")
        return self._function(*args, **kwargs)


@dataclass(frozen=True)
class Asked:
    """What came of asking with some functions lent.

    `share` is that of the points, from 0 to 1; `called` are those of the functions that were.
    """

    share: float
    called: Collection[str]
    results: Sequence[Any] = ()


def needed(
    names: Iterable[str], ask: Callable[[tuple[str, ...]], Asked]
) -> tuple[tuple[str, ...], Asked]:
    """Those of the names that have to be lent for the greatest share, and what comes of it.

    All are lent first, and each is then given back unless that costs something. None are needed
    where none are called. Mostly one is, so where all give everything each is tried alone: a call
    of a lent function is a message. The last is tried first, for it would be given back last.
    """
    lent = tuple(names)
    asked = ask(lent)
    for name in reversed(lent) if asked.share == 1 and len(asked.called) > 1 else ():
        if name in asked.called and (alone := ask((name,))).share == 1:
            lent, asked = (name,), alone
            break
    for name in lent if asked.called else ():
        fewer = tuple(other for other in lent if other != name)
        # all right, and never called: no need to ask
        found = asked if asked.share == 1 and name not in asked.called else ask(fewer)
        if found.share >= asked.share:
            lent, asked = fewer, found
    return lent if asked.called else (), asked
