"""The problem sets in JupyterLite, in Chromium: with nothing installed, are they a student's own?"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from helpers import ROOT
from helpers.books import build, small_book
from helpers.browser import CONTROL, Browser
from helpers.pyodide import Site, release, serving
from helpers.visits import visit

from lab.web.exercises import SETS

WRONG = "def batch_mean(x):\n    return x.mean(axis=1)"
RIGHT = "def batch_mean(x):\n    return x.mean(axis=0)"
STUB = "# YOUR CODE HERE"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A book in a folder of a site, whose second page offers the problem sets in NumPy."""
    book = small_book(tmp_path_factory.mktemp("lite"), "1 + 1", "2 + 2")
    shutil.copytree(ROOT / "exercises", book / "exercises")
    with (book / "page1.md").open("a") as page:
        for name in SETS:
            page.write(f"\n- {{download}}`{name} <exercises/{name}/{name}.ipynb>`\n")
    with serving(book / "_build") as served:
        served.address += "/html"
        built = build(book, book, SITE_URL=served.address, PYODIDE_DIST=str(release()))
        assert built.returncode == 0, built.stdout[-3000:]
        yield served


@pytest.fixture
def page(browser: Browser, site: Site) -> Browser:
    """A browser that remembers nothing, and asks nobody whether to leave a page that changed."""
    origin = site.address.removesuffix("/html")
    browser.call("Storage.clearDataForOrigin", origin=origin, storageTypes="all")
    leave = "addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)"
    browser.call("Page.addScriptToEvaluateOnNewDocument", source=leave)
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=1200, height=900, deviceScaleFactor=1, mobile=False,
    )  # fmt: skip
    return browser


class Lab:
    """A problem set that is open in JupyterLite, used as a student does."""

    def __init__(self, page: Browser, site: Site, assignment: str) -> None:
        self.page, self.address = page, f"{site.address}/page1.html"
        self.link = f"document.querySelector('a[href*=\"{assignment}.ipynb\"]:not([download])').href"
        self.open()

    def open(self) -> None:
        """Follow the link of the book's page, and wait until the notebook is there."""
        visit(self.page, self.address)
        visit(self.page, self.page.evaluate(self.link))
        self.page.wait("!!document.querySelector('.jp-Notebook .jp-mod-active')")
        self.page.evaluate("document.querySelector('.jp-Notebook').focus()")

    @property
    def cell(self) -> str:
        """The text of the active cell."""
        return str(self.page.evaluate("document.querySelector('.jp-Notebook .jp-mod-active').textContent"))

    def run_to(self, text: str) -> None:
        """Run the cells from the active one to that with a text, which is then active."""
        while text not in self.cell:
            if self.page.evaluate("!!document.querySelector('.jp-CodeCell.jp-mod-active')"):
                self.outcome()
            self.page.press("ArrowDown")

    def go(self, key: str, text: str) -> None:
        """Go up or down to the cell with a text."""
        while text not in self.cell:
            self.page.press(key)

    def write(self, text: str) -> None:
        """Write a text into the active cell."""
        self.page.press("Enter")
        self.page.wait("!!document.activeElement.closest('.cm-content')")
        self.page.write(text)
        self.page.press("Escape")

    def outcome(self) -> str:
        """What the active cell shows after it was run."""
        cell = "document.querySelector('.jp-Notebook .jp-mod-active')"
        prompt = f"{cell}.querySelector('.jp-InputPrompt').textContent"
        bar = "document.querySelector('.jp-NotebookPanel-toolbar').textContent"
        self.page.wait(f"/Python .Pyodide.*Kernel status: Idle/.test({bar})")
        before = self.page.evaluate(prompt)
        self.page.press("Enter", modifiers=CONTROL)
        self.page.wait(f"/\\d/.test({prompt}) && {prompt} !== {before!r}")
        return str(self.page.evaluate(f"{cell}.querySelector('.jp-Cell-outputArea').innerText"))

    def click(self, selector: str, button: str = "left") -> None:
        """Click on what a selector finds, once it is there."""
        box = self.page.wait(
            f"document.querySelector({selector!r})?.getBoundingClientRect().toJSON()"
        )
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        for kind in ("mousePressed", "mouseReleased"):
            self.page.call("Input.dispatchMouseEvent", type=kind, button=button, clickCount=1, **at)

    def choose(self, menu: str, command: str) -> None:
        """Choose a command from a menu."""
        bar = "document.querySelectorAll('.lm-MenuBar-item')"
        self.page.evaluate(f"[...{bar}].find((e) => e.textContent === {menu!r}).id = 'the-menu'")
        self.click("#the-menu")
        self.click(f".lm-Menu-item[data-command='{command}']")


def test_a_mistake_is_named(page: Browser, site: Site) -> None:
    """Is a wrong answer told its mistake, a right one that it is right, and all from the site?"""
    lab = Lab(page, site, "ps1_standardize")
    lab.run_to(STUB)
    lab.write(WRONG)
    lab.run_to('check("batch_mean")')
    assert "Mistake: the statistics are taken over the features of each example" in lab.outcome()
    section = f"{site.address}/chapters/03_how_it_works/forward.html#which-axis"
    assert lab.page.evaluate(f"!!document.querySelector('.jp-OutputArea a[href=\"{section}\"]')")
    lab.go("ArrowUp", "def batch_mean")
    lab.write(RIGHT)
    lab.run_to('check("batch_mean")')
    assert "batch_mean: passed, 100% of the points" in lab.outcome()
    lab.page.press("b")  # a new cell below
    lab.write("check()")
    assert "batch_variance" in lab.outcome()
    assert site.refused == []


@pytest.mark.parametrize(
    ("assignment", "check"),
    [
        ("ps2_inference", "layer_modes"),
        ("ps3_backward", "numerical_gradient"),
        ("ps4_where", "batchnorm2d_forward"),
    ],
)
def test_each_set(page: Browser, site: Site, assignment: str, check: str) -> None:
    """Does it open, check itself, and draw?"""
    lab = Lab(page, site, assignment)
    lab.run_to(f'check("{check}")')
    assert f"{check}: missing, 0% of the points" in lab.outcome()
    lab.page.press("b")
    lab.write("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    lab.outcome()
    assert lab.page.evaluate("!!document.querySelector('.jp-RenderedImage img')")
    assert site.refused == []


def test_files_are_the_students_own(page: Browser, site: Site, tmp_path: Path) -> None:
    """Can work be taken home, does it stay when the course's file changes, until it is deleted?"""
    lab = Lab(page, site, "ps1_standardize")
    lab.go("ArrowDown", STUB)
    lab.write("mine = 1")
    lab.page.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    lab.choose("File", "docmanager:download")
    lab.page.receive("Page.downloadProgress")
    print(list(tmp_path.iterdir()), [e for e in lab.page.events if 'ownload' in e["method"]])
    assert 0
