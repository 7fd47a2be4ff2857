"""What nbgrader needs to grade safely and to name the exercises; used in nbgrader_config.py."""

import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor
from traitlets import Bool, Dict

from ..checking.borrowed import TO_WRITE
from ..notebooks.asserts import ignored
from ..notebooks.course import Course
from ..notebooks.grade import grade_notebook
from ..notebooks.notebook import (
    CourseError,
    Master,
    SubmissionError,
    is_set,
    read_submission,
    restore,
)
from ..sandbox.outputs import printable
from ..sandbox.process import Limits, Warm
from .beside import of_course, of_student
from .files import remove_folder
from .gradebook import check_released, released

Resources = dict[str, Any]
PLACE = "{exercise}"
MARK_SCHEME = re.compile(r"^.*\b(?:BEGIN|END) MARK SCHEME\b.*$", re.MULTILINE)
FOLDED = """\
<details><summary>A model answer, and how it is marked</summary>

{answer}

**How it is marked**

{guide}

</details>"""
GUIDE = """\
**How it is marked** (students do not see this)

{guide}

<details><summary>A model answer</summary>

{answer}

</details>"""


class SubmissionExporter(NotebookExporter):
    """Reads what students hand in as `read_submission` does, with its clear messages."""

    def from_filename(
        self, filename: str, resources: Resources | None = None, **kw: Any
    ) -> tuple[Any, Resources]:
        """The notebook in a file, preprocessed and written again."""
        if not any(isinstance(step, Restore) for step in self._preprocessors):
            return super().from_filename(filename, resources, **kw)  # written by Restore
        path = Path(os.path.relpath(filename))
        if any(folder.is_symlink() for folder in list(path.parents)[:2]):  # SET, STUDENT
            raise SubmissionError(f"{path} is in a folder that is a link. Hand in the notebook.")
        notebook = read_submission(path)
        export: Callable[..., tuple[Any, Resources]] = super().from_notebook_node
        return export(notebook, resources, **kw)


class Restore(NbGraderPreprocessor):
    """Makes the trusted cells of a submission those of the master again."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """The restored notebook. Raises SubmissionError when it is a foreign one."""
        course = Course(Path.cwd(), parent=self)
        master = _master(course, resources)
        _same_as_released(master, resources)
        return restore(nb, master, course.cells()), resources


class SafeExecute(NbGraderPreprocessor):
    """Grades a restored notebook in two processes; stands where nbgrader has Execute."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """The notebook with its outputs. Raises Unprotected where this machine cannot do that."""
        course = Course(Path.cwd(), parent=self)
        master = _master(course, resources)
        limits = course.limits_of(master.assignment)
        own = of_course(course, master.assignment)
        handed_in, feedback = (
            self._folder(step, resources) for step in ("submitted_directory", "feedback_directory")
        )
        theirs, left_out = of_student(course, master.assignment, handed_in, own)
        for remark in left_out:
            self.log.warning(printable(remark))
        graded = grade_notebook(
            nb,
            master.assignment,
            master.names,
            course.load_checks(master),
            warm(course.preload_of(master.assignment), limits, course.unsafe),
            course.seed(master.assignment),
            limits,
            ignored(course.config),
            {**own, **theirs},
            course.book_url,
        )
        remove_folder(feedback)  # it tells of other marks, and nbgrader keeps what is there
        return graded.notebook, resources

    def _folder(self, step: str, resources: Resources) -> Path:
        """A folder of the student's: that of what was handed in, which nbgrader has copied
        through links too, or that of the feedback.
        """
        folder, names = CourseDirectory(parent=self), resources["nbgrader"]
        place = getattr(folder, step), names["student"], names["assignment"]
        return Path(folder.format_path(*place))


@cache
def warm(preload: tuple[str, ...], limits: Limits, unsafe: bool) -> Warm:
    """The warm process that all submissions of a problem set are graded with.

    It lasts as long as this process.
    """
    process = Warm(preload, limits, unsafe)
    process.__enter__()  # no `with`: nbgrader gives no place to end it
    return process


def _master(course: Course, resources: Resources) -> Master:
    # nbgrader's converters work in the course's folder, so `course` is the one that they convert.
    names = resources["nbgrader"]
    return course.master(names["assignment"], names["notebook"])


def _same_as_released(master: Master, resources: Resources) -> None:
    """Does the gradebook know the master's cells? Raises CourseError when it knows others."""
    names = resources["nbgrader"]
    with Gradebook(names["db_url"]) as book:
        known = released(book, names["assignment"], names["notebook"])
        check_released(book, master, known)


class NameExercise(ClearSolutions):
    """Clears solutions as nbgrader does; the stub's error names the function to write."""

    code_stub = Dict(
        {"python": f'{TO_WRITE}\nraise NotImplementedError("{PLACE}: your code here")'}
    )

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """The notebook without solutions; where it will lie, `check` finds the book by it."""
        nb, resources = super().preprocess(nb, resources)
        if address := Course(Path.cwd(), parent=self).book_url:
            nb.metadata["book"] = address
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, cell_index: int
    ) -> tuple[NotebookNode, Resources]:
        """The cell without its solution."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        lines = cell.source.split("\n")
        for i, line in enumerate(lines):
            if PLACE in line and cell.cell_type == "code":
                name = _enclosing(lines[: i + 1]) or cell.metadata.nbgrader.grade_id
                lines[i] = line.replace(PLACE, name)
        cell.source = "\n".join(lines)
        return cell, resources


def _enclosing(lines: list[str]) -> str:
    """The dotted name of the functions and classes around the last line."""
    names: list[str] = []
    indent = _indent(lines[-1])
    for line in reversed(lines):
        found = re.match(r"\s*(?:async )?(?:def|class) (\w+)", line)
        if found and _indent(line) < indent:
            names.insert(0, found[1])
            indent = _indent(line)
    return ".".join(names)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


class SelfStudy(NbGraderPreprocessor):
    """Puts a model answer and its marking guide, folded, below each written question.

    For those who study alone, and off unless it is enabled: elsewhere these questions are graded.
    Stands before the step that clears the solutions.
    """

    enabled = Bool(False, help="Show model answers to written questions, folded.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """The notebook with a cell more for each written question."""
        return _with_notes(nb, lambda cell: _filled(FOLDED, cell)), resources


class MarkingGuide(Preprocessor):
    """Shows marking guide and model answer below each written answer, in formgrader alone.

    They come from the master: no graded notebook holds them, and so no feedback.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """The notebook as formgrader shows it, or as it is for the feedback."""
        if "submission_id" not in resources:
            return nb, resources
        course = Course(Path(CourseDirectory(parent=self).root), parent=self)

        def guide(cell: NotebookNode) -> str:
            try:
                master = course.master(resources["assignment_id"], resources["notebook_id"])
                return _filled(GUIDE, master.cells[cell.metadata.nbgrader.grade_id])
            except (CourseError, KeyError) as error:  # marking goes on without
                return f"The marking guide cannot be shown: {error}"

        return _with_notes(nb, guide), resources


def _with_notes(nb: NotebookNode, note: Callable[[NotebookNode], str]) -> NotebookNode:
    """The notebook with a cell below each written answer that is marked by hand."""
    cells = []
    for cell in nb.cells:
        cells.append(cell)
        if cell.cell_type == "markdown" and is_set(cell, "grade") and is_set(cell, "solution"):
            id = f"{cell.metadata.nbgrader.grade_id}-note"
            cells.append(new_markdown_cell(note(cell), id=id))
    nb.cells = cells
    return nb


def _filled(template: str, cell: NotebookNode) -> str:
    """A note with the model answer and the marking guide of a master; each line stays a line."""
    answer, *rest = MARK_SCHEME.split(cell.source)
    guide = "  \n".join("".join(rest).strip().splitlines())
    return template.format(answer=answer.strip(), guide=guide or "The master has no marking guide.")
