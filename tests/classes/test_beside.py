"""The files beside a notebook: what its code finds there, and whose they are."""

import shutil
from pathlib import Path

import pytest
from helpers import ROOT
from helpers.classes import classroom, graded_again, new_course
from helpers.masters import points_of
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from grader.classes.autograde import table
from grader.classes.beside import COURSES, of_course, of_student, room
from grader.classes.beside import STUDENTS as MOST
from grader.classes.sample import ASSIGNMENT, STUDENTS, hand_in
from grader.cli import main
from grader.notebooks.course import IGNORED, Course
from grader.notebooks.notebook import CourseError
from grader.sandbox.process import Limits

FULL = points_of(ASSIGNMENT)
FILE = f"{ASSIGNMENT}.ipynb"
READS = """
import helpers
import numpy as np
return helpers.mean0(x) + x.dtype.type(np.loadtxt("data/offsets.csv"))
"""
RIGHT, WRONG = "def mean0(x): return x.sum(axis=0) / len(x)", "def mean0(x): return x.mean() + 1"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which ada's notebook imports a module and reads a file."""
    root = new_course(tmp_path_factory.mktemp("beside") / "course")
    classroom(root).release(ASSIGNMENT)
    hand_in(root, "ada", STUDENTS["ada"] | {"batch_mean": READS})
    return root


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Path:
    """A copy of that course."""
    return shutil.copytree(released, tmp_path / "course")


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def adas(course: Path) -> Path:
    return course / "submitted" / "ada" / ASSIGNMENT


def own(course: Path) -> Path:
    return course / "solutions" / ASSIGNMENT


def score(course: Path) -> float:
    return sum(verdict.points for verdict in classroom(course).verdicts(ASSIGNMENT, "ada"))


def in_a_class(course: Path, capsys: pytest.CaptureFixture[str]) -> float:
    assert graded_again(course) == ["ada"]
    return score(course)


def with_nbgrader(course: Path, capsys: pytest.CaptureFixture[str]) -> float:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(course)
        classroom(course).run(Autograde, ASSIGNMENT, "ada", force=True)
    return score(course)


def alone(course: Path, capsys: pytest.CaptureFixture[str]) -> float:
    assert main(["grade", str(adas(course) / FILE), "--course", str(course)]) == 0
    return float(capsys.readouterr().out.split()[1])


WAYS = {"grader autograde": in_a_class, "nbgrader autograde": with_nbgrader, "grader grade": alone}


@pytest.mark.parametrize("way", WAYS)
def test_found(way: str, course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Does the code of a notebook find what was handed in with it?"""
    grade = WAYS[way]
    assert grade(course, capsys) < FULL
    put(adas(course), {"helpers.py": RIGHT, "data/offsets.csv": "0\n"})
    assert grade(course, capsys) == FULL


@pytest.mark.parametrize("way", WAYS)
def test_files_of_the_course(way: str, course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Are the course's own files there, over a student's, but for those that students change?"""
    grade = WAYS[way]
    put(adas(course), {"helpers.py": WRONG})
    put(own(course), {"helpers.py": RIGHT, "data/offsets.csv": "0\n"})
    assert grade(course, capsys) == FULL
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.Autograde.exclude_overwriting = {{'{ASSIGNMENT}': ['helpers.py']}}\n")
    assert grade(course, capsys) < FULL


def test_graded_again(course: Path) -> None:
    """Is a submission graded again when a file beside it changes, a student's or the course's?"""
    put(adas(course), {"helpers.py": WRONG})
    put(own(course), {"data/offsets.csv": "0\n"})
    assert graded_again(course) == ["ada"]
    assert graded_again(course) == []
    put(adas(course), {"helpers.py": RIGHT})
    assert graded_again(course) == ["ada"]
    assert score(course) == FULL
    put(own(course), {"data/offsets.csv": "1\n"})
    assert graded_again(course) == ["ada"]
    assert score(course) < FULL
    assert graded_again(course) == []


def test_in_the_way(course: Path) -> None:
    """Do the course's files take the place of a student's file or folder that is in their way?"""
    put(adas(course), {"helpers.py/mine.py": WRONG, "data": "mine"})
    put(own(course), {"helpers.py": RIGHT, "data/offsets.csv": "0\n"})
    assert graded_again(course) == ["ada"]
    assert score(course) == FULL
    kept = course / "autograded" / "ada" / ASSIGNMENT
    assert (kept / "helpers.py").read_text() == RIGHT
    assert (kept / "data" / "offsets.csv").read_text() == "0\n"


def test_remarks(course: Path) -> None:
    """Does the table say what a notebook did not find, once, and does it find all else?"""
    put(adas(course), {"helpers.py": RIGHT, "data/offsets.csv": "0\n", "empty": ""})
    (adas(course) / "big.bin").write_bytes(bytes(17 * 2**20))
    (adas(course) / "link.txt").symlink_to(course / "gradebook.db")
    assert graded_again(course) == ["ada"]
    assert score(course) == FULL
    lines = table(classroom(course), ASSIGNMENT, ["ada"]).splitlines()
    assert [line.strip() for line in lines[2:]] == [
        "link.txt was left out: it is not an ordinary file that can be read",
    ]
    assert lines[1].split("  ")[-1] == (
        "big.bin was not there for the notebook: more than 16 MB in all"
    )


# What is read


def found(course: Path, folder: Path | None = None) -> tuple[set[str], tuple[str, ...]]:
    files, remarks = of_student(Course.at(course), ASSIGNMENT, folder or adas(course), ())
    return set(files), remarks


def test_never_read(course: Path) -> None:
    """Is nothing read that is a notebook, hidden, or ignored by nbgrader?"""
    folder = adas(course)
    hidden = (".secret", ".git/config", ".ipynb_checkpoints/a.py", "data/.hidden", "._helpers.py")
    notebooks = ("other.ipynb", "data/more.ipynb", "SHOUTING.IPYNB")
    ignored = ("feedback/a.html", "__pycache__/a.pyc", "a.pyc")
    put(folder, dict.fromkeys((*hidden, *notebooks, *ignored, "a.py"), ""))
    assert found(course) == ({"a.py"}, ())
    with (course / "nbgrader_config.py").open("a") as config:
        config.write('\nc.CourseDirectory.ignore.append("*.py")\n')
    assert found(course) == (set(), ())
    put(own(course), dict.fromkeys((*hidden, *notebooks, *ignored, "a.py", "a.csv"), ""))
    assert set(of_course(Course.at(course), ASSIGNMENT)) == {"a.csv"}


def test_ignored() -> None:
    """Are the names that nbgrader ignores those of nbgrader?"""
    assert CourseDirectory().ignore == IGNORED


def test_many(course: Path) -> None:
    """Are files and folders counted, those on top first, and none looked for in the depths?"""
    folder = adas(course)
    put(folder, {f"a/{'b/' * MOST}c": "", "z.py": ""})
    paths, [remark] = found(course)
    assert paths == {"z.py"}
    assert remark.startswith("a/b/b/b/")
    assert remark.endswith("/b was left out: it is not an ordinary file that can be read")
    put(folder, {f"{i:04}": "" for i in range(10_000)})
    paths, [remark] = found(course)
    assert paths == {f"{i:04}" for i in range(MOST)}
    assert remark.startswith("0100 and the files after it")


def test_room(course: Path) -> None:
    """Is a quarter of the scratch folder the most that is read, the course's files apart?"""
    with (course / "nbgrader_config.py").open("a") as config:
        config.write('\nc.Course.limits = {"*": {"scratch_bytes": 4000}}\n')
    put(adas(course), {"a": "x" * 600, "b": "x" * 600, "c": "x" * 400})
    paths, [remark] = found(course)
    assert paths == {"a", "c"}
    assert remark.startswith("b was not there for the notebook: more than ")
    put(own(course), {"data": "x" * 1000})
    assert set(of_course(Course.at(course), ASSIGNMENT)) == {"data"}
    put(own(course), {"data": "x" * 1001})
    with pytest.raises(CourseError, match="has more files than can be beside a student's notebook"):
        of_course(Course.at(course), ASSIGNMENT)


def test_course_that_is_too_large(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is nobody graded without the files that their notebook should find?"""
    (own(course) / "large.bin").write_bytes(bytes(17 * 2**20))
    assert main(["autograde", ASSIGNMENT, "--course", str(course)]) == 2
    assert "a quarter of the limit `scratch_bytes`" in capsys.readouterr().err
    assert list((course / "autograded").glob("*/*/*")) == []


def test_page() -> None:
    """Are the bounds those that the page names?"""
    page = (ROOT / "grading" / "your_own_course.md").read_text()
    megabytes = f"{room(Limits()) / 2**20:g} MB"
    assert f"Of a student's, {MOST} files and folders are there, {megabytes} in all" in page
    assert f"of yours, {COURSES} in as much room" in page


# One notebook, wherever it lies


@pytest.fixture
def downloads(course: Path, tmp_path: Path) -> Path:
    """A folder elsewhere, with ada's notebook and what belongs to it."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    shutil.copy(adas(course) / FILE, folder / "ada.ipynb")
    put(folder, {"helpers.py": RIGHT, "data/offsets.csv": "0\n"})
    return folder


def points(course: Path, notebook: Path, capsys: pytest.CaptureFixture[str]) -> float:
    assert main(["grade", str(notebook), "--course", str(course)]) == 0
    return float(capsys.readouterr().out.split()[1])


def test_downloads(course: Path, downloads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Are files beside a notebook read only where they can be nobody else's?"""
    notebook = downloads / "ada.ipynb"
    put(downloads, {".ipynb_checkpoints/ada-checkpoint.ipynb": ""})
    assert points(course, notebook, capsys) == FULL
    put(downloads, {"of ben/ben.ipynb": ""})
    assert points(course, notebook, capsys) < FULL
    put(own(course), {"helpers.py": RIGHT, "data/offsets.csv": "0\n"})
    assert points(course, notebook, capsys) == FULL


def test_in_the_course(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Does a notebook in the folder of the course itself find nothing of the course?"""
    shutil.move(adas(course) / FILE, course / FILE)
    put(course, {"helpers.py": RIGHT, "data/offsets.csv": "0\n"})
    assert points(course, course / FILE, capsys) < FULL
