"""Grading one submission: its cells run in the student's process, the checks in this one."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from nbformat import NotebookNode, from_dict, v4

from ..checking.check import Check, Verdict
from ..checking.remote import Student
from ..sandbox.outputs import Output
from ..sandbox.process import Limits, StudentGone, StudentProcess, Warm
from .notebook import is_autograded
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
    Raises CourseError for a mistake in a check, before any is asked where that can be known.
    """
    verdicts = []
    for cell in filter(is_autograded, notebook.cells):
        checks[cell.metadata.nbgrader.grade_id].prove(seed)
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
        self.clock = _Clock(limits.notebook_seconds)
        self.output_left = limits.notebook_output_bytes
        self.ran: list[str] = []
        self.process: StudentProcess | None = None

    def __enter__(self) -> "_Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._lose()

    def run(self, source: str) -> list[NotebookNode]:
        """The outputs of a cell of the student's."""
        try:
            outputs = self._run(self._alive(), source)
        except StudentGone as gone:
            self._lose()
            return [error_output("StudentGone", self._cell_message(gone))]
        self.ran.append(source)
        self.output_left -= len(json.dumps(outputs))
        if self.output_left < 0:
            return [v4.new_output("stream", name="stderr", text=self._too_much())]
        return [from_dict(output) for output in outputs]

    def grade(self, check: Check, names: frozenset[str], max_points: float, seed: int) -> Verdict:
        """The verdict of one check, which has a time of its own."""
        try:
            channel = _Timed(self._alive(), self.limits.exercise_seconds, self.clock)
            return check.grade(Student(channel, names, self.ran), max_points, seed)
        except StudentGone as gone:
            self._lose()
            return Verdict(check.id, 0.0, max_points, gone.status, self._check_message(gone))

    def _alive(self) -> StudentProcess:
        while self.process is None:
            self.clock.check()
            self.process = self.warm.student()
            for source in list(self.ran):
                try:
                    self._run(self.process, source)
                except StudentGone:
                    self.ran.remove(source)
                    self._lose()
                    break
        return self.process

    def _run(self, process: StudentProcess, source: str) -> list[Output]:
        with self.clock.running(self.limits.cell_seconds) as seconds:
            return process.run_cell(source, seconds)

    def _lose(self) -> None:
        if self.process is not None:
            self.process.close()
            self.process = None

    def _too_much(self) -> str:
        megabytes = self.limits.notebook_output_bytes / 1e6
        return f"[dropped: the outputs of this notebook are more than {megabytes:g} MB in all]\n"

    def _cell_message(self, gone: StudentGone) -> str:
        if self.clock.left <= 0:
            return f"This cell was not run to its end: {self.clock.message}."
        return (
            f"This cell {gone.reason}. It was stopped, and what it defines is missing below.\n"
            "The cells before it ran again, and grading went on."
        )

    def _check_message(self, gone: StudentGone) -> str:
        if self.clock.left <= 0:
            return f"This exercise has no points: {self.clock.message}."
        late = gone.status == "timeout"
        reason = f"exceeded {self.limits.exercise_seconds:g} s" if late else gone.reason
        return (
            f"Your code {reason} while it was checked, so this exercise has no points.\n"
            "The other exercises were graded as usual."
        )


class _Clock:
    """The time that a student's code may still take in this notebook."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds
        self.message = f"the code of this notebook exceeded {seconds:g} s in all"

    def check(self) -> None:
        """Raises StudentGone when no time is left."""
        if self.left <= 0:
            raise StudentGone("timeout", self.message)

    @contextmanager
    def running(self, seconds: float) -> Iterator[float]:
        """How long the student's code may run now, at most `seconds`; what it takes is counted."""
        self.check()
        start = time.monotonic()
        try:
            yield min(seconds, self.left)
        finally:
            self.left -= time.monotonic() - start


class _Timed:
    """A channel that is open for `seconds`; only the time that the student's code takes counts.

    That of our functions does too when the student's code calls them.
    """

    def __init__(self, process: StudentProcess, seconds: float, clock: _Clock) -> None:
        self.process, self.clock, self.own = process, clock, _Clock(seconds)
        self.replied = 0.0

    def ask(self, request: dict[str, object]) -> dict[str, object]:
        if "op" not in request:  # what one of our functions gave to the student's code
            took = time.monotonic() - self.replied
            self.clock.left -= took
            self.own.left -= took
        with self.clock.running(self.own.left) as left, self.own.running(left) as seconds:
            reply = self.process.ask(request, seconds)
        self.replied = time.monotonic()
        return reply
