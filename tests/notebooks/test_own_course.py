"""A course of somebody else's, as the page "Grade your own nbgrader course this way" makes it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbgrader
import pytest
from bs4 import BeautifulSoup
from helpers import ROOT
from helpers.own_course import RIGHT, WRONG, own_course

from grader.classes.classroom import Classroom
from grader.cli import main
from grader.notebooks.course import Course

PAGE = ROOT / "grading" / "your_own_course.md"
LOOP = "    while True: pass"


def blocks(language: str = "") -> list[str]:
    """The page's blocks of code: commands and what they print, without a language."""
    found = re.findall(r"^```(.*?)\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return [text for kind, text in found if kind == language]


def run(course: Path, commands: str) -> str:
    """What the commands of one block print, run one after the other in the course's folder."""
    printed = ""
    for command in commands.splitlines():
        words = [sys.executable, "-m", *shlex.split(command)]
        done = subprocess.run(words, cwd=course, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        printed += done.stdout
    return printed


INSTALL, GRADE, PRINTED, MASTER, LEFT, ALL, NAMED = blocks()


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """nbgrader's own course with the two lines."""
    root = tmp_path_factory.mktemp("quickstart") / "course"
    documented = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
    for folder in ("source/ps1", "submitted"):
        shutil.copytree(documented / folder, root / folder)
    (root / "nbgrader_config.py").write_text(f"c = get_config()\n{blocks('python')[0]}")
    return root


def test_two_lines(quickstart: Path) -> None:
    """Does the page's first run print what the page shows, and the master get all points?"""
    assert run(quickstart, GRADE) == PRINTED
    assert run(quickstart, MASTER).startswith("ps1: 3 of 3 points; 7 more are marked by hand\n")


def test_first_check(quickstart: Path, tmp_path: Path) -> None:
    """Do the page's first checks give the same marks, with fewer cells left that can be fooled?"""
    root = shutil.copytree(quickstart, tmp_path / "course")
    shutil.copytree(ROOT / "grading" / "own_course", root, dirs_exist_ok=True)
    *rows, last = run(root, "grader autograde ps1").splitlines(keepends=True)
    assert rows == PRINTED.splitlines(keepends=True)[:-1]
    assert last == LEFT
    verdicts = {v.id: v for v in Classroom(Course.at(root)).verdicts("ps1", "bitdiddle")}
    assert verdicts["squares_invalid_input"].message == "ok     a ValueError where n is below 1"
    assert verdicts["correct_squares"].status == "failed"


def test_install() -> None:
    """Is what the page installs a part of this package?"""
    [extra] = re.findall(r"\[(\w+)\]", INSTALL)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert any(need.startswith("nbgrader") for need in project["optional-dependencies"][extra])


def test_check_in_the_notebook(tmp_path: Path) -> None:
    """Does the page's cell check where the student works, with NumPy and the folder alone?"""
    shutil.copytree(ROOT / "grading/own_course/statistics_checks", tmp_path / "statistics_checks")
    cell = blocks("python")[1]
    for body, says in ((RIGHT, "median: passed"), (WRONG, "the numbers are not sorted")):
        code = f"def median(numbers):\n{body}\n{cell}"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert says in done.stdout + done.stderr
        assert done.returncode == (body == WRONG)


def test_configuration(tmp_path: Path) -> None:
    """Is the page's configuration of limits one that the grader takes?"""
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\n{blocks('python')[2]}")
    course = Course.at(tmp_path)
    assert course.limits_of("week1").exercise_seconds == 10
    assert course.limits_of("week7").exercise_seconds == 60
    assert course.preload_of("week7") == ("numpy", "torch")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course of the page's second check, with a master and three submissions."""
    handed_in = {"ada": RIGHT, "ben": WRONG, "cleo": LOOP}
    root = own_course(tmp_path_factory.mktemp("own") / "course", handed_in)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write('c.Course.limits = {"week1": {"exercise_seconds": 1}}\n')
    return root


@pytest.fixture(scope="module")
def graded(course: Path) -> str:
    """What the page's commands print, run in the course's folder."""
    return run(course, ALL)


def test_table(graded: str) -> None:
    """Is the course's own mistake named, as the page shows it?"""
    assert graded == NAMED + "cleo     0 / 4   timeout: median\n"


def test_feedback(course: Path, graded: str) -> None:
    """Does the student read the mistake, and where the course teaches it?"""
    pages = {
        student: BeautifulSoup(
            (course / "feedback" / student / "week1" / "week1.html").read_text(), "html.parser"
        ).get_text()
        for student in ("ben", "cleo")
    }
    assert "Mistake: the numbers are not sorted (order)." in pages["ben"]
    assert "Read: Week 1" in pages["ben"]
    assert "Your code exceeded 1 s while it was checked" in pages["cleo"]


def test_export(course: Path, graded: str) -> None:
    """Are status, reason and mistakes in the CSV?"""
    reason = '"Your code exceeded 1 s while it was checked, so this exercise has no points."'
    assert (course / "checks.csv").read_text().splitlines()[1:] == [
        "ada,median,4.0,4.0,passed,,,check",
        "ben,median,0.0,4.0,failed,,order,check",
        f"cleo,median,0.0,4.0,timeout,{reason},,check",
    ]


@pytest.mark.parametrize("option", ["", "--no-names"])
def test_class(option: str, course: Path, graded: str) -> None:
    """Is the course's own mistake, and where to teach it again, in the class at a glance?"""
    printed = run(course, f"grader class week1 {option}")
    assert "1         Week 1\n" in printed
    assert "1         the numbers are not sorted (order)\n" in printed
    assert ("ben" in printed) == (option == "")


def test_ten_lines() -> None:
    """Is the page's check short?"""
    text = (ROOT / "grading/own_course/statistics_checks/week1.py").read_text()
    code = [line for line in text.splitlines() if line and "import" not in line]
    assert len(code) <= 10


@pytest.mark.parametrize("page", ["teach.md", "your_own_course.md", "clusters.md"])
def test_commands(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Is each option of `grader` in the pages one that it has?"""
    text = (ROOT / "grading" / page).read_text()
    used = re.findall(r"^grader (\w+)[^\n]*?(--[a-z]+)?", text, re.MULTILINE)
    assert used
    for command, option in used:
        with pytest.raises(SystemExit):
            main([command, "--help"])
        assert option in capsys.readouterr().out
