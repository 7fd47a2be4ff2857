"""Reading submissions, and restoring the trusted cells in them."""

import copy
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from grader.notebooks.notebook import (
    COPY,
    LATE,
    RESTORED,
    SOURCE_LIMIT,
    CourseError,
    Master,
    SubmissionError,
    read_master,
    read_submission,
    restore,
    which_master,
)

Json = dict[str, Any]
FLAGS = ("grade", "solution", "locked", "task")


def cell(source: str, grade_id: object = "", kind: str = "code", **flags: object) -> Json:
    metadata: Json = {}
    if grade_id:
        metadata["nbgrader"] = dict.fromkeys(FLAGS, False) | {"schema_version": 3} | flags
        metadata["nbgrader"]["grade_id"] = grade_id
    document = {"cell_type": kind, "id": grade_id or "x", "metadata": metadata, "source": source}
    return document | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def document(*cells: object) -> Json:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
MASTER = document(
    cell("import numpy", "setup", locked=True),
    cell("def f(x):\n    return x\n\na, (b, *c) = 1, (2,)\nclass K: pass", "f", solution=True),
    cell("check('f')", "check-f", grade=True, locked=True, points=2),
    cell("g: int = 1", "g", solution=True),
    cell("check('g')", "check-g", grade=True, locked=True, points=3),
    cell("because", "why", "markdown", grade=True, solution=True, points=4),
) | {"metadata": KERNEL}


@pytest.fixture
def master(tmp_path: Path) -> Master:
    folder = tmp_path / "masters" / "ps"
    folder.mkdir(parents=True)
    (folder / "ps.ipynb").write_text(json.dumps(MASTER))
    return read_master(tmp_path / "masters", "ps")


@pytest.fixture
def handed_in(tmp_path: Path) -> Json:
    notebook = copy.deepcopy(MASTER)
    notebook["cells"][1]["source"] = "def f(x): return 'mine'"
    return notebook


def read(folder: Path, content: object) -> NotebookNode:
    path = folder / "handed-in.ipynb"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_submission(path)


def ids(notebook: NotebookNode) -> list[str]:
    return [c.metadata.get("nbgrader", {}).get("grade_id", c.source) for c in notebook.cells]


def sources(notebook: NotebookNode) -> dict[str, str]:
    return dict(zip(ids(notebook), (c.source for c in notebook.cells), strict=True))


ALL = ["setup", "f", "check-f", "g", "check-g", "why"]

UNREADABLE = {
    "empty": ("", "is empty. Save the notebook"),
    "blank": ("  \n", "is empty. Save the notebook"),
    "not JSON": ("def f(x): ...", "is not JSON, which a notebook is: line 1"),
    "cut off": ('{"cells": [{"cell_type": "code"', "is cut off or not JSON"),
    "not text": (b"\xff\xfe\x00{", "not JSON, which a notebook is: line 1"),
    "cut off in a text": ('{"cells": [{"cell_type": "co\n', "is cut off or not JSON"),
    "too deep": ("[" * 200_000, "are nested too deep. Clear the outputs"),
    "zip": (b"PK\3\4ab", "is an archive, whatever it is called. Hand in the notebook"),
    "gzip": (gzip.compress(b"{}"), "is an archive, whatever it is called. Hand in the notebook"),
    "not merged": (
        '{\n"cells": [\n<<<<<<< HEAD\n=======\n>>>>>>> other\n]}',
        "has two versions in it that git could not merge, from line 3 on. Take one of them",
    ),
    "a list": ([1, 2], "is not a notebook: it has no cells"),
    "a number": (3, "is not a notebook: it has no cells"),
    "no cells": ({"nbformat": 4}, "is not a notebook: it has no cells"),
    "cells not a list": ({"cells": {"a": 1}}, "its cells are not a list"),
    "too many cells": ({"cells": [{}] * 5_001}, "has 5001 cells; 5000 at most"),
    "too much text": (
        document(cell("x" * (SOURCE_LIMIT + 1))),
        "has 0.5 million characters in its cells; 0.5 million at most are graded",
    ),
    "nbformat 3, broken": (
        {"nbformat": 3, "worksheets": 5},
        "is a notebook of an old format (nbformat 3) that cannot be converted",
    ),
}


@pytest.mark.parametrize(("content", "says"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable(tmp_path: Path, content: object, says: str) -> None:
    """Does a file that is no notebook give a message that says which file and what is wrong?"""
    with pytest.raises(SubmissionError) as error:
        read(tmp_path, content)
    assert says in str(error.value)
    assert str(tmp_path / "handed-in.ipynb") in str(error.value)


def test_no_file(tmp_path: Path) -> None:
    """Does a path that leads nowhere, or to a folder, say so?"""
    with pytest.raises(SubmissionError, match=r"a\.ipynb: there is no such file"):
        read_submission(tmp_path / "a.ipynb")
    with pytest.raises(SubmissionError, match="is a folder"):
        read_submission(tmp_path)
    with pytest.raises(SubmissionError, match="there is no such file"):
        read_submission(tmp_path / "a.ipynb" / "b.ipynb")


def test_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does a file beyond all reason say how large it may be?"""
    monkeypatch.setattr("grader.notebooks.notebook.FILE_LIMIT", 1024**2)
    with pytest.raises(SubmissionError, match="has more than 1 MB, which is more than is read"):
        read(tmp_path, " " * 2 * 1024**2)


def test_stored_outputs(tmp_path: Path) -> None:
    """Are 100 MB of stored outputs dropped, and the cells kept?"""
    notebook = document(cell("1 + 1"))
    text = "x" * 100_000_000
    notebook["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]
    [read_back] = read(tmp_path, notebook).cells
    assert (read_back.source, read_back.outputs) == ("1 + 1", [])


def encoded(text: str) -> dict[str, bytes]:
    """A notebook as editors and tools save it."""
    return {
        "a mark": text.encode("utf-8-sig"),
        "UTF-16": text.encode("utf-16"),
        "UTF-16 without a mark": text.encode("utf-16-le"),
        "UTF-32": text.encode("utf-32"),
        "a long number": text.replace('"n": 1', f'"n": {"9" * 5000}').encode(),
        "line breaks in texts": text.replace("\\n", "\n").encode(),
        "lines without ends": text.replace('"a\\nb"', '["a", "b"]').encode(),
    }


@pytest.mark.parametrize("kind", encoded(""))
def test_encodings(tmp_path: Path, kind: str) -> None:
    """Is a notebook read however it was saved?"""
    text = json.dumps({"n": 1, **document(cell("a\nb"))})
    data = encoded(text)[kind]
    assert data != text.encode()
    assert [c.source for c in read(tmp_path, data).cells] == ["a\nb"]


def test_a_broken_letter(tmp_path: Path) -> None:
    """Does a letter in another encoding cost that letter alone?"""
    data = json.dumps(document(cell("# Losung\nf()"))).encode().replace(b"Lo", b"L\xf6")
    assert [c.source for c in read(tmp_path, data).cells] == ["# L\ufffdsung\nf()"]


ODD = {
    "no metadata": {"cell_type": "code", "source": "1"},
    "metadata a list": {"cell_type": "code", "source": "1", "metadata": []},
    "nbgrader a string": {"source": "1", "cell_type": "code", "metadata": {"nbgrader": "x"}},
    "grade_id a list": cell("1", grade_id=["a"]),
    "source a list": {"cell_type": "code", "source": ["1"]},
    "source with others": {"cell_type": "code", "source": ["1", None, 2]},
    "outputs a string": {"cell_type": "code", "source": "1", "outputs": "x"},
    "id a number": {"cell_type": "code", "source": "1", "id": 7},
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_cells(tmp_path: Path, odd: Json) -> None:
    """Is a cell with odd fields read for its text, as a valid cell?"""
    notebook = read(tmp_path, document(odd, "not a cell", None))
    nbformat.validate(notebook)
    assert [(c.cell_type, c.source) for c in notebook.cells] == [("code", "1")]


def test_text_that_cannot_be_written(tmp_path: Path) -> None:
    """Does half a surrogate pair in a cell become text that can be written?"""
    [only] = read(tmp_path, '{"cells": [{"cell_type": "markdown", "source": "a\\ud800b"}]}').cells
    assert only.source == "a?b"


def test_nbformat_3(tmp_path: Path, master: Master) -> None:
    """Is a notebook of nbformat 3 converted?"""
    old = {"cell_type": "code", "language": "python", "metadata": {"nbgrader": {"grade_id": "f"}}}
    sheet = {"cells": [old | {"input": "def f(x): return 3", "outputs": []}], "metadata": {}}
    notebook = read(
        tmp_path,
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]},
    )
    assert sources(restore(notebook, master))["f"] == "def f(x): return 3"


def test_pictures(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Are pictures in a written answer kept, and other attachments not?"""
    handed_in["cells"][5]["attachments"] = {
        "a.png": {"image/png": "aGk="},
        "b.html": {"text/html": "<script>alert(1)</script>"},
        "c.png": "no bundle",
        "d.png": {"image/png": 7},
    }
    restored = restore(read(tmp_path, handed_in), master)
    assert restored.cells[5].attachments == {"a.png": {"image/png": "aGk="}}
    nbformat.validate(restored)


def test_names(master: Master) -> None:
    """Which names may checks ask for? Those that the master's solution cells define."""
    assert master.names == {"f", "a", "b", "c", "K", "g"}


def test_points_by_hand(master: Master) -> None:
    """How many points does a person give? Those of the graded answers."""
    assert master.by_hand == 4


MASTERS = {
    "two cells of one id": (
        [cell("1", "a", locked=True), cell("1", "a", solution=True) | {"id": "b"}],
        "two cells have the grade_id 'a'",
    ),
    "of an older nbgrader": (
        [cell("1", "a", solution=True, schema_version=1)],
        r"metadata in version 1, and not in 3\. Run: nbgrader update .*ps\.ipynb",
    ),
}


@pytest.mark.parametrize(("cells", "says"), MASTERS.values(), ids=MASTERS)
def test_wrong_master(tmp_path: Path, cells: list[Json], says: str) -> None:
    """Does a wrong master say which cell is wrong?"""
    (tmp_path / "ps").mkdir()
    (tmp_path / "ps" / "ps.ipynb").write_text(json.dumps(document(*cells)))
    with pytest.raises(CourseError, match=says):
        read_master(tmp_path, "ps")


KERNELS: list[Json] = [
    {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}},
    {"kernelspec": {"name": "ir", "display_name": "R"}, "language_info": {"name": "R"}},
]


@pytest.mark.parametrize("kernel", KERNELS)
def test_other_language(tmp_path: Path, kernel: Json) -> None:
    """Is a master that is not in Python refused, and not graded as if it were?"""
    (tmp_path / "ps").mkdir()
    (tmp_path / "ps" / "ps.ipynb").write_text(json.dumps(document() | {"metadata": kernel}))
    with pytest.raises(CourseError, match="a notebook in R; only Python is graded"):
        read_master(tmp_path, "ps")


def test_names_beside_magics(tmp_path: Path) -> None:
    """Are names found in cells with lines that only IPython understands?"""
    cells = [cell("%matplotlib inline\n!ls\ndef f(): pass", "a", solution=True)]
    cells += [cell("%%time\ng = 1", "b", solution=True), cell("?f", "c", solution=True)]
    (tmp_path / "ps").mkdir()
    (tmp_path / "ps" / "ps.ipynb").write_text(json.dumps(document(*cells)))
    assert read_master(tmp_path, "ps").names == {"f", "g"}


def test_cells_without_ids(tmp_path: Path, handed_in: Json) -> None:
    """Has a notebook of a master that is older than nbformat 4.5 ids, the same each time?"""
    old = copy.deepcopy(MASTER) | {"nbformat_minor": 4}
    for one in old["cells"]:
        del one["id"]
    (tmp_path / "ps").mkdir()
    (tmp_path / "ps" / "ps.ipynb").write_text(json.dumps(old))
    first, second = (
        restore(read(tmp_path, handed_in), read_master(tmp_path, "ps")) for _ in range(2)
    )
    nbformat.validate(first)
    assert first == second


def test_no_master(tmp_path: Path) -> None:
    """Does a master that is not there, or is no notebook, say so?"""
    with pytest.raises(CourseError, match=r"ps\.ipynb: there is no such master notebook"):
        read_master(tmp_path, "ps")
    (tmp_path / "ps").mkdir()
    (tmp_path / "ps" / "ps.ipynb").write_text("no")
    with pytest.raises(CourseError, match=r"ps\.ipynb is not a notebook"):
        read_master(tmp_path, "ps")


def test_restore(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Is an honest submission left as it is, with the master's metadata?"""
    restored = restore(read(tmp_path, handed_in), master)
    nbformat.validate(restored)
    assert sources(restored) == sources(master.notebook) | {"f": "def f(x): return 'mine'"}
    assert [c.metadata for c in restored.cells] == [c.metadata for c in master.notebook.cells]


def test_forged_cells(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Do text, points and flags of trusted cells come from the master, whatever was handed in?"""
    for forged in handed_in["cells"]:
        if forged["metadata"]["nbgrader"]["grade_id"] != "f":
            forged["source"] = "100.0"
        forged["metadata"]["nbgrader"] |= {"points": 100, "locked": False, "solution": True}
        forged["metadata"]["nbgrader"] |= {"checksum": "0", "schema_version": 1}
    restored = restore(read(tmp_path, handed_in), master)
    told = [c.metadata.pop("remark", None) for c in restored.cells]
    assert told == [RESTORED, None, None, None, None, None]
    assert [c.metadata for c in restored.cells] == [c.metadata for c in master.notebook.cells]
    expected = sources(master.notebook) | {"f": "def f(x): return 'mine'"}
    assert sources(restored) == expected | {"g": "100.0", "why": "100.0"}


@pytest.mark.parametrize("kind", ["markdown", "raw", "weird", None])
def test_retyped_cells(tmp_path: Path, master: Master, handed_in: Json, kind: object) -> None:
    """Do trusted cells have the master's type, whatever type was handed in?"""
    for retyped in handed_in["cells"]:
        retyped["cell_type"] = kind
    restored = restore(read(tmp_path, handed_in), master)
    nbformat.validate(restored)
    types = [c.cell_type for c in master.notebook.cells]
    assert [c.cell_type for c in restored.cells] == types


def test_deleted_cells(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Are deleted cells put back, a solution without an answer?"""
    handed_in["cells"] = handed_in["cells"][1:2]
    restored = restore(read(tmp_path, handed_in), master)
    nbformat.validate(restored)
    assert ids(restored) == ALL
    assert sources(restored) == sources(master.notebook) | {
        "f": "def f(x): return 'mine'",
        "g": "# This cell was missing from the submission.",
        "why": "*This cell was missing from the submission.*",
    }


def test_repeated_cells(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Does the first of several cells with a grade_id count, and the others become ordinary?"""
    handed_in["cells"].insert(2, cell("second", "f", solution=True))
    handed_in["cells"].append(cell("third", "check-f", grade=True, points=50))
    restored = restore(read(tmp_path, handed_in), master)
    assert ids(restored) == ["setup", "f", "second", "check-f", "g", "check-g", "why", "third"]
    told = {"remark": COPY.format("f")}
    assert [dict(restored.cells[i].metadata) for i in (2, 7)] == [told, {}]
    assert sources(restored)["f"] == "def f(x): return 'mine'"


def test_foreign_cells(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Are graded cells that the master does not have ordinary cells?"""
    handed_in["cells"].append(cell("bonus", "extra", grade=True, solution=False, points=50))
    restored = restore(read(tmp_path, handed_in), master)
    assert ids(restored) == [*ALL, "bonus"]
    assert restored.cells[-1].metadata == {}


def test_reordered_cells(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Are cells put back in the master's order, with the student's own behind their leader?"""
    first, *middle, last = handed_in["cells"]
    handed_in["cells"] = [cell("top"), last, cell("after why"), *reversed(middle), first]
    handed_in["cells"].append(cell("after setup"))
    restored = restore(read(tmp_path, handed_in), master)
    expected = ["top", "setup", "after setup", "f", "check-f", "g", "check-g", "why", "after why"]
    assert ids(restored) == expected


def test_ids_of_cells(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Are the ids of cells different from each other, even if those handed in are not?"""
    handed_in["cells"] += [cell("a"), cell("b"), cell("c", "f")]
    restored = restore(read(tmp_path, handed_in), master)
    assert len({c.id for c in restored.cells}) == len(restored.cells)


def test_notebook_metadata(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Is the notebook's own metadata, such as widgets, the master's?"""
    handed_in["metadata"] = {"widgets": {"a": "<script>"}, "kernelspec": {"name": "evil"}}
    restored = restore(read(tmp_path, handed_in), master)
    assert restored.metadata == KERNEL


def test_foreign_notebook(tmp_path: Path, master: Master) -> None:
    """Does a notebook with none of the master's cells say that it is another one?"""
    with pytest.raises(SubmissionError, match="this notebook is not ps: it has none of its cells"):
        restore(read(tmp_path, document(cell("1"), cell("2", "other", solution=True))), master)


def test_which_master(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Is the problem set of a notebook the one that it shares most cells with?"""
    cells = {"f": master.cells["f"], "z": master.cells["g"]}
    other = Master("other", master.notebook, cells, frozenset(), "other")
    submission = read(tmp_path, handed_in)
    assert which_master(submission, Path("other.ipynb"), [other, master]) is master
    handed_in["cells"] = [cell("1", "f")]
    submission = read(tmp_path, handed_in)
    assert which_master(submission, Path("other (1).ipynb"), [master, other]) is other
    handed_in["cells"] = [cell("1")]
    with pytest.raises(SubmissionError, match=r"no graded cells of this course\. .*: ps, other"):
        which_master(read(tmp_path, handed_in), Path("ps.ipynb"), [master, other])


def test_two_masters(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Does the folder decide between two sets with the same cells, and is a person asked else?"""
    other = replace(master, assignment="later")
    submission = read(tmp_path, handed_in)
    assert which_master(submission, Path("later/ps.ipynb"), [master, other]) is other
    assert which_master(submission, Path("ps/ps.ipynb"), [master, other]) is master
    with pytest.raises(SubmissionError, match=r"could be ps/ps, later/ps\. .* --assignment SET"):
        which_master(submission, Path("ps.ipynb"), [master, other])


def restored(folder: Path, handed_in: Json, master: Master) -> dict[str, NotebookNode]:
    notebook = restore(read(folder, handed_in), master)
    return dict(zip(ids(notebook), notebook.cells, strict=True))


WRITTEN = {  # name -> the texts in copies of the cell, and in cells below it; what a person reads
    "an answer": (["my words"], ["a note"], "my words"),
    "in a copy below a blank": (["YOUR ANSWER HERE", "my words"], [], "my words"),
    "in the first of two": (["my words", "YOUR ANSWER HERE"], [], "my words"),
    "the same in both": (["my words", "my words"], [], "my words"),
    "another in each": (["my words", "my words too"], [], "my words\n\nmy words too"),
    "in a new cell below": (["YOUR ANSWER HERE"], ["my words", "and"], "my words\n\nand"),
    "in a new cell below an emptied one": ([" "], ["my words"], "my words"),
    "nowhere": (["YOUR ANSWER HERE"], [], "YOUR ANSWER HERE"),
}


@pytest.mark.parametrize(("copies", "below", "answer"), WRITTEN.values(), ids=WRITTEN)
def test_written_answer(
    tmp_path: Path,
    master: Master,
    handed_in: Json,
    copies: list[str],
    below: list[str],
    answer: str,
) -> None:
    """Is a written answer where a person who marks will read it, wherever it was written?"""
    handed_in["cells"][-1:] = [
        *(cell(text, "why", "markdown", grade=True, solution=True, points=4) for text in copies),
        *(cell(text, kind="markdown") for text in below),
    ]
    notebook = restore(read(tmp_path, handed_in), master)
    found = {id: one.source for id, one in zip(ids(notebook), notebook.cells, strict=True)}
    assert found["why"] == answer
    everything = "".join(one.source for one in notebook.cells)
    assert everything.count("my words") == answer.count("my words")


QUESTION = "## Why?\n\nSay it in your own words."
NEXT = cell("## The next part", kind="markdown") | {"id": "next"}
PLACES = {
    "above": ([cell("my words", kind="markdown")], [], "my words"),
    "below the question": (f"{QUESTION}\n\nmy words", [], f"{QUESTION}\n\nmy words"),
    "in code": ([], [cell("my words, not Python")], "my words, not Python"),
    "in a comment": ([], [cell("# my words")], "# my words"),
    "in a string": ([], [cell("'my words'")], "'my words'"),
    "above and below": (
        [cell("my words", kind="markdown")],
        [cell("and these", kind="markdown")],
        "my words\n\nand these",
    ),
    "code that does something": ([], [cell("my = words")], "YOUR ANSWER HERE"),
    "IPython's own line": ([], [cell("%matplotlib inline")], "YOUR ANSWER HERE"),
    "below the next part": ([], [NEXT, cell("a note", kind="markdown")], "YOUR ANSWER HERE"),
}


@pytest.mark.parametrize(("before", "after", "answer"), PLACES.values(), ids=PLACES)
def test_written_elsewhere(
    tmp_path: Path, handed_in: Json, before: list[Json] | str, after: list[Json], answer: str
) -> None:
    """Is an answer read that stands around its cell, which was left blank?"""
    question = cell(QUESTION, kind="markdown")
    (tmp_path / "masters" / "ps").mkdir(parents=True)
    text = json.dumps(document(*MASTER["cells"][:-1], question, MASTER["cells"][-1], NEXT))
    (tmp_path / "masters" / "ps" / "ps.ipynb").write_text(text)
    blank = cell("YOUR ANSWER HERE", "why", "markdown", grade=True, solution=True, points=4)
    note = cell("a note of mine", kind="markdown")
    asked = [cell(before, kind="markdown")] if isinstance(before, str) else [question, *before]
    handed_in["cells"][-1:] = [note, *asked, blank, *after]
    notebook = restore(read(tmp_path, handed_in), read_master(tmp_path / "masters", "ps"))
    found = {id: one.source for id, one in zip(ids(notebook), notebook.cells, strict=True)}
    assert found["why"] == answer
    everything = "".join(one.source for one in notebook.cells)
    assert everything.count("my words") == answer.count("my words")
    assert "a note of mine" in found


def test_stub_before_its_copy(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Does a solution count that was pasted below the blank notebook, or below its stub?"""
    right = copy.deepcopy(handed_in["cells"])
    handed_in["cells"][1]["source"] = (
        "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    handed_in["cells"] += right
    notebook = restore(read(tmp_path, handed_in), master)
    assert sources(notebook)["f"] == "def f(x): return 'mine'"
    code = [c for c in notebook.cells if "def f(x)" in c.source]
    assert [c.source == "def f(x): return 'mine'" for c in code] == [False, True]
    assert not any("remark" in c.metadata for c in code)


@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("where", ["after the check", "at the end", "before the check"])
def test_defined_below_its_check(
    tmp_path: Path, master: Master, handed_in: Json, where: str, deleted: bool
) -> None:
    """Is it told when an exercise is solved below the cell that checks it?"""
    cells = handed_in["cells"]
    cells[1]["source"] = "def f(x):\n    raise NotImplementedError()"
    place = {"after the check": 3, "at the end": len(cells), "before the check": 2}[where]
    cells.insert(place, cell("def f(x): return 'new'"))
    if deleted:
        del cells[1]
    found = [c for c in restore(read(tmp_path, handed_in), master).cells if "'new'" in c.source]
    told = LATE.format("f") if where != "before the check" else None
    assert [c.metadata.get("remark") for c in found] == [told]


def test_merged_solutions(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Is it told when a later exercise's cell holds what an earlier check asks for?"""
    cells = handed_in["cells"]
    cells[3]["source"] = "def f(x): return 'mine'\ng = 1"
    del cells[1]
    found = restored(tmp_path, handed_in, master)
    assert {id: c.metadata.remark for id, c in found.items() if "remark" in c.metadata} == {
        "g": LATE.format("f")
    }


def test_texts_of_the_master_are_no_answer(tmp_path: Path, handed_in: Json) -> None:
    """Does text of the master's own below a blank answer stay where it is?"""
    (tmp_path / "masters" / "ps").mkdir(parents=True)
    own = cell("## The next part", kind="markdown")
    text = json.dumps(document(*MASTER["cells"], own))
    (tmp_path / "masters" / "ps" / "ps.ipynb").write_text(text)
    blank = cell("YOUR ANSWER HERE", "why", "markdown", grade=True, solution=True, points=4)
    handed_in["cells"][-1:] = [blank, own]
    found = restored(tmp_path, handed_in, read_master(tmp_path / "masters", "ps"))
    assert found["why"].source == "YOUR ANSWER HERE"
    assert "## The next part" in found


def test_pictures_of_copies(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Does an answer in a copy of its cell keep its pictures?"""
    copies = [cell(text, "why", "markdown") for text in ("YOUR ANSWER HERE", "mine")]
    copies[1]["attachments"] = {"a": {"image/png": "AAAA"}}
    handed_in["cells"][-1:] = copies
    assert restored(tmp_path, handed_in, master)["why"].attachments == {"a": {"image/png": "AAAA"}}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import numpy", False),
        ("import numpy  \n\n", False),
        ("#%%\nimport numpy  # as in PyCharm", False),
        ("import (", True),
        ("%matplotlib inline\nimport numpy", True),
        ("import numpy\nimport math", True),
        ("", True),
        ("# import numpy", True),
    ],
)
def test_changed_locked_cell_is_told(
    tmp_path: Path, master: Master, handed_in: Json, source: str, told: bool
) -> None:
    """Is one who changed a locked cell told that it was restored, and nobody else?"""
    handed_in["cells"][0]["source"] = source
    found = restored(tmp_path, handed_in, master)
    remarks = {id: one.metadata.remark for id, one in found.items() if "remark" in one.metadata}
    assert remarks == ({"setup": RESTORED} if told else {})


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("check('f')", False),
        ("# check('f')", False),
        ("check('f'); assert f(1) == 1", False),
        ("import math\ncheck('f')", True),
        ("def helper(x): return x\ncheck('f')", True),
    ],
)
def test_changed_graded_cell_is_told(
    tmp_path: Path, master: Master, handed_in: Json, source: str, told: bool
) -> None:
    """Is one told who defines in a graded cell what other code may need?"""
    handed_in["cells"][2]["source"] = source
    found = restored(tmp_path, handed_in, master)
    assert ("remark" in found["check-f"].metadata) == told


def test_hidden_tests_are_no_change(tmp_path: Path, handed_in: Json) -> None:
    """Is a cell as it was handed out not called changed where the master has tests besides?"""
    changed = copy.deepcopy(MASTER)
    changed["cells"][2]["source"] += "\n### BEGIN HIDDEN TESTS\nassert f\n### END HIDDEN TESTS"
    (tmp_path / "masters" / "ps").mkdir(parents=True)
    (tmp_path / "masters" / "ps" / "ps.ipynb").write_text(json.dumps(changed))
    found = restored(tmp_path, handed_in, read_master(tmp_path / "masters", "ps"))
    assert [id for id, one in found.items() if "remark" in one.metadata] == []


def test_copy_of_a_solution_is_told(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Is a second copy of a solution cell, which runs after the first, named to its reader?"""
    handed_in["cells"].insert(2, cell("def f(x): raise NotImplementedError", "f", solution=True))
    found = restored(tmp_path, handed_in, master)
    remarks = [one.metadata.remark for one in found.values() if "remark" in one.metadata]
    assert remarks == [COPY.format("f")]


# Cells whose metadata a tool has dropped, and notebooks of other sets


def test_lost_metadata(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Are cells known by their ids when a tool has dropped the metadata of all, or of some?"""
    expected = restore(read(tmp_path, handed_in), master)
    for lost in ("f", "why", "setup", "g", "check-f", "check-g"):
        [bare] = [c for c in handed_in["cells"] if c["id"] == lost]
        bare["metadata"] = {}
        submission = read(tmp_path, handed_in)
        assert restore(submission, master) == expected
        assert which_master(submission, Path("a.ipynb"), [master]) is master


def test_ids_of_copies(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Does a cell that has its grade_id count before one that has only the id?"""
    bare = copy.deepcopy(handed_in["cells"][1]) | {"metadata": {}, "source": "other"}
    handed_in["cells"].insert(0, bare)
    assert sources(restore(read(tmp_path, handed_in), master))["f"] == "def f(x): return 'mine'"


def test_lost_ids(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Does a notebook that has lost all marks of its cells say what to do?"""
    for bare in handed_in["cells"]:
        bare["metadata"], bare["id"] = {}, "x"
    with pytest.raises(SubmissionError, match="some tool has removed what marks its cells; copy"):
        restore(read(tmp_path, handed_in), master)


def test_another_set(tmp_path: Path, master: Master, handed_in: Json) -> None:
    """Is a notebook of another set told by its name, and one that only has more cells taken?"""
    sets = {"ps": ALL, "more": [*ALL, "h"], "other": ["setup", "h", "i"]}
    handed_in["cells"] += [cell("1", "h", solution=True), cell("1", "i", solution=True)]
    assert ids(restore(read(tmp_path, handed_in), master, sets))[:6] == ALL
    handed_in["cells"] = [handed_in["cells"][0], *handed_in["cells"][-2:]]
    with pytest.raises(SubmissionError, match=r"this notebook is not ps, but other\. Start from"):
        restore(read(tmp_path, handed_in), master, sets)
    with pytest.raises(SubmissionError, match="this notebook is not ps: it has none of its cells"):
        restore(read(tmp_path, handed_in), master)
