"""A web server for a folder, which compresses what static hosts compress."""

import gzip
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache, partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TEXT = {".html", ".css", ".js", ".json", ".svg", ".md", ".txt", ".xml", ".ipynb"}


@lru_cache(100)  # all pages load the same scripts and styles
def compressed(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


class Compressing(SimpleHTTPRequestHandler):
    def send_head(self) -> Any:
        """Answer with the file, compressed if it is text; as the host does, 404.html for none."""
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.endswith("/"):
            path /= "index.html"
        status = 200
        if not path.is_file():
            path, status = Path(self.directory, "404.html"), 404
            if not path.is_file():
                return super().send_head()
        content = path.read_bytes()
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in TEXT:
            content = compressed(content)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return io.BytesIO(content)

    def log_message(self, *args: object) -> None:
        """Say nothing of the requests."""


class _Server(ThreadingHTTPServer):
    # A browser opens more connections at once than the 5 that may wait by default.
    request_queue_size = 128


@contextmanager
def answering(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server on this machine whose requests are answered so."""
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def served(folder: Path) -> AbstractContextManager[str]:
    """The address at which a folder is served, without a slash at its end."""
    return answering(partial(Compressing, directory=str(folder)))
