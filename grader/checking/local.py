"""Checks in a student's own notebook, with a public seed."""

import io
import sys
from collections.abc import MutableMapping
from contextlib import redirect_stdout
from functools import cache
from typing import Any

from .check import Check, Verdict
from .errors import CourseError
from .load import load, problem_sets
from .mistakes import OURS
from .remote import Loopback, Student

PUBLIC_SEED = 0  # the grader draws other inputs, from a seed that is not public
POINTS = 100.0
NOT_YOURS = """\
The check cannot be made. That is a mistake in the course, and none of yours: tell your instructor
what is written here, and go on with the next exercise."""
UNSEEN = "\n\nWhat your code printed for these inputs is left out: call it in a cell to see that."


class CheckFailed(AssertionError):
    """A check that did not pass in full; its text is the check's message."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the message alone, for the traceback is the grader's."""
        return str(self).splitlines()


def check(
    id: str,
    namespace: MutableMapping[str, Any] | None = None,
    package: str = OURS,
) -> None:
    """Check one exercise of the notebook and print what passed.

    `namespace` is the notebook's own unless it is given.
    Raises CheckFailed with what failed, why, and what to read; LookupError for an unknown check;
    CourseError for a mistake that is the course's own.
    """
    try:
        text, passed = _checked(id, namespace, package)
    except CourseError as error:
        raise CourseError(f"{NOT_YOURS}\n\n{error}") from None
    if not passed:
        raise CheckFailed(text)
    print(text)


def _checked(id: str, namespace: MutableMapping[str, Any] | None, package: str) -> tuple[str, bool]:
    """What is to be told, and whether all is right."""
    found = _find(id, package)
    names = _notebook() if namespace is None else namespace
    student = Student(Loopback(names), sources=names.get("In", ()))  # IPython's list of cells
    with redirect_stdout(io.StringIO()) as printed:  # by the student's code, for each input
        verdict = found.grade(student, POINTS, PUBLIC_SEED, local=True)
    text = report(verdict) + (UNSEEN if printed.getvalue() else "")
    return text, verdict.status == "passed"


def report(verdict: Verdict) -> str:
    """The verdict as a student reads it in the notebook."""
    share = f"{verdict.points / verdict.max_points:.0%} of the points"
    return f"{verdict.id}: {verdict.status}, {share}\n\n{verdict.message}"


@cache
def _find(id: str, package: str) -> Check:
    known: list[str] = []
    wrong: CourseError | None = None
    for assignment in problem_sets(package):
        try:
            checks = load(assignment, package)
        except CourseError as error:  # of another set, perhaps
            wrong = wrong or error
            continue
        if id in checks:
            return checks[id]
        known += checks
    if wrong is not None:
        raise wrong
    raise LookupError(f"there is no check {id!r}; the checks are: {', '.join(known)}")


def _notebook() -> MutableMapping[str, Any]:
    """The names of the notebook, or script, that runs."""
    return vars(sys.modules["__main__"])
