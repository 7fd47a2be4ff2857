"""What a page shows of a reader's code, without the page: is it what a notebook shows?"""

import base64
import json
from typing import Any

import pytest

from grader import CheckFailed, check, page
from grader.checking import session

SETUP = "import numpy as np\n\nfrom grader import check"
MEAN = "def batch_mean(x):\n    return x.mean(axis=0)\n"
WRONG = "def batch_mean(x):\n    return x.mean(axis=1)\n"


@pytest.fixture(autouse=True)
def new_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "TRIED", {})
    monkeypatch.setattr(session, "FAILURES", {})


class Shown(list[tuple[str, str]]):
    """What was shown, but for the limits, with texts of one kind in one piece."""

    def __call__(self, kind: str, text: str) -> None:
        if kind == "limit":
            return
        if self and self[-1][0] == kind == "text":
            kind, text = "text", self.pop()[1] + text
        self.append((kind, text))


def ran(code: str, tries: str = "", before: tuple[str, ...] = (SETUP,)) -> Shown:
    shown = Shown()
    page.run(before, code, tries, shown)
    return shown


@pytest.mark.parametrize(
    ("tries", "text"),
    [
        ("batch_mean(np.array([[1.0, 2.0], [3.0, 4.0]]))", "array([2., 3.])\n"),
        ("print('one')\n2", "one\n2\n"),
        ("2;", ""),
        ("None", ""),
        ("1\n# %%\n2", "1\n2\n"),
        ("# %% a title\nx = 1\n# %%\nx + 1", "2\n"),
    ],
)
def test_output(tries: str, text: str) -> None:
    """Is it what is printed and, of each cell, the last value unless a semicolon ends it?"""
    assert "".join(shown for _, shown in ran(MEAN, tries)) == text


def test_html() -> None:
    """Is a value that has HTML shown as that?"""
    code = "class Table:\n    def _repr_html_(self):\n        return '<table></table>'\n"
    assert ran(code, "Table()") == [("html", "<table></table>")]


def test_error() -> None:
    """Does an error name the lines of the reader's own code, and end the run?"""
    wrong = "def batch_mean(x):\n    y = 1\n    return x.men(axis=0)\n"
    shown = ran(wrong, "print(1)\nbatch_mean(np.ones((2, 2)))\n# %%\nprint(2)")
    assert shown[0] == ("text", "1\n")
    assert len(shown) == 2
    kind, text = shown[1]
    assert kind == "error"
    lines = [line for line in text.splitlines() if "^" not in line]
    assert lines[:4] == [
        "  line 2 of what you try",
        "    batch_mean(np.ones((2, 2)))",
        "  line 3 of your code, in batch_mean",
        "    return x.men(axis=0)",
    ]
    assert lines[4].startswith("AttributeError: 'numpy.ndarray' object has no attribute 'men'")
    assert len(lines) == 5


def test_no_python() -> None:
    """Does code that is none say in which line?"""
    ((kind, text),) = ran("def batch_mean(x):\n    retrun x\n")
    assert kind == "error"
    assert text.startswith("  line 2 of your code\n    retrun x\n")
    assert text.endswith("SyntaxError: invalid syntax\n")


def test_exit() -> None:
    """Does code that ends the process end the run alone?"""
    assert ran("raise SystemExit('bye')")[-1][1].endswith("SystemExit: bye\n")


def test_warning() -> None:
    """Does a warning name the line?"""
    # what Python writes of one, where no test keeps it
    shown = ran("import sys\nprint('<ipython-input-2>:3: UserWarning: careful', file=sys.stderr)")
    assert shown[0] == ("warning", "line 3: UserWarning: careful")


def test_endless_output() -> None:
    """Is what is too long to be shown cut off, and an error after it still shown?"""
    shown = ran("for n in range(10**5): print('x' * 10)\n1 / 0")
    text = shown[0][1]
    assert len(text) == page.AT_MOST + len(page.CUT)
    assert text.endswith(page.CUT)
    assert shown[-1][0] == "error"


def test_figures() -> None:
    """Is a figure a PNG, shown where plt.show() is called, or at the end?"""
    draws = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint('after')"
    image, text = ran(draws)
    assert base64.b64decode(image[1]).startswith(b"\x89PNG")
    assert text == ("text", "after\n")
    shown = ran("import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "print('after')")
    assert [kind for kind, _ in shown] == ["text", "image"]


def test_nothing_is_left_of_the_last_run() -> None:
    """Does what a page shows follow from what stands in it alone?"""
    ran("left = 1")
    assert ran("left")[-1][1].endswith("NameError: name 'left' is not defined\n")


def test_exercises_above() -> None:
    """Can code use that of the exercises above, be there errors in others?"""
    before = (SETUP, "1 / 0\nprint('quiet')", MEAN)
    assert ran("print(batch_mean(np.ones((3, 2))))", before=before) == [("text", "[1. 1.]\n")]


def judged(code: str, *ids: str, more: bool = False) -> tuple[Any, Shown]:
    shown = Shown()
    found = json.loads(page.judge(ids or ("batch_mean",), (SETUP,), code, shown, more))
    return found, shown


def test_check() -> None:
    """Is the message that of the notebook, and the status told?"""
    found, shown = judged(WRONG)
    names: dict[str, Any] = {"In": [""]}
    exec(WRONG, names)
    with pytest.raises(CheckFailed) as failed:
        check("batch_mean", names)
    assert shown == [("html", failed.value.html)]
    assert found == {"batch_mean": {"status": "failed", "offer": False}}
    found, shown = judged(MEAN)
    assert found == {"batch_mean": {"status": "passed", "offer": False}}
    assert shown[0][0] == "passed"
    assert shown[0][1].startswith("batch_mean: passed, 100% of the points\nok ")


def test_more() -> None:
    """After three failures, is one step further offered, and told when it is asked for?"""
    assert [judged(WRONG)[0]["batch_mean"]["offer"] for _ in range(3)] == [False, False, True]
    _, shown = judged(WRONG, more=True)
    assert [kind for kind, _ in shown] == ["html", "further"]


def test_code_that_does_not_run_is_not_checked() -> None:
    """Is its error told, and nothing else?"""
    found, shown = judged("print('quiet')\n1 / 0")
    assert found == {}
    assert [kind for kind, _ in shown] == ["error"]


def test_what_is_not_there_when_graded() -> None:
    """Is code that uses what the grader does not have told so, as in a notebook?"""
    code = "from grader.reference import batch_mean as right\ndef batch_mean(x): return right(x)"
    found, shown = judged(code)
    assert found["batch_mean"]["status"] == "failed"
    assert "batch_mean uses grader.reference, which is not there" in shown[0][1]


def test_a_check_in_a_cell() -> None:
    """Does a check that the reader calls look at the reader's code?"""
    assert ran(MEAN, 'check("batch_mean")')[0][1].startswith("batch_mean: passed")
    assert [kind for kind, _ in ran(WRONG, 'check("batch_mean")')] == ["html"]
    shown = ran(WRONG, 'check("batch_mean", more=True)')
    assert [kind for kind, _ in shown] == ["html", "further"]


def test_limits() -> None:
    """Does the page know when the reader's code runs, and when the grader thinks?"""
    limits: list[str] = []

    def show(kind: str, text: str) -> None:
        if kind == "limit":
            limits.append(text)

    page.run((SETUP,), MEAN, 'check("batch_mean")', show)
    assert limits == ["10", "0"] * 3  # each cell, and what a cell checks with it
    limits.clear()
    page.judge(("batch_mean",), (SETUP,), WRONG, show)
    assert limits[::2].count("0") == 0
    assert set(limits[1::2]) == {"0"}
    assert all(0 < float(seconds) <= page.SECONDS for seconds in limits[::2])
