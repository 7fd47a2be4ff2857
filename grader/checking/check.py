"""Checks: scripts that ask questions of an implementation.

A check holds no expected value.
Its script is run on the student's implementation and on the reference, with the same random inputs.
Where the answers differ, it is run on the faulty implementations too:
the mistakes of the one that gives the student's answers are the diagnosis.
"""

import itertools
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import ModuleType
from typing import Any, Protocol, TypeVar

import numpy as np

from ..sandbox.channel import StudentGone
from .ahead import Foreseen
from .answers import (
    END,
    Answers,
    Glance,
    Implementation,
    Part,
    Raised,
    Result,
    Script,
    Unfit,
    compare,
    expected,
    glance,
    one_of,
    quiet,
)
from .behaviour import ALL_DIGITS, behaviour
from .compare import Seen, comparable
from .diagnose import Diagnosis, Search, named
from .errors import CourseError, is_ours, told
from .lent import Asked, Lent, needed
from .message import Example, Message, first_wrong, lent_told, message, to_do
from .mistakes import catalogue
from .remote import Call, Student, arguments_after, raises
from .slips import Recorder, Slips, is_slip, slips_of

__all__ = ["Check", "Seen", "Unfit", "Verdict", "arguments_after", "one_of", "raises"]

FOUND = 10_000  # diagnoses that are remembered
SEEDS = 4  # for which answers are
FORESEEN = 50  # ways to ask a part that are remembered
NOT_CALLED = re.compile(r"'(?:\w+\.)?(\w+)' object is not callable")

T = TypeVar("T")


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
    `behaviour` is a digest of wrong answers that no mistake explains: see behaviour.py.
    `told` is what the message was made from, where a check made it.
    """

    id: str
    points: float
    max_points: float
    status: str
    message: str
    diagnosis: tuple[str, ...] = ()
    asserts: bool = False
    behaviour: str = field(default="", compare=False)
    told: Message | None = field(default=None, compare=False, repr=False)


class Check:
    """What is asked about one exercise.

    `id` is the grade_id of the graded cell and the name in `check("...")`.
    `section` is the label of the section in the book that teaches it.
    `faulty(*mistakes)` makes an implementation with those of `mistakes`.
    `uses` names the functions of earlier exercises that a solution may be composed of.
    `plain` is a module of right programs whose slips may explain a wrong answer.
    `slow`: implementations take so long that few pairs of mistakes are tried.

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
        plain: ModuleType | None = None,
        slow: bool = False,
    ) -> None:
        self.id, self.section, self.mistakes = id, section, tuple(mistakes)
        self.uses = tuple(uses)
        self.parts: list[Part] = []
        self._reference, self._faulty, self._plain = reference, faulty, plain
        self.slow = slow
        # by part, seed and mistakes: the same for all students
        self._known: dict[tuple[int, int, tuple[str, ...]], Answers] = {}
        self._seeds: tuple[int, ...] = ()  # the last for which they are remembered
        # of pairs of mistakes and of slips, the last that was asked
        self._last: dict[tuple[int, int, tuple[str, ...]], Answers] = {}
        # likewise, of pairs of mistakes and of slips too: most are out at a glance
        self._glances: dict[tuple[int, int, tuple[str, ...]], list[Glance]] = {}
        self._remembered: dict[tuple[object, ...], Any] = {}  # by seed, and by what it is
        self._found: dict[tuple[int, str], Diagnosis] = {}  # by seed and behaviour
        self._proved: set[int] = set()
        self._steady: set[tuple[int, int]] = set()
        self._foreseen: dict[tuple[object, ...], Foreseen] = {}  # by part, seed and state

    @classmethod
    def against(
        cls,
        faults: Faults,
        id: str,
        section: str,
        reference: Implementation = None,
        uses: Sequence[str] = (),
        plain: ModuleType | None = None,
        slow: bool = False,
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
            plain=plain,
            slow=slow,
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
        book: str = "",
        again: Callable[[], Student] | None = None,
    ) -> Verdict:
        """The verdict on a student's implementation.

        The points of `max_points` go to the parts by weight.
        With `local`, the message shows inputs and expected values; the seed must then be public.
        `book` is the address of the book that the message sends its readers to.
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
            verdict = self._verdict(results, lent, student, max_points, seed, local)
        assert verdict.told is not None
        return replace(verdict, message=verdict.told.text(book))

    def example(self, student: Student, seed: int) -> Example | None:
        """What a message shows of a student's first wrong answer; None if all are right.

        That takes no search for the mistake. Raises as `grade` does.
        """
        results = (self._examine(index, student, seed) for index in range(len(self.parts)))
        with quiet():
            found = first_wrong(results, self._reference, local=True)
        return found and found[1]

    def prove(self, seed: int) -> None:
        """Ask the reference all that students will be asked, and make the faulty implementations.

        What it answers is remembered, so this costs what the first student would.
        Raises CourseError for a mistake of ours.
        """
        if seed in self._proved:
            return
        with quiet():
            answers = [a for index in range(len(self.parts)) for a in self.answers(index, seed)]
            if all(answer is None for answer in answers):
                nothing = CourseError("the reference returns nothing: is a return missing?")
                raise CourseError(self._fault(nothing, self.parts[0].script))
            for mistakes in [*((mistake,) for mistake in self.mistakes), self.mistakes[:2]]:
                self._implementation(mistakes)
        self._proved.add(seed)

    @property
    def module(self) -> str:
        """The module that asks, where it has a part."""
        return self.parts[0].script.__module__

    @property
    def problem(self) -> str:
        """What is wrong with the check before anything is asked; empty if nothing is.

        The mistakes of its course have to be in the catalogue.
        """
        hints = [part.shows for part in self.parts if part.shows]
        if unknown := set(named([*self.mistakes, *hints])) - set(catalogue()):
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
            told = to_do(results, student, self.section, self._reference)
            return Verdict(self.id, points, max_points, status, "", told=told)
        for index, result in enumerate(results):
            if result.wrong is not None:
                self._ask_again(index, seed)
        # what is not written, or is right, has no mistakes
        found = Diagnosis() if status == "passed" else self._diagnose(results, seed)
        told = message(results, found.ids, self.section, self._reference, local, found.details)
        told = replace(told, notice=lent_told(lent, status))
        alike = "" if found.ids else behaviour(results)
        return Verdict(
            self.id, points, max_points, status, "", found.ids, behaviour=alike, told=told
        )

    def _diagnose(self, results: list[Result], seed: int) -> Diagnosis:
        """What explains the results; remembered, for a class makes the same mistakes."""
        key = seed, behaviour(results, ALL_DIGITS)
        if key not in self._found:
            if len(self._found) > FOUND:
                self._found.clear()
            self._found[key] = Search(self, results, seed).found()
        return self._found[key]

    @cached_property
    def slips(self) -> tuple[Slips, Sequence[str]] | None:
        """The slips of the right programs, and the names of those in what the check asks for."""
        if self._plain is None:
            return None
        slips = slips_of(self._plain)
        asked = Recorder(slips.implementation())
        for index, part in enumerate(self.parts):
            list(part.script(asked, self._random(index, 0)))
        return slips, slips.of(asked.names)

    def answers(self, index: int, seed: int, mistakes: tuple[str, ...] = ()) -> Answers:
        """What the reference, or a faulty implementation, answers in one part.

        That of the reference and of single mistakes is remembered, for some seeds; of others the
        last alone.

        What the reference raises is no answer, but a mistake in the check: a CourseError.
        """
        key = (index, seed, mistakes)
        if len(mistakes) > 1 or any(map(is_slip, mistakes)):  # they are many
            if key not in self._last:  # after a glance at one, it is compared
                self._last = {key: self.ask(*key)}
            return self._last[key]
        if key not in self._known:
            if seed not in self._seeds:  # a class has one
                self._seeds = (*self._seeds[1 - SEEDS :], seed)
                self._known = {k: known for k, known in self._known.items() if k[1] in self._seeds}
                self._glances = {
                    k: seen for k, seen in self._glances.items() if k[1] in self._seeds
                }
                self._remembered = {
                    k: found for k, found in self._remembered.items() if k[0] in self._seeds
                }
                self._foreseen = {
                    k: seen for k, seen in self._foreseen.items() if k[1] in self._seeds
                }
            self._known[key] = self.ask(index, seed, mistakes)
        return self._known[key]

    def glances(self, index: int, seed: int, mistakes: tuple[str, ...]) -> list[Glance]:
        """What there is to see at a glance of the answers so far: of the first, and more.

        Remembered, but for slips with numbers.
        """
        key = (index, seed, mistakes)
        if not self._glances.get(key):
            first = next(iter(self.answers(*key)), END)
            if key not in self._glances:
                return [glance(first)]
        return self._glances[key]

    def remembered(self, seed: int, key: tuple[object, ...], find: Callable[[], T]) -> T:
        """What is found by questions to implementations alone: the same for all students."""
        if (seed, *key) not in self._remembered:
            self._remembered[seed, *key] = find()
        found: T = self._remembered[seed, *key]
        return found

    def ask(self, index: int, seed: int, mistakes: tuple[str, ...] = ()) -> Answers:
        """The same, asked anew."""
        part, implementation = self.parts[index], self._implementation(mistakes)
        number = any("=" in mistake for mistake in mistakes)  # each student has another
        glances = None if number else self._glances.setdefault((index, seed, mistakes), [])
        slipped = any(is_slip(mistake) for mistake in mistakes)
        remembers = any("stale" in mistake for mistake in mistakes)

        def script() -> Iterator[object]:
            for earlier in range(index) if remembers else ():  # as a student's was asked
                seen = expected(
                    self.parts[earlier], implementation, self._random(earlier, seed), True
                )
                with suppress(Exception):
                    list(seen)
            return expected(part, implementation, self._random(index, seed), bool(mistakes))

        def fault(error: Exception) -> str:
            # whatever a slip makes of a program is an answer
            if slipped or (mistakes and not is_ours(error, implementation)):
                return ""
            return self._fault(error, part.script, mistakes)

        return Answers(script, fault, glances, ours=True)

    def _implementation(self, mistakes: tuple[str, ...]) -> Implementation:
        """The reference, or what is made with these mistakes."""
        if not mistakes:
            return self._reference
        if is_slip(mistakes[0]):
            assert self.slips is not None
            return self.slips[0].implementation(*mistakes)
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
        again = self.ask(index, seed)
        for one, other in itertools.zip_longest(self.answers(index, seed), again):
            if compare(other, one, dtype=True):
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
        return np.random.default_rng(_seeds(seed, zlib.crc32(self.id.encode()), index))

    def _examine(self, index: int, student: Student, seed: int) -> Result:
        part, answers = self.parts[index], []
        wrong, asked = None, []
        student.calls.clear()
        key = (index, seed, student.state)
        foreseen = self._foreseen.get(key)
        if done := student.begin([*self._coming(*key)]):
            return Result(part, done.answers, None, [])
        since = 0  # that of the first call that the next answer is asked with

        def script() -> Iterator[object]:
            return iter(part.script(student, self._random(index, seed)))

        def fault(error: Exception) -> str:
            return self._fault(error, part.script) if is_ours(error, student) else ""

        given = Answers(script, fault)
        for right, got in itertools.zip_longest(self.answers(index, seed), given, fillvalue=END):
            if isinstance(got, Raised) and not got.place:
                got = replace(got, text=_not_called(got.text, *student.value))
            answers.append(got)
            if wrong is None:
                wrong = compare(got, right, part.dtype)
                asked = _led_to(student.calls, since) if wrong else []  # to the first wrong answer
            since = len(student.calls)
            if isinstance(got, Raised):  # its script has ended
                break
        if wrong is None and all(map(comparable, answers)):
            foreseen = student.end(foreseen, answers)
            if foreseen is not None and len(self._foreseen) < FORESEEN:
                self._foreseen[key] = foreseen
        return Result(part, answers, wrong, asked)

    def _coming(self, index: int, seed: int, state: tuple[object, ...]) -> Iterator[Foreseen]:
        """What is foreseen of a part that begins in this state, and of those after it."""
        while foreseen := self._foreseen.get((index, seed, state)):
            yield foreseen
            index, state = index + 1, foreseen.then


@lru_cache(1000)
def _seeds(*entropy: int) -> np.random.SeedSequence:
    """Mixed once: hundreds of implementations are asked about the same inputs."""
    return np.random.SeedSequence(entropy)


def _led_to(calls: Sequence[Call], since: int) -> list[Call]:
    """The calls since the last answer, and those before on the same objects."""
    since = min(since, max(len(calls) - 1, 0))  # an attribute is no call: then the one before it
    objects = {call.target for call in calls[since:]} - {None}
    before = [call for call in calls[:since] if {call.target, call.made} & objects]
    return [*before, *calls[since:]]


def _not_called(text: str, value: str, kind: str) -> str:
    """What is said of an exception; more, where the `value` that was asked for last was called."""
    found = NOT_CALLED.fullmatch(text)
    return f"{value} is of type {kind}, and no function" if found and found[1] == kind else text


def _share(results: list[Result]) -> float:
    """The share of the points that these results have; none if there are no results."""
    passed = sum(result.part.weight for result in results if result.wrong is None)
    return passed / sum(result.part.weight for result in results) if results else 0.0


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
