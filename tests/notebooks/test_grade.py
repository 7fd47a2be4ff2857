"""Grading one notebook in two processes, and the command `grader`."""

import copy
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import numpy as np
import pytest
from helpers import ROOT
from helpers.masters import points_of
from nbgrader.utils import determine_grade

from grader.checking.check import Check, Verdict
from grader.checking.literals import side_by_side
from grader.checking.load import load
from grader.checking.message import Example, Message, Named
from grader.cli import main
from grader.notebooks.course import Course
from grader.notebooks.grade import Graded, grade_notebook
from grader.notebooks.html import clean
from grader.notebooks.notebook import CourseError, is_autograded
from grader.notebooks.report import csv_of, outputs, table, verdict_of
from grader.sandbox.process import Limits, StudentGone, Unprotected, Warm

LIMITS = Limits(cell_seconds=2, exercise_seconds=2)
SEED = 7
FULL = points_of("ps1_standardize")


def reference() -> SimpleNamespace:
    return SimpleNamespace(double=lambda x: 2 * x, negate=lambda x: -x)


double = Check("double", section="its chapter", reference=reference())
negate = Check("negate", section="its chapter", reference=reference())
CHECKS = {check.id: check for check in (double, negate)}


@double.part("twice x", 2)
def _(student: Any, rng: np.random.Generator) -> Iterator[object]:
    yield student.double(rng.normal(size=3))


@double.part("twice a whole number", 1)
def _(student: Any, rng: np.random.Generator) -> Iterator[object]:
    yield student.double(int(rng.integers(1, 9)))


@negate.part("minus x")
def _(student: Any, rng: np.random.Generator) -> Iterator[object]:
    yield student.negate(rng.normal(size=3))


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm(("numpy",), LIMITS) as process:
        yield process


def code(source: str) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell(source)
    return cell


def graded_cell(grade_id: str, points: float) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell("raise SystemExit('this is never run')")
    flags = {"grade": True, "solution": False, "locked": True, "task": False}
    cell.metadata.nbgrader = {"grade_id": grade_id, "points": points, "schema_version": 3} | flags
    return cell


def grade(
    warm: Warm,
    *cells: str,
    after: str = "",
    limits: Limits = LIMITS,
    beside: Mapping[str, bytes] | None = None,
) -> Graded:
    """Grade a notebook with `cells`, the cell of double, the cell `after`, the cell of negate."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [*map(code, cells), graded_cell("double", 3)]
    notebook.cells += [code(after), graded_cell("negate", 1)]
    names = frozenset({"double", "negate"})
    graded = grade_notebook(notebook, "ps", names, CHECKS, warm, SEED, limits, beside=beside)
    nbformat.validate(graded.notebook)
    return graded


def results(graded: Graded) -> list[tuple[str, float]]:
    return [(verdict.status, verdict.points) for verdict in graded.verdicts]


DOUBLE = "def double(x): return x * 2"
NEGATE = "def negate(x): return -x"


def test_right(warm: Warm) -> None:
    """Does right code get full points, and each graded cell its report and its points?"""
    graded = grade(warm, DOUBLE, NEGATE)
    assert (graded.score, graded.max_score) == (4, 4)
    assert results(graded) == [("passed", 3), ("passed", 1)]
    report, points = graded.notebook.cells[2].outputs
    assert report.data["text/plain"] == (
        "double: all right, 3 / 3 points\nok     twice x\nok     twice a whole number"
    )
    assert points.data["text/plain"] == "3.0"


WRONG = {
    "partial": ("def double(x): return x * (2 if isinstance(x, int) else 3)", 1),
    "failed": ("def double(x): return x", 0),
    "error": ("def double(x): return x.nothing", 0),
    "missing": ("def dubble(x): return 2 * x", 0),
}


@pytest.mark.parametrize("status", WRONG)
def test_wrong(warm: Warm, status: str) -> None:
    """Does wrong code get the status and the points that it earns, and no other exercise suffer?"""
    source, points = WRONG[status]
    assert results(grade(warm, source, NEGATE)) == [(status, points), ("passed", 1)]


def test_stub(warm: Warm) -> None:
    """Is an exercise whose stub is left as it was missing?"""
    stub = "def double(x):\n    raise NotImplementedError('double: your code here')"
    assert results(grade(warm, stub, NEGATE))[0] == ("missing", 0)


LOST = {
    "timeout": ("while True: pass", "exceeded 2 s"),
    "killed": ("import os; os._exit(0)", "exited"),
}


@pytest.mark.parametrize("status", LOST)
def test_lost_in_an_earlier_exercise(
    warm: Warm, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Does what ends the process, called by a later exercise, cost that nothing, and is it told?"""
    monkeypatch.setattr(negate, "uses", ("double",))
    lost = "def double(x):\n    " + LOST[status][0].replace("; ", "\n    ")
    graded = grade(warm, lost, "def negate(x): return x - double(x)")
    assert results(graded) == [(status, 0), ("passed", 1)]
    told = "The mistake is not here, but in double: mend what is wrong there first."
    assert graded.verdicts[1].message.startswith(told)
    assert told in table(graded.verdicts)
    assert told in csv_of({"ada": graded.verdicts})
    graded = grade(warm, lost, "def negate(x): return double(-x)")
    assert results(graded) == [(status, 0), (status, 0)]


@pytest.mark.parametrize("status", LOST)
def test_lost_while_checked(warm: Warm, status: str) -> None:
    """Does an exercise that ends its process lose its own points only, and name the reason?"""
    source, reason = LOST[status]
    lost = "def double(x):\n    " + source.replace("; ", "\n    ")
    graded = grade(warm, "y = 5", lost, NEGATE, after="y")
    assert results(graded) == [(status, 0), ("passed", 1)]
    assert graded.verdicts[0].message == (
        f"Your code {reason} while it was checked, so this exercise has no points.\n"
        "The other exercises were graded as usual."
    )
    [result] = graded.notebook.cells[4].outputs
    assert result.data["text/plain"] == "5"


@pytest.mark.parametrize("status", LOST)
def test_files_after_a_loss(warm: Warm, status: str) -> None:
    """Are the files beside a notebook there again, as they were, in each new process?"""
    beside = {"helpers.py": b"factor = 2", "data/sign.txt": b"-1"}
    changes = "from pathlib import Path; Path('helpers.py').write_text('factor = 3')"
    graded = grade(
        warm,
        f"{changes}\n{LOST[status][0]}",
        "import helpers",
        "def double(x): return helpers.factor * x",
        after="def negate(x): return int(open('data/sign.txt').read()) * x",
        beside=beside,
    )
    assert results(graded) == [("passed", 3), ("passed", 1)]


@pytest.mark.parametrize("status", LOST)
def test_lost_in_a_cell(warm: Warm, status: str) -> None:
    """Does a cell that ends its process say so, and what other cells define count?"""
    source, reason = LOST[status]
    graded = grade(warm, DOUBLE, f"def negate(x): return -x\n{source}")
    assert results(graded) == [("passed", 3), ("missing", 0)]
    [error] = graded.notebook.cells[1].outputs
    assert error.evalue == (
        f"This cell {reason}. It was stopped, and what it defines is missing below.\n"
        "The cells before it ran again, and grading went on."
    )
    assert f"Its cell ended in an error: it {reason}, and was stopped" in csv_of(
        {"ada": graded.verdicts}
    )


class Scripted:
    """A process that `ends` at a given cell, or at the first question."""

    def __init__(self, ends: str) -> None:
        self.ends = ends
        self.ran: list[str] = []

    def run_cell(self, source: str, seconds: float) -> list[dict[str, object]]:
        self.ran.append(source)
        if source == self.ends:
            raise StudentGone("killed", "exited")
        return []

    def ask(self, request: object, seconds: float) -> dict[str, object]:
        raise StudentGone("killed", "exited")

    def close(self) -> None:
        pass


def test_lost_when_repeated() -> None:
    """Is a cell that ends the process only when it runs again left out from then on?"""
    processes = [Scripted(""), Scripted("a"), Scripted("")]
    waiting = iter(processes)
    graded = grade(SimpleNamespace(student=lambda: next(waiting)), "a", "b", after="c")  # type: ignore[arg-type]
    assert [process.ran for process in processes] == [["a", "b"], ["a"], ["b", "c"]]
    assert results(graded) == [("killed", 0), ("killed", 0)]


def test_time_of_a_notebook(warm: Warm) -> None:
    """Are cells and exercises left out once a notebook's time is used up, with the reason?"""
    limits = replace(LIMITS, notebook_seconds=1)
    graded = grade(warm, DOUBLE, "while True: pass", NEGATE, limits=limits)
    assert results(graded) == [("timeout", 0), ("timeout", 0)]
    used_up = "the code of this notebook exceeded 1 s in all"
    for cell in graded.notebook.cells[1:3]:
        assert cell.outputs[0].evalue == f"This cell was not run to its end: {used_up}."
    assert graded.verdicts[0].message == f"This exercise has no points: {used_up}."


def test_time_of_repeated_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Does the time count that cells take when they run again?"""
    now = [0.0]
    monkeypatch.setattr("grader.notebooks.grade.time", SimpleNamespace(monotonic=lambda: now[0]))

    class Slow(Scripted):
        def run_cell(self, source: str, seconds: float) -> list[dict[str, object]]:
            now[0] += 0.4
            return super().run_cell(source, seconds)

    warm: Any = SimpleNamespace(student=lambda: Slow(""))
    graded = grade(warm, "a", after="b", limits=replace(LIMITS, notebook_seconds=1))
    assert results(graded) == [("killed", 0), ("timeout", 0)]
    graded = grade(warm, "a", after="b", limits=replace(LIMITS, notebook_seconds=1.3))
    assert results(graded) == [("killed", 0), ("killed", 0)]


def asserts(warm: Warm, *cells: str, limits: Limits = LIMITS) -> Graded:
    """Grade a notebook in which the cells that begin with `assert` are graded ones of 2 points."""
    notebook = nbformat.v4.new_notebook(cells=[code(source) for source in cells])
    for i, cell in enumerate(notebook.cells):
        if cell.source.startswith("assert"):
            cell.metadata = graded_cell(f"cell-{i}", 2).metadata
    graded = grade_notebook(notebook, "ps", frozenset(), {}, warm, SEED, limits)
    nbformat.validate(graded.notebook)
    return graded


@pytest.mark.parametrize("status", LOST)
def test_asserts_after_a_loss(warm: Warm, status: str) -> None:
    """Do later asserts see what earlier cells did, graded ones too, when one ended the process?"""
    source, reason = LOST[status]
    graded = asserts(
        warm, "x = 1", "assert x == 1; x = 2", f"assert x == 2\n{source}", "assert x == 2", "x"
    )
    assert results(graded) == [("passed", 2), (status, 0), ("passed", 2)]
    assert graded.verdicts[1].message == (
        f"Your code {reason} while it was checked, so this exercise has no points.\n"
        "The other exercises were graded as usual."
    )
    assert graded.notebook.cells[-1].outputs[0].data["text/plain"] == "2"


def test_time_of_asserts(warm: Warm) -> None:
    """Have asserts the time of an exercise, also where they run again, and not that of a cell?"""
    limits = replace(LIMITS, cell_seconds=0.5, exercise_seconds=5)
    waits = "assert not __import__('time').sleep(1)"
    graded = asserts(warm, waits, "assert __import__('os')._exit(0)", "assert 1", limits=limits)
    assert results(graded) == [("passed", 2), ("killed", 0), ("passed", 2)]


def test_too_much_output_of_asserts(warm: Warm) -> None:
    """Are the points there, and the outputs dropped, when a notebook puts out too much?"""
    limits = replace(LIMITS, notebook_output_bytes=500)
    graded = asserts(warm, "assert not print('x' * 1000)\n0.5", "assert 1", limits=limits)
    assert results(graded) == [("partial", 0.5), ("passed", 2)]
    for cell, points in zip(graded.notebook.cells, (0.5, 2), strict=True):
        assert determine_grade(cell)[0] == points
        assert "dropped" in cell.outputs[-1].text


def test_table_of_asserts() -> None:
    """Does the table end with the cells that asserts decided?"""
    verdicts = [
        Verdict("a", 2, 2, "passed", ""),
        Verdict("b", 0, 2, "failed", "AssertionError: no\n  assert f(1)", asserts=True),
        Verdict("c", 2, 2, "passed", "", asserts=True),
    ]
    assert table(verdicts).splitlines()[2:] == [
        "b      0 / 2   failed  AssertionError: no",
        "                         assert f(1)",
        "c      2 / 2   passed",
        "",
        "graded by asserts in the student's own process, which can be fooled: b, c",
    ]


def test_cell_with_an_error(warm: Warm) -> None:
    """Is an exception in a cell kept as its output, and the next cell run?"""
    graded = grade(warm, DOUBLE, "1 / 0", NEGATE)
    assert graded.score == 4
    assert graded.notebook.cells[1].outputs[0].ename == "ZeroDivisionError"


def test_noise(warm: Warm) -> None:
    """Do prints, warnings, errors and results of a student's leave the marks as they are?"""
    noisy = (
        "import sys, warnings\ndef double(x):\n    print('double'); warnings.warn('no')\n"
        "    print('oh', file=sys.stderr)\n    return 2 * x\n100.0"
    )
    assert grade(warm, noisy, NEGATE).score == 4


def test_display_that_a_later_cell_updates(warm: Warm) -> None:
    """Does an earlier cell show, as in Jupyter, what a later one updates, and that one nothing?"""
    first, later = "bar = display('0 %', display_id=True)", "bar.update('100 %')"
    notebook = grade(warm, first, later, DOUBLE, NEGATE).notebook
    (output,) = notebook.cells[0].outputs
    assert output.data == {"text/plain": "'100 %'"}
    assert notebook.cells[1].outputs == []


def test_cell_that_a_module_is_missing_for(warm: Warm) -> None:
    """Is it said which module is missing: in the message, the table, the CSV and the remarks?"""
    graded = grade(warm, f"import sklearn\n{DOUBLE}", NEGATE)
    assert results(graded) == [("missing", 0), ("passed", 1)]
    error = "ModuleNotFoundError: No module named 'sklearn'"
    assert f"Its cell ended in an error: {error}\n" in graded.verdicts[0].message
    assert error in table(graded.verdicts)
    assert csv_of({"ada": graded.verdicts}).splitlines()[1] == (
        f"ada,double,0.0,3.0,missing,Its cell ended in an error: {error},,check"
    )
    assert graded.remarks == (f"cell number 1: {error}",)


def test_syntax_error_is_quoted(warm: Warm) -> None:
    """Is the error quoted that kept a cell from running at all?"""
    message = grade(warm, "def double(x)\n    return 2 * x", NEGATE).verdicts[0].message
    assert (
        "Its cell ended in an error: SyntaxError: expected ':' (line 1: def double(x))\n" in message
    )


def test_remark_on_a_cell(warm: Warm) -> None:
    """Does a cell with a remark show it below its outputs, and the table too?"""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [code("print(1)"), graded_cell("double", 3)]
    for cell in notebook.cells:
        cell.metadata.remark = "It was changed. Look."
    graded = grade_notebook(notebook, "ps", frozenset({"double"}), CHECKS, warm, SEED, LIMITS)
    assert graded.remarks == ("cell number 1: It was changed", "cell double: It was changed")
    for cell in graded.notebook.cells:
        assert cell.outputs[-1].data == {"text/plain": "It was changed. Look."}
        assert "remark" not in cell.metadata
    assert determine_grade(graded.notebook.cells[1]) == (0, 3)


def test_order(warm: Warm) -> None:
    """Does a check see what the cells above define, and not what comes below?"""
    graded = grade(warm, NEGATE, after="def negate(x): return x\n" + DOUBLE)
    assert results(graded) == [("missing", 0), ("failed", 0)]


def test_same_seed(warm: Warm) -> None:
    """Does a submission get the same verdicts when it is graded again?"""
    source = "import numpy as np\ndef double(x): return 2 * x if np.sum(x) > 0 else x"
    assert grade(warm, source).verdicts == grade(warm, source).verdicts


@pytest.mark.parametrize(("points", "full"), [(0, 3), (3, 3), (1.33, 4), (0.1, 0.3), (0, 0)])
def test_nbgrader_reads_the_points(points: float, full: float) -> None:
    """Does nbgrader find exactly the points of the verdict in a graded cell's outputs?"""
    cell = graded_cell("double", full)
    cell.outputs = outputs(Verdict("double", points, full, "partial", "WRONG  100.0\n5.0"))
    assert determine_grade(cell) == (points, full)
    nbformat.v4.nbbase.validate(cell, "code_cell")


def test_verdict_in_outputs() -> None:
    """Can a verdict be read back from the graded cell, and not from a student's cell?"""
    verdict = Verdict("double", 1.5, 3, "partial", "a\nb", ("eps-missing",))
    cell = code("")
    assert verdict_of(cell) is None
    cell.outputs = json.loads(json.dumps(outputs(verdict)))
    cell = nbformat.from_dict(cell)
    assert verdict_of(cell) is None
    cell.metadata = graded_cell("double", 3).metadata
    assert verdict_of(cell) == verdict


def test_report_in_html() -> None:
    """Is the report readable HTML, in which text of a student's stays text?"""
    both = side_by_side(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    told = Message(
        named=(Named("Mistake: <b> (not-centred).", "Why & how.", "the-mean", "not-centred"),),
        example=Example("b", ("x = 1", "f(x < 2)"), ("f(x < 2)",), ('raised <i>: "&"',), both),
        rest=("ok     a <u>",),
    )
    verdict = Verdict("double", 1.5, 3, "partial", told.text(), told=told)
    html = outputs(verdict, "https://example.org/book/")[0].data["text/html"]
    section = "https://example.org/book/chapters/03_how_it_works/forward.html#the-mean"
    mistake = "https://example.org/book/mistakes.html#not-centred"
    wrong = "text-align: right; background-color: #fdd; color: #000; font-weight: bold;"
    assert html == (
        "<p><strong>double: partly right, 1.5 / 3 points</strong></p>\n"
        f'<p><strong>Mistake: &lt;b&gt; (<a href="{mistake}">not-centred</a>).'
        "</strong><br>Why &amp; how.<br>"
        f'Read: <a href="{section}">“The mean”</a> in the book</p>\n'
        "<p>WRONG: b</p>\n"
        "<pre><code>x = 1\nf(x &lt; 2)</code></pre>\n"
        "<p>raised &lt;i&gt;: &quot;&amp;&quot;</p>\n"
        '<table><tbody><tr><th></th><th colspan="2">got</th><th></th><th colspan="2">expected</th>'
        '</tr><tr><th></th><td style="text-align: right;">1</td>'
        f'<td style="{wrong}">2</td><td></td>'
        '<td style="text-align: right;">1</td><td style="text-align: right;">3</td></tr>'
        "</tbody></table>\n"
        "<details><summary>The other parts</summary>"
        '<pre style="white-space: pre-wrap;">ok     a &lt;u&gt;</pre></details>'
    )
    assert clean(html) == html


def test_report_without_a_check_in_html() -> None:
    """Is what no check made shown as paragraphs, in which text of a student's stays text?"""
    html = outputs(Verdict("double", 0, 3, "killed", "It ended <b>.\nAll\n\nelse"))[0].data
    assert html["text/html"] == (
        "<p><strong>double: was stopped, 0 / 3 points</strong></p>\n"
        "<p>It ended &lt;b&gt;.<br>All</p>\n<p>else</p>"
    )


def test_no_book_no_link() -> None:
    """Is there no link where the book has no address?"""
    told = Message(read="the-mean", rest=("ok     a",))
    assert "<a " not in told.html("title")
    assert "“The mean” in the book, chapters/" in told.html("title")
    named = Message(named=(Named("Mistake: b (b).", "Why.", "the-mean", "b"),))
    assert "<a " not in named.html("title")
    other = Message(named=(Named("Mistake: b (b).", "Why.", "Page 3 of the notes", "b"),))
    assert "<a " not in other.html("title", "https://example.org/book")


def test_table() -> None:
    """Does the table say what is wrong first, and name the mistakes, or else the reason?"""
    verdicts = [
        Verdict("batch_mean", 2, 2, "passed", "ok     fine"),
        Verdict(
            "forward", 1.5, 7, "partial", "ok     a\nWRONG  b\n       c", ("eps-missing", "own")
        ),
        Verdict("normalize", 0, 4, "killed", "Your code exited.\nmore"),
        Verdict("shift", 0, 1, "error", "WRONG  b\n       f(x)\n       raised E\nok     a\n\nRead"),
        Verdict("last", 0, 4, "missing", "WRONG  a"),
    ]
    assert table(verdicts) == (
        "check       points   status\n"
        "batch_mean  2 / 2    passed\n"
        "forward     1.5 / 7  partial  WRONG  b\n"
        "                              mistake: eps is not used\n"
        "                              mistake: own\n"
        "normalize   0 / 4    killed   Your code exited.\n"
        "shift       0 / 1    error    WRONG  b\n"
        "                                     f(x)\n"
        "                                     raised E\n"
        "last        0 / 4    missing"
    )


# The command


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with the first problem set; the tests run in its folder."""
    root = tmp_path / "course"
    root.mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "solutions" / "ps1_standardize", root / "solutions" / "ps1_standardize")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def solved(course: Path) -> dict[str, Any]:
    """The master of the first problem set, as JSON."""
    path = course / "solutions" / "ps1_standardize" / "ps1_standardize.ipynb"
    notebook: dict[str, Any] = json.loads(path.read_text())
    return notebook


def test_grade_command(
    course: Path, solved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Does `grader grade` print the marks and write them as JSON, mistakes by name?"""
    for cell in solved["cells"]:
        source = "".join(cell["source"])
        cell["source"] = source.replace("np.sqrt(variance + eps)", "(np.sqrt(variance) + eps)")
    (course / "mine.ipynb").write_text(json.dumps(solved))
    assert main(["grade", "mine.ipynb", "--json", "marks.json"]) == 0
    out = capsys.readouterr().out
    assert f"of {FULL:g} points; 4 more are marked by hand" in out
    assert "mistake: eps is added outside the square root" in out
    marks = json.loads((course / "marks.json").read_text())
    assert list(marks) == ["assignment", "score", "max_score", "checks"]
    assert (marks["assignment"], marks["max_score"]) == ("ps1_standardize", FULL)
    found = {check["id"]: check for check in marks["checks"]}
    keys = ["id", "points", "max_points", "status", "message", "diagnosis"]
    assert [list(check) for check in marks["checks"]] == [keys] * len(load("ps1_standardize"))
    assert found["batch_mean"]["status"] == "passed"
    assert found["normalize"]["diagnosis"] == ["eps-outside-sqrt"]
    assert marks["score"] == sum(check["points"] for check in marks["checks"])


def test_blank_notebook(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Does the notebook as it is handed out get 0 points, each exercise missing?"""
    shutil.copy(ROOT / "exercises/ps1_standardize/ps1_standardize.ipynb", course / "blank.ipynb")
    assert main(["grade", "blank.ipynb"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == f"ps1_standardize: 0 of {FULL:g} points; 4 more are marked by hand"
    assert sum(line.endswith("  missing") for line in lines) == len(load("ps1_standardize"))
    assert err == ""


def _reordered(notebook: dict[str, Any]) -> None:
    notebook["cells"].reverse()


def _deleted(notebook: dict[str, Any]) -> None:
    notebook["cells"] = [c for c in notebook["cells"] if "check(" not in "".join(c["source"])]


def _duplicated(notebook: dict[str, Any]) -> None:
    notebook["cells"] += copy.deepcopy(notebook["cells"])


def _retyped(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["cell_type"] = "raw"


def _stuffed(notebook: dict[str, Any]) -> None:
    text = {"output_type": "stream", "name": "stdout", "text": "x" * 100_000_000}
    notebook["cells"][1]["outputs"] = [text]


def _forged(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["metadata"].get("nbgrader", {}).update(points=1000, schema_version=1, locked=None)


MENDED = {
    "reordered": _reordered,
    "graded cells deleted": _deleted,
    "duplicated": _duplicated,
    "retyped": _retyped,
    "100 MB of outputs": _stuffed,
    "forged points": _forged,
}


@pytest.mark.parametrize("change", MENDED.values(), ids=MENDED)
def test_mended(
    course: Path, solved: dict[str, Any], change: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does right code get full points, whatever happened to the notebook around it?"""
    change(solved)
    (course / "mine.ipynb").write_text(json.dumps(solved))
    assert main(["grade", "mine.ipynb"]) == 0
    assert capsys.readouterr().out.startswith(f"ps1_standardize: {FULL:g} of {FULL:g} points;")


def _notebook(*cells: dict[str, Any]) -> str:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


FOREIGN = _notebook({"cell_type": "code", "source": "1", "metadata": {}, "outputs": []})
BAD = {
    "no such file": (None, "mine.ipynb: there is no such file."),
    "not JSON": ("hello", "mine.ipynb is not JSON, which a notebook is: line 1"),
    "cut off": (FOREIGN[:-20], "mine.ipynb is cut off or not JSON"),
    "not a notebook": ("[1]", "mine.ipynb is not a notebook: it has no cells."),
    "nbformat 3": (
        '{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}',
        "mine.ipynb has no graded cells of this course.",
    ),
    "no graded cells": (FOREIGN, "mine.ipynb has no graded cells of this course."),
}


@pytest.mark.parametrize(("text", "says"), BAD.values(), ids=BAD)
def test_bad_input(
    course: Path, text: str | None, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does bad input give exit status 2 and one message, and nothing on stdout?"""
    if text is not None:
        (course / "mine.ipynb").write_text(text)
    assert main(["grade", "mine.ipynb"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"grader: {says}")
    assert len(err.splitlines()) == 1


def test_other_masters_are_wrong(
    course: Path, solved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Is a notebook graded where masters of other sets are in R or broken, and theirs told?"""
    cells = [{**cell, "id": f"r{i}"} for i, cell in enumerate(solved["cells"])]
    for i, cell in enumerate(cells):
        cell["metadata"] = {"nbgrader": {"grade_id": f"r{i}", "schema_version": 3}}
    kernel = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}
    in_r = json.dumps({**solved, "cells": cells, "metadata": kernel})
    for name, text in (("a", in_r), ("z", "{")):
        (course / "solutions" / name).mkdir()
        (course / "solutions" / name / f"{name}.ipynb").write_text(text)
    assert main(["grade", "solutions/ps1_standardize/ps1_standardize.ipynb"]) == 0
    assert "20 of 20 points" in capsys.readouterr().out
    for text, says in ((in_r, "is a notebook in R"), (FOREIGN, "no graded cells of this course")):
        (course / "mine.ipynb").write_text(text)
        assert main(["grade", "mine.ipynb"]) == 2
        assert says in capsys.readouterr().err


def test_bad_arguments(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Do a foreign notebook, an unknown set and unusable folders say what to do?"""
    (course / "mine.ipynb").write_text(FOREIGN)
    for arguments, says in (
        (["--assignment", "ps1_standardize"], "mine.ipynb: this notebook is not ps1_standardize"),
        (["--assignment", "ps0"], "there is no problem set 'ps0'; there are: ps1_standardize"),
        (["--course", "/"], "/ is not a course: it has no nbgrader_config.py"),
    ):
        assert main(["grade", "mine.ipynb", *arguments]) == 2
        assert capsys.readouterr().err.startswith(f"grader: {says}")


def test_outside_a_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does the command say how to name the course when it is called elsewhere?"""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.ipynb").write_text(FOREIGN)
    assert main(["grade", "mine.ipynb"]) == 2
    assert "is not in a course" in capsys.readouterr().err


def test_json_that_cannot_be_written(
    course: Path, solved: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Does a file that cannot be written give a message, after the table?"""
    (course / "mine.ipynb").write_text(json.dumps(solved))
    assert main(["grade", "mine.ipynb", "--json", "no/folder.json"]) == 2
    out, err = capsys.readouterr()
    assert out.startswith(f"ps1_standardize: {FULL:g} of {FULL:g}")
    assert err == "grader: no/folder.json cannot be written: No such file or directory.\n"


def test_not_protected(
    course: Path,
    solved: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Does grading refuse where a protection is missing, with exit status 3 and the reason?"""

    def refuse(*_: object) -> None:
        raise Unprotected("files: this kernel has no Landlock")

    monkeypatch.setattr(Warm, "__enter__", refuse)
    (course / "mine.ipynb").write_text(json.dumps(solved))
    assert main(["grade", "mine.ipynb"]) == 3
    assert capsys.readouterr().err == (
        "grader: files: this kernel has no Landlock\n"
        "`grader doctor` lists what is missing; --unsafe grades without it.\n"
    )


def test_stopped(
    course: Path,
    solved: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Does Ctrl-C end a grading with exit status 130 and a line, not with a traceback?"""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Warm, "__enter__", interrupt)
    (course / "mine.ipynb").write_text(json.dumps(solved))
    assert main(["grade", "mine.ipynb"]) == 130
    assert capsys.readouterr() == ("", "grader: stopped\n")


def test_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    """Does `grader doctor` list the protections, and its exit status tell whether all are there?"""
    status = main(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 3
    assert status == (3 if any(" NO " in line for line in lines) else 0)


# The course


def test_seed(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is the seed the same again, another one for another set or secret, and the file private?"""
    monkeypatch.delenv("GRADER_SECRET", raising=False)
    seed = Course.at(course).seed("ps1")
    assert Course.at(course).seed("ps1") == seed
    assert Course.at(course).seed("ps2") != seed
    assert (course / ".grader-secret").stat().st_mode & 0o777 == 0o600
    assert list(course.glob(".grader-secret?*")) == []
    monkeypatch.setenv("GRADER_SECRET", "another")
    assert Course.at(course).seed("ps1") != seed


def test_two_first_gradings(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has a grading the secret of another that made one at the same time, and was first?"""

    def meanwhile(_: int) -> str:
        (course / ".grader-secret").write_text("the first")
        return "the second"

    monkeypatch.delenv("GRADER_SECRET", raising=False)
    monkeypatch.setattr("secrets.token_hex", meanwhile)
    seed = Course.at(course).seed("ps1")
    assert [path.name for path in course.glob(".grader-secret*")] == [".grader-secret"]
    monkeypatch.setenv("GRADER_SECRET", "the first")
    assert Course.at(course).seed("ps1") == seed


def test_limits(course: Path) -> None:
    """Are limits taken from the configuration, for all sets and for one, and unknown ones told?"""
    config = course / "nbgrader_config.py"
    text = config.read_text()
    config.write_text(
        text + 'c.Course.limits = {"*": {"threads": 3}, "a": {"cell_seconds": 5}, "b": {"x": 1}}\n'
    )
    found = Course.at(course)
    assert found.limits_of("a") == Limits(threads=3, cell_seconds=5)
    assert found.limits_of("c") == Limits(threads=3)
    with pytest.raises(CourseError, match=r"c\.Course\.limits: x is not a limit; .*cell_seconds"):
        found.limits_of("b")


NO_LIMITS = {
    "no limits": ('c.Course.limits = {"*": 5}', "TraitError"),
    "a text": (
        'c.Course.limits = {"*": {"cell_seconds": "2"}}',
        "cell_seconds is '2', not a number",
    ),
    "below 0": (
        'c.Course.limits = {"*": {"cell_seconds": -2}}',
        "cell_seconds is -2, not a number",
    ),
    "yes": ('c.Course.limits = {"*": {"threads": True}}', "threads is True, not a number above 0"),
    "not installed": ('c.Course.preload = {"*": ["nosuch.x"]}', "there is no module nosuch.x here"),
    "limits of no set": (
        'c.Course.limits = {"ps1_standardise": {"cell_seconds": 60}}',
        "c.Course.limits: there is no problem set 'ps1_standardise'; there are: *, ps1_standardize",
    ),
    "modules of no set": (
        'c.Course.preload = {"ps1": ["torch"]}',
        "c.Course.preload: there is no problem set 'ps1'; there are: *, ps1_standardize",
    ),
    "one module": ('c.Course.preload = {"*": "torch"}', "TraitError"),
}


@pytest.mark.parametrize(("text", "says"), NO_LIMITS.values(), ids=NO_LIMITS)
def test_wrong_limits(
    course: Path, text: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is it told what is no limit or module, instead of that a class loses its points?"""
    config = course / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}{text}\n")
    assert main(["grade", "solutions/ps1_standardize/ps1_standardize.ipynb"]) == 2
    assert says in capsys.readouterr().err


def test_bytes_are_whole(course: Path) -> None:
    """May a limit in bytes be written as a power of ten?"""
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + 'c.Course.limits = {"*": {"memory_bytes": 4e9}}\n')
    assert repr(Course.at(course).limits_of("a").memory_bytes) == "4000000000"


CONFIGS = {
    "not Python": ("c.(", "SyntaxError"),
    "fails": ("1 / 0", "ZeroDivisionError: division by zero"),
    "wrong type": ("c.Course.limits = 5", "TraitError"),
}


@pytest.mark.parametrize(("text", "says"), CONFIGS.values(), ids=CONFIGS)
def test_wrong_configuration(
    course: Path, text: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does a configuration that cannot be used say which file it is and why?"""
    (course / "nbgrader_config.py").write_text(f"c = get_config()\n{text}\n")
    (course / "mine.ipynb").write_text(FOREIGN)
    assert main(["grade", "mine.ipynb"]) == 2
    err = capsys.readouterr().err
    assert f"{course / 'nbgrader_config.py'} cannot be used: {says}" in err


def test_checks_of_a_set(course: Path) -> None:
    """Is it told when a graded cell calls a check that is not there, and would then do nothing?"""
    found = Course.at(course)
    master = found.master("ps1_standardize")
    graded = [id for id, cell in master.cells.items() if is_autograded(cell)]
    assert list(found.load_checks(master)) == graded
    cells = {**master.cells, "other": master.cells["forward"]}
    with pytest.raises(CourseError, match="no check for the graded cells other"):
        found.load_checks(replace(master, cells=cells))


CALLS = {
    "asserts": ("assert f()", []),
    "a function of theirs": ("check(f)", []),
    "ours": ("from grader import check\ncheck('own')", ["own"]),
    "ours by another name": ("from grader import check as verify\nverify('own')", ["own"]),
    "ours in its module": ("import grader as g\ng.check('own')", ["own"]),
}


@pytest.mark.parametrize(("source", "missing"), CALLS.values(), ids=CALLS)
def test_calls_check(tmp_path: Path, source: str, missing: list[str]) -> None:
    """Are asserts of a set that has no checks all right, and calls of checks that it lacks not?"""
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    (tmp_path / "source" / "hw").mkdir(parents=True)
    cell = graded_cell("own", 1)
    cell.source = source
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "source" / "hw" / "a.ipynb")
    found = Course.at(tmp_path)
    [master] = found.masters_of("hw").values()
    if missing:
        with pytest.raises(CourseError, match="hw: no check for the graded cells own"):
            found.load_checks(master)
    else:
        assert found.load_checks(master) == {}


def test_check_of_no_cell(course: Path, solved: dict[str, Any]) -> None:
    """Is a check told whose id is mistyped, and not its cell taken for one of asserts?"""
    path = course / "solutions" / "ps1_standardize" / "ps1_standardize.ipynb"
    [forward] = (cell for cell in solved["cells"] if cell["id"] == "forward")
    solved["cells"].remove(forward)
    path.write_text(json.dumps(solved))
    found = Course.at(course)
    # an exercise that a course leaves out
    assert "forward" in found.load_checks(found.master("ps1_standardize"))
    forward["metadata"]["nbgrader"]["grade_id"] = "forwards"
    forward["source"] = "assert True"
    solved["cells"].append(forward)
    path.write_text(json.dumps(solved))
    with pytest.raises(CourseError, match="for the checks forward, and no check for forwards: a"):
        found.load_checks(found.master("ps1_standardize"))


def test_no_such_package(course: Path) -> None:
    """Is a package of checks that is not there told, and not taken for one without checks?"""
    found = Course.at(course)
    found.checks = "no_such_package"
    with pytest.raises(CourseError, match="no_such_package"):
        found.load_checks(found.master("ps1_standardize"))
