"""What people hand in under all kinds of names: nobody's stops the others."""

import csv
import errno
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import chdir, closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from helpers import ROOT
from helpers.classes import FEW, Counting, classroom, graded_again, in_gradebook, new_course
from helpers.interrupted import in_this_process
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy.exc import DataError

from grader.classes.autograde import TIMESTAMP, Run, autograde, table
from grader.classes.files import DEPTH, walk
from grader.classes.gradebook import Marks
from grader.classes.records import Records
from grader.classes.sample import ASSIGNMENT, BLANK, RIGHT, STUDENTS, hand_in
from grader.cli import main
from grader.notebooks.course import Course
from grader.notebooks.notebook import CourseError

FILE = f"{ASSIGNMENT}.ipynb"
LATIN_1 = os.fsdecode(b"L\xf6sung")
WRONG = RIGHT | {"batch_mean": "return x.mean()"}

Spoil = Callable[[Path], None]


def again(folder: Path, name: str, bodies: dict[str, str]) -> None:
    """Hand in once more, under another name."""
    hand_in(folder.parent.parent.parent, "draft", bodies)
    (folder / name).parent.mkdir(exist_ok=True)
    draft = folder.parent.parent / "draft"
    (draft / ASSIGNMENT / FILE).rename(folder / name)
    shutil.rmtree(draft)


def names(folder: Path) -> None:
    for name in (f"{LATIN_1}.txt", "n" * 255, "ü" * 127):
        (folder / name).write_text("kept")


def deep(folder: Path) -> None:
    with chdir(folder):
        for level in range(2 * DEPTH):
            os.mkdir("deeper")
            os.chdir("deeper")
            if level in (DEPTH - 1, DEPTH):
                Path("note.txt").write_text("x")


def long(folder: Path) -> None:
    with chdir(folder):
        for _ in range(DEPTH):
            os.mkdir("d" * 250)
            os.chdir("d" * 250)


def mac(folder: Path) -> None:
    (folder / f"._{FILE}").write_bytes(b"\0\5\x16\7")
    (folder / ".DS_Store").write_bytes(b"\0")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / f"._{FILE}").write_bytes(b"\0")


def pages(folder: Path) -> None:
    (folder / f"{ASSIGNMENT}.html").write_text("my own export")
    (folder / f"{ASSIGNMENT}.html").chmod(0o444)


def like_others(folder: Path) -> None:
    """Folders called as a page, a notebook, a timestamp and a file of the master's are."""
    for name in (f"{ASSIGNMENT}.HTML", "x.ipynb", TIMESTAMP, "given.csv"):
        (folder / name).mkdir()
        (folder / name / "a.txt").write_text("x")
    (folder / "given").write_text("a folder of the master's")


def many_pipes(folder: Path) -> None:
    for i in range(30):
        os.mkfifo(folder / f"{i:02}")


def bom(folder: Path) -> None:
    (folder / TIMESTAMP).write_bytes("\ufeff2026-01-02 10:00:00 UTC\r\n".encode())


def utf_16(folder: Path) -> None:
    (folder / TIMESTAMP).write_bytes("2026-01-02 10:00:00 UTC\r\n".encode("utf-16"))


def second_download(folder: Path) -> None:
    again(folder, f"{ASSIGNMENT} (1).ipynb", RIGHT)
    again(folder, FILE, BLANK)


def inner(folder: Path) -> None:
    again(folder, f"inner/{FILE}", RIGHT)
    (folder / FILE).unlink()


def other_case(folder: Path) -> None:
    (folder / FILE).rename(folder / "PS1_Standardize.IPYNB")


def as_text(folder: Path) -> None:
    (folder / FILE).rename(folder / f"{FILE}.txt")


def cut_off(folder: Path) -> None:
    again(folder, f"{ASSIGNMENT}-Copy1.ipynb", RIGHT)
    (folder / FILE).write_text("{")


def copies(folder: Path) -> None:
    shutil.copy(folder / FILE, folder / "a copy.ipynb")


def two_answers(folder: Path) -> None:
    again(folder, "older.ipynb", WRONG)


def lost_metadata(folder: Path) -> None:
    notebook = json.loads((folder / FILE).read_text())
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    (folder / FILE).write_text(json.dumps(notebook))


# By name of the student: what is done to a right notebook, and what the table says of it.
GRADED: dict[str, tuple[Spoil, str]] = {
    "names": (names, "L?sung.txt was not there for the notebook: its name is not UTF-8"),
    "deep": (deep, "deeper was left out: it is not an ordinary file"),
    "long": (long, "was left out: its path is too long"),
    "mac": (mac, ""),
    "pages": (pages, f"{ASSIGNMENT}.html was left out: its name is that of the feedback"),
    "like-others": (like_others, f"{ASSIGNMENT}.HTML was left out"),
    "pipes": (many_pipes, "other files were left out too"),
    "bom": (bom, ""),
    "utf-16": (utf_16, ""),
    "second": (second_download, f"{ASSIGNMENT} (1).ipynb was graded: {FILE} has no answers."),
    "inner": (inner, f"inner/{FILE} was graded: {FILE} was not handed in."),
    "case": (other_case, f"PS1_Standardize.IPYNB was graded: {FILE} was not handed in."),
    "text": (as_text, f"{FILE}.txt was graded: {FILE} was not handed in."),
    "cut-off": (cut_off, f"{ASSIGNMENT}-Copy1.ipynb was graded: submitted/cut-off/"),
    "copies": (copies, ""),
    "two": (two_answers, f"{FILE} was graded, and not older.ipynb, which has other answers"),
    "lost": (lost_metadata, ""),
    "n" * 255: (lambda _: None, ""),
    "ü" * 127: (lambda _: None, ""),
    'a, "b" [*]?': (lambda _: None, ""),
    "a\ttab": (lambda _: None, ""),
}


def several(folder: Path) -> None:
    again(folder, "a.ipynb", RIGHT)
    again(folder, "b.ipynb", WRONG)
    (folder / FILE).unlink()


def another_set(folder: Path) -> None:
    shutil.copy(ROOT / "exercises/ps2_inference/ps2_inference.ipynb", folder / FILE)


def another_file(folder: Path) -> None:
    (folder / FILE).unlink()
    shutil.copy(ROOT / "exercises/ps2_inference/ps2_inference.ipynb", folder)


def only_text(folder: Path) -> None:
    (folder / FILE).rename(folder / "answers.txt")


def archive(folder: Path) -> None:
    (folder / FILE).rename(folder / "homework.zip")


REFUSED: dict[str, tuple[Spoil, str]] = {
    LATIN_1: (lambda _: None, "the name of its folder is not UTF-8. Rename the folder."),
    "line\nbreak": (lambda _: None, "the name of its folder has a line break."),
    "several": (
        several,
        "a.ipynb, b.ipynb: it is not clear which notebook counts. Hand in one, with",
    ),
    "another": (another_set, f"{FILE}: this notebook is not {ASSIGNMENT}, but ps2_inference."),
    "another-file": (another_file, f"this notebook is not {ASSIGNMENT}, but ps2_inference."),
    "only-text": (only_text, f"{FILE} was not handed in. There is answers.txt."),
    "archive": (archive, f"{FILE} was not handed in. There is homework.zip."),
    "nothing": (lambda folder: (folder / FILE).unlink(), f"{FILE} was not handed in."),
}


def printed(name: str) -> str:
    """A student's name as the table has it."""
    text = "".join(char if char.isprintable() else "?" for char in re.sub(r"[\n\t]", " ", name))
    return text if len(text) <= 60 else f"{text[:59]}…"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All these, and one before and one after them, not graded yet."""
    root = new_course(tmp_path_factory.mktemp("names") / "course")
    given = root / "solutions" / ASSIGNMENT / "given"
    given.mkdir()
    (given / "b.csv").write_text("1,2")
    (given.parent / "given.csv").write_text("1,2")
    (given.parent / f"._{FILE}").write_bytes(b"\0\5\x16\7")
    for hidden in ("__MACOSX", ".ipynb_checkpoints"):
        for place in (root / "solutions" / hidden, root / "submitted" / hidden / ASSIGNMENT):
            place.mkdir(parents=True)
            (place / FILE).write_bytes(b"\0")
    shutil.copytree(ROOT / "solutions/ps2_inference", root / "solutions/ps2_inference")
    classroom(root).release(ASSIGNMENT)
    for student, (spoil, _) in {**GRADED, **REFUSED}.items():
        hand_in(root, student, RIGHT)
        spoil(root / "submitted" / student / ASSIGNMENT)
    for student in ("aaa", "zzz"):
        hand_in(root, student, RIGHT)
    return root


@pytest.fixture(scope="module")
def graded(course: Path) -> tuple[Path, dict[str, str], dict[str, str]]:
    """The class graded: the course, the problems, and the table's rows by what they begin with."""
    students = classroom(course)
    everybody = students.students(ASSIGNMENT)
    problems = autograde(students, ASSIGNMENT, everybody, in_this_process)
    rows, name = dict[str, str](), ""
    report, _, _ = table(students, ASSIGNMENT, everybody, problems).partition("\n\n")
    for line in report.splitlines()[1:]:
        name = line[:60].rstrip() or name
        rows[name] = f"{rows.get(name, '')}\n{line[62:]}"
    return course, problems, rows


def test_class(graded: tuple[Path, dict[str, str], dict[str, str]]) -> None:
    """Is everybody of the class in the table, and refused only who must be?"""
    _, problems, rows = graded
    assert sorted(problems) == sorted(REFUSED)
    assert set(rows) == {printed(name) for name in ("aaa", "zzz", *GRADED, *REFUSED)}


@pytest.mark.parametrize("student", ["aaa", "zzz", *GRADED])
def test_graded(student: str, graded: tuple[Path, dict[str, str], dict[str, str]]) -> None:
    """Has a right notebook its points, and does the table say what was odd, and nothing else?"""
    root, _, rows = graded
    points, *remarks = rows[printed(student)].strip().split("\n")
    assert points.startswith("20 / 20")
    says = GRADED.get(student, (None, ""))[1]
    assert says in rows[printed(student)]
    assert says or (points.strip() == "20 / 20" and not remarks)
    assert in_gradebook(root)[student]["notebooks"]


@pytest.mark.parametrize("student", REFUSED, ids=printed)
def test_refused(student: str, graded: tuple[Path, dict[str, str], dict[str, str]]) -> None:
    """Is the reason in the table, and no path of this machine?"""
    root, problems, rows = graded
    assert REFUSED[student][1] in rows[printed(student)]
    assert str(root) not in problems[student]


def test_second_run(graded: tuple[Path, dict[str, str], dict[str, str]]) -> None:
    """Does the next run say the same, and grade nothing that is as it was?"""
    root, problems, _ = graded
    students, counting = classroom(root), Counting()
    everybody = students.students(ASSIGNMENT)
    assert autograde(students, ASSIGNMENT, everybody, counting) == problems
    assert counting.graded == []


def test_what_lies_beside(graded: tuple[Path, dict[str, str], dict[str, str]]) -> None:
    """Are files of all names kept as they are, but what would be in the way?"""
    root = graded[0] / "autograded"
    notes = [path.relative_to(root) for path in (root / "deep").rglob("note.txt")]
    assert notes == [Path("deep", ASSIGNMENT, *["deeper"] * DEPTH, "note.txt")]
    given = ["given", "given.csv", "given/b.csv", FILE]
    for student, theirs in {
        "names": [f"{LATIN_1}.txt", "n" * 255, "ü" * 127],
        "mac": [],
        "pages": [],
        "like-others": [],
        "copies": [],
        "bom": [TIMESTAMP],
    }.items():
        folder = root / student / ASSIGNMENT
        found = [str(path.relative_to(folder)) for path in folder.rglob("*")]
        assert sorted(found) == sorted([*given, *theirs])
    for student in ("bom", "utf-16"):
        text = (root / student / ASSIGNMENT / TIMESTAMP).read_bytes()
        assert text == b"2026-01-02 10:00:00 UTC\r\n"
        assert in_gradebook(graded[0])[student]["time"] == datetime(2026, 1, 2, 10)


def test_feedback(graded: tuple[Path, dict[str, str], dict[str, str]]) -> None:
    """Has everybody who is in the gradebook a page of feedback, again and again?"""
    root = graded[0]
    students = classroom(root)
    for force in (True, False):
        students.run(GenerateFeedback, ASSIGNMENT, "*", force=force)
        for student in in_gradebook(root):
            page = root / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html"
            assert "<html" in page.read_text()


def test_feedback_over_a_page(course: Path, tmp_path: Path) -> None:
    """Is a page that was handed in, or a folder of that name, out of the way of the feedback?"""
    root = new_course(tmp_path / "course")
    students = classroom(root)
    students.release(ASSIGNMENT)
    hand_in(root, "ada", RIGHT)
    assert graded_again(root) == ["ada"]
    page = root / "autograded" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    page.mkdir()  # as nbgrader's own autograde copies it
    (page / "a.txt").write_text("x")
    students.feedback(ASSIGNMENT)
    assert not page.exists()
    assert (root / "feedback" / "ada" / ASSIGNMENT / page.name).is_file()


def test_walk(tmp_path: Path) -> None:
    """Are files found in order, without what is ignored, and not through links?"""
    for name in ("b/c.txt", "b/.ipynb_checkpoints/d.ipynb", "a.pyc", "z.txt", "b/._c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to("b")
    found = walk(tmp_path, [".ipynb_checkpoints", "*.pyc"])
    assert [str(path) for path in found] == ["link", "z.txt", "b/c.txt"]
    assert list(walk(tmp_path / "nowhere", [])) == []


# One boundary


def broken(owner: Any, name: str, error: Exception, patch: pytest.MonkeyPatch) -> None:
    """Let a method raise for all that has to do with Ben."""
    original = getattr(owner, name)

    def failing(self: object, *args: Any, **kwargs: Any) -> Any:
        given = [*args, *(args[0] if args and isinstance(args[0], Sequence) else ())]
        if any(one == "ben" or (isinstance(one, tuple) and one[0] == "ben") for one in given):
            raise error
        return original(self, *args, **kwargs)

    patch.setattr(owner, name, failing)


PLACES = {
    "reading": ("_submission", ValueError("odd")),
    "hashing": ("_files", RuntimeError("odd")),
    "its record": ("read", MemoryError("odd")),
    "its time": ("_time", OverflowError("odd")),
    "its marks": ("enter", DataError("INSERT", {}, Exception("odd"))),
    "its folder": ("_place", PermissionError(errno.EACCES, "odd", "autograded/ben")),
}


@pytest.mark.parametrize(("method", "error"), PLACES.values(), ids=PLACES)
def test_nobody_stops_the_others(
    method: str, error: Exception, root: Path, unbroken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Does an error with one submission leave the others graded, and is it tried again?"""
    students = classroom(root)
    everybody = students.students(ASSIGNMENT)
    with monkeypatch.context() as patch:
        broken({"read": Records, "enter": Marks}.get(method, Run), method, error, patch)
        problems = autograde(students, ASSIGNMENT, everybody, in_this_process)
    assert list(problems) == ["ben"]
    assert "odd" in problems["ben"]
    assert problems["ben"] in table(students, ASSIGNMENT, ["ben"], problems)
    others = set(everybody) - {"ben"}
    assert others <= set(in_gradebook(root))
    assert [s for s in others if not (root / "autograded" / s / ASSIGNMENT).is_dir()] == []
    assert set(graded_again(root)) <= {"ben"}
    assert in_gradebook(root) == in_gradebook(unbroken)


FULL = OSError(errno.ENOSPC, "No space left on device")
LACKS = {
    "full when the record is written": ("grader.classes.records.write_text", FULL),
    "full when the folder is filled": ("grader.classes.autograde.copy_files", FULL),
    "full when it is graded": ("grader.classes.work.grade_notebook", FULL),
    "read-only": (
        "grader.classes.files.Path.replace",
        OSError(errno.EROFS, "Read-only file system", "x.json"),
    ),
    "no permission": (
        "grader.classes.records.os.open",
        PermissionError(errno.EACCES, "Permission denied", "lock"),
    ),
    "no permission to write anywhere": (
        "grader.classes.autograde.Path.mkdir",
        PermissionError(errno.EACCES, "Permission denied", "autograded"),
    ),
}


@pytest.mark.parametrize(("place", "error"), LACKS.values(), ids=LACKS)
def test_what_the_machine_lacks(
    place: str,
    error: OSError,
    root: Path,
    unbroken: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Does it end the run with one line of what and where, with status 2, and is nothing lost?"""

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(
        "grader.classes.pool.grade_here", lambda job, todo, jobs: in_this_process(job, todo)
    )
    command = ["autograde", ASSIGNMENT, "--course", str(root)]
    with monkeypatch.context() as patch:
        patch.setattr(place, refuse)
        assert main(command) == 2
    out, err = capsys.readouterr()
    [line] = [line for line in err.splitlines() if line.startswith("grader: ")]
    assert out == ""
    assert error.strerror in line
    assert (error.filename or "/") in line
    assert "Traceback" not in err
    assert main(command) == 0
    assert in_gradebook(root) == in_gradebook(unbroken)


def test_folders_that_cannot_be_looked_into(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is a student told whose folder belongs to somebody else, and the class if all are?"""
    may = os.access
    (root / "submitted" / "closed").mkdir()  # without a look into it, it is empty
    monkeypatch.setattr(
        "grader.classes.classroom.os.access",
        lambda path, mode: "closed" not in str(path) and may(path, mode),
    )
    assert classroom(root).students(ASSIGNMENT) == sorted([*FEW, "closed"])

    def refuse(path: Path) -> list[str]:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("grader.classes.classroom.os.listdir", refuse)
    assert main(["autograde", ASSIGNMENT, "--course", str(root)]) == 2
    assert f"{root}/submitted cannot be used: Permission denied" in capsys.readouterr().err


# Several instructors


def test_groupshared(tmp_path: Path) -> None:
    """Has the group what its owner has of all that the next of them needs, and else nobody?"""
    modes = {}
    for name, config in (("shared", "c.CourseDirectory.groupshared = True\n"), ("own", "")):
        root = new_course(tmp_path / name, config)
        (root / ".grader-secret").unlink()
        classroom(root).release(ASSIGNMENT)
        hand_in(root, "ada", STUDENTS["ada"])
        assert graded_again(root) == ["ada"]
        cache = root / ".grader-cache"
        modes[name] = {
            path.name: oct(path.stat().st_mode & 0o770)
            for path in (
                root / ".grader-secret",
                root / "gradebook.db",
                cache,
                cache / "lock",
                cache / ASSIGNMENT,
                cache / ASSIGNMENT / "ada.json",
                root / "autograded" / "ada",
            )
        }
    assert set(modes["shared"].values()) == {"0o660", "0o770"}
    assert modes["own"][".grader-secret"] == modes["own"]["lock"] == "0o600"
    assert modes["own"][".grader-cache"] == "0o700"


# A gradebook or a folder that is not as nbgrader likes it


@pytest.mark.parametrize(
    "name", ["a b", "100%", "x[1]", "st*r", "#1", "o'b", 'q"q', "d$HOME", "ünï"]
)
def test_path_of_the_course(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Can a course lie in a folder of any name?"""
    root = new_course(tmp_path / name)
    students = classroom(root)
    students.release(ASSIGNMENT)
    hand_in(root, "ada", STUDENTS["ada"])
    assert graded_again(root) == ["ada"]
    students.feedback(ASSIGNMENT)
    assert (root / "feedback" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.html").is_file()
    assert main(["export", ASSIGNMENT, "--course", str(root)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6


def test_path_that_is_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Does a course in whose path nbgrader can keep no gradebook say so?"""
    root = new_course(tmp_path / "what?")
    assert main(["autograde", ASSIGNMENT, "--course", str(root)]) == 2
    assert capsys.readouterr().err == (
        f"grader: nbgrader can keep no gradebook in {root}: rename the folder that has a ?\n"
    )


def test_export_of_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Does the CSV of an empty class say where submissions belong?"""
    root = new_course(tmp_path / "course")
    assert main(["export", ASSIGNMENT, "--course", str(root)]) == 2
    assert f"none in {root}/submitted/STUDENT/{ASSIGNMENT}/" in capsys.readouterr().err


def test_export_before_grading(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Does the CSV of a class that is not graded say what to do, and is no empty table?"""
    assert main(["export", ASSIGNMENT, "--course", str(root)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "is graded. Run: grader autograde ps1_standardize" in err


POLICY = """
from nbgrader.plugins import BasePlugin
class Policy(BasePlugin):
    def late_submission_penalty(self, student, score, seconds):
        return 1 / 0
c.AssignLatePenalties.plugin_class = Policy
"""
CANNOT_BE_USED = {
    "no address": ('c.CourseDirectory.db_url = "foo"', "c.CourseDirectory.db_url cannot be used"),
    "no such database": (
        'c.CourseDirectory.db_url = "nosuch://a:secret@b/c"',
        "c.CourseDirectory.db_url cannot be used",
    ),
    "no driver": (
        'c.CourseDirectory.db_url = "mysql://a:secret@b/c"',
        "c.CourseDirectory.db_url cannot be used: No module named 'MySQLdb'",
    ),
    "no policy": (
        'c.AssignLatePenalties.plugin_class = "nosuch.Policy"',
        "c.AssignLatePenalties.plugin_class: ",
    ),
    "policy that fails": (POLICY, "c.AssignLatePenalties.plugin_class: ZeroDivisionError"),
}


@pytest.mark.parametrize(("config", "says"), CANNOT_BE_USED.values(), ids=CANNOT_BE_USED)
def test_configuration_that_cannot_be_used(
    config: str,
    says: str,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Does it end the run with one line, status 2, and no password?"""
    monkeypatch.setattr(
        "grader.classes.pool.grade_here", lambda job, todo, jobs: in_this_process(job, todo)
    )
    with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        book.update_or_create_assignment(ASSIGNMENT, duedate="2020-01-01")
    (root / "submitted" / "ada" / ASSIGNMENT / TIMESTAMP).write_text("2020-01-02 00:00:00 UTC")
    with (root / "nbgrader_config.py").open("a") as file:
        file.write(f"{config}\n")
    assert main(["autograde", ASSIGNMENT, "--students", "ada", "--course", str(root)]) == 2
    err = capsys.readouterr().err.splitlines()
    [line] = [line for line in err if line.startswith("grader: ")]
    assert line.startswith(f"grader: {says}")
    assert not any("Traceback" in other for other in err)
    assert "secret" not in line


def test_hidden_masters(course: Path) -> None:
    """Are the companions that a Mac or an editor hides beside masters no masters?"""
    found = Course.at(course)
    assert found.assignments() == [ASSIGNMENT, "ps2_inference"]
    assert list(found.masters_of(ASSIGNMENT)) == [ASSIGNMENT]


def test_failing_release(root: Path) -> None:
    """Does a step of nbgrader's that fails say why in one line?"""
    master = root / "solutions" / ASSIGNMENT / FILE
    master.write_text("{")
    with pytest.raises(CourseError, match=r"^nbgrader's GenerateAssignment: .*JSON.*$"):
        classroom(root).release(ASSIGNMENT)


# Names, and masters that change


def test_names_in_csv(root: Path, tmp_path: Path) -> None:
    """Do commas, quotes and line breaks in names keep nbgrader's CSV in its columns?"""
    assert graded_again(root)
    name = {"last_name": 'O"Neil, Jr.', "first_name": "Ada\nB.", "email": "a,b@c.d"}
    with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        book.update_or_create_student("ada", **name)
        book.update_or_create_student("nobody, yet")
    paths = tmp_path / "ours.csv", tmp_path / "nbgrader.csv"
    command = [sys.executable, "-m", "nbgrader", "export", "--to", str(paths[0])]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    with paths[0].open(newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {key: rows["ada"][key] for key in name} == name
    assert (rows["ada"]["score"], rows["ada"]["max_score"]) == ("20.0", "24.0")
    assert (rows["nobody, yet"]["score"], rows["nobody, yet"]["timestamp"]) == ("0.0", "")
    chosen = [f"--{kind}=[{name!r}]" for kind, name in (("student", "ben"), ("assignment", "ps"))]
    subprocess.run([*command, chosen[0]], cwd=root, check=True, capture_output=True)
    with paths[0].open(newline="") as file:
        assert [row["student_id"] for row in csv.DictReader(file)] == ["ben"]
    subprocess.run([*command, chosen[1]], cwd=root, check=True, capture_output=True)
    assert len(paths[0].read_text().splitlines()) == 1
    with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        book.remove_student("ada")
        CsvExportPlugin(to=str(paths[1])).export(book)
        classroom(root).export(paths[0])
    assert paths[0].read_text().replace('"nobody, yet"', "nobody, yet") == paths[1].read_text()


def change(root: Path, *, take_out: bool) -> None:
    """Take the last graded cell out of the master, or make it count for nothing."""
    path = root / "solutions" / ASSIGNMENT / FILE
    notebook = json.loads(path.read_text())
    cells = notebook["cells"]
    [last] = [c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == "forward"]
    if take_out:
        cells.remove(last)
    last["metadata"]["nbgrader"]["points"] = 0
    path.write_text(json.dumps(notebook))


def test_cell_taken_out(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When a graded cell is taken out after people have handed in, do both ways out work?"""
    command = ["autograde", ASSIGNMENT, "--students", "ada", "--course"]
    assert main([*command, str(root)]) == 0
    other = shutil.copytree(root, tmp_path / "other")
    for course in (root, other):
        change(course, take_out=True)
        capsys.readouterr()
        assert main([*command, str(course)]) == 2
        says = capsys.readouterr().err
        assert f"after people have handed in. In {ASSIGNMENT}, put back forward (a cell of" in says
    first, anew = re.findall(r"nbgrader (?!db).*?(?=\.|$)|nbgrader db.*", says)
    shutil.copy(ROOT / "solutions" / ASSIGNMENT / FILE, root / "solutions" / ASSIGNMENT)
    change(root, take_out=False)
    for course, advice, full in ((root, first, 13), (other, anew, 13)):
        shell = advice.replace("nbgrader", f"{sys.executable} -m nbgrader")
        subprocess.run(shell, shell=True, cwd=course, check=True, capture_output=True)
        assert main([*command, str(course)]) == 0
        assert f"ada      {full} / {full}" in capsys.readouterr().out


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_gradebook_locked_at_the_start(
    lock: str, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does a gradebook that is locked from the start on say so in one line, with status 2?"""
    monkeypatch.setattr(
        "grader.classes.pool.grade_here", lambda job, todo, jobs: in_this_process(job, todo)
    )
    command = ["autograde", ASSIGNMENT, "--students", "ada", "--course", str(root)]
    with closing(sqlite3.connect(root / "gradebook.db")) as other:
        other.execute(lock)
        assert main(command) == 2
    out, err = capsys.readouterr()
    [line] = [line for line in err.splitlines() if "submission" not in line]
    assert line.startswith("grader: the gradebook cannot be used: database is locked.")
    assert out == ""
    assert main(command) == 0
