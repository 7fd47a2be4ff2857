"""The notebook that runs: its file, where that is found, and what it can show."""

import inspect
import io
import json
import linecache
import os
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from .borrowed import no_python

CELL = re.compile(r"<ipython-input-|.*ipykernel_")  # the file of a notebook's cell
BUILT = Path("_build", "html")  # of a checkout of the course, where `make book` writes the book


def notebook(sets: Collection[str]) -> tuple[str, dict[str, Any]] | None:
    """The problem set whose notebook is in the folder where this runs, and its contents.

    None where there is not exactly one, as in a script, or where it cannot be read.
    """
    # Jupyter tells the name of the notebook; else it is the only one of a set
    own = Path(os.environ.get("JPY_SESSION_NAME", "")).stem
    paths = [path for path in sorted(Path().glob("*.ipynb")) if path.stem in sets]
    paths = [path for path in paths if path.stem == own] or paths
    if len(paths) != 1:
        return None
    try:
        found = json.loads(paths[0].read_bytes())
    except (OSError, ValueError):
        return None
    return (paths[0].stem, found) if isinstance(found, dict) else None


def points(contents: dict[str, Any]) -> dict[str, float]:
    """The points of a notebook's graded cells, by grade_id."""
    marks = [cell.get("metadata", {}).get("nbgrader", {}) for cell in contents.get("cells", ())]
    return {mark["grade_id"]: float(mark["points"]) for mark in marks if mark.get("points")}


def book(sets: Collection[str]) -> str:
    """The address of the book for links in this notebook; empty where nothing tells.

    It is what the course has set, the site that runs Python in the browser, or a built checkout.
    """
    found = notebook(sets)
    if found and (address := found[1].get("metadata", {}).get("book")):
        return str(address)
    if sys.platform == "emscripten":
        return _site()
    return _checkout(Path.cwd())


def _site() -> str:
    try:
        from js import location  # type: ignore[import-not-found]
    except ImportError:
        return ""
    # of JupyterLite's pages, and of the worker that runs Python in a page of the book
    site, *inside = re.split("/lite/|/_static/", str(location.href))
    return site if inside else ""


@cache
def _checkout(folder: Path) -> str:
    for above in (folder, *folder.parents):
        if (above / BUILT / "index.html").is_file():
            return Path(os.path.relpath(above / BUILT, folder)).as_posix()
    return ""


def outdated(sources: Sequence[str], name: str, value: object) -> str:
    """How the last cell that defines a name ended in an error, and did not; empty where it did.

    `value` is what the name stands for now: then it is from an earlier cell.
    """
    defines = re.compile(rf"^(?:async )?(def|class) {name}\b|^{name}\s*=", re.MULTILINE)
    found = ((source, defines.search(source)) for source in reversed(sources))
    last, match = next(((source, match) for source, match in found if match), ("", None))
    if error := no_python(last):
        return f": {error}"
    cells = {cell for cell in map(_cell, _functions(value, name)) if cell}
    if match and match[1] and cells and last.strip() not in cells:
        return " before that line."
    return ""


def _functions(value: object, name: str) -> list[FunctionType]:
    """A function of that name, or the functions of a class of that name."""
    value = inspect.unwrap(value) if callable(value) else value
    if getattr(value, "__name__", None) != name:
        return []
    inside = vars(value).values() if isinstance(value, type) else [value]
    return [one for one in inside if isinstance(one, FunctionType)]


def _cell(function: FunctionType) -> str:
    """The cell that defines a function; empty where it is from elsewhere."""
    file = function.__code__.co_filename
    return "".join(linecache.getlines(file)).strip() if CELL.match(file) else ""


@contextmanager
def unseen() -> Iterator[Callable[[], bool]]:
    """Within it, nothing is printed, logged or shown; the function says whether anything was."""
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython():
        with sys.modules["IPython"].utils.capture.capture_output() as captured:
            yield lambda: bool(captured.stdout or captured.stderr or captured.outputs)
        return
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        yield lambda: bool(out.getvalue() or err.getvalue())


def show(text: str, html: str = "", kind: str = "text/html") -> None:
    """Show HTML, or the text as what `kind` names, where this is IPython: a notebook or a shell."""
    shell = sys.modules["IPython"].get_ipython()
    shell.display_pub.publish({"text/plain": text, kind: html or text})
