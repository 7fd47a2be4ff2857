"""Checks in a student's own notebook."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import CheckFailed, check
from grader.checking.check import Verdict
from grader.checking.local import report

RIGHT: dict[str, Any] = {"batch_mean": lambda x: x.mean(axis=0)}
WRONG: dict[str, Any] = {"batch_mean": lambda x: x.sum(axis=0)}

PASSED = """\
batch_mean: passed, 100% of the points

ok     one mean for each feature, taken over the batch
ok     float32 in, float32 out; float64 in, float64 out
"""


def test_what_is_right_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Does a check that passes print what passed, and raise nothing?"""
    check("batch_mean", RIGHT)
    assert capsys.readouterr().out == PASSED


def test_what_is_wrong_is_raised(capsys: pytest.CaptureFixture[str]) -> None:
    """Does a check that fails raise, with the numbers, the mistake and what to read?"""
    with pytest.raises(CheckFailed) as caught:
        check("batch_mean", WRONG)
    lines = str(caught.value).splitlines()
    assert lines[:4] == [
        "batch_mean: failed, 0% of the points",
        "",
        "WRONG  one mean for each feature, taken over the batch",
        "       batch_mean(x)",
    ]
    assert lines[4].startswith("       x = [[")
    assert "       wrong values" in lines
    assert lines[-3:] == [
        "Mistake: the sum over the batch is not divided by the number of examples (sum-not-mean).",
        "A mean does not grow with the batch.",
        "Read: “The mean” in the book, chapters/03_how_it_works/forward.html#the-mean",
    ]
    assert capsys.readouterr().out == ""


def test_what_the_code_prints_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Does what a solution prints, for each input, not bury the message?"""

    def noisy(x: np.ndarray) -> np.ndarray:
        print("x is", x)
        return np.mean(x, axis=0)

    note = "What your code printed for these inputs is left out: call it in a cell to see that."
    check("batch_mean", {"batch_mean": noisy})
    assert capsys.readouterr().out == f"{PASSED}\n{note}\n"
    with pytest.raises(CheckFailed) as caught:
        check("batch_mean", {"batch_mean": lambda x: print(x.mean(axis=0))})
    assert str(caught.value).endswith(f"\n\n{note}")
    assert "an array was expected, this is None: is a return missing?" in str(caught.value)
    assert capsys.readouterr().out == ""


def test_numbers_that_are_shown_are_right() -> None:
    """Is the expected value in the message that of the inputs in the message?"""
    with pytest.raises(CheckFailed) as caught:
        check("batch_mean", WRONG)
    lines = [line.strip() for line in str(caught.value).splitlines()]
    start = next(i for i, line in enumerate(lines) if line.startswith("x = "))
    rows = [lines[start].removeprefix("x = "), *lines[start + 1 : start + 5]]
    x = np.array([[float(value) for value in row.strip("[]").split()] for row in rows])
    shown = next(line for line in lines if line.startswith("expected = "))
    expected = [float(value) for value in shown.removeprefix("expected = ").strip("[]").split()]
    assert np.allclose(x.mean(axis=0), expected, atol=1e-4)


def test_part_of_the_points() -> None:
    """Is it said how much of the points a solution would get?"""
    with pytest.raises(CheckFailed, match="batch_mean: partial, 80% of the points"):
        check("batch_mean", {"batch_mean": lambda x: x.mean(axis=0).astype(float)})


def test_nothing_written_yet() -> None:
    """Is an exercise without an answer called missing?"""
    with pytest.raises(CheckFailed, match="batch_mean: missing, 0% of the points"):
        check("batch_mean", {})


def test_failure_is_shown_without_traceback() -> None:
    """Does IPython show the message alone?"""
    assert CheckFailed("a\nb")._render_traceback_() == ["a", "b"]
    assert issubclass(CheckFailed, AssertionError)


def test_unknown_check_lists_the_checks() -> None:
    """Does a name that is misspelt get the list of names?"""
    with pytest.raises(LookupError, match="there is no check 'batch_meen'; the checks are: batch_"):
        check("batch_meen", {})


def test_other_course() -> None:
    """Are checks found in the package that the call names?"""
    with pytest.raises(ModuleNotFoundError, match="no_such_course"):
        check("batch_mean", RIGHT, "no_such_course.checks")


def test_right_but_for_another_exercise(capsys: pytest.CaptureFixture[str]) -> None:
    """Is a right composition of a wrong function passed, with the name of that function?"""
    source = """
def batch_mean(x): return x.mean(axis=0)
def batch_variance(x): return x.std(axis=0)
def normalize(x, mean, variance, eps=1e-5): return (x - mean) / np.sqrt(variance + eps)
def scale_and_shift(x_hat, gamma, beta): return gamma * x_hat + beta
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return scale_and_shift(normalize(x, batch_mean(x), batch_variance(x), eps), gamma, beta)
"""
    namespace: dict[str, Any] = {"np": np}
    exec(source, namespace)
    before = dict(namespace)
    check("forward", namespace)
    assert namespace == before
    assert capsys.readouterr().out.startswith(
        "forward: passed, 100% of the points\n\n"
        "The mistake is not here, but in batch_variance: mend what is wrong there first.\n"
        "With a right batch_variance in place of yours:\n\n"
        "ok     the right values\n"
    )


def test_notebook_variables_are_left_alone() -> None:
    """Does a check change nothing in the notebook's namespace?"""
    namespace = dict(RIGHT, x=np.zeros(3))
    before = dict(namespace)
    check("batch_mean", namespace)
    assert namespace == before


def test_report() -> None:
    """Does the report start with the share of the points?"""
    verdict = Verdict("forward", 2.5, 4.0, "partial", "the message")
    assert report(verdict) == "forward: partial, 62% of the points\n\nthe message"


NOTEBOOK = """
import sys
from grader import CheckFailed, check

def batch_mean(x):
    return x.mean(axis=0)

check("batch_mean")
try:
    check("forward")
except CheckFailed as failed:
    print(str(failed).splitlines()[0])
foreign = {"torch", "nbformat", "IPython", "nbgrader", "traitlets", "tqdm"} & set(sys.modules)
print("foreign", sorted(foreign))
"""


def test_notebook_needs_numpy_only(tmp_path: Path) -> None:
    """Does `check` find the names of the notebook that calls it, and load NumPy alone?"""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", NOTEBOOK],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    assert run.stdout == f"{PASSED}forward: missing, 0% of the points\nforeign []\n"
