"""The book as a PDF: is on paper what is on the pages?"""

import re
import shutil
import unicodedata

import pytest
from helpers import ROOT
from helpers.books import build, small_book
from pypdf import PdfReader

from lab.web.pdf import to_pdf

LONG = " + ".join(f"number_{number}" for number in range(30))
FIGURE = """
import matplotlib.pyplot as plt

from lab import figures

figures.use_style()
fig, ax = plt.subplots()
ax.set_xlabel("a step of training")
"""
TEXT = f"""
## The variance

$$\\sigma^2 = \\frac{{1}}{{N}} \\sum_n (x_n - \\mu)^2$$

```python
{LONG}
```

```{{exercise}} batch_mean
```
"""


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    """A book of two pages, printed."""
    book = small_book(tmp_path_factory.mktemp("pdf"), "1 + 1", FIGURE)
    for name in ("_static", "exercises", "solutions"):
        shutil.copytree(ROOT / name, book / name)
    with (book / "page1.md").open("a") as page:
        page.write(TEXT)
    built = build(book, book, "--builder", "singlehtml")
    assert built.returncode == 0, built.stdout[-3000:]
    to_pdf(book / "_build" / "singlehtml" / "intro.html", book / "book.pdf")
    return PdfReader(book / "book.pdf")


@pytest.fixture(scope="module")
def text(pdf: PdfReader) -> str:
    """All that stands on its pages."""
    return unicodedata.normalize("NFKC", "\n".join(page.extract_text() for page in pdf.pages))


def test_pages_and_bookmarks(pdf: PdfReader) -> None:
    """Have pages their numbers, is each of the book's on a new one, and are headings bookmarks?"""
    numbers = [page.extract_text().split()[0] for page in pdf.pages]
    assert numbers == [str(number) for number in range(1, len(pdf.pages) + 1)]
    assert len(numbers) >= 2
    titles = re.findall(r"'/Title': '([^']+)'", str(pdf.outline))
    assert titles.count("A page") == 2
    assert "The variance" in titles


def test_formula_and_figure(text: str) -> None:
    """Are the letters of a formula there, and those of a figure?"""
    assert {"μ", "∑"} <= set(text)
    assert "a step of training" in text


def test_nothing_is_cut_off_or_folded(text: str) -> None:
    """Does a long line of code go on in the next, and is an exercise there as a text?"""
    code = text[text.index("number_0 ") : text.index("number_29")]
    assert code.count("\n") >= 2
    assert "Which axis of x counts the examples?" in text  # a hint
    assert "def slow_batch_mean(x):" in text  # its task
    assert "Check" not in text
