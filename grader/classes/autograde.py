"""A class, graded in parallel and entered into nbgrader's gradebook by this process alone.

A submission passes three states, each of which is on disk before the next begins: graded (its
record holds the outcome), entered (in the gradebook, and in its folder), and recorded as entered.
A run that ends in between, in whatever way, is taken up there by the next.
"""

import codecs
import errno
import hashlib
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from nbgrader.converters import Autograde
from nbgrader.utils import find_all_files, parse_utc
from tqdm import tqdm

from ..checking.check import Verdict
from ..notebooks.course import using
from ..notebooks.notebook import FILE_LIMIT, CourseError, SubmissionError
from ..notebooks.report import by_asserts, columns, title
from ..sandbox.process import Unprotected
from .beside import not_replaced, of_course, of_student
from .classroom import Classroom
from .files import (
    MAC,
    copy_files,
    is_notebook,
    lacking,
    read_plain,
    remove_folder,
    replace_folder,
    walk,
)
from .gradebook import Marks, Standing, check_released, standings_of, told
from .pool import Result
from .records import Attempt, Record, Records
from .work import Job, Outcome, Submission, code_state, config_of_steps

TOGETHER = 16  # submissions that are entered in one transaction
TIMESTAMP = "timestamp.txt"

WIDTH = 60  # characters of a student's name in the table
SHOWN = 3  # files in their place, where there is none
OTHERS = 10  # notebooks beside those that were asked for, which are looked into

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
    records = Records(classroom.course, assignment)
    place = classroom.autograded("STUDENT", assignment).parent.parent
    with using(place):
        place.mkdir(parents=True, exist_ok=True)
        if os.statvfs(place).f_flag & os.ST_RDONLY:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(place))
        if not os.access(place, os.W_OK):
            raise PermissionError(errno.EACCES, "no permission to write in it", str(place))
    with records.alone(), told():
        if (book := classroom.course.root / "gradebook.db").exists():
            classroom.course.share(book)
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
        check_released(marks.book, master, released.get(name))
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
        book=course.book_url,
        config=config_of_steps(classroom.config),
        sets=course.cells(),
        code=code_state(course.checks, course.preload_of(assignment)),
    )


@dataclass(frozen=True)
class Time:
    """When a submission was handed in, the file that says so, and what is wrong with it."""

    when: datetime | None
    text: str | None
    remarks: tuple[str, ...] = ()


@dataclass
class Run:
    """One grading of a problem set.

    All that touches one submission is done in `_of`: no submission can stop the others.
    """

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
                self._graded(submission, outcome)
            self.enter()
            self.marks.penalise(students, self._without_feedback)
        return dict(sorted(self.problems.items()))

    def _to_do(self, students: Iterable[str]) -> Iterator[Submission]:
        """The submissions to grade; what needs no grading is done in passing."""
        for student in students:
            submission = None
            with self._of(student):
                submission = self._changed(student)
            self._enter_many()
            if submission is not None:
                yield submission

    @contextmanager
    def _of(self, student: str) -> Iterator[None]:
        """What goes wrong with this submission is its own problem, and the next run tries again.

        Raises CourseError for what is wrong with the course, or what the machine lacks.
        """
        try:
            with lacking(self._folder(student)):
                yield
        except (CourseError, Unprotected):
            raise
        except Exception as error:
            self.problems[student] = self._reason(error)
            self.bar.update()

    def _reason(self, error: Exception) -> str:
        if isinstance(error, SubmissionError):
            return str(error)
        if isinstance(error, OSError) and error.filename:
            place = os.path.relpath(os.fsdecode(error.filename), self.classroom.course.root)
            return f"{place}: {error.strerror}"
        return f"{type(error).__name__}: {error}".splitlines()[0]

    def _changed(self, student: str) -> Submission | None:
        """The submission, if it has to be graded."""
        if not student.isascii() and os.fsencode(student) != student.encode(errors="replace"):
            raise SubmissionError("the name of its folder is not UTF-8. Rename the folder.")
        if "\n" in student:  # nbgrader would write nobody's feedback any more
            raise SubmissionError("the name of its folder has a line break. Rename the folder.")
        submission = self._submission(student)
        key = self._key(submission)
        record = self.records.read(student)
        if not (self.force or record is None or record.key != key):
            if not record.entered:
                self.waiting.append((student, record))
                return None
            if student in self.known and self._folder(student).is_dir():
                self._done(student, record.outcome)
                return None
        self.keys[student] = key
        return self._with_files(submission)

    def _submission(self, student: str) -> Submission:
        folder, notebooks = self._handed_in(student), dict[str, bytes]()
        unreadable: dict[str, str] = {}
        if self._linked(student):
            place = Path(folder.parent.name, folder.name)
            unreadable = dict.fromkeys(self.job.masters, f"{place} is a link, not a folder.")
            return Submission(student, notebooks, unreadable, {})
        own = {Path(f"{name}.ipynb"): name for name in self.job.masters}
        others = [path for path in self._files(student) if is_notebook(path) and path not in own]
        for path, name in own.items():
            try:
                notebooks[name] = read_plain(folder / path, FILE_LIMIT)
            except FileNotFoundError:
                there = "" if others else self._instead(student)
                unreadable[name] = f"{path} was not handed in.{there}"
            except OSError:
                unreadable[name] = f"{path} is not an ordinary file that can be read."
        return Submission(student, notebooks, unreadable, _read_all(folder, others[:OTHERS]))

    def _instead(self, student: str) -> str:
        """What a student has handed in that is no notebook, where that is something."""
        paths = [f"{path}" for path in self._other_files(student) if f"{path}" != TIMESTAMP]
        listed = ", ".join(paths[:SHOWN]) + (", ..." if len(paths) > SHOWN else "")
        return f" There is {listed}." if paths else ""

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
        for path, data in submission.others.items():
            key.update(f"\n{path!r} {hashlib.sha256(data).hexdigest()}".encode())
        key.update(repr(submission.unreadable).encode())
        folder = self._handed_in(submission.student)
        for place in self._other_files(submission.student):
            try:
                found = os.lstat(folder / place)
            except OSError:
                continue  # it will be left out
            key.update(b"\n" + os.fsencode(place))
            # not their bytes: there may be many
            key.update(f" {found.st_mode} {found.st_size} {found.st_mtime_ns}".encode())
        return key.hexdigest()

    def _graded(self, submission: Submission, outcome: Outcome | str) -> None:
        student = submission.student
        key = self.keys.pop(student)
        if isinstance(outcome, str):  # the grader's own failure: the next run tries again
            self.problems[student] = outcome
            self.bar.update()
        else:
            with self._of(student):
                attempts = self._attempts(submission, outcome)
                record = Record(key, False, outcome, attempts=attempts)
                self.records.write(student, record)
                self.waiting.append((student, record))
            self._enter_many()

    def _attempts(self, submission: Submission, outcome: Outcome) -> tuple[Attempt, ...]:
        """The student's attempts with this one, which replaces the last if that is graded again."""
        record = self.records.read(submission.student)
        known = record.attempts if record else ()
        if outcome.problems:
            return known
        files = [*submission.notebooks.items(), *submission.others.items()]
        hashes = [(repr(name), hashlib.sha256(data).hexdigest()) for name, data in files]
        work = hashlib.sha256(repr(sorted(hashes)).encode()).hexdigest()
        when = self._time(submission.student).when
        marks = {verdict.id: (verdict.points, verdict.max_points) for verdict in outcome.verdicts}
        this = Attempt(work, when.isoformat() if when else None, marks)
        return (*(known[:-1] if known and known[-1].work == work else known), this)

    def _enter_many(self) -> None:
        if len(self.waiting) >= TOGETHER:
            self.enter()

    def enter(self) -> None:
        """Put what is graded into the gradebook and into its folders."""
        waiting, self.waiting = self.waiting, []
        # folders next, records last: a run that is stopped in between enters them again
        for student, record, time in self._entered(waiting):
            with self._of(student):
                remarks = (*time.remarks, *self._place(student, record.outcome, time))
                self.records.write(student, replace(record, entered=True, remarks=remarks))
                self._done(student, record.outcome)

    def _entered(self, waiting: list[tuple[str, Record]]) -> list[tuple[str, Record, Time]]:
        """Put marks into the gradebook: all together, or each alone where one cannot be held."""
        entries: list[tuple[str, Record, Time]] = []
        for student, record in waiting:
            with self._of(student):
                entries.append((student, record, self._time(student)))
        try:
            self.marks.enter([(who, record.outcome, time.when) for who, record, time in entries])
            return entries
        except CourseError:
            raise
        except Exception:
            done: list[tuple[str, Record, Time]] = []
            for student, record, time in entries:
                with self._of(student):
                    self.marks.enter([(student, record.outcome, time.when)])
                    done.append((student, record, time))
            return done

    def _place(self, student: str, outcome: Outcome, time: Time) -> list[str]:
        """The folder of graded notebooks, with the files beside them as nbgrader has them."""
        pages = {f"{name}.html".lower() for name in self.job.masters}
        left_out: list[str] = []

        def fill(folder: Path) -> None:
            for path in self.master_files:
                source, place = self._masters() / path, folder / path
                with using(source):
                    data = source.read_bytes()
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
            theirs = self._handed_in(student)
            paths = not_replaced(self._other_files(student), self.master_files)
            found = {path: path.parts[0] for path in paths}
            left_out.extend(
                f"{name} was left out: its name is that of the feedback"
                for name in sorted({top for top in found.values() if top.lower() in pages})
            )
            kept = (
                path for path, top in found.items() if top.lower() not in pages and top != TIMESTAMP
            )
            left_out.extend(copy_files(theirs, kept, folder))
            if time.text is not None:  # nbgrader reads it again
                (folder / TIMESTAMP).write_bytes(time.text.encode())
            for name, notebook in outcome.notebooks.items():
                (folder / f"{name}.ipynb").write_text(notebook.text, encoding="utf-8")

        place = self._folder(student)
        replace_folder(place, fill)
        # it tells of other marks, and nbgrader keeps what is there
        remove_folder(self.classroom.feedback_of(student, self.job.assignment))
        self.converter.set_permissions(self.job.assignment, student)
        self.classroom.course.share(place.parent)
        return left_out

    def _without_feedback(self, student: str) -> None:
        """Take away feedback that tells of another penalty."""
        with self._of(student):
            remove_folder(self.classroom.feedback_of(student, self.job.assignment))

    def _time(self, student: str) -> Time:
        """When a student handed in, if that is known, and what is wrong with what says so."""
        try:
            data = read_plain(self._handed_in(student) / TIMESTAMP, 1000)
            # tools of Windows write it in UTF-16, or begin it with a byte order mark
            wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            text = data.decode("utf-16" if wide else "utf-8-sig")
            return Time(parse_utc(text.strip()) if text.strip() else None, text)
        except FileNotFoundError:
            return Time(None, None)
        except (OSError, ValueError, TypeError, ArithmeticError):
            remark = f"{TIMESTAMP} is not a time; whether it was late is not known"
            return Time(None, None, (remark,))

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

    def _files(self, student: str) -> Iterator[Path]:
        if self._linked(student):
            return iter(())
        return walk(self._handed_in(student), self.classroom.folder.ignore)

    def _other_files(self, student: str) -> Iterator[Path]:
        """All that is no notebook, and in no folder that nbgrader could take for one."""
        for path in self._files(student):
            if not any(part.lower().endswith(".ipynb") for part in path.parts):
                yield path

    def _linked(self, student: str) -> bool:
        """Does what a student handed in lie elsewhere, perhaps where another's work does?"""
        folder = self._handed_in(student)
        return folder.is_symlink() or folder.parent.is_symlink()

    def _master_files(self) -> list[Path]:
        """The files beside the masters, which replace a student's of the same name."""
        ignored = [*self.classroom.folder.ignore, *MAC, "*.ipynb"]
        found = map(Path, find_all_files(str(self._masters()), ignored))
        theirs = self.converter.exclude_overwriting.get(self.job.assignment, ())
        paths = (path.relative_to(self._masters()) for path in found)
        return [path for path in paths if str(path) not in theirs]


def _read_all(folder: Path, paths: Iterable[Path]) -> dict[Path, bytes]:
    """The files that can be read, together no more than one may have."""
    found, left = dict[Path, bytes](), FILE_LIMIT
    for path in paths:
        with suppress(OSError):
            data = read_plain(folder / path, left)
            if len(data) <= left:
                found[path], left = data, left - len(data)
    return found


def table(
    classroom: Classroom,
    assignment: str,
    students: Iterable[str],
    problems: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The class in a table: student, points, and what is wrong, `problems` of this run too."""
    records = Records(classroom.course, assignment)
    standings = standings_of(classroom.folder, classroom.config, assignment)
    rows = [("student", "points", "")]
    all_verdicts: list[Verdict] = []
    for student in students:
        record = records.read(student)
        if record is None:
            verdicts, remarks = classroom.verdicts(assignment, student), []
        else:
            verdicts = list(record.outcome.verdicts)
            outcome = record.outcome
            remarks = [*outcome.problems, *outcome.remarks, *record.remarks]
        if record is None or not record.outcome.problems:
            remarks = [*_remarks(verdicts), *remarks]
        if student in problems and (record is None or not record.outcome.problems):
            remarks = [problems[student], *remarks]
        remarks = [*dict.fromkeys(remarks)]  # a link is neither copied nor read
        all_verdicts += verdicts
        standing = standings.get(student, Standing())
        remarks = [*standing.remarks(), *remarks]
        score = max(sum(verdict.points for verdict in verdicts) - standing.penalty, 0.0)
        full = sum(verdict.max_points for verdict in verdicts)
        points = f"{score:g} / {full:g}" if verdicts else "not graded"
        first, *others = remarks or [""]
        shown = student if len(student) <= WIDTH else f"{student[: WIDTH - 1]}…"
        rows.append((shown, points, first))
        rows.extend(("", "", remark) for remark in others)
    waiting = sum(standings[name].waiting for name in students if name in standings)
    by_hand = f"\n\nanswers to be marked by hand: {waiting}" if waiting else ""
    return columns(rows) + by_hand + by_asserts(all_verdicts)


def _remarks(verdicts: Iterable[Verdict]) -> list[str]:
    """The mistakes by name, and the statuses of checks that failed without a name for it."""
    found = list(verdicts)
    named = {mistake: title(mistake) for verdict in found for mistake in verdict.diagnosis}
    unnamed: dict[str, list[str]] = {}
    for verdict in found:
        if verdict.status != "passed" and not verdict.diagnosis:
            unnamed.setdefault(verdict.status, []).append(verdict.id)
    return [*named.values(), *(f"{status}: {', '.join(ids)}" for status, ids in unnamed.items())]
