"""Problem sets, found by name: this wing knows how a check works, and of none in particular.

A package of problem sets has, for each, a module with a list `checks` and, where it names mistakes
of its own, a list `mistakes`. Ours are larger: a folder for each, with a module for each list.
What several sets share is in modules whose names begin with an underscore.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from .check import Check
from .errors import CourseError, told, within
from .mistakes import OURS, Mistake, catalogue


def problem_sets(package: str = OURS) -> list[str]:
    """The problem sets that have checks, in order. Raises CourseError for what is no package."""
    found = _module(package)  # its modules are found without importing any of them
    if not hasattr(found, "__path__"):
        raise CourseError(f"{package} is no package: checks are one, with a module for each set")
    names = (module.name for module in iter_modules(found.__path__))
    return sorted(name for name in names if not name.startswith("_"))


@cache
def load(assignment: str, package: str = OURS) -> dict[str, Check]:
    """The checks of one problem set by their ids; its own mistakes are added to the catalogue.

    Raises LookupError for a set that has none, ModuleNotFoundError for a package that is not there,
    and CourseError for checks that are wrong.
    """
    if assignment not in problem_sets(package):
        known = ", ".join(problem_sets(package)) or "none"
        raise LookupError(
            f"no checks for {assignment!r} in {package}; there are checks for: {known}"
        )
    found = _module(f"{package}.{assignment}")
    if hasattr(found, "__path__"):
        found = _module(f"{package}.{assignment}.checks")
    if problem := next(_problems(found), None):
        raise CourseError(f"{within(package.partition('.')[0], str(found.__file__))}: {problem}")
    return {check.id: check for check in found.checks}


def checks_of(assignment: str, package: str) -> dict[str, Check]:
    """The checks of one problem set by their ids; none for a set that the package does not have."""
    return load(assignment, package) if assignment in problem_sets(package) else {}


def _module(name: str) -> ModuleType:
    """Import a module. What is wrong in it is raised as a CourseError, by file and line."""
    try:
        return import_module(name)
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}."):
            raise  # it is not there itself
        raise CourseError(told(error, name.partition(".")[0])) from error


def _problems(found: ModuleType) -> Iterator[str]:
    """What is wrong with the lists of a module of checks; adds its mistakes to the catalogue."""
    for name, kind in {"mistakes": Mistake, "checks": Check}.items():
        listed = getattr(found, name, [] if kind is Mistake else None)
        if not isinstance(listed, list) or not all(isinstance(item, kind) for item in listed):
            yield f"`{name}` has to be a list of {kind.__name__}s"
            return
        ids = [item.id for item in listed]
        for id in sorted({id for id in ids if ids.count(id) > 1}):
            yield f"`{name}` has {id!r} twice"
    catalogue().update({mistake.id: mistake for mistake in getattr(found, "mistakes", ())})
    yield from (f"check {check.id!r}: {check.problem}" for check in found.checks if check.problem)
