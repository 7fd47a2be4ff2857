"""What a graded cell shows: the verdict as text and HTML, and its points for nbgrader.

nbgrader takes the points from the first `execute_result` of a graded cell.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import takewhile
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from ..checking.check import Verdict
from ..checking.message import ELSEWHERE
from ..checking.mistakes import catalogue
from ..sandbox.outputs import printable
from .notebook import is_autograded

BREAKS = str.maketrans("\n\t", "  ")  # they would break columns

VERDICT = "application/vnd.grader.verdict+json"
STATUS = {
    "passed": "all right",
    "partial": "partly right",
    "failed": "not right yet",
    "error": "stopped with an error",
    "timeout": "took too long",
    "killed": "was stopped",
    "missing": "not written yet",
}

ASSERTS = "graded by asserts in the student's own process, which can be fooled"
ENDED = ("killed", "timeout")  # of these the message is the reason


def as_json(verdict: Verdict) -> dict[str, object]:
    """A verdict as JSON has it."""
    return {
        "id": verdict.id,
        "points": verdict.points,
        "max_points": verdict.max_points,
        "status": verdict.status,
        "message": verdict.message,
        "diagnosis": list(verdict.diagnosis),
        **({"asserts": True} if verdict.asserts else {}),
    }


def from_json(stored: Mapping[str, Any]) -> Verdict:
    """The verdict that `as_json` was given."""
    return Verdict(**{**stored, "diagnosis": tuple(stored["diagnosis"])})


def outputs(verdict: Verdict, book: str = "") -> list[NotebookNode]:
    """The outputs of a graded cell: the report, then the points.

    `book` is the address of the book, for links.
    """
    head = f"{verdict.id}: {STATUS[verdict.status]}, {points(verdict)} points"
    told = "\n\n".join(filter(None, [verdict.message, f"({ASSERTS})" * verdict.asserts]))
    report = {
        "text/plain": f"{head}\n{told}",
        "text/html": verdict.told.html(head, book) if verdict.told else _html(head, told),
        VERDICT: as_json(verdict),
    }
    score = min(max(verdict.points, 0.0), verdict.max_points)  # whatever a check says
    return [
        _output("display_data", data=NotebookNode(report), metadata=NotebookNode()),
        _output(
            "execute_result",
            data=NotebookNode({"text/plain": repr(float(score))}),
            metadata=NotebookNode(),
            execution_count=None,
        ),
    ]


def _html(head: str, told: str) -> str:
    """What no check made: the outcome of asserts, or why a check could not be made."""
    blocks = [f"<strong>{escape(head)}</strong>"]
    blocks += ["<br>".join(escape(block).splitlines()) for block in told.split("\n\n")]
    return "\n".join(f"<p>{block}</p>" for block in blocks)


def error_output(kind: str, text: str) -> NotebookNode:
    """The output of a cell that ended the student's process."""
    return _output("error", ename=kind, evalue=text, traceback=text.splitlines())


def _output(output_type: str, **fields: object) -> NotebookNode:
    return NotebookNode(output_type=output_type, **fields)


def verdict_of(cell: NotebookNode) -> Verdict | None:
    """The verdict that `outputs` wrote into a graded cell; None for other cells."""
    if not is_autograded(cell):
        return None
    for output in cell.get("outputs", ()):
        if stored := output.get("data", {}).get(VERDICT):
            return from_json(stored)
    return None


def verdicts_in(path: Path) -> list[Verdict]:
    """The verdicts in a graded notebook."""
    notebook = nbformat.from_dict(json.loads(path.read_bytes()))
    found = (verdict_of(cell) for cell in notebook.cells)
    return [verdict for verdict in found if verdict is not None]


def points(verdict: Verdict) -> str:
    """The points as people write them: 2 / 4."""
    return f"{verdict.points:g} / {verdict.max_points:g}"


def table(verdicts: Sequence[Verdict]) -> str:
    """A table of verdicts: check, points, status, and what is wrong, by the mistake's name.

    Below it are those that asserts gave.
    """
    rows = [("check", "points", "status", "")]
    for verdict in verdicts:
        first, *others = list(_remarks(verdict)) or [""]
        rows.append((verdict.id, points(verdict), verdict.status, first))
        rows.extend(("", "", "", remark) for remark in others)
    return columns(rows) + by_asserts(verdicts)


def by_asserts(verdicts: Iterable[Verdict]) -> str:
    """A paragraph that tells which cells could be fooled; empty where none could."""
    ids = dict.fromkeys(verdict.id for verdict in verdicts if verdict.asserts)
    return f"\n\n{ASSERTS}: {', '.join(ids)}" if ids else ""


def _remarks(verdict: Verdict) -> Iterator[str]:
    """What was wrong first, and the mistakes; the reason where no mistake is known."""
    if verdict.status in ("passed", "missing"):
        if reason := _reason(verdict):
            yield reason
        return
    lines = verdict.message.splitlines() or [""]
    wrong = [i for i, line in enumerate(lines) if line.startswith("WRONG")] or [0]
    yield lines[wrong[0]]
    yield from (f"mistake: {title(mistake)}" for mistake in verdict.diagnosis)
    if not verdict.diagnosis:
        yield from takewhile(lambda line: line.startswith("  "), lines[wrong[0] + 1 :])


def title(mistake: str) -> str:
    """What a mistake is called."""
    known = catalogue().get(mistake)
    return known.title if known else mistake


def csv_of(students: Mapping[str, Sequence[Verdict]]) -> str:
    """The verdicts of a class as CSV, with what nbgrader's own export has no place for."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ("student", "check", "points", "max_points", "status", "reason", "mistakes", "by")
    )
    for student, verdicts in students.items():
        for verdict in verdicts:
            reason = _reason(verdict)
            marks = (verdict.id, verdict.points, verdict.max_points, verdict.status)
            by = "asserts" if verdict.asserts else "check"
            writer.writerow((printable(student), *marks, reason, " ".join(verdict.diagnosis), by))
    return text.getvalue()


def _reason(verdict: Verdict) -> str:
    """Why an exercise could not be checked: its process ended, or its cell ended in an error.

    Of one that is right, but not with the student's own earlier functions: which these are.
    """
    first, _, rest = verdict.message.partition("\n")
    if verdict.status in ENDED or first.startswith(ELSEWHERE):
        return first
    second = rest.partition("\n")[0]
    return second if verdict.status == "missing" and second.startswith("Its cell ended") else ""


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of texts as columns of a common width, without what a terminal would obey."""
    rows = [[printable(text).translate(BREAKS) for text in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
