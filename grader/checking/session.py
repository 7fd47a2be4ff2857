"""What a student has tried in this session, and what is to be done next."""

import difflib
from collections.abc import Mapping

from . import here
from .check import Check, Verdict
from .errors import CourseError
from .load import load, problem_sets

TRIED: dict[str, Verdict] = {}  # the last verdict on each exercise
FAILURES: dict[str, int] = {}  # how often it failed since it last passed


class NoCheck(LookupError):
    """There is no such check, or nothing tells which problem set is meant."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the message alone, for the traceback is the grader's."""
        return [str(self)]


def note(verdict: Verdict) -> int:
    """Remember a verdict. Returns how often the exercise has failed since it last passed."""
    TRIED[verdict.id] = verdict
    passed = verdict.status == "passed"
    FAILURES[verdict.id] = 0 if passed else FAILURES.get(verdict.id, 0) + 1
    return FAILURES[verdict.id]


def find(id: object, package: str) -> Check:
    """The check of an id.

    Raises NoCheck, with those ids of the same set that look like it, where there is none, and
    CourseError where it may be in a set that is wrong.
    """
    if callable(id):
        name = getattr(id, "__name__", "ID")
        raise NoCheck(f'a check is called by its name, in quotes: check("{name}")')
    wrong: CourseError | None = None
    known: dict[str, list[str]] = {}
    for assignment in problem_sets(package):
        try:
            checks = load(assignment, package)
        except CourseError as error:  # of another set, perhaps
            wrong = wrong or error
            continue
        if isinstance(id, str) and id in checks:
            return checks[id]
        known[assignment] = list(checks)
    if wrong is not None:
        raise wrong
    ids = known.get(own_set(package), [id for ids in known.values() for id in ids])
    near = [one for one in ids if one in str(id)]  # as in "batchnorm_forward"
    near = near or difflib.get_close_matches(str(id), ids, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    raise NoCheck(f"there is no check {id!r}: {hint}check() lists those of a problem set")


def own_set(package: str) -> str:
    """The problem set that is being worked on; empty where nothing tells."""
    sets = problem_sets(package)
    if found := here.notebook(sets):
        return found[0]
    tried = [name for name in sets for id in load(name, package) if id in TRIED]
    return tried[-1] if tried else ""


def overview(package: str) -> str:
    """The exercises of the set that is being worked on, what came of them, and what is next.

    Raises NoCheck where nothing tells which set that is.
    """
    if not (assignment := own_set(package)):
        sets = ", ".join(problem_sets(package))
        raise NoCheck(f'which problem set? check("ID") tells; the sets are: {sets}')
    checks = load(assignment, package)
    found = here.notebook(problem_sets(package))
    return _table(assignment, checks, here.points(found[1]) if found else {})


def _table(assignment: str, checks: Mapping[str, Check], points: Mapping[str, float]) -> str:
    unit = "points" if points.keys() >= checks.keys() else "weight"
    worth = {
        id: points[id] if unit == "points" else sum(part.weight for part in check.parts)
        for id, check in checks.items()
    }
    rows = [("exercise", unit, "in this session")]
    for id in checks:
        verdict = TRIED.get(id)
        state = "not tried"
        if verdict:
            share = verdict.points / verdict.max_points
            state = verdict.status + (f", {share:.0%}" if verdict.status == "partial" else "")
        rows.append((id, f"{worth[id]:g}", state))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([assignment, "", *lines, "", _next(checks)])


def _next(checks: Mapping[str, Check]) -> str:
    for id in checks:
        if id in TRIED and TRIED[id].status not in ("passed", "missing"):
            return f'Next: mend {id}, then check("{id}").'
    for id in checks:
        if id not in TRIED or TRIED[id].status == "missing":
            return f'Next: write {id}, then check("{id}").'
    return "All exercises pass. Answer the written questions, and hand the notebook in."
