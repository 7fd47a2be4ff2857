"""The problem sets in JupyterLite, in Chromium: do they check a student's work, and keep it?"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from helpers import ROOT
from helpers.books import build, small_book
from helpers.browser import CONTROL, Browser, chromium
from helpers.pyodide import Site, release, serving

from lab.web.exercises import SETS

WRONG = "def batch_mean(x):\n    return x.mean(axis=1)"
RIGHT = "def batch_mean(x):\n    return x.mean(axis=0)"
STUB = "# YOUR CODE HERE"
SHOWN = "document.querySelector('.jp-Notebook')?.textContent.includes('{}')"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book whose second page offers the problem sets in NumPy; it is not built."""
    folder = small_book(tmp_path_factory.mktemp("lite"), "1 + 1", "2 + 2")
    shutil.copytree(ROOT / "exercises", folder / "exercises")
    with (folder / "page1.md").open("a") as page:
        for name in SETS:
            page.write(f"\n- {{download}}`{name} <exercises/{name}/{name}.ipynb>`\n")
    return folder


@pytest.fixture(scope="module")
def site(book: Path) -> Iterator[Site]:
    """The book, built and served in a folder of a site."""
    with serving(book / "_build") as served:
        served.address += "/html"
        built = build(book, book, SITE_URL=served.address, PYODIDE_DIST=str(release()))
        assert built.returncode == 0, built.stdout[-3000:]
        yield served


@pytest.fixture
def page(site: Site, tmp_path: Path) -> Iterator[Browser]:
    """A browser of its own, which asks nobody whether to leave a page that changed."""
    with chromium(tmp_path / "profile") as browser:
        leave = "addEventListener('beforeunload', (e) => e.stopImmediatePropagation(), true)"
        browser.call("Page.addScriptToEvaluateOnNewDocument", source=leave)
        browser.call(
            "Emulation.setDeviceMetricsOverride",
            width=1200, height=900, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        yield browser


class Lab:
    """A problem set that is open in JupyterLite, used as a student does."""

    def __init__(self, page: Browser, site: Site, assignment: str) -> None:
        self.page, self.address = page, f"{site.address}/page1.html"
        self.link = (
            f"document.querySelector('a[href*=\"{assignment}.ipynb\"]:not([download])').href"
        )
        self.open()

    def open(self) -> None:
        """Follow the link of the book's page, and wait until the notebook is there."""
        self.page.open(self.address)
        self.page.open(self.page.evaluate(self.link))
        self.page.wait("!!document.querySelector('.jp-Notebook .jp-mod-active')")

    @property
    def cell(self) -> str:
        """The text of the active cell."""
        return str(
            self.page.evaluate("document.querySelector('.jp-Notebook .jp-mod-active').textContent")
        )

    def run_to(self, text: str) -> None:
        """Run the cells from the active one to that with a text, which is then active."""
        while text not in self.cell:
            if self.page.evaluate("!!document.querySelector('.jp-CodeCell.jp-mod-active')"):
                self.outcome()
            self.page.press("ArrowDown")

    def write(self, text: str, into: str) -> None:
        """Write a text in place of the cell that has another in it."""
        cells = "[...document.querySelectorAll('.jp-CodeCell .cm-content')]"
        self.click(f"{cells}.find((cell) => cell.textContent.includes({into!r}))")
        self._type(text)

    def below(self, text: str) -> None:
        """Write a text into a new cell below the active one."""
        self.page.press("b")
        self.page.press("Enter")
        self._type(text)

    def _type(self, text: str) -> None:
        self.page.wait("!!document.activeElement.closest('.cm-content')")
        self.page.write(text)
        self.page.press("Escape")

    def outcome(self) -> str:
        """What the active cell shows after it was run."""
        cell = "document.querySelector('.jp-Notebook .jp-mod-active')"
        prompt = f"{cell}.querySelector('.jp-InputPrompt').textContent"
        focus = "document.querySelector('.jp-Notebook').focus()"
        bar = "document.querySelector('.jp-NotebookPanel-toolbar').textContent"
        self.page.wait(f"({focus}, /Python .Pyodide.*Kernel status: Idle/.test({bar}))")
        before = self.page.evaluate(prompt)
        self.page.press("Enter", modifiers=CONTROL)
        self.page.wait(f"/\\d/.test({prompt}) && {prompt} !== {before!r}")
        return str(self.page.evaluate(f"{cell}.querySelector('.jp-Cell-outputArea').innerText"))

    def click(self, element: str, button: str = "left") -> None:
        """Click on an element, once it is there."""
        seen = "it.scrollIntoView({block: 'nearest'}), it.getBoundingClientRect().toJSON()"
        box = self.page.wait(f"((it) => it && ({seen}))({element})")
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.page.call("Input.dispatchMouseEvent", type=kind, button=button, clickCount=1, **at)

    def choose(self, command: str) -> None:
        """Choose a command from the menu that opens."""
        self.click(f"document.querySelector(\".lm-Menu-item[data-command='{command}']\")")

    def save(self) -> None:
        """Save the notebook."""
        self.click("document.querySelector('.lm-MenuBar-item')")
        self.choose("docmanager:save")
        self.page.wait("!document.querySelector('.jp-mod-dirty')")

    def with_file(self, command: str) -> None:
        """Choose a command for its file, in the list on the left."""
        files = "[...document.querySelectorAll('.jp-DirListing-item')]"
        self.click(f"{files}.find((file) => file.textContent.includes('.ipynb'))", "right")
        self.choose(f"filebrowser:{command}")


def test_a_mistake_is_named(page: Browser, site: Site) -> None:
    """Is a wrong answer told its mistake, a right one that it is right, and all from the site?"""
    lab = Lab(page, site, "ps1_standardize")
    lab.run_to(STUB)
    lab.write(WRONG, STUB)
    lab.run_to('check("batch_mean")')
    assert "Mistake: the statistics are taken over the features of each example" in lab.outcome()
    section = f"{site.address}/chapters/03_how_it_works/where_it_goes_wrong.html#which-axis"
    assert lab.page.evaluate(f"!!document.querySelector('.jp-OutputArea a[href=\"{section}\"]')")
    lab.write(RIGHT, "def batch_mean")
    lab.run_to('check("batch_mean")')
    assert "batch_mean: passed, 100% of the points" in lab.outcome()
    lab.below("check()")
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
    lab.below("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    lab.outcome()
    assert lab.page.evaluate("!!document.querySelector('.jp-RenderedImage img')")
    assert site.refused == []


def test_files_are_the_students_own(page: Browser, book: Path, site: Site, tmp_path: Path) -> None:
    """Can work be taken home, does it stay when the course's file changes, until it is deleted?"""
    lab = Lab(page, site, "ps1_standardize")
    lab.write("mine = 1", STUB)
    lab.save()
    where = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.call("Browser.setDownloadBehavior", eventsEnabled=True, **where)
    lab.with_file("download")
    lab.page.receive("Browser.downloadWillBegin")
    while page.events[-1]["params"].get("state") != "completed":
        page.receive("Browser.downloadProgress")
    notebook = nbformat.read(tmp_path / "ps1_standardize.ipynb", as_version=4)
    assert "mine = 1" in [cell.source for cell in notebook.cells]

    course = book / "_build/html/lite/files/ps1_standardize/ps1_standardize.ipynb"
    course.write_text(course.read_text("utf-8").replace(STUB, f"{STUB} AS IT IS NOW"), "utf-8")
    page.call("Network.enable")
    page.call("Network.setCacheDisabled", cacheDisabled=True)  # as it is some minutes later
    lab.open()
    lab.page.wait(SHOWN.format("mine = 1"))
    lab.with_file("delete")
    lab.click("document.querySelector('.jp-Dialog .jp-mod-accept')")
    lab.page.wait("!document.querySelector('.jp-Notebook')")
    lab.open()
    lab.page.wait(SHOWN.format(f"{STUB} AS IT IS NOW"))
