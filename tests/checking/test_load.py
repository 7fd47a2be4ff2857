"""Packages of checks that are not right."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from grader import check
from grader.checking.errors import CourseError
from grader.checking.load import load, problem_sets

GOOD = """\
from types import SimpleNamespace
from grader.checking.check import Check
from grader.checking.mistakes import Mistake

right = SimpleNamespace(double=lambda x: 2 * x)
double = Check("double", section="Page 1", reference=right)


@double.part("twice the number")
def _(student, rng):
    yield student.double(int(rng.integers(9)))


checks = [double]
"""
numbers = count()
Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a package of checks, each under a name of its own."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(**modules: str) -> str:
        package = f"some_checks{next(numbers)}"
        for name, text in {"__init__": "", **modules}.items():
            path = tmp_path / package / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return package

    return write


WRONG = {
    "syntax": ("x = 1\ndef f(:\n", "{}/week1.py, line 2: SyntaxError: "),
    "name": ("\n\nx = y\n", "{}/week1.py, line 3: NameError: name 'y' is not defined"),
    "type": ("x = 1 + ''\n", "{}/week1.py, line 1: TypeError: unsupported operand"),
    "import": ("import no_such_module\n", "{}/week1.py, line 1: ModuleNotFoundError: No module"),
    "helper": ("from ._broken import x\n", "{}/_broken.py, line 1: ZeroDivisionError: division by"),
    "exit": ("raise SystemExit(0)\n", "{}/week1.py, line 1: SystemExit: 0"),
    "no list": ("x = 1\n", "{}/week1.py: `checks` has to be a list of Checks"),
    "list of others": ("checks = ['double']\n", "{}/week1.py: `checks` has to be a list of Checks"),
    "one check": (f"{GOOD}checks = double\n", "{}/week1.py: `checks` has to be a list of Checks"),
    "mistakes": (f"{GOOD}mistakes = ['half']\n", "{}/week1.py: `mistakes` has to be a list of Mis"),
    "twice": (f"{GOOD}checks = 2 * checks\n", "{}/week1.py: `checks` has 'double' twice"),
    "no parts": (
        f"{GOOD}checks = [Check('half', section='', reference=right)]\n",
        "{}/week1.py: check 'half': it has no parts",
    ),
    "unknown mistake": (
        GOOD.replace("=right)", "=right, faulty=lambda *_: right, mistakes=['half'])"),
        "{}/week1.py: check 'double': not in the catalogue of mistakes: half",
    ),
    "weight": (
        GOOD.replace('number")', 'number", 0)'),
        "{}/week1.py, line 9: ValueError: check 'double', 'twice the number': the weight is 0",
    ),
}


@pytest.mark.parametrize(("text", "says"), WRONG.values(), ids=WRONG)
def test_wrong_module(write: Write, text: str, says: str) -> None:
    """Is it told what is wrong in a module of checks, and where, without a folder of ours?"""
    package = write(week1=text, _broken="x = 1 / 0\n")
    for _ in range(2):
        with pytest.raises(CourseError) as caught:
            load("week1", package)
        assert str(caught.value).startswith(says.format(package))
        assert len(str(caught.value).splitlines()) == 1


def test_wrong_package(write: Write) -> None:
    """Is the package itself told by file and line, and a module that is none as such?"""
    package = write(__init__="import numpy\nnumpy.norml\n")
    with pytest.raises(CourseError, match=rf"^{package}/__init__\.py, line 2: AttributeError: "):
        problem_sets(package)
    with pytest.raises(CourseError, match=r"^statistics is no package"):
        problem_sets("statistics")


def test_notebook(write: Write) -> None:
    """Is a student told that a mistake in a check is the course's, and whom to tell?"""
    package = write(week1=GOOD.replace("rng.integers", "rng.integer"))
    with pytest.raises(CourseError) as caught:
        check("double", {"double": lambda x: 2 * x}, package)
    assert str(caught.value).splitlines() == [
        "The check cannot be made. That is a mistake in the course, and none of yours: "
        "tell your instructor",
        "what is written here, and go on with the next exercise.",
        "",
        f"check 'double': {package}/week1.py, line 11: AttributeError: "
        "'numpy.random._generator.Generator' object has no attribute 'integer'",
    ]
    assert caught.value._render_traceback_() == str(caught.value).splitlines()


def test_another_set_is_wrong(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """Can the exercises of one set be checked while another set's module is wrong?"""
    package = write(week1="x = y\n", week2=GOOD)
    check("double", {"double": lambda x: 2 * x}, package)
    assert capsys.readouterr().out.startswith("double: passed")
    with pytest.raises(CourseError, match=rf"{package}/week1\.py, line 1: NameError"):
        check("half", {}, package)
