"""The book on paper: `make pdf` prints what Sphinx's builder `singlehtml` makes of it.

    python -m lab.web.pdf _build/singlehtml/intro.html _build/book.pdf

Chromium sets the formulas, and makes the bookmarks from the headings. What is on paper only, such
as the numbers of the pages, is in _static/course.css.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from .chromium import chromium


def to_pdf(page: Path, pdf: Path) -> None:
    """Print an HTML file. Raises FileNotFoundError where there is no browser, or no such file."""
    address = page.resolve(strict=True).as_uri()
    to = f"--print-to-pdf={pdf.resolve()}"
    options = ["--no-pdf-header-footer", "--generate-pdf-document-outline", to]
    with TemporaryDirectory() as profile:
        command = [*chromium(Path(profile)), *options, address]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    to_pdf(Path(sys.argv[1]), Path(sys.argv[2]))
