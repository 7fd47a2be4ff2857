"""Files: those of a submission, which are read with care, and ours, which are written at once."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

# What is copied of the files that a student hands in beside the notebooks.
FILES, BYTES = 500, 200 * 1024**2


def read_plain(path: Path, limit: int) -> bytes:
    """The bytes of an ordinary file, `limit` + 1 at most.

    Raises OSError for whatever else it may be: a link could lead to what is not the student's.
    """
    # a pipe must not stop us
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path.name} is not an ordinary file")
        return file.read(limit + 1)


def other_files(folder: Path, ignored: list[str]) -> Iterator[Path]:
    """The paths in a submission, from `folder`, of all that is neither notebook nor ignored.

    No link to a folder is entered. `ignored` are patterns of names, as nbgrader has them.
    """

    def kept(name: str) -> bool:
        return not any(fnmatch(name, pattern) for pattern in ignored)

    for place, folders, names in os.walk(folder):
        folders[:] = sorted(filter(kept, folders))  # in place: os.walk goes on with these
        for name in sorted(filter(kept, names)):
            if not fnmatch(name, "*.ipynb"):
                yield Path(place, name).relative_to(folder)


def copy_files(source: Path, paths: Iterator[Path], dest: Path) -> list[str]:
    """Copy the ordinary files among `paths`; returns those that were left out, and why."""
    left_out, files, size = [], FILES, BYTES
    for path in paths:
        try:
            data = read_plain(source / path, size if files else 0)
        except OSError:
            left_out.append(f"{path} was left out: it is not an ordinary file that can be read")
            continue
        if not files or len(data) > size:
            left_out.append(
                f"{path} and the files after it were left out: "
                f"{FILES} files of {BYTES // 1024**2} MB together are kept"
            )
            break
        files, size = files - 1, size - len(data)
        (dest / path).parent.mkdir(parents=True, exist_ok=True)
        (dest / path).write_bytes(data)
    return left_out


def write_text(path: Path, text: str) -> None:
    """Write a file as a whole: whoever reads it, at whatever moment, reads the old or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)  # renaming is one step


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
