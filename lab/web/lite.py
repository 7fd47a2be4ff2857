"""JupyterLite beside the book: a Sphinx extension, for a book that is published at SITE_URL.

The problem sets in NumPy open there in the browser, with nothing installed.  They are those that
pages offer for download, once lab.web.notebooks has made them open alone, and Python is the same
Pyodide.  What a reader writes is kept by the browser, and comes before the course's own file.
"""

import json
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx

from .addresses import site_url
from .exercises import CDN, PACKAGES, SETS, needed

_KERNEL = "@jupyterlite/pyodide-kernel-extension"
_LOADER = "pyodide.js"
# What its kernel loads; it asks for ssl as well, and does without.
_PACKAGES = (*PACKAGES, "ipython", "jedi", "micropip", "sqlite3")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    if site_url():
        app.connect("doctree-resolved", _link, priority=400)  # before pages become notebooks
        app.connect("build-finished", _build, priority=900)  # after the sets open alone
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _file(assignment: str) -> str:
    """A problem set's file there: in a folder of its own, as `check()` looks for it."""
    return f"{assignment}/{assignment}.ipynb"


def _link(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put a link beside each download of a set that opens in the browser."""
    for download in list(doctree.findall(download_reference)):
        assignment = Path(download["reftarget"]).stem
        if assignment in SETS and app.builder.name == "html":
            to = app.builder.get_relative_uri(page, "lite/lab/index")
            link = nodes.reference("", "in the browser", refuri=f"{to}?path={_file(assignment)}")
            place = download.parent.index(download) + 1
            download.parent[place:place] = [nodes.Text(" ("), link, nodes.Text(")")]


def _build(app: Sphinx, error: Exception | None) -> None:
    """Build JupyterLite around the sets that are offered for download, if there are any."""
    out = Path(app.outdir, "lite")
    offered = [path for path in out.parent.glob("_downloads/*/*.ipynb") if path.stem in SETS]
    if error or not offered or app.builder.name != "html":
        return
    own = app.config.pyodide_dist
    extension = Path(sysconfig.get_path("data"), "share/jupyter/labextensions", _KERNEL)
    build = {
        "apps": ["lab"],
        "contents": ["contents"],
        # those of the Jupyter in this environment are for another version of it
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [str(extension)],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
    }
    kernel = {
        "pyodideUrl": f"./../_static/pyodide/{_LOADER}" if own else CDN + _LOADER,
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": ["numpy"]},
    }
    settings = {"litePluginSettings": {f"{_KERNEL}:kernel": kernel}}
    with TemporaryDirectory() as folder:
        for path in offered:
            copy = Path(folder, "contents", _file(path.stem))
            copy.parent.mkdir(parents=True)
            shutil.copy(path, copy)
        Path(folder, "pypi").mkdir()
        # the kernel waits for it, and it is not in the release
        _write_wheel("comm", Path(folder, "pypi"))
        for name, content in {
            "jupyter_lite_config": {"LiteBuildConfig": build},
            "jupyter-lite": {"jupyter-lite-schema-version": 0, "jupyter-config-data": settings},
        }.items():
            Path(folder, f"{name}.json").write_text(json.dumps(content), "utf-8")
        shutil.rmtree(out, ignore_errors=True)
        subprocess.run(
            [sys.executable, "-m", "jupyterlite_core", "build", "--output-dir", out],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    if own:
        for name in needed(Path(own), _PACKAGES) | {_LOADER}:
            shutil.copy(Path(own, name), out.parent / "_static" / "pyodide" / name)


def _write_wheel(name: str, folder: Path) -> None:
    """Write a package of pure Python as the wheel that it was installed from."""
    package = distribution(name)
    with ZipFile(folder / f"{name}-{package.version}-py3-none-any.whl", "w", ZIP_DEFLATED) as wheel:
        for path in package.files or ():
            if path.suffix != ".pyc":
                wheel.write(path.locate(), path)
