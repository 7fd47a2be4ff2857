"""What is wrong with a course: it is told to the instructor, by file and line, and is no mark."""

import traceback
from pathlib import Path
from types import CodeType, ModuleType

import numpy as np


class CourseError(Exception):
    """A course is wrong: its folder, a master, a check, or its gradebook. No student is."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the message alone, for the traceback is the grader's."""
        return str(self).splitlines()


def told(error: BaseException, package: str, otherwise: CodeType | None = None) -> str:
    """An exception in one line, after the line of the package that it comes from.

    That is the last line in its traceback of the package's own, or the first of `otherwise`.
    Paths begin at the package: they are the same on all machines.
    """
    text = " ".join(str(error).split())
    if not isinstance(error, CourseError):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        text = f"{type(error).__name__}: {error.msg}"
        return f"{within(package, error.filename)}, line {error.lineno}: {text}"
    places = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if _is_of(frame.f_globals.get("__name__", ""), package)
    ]
    if otherwise:
        places.insert(0, (otherwise.co_filename, otherwise.co_firstlineno))
    if not places:
        return text
    file, line = places[-1]
    return f"{within(package, file)}, line {line}: {text}"


def within(package: str, file: str) -> str:
    """The path of a file from its package on."""
    path = Path(file)
    above = [place for place in path.parents if place.name == package]
    return path.relative_to(above[0].parent).as_posix() if above else path.name


def _is_of(module: str, package: str) -> bool:
    """Is a module of the package, and none of those that only pass questions on?"""
    return module.partition(".")[0] == package and not module.startswith("grader.checking.")


def is_ours(error: Exception, implementation: object) -> bool:
    """Is what a script, or an implementation of ours, raised a mistake in it, whatever it was for?

    A student's code raises RemoteError. Else it may come of an answer that the script has no use
    for, or be the mistake that a faulty implementation makes: these are answers. But neither leads
    to a name, a module or a function of the `implementation` that is not there.
    """
    match error:
        case CourseError() | NameError() | ImportError() | SyntaxError():
            return True
        case AttributeError(obj=owner):
            return owner is implementation or isinstance(owner, ModuleType | np.random.Generator)
    return False
