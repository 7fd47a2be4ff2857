"""The sample class that `make course` grades."""

import csv
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from helpers import ROOT
from helpers.masters import points_of

from grader.checking.mistakes import catalogue
from grader.checking.sections import where_to_read
from grader.classes.classroom import Classroom
from grader.classes.sample import ASSIGNMENT, STUDENTS, main
from grader.notebooks.course import Course

FULL = points_of(ASSIGNMENT)
# By student: the mistakes that the code in the sample has, and the checks that end its process.
MADE = {
    "ada": set(),
    "ben": {"eps-outside-sqrt"},
    "chen": {"unbiased-normalise"},
    "dana": {"scalar-mean"},
    "emil": {"gamma-only"},
    "fatima": {"mutates-input"},
    "goran": {"divides-by-variance"},
    "hana": {"loses-dtype"},
    "ines": {"unbiased-normalise", "eps-outside-sqrt"},
    "jan": set(),
    "kofi": set(),
    "lena": set(),
}
# By student: those of their functions that are wrong, of which `forward` is composed.
CAUSES = {
    "ben": "normalize",
    "chen": "batch_variance",
    "dana": "batch_mean",
    "emil": "scale_and_shift",
    "fatima": "normalize",
    "goran": "normalize",
    "hana": "scale_and_shift",
    "ines": "batch_variance and normalize",
}
ENDED = {"kofi": ("batch_variance", "timeout"), "lena": ("scale_and_shift", "killed")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "class"
    (folder.parent / "table").write_text(main(ROOT, folder))
    return folder


def page(folder: Path, student: str) -> str:
    html = (folder / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text()
    return BeautifulSoup(html, "html.parser").get_text()


@pytest.mark.parametrize("student", STUDENTS)
def test_named(folder: Path, student: str) -> None:
    """Is each mistake of a student's named, in the table and in the feedback, with its section?"""
    verdicts = Classroom(Course.at(folder)).verdicts(ASSIGNMENT, student)
    named = {mistake for verdict in verdicts for mistake in verdict.diagnosis}
    assert named >= MADE[student]
    assert bool(named) == bool(MADE[student])
    table, feedback = (folder.parent / "table").read_text(), page(folder, student)
    for mistake in MADE[student]:
        assert catalogue()[mistake].title in table
        assert f"Mistake: {catalogue()[mistake].title} ({mistake})." in feedback
        assert f"Read: {where_to_read(catalogue()[mistake].section)}" in feedback


def test_marks(folder: Path) -> None:
    """Does who is right get all points, who wrote nothing none, and everyone else some?"""
    with (folder / "grades.csv").open() as file:
        marks = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert sorted(marks) == sorted(STUDENTS)
    assert len(marks) == 12
    assert marks.pop("ada") == FULL
    assert marks.pop("jan") == 0
    assert all(0 < mark < FULL for mark in marks.values())


@pytest.mark.parametrize("student", CAUSES)
def test_mistakes_cost_once(folder: Path, student: str) -> None:
    """Has `forward` all points where only what it calls is wrong, and does the feedback say so?"""
    verdicts = Classroom(Course.at(folder)).verdicts(ASSIGNMENT, student)
    wrong = [verdict.id for verdict in verdicts if verdict.status != "passed"]
    assert wrong == CAUSES[student].split(" and ")
    told = f"The mistake is not here, but in {CAUSES[student]}: mend what is wrong there first."
    assert told in page(folder, student)


@pytest.mark.parametrize("student", ENDED)
def test_ended(folder: Path, student: str) -> None:
    """Does an endless loop, or a crash, cost the exercise that it is in and no other?"""
    check, status = ENDED[student]
    verdicts = Classroom(Course.at(folder)).verdicts(ASSIGNMENT, student)
    expected = {verdict.id: "passed" for verdict in verdicts} | {check: status}
    assert {verdict.id: verdict.status for verdict in verdicts} == expected
    reason = {"timeout": "exceeded 2 s", "killed": "exited"}[status]
    assert f"Your code {reason} while it was checked" in page(folder, student)


def test_table(folder: Path) -> None:
    """Does the table list the class, and say where feedback, marks and the page on it are?"""
    lines = (folder.parent / "table").read_text().splitlines()
    assert lines[0].split() == ["student", "points"]
    assert [line.split()[0] for line in lines[1:] if line[:1].islower()] == list(STUDENTS)
    assert lines[1] == f"ada      {FULL:g} / {FULL:g}"
    assert lines[-3:] == [
        f"Their feedback  {folder}/feedback/STUDENT/{ASSIGNMENT}/{ASSIGNMENT}.html",
        f"Their marks     {folder}/grades.csv",
        f"At a glance     {folder}/class-{ASSIGNMENT}.html",
    ]


def test_class_page(folder: Path) -> None:
    """Is every mistake of the sample on the page on the class, with who makes it?"""
    html = (folder / f"class-{ASSIGNMENT}.html").read_text()
    page = BeautifulSoup(html, "html.parser")
    rows = [[cell.get_text().strip() for cell in row("th") + row("td")] for row in page("tr")]
    for mistake in {mistake for made in MADE.values() for mistake in made}:
        who = [student for student in STUDENTS if mistake in MADE[student]]
        told = f"{catalogue()[mistake].title} ({mistake})"
        [row] = [row for row in rows if row[0] == told]
        assert (row[1], row[-1]) == (f"{len(who)}", ", ".join(who))


def test_second_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is a class that is graded already not graded again, and is that said?"""
    gradebook = folder / "gradebook.db"
    before = gradebook.stat()
    assert main(ROOT, folder) == (folder.parent / "table").read_text()
    assert capsys.readouterr().out == "Sample class  up to date\n"
    after = gradebook.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
