"""Run this page, in Chromium: do a page's cells run in it, and give the numbers of the build?"""

import json
import re
from pathlib import Path
from typing import Any

import jupytext
import pytest
from helpers import ROOT
from helpers.books import PAGE, build
from helpers.browser import Browser
from helpers.pyodide import Site, release

from grader import page
from lab.web.cells import _digest
from lab.web.needs import modules, of_cells, of_module

from .conftest import exercise_book, origin

CODE = re.compile(r"^```\{(?:code-cell|exercise)\}.*?^```$", re.MULTILINE | re.DOTALL)
BY_HAND, FORWARD = (f"chapters/03_how_it_works/{name}" for name in ("by_hand", "forward"))
SMALL = """\
import numpy as np

from lab.prose import holds

count = 0
```

```{code-cell} ipython3
count += 1
count
```

```{code-cell} ipython3
:tags: [remove-cell]
hidden = 10 * count
holds("it is ten", hidden == 10)
```

```{code-cell} ipython3
import torch

tensor = torch.tensor(count)
```

```{code-cell} ipython3
hidden + count"""
TWINS = """\
n = 1
n
```

```{code-cell} ipython3
n = 1
n"""


def cells_alone(name: str) -> str:
    """A page of ours without its text."""
    text = (ROOT / f"{name}.md").read_text("utf-8")
    head = text[: text.index("---\n", 4) + 4]
    return "\n\n".join([head, "# A page", *(block[0] for block in CODE.finditer(text))])


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cells of two pages, two small pages, and one that PyTorch runs."""
    book = exercise_book(
        tmp_path_factory.mktemp("cells") / "book",
        {
            BY_HAND: cells_alone(BY_HAND),
            FORWARD: cells_alone(FORWARD),
            "small": PAGE.format(code=SMALL),
            "twins": PAGE.format(code=TWINS),
            "torch": PAGE.format(code="import torch\n\nx = torch.ones(2)"),
        },
    )
    built = build(book, book, PYODIDE_DIST=str(release()))
    assert built.returncode == 0, built.stdout[-5000:]
    return book / "_build" / "html"


class Page:
    """A page whose cells are editors."""

    def __init__(self, browser: Browser, site: Site, name: str) -> None:
        self.browser, self.address = browser, f"{site.address}/{name}.html"
        browser.call("Storage.clearDataForOrigin", origin=origin(site), storageTypes="all")
        browser.events.clear()
        self.open()
        self.stored = self.texts()
        self.edit()

    def open(self) -> None:
        """Visit the page, for the first time or again."""
        self.browser.open(self.address)

    def edit(self) -> None:
        """Make editors of the cells."""
        browser = self.browser
        browser.evaluate("document.querySelector('.run-page button').click()")
        browser.wait("document.querySelector('.run-page-bar')")

    def texts(self) -> list[str]:
        """What each cell shows, as text, without captions and figures that are moved."""
        return list(
            self.browser.evaluate(
                "[...document.querySelectorAll('.cell[id]')].map((cell) => ["
                "...cell.querySelectorAll('.cell_output pre')].map((pre) => pre.textContent)"
                ".join('').trim())"
            )
        )

    def press(self, words: str, cell: int | None = None) -> None:
        """Press a button of the page, or of a cell, and wait until it has done its work."""
        where = ".run-page-bar" if cell is None else f"#{self.ids[cell]}"
        self.browser.evaluate(
            f"[...document.querySelectorAll('{where} button')]"
            f".find((button) => button.textContent === {words!r}).click()"
        )
        # between two cells of a run, nothing can be seen
        self.browser.wait("!document.querySelector('.run-page-bar [aria-disabled]')")

    def write(self, cell: int, text: str) -> None:
        """Write into the editor of a cell, as a reader does."""
        self.browser.evaluate(f"document.querySelector('#{self.ids[cell]} .cm-content').focus()")
        self.browser.write(text)

    def code(self, cell: int) -> str:
        """What stands in the editor of a cell."""
        lines = f"[...document.querySelectorAll('#{self.ids[cell]} .cm-line')]"
        return "\n".join(self.browser.evaluate(f"{lines}.map((line) => line.textContent)"))

    @property
    def ids(self) -> list[str]:
        """The ids of the cells that are shown."""
        cells = "[...document.querySelectorAll('.cell[id]')]"
        return list(self.browser.evaluate(f"{cells}.map((cell) => cell.id)"))

    @property
    def said(self) -> str:
        """What the page says of its state."""
        return str(
            self.browser.evaluate("document.querySelector('.run-page-bar [role=status]').innerText")
        )


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e[+-]\d+)?", text)]


@pytest.mark.parametrize("name", [BY_HAND, FORWARD])
def test_numbers_of_the_build(browser: Browser, site: Site, name: str) -> None:
    """Does a page that is run from the top say what it says in the book, but for rounding?"""
    opened = Page(browser, site, name)
    pictures = "document.querySelectorAll('.cell figure :is(img, .explorable svg)').length"
    before = browser.evaluate(pictures)
    opened.press("Run all")
    assert opened.said == ""
    found = opened.texts()
    assert len(found) == len(opened.stored)
    for stored, now in zip(opened.stored, found, strict=True):
        assert re.sub(r"[\d.e+-]+", "", now) == re.sub(r"[\d.e+-]+", "", stored)
        assert numbers(now) == pytest.approx(numbers(stored), rel=1e-9, abs=1e-11)
    assert sum(map(bool, found)) > (0 if name == BY_HAND else 10)
    assert browser.evaluate(pictures) == before >= 2
    assert browser.evaluate(pictures.replace("img", "img:not([srcset])")) == (
        before if name == BY_HAND else 0
    )
    assert site.refused == []


def test_figures(browser: Browser, site: Site) -> None:
    """Is a figure in its old place, with its caption and description, and of its old size?"""
    opened = Page(browser, site, FORWARD)
    picture = "document.querySelector('#fig-digits img')"
    size = f"[{picture}.alt, {picture}.width, {picture}.height]"
    stored, caption = browser.evaluate(size), "document.querySelector('#fig-digits figcaption')"
    text = browser.evaluate(f"{caption}.textContent")
    opened.press("Run", 2)
    browser.wait(f"{picture}.complete")
    now = browser.evaluate(size)
    assert browser.evaluate(f"{picture}.srcset").startswith("data:image/png;base64,")
    assert now[0] == stored[0]
    assert now[1:] == pytest.approx(stored[1:], abs=2)
    assert browser.evaluate(f"{caption}.textContent") == text
    opened.press("Start over")
    assert browser.evaluate(f"{picture}.src").endswith(".svg")


def test_one_cell(browser: Browser, site: Site) -> None:
    """Does a cell run after those above, which run once, and again where they were changed?"""
    opened = Page(browser, site, "small")
    assert opened.stored == ["", "1", "", "11"]
    opened.press("Run", 3)
    assert opened.texts() == ["", "1", "", "11"]
    opened.press("Run", 1)
    opened.press("Run", 3)
    assert opened.texts() == ["", "2", "", "12"]
    opened.write(1, "count += 5\ncount")
    opened.press("Run", 3)
    assert opened.texts() == ["", "7", "", "17"]
    opened.press("Run all")  # a new notebook; and the book's sentence is no longer so
    assert opened.texts() == ["", "5", "", "55"]
    opened.press("Start over")
    assert opened.texts() == opened.stored
    opened.press("Run", 3)
    assert opened.texts() == opened.stored


def test_error(browser: Browser, site: Site) -> None:
    """Does an error name its line, and end the run?"""
    opened = Page(browser, site, "small")
    opened.write(1, "def more():\n    return coun\n")
    opened.write(3, "print(1)\nmore()")
    opened.press("Run all")
    assert opened.said == "An error ends cell 4."
    lines = [line for line in opened.texts()[3].splitlines() if "^" not in line]
    assert lines[:5] == [
        "1",
        "  line 2 of this cell",
        "    more()",
        "  line 2 of another cell, in more",
        "    return coun",
    ]
    opened.write(1, "1 / 0")
    opened.press("Run all")
    assert opened.said == "An error ends cell 2."
    assert opened.texts()[1].endswith("ZeroDivisionError: division by zero")


def test_endless_loop(browser: Browser, site: Site) -> None:
    """Can a cell that does not end be stopped, and do the cells above run again after that?"""
    opened = Page(browser, site, "small")
    opened.write(3, "print('before')\nwhile True: pass")
    button = "[...document.querySelectorAll('.run-page-bar button')].at(-1)"
    browser.evaluate(f"document.querySelector('#{opened.ids[3]} .exercise-buttons button').click()")
    status = "document.querySelector('.run-page-bar [role=status]').innerText"
    browser.wait(
        f"({status} === 'Running …' && {button}.click(),"
        " !document.querySelector('.run-page-bar [aria-disabled]'))"
    )
    assert opened.said == "Stopped."
    opened.write(3, "count")
    opened.press("Run", 3)
    assert opened.texts()[3] == "1"


def test_seconds() -> None:
    """Has a cell the time that the book's own cells take on a slow machine, hidden ones too?"""
    limits: list[str] = []
    for quiet in (False, True):
        page.cell("1", lambda kind, text: kind == "limit" and limits.append(text), quiet)
    assert limits == ["30", "0"] * 2


def test_reload(browser: Browser, site: Site) -> None:
    """Is what was written there after a reload, to be run, and the page's own after Start over?"""
    opened = Page(browser, site, "small")
    opened.write(1, "count += 5\ncount")
    opened.open()
    assert opened.texts() == opened.stored
    opened.edit()
    assert opened.said.startswith("What you changed is here again, and has not run yet.")
    assert opened.code(1) == "count += 5\ncount"
    assert opened.code(3) == "hidden + count"
    opened.press("Run all")
    assert opened.texts() == ["", "5", "", "55"]
    opened.press("Start over")
    assert opened.code(1) == "count += 1\ncount"
    opened.open()
    opened.edit()
    assert opened.said == ""
    assert opened.code(1) == "count += 1\ncount"
    assert browser.evaluate("Object.keys(localStorage).filter((key) => /^cell /.test(key))") == []


def test_cells_of_the_same_text(browser: Browser, site: Site) -> None:
    """Is what was written in one of two that begin alike, and put back by hand, in its place?"""
    opened = Page(browser, site, "twins")
    opened.write(0, "3")
    opened.write(1, "2")
    opened.write(0, "n = 1\nn")
    opened.open()
    opened.edit()
    assert [opened.code(0), opened.code(1)] == ["n = 1\nn", "2"]


def test_a_cell_that_changes() -> None:
    """Does a changed cell begin anew, and no other, wherever in its page it stands?"""
    assert len({_digest(["n", "n", "m"], place) for place in range(3)}) == 3
    assert _digest(["x", "m", "n"], 2) == _digest(["n"], 0)


def test_two_tabs(browser: Browser, site: Site) -> None:
    """Does the same page elsewhere show what is written here, and what is put back?"""
    opened = Page(browser, site, "small")
    browser.evaluate(
        "new Promise((there) => { const other = document.createElement('iframe');"
        " other.id = 'other'; other.onload = there; other.src = location.href;"
        " document.body.append(other); })"
    )
    other = "document.getElementById('other').contentDocument"
    browser.evaluate(f"{other}.querySelector('.run-page button').click()")
    browser.wait(f"{other}.querySelector('.run-page-bar')")
    opened.write(1, "written_here = 1")
    browser.wait(f"{other}.querySelector('.bd-article').textContent.includes('written_here = 1')")
    opened.press("Start over")
    browser.wait(f"{other}.querySelector('.bd-article').textContent.includes('count += 1')")


def test_what_needs_pytorch(browser: Browser, site: Site) -> None:
    """Does a cell that cannot run say so, keep its code, and offer the notebook; a page too?"""
    Page(browser, site, "small")
    cell = "document.querySelectorAll('.cell[id]')[2]"
    assert browser.evaluate(f"{cell}.querySelector('.cell-needs').innerText") == (
        "This cell needs PyTorch: take the notebook."
    )
    assert browser.evaluate(f"{cell}.querySelector('.highlight pre') !== null")
    assert browser.evaluate(f"{cell}.querySelector('button:not(.copybtn)')") is None
    offered = browser.evaluate(f"{cell}.querySelector('.cell-needs a').href")
    assert offered == f"{site.address}/_sources/small.md"
    assert "tensor = torch.tensor" in browser.evaluate(
        f"fetch({offered!r}).then((file) => file.text())"
    )
    browser.open(f"{site.address}/torch.html")
    text = browser.evaluate("document.querySelector('.page-needs').innerText")
    assert text == "This page needs PyTorch: take the notebook."
    assert browser.evaluate("document.querySelector('.run-page')") is None


def test_keyboard(browser: Browser, site: Site) -> None:
    """Can a page be run without a mouse?"""
    browser.open(f"{site.address}/small.html")
    browser.evaluate("document.querySelector('.run-page button').focus()")
    browser.press("Enter")
    browser.wait("document.activeElement.getAttribute('aria-label') === 'Run cell 1'")
    browser.press("Enter")
    browser.wait("!document.querySelector('.run-page-bar [aria-disabled]')")
    browser.press("Tab")
    focus = "document.activeElement.getAttribute('aria-label')"
    assert browser.evaluate(focus) == "Code of cell 2"


def test_exercises_are_apart(browser: Browser, site: Site) -> None:
    """Is what an exercise shows the same whatever the page's cells have defined?"""
    opened = Page(browser, site, "small")
    opened.write(0, "left = 1")
    opened.press("Run", 0)
    code = {"before": ["import numpy as np"], "code": "print('left' in globals())"}
    shown = browser.evaluate(
        "(async () => { const { ask } = await import(new URL('_static/python.mjs',"
        " document.baseURI)); let shown = ''; await ask("
        f"{json.dumps(code)}, {{ loading() {{}}, running() {{}},"
        " output(kind, text) { if (kind === 'text') shown += text; } }); return shown; })()"
    )
    assert shown == "False\n"


def test_nothing_is_loaded_before_it_is_asked_for(browser: Browser, site: Site) -> None:
    """Does a page that is only read load neither editor nor Python, and move nothing?"""
    browser.call("Network.clearBrowserCache")
    site.asked.clear()
    browser.open(f"{site.address}/small.html")
    loaded = {Path(path.partition("?")[0]).name for path in site.asked}
    assert not [name for name in loaded if name.endswith((".mjs", ".zip", ".npz"))]
    shift = browser.evaluate(
        "new Promise((done) => { let shift = 0; new PerformanceObserver((list) => {"
        " for (const entry of list.getEntries()) shift += entry.value; })"
        ".observe({ type: 'layout-shift', buffered: true });"
        " requestAnimationFrame(() => setTimeout(() => done(shift))); })"
    )
    assert shift < 0.05


def test_scroll_bars_have_their_place(browser: Browser, site: Site) -> None:
    """Is the text as wide on a short page as on a long one, which is short while it arrives?"""
    size = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.call("Emulation.setDeviceMetricsOverride", **size)
    places = []
    for name in ("intro", FORWARD):
        browser.open(f"{site.address}/{name}.html")
        places.append(
            browser.evaluate(
                "[document.querySelector('main').getBoundingClientRect().toJSON(),"
                " document.scrollingElement.scrollHeight > innerHeight]"
            )
        )
    browser.call("Emulation.clearDeviceMetricsOverride")
    (short, _), (long, _) = places
    assert [scrolls for _, scrolls in places] == [False, True]
    assert (short["x"], short["width"]) == (long["x"], long["width"])


@pytest.mark.parametrize("name", ["small", "torch"])
def test_without_javascript(browser: Browser, site: Site, name: str) -> None:
    """Is there no button that does nothing, and on paper neither?"""
    browser.open(f"{site.address}/{name}.html")
    seen = "document.querySelector('.run-page, .page-needs').checkVisibility()"
    assert browser.evaluate(seen)
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert not browser.evaluate(seen)
    browser.call("Emulation.setEmulatedMedia", media="")
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(f"{site.address}/{name}.html")
    for domain in ("DOM", "CSS"):
        browser.call(f"{domain}.enable")
    document = browser.call("DOM.getDocument")["root"]["nodeId"]
    found = browser.call("DOM.querySelector", nodeId=document, selector=".run-page, .page-needs")
    style = browser.call("CSS.getComputedStyleForNode", nodeId=found["nodeId"])["computedStyle"]
    browser.call("Emulation.setScriptExecutionDisabled", value=False)
    for domain in ("CSS", "DOM"):
        browser.call(f"{domain}.disable")
    assert {"name": "display", "value": "none"} in style


def ran(source: str, **options: Any) -> tuple[bool, list[tuple[str, str]]]:
    shown: list[tuple[str, str]] = []
    done = page.cell(
        source, lambda kind, text: kind == "limit" or shown.append((kind, text)), **options
    )
    return done, shown


def test_cells_share_their_names() -> None:
    """Do cells see what ran before them, until the notebook is new, and show nothing if quiet?"""
    assert ran("a = 1\na", fresh=True) == (True, [("text", "1\n")])
    assert ran("print(a)\nb = 2\n1 / 0", quiet=True) == (True, [])
    assert ran("a + b") == (True, [("text", "3\n")])
    page.run((), "a = 5", "", lambda kind, text: None)  # an exercise
    assert ran("a;") == (True, [])
    done, shown = ran("a", fresh=True)
    assert not done
    assert shown[-1][1].endswith("NameError: name 'a' is not defined\n")


@pytest.mark.parametrize(
    ("sources", "needs"),
    [
        (["import numpy as np\nfrom matplotlib import pyplot", "np"], ["", ""]),
        (["import torch", "y = torch.ones(2)", "y", "z = 1"], ["PyTorch"] * 3 + [""]),
        (["def f():\n    import torch.nn", "f()"], ["PyTorch", "PyTorch"]),
        (["import torch\nx = 1", "x = 2", "x"], ["PyTorch", "", ""]),
        (["import torch\nx = 1", "x = x + 1"], ["PyTorch", "PyTorch"]),
        (["import torch\nx = 1", "def f(x):\n    return x", "f(1)"], ["PyTorch", "", ""]),
        (["import torch\nx = 1", "def f():\n    return x", "f()"], ["PyTorch"] * 3),
        (["import torch\nx = 1", "for x in range(2):\n    print(x)"], ["PyTorch", ""]),
        (["from lab import datasets, figures", "figures"], ["", ""]),
        (["from lab.four_lines import agreement"], ["PyTorch"]),
        (["from lab.evidence.pages import tell"], ["recorded results"]),
        (["from lab.evidence.pages import tell\nimport torch"], ["PyTorch"]),
        (["%pip install numpy"], ["IPython"]),
    ],
)
def test_what_cells_need(sources: list[str], needs: list[str]) -> None:
    """Is what a cell needs told, by what it imports and by the names that it uses?"""
    assert of_cells(sources) == needs


@pytest.mark.parametrize(
    ("name", "cannot"),
    [
        (BY_HAND, 0),
        (FORWARD, 1),
        ("chapters/03_how_it_works/where_it_goes_wrong", 0),
        ("chapters/03_how_it_works/backward", 1),
        ("chapters/03_how_it_works/testing", 1),
        ("chapters/03_how_it_works/precision", 1),
        ("chapters/04_where_to_use_it/convolutions", 6),
        ("chapters/04_where_to_use_it/layer_and_group_norm", 4),
    ],
)
def test_pages_that_run(name: str, cannot: int) -> None:
    """Does most of each page in NumPy run, so that PyTorch is imported where it is used alone?"""
    cells = [
        cell
        for cell in jupytext.read(ROOT / f"{name}.md", fmt="md:myst").cells
        if cell.cell_type == "code"
    ]
    needs = of_cells([cell.source for cell in cells])
    shown = ["remove-cell" not in cell.metadata.get("tags", ()) for cell in cells]
    missing = [need for need, is_shown in zip(needs, shown, strict=True) if need and is_shown]
    assert len(missing) <= cannot < sum(shown) / 2


def test_what_modules_need() -> None:
    """Do the modules that travel import nothing more, and are those of the pages among them?"""
    names = {path.stem for path in modules()}
    assert {"__init__", "datasets", "explorables", "figures", "prose", "samples"} <= names
    assert not names & {"training", "networks", "four_lines", "book"}
    assert of_module("lab.training") == "PyTorch"
    assert of_module("lab.evidence") == "recorded results"
