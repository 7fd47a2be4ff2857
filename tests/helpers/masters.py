"""The masters: their own solutions, to be graded as a student's, and their points."""

from typing import Any

from grader.notebooks.notebook import Master, is_autograded, read_master
from helpers import ROOT

SOLUTIONS = ROOT / "solutions"


def solution(master: Master, id: str) -> str:
    """The source of a solution cell."""
    source: str = master.cells[f"{id}-solution"].source
    return source


def solved(assignment: str) -> dict[str, Any]:
    """The namespace after the master's set-up and solution cells."""
    namespace: dict[str, Any] = {}
    for id, cell in read_master(SOLUTIONS, assignment).cells.items():
        if id.endswith(("setup", "-solution")):
            exec(cell.source, namespace)
    return namespace


def points_of(assignment: str) -> float:
    """The points that the checks of a problem set give in all."""
    cells = read_master(SOLUTIONS, assignment).cells.values()
    return sum(float(cell.metadata.nbgrader.points) for cell in cells if is_autograded(cell))
