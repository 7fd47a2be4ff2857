"""The files beside a notebook, for its code to import and read: the course's and the student's.

The course's stand beside its master; nbgrader hands them out, and puts them over a student's of the
same name when it grades. No notebook is among them, no hidden file, and nothing that is ignored.
They travel as data, by their paths from the notebook's folder.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ..notebooks.course import Course
from ..notebooks.notebook import CourseError
from ..sandbox.process import Limits
from .files import read_plain, walk

# Files and folders, each of which takes memory of the kernel's in a student's process.
STUDENTS, COURSES = 100, 1000
HIDDEN = ".*"


def room(limits: Limits) -> int:
    """How many bytes a student's files may have, and the course's: half the scratch folder is left.

    More than 64 MB each do not pass at once.
    """
    return min(limits.scratch_bytes // 4, 64 * 2**20)


def of_course(course: Course, assignment: str) -> dict[str, bytes]:
    """The course's own files of a problem set. Raises CourseError when they do not fit."""
    folder, theirs = course.masters / assignment, course.theirs(assignment)
    limit = room(course.limits_of(assignment))
    files: dict[str, bytes] = {}
    names: set[Path] = set()
    for path in _paths(course, folder):
        if str(path) in theirs:
            continue
        names |= {path, *path.parents[:-1]}
        try:
            files[str(path)] = (folder / path).read_bytes()
        except OSError as error:
            raise CourseError(f"{folder / path} cannot be read: {error.strerror}") from None
        if len(names) > COURSES or sum(map(len, files.values())) > limit:
            raise CourseError(
                f"{folder} has more files than can be beside a student's notebook: "
                f"{COURSES} files and folders of {limit / 2**20:.3g} MB in all, a quarter of the "
                "limit `scratch_bytes`. Raise that, or move what notebooks do not read elsewhere."
            )
    return files


def of_student(
    course: Course, assignment: str, folder: Path, own: Iterable[str]
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """A student's files but for those that the course's `own` replace, and remarks on what is not.

    They are read with care: no link is followed.
    """
    left = limit = room(course.limits_of(assignment))
    files: dict[str, bytes] = {}
    names: set[Path] = set()
    remarks: list[str] = []
    for path in not_replaced(_paths(course, folder), own):
        shown = f"{path}" if len(f"{path}") < 100 else f"{path!s:.97}..."
        names |= {path, *path.parents[:-1]}
        if len(names) > STUDENTS:
            remarks.append(
                f"{shown} and the files after it were not there for the notebook: "
                f"more than {STUDENTS} files and folders"
            )
            break
        try:
            f"{path}".encode()
            data = read_plain(folder / path, left)
        except UnicodeEncodeError:
            remarks.append(f"{shown} was not there for the notebook: its name is not UTF-8")
        except OSError:
            remarks.append(f"{shown} was left out: it is not an ordinary file that can be read")
        else:
            if len(data) > left:
                more = f"more than {limit / 2**20:.3g} MB in all"
                remarks.append(f"{shown} was not there for the notebook: {more}")
                continue
            files[str(path)] = data
            left -= len(data)
    return files, tuple(remarks)


def of_one(
    course: Course, assignment: str, notebook: Path
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """What one notebook finds in its folder, and remarks on what it does not.

    The files there are the student's where they can be nobody else's: the folder may be one of
    downloads, and then the notebook finds the course's alone.
    """
    own, folder = of_course(course, assignment), notebook.parent.resolve()
    of_set = {path.name for path in (course.masters / assignment).glob("*.ipynb")}
    notebooks = (path.relative_to(folder) for path in folder.rglob("*") if _is_notebook(path))
    visible = (path for path in notebooks if not any(part[0] == "." for part in path.parts))
    if course.root.is_relative_to(folder) or not {notebook.name, *of_set}.issuperset(
        map(str, visible)
    ):
        return own, ()
    theirs, remarks = of_student(course, assignment, folder, own)
    return {**own, **theirs}, remarks


def not_replaced(paths: Iterable[Path], own: Iterable[str | Path]) -> Iterator[Path]:
    """The paths without those of the course's `own` files, and what is in the way of these."""
    files = {Path(path) for path in own}
    folders = {parent for path in files for parent in path.parents}
    for path in paths:
        if path not in folders and files.isdisjoint((path, *path.parents)):
            yield path


def _paths(course: Course, folder: Path) -> Iterator[Path]:
    found = walk(folder, [*course.ignored, HIDDEN])
    return (path for path in found if not _is_notebook(path))


def _is_notebook(path: Path) -> bool:
    return path.suffix.lower() == ".ipynb"
