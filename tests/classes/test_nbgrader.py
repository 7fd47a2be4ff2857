"""nbgrader's own commands with this course's configuration."""

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from helpers import ROOT
from helpers.masters import points_of
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader import handlers

from grader.checking.load import load
from grader.classes.classroom import Classroom
from grader.classes.preprocessor import NameExercise
from grader.cli import main
from grader.notebooks.course import Course
from grader.sandbox.process import Unprotected

SET = "ps1_standardize"
FULL = points_of(SET)
WRITTEN = "undoing-the-normalisation"
MASTERS = sorted(path.parent.name for path in ROOT.glob("solutions/*/*.ipynb"))

SCRIPTS = """
<script>alert(1)</script> <img src=x onerror=alert(1)>
<svg onload=alert(1)><script>alert(1)</script>
<iframe src="javascript:alert(1)"></iframe> <a href="javascript:alert(1)">raw</a>
[link](javascript:alert(1)) <a href=" DATA:text/html,alert(1)">data</a>
<form action="x"><input></form>
![picture](attachment:a.png) ![elsewhere](https://example.org/spy.png)
<details><summary>s</summary>d</details>
<style>p { background: url(https://example.org/spy.png) }</style>
<p style="color: red; position: fixed">
<math><mtext></mtext></math> $a<b$ and `a<b`
"""
SHOWS = """
from IPython.display import HTML, SVG, Javascript, Markdown, display
display(HTML("<script>alert(1)</script>"), SVG("<svg onload='alert(1)'/>"), Javascript("alert(1)"))
display(Markdown("<img src=x onerror=alert(1)>"))
print("<script>alert(1)</script>")
class Own:
    def _repr_html_(self): return "<script>alert(1)</script>"
Own()
"""


def nbgrader(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=course, capture_output=True, text=True)


def new_course(root: Path) -> Path:
    root.mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "solutions" / SET, root / "solutions" / SET)
    return root


def hand_in(course: Path, student: str, text: str) -> None:
    path = course / "submitted" / student / SET / f"{SET}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(text)


def solved(*changes: tuple[str, str], extra: list[dict[str, Any]] | None = None) -> str:
    notebook = json.loads((ROOT / "solutions" / SET / f"{SET}.ipynb").read_text())
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        for old, new in changes:
            cell["source"] = cell["source"].replace(old, new)
    notebook["cells"] += extra or []
    return json.dumps(notebook)


def own_cells() -> list[dict[str, Any]]:
    picture = {"a.png": {"image/png": 'aGk=" onerror="alert(1)', "text/html": "<script>"}}
    base: dict[str, Any] = {"metadata": {}}
    return [
        {**base, "cell_type": "markdown", "source": SCRIPTS, "attachments": picture},
        {**base, "cell_type": "raw", "source": SCRIPTS, "metadata": {"raw_mimetype": "text/html"}},
        {**base, "cell_type": "code", "source": SHOWS, "outputs": [], "execution_count": None},
    ]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of five, graded with nbgrader's commands."""
    root = new_course(tmp_path_factory.mktemp("nbgrader") / "course")
    hand_in(root, "right", solved())
    wrong = ("np.sqrt(variance + eps)", "(np.sqrt(variance) + eps)")
    hand_in(root, "eps", solved(wrong))
    hand_in(root, "broken", solved().partition('"id"')[0])
    hand_in(root, "scripts", solved(("The layer can", f"{SCRIPTS}"), extra=own_cells()))
    shutil.copytree(ROOT / "exercises" / SET, root / "submitted" / "blank" / SET)
    for command in ("generate_assignment", "autograde", "generate_feedback"):
        done = nbgrader(root, command, SET)
        (root / f"{command}.log").write_text(done.stderr)
        assert done.returncode == (command == "autograde"), done.stderr
    assert nbgrader(root, "export").returncode == 0
    return root


def verdicts(course: Path, student: str) -> dict[str, Any]:
    found = Classroom(Course.at(course)).verdicts(SET, student)
    return {verdict.id: verdict for verdict in found}


def markdown(source: str) -> str:
    """Markdown as HTML."""
    html: str = MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(source)
    return html


def feedback(course: Path, student: str) -> BeautifulSoup:
    html = (course / "feedback" / student / SET / f"{SET}.html").read_text()
    return BeautifulSoup(html, "html.parser")


@pytest.mark.parametrize("student", ["right", "eps", "scripts", "blank"])
def test_gradebook(course: Path, student: str) -> None:
    """Does the gradebook hold the points of the verdicts, and ask for the written answer's?"""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "batchnorm") as gradebook:
        submission = gradebook.find_submission_notebook(SET, SET, student)
        points = {grade.name: grade.auto_score for grade in submission.grades}
        by_hand = [grade.name for grade in submission.grades if grade.needs_manual_grade]
    written = points.pop(WRITTEN)
    assert points == {id: verdict.points for id, verdict in verdicts(course, student).items()}
    assert list(points) == list(load(SET))
    if student == "blank":  # an answer that was not touched is no answer: nbgrader gives it 0
        assert (written, by_hand) == (0, [])
    else:
        assert (written, by_hand) == (None, [WRITTEN])


def test_broken_submission(course: Path) -> None:
    """Is a file that is no notebook told in the log, and not graded?"""
    log = (course / "autograde.log").read_text()
    assert f"submitted/broken/{SET}/{SET}.ipynb is cut off or not JSON" in log
    assert not (course / "autograded" / "broken").exists()
    assert log.count("There was an error processing assignment '") == 1


def test_export(course: Path) -> None:
    """Does grades.csv hold each student's points out of all points?"""
    with (course / "grades.csv").open() as file:
        marks = {
            row["student_id"]: (row["score"], row["max_score"]) for row in csv.DictReader(file)
        }
    assert marks["right"] == marks["scripts"] == (f"{FULL:.1f}", f"{FULL + 4:.1f}")
    assert marks["blank"] == ("0.0", f"{FULL + 4:.1f}")
    assert 0 < float(marks["eps"][0]) < FULL


def test_feedback_names_the_mistake(course: Path) -> None:
    """Does the student read which mistake it is, and where in the book to read?"""
    page = feedback(course, "eps").get_text()
    assert "Mistake: eps is added outside the square root (eps-outside-sqrt)." in page
    assert "Read: “Inside the root or outside?” in the book" in page
    assert "Mistake:" not in feedback(course, "right").get_text()


def test_feedback_shows_formulas_and_hints(course: Path) -> None:
    """Are formulas shown without a script, and are hints folded?"""
    page = feedback(course, "eps")
    assert [math["display"] for math in page.find_all("math")].count("block") >= 4
    hints = page.find_all("details")
    assert "Hint 1: the budget" in [hint.summary.get_text() for hint in hints if hint.summary]
    assert not any(hint.has_attr("open") for hint in hints)


def harmless(page: BeautifulSoup, template: BeautifulSoup) -> None:
    """Nothing that runs or loads but what the template has."""
    for tag in ("script", "iframe", "object", "embed", "form", "svg", "math", "style", "link"):
        assert list(map(str, page(tag))) == list(map(str, template(tag)))
    for element in page(True):
        for name, value in element.attrs.items():
            assert not name.startswith("on") or element in template(element.name)
            if name in ("href", "src", "action", "formaction", "srcdoc", "data"):
                assert re.match(
                    r"(https?:|#|data:image/png;base64,[\w+/=]*$|/|mailto:)", value
                ) or (element in template(element.name)), f"{name}={value}"
            if name == "style":
                assert "position" not in value or element in template(element.name)
    for picture in page("img"):
        assert picture.get("src", "data:").startswith("data:")


def test_feedback_runs_no_script(course: Path) -> None:
    """Is there nothing in the feedback that runs, but what nbgrader put there?"""
    page = feedback(course, "scripts")
    harmless(page, feedback(course, "right"))
    assert "<script>alert(1)</script>" in page.get_text()  # shown as text
    assert page.find("summary") is not None


def in_formgrader(course: Path, student: str) -> BeautifulSoup:
    """The page on which a person marks."""
    config = Course.at(course).config
    config.CourseDirectory.root = str(course)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    path = course / "autograded" / student / SET / f"{SET}.ipynb"
    resources = {"base_url": "", "index": 0, "total": 1, "submission_id": "1"}
    resources |= {"assignment_id": SET, "notebook_id": SET}
    html, _ = HTMLExporter(config=config).from_filename(str(path), resources=resources)
    return BeautifulSoup(html, "html.parser")


def test_formgrader_runs_no_script(course: Path) -> None:
    """Is there nothing on formgrader's page that runs, but what nbgrader put there?"""
    harmless(in_formgrader(course, "scripts"), in_formgrader(course, "right"))


def written(name: str) -> list[Any]:
    """The master's cells with written questions' answers."""
    cells = nbformat.read(ROOT / "solutions" / name / f"{name}.ipynb", as_version=4).cells
    marks = [(cell, cell.metadata.get("nbgrader", {})) for cell in cells]
    return [cell for cell, mark in marks if mark.get("grade") and cell.cell_type == "markdown"]


def test_marking_guide(course: Path) -> None:
    """Is the marking guide below the answer where a person marks, and nowhere in the feedback?"""
    [master] = written(SET)
    answer, guide = master.source.split("### BEGIN MARK SCHEME")
    lines = [line for line in guide.splitlines() if "point" in line]
    page = in_formgrader(course, "blank")
    below = page.find(id=f"{WRITTEN}-comment").find_parent(class_="cell").find_next_sibling()
    for line in lines:
        assert line.replace("`", "") in below.get_text()
    assert answer.split("\n")[0].replace("`", "") in below.details.get_text()
    graded = (course / "autograded" / "blank" / SET / f"{SET}.ipynb").read_text()
    for told in (graded, feedback(course, "blank").get_text()):
        assert not [line for line in lines if line in told or line.replace("`", "") in told]


def test_marking_guide_without_a_master(course: Path, tmp_path: Path) -> None:
    """Can answers be marked where the master is gone, and does the page say what is missing?"""
    root = shutil.copytree(course, tmp_path / "course")
    shutil.rmtree(root / "solutions")
    page = in_formgrader(root, "blank")
    assert page.find(id=WRITTEN) is not None
    assert "The marking guide cannot be shown: " in page.get_text()
    assert "there is no such master notebook" in page.get_text()


def test_no_answers_in_feedback(course: Path) -> None:
    """Is no expected value, and no solution, in the feedback of a blank notebook?"""
    page = feedback(course, "blank").get_text()
    assert "(x - mean) / np.sqrt" not in page
    assert "was expected" not in page


def test_outputs_of_a_student(course: Path) -> None:
    """Are the outputs of a student's cells in the graded notebook, without HTML?"""
    path = course / "autograded" / "scripts" / SET / f"{SET}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    [shown] = [cell for cell in notebook.cells if cell.source == SHOWS]
    kinds = {kind for output in shown.outputs for kind in output.get("data", {})}
    assert kinds == {"text/plain"}
    assert any(output.get("text") == "<script>alert(1)</script>\n" for output in shown.outputs)


def test_changed_master(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Does a master that changed after the release say what to run?"""
    root = new_course(tmp_path / "course")
    hand_in(root, "right", solved())
    Classroom(Course.at(root)).release(SET)
    master = root / "solutions" / SET / f"{SET}.ipynb"
    master.write_text(master.read_text().replace('"points": 7', '"points": 8'))
    says = (
        f"the cells of {SET} are not those in the gradebook: the master was changed. "
        f"Run: nbgrader generate_assignment --force {SET}"
    )
    assert main(["autograde", SET, "--course", str(root)]) == 2
    assert says in capsys.readouterr().err
    assert says in nbgrader(root, "autograde", SET).stderr
    Classroom(Course.at(root)).release(SET)
    assert main(["autograde", SET, "--course", str(root)]) == 0


def test_autograde_command(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does `grader autograde` print the class, and say who has no points and why?"""
    monkeypatch.chdir(course)
    assert main(["autograde", SET]) == 1
    out, err = capsys.readouterr()
    rows = {line.split()[0]: line for line in out.splitlines() if line[:1].strip()}
    assert list(rows) == ["student", "blank", "broken", "eps", "right", "scripts", "answers"]
    assert rows["right"] == f"right    {FULL:g} / {FULL:g}"
    broken = " ".join(rows["broken"].split())
    assert broken.startswith(f"broken 0 / {FULL:g} submitted/broken/{SET}/{SET}.ipynb is cut off")
    assert "eps is added outside the square root" in rows["eps"]
    assert err.startswith("grader: not graded: broken: ")
    assert f"submitted/broken/{SET}/{SET}.ipynb is cut off or not JSON" in err
    assert "Traceback" not in err


def test_fresh_course(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Does `grader autograde` need nothing but the master and the submissions?"""
    root = new_course(tmp_path / "course")
    hand_in(root, "right", solved())
    assert main(["autograde", SET, "--course", str(root)]) == 0
    table = f"student  points\nright    {FULL:g} / {FULL:g}\n"
    assert capsys.readouterr() == (f"{table}\nanswers to be marked by hand: 1\n", "")


def test_class_not_protected(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is no class graded where a protection is missing, with exit status 3 and the reason?"""

    def refuse(*_: object, jobs: int) -> None:
        raise Unprotected("files: this kernel has no Landlock")

    monkeypatch.setattr("grader.classes.pool.grade_here", refuse)
    assert main(["autograde", SET, "--course", str(course)]) == 3
    assert capsys.readouterr().err.startswith("grader: files: this kernel has no Landlock\n")


def test_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Does an empty class say where submissions belong?"""
    root = new_course(tmp_path / "course")
    assert main(["autograde", SET, "--course", str(root)]) == 2
    assert f"there are no submissions: none in {root}/submitted/STUDENT/{SET}/" in (
        capsys.readouterr().err
    )


def test_validate(course: Path) -> None:
    """Does nbgrader's Validate pass on the master, and fail on a blank notebook?"""
    right = nbgrader(course, "validate", f"solutions/{SET}/{SET}.ipynb")
    assert "Success! Your notebook passes all the tests." in right.stdout
    blank = nbgrader(course, "validate", f"exercises/{SET}/{SET}.ipynb")
    assert f"VALIDATION FAILED ON {len(load(SET)) + 1} CELL(S)!" in blank.stdout


# The student versions


def contents(root: Path, name: str) -> dict[Path, bytes]:
    files = [path for path in (root / "exercises" / name).rglob("*") if path.is_file()]
    return {path.relative_to(root): path.read_bytes() for path in files}


GENERATE = """
import sys
from nbgrader.apps import GenerateAssignmentApp
names, options = (sys.argv[index].split() for index in (1, 2))
for name in names:
    GenerateAssignmentApp.clear_instance()
    GenerateAssignmentApp.launch_instance(["--no-db", name, *options])
"""


def generate(root: Path, options: str = "") -> Path:
    """What `nbgrader generate_assignment --no-db` makes of each master; loaded once for all."""
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "solutions", root / "solutions")
    command = [sys.executable, "-c", GENERATE, " ".join(MASTERS), options]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student versions."""
    return generate(tmp_path_factory.mktemp("generated"))


@pytest.fixture(scope="module")
def self_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those for who studies alone, with the options that the Makefile gives."""
    [options] = re.findall(r"self-study\.txt: as := (.*)", (ROOT / "Makefile").read_text())
    return generate(tmp_path_factory.mktemp("self-study"), options)


@pytest.mark.parametrize("name", MASTERS)
def test_exercises_are_generated(name: str, generated: Path) -> None:
    """Is each student version what its master generates now, to the byte?"""
    assert contents(generated, name) == contents(ROOT, name)
    assert not (generated / "gradebook.db").exists()


@pytest.mark.parametrize("name", MASTERS)
def test_exercises_hold_no_solution(name: str) -> None:
    """Does each stub name its exercise, and nothing of a solution or an output left?"""
    notebook = nbformat.read(ROOT / "exercises" / name / f"{name}.ipynb", as_version=4)
    stubs = 0
    for cell in notebook.cells:
        assert not re.search("(BEGIN|END) (SOLUTION|MARK|HIDDEN)", cell.source)
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            [*stubs_here] = re.findall(
                r'raise NotImplementedError\("(.*): your code here"\)', cell.source
            )
            assert all(stub.split(".")[0] in cell.source for stub in stubs_here)
            stubs += len(stubs_here)
        elif cell.metadata.get("nbgrader", {}).get("solution"):
            assert cell.source == "YOUR ANSWER HERE"
    assert stubs > 0


STUBS = {
    "a function": ("def f(x):\n    {}", "f"),
    "of many lines": ("def f(\n    x: int,\n) -> int:\n    {}", "f"),
    "a method": (
        "class A:\n    def f(self): pass\n\n    def g(self):\n        y = 1\n        {}",
        "A.g",
    ),
    "a class": ("class A:\n    {}", "A"),
    "after another": ("def f(x): pass\n\nasync def g(x):\n    if x:\n        {}", "g"),
    "no function": ("{}", "some-cell"),
}


@pytest.mark.parametrize(("text", "name"), STUBS.values(), ids=STUBS)
def test_stub(text: str, name: str) -> None:
    """Does the stub's error name the function, method or class around it, else the cell?"""
    source = text.replace("{}", "### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION")
    indent = text[: text.index("{}")].rpartition("\n")[2]
    cell = nbformat.v4.new_code_cell(source.replace("\nanswer", f"\n{indent}answer"))
    cell.metadata.nbgrader = {"grade_id": "some-cell", "solution": True}
    notebook = nbformat.v4.new_notebook(cells=[cell])
    [cleared] = NameExercise().preprocess(notebook, {})[0].cells
    stub = f'# YOUR CODE HERE\n{indent}raise NotImplementedError("{name}: your code here")'
    assert cleared.source == text.replace("{}", stub)


def plain(markdown: str) -> str:
    return " ".join(re.sub(r"###.*MARK SCHEME", "", markdown).split())


@pytest.mark.parametrize("name", MASTERS)
def test_self_study(name: str, self_study: Path) -> None:
    """Is below each written question, folded, its model answer and rubric, and nothing else new?"""
    notebook, exercise = (
        nbformat.read(folder / name / f"{name}.ipynb", as_version=4)
        for folder in (self_study / "self-study", ROOT / "exercises")
    )
    nbformat.validate(notebook)
    answers = {cell.metadata.nbgrader.grade_id: cell.source for cell in written(name)}
    assert answers
    assert not (self_study / "exercises").exists()
    for above, cell in list(zip(notebook.cells, notebook.cells[1:], strict=False)):
        if cell.id in {one.id for one in exercise.cells}:
            continue
        answer = answers.pop(above.metadata.nbgrader.grade_id)
        page = BeautifulSoup(markdown(cell.source), "html.parser")
        [fold] = page("details", recursive=False)
        assert "open" not in fold.attrs
        assert fold.summary.get_text() == "A model answer, and how it is marked"
        for part in answer.split("### BEGIN MARK SCHEME"):
            assert plain(part) in plain(cell.source)
        notebook.cells.remove(cell)
    assert answers == {}
    assert notebook.cells == exercise.cells
