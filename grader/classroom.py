"""A class: its submissions, graded into nbgrader's gradebook, with feedback and marks.

All work is nbgrader's own, with the preprocessors of nbgrader_config.py.
"""

import copy
import re
import warnings
from collections.abc import Collection
from glob import glob
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, BaseConverter, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import CsvExportPlugin
from nbgrader.utils import capture_log
from traitlets.config import Config

from .check import Verdict
from .course import Course
from .notebook import SubmissionError, read_submission, restore
from .preprocessor import warm
from .report import columns, title, verdict_of


class Classroom:
    """The students of a course."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.config: Config = copy.deepcopy(course.config)
        self.config.Course.unsafe = course.unsafe
        self.folder = CourseDirectory(config=self.config, root=str(course.root))

    def students(self, assignment: str) -> list[str]:
        """Who handed in."""
        step = self.folder.submitted_directory
        pattern = self.folder.format_path(step, "(?P<student>.*)", assignment, escape=True)
        found = (re.fullmatch(pattern, path) for path in glob(self._path(step, "*", assignment)))
        return sorted(match["student"] for match in found if match)

    def _path(self, step: str, student: str, assignment: str) -> str:
        path: str = self.folder.format_path(step, student, assignment)
        return path

    def release(self, assignment: str) -> None:
        """Generate the student version and tell the gradebook. Raises RuntimeError on failure."""
        self._run(GenerateAssignment, assignment, ".", force=True)

    def released(self, assignment: str) -> bool:
        """Does the gradebook know the problem set?"""
        with Gradebook(self.folder.db_url, self.folder.course_id) as gradebook:
            return assignment in [known.name for known in gradebook.assignments]

    def autograde(
        self, assignment: str, students: Collection[str], *, force: bool = False
    ) -> dict[str, str]:
        """Grade submissions; what is graded already only with `force`.

        Returns what was wrong with those that could not be graded.
        Raises CourseError or Unprotected when none can be.
        """
        self.course.load_checks(self.course.master(assignment))
        warm(
            self.course.preload_of(assignment),
            self.course.limits_of(assignment),
            self.course.unsafe,
        )
        problems = {}
        for student in students:
            try:
                self._run(Autograde, assignment, student, force=force)
            except RuntimeError as error:
                problems[student] = self._problem(assignment, student) or str(error)
        return problems

    def _problem(self, assignment: str, student: str) -> str:
        """What is wrong with a submission, if it is the submission that is wrong."""
        folder = Path(self._path(self.folder.submitted_directory, student, assignment))
        for path in sorted(folder.glob("*.ipynb")):
            try:
                restore(read_submission(path), self.course.master(assignment, path.stem))
            except SubmissionError as error:
                return str(error)
        return ""

    def feedback(self, assignment: str) -> None:
        """Write the feedback of all who are graded."""
        self._run(GenerateFeedback, assignment, "*", force=True)

    def export(self, path: Path) -> None:
        """Write the marks as CSV."""
        with Gradebook(self.folder.db_url, self.folder.course_id) as gradebook:
            CsvExportPlugin(to=str(path)).export(gradebook)

    def verdicts(self, assignment: str, student: str) -> list[Verdict]:
        """The verdicts in a student's graded notebooks; none when nothing is graded."""
        folder = Path(self._path(self.folder.autograded_directory, student, assignment))
        notebooks = [nbformat.read(path, as_version=4) for path in sorted(folder.glob("*.ipynb"))]
        found = (verdict_of(cell) for notebook in notebooks for cell in notebook.cells)
        return [verdict for verdict in found if verdict is not None]

    def table(self, assignment: str) -> str:
        """The class in a table: student, points, and what is wrong."""
        rows = [("student", "points", "")]
        for student in self.students(assignment):
            verdicts = self.verdicts(assignment, student)
            score = sum(verdict.points for verdict in verdicts)
            full = sum(verdict.max_points for verdict in verdicts)
            points = f"{score:g} / {full:g}" if verdicts else "not graded"
            first, *others = _remarks(verdicts) or [""]
            rows.append((student, points, first))
            rows.extend(("", "", remark) for remark in others)
        return columns(rows)

    def _run(
        self, converter: type[BaseConverter], assignment: str, student: str, *, force: bool
    ) -> None:
        self.folder.assignment_id, self.folder.student_id = assignment, student
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of nbgrader and SQLAlchemy to their own developers
            result = capture_log(converter(coursedir=self.folder, config=self.config, force=force))
        if not result["success"]:
            lines = [*result.get("log", "").splitlines(), *result["error"].splitlines()]
            raise RuntimeError("\n".join(lines))


def _remarks(verdicts: list[Verdict]) -> list[str]:
    """The mistakes by name, and the statuses of checks that failed without a name for it."""
    named = {mistake: title(mistake) for verdict in verdicts for mistake in verdict.diagnosis}
    unnamed: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.status != "passed" and not verdict.diagnosis:
            unnamed.setdefault(verdict.status, []).append(verdict.id)
    return [*named.values(), *(f"{status}: {', '.join(ids)}" for status, ids in unnamed.items())]
