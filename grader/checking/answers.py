"""What an implementation answers to a script, and whether two answer alike.

An exception is an answer too, and the last one of its script.
"""

import itertools
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ..sandbox.channel import StudentGone
from .compare import (
    FLOOR,
    NOISE,
    Difference,
    comparable,
    difference,
    kind_of,
    narrowed,
    precision,
    unpacked,
    widened,
    without_noise,
)
from .errors import CourseError
from .remote import Call, RemoteError

# An implementation: a namespace with the functions of a problem set. The reference is one, a
# `Student` behaves as one. `Any`, because a script uses whatever functions its exercise asks for.
Implementation = Any
Script = Callable[[Implementation, np.random.Generator], Iterator[object]]


class Unfit(Exception):
    """A script has no use for what the student's code returned; its text says what is wrong."""


def one_of(answer: object, index: int, of: int) -> Any:
    """One of the values that a function returns. Unfit for what is not so many."""
    answer = unpacked(answer, of)
    if not isinstance(answer, list | tuple):
        raise Unfit(f"{of} values were expected, this is {kind_of(answer)}{forgotten(answer)}")
    if len(answer) != of:
        raise Unfit(f"{of} values were expected, not {len(answer)}")
    return answer[index]


@contextmanager
def quiet() -> Iterator[None]:
    """Implementations divide by zero and overflow where they will: the answers tell."""
    with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
        yield


@dataclass(frozen=True)
class Part:
    """One behaviour that a check asks about; passed or failed as a whole."""

    says: str
    weight: float
    script: Script
    dtype: bool  # must the dtype be the reference's?
    shows: str | None  # the mistake that failing it alone shows


@dataclass(frozen=True)
class Raised:
    """The answer of an implementation that raised an exception; the last of its script.

    There are no `kinds` where the script itself could not go on. `place` is the line of the cell.
    """

    kinds: tuple[str, ...]
    text: str = ""
    place: str = ""

    @property
    def unwritten(self) -> bool:
        """Is this the stub's error, which is also that of a name which is not there?"""
        return self.kinds[:1] == ("NotImplementedError",)

    @property
    def told(self) -> str:
        """What a message says of it."""
        if not self.kinds:
            return self.text
        text = f"raised {self.kinds[0]}" + (f": {self.text}" if self.text else "")
        return f"{text}\n{self.place}" if self.place else text


END = Raised(("there are no more answers",))  # of a script that went another way


@dataclass(frozen=True)
class Glance:
    """What there is to see of an array at a glance: is another at all like it?"""

    shape: tuple[int, ...]
    first: float
    scale: float
    floor: float  # what is smaller may be a rounding error


def glance(answer: object) -> Glance | None:
    """That of the first array or number in an answer; None if it has none."""
    match answer:
        case tuple() | list():
            return next(filter(None, map(glance, answer)), None)
        case dict():
            return next(filter(None, map(glance, answer.values())), None)
        case bool():
            return None
        case int() | float() | np.ndarray() | np.generic():
            array = np.asarray(answer)
            if array.dtype.kind in "iuf" and array.size:
                first, scale = float(array.flat[0]), float(np.abs(array).max())
                return Glance(array.shape, first, scale, FLOOR[precision(narrowed(array))])
    return None


def far_apart(one: Glance | None, other: Glance | None, right: Glance | None) -> bool:
    """Do these not agree, by far, or has one of them no numbers? False where it is not sure.

    What is as small as rounding errors of the `right` answer counts as 0.
    """
    if one is None or other is None:
        return one is not other
    noise = 0.0 if right is None else max(right.floor, NOISE[4] * right.scale)
    # 2 % is twice the widest tolerance, that of float16
    most = max(0.02 * max(one.scale, other.scale), 2 * one.floor, 2 * other.floor, noise)
    far = abs(one.first - other.first) > most or abs(one.scale - other.scale) > most
    return far or one.shape != other.shape


@dataclass(frozen=True)
class Result:
    """What an implementation answered in one part, and where it first differs from the reference.

    `asked` holds the calls that led to that answer.
    """

    part: Part
    answers: list[object]
    wrong: Difference | None
    asked: list[Call]

    @cached_property
    def glance(self) -> Glance | None:
        """What there is to see of the first answer at a glance."""
        return glance(self.answers[0]) if self.answers else None


class Answers:
    """The answers of a script, asked for when they are needed and remembered.

    Most candidates for a diagnosis are out at their first answer.
    An exception is the last answer, unless `fault` has words for it: then it is a mistake of ours,
    and whoever comes to it gets a CourseError. StudentGone is never an answer.
    """

    def __init__(
        self, script: Callable[[], Iterator[object]], fault: Callable[[Exception], str]
    ) -> None:
        self._start, self._fault = script, fault
        self._script: Iterator[object] | None = None
        self._given: list[object] = []
        self._broken = ""
        self._differs: bool | None = None

    @cached_property
    def glance(self) -> Glance | None:
        """What there is to see of the first answer at a glance."""
        return glance(next(iter(self), None))

    def differs(self, right: "Answers") -> bool:
        """Is any of these another than the `right` one, be it in dtype alone? Remembered."""
        if self._differs is None:
            pairs = itertools.zip_longest(right, self)
            self._differs = any(compare(one, other, dtype=True) for other, one in pairs)
        return self._differs

    def __iter__(self) -> Iterator[object]:
        for index in itertools.count():
            if index == len(self._given) and not self._ask():
                return
            yield self._given[index]

    def _ask(self) -> bool:
        """Ask for one more answer: was there one?"""
        if self._broken:
            raise CourseError(self._broken)
        try:
            self._script = self._script or self._start()
            self._given.append(next(self._script))
        except StopIteration:
            return False
        except StudentGone:  # costs the exercise, not this answer
            raise
        except Exception as error:
            self._broken = self._fault(error)
            if self._broken:
                raise CourseError(self._broken) from error
            self._given.append(raised(error))
        except BaseException:  # Ctrl-C: it will have to be asked from the start
            self._script = None
            self._given.clear()
            raise
        return True


def expected(
    part: Part, implementation: Implementation, rng: np.random.Generator, faulty: bool
) -> Iterator[object]:
    """The answers of an implementation of ours. Raises CourseError for what cannot be compared.

    The reference has to answer something, and would itself have to pass.
    """
    asked = False
    for answer in part.script(implementation, rng) or ():
        if not comparable(answer):
            raise CourseError(f"a check may not expect a {type(answer).__name__}")
        if not faulty and (wrong := compare(answer, answer, part.dtype)):
            raise CourseError(f"the reference's own answer would not pass: {wrong.text}")
        asked = True
        yield answer
    if not (asked or faulty):
        raise CourseError("nothing is asked: is a yield missing?")


def raised(error: Exception) -> Raised:
    if isinstance(error, Unfit):
        return Raised((), str(error))
    if isinstance(error, RemoteError):
        return Raised(error.kinds, error.text, place(error.traceback))
    return Raised(tuple(kind.__name__ for kind in type(error).__mro__), str(error))


def agree(
    answers: Iterable[object], others: Iterable[object], right: Iterable[object], *, dtype: bool
) -> bool:
    """Are these the answers of the others, to a part that asks for the dtype or does not?

    The dtype is asked for in float32 too; where that became float64, it is no more precise than
    the `right` answer. Elsewhere `answers` have to be as near to `others` as their own precision
    allows, which is that of float32 if they are numbers in float32. What is as small as rounding
    errors of the `right` answer counts as 0.
    """
    for one, other, best in itertools.zip_longest(answers, others, right, fillvalue=END):
        got, expected = without_noise(one, best), without_noise(other, best)
        if dtype:
            wrong = compare(got, expected, dtype=True, rounded=precision(best))
        else:
            wrong = compare(narrowed(got), widened(expected), dtype=False)
        if wrong:
            return False
    return True


def compare(got: object, expected: object, dtype: bool, rounded: int = 8) -> Difference | None:
    match got, expected:
        case Raised(), Raised():
            # the class counts, its text is anybody's
            same = (got.kinds[:1] or got.text) == (expected.kinds[:1] or expected.text)
            return None if same else Difference("error", got.told)
        case Raised(), _:  # without kinds it is not the code that failed, but what it returned
            return Difference("error" if got.kinds else "type", got.told)
        case _, Raised():
            return Difference("error", "raised nothing")
    wrong = difference(got, expected, dtype=dtype, rounded=rounded)
    return replace(wrong, text=wrong.text + forgotten(got)) if wrong else None


def forgotten(got: object) -> str:
    """What to look for where a function returns nothing."""
    return ": is a return missing?" if got is None else ""


# A line of a traceback whose file is a cell of a notebook, and the line of code, if it is there.
CELL = re.compile(
    r'  File "(?:<ipython-input-|[^"]*ipykernel_)[^"]*", line (\d+), in (.+)(?:\n    (.*))?'
)


def place(traceback: str) -> str:
    """The last line of the student's cells in a traceback."""
    found = CELL.findall(traceback)
    if not found:
        return ""
    line, function, source = found[-1]
    return f"in {function}, line {line} of its cell" + (f": {source.strip()}" if source else "")
