"""Gradings that are killed at a given point; run in processes of their own."""

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial, wraps
from pathlib import Path
from typing import Any
from unittest import mock

from grader.classes import autograde as grading
from grader.classes import files
from grader.classes.classroom import Classroom
from grader.classes.gradebook import Marks
from grader.classes.pool import Result, grade_here
from grader.classes.preprocessor import warm
from grader.classes.records import Records
from grader.classes.work import Job, Outcome, Submission, Worker
from grader.notebooks.course import Course

# Where a run can be killed: what it calls there.
PLACES: dict[str, tuple[object, str]] = {
    "record": (Records, "write"),
    "commit": (Marks, "enter"),
    "fill": (grading, "copy_files"),
    "rename": (files.Path, "rename"),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_at(place: str, call: int, *, after: bool) -> None:
    """Let this process die before, or right after, the given call of what is called there."""
    owner, name = PLACES[place]
    original: Callable[..., Any] = getattr(owner, name)
    calls = iter(range(call))

    @wraps(original)
    def dying(*args: Any, **kwargs: Any) -> Any:
        last = next(calls) == call - 1
        if last and not after:
            die()
        result = original(*args, **kwargs)
        if last:
            die()
        return result

    setattr(owner, name, dying)


def in_this_process(job: Job, submissions: Iterable[Submission]) -> Iterator[Result]:
    """A scheduler without processes of its own.

    Its warm process is that of all runs here: to start one takes longer than most of them.
    """
    with mock.patch("grader.classes.work.Warm", warm):
        worker = Worker(job)
    for submission in submissions:
        yield submission, worker(submission)


def grade_and_die(root: Path, assignment: str, place: str, call: int, after: bool) -> None:
    """Grade a class, two submissions a transaction, and be killed in the middle."""
    kill_at(place, call, after=after)
    grading.TOGETHER = 2
    classroom = Classroom(Course.at(root))
    students = classroom.students(assignment)
    grading.autograde(classroom, assignment, students, in_this_process)


def grade_with_processes_and_die(root: Path, assignment: str) -> None:
    """Be killed with workers at work, when the second outcome has been recorded."""
    kill_at("record", 2, after=True)
    classroom = Classroom(Course.at(root))
    students = classroom.students(assignment)
    grading.autograde(classroom, assignment, students, partial(grade_here, jobs=2))


class Mortal(Worker):
    """A worker that is killed by the submissions of two students, by one of them only once."""

    def __call__(self, submission: Submission) -> Outcome:
        seen = Path(self.job.root, "seen")
        if submission.student == "emil" or (submission.student == "ben" and not seen.exists()):
            if submission.student == "ben":
                seen.touch()
            die()
        if submission.student == "hana":
            raise RuntimeError("a check is wrong")
        return super().__call__(submission)


class Stillborn(Worker):
    """A worker that does not live to grade anything."""

    def __init__(self, job: Job) -> None:
        die()


if __name__ == "__main__":
    grade_with_processes_and_die(Path(sys.argv[1]), sys.argv[2])
