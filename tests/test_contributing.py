"""CONTRIBUTING, done in a copy of the checkout: a new exercise, and a new mistake in it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest
from helpers import ROOT

from grader.checking.load import problem_sets
from grader.cli import main

PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
FILES = (
    "grader/sets/{0}/checks.py",
    "grader/sets/{0}/faults.py",
    "grader/sets/{0}/mistakes.py",
    "grader/sets/{0}/more.md",
    "solutions/{0}/{0}.ipynb",
    "tests/sets/{0}/right.py",
    "tests/sets/{0}/wrong.py",
)


def section(title: str) -> list[str]:
    """The blocks of code in a section of the page."""
    text = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


NEW, TRY = section("Add an exercise")
ENTRY, SWITCH = section("Add a mistake")
SET, NAME = NEW.split()[-2:]
MAKE, TESTS = TRY.splitlines()
FAULT = ENTRY.split('"')[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What is under version control, and the environment, made already."""
    root = tmp_path / "course"
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    (root / ".venv").mkdir()
    for path in Path(sys.prefix).iterdir():
        if path.name not in ("requirements.lock", "installed"):
            (root / ".venv" / path.name).symlink_to(path)
    shutil.copyfile(root / "requirements.lock", root / ".venv" / "requirements.lock")
    (root / ".venv" / "installed").touch()
    return root


def run(root: Path, command: str, *more: str) -> tuple[int, str]:
    """Exit status and output of a command of the page, with the `grader` of the copy."""
    done = subprocess.run(
        [*shlex.split(command), *more],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


def insert(path: Path, before: str, text: str) -> None:
    """Put a text before another that the file has once."""
    old = path.read_text("utf-8")
    assert old.count(before) == 1
    path.write_text(old.replace(before, text + before), "utf-8")


def test_add_an_exercise_and_a_mistake(checkout: Path) -> None:
    """Do the tests of the page pass for the skeleton, and tell when a fault has no switch?"""
    imported = ".venv/bin/python -c 'import grader; print(grader.__file__)'"
    assert run(checkout, imported) == (0, f"{checkout}/grader/__init__.py\n")
    status, printed = run(checkout, NEW)
    assert status == 0, printed
    assert f"  {MAKE}\n  {TESTS}\n" in printed
    status, printed = run(checkout, MAKE, f"SETS={SET}")
    assert status == 0, printed
    status, printed = run(checkout, TESTS)
    assert status == 0, printed

    code = checkout / "grader" / "sets" / SET
    insert(code / "mistakes.py", "\n]\n", "\n" + indent(ENTRY, "    ").rstrip() + ",")
    insert(code / "faults.py", '"loses-dtype"),\n}\n', f'"{FAULT}", ')
    status, printed = run(checkout, TESTS, "-x")
    assert status == 1
    caught = f"test_mistake_is_caught_and_named[{SET}-{NAME}: {FAULT}]"
    assert f"FAILED tests/sets/test_checks.py::{caught}" in printed

    lines = (code / "faults.py").read_text("utf-8").split(f"def _{NAME}(")[1].splitlines()
    insert(code / "faults.py", "\n".join(lines[2:]), indent(SWITCH, "    "))
    status, printed = run(checkout, TESTS, "--last-failed")
    assert status == 0, printed
    assert " 1 passed" in printed


def test_every_set_can_have_a_new_exercise(checkout: Path) -> None:
    """Is the skeleton right in every set, and is its code laid out and clean?"""
    for number, assignment in enumerate(problem_sets(), 1):
        command = f".venv/bin/python -m grader new-exercise {assignment} centre_{number}"
        status, printed = run(checkout, command)
        assert status == 0, printed
    for command in (
        ".venv/bin/python -m ruff format --check grader/sets tests/sets",
        ".venv/bin/python -m ruff check grader/sets tests/sets",
        # The right solutions train networks in some sets.
        ".venv/bin/python -m pytest -q tests/sets/test_checks.py -k 'centre and not right'",
        ".venv/bin/python -m pytest -q tests/checking/test_local.py -k further",
    ):
        status, printed = run(checkout, command)
        assert status == 0, printed
    for assignment in problem_sets():
        text = (checkout / f"solutions/{assignment}/{assignment}.ipynb").read_text("utf-8")
        numbers = [int(number) for number in re.findall(r'"## (\d+)\. ', text)]
        assert numbers == sorted(set(numbers))


def contents(root: Path) -> dict[Path, bytes]:
    return {
        path: path.read_bytes()
        for assignment in problem_sets()
        for path in (root / name.format(assignment) for name in FILES)
    }


@pytest.mark.parametrize(
    ("assignment", "name", "says"),
    [
        (SET, "batch mean", "'batch mean' cannot be the name of a function"),
        (SET, "lambda", "'lambda' cannot be the name of a function"),
        (SET, "größe", "'größe' cannot be the name of a function"),
        (SET, "_centre", "the first a letter"),
        (SET, "c" * 41, "names have 40 characters at most"),
        (SET, "forward", f"there is a forward in {SET} already"),
        (SET, "layer_modes", "there is a layer_modes in ps2_inference already"),
        (SET, "fold_batchnorm", "there is a fold_batchnorm in ps5_frameworks already"),
        (SET, "affine", f"affine has a meaning in grader.sets.{SET}.checks"),
        (SET, "sum", "sum has a meaning in builtins"),
        ("ps7_capstone", "widths", "the notebook of ps7_capstone uses the name widths"),
        ("ps8_new", "centre", f"there is no problem set 'ps8_new'; there are: {SET}, "),
    ],
)
def test_refused(assignment: str, name: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Is what cannot be a new exercise refused with the reason, and is nothing written?"""
    before = contents(ROOT)
    assert main(["new-exercise", assignment, name, "--course", str(ROOT)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.startswith("grader: "), says in err) == ("", True, True), err
    assert contents(ROOT) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("checks", "checks = [", "checks = list[Check]() + [", "checks should be a list or dict"),
        ("mistakes", "mistakes = [", "found = [", "it should have `mistakes = ...`"),
        ("mistakes", "mistakes = [", "mistakes = [(", "mistakes.py is not as expected"),
        ("faults", "(*mistakes: str)", "(*wrong: str)", "a function implementation(*mistakes)"),
        ("faults", "return SimpleNamespace(", "return dict(", "end in `return SimpleNamespace("),
        ("right", "RIGHT = {", "OTHERS = {", "it should have `RIGHT = ...`"),
        ("ipynb", " by the checks", "", '"- Points: ... by the checks"'),
    ],
)
def test_unexpected_form(
    file: str,
    old: str,
    new: str,
    says: str,
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Is a file in which the place is not found named, with the form expected, and none written?"""
    [path] = [checkout / name.format(SET) for name in FILES if file in name]
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    before = contents(checkout)
    monkeypatch.setattr("grader.new_exercise.__file__", str(checkout / "grader/new_exercise.py"))
    assert main(["new-exercise", SET, NAME, "--course", str(checkout)]) == 2
    err = capsys.readouterr().err
    assert str(path) in err
    assert says in err
    assert contents(checkout) == before


def test_another_checkout(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is the grader of one checkout kept from writing into another?"""
    assert main(["new-exercise", SET, NAME, "--course", str(checkout)]) == 2
    assert f"{ROOT / 'grader'} is at work, not the grader of {checkout}" in capsys.readouterr().err


def test_another_course(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is somebody else's course sent to the page about it?"""
    shutil.copytree(ROOT / "grading" / "own_course", tmp_path / "course")
    assert main(["new-exercise", "week1", NAME, "--course", str(tmp_path / "course")]) == 2
    err = capsys.readouterr().err
    assert "is not a checkout of the course on batch normalisation" in err
    assert "grading/your_own_course.md" in err
