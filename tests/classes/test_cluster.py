"""Grading on a Dask cluster."""

import ast
import os
import re
import shutil
import signal
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

import pytest
from distributed import LocalCluster
from helpers import ROOT
from helpers.classes import FEW, classroom, same
from helpers.masters import points_of
from helpers.pages import ENVIRONMENT, blocks, shell

from grader.classes.autograde import autograde
from grader.classes.cluster import grade_on_cluster
from grader.classes.pool import Result
from grader.classes.sample import ASSIGNMENT, STUDENTS, hand_in
from grader.classes.work import Job, Submission
from grader.cli import main
from grader.notebooks.notebook import CourseError

FULL = points_of(ASSIGNMENT)


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two workers, which are processes of their own."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as cluster:
        yield cluster


def test_killed_worker(cluster: LocalCluster, unbroken: Path, root: Path) -> None:
    """Is the class graded as it is here, though a worker is killed in the middle?"""
    killed = cluster.workers[0].pid

    def schedule(job: Job, submissions: Iterable[Submission]) -> Iterator[Result]:
        results = grade_on_cluster(job, submissions, cluster.scheduler_address)
        yield next(results)
        os.kill(killed, signal.SIGKILL)
        yield from results

    assert autograde(classroom(root), ASSIGNMENT, FEW, schedule) == {}
    same(root, unbroken)
    assert cluster.workers[0].pid != killed


def test_no_shared_files(cluster: LocalCluster, unbroken: Path, root: Path, tmp_path: Path) -> None:
    """Do the workers need no folder of the course?"""

    def schedule(job: Job, submissions: Iterable[Submission]) -> Iterator[Result]:
        elsewhere = replace(job, root=str(tmp_path / "nowhere"))
        yield from grade_on_cluster(elsewhere, submissions, cluster.scheduler_address)

    assert autograde(classroom(root), ASSIGNMENT, FEW, schedule) == {}
    same(root, unbroken)


def test_files_beside(cluster: LocalCluster, root: Path, tmp_path: Path) -> None:
    """Do the files beside a notebook travel with it, the student's and the course's?"""
    (root / "solutions" / ASSIGNMENT / "helpers.py").write_text("from mine import mean0")
    body = "import helpers\nreturn helpers.mean0(x)"
    hand_in(root, "ada", STUDENTS["ada"] | {"batch_mean": body})
    mine = root / "submitted" / "ada" / ASSIGNMENT / "mine.py"
    mine.write_text("def mean0(x): return x.sum(axis=0) / len(x)")

    def schedule(job: Job, submissions: Iterable[Submission]) -> Iterator[Result]:
        elsewhere = replace(job, root=str(tmp_path / "nowhere"))
        yield from grade_on_cluster(elsewhere, submissions, cluster.scheduler_address)

    assert autograde(classroom(root), ASSIGNMENT, ["ada"], schedule) == {}
    verdicts = classroom(root).verdicts(ASSIGNMENT, "ada")
    assert sum(verdict.points for verdict in verdicts) == FULL


def test_other_version(cluster: LocalCluster, root: Path) -> None:
    """Is nothing graded by a worker that has another version of the grader?"""

    def schedule(job: Job, submissions: Iterable[Submission]) -> Iterator[Result]:
        older = replace(job, code="older")
        yield from grade_on_cluster(older, submissions, cluster.scheduler_address)

    with pytest.raises(CourseError, match="has another version of the grader"):
        autograde(classroom(root), ASSIGNMENT, FEW, schedule)
    assert list((root / "autograded").glob("*/*/*")) == []


def test_no_scheduler(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Does an address where nobody answers say so?"""
    command = ["autograde", ASSIGNMENT, "--course", str(root), "--scheduler", "nonsense://x"]
    assert main(command) == 2
    assert "no Dask scheduler answers at nonsense://x" in capsys.readouterr().err


def test_no_dask(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does --scheduler say what to install where there is no Dask?"""
    monkeypatch.setitem(sys.modules, "grader.classes.cluster", None)  # as if its import had failed
    command = ["autograde", ASSIGNMENT, "--course", str(root), "--scheduler", "tcp://a:1"]
    assert main(command) == 2
    assert capsys.readouterr().err == (
        "grader: --scheduler needs Dask. In the folder that the grader was installed from, run: "
        "python -m pip install '.[dask]'\n"
    )


def test_command(
    cluster: LocalCluster,
    handed_in: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Does --scheduler print the table that grading here prints?"""
    tables = []
    for options in (["--scheduler", cluster.scheduler_address], ["--jobs", "1"]):
        root = shutil.copytree(handed_in, tmp_path / options[0])
        assert main(["autograde", ASSIGNMENT, "--course", str(root), *options]) == 0
        tables.append(capsys.readouterr().out)
    assert tables[0] == tables[1]
    assert tables[0].startswith(f"student  points\nada      {FULL:g} / {FULL:g}\n")


# The page


def test_page(handed_in: Path, tmp_path: Path, processes: list[Popen[str]]) -> None:
    """Do the page's commands grade a class, with two workers and a port that is free?"""
    root = shutil.copytree(handed_in, tmp_path / "course")
    grade, _, scheduler, worker, _ = blocks("clusters.md")
    processes.append(start(tmp_path, scheduler.replace("8786", "0")))
    address = said(processes[0], r"Scheduler at: *(tcp://\S+)")
    here = {"tcp://HOST:8786": address, "--nworkers 16": "--nworkers 2"}
    for old, new in here.items():
        assert old in worker + grade
        worker, grade = worker.replace(old, new), grade.replace(old, new)
    processes.append(start(tmp_path, worker))
    table = shell(root, grade.replace("ps7_capstone", ASSIGNMENT))
    assert f"ada      {FULL:g} / {FULL:g}\n" in table


def start(folder: Path, command: str) -> Popen[str]:
    """A command that runs on, as the head of a group of processes."""
    return Popen(
        command,
        shell=True,
        cwd=folder,
        env=ENVIRONMENT,
        stdout=DEVNULL,
        stderr=PIPE,
        text=True,
        start_new_session=True,
    )


def said(process: Popen[str], pattern: str) -> str:
    """What a process says after some words, as soon as it does."""
    assert process.stderr is not None
    return next(found[1] for line in process.stderr if (found := re.search(pattern, line)))


@pytest.fixture
def processes() -> Iterator[list[Popen[str]]]:
    """Processes that end with the test, and those that they have started."""
    started: list[Popen[str]] = []
    yield started
    for process in reversed(started):
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_page_installs() -> None:
    """Are the packages that the page installs parts of this one, from its folder?"""
    _, workers, *_, postgres = blocks("clusters.md")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for command in (workers, postgres):
        [names] = re.findall(r"^python -m pip install '\.\[(.*)\]'$", command.strip())
        assert set(names.split(",")) <= set(extras["optional-dependencies"])


def test_page_programs() -> None:
    """Are the page's programs Python, and do they start commands that are there?"""
    commands = [
        [element.value for element in node.elts if isinstance(element, ast.Constant)]
        for program in blocks("clusters.md", "python")
        for node in ast.walk(ast.parse(program))
        if isinstance(node, ast.List)
    ]
    grading = ["grader", "autograde", "ps7_capstone", "--scheduler"]
    assert commands.count(grading) == 2
    assert ["dask", "worker", "--nthreads", "1"] in commands
    assert "--nthreads" in shell(ROOT, "dask worker --help")
    assert "--scheduler" in shell(ROOT, "grader autograde --help")
