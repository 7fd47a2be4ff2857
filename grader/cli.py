"""The command `grader`: grade a notebook, grade a class, tell what this machine protects."""

import argparse
import fnmatch
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat import NotebookNode

from .classes.beside import of_one
from .notebooks.asserts import ignored
from .notebooks.course import Course
from .notebooks.grade import Graded, grade_notebook
from .notebooks.notebook import (
    CourseError,
    Master,
    SubmissionError,
    is_autograded,
    read_submission,
    restore,
    which_master,
)
from .notebooks.report import as_json, columns, csv_of, table
from .sandbox.outputs import printable
from .sandbox.process import Unprotected, Warm
from .sandbox.student.sandbox import protections

if TYPE_CHECKING:
    from .classes.autograde import Scheduler
    from .classes.classroom import Classroom

# exit statuses; STOPPED is 128 + SIGINT, as shells have it
GRADED, NOT_GRADED, BAD_INPUT, NOT_PROTECTED, STOPPED = 0, 1, 2, 3, 130
AUTOTEST = re.compile(r"^\s*###.*\bAUTOTEST\b", re.MULTILINE)
GRADE = """\
Grade one notebook. Its code finds the files that the course hands out with the set, and those that
the notebook lies with, unless another notebook is in that folder or below."""
AUTOGRADE = """\
Grade what a class has handed in, in parallel, into nbgrader's gradebook.
What was graded before, and is as it was, is not graded again. A run that was
stopped, in whatever way, is continued by the next."""
CLASS = """\
Show a class at a glance, and write it as one page that opens and prints anywhere: points,
mistakes and who makes them, what to teach again, wrong answers that are alike and have no name,
progress, and what waits. Nothing is graded for it."""
STATUSES = """\
exit status:
  0    all submissions are graded
  1    some could not be graded: the reasons are in the table and in their feedback
  2    nothing was graded: the course, the command or the gradebook is wrong
  3    nothing was graded: this machine lacks a protection (see grader doctor)
  130  stopped by Ctrl-C"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; see `STATUSES`."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        return status
    except (SubmissionError, CourseError) as error:
        print(f"grader: {error}", file=sys.stderr)
        return BAD_INPUT
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else error
        print(printable(f"grader: {what}"), file=sys.stderr)
        return BAD_INPUT
    except Unprotected as error:
        print(f"grader: {error}", file=sys.stderr)
        print("`grader doctor` lists what is missing; --unsafe grades without it.", file=sys.stderr)
        return NOT_PROTECTED
    except KeyboardInterrupt:
        print("grader: stopped", file=sys.stderr)
        return STOPPED


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

    grade = commands.add_parser(
        "grade", parents=[course], help="grade one notebook", description=GRADE
    )
    grade.add_argument("notebook", metavar="NOTEBOOK.ipynb", type=Path)
    grade.add_argument("--json", metavar="FILE", type=Path, help="write the result there too")
    grade.add_argument(
        "--assignment", metavar="SET", help="its problem set, where its cells do not tell"
    )
    grade.set_defaults(run=_grade)

    autograde = commands.add_parser(
        "autograde",
        parents=[course],
        help="grade a class",
        description=AUTOGRADE,
        epilog=STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    autograde.add_argument("assignment", metavar="SET")
    autograde.add_argument(
        "--students",
        metavar="NAME",
        nargs="+",
        help="grade these only; * stands for any characters",
    )
    autograde.add_argument("--force", action="store_true", help="grade again what is graded")
    where = autograde.add_mutually_exclusive_group()
    where.add_argument("--jobs", metavar="N", type=_positive, help="processes; else one a core")
    where.add_argument(
        "--scheduler",
        metavar="tcp://HOST:PORT",
        type=_address,
        help="grade on the Dask cluster of this scheduler",
    )
    autograde.set_defaults(run=_autograde)

    export = commands.add_parser(
        "export",
        parents=[course],
        help="write the verdicts of a class as CSV, a line for each check",
    )
    export.add_argument("assignment", metavar="SET")
    export.add_argument("--to", metavar="FILE.csv", type=Path, help="else they are printed")
    export.set_defaults(run=_export)

    glance = commands.add_parser(
        "class", parents=[course], help="show a class at a glance", description=CLASS
    )
    glance.add_argument("assignment", metavar="SET")
    glance.add_argument(
        "--no-names", action="store_true", help="nothing that tells who: a page for the lecture"
    )
    glance.add_argument(
        "--to", metavar="FILE.html", type=Path, help="else class-SET.html in the course's folder"
    )
    glance.set_defaults(run=_class)

    new = commands.add_parser(
        "new-exercise", parents=[course], help="write the skeleton of an exercise of this course"
    )
    new.add_argument("assignment", metavar="SET")
    new.add_argument("name", metavar="NAME", help="of its function, its check and its graded cell")
    new.set_defaults(run=_new_exercise)

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
    master = _master(submission, course, arguments)
    try:
        notebook = restore(submission, master, course.cells())
    except SubmissionError as error:
        raise SubmissionError(f"{arguments.notebook}: {error}") from None
    assignment, limits = master.assignment, course.limits_of(master.assignment)
    checks, seed = course.load_checks(master), course.seed(assignment)
    for id, cell in master.cells.items():
        if is_autograded(cell) and id not in checks and AUTOTEST.search(cell.source):
            raise CourseError(
                f"{assignment}: nbgrader writes the tests of {id} when the set is released: "
                f"grade with `grader autograde {assignment}`"
            )
    pattern = ignored(course.config)
    beside, left_out = of_one(course, assignment, arguments.notebook)
    with Warm(course.preload_of(assignment), limits, course.unsafe) as warm:
        graded = grade_notebook(
            notebook,
            assignment,
            master.names,
            checks,
            warm,
            seed,
            limits,
            pattern,
            beside,
            course.book_url,
        )
    graded = replace(graded, remarks=(*graded.remarks, *left_out))
    print(_summary(graded, master))
    if arguments.json:
        _write(arguments.json, _json(graded))
    return GRADED


def _master(submission: NotebookNode, course: Course, arguments: argparse.Namespace) -> Master:
    """The master of a submission. Those of other sets may be wrong, or in another language."""
    if arguments.assignment:
        masters = list(course.masters_of(arguments.assignment).values())
        if len(masters) == 1:
            return masters[0]
        return which_master(submission, arguments.notebook, masters)
    masters, wrong = [], dict[str, CourseError]()
    for name in course.assignments():
        try:
            masters += course.masters_of(name).values()
        except CourseError as error:
            wrong[name] = error
    try:
        return which_master(submission, arguments.notebook, masters)
    except SubmissionError:
        if wrong and not masters:
            raise next(iter(wrong.values())) from None
        ids = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in submission.cells}
        for name, why in wrong.items():
            if any(ids & of_notebook for of_notebook in course.cells_of(name)):
                raise why from None
        raise


def _summary(graded: Graded, master: Master) -> str:
    head = f"{graded.assignment}: {graded.score:g} of {graded.max_score:g} points"
    if master.by_hand:
        head += f"; {master.by_hand:g} more are marked by hand"
    remarks = "".join(f"\n{printable(remark)}" for remark in graded.remarks)
    return f"{head}\n\n{table(graded.verdicts)}" + (remarks and f"\n{remarks}")


def _json(graded: Graded) -> str:
    result = {
        "assignment": graded.assignment,
        "score": graded.score,
        "max_score": graded.max_score,
        "checks": [as_json(verdict) for verdict in graded.verdicts],
    }
    return json.dumps(result, indent=2, ensure_ascii=False) + "\n"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SubmissionError(f"{path} cannot be written: {error.strerror}.") from None


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of processes: 1 or more")
    return int(text)


def _address(text: str) -> str:
    if "://" not in text:
        raise argparse.ArgumentTypeError(f"{text} is no address: tcp://HOST:8786, for one")
    return text


def _classroom(arguments: argparse.Namespace) -> "Classroom":
    """The class of a course that has the problem set."""
    from .classes.classroom import Classroom  # nbgrader takes a second to import

    course = _course(arguments)
    course.masters_of(arguments.assignment)  # raises CourseError for a set that there is not
    return Classroom(course)


def _autograde(arguments: argparse.Namespace) -> int:
    from .classes import autograde

    classroom, name = _classroom(arguments), arguments.assignment
    students = _chosen(_students(classroom, name), arguments.students)
    if not classroom.released(name):  # the gradebook has to know the cells first
        classroom.release(name)
    scheduler = _scheduler(arguments)
    problems = autograde.autograde(classroom, name, students, scheduler, force=arguments.force)
    print(autograde.table(classroom, name, students, problems))
    for student, problem in problems.items():
        print(printable(f"grader: not graded: {student}: {problem}"), file=sys.stderr)
    return NOT_GRADED if problems else GRADED


def _students(classroom: "Classroom", assignment: str) -> list[str]:
    students = classroom.students(assignment)
    if not students:
        place = classroom.submitted("STUDENT", assignment)
        raise SubmissionError(f"there are no submissions: none in {place}/")
    return students


def _chosen(students: list[str], patterns: list[str] | None) -> list[str]:
    if patterns is None:
        return students
    for pattern in patterns:
        if not fnmatch.filter(students, pattern):  # a mistyped name must not pass for "nobody"
            near = " or ".join(get_close_matches(pattern, students))
            meant = f". Is {near} meant?" if near else ""
            raise SubmissionError(f"nobody called {pattern} has handed in{meant}")
    return [name for name in students if any(fnmatch.fnmatchcase(name, p) for p in patterns)]


def _scheduler(arguments: argparse.Namespace) -> "Scheduler":
    from .classes.pool import cores, grade_here

    if arguments.scheduler is None:
        return partial(grade_here, jobs=arguments.jobs or cores())
    try:
        from .classes.cluster import grade_on_cluster
    except ModuleNotFoundError:
        raise CourseError(
            "--scheduler needs Dask. In the folder that the grader was installed from, run: "
            "python -m pip install '.[dask]'"
        ) from None
    return partial(grade_on_cluster, address=arguments.scheduler)


def _export(arguments: argparse.Namespace) -> int:
    classroom, name = _classroom(arguments), arguments.assignment
    students = _students(classroom, name)
    verdicts = {student: classroom.verdicts(name, student) for student in students}
    if not any(verdicts.values()):
        raise CourseError(f"nothing of {name} is graded. Run: grader autograde {name}")
    text = csv_of(verdicts)
    if arguments.to is None:
        print(text, end="")
    else:
        _write(arguments.to, text)
    return GRADED


def _class(arguments: argparse.Namespace) -> int:
    from .classes import page
    from .classes.overview import overview

    classroom, name = _classroom(arguments), arguments.assignment
    names = not arguments.no_names
    found = overview(classroom, name, _students(classroom, name), names=names)
    file = f"class-{name}.html" if names else f"class-{name}-no-names.html"
    place = arguments.to or classroom.course.root / file
    _write(place, page.html(found))
    print(f"{page.text(found)}\n\nThe page: {printable(str(place))}")
    return GRADED


def _new_exercise(arguments: argparse.Namespace) -> int:
    from .new_exercise import add_exercise

    print(add_exercise(_course(arguments), arguments.assignment, arguments.name))
    return GRADED


def _doctor(_: argparse.Namespace) -> int:
    found = protections()
    rows = [
        (protection.name, "yes" if protection.available else "NO", protection.reason)
        for protection in found
    ]
    print(columns(rows))
    return GRADED if all(protection.available for protection in found) else NOT_PROTECTED
