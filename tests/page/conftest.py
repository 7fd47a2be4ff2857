"""A book of the pages that have exercises, and these alone, with Python from the site itself."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from helpers import ROOT
from helpers.books import build, small_book
from helpers.browser import Browser
from helpers.pyodide import Site, release, serving

BLOCK = re.compile(r"^```\{exercise\} ([\w-]+)\n.*?^```$", re.MULTILINE | re.DOTALL)


def pages() -> dict[str, list[str]]:
    """The exercises of each page of the book that has some, as they are written there."""
    found = {}
    for path in sorted(ROOT.glob("chapters/**/*.md")):
        text = path.read_text("utf-8")
        blocks = [match[0] for match in BLOCK.finditer(text)]
        assert len(blocks) == text.count("{exercise}"), path
        if blocks:
            found[path.relative_to(ROOT).with_suffix("").as_posix()] = blocks
    return found


def exercise_book(folder: Path, sources: dict[str, str], **config: object) -> Path:
    """A book with these pages, configured like ours; besides, a notebook, which has no exercise."""
    folder.mkdir()
    book = small_book(folder, "1 + 1")
    for name in ("_static", "exercises", "solutions"):
        shutil.copytree(ROOT / name, book / name)
    settings = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))  # with its formulas
    settings["sphinx"]["config"] |= config
    (book / "_config.yml").write_text(yaml.safe_dump(settings))
    for page, text in sources.items():
        (book / page).parent.mkdir(parents=True, exist_ok=True)
        (book / f"{page}.md").write_text(text)
    toc = {"format": "jb-book", "root": "intro", "chapters": [{"file": page} for page in sources]}
    (book / "_toc.yml").write_text(yaml.safe_dump(toc))
    return book


@pytest.fixture(scope="session")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages, which show a solution after three tries."""
    sources = {page: "\n\n".join(["# A page", *blocks]) for page, blocks in pages().items()}
    folder = tmp_path_factory.mktemp("page")
    book = exercise_book(folder / "book", sources, exercise_solutions=True)
    built = build(book, book, PYODIDE_DIST=str(release()))
    assert built.returncode == 0, built.stdout[-5000:]
    return book / "_build" / "html"


@pytest.fixture(scope="module")
def site(html: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The pages, served from a folder of a site."""
    root = tmp_path_factory.mktemp("site")
    (root / "a" / "course").mkdir(parents=True)
    shutil.copytree(html, root / "a" / "course", dirs_exist_ok=True)
    with serving(root) as served:
        served.address += "/a/course"
        yield served


@pytest.fixture
def forward(browser: Browser, site: Site) -> Browser:
    """The page on the forward pass, in a browser that remembers nothing."""
    browser.call("Storage.clearDataForOrigin", origin=origin(site), storageTypes="local_storage")
    browser.events.clear()
    browser.open(f"{site.address}/chapters/03_how_it_works/forward.html")
    return browser


def origin(site: Site) -> str:
    return site.address.removesuffix("/a/course")
