"""Notebooks: reading what students hand in, and restoring the trusted cells in it.

Trusted text (checks, graded and locked cells, points) comes only from the master.
From a submission come the students' answers in the master's solution cells,
and the cells that are the students' own.
"""

import ast
import copy
import json
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ..checking.borrowed import no_python, parsed
from ..checking.errors import CourseError as CourseError
from ..sandbox.outputs import printable

FILE_LIMIT = 128 * 1024**2  # bytes of a submission, most of them outputs, which are dropped
# Characters in a file that are not in strings: `[],` takes twenty times its length in memory.
STRUCTURE_LIMIT = 8 * 1024**2
DIGITS = 20  # of a whole number in a file: Python refuses thousands, and none of them counts
ARCHIVES = (b"PK\3\4", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")  # how they begin
CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)
STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
SOURCE_LIMIT = 500_000  # characters in all cells together
CELL_LIMIT = 5_000  # cells
PICTURE_LIMIT = 96 * 1024**2  # characters of all pictures that are pasted into the text
SCHEMA = 3  # of nbgrader's metadata
BLANK = ("", "YOUR ANSWER HERE")  # written answers that are none; the second is nbgrader's stub
MISSING = "This cell was missing from the submission."
RESTORED = (
    "This cell was changed, and ran as it was handed out. "
    "What is not there any more, such as an import, belongs into a cell of your own."
)
LATE = "This cell defines {} below the cell that checks it, where that does not count. Move it up."
STUB = "raise NotImplementedError"  # in a solution cell, as it was handed out
COPY = "This copy of the cell {} runs after it, and replaces what it defines."
HIDDEN = re.compile(r"^.*\bBEGIN (HIDDEN TESTS)\b(?s:.*?)\bEND \1\b.*\n?", re.MULTILINE)


class SubmissionError(Exception):
    """A submission that cannot be graded; says what, where and what to do.

    Names of files and folders can be a student's: the text has nothing that a terminal obeys.
    """

    def __init__(self, text: str) -> None:
        super().__init__(printable(text))


@dataclass(frozen=True)
class Master:
    """A notebook that a problem set is made from.

    `cells` are its nbgrader cells by grade_id, in order;
    `names` are those that a student is asked to define; `name` is that of its file.
    """

    assignment: str
    notebook: NotebookNode
    cells: Mapping[str, NotebookNode]
    names: frozenset[str]
    name: str

    @property
    def label(self) -> str:
        """What people call it."""
        return master_label(self.assignment, self.name)

    @property
    def by_hand(self) -> float:
        """The points that a person gives."""
        return sum(
            float(cell.metadata.nbgrader.get("points", 0))
            for cell in self.cells.values()
            if (is_set(cell, "grade") or is_set(cell, "task")) and not is_autograded(cell)
        )


def master_label(assignment: str, name: str) -> str:
    """A problem set, and its notebook where that has another name."""
    return assignment if name == assignment else f"{assignment}/{name}"


def is_set(cell: NotebookNode, flag: str) -> bool:
    """Does the cell's nbgrader metadata set `flag` (grade, solution, locked or task)?"""
    return bool(cell.metadata.get("nbgrader", {}).get(flag, False))


def is_autograded(cell: NotebookNode) -> bool:
    """Is this a cell that a check gives the points for, or asserts in the cell itself?"""
    return cell.cell_type == "code" and is_set(cell, "grade") and not is_set(cell, "solution")


def read_master(
    folder: Path,
    assignment: str,
    notebook: str | None = None,
    header: Path | None = None,
    footer: Path | None = None,
) -> Master:
    """The master of a problem set: `folder/assignment/assignment.ipynb`, or another `notebook`.

    The cells of the notebooks `header` and `footer` are put around its own, as nbgrader does.
    Raises CourseError when it is not there or not right.
    """
    name = notebook or assignment
    path = folder / assignment / f"{name}.ipynb"
    master = _trusted(path)
    above, below = (_trusted(other).cells if other else [] for other in (header, footer))
    master.cells = [*above, *master.cells, *below]
    told = (("kernelspec", "language"), ("language_info", "name"))  # some tools write only one
    named = [master.metadata.get(part, {}).get(key) for part, key in told]
    language = next(filter(None, named), "python")
    if language != "python":
        raise CourseError(f"{path} is a notebook in {language}; only Python is graded")
    cells: dict[str, NotebookNode] = {}
    names: set[str] = set()
    for cell in master.cells:
        if not any(is_set(cell, flag) for flag in ("grade", "solution", "locked", "task")):
            continue
        version = cell.metadata.nbgrader.get("schema_version", 0)
        if version != SCHEMA:
            raise CourseError(
                f"{path} has nbgrader's metadata in version {version}, and not in {SCHEMA}. "
                f"Run: nbgrader update {path}"
            )
        grade_id = cell.metadata.nbgrader.grade_id
        if grade_id in cells:
            raise CourseError(f"{path}: two cells have the grade_id {grade_id!r}")
        cells[grade_id] = cell
        if cell.cell_type == "code" and is_set(cell, "solution"):
            names.update(_defined(parsed(cell.source)))
    return Master(assignment, master, cells, frozenset(names), name)


def _trusted(path: Path) -> NotebookNode:
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
        return notebook
    except FileNotFoundError:
        raise CourseError(f"{path}: there is no such master notebook") from None
    except Exception as error:
        raise CourseError(f"{path} is not a notebook: {error}") from None


def _defined(module: ast.Module) -> Iterator[str]:
    """The names that top-level statements define."""
    for node in module.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Assign() | ast.AnnAssign():
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))


def calls_check(master: Master) -> Iterator[str]:
    """The graded cells that call our `check`, which does nothing in a student's process."""
    code = [parsed(cell.source) for cell in master.notebook.cells if cell.cell_type == "code"]
    names, modules = set[str](), set[str]()
    for node in (node for tree in code for node in ast.walk(tree)):
        match node:
            case ast.ImportFrom(module="grader"):
                names |= {one.asname or one.name for one in node.names if one.name == "check"}
            case ast.Import():
                modules |= {one.asname or one.name for one in node.names if one.name == "grader"}
    for grade_id, cell in master.cells.items():
        for node in ast.walk(parsed(cell.source)) if is_autograded(cell) else ():
            match node:
                case ast.Call(func=ast.Name(id=name)) if name in names:
                    yield grade_id
                case ast.Call(func=ast.Attribute(ast.Name(id=name), "check")) if name in modules:
                    yield grade_id


def read_submission(path: str | os.PathLike[str]) -> NotebookNode:
    """A student's notebook in a file; see `parse_submission`."""
    path = Path(path)
    return parse_submission(_read(path), path)


def parse_submission(data: bytes, path: Path) -> NotebookNode:
    """A student's notebook, without its stored outputs and its notebook metadata.

    What is odd but harmless is mended: it is the text of the cells that counts.
    Raises SubmissionError, which names `path`, for what is not a notebook.
    """
    document = _parsed(data, path)
    if not isinstance(document, dict) or not ("cells" in document or "worksheets" in document):
        raise SubmissionError(
            f"{path} is not a notebook: it has no cells. Hand in the .ipynb file of your notebook."
        )
    if "worksheets" in document or document.get("nbformat") in (1, 2, 3):
        document = _upgraded(path, document)
    cells = document["cells"]
    if not isinstance(cells, list):
        raise SubmissionError(f"{path} is not a notebook: its cells are not a list.")
    if len(cells) > CELL_LIMIT:
        raise SubmissionError(f"{path} has {len(cells)} cells; {CELL_LIMIT} at most are graded.")
    # ids of ours: theirs can be double, or no ids
    clean = [_cell(cell, f"cell-{i}") for i, cell in enumerate(cells) if isinstance(cell, dict)]
    size = sum(len(cell.source) for cell in clean)
    if size > SOURCE_LIMIT:
        raise SubmissionError(
            f"{path} has {size / 1e6:.1f} million characters in its cells; "
            f"{SOURCE_LIMIT / 1e6:.1f} million at most are graded. Remove data from the cells."
        )
    return _notebook(clean)


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise SubmissionError(f"{path} is a folder. Give the path of an .ipynb file in it.")
        if path.is_symlink():  # perhaps to the work of another student, or to the master
            raise SubmissionError(f"{path} is a link. Hand in the notebook itself.")
        # no link, no waiting for a pipe, no terminal of ours
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise SubmissionError(f"{path} is not an ordinary file. Hand in a notebook.")
            return file.read(FILE_LIMIT + 1)  # one more, so that too many show
    except FileNotFoundError:
        raise SubmissionError(f"{path}: there is no such file.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SubmissionError(f"{path} cannot be read: {reason}.") from None


def _parsed(data: bytes, path: Path) -> object:
    if len(data) > FILE_LIMIT:
        raise SubmissionError(
            f"{path} has more than {FILE_LIMIT // 1024**2} MB, which is more than is read. "
            "Clear the outputs of the notebook and save it again."
        )
    if data.startswith(ARCHIVES):
        raise SubmissionError(
            f"{path} is an archive, whatever it is called. Hand in the notebook that is in it."
        )
    # some editors begin a file with a byte order mark, or save it in UTF-16; a letter may be broken
    text = data.decode(json.detect_encoding(data), errors="replace")
    if not text.strip():
        raise SubmissionError(f"{path} is empty. Save the notebook and hand it in again.")
    if _structure(text) > STRUCTURE_LIMIT:
        raise SubmissionError(
            f"{path} has too many numbers, lists and fields to be read. "
            "Clear the outputs of the notebook and save it again."
        )
    try:
        # some tools leave tabs and line breaks in texts as they are
        return json.loads(text, strict=False, parse_int=lambda digits: int(digits[:DIGITS]))
    except json.JSONDecodeError as error:
        if conflict := CONFLICT.search(text):
            line = text.count("\n", 0, conflict.start()) + 1
            raise SubmissionError(
                f"{path} has two versions in it that git could not merge, from line {line} on. "
                "Take one of them, open it in Jupyter, and hand it in again."
            ) from None
        at_end = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated")
        what = "is cut off or" if at_end else "is"
        raise SubmissionError(
            f"{path} {what} not JSON, which a notebook is: line {error.lineno}, {error.msg}. "
            "Save the notebook in Jupyter and hand it in again."
        ) from None
    except RecursionError:
        raise SubmissionError(
            f"{path} is not a notebook: its lists and fields are nested too deep. "
            "Clear the outputs of the notebook and save it again."
        ) from None


def _structure(text: str) -> int:
    """How many characters of JSON are not in strings."""
    if len(text) <= STRUCTURE_LIMIT:
        return 0
    return len(text) - sum(match.end() - match.start() for match in STRING.finditer(text))


def _upgraded(path: Path, document: dict[str, object]) -> dict[str, object]:
    """A notebook of nbformat 3 or older as one of nbformat 4."""
    try:
        node = nbformat.from_dict(document)
        return dict(nbformat.convert(node, 4))
    except Exception:
        raise SubmissionError(
            f"{path} is a notebook of an old format (nbformat {document.get('nbformat')}) that "
            "cannot be converted. Open it in Jupyter, save it, and hand it in again."
        ) from None


def _cell(cell: dict[str, object], id: str) -> NotebookNode:
    """What is kept of a student's cell: its type, text, pasted pictures, and grade_id or id."""
    kind = cell.get("cell_type")
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    # A raw cell is shown as a Markdown cell is: nbconvert would take it for HTML.
    node = _new_cell("code" if kind == "code" else "markdown", _text(cell.get("source")), id)
    if isinstance(grade_id, str):
        node.metadata.nbgrader = NotebookNode(grade_id=grade_id)
    elif isinstance(cell.get("id"), str):
        node.metadata.id = cell["id"]
    pictures = dict(_pictures(cell.get("attachments")))
    if pictures and node.cell_type == "markdown":
        node.attachments = nbformat.from_dict(pictures)
    return node


def _text(source: object) -> str:
    found = source if isinstance(source, list) else [source]
    lines = [line for line in found if isinstance(line, str)]
    # some tools write lines without their ends
    text = ("" if any("\n" in line for line in lines) else "\n").join(lines)
    return text.encode(errors="replace").decode()  # lone surrogates cannot be written


def _pictures(attachments: object) -> Iterator[tuple[str, dict[str, str]]]:
    left = PICTURE_LIMIT
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        for kind, data in bundle.items() if isinstance(bundle, dict) else ():
            if isinstance(kind, str) and kind.startswith("image/") and isinstance(data, str):
                left -= len(data)
                if left >= 0:
                    yield _text(name), {_text(kind): _text(data)}


def _new_cell(cell_type: str, source: str, id: str) -> NotebookNode:
    cell = NotebookNode(cell_type=cell_type, id=id, metadata=NotebookNode(), source=source)
    if cell_type == "code":
        cell.update(execution_count=None, outputs=[])
    return cell


def _notebook(cells: list[NotebookNode], master: Master | None = None) -> NotebookNode:
    metadata = NotebookNode() if master is None else copy.deepcopy(master.notebook.metadata)
    return NotebookNode(cells=cells, metadata=metadata, nbformat=4, nbformat_minor=5)


def restore(
    submission: NotebookNode, master: Master, sets: Mapping[str, Collection[str]] | None = None
) -> NotebookNode:
    """The submission with its trusted cells as in the master.

    - The master's cells are in the master's order, with its type and metadata.
    - Graded and locked cells have the master's text, solution cells the student's.
    - Where several cells have the same grade_id, the first counts, or the first that is no stub;
      written answers in the others are added to it, and so is text around an answer that was left
      blank: a person reads it. A cell that has lost its grade_id is known by its id.
    - The student's other cells, unknown and repeated ones among them, are ordinary cells. Each
      stays behind the cell of the master that it followed.
    - What is missing is put back; a solution cell that was missing has no answer in it.
    - A cell's metadata have a `remark` where its reader must be told of one of these.

    Raises SubmissionError when it has no exercise of the master's, or is rather one of `sets`, the
    grade_ids of the course's masters by their labels.
    """
    answers: dict[str, NotebookNode] = {}
    own: dict[str | None, list[NotebookNode]] = {None: []}
    above: dict[str, str | None] = {}  # the cell that each answer follows
    latest = None
    grade_ids = _grade_ids(submission, master)
    _check_set(set(grade_ids) - {None}, master, sets or {})
    for grade_id, cell in zip(grade_ids, submission.cells, strict=True):
        if grade_id and grade_id in master.cells and grade_id not in answers:
            answers[grade_id], above[grade_id], latest = cell, latest, grade_id
            own[latest] = []  # for what follows this cell
        elif grade_id in answers and _is_written(master.cells[grade_id]):
            answers[grade_id] = _joined([answers[grade_id], cell])
        elif grade_id in answers and _is_stub(answers[grade_id]) and not _is_stub(cell):
            stub, answers[grade_id] = answers[grade_id], cell
            own[above[grade_id]].append(_new_cell("code", stub.source, stub.id))
        else:
            own[latest].append(cell)
    handed_out = {cell.source for cell in master.notebook.cells}
    for grade_id, answer in answers.items():
        if _is_written(master.cells[grade_id]) and answer.source.strip() in BLANK:
            before, after = own[above[grade_id]], own[grade_id]
            near = [
                *before[_question(before, handed_out) :],
                *after[: _question(after, handed_out)],
            ]
            texts = [c for c in near if _is_text(c) and c.source not in handed_out]
            answers[grade_id] = _joined([*texts, *[answer] * (not texts)])
            for key in (above[grade_id], grade_id):
                own[key] = [cell for cell in own[key] if not any(cell is one for one in texts)]
    cells = list(_ordinary(own[None], master))
    for i, (grade_id, trusted) in enumerate(master.cells.items()):
        cells.append(_restored(trusted, answers.get(grade_id), i))
        cells.extend(_ordinary(own.get(grade_id, []), master))
    _tell_late(cells, master)
    return _notebook(cells, master)


@lru_cache(maxsize=64)  # those of the masters
def _functions(source: str) -> frozenset[str]:
    """The functions and classes that a cell defines."""
    kinds = ast.FunctionDef | ast.ClassDef
    return frozenset(node.name for node in parsed(source).body if isinstance(node, kinds))


def _is_stub(cell: NotebookNode) -> bool:
    """Is this the cell of a solution that was not written?"""
    return cell.cell_type == "code" and STUB in cell.source


def _question(cells: Sequence[NotebookNode], handed_out: Collection[str]) -> int:
    """Where the next question begins; behind all cells if there is none.

    It is known by its first line, for a student may have written below it.
    """
    firsts = {text.strip().partition("\n")[0] for text in handed_out}
    for i, cell in enumerate(cells):
        if cell.cell_type == "markdown" and cell.source.strip().partition("\n")[0] in firsts:
            return i
    return len(cells)


def _is_text(cell: NotebookNode) -> bool:
    """Is this text, be it in a cell of code: no Python, or comments and strings alone?"""
    if cell.cell_type == "markdown":
        return True
    lines = [line for line in cell.source.splitlines() if line.strip()]
    return any(line.lstrip()[0] not in "%!" for line in lines) and all(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for node in parsed(cell.source).body
    )


def _tell_late(cells: Iterable[NotebookNode], master: Master) -> None:
    """Remark on cells that define what an earlier cell has checked and not found."""
    asked, late, known = set[str](), set[str](), set[str]()
    for cell in cells:
        if is_autograded(cell):
            late |= asked - known
        elif cell.cell_type == "code" and not _is_stub(cell):
            known |= (names := _names(cell.source))
            if (found := names & late) and "remark" not in cell.metadata:
                cell.metadata.remark = LATE.format(", ".join(sorted(found)))
            late -= names
        if cell.cell_type == "code" and is_set(cell, "solution"):
            grade_id = cell.metadata.nbgrader.grade_id
            asked |= _functions(master.cells[grade_id].source)


def _is_written(trusted: NotebookNode) -> bool:
    """Is this the cell of an answer in words?"""
    return trusted.cell_type == "markdown" and is_set(trusted, "solution")


def _joined(cells: list[NotebookNode]) -> NotebookNode:
    """One cell with the texts and pictures of all: the same text once, and none that is blank."""
    texts = dict.fromkeys(c.source for c in cells if c.source.strip() not in BLANK)
    joined = _new_cell("markdown", "\n\n".join(texts) or cells[0].source, cells[0].id)
    joined.attachments = NotebookNode()
    for cell in reversed(cells):
        joined.attachments |= cell.get("attachments", {})
    return joined


def _grade_ids(submission: NotebookNode, master: Master) -> list[str | None]:
    """The grade_id of each cell; by the cell's id where a tool has dropped the metadata."""
    given = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in submission.cells]
    lost = {
        cell.id: grade_id
        for grade_id, cell in master.cells.items()
        if "id" in cell and grade_id not in given
    }
    return [
        lost.get(cell.metadata.get("id")) if grade_id is None else grade_id
        for grade_id, cell in zip(given, submission.cells, strict=True)
    ]


def _check_set(
    grade_ids: set[str | None], master: Master, sets: Mapping[str, Collection[str]]
) -> None:
    """Raises SubmissionError for the notebook of another set."""
    exercises = {
        grade_id
        for grade_id, cell in master.cells.items()
        if any(is_set(cell, flag) for flag in ("grade", "solution", "task"))
    }
    if exercises <= grade_ids:
        return
    start = f"Start from the notebook that was handed out, {master.name}.ipynb."
    shared = {master.label: len(grade_ids & master.cells.keys())}  # first: it has a tie
    for label, ids in sets.items():
        shared.setdefault(label, len(grade_ids & set(ids)))
    if (other := max(shared, key=lambda label: shared[label])) != master.label:
        raise SubmissionError(f"this notebook is not {master.label}, but {other}. {start}")
    if not exercises & grade_ids:
        if not grade_ids:
            start += " If it was: some tool has removed what marks its cells; copy the answers."
        raise SubmissionError(
            f"this notebook is not {master.label}: it has none of its cells. {start}"
        )


def without_answers(master: Master, remark: str) -> NotebookNode:
    """What stands for a submission that cannot be graded: a remark, and the master's cells."""
    cells = [_restored(trusted, None, i) for i, trusted in enumerate(master.cells.values())]
    return _notebook([_new_cell("markdown", remark, "not-graded"), *cells], master)


def _restored(trusted: NotebookNode, answer: NotebookNode | None, i: int) -> NotebookNode:
    if is_set(trusted, "solution"):
        text = f"# {MISSING}" if trusted.cell_type == "code" else f"*{MISSING}*"
        source = text if answer is None else answer.source
    else:
        source = trusted.source
    id = trusted.get("id", f"master-{i}")  # before nbformat 4.5 cells have none
    cell = _new_cell(trusted.cell_type, source, id)
    cell.metadata.nbgrader = NotebookNode(trusted.metadata.nbgrader)
    restored = cell.cell_type == "code" and not is_set(trusted, "solution")
    if restored and answer is not None and _changed(answer.source, trusted):
        cell.metadata.remark = RESTORED
    pasted_by = answer if is_set(trusted, "solution") else trusted
    if pasted_by is not None and cell.cell_type == "markdown" and "attachments" in pasted_by:
        cell.attachments = copy.deepcopy(pasted_by.attachments)
    return cell


def _changed(source: str, trusted: NotebookNode) -> bool:
    """Was a trusted cell changed in a way that matters to the student's code?

    In a graded cell that is what it defines: its own text may well be that of an earlier master.
    """
    handed_out = HIDDEN.sub("", trusted.source)
    if is_set(trusted, "grade"):
        return not _names(source) <= _names(trusted.source)
    return _code(source) != _code(handed_out)


@lru_cache(maxsize=64)
def _code(source: str) -> tuple[str, ...]:
    """What a cell does, however it is laid out, and IPython's own lines in it."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    if no_python(source):
        return tuple(lines)
    return (ast.dump(parsed(source)), *(line for line in lines if line[0] in "%!"))


@lru_cache(maxsize=64)  # most graded cells are as they were handed out
def _names(source: str) -> frozenset[str]:
    """What the code of a cell defines or imports."""
    module = parsed(source)
    imports = (node for node in ast.walk(module) if isinstance(node, ast.Import | ast.ImportFrom))
    imported = (alias.asname or alias.name for node in imports for alias in node.names)
    return frozenset((*_defined(module), *imported))


def _ordinary(cells: Iterable[NotebookNode], master: Master) -> Iterator[NotebookNode]:
    for cell in cells:
        ordinary = _new_cell(cell.cell_type, cell.source, f"own-{cell.id}")  # no id of the master's
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.cell_type == "code" and is_set(master.cells.get(grade_id, cell), "solution"):
            ordinary.metadata.remark = COPY.format(grade_id)
        if "attachments" in cell:
            ordinary.attachments = cell.attachments
        yield ordinary


def which_master(submission: NotebookNode, path: Path, masters: Iterable[Master]) -> Master:
    """The master that the submission shares most cells with; names in its path decide a tie.

    Raises SubmissionError when there is none, or more than one.
    """
    candidates = list(masters)

    def fit(master: Master) -> tuple[int, bool, bool]:
        named = master.name == path.stem or master.assignment in path.stem
        ids = set(_grade_ids(submission, master))
        return len(ids & master.cells.keys()), named, master.assignment in path.parts

    best = max(map(fit, candidates), default=(0,))
    found = [master for master in candidates if fit(master) == best]
    if best[0] == 0:
        known = ", ".join(dict.fromkeys(master.assignment for master in candidates)) or "none"
        raise SubmissionError(
            f"{path} has no graded cells of this course. Its problem sets are: {known}. "
            "Start from the notebook that was handed out."
        )
    if len(found) > 1:
        names = ", ".join(f"{master.assignment}/{master.name}" for master in found)
        raise SubmissionError(
            f"{path} could be {names}. Give it the name that it was handed out with, or say which "
            "set it is with --assignment SET."
        )
    return found[0]
