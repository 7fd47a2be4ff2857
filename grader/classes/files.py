"""Files: those of a submission, which are read with care, and ours, which are written at once."""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from ..notebooks.course import using

# What is copied of the files that a student hands in beside the notebooks.
FILES, BYTES = 500, 200 * 1024**2
DEPTH = 20  # folders in each other that are looked into
REMARKS = 20  # on files that are left out, for each submission
MAC = ("._*", ".DS_Store", "__MACOSX")  # what a Mac puts beside files, of nobody's making

# What the machine lacks, whoever's file it is.
MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


@contextmanager
def lacking(place: Path) -> Iterator[None]:
    """Turns what the machine lacks at a place into a CourseError; other errors stay as they are."""
    try:
        yield
    except OSError as error:
        if error.errno not in MACHINE:
            raise
        with using(place):
            raise


def read_plain(path: Path, limit: int) -> bytes:
    """The bytes of an ordinary file, `limit` + 1 at most.

    Raises OSError for whatever else it may be: a link could lead to what is not the student's.
    """
    # a pipe must not stop us
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path.name} is not an ordinary file")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(limit + 1)
    finally:
        os.close(descriptor)


def walk(folder: Path, ignored: list[str]) -> Iterator[Path]:
    """The paths in a submission, from `folder`, of all that is neither folder nor ignored.

    No link to a folder is entered. `ignored` are patterns of names, as nbgrader has them.
    A folder that lies too deep, or cannot be listed, is given as if it were a file.
    """
    ignored = [*ignored, *MAC]
    waiting = [Path()]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(folder / place) as entries:
                kinds = {entry.name: entry.is_dir(follow_symlinks=False) for entry in entries}
        except OSError:
            if place != Path():
                yield place
            continue
        kept = sorted(name for name in kinds if not _matches(name, ignored))
        enter = len(place.parts) < DEPTH
        yield from (place / name for name in kept if not (enter and kinds[name]))
        waiting.extend(place / name for name in reversed(kept) if enter and kinds[name])


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def is_notebook(path: Path) -> bool:
    """Is this the name of a notebook, or of what a browser has made of one?"""
    return ".ipynb" in path.name.lower() and not any(part.startswith(".") for part in path.parts)


def copy_files(source: Path, paths: Iterable[Path], dest: Path) -> list[str]:
    """Copy the ordinary files among `paths`; returns those that were left out, and why.

    Raises OSError for what the machine lacks, and not the file.
    """
    left_out, files, size = list[str](), FILES, BYTES
    for path in paths:
        try:
            data = read_plain(source / path, size if files else 0)
            if not files or len(data) > size:
                left_out.append(
                    f"{path} and the files after it were left out: "
                    f"{FILES} files of {BYTES // 1024**2} MB together are kept"
                )
                break
            files, size = files - 1, size - len(data)
            (dest / path).parent.mkdir(parents=True, exist_ok=True)
            (dest / path).write_bytes(data)
        except OSError as error:
            if error.errno in MACHINE:
                raise
            if len(left_out) == REMARKS:
                left_out.append("other files were left out too")
                break
            long = error.errno == errno.ENAMETOOLONG
            why = "its path is too long" if long else "it is not an ordinary file that can be read"
            left_out.append(f"{path} was left out: {why}")
    return left_out


def write_text(path: Path, text: str) -> None:
    """Write a file as a whole: whoever reads it, at whatever moment, reads the old or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(".new")  # of any name: a longer one could be too long
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)  # renaming is one step


def remove_folder(folder: Path) -> None:
    """Remove a folder, if there is one; a link is left alone."""
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)


def replace_folder(folder: Path, fill: Callable[[Path], None]) -> None:
    """Put a folder that `fill` has filled in the place of what is there.

    When it is interrupted, there is the old folder, the new one, or none, but never a part of one.
    """
    new, old = (folder.with_name(f".{folder.name}.{age}") for age in ("new", "old"))
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    new.mkdir(parents=True)
    fill(new)  # this takes time, the renaming below does not
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
