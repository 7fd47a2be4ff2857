"""Problem sets, found by name: this wing knows how a check works, and of none in particular.

A package of problem sets has, for each, a module with a list `checks` and, where it names mistakes
of its own, a list `mistakes`. Ours are larger: a folder for each, with a module for each list.
What several sets share is in modules whose names begin with an underscore.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from .check import Check
from .mistakes import OURS, catalogue


def problem_sets(package: str = OURS) -> list[str]:
    """The problem sets that have checks, in order."""
    # found without importing any of them
    names = (module.name for module in iter_modules(import_module(package).__path__))
    return sorted(name for name in names if not name.startswith("_"))


@cache
def load(assignment: str, package: str = OURS) -> dict[str, Check]:
    """The checks of one problem set by their ids; its own mistakes are added to the catalogue.

    Raises LookupError for a set that has none.
    """
    if assignment not in problem_sets(package):
        known = ", ".join(problem_sets(package)) or "none"
        raise LookupError(
            f"no checks for {assignment!r} in {package}; there are checks for: {known}"
        )
    found = import_module(f"{package}.{assignment}")
    if hasattr(found, "__path__"):  # one of ours: a folder
        found = import_module(f"{package}.{assignment}.checks")
    # another course's; ours are all there
    catalogue().update({mistake.id: mistake for mistake in getattr(found, "mistakes", ())})
    return {check.id: check for check in found.checks}


def checks_of(assignment: str, package: str) -> dict[str, Check]:
    """The checks of one problem set by their ids; none for a set that the package does not have."""
    return load(assignment, package) if assignment in problem_sets(package) else {}
