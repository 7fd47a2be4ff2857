"""The page of all mistakes: is each there, and found by a search and by its address?"""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from helpers import ROOT
from helpers.books import add_sections, build, small_book
from helpers.browser import Browser

from grader.checking.load import load
from grader.checking.mistakes import catalogue, ours, slips
from grader.checking.sections import SECTIONS, link
from lab.web.predict import parse

SET = "ps1_standardize"
IDS = {m.partition(":")[0] for check in load(SET).values() for m in check.mistakes}
PAGE = f"""\
# {{number-of-mistakes}}`mistakes` ways

```{{mistakes}} {SET}
```

## Slips

{{number-of-mistakes}}`slips` kinds.

```{{slips}}
```
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with the mistakes of one set, in a small book."""
    book = small_book(tmp_path_factory.mktemp("book"), "1 + 1")
    (book / "intro.md").write_text(PAGE)
    add_sections(book)
    (book / "_static").mkdir()
    for name in ("mistakes.js", "mistakes.css"):
        shutil.copy(ROOT / "_static" / name, book / "_static")
    built = build(book, book)
    assert built.returncode == 0, built.stdout[-3000:]
    return book / "_build/html/intro.html"


class Entries(HTMLParser):
    """The entries of the page: by id, their text and the addresses of their links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text: dict[str, str] = {}
        self.links: dict[str, list[str]] = {}
        self._id, self._depth = "", 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "div" and self._id:
            self._depth += 1
        elif tag == "div" and "mistake" in (attributes.get("class") or "").split():
            self._id, self._depth = attributes["id"] or "", 1
            self.text[self._id], self.links[self._id] = "", []
        elif tag == "a" and self._id:
            self.links[self._id].append(attributes["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "div" and bool(self._id)
        self._id = self._id if self._depth else ""

    def handle_data(self, data: str) -> None:
        if self._id:
            self.text[self._id] += data


def test_each_mistake_is_there(page: Path) -> None:
    """Has each mistake its title, its explanation, what one sees, and the section to read?"""
    entries = Entries(page.read_text("utf-8"))
    assert set(entries.text) == IDS | {slip.id for slip in slips}
    for id in IDS:
        mistake, text = catalogue()[id], re.sub(r"\s+", " ", entries.text[id])
        assert mistake.title in text
        assert f"{mistake.explanation} Read: {SECTIONS[mistake.section][0]}." in text
        assert "What one sees" in text
        assert entries.links[id][:2] == [f"#{id}", link(mistake.section)]


def test_the_numbers_are_counted(page: Path) -> None:
    """Are the mistakes of the title, and the slips, as many as the grader can name?"""
    text = page.read_text("utf-8")
    assert f"<h1>{len(ours())} ways<" in text
    assert f"<p>{len(slips)} kinds.</p>" in text


def test_search_in_the_page(page: Path, browser: Browser) -> None:
    """Does the field leave what has all the words, say how many, and hide empty sections?"""
    browser.open(page.as_uri())
    shown = "[...document.querySelectorAll('.mistake')].filter(e => e.checkVisibility())"
    assert browser.evaluate(f"{shown}.length") == len(IDS) + len(slips)
    browser.evaluate("document.querySelector('.mistake-search input').focus()")
    browser.call("Input.insertText", text="Root EPS outside")
    found = browser.evaluate(f"{shown}.map(e => e.id)")
    assert "eps-outside-sqrt" in found
    assert "gamma-only" not in found
    assert browser.evaluate("document.querySelector('.mistake-search output').textContent") == (
        f"{len(found)} of {len(IDS) + len(slips)}"
    )
    headings = "[...document.querySelectorAll('h2')].filter(e => e.checkVisibility()).length"
    assert browser.evaluate(headings) == 1


def test_an_address_opens_its_mistake(page: Path, browser: Browser) -> None:
    """Is a mistake unfolded and in sight that a link leads to, at once and later?"""
    browser.open("about:blank")
    browser.open(f"{page.as_uri()}#gamma-only")
    assert_opened(browser, "gamma-only")
    browser.evaluate(
        "new Promise(done => { addEventListener('hashchange', () => setTimeout(done));"
        " location.hash = 'loses-dtype'; })"
    )
    assert_opened(browser, "loses-dtype")


def assert_opened(browser: Browser, id: str) -> None:
    entry = f"document.getElementById('{id}')"
    folds = f"[...{entry}.querySelectorAll('details')].map(e => e.open)"
    assert set(browser.evaluate(folds)) == {True}
    assert 0 <= browser.evaluate(f"{entry}.getBoundingClientRect().top") < 600


def test_without_a_script(page: Path, browser: Browser) -> None:
    """Is everything there, and folds that open by hand, where no script runs?"""
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(page.as_uri())
        entries = browser.call("DOM.getDocument", depth=1)["root"]["nodeId"]
        found = browser.call("DOM.querySelectorAll", nodeId=entries, selector=".mistake details")
        assert len(found["nodeIds"]) >= len(IDS)
        search = "getComputedStyle(document.querySelector('.mistake-search')).display"
        assert browser.evaluate(search) == "none"
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


def test_puzzles() -> None:
    """Is the answer of each puzzle the mistake that its code makes, and no other?"""
    puzzles = (ROOT / "puzzles.md").read_text("utf-8").split("\n(puzzle-")[1:]
    assert len(puzzles) == 10
    for puzzle in puzzles:
        code, _, box = puzzle.partition(":::{predict}\n")
        _, choices = parse(box.partition("\n:::")[0].splitlines())
        named = {re.findall(r"{mistake}`(.+?)`", choice.why)[0]: choice.right for choice in choices}
        made = set(re.findall(r'"([a-z0-9-]+)"', code)) & set(ours())
        assert {id for id, right in named.items() if right} == made
