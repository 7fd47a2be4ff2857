"""The checks, one module a problem set.

A module has `checks`, a list.
The id of a check is the grade_id of its graded cell, and is unique in the course.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ..check import Check


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
