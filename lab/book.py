"""The book's Sphinx extension: how notebooks run, and that pages load nothing from afar."""

import hashlib
import os
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

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


def _drop_thebe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Leave out sphinx-thebe's scripts, which Jupyter Book always adds and which name a CDN."""
    context["script_files"] = [
        script for script in context["script_files"] if "thebe" not in str(script).lower()
    ]
