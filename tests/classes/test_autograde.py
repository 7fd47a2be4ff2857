"""`grader autograde`: a class graded in parallel, as nbgrader would have graded it."""

import csv
import io
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from helpers.classes import FEW, Counting, classroom, files, graded_again, in_gradebook, new_course
from helpers.interrupted import in_this_process
from helpers.masters import points_of
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde

from grader.checking.check import Verdict
from grader.checking.load import load
from grader.classes.autograde import autograde, table
from grader.classes.classroom import Classroom
from grader.classes.pool import Result, grade_here
from grader.classes.sample import ASSIGNMENT, STUDENTS, hand_in
from grader.classes.work import Job, Submission
from grader.cli import main
from grader.notebooks.notebook import CourseError
from grader.notebooks.report import csv_of

FULL = points_of(ASSIGNMENT)
LATE = """
c.LateSubmissionPlugin.penalty_method = "zero"
"""


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
    assert ours["ben"]["notebooks"][0]["late"] == FULL - 1
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


# Bad submissions


def _not_json(path: Path) -> None:
    path.write_text(path.read_text()[:500])


def _old(path: Path) -> None:
    path.write_text('{"nbformat": 2, "worksheets": 5}')


def _foreign(path: Path) -> None:
    path.write_text('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}')


def _missing(path: Path) -> None:
    path.rename(path.with_name("homework.txt"))


def _huge(path: Path) -> None:
    path.write_text(" " * 3_000_000)


def _link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent.parent.parent / "ada" / ASSIGNMENT / path.name)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


FILE = f"{ASSIGNMENT}.ipynb"
BAD = {
    "not_json": (_not_json, "not JSON, which a notebook is"),
    "old": (_old, "is a notebook of an old format (nbformat 2) that cannot be converted."),
    "foreign": (_foreign, f"this notebook is not {ASSIGNMENT}: it has none of its cells."),
    "missing": (_missing, f"{FILE} was not handed in."),
    "huge": (_huge, "has more than 2 MB, which is more than is read."),
    "link": (_link, f"{FILE} is not an ordinary file that can be read."),
    "pipe": (_pipe, f"{FILE} is not an ordinary file that can be read."),
}


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, str, str]:
    """A class in which only one notebook can be graded: the course, status, table and errors."""
    root = new_course(tmp_path_factory.mktemp("bad") / "course")
    classroom(root).release(ASSIGNMENT)
    for student in ("ada", *BAD):
        hand_in(root, student, STUDENTS["ada"])
    for student, (spoil, _) in BAD.items():
        spoil(root / "submitted" / student / ASSIGNMENT / FILE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grader.classes.autograde.FILE_LIMIT", 2 * 1024**2)
        patch.setattr("grader.notebooks.notebook.FILE_LIMIT", 2 * 1024**2)
        patch.setattr(
            "grader.classes.pool.grade_here", lambda job, todo, jobs: in_this_process(job, todo)
        )
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = main(["autograde", ASSIGNMENT, "--course", str(root)])
    classroom(root).feedback(ASSIGNMENT)
    return root, status, out.getvalue(), err.getvalue()


def test_bad_class(bad: tuple[Path, int, str, str]) -> None:
    """Is who handed in what can be graded graded, and does the exit status tell of the others?"""
    root, status, out, err = bad
    assert status == 1
    rows = {line.split()[0]: line for line in out.splitlines() if line}
    assert rows["ada"] == f"ada       {FULL:g} / {FULL:g}"
    assert err.count("grader: not graded: ") == len(BAD)
    assert list(in_gradebook(root)) == sorted(["ada", *BAD])


@pytest.mark.parametrize("student", BAD)
def test_bad_submission(student: str, bad: tuple[Path, int, str, str]) -> None:
    """Is the reason in the table and the feedback, with 0 points that a person has to look at?"""
    root, _, out, _ = bad
    reason = BAD[student][1]
    rows = {line.split()[0]: line for line in out.splitlines() if line}
    assert rows[student].startswith(f"{student:<8}  0 / {FULL:g}")
    assert reason in rows[student]
    html = (root / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text()
    page = " ".join(BeautifulSoup(html, "html.parser").get_text().split())
    assert "This notebook could not be graded." in page
    assert reason in page
    with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        notebook = book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
        assert {grade.auto_score for grade in notebook.grades} == {0}
        assert notebook.needs_manual_grade


def test_second_run_of_a_bad_class(bad: tuple[Path, int, str, str]) -> None:
    """Does a second run say the same, and grade nothing?"""
    root = bad[0]
    counting = Counting()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grader.classes.autograde.FILE_LIMIT", 2 * 1024**2)
        names = classroom(root).students(ASSIGNMENT)
        assert sorted(autograde(classroom(root), ASSIGNMENT, names, counting)) == sorted(BAD)
    assert counting.graded == []


# The files beside a notebook


def test_files_that_are_left_out(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Are links never followed, and files bounded in number and size, and does the table say so?"""
    secret = root / "secret.txt"
    secret.write_text("of nobody's business")
    (root / "elsewhere").mkdir()
    (root / "elsewhere" / "a.txt").write_text("of nobody's business")
    mine = {name: root / "submitted" / name / ASSIGNMENT for name in FEW}
    (mine["ada"] / "link.txt").symlink_to(secret)
    (mine["ada"] / "folder").symlink_to(root / "elsewhere")
    (mine["ada"] / "timestamp.txt").write_text("yesterday")
    os.mkfifo(mine["ada"] / "pipe")
    for i in range(5):
        (mine["ben"] / f"{i}.txt").write_text("kept")
    (mine["emil"] / "large.bin").write_bytes(bytes(2000))
    monkeypatch.setattr("grader.classes.files.FILES", 3)
    monkeypatch.setattr("grader.classes.files.BYTES", 1024)
    assert graded_again(root) == list(FEW)
    graded = root / "autograded"
    assert sorted(path.name for path in (graded / "ada").rglob("*.*")) == [FILE]
    assert len(list((graded / "ben").rglob("*.txt"))) == 3
    assert not list((graded / "emil").rglob("*.bin"))
    report = table(classroom(root), ASSIGNMENT, FEW)
    for remark in (
        "link.txt was left out: it is not an ordinary file that can be read",
        "pipe was left out: it is not an ordinary file that can be read",
        "timestamp.txt is not a time; whether it was late is not known",
        "3.txt and the files after it were left out: 3 files of",
        "large.bin and the files after it were left out: 3 files of",
    ):
        assert remark in report


# The command


def test_chosen_students(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Are only those graded who were named, by name or by pattern?"""
    command = ["autograde", ASSIGNMENT, "--course", str(root), "--jobs", "1", "--students"]
    assert main([*command, "ada", "*n"]) == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()[1:] if line[0] != " "] == [
        "ada",
        "ben",
        "jan",
    ]
    assert sorted(in_gradebook(root)) == ["ada", "ben", "jan"]
    assert main([*command, "zoe"]) == 2
    assert capsys.readouterr().err == "grader: nobody called zoe has handed in\n"
    assert main([*command, "emli"]) == 2
    assert capsys.readouterr().err == ("grader: nobody called emli has handed in. Is emil meant?\n")


def test_export(unbroken: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Does the CSV have a line for each check, with its status and its mistakes?"""
    assert main(["export", ASSIGNMENT, "--course", str(unbroken)]) == 0
    text = capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(load(ASSIGNMENT)) * len(FEW)
    assert rows[0] == {
        "student": "ada",
        "check": "batch_mean",
        "points": "2.0",
        "max_points": "2.0",
        "status": "passed",
        "reason": "",
        "mistakes": "",
        "by": "check",
    }
    [ben] = [row for row in rows if row["student"] == "ben" and row["check"] == "normalize"]
    assert (ben["status"], ben["mistakes"]) == ("partial", "eps-outside-sqrt")
    assert main(["export", ASSIGNMENT, "--course", str(unbroken), "--to", f"{tmp_path}/a.csv"]) == 0
    assert (tmp_path / "a.csv").read_text() == text


def test_export_of_what_was_stopped() -> None:
    """Is the reason in the CSV when a check was stopped?"""
    verdict = Verdict("forward", 0.0, 7.0, "timeout", "Your code exceeded 2 s.\nmore")
    assert csv_of({"ada": [verdict]}).splitlines()[1] == (
        "ada,forward,0.0,7.0,timeout,Your code exceeded 2 s.,,check"
    )


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Does the help say what the exit statuses mean?"""
    with pytest.raises(SystemExit):
        main(["autograde", "--help"])
    out = capsys.readouterr().out
    assert "0    all submissions are graded" in out
    assert "1    some could not be graded" in out


def test_gradebook_in_use(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Does a gradebook that somebody has locked say so, and is nothing lost?"""

    def locked(job: Job, submissions: Iterable[Submission]) -> Iterator[Result]:
        yield from in_this_process(job, submissions)
        lock.execute("BEGIN EXCLUSIVE")

    with (
        closing(sqlite3.connect(root / "gradebook.db")) as lock,
        pytest.raises(CourseError, match="the gradebook cannot be used: database is locked"),
    ):
        autograde(classroom(root), ASSIGNMENT, FEW, locked)
    assert graded_again(root) == []
    assert sorted(in_gradebook(root)) == sorted(FEW)
