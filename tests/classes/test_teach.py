"""The page "Teach this course", gone through to the letter by a course of its own."""

import csv
import re
import shutil
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from helpers import ROOT
from helpers.classes import new_course
from helpers.masters import points_of
from helpers.pages import blocks, page, shell, spans
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderApp
from nbgrader.exchange.default import Exchange

from grader import reference
from grader.checking.load import load, problem_sets
from grader.classes.collect import BYTES
from grader.classes.sample import ASSIGNMENT, STUDENTS, hand_in
from grader.notebooks import pictures
from grader.notebooks.course import Course
from grader.sandbox.process import Limits

PAGE = "teach.md"
COURSE, EXERCISES, SELF_STUDY, DUE, HUB, ZIP, ZIP_AGAIN, GRADE, *OTHERS = blocks(PAGE)
FORMGRADER, CLASS, BACK, RELEASE = OTHERS
RELEASED, COLLECT = HUB.splitlines()
STUDENT = "nbgrader fetch_assignment {0} && cp {1} {0}/ && nbgrader submit {0}"
NOTEBOOK = f"{ASSIGNMENT}.ipynb"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with nbgrader's exchange; what one student hands in lies beside it."""
    folder = tmp_path_factory.mktemp("teach")
    (folder / "exchange").mkdir()
    exchange = f'\nc.Exchange.root = "{folder / "exchange"}"\n'
    root = new_course(folder / "course", exchange)
    shutil.copytree(ROOT / "exercises" / ASSIGNMENT, root / "exercises" / ASSIGNMENT)
    hand_in(root, "ben", STUDENTS["ben"])
    (folder / "home").mkdir()
    shutil.move(root / "submitted" / "ben" / ASSIGNMENT / NOTEBOOK, folder / "home")
    shutil.rmtree(root / "submitted")
    config = f'c = get_config()\nc.CourseDirectory.course_id = "batchnorm"{exchange}'
    (folder / "home" / "nbgrader_config.py").write_text(config)
    return root


@pytest.fixture(scope="module")
def graded(course: Path) -> str:
    """What grading prints, between handing out and giving back through the exchange."""
    home = course.parent / "home"
    shell(course, DUE)
    shell(course, RELEASED)
    shell(home, STUDENT.format(ASSIGNMENT, NOTEBOOK))
    shell(course, COLLECT)
    printed = shell(course, GRADE)
    for command in (CLASS, BACK, RELEASE):
        shell(course, f"set -e\n{command}")
    shell(home, f"nbgrader fetch_feedback {ASSIGNMENT}")
    return printed


@pytest.fixture(scope="module")
def student(course: Path, graded: str) -> str:
    """Who handed in: the user that these tests run as."""
    [folder] = (course / "submitted").iterdir()
    return folder.name


def test_table(graded: str) -> None:
    """Does the table name the mistake?"""
    assert "eps is added outside the square root" in graded


def test_due_date(course: Path, graded: str) -> None:
    """Is the due date that was set before all else the one in the gradebook?"""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "batchnorm") as book:
        assert f'"{book.find_assignment(ASSIGNMENT).duedate:%Y-%m-%d %H:%M}"' in DUE


def test_feedback(course: Path, student: str) -> None:
    """Are mistake and section in the feedback, where the page says, and where students look?"""
    [path] = [span for span in spans(PAGE) if span.startswith("feedback/")]
    [fetched] = (course.parent / "home").rglob("*.html")
    for file in (course / path.replace("STUDENT", student), fetched):
        text = BeautifulSoup(file.read_text(), "html.parser").get_text()
        assert "Mistake: eps is added outside the square root" in text
        assert "Read: “Inside the root or outside?” in the book" in text


def test_class(course: Path, student: str) -> None:
    """Are both pages there, and does the one for the lecture not tell who?"""
    [path] = [span for span in spans(PAGE) if span.startswith("class-")]
    who = {}
    for name in (path, path.replace(".html", "-no-names.html")):
        html = BeautifulSoup((course / name).read_text(), "html.parser")
        [row] = [row for row in html("tr") if "(eps-outside-sqrt)" in row.get_text()]
        who[name] = row.find_all("td")[-1].get_text().strip()
    assert [*who.values()] == [student, "normalize"]


def test_exports(course: Path, student: str) -> None:
    """Do both tables have the student's marks?"""
    with (course / "grades.csv").open() as file:
        [marks] = csv.DictReader(file)
    with (course / "checks.csv").open() as file:
        checks = list(csv.DictReader(file))
    assert marks["student_id"] == student
    full = sum(float(row["max_points"]) for row in checks)
    assert full == points_of(ASSIGNMENT)
    assert 0 < float(marks["score"]) == sum(float(row["points"]) for row in checks) < full


def test_update(course: Path, student: str) -> None:
    """Is a newer submission collected with --update, and not without, as the page says?"""
    home, there = course.parent / "home", course / "submitted" / student / ASSIGNMENT
    shell(home, f"cp {NOTEBOOK} {ASSIGNMENT}/newer.ipynb && nbgrader submit {ASSIGNMENT}")
    shell(course, COLLECT.removesuffix(" --update"))
    assert not (there / "newer.ipynb").exists()
    shell(course, COLLECT)
    assert (there / "newer.ipynb").exists()


def test_zip_collect(tmp_path: Path) -> None:
    """Does the archive go where the page says, and a newer one replace it?"""
    root = new_course(tmp_path / "course")
    [folder] = [span for span in spans(PAGE) if span.startswith("downloaded/")]
    (root / folder).mkdir(parents=True)
    for command, text in ((ZIP, "old"), (ZIP_AGAIN, "new")):
        with ZipFile(root / folder / "submissions.zip", "w") as archive:
            archive.writestr(f"Zoë O'Neil_1_assignsubmission_file_/{NOTEBOOK}", text)
        shell(root, command)
        assert (root / "submitted" / "Zoë ONeil" / ASSIGNMENT / NOTEBOOK).read_text() == text


def test_formgrader(tmp_path: Path) -> None:
    """Is formgrader in JupyterLab, under the name that the page gives?"""
    assert FORMGRADER == "jupyter lab\n"
    environment = {"HOME": str(tmp_path), "NO_COLOR": "1"}
    lab = shell(tmp_path, "jupyter labextension list", **environment)
    assert re.search(r"@jupyter/nbgrader v\S+ .*enabled.*OK", lab)
    server = shell(tmp_path, "jupyter server extension list", **environment)
    assert re.search(r"nbgrader\.server_extensions\.formgrader\S* .*enabled", server)
    menu, item = re.findall(r"choose (\w+) > (\w+) in its menu", page(PAGE))[0]
    extension = Path(sys.prefix, "share/jupyter/labextensions/@jupyter/nbgrader")
    code = "".join(path.read_text() for path in extension.glob("static/*.js"))
    assert f'label:"{item}"' in code
    assert f'"{menu}"' in code


def test_make() -> None:
    """Does the Makefile have what the page makes?"""
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^([a-z]+):", makefile, re.MULTILINE)
    for command in (COURSE, EXERCISES, SELF_STUDY):
        make, target, *variables = command.split()
        assert make == "make"
        assert target in targets
        assert all(f"{one.partition('=')[0]} ?=" in makefile for one in variables)


def test_nothing_of_a_class_is_committed(course: Path, student: str) -> None:
    """Does git ignore all that the page's commands leave in the course's folder?"""
    tracked = set(shell(ROOT, "git ls-files | cut -d/ -f1 | sort -u").split())
    made = [path for path in course.iterdir() if path.name not in tracked]
    assert {"checks.csv", "grades.csv"} <= {path.name for path in made}
    left = [path.name + "/" * path.is_dir() for path in made] + ["downloaded/"]
    ignored = shell(ROOT, f"git check-ignore --no-index {' '.join(left)}").split()
    assert ignored == left


SAID = {
    r"up to (\d+) MB": pictures.LARGE / 1e6,
    r"at most (\d+) pixels": pictures.SIDE,
    r"exceeds (\d+) pictures": pictures.TOGETHER,
}


@pytest.mark.parametrize(("pattern", "value"), SAID.items(), ids=SAID)
def test_numbers(pattern: str, value: float) -> None:
    """Are the page's bounds on pictures those of the grader?"""
    assert [float(number) for number in re.findall(pattern, page(PAGE))] == [value]


def test_bound_of_archives() -> None:
    """Is the bound on students' archives the one in the page on limits?"""
    assert re.findall(r"more than (\d+) MB\.", page("limits.md")) == [f"{BYTES // 1024**2}"]


def test_kinds_of_pictures() -> None:
    """Are the kinds that are shown as they are those of the grader?"""
    [named] = re.findall(r"derivations: (.*) are shown as they are", page(PAGE))
    kinds = {kind.removeprefix("image/").removesuffix("+xml") for kind in pictures.KINDS}
    assert set(re.findall(r"[A-Z]{3,}", named)) == {kind.upper() for kind in kinds}


def test_sets() -> None:
    """Are there as many sets as the page says, and is the reference in what students get?"""
    assert len(list(ROOT.glob("solutions/*/*.ipynb"))) == 7
    assert "[Seven sets]" in page(PAGE)
    assert Path(reference.__file__) == ROOT / "grader/reference.py"


# What belongs to students, or to other systems.
ELSEWHERE = {
    "num_workers=0",
    f"{ASSIGNMENT} (1).ipynb",
    'getattr(nn, "Batch" + "Norm1d")',
    "json.py",
    "python -m",
    "PBSCluster",
    "LSFCluster",
}
# What the commands make in a course's folder: the other tests see them made.
MADE = (
    "class-",
    "downloaded/",
    "submitted/",
    "self-study/",
    "feedback/",
    "grades.csv",
    ".grader-secret",
)


def there(span: str, page: str) -> bool:
    """Is a name in a page one of a command, an option, a setting, a file or a check?"""
    first, *rest = span.split()
    if span in ("grader", "nbgrader"):
        return shell(ROOT, f"command -v {span}") != ""
    if first == "grader":
        return f"    {rest[0]} " in shell(ROOT, "grader --help")
    if first == "nbgrader":
        return rest[0] in NbGraderApp.subcommands
    if first.startswith("--"):
        run = "".join(blocks(page)) + shell(ROOT, "grader autograde --help")
        return all(option in run for option in span.split() if option.startswith("--"))
    if first.startswith("c."):
        _, owner, trait = span.partition(" ")[0].split(".")
        known = [*NbGraderApp().all_configurable_classes(), Exchange, Course]
        owners = {found.__name__: found for found in known}
        return hasattr(owners[owner], trait)
    if first in ("python", "source"):
        return (ROOT / rest[-1]).exists() or rest[-1] == ".venv/bin/activate"
    if "/" in span or "." in span:
        return span.startswith(MADE) or (ROOT / span).exists()
    return span in Limits.__dataclass_fields__ or span in checks_of_all()


def checks_of_all() -> set[str]:
    """The checks of this course."""
    return {id for name in problem_sets() for id in load(name)}


@pytest.mark.parametrize("page", ["teach.md", "clusters.md", "limits.md"])
def test_names(page: str) -> None:
    """Is each command, option, setting and file that a page names in its sentences there?"""
    assert [span for span in sorted(spans(page) - ELSEWHERE) if not there(span, page)] == []
