"""The notebook that runs: its file, where that is found, and what it can show."""

import json
import os
import re
import sys
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

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


def show(text: str, html: str = "", kind: str = "text/html") -> None:
    """Show HTML, or the text as what `kind` names, where this is IPython: a notebook or a shell."""
    shell = sys.modules["IPython"].get_ipython()
    shell.display_pub.publish({"text/plain": text, kind: html or text})
