"""A class at a glance: how its points lie, what it gets wrong, and what to teach again.

It is read from the records, the graded notebooks and the gradebook; nothing is graded for it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from pathlib import Path
from statistics import mean, median

from sqlalchemy.engine import make_url

from ..checking.check import Verdict
from ..checking.mistakes import catalogue
from ..checking.sections import where_to_read
from ..notebooks.notebook import CourseError, is_autograded, is_set
from ..notebooks.report import title
from ..sandbox.outputs import printable
from .classroom import Classroom
from .examples import Example, Examples
from .gradebook import Marking, Marks, told
from .records import Attempt, Records

KINDS = {
    "right": ("passed",),
    "in part": ("partial",),
    "wrong": ("failed", "error"),
    "not written": ("missing",),
    "stopped": ("timeout", "killed"),
}
BINS = 10  # of the distribution of points
PAIRS = 10  # of mistakes that are told to come together
TOGETHER, BEYOND = 2, 2  # students who make both, and standard deviations beyond chance, at least
EXAMPLES = 10  # behaviours that are shown with an example


@dataclass(frozen=True)
class Who:
    """Some students: how many, and their names where these are told."""

    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class OfCheck:
    """The points that a check gave: their mean, and how many students are of each of `KINDS`."""

    id: str
    max_points: float
    mean: float
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Made:
    """A mistake, and who makes it in which checks."""

    id: str
    title: str
    checks: tuple[str, ...]
    who: Who


@dataclass(frozen=True)
class Again:
    """A section to teach again: who makes which of its mistakes."""

    where: str
    titles: tuple[str, ...]
    who: Who


@dataclass(frozen=True)
class Pair:
    """Two mistakes that clearly more students make together than would by chance."""

    titles: tuple[str, str]
    count: int
    by_chance: float


@dataclass(frozen=True)
class Behaviour:
    """The same wrong answers, which no mistake explains, and who gives them."""

    check: str
    who: Who
    example: Example | None


@dataclass(frozen=True)
class Try:
    """Attempts of one number: how many, the share of points, and the first and the last day."""

    number: int
    count: int
    share: float
    days: tuple[str, ...]


@dataclass(frozen=True)
class Progress:
    """A check, for those who tried more than once: the share of its points first and last."""

    check: str
    first: float
    last: float


@dataclass(frozen=True)
class Overview:
    """All that the page on a class shows; `named` says whether it tells who.

    What could not be graded is counted in `refused` alone. `totals` are the students whose points
    are in each tenth of the `full` points. `others` are those of smaller groups than `behaviours`,
    and `apart` those with wrong answers of which no behaviour is known: of asserts, or graded by
    nbgrader's own autograde.
    """

    assignment: str
    named: bool
    graded: int
    full: float
    mean: float
    median: float
    totals: tuple[int, ...]
    checks: tuple[OfCheck, ...]
    again: tuple[Again, ...]
    made: tuple[Made, ...]
    pairs: tuple[Pair, ...]
    behaviours: tuple[Behaviour, ...]
    others: Who
    apart: Who
    tries: tuple[Try, ...]
    tried_again: int
    progress: tuple[Progress, ...]
    marking: tuple[tuple[Marking, float | None], ...]
    absent: Who
    waiting: Who
    refused: Who
    reasons: tuple[tuple[str, str], ...]


def overview(
    classroom: Classroom, assignment: str, students: Sequence[str], *, names: bool = True
) -> Overview:
    """What the class has done; without `names`, nothing in it tells who.

    `students` have handed in. Raises CourseError where nothing is graded, or the gradebook cannot
    be read.
    """
    everyone, marking = _in_gradebook(classroom, assignment)
    course = classroom.course
    asked = {  # to load them makes a course's own mistakes known
        id: check
        for master in course.masters_of(assignment).values()
        for id, check in course.load_checks(master).items()
    }
    records = Records(course, assignment)
    verdicts: dict[str, list[Verdict]] = {}
    attempts: dict[str, tuple[Attempt, ...]] = {}
    reasons: dict[str, str] = {}
    for student in students:
        record = records.read(student)
        if record and record.outcome.problems:
            reasons[student] = " ".join(record.outcome.problems)
        elif found := (
            record.outcome.verdicts if record else classroom.verdicts(assignment, student)
        ):
            verdicts[student] = [*found]
            attempts[student] = record.attempts if record else ()
    if not verdicts and not reasons:
        raise CourseError(f"nothing of {assignment} is graded. Run: grader autograde {assignment}")

    def who(found: Iterable[str]) -> Who:
        listed = sorted(found)
        return Who(len(listed), tuple(map(printable, listed)) if names else ())

    checks = tuple(_checks(verdicts.values()))
    full = sum(check.max_points for check in checks)
    totals = [sum(verdict.points for verdict in found) for found in verdicts.values()]
    made, seen_in = _made(verdicts)
    groups = _behaviours(verdicts)
    more_than_one = [tries for tries in attempts.values() if len(tries) > 1]
    examples = Examples(classroom, assignment, asked, verdicts) if names else None
    return Overview(
        assignment=assignment,
        named=names,
        graded=len(verdicts),
        full=full,
        mean=mean(totals or [0.0]),
        median=median(totals or [0.0]),
        totals=tuple(_bins(totals, full)),
        checks=checks,
        again=tuple(Again(where, titles, who(those)) for where, titles, those in _again(made)),
        made=tuple(
            Made(mistake, title(mistake), tuple(seen_in[mistake]), who(found))
            for mistake, found in made.items()
        ),
        pairs=tuple(_pairs(made, len(verdicts))),
        behaviours=tuple(
            Behaviour(check, who(found), examples.of(check, found[0]) if examples else None)
            for check, found in groups[:EXAMPLES]
        ),
        others=who({student for _, found in groups[EXAMPLES:] for student in found}),
        apart=who(student for student, theirs in verdicts.items() if any(map(_apart, theirs))),
        tries=tuple(_tries([*attempts.values()])),
        tried_again=len(more_than_one),
        progress=tuple(_progress(more_than_one, [check.id for check in checks])),
        marking=tuple(_by_hand(classroom, assignment, marking)),
        absent=who(everyone - {*students}),
        waiting=who({*students} - verdicts.keys() - reasons.keys()),
        refused=who(reasons),
        reasons=tuple((printable(name), text) for name, text in reasons.items() if names),
    )


def _in_gradebook(classroom: Classroom, assignment: str) -> tuple[set[str], list[Marking]]:
    """All students, and how far marking by hand is."""
    place = make_url(classroom.folder.db_url)
    file = place.database if place.get_backend_name() == "sqlite" else None
    if file and not Path(file).exists():  # nbgrader would make one
        raise CourseError(f"there is no gradebook {file}. Run: grader autograde {assignment}")
    with told():
        marks = Marks(classroom.folder, classroom.config, assignment)
        try:
            return marks.everyone(), marks.marking()
        finally:
            marks.close()


def _checks(verdicts: Iterable[list[Verdict]]) -> Iterator[OfCheck]:
    by_check: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in (one for found in verdicts for one in found):
        by_check[verdict.id].append(verdict)
    for check, found in by_check.items():
        counts = Counter(verdict.status for verdict in found)
        kinds = {kind: sum(counts[status] for status in those) for kind, those in KINDS.items()}
        points = mean(verdict.points for verdict in found)
        yield OfCheck(check, max(verdict.max_points for verdict in found), points, kinds)


def _bins(totals: Iterable[float], full: float) -> list[int]:
    """How many have points in each tenth of all; who has all is in the last."""
    counts = Counter(min(int(BINS * _part(total, full)), BINS - 1) for total in totals)
    return [counts[index] for index in range(BINS)]


def _made(
    verdicts: Mapping[str, list[Verdict]],
) -> tuple[dict[str, set[str]], dict[str, dict[str, None]]]:
    """Who makes each mistake, those of most first, and in which checks."""
    found: dict[str, set[str]] = defaultdict(set)
    where: dict[str, dict[str, None]] = defaultdict(dict)
    for student, theirs in verdicts.items():
        for verdict in theirs:
            for mistake in verdict.diagnosis:
                found[mistake].add(student)
                where[mistake][verdict.id] = None
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))), where


def _again(made: Mapping[str, set[str]]) -> list[tuple[str, tuple[str, ...], set[str]]]:
    """Sections, the mistakes against them, and who makes one; those of most students first."""
    by_section: dict[str, list[str]] = defaultdict(list)
    for mistake in made:
        if known := catalogue().get(mistake):
            by_section[known.section].append(mistake)
    found = [
        (
            where_to_read(section),
            tuple(map(title, those)),
            {who for one in those for who in made[one]},
        )
        for section, those in by_section.items()
    ]
    return sorted(found, key=lambda one: -len(one[2]))


def _pairs(made: Mapping[str, set[str]], students: int) -> list[Pair]:
    """Mistakes that come together, those that do so most beyond chance first."""
    found: list[tuple[float, Pair]] = []
    for one, other in combinations(made, 2):
        both = len(made[one] & made[other])
        by_chance = len(made[one]) * len(made[other]) / students
        beyond = (both - by_chance) / sqrt(by_chance)  # in standard deviations of such a count
        if both >= TOGETHER and beyond >= BEYOND:
            found.append((beyond, Pair((title(one), title(other)), both, by_chance)))
    return [pair for _, pair in sorted(found, key=lambda item: -item[0])[:PAIRS]]


def _behaviours(verdicts: Mapping[str, list[Verdict]]) -> list[tuple[str, list[str]]]:
    """Checks, and who answers them in the same way that no mistake explains; most first."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for student, theirs in verdicts.items():
        for verdict in theirs:
            if verdict.behaviour:
                groups[verdict.id, verdict.behaviour].append(student)
    largest = sorted(groups.items(), key=lambda group: -len(group[1]))
    return [(check, found) for (check, _), found in largest]


def _apart(verdict: Verdict) -> bool:
    """Is this wrong, without a mistake or a behaviour?"""
    known = verdict.diagnosis or verdict.behaviour
    return verdict.status in (*KINDS["in part"], *KINDS["wrong"]) and not known


def _tries(attempts: Collection[Sequence[Attempt]]) -> Iterator[Try]:
    """First attempts, second ones, and so on."""
    for index in range(max(map(len, attempts), default=0)):
        those = [tries[index] for tries in attempts if len(tries) > index]
        days = sorted(one.handed_in[:10] for one in those if one.handed_in)
        ends = tuple(dict.fromkeys([days[0], days[-1]])) if days else ()
        yield Try(index + 1, len(those), mean(map(_share, those)), ends)


def _share(attempt: Attempt) -> float:
    points = sum(points for points, _ in attempt.marks.values())
    return _part(points, sum(full for _, full in attempt.marks.values()))


def _part(points: float, full: float) -> float:
    return points / full if full else 1.0  # a cell may be for no points


def _progress(attempts: Iterable[Sequence[Attempt]], checks: Iterable[str]) -> Iterator[Progress]:
    """The checks that are in the first and the last attempt of somebody who tried again."""
    ends = [(tries[0].marks, tries[-1].marks) for tries in attempts]
    for check in checks:
        both = [
            (one[check], other[check]) for one, other in ends if check in one and check in other
        ]
        if both:
            first = mean(_part(*one) for one, _ in both)
            yield Progress(check, first, mean(_part(*other) for _, other in both))


def _by_hand(
    classroom: Classroom, assignment: str, marking: Iterable[Marking]
) -> Iterator[tuple[Marking, float | None]]:
    """The cells that a person marks, with their points, and what else waits for one."""
    masters = classroom.course.masters_of(assignment).values()
    cells = [cell for master in masters for cell in master.cells.items()]
    points = {
        id: float(cell.metadata.nbgrader.points)
        for id, cell in cells
        if (is_set(cell, "grade") or is_set(cell, "task")) and not is_autograded(cell)
    }
    places = {id: (id not in points, place) for place, (id, _) in enumerate(cells)}
    for one in sorted(marking, key=lambda one: places.get(one.cell, (True, len(cells)))):
        if one.cell in points or one.waiting:
            yield one, points.get(one.cell)
