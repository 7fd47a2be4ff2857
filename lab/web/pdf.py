"""The book on paper: `make pdf` prints what Sphinx's builder `singlehtml` makes of it.

    python -m lab.web.pdf _build/singlehtml/intro.html _build/book.pdf

Chromium sets the formulas, and makes the bookmarks from the headings. What is on paper only, such
as the numbers of the pages, is in _static/course.css.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def to_pdf(page: Path, pdf: Path) -> None:
    """Print an HTML file. Raises FileNotFoundError where there is no browser, or no such file."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise FileNotFoundError(f"printing takes a browser: install one of {', '.join(_BROWSERS)}")
    address = page.resolve(strict=True).as_uri()
    with TemporaryDirectory() as profile:
        command = [
            browser, "--headless", "--disable-gpu", f"--user-data-dir={profile}",
            "--no-pdf-header-footer", "--generate-pdf-document-outline",
            f"--print-to-pdf={pdf.resolve()}", address,
        ]  # fmt: skip
        if os.geteuid() == 0:  # Chromium's own sandbox does not work for root
            command.insert(1, "--no-sandbox")
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    to_pdf(Path(sys.argv[1]), Path(sys.argv[2]))
