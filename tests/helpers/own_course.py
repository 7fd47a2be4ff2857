"""The course of the page "Grade your own nbgrader course this way", with what students hand in."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import nbformat

from helpers import ROOT

RIGHT = "    numbers = sorted(numbers)\n    return numbers[len(numbers) // 2]"
WRONG = "    return numbers[len(numbers) // 2]"


def own_course(root: Path, handed_in: Mapping[str, str]) -> Path:
    """The course, its master, and the bodies of `median` that students have handed in."""
    shutil.copytree(ROOT / "grading" / "own_course", root)
    solution = f"    ### BEGIN SOLUTION\n{RIGHT}\n    ### END SOLUTION"
    _write(root / "source" / "week1" / "week1.ipynb", solution)
    for student, body in handed_in.items():
        _write(root / "submitted" / student / "week1" / "week1.ipynb", body)
    return root


def _write(path: Path, body: str) -> None:
    """The notebook of the problem set, with a stub around `body` as masters have it."""
    answer = nbformat.v4.new_code_cell(f"def median(numbers):\n{body}", id="answer")
    answer.metadata.nbgrader = {"grade_id": "median-solution", "solution": True, "grade": False}
    graded = nbformat.v4.new_code_cell("assert median([3, 1, 2]) == 2", id="graded")
    graded.metadata.nbgrader = {
        "grade_id": "median",
        "solution": False,
        "grade": True,
        "points": 4,
    }
    found = nbformat.v4.new_notebook(cells=[answer, graded])
    found.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    for cell in found.cells:
        cell.metadata.nbgrader |= {"locked": not cell.metadata.nbgrader["solution"]}
        cell.metadata.nbgrader |= {"task": False, "schema_version": 3}
    path.parent.mkdir(parents=True)
    nbformat.write(found, path)
