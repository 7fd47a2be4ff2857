"""Courses with a class that has handed in, and what there is to see when it is graded."""

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from grader.classes.autograde import autograde
from grader.classes.classroom import Classroom
from grader.classes.pool import Result
from grader.classes.sample import ASSIGNMENT, LIMITS, STUDENTS, hand_in
from grader.classes.work import Job, Submission
from grader.notebooks.course import Course
from helpers import ROOT
from helpers.interrupted import in_this_process

FEW = ("ada", "ben", "emil", "hana", "jan")


def new_course(root: Path, config: str = "") -> Path:
    """A course with the first problem set, released; graded with the same seed each time."""
    root.mkdir()
    text = (ROOT / "nbgrader_config.py").read_text()
    (root / "nbgrader_config.py").write_text(text + LIMITS + config)
    shutil.copytree(ROOT / "solutions" / ASSIGNMENT, root / "solutions" / ASSIGNMENT)
    (root / ".grader-secret").write_text("the same for all")
    return root


def classroom(root: Path) -> Classroom:
    return Classroom(Course.at(root))


def in_gradebook(root: Path, db_url: str = "") -> dict[str, Any]:
    """All that the gradebook holds of submissions, without its own ids."""
    with Gradebook(db_url or f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        return {
            submission.student.id: {
                "time": submission.timestamp,
                "student": submission.student.to_dict(),
                "notebooks": [
                    {
                        "late": notebook.late_submission_penalty,
                        "flagged": notebook.flagged,
                        "grades": sorted(_without_ids(grade) for grade in notebook.grades),
                        "comments": sorted(_without_ids(text) for text in notebook.comments),
                    }
                    for notebook in submission.notebooks
                ],
            }
            for submission in book.assignment_submissions(ASSIGNMENT)
        }


def _without_ids(row: Any) -> str:
    return json.dumps({**row.to_dict(), "id": None}, sort_keys=True)


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    """The modes and contents of all files in a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes()) for path in paths
    }


def few(root: Path, config: str = "") -> Path:
    """A course in which five students have handed in, none of whom takes long to grade."""
    course = new_course(root, config)
    classroom(course).release(ASSIGNMENT)
    for student in FEW:
        hand_in(course, student, STUDENTS[student])
    return course


class Counting:
    """A scheduler that knows whom it has graded."""

    def __init__(self) -> None:
        self.graded: list[str] = []

    def __call__(self, job: Job, submissions: Iterable[Submission]) -> Iterator[Result]:
        for submission, outcome in in_this_process(job, submissions):
            self.graded.append(submission.student)
            yield submission, outcome


def graded_again(root: Path, *, force: bool = False) -> list[str]:
    counting = Counting()
    students = classroom(root)
    assert (
        autograde(students, ASSIGNMENT, students.students(ASSIGNMENT), counting, force=force) == {}
    )
    return counting.graded


def same(root: Path, other: Path) -> None:
    assert in_gradebook(root) == in_gradebook(other)
    assert files(root / "autograded") == files(other / "autograded")
