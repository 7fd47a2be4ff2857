"""Grading one submission: its cells run in the student's process, the checks in this one."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode, from_dict

from .check import Check, Verdict
from .notebook import is_autograded
from .process import Limits, StudentGone, StudentProcess, Warm
from .remote import Student
from .report import error_output, outputs


@dataclass(frozen=True)
class Graded:
    """A graded submission: a verdict for each graded cell, and the notebook with all outputs."""

    assignment: str
    verdicts: list[Verdict]
    notebook: NotebookNode

    @property
    def score(self) -> float:
        """The points that the checks gave."""
        return round(sum(verdict.points for verdict in self.verdicts), 2)

    @property
    def max_score(self) -> float:
        """The points that the checks could give."""
        return sum(verdict.max_points for verdict in self.verdicts)


def grade_notebook(
    notebook: NotebookNode,
    assignment: str,
    names: frozenset[str],
    checks: Mapping[str, Check],
    warm: Warm,
    seed: int,
    limits: Limits,
) -> Graded:
    """Grade a restored submission; the outputs are written into `notebook`.

    `names` are the master's: those that the checks may ask the student's namespace for.
    """
    verdicts = []
    with _Session(warm, limits) as session:
        for cell in notebook.cells:
            if is_autograded(cell):
                check, points = checks[cell.metadata.nbgrader.grade_id], _points(cell)
                verdicts.append(session.grade(check, names, points, seed))
                cell.outputs = outputs(verdicts[-1])
            elif cell.cell_type == "code":
                cell.outputs = session.run(cell.source)
    return Graded(assignment, verdicts, notebook)


def _points(cell: NotebookNode) -> float:
    return float(cell.metadata.nbgrader.points)


class _Session:
    """A student's process that comes back when it is lost.

    The new one runs the earlier cells again, without those that ended a process.
    """

    def __init__(self, warm: Warm, limits: Limits) -> None:
        self.warm, self.limits = warm, limits
        self.ran: list[str] = []
        self.process: StudentProcess | None = None

    def __enter__(self) -> "_Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._lose()

    def run(self, source: str) -> list[NotebookNode]:
        """The outputs of a cell of the student's."""
        try:
            outputs = self._alive().run_cell(source, self.limits.cell_seconds)
        except StudentGone as gone:
            self._lose()
            return [error_output("StudentGone", _cell_message(gone))]
        self.ran.append(source)
        return [from_dict(output) for output in outputs]

    def grade(self, check: Check, names: frozenset[str], max_points: float, seed: int) -> Verdict:
        """The verdict of one check, which has a time of its own."""
        seconds = self.limits.exercise_seconds
        try:
            channel = _Timed(self._alive(), seconds)
            return check.grade(Student(channel, names, self.ran), max_points, seed)
        except StudentGone as gone:
            self._lose()
            return Verdict(check.id, 0.0, max_points, gone.status, _check_message(gone, seconds))

    def _alive(self) -> StudentProcess:
        while self.process is None:
            self.process = self.warm.student()
            for source in list(self.ran):
                try:
                    self.process.run_cell(source, self.limits.cell_seconds)
                except StudentGone:
                    self.ran.remove(source)
                    self._lose()
                    break
        return self.process

    def _lose(self) -> None:
        if self.process is not None:
            self.process.close()
            self.process = None


class _Timed:
    """A channel that is open for `seconds`; only the time that the student's code takes counts."""

    def __init__(self, process: StudentProcess, seconds: float) -> None:
        self.process, self.left = process, seconds

    def ask(self, request: dict[str, object]) -> dict[str, object]:
        start = time.monotonic()
        try:
            return self.process.ask(request, self.left)
        finally:
            self.left = max(0.0, self.left - (time.monotonic() - start))


def _cell_message(gone: StudentGone) -> str:
    return (
        f"This cell {gone.reason}. It was stopped, and what it defines is missing below.\n"
        "The cells before it ran again, and grading went on."
    )


def _check_message(gone: StudentGone, seconds: float) -> str:
    reason = f"exceeded {seconds:g} s" if gone.status == "timeout" else gone.reason
    return (
        f"Your code {reason} while it was checked, so this exercise has no points.\n"
        "The other exercises were graded as usual."
    )
