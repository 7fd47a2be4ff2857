"""`grader autograde`: a class graded in parallel, as nbgrader would have graded it."""

import json
import multiprocessing
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import interrupted
import pytest
from interrupted import in_this_process
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde

from grader.autograde import autograde, table
from grader.classroom import Classroom
from grader.course import Course
from grader.notebook import CourseError
from grader.pool import Result, grade_here
from grader.sample import ASSIGNMENT, LIMITS, STUDENTS, hand_in
from grader.work import Job, Submission

ROOT = Path(__file__).parent.parent
HERE = partial(grade_here, jobs=1)
LATE = """
c.LateSubmissionPlugin.penalty_method = "zero"
"""


def new_course(root: Path, config: str = "") -> Path:
    """A course with the first problem set, released; graded with the same seed each time."""
    root.mkdir()
    text = (ROOT / "nbgrader_config.py").read_text()
    (root / "nbgrader_config.py").write_text(text + LIMITS + config)
    shutil.copytree(ROOT / "solutions" / ASSIGNMENT, root / "solutions" / ASSIGNMENT)
    (root / ".grader-secret").write_text("the same for all")
    return root


def classroom(root: Path) -> Classroom:
    return Classroom(Course.at(root))


def in_gradebook(root: Path) -> dict[str, Any]:
    """All that the gradebook holds of submissions, without its own ids."""
    with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        return {
            submission.student.id: {
                "time": submission.timestamp,
                "student": submission.student.to_dict(),
                "notebooks": [
                    {
                        "late": notebook.late_submission_penalty,
                        "flagged": notebook.flagged,
                        "grades": sorted(_without_ids(grade) for grade in notebook.grades),
                        "comments": sorted(_without_ids(text) for text in notebook.comments),
                    }
                    for notebook in submission.notebooks
                ],
            }
            for submission in book.assignment_submissions(ASSIGNMENT)
        }


def _without_ids(row: Any) -> str:
    return json.dumps({**row.to_dict(), "id": None}, sort_keys=True)


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    """The modes and contents of all files in a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes()) for path in paths
    }


# The same as nbgrader


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sample class, graded by nbgrader's own autograde and by ours, twice each.

    Between the two gradings a person gives points, and two students hand in again.
    """
    roots = []
    for name in ("nbgrader", "ours"):
        root = new_course(tmp_path_factory.mktemp("both") / name, LATE)
        students = classroom(root)
        students.release(ASSIGNMENT)
        for student, bodies in STUDENTS.items():
            hand_in(root, student, bodies)
        submitted = root / "submitted"
        (submitted / "ada" / ASSIGNMENT / "timestamp.txt").write_text("2026-01-02 10:00:00 UTC")
        (submitted / "ben" / ASSIGNMENT / "timestamp.txt").write_text("2026-01-04 10:00:00 UTC")
        (submitted / "chen" / ASSIGNMENT / "data").mkdir()
        (submitted / "chen" / ASSIGNMENT / "data" / "mine.csv").write_text("1,2")
        (submitted / "chen" / ASSIGNMENT / "helper.py").write_text("x = 1")
        (submitted / "chen" / ASSIGNMENT / "junk.pyc").write_text("ignored")
        (root / "solutions" / ASSIGNMENT / "helper.py").write_text("x = 2")
        with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
            book.update_or_create_assignment(ASSIGNMENT, duedate="2026-01-03 00:00:00 UTC")
        grade = _with_nbgrader if name == "nbgrader" else _with_ours
        grade(students)
        with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
            book.find_grade("forward", ASSIGNMENT, ASSIGNMENT, "goran").manual_score = 1.5
            written = "undoing-the-normalisation"
            book.find_grade(written, ASSIGNMENT, ASSIGNMENT, "goran").manual_score = 3
            book.find_comment(written, ASSIGNMENT, ASSIGNMENT, "goran").manual_comment = "good"
            book.db.commit()
        hand_in(root, "goran", STUDENTS["ada"])
        (submitted / "goran" / ASSIGNMENT / "timestamp.txt").write_text("2026-01-02 12:00:00 UTC")
        hand_in(root, "emil", STUDENTS["ada"])
        (submitted / "emil" / ASSIGNMENT / "timestamp.txt").write_text("2026-01-03 12:00:00 UTC")
        grade(students, "goran", "emil")
        students.feedback(ASSIGNMENT)
        students.export(root / "grades.csv")
        roots.append(root)
    return roots[0], roots[1]


def _with_nbgrader(students: Classroom, *again: str) -> None:
    for student in again or ("*",):
        students.run(Autograde, ASSIGNMENT, student, force=bool(again))


def _with_ours(students: Classroom, *again: str) -> None:
    everybody = students.students(ASSIGNMENT)
    assert autograde(students, ASSIGNMENT, everybody, partial(grade_here, jobs=2)) == {}


def test_gradebook_as_nbgraders(both: tuple[Path, Path]) -> None:
    """Are all rows of the gradebook those of nbgrader: marks, comments, times and penalties?"""
    nbgraders, ours = map(in_gradebook, both)
    assert list(nbgraders) == sorted(STUDENTS)
    assert ours == nbgraders
    assert ours["ben"]["notebooks"][0]["late"] == 16.17
    assert ours["ada"]["notebooks"][0]["late"] is None


def test_notebooks_as_nbgraders(both: tuple[Path, Path]) -> None:
    """Are the graded notebooks and the files beside them, to the byte, those of nbgrader?"""
    nbgraders, ours = (files(root / "autograded") for root in both)
    assert ours == nbgraders
    assert ours[f"chen/{ASSIGNMENT}/helper.py"][1] == b"x = 2"
    assert ours[f"chen/{ASSIGNMENT}/data/mine.csv"][1] == b"1,2"


def test_feedback_as_nbgraders(both: tuple[Path, Path]) -> None:
    """Are feedback and exported marks those of nbgrader?"""
    nbgraders, ours = (files(root / "feedback") for root in both)
    assert ours == nbgraders
    marks = [sorted((root / "grades.csv").read_text().splitlines()) for root in both]
    assert marks[0] == marks[1]


def test_manual_marks_stay(both: tuple[Path, Path]) -> None:
    """Do a person's points stay when a submission is graded again, to be looked at again?"""
    with Gradebook(f"sqlite:///{both[1]}/gradebook.db", "batchnorm") as book:
        grade = book.find_grade("forward", ASSIGNMENT, ASSIGNMENT, "goran")
        assert (grade.auto_score, grade.manual_score, grade.needs_manual_grade) == (7, 1.5, True)


# Interrupted

FEW = ("ada", "ben", "emil", "hana", "jan")


def few(root: Path) -> Path:
    """A course in which five students have handed in, none of whom takes long to grade."""
    course = new_course(root)
    classroom(course).release(ASSIGNMENT)
    for student in FEW:
        hand_in(course, student, STUDENTS[student])
    return course


class Counting:
    """A scheduler that knows whom it has graded."""

    def __init__(self) -> None:
        self.graded: list[str] = []

    def __call__(self, job: Job, submissions: Iterable[Submission]) -> Iterator[Result]:
        for submission, outcome in in_this_process(job, submissions):
            self.graded.append(submission.student)
            yield submission, outcome


def graded_again(root: Path, *, force: bool = False) -> list[str]:
    counting = Counting()
    students = classroom(root)
    assert (
        autograde(students, ASSIGNMENT, students.students(ASSIGNMENT), counting, force=force) == {}
    )
    return counting.graded


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class that is not graded yet."""
    return few(tmp_path_factory.mktemp("class") / "course")


@pytest.fixture(scope="module")
def unbroken(handed_in: Path) -> Path:
    """The class, graded in one go."""
    root = shutil.copytree(handed_in, handed_in.with_name("unbroken"))
    assert graded_again(root) == list(FEW)
    return root


@pytest.fixture
def root(handed_in: Path, tmp_path: Path) -> Path:
    """A copy of the class that is not graded yet."""
    return shutil.copytree(handed_in, tmp_path / "course")


def same(root: Path, other: Path) -> None:
    assert in_gradebook(root) == in_gradebook(other)
    assert files(root / "autograded") == files(other / "autograded")


def start(target: Callable[..., None], *arguments: object) -> int | None:
    """Run a function in a process of its own; how it ended."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["grader.pool"])
    process = context.Process(target=target, args=arguments)
    process.start()
    process.join()
    return process.exitcode


# Where, at which call, before or after it; and whose grading is recorded by then.
KILLS = {
    "before the first outcome is recorded": ("record", 1, False, ()),
    "when it is": ("record", 1, True, FEW[:1]),
    "before the first transaction": ("commit", 1, False, FEW[:2]),
    "after it": ("commit", 1, True, FEW[:2]),
    "before a folder is made": ("folder", 1, False, FEW[:2]),
    "while it is filled": ("fill", 2, False, FEW[:2]),
    "when it is filled": ("fill", 2, True, FEW[:2]),
    "before it is put in place": ("rename", 1, False, FEW[:2]),
    "before its files have their modes": ("permissions", 1, False, FEW[:2]),
    "before it is recorded as entered": ("record", 3, False, FEW[:2]),
    "when it is recorded as entered": ("record", 3, True, FEW[:2]),
    "before the last transaction": ("commit", 3, False, FEW),
    "at the very end": ("record", 10, True, FEW),
}


@pytest.mark.parametrize(("place", "call", "after", "recorded"), KILLS.values(), ids=KILLS)
def test_killed(
    place: str, call: int, after: bool, recorded: tuple[str, ...], root: Path, unbroken: Path
) -> None:
    """Does the next run finish what a killed one began, and grade nothing twice?"""
    killed = start(interrupted.grade_and_die, root, ASSIGNMENT, place, call, after)
    assert killed == -signal.SIGKILL
    assert graded_again(root) == [student for student in FEW if student not in recorded]
    same(root, unbroken)
    assert not list(root.glob("autograded/*/.*"))
    assert graded_again(root) == []


@pytest.mark.parametrize("call", [1, 2])
def test_killed_while_replacing(call: int, unbroken: Path, tmp_path: Path) -> None:
    """Is a folder that is there already replaced by the next run, when this one was killed?"""
    root = shutil.copytree(unbroken, tmp_path / "course")
    hand_in(root, "ben", STUDENTS["ada"])
    killed = start(interrupted.grade_and_die, root, ASSIGNMENT, "rename", call, False)
    assert killed == -signal.SIGKILL
    assert graded_again(root) == []
    assert classroom(root).verdicts(ASSIGNMENT, "ben") == classroom(root).verdicts(
        ASSIGNMENT, "ada"
    )
    assert not list(root.glob("autograded/*/.*"))


def test_killed_with_processes(root: Path, unbroken: Path) -> None:
    """Do the processes of a killed run end with it, and does the next go on from there?"""
    command = [sys.executable, interrupted.__file__, str(root), ASSIGNMENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b""  # read to its end: nobody can write to it any more
        assert process.wait() == -signal.SIGKILL
    assert len(graded_again(root)) == 3
    same(root, unbroken)


def test_killed_workers(root: Path, unbroken: Path) -> None:
    """Is a submission whose worker is killed graded by another, and given up the second time?"""
    students = classroom(root)
    scheduler = partial(grade_here, jobs=2, make_worker=interrupted.Mortal)
    assert autograde(students, ASSIGNMENT, FEW, scheduler) == {
        "emil": "grading it ended the grader's own process twice",
        "hana": "RuntimeError: a check is wrong",
    }
    assert "not graded" in table(students, ASSIGNMENT, ["emil"])
    assert graded_again(root) == ["emil", "hana"]
    same(root, unbroken)


def test_workers_that_do_not_start(root: Path) -> None:
    """Is the run given up when the grader's own processes do not start?"""
    scheduler = partial(grade_here, jobs=1, make_worker=interrupted.Stillborn)
    with pytest.raises(RuntimeError, match="the grader's processes end when they start"):
        autograde(classroom(root), ASSIGNMENT, FEW, scheduler)


def test_one_at_a_time(root: Path) -> None:
    """Is a second run refused while the first is at work, and not after it?"""

    def meanwhile(job: Job, submissions: Iterable[Submission]) -> Iterator[Result]:
        with pytest.raises(CourseError, match="another `grader autograde` is at work"):
            autograde(classroom(root), ASSIGNMENT, FEW, in_this_process)
        yield from ()

    autograde(classroom(root), ASSIGNMENT, FEW, meanwhile)
    assert graded_again(root) == list(FEW)


# Graded already


def test_what_is_graded_again(unbroken: Path, tmp_path: Path, monkeypatch: Any) -> None:
    """Is a submission graded again when it, the secret or the limits change, or by force?"""
    root = shutil.copytree(unbroken, tmp_path / "course")
    path = root / "submitted" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    path.write_text(path.read_text().replace("/ len(x)", "/ x.shape[0]"))
    assert graded_again(root) == ["ada"]
    (path.parent / "timestamp.txt").write_text("2026-01-02 10:00:00 UTC")
    assert graded_again(root) == ["ada"]
    assert graded_again(root, force=True) == list(FEW)
    (root / "nbgrader_config.py").write_text(
        (root / "nbgrader_config.py").read_text() + "c.CsvExportPlugin.to = 'elsewhere.csv'\n"
    )
    assert graded_again(root) == []
    monkeypatch.setattr("grader.autograde.code_state", lambda *_: "other")
    monkeypatch.setattr("grader.work.code_state", lambda *_: "other")
    assert graded_again(root) == list(FEW)
    (root / ".grader-secret").write_text("another")
    assert graded_again(root) == list(FEW)


def test_lost_results(unbroken: Path, tmp_path: Path) -> None:
    """Is what is missing in the gradebook, or among the graded notebooks, graded again?"""
    root = shutil.copytree(unbroken, tmp_path / "course")
    shutil.rmtree(root / "autograded" / "ben")
    with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        book.remove_submission(ASSIGNMENT, "hana")
    (root / ".grader-cache" / ASSIGNMENT / "jan.json").write_text("{")
    assert graded_again(root) == ["ben", "hana", "jan"]
    same(root, unbroken)
