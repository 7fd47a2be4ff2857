"""Runs of `grader autograde` that are killed, and the next ones, which go on from there."""

import multiprocessing
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest
from helpers import interrupted
from helpers.classes import FEW, classroom, graded_again, same
from helpers.interrupted import in_this_process
from nbgrader.api import Gradebook

from grader.classes.autograde import autograde, table
from grader.classes.pool import Result, grade_here
from grader.classes.sample import ASSIGNMENT, STUDENTS, hand_in
from grader.classes.work import Job, Submission
from grader.notebooks.notebook import CourseError


def start(target: Callable[..., None], *arguments: object) -> int | None:
    """Run a function in a process of its own; how it ended."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["grader.classes.pool"])
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
    "while it is filled": ("fill", 2, False, FEW[:2]),
    "before it is put in place": ("rename", 1, False, FEW[:2]),
    "before it is recorded as entered": ("record", 3, False, FEW[:2]),
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


def test_what_is_graded_again(
    unbroken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    monkeypatch.setattr("grader.classes.autograde.code_state", lambda *_: "other")
    monkeypatch.setattr("grader.classes.work.code_state", lambda *_: "other")
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
