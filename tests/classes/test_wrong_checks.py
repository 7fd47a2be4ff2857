"""A course with a mistake in a check: nobody gets a wrong mark for it, whatever grades."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest
from distributed import LocalCluster
from helpers.interrupted import in_this_process
from helpers.own_course import RIGHT, WRONG, own_course
from nbgrader.api import Gradebook

from grader.classes.classroom import Classroom
from grader.cli import main
from grader.notebooks.course import Course

SIX = dict.fromkeys(("ada", "cleo", "dan", "eve", "finn"), RIGHT) | {"ben": WRONG}
SECOND = "    yield student.median(rng.normal(size=9).tolist())"
FACTORY = 'faulty=lambda *_: bad, mistakes=["order"]'
# What is changed in the page's check, and what is told of it after its check's name.
MISTAKES = {
    "second part": (
        SECOND,
        "\n\n@check.part('another')\ndef _(student, rng):\n    yield student.median(rng.norml(9))",
        "{}, line 20: AttributeError: 'numpy.random._generator.Generator' object has no attribute",
    ),
    "two mistakes": (
        FACTORY,
        'faulty=lambda _: bad, mistakes=["order", "loses-dtype"]',
        "with order and loses-dtype: {}, line 10: TypeError: <lambda>() takes 1 positional",
    ),
    "syntax": (
        SECOND,
        "    yield student.median(",
        "{}, line 16: SyntaxError: '(' was never closed",
    ),
    "nothing asked": (
        SECOND,
        "\n\n@check.part('another')\ndef _(student, rng):\n    student.median([1])",
        "{}, line 18: nothing is asked: is a yield missing?",
    ),
    "not deterministic": (
        SECOND,
        "    import random\n    yield student.median([random.random()])",
        "{}, line 13: asked again, the reference gives other answers",
    ),
    "faulty implementation": (
        "numbers[len(numbers) // 2])",
        "nunbers[len(numbers) // 2])",
        "with order: {}, line 9: NameError: name 'nunbers' is not defined",
    ),
}
EXITS = {
    "the reference returns nothing": (
        "good = SimpleNamespace(median=median)",
        "good = SimpleNamespace(median=lambda numbers: None)",
        "{}, line 13: the reference returns nothing: is a return missing?",
    ),
    "the reference exits": (
        "good = SimpleNamespace(median=median)",
        "import sys\ngood = SimpleNamespace(median=lambda _: sys.exit(3))",
        "{}, line 9: the code ends the grader: SystemExit: 3",
    ),
    "a faulty implementation exits": (
        "numbers[len(numbers) // 2])",
        "exit(numbers))",
        "with order: {}, line 9: the code ends the grader: SystemExit: ",
    ),
}
ENDLESS = {
    "the script": (
        "    yield student.median([3, 1, 2])",
        "    while True: pass\n    yield student.median([3, 1, 2])",
        "{}, line 15: there was no answer within 2 s: is there a loop without end?",
    ),
    "the reference": (
        "good = SimpleNamespace(median=median)",
        "def endless(_):\n    while True: pass\ngood = SimpleNamespace(median=endless)",
        "{}, line 9: there was no answer within 2 s: is there a loop without end?",
    ),
    "a faulty implementation": (
        "numbers[len(numbers) // 2])",
        "[None for _ in iter(int, 1)])",
        "with order: {}, line 9: there was no answer within 2 s: is there a loop without end?",
    ),
}
MISTAKES |= EXITS
packages = count()


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course of the page; six have handed in, one of them a wrong solution."""
    root = own_course(tmp_path_factory.mktemp("wrong") / "course", SIX)
    Classroom(Course.at(root)).release("week1")
    return root


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """A worker, which is a process of its own."""
    with LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as cluster:
        yield cluster


def broken(
    released: Path,
    root: Path,
    mistake: str,
    mistakes: Mapping[str, tuple[str, str, str]] = MISTAKES,
) -> tuple[Path, str]:
    """A copy of the course with a mistake in its check, and what is to be told of it."""
    old, new, says = mistakes[mistake]
    package = f"checks{next(packages)}"  # a name of its own: this process keeps what it imports
    shutil.copytree(released, root)
    (root / "statistics_checks").rename(root / package)
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("statistics_checks", package))
    checks = root / package / "week1.py"
    assert old in checks.read_text()
    checks.write_text(checks.read_text().replace(old, new))
    return root, says.format(f"{package}/week1.py")


def nothing_entered(root: Path) -> bool:
    with Gradebook(f"sqlite:///{root}/gradebook.db", "statistics") as book:
        scores = [found.score for found in book.assignment_submissions("week1")]
    return not any(scores) and not list(root.glob("autograded/*/*/*.ipynb"))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_commands(
    released: Path, tmp_path: Path, mistake: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Do both commands stop in one line that names the place, and is nothing entered?"""
    root, says = broken(released, tmp_path / "course", mistake)
    wrong = root / "submitted" / "ben" / "week1" / "week1.ipynb"
    for command in (["autograde", "week1", "--jobs", "2"], ["grade", str(wrong)]):
        assert main([*command, "--course", str(root)]) == 2
        out, err = capsys.readouterr()
        assert (out, len(err.splitlines())) == ("", 1)
        assert says in err
        assert str(root) not in err
        assert "check 'median'" in err or mistake == "syntax"
    assert nothing_entered(root)


@pytest.mark.parametrize("mistake", ENDLESS)
def test_endless(
    released: Path,
    tmp_path: Path,
    mistake: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Does a check that never answers stop the run, and say where it was?"""
    monkeypatch.setattr("grader.notebooks.grade.PATIENCE", 1.0)
    monkeypatch.setattr(
        "grader.classes.pool.grade_here", lambda job, todo, jobs: in_this_process(job, todo)
    )
    root, says = broken(released, tmp_path / "course", mistake, ENDLESS)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write('c.Course.limits = {"*": {"exercise_seconds": 1}}\n')
    assert main(["autograde", "week1", "--course", str(root)]) == 2
    assert says in capsys.readouterr().err
    assert nothing_entered(root)


def test_mended(released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is the class graded as always once the check is mended?"""
    root, _ = broken(released, tmp_path / "course", "second part")
    autograde = [sys.executable, "-m", "grader", "autograde", "week1", "--jobs", "1"]
    assert main(["autograde", "week1", "--jobs", "1", "--course", str(root)]) == 2
    capsys.readouterr()
    (checks,) = root.glob("checks*/week1.py")
    checks.write_text(
        checks.read_text().replace(
            "rng.norml(9)", "[*rng.normal(size=4).tolist(), 9.0, *rng.normal(size=4).tolist()]"
        )
    )
    done = subprocess.run(autograde, cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1:3] == [
        "ada      4 / 4",
        "ben      0 / 4   the numbers are not sorted",
    ]


@pytest.mark.parametrize("mistake", ["second part", "faulty implementation"])
def test_cluster(
    cluster: LocalCluster,
    released: Path,
    tmp_path: Path,
    mistake: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Does a cluster's worker stop the run too?"""
    root, says = broken(released, tmp_path / "course", mistake)
    address = cluster.scheduler_address
    assert main(["autograde", "week1", "--course", str(root), "--scheduler", address]) == 2
    assert says in capsys.readouterr().err
    assert nothing_entered(root)


@pytest.mark.parametrize("mistake", ["second part", "faulty implementation"])
def test_nbgrader(released: Path, tmp_path: Path, mistake: str) -> None:
    """Does nbgrader's own command fail, enter nothing and say why?"""
    root, says = broken(released, tmp_path / "course", mistake)
    for student in SIX.keys() - {"ben"}:  # the diagnosis is for the one who is wrong
        shutil.rmtree(root / "submitted" / student)
    command = [sys.executable, "-m", "nbgrader", "autograde", "week1"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 1
    assert says in done.stderr
    assert nothing_entered(root)
