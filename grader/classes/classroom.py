"""A class: where nbgrader keeps its submissions, feedback and marks."""

import copy
import os
import re
import warnings
from contextlib import suppress
from glob import escape, glob
from pathlib import Path

from nbgrader.converters import BaseConverter, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from traitlets.config import Config

from ..checking.check import Verdict
from ..notebooks.course import Course, using
from ..notebooks.notebook import CourseError
from ..notebooks.report import verdicts_in
from .files import MAC
from .gradebook import opened, told
from .mended import AnyFolder, CsvExport

RAISED = re.compile(r"^ *[A-Za-z_][\w.]*(?:Error|Exception|Entry): (.+)", re.MULTILINE)


class Classroom:
    """The students of a course. Raises CourseError where nbgrader can keep no gradebook."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.config: Config = copy.deepcopy(course.config)  # the course keeps its own
        self.config.Course.unsafe = course.unsafe
        self.folder = CourseDirectory(config=self.config, root=str(course.root))
        # what follows it in a database's address is no path any more
        if (
            "?" in str(course.root)
            and self.folder.db_url == f"sqlite:///{course.root}/gradebook.db"
        ):
            raise CourseError(
                f"nbgrader can keep no gradebook in {course.root}: rename the folder that has a ?"
            )

    def students(self, assignment: str) -> list[str]:
        """Who handed in, and whose folder cannot be looked into.

        Raises CourseError where none can be.
        """
        # no student's name has a zero byte
        place = self.folder.format_path(self.folder.submitted_directory, "\0", assignment)
        before, _, after = place.partition("\0")
        folder = Path(before)
        with using(folder), suppress(FileNotFoundError):
            os.listdir(folder)
        places = glob(f"{escape(before)}*{escape(after)}")
        found = {path.removeprefix(before).removesuffix(after) for path in places}
        closed = (path for path in glob(f"{escape(before)}*/") if not os.access(path, os.X_OK))
        found |= {path.removeprefix(before).rstrip("/") for path in closed}
        return sorted(student for student in found if student not in MAC)

    def submitted(self, student: str, assignment: str) -> Path:
        """The folder of what a student handed in."""
        return self._path(self.folder.submitted_directory, student, assignment)

    def autograded(self, student: str, assignment: str) -> Path:
        """The folder of a student's graded notebooks."""
        return self._path(self.folder.autograded_directory, student, assignment)

    def feedback_of(self, student: str, assignment: str) -> Path:
        """The folder of a student's feedback."""
        return self._path(self.folder.feedback_directory, student, assignment)

    def _path(self, step: str, student: str, assignment: str) -> Path:
        return Path(self.folder.format_path(step, student, assignment))

    def release(self, assignment: str) -> None:
        """Generate the student version and tell the gradebook. Raises CourseError on failure."""
        self.run(GenerateAssignment, assignment, ".", force=True)

    def released(self, assignment: str) -> bool:
        """Does the gradebook know the problem set?"""
        with told(), opened(self.folder) as gradebook:
            # one that only has a due date yet has no notebooks
            return assignment in [one.name for one in gradebook.assignments if one.notebooks]

    def feedback(self, assignment: str) -> None:
        """Write the feedback of all who are graded."""
        self.run(GenerateFeedback, assignment, "*", force=True)

    def export(self, path: Path) -> None:
        """Write the marks as CSV."""
        with opened(self.folder) as gradebook:
            CsvExport(to=str(path)).export(gradebook)

    def verdicts(self, assignment: str, student: str) -> list[Verdict]:
        """The verdicts in a student's graded notebooks; none when nothing is graded."""
        folder = self.autograded(student, assignment)
        return [verdict for path in sorted(folder.glob("*.ipynb")) for verdict in verdicts_in(path)]

    def run(
        self, converter: type[BaseConverter], assignment: str, student: str, *, force: bool
    ) -> None:
        """Run one of nbgrader's steps. Raises CourseError with the reason when it fails."""
        self.folder.assignment_id, self.folder.student_id = assignment, student
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of nbgrader and SQLAlchemy to their own developers
            kind = type(converter.__name__, (AnyFolder, converter), {})
            result = capture_log(kind(coursedir=self.folder, config=self.config, force=force))
        if not result["success"]:
            log = f"{result.get('log', '')}\n{result['error']}"
            # nbgrader's own last word is to read the tracebacks above
            reasons = [reason for reason in RAISED.findall(log) if "traceback" not in reason]
            raise CourseError(f"nbgrader's {converter.__name__}: {(reasons or [log])[-1]}")
