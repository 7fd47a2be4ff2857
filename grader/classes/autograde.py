"""A class, graded in parallel and entered into nbgrader's gradebook by this process alone.

A submission passes three states, each of which is on disk before the next begins: graded (its
record holds the outcome), entered (in the gradebook, and in its folder), and recorded as entered.
A run that ends in between, in whatever way, is taken up there by the next.
"""

import hashlib
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.utils import find_all_files, parse_utc
from tqdm import tqdm

from ..checking.check import Verdict
from ..notebooks.notebook import FILE_LIMIT
from ..notebooks.report import by_asserts, columns, title
from .beside import not_replaced, of_course, of_student
from .classroom import Classroom
from .files import copy_files, other_files, read_plain, replace_folder
from .gradebook import Marks, check_released
from .pool import Result
from .records import Record, Records
from .work import Job, Outcome, Submission, code_state, config_of_steps

TOGETHER = 16  # submissions that are entered in one transaction
TIMESTAMP = "timestamp.txt"

Scheduler = Callable[[Job, Iterable[Submission]], Iterator[Result]]


def autograde(
    classroom: Classroom,
    assignment: str,
    students: Collection[str],
    scheduler: Scheduler,
    *,
    force: bool = False,
) -> dict[str, str]:
    """Grade submissions; those that are graded already, and are as they were, only with `force`.

    Returns what was wrong with those that could not be graded.
    Raises CourseError or Unprotected when none can be.
    """
    records = Records(classroom.course.root, assignment)
    with records.alone():
        marks = Marks(classroom.folder, classroom.config, assignment)
        try:
            run = Run(classroom, _job(classroom, marks), marks, records, force)
            return run.grade(students, scheduler)
        finally:
            marks.close()


def _job(classroom: Classroom, marks: Marks) -> Job:
    course, assignment = classroom.course, marks.assignment
    masters, released = course.masters_of(assignment), marks.released()
    for name, master in masters.items():
        course.load_checks(master)
        check_released(master, released.get(name))
    return Job(
        root=str(course.root),
        assignment=assignment,
        masters=masters,
        released=released,
        package=course.checks,
        beside=of_course(course, assignment),
        preload=course.preload_of(assignment),
        limits=course.limits_of(assignment),
        unsafe=course.unsafe,
        seed=course.seed(assignment),
        config=config_of_steps(classroom.config),
        code=code_state(course.checks, course.preload_of(assignment)),
    )


@dataclass
class Run:
    """One grading of a problem set."""

    classroom: Classroom
    job: Job
    marks: Marks
    records: Records
    force: bool

    def grade(self, students: Collection[str], scheduler: Scheduler) -> dict[str, str]:
        """Grade what has to be, enter what is not entered; returns the problems by student."""
        self.job_key, self.known = self.job.key(), self.marks.students()
        self.converter = Autograde(coursedir=self.classroom.folder, config=self.classroom.config)
        self.master_files = self._master_files()
        self.waiting: list[tuple[str, Record]] = []
        self.keys: dict[str, str] = {}
        self.problems: dict[str, str] = {}
        with tqdm(
            total=len(students), unit="submission", disable=None, file=sys.stderr
        ) as self.bar:
            for submission, outcome in scheduler(self.job, self._to_do(students)):
                self._graded(submission.student, outcome)
            self.enter()
        return dict(sorted(self.problems.items()))

    def _to_do(self, students: Iterable[str]) -> Iterator[Submission]:
        """The submissions to grade; what needs no grading is done in passing."""
        for student in students:
            submission = self._submission(student)
            key = self._key(submission)
            record = self.records.read(student)
            if self.force or record is None or record.key != key:
                self.keys[student] = key
                yield self._with_files(submission)
            elif not record.entered:
                self._wait(student, record)
            elif student in self.known and self._folder(student).is_dir():
                self._done(student, record.outcome)
            else:
                self.keys[student] = key
                yield self._with_files(submission)

    def _submission(self, student: str) -> Submission:
        folder, notebooks = self._handed_in(student), dict[str, bytes]()
        unreadable: dict[str, str] = {}
        if self._linked(student):
            unreadable = dict.fromkeys(self.job.masters, f"{folder} is a link, not a folder.")
            return Submission(student, notebooks, unreadable)
        for name in self.job.masters:
            path = folder / f"{name}.ipynb"
            try:
                notebooks[name] = read_plain(path, FILE_LIMIT)
            except FileNotFoundError:
                there = ", ".join(sorted(other.name for other in folder.glob("*.ipynb"))[:5])
                unreadable[name] = f"{path.name} was not handed in; notebooks: {there or 'none'}."
            except OSError:
                unreadable[name] = f"{path.name} is not an ordinary file that can be read."
        return Submission(student, notebooks, unreadable)

    def _with_files(self, submission: Submission) -> Submission:
        """The submission with what is beside its notebooks; read only now, when it is graded."""
        if self._linked(submission.student):
            return submission
        course, folder = self.classroom.course, self._handed_in(submission.student)
        beside, left_out = of_student(course, self.job.assignment, folder, self.job.beside)
        return replace(submission, beside=beside, left_out=left_out)

    def _key(self, submission: Submission) -> str:
        """A text that changes with anything that is graded or kept of a submission."""
        key = hashlib.sha256(f"{self.job_key} {submission.student}".encode())
        for name, data in submission.notebooks.items():
            key.update(f"\n{name} {hashlib.sha256(data).hexdigest()}".encode())
        key.update(repr(submission.unreadable).encode())
        folder = self._handed_in(submission.student)
        for path in self._other_files(submission.student):
            found = os.lstat(folder / path)
            # not their bytes: there may be many
            key.update(f"\n{path} {found.st_mode} {found.st_size} {found.st_mtime_ns}".encode())
        return key.hexdigest()

    def _graded(self, student: str, outcome: Outcome | str) -> None:
        key = self.keys.pop(student)
        if isinstance(outcome, str):  # the grader's own failure: the next run tries again
            self.problems[student] = outcome
            self.bar.update()
        else:
            record = Record(key, False, outcome)
            self.records.write(student, record)
            self._wait(student, record)

    def _wait(self, student: str, record: Record) -> None:
        self.waiting.append((student, record))
        if len(self.waiting) >= TOGETHER:
            self.enter()

    def enter(self) -> None:
        """Put what is graded into the gradebook and into its folders."""
        entries = [
            (student, record.outcome, self._time(student)[0]) for student, record in self.waiting
        ]
        # folders next, records last: a run that is stopped in between enters them again
        self.marks.enter(entries)
        for student, record in self.waiting:
            remarks = self._place(student, record.outcome)
            done = replace(record, entered=True, remarks=(*self._time(student)[1], *remarks))
            self.records.write(student, done)
            self._done(student, record.outcome)
        self.waiting.clear()

    def _place(self, student: str, outcome: Outcome) -> list[str]:
        """The folder of graded notebooks, with the files beside them as nbgrader has them."""
        left_out: list[str] = []

        def fill(folder: Path) -> None:
            theirs = self._handed_in(student)
            paths = not_replaced(self._other_files(student), self.master_files)
            left_out.extend(copy_files(theirs, paths, folder))
            for path in self.master_files:
                place = folder / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes((self._masters() / path).read_bytes())
            for name, notebook in outcome.notebooks.items():
                (folder / f"{name}.ipynb").write_text(notebook.text, encoding="utf-8")

        replace_folder(self._folder(student), fill)
        self.converter.set_permissions(self.job.assignment, student)
        return left_out

    def _time(self, student: str) -> tuple[datetime | None, list[str]]:
        """When a student handed in, if that is known, and what is wrong with what says so."""
        try:
            text = read_plain(self._handed_in(student) / TIMESTAMP, 1000).decode().strip()
            return (parse_utc(text) if text else None), []
        except FileNotFoundError:
            return None, []
        except (OSError, ValueError, OverflowError):
            return None, [f"{TIMESTAMP} is not a time; whether it was late is not known"]

    def _done(self, student: str, outcome: Outcome) -> None:
        if outcome.problems:
            self.problems[student] = " ".join(outcome.problems)
        self.bar.update()

    def _handed_in(self, student: str) -> Path:
        return self.classroom.submitted(student, self.job.assignment)

    def _folder(self, student: str) -> Path:
        return self.classroom.autograded(student, self.job.assignment)

    def _masters(self) -> Path:
        return self.classroom.course.masters / self.job.assignment

    def _other_files(self, student: str) -> Iterator[Path]:
        if self._linked(student):
            return iter(())
        return other_files(self._handed_in(student), self.classroom.folder.ignore)

    def _linked(self, student: str) -> bool:
        """Does what a student handed in lie elsewhere, perhaps where another's work does?"""
        folder = self._handed_in(student)
        return folder.is_symlink() or folder.parent.is_symlink()

    def _master_files(self) -> list[Path]:
        """The files beside the masters, which replace a student's of the same name."""
        ignored = [*self.classroom.folder.ignore, "*.ipynb"]
        found = map(Path, find_all_files(str(self._masters()), ignored))
        theirs = self.converter.exclude_overwriting.get(self.job.assignment, ())
        paths = (path.relative_to(self._masters()) for path in found)
        return [path for path in paths if str(path) not in theirs]


def table(classroom: Classroom, assignment: str, students: Iterable[str]) -> str:
    """The class in a table: student, points, and what is wrong."""
    records = Records(classroom.course.root, assignment)
    rows = [("student", "points", "")]
    all_verdicts: list[Verdict] = []
    for student in students:
        record = records.read(student)
        if record is None:
            verdicts, remarks = classroom.verdicts(assignment, student), []
        else:
            verdicts = list(record.outcome.verdicts)
            remarks = [*record.outcome.problems, *record.outcome.remarks, *record.remarks]
        if record is None or not record.outcome.problems:
            remarks = [*_remarks(verdicts), *remarks]
        remarks = [*dict.fromkeys(remarks)]  # a link is neither copied nor read
        all_verdicts += verdicts
        score = sum(verdict.points for verdict in verdicts)
        full = sum(verdict.max_points for verdict in verdicts)
        points = f"{score:g} / {full:g}" if verdicts else "not graded"
        first, *others = remarks or [""]
        rows.append((student, points, first))
        rows.extend(("", "", remark) for remark in others)
    return columns(rows) + by_asserts(all_verdicts)


def _remarks(verdicts: Iterable[Verdict]) -> list[str]:
    """The mistakes by name, and the statuses of checks that failed without a name for it."""
    found = list(verdicts)
    named = {mistake: title(mistake) for verdict in found for mistake in verdict.diagnosis}
    unnamed: dict[str, list[str]] = {}
    for verdict in found:
        if verdict.status != "passed" and not verdict.diagnosis:
            unnamed.setdefault(verdict.status, []).append(verdict.id)
    return [*named.values(), *(f"{status}: {', '.join(ids)}" for status, ids in unnamed.items())]
