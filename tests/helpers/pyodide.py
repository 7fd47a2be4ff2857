"""Where Pyodide is, and a server for pages that load it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from helpers import ROOT
from helpers.server import answering

# What a page may load where all has to come from the site: the browser reports what else it tries.
OWN = "'self' 'unsafe-inline' 'unsafe-eval' data: blob:"
POLICY = f"default-src {OWN}; report-uri /refused"


def release() -> Path:
    """The folder with the release of Pyodide; without it the test is skipped, but not in CI."""
    found = Path(os.environ.get("PYODIDE_DIST", ROOT.parent / "shared" / "pyodide"))
    if not (found / "pyodide.mjs").exists():
        stop = pytest.fail if "CI" in os.environ else pytest.skip
        stop(f"{found} holds no Pyodide; PYODIDE_DIST can name another folder")
    return found


@dataclass
class Site:
    """A folder that is served; `asked` are the paths that were, `refused` what a page may not."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *args: object, site: Site, **kwargs: object) -> None:
        self._site = site
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._site.asked.append(self.path)
        super().do_GET()

    def do_POST(self) -> None:
        report = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._site.refused.append(report["csp-report"]["blocked-uri"])
        self.send_response(204)
        super().end_headers()

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing of the requests."""


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """A server of a folder whose pages may load nothing from elsewhere."""
    site = Site()
    with answering(partial(_Handler, directory=str(folder), site=site)) as site.address:
        yield site
