"""The command `grader`: grade a notebook, grade a class, tell what this machine protects."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .course import Course
from .grade import Graded, grade_notebook
from .notebook import CourseError, Master, SubmissionError, read_submission, restore, which_master
from .process import Unprotected, Warm
from .report import as_json, columns, table
from .student.sandbox import protections

GRADED, NOT_GRADED, BAD_INPUT, NOT_PROTECTED = 0, 1, 2, 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0: graded; 1: some submissions could not be graded; 2: bad input; 3: not protected.
    """
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        return status
    except (SubmissionError, CourseError) as error:
        print(f"grader: {error}", file=sys.stderr)
        return BAD_INPUT
    except Unprotected as error:
        print(f"grader: {error}", file=sys.stderr)
        print("`grader doctor` lists what is missing; --unsafe grades without it.", file=sys.stderr)
        return NOT_PROTECTED
    except KeyboardInterrupt:
        print("grader: stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="grader", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    course = argparse.ArgumentParser(add_help=False)
    course.add_argument(
        "--course",
        metavar="FOLDER",
        type=Path,
        help="the course's folder; without it, the nearest one from here upwards that is one",
    )
    course.add_argument(
        "--unsafe",
        action="store_true",
        help="grade although protections are missing: students' code can then harm this machine",
    )

    grade = commands.add_parser("grade", parents=[course], help="grade one notebook")
    grade.add_argument("notebook", metavar="NOTEBOOK.ipynb", type=Path)
    grade.add_argument("--json", metavar="FILE", type=Path, help="write the result there too")
    grade.add_argument(
        "--assignment", metavar="SET", help="its problem set, where its cells do not tell"
    )
    grade.set_defaults(run=_grade)

    autograde = commands.add_parser("autograde", parents=[course], help="grade a class")
    autograde.add_argument("assignment", metavar="SET")
    autograde.add_argument("--force", action="store_true", help="grade again what is graded")
    autograde.set_defaults(run=_autograde)

    doctor = commands.add_parser("doctor", help="tell which protections this machine gives")
    doctor.set_defaults(run=_doctor)
    return parser


def _course(arguments: argparse.Namespace) -> Course:
    chosen: Path | None = arguments.course
    course = Course.around(Path.cwd()) if chosen is None else Course.at(chosen)
    course.unsafe = course.unsafe or arguments.unsafe
    return course


def _grade(arguments: argparse.Namespace) -> int:
    submission = read_submission(arguments.notebook)
    course = _course(arguments)
    if arguments.assignment:
        master = course.master(arguments.assignment)
    else:
        masters = map(course.master, course.assignments())
        master = which_master(submission, arguments.notebook, masters)
    try:
        notebook = restore(submission, master)
    except SubmissionError as error:
        raise SubmissionError(f"{arguments.notebook}: {error}") from None
    assignment, limits = master.assignment, course.limits_of(master.assignment)
    checks, seed = course.load_checks(master), course.seed(assignment)
    with Warm(course.preload_of(assignment), limits, course.unsafe) as warm:
        graded = grade_notebook(notebook, assignment, master.names, checks, warm, seed, limits)
    print(_summary(graded, master))
    if arguments.json:
        _write(arguments.json, graded)
    return GRADED


def _summary(graded: Graded, master: Master) -> str:
    head = f"{graded.assignment}: {graded.score:g} of {graded.max_score:g} points"
    if master.by_hand:
        head += f"; {master.by_hand:g} more are marked by hand"
    return f"{head}\n\n{table(graded.verdicts)}"


def _write(path: Path, graded: Graded) -> None:
    result = {
        "assignment": graded.assignment,
        "score": graded.score,
        "max_score": graded.max_score,
        "checks": [as_json(verdict) for verdict in graded.verdicts],
    }
    try:
        path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise SubmissionError(f"{path} cannot be written: {error.strerror}.") from None


def _autograde(arguments: argparse.Namespace) -> int:
    from .classroom import Classroom  # nbgrader takes a second to import

    course = _course(arguments)
    master = course.master(arguments.assignment)
    classroom = Classroom(course)
    students = classroom.students(master.assignment)
    if not students:
        place = course.root / "submitted" / "STUDENT" / master.assignment
        raise SubmissionError(f"there are no submissions: none in {place}/")
    if not classroom.released(master.assignment):
        classroom.release(master.assignment)
    problems = classroom.autograde(master.assignment, students, force=arguments.force)
    print(classroom.table(master.assignment))
    for student, problem in problems.items():
        print(f"grader: not graded: {student}: {problem}", file=sys.stderr)
    return NOT_GRADED if problems else GRADED


def _doctor(_: argparse.Namespace) -> int:
    found = protections()
    rows = [
        (protection.name, "yes" if protection.available else "NO", protection.reason)
        for protection in found
    ]
    print(columns(rows))
    return GRADED if all(protection.available for protection in found) else NOT_PROTECTED
