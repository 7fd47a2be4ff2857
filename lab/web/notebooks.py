"""Notebooks that open alone: a Sphinx extension, for a book that is published at SITE_URL.

Each page that runs code is written as a notebook, too.  It and the problem sets are given a first
cell that brings the course's modules, from a wheel which lies beside them, and links that lead to
the site.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from myst_nb.core.read import create_nb_reader  # type: ignore[import-untyped]
from nbformat import NotebookNode
from sphinx.application import Sphinx

from .addresses import repository, site_url
from .markdown import blocks

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
_BRANCH = "gh-pages"
_BEHIND_LAB = {"matplotlib", "torch"}


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    if site_url():
        app.connect("builder-inited", _write_wheel)
        app.connect("doctree-resolved", _write_page)
        app.connect("html-page-context", _offer_page, priority=900)
        app.connect("build-finished", _write_sets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _wheel(app: Sphinx) -> str:
    """The address of the wheel."""
    return f"{site_url()}/{next(Path(app.outdir).glob('batchnorm_course-*.whl')).name}"


def _page(app: Sphinx, page: str) -> Path:
    """The file of a page's notebook."""
    return Path(app.outdir, "notebooks", f"{page}.ipynb")


def read_page(env: Any, page: str) -> NotebookNode | None:
    """The notebook that a page is written as, without outputs; None for a page without code."""
    path = Path(env.doc2path(page))
    text = path.read_text("utf-8")
    reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
    return reader.read(text) if reader else None


def offers(app: Sphinx, page: str) -> list[tuple[str, str]]:
    """Where the notebook of a page can be had: words and addresses, as seen from the page.

    Services that open it in a browser take it from the branch that publish.yml publishes.
    """
    up = "../" * page.count("/")
    if not site_url():
        return [("the notebook", f"{up}_sources/{Path(app.env.doc2path(page, base=False))}")]
    file = f"notebooks/{page}.ipynb"
    found = [("the notebook", f"{up}{file}")]
    host, _, course = repository().removeprefix("https://").partition("/")
    if host == "github.com":
        found += [
            ("Colab", f"https://colab.research.google.com/github/{course}/blob/{_BRANCH}/{file}"),
            ("Binder", f"https://mybinder.org/v2/gh/{course}/{_BRANCH}?labpath={file}"),
        ]
    return found


def _write_page(app: Sphinx, doctree: Any, page: str) -> None:
    """Write a page that runs code as a notebook, with the code that the book does not show."""
    source = read_page(app.env, page) if app.builder.format == "html" else None
    if source is None:
        return
    code = [
        (line, cell)
        for line, cell in zip(source.metadata["source_map"], source.cells, strict=True)
        if cell.cell_type == "code"
    ]
    told = list(blocks(doctree, f"{site_url()}/{page}.html"))
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": source.metadata["kernelspec"]})
    for line, cell in [*code, (sys.maxsize, None)]:
        here = [text for start, text in told if start <= line]
        told = told[len(here) :]
        if here:
            notebook.cells.append(nbformat.v4.new_markdown_cell("\n\n".join(here)))
        if cell is not None:
            notebook.cells.append(nbformat.v4.new_code_cell(cell.source))
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    _page(app, page).parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(alone(notebook, site_url(), _wheel(app)), _page(app, page))


def _offer_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Add the page's notebook to the downloads that the theme offers."""
    if _page(app, page).exists():
        for group in context.get("header_buttons", ()):
            if group.get("label") == "download-buttons":
                group["buttons"].insert(
                    0,
                    {
                        "type": "link",
                        "url": context["pathto"](f"notebooks/{page}.ipynb", 1),
                        "text": ".ipynb",
                        "tooltip": "Download as a notebook that opens alone",
                        "icon": "fas fa-download",
                        "label": "download-notebook-button",
                    },
                )


def _write_sets(app: Sphinx, error: Exception | None) -> None:
    """Make the problem sets for download open alone."""
    if error is None:
        for path in Path(app.outdir, "_downloads").glob("*/*.ipynb"):
            notebook = nbformat.read(path, as_version=4)
            nbformat.write(alone(notebook, site_url(), _wheel(app)), path)


def alone(notebook: NotebookNode, site: str, wheel: str) -> NotebookNode:
    """A notebook that needs nothing of the course's folder.

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


def _write_wheel(app: Sphinx) -> None:
    """Write the wheel of `grader` and `lab`, from copies: the course stays as it is."""
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
                "--no-build-isolation", "--disable-pip-version-check",
                "--wheel-dir", app.outdir, folder,
            ],
            check=True,
        )  # fmt: skip
