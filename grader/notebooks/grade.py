"""Grading one submission: its cells run in the student's process, the checks in this one."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from nbformat import NotebookNode, from_dict, v4

from ..checking.check import Check, Verdict
from ..checking.limit import patient
from ..checking.remote import Student
from ..sandbox.outputs import Output, printable
from ..sandbox.process import Limits, StudentGone, StudentProcess, Warm
from .asserts import judged
from .notebook import is_autograded
from .pictures import fit
from .report import error_output, outputs

PATIENCE = 40.0  # seconds that an answer of our own may take, above a student's whole exercise


@dataclass(frozen=True)
class Graded:
    """A graded submission: a verdict for each graded cell, and the notebook with all outputs.

    `remarks` are on cells that did not stay as they were handed in, or ended in an error.
    """

    assignment: str
    verdicts: list[Verdict]
    notebook: NotebookNode
    remarks: tuple[str, ...] = ()

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
    ignore: str = "",
    beside: Mapping[str, bytes] | None = None,
    book: str = "",
) -> Graded:
    """Grade a restored submission; the outputs are written into `notebook`.

    `names` are the master's: those that the checks may ask the student's namespace for.
    Graded cells without a check run where they stand, and their asserts decide; `ignore` is the
    pattern of what on stderr does not count there.
    `beside` are the files that the notebook finds in its folder, by their paths from there.
    `book` is the address of the book that messages link to.
    Raises CourseError for a mistake in a check, before any is asked where that can be known.
    """
    verdicts = []
    patience = partial(patient, PATIENCE + limits.exercise_seconds)
    for cell in filter(is_autograded, notebook.cells):
        if check := checks.get(cell.metadata.nbgrader.grade_id):
            with patience():
                check.prove(seed)
    fit(notebook, warm)
    with patience(), _Session(warm, limits, beside or {}, book) as session:
        for cell in notebook.cells:
            if is_autograded(cell):
                check = checks.get(cell.metadata.nbgrader.grade_id)
                if check is None:
                    verdicts.append(session.run_graded(cell, ignore))
                else:
                    verdicts.append(session.grade(check, names, _points(cell), seed))
                    cell.outputs = []
                # nbgrader takes the points of the first result that it finds: ours.
                cell.outputs = [*outputs(verdicts[-1], book), *cell.outputs]
            elif cell.cell_type == "code":
                cell.outputs = session.run(cell.source)
    return Graded(assignment, verdicts, notebook, tuple(_remarks(notebook)))


def _remarks(notebook: NotebookNode) -> Iterator[str]:
    """What there is to say of cells; a cell with a remark says it below its outputs too."""
    for number, cell in enumerate(notebook.cells, 1):
        id = cell.metadata.get("nbgrader", {}).get("grade_id", f"number {number}")
        if text := cell.metadata.pop("remark", None):
            data = NotebookNode({"text/plain": text})
            cell.outputs.append(v4.new_output("display_data", data=data))
            yield f"cell {id}: {text.partition('.')[0]}"
        for output in cell.get("outputs", ()):
            if output.get("ename") in ("ImportError", "ModuleNotFoundError"):
                yield f"cell {id}: {output.ename}: {output.evalue}"


def _points(cell: NotebookNode) -> float:
    return float(cell.metadata.nbgrader.points)


class _Session:
    """A student's process that comes back when it is lost.

    The new one runs the earlier cells again, without those that ended a process.
    """

    def __init__(self, warm: Warm, limits: Limits, beside: Mapping[str, bytes], book: str) -> None:
        self.warm, self.limits, self.beside, self.book = warm, limits, beside, book
        self.clock = _Clock(limits.notebook_seconds)
        self.output_left = limits.notebook_output_bytes
        self.ran: list[str] = []
        self.failed: list[tuple[str, str]] = []  # cells that ended in an error, and what it says
        self.displayed: dict[object, list[NotebookNode]] = {}  # by display id
        self.process: StudentProcess | None = None

    def __enter__(self) -> "_Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._lose()

    def run(self, source: str) -> list[NotebookNode]:
        """The outputs of a cell of the student's."""
        try:
            return self._bounded(self._new(source, self.limits.cell_seconds))
        except StudentGone as gone:
            self._lose()
            why = self.clock.message if self.clock.left <= 0 else f"it {gone.reason}"
            self.failed.append((source, f"{why}, and was stopped"))
            return [error_output("StudentGone", self._cell_message(gone))]

    def run_graded(self, cell: NotebookNode, ignore: str) -> Verdict:
        """The verdict of a graded cell's own asserts; what the cell put out is written into it."""
        try:
            found = self._new(cell.source, self.limits.exercise_seconds)
        except StudentGone as gone:
            self._lose()
            id, message = cell.metadata.nbgrader.grade_id, self._check_message(gone)
            return Verdict(id, 0.0, _points(cell), gone.status, message, asserts=True)
        cell.outputs = [from_dict(output) for output in found]
        verdict = judged(cell, ignore)
        cell.outputs = self._bounded(found)
        return verdict

    def _new(self, source: str, seconds: float) -> list[Output]:
        outputs = self._run(self._alive(), source, seconds)
        self.ran.append(source)  # only now: what ended a process does not run again
        for output in outputs:
            if output["output_type"] == "error":
                self.failed.append((source, printable(f"{output['ename']}: {output['evalue']}")))
        return outputs

    def _bounded(self, outputs: list[Output]) -> list[NotebookNode]:
        """The outputs, while those of the notebook are not too much in all."""
        self.output_left -= len(json.dumps(outputs))
        if self.output_left < 0:
            return [v4.new_output("stream", name="stderr", text=self._too_much())]
        return list(self._shown(outputs))

    def _shown(self, outputs: list[Output]) -> Iterator[NotebookNode]:
        """The outputs of a cell; those that only update what earlier cells show do so."""
        for output in outputs:
            id = output.pop("display_id", None)
            if output["output_type"] == "update_display_data":
                for earlier in self.displayed.get(id, ()):
                    earlier |= from_dict({key: output[key] for key in ("data", "metadata")})
                continue
            yield (shown := from_dict(output))
            if id is not None:
                self.displayed.setdefault(id, []).append(shown)

    def grade(self, check: Check, names: frozenset[str], max_points: float, seed: int) -> Verdict:
        """The verdict of one check; whenever it asks, that has a time of its own."""

        def student() -> Student:
            seconds = self.limits.exercise_seconds
            channel = _Timed(self._alive(), seconds, self.clock, self._lose)
            return Student(channel, names, self.ran, self.failed)

        try:
            return check.grade(student(), max_points, seed, book=self.book, again=student)
        except StudentGone as gone:
            return Verdict(check.id, 0.0, max_points, gone.status, self._check_message(gone))

    def _alive(self) -> StudentProcess:
        again = max(self.limits.cell_seconds, self.limits.exercise_seconds)
        while self.process is None:
            self.clock.check()
            self.process = self.warm.student()
            if self.beside:
                self.process.place(self.beside)
            for source in list(self.ran):
                try:
                    self._run(self.process, source, again)
                except StudentGone:
                    self.ran.remove(source)  # and once more without it
                    self._lose()
                    break
        return self.process

    def _run(self, process: StudentProcess, source: str, limit: float) -> list[Output]:
        with self.clock.running(limit) as seconds:
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
    """A channel that is open for `seconds`; then, or if it ends before, `lose` ends the process.

    Only the time that the student's code takes counts, and that of our functions that it calls.
    """

    def __init__(
        self, process: StudentProcess, seconds: float, clock: _Clock, lose: Callable[[], None]
    ) -> None:
        self.process, self.clock, self.own, self.lose = process, clock, _Clock(seconds), lose
        self.replied = 0.0

    def ask(self, request: dict[str, object]) -> dict[str, object]:
        if "op" not in request:  # what one of our functions gave to the student's code
            took = time.monotonic() - self.replied
            self.clock.left -= took
            self.own.left -= took
        # both clocks run; the one with less time left decides
        try:
            with self.clock.running(self.own.left) as left, self.own.running(left) as seconds:
                reply = self.process.ask(request, seconds)
        except StudentGone:
            self.lose()  # it may be alive, and wait for an answer of ours
            raise
        self.replied = time.monotonic()
        return reply
