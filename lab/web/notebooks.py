"""Notebooks that open alone: a Sphinx extension, for a book that is published at SITE_URL.

The notebooks that readers download from the site are given a first cell that brings the course's
modules, from a wheel which lies beside them, and links that lead to the site.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode
from sphinx.application import Sphinx

from .addresses import site_url

_ROOT = Path(__file__).parents[2]
_IN_THE_WHEEL = ("grader", "lab", "pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT")
_BRING = """\
# The course's own modules and what it needs, where they are missing.
import importlib.util

if importlib.util.find_spec("grader") is None:
    %pip install --quiet {install}"""
_PACKAGES = {
    "keras",
    "matplotlib",
    "torch",
}  # that the wheel does not bring: few notebooks need all
_BEHIND_LAB = {"matplotlib", "torch"}


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    if site_url():
        app.connect("build-finished", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write(app: Sphinx, error: Exception | None) -> None:
    """Write the wheel, and make the notebooks for download open alone."""
    if error is not None:
        return
    wheel = f"{site_url()}/{_write_wheel(Path(app.outdir)).name}"
    for path in Path(app.outdir, "_downloads").glob("*/*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.write(alone(notebook, site_url(), wheel), path)


def alone(notebook: NotebookNode, site: str, wheel: str) -> NotebookNode:
    """A problem set's notebook that needs nothing of the course's folder.

    Its links lead to the site, as do those of the checks, and its first cell installs the wheel
    where there is no `grader`.  In the process that grades it there is one.
    """
    notebook = nbformat.from_dict(notebook)
    notebook.metadata["book"] = site
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\]\((?:\.\./)+([\w/]+)\.md", rf"]({site}/\1.html", cell.source)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    imported = set(re.findall(r"^(?:from|import) (\w+)", code, re.MULTILINE))
    if "lab" in imported:
        imported |= _BEHIND_LAB
    install = " ".join([wheel, *sorted(imported & _PACKAGES)])
    first = nbformat.v4.new_code_cell(_BRING.format(install=install), id="bring-the-course")
    notebook.cells.insert(0, first)
    return notebook


def _write_wheel(out: Path) -> Path:
    """Write the wheel of `grader` and `lab` to a folder, from copies: the course stays as it is."""
    with TemporaryDirectory() as folder:
        for name in _IN_THE_WHEEL:
            source, copy = _ROOT / name, Path(folder, name)
            if source.is_dir():
                shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy)
        subprocess.run(
            [
                sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps",
                "--no-build-isolation", "--disable-pip-version-check", "--wheel-dir", out, folder,
            ],
            check=True,
        )  # fmt: skip
    return next(out.glob("batchnorm_course-*.whl"))
