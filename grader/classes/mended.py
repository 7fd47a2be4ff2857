"""Steps of nbgrader's, where they fail on what people and folders are called."""

import csv
import shutil
from glob import escape, glob
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import BaseConverter
from nbgrader.plugins import CsvExportPlugin

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


class AnyFolder(BaseConverter):
    """A converter that finds its files also in a course whose path has `[`, `*` or `?` in it.

    nbgrader takes the whole path for a pattern.
    """

    def init_notebooks(self) -> None:
        """Find the notebooks to convert."""
        chosen = self.coursedir
        place = self._format_source(chosen.assignment_id, chosen.student_id)
        pattern = escape(chosen.root) + place.removeprefix(chosen.root)
        found = {
            folder: glob(f"{escape(folder)}/{chosen.notebook_id}.ipynb") for folder in glob(pattern)
        }
        self.assignments = {folder: notebooks for folder, notebooks in found.items() if notebooks}
        if not self.assignments:
            super().init_notebooks()  # it says so


class CsvExport(CsvExportPlugin):
    """nbgrader's CSV of marks, in which commas and quotes of names shift no columns."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the marks of all, or of the chosen, students and assignments."""
        chosen, asked = set(map(str, self.student)), set(map(str, self.assignment))
        with open(self.to or "grades.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            for assignment in gradebook.assignments:
                for student in gradebook.students:
                    if student.id in (chosen or {student.id}) and (
                        assignment.name in (asked or {assignment.name})
                    ):
                        writer.writerow(_marks(gradebook, assignment, student))


def _marks(gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, object]:
    row = {
        "assignment": assignment.name,
        "duedate": assignment.duedate,
        "student_id": student.id,
        "last_name": student.last_name,
        "first_name": student.first_name,
        "email": student.email,
        "max_score": assignment.max_score,
    }
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:  # nothing handed in: no points
        return {**row, "raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0}
    penalty = submission.late_submission_penalty
    return {
        **row,
        "timestamp": submission.timestamp,
        "raw_score": submission.score,
        "late_submission_penalty": penalty,
        "score": max(0.0, submission.score - penalty),
    }


def make_room(*, notebooks: list[str], **_: object) -> None:
    """Take away what was handed in under the names of the pages of feedback.

    nbgrader copies it to where the page belongs, and cannot write over it.
    """
    for page in (Path(notebook).with_suffix(".html") for notebook in notebooks):
        if page.is_dir():
            shutil.rmtree(page)
        else:
            page.unlink(missing_ok=True)
