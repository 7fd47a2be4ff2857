"""Checks in a student's own notebook, with a public seed."""

import io
import sys
from collections.abc import MutableMapping
from contextlib import redirect_stdout
from functools import cache
from typing import Any

from .check import Check, Verdict
from .load import load, problem_sets
from .mistakes import OURS
from .remote import Loopback, Student

PUBLIC_SEED = 0  # the grader draws other inputs, from a seed that is not public
POINTS = 100.0
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
    Raises CheckFailed with what failed, why, and what to read; LookupError for an unknown check.
    """
    found = _find(id, package)
    names = _notebook() if namespace is None else namespace
    student = Student(Loopback(names), sources=names.get("In", ()))  # IPython's list of cells
    with redirect_stdout(io.StringIO()) as printed:  # by the student's code, for each input
        verdict = found.grade(student, POINTS, PUBLIC_SEED, local=True)
    text = report(verdict) + (UNSEEN if printed.getvalue() else "")
    if verdict.status != "passed":
        # an exception, so nbgrader's Validate and plain nbgrader see it too
        raise CheckFailed(text)
    print(text)


def report(verdict: Verdict) -> str:
    """The verdict as a student reads it in the notebook."""
    share = f"{verdict.points / verdict.max_points:.0%} of the points"
    return f"{verdict.id}: {verdict.status}, {share}\n\n{verdict.message}"


@cache
def _find(id: str, package: str) -> Check:
    known: list[str] = []
    for assignment in problem_sets(package):
        checks = load(assignment, package)
        if id in checks:
            return checks[id]
        known += checks
    raise LookupError(f"there is no check {id!r}; the checks are: {', '.join(known)}")


def _notebook() -> MutableMapping[str, Any]:
    """The names of the notebook, or script, that runs."""
    return vars(sys.modules["__main__"])
