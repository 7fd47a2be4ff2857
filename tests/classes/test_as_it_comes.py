"""nbgrader's own course, and one of every kind of graded cell, graded as they come.

The first are the master and the submissions of nbgrader's documentation, which it installs.
"""

import json
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde

from grader.classes.classroom import Classroom
from grader.cli import main
from grader.notebooks.course import Course
from grader.sandbox.process import Limits

DOCUMENTED = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "course101"
c.IncludeHeaderFooter.header = "source/header.ipynb"
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "harmless"
"""
TWO_LINES = """
from grader.notebooks.configure import configure
configure(c)
"""
SETS = ("ps1", "kinds")
ANSWER = """\
%matplotlib inline
import sys, warnings
count = 0
def noisy():
    print("x" * 300_000)
    return 1.5
"""
GRADED = {  # all are for 2 points
    "passes": "assert noisy() == 1.5",
    "fails": "assert noisy() == 2, 'not 2'",
    "half": "0.5",
    "half, after much output": "noisy()",
    "nothing": "0",
    "all": "2",
    "a text": "'all right'",
    "a list": "[1]",
    "negative": "-1",
    "nan": "float('nan')",
    "displayed only": "display(0.5)",
    "not shown": "0.5;",
    "warns": "warnings.warn('careful')\n0.5",
    "warns after much output": "noisy()\nprint('careful', file=sys.stderr)",
    "warns, but it is ignored": "print('harmless', file=sys.stderr)\n0.5",
    "prints": "print('0.5')",
    "no Python": "assert (",
    "a stub": "raise NotImplementedError()",
    "an own error": "class Wrong(Exception): pass\nraise Wrong('no')",
    "changes the state": "count += 1\nassert count == 1",
    "sees the state": "assert count == 1",
    "waits": "import asyncio\nawait asyncio.sleep(0)\n1.0",
    "a magic": "%time x = 1\nassert x == 1",
    "is told that it is graded": "import os\nassert 'NBGRADER_EXECUTION' in os.environ",
    "": "",
}


def cell(kind: str, source: str, grade_id: str, **flags: object) -> nbformat.NotebookNode:
    """A cell of a master as it was before nbformat 4.5: it has no id."""
    made = nbformat.v4.new_code_cell(source) if kind == "code" else nbformat.v4.new_markdown_cell()
    made.source = source
    del made["id"]
    base = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    made.metadata.nbgrader = base | flags | {"grade_id": grade_id}
    return made


def of_every_kind() -> nbformat.NotebookNode:
    """A master with every kind of graded cell, among them two that a person marks."""
    cells = [cell("code", ANSWER, "answer", solution=True)]
    for i, source in enumerate(GRADED.values()):
        cells.append(cell("code", source, f"cell-{i}", grade=True, locked=True, points=2))
    cells.append(cell("code", "written = 1", "blank", grade=True, solution=True, points=3))
    cells.append(cell("code", "written = 2", "by-hand", grade=True, solution=True, points=3))
    cells.append(cell("markdown", "A task", "task", task=True, locked=True, points=4))
    made = nbformat.v4.new_notebook(cells=cells, nbformat_minor=0)
    made.metadata.kernelspec = {"name": "python3", "display_name": "P", "language": "python"}
    return made


def new_course(root: Path, config: str) -> Path:
    """The course, released, with what was handed in."""
    shutil.copytree(DOCUMENTED / "source", root / "source")
    shutil.rmtree(root / "source" / "ps1_autotest")
    shutil.copytree(DOCUMENTED / "submitted", root / "submitted")
    (root / "source" / "kinds").mkdir()
    nbformat.write(of_every_kind(), root / "source" / "kinds" / "any name.ipynb")
    (root / "nbgrader_config.py").write_text(config)
    classroom = Classroom(Course.at(root))
    for name in SETS:
        classroom.release(name)
    handed_in = nbformat.read(root / "release" / "kinds" / "any name.ipynb", as_version=4)
    for one in handed_in.cells:
        if one.metadata.get("nbgrader", {}).get("grade_id") in ("answer", "by-hand"):
            one.source = ANSWER
    (root / "submitted" / "hacker" / "kinds").mkdir()
    nbformat.write(handed_in, root / "submitted" / "hacker" / "kinds" / "any name.ipynb")
    return root


def marks(root: Path, assignment: str) -> dict[tuple[str, ...], Any]:
    """Every score and comment in the gradebook."""
    found: dict[tuple[str, ...], Any] = {}
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        for notebook in (n for s in book.assignment_submissions(assignment) for n in s.notebooks):
            for row in notebook.grades:
                scores = (row.auto_score, row.manual_score, row.max_score, row.needs_manual_grade)
                found[notebook.student.id, notebook.name, row.name] = scores
            for row in notebook.comments:
                comments = (row.auto_comment, row.manual_comment)
                found[notebook.student.id, notebook.name, row.name, "comment"] = comments
    return found


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course with two more lines in its configuration, not graded yet."""
    return new_course(tmp_path_factory.mktemp("released") / "course", STOCK + TWO_LINES)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory, released: Path) -> Path:
    """The same without these lines, as nbgrader alone grades it, in kernels."""
    root = new_course(tmp_path_factory.mktemp("stock") / "course", STOCK)
    for name in SETS:
        Classroom(Course.at(root)).run(Autograde, name, "*", force=False)
    return root


@pytest.fixture(scope="module")
def ours(released: Path) -> Path:
    """The course as `grader autograde` grades it; what it prints is in SET.txt."""
    root = shutil.copytree(released, released.with_name("ours"))
    for name in SETS:
        with (root / f"{name}.txt").open("w") as file, redirect_stdout(file):
            assert main(["autograde", name, "--course", str(root)]) == 0
    return root


@pytest.mark.parametrize("name", SETS)
def test_marks(stock: Path, ours: Path, name: str) -> None:
    """Does `grader autograde` enter the marks and comments of `nbgrader autograde`, each cell's?"""
    expected = marks(stock, name)
    assert len(expected) == {"ps1": 32, "kinds": len(GRADED) + 7}[name]
    assert marks(ours, name) == expected


def test_marks_by_nbgrader(stock: Path, released: Path, tmp_path: Path) -> None:
    """Does nbgrader's own command, with the two lines, give them too?"""
    root = shutil.copytree(released, tmp_path / "course")
    for name in SETS:
        command = [sys.executable, "-m", "nbgrader", "autograde", name]
        subprocess.run(command, cwd=root, capture_output=True, check=True)
        assert marks(root, name) == marks(stock, name)


def test_one_notebook_missing(released: Path, tmp_path: Path) -> None:
    """Does of two notebooks only the one that was not handed in wait for a person?"""
    root = shutil.copytree(released, tmp_path / "course")
    (root / "submitted" / "hacker" / "ps1" / "problem2.ipynb").unlink()
    command = ["autograde", "ps1", "--students", "hacker", "--jobs", "1", "--course", str(root)]
    assert main(command) == 1
    with Gradebook(Classroom(Course.at(root)).folder.db_url, "") as book:
        first, second = sorted(
            book.find_submission("ps1", "hacker").notebooks, key=lambda found: found.name
        )
        waiting = [grade.name for grade in first.grades if grade.needs_manual_grade]
        assert set(waiting).isdisjoint({"correct_squares", "squares_invalid_input"})
        assert all(grade.needs_manual_grade for grade in second.grades)


QUICKSTART = """\
student    points
bitdiddle  1.5 / 3  failed: correct_squares, correct_sum_of_squares
hacker     3 / 3

answers to be marked by hand: 9

graded by asserts in the student's own process, which can be fooled: \
correct_squares, squares_invalid_input, correct_sum_of_squares, sum_of_squares_uses_squares
"""


def test_table(ours: Path) -> None:
    """Does the table say which cells were graded by asserts, which can be fooled?"""
    assert (ours / "ps1.txt").read_text() == QUICKSTART


def test_verdicts(ours: Path) -> None:
    """Has each kind of cell its status, and do the verdicts have the gradebook's points?"""
    found = {v.id: v for v in Classroom(Course.at(ours)).verdicts("kinds", "hacker")}
    statuses = {source: found[f"cell-{i}"].status for i, source in enumerate(GRADED)}
    others = {
        "fails": "failed",
        "half": "partial",
        "half, after much output": "partial",
        "nothing": "failed",
        "warns": "failed",
        "warns after much output": "failed",
        "warns, but it is ignored": "partial",
        "no Python": "error",
        "a stub": "missing",
        "an own error": "error",
        "waits": "partial",
    }
    assert statuses == dict.fromkeys(GRADED, "passed") | others
    scores = marks(ours, "kinds")
    for id, verdict in found.items():
        assert scores["hacker", "any name", id][0] == verdict.points


def test_messages(ours: Path) -> None:
    """Does a message say what went wrong and in which line, without the grader's own folders?"""
    found = {v.id: v.message for v in Classroom(Course.at(ours)).verdicts("kinds", "hacker")}
    said = {source: found[f"cell-{i}"] for i, source in enumerate(GRADED)}
    assert said["fails"] == "AssertionError: not 2\n  assert noisy() == 2, 'not 2'"
    assert said["an own error"] == "Wrong: no\n  raise Wrong('no')"
    assert said["a stub"] == "NotImplementedError\n  raise NotImplementedError()"
    assert said["warns after much output"] == (
        "Nothing may be written to stderr here, and this was:\n  careful"
    )
    assert said["passes"] == ""
    assert not any(str(Path(nbformat.__file__).parents[1]) in text for text in found.values())


def test_fresh(ours: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is what was graded not graded again, and the table the same?"""
    path = ours / "autograded" / "hacker" / "ps1" / "problem1.ipynb"
    before = path.stat()
    assert main(["autograde", "ps1", "--course", str(ours)]) == 0
    assert capsys.readouterr().out == QUICKSTART
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_feedback(ours: Path) -> None:
    """Does the feedback tell by what the cell was graded?"""
    Classroom(Course.at(ours)).feedback("ps1")
    html = (ours / "feedback" / "bitdiddle" / "ps1" / "problem1.html").read_text()
    page = BeautifulSoup(html, "html.parser").get_text()
    assert "correct_squares: not right yet, 0 / 1 points" in page
    assert "(graded by asserts in the student's own process, which can be fooled)" in page


def test_grade(ours: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Does `grader grade` find the notebook among those of all sets, and write its JSON?"""
    notebook = ours / "submitted" / "bitdiddle" / "ps1" / "problem1.ipynb"
    shutil.copy(notebook, tmp_path / "mine.ipynb")
    command = ["grade", str(tmp_path / "mine.ipynb"), "--course", str(ours)]
    assert main([*command, "--json", str(tmp_path / "marks.json")]) == 0
    assert capsys.readouterr().out.startswith("ps1: 1.5 of 3 points; 7 more are marked by hand\n")
    found = json.loads((tmp_path / "marks.json").read_text())
    assert (found["assignment"], found["score"], found["max_score"]) == ("ps1", 1.5, 3)
    assert found["checks"][0] == {
        "id": "correct_squares",
        "points": 0.0,
        "max_points": 1.0,
        "status": "failed",
        "message": "AssertionError\n  assert squares(1) == [1]",
        "diagnosis": [],
        "asserts": True,
    }


def test_tests_written_on_release(
    ours: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is a cell whose tests nbgrader writes on release not taken for one that asks nothing?"""
    root = tmp_path / "course"
    shutil.copytree(DOCUMENTED / "source" / "ps1_autotest", root / "source" / "ps1_autotest")
    (root / "nbgrader_config.py").write_text(f"c = get_config()\n{TWO_LINES}")
    notebook = root / "source" / "ps1_autotest" / "problem1.ipynb"
    assert main(["grade", str(notebook), "--course", str(root)]) == 2
    assert "nbgrader writes the tests of" in capsys.readouterr().err


def test_header(tmp_path: Path) -> None:
    """Is a course's header with a locked cell part of its master?"""
    root = tmp_path / "course"
    rules = cell("markdown", "Rules", "rules", locked=True)
    header = nbformat.v4.new_notebook(cells=[rules], nbformat_minor=0)
    shutil.copytree(DOCUMENTED / "source" / "ps1", root / "source" / "ps1")
    nbformat.write(header, root / "source" / "header.ipynb")
    (root / "nbgrader_config.py").write_text(STOCK + TWO_LINES)
    shutil.copytree(DOCUMENTED / "submitted" / "hacker", root / "submitted" / "hacker")
    assert main(["autograde", "ps1", "--course", str(root)]) == 0


def test_limits(tmp_path: Path) -> None:
    """Is nbgrader's own limit for a cell the grader's too, unless the course says otherwise?"""
    config = tmp_path / "nbgrader_config.py"
    config.write_text("c = get_config()\nc.ExecutePreprocessor.timeout = 90\n")
    assert Course.at(tmp_path).limits_of("a") == Limits(cell_seconds=90, exercise_seconds=90)
    with config.open("a") as file:
        file.write("c.Execute.timeout = 40\nc.Course.limits = {'a': {'cell_seconds': 5}}\n")
    assert Course.at(tmp_path).limits_of("a") == Limits(cell_seconds=5, exercise_seconds=40)
    with config.open("a") as file:
        file.write("c.Execute.timeout = None\n")
    assert Course.at(tmp_path).limits_of("b") == Limits()
