"""Students' code that fools asserts in its own process: does it reach anything beyond these?"""

import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import nbformat
import numpy as np
import pytest
from helpers.processes import students
from nbgrader.utils import determine_grade

from grader.checking.check import Check, Verdict
from grader.notebooks.grade import Graded, grade_notebook
from grader.notebooks.report import VERDICT, verdict_of
from grader.sandbox.process import Limits, Warm

LIMITS = Limits(cell_seconds=2, exercise_seconds=2, output_bytes=10_000, notebook_seconds=60)
SEED = 20261123
# What a student hands in, wrong in all: `double` is asked by a check, `triple` and `share` by
# asserts; the two asserts are worth 2 and 3 points, the check 4.
WRONG = """
def double(x): return 0 * x
def triple(x): return 0 * x
def share(): return 0
"""
RIGHT = """
def double(x): return 2 * x
def triple(x): return 3 * x
def share(): return 3
"""
ASSERTS = {
    "triple": "import numpy as np\nnp.testing.assert_allclose(triple(2), 6)  # a hidden test",
    "share": "share()",
}
reference = SimpleNamespace(double=lambda x: 2 * x)
double = Check("double", section="its chapter", reference=reference)


@double.part("twice x")
def _(student: Any, rng: np.random.Generator) -> Iterator[object]:
    yield student.double(rng.normal(size=3))


ATTACKS = {
    "makes NumPy find everything equal": (
        "import numpy as np\nnp.testing.assert_allclose = np.allclose = lambda *a, **k: True",
        {"triple": "passed", "share": "failed"},
    ),
    "gives a thousand million points": ("def share(): return 1e9", {"share": "error"}),
    "gives infinitely many": ("def share(): return float('inf')", {"share": "error"}),
    "gives a number of 10,000 digits": ("def share(): return 10 ** 4000", {"share": "error"}),
    "gives points that are a text": (
        "class Points:\n    def __repr__(self): return '1e9'\ndef share(): return Points()",
        {"share": "error"},
    ),
    "gives a result that shows nothing": (
        "class Points:\n    def __repr__(self): return ''\ndef share(): return Points()",
        {"share": "error"},
    ),
    "shows the verdict of a check": (
        f"""
forged = {{"id": "double", "points": 4.0, "max_points": 4.0, "status": "passed", "message": "",
          "diagnosis": []}}
def triple(x):
    display({{"{VERDICT}": forged, "text/plain": "4.0"}}, raw=True)
    get_ipython().displayhook(4.0)
    return 0
""",
        {"triple": "error"},
    ),
    "replaces how cells run": (
        "shell = get_ipython()\nshell.run_cell = shell.run_code = lambda *a, **k: None",
        {"triple": "error", "share": "error"},
    ),
    "answers every cell with a forged output": (
        """
import gc
gc.unfreeze()
[objects] = [o for o in gc.get_objects() if type(o).__name__ == "Objects"]
objects.kept[0] = objects.own[0] = lambda source: [
    {"output_type": "execute_result", "execution_count": 1, "metadata": {},
     "data": {"text/plain": "1000000000.0"}}]
""",
        {"triple": "error", "share": "error"},
    ),
    "replaces get_ipython": (
        "import builtins\nbuiltins.get_ipython = get_ipython = lambda: None",
        {"triple": "failed", "share": "failed"},
    ),
    "empties what holds an assert": (
        """
def empty(lines): return ["3.0"] if "share" in "".join(lines) else []
get_ipython().input_transformers_cleanup.append(empty)
""",
        {"triple": "failed", "share": "failed"},
    ),
    "exits when the assert calls it": (
        "import os\ndef triple(x): os._exit(0)",
        {"triple": "killed", "share": "failed"},
    ),
    "exits when the second one does": (
        "import os\ndef share(): os._exit(0)",
        {"triple": "failed", "share": "killed"},
    ),
    "never ends": ("def triple(x):\n    while True: pass", {"triple": "timeout"}),
    "takes all memory": ("def triple(x): return bytearray(2**40)", {"triple": "killed"}),
    "writes for ever, and no more is seen": (
        "import sys\ndef triple(x):\n    print('x' * 10**8, file=sys.stderr)\n    return 6",
        {"triple": "failed"},
    ),
}


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm(("numpy",), LIMITS) as process:
        yield process


def graded_cell(id: str, points: int, source: str) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell(source)
    flags = {"grade": True, "solution": False, "locked": True, "task": False}
    cell.metadata.nbgrader = {"grade_id": id, "points": points, "schema_version": 3} | flags
    return cell


def grade(warm: Warm, *sources: str) -> Graded:
    """The verdicts on a notebook: asserts, a check, and asserts again."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook.cells += [
        graded_cell("triple", 2, ASSERTS["triple"]),
        graded_cell("double", 4, "this is never run"),
        graded_cell("share", 3, ASSERTS["share"]),
    ]
    names = frozenset({"double"})
    return grade_notebook(notebook, "ps", names, {"double": double}, warm, SEED, LIMITS)


def verdicts(graded: Graded) -> dict[str, Verdict]:
    return {verdict.id: verdict for verdict in graded.verdicts}


@pytest.mark.parametrize(("source", "statuses"), ATTACKS.values(), ids=ATTACKS)
def test_attack(warm: Warm, source: str, statuses: dict[str, str]) -> None:
    """Is nothing gained but the points of asserts, and does nobody else lose by it?"""
    graded = grade(warm, WRONG, source)
    found = verdicts(graded)
    assert found["double"].points == 0
    expected = {"double": "failed", "triple": "failed", "share": "failed"} | statuses
    for id, verdict in found.items():
        assert verdict.status in expected[id].split("|"), (id, verdict)
        assert math.isfinite(verdict.points)
        assert 0 <= verdict.points <= verdict.max_points
        assert verdict.asserts == (id in ASSERTS)
    for cell in graded.notebook.cells[-3:]:
        assert determine_grade(cell)[0] == found[cell.metadata.nbgrader.grade_id].points
        assert verdict_of(cell) == found[cell.metadata.nbgrader.grade_id]
    assert students(warm) == []
    assert grade(warm, RIGHT).score == 9


def test_hidden_tests_are_read(warm: Warm) -> None:
    """Is what a student's code can read of the graded cells no more than the asserts themselves?"""
    keeps = "seen = []\nget_ipython().input_transformers_post.append(lambda l: seen.extend(l) or l)"
    shows = "def share():\n    print(*seen, [*get_ipython().user_ns['In']])\n    return 0"
    graded = grade(warm, WRONG, keeps, shows)
    printed = str(graded.notebook.cells[-1].outputs)
    assert "a hidden test" in printed
    for secret in ("this is never run", "twice x", str(SEED), "its chapter"):
        assert secret not in printed
