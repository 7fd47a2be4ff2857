"""Books to build: ours, or one of a few pages that is configured like it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from grader.checking.sections import PAGES
from helpers import ROOT

PAGE = """\
---
jupytext:
  text_representation:
    format_name: myst
kernelspec:
  name: python3
---

# A page

```{{code-cell}} ipython3
{code}
```
"""

# How the Makefile builds a book, with the Python that runs the tests.
BUILD = (Path(sys.executable).parent / "jupyter-book", "build", "-W", "-n", "--keep-going", ".")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def build(
    source: Path, out: Path, *options: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Build the book in `source`; the output holds the errors too."""
    return subprocess.run(
        [*BUILD, "--path-output", out, *options],
        cwd=source,
        env=ENVIRONMENT | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def whole_book(out: Path) -> Path:
    """The pages of our book, built in a folder."""
    built = build(ROOT, out)
    assert built.returncode == 0, built.stdout[-5000:]
    assert "WARNING: " not in built.stdout
    return out / "_build" / "html"


def small_book(folder: Path, *codes: str) -> Path:
    """A book configured like ours, with a page for each code, which it runs: intro, page1, ..."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    (folder / "_config.yml").write_text(yaml.safe_dump(config))
    shutil.copy(ROOT / "references.bib", folder)
    names = ["intro", *(f"page{number}" for number in range(1, len(codes)))]
    chapters = [{"file": name} for name in names[1:]]
    toc = {"format": "jb-book", "root": "intro"} | ({"chapters": chapters} if chapters else {})
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc))
    for name, code in zip(names, codes, strict=True):
        (folder / f"{name}.md").write_text(PAGE.format(code=code))
    return folder


def add_sections(book: Path) -> None:
    """Add the sections that the grader names to a small book: their labels and headings alone."""
    toc = yaml.safe_load((book / "_toc.yml").read_text())
    for page in sorted({*PAGES, *(str(Path(page).with_name("index")) for page in PAGES)}):
        (book / page).parent.mkdir(parents=True, exist_ok=True)
        sections = (f"({label})=\n## {title}" for label, title in PAGES.get(page, {}).items())
        (book / f"{page}.md").write_text("\n\n".join(["# A title", *sections]))
        toc.setdefault("chapters", []).append({"file": page})
    (book / "_toc.yml").write_text(yaml.safe_dump(toc))
