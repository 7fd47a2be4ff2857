"""What `nbgrader zip_collect` makes of the archives of Moodle, Canvas, Blackboard and Gradescope.

The platform's names of files and folders say who handed them in; Gradescope's get such names first.
What follows in them is the student's, and says only which file it is.
"""

import os
import re
import shutil
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from pathlib import Path, PurePath
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

import yaml
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from nbgrader.utils import find_all_notebooks

# What is unpacked from an archive that a student handed in, with those in it.
BYTES, FILES, NESTED = 200 * 1024**2, 2000, 3

# A file of a student, or a folder with all of them, which an archive of theirs becomes too.
LAYOUTS = (
    # Moodle: Zoë O'Neil_123456_assignsubmission_file_/ps1.ipynb, or without the folder
    re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)"),
    # Blackboard: ps1_zoneil_attempt_2026-03-01-12-00-00_ps1.ipynb, or ps1_attempt_zoneil_2026...
    re.compile(
        r"(?=.*_attempt_)(?P<name>.+?)(?:_attempt)?_"
        r"(?P<time>\d+(?:-\d+){5})_(?P<file>.+)"
    ),
    # Canvas, who marks without names: anon_x7Kp2_67890_ps1.ipynb, or LATE_anon_x7Kp2_67890_...
    re.compile(r"(?:LATE_)?(?P<name>anon_[^_]+)_(?P<upload>\d+)_(?P<file>.+)"),
    # Canvas: oneilzoe_LATE_12345_67890_ps1.ipynb, with the numbers of the student and of the file
    re.compile(r"(?P<name>.+?)(?:_LATE)?_(?P<user>\d+)_(?P<upload>\d+)_(?P<file>.+)", re.I),
)
METADATA = "submission_metadata.yml"  # Gradescope's, on the folders beside it
GRADESCOPE = re.compile(r"submission_(\d+)")
AS_MOODLE = "{}_{}_assignsubmission_file_"
# What a name gets that was there already: " (1)" or "-Copy1" from the student's own programs,
# "-1" from Canvas for the second attempt.
AGAIN = r"(?:[ _+]*\((?P<copy>\d+)\)|-Copy(?P<jupyter>\d+))?(?:-(?P<attempt>\d+))?"
NOT_THEIRS = (".", "__MACOSX")  # what a Mac adds
UNKNOWN = (
    "no file is named as Moodle, Canvas, Blackboard or Gradescope name those that students hand "
    "in. Say in "
    "c.FileNameCollectorPlugin.named_regexp how they are named, or put the notebooks to "
    "submitted/STUDENT/{0}/{0}.ipynb yourself."
)
TIMESTAMP = "timestamp.txt"  # nbgrader's: with one of their own, students would choose the time


@dataclass(frozen=True)
class Found:
    """A file of a student: `inner` is its path in what was handed in.

    `number` tells students of the same name apart; `time` is None where the platform names none,
    and empty where what it names is no time.
    """

    path: Path
    name: str
    number: str
    time: str | None
    upload: int
    inner: PurePath


@dataclass
class Room:
    """How much may still be unpacked of what a student handed in."""

    files: int = FILES
    bytes: int = BYTES

    def takes(self, entry: ZipInfo) -> bool:
        """Is there room for a file, which then is taken?"""
        fits = self.files > 0 and entry.file_size <= self.bytes
        if fits:
            self.files, self.bytes = self.files - 1, self.bytes - entry.file_size
        return fits


class Extract(ExtractorPlugin):  # type: ignore[misc]
    """Unpacks the platform's archives, and those in them that students handed in.

    What cannot be unpacked of a student's is named; an archive of which nothing can be is handed in
    as it is.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack what is in the folder `archive_path`; both paths are absolute."""
        unpacked = Path(extracted_path)
        shutil.copytree(archive_path, unpacked, dirs_exist_ok=True)
        for path in _archives(unpacked):
            if not _of_student(path.relative_to(unpacked)):
                self._unpack_platforms(path)
        self._name_folders(unpacked)
        for path in _archives(unpacked):
            self._unpack(path, Room(), NESTED)

    def _name_folders(self, unpacked: Path) -> None:
        """Give Gradescope's folders the names of those who handed in, as Moodle would.

        What several people handed in together becomes the work of each.
        """
        # from above: one that a student handed in has moved by then
        for path in sorted(unpacked.rglob(METADATA), key=lambda path: len(path.parts)):
            if path.is_file() and not _of_student(path.relative_to(unpacked)):
                for folder, people in self._submitters(path).items():
                    for name in people:
                        shown = _as_folder(name).replace("_", " ") or "nameless"
                        number = folder.name.partition("_")[2]
                        named = folder.with_name(AS_MOODLE.format(shown, number))
                        shutil.copytree(folder, named, dirs_exist_ok=True)
                    shutil.rmtree(folder)
                path.unlink()

    def _submitters(self, path: Path) -> dict[Path, list[str]]:
        """The names of those who handed in, by the folder with their files."""
        try:
            told = yaml.load(path.read_bytes(), yaml.BaseLoader)  # it makes texts, lists and dicts
            folders = {
                path.with_name(name): [person[":name"] for person in one[":submitters"]]
                for name, one in told.items()
                if GRADESCOPE.fullmatch(name)
            }
        except (yaml.YAMLError, LookupError, AttributeError, TypeError) as error:
            app: Any = self.parent
            app.fail(f"{METADATA} does not say who handed in: {error!r}. Download it again.")
        return {folder: people for folder, people in folders.items() if folder.is_dir()}

    def _unpack_platforms(self, path: Path) -> None:
        try:
            with ZipFile(path) as archive:
                for entry in archive.infolist():
                    self._write(archive, entry, path.with_suffix(""))
        except (BadZipFile, OSError) as error:
            app: Any = self.parent
            app.fail(f"{path.name} cannot be unpacked: {error}. Download it again.")
        path.unlink()

    def _unpack(self, path: Path, room: Room, depth: int) -> None:
        """Put a folder in the place of a student's archive, and of those in it."""
        folder = path.with_suffix("")
        try:
            with ZipFile(path) as archive:
                entries = [entry for entry in archive.infolist() if not entry.is_dir()]
                entries.sort(key=lambda entry: not entry.filename.lower().endswith(".ipynb"))
                taken = [entry for entry in entries if room.takes(entry)]
                written = [entry for entry in taken if self._write(archive, entry, folder)]
        except Exception as error:  # whatever it is, the other students' are unpacked
            self.log.warning("%s cannot be unpacked: %s", path, error)
            return
        if len(taken) < len(entries):
            self.log.warning(
                "%s: %d of its %d files are left out: an archive may have %d files of %d MB in all",
                *(path, len(entries) - len(taken), len(entries), FILES, BYTES // 1024**2),
            )
        if written:
            path.unlink()
            for inner in _archives(folder) if depth > 1 else ():
                self._unpack(inner, room, depth - 1)

    def _write(self, archive: ZipFile, entry: ZipInfo, folder: Path) -> bool:
        """Write a file of an archive, if that can be done."""
        entry.filename = _utf8(entry).replace("\\", "/")  # some programs of Windows write it so
        try:
            archive.extract(entry, folder)  # never outside of the folder, and never a link
        except Exception as error:  # a name that is too long, for one
            self.log.warning("%s in %s is left out: %s", entry.filename, folder, error)
            return False
        return True


class Collect(FileNameCollectorPlugin):  # type: ignore[misc]
    """Says of each file whose it is, and which; of several, the newest counts.

    A course that sets `c.FileNameCollectorPlugin.named_regexp` has that used instead.
    """

    chosen: Mapping[Path, dict[str, str]] | None = None

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """What nbgrader asks for each unpacked file; None leaves it out."""
        if self.named_regexp:
            by_regexp: dict[str, str] | None = super().collect(submitted_file)
            return by_regexp
        if self.chosen is None:
            self.chosen = self._choose()
        return self.chosen.get(Path(submitted_file))

    def _choose(self) -> dict[Path, dict[str, str]]:
        app: Any = self.parent
        archives = Path(app._format_collect_path(app.archive_directory))
        unpacked = Path(app._format_collect_path(app.extracted_directory))
        folder, assignment = app.coursedir.release_directory, app.coursedir.assignment_id
        released = find_all_notebooks(app.coursedir.format_path(folder, ".", assignment))
        packed = {path.stem for path in archives.glob("*.[zZ][iI][pP]")}
        found = [*_found(unpacked, packed)]
        if not found:
            app.fail(UNKNOWN.format(app.coursedir.assignment_id))
        zone = self.config["Exchange"].get("timezone", "UTC")
        chosen = {}
        for student, files in _students(found).items():
            for name, file in _newest(files, released).items():
                time = {"timestamp": f"{file.time} {zone}"} if file.time else {}
                if file.time == "":
                    self.log.warning(
                        "%s: when it was handed in is not known, for the time in its name is none",
                        file.path.relative_to(unpacked),
                    )
                chosen[file.path] = {"student_id": student, "file_id": name, **time}
        return chosen


def _archives(folder: Path) -> list[Path]:
    return [path for path in _files(folder) if path.suffix.lower() == ".zip"]


def _of_student(path: PurePath) -> bool:
    """Does the platform's name in a path say whose it is?"""
    return any(layout.fullmatch(part) for part in path.parts for layout in LAYOUTS)


def _files(folder: Path) -> Iterator[Path]:
    """All ordinary files in a folder, and in those below."""
    for place, _, names in os.walk(folder):
        for path in (Path(place, name) for name in names):
            if path.is_file() and not path.is_symlink():
                yield path


def _utf8(entry: ZipInfo) -> str:
    """The name of a file in an archive; Macs write UTF-8 and do not say so."""
    try:
        return entry.orig_filename.encode("cp437").decode("utf-8")
    except ValueError:
        return entry.filename


def _found(unpacked: Path, packed: Collection[str]) -> Iterator[Found]:
    """The files of students; `packed` are the names of the platform's archives."""
    for path in _files(unpacked):
        parts = path.relative_to(unpacked).parts
        first = int(parts[0] in packed)  # what an archive is called says nothing
        # from above: what a student handed in can have such names in it
        for i, part in enumerate(parts[first:], first + 1):
            if part.startswith(NOT_THEIRS):
                break
            matches = [match for layout in LAYOUTS if (match := layout.fullmatch(part))]
            if matches:
                yield _file(path, min(matches, key=lambda match: match.start("file")), parts[i:])
                break


def _file(path: Path, match: re.Match[str], below: tuple[str, ...]) -> Found:
    """What the platform's name says of a file."""
    told = match.groupdict()
    time = told.get("time")
    if time is not None:
        try:
            time = str(datetime.strptime(time, "%Y-%m-%d-%H-%M-%S"))
        except ValueError:
            time = ""
    name = told["name"] + (f"_{told['user']}" if "user" in told else "")
    inner = PurePath(*below or (told["file"],))
    return Found(path, name, told.get("number", ""), time, int(told.get("upload", 0)), inner)


def _students(found: Iterable[Found]) -> dict[str, list[Found]]:
    """The files of each student, by a name that can be a folder's."""
    files = list(found)
    # Blackboard's names begin with the problem set's, which can have any characters in it
    of_blackboard = (file.name for file in files if file.time is not None)
    columns = zip(*(name.split("_")[:-1] for name in of_blackboard), strict=False)
    common = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
    by_person = defaultdict(list)
    for file in files:
        name = "_".join(file.name.split("_")[common:]) if file.time is not None else file.name
        by_person[_as_folder(name), file.number].append(file)
    namesakes = Counter(name for name, _ in by_person)
    return {
        f"{name}_{number}" if namesakes[name] > 1 or not name else name: _visible(theirs)
        for (name, number), theirs in by_person.items()
    }


def _visible(files: list[Found]) -> list[Found]:
    """Those that are not hidden; all where a student has no others."""
    shown = [f for f in files if not any(part.startswith(NOT_THEIRS) for part in f.inner.parts)]
    return shown or files


def _as_folder(name: str) -> str:
    """A name without what shells, patterns and addresses of pages would take for something else."""
    kept = unicodedata.normalize("NFC", re.sub("['\u2019`\",]", "", name))
    return "".join(
        c if c.isalnum() or c in " ._@-" or unicodedata.category(c)[0] == "M" else "_" for c in kept
    ).strip(" .-")


def _newest(files: Iterable[Found], released: Collection[str]) -> dict[str, Found]:
    """The files of one student by the names that they get: notebooks, and what lies beside them."""
    named = [(*_which(file.inner.name, released), file) for file in files]
    named.sort(key=lambda one: (one[2].time or "", one[1], one[2].upload, str(one[2].path)))
    notebooks = {name: file for name, _, file in named if name}
    homes = {file.inner.parent for file in notebooks.values()} or {PurePath()}
    beside = {
        str(file.inner.relative_to(home)): file
        for name, _, file in named
        for home in homes
        if not name and file.inner.is_relative_to(home)
    }
    beside.pop(TIMESTAMP, None)
    return notebooks | beside


def _which(name: str, released: Collection[str]) -> tuple[str, tuple[int, int]]:
    """The notebook that a file is, and which attempt and copy of it; empty for other files."""
    if PurePath(name).suffix != ".ipynb":
        return "", (0, 0)
    for notebook in released:
        stem = re.escape(PurePath(notebook).stem)
        if match := re.fullmatch(stem + AGAIN, PurePath(name).stem, re.I):
            copy = match["copy"] or match["jupyter"] or 0
            return notebook, (int(match["attempt"] or 0), int(copy))
    return name, (0, 0)
