"""The book's Sphinx extension: how notebooks run, and that pages load nothing from afar."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from myst_nb.core.read import create_nb_reader  # type: ignore[import-untyped]
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.logging import getLogger

# Outputs depend on these besides the notebook's own text, which jupyter-cache compares.
_BEHIND_OUTPUTS = (
    "lab/**/*.py",
    "lab/data/sources.toml",
    "grader/reference.py",
    "requirements.lock",
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension. Notebooks run on one thread, with the Python that builds the book."""
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # no kernel of the user's own called python3
    app.connect("config-inited", _choose_cache)
    app.connect("env-before-read-docs", _execute)
    app.connect("html-page-context", _drop_thebe, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _choose_cache(app: Sphinx, config: Config) -> None:
    """Keep outputs in a folder of their own for each state of what the notebooks import.

    A change of this setting also makes Sphinx read every page again.
    """
    root = Path(app.srcdir)
    digest = hashlib.sha256()
    for pattern in _BEHIND_OUTPUTS:
        for path in sorted(root.glob(pattern)):
            digest.update(path.read_bytes())
    cache = root / "_build" / ".jupyter_cache" / digest.hexdigest()[:16]
    config["nb_execution_cache_path"] = str(cache)


def _execute(app: Sphinx, env: Any, pages: list[str]) -> None:
    """Run the notebooks that are not in the cache, as many at once as there are processors.

    MyST-NB runs one after the other. It then finds these in the cache, and runs again only one
    that failed, to report it.
    """
    cache = get_cache(app.config["nb_execution_cache_path"])
    missing: list[tuple[str, NotebookNode]] = []
    for path in map(env.doc2path, pages):
        text = Path(path).read_text()
        reader = create_nb_reader(path, env.myst_config, env.mystnb_config, text)
        if reader is None:
            continue
        notebook = reader.read(text)
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            missing.append((path, notebook))

    def run(job: tuple[str, NotebookNode]) -> ExecutionResult:
        path, notebook = job
        folder, seconds = str(Path(path).parent), env.mystnb_config.execution_timeout
        return single_nb_execution(notebook, cwd=folder, timeout=seconds, allow_errors=False)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for (path, _), result in zip(missing, pool.map(run, missing), strict=True):
            if result.err is None:
                getLogger(__name__).info("Executed notebook %s in %.1f s", path, result.time)
                bundle = CacheBundleIn(result.nb, path, data={"execution_seconds": result.time})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def _drop_thebe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Leave out sphinx-thebe's scripts, which Jupyter Book always adds and which name a CDN."""
    context["script_files"] = [
        script for script in context["script_files"] if "thebe" not in str(script).lower()
    ]
