"""The reference's functions in place of a student's own, for an exercise that is composed of them.

They stay here: the student's process asks for what they return, and only values cross.
"""

from collections.abc import Callable, Collection, Iterable

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


def needed(
    names: Iterable[str], share: Callable[[tuple[str, ...]], tuple[float, Collection[str]]]
) -> tuple[str, ...]:
    """Those of the names that have to be lent for the greatest share of what is asked.

    `share(lent)` is that share, from 0 to 1, with these in place, and which of them were called.
    All are lent first, and each is then given back unless that costs something.
    """
    lent = tuple(names)
    best, called = share(lent)
    for name in lent if called else ():
        fewer = tuple(other for other in lent if other != name)
        # all right, and never called: no need to ask
        found = (best, called) if best == 1 and name not in called else share(fewer)
        if found[0] >= best:
            lent, (best, called) = fewer, found
    return lent if called else ()
