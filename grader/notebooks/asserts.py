"""Graded cells without a check: asserts that run in the student's process, marked as nbgrader does.

What such a cell puts out decides: an error, or anything on stderr, gives no points; a number as its
result gives so many; everything else gives all.
The student's code is in the same process, and can make all of that up: a check cannot be fooled.
"""

import re
from collections.abc import Iterator, Sequence

from nbformat import NotebookNode
from traitlets.config import Config

from ..checking.check import Verdict
from ..sandbox.outputs import printable

STATUS = {"AssertionError": "failed", "NotImplementedError": "missing"}  # of errors, by their name
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ARROW = re.compile(r"-+> \d+ (.*)")  # in a traceback, before the line that raised
SHOWN_LINES = 3  # of a traceback


def ignored(config: Config) -> str:
    """The pattern of what takes no points although it is on stderr, from c.IgnorePattern."""
    step = config.get("IgnorePattern", {})
    return str(step.get("pattern", "")) if step.get("enabled") else ""


def judged(cell: NotebookNode, ignore: str) -> Verdict:
    """The verdict on a graded cell with what it put out, by nbgrader's own function.

    More points than the cell has, for which nbgrader refuses the whole submission, are none.
    """
    from nbgrader.utils import determine_grade  # it takes seconds to import

    found = [output for output in cell.outputs if not _matches(output, ignore)]
    status, message = _reason(found)
    try:
        points, full = map(float, determine_grade(NotebookNode(cell, outputs=found)))
    except (ValueError, KeyError):
        points, full = 0.0, float(cell.metadata.nbgrader.points)
        status = "error"
        message = f"The cell's result is not a number of points from 0 to {full:g}."
    if not status:
        status = "passed" if points == full else "partial" if points else "failed"
    return Verdict(
        cell.metadata.nbgrader.grade_id, points, full, status, printable(message), asserts=True
    )


def _matches(output: NotebookNode, ignore: str) -> bool:
    return bool(ignore and output.get("name") == "stderr" and re.search(ignore, output.text))


def _reason(outputs: Sequence[NotebookNode]) -> tuple[str, str]:
    """Status and message of what gives no points; nothing where there is a result before it."""
    for output in outputs:
        if output.output_type == "error":
            return STATUS.get(output.ename, "error"), "\n".join(_told(output))
        if output.get("name") == "stderr":
            head = "Nothing may be written to stderr here, and this was:"
            return "failed", "\n  ".join([head, *output.text.strip().splitlines()])
        if output.output_type == "execute_result":
            break
    return "", ""


def _told(error: NotebookNode) -> Iterator[str]:
    """An error as a message has it: its text, and the lines of the notebook that led to it."""
    first, *more = f"{error.ename}: {error.evalue.strip()}".splitlines()
    yield first.removesuffix(": ")
    yield from (f"  {line}" for line in [*_lines(error.traceback)][-SHOWN_LINES:])
    yield from more


def _lines(traceback: Sequence[str]) -> Iterator[str]:
    in_notebook = False
    for line in COLOUR.sub("", "\n".join(traceback)).splitlines():
        if line.startswith(("Cell ", "File ")):
            in_notebook = line.startswith("Cell ")
        elif in_notebook and (found := ARROW.match(line)):
            yield found[1].strip()
