"""What a reader runs and checks in a page of the book: in Pyodide, with NumPy and no IPython.

Called by _static/python-worker.mjs. The code of an exercise runs in a new namespace each time: what
comes of it follows from what stands in the exercises, and from nothing that ran before. The cells
of a page share a namespace of their own, as those of a notebook do.
A cell is shown as in a notebook: what it prints, its last value, its figures, its error.
"""

import ast
import base64
import importlib
import io
import json
import linecache
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from types import ModuleType
from typing import Any

from .checking import session
from .checking.limit import limited, watcher
from .checking.local import OFFERED, CheckFailed, check
from .checking.mistakes import OURS, further

# A kind of output, and the output: text, warning, error and passed are plain, further is Markdown,
# html is HTML, and image is a PNG in base64, with two pixels for each of the page's. And limit is
# how many seconds the reader's code has that starts to run, or 0 when it has ended: the page stops
# what takes longer.
Show = Callable[[str, str], object]
Names = dict[str, Any]

CELL = "# %%"  # a line that begins with it begins a cell, as in Jupytext and editors
SECONDS = 10.0  # for the reader's code
CELL_SECONDS = 30.0  # for a cell of the page: the book's own take seconds, more on a slow machine
DPI = 192  # of figures: twice what a page has
AT_MOST = 100_000  # characters of text that are shown
CUT = "\n... and more, which is left out.\n"
_page = ModuleType("__main__")  # the notebook of the page's own cells

WARNED = re.compile(r"<ipython-input-\d+>:(\d+): ")
FILE = re.compile(r'File "<ipython-input-(\d+)>", (line \d+)(?:, in <module>)?')


def run(before: Sequence[str], code: str, tries: str, show: Show) -> None:
    """Run cells that show nothing, then the reader's code, then what the reader tries with it.

    `tries` has the cells of an example. The first error ends it.
    """
    cells = [code, *re.split(f"^{CELL}.*\n", tries, flags=re.MULTILINE)]
    with _notebook(before, show) as names, _shown(show) as put, _figures(cells, put):
        for number, cell in enumerate(cells):
            if not _ran(cell, names, put, "your code" if number == 0 else "what you try"):
                break


def cell(source: str, show: Show, quiet: bool = False, fresh: bool = False) -> bool:
    """Run a cell of the page, in which there are the names of those that ran before it.

    A `quiet` one shows nothing, not even its error, for the page hides it; a `fresh` one is the
    first of a new notebook. Returns whether the page is to go on.
    """
    global _page
    if fresh:
        _page = ModuleType("__main__")
    with _notebook((), show, _page) as names, _shown(show) as put, _figures([source], put):
        if not quiet:
            return _ran(source, names, put, "this cell", "another cell", CELL_SECONDS)
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            _ran(source, names, lambda kind, text: None, seconds=CELL_SECONDS)
        return True


def judge(
    ids: Sequence[str],
    before: Sequence[str],
    code: str,
    show: Show,
    more: bool = False,
    package: str = OURS,
) -> str:
    """Check the reader's code, after cells that show nothing; `more` is one step further.

    `package` has the checks of these ids.

    Shows what `check` says in a notebook. Returns JSON: the status of each check, by its id, and
    whether there is a step further; nothing, if the code ends in an error itself.
    """
    found = {}
    with _notebook(before, show) as names, _shown(show) as put:
        with redirect_stdout(io.StringIO()):
            if not _ran(code, names, lambda kind, text: kind != "error" or put(kind, text)):
                return "{}"
        for id in ids:
            found[id] = _judged(id, names, put, more, package)
    return json.dumps(found)


def _judged(id: str, names: Names, show: Show, more: bool, package: str) -> dict[str, object]:
    try:
        with redirect_stdout(io.StringIO()) as printed:
            check(id, names, package, more=more, seconds=SECONDS)
        show("passed", printed.getvalue())
    except CheckFailed as failed:
        _failed(failed, show)
    verdict = session.TRIED[id]
    steps = [mistake for mistake in verdict.diagnosis if mistake in further()]
    offer = bool(steps) and session.FAILURES[id] >= OFFERED
    return {"status": verdict.status, "offer": offer}


@contextmanager
def _notebook(
    before: Sequence[str], show: Show, notebook: ModuleType | None = None
) -> Iterator[Names]:
    """The names of a notebook, a new one if none is given, in which these cells run, errors or not.

    The page is told when the reader's code runs, in a cell or in a check.
    """
    watched = watcher.set(lambda seconds: show("limit", f"{seconds:g}"))
    notebook, ours = notebook or ModuleType("__main__"), sys.modules["__main__"]
    names = vars(notebook)
    names.setdefault("In", [""])  # IPython's list of cells, in which a check reads
    for number, source in enumerate(names["In"]):
        _file(number, source)
    sys.modules["__main__"] = notebook
    try:
        for cell in before:
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                _ran(cell, names, lambda kind, text: None)
        yield names
    finally:
        sys.modules["__main__"] = ours
        watcher.reset(watched)


def _file(number: int, source: str) -> str:
    """The name of a cell's file, by which a check knows a line of a cell, and a traceback too."""
    file = f"<ipython-input-{number}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return file


def _ran(
    source: str,
    names: Names,
    show: Show,
    where: str = "your code",
    elsewhere: str = "your code",
    seconds: float = SECONDS,
) -> bool:
    """Run a cell and show its last value; without an error?

    It is told with its lines: they are `where`, or, in the cells before, `elsewhere`.
    """
    file = _file(len(names["In"]), source)
    names["In"].append(source)
    try:
        body = ast.parse(source, file).body
        ends = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        with limited(seconds):
            exec(compile(ast.Module(body, []), file, "exec"), names)
            if isinstance(ends, ast.Expr):
                value = eval(compile(ast.Expression(ends.value), file, "eval"), names)
                if value is not None and not source.rstrip().endswith(";"):
                    _display(value, show)
    except CheckFailed as failed:  # a check that the reader calls
        _failed(failed, show)
        return False
    except BaseException as error:
        show("error", _told(error, file, where, elsewhere))
        return False
    return True


def _failed(failed: CheckFailed, show: Show) -> None:
    show("html", failed.html)
    if failed.further:
        show("further", failed.further)


def _display(value: object, show: Show) -> None:
    html = getattr(value, "_repr_html_", None)
    show(*(("html", str(html())) if callable(html) else ("text", f"{value!r}\n")))


def _told(error: BaseException, cell: str, where: str, elsewhere: str) -> str:
    """The error, below the lines of the reader's cells that led to it; others are ours."""
    told = traceback.TracebackException.from_exception(error)
    told.stack = traceback.StackSummary.from_list(
        [frame for frame in told.stack if FILE.match(f'File "{frame.filename}", line 1')]
    )
    lines = "".join(told.format(chain=False))

    def place(found: re.Match[str]) -> str:
        file = f"<ipython-input-{found[1]}>"
        return f"{found[2]} of {where if file == cell else elsewhere}"

    return FILE.sub(place, lines.removeprefix("Traceback (most recent call last):\n"))


class _Text(io.TextIOBase):
    """A file that shows what is written to it."""

    def __init__(self, show: Show, kind: str) -> None:
        self._show, self._kind = show, kind

    def write(self, text: str) -> int:
        self._show(self._kind, text)
        return len(text)


@contextmanager
def _shown(show: Show) -> Iterator[Show]:
    """What shows output, and text up to a limit; standard output and error go there too."""
    left = AT_MOST

    def put(kind: str, text: str) -> None:
        nonlocal left
        if kind in ("text", "warning", "error"):
            if left <= 0 and kind != "error":
                return
            text = WARNED.sub(r"line \1: ", text) if kind == "warning" else text
            if kind != "error" and len(text) >= left:
                text = text[:left] + CUT
            left -= len(text)
        show(kind, text)

    with redirect_stdout(_Text(put, "text")), redirect_stderr(_Text(put, "warning")):
        yield put


@contextmanager
def _figures(cells: Sequence[str], show: Show) -> Iterator[None]:
    """Show the figures that cells draw with Matplotlib: at plt.show(), or when the last has run."""
    there = "matplotlib.pyplot" in sys.modules
    if not there and not any("matplotlib" in cell for cell in cells):
        yield
        return
    importlib.import_module("matplotlib").use("agg")
    plt: Any = importlib.import_module("matplotlib.pyplot")

    def draw(*args: object, **kwargs: object) -> None:
        for number in plt.get_fignums():
            file = io.BytesIO()
            plt.figure(number).savefig(file, format="png", bbox_inches="tight", dpi=DPI)
            show("image", base64.b64encode(file.getvalue()).decode())
        plt.close("all")

    before, plt.show = plt.show, draw
    try:
        yield
        draw()
    finally:
        plt.show = before
        plt.close("all")
