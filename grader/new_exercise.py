"""The command `grader new-exercise`: the skeleton of an exercise of this course, to be edited.

It is an exercise that works: a task with its solution, a check, a mistake with its fault, a right
and a wrong implementation. Each goes to the end of the file that holds those of its problem set.
"""

import ast
import builtins
import keyword
import re
import subprocess
import sys
import tokenize
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from .checking.check import Check
from .checking.mistakes import OURS, catalogue
from .notebooks.course import Course
from .notebooks.notebook import CourseError, Master, is_autograded

LONGEST = 40  # characters of a name, so that no line of the skeleton is too long
POINTS = 2

# The skeleton. NAME is the exercise's, FAULT its mistake's, SECTION where the book teaches it.

TASK = r"""
## NUMBER. NAME

Centre a batch: subtract from each feature its mean over the batch.

$$y_{nd} = x_{nd} - \frac{1}{N} \sum_{m=1}^{N} x_{md}$$

`x` is `(N, D)`; the result is `(N, D)` and has the dtype of `x`.

<details><summary>Hint: the budget</summary>One line.</details>
"""
SOLUTION = '''
def NAME(x: np.ndarray) -> np.ndarray:
    """x with the mean of each feature at 0: x is (N, D), the result (N, D)."""
    ### BEGIN SOLUTION
    return x - x.mean(axis=0)
    ### END SOLUTION
'''
TO_SEE = "Both columns should become `-1, 0, 1`."
EXAMPLE = "NAME(np.array([[1.0, 7.0], [2.0, 8.0], [3.0, 9.0]]))"
GRADED = 'check("NAME")'

CHECK = """
NAME = Check.against(faults, "NAME", "SECTION")


@NAME.part("each feature minus its mean over the batch", 1.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for N, D in ((3, 2), (4, 4), (2, 3), (16, 5)):
        yield bn.NAME(rng.normal(rng.uniform(1, 4, D), rng.uniform(0.5, 3, D), (N, D)))


@NAME.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for dtype in (np.float32, np.float64):
        yield bn.NAME(rng.normal(1, 2, (6, 3)).astype(dtype))


"""
NAMED = '"NAME": ("FAULT", "loses-dtype")'
FAULTY = "NAME=lambda x: _NAME(mistakes, x)"
FAULT = """


def _NAME(mistakes: tuple[str, ...], x: Array) -> Array:
    mean = np.mean(x, axis=0)
    y = np.asarray(x + mean if "FAULT" in mistakes else x - mean)
    return y.astype(np.float64) if "loses-dtype" in mistakes else y
"""
MISTAKE = """
    Mistake(
        "FAULT",
        "the mean is added",
        "What lies around its mean must lie around 0. Adding the mean takes it twice as far away.",
        "SECTION",
    )
"""
RIGHT = '''
RIGHT |= {
    "NAME: one feature after the other": """
def NAME(x):
    y = np.empty_like(x)
    for d in range(x.shape[1]):
        y[:, d] = x[:, d] - sum(x[:, d]) / len(x)
    return y
""",
}
'''
WRONG = '''
WRONG |= {
    "NAME: the mean of the first two rows": (
        ("NAME",),
        """
def NAME(x):
    return x - x[:2].mean(axis=0)
""",
    ),
}
'''
MORE = """
## FAULT

Look at the place where your code uses the mean of a feature, and at the sign that stands before it.
Print the mean of each feature of what comes in, and of what your function returns.

Question: where should the mean of each returned feature lie, and where does yours lie?

Take one feature with the values 1, 3 and 8.
Their mean is 4.
Around it they lie at a distance of -3, -1 and 4, and these three have a sum of 0.
Add up the three numbers that your function returns for them.
If the sum is 24, each value has gone farther away by the mean, and the new mean is 8.
Do the same with two features, one of which has a mean of 0: it hides the mistake.
"""

DONE = """\
SET has a new exercise, NAME: a skeleton that works. Make it yours in
  MASTER: the task, its solution, an example, the points
  CODE/checks.py: what is asked, and the section that teaches it
  CODE/faults.py: the mistakes as switches
  CODE/mistakes.py: what a student reads of each
  CODE/more.md: one step further for each
  TESTS/right.py, TESTS/wrong.py: solutions that must pass, and that must not
Then:
  make exercises
  .venv/bin/python -m pytest tests/sets/test_checks.py tests/sets/test_exercises.py TESTS -k SET"""


def add_exercise(course: Course, assignment: str, name: str) -> str:
    """Write the skeleton of the exercise `name`; what is left to do is the text to print.

    Raises CourseError, before anything is written, for a name that cannot be used, another
    course than this one, and files in which the places to write at are not found.
    """
    _require_checkout(course)
    master = course.masters_of(assignment)[assignment]
    _require_free(course, assignment, name)
    path = (course.masters / assignment / f"{assignment}.ipynb").relative_to(course.root)
    code, tests = Path("grader/sets") / assignment, Path("tests/sets") / assignment
    checks = _checks_of(course, master)
    words = {
        "NAME": name,
        "FAULT": f"{name.replace('_', '-')}-mean-added",
        "SECTION": [*checks.values()][-1].section,
        "SET": assignment,
        "MASTER": str(path),
        "CODE": str(code),
        "TESTS": str(tests),
    }
    if words["FAULT"] in catalogue():
        raise CourseError(f"the skeleton of {name} has a mistake that is there: {words['FAULT']}")
    edits: dict[Path, Callable[[str], str]] = {
        path: lambda _: _notebook(master, path, words),
        code / "checks.py": lambda text: _checks(text, words),
        code / "faults.py": lambda text: _faults(text, words),
        code / "mistakes.py": lambda text: _in_literal(text, "mistakes", _filled(MISTAKE, words)),
        code / "more.md": lambda text: f"{text.rstrip()}\n{_filled(MORE, words)}",
        tests / "right.py": lambda text: _appended(text, "RIGHT", _filled(RIGHT, words)),
        tests / "wrong.py": lambda text: _appended(text, "WRONG", _filled(WRONG, words)),
    }
    written = {place: _edited(course.root / place, edit) for place, edit in edits.items()}
    for place, text in written.items():
        (course.root / place).write_text(text, encoding="utf-8")
    return _filled(DONE, words)


def _require_checkout(course: Course) -> None:
    """Is this the course whose problem sets are in `grader`, and is its own `grader` at work?"""
    if course.checks != OURS or not (course.root / "grader" / "sets").is_dir():
        raise CourseError(
            f"{course.root} is not a checkout of the course on batch normalisation, which alone "
            "new-exercise writes in. Checks for another course: see grading/your_own_course.md"
        )
    at_work = Path(__file__).parent
    if at_work != course.root / "grader":
        raise CourseError(
            f"{at_work} is at work, not the grader of {course.root}: "
            "run `.venv/bin/python -m grader new-exercise` in that folder"
        )
    if find_spec("ruff") is None:
        raise CourseError("ruff, which lays out the code, is missing: `make setup` installs it")


def _require_free(course: Course, assignment: str, name: str) -> None:
    """Can an exercise, its function and its cells have this name?"""
    if not (name.isidentifier() and name.isascii()) or keyword.iskeyword(name):
        raise CourseError(f"{name!r} cannot be the name of a function: take another")
    if name.startswith("_") or len(name) > LONGEST:
        raise CourseError(f"{name!r}: names have {LONGEST} characters at most, the first a letter")
    new = {name} | {f"{name}-{kind}" for kind in ("task", "solution", "to-see", "example")}
    for other in course.assignments():
        known = course.master(other)
        ids = {cell.id for cell in known.notebook.cells}
        if new & {*ids, *known.cells, *known.names, *_checks_of(course, known)}:
            raise CourseError(f"there is a {name} in {other} already: take another name")
    modules = [import_module(f"{OURS}.{assignment}.{module}") for module in ("checks", "faults")]
    for module in (builtins, *modules):
        if hasattr(module, name) or hasattr(module, f"_{name}"):
            raise CourseError(f"{name} has a meaning in {module.__name__}: take another name")
    cells = [cell for cell in course.master(assignment).notebook.cells if cell.cell_type == "code"]
    if name in _names("\n".join(cell.source for cell in cells)):
        raise CourseError(f"the notebook of {assignment} uses the name {name}: take another")


def _checks_of(course: Course, master: Master) -> Mapping[str, Check]:
    try:
        return course.load_checks(master)
    except Exception as error:  # whatever the modules raise while they are edited
        kind = type(error).__name__
        text = f"the checks of {master.assignment} do not load: {kind}: {error}"
        raise CourseError(text) from None


def _names(source: str) -> set[str]:
    tokens = tokenize.generate_tokens(StringIO(source).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME}


def _filled(template: str, words: dict[str, str]) -> str:
    return re.sub("|".join(words), lambda found: words[found[0]], template)


def _edited(path: Path, edit: Callable[[str], str]) -> str:
    """The text of a file after the edit, laid out by ruff. Raises CourseError if it cannot be."""
    try:
        text = edit(path.read_text(encoding="utf-8"))
        return _laid_out(text, path) if path.suffix == ".py" else text
    except (OSError, SyntaxError, _Unexpected) as error:
        raise CourseError(f"{path} is not as expected, and nothing was written: {error}") from None


class _Unexpected(Exception):
    """A file has another form than those of this course; says which was expected."""


def _laid_out(text: str, path: Path) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(path), "-"]
    done = subprocess.run(command, input=text, cwd=path.parent, capture_output=True, text=True)
    if done.returncode:
        raise _Unexpected(done.stderr.strip())
    return done.stdout


def _notebook(master: Master, path: Path, words: dict[str, str]) -> str:
    """The master with the exercise behind its last one; headings and points count it."""
    cells = master.notebook.cells
    end = 1 + max(i for i, cell in enumerate(cells) if is_autograded(cell))
    number = 1
    for cell in cells[:end]:
        for found in re.findall(r"^## (\d+)\. ", cell.source, re.MULTILINE):
            number = int(found) + 1
    for cell in cells[end:]:
        if cell.cell_type == "markdown":
            cell.source = re.sub(
                r"^## (\d+)\. ", lambda found: f"## {int(found[1]) + 1}. ", cell.source, flags=re.M
            )
    pattern = r"(?m)^- Points: ([\d.]+) by the checks"
    total = re.search(pattern, cells[0].source)
    if not total:
        raise _Unexpected('its first cell should have a line "- Points: ... by the checks"')
    points = f"- Points: {float(total[1]) + POINTS:g} by the checks"
    cells[0].source = cells[0].source.replace(total[0], points)
    cells[end:end] = _cells(words | {"NUMBER": str(number)}, "np" in _set_up_names(master))
    text: str = nbformat.writes(master.notebook)
    return text + "\n"


def _set_up_names(master: Master) -> set[str]:
    first, *_ = (cell for cell in master.cells.values() if cell.cell_type == "code")
    return _names(first.source)


def _cells(words: dict[str, str], numpy: bool) -> list[NotebookNode]:
    """The cells of the exercise; with `numpy`, the set-up cell has imported it."""
    name = words["NAME"]
    solution = SOLUTION if numpy else f"import numpy as np\n\n{SOLUTION}"
    locked = {"grade": False, "locked": True, "solution": False}
    kinds = (
        ("task", TASK, None),
        ("solution", solution, locked | {"locked": False, "solution": True}),
        ("to-see", TO_SEE, None),
        ("example", EXAMPLE, locked),
        ("", GRADED, locked | {"grade": True, "points": POINTS}),
    )
    cells = []
    for kind, template, flags in kinds:
        id, source = f"{name}-{kind}".rstrip("-"), _filled(template, words).strip()
        if flags is None:
            cells.append(nbformat.v4.new_markdown_cell(source, id=id))
            continue
        cell = nbformat.v4.new_code_cell(source, id=id)
        cell.metadata.nbgrader = flags | {"grade_id": id, "schema_version": 3, "task": False}
        if flags["locked"]:
            cell.metadata.tags = ["raises-exception"]
        cells.append(cell)
    return cells


def _checks(text: str, words: dict[str, str]) -> str:
    """The check before the list of all checks, and in it."""
    text = _in_literal(text, "checks", words["NAME"])
    at = _offset(text, _assignment(text, "checks").lineno, 0)
    return text[:at] + _filled(CHECK, words) + text[at:]


def _faults(text: str, words: dict[str, str]) -> str:
    """The function at the end, in what `implementation` returns, and in the table of mistakes."""
    found = [
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == "implementation"
    ]
    match found:
        case [ast.FunctionDef(args=ast.arguments(vararg=ast.arg("mistakes")), body=[*_, last])]:
            pass
        case _:
            raise _Unexpected("it should have a function implementation(*mistakes)")
    match last:
        case ast.Return(ast.Call(ast.Name("SimpleNamespace"), [], keywords) as call):
            pass
        case _:
            raise _Unexpected("implementation should end in `return SimpleNamespace(name=...)`")
    # From the end to the beginning: what is written does not move what comes before it.
    text = _inside(text, call, [keyword.value for keyword in keywords], _filled(FAULTY, words))
    return _in_literal(text, "MISTAKES", _filled(NAMED, words)) + _filled(FAULT, words)


def _appended(text: str, target: str, more: str) -> str:
    _assignment(text, target)
    return text + more


def _assignment(text: str, target: str) -> ast.Assign | ast.AnnAssign:
    for node in ast.parse(text).body:
        match node:
            case ast.Assign([ast.Name(id)]) | ast.AnnAssign(ast.Name(id)) if id == target:
                return node
    raise _Unexpected(f"it should have `{target} = ...`")


def _in_literal(text: str, target: str, entry: str) -> str:
    """The text with one more entry at the end of the list or dict that `target` is set to."""
    value = _assignment(text, target).value
    match value:
        case ast.List(values) | ast.Dict(_, values):
            return _inside(text, value, values, entry)
    raise _Unexpected(f"{target} should be a list or dict that is written out")


def _inside(text: str, node: ast.expr, values: Sequence[ast.expr], entry: str) -> str:
    """The text with one more entry before the bracket that ends the node."""
    end = _offset(text, node.end_lineno, node.end_col_offset) - 1
    if not values:
        return text[:end] + entry + text[end:]
    last = _offset(text, values[-1].end_lineno, values[-1].end_col_offset)
    comma = "," in re.sub(r"#.*", "", text[last:end])
    return f"{text[:end]}{'' if comma else ', '}{entry}{',' if comma else ''}{text[end:]}"


def _offset(text: str, line: int | None, column: int | None) -> int:
    """The place in the text that a node's `end_lineno` and `end_col_offset`, in bytes, mean."""
    assert line is not None
    assert column is not None
    lines = list(StringIO(text))
    return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())
