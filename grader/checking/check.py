"""Checks: scripts that ask questions of an implementation.

A check holds no expected value.
Its script is run on the student's implementation and on the reference, with the same random inputs.
Where the answers differ, it is run on the faulty implementations too:
the mistakes of the one that gives the student's answers are the diagnosis.
"""

import inspect
import itertools
import re
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from ..sandbox.channel import StudentGone
from .compare import (
    Difference,
    comparable,
    difference,
    kind_of,
    narrowed,
    precision,
    show,
    widened,
)
from .errors import CourseError, is_ours, told
from .lent import Asked, Lent, needed
from .mistakes import catalogue
from .remote import Call, Remote, RemoteError, Student, arguments_after, raises
from .sections import where_to_read

__all__ = ["Check", "Unfit", "Verdict", "arguments_after", "one_of", "raises"]

SHOWN_CALLS = 8  # what a message tells of what led to an answer
ELSEWHERE = "The mistake is not here, but"  # how the message on what is right begins

# What an answer that is wrong in this way shows by itself.
SHOWN_BY_KIND = {"dtype": "loses-dtype", "changed": "mutates-input"}
# The same, for checks that know the mistake.
SHOWN_IF_KNOWN = {
    "shape": ("statistics-shape", "gradients-shape"),
    "nothing": ("returns-nothing",),
    "more": ("returns-more",),
}

# An implementation: a namespace with the functions of a problem set. The reference is one, a
# `Student` behaves as one. `Any`, because a script uses whatever functions its exercise asks for.
Implementation = Any
Script = Callable[[Implementation, np.random.Generator], Iterator[object]]


class Faults(Protocol):
    """A module of faulty implementations of a problem set.

    `MISTAKES` names, for each check, those that it can name; what follows a colon in a name only
    tells variants of one mistake apart.
    """

    MISTAKES: dict[str, tuple[str, ...]]

    def implementation(self, *mistakes: str) -> Implementation:
        """The functions of the set with these mistakes; without any, they are right."""


@dataclass(frozen=True)
class Verdict:
    """The result of one check.

    `status` is one of passed, partial, failed, error (the code raised), timeout, killed, missing
    (not written). `message` is plain text for the student; `diagnosis` names mistakes by their ids.
    `asserts`: it comes from asserts in the student's own process, and not from a check.
    """

    id: str
    points: float
    max_points: float
    status: str
    message: str
    diagnosis: tuple[str, ...] = ()
    asserts: bool = False


class Unfit(Exception):
    """A script has no use for what the student's code returned; its text says what is wrong."""


def one_of(answer: object, index: int, of: int) -> Any:
    """One of the values that a function returns. Unfit for what is not so many."""
    if not isinstance(answer, list | tuple):
        raise Unfit(f"{of} values were expected, this is {kind_of(answer)}{_forgotten(answer)}")
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


@dataclass(frozen=True)
class Glance:
    """What there is to see of an array at a glance: is another at all like it?"""

    shape: tuple[int, ...]
    first: float
    scale: float


def glance(answer: object) -> Glance | None:
    """None for what is no array of floating-point numbers."""
    if not isinstance(answer, np.ndarray) or answer.dtype.kind != "f" or not answer.size:
        return None
    return Glance(answer.shape, float(answer.flat[0]), float(np.abs(answer).max()))


def far_apart(one: Glance | None, other: Glance | None) -> bool:
    """Do these not agree, by far? False where it is not sure."""
    if one is None or other is None:
        return False
    # 2 % is twice the widest tolerance, that of float16
    far = abs(one.first - other.first) > 0.02 * max(one.scale, other.scale, 0.1)
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

    @property
    def error(self) -> str:
        """The class of the exception that ended it, if one did."""
        last = self.answers[-1] if self.answers else None
        return "".join(last.kinds[:1]) if isinstance(last, Raised) else ""


class Check:
    """What is asked about one exercise.

    `id` is the grade_id of the graded cell and the name in `check("...")`.
    `section` is the label of the section in the book that teaches it.
    `faulty(*mistakes)` makes an implementation with those of `mistakes`.
    `uses` names the functions of earlier exercises that a solution may be composed of.

    A mistake in one of those has cost its points where it was made, and costs none here.
    A solution that is not all right is asked again with the reference's functions in place of the
    student's, as few as it takes. Where that is better, it counts, and the message names them.
    So what is passed may still return wrong values in the student's notebook.
    """

    def __init__(
        self,
        id: str,
        *,
        section: str,
        reference: Implementation,
        faulty: Callable[..., Implementation] | None = None,
        mistakes: Sequence[str] = (),
        uses: Sequence[str] = (),
    ) -> None:
        self.id, self.section, self.mistakes = id, section, tuple(mistakes)
        self.uses = tuple(uses)
        self.parts: list[Part] = []
        self._reference, self._faulty = reference, faulty
        # by part, seed and mistakes: the same for all students
        self._known: dict[tuple[int, int, tuple[str, ...]], Answers] = {}
        # likewise: do the mistakes change an answer there?
        self._seen: dict[tuple[int, int, tuple[str, ...]], bool] = {}
        self._proved: set[int] = set()
        self._steady: set[tuple[int, int]] = set()

    @classmethod
    def against(
        cls,
        faults: Faults,
        id: str,
        section: str,
        reference: Implementation = None,
        uses: Sequence[str] = (),
    ) -> "Check":
        """A check whose mistakes are those of `faults`.

        Without a `reference`, the implementation without mistakes is it.
        """
        return cls(
            id,
            section=section,
            reference=faults.implementation() if reference is None else reference,
            faulty=faults.implementation,
            mistakes=faults.MISTAKES[id],
            uses=uses,
        )

    def part(
        self, says: str, weight: float = 1.0, *, dtype: bool = False, shows: str | None = None
    ) -> Callable[[Script], Script]:
        """Add a part: a script that yields the implementation's answers, smallest inputs first.

        `says` is what a right implementation does, as the student reads it.
        Answers are compared in value and shape, and in dtype too if `dtype`.
        `shows` is the mistake of a solution that fails this part alone, where no faulty
        implementation gives the same answers: they may be rounding errors.
        Raises ValueError for a weight that is not above 0.
        """
        if not weight > 0:
            raise ValueError(f"check {self.id!r}, {says!r}: the weight is {weight}, not above 0")

        def add(script: Script) -> Script:
            self.parts.append(Part(says, weight, script, dtype, shows))
            return script

        return add

    def grade(
        self,
        student: Student,
        max_points: float,
        seed: int,
        *,
        local: bool = False,
        again: Callable[[], Student] | None = None,
    ) -> Verdict:
        """The verdict on a student's implementation.

        The points of `max_points` go to the parts by weight.
        With `local`, the message shows inputs and expected values; the seed must then be public.
        `again()` is the same namespace, in a process that is alive, to be asked once more.
        Raises StudentGone when the student's process ends before the check does, and CourseError
        for a mistake of ours: in the script, the reference or a faulty implementation.
        """
        lent: tuple[str, ...] = ()
        with quiet():
            try:
                results, gone = self._results(student, seed), None
            except StudentGone as error:
                results, gone = [], error
            if self.uses and _share(results) < 1:
                results, lent = self._composed(results, again or (lambda: student), seed)
            if gone and not lent:
                raise gone
            return self._verdict(results, lent, student, max_points, seed, local)

    def prove(self, seed: int) -> None:
        """Ask the reference all that students will be asked, and make the faulty implementations.

        What it answers is remembered, so this costs what the first student would.
        Raises CourseError for a mistake of ours.
        """
        if seed in self._proved:
            return
        with quiet():
            for index in range(len(self.parts)):
                list(self.answers(index, seed))
            for mistakes in [*((mistake,) for mistake in self.mistakes), self.mistakes[:2]]:
                self._implementation(mistakes)
        self._proved.add(seed)

    @property
    def problem(self) -> str:
        """What is wrong with the check before anything is asked; empty if nothing is.

        The mistakes of its course have to be in the catalogue.
        """
        hints = [part.shows for part in self.parts if part.shows]
        if unknown := set(_named([*self.mistakes, *hints])) - set(catalogue()):
            return f"not in the catalogue of mistakes: {', '.join(sorted(unknown))}"
        if self.mistakes and self._faulty is None:
            return "it names mistakes, but has no faulty implementation"
        if absent := [name for name in self.uses if not hasattr(self._reference, name)]:
            return f"it uses what the reference does not have: {', '.join(absent)}"
        return "" if self.parts else "it has no parts"

    def _results(self, student: Student, seed: int) -> list[Result]:
        return [self._examine(index, student, seed) for index in range(len(self.parts))]

    def _composed(
        self, first: list[Result], again: Callable[[], Student], seed: int
    ) -> tuple[list[Result], tuple[str, ...]]:
        """The results with functions of the reference, and which; the first if none are better."""

        def ask(names: tuple[str, ...]) -> Asked:
            if not names:  # as it was asked first
                return Asked(_share(first), (), first)
            lent = {name: Lent(getattr(self._reference, name)) for name in names}
            results: list[Result] = []
            try:
                student = again()
                with student.lending(lent):
                    results = self._results(student, seed)
            except StudentGone:  # with these it ends too: no share
                pass
            called = [name for name in names if lent[name].called]
            return Asked(_share(results), called, results)

        names, asked = needed(self.uses, ask)
        better = names and asked.share > _share(first)
        return ([*asked.results], names) if better else (first, ())

    def _verdict(
        self,
        results: list[Result],
        lent: tuple[str, ...],
        student: Student,
        max_points: float,
        seed: int,
        local: bool,
    ) -> Verdict:
        # hundredths: as people read them
        points = round(max_points * _share(results), 2)
        status = _status(results)
        if status == "missing":
            return Verdict(self.id, points, max_points, status, self._to_do(results, student))
        for index, result in enumerate(results):
            if result.wrong is not None:
                self._ask_again(index, seed)
        # what is not written, or is right, has no mistakes
        diagnosis = () if status == "passed" else self._diagnose(results, seed)
        message = _lent_told(lent, status) + self._message(results, diagnosis, local)
        return Verdict(self.id, points, max_points, status, message, diagnosis)

    def answers(self, index: int, seed: int, mistakes: tuple[str, ...] = ()) -> "Answers":
        """What the reference, or a faulty implementation, answers in one part.

        What the reference raises is no answer, but a mistake in the check: a CourseError.
        """
        key = (index, seed, mistakes)
        if key not in self._known:
            self._known[key] = self._ask(index, seed, mistakes)
        return self._known[key]

    def _ask(self, index: int, seed: int, mistakes: tuple[str, ...] = ()) -> "Answers":
        part, implementation = self.parts[index], self._implementation(mistakes)

        def script() -> Iterator[object]:
            return _expected(part, implementation, self._random(index, seed), bool(mistakes))

        def fault(error: Exception) -> str:
            if mistakes and not is_ours(error, implementation):
                return ""
            return self._fault(error, part.script, mistakes)

        return Answers(script, fault)

    def _implementation(self, mistakes: tuple[str, ...]) -> Implementation:
        """The reference, or what is made with these mistakes."""
        if not mistakes:
            return self._reference
        assert self._faulty is not None
        try:
            return self._faulty(*mistakes)
        except Exception as error:
            raise CourseError(self._fault(error, self._faulty, mistakes)) from error

    def _ask_again(self, index: int, seed: int) -> None:
        """Before an answer is called wrong: does the reference give the same answers once more?"""
        if (index, seed) in self._steady:
            return
        part = self.parts[index]
        again = self._ask(index, seed)
        for one, other in itertools.zip_longest(self.answers(index, seed), again):
            if _compare(other, one, dtype=True):
                unsteady = CourseError(
                    "asked again, the reference gives other answers: take all that is random "
                    "from `rng`, and keep nothing from one time to the next"
                )
                raise CourseError(self._fault(unsteady, part.script))
        self._steady.add((index, seed))

    def _fault(
        self, error: Exception, where: Callable[..., object], mistakes: tuple[str, ...] = ()
    ) -> str:
        """A mistake of ours, by check, file and line."""
        package = str(getattr(where, "__module__", "")).partition(".")[0]
        name = f"check {self.id!r}" + (f" with {' and '.join(mistakes)}" if mistakes else "")
        return f"{name}: {told(error, package, getattr(where, '__code__', None))}"

    def _random(self, index: int, seed: int) -> np.random.Generator:
        # the same inputs for all implementations, in all processes: hash() of a text would differ
        return np.random.default_rng([seed, zlib.crc32(self.id.encode()), index])

    def _examine(self, index: int, student: Student, seed: int) -> Result:
        part, answers = self.parts[index], []
        wrong, asked = None, []
        student.calls.clear()

        def script() -> Iterator[object]:
            return iter(part.script(student, self._random(index, seed)))

        def fault(error: Exception) -> str:
            return self._fault(error, part.script) if is_ours(error, student) else ""

        given = Answers(script, fault)
        for expected, got in itertools.zip_longest(self.answers(index, seed), given):
            answers.append(got)
            if wrong is None:
                wrong = _compare(got, expected, part.dtype)
                asked = list(student.calls) if wrong else []  # what led to the first wrong answer
            student.calls.clear()  # a right answer needs no calls in a message
            if isinstance(got, Raised):  # its script has ended
                break
        return Result(part, answers, wrong, asked)

    def _diagnose(self, results: list[Result], seed: int) -> tuple[str, ...]:
        """The mistakes that explain the answers: of all parts at once if any do, else part by part.

        Single mistakes are tried first, then what the kind of the differences shows, then pairs:
        part by part, only those with a mistake that explains another part.
        """
        singles: list[tuple[str, ...]] = [(mistake,) for mistake in self.mistakes]
        pairs: list[tuple[str, ...]] = list(itertools.combinations(self.mistakes, 2))
        # What is wrong differs most: begun with it, most candidates are out at the first answer.
        everywhere = sorted(range(len(results)), key=lambda index: results[index].wrong is None)
        wrong = [index for index in everywhere if results[index].wrong is not None]
        shown = {index: self._shown(results[index]) for index in wrong}
        for mistakes in singles:
            if all(self._explains(mistakes, index, results, seed) for index in everywhere):
                return _named(mistakes)
        if all(shown.values()):  # before pairs: they are many, and explain nearly anything
            return _named(mistake for index in wrong for mistake in shown[index])
        for mistakes in pairs:
            if all(self._explains(mistakes, index, results, seed) for index in everywhere):
                return _named(mistakes)
        named: list[str] = []
        left: list[int] = []
        errors: set[str] = set()  # unexplained ones: where they come again, they are no other
        for index in wrong:
            if results[index].error in errors:
                continue
            for mistakes in [*singles, *filter(None, [shown[index]])]:
                if mistakes == shown[index] or self._explains(mistakes, index, results, seed):
                    named += mistakes
                    break
            else:
                left.append(index)
                errors |= {results[index].error} - {""}
        found = tuple(dict.fromkeys(named))
        for index in left:
            for mistakes in pairs:
                if set(found) & set(mistakes) and self._explains(mistakes, index, results, seed):
                    named += mistakes
                    break
            else:
                if len(wrong) == 1 and (hint := self.parts[index].shows):
                    named.append(hint)
        return _named(named)

    def _explains(
        self, mistakes: tuple[str, ...], index: int, results: list[Result], seed: int
    ) -> bool:
        """Does an implementation with these mistakes give the student's answers in this part?

        Where they are wrong, mistakes that do not show in this part explain nothing.
        """
        faulty = self.answers(index, seed, mistakes)
        # most are out here, for the price of one answer
        if far_apart(results[index].glance, faulty.glance):
            return False
        right, dtype = self.answers(index, seed), self.parts[index].dtype
        if not agree(results[index].answers, faulty, right, dtype=dtype):
            return False
        # else a mistake that changes nothing would explain it
        return results[index].wrong is None or self._shows(mistakes, index, seed)

    def _shows(self, mistakes: tuple[str, ...], index: int, seed: int) -> bool:
        """Do these mistakes change any answer in this part, be it in dtype alone?"""
        key = (index, seed, mistakes)
        if key not in self._seen:
            pairs = itertools.zip_longest(self.answers(index, seed), self.answers(*key))
            self._seen[key] = any(_compare(other, one, dtype=True) for one, other in pairs)
        return self._seen[key]

    def _shown(self, result: Result) -> tuple[str, ...]:
        """The mistake that the first difference of a part shows by its kind, if any."""
        kind = result.wrong.kind if result.wrong else ""
        if kind in SHOWN_BY_KIND:
            return (SHOWN_BY_KIND[kind],)
        return tuple(one for one in SHOWN_IF_KNOWN.get(kind, ()) if one in self.mistakes)[:1]

    def _to_do(self, results: list[Result], student: Student) -> str:
        """What an exercise that is not written yet will be asked for."""
        raised = results[0].answers[-1]
        assert isinstance(raised, Raised)
        name, absent, _ = raised.text.partition(" is not defined")
        if absent and (error := student.error_in_cell_of(name)):
            why = [f"Its cell ended in an error: {error}"]
        else:
            why = ["Its cell did not run or ended in an error, or the name is another."]
        return "\n".join(
            (
                f"Not written yet: {raised.text or raised.told}",
                *(why if absent else []),
                "It will be checked for",
                *(f"- {part.says}" for part in self.parts),
                "",
                f"Read: {where_to_read(self.section)}",
            )
        )

    def _message(self, results: list[Result], diagnosis: tuple[str, ...], local: bool) -> str:
        lines: list[str] = []
        told: list[str] = []
        for result in results:
            lines.append(f"{'ok   ' if result.wrong is None else 'WRONG'}  {result.part.says}")
            if result.wrong is None:
                continue
            text = result.wrong.text
            if text in told:
                # one cause, one explanation
                why: Iterable[str] = [f"as above: {text.splitlines()[0]}"]
            else:
                why = self._explanation(result, local, numbers=local and not told)
            lines += [f"       {line}" for line in why]
            told.append(text)
        for mistake in diagnosis:
            lines += ["", *catalogue()[mistake].message().splitlines()]
        if not diagnosis and any(result.wrong for result in results):
            lines += ["", f"Read: {where_to_read(self.section)}"]
        return "\n".join(lines)

    def _explanation(self, result: Result, local: bool, numbers: bool) -> Iterator[str]:
        """What was asked when the answer was first wrong, and in what it was wrong.

        With `local` it tells the plain arguments, with `numbers` the arrays too.
        """
        assert result.wrong is not None
        # attributes that are set hold inputs
        asked = [call for call in result.asked if numbers or call.kind != "set"]
        if more := len(asked[:-SHOWN_CALLS]):
            yield f"{more} calls, and then"
        for call in asked[-SHOWN_CALLS:]:
            yield from self._told(call, local, numbers)
        names = [*self._arguments(result.asked[-1])] if result.wrong.kind == "changed" else []
        if result.wrong.argument < len(names):  # else by its number, as the text has it
            yield f"{names[result.wrong.argument]} was changed"
        else:
            yield from result.wrong.text.splitlines()
        if numbers:
            yield from result.wrong.details()

    def _told(self, call: Call, local: bool, numbers: bool) -> Iterator[str]:
        """A call as a message shows it: short arguments in the call, arrays below it."""
        if call.kind == "set":
            yield from show(call.text, call.args[0])
            return
        given = self._arguments(call)
        functions = [value for value in given.values() if isinstance(value, Remote)]
        plain = {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in given.items()
            if not isinstance(value, Remote)
        }
        short = {name: f"{name}={value!r}" for name, value in plain.items() if _short(value)}
        short = short if local else {}  # the inputs of the secret seed stay secret
        if call.kind == "driver" and functions and functions[0]._text != call.text:
            # how it calls the function is not seen here; one of the same name passes all on
            told = f"{functions[0]._text}(...)"
            yield f"{told} with {', '.join(short.values())}" if short else told
            return
        yield f"{call.text}({', '.join(short.get(name, name) for name in plain)})"
        for name, value in plain.items():
            if numbers and name not in short:
                yield from show(name, value)

    def _arguments(self, call: Call) -> dict[str, object]:
        """The arguments of a call by the names that they have in the reference."""
        if call.kind == "driver":
            return call.kwargs
        called: Any = self._reference
        instance: tuple[None, ...] = ()  # what stands for self: methods are found on their class
        for name in call.text.replace("(...)", "()").split("."):  # as in BatchNorm1d(...).forward
            called = getattr(called, name.removesuffix("()"), None)
            if name.endswith("()") and inspect.isclass(called):
                instance = (None,)
        if instance and call.text.endswith("(...)"):
            called = called.__call__
        try:
            bound = inspect.signature(called).bind(*instance, *call.args, **call.kwargs)
            return dict([*bound.arguments.items()][len(instance) :])  # without self
        except (TypeError, ValueError):  # the reference has no such function, or other arguments
            unnamed = {f"argument {i}": value for i, value in enumerate(call.args, 1)}
            return unnamed | call.kwargs


def _share(results: list[Result]) -> float:
    """The share of the points that these results have; none if there are no results."""
    passed = sum(result.part.weight for result in results if result.wrong is None)
    return passed / sum(result.part.weight for result in results) if results else 0.0


def _lent_told(lent: Sequence[str], status: str) -> str:
    """What a message begins with where functions of earlier exercises are the cause."""
    if not lent:
        return ""
    names = " and ".join(lent)
    where = ELSEWHERE if status == "passed" else "Part of the cause is"
    return (
        f"{where} in {names}: mend what is wrong there first.\n"
        f"With a right {names} in place of yours:\n\n"
    )


def _named(mistakes: Iterable[str]) -> tuple[str, ...]:
    """The ids of the mistakes, each once; what follows a colon only tells variants apart."""
    return tuple(dict.fromkeys(mistake.partition(":")[0] for mistake in mistakes))


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

    @cached_property
    def glance(self) -> Glance | None:
        """What there is to see of the first answer at a glance."""
        return glance(next(iter(self), None))

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
            self._given.append(_raised(error))
        except BaseException:  # Ctrl-C: it will have to be asked from the start
            self._script = None
            self._given.clear()
            raise
        return True


def _expected(
    part: Part, implementation: Implementation, rng: np.random.Generator, faulty: bool
) -> Iterator[object]:
    """The answers of an implementation of ours. Raises CourseError for what cannot be compared.

    The reference has to answer something, and would itself have to pass.
    """
    asked = False
    for answer in part.script(implementation, rng) or ():
        if not comparable(answer):
            raise CourseError(f"a check may not expect a {type(answer).__name__}")
        if not faulty and (wrong := _compare(answer, answer, part.dtype)):
            raise CourseError(f"the reference's own answer would not pass: {wrong.text}")
        asked = True
        yield answer
    if not (asked or faulty):
        raise CourseError("nothing is asked: is a yield missing?")


def _raised(error: Exception) -> Raised:
    if isinstance(error, Unfit):
        return Raised((), str(error))
    if isinstance(error, RemoteError):
        return Raised(error.kinds, error.text, _place(error.traceback))
    return Raised(tuple(kind.__name__ for kind in type(error).__mro__), str(error))


def agree(
    answers: Iterable[object], others: Iterable[object], right: Iterable[object], *, dtype: bool
) -> bool:
    """Are these the answers of the others, to a part that asks for the dtype or does not?

    The dtype is asked for in float32 too; where that became float64, it is no more precise than
    the `right` answer. Elsewhere `answers` have to be as near to `others` as their own precision
    allows, which is that of float32 if they are numbers in float32.
    """
    end = Raised(("there are no more answers",))
    triples = itertools.zip_longest(answers, others, right, fillvalue=end)
    if dtype:
        return not any(
            _compare(one, other, dtype=True, rounded=precision(best))
            for one, other, best in triples
        )
    return not any(
        _compare(narrowed(one), widened(other), dtype=False) for one, other, _ in triples
    )


def _compare(got: object, expected: object, dtype: bool, rounded: int = 8) -> Difference | None:
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
    return replace(wrong, text=wrong.text + _forgotten(got)) if wrong else None


def _forgotten(got: object) -> str:
    """What to look for where a function returns nothing."""
    return ": is a return missing?" if got is None else ""


def _short(value: object) -> bool:
    """Does a message show this argument in the call?"""
    if isinstance(value, list):
        return len(value) <= 8 and all(isinstance(item, int | float) for item in value)
    return value is None or isinstance(value, bool | int | float)


# A line of a traceback whose file is a cell of a notebook, and the line of code, if it is there.
CELL = re.compile(
    r'  File "(?:<ipython-input-|[^"]*ipykernel_)[^"]*", line (\d+), in (.+)(?:\n    (.*))?'
)


def _place(traceback: str) -> str:
    """The last line of the student's cells in a traceback."""
    found = CELL.findall(traceback)
    if not found:
        return ""
    line, function, source = found[-1]
    return f"in {function}, line {line} of its cell" + (f": {source.strip()}" if source else "")


def _status(results: list[Result]) -> str:
    wrong = [result for result in results if result.wrong is not None]
    last = [result.answers[-1] for result in wrong]
    # by the code itself
    raised = [answer for answer in last if isinstance(answer, Raised) and answer.kinds]
    if not wrong:
        return "passed"
    if len(wrong) < len(results):
        return "partial"
    if len(raised) < len(wrong):
        return "failed"
    return "missing" if all(answer.unwritten for answer in raised) else "error"
