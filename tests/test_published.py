"""The book at an address: what hosts, search engines and readers of other sites need."""

import gzip
import os
import re
import shutil
import subprocess
import sysconfig
import tomllib
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml
from helpers import ROOT
from helpers.books import build, small_book
from helpers.server import served

from lab.web.exercises import CDN
from lab.web.notebooks import alone

SITE = "https://example.org/course"


TEXT = """
(here)=
## A *section*

See {doc}`intro`, [this](here) and {cite:t}`ioffe2015batch`: $x_n$ costs 2*3.

$$y = \\frac{1}{N}$$

:::{admonition} Predict
:class: tip
What is `2 + 2`?
:::

- one
- two

| a | b |
|---|---|
| 1 | $N$ |

```{code-cell} ipython3
:tags: [remove-cell]
import numpy as np
```

After a cell that the book does not show.

```{bibliography}
```
"""
NOTEBOOK = [
    "# A page",
    "2 + 2",
    """## A *section*

See [A page]({site}/intro.html), [this]({site}/page1.html#here) and Ioffe and Szegedy \
\\[[2015]({site}/page1.html#id5)\\]: $x_n$ costs 2\\*3.

$$
y = \\frac{1}{N}
$$

> **Predict**
>
> What is `2 + 2`?

- one
- two

| a | b |
| --- | --- |
| 1 | $N$ |""",
    "import numpy as np",
]

NEEDS = {  # beside NumPy
    "ps1_standardize": [],
    "ps2_inference": ["matplotlib"],
    "ps3_backward": ["matplotlib"],
    "ps4_where": ["matplotlib"],
    "ps5_frameworks": ["matplotlib", "torch"],
    "ps6_practice": ["matplotlib", "torch"],
    "ps7_capstone": ["matplotlib", "torch"],
}

# Run in the folder of a notebook: its first cells, and the solution and check of an exercise.
RUN = """
import sys, importlib.util
import nbformat
from IPython.core.interactiveshell import InteractiveShell

assert importlib.util.find_spec("grader") is None
cells = {cell.id: cell.source for cell in nbformat.read("ps1_standardize.ipynb", 4).cells}
shell = InteractiveShell.instance()
for source in (
    cells["bring-the-course"],
    cells["setup"],
    "def batch_mean(x): return x.mean(axis=0)",
    cells["batch_mean"],
    cells["batch_variance"],
):
    shell.run_cell(source)
"""


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A site whose first page offers a problem set: its address, and its folder."""
    book = small_book(tmp_path_factory.mktemp("downloads"), "1 + 1", "2 + 2")
    with (book / "page1.md").open("a") as page:
        page.write(TEXT)
    shutil.copytree(ROOT / "exercises" / "ps1_standardize", book / "exercises" / "ps1_standardize")
    with (book / "intro.md").open("a") as page:
        page.write("\n{download}`ps1 <exercises/ps1_standardize/ps1_standardize.ipynb>`\n")
    html = book / "_build" / "html"
    with served(html) as site:
        built = build(book, book, SITE_URL=site, PYODIDE_DIST="")
        assert built.returncode == 0, built.stdout[-3000:]
        yield site, html


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of two pages, built for an address and a repository."""
    book = small_book(tmp_path_factory.mktemp("published"), "1 + 1", "import torch")
    built = build(book, book, SITE_URL=f"{SITE}/", REPOSITORY_URL="https://github.com/owner/name")
    assert built.returncode == 0, built.stdout[-3000:]
    return book / "_build" / "html"


def test_canonical_addresses(published: Path) -> None:
    """Does each page say where it is at home?"""
    for page in ("intro", "page1"):
        text = (published / f"{page}.html").read_text("utf-8")
        assert f'<link rel="canonical" href="{SITE}/{page}.html"' in text


def test_cards(published: Path) -> None:
    """Has a page a title, an address and a picture for social media, and is the picture there?"""
    text = (published / "page1.html").read_text("utf-8")
    card = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)"', text))
    assert card["title"] == "A page"
    assert card["url"] == f"{SITE}/page1.html"
    assert (published / card["image"].removeprefix(f"{SITE}/")).exists()


def test_github_pages(published: Path) -> None:
    """Does GitHub Pages show folders whose names begin with _, at the site's own domain?"""
    assert (published / ".nojekyll").exists()
    assert (published / "CNAME").read_text("utf-8") == "example.org"


def test_sitemap(published: Path) -> None:
    """Does it list the pages, and does robots.txt name it?"""
    listed = re.findall("<loc>(.*)</loc>", (published / "sitemap.xml").read_text("utf-8"))
    assert listed == [f"{SITE}/intro.html", f"{SITE}/page1.html"]
    assert f"Sitemap: {SITE}/sitemap.xml\n" in (published / "robots.txt").read_text("utf-8")


def test_page_for_what_is_not_there(published: Path) -> None:
    """Do its links and styles work from whatever folder a host shows it for?"""
    text = (published / "404.html").read_text("utf-8")
    assert "There is no such page" in text
    addresses = re.findall(r'<(?:a|link|script)\b[^>]* (?:href|src)="([^"#]+)"', text)
    assert "/course/page1.html" in addresses
    for address in addresses:
        assert address.startswith(("/course/", "https://")), address
        if address.startswith("/course/"):
            path = published / address.removeprefix("/course/").split("?")[0]
            assert path.exists(), address


def test_suggest_an_edit(published: Path) -> None:
    """Does a page lead to its source, where it is edited?"""
    text = (published / "page1.html").read_text("utf-8")
    assert "https://github.com/owner/name/edit/main/page1.md" in text


def test_notebook_of_a_page_that_does_not_run(published: Path) -> None:
    """Does it offer its notebook, to download and where services open it?"""
    text = (published / "page1.html").read_text("utf-8")
    line = re.search(r'<div class="page-needs[^>]*>\n(.*?)</div>', text, re.DOTALL)
    assert line
    assert re.sub("<[^>]+>", "", line[1]) == (
        "This page needs PyTorch: take the notebook, or open it in Colab or Binder."
    )
    own, colab, binder = re.findall('href="([^"]+)"', line[1])
    assert (published / own).exists()
    branch = "gh-pages"  # where publish.yml puts the site
    assert colab == f"https://colab.research.google.com/github/owner/name/blob/{branch}/{own}"
    assert binder == f"https://mybinder.org/v2/gh/owner/name/{branch}?labpath={own}"


def test_nothing_of_this_in_a_clone(tmp_path: Path) -> None:
    """Does a book that is built without an address name none?"""
    built = build(small_book(tmp_path, "1 + 1"), tmp_path, SITE_URL="", REPOSITORY_URL="")
    assert built.returncode == 0, built.stdout[-3000:]
    text = (tmp_path / "_build/html/intro.html").read_text("utf-8")
    assert "canonical" not in text
    assert "og:" not in text
    assert not (tmp_path / "_build/html/sitemap.xml").exists()
    assert not (tmp_path / "_build/html/lite").exists()


def test_an_address_that_is_none(tmp_path: Path) -> None:
    """Is it said what is wrong with it?"""
    built = build(small_book(tmp_path, "1 + 1"), tmp_path, SITE_URL="example.org")
    assert built.returncode != 0
    assert "SITE_URL is example.org: it must be an address" in built.stdout


def test_a_notebook_opens_alone(downloads: tuple[str, Path], tmp_path: Path) -> None:
    """In an empty folder and an environment without the course, does a downloaded set check work?

    The environment finds the other packages of this one, so that nothing else is fetched.
    """
    site, html = downloads
    ours = sysconfig.get_path("purelib")
    (tmp_path / "others").mkdir()
    for entry in Path(ours).iterdir():
        if not re.match(r"batchnorm|__editable__|pip\b", entry.name):
            (tmp_path / "others" / entry.name).symlink_to(entry)
    venv.create(tmp_path / "env", with_pip=True)
    place = next((tmp_path / "env").glob("lib/python*/site-packages"))
    (place / "others.pth").write_text(f"{tmp_path / 'others'}\n")

    text = (html / "intro.html").read_text("utf-8")
    (address,) = re.findall(r'href="(_downloads/[^"]+ps1_standardize\.ipynb)"', text)
    (tmp_path / "empty").mkdir()
    with urllib.request.urlopen(f"{site}/{address}") as answer:
        content = gzip.decompress(answer.read())
    (tmp_path / "empty" / "ps1_standardize.ipynb").write_bytes(content)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    ran = subprocess.run(
        [tmp_path / "env" / "bin" / "python", "-c", RUN],
        cwd=tmp_path / "empty",
        env=environment | {"PIP_NO_INDEX": "1", "IPYTHONDIR": str(tmp_path / "ipython")},
        capture_output=True,
        text=True,
    )
    assert "batch_mean: passed, 100% of the points" in ran.stdout, ran.stdout + ran.stderr
    assert "batch_variance: missing, 0% of the points" in ran.stdout
    assert f"{site}/chapters/03_how_it_works/forward.html#the-variance" in ran.stdout


def test_jupyterlite_without_a_release(downloads: tuple[str, Path]) -> None:
    """Does a set that is offered open in JupyterLite, too, with Python from the public CDN?"""
    _, html = downloads
    path = "ps1_standardize/ps1_standardize.ipynb"
    assert f'href="lite/lab/index.html?path={path}"' in (html / "intro.html").read_text("utf-8")
    assert (html / "lite/lab/index.html").exists()
    assert nbformat.read(html / "lite/files" / path, 4).cells[0].id == "bring-the-course"
    assert f"{CDN}pyodide.js" in (html / "lite/jupyter-lite.json").read_text("utf-8")


def test_a_page_as_a_notebook(downloads: tuple[str, Path]) -> None:
    """Is it offered by its page, and does it hold text that any notebook shows, and all code?"""
    site, html = downloads
    page = (html / "page1.html").read_text("utf-8")
    assert 'href="notebooks/page1.ipynb"' in page
    assert re.search(r'<div class="citation"[^>]* id="id5"', page)
    notebook = nbformat.read(html / "notebooks" / "page1.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].id == "bring-the-course"
    sources = [cell.source for cell in notebook.cells[1:]]
    assert sources[:-1] == [text.replace("{site}", site) for text in NOTEBOOK]
    assert sources[-1].startswith("After a cell that the book does not show.\n\n")


def test_links_of_a_notebook_that_opens_alone() -> None:
    """Do the links of each set lead to pages of the site that exist, and to sections in them?"""
    for path in sorted((ROOT / "exercises").glob("*/*.ipynb")):
        notebook = alone(nbformat.read(path, as_version=4), SITE, f"{SITE}/course.whl")
        nbformat.validate(notebook)
        text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
        links = re.findall(r"\]\(([^)]+)\)", text)
        assert links
        needs = notebook.cells[0].source.partition("course.whl")[2].split()
        assert needs == NEEDS[path.stem], path.stem
        for link in links:
            page = link.partition("#")[0].removeprefix(f"{SITE}/").replace(".html", ".md")
            assert link.startswith("https://")
            assert not link.startswith(SITE) or (ROOT / page).exists(), link


def test_citation() -> None:
    """Does CITATION.cff have the version and licences that pyproject.toml has?"""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"].split(" AND ")
    assert citation["cff-version"] == "1.2.0"
    assert citation["message"]
    assert citation["authors"]
    assert citation["title"]


def test_workflow() -> None:
    """Is main published only after its tests, by actions of known code, and writes no other job?"""
    folder = ROOT / ".github" / "workflows"
    publish = yaml.safe_load((folder / "publish.yml").read_text("utf-8"))
    tests = yaml.safe_load((folder / "ci.yml").read_text("utf-8"))
    jobs = publish["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/ci.yml"
    assert "workflow_call" in tests[True]  # YAML reads `on` as yes
    assert jobs["deploy"]["needs"] == ["test", "build"]
    assert publish["permissions"] == {"contents": "read"}
    assert {name for name, job in jobs.items() if "permissions" in job} == {"deploy", "preview"}
    commands = [
        step["run"] for job in jobs.values() for step in job.get("steps", ()) if "run" in step
    ]
    fetch, build = commands
    assert any(step.get("run", "").startswith(fetch) for step in tests["jobs"]["test"]["steps"])
    actions = [
        step["uses"]
        for job in [*jobs.values(), *tests["jobs"].values()]
        for step in job.get("steps", ())
        if "uses" in step
    ]
    assert all(re.search("@[0-9a-f]{40}$", action) for action in actions), actions
    [upload] = [step for step in jobs["build"]["steps"] if "upload" in step.get("uses", "")]
    assert upload["with"]["include-hidden-files"]  # of them, .nojekyll
    assert build == 'make book SITE_URL="$ADDRESS$PREVIEW" PYODIDE_DIST="$RUNNER_TEMP/pyodide"'
