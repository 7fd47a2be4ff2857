"""The checks, one module a problem set.

A module has `checks`, a list.
The id of a check is the grade_id of its graded cell, and is unique in the course.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

from ..check import Check, Implementation


class Faults(Protocol):
    """A module of `grader.faults`."""

    MISTAKES: dict[str, tuple[str, ...]]

    def implementation(self, *mistakes: str) -> Any:
        """The functions of the set with these mistakes."""


def check_against(faults: Faults, id: str, section: str, reference: Implementation = None) -> Check:
    """A check whose mistakes are those of `faults`.

    Without a `reference`, the implementation without mistakes is it.
    """
    return Check(
        id,
        section=section,
        reference=faults.implementation() if reference is None else reference,
        faulty=faults.implementation,
        mistakes=faults.MISTAKES[id],
    )


def problem_sets(package: str = __name__) -> list[str]:
    """The problem sets that have checks, in order."""
    return sorted(module.name for module in iter_modules(import_module(package).__path__))


@cache
def load(assignment: str, package: str = __name__) -> dict[str, Check]:
    """The checks of one problem set by their ids.

    Raises LookupError for a set that has none.
    """
    if assignment not in problem_sets(package):
        known = ", ".join(problem_sets(package)) or "none"
        raise LookupError(
            f"no checks for {assignment!r} in {package}; there are checks for: {known}"
        )
    return {check.id: check for check in import_module(f"{package}.{assignment}").checks}
