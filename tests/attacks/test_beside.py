"""A class in which some hand in files beside the notebook that are meant to do harm."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from helpers.classes import classroom, new_course
from helpers.masters import points_of
from nbgrader.converters import Autograde

from grader.classes.sample import STUDENTS, hand_in
from grader.cli import main

SET = "ps1_standardize"
FULL = points_of(SET)
SECRET = b"the secret of the course"
# Says what it sees, and gives itself the points of whoever imports it.
EVIL = """
import builtins, os, sys
print("imported as", __name__, "by", os.getpid())
builtins.full_marks = sys.modules.get("grader")
def __getattr__(name): return lambda *args, **kwargs: 1
"""
# What a grader's own process, the student's, or a check's driver may import.
SHADOWS = (
    "abc", "ast", "contextlib", "copy", "functools", "grader", "inspect", "json", "keras",
    "linecache", "numpy", "os", "pathlib", "pickle", "protocol", "random", "re", "secrets",
    "sitecustomize", "socket", "student", "struct", "subprocess", "tempfile", "torch", "traceback",
    "typing", "usercustomize", "warnings", "nbformat", "nbgrader", "traitlets", "IPython",
)  # fmt: skip
# Looks everywhere below the scratch folder, and prints all that it finds.
LOOKS = """
import os
for place, _, names in os.walk("."):
    for name in names:
        path = os.path.join(place, name)
        print(path, open(path, "rb").read()[:200])
for path in (".", "..", "/proc/self/fd"):
    print(sorted(os.listdir(path)) if os.access(path, os.R_OK) else "closed")
"""


def shadows(folder: Path) -> None:
    for name in SHADOWS:
        (folder / f"{name}.py").write_text(EVIL)
    (folder / "numpy").mkdir()
    (folder / "numpy" / "__init__.py").write_text(EVIL)
    (folder / "easy.pth").write_text("import os; os.abort()\n")
    (folder / "ipython_config.py").write_text("import os; os.abort()\n")
    (folder / "nbgrader_config.py").write_text("import os; os.abort()\n")


def links(folder: Path) -> None:
    root = folder.parents[2]
    other = root / "submitted" / "zoe" / SET
    (folder / "book.txt").symlink_to(root / "gradebook.db")
    (folder / "secret.txt").symlink_to("../../../.grader-secret")
    (folder / "zoes.txt").symlink_to(other / f"{SET}.ipynb")
    (folder / "master.txt").symlink_to(root / "solutions" / SET / f"{SET}.ipynb")
    (folder / "inside").mkdir()
    (folder / "inside" / "again.txt").symlink_to(root / "secret.txt")
    (folder / "all").symlink_to("/")
    (folder / "zoe").symlink_to(other)
    (folder / "round").symlink_to(".")


def names(folder: Path) -> None:
    (folder / ("n" * 255)).write_text("long")
    (folder / "..x.py").write_text("hidden")
    (folder / "...").mkdir()
    (folder / "..." / "x.py").write_text("hidden")
    (folder / "\\..\\..\\x.py").write_text("x")
    (folder / "C:\\x.py").write_text("x")
    (folder / "~").mkdir()
    (folder / "~" / "x.py").write_text("x")
    (folder / "-rf").write_text("x")
    (folder / "\x1b]0;owned\x07\x1b[2J\n\u202e.py").write_text("x")


def deep(folder: Path) -> None:
    inner = folder / "/".join(["d" * 200] * 15)
    inner.mkdir(parents=True)
    (inner / "x").write_text("deep")


def many(folder: Path) -> None:
    for i in range(10_000):
        (folder / f"{i}.py").touch()


def large(folder: Path) -> None:
    for i in range(3):
        with (folder / f"sparse{i}.bin").open("wb") as file:
            file.truncate(10**9)


def special(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "zeros").symlink_to("/dev/zero")
    (folder / "closed").write_text("x")
    (folder / f"{SET}.ipynb.txt").write_text("x")


ATTACKS = {
    "shadows": shadows, "links": links, "names": names, "deep": deep, "many": many,
    "large": large, "special": special,
}  # fmt: skip


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Students whose right notebook looks at all that is beside it, with such files."""
    root = new_course(tmp_path_factory.mktemp("class") / "course")
    classroom(root).release(SET)
    (root / "secret.txt").write_bytes(SECRET)
    (root / ".grader-secret").write_bytes(SECRET)
    for student in (*ATTACKS, "zoe"):
        hand_in(root, student, STUDENTS["ada"])
        folder = root / "submitted" / student / SET
        if student in ATTACKS:
            ATTACKS[student](folder)
            path = folder / f"{SET}.ipynb"
            notebook = json.loads(path.read_text())
            cell = {"cell_type": "code", "id": "looks", "metadata": {}, "outputs": []}
            notebook["cells"].insert(1, cell | {"source": LOOKS, "execution_count": None})
            path.write_text(json.dumps(notebook))
    return root


def looked(course: Path, student: str) -> str:
    path = course / "autograded" / student / SET / f"{SET}.ipynb"
    [cell] = [c for c in json.loads(path.read_text())["cells"] if "os.walk" in "".join(c["source"])]
    return "".join("".join(output.get("text", "")) for output in cell["outputs"])


def check(course: Path, students: dict[str, float]) -> None:
    """Has everybody their points, and has nobody seen what is not theirs?"""
    found = classroom(course)
    points = {s: sum(v.points for v in found.verdicts(SET, s)) for s in students}
    assert points == students
    for student in ATTACKS:
        text = looked(course, student)
        assert SECRET.decode() not in text
        assert "SQLite" not in text
        assert "cells" not in text
        assert not re.search(r"imported as \w+ by \d", text)
        assert str(course) not in text
    assert "/n" + "n" * 254 in looked(course, "names")
    assert "hidden" not in looked(course, "names")
    assert looked(course, "shadows").count(".py b") >= len(SHADOWS)
    assert looked(course, "many").count(".py b''") == 100
    assert looked(course, "large").count(".bin") == 0


EVERYBODY = dict.fromkeys((*ATTACKS, "zoe"), FULL)


def test_class(course: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """In a class, does each get what is right and no more, and is no file of others seen?"""
    root = shutil.copytree(course, tmp_path / "course", symlinks=True, copy_function=_copy)
    before = sorted(tmp_path.iterdir())
    assert main(["autograde", SET, "--course", str(root), "--jobs", "2"]) == 0
    out = capsys.readouterr().out
    check(root, EVERYBODY)
    assert sorted(tmp_path.iterdir()) == before
    assert all(char.isprintable() or char == "\n" for char in out)
    for name in ("book.txt", "secret.txt", "zoes.txt", "master.txt", "inside/again.txt"):
        assert out.count(f"{name} was left out: it is not an ordinary file") == 1
    assert "sparse0.bin was not there for the notebook: more than 16 MB in all" in out
    assert "and the files after it were not there for the notebook: more than 100 files" in out


def _copy(source: str, dest: str) -> None:
    """Copy a file of the class; a pipe is made again, a sparse file stays one."""
    if Path(source).is_fifo():
        os.mkfifo(dest)
    elif os.stat(source).st_size > 10**8:
        with open(dest, "wb") as file:
            file.truncate(os.stat(source).st_size)
    else:
        shutil.copy2(source, dest, follow_symlinks=False)


def test_nbgrader(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor with nbgrader's command, which copies what a student's links lead to?"""
    root = shutil.copytree(course, tmp_path / "course", symlinks=True, copy_function=_copy)
    monkeypatch.chdir(root)
    shutil.rmtree(root / "submitted" / "special")  # nbgrader itself waits for what is in the pipe
    shutil.rmtree(root / "submitted" / "large")  # and fills the disk
    classroom(root).run(Autograde, SET, "links", force=True)
    text = looked(root, "links")
    assert (root / "autograded" / "links" / SET / "inside" / "again.txt").read_bytes() == SECRET
    assert SECRET.decode() not in text
    assert "txt" not in text
