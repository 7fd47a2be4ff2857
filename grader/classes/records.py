"""What is done of a run, so that the next one goes on from there, whatever ended this one.

A student's record says what the last grading was made of (its key), and either holds its outcome
or, when the gradebook and the folder of graded notebooks have it, only what a table shows of it.
The marks of earlier attempts, which nothing else keeps, stay in it.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from ..notebooks.course import Course, using
from ..notebooks.notebook import CourseError
from ..notebooks.report import as_json, from_json
from .files import write_text
from .work import GradedNotebook, Outcome

FOLDER = ".grader-cache"
LONG = 200  # bytes of a student's name, from which on its hash stands for it: a file's has 255


@dataclass(frozen=True)
class Attempt:
    """What the checks gave for notebooks that a student has handed in.

    `work` tells these from others; `handed_in` is the time, in UTC, where that is known.
    `marks` are the points, and the most that there are, by check.
    """

    work: str
    handed_in: str | None
    marks: Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Record:
    """The last grading of a submission: `entered` when the gradebook has it.

    `remarks` are for the instructor, on files that were left out.
    `attempts` are those of the student that could be graded, the last one last.
    """

    key: str
    entered: bool
    outcome: Outcome
    remarks: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()


class Records:
    """The records of one problem set, in the course's folder.

    Raises CourseError where they cannot be written.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self.course, self.root = course, course.root / FOLDER
        self.folder = self.root / assignment

    def read(self, student: str) -> Record | None:
        """A student's record; None where there is none that can be read."""
        try:
            stored = json.loads(self._path(student).read_bytes())
            outcome = Outcome(
                {name: GradedNotebook(**kept) for name, kept in stored["notebooks"].items()},
                tuple(map(from_json, stored["verdicts"])),
                tuple(stored["problems"]),
                tuple(stored["told"]),
            )
            attempts = tuple(Attempt(**kept) for kept in stored["attempts"])
            remarks = tuple(stored["remarks"])
            return Record(stored["key"], stored["entered"], outcome, remarks, attempts)
        except (OSError, ValueError, KeyError, TypeError):  # it is graded again
            return None

    def write(self, student: str, record: Record) -> None:
        """Replace a student's record."""
        kept = {} if record.entered else record.outcome.notebooks
        stored = {
            "key": record.key,
            "entered": record.entered,
            "notebooks": {name: asdict(notebook) for name, notebook in kept.items()},
            "verdicts": [
                as_json(verdict) | {"behaviour": verdict.behaviour}
                for verdict in record.outcome.verdicts
            ],
            "problems": record.outcome.problems,
            "told": record.outcome.remarks,
            "remarks": record.remarks,
            "attempts": [asdict(attempt) for attempt in record.attempts],
        }
        path = self._path(student)
        with using(path):
            write_text(path, json.dumps(stored))
            self.course.share(path)

    def _path(self, student: str) -> Path:
        name = os.fsencode(student)
        short = student if len(name) < LONG else hashlib.sha256(name).hexdigest()
        return self.folder / f"{short}.json"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes meanwhile. Raises CourseError when somebody does.

        The lock is the process's: it goes with it, however it ends.
        """
        path = self.root / "lock"  # one for the course: the gradebook is one
        with using(path):
            # marks and work of students: nobody else's business, but that of the group
            self.root.mkdir(mode=0o700, exist_ok=True)
            self.folder.mkdir(exist_ok=True)
            lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            for place in (self.root, self.folder, path):
                self.course.share(place)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CourseError(
                    "another `grader autograde` is at work in this course: wait until it has ended"
                ) from None
            yield
        finally:
            os.close(lock)
