"""Time the grading of a class: python -m benchmarks.grading SET [COUNT] [--class]

The same submissions are graded one after the other, each by three in turn, on one core:

- nbgrader's own `autograde`, with a kernel for each submission. Its graded cells compare with the
  reference as ours do, but look for no mistakes.
- this course's grader, from reading the file to the gradebook and the written notebook.
  It enters many in one transaction: each has an equal share of the time that entering takes.
- the floor: a student's process is forked and runs the cells; nothing is checked or written.

No start is counted: neither nbgrader's imports nor that of the warm process.

With quickstart for SET, it is nbgrader's own course, of ordinary assert cells in two notebooks,
with copies of the two submissions of its documentation.

With --class, COUNT submissions are graded as `grader autograde` does, on all cores: the time and
the memory of each tenth of them tell whether both stay as they are, however large the class.
Then the time of the page on the class is told.
"""

import argparse
import contextlib
import itertools
import multiprocessing
import os
import runpy
import shutil
import statistics
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])

import nbformat
import nbgrader
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde

from grader.classes.autograde import TOGETHER, autograde
from grader.classes.classroom import Classroom
from grader.classes.overview import overview
from grader.classes.page import html
from grader.classes.pool import Result, cores, grade_here
from grader.classes.work import Job, Submission, Worker
from grader.notebooks.course import Course
from grader.notebooks.notebook import is_autograded, is_set

ROOT = Path(__file__).parent.parent
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
"""
TWO_LINES = """
from grader.notebooks.configure import configure
configure(c)
"""
CHECK = """\
from grader.checking.load import load
load("{assignment}")["{id}"].mistakes = ()
check("{id}")"""


def courses(folder: Path, assignment: str) -> tuple[Classroom, Classroom]:
    """The same problem set for nbgrader alone, and as it is."""
    config = (ROOT / "nbgrader_config.py").read_text()
    found = []
    for name, text in (("stock", STOCK), ("ours", config)):
        path = folder / name / "solutions" / assignment / f"{assignment}.ipynb"
        path.parent.mkdir(parents=True)
        (folder / name / "nbgrader_config.py").write_text(text)
        notebook = nbformat.read(ROOT / "solutions" / assignment / path.name, as_version=4)
        for cell in notebook.cells:
            if name == "stock" and is_autograded(cell):
                id = cell.metadata.nbgrader.grade_id
                cell.source = CHECK.format(assignment=assignment, id=id)
        nbformat.write(notebook, path)
        classroom = Classroom(Course.at(folder / name))
        classroom.release(assignment)
        found.append(classroom)
    return found[0], found[1]


def quickstart(folder: Path, count: int) -> tuple[Classroom, Classroom, list[str]]:
    """nbgrader's own course twice, the second with two more lines in its configuration."""
    documented = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
    students = [f"student{i:05}" for i in range(count)]
    found = []
    for name, lines in (("stock", ""), ("ours", TWO_LINES)):
        root = folder / name
        shutil.copytree(documented / "source" / "ps1", root / "source" / "ps1")
        (root / "nbgrader_config.py").write_text(f"c = get_config()\n{lines}")
        for student, author in zip(students, itertools.cycle(("bitdiddle", "hacker"))):
            shutil.copytree(documented / "submitted" / author, root / "submitted" / student)
        found.append(Classroom(Course.at(root)))
        found[-1].release("ps1")
    return found[0], found[1], students


def hand_in(classrooms: Iterable[Classroom], assignment: str, count: int) -> list[str]:
    """`count` submissions: right ones in many styles, wrong ones, and blank ones, each a little
    different from all others."""
    right = [
        *runpy.run_path(str(ROOT / "tests" / "sets" / assignment / "right.py"))["RIGHT"].values()
    ]
    wrong = [code.replace("+ eps", "") for code in right if "+ eps" in code]
    codes = [*right, *wrong, ""]
    students = [f"student{i:05}" for i in range(count)]
    for classroom in classrooms:
        path = classroom.course.root / "exercises" / assignment / f"{assignment}.ipynb"
        released = path.read_text()
        for i, student in enumerate(students):
            notebook = nbformat.reads(released, as_version=4)
            answers = [
                cell
                for cell in notebook.cells
                if is_set(cell, "solution") and cell.cell_type == "code"
            ]
            if code := codes[i % len(codes)]:
                for cell in answers:
                    cell.source = ""
                answers[0].source = code
            answers[0].source += f"\n# {student}"
            folder = classroom.submitted(student, assignment)
            folder.mkdir(parents=True)
            nbformat.write(notebook, folder / f"{assignment}.ipynb")
    return students


@contextlib.contextmanager
def timed(taken: list[float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    taken.append(time.perf_counter() - start)


def in_turn(
    job: Job,
    submissions: Iterable[Submission],
    others: Callable[[Submission, Worker], None],
    taken: list[float],
) -> Iterator[Result]:
    """A scheduler that gives the others their turn after each submission, and times its own."""
    worker = Worker(job)
    waiting = iter(submissions)
    grading: list[float] = []
    entering: list[float] = []
    try:
        while True:
            with timed(grading):
                submission = next(waiting, None)
                outcome = submission and worker(submission)
            if submission is None or outcome is None:
                break
            with timed(entering):
                yield submission, outcome  # goes on when all that are to be entered are
            others(submission, worker)
    finally:
        worker.close()
    whole = len(entering) // TOGETHER * TOGETHER  # what is left is entered after the end
    share = sum(entering[:whole]) / whole
    taken += [seconds + share for seconds in grading[:-1]]


def compare(assignment: str, count: int, folder: Path) -> None:
    """Print the medians of all three, and whether the marks are the same."""
    if assignment == "quickstart":
        stock, ours, students = quickstart(folder, count)
        assignment = "ps1"
    else:
        stock, ours = courses(folder, assignment)
        students = hand_in((stock, ours), assignment, count)
    times: dict[str, list[float]] = {"stock": [], "ours": [], "floor": []}
    masters = ours.course.masters_of(assignment).values()
    checks = {id for master in masters for id in ours.course.load_checks(master)}
    notebooks = [
        [
            cell.source
            for cell in master.notebook.cells
            if cell.cell_type == "code"
            and not (is_autograded(cell) and cell.metadata.nbgrader.grade_id in checks)
        ]
        for master in masters
    ]

    def others(submission: Submission, worker: Worker) -> None:
        with timed(times["stock"]):
            stock.run(Autograde, assignment, submission.student, force=False)
        with timed(times["floor"]):
            for cells in notebooks:
                with worker.warm.student() as process:
                    for cell in cells:
                        process.run_cell(cell, 20)

    autograde(
        ours, assignment, students, lambda job, tasks: in_turn(job, tasks, others, times["ours"])
    )
    median = {name: statistics.median(taken) for name, taken in times.items()}
    print(f"{assignment}, {count} submissions, one core; medians in milliseconds")
    for name, taken in times.items():
        print(f"  {name:<6} {1000 * median[name]:>8.1f}   fastest {1000 * min(taken):>8.1f}")
    print(f"  stock / ours  {median['stock'] / median['ours']:.1f}")
    print(f"  ours / floor  {median['ours'] / median['floor']:.1f}")
    for name, only in differing(stock, ours, assignment).items():
        print(f"  full marks from {name} alone: {', '.join(only) or 'none'}")


def differing(stock: Classroom, ours: Classroom, assignment: str) -> dict[str, list[str]]:
    """The students and checks that have full marks from one of the two only.

    nbgrader takes all points for a warning on stderr, so some are from ours alone.
    """
    full: list[set[str]] = []
    for classroom in (stock, ours):
        with Gradebook(classroom.folder.db_url) as book:
            full.append(
                {
                    f"{submission.student.id} {grade.name}"
                    for submission in book.assignment_submissions(assignment)
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                    if grade.auto_score == grade.max_score
                }
            )
    return {"stock": sorted(full[0] - full[1]), "ours": sorted(full[1] - full[0])}


def whole_class(assignment: str, count: int, folder: Path) -> None:
    """Print the time and the memory that each tenth of a class takes."""
    _, ours = courses(folder, assignment)
    students = hand_in([ours], assignment, count)
    tenth, done = max(1, count // 10), 0
    start = began = time.perf_counter()
    print(f"{assignment}, {count} submissions, {cores()} processes")
    print("  submissions  ms each  MB: grader  its processes  warm")

    def schedule(job: Job, submissions: Iterable[Submission]) -> Iterator[Result]:
        nonlocal done, start
        for result in grade_here(job, submissions, cores()):
            yield result
            done += 1
            if done % tenth == 0:
                now = time.perf_counter()
                workers = [process.pid or 0 for process in multiprocessing.active_children()]
                warm = [child for worker in workers for child in children(worker)]
                sizes = [sum(map(memory, pids)) for pids in ([os.getpid()], workers, warm)]
                each = 1000 * (now - start) / tenth
                print(
                    "  {:>11}  {:>7.1f}  {:>10.0f}  {:>13.0f}  {:>4.0f}".format(done, each, *sizes)
                )
                start = now

    autograde(ours, assignment, students, schedule)
    taken = time.perf_counter() - began
    print(f"  {taken:.0f} s in all, {1000 * taken / count:.1f} ms a submission")
    with timed(glance := list[float]()):
        page = html(overview(ours, assignment, students))
    print(f"  {glance[0]:.1f} s for the page on the class, of {len(page) / 1000:.0f} kB")


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    return [
        int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]


def memory(process: int) -> float:
    """The megabytes that are a process's own and not shared with others."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    """Read the command line and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("assignment", metavar="SET")
    parser.add_argument("count", metavar="COUNT", type=int, nargs="?", default=40)
    parser.add_argument("--class", action="store_true", dest="whole", help="see above")
    arguments = parser.parse_args()
    if not arguments.whole and arguments.count < TOGETHER:
        parser.error(f"COUNT must be {TOGETHER} or more: so many are entered together")
    measure = whole_class if arguments.whole else compare
    with tempfile.TemporaryDirectory() as folder:
        measure(arguments.assignment, arguments.count, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
