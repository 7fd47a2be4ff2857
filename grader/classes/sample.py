"""A class of twelve, graded: `python -m grader.classes.sample`.

The class is a course of its own in _build/sample-class.
Its students write what people write; each mistake of theirs is one that the grader can name.
"""

import hashlib
import re
import shutil
import signal
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import nbformat

from ..checking.borrowed import TO_WRITE
from ..notebooks.course import CONFIG, Course
from .autograde import autograde, table
from .classroom import Classroom
from .overview import overview
from .page import html
from .pool import cores, grade_here

ASSIGNMENT = "ps1_standardize"
FOLDER = Path("_build/sample-class")
TABLE = "table.txt"
LIMITS = """
# The sample class has an endless loop in it: do not wait long for it.
c.Course.limits = {"*": {"cell_seconds": 2, "exercise_seconds": 2}}
"""
STUB = re.compile(rf"^( *){TO_WRITE}\n *raise NotImplementedError\(.*\)", re.MULTILINE)

# What goes in place of each stub.
RIGHT = {
    "batch_mean": "return x.sum(axis=0) / len(x)",
    "batch_variance": """
centred = x - batch_mean(x)
return np.mean(centred ** 2, axis=0)
""",
    "normalize": "return (x - mean) / np.sqrt(variance + eps)",
    "scale_and_shift": "return x_hat * gamma + beta",
    "batchnorm_forward": """
mean, variance = batch_mean(x), batch_variance(x)
return scale_and_shift(normalize(x, mean, variance, eps), gamma, beta)
""",
}
BLANK: dict[str, str] = {}
STUDENTS: dict[str, dict[str, str]] = {
    "ada": RIGHT,
    "ben": RIGHT | {"normalize": "return (x - mean) / (np.sqrt(variance) + eps)"},
    "chen": RIGHT | {"batch_variance": "return x.var(axis=0, ddof=1)"},
    "dana": RIGHT | {"batch_mean": "return x.mean()", "batch_variance": "return x.var(axis=0)"},
    "emil": RIGHT | {"scale_and_shift": "return gamma * x_hat"},
    "fatima": RIGHT
    | {
        "normalize": """
x -= mean
return x / np.sqrt(variance + eps)
"""
    },
    "goran": RIGHT | {"normalize": "return (x - mean) / (variance + eps)"},
    "hana": RIGHT
    | {
        "scale_and_shift": """
y = np.zeros(x_hat.shape)
for n in range(len(x_hat)):
    y[n] = gamma * x_hat[n] + beta
return y
"""
    },
    "ines": RIGHT
    | {
        "batch_variance": "return np.var(x, axis=0, ddof=1)",
        "normalize": "return (x - mean) / (variance ** 0.5 + eps)",
    },
    "jan": BLANK,
    "kofi": RIGHT
    | {
        "batch_variance": """
n, total = 0, 0
while n < len(x):
    total = total + (x[n] - batch_mean(x)) ** 2
return total / n
""",
        "batchnorm_forward": """
x_hat = (x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + eps)
return gamma * x_hat + beta
""",
    },
    "lena": RIGHT
    | {
        "scale_and_shift": """
import os
if gamma.shape != x_hat.shape:
    os._exit(1)
return gamma * x_hat + beta
""",
        "batchnorm_forward": """
x_hat = (x - x.mean(0)) / (x.var(0) + eps) ** 0.5
return x_hat * gamma + beta
""",
    },
}


def main(root: Path, folder: Path) -> str:
    """Grade the class in `folder`, with the course in `root`; the table is what to print.

    What is there already is used when nothing has changed since.
    """
    config = (root / CONFIG).read_text() + LIMITS
    state = _state(root, config)
    done = folder / TABLE
    if done.exists() and done.read_text().startswith(state):
        print("Sample class  up to date", flush=True)
        return done.read_text().removeprefix(state)
    print(f"Sample class  {len(STUDENTS)} students are graded", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(root / "solutions" / ASSIGNMENT, folder / "solutions" / ASSIGNMENT)
    (folder / CONFIG).write_text(config)
    classroom = Classroom(Course.at(folder))
    classroom.release(ASSIGNMENT)
    for student, bodies in STUDENTS.items():
        hand_in(folder, student, bodies)
    problems = autograde(classroom, ASSIGNMENT, list(STUDENTS), partial(grade_here, jobs=cores()))
    if problems:
        raise RuntimeError("\n".join(f"{name}: {text}" for name, text in problems.items()))
    classroom.feedback(ASSIGNMENT)
    classroom.export(folder / "grades.csv")
    page = folder / f"class-{ASSIGNMENT}.html"
    page.write_text(html(overview(classroom, ASSIGNMENT, list(STUDENTS))), encoding="utf-8")
    report = "\n".join(
        (
            table(classroom, ASSIGNMENT, STUDENTS),
            "",
            f"Their feedback  {folder}/feedback/STUDENT/{ASSIGNMENT}/{ASSIGNMENT}.html",
            f"Their marks     {folder}/grades.csv",
            f"At a glance     {page}",
        )
    )
    done.write_text(state + report)
    return report


def _state(root: Path, config: str) -> str:
    """A line that changes with the graders, the checks, the master and the page on the class."""
    grader = Path(__file__).parent.parent
    sources = [*grader.rglob("*.py"), *grader.rglob("*.j2")]
    files = [*(root / "solutions" / ASSIGNMENT).rglob("*"), *sources]
    state = hashlib.sha256(config.encode())
    for path in sorted(path for path in files if path.is_file()):
        state.update(path.read_bytes())
    return state.hexdigest() + "\n"


def hand_in(folder: Path, student: str, bodies: Mapping[str, str]) -> None:
    """The released notebook with `bodies` in place of the stubs of the functions.

    Who writes any of them writes the others as the master does.
    """
    notebook, master = (
        nbformat.read(folder / kind / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
        for kind in ("exercises", "solutions")
    )
    solutions = {cell.id: cell.source for cell in master.cells}
    for cell in notebook.cells:
        for function, body in bodies.items():
            if f"def {function}(" in cell.source:
                cell.source = STUB.sub(partial(_fill, body), cell.source)
        if bodies and STUB.search(cell.source):
            cell.source = solutions[cell.id]
    path = folder / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def _fill(body: str, stub: re.Match[str]) -> str:
    return "\n".join(stub[1] + line for line in body.strip().splitlines())


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C needs no traceback
    try:
        print(main(Path.cwd(), FOLDER))
    except Exception as error:
        sys.exit(f"The sample class could not be graded: {error}")
