"""The book's pages in Chromium: what they weigh, and do all readers get what is on them?"""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import ROOT
from helpers.browser import Browser
from helpers.server import served

from benchmarks.weight import Weight, weigh

AXE = (Path(__file__).parent / "helpers" / "axe.min.js").read_text("utf-8")
PAGES = [
    *re.findall(r"(?:file|root): (\S+)", (ROOT / "_toc.yml").read_text("utf-8")),
    "genindex",
    "search",
]


@pytest.fixture(scope="module")
def address(html: Path) -> Iterator[str]:
    """Where the book is served, from a folder of a host as on GitHub Pages."""
    with served(html.parent) as host:
        yield f"{host}/html"


@pytest.fixture
def reader(browser: Browser) -> Iterator[Browser]:
    """A reader who has a desktop, likes light pages, and never was here."""
    browser.call("Network.enable")
    browser.call("Network.clearBrowserCache")
    window(browser, 1280, 800)
    scheme(browser, "light")
    yield browser
    browser.call("Emulation.setScriptExecutionDisabled", value=False)
    browser.evaluate("localStorage.clear()")


def window(browser: Browser, width: int, height: int) -> None:
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=width, height=height, deviceScaleFactor=1, mobile=width < 600,
    )  # fmt: skip


def scheme(browser: Browser, name: str) -> None:
    """Say whether the reader's system is light or dark, and that nothing shall be animated."""
    features = [
        {"name": "prefers-color-scheme", "value": name},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    browser.call("Emulation.setEmulatedMedia", features=features)


@pytest.fixture(scope="module", params=PAGES)
def visited(request: pytest.FixtureRequest, browser: Browser, address: str) -> tuple[str, Weight]:
    """A page that stays open, by its name, and what it weighed when it was opened."""
    scheme(browser, "light")
    return request.param, weigh(browser, f"{address}/{request.param}.html")


def test_first_visit(reader: Browser, visited: tuple[str, Weight]) -> None:
    """Is a page light, does nothing in it move, and is nothing on the console?"""
    _, weight = visited
    assert weight.console == ()
    assert weight.bytes < 500_000, weight.heaviest
    assert weight.scripts < 150_000, weight.heaviest
    assert weight.shift < 0.05
    loaded = reader.evaluate("performance.getEntriesByType('resource').map(r => r.name)")
    assert not [name for name in loaded if "webfonts" in name], "an icon that icons.woff2 lacks"


def violations(browser: Browser, *rules: str) -> list[str]:
    """What axe-core calls serious or critical."""
    browser.evaluate(f"{AXE}; 0")
    options = json.dumps({"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})})
    found: list[str] = browser.evaluate(
        f"""axe.run(document, {options}).then(result => result.violations
            .filter(v => ["serious", "critical"].includes(v.impact))
            .map(v => v.id + ": " + v.nodes.map(node => node.html).join("\\n")))"""
    )
    return found


def test_accessible(reader: Browser, visited: tuple[str, Weight]) -> None:
    """Does axe-core find nothing serious?"""
    assert violations(reader) == []


def test_formulas(reader: Browser, visited: tuple[str, Weight], html: Path) -> None:
    """Is every formula MathML, and has the book's font all of its characters?"""
    page, _ = visited
    text = (html / f"{page}.html").read_text("utf-8")
    assert not re.search(r"\\[(\[]", re.sub(r"<(pre|code|script).*?</\1>", "", text, flags=re.S))
    if "<math" not in text:
        return
    reader.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    for domain in ("DOM", "CSS"):
        reader.call(f"{domain}.enable")
    root = reader.call("DOM.getDocument")["root"]["nodeId"]
    formulas = reader.call("DOM.querySelectorAll", nodeId=root, selector="math")["nodeIds"]
    fonts = {
        font["familyName"]: font["isCustomFont"]
        for formula in formulas
        for font in reader.call("CSS.getPlatformFontsForNode", nodeId=formula)["fonts"]
    }
    assert set(fonts.values()) <= {True}, fonts


@pytest.mark.parametrize("page", PAGES)
def test_dark_and_small(reader: Browser, address: str, page: str) -> None:
    """Does axe-core find nothing serious on dark, and does a page fit a phone?"""
    scheme(reader, "dark")
    window(reader, 390, 800)
    reader.open(f"{address}/{page}.html")
    assert reader.evaluate("document.documentElement.dataset.theme") == "dark"
    assert violations(reader, "color-contrast", "scrollable-region-focusable") == []
    assert reader.evaluate("document.scrollingElement.scrollWidth") <= 390


def test_search_by_keyboard(reader: Browser, address: str) -> None:
    """Does Ctrl-K, a word and Enter lead to the pages with the word?"""
    reader.open(f"{address}/intro.html")
    for kind in ("rawKeyDown", "keyUp"):
        reader.call(
            "Input.dispatchKeyEvent", type=kind, key="k", code="KeyK",
            windowsVirtualKeyCode=75, modifiers=2,
        )  # fmt: skip
    reader.call("Input.insertText", text="momentum")
    reader.evaluate("document.activeElement.form.requestSubmit()")
    reader.receive("Page.loadEventFired")
    found = reader.evaluate(
        """new Promise(done => {
            const look = () => {
                const links = [...document.querySelectorAll("#search-results li a")];
                links.length > 3 ? done(links.map(a => a.pathname)) : setTimeout(look, 50);
            };
            look();
        })"""
    )
    assert any(path.endswith("03_how_it_works/inference.html") for path in found)


def test_dark_is_dark_at_once_and_stays(reader: Browser, address: str) -> None:
    """Is a page dark where the system is, before any script of the theme; is a choice kept?"""
    scheme(reader, "dark")
    reader.open(f"{address}/intro.html")
    theme = "document.documentElement.dataset.theme"
    assert reader.evaluate(theme) == "dark"
    reader.evaluate("document.querySelector('.theme-switch-button').click()")
    assert reader.evaluate(theme) == "light"
    reader.open(f"{address}/notation.html")
    assert reader.evaluate(theme) == "light"


def test_a_page_without_scripts(reader: Browser, address: str) -> None:
    """Are text, formulas and figures there?"""
    reader.call("Emulation.setScriptExecutionDisabled", value=True)
    reader.open(f"{address}/chapters/03_how_it_works/backward.html")
    seen = reader.evaluate(
        """[[...document.querySelectorAll("math")].filter(m => !m.closest("details, form"))
              .every(m => m.getBoundingClientRect().width > 0),
            [...document.images].every(i => i.complete && i.naturalWidth > 0),
            getComputedStyle(document.querySelector(".search-button-field")).display]"""
    )
    assert seen == [True, True, "none"]


def test_print(reader: Browser, address: str) -> None:
    """Does the print of a page hold its formulas in the book's font, and no side bar?"""
    reader.open(f"{address}/chapters/03_how_it_works/backward.html")
    printed = base64.b64decode(reader.call("Page.printToPDF", printBackground=True)["data"])
    assert b"TeXGyrePagellaMath" in printed
    reader.call("Emulation.setEmulatedMedia", media="print")
    shown = reader.evaluate(
        """[".bd-sidebar-primary", ".bd-header-article", ".prev-next-footer", "math", "figure img"]
            .map(name => document.querySelector(name).getClientRects().length > 0)"""
    )
    reader.call("Emulation.setEmulatedMedia", media="")
    assert shown == [False, False, False, True, True]
