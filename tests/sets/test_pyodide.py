"""The NumPy problem sets in Pyodide: in a browser, with nothing installed, do they run as here?"""

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from helpers import ROOT
from helpers.browser import Browser
from helpers.pyodide import release, serving

import grader
from grader import CheckFailed, check
from grader.checking.load import load

NUMPY_SETS = ("ps1_standardize", "ps2_inference", "ps3_backward", "ps4_where")

# Run once in Pyodide, with the grader's sources in `files`. IPython runs the cells, as it does in
# a notebook's kernel, and Matplotlib draws into their outputs.
BOOT = """
import json, os, sys
from pathlib import Path

for name, source in json.loads(files).items():
    path = Path("/course/grader", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)
sys.path.insert(0, "/course")
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"

from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

HistoryManager.enabled = False


def run(cells):
    "The output of each cell, the number of its figures, and the class and text of its exception."
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    for source in cells:
        with capture_output() as shown:
            error = shell.run_cell(source).error_in_exec
        raised = None if error is None else [type(error).__name__, str(error)]
        yield shown.stdout, len(shown.outputs), raised
"""


class Pyodide:
    """Python in a page of the browser."""

    def __init__(self, page: Browser) -> None:
        self.page = page
        page.evaluate(
            """(async () => {
                const { loadPyodide } = await import("/pyodide.mjs");
                globalThis.pyodide = await loadPyodide({ indexURL: "/" });
                await pyodide.loadPackage(["numpy", "ipython", "matplotlib"]);
            })()"""
        )
        folder = Path(grader.__file__).parent
        sources = {str(f.relative_to(folder)): f.read_text("utf-8") for f in folder.rglob("*.py")}
        self.set("files", json.dumps(sources))
        self.run(BOOT)

    def set(self, name: str, value: str) -> None:
        """Give a variable a text."""
        self.page.evaluate(f"pyodide.globals.set({json.dumps(name)}, {json.dumps(value)})")

    def run(self, code: str) -> Any:
        """What the code's last expression is."""
        return self.page.evaluate(f"pyodide.runPython({json.dumps(code)})")

    def cells(self, sources: list[str]) -> Iterator[tuple[str, int, tuple[str, str] | None]]:
        """Run cells in a new notebook: output, number of figures, exception."""
        self.set("cells", json.dumps(sources))
        for output, figures, raised in json.loads(
            self.run("json.dumps([*run(json.loads(cells))])")
        ):
            yield output, figures, None if raised is None else tuple(raised)


@pytest.fixture(scope="module")
def pyodide(browser: Browser) -> Iterator[Pyodide]:
    with serving(release()) as site:
        browser.open(f"{site.address}/")
        yield Pyodide(browser)


def code(folder: str, assignment: str) -> dict[str, str]:
    """The code cells of a notebook by their ids."""
    path = ROOT / folder / assignment / f"{assignment}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    return {cell.id: cell.source for cell in cells if cell.cell_type == "code"}


@pytest.mark.parametrize("assignment", NUMPY_SETS)
def test_master(pyodide: Pyodide, assignment: str) -> None:
    """Does every cell of the master run, every check pass, and every plot appear?"""
    cells = code("solutions", assignment)
    for (id, source), ran in zip(cells.items(), pyodide.cells([*cells.values()]), strict=True):
        output, figures, raised = ran
        assert raised is None, id
        assert figures == source.count("plt.show()"), id
        if id in load(assignment):
            assert output.startswith(f"{id}: passed, 100% of the points\n")


@pytest.mark.parametrize("assignment", NUMPY_SETS)
def test_stub(pyodide: Pyodide, assignment: str) -> None:
    """Does every check of the student's version say what it says here, and show it as HTML?"""
    cells, namespace = code("exercises", assignment), dict[str, Any]()
    for (id, source), ran in zip(cells.items(), pyodide.cells([*cells.values()]), strict=True):
        if id.endswith(("setup", "-solution")):
            exec(source, namespace)
            assert ran == ("", 0, None)
        elif id in load(assignment):
            with pytest.raises(CheckFailed, match=f"^{id}: missing, 0% of the points\n") as here:
                check(id, namespace)
            output, shown, raised = ran
            assert raised == ("CheckFailed", str(here.value))
            assert output == f"{id}: missing, 0% of the points\n"
            assert shown == 1


def verdicts(assignment: str) -> list[list[object]]:
    """What each mistake of a set earns and is called; run here and in Pyodide."""
    from importlib import import_module

    from grader.checking.load import load
    from grader.checking.remote import StandIn

    faults, found = import_module(f"grader.sets.{assignment}.faults"), list[list[object]]()
    for id, asked in load(assignment).items():
        for mistake in faults.MISTAKES[id]:
            verdict = asked.grade(StandIn(faults.implementation(mistake)), 100, 0, local=True)
            found.append([id, mistake, verdict.points, verdict.status, *verdict.diagnosis])
    return found


@pytest.mark.parametrize("assignment", NUMPY_SETS)
def test_mistakes(pyodide: Pyodide, assignment: str) -> None:
    """Does every mistake earn what it earns here, and has it the same name?"""
    pyodide.run(inspect.getsource(verdicts))
    assert json.loads(pyodide.run(f"json.dumps(verdicts({assignment!r}))")) == verdicts(assignment)
