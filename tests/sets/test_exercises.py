"""The problem sets' notebooks: any editor opens them, and a student finds what is needed."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from helpers import ROOT

SETS = sorted(path.name for path in (ROOT / "solutions").iterdir())
NOTEBOOKS = [
    pytest.param(ROOT / folder / name / f"{name}.ipynb", id=f"{folder}/{name}")
    for folder in ("solutions", "exercises")
    for name in SETS
]
LANGUAGE = {"name": "python"}
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def cells(folder: str, assignment: str) -> list[dict[str, Any]]:
    path = ROOT / folder / assignment / f"{assignment}.ipynb"
    return list(nbformat.read(path, as_version=4).cells)


def graded(cell: dict[str, Any]) -> bool:
    return bool(cell["metadata"].get("nbgrader", {}).get("grade"))


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_format(path: Path) -> None:
    """Is it notebook format 4.5 to the letter, in Python, with an id a cell and no widgets?"""
    notebook = json.loads(path.read_text("utf-8"))
    nbformat.validate(notebook, relax_add_props=False)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"] == {"kernelspec": KERNEL, "language_info": LANGUAGE}
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(ids) == len(set(ids))
    attached = [cell["id"] for cell in notebook["cells"] if cell.get("attachments")]
    assert attached == []


@pytest.mark.parametrize("assignment", SETS)
def test_introduction(assignment: str) -> None:
    """Does a set say how long, how hard, for how many points, and link to what teaches it?"""
    found = cells("exercises", assignment)
    start = found[0]["source"]
    assert re.search(r"^- Time: about \d+ minutes\. Difficulty: \w+", start, re.M)
    points = {"code": 0.0, "markdown": 0.0}
    for cell in filter(graded, found):
        points[cell["cell_type"]] += cell["metadata"]["nbgrader"]["points"]
    by_checks, by_hand = f"{points['code']:g} by the checks", f"{points['markdown']:g} for the"
    assert f"- Points: {by_checks}, {by_hand} written question" in start
    in_numpy = "import torch" not in "".join(cell["source"] for cell in found)
    assert ("It has NumPy, and neither PyTorch nor another framework." in start) is in_numpy
    links = re.findall(r"\]\(([^)]+)\)", start)
    assert links
    for link in links:
        assert (ROOT / "exercises" / assignment / link).is_file(), link


@pytest.mark.parametrize("assignment", SETS)
def test_each_check_follows_an_example(assignment: str) -> None:
    """Does a student see an example or a plot before each check, and are there folded hints?"""
    code = [cell for cell in cells("exercises", assignment) if cell["cell_type"] == "code"]
    for before, cell in pairwise(code):
        if graded(cell):
            assert re.fullmatch(rf"{cell['id']}-(example|plot)", before["id"])
    text = "".join(cell["source"] for cell in cells("exercises", assignment))
    assert text.count("<details><summary>Hint") >= 5
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.parametrize("assignment", SETS)
def test_written_questions_have_a_marking_guide(assignment: str) -> None:
    """Is there a question in words, with a guide that names all its points, for markers only?"""
    written = [c for c in cells("solutions", assignment) if graded(c) and c["cell_type"] != "code"]
    assert written
    for cell in written:
        guide = cell["source"].partition("### BEGIN MARK SCHEME")[2]
        each = re.findall(r"^(\d+) points?(?: each for (three) of)?", guide, re.M)
        points = sum(int(number) * (3 if times else 1) for number, times in each)
        assert points == cell["metadata"]["nbgrader"]["points"]
    assert "MARK SCHEME" not in "".join(cell["source"] for cell in cells("exercises", assignment))
