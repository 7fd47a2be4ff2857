"""Grading one submission away from its course: what a worker is given, does, and gives back.

A worker is a process of this machine (pool.py), or of another one (cluster.py).
"""

import hashlib
import json
import platform
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode, v4
from nbformat.v4.rwbase import split_lines
from nbgrader.converters import Autograde
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_locked
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from ..checking.check import Check, Verdict
from ..checking.load import checks_of
from ..notebooks.asserts import ignored
from ..notebooks.grade import grade_notebook
from ..notebooks.notebook import (
    MISSING,
    CourseError,
    Master,
    SubmissionError,
    is_autograded,
    is_set,
    parse_submission,
    restore,
    without_answers,
)
from ..notebooks.report import outputs
from ..sandbox.outputs import printable
from ..sandbox.process import Limits, Warm
from .files import lacking

# Steps of nbgrader's that are done here, or by the one who writes the gradebook.
DONE_HERE = {
    "grader.classes.preprocessor.Restore",
    "grader.classes.preprocessor.SafeExecute",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.Execute",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.SaveAutoGrades",
}
PACKAGES = ("ipython", "nbconvert", "nbformat", "nbgrader", "numpy")  # whose versions may matter
STEPS = ("sanitize_preprocessors", "autograde_preprocessors")
NO_RESPONSE = "No response."  # nbgrader's comment on an answer that was not touched


@dataclass(frozen=True)
class Released:
    """What the gradebook holds of one notebook: its kernel, and its cells by their names."""

    kernelspec: str | None
    cells: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Job:
    """What grading has in common for all submissions of a problem set.

    `masters` and `released` are by the names of the notebooks.
    `package` has the checks; it may be a folder in `root`.
    `beside` are the course's own files, which every notebook finds in its folder.
    `sets` are the grade_ids of all masters of the course by their labels.
    `code` is the state of all that decides marks beside this: see `code_state`.
    """

    root: str
    assignment: str
    masters: Mapping[str, Master]
    released: Mapping[str, Released]
    package: str
    beside: Mapping[str, bytes]
    preload: tuple[str, ...]
    limits: Limits
    unsafe: bool
    seed: int
    book: str
    config: Config
    sets: Mapping[str, Collection[str]]
    code: str

    def key(self) -> str:
        """A text that changes with anything that may change a mark."""
        cells = {name: [v4.writes(m.notebook), sorted(m.names)] for name, m in self.masters.items()}
        released = {name: asdict(notebook) for name, notebook in self.released.items()}
        state = [cells, released, self.preload, asdict(self.limits), self.unsafe, self.seed]
        state += [self.book]
        state += [self.code, repr(sorted(self.config.items()))]
        state += [{name: hashlib.sha256(data).hexdigest() for name, data in self.beside.items()}]
        return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Submission:
    """What one student handed in: notebooks by name, and why the others cannot be read.

    `others` are further notebooks, in which those that are meant may be.
    `beside` are the files that a notebook finds in its folder; `left_out` is on those that it
    does not.
    """

    student: str
    notebooks: Mapping[str, bytes]
    unreadable: Mapping[str, str]
    others: Mapping[Path, bytes]
    beside: Mapping[str, bytes] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class GradedNotebook:
    """A notebook as nbgrader keeps it, and what the gradebook is to hold of its cells.

    It is `doubtful` where it could not be graded: then a person has to look at all of it.
    """

    text: str
    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]
    doubtful: bool = False


@dataclass(frozen=True)
class Outcome:
    """A graded submission; `problems` says why it, or a notebook of it, has no points.

    `remarks` are for the instructor, on which of several notebooks was graded.
    """

    notebooks: Mapping[str, GradedNotebook]
    verdicts: tuple[Verdict, ...]
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@cache
def code_state(package: str, preload: tuple[str, ...] = ()) -> str:
    """The state of the grader, of a package of checks, and of what students' code runs with."""
    state = hashlib.sha256(platform.python_version().encode())
    for name in sorted({*PACKAGES, *(module.partition(".")[0] for module in preload)}):
        try:
            state.update(f"{name} {metadata.version(name)}\n".encode())
        except metadata.PackageNotFoundError:  # a package of the course's own
            _add_sources(state, name)
    _add_sources(state, "grader")
    if not package.startswith("grader."):
        _add_sources(state, package.partition(".")[0])
    return state.hexdigest()


def _add_sources(state: Any, package: str) -> None:
    module = import_module(package)
    places = [Path(place) for place in getattr(module, "__path__", ())] or [
        Path(str(module.__file__))
    ]
    for place in places:
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            state.update(f"{package} {path.relative_to(place)}\n".encode() + path.read_bytes())


class Worker:
    """Grades submissions of one problem set, one after the other, from one warm process.

    Raises Unprotected when this machine lacks a protection, and CourseError when it would give
    other marks than the one that sends the work.
    """

    def __init__(self, job: Job) -> None:
        self.job, self.checks = job, _checks(job)
        self.steps = [kind(config=job.config) for kind in _steps(job.config)]
        self.warm = Warm(job.preload, job.limits, job.unsafe)
        self.warm.__enter__()

    def close(self) -> None:
        """End the warm process and all that it started."""
        self.warm.close()

    def __call__(self, submission: Submission) -> Outcome:
        """Grade one submission. Raises CourseError for what the machine lacks."""
        with lacking(Path(gettempdir())):
            return self._outcome(submission)

    def _outcome(self, submission: Submission) -> Outcome:
        notebooks, verdicts, problems, remarks = {}, [], [], list[str]()
        for name in self.job.masters:
            try:
                meant = self._meant(submission, name, remarks)
                notebook, found, told = self._graded(submission, name, meant)
                remarks += told
            except SubmissionError as error:
                notebook, found = self._refused(name, str(error))
                problems.append(str(error))
            notebooks[name] = notebook
            verdicts += found
        remarks += submission.left_out
        return Outcome(notebooks, tuple(verdicts), tuple(problems), tuple(remarks))

    def _meant(self, submission: Submission, name: str, remarks: list[str]) -> NotebookNode:
        """The notebook that counts: that of the right name, or else the only one with answers.

        Raises SubmissionError where there is none, or more than one that could be meant.
        """
        named = Path(f"{name}.ipynb")
        there = {named: submission.notebooks[name]} if name in submission.notebooks else {}
        found: dict[Path, NotebookNode] = {}
        wrong = {named: submission.unreadable[name]} if name in submission.unreadable else {}
        for path, data in {**there, **submission.others}.items():
            try:
                found[path] = self._restored(submission.student, name, path, data)
            except SubmissionError as error:
                wrong[path] = str(error)
        answers: dict[Path, Mapping[str, str]] = {}
        for path, notebook in found.items() if submission.others else ():
            mine = self._answers(notebook, name)
            if mine not in answers.values():  # a copy is no other notebook
                answers[path] = mine
        possible = [path for path in answers if answers[path]] or [*answers] or [*found]
        if not possible:
            others = ", ".join(map(str, submission.others))
            listed = f"{wrong[named]} Other notebooks: {others}."
            raise SubmissionError(listed if len(wrong) > 2 else " ".join(wrong.values()))
        meant = named if named in possible else possible[0]
        others = ", ".join(str(path) for path in possible if path != meant)
        if meant != named:
            if others:
                raise SubmissionError(
                    f"{meant}, {others}: it is not clear which notebook counts. "
                    f"Hand in one, with the name {named}."
                )
            why = wrong.get(named, f"{named} has no answers.")
            remarks.append(f"{meant} was graded: {why}")
        elif others:
            remarks.append(f"{meant} was graded, and not {others}, which has other answers")
        return found[meant]

    def _restored(self, student: str, name: str, path: Path, data: bytes) -> NotebookNode:
        place = Path("submitted", student, self.job.assignment, path)
        try:
            return restore(parse_submission(data, place), self.job.masters[name], self.job.sets)
        except SubmissionError as error:
            text = str(error)
            told = printable(str(place))
            raise SubmissionError(text if told in text else f"{told}: {text}") from None

    def _answers(self, notebook: NotebookNode, name: str) -> Mapping[str, str]:
        """The texts of the solution cells that are not as they were handed out."""
        blank = self.job.released[name].cells
        return {
            _id(cell): cell.source
            for cell in notebook.cells
            if is_set(cell, "solution")
            and MISSING not in cell.source
            and cell.source.strip() != str(blank[_id(cell)]["source"]).strip()
        }

    def _graded(
        self, submission: Submission, name: str, notebook: NotebookNode
    ) -> tuple[GradedNotebook, list[Verdict], Sequence[str]]:
        job, master = self.job, self.job.masters[name]
        self._as_released(notebook, name)
        graded = grade_notebook(
            notebook,
            job.assignment,
            master.names,
            self.checks,
            self.warm,
            job.seed,
            job.limits,
            ignored(job.config),
            {**job.beside, **submission.beside},
            job.book,
        )
        names = {"student": submission.student, "assignment": job.assignment, "notebook": name}
        resources: dict[str, Any] = {"unique_key": name, "nbgrader": names}
        for step in self.steps:
            notebook, resources = step(notebook, resources)
        scores = {_id(cell): determine_grade(cell)[0] for cell in filter(is_grade, notebook.cells)}
        return _noted(notebook, scores), graded.verdicts, graded.remarks

    def _refused(self, name: str, problem: str) -> tuple[GradedNotebook, list[Verdict]]:
        """No points, and the reason in the notebook, so that the feedback tells it."""
        master = self.job.masters[name]
        notebook = without_answers(master, f"**This notebook could not be graded.** {problem}")
        self._as_released(notebook, name)
        verdicts = []
        for cell in filter(is_autograded, notebook.cells):
            points = float(cell.metadata.nbgrader.points)
            asserts = _id(cell) not in self.checks
            verdicts.append(Verdict(_id(cell), 0.0, points, "missing", problem, asserts=asserts))
            cell.outputs = outputs(verdicts[-1])
        marked = (
            cell for cell in master.cells.values() if is_set(cell, "grade") or is_set(cell, "task")
        )
        scores = {_id(cell): 0.0 for cell in marked}
        return replace(_noted(notebook, scores), doubtful=True), verdicts

    def _as_released(self, notebook: NotebookNode, name: str) -> None:
        """What the gradebook says of kernel and cells, as nbgrader puts it into a notebook."""
        released = self.job.released[name]
        if released.kernelspec:
            notebook.metadata["kernelspec"] = json.loads(released.kernelspec)
        for cell in notebook.cells:
            if "nbgrader" not in cell.metadata:
                continue
            known = released.cells[_id(cell)]
            if is_locked(cell) != known["locked"]:
                cell.metadata.nbgrader["locked"] = known["locked"]
            cell.metadata.nbgrader["checksum"] = known["checksum"]
            if known["locked"] and compute_checksum(cell) != known["checksum"]:
                cell.source = known["source"]


def _checks(job: Job) -> Mapping[str, Check]:
    """The checks of a job; raises CourseError when they are not those of its sender."""
    if job.root not in sys.path:
        sys.path.append(job.root)  # a course's own package of checks
    try:
        checks = checks_of(job.assignment, job.package)
        state = code_state(job.package, job.preload)
    except (CourseError, ImportError, LookupError) as error:
        raise CourseError(f"on {platform.node()}: {error}") from None
    if state != job.code:
        raise CourseError(
            f"{platform.node()} has another version of the grader, of {job.package}, of Python or "
            "of NumPy than the machine that sends the work. Install the same there."
        )
    return checks


def _steps(config: Config) -> list[type[Preprocessor]]:
    """The preprocessors of the course's configuration, or nbgrader's own, without `DONE_HERE`."""
    steps: list[Any] = []
    for name in STEPS:
        default = getattr(Autograde, name).default_args[0]
        steps += config.Autograde.get(name, default)
    kinds = [import_item(step) if isinstance(step, str) else step for step in steps]
    done = {import_item(name) for name in DONE_HERE}
    return [kind for kind in kinds if kind not in done]


def config_of_steps(config: Config) -> Config:
    """What of a course's configuration a worker needs."""
    kinds = {base.__name__ for kind in _steps(config) for base in kind.__mro__}
    needed = Config({name: config[name] for name in sorted(kinds) if name in config})
    for name in STEPS:
        if name in config.Autograde:
            needed.Autograde[name] = config.Autograde[name]
    return needed


def _noted(notebook: NotebookNode, scores: Mapping[str, float | None]) -> GradedNotebook:
    """The notebook as a file, and nbgrader's comments on its answers."""
    comments = {}
    for cell in notebook.cells:
        if is_set(cell, "solution") or is_set(cell, "task"):
            untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            blank = untouched and not is_set(cell, "task")
            comments[_id(cell)] = NO_RESPONSE if blank else None
    return GradedNotebook(_written(notebook), scores, comments)


def _written(notebook: NotebookNode) -> str:
    """The text of a notebook's file, as `nbformat.write` has it, which copies the notebook first.

    Here it is used up: its texts are left split into lines.
    """
    lines = split_lines(notebook)
    return f"{json.dumps(lines, indent=1, sort_keys=True, ensure_ascii=False)}\n"


def _id(cell: NotebookNode) -> str:
    return str(cell.metadata.nbgrader.grade_id)
