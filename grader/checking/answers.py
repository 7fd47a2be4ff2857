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
    Seen,
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
from .limit import OutOfTime, limited, patience
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
    def kind(self) -> str | tuple[str, ...]:
        """What tells it from others: the class counts, its text is anybody's."""
        return self.kinds[:1] or self.text

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


@dataclass(frozen=True, slots=True)
class Numbers:
    """What there is to see of an array at a glance: is another at all like it?"""

    shape: tuple[int, ...]
    first: float
    scale: float
    floor: float  # what is smaller may be a rounding error, if only numbers in float32 were given


# What there is to see of an answer at a glance: its first values, arrays as `Numbers`. None of
# those that nothing is known of, which may be anything.
Glance = tuple[object, ...]
VALUES = 16
UNKNOWN = object()


def glance(answer: object) -> Glance:
    """That of an answer. Two that agree have the same values in the same order."""
    return tuple(itertools.islice(_values(answer), VALUES))


def _values(answer: object) -> Iterator[object]:
    match answer:
        case tuple() | list():
            for item in answer:
                yield from _values(item)
        case dict():
            for key in sorted(answer, key=str):
                yield from _values(answer[key])
        case Seen():
            yield answer.yes
        case Raised():
            yield answer.kind
        case bool() | np.bool_():
            yield bool(answer)
        case str() | None:
            yield answer
        case int() | float() | np.ndarray() | np.generic():
            array = np.asarray(answer)
            known = array.dtype.kind in "iuf"
            yield _numbers(array) if known else UNKNOWN
        case _:
            yield UNKNOWN


def _numbers(array: np.ndarray) -> Numbers:
    first, scale = (float(array.flat[0]), float(np.abs(array).max())) if array.size else (0.0, 0.0)
    return Numbers(array.shape, first, scale, FLOOR[min(precision(array), 4)])


def apart(some: Iterable[Glance], others: Iterable[Glance], right: Iterable[Glance]) -> bool:
    """Do answers not agree, by far, as the first glances tell? False where it is not sure.

    What is as small as rounding errors of the `right` answers counts as 0.
    """
    return any(map(_far_apart, some, others, itertools.chain(right, itertools.repeat(()))))


def _far_apart(one: Glance, other: Glance, right: Glance) -> bool:
    if len(one) != len(other):
        return True
    best = itertools.chain(right, itertools.repeat(None))
    return any(map(_value_far_apart, one, other, best))


def _value_far_apart(one: object, other: object, right: object) -> bool:
    if not (isinstance(one, Numbers) and isinstance(other, Numbers)):
        return one != other and UNKNOWN not in (one, other)
    if one.shape != other.shape:
        return True
    noise = max(right.floor, NOISE[4] * right.scale) if isinstance(right, Numbers) else 0.0
    # 2 % is twice the widest tolerance, that of float16
    most = max(0.02 * max(one.scale, other.scale), 2 * one.floor, 2 * other.floor, noise)
    return abs(one.first - other.first) > most or abs(one.scale - other.scale) > most


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
    def glances(self) -> list[Glance]:
        """What there is to see of the answers at a glance."""
        return [*map(glance, self.answers)]


class Answers:
    """The answers of a script, asked for when they are needed and remembered.

    Most candidates for a diagnosis are out at their first answer.
    An exception is the last answer, unless `fault` has words for it: then it is a mistake of ours,
    and whoever comes to it gets a CourseError. So is one of `ours` that takes longer than whoever
    asks has patience. StudentGone is never an answer.
    What there is to see at a glance of those that come is added to `glances`, and that they end.
    """

    def __init__(
        self,
        script: Callable[[], Iterator[object]],
        fault: Callable[[Exception], str],
        glances: list[Glance] | None = None,
        ours: bool = False,
    ) -> None:
        self._start, self._fault, self._ours = script, fault, ours
        self._glances = glances
        self._script: Iterator[object] | None = None
        self._given: list[object] = []
        self._broken = ""
        self._differs: bool | None = None

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
            self._given.append(self._next(self._script))
        except StopIteration:
            self._look(END)
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
        self._look(self._given[-1], before=1)
        return True

    def _next(self, script: Iterator[object]) -> object:
        seconds = patience.get() if self._ours else None
        if seconds is None:
            return next(script)
        try:
            with limited(seconds):
                return next(script)
        except OutOfTime as late:
            text = f"there was no answer within {seconds:g} s: is there a loop without end?"
            raise CourseError(text).with_traceback(late.__traceback__) from None
        except SystemExit as exit:
            text = f"the code ends the grader: SystemExit: {exit}"
            raise CourseError(text).with_traceback(exit.__traceback__) from None

    def _look(self, answer: object, before: int = 0) -> None:
        """Add the glance of an answer, unless somebody had one at it before."""
        if self._glances is not None and len(self._glances) == len(self._given) - before:
            self._glances.append(glance(answer))


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
            return None if got.kind == expected.kind else Difference("error", got.told)
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
