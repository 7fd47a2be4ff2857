"""Wrong answers that no mistake explains: what a student wrote, and where a new mistake goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import nbformat

from ..checking.check import Check, Verdict
from ..checking.mistakes import OURS
from ..notebooks.notebook import is_autograded, is_set
from ..sandbox.outputs import printable
from .classroom import Classroom

LINES = 60  # of a student's code

FAULT = """\
# {place}, in the list of mistakes
Mistake(
    "{id}",
    "what the code does",
    "Why that is wrong, without the line to write.",
    "{section}",
)

# {faults}, in what "{check}" can name
"{id}"

# and where its implementation is made
if "{id}" in mistakes:
    ...  # what the code above does
"""


@dataclass(frozen=True)
class Example:
    """One solution of a behaviour, what its student was told, and the skeleton of a fault."""

    student: str
    source: str
    message: str
    fault: str


class Examples:
    """Solutions as they were handed in, from the graded notebooks."""

    def __init__(
        self,
        classroom: Classroom,
        assignment: str,
        checks: Mapping[str, Check],
        verdicts: Mapping[str, Sequence[Verdict]],
    ) -> None:
        self.classroom, self.assignment = classroom, assignment
        self.checks, self.verdicts = checks, verdicts

    def of(self, check: str, student: str) -> Example:
        """What a student wrote for a check, and a fault to begin with that names it."""
        [verdict, *_] = [one for one in self.verdicts[student] if one.id == check]
        package = self.classroom.course.checks
        folder = f"{package}.{self.assignment}".replace(".", "/")
        ours = package == OURS  # another course has one module for a set
        place, faults = (
            f"{folder}/{name}.py" if ours else f"{folder}.py" for name in ("mistakes", "faults")
        )
        id, section = f"{check.replace('_', '-')}-what-it-does", self.checks[check].section
        fault = FAULT.format(place=place, faults=faults, id=id, check=check, section=section)
        source = self._source(check, student)
        return Example(printable(student), source, printable(verdict.message), fault)

    def _source(self, check: str, student: str) -> str:
        """The student's cells between a graded cell and the one before."""
        for path in self.classroom.autograded(student, self.assignment).glob("*.ipynb"):
            above: list[str] = []
            for cell in nbformat.read(path, as_version=4).cells:
                if is_autograded(cell):
                    if cell.metadata.nbgrader.grade_id == check:
                        lines = "\n\n".join(above).splitlines()
                        more = [f"# and {len(lines) - LINES} lines more"] * (len(lines) > LINES)
                        return printable("\n".join([*lines[:LINES], *more]))
                    above.clear()
                elif cell.cell_type == "code" and is_set(cell, "solution"):
                    above.append(cell.source)
        return ""
