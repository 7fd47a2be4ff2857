"""A course of somebody else's, as the page "Grade your own nbgrader course this way" makes it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from helpers import ROOT
from helpers.own_course import RIGHT, WRONG, own_course

from grader.cli import main

PAGE = ROOT / "grading" / "your_own_course.md"
LOOP = "    while True: pass"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course of the page, with a master and three submissions."""
    handed_in = {"ada": RIGHT, "ben": WRONG, "cleo": LOOP}
    root = own_course(tmp_path_factory.mktemp("own") / "course", handed_in)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write('c.Course.limits = {"week1": {"exercise_seconds": 1}}\n')
    return root


@pytest.fixture(scope="module")
def graded(course: Path) -> str:
    """The table that `grader autograde` prints, run as a command in the course's folder."""
    command = [sys.executable, "-m", "grader", "autograde", "week1", "--jobs", "1"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_table(graded: str) -> None:
    """Is the course's own mistake named, as the page shows it?"""
    shown = re.search(r"```\n(student.*?)```", PAGE.read_text(), re.DOTALL)
    assert shown is not None
    assert graded == shown[1] + "cleo     0 / 4   timeout: median\n"


def test_feedback(course: Path, graded: str) -> None:
    """Does the student read the mistake, and where the course teaches it?"""
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", "week1"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pages = {
        student: BeautifulSoup(
            (course / "feedback" / student / "week1" / "week1.html").read_text(), "html.parser"
        ).get_text()
        for student in ("ben", "cleo")
    }
    assert "Mistake: the numbers are not sorted (order)." in pages["ben"]
    assert "Read: Week 1" in pages["ben"]
    assert "Your code exceeded 1 s while it was checked" in pages["cleo"]


def test_export(course: Path, graded: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Are status, reason and mistakes in the CSV?"""
    assert main(["export", "week1", "--course", str(course)]) == 0
    reason = '"Your code exceeded 1 s while it was checked, so this exercise has no points."'
    assert capsys.readouterr().out.splitlines()[1:] == [
        "ada,median,4.0,4.0,passed,,",
        "ben,median,0.0,4.0,failed,,order",
        f"cleo,median,0.0,4.0,timeout,{reason},",
    ]


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
