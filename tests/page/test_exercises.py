"""Exercises in the text, in Chromium: with nothing installed, is a reader told the mistake?"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from helpers import ROOT
from helpers.books import build
from helpers.browser import CONTROL, Browser
from helpers.pyodide import Site, release, serving

from grader.checking.load import load
from grader.checking.local import POINTS, PUBLIC_SEED, report
from grader.checking.remote import StandIn
from grader.checking.sections import SECTIONS
from lab.web.exercises import CDN, FILES, exercises, needed, shorts, solution

from .conftest import exercise_book, pages

SETUP = "import numpy as np\n"
MEAN = "def batch_mean(x):\n    return x.mean(axis=0)\n"
WRONG_MEAN = "def batch_mean(x):\n    return x.mean(axis=1)\n"
OUTSIDE = """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x_hat = (x - x.mean(axis=0)) / (x.std(axis=0) + eps)
    return gamma * x_hat + beta
"""
INSIDE = OUTSIDE.replace("(x.std(axis=0) + eps)", "np.sqrt(x.var(axis=0) + eps)")


class Box:
    """One exercise of the page that is open."""

    def __init__(self, page: Browser, name: str) -> None:
        self.page, self.here = page, f"document.getElementById('exercise-{name}')"
        # an editor that was written in scrolls to its cursor when it is drawn next: so again
        seen = f"{self.here}.scrollIntoView({{behavior: 'instant'}})"
        page.wait(f"({seen}, {self.here}.dataset.ready !== undefined)")

    def find(self, selector: str, then: str) -> Any:
        """A property of, or a call on, what a selector finds in it."""
        return self.page.evaluate(f"{self.here}.querySelector({selector!r}).{then}")

    def text(self, which: str = "code") -> str:
        """What stands in an editor."""
        lines = f"[...{self.here}.querySelectorAll('.exercise-{which} .cm-line')]"
        return "\n".join(self.page.evaluate(f"{lines}.map((line) => line.textContent)"))

    def write(self, text: str, which: str = "code") -> None:
        """Write into an editor as a reader does."""
        self.find(f".exercise-{which} .cm-content", "focus()")
        self.page.write(text)

    def press(self, words: str) -> None:
        """Press a button."""
        button = (
            f"[...{self.here}.querySelectorAll('button')].find((b) => b.textContent === {words!r})"
        )
        self.page.evaluate(f"{button}.click()")

    def after(self, words: str) -> str:
        """What the result is after a button is pressed, as HTML."""
        self.press(words)
        self.page.wait(f"!{self.here}.querySelector('.exercise-buttons [aria-disabled]')")
        return str(self.find(".exercise-result", "innerHTML"))

    @property
    def said(self) -> str:
        """What it says of its state."""
        return str(self.find(".exercise-status", "textContent"))


def as_here(code: str, id: str, book: str) -> tuple[str, str]:
    """The message on a solution in a notebook whose book is at an address: as text and HTML."""
    names: dict[str, Any] = {}
    exec(SETUP + code, names)
    verdict = next(
        checks[id] for name in ("ps1_standardize",) if id in (checks := load(name))
    ).grade(StandIn(_Names(names)), POINTS, PUBLIC_SEED, local=True, book=book)
    assert verdict.told is not None
    text = report(verdict)
    return text, verdict.told.html(text.partition("\n")[0], book)


class _Names:
    def __init__(self, names: dict[str, Any]) -> None:
        vars(self).update(names)


def same(browser: Browser, html: str) -> str:
    """The HTML as the browser would write it."""
    return str(
        browser.evaluate(
            f"(d => {{ d.innerHTML = {json.dumps(html)}; return d.innerHTML; }})"
            "(document.createElement('div'))"
        )
    )


def test_named_mended_right(forward: Browser, site: Site) -> None:
    """Is a wrong forward pass named as in a notebook, with links here, and a right one right?"""
    box = Box(forward, "forward")
    box.write(OUTSIDE)
    result = box.after("Check")
    assert "eps is added outside the square root" in result
    message = as_here(OUTSIDE, "forward", site.address)[1]
    assert same(forward, f'<div class="exercise-message">{message}</div>') == result
    assert box.find(".exercise-message a", "href") == (
        f"{site.address}/mistakes.html#eps-outside-sqrt"
    )
    assert f'href="{site.address}/chapters/03_how_it_works/where_it_goes_wrong.html#' in result
    box.write(INSIDE)
    assert as_here(INSIDE, "forward", "")[0] in re.sub("<[^>]+>", "", box.after("Check"))
    assert box.said == "Right."
    assert forward.evaluate(f"{box.here}.dataset.solved") == ""


def test_run(forward: Browser) -> None:
    """Does Run show the example as a notebook does: values, figures, the line of an error?"""
    box = Box(forward, "batch_mean")
    box.write(MEAN)
    assert "array([2., 4.])" in box.after("Run")
    box.write("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nx", "tries")
    box.after("Run")
    assert box.find(".exercise-result img", "naturalWidth") > 300
    assert box.find(".exercise-result .exercise-error", "textContent").startswith(
        "  line 4 of what you try\n    x\n"
    )


def test_exercises_above_are_there(forward: Browser) -> None:
    """Can the forward pass call the functions that the reader wrote above it?"""
    Box(forward, "batch_mean").write(MEAN)
    box = Box(forward, "forward")
    box.write("batch_mean(np.ones((3, 2)))")
    box.write("", "tries")
    assert "array([1., 1.])" in box.after("Run")


def test_endless_loop(forward: Browser) -> None:
    """Is code that does not end stopped, by itself and by hand, and does the next one run?"""
    box = Box(forward, "batch_mean")
    box.write("while True: pass")
    box.after("Run")
    assert box.said == "Stopped: it took too long. Is there a loop that does not end?"
    box.press("Check")
    forward.wait(f"{box.here}.querySelector('.exercise-status').textContent === 'Running …'")
    box.after("Stop")
    assert box.said == "Stopped."
    box.write(WRONG_MEAN)
    assert "wrong-axis" in box.after("Check")


def test_python_goes_on_from_its_start(forward: Browser, site: Site) -> None:
    """Does Python begin where an earlier one had started, with luck of its own, or else anew?"""
    page = f"{site.address}/chapters/03_how_it_works/forward.html"
    kept = "caches.open('python-memory').then((kept) => kept.keys())"
    code = "import random\nprint(hash('of this start'), random.random())"
    shown = []
    forward.evaluate("caches.delete('python-memory')")
    for _ in range(3):
        forward.open(page)
        box = Box(forward, "batch_mean")
        box.write(code)
        box.write("", "tries")
        shown.append(re.findall(r"-?[\d.]+", re.sub("<[^>]+>", "", box.after("Run"))))
        assert len(shown[-1]) == 2
        if len(shown) == 1:
            forward.wait(f"{kept}.then((keys) => keys.length)")
        if len(shown) == 2:
            forward.evaluate("caches.delete('python-memory')")
    (first, one), (second, two), (third, _) = shown
    assert first == second != third
    assert one != two


def test_reload(forward: Browser, site: Site) -> None:
    """Is what was written there after a reload, and the first text after Start over?"""
    box = Box(forward, "batch_mean")
    stub, example = box.text(), box.text("tries")
    box.write(MEAN)
    box.write("1 + 1", "tries")
    box.after("Check")
    forward.open(f"{site.address}/chapters/03_how_it_works/forward.html")
    box = Box(forward, "batch_mean")
    assert (box.text(), box.text("tries")) == (MEAN, "1 + 1")
    assert forward.evaluate(f"{box.here}.dataset.solved") == ""
    box.press("Start over")
    assert (box.text(), box.text("tries")) == (stub, example)
    assert forward.evaluate(f"{box.here}.dataset.solved") is None


def test_two_tabs(forward: Browser) -> None:
    """Does the same page elsewhere show what is written here?"""
    forward.evaluate(
        "new Promise((there) => { const other = document.createElement('iframe');"
        " other.id = 'other'; other.onload = there; other.src = location.href;"
        " document.body.append(other); })"
    )
    Box(forward, "batch_mean").write(MEAN)
    other = "document.getElementById('other').contentDocument.getElementById('exercise-batch_mean')"
    forward.wait(f"{other}.textContent.includes('return x.mean(axis=0)')")


def test_an_exercise_that_has_changed(forward: Browser, site: Site) -> None:
    """Is a reader told that what was written was for another version, and is it kept?"""
    key = "exercise ps1_standardize batch_mean"
    saved = {"digest": "another", "code": MEAN, "tries": "1", "tried": [], "solved": True}
    forward.evaluate(f"localStorage.setItem({key!r}, {json.dumps(json.dumps(saved))})")
    forward.open(f"{site.address}/chapters/03_how_it_works/forward.html")
    box = Box(forward, "batch_mean")
    assert box.text() == MEAN
    assert box.said.startswith("This exercise has changed since you wrote this.")
    box.press("Start over")
    assert box.said == ""
    assert "YOUR CODE HERE" in box.text()


def test_hints(forward: Browser) -> None:
    """Does each hint come into sight when the one before it has been opened?"""
    box = Box(forward, "forward")
    hints = f"[...{box.here}.querySelectorAll('.exercise-hint')]"
    assert forward.evaluate(f"{hints}.map((hint) => hint.hidden)") == [False, True]
    forward.evaluate(f"{hints}[0].querySelector('summary').click()")
    forward.wait(f"!{hints}[1].hidden")


def test_solution(forward: Browser) -> None:
    """Does the solution come after three honest attempts, and not before?"""
    box = Box(forward, "batch_mean")
    box.after("Check")  # nothing is written yet
    for axis in (1, 1, 2):
        box.write(WRONG_MEAN.replace("1", str(axis)))
        box.after("Check")
        assert box.find(".exercise-solution", "hidden")
    box.write("def batch_mean(x):\n    return x")
    box.after("Check")
    assert not box.find(".exercise-solution", "hidden")
    assert "return x.mean(axis=0)" in box.find(".exercise-solution", "textContent")


def test_short(browser: Browser, site: Site) -> None:
    """Is what is wrong in a short exercise named, and right what is mended?"""
    browser.open(f"{site.address}/chapters/03_how_it_works/where_it_goes_wrong.html")
    box = Box(browser, "centre")
    assert "one mean for everything (centre-one-number)" in box.after("Check")
    box.write(box.text().replace("axis=None", "axis=1, keepdims=True"))
    assert "a mean for each sample (centre-each-sample)" in box.after("Check")
    box.write(box.text().replace("axis=1, keepdims=True", "axis=0"))
    assert "centre: passed" in box.after("Check")
    assert box.said == "Right."


def test_one_step_further(forward: Browser) -> None:
    """After three failures, does a button explain the mistake one step further?"""
    box = Box(forward, "batch_mean")
    box.write(WRONG_MEAN)
    for _ in range(3):
        offered = "One step further</button>" in box.after("Check")
    assert offered
    assert '<pre class="exercise-further"' in box.after("One step further")


def test_keyboard(forward: Browser) -> None:
    """Can all be done without a mouse, and is the editor no trap?"""
    box = Box(forward, "batch_mean")
    focus = (
        "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent)"
    )
    box.find(".exercise-task summary", "focus()")
    forward.press("Tab")
    assert forward.evaluate(focus) == "Your code: batch_mean"
    forward.write(MEAN)
    forward.press("Escape")
    forward.press("Tab")
    assert forward.evaluate(focus) == "Try it: batch_mean"
    forward.press("Enter", modifiers=CONTROL)
    forward.wait(f"{box.here}.querySelector('.exercise-result').textContent.includes('2., 4.')")
    forward.press("Escape")
    forward.press("Tab")
    assert forward.evaluate(focus) == "Check"
    forward.press("Enter")
    forward.wait(f"{box.here}.dataset.solved !== undefined")
    assert forward.evaluate(focus) == "Check"


def test_all_from_the_site(forward: Browser, site: Site) -> None:
    """Does nothing come from elsewhere, is nothing missing, and does the console stay empty?"""
    for domain in ("Log", "Runtime"):
        forward.call(f"{domain}.enable")
    box = Box(forward, "batch_mean")
    box.write("import matplotlib.pyplot as plt\nplt.plot([1])\n" + MEAN)
    box.after("Run")
    assert box.find(".exercise-result img", "naturalWidth") > 300
    assert "passed" in box.after("Check")
    assert site.refused == []
    loaded = {Path(path.partition("?")[0]).name for path in site.asked}
    assert loaded >= set(FILES) | {"course.zip", "python-worker.mjs", "codemirror.mjs"}
    assert any(name.startswith("matplotlib-") for name in loaded)
    problems = [
        event["params"]
        for event in forward.events
        if event["method"] == "Runtime.exceptionThrown"
        or (event["method"] == "Log.entryAdded" and event["params"]["entry"]["level"] == "error")
    ]
    assert [problem for problem in problems if "favicon" not in str(problem)] == []
    for domain in ("Log", "Runtime"):
        forward.call(f"{domain}.disable")


def test_nothing_is_loaded_before_it_is_asked_for(forward: Browser, site: Site) -> None:
    """Does a page that is only read load no Python, and a page without exercises no editor?"""
    Box(forward, "forward")  # the editor of the page that is open comes after all else of it
    site.asked.clear()
    forward.open(f"{site.address}/intro.html")
    assert not [path for path in site.asked if path.partition("?")[0].endswith(".mjs")]
    forward.open(f"{site.address}/chapters/03_how_it_works/forward.html")
    Box(forward, "forward")
    assert not [path for path in site.asked if "pyodide" in path or "course.zip" in path]


def test_a_file_that_is_not_the_release(browser: Browser, html: Path, tmp_path: Path) -> None:
    """Is Python that has been changed on its way refused, and loaded when it is right again?"""
    shutil.copytree(html, tmp_path / "site")
    library = tmp_path / "site" / "_static" / "pyodide" / "python_stdlib.zip"
    right = library.read_bytes()
    library.write_bytes(right.replace(b"PK", b"KP", 1))
    with serving(tmp_path / "site") as site:
        browser.open(f"{site.address}/chapters/03_how_it_works/forward.html")
        box = Box(browser, "batch_mean")
        box.write(MEAN)
        box.after("Check")
        assert box.said.startswith("Python cannot be loaded. ")
        assert box.said.endswith("/python_stdlib.zip is not the file of the release")
        library.write_bytes(right)
        browser.call("Network.clearBrowserCache")
        assert "passed" in box.after("Check")


def test_without_javascript(browser: Browser, site: Site) -> None:
    """Is there the stub, the task, the hints and the notebook, and nothing that does nothing?"""
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(f"{site.address}/chapters/03_how_it_works/forward.html")
    document = browser.call("DOM.getDocument", depth=-1)["root"]["nodeId"]
    html = browser.call("DOM.getOuterHTML", nodeId=document)["outerHTML"]
    browser.call("Emulation.setScriptExecutionDisabled", value=False)
    box = html.partition('id="exercise-batch_mean"')[2].partition('id="exercise-variance-left"')[0]
    text = re.sub("<[^>]+>", "", box)
    for words in ("def batch_mean(x", "YOUR CODE HERE", "Write it without a loop", "problem set 1"):
        assert words in text
    assert '<details class="exercise-hint"><summary>Hint 1' in box
    assert "<button" not in box
    assert box.count('<details class="exercise-solution" hidden="">') == 1


def test_phone(forward: Browser) -> None:
    """Does nothing stick out of a page 360 pixels wide?"""
    size = {"width": 360, "height": 800, "deviceScaleFactor": 2, "mobile": True}
    forward.call("Emulation.setDeviceMetricsOverride", **size)
    box = Box(forward, "forward")
    box.write(OUTSIDE)
    box.after("Check")
    assert forward.evaluate("document.documentElement.scrollWidth") <= 360
    forward.call("Emulation.clearDeviceMetricsOverride")


def data(html: Path) -> dict[str, dict[str, Any]]:
    """What the built pages give the scripts, by exercise."""
    found = {}
    for page in pages():
        text = (html / f"{page}.html").read_text("utf-8")
        for each in re.findall(r'class="exercise-data">(.*?)</script>', text, re.DOTALL):
            one = json.loads(each)
            found[one["name"]] = one | {"page": page}
    return found


def test_which_exercises(html: Path) -> None:
    """Are those of the first set, some of each other and the short ones where they belong?"""
    sections = {name: one["page"].rpartition("/")[2] for name, one in data(html).items()}
    expected = {
        "forward": "batch_mean batch_variance normalize scale_and_shift forward",
        "inference": "layer",
        "finished_network": "population_statistics",
        "backward": "compact_dx",
        "testing": "numerical_gradient",
        "convolutions": "batchnorm2d_forward batchnorm2d_backward",
        "layer_and_group_norm": "layernorm groupnorm",
    }
    wanted = {name: page for page, names in expected.items() for name in names.split()}
    assert {name: page for name, page in sections.items() if name not in shorts()} == wanted
    assert set(shorts()) < set(sections)
    assert len(shorts()) >= 10
    for name, (exercise, _, _) in shorts().items():
        section = load("exercises", "grader.short")[exercise.checks[0]].section
        assert SECTIONS[section][1].endswith(f"/{sections[name]}"), name


@pytest.mark.parametrize("name", re.findall(r"\{exercise\} ([\w-]+)", str(pages())))
def test_examples(html: Path, name: str) -> None:
    """With the master's solutions in the page, does each example run, and each check pass?"""
    from grader import page

    known, found = exercises(ROOT), data(html)
    page_and_set = {one: (found[one]["page"], found[one]["set"]) for one in found}
    here = [one for one in found if page_and_set[one] == page_and_set[name]]
    solved = {
        one: shorts()[one][2] if one in shorts() else solution(ROOT, known[one]) for one in here
    }
    code, shown = solved[name], list[tuple[str, str]]()
    before = [found[name]["setup"], *(solved[one] for one in here[: here.index(name)])]
    page.run(before, code, found[name]["example"], lambda *output: shown.append(output))
    kinds = {kind for kind, _ in shown}
    assert "error" not in kinds, shown
    assert kinds & {"text", "image"}
    checks, package = found[name]["checks"], found[name]["package"]
    told = json.loads(page.judge(checks, before, code, lambda *output: None, package=package))
    assert {one["status"] for one in told.values()} == {"passed"}
    assert list(told) == checks


def test_as_in_the_notebook() -> None:
    """Have all exercises of the sets in NumPy a task, hints, an example and checks?"""
    for name, exercise in exercises(ROOT).items():
        assert exercise.task, name
        assert "<details>" not in exercise.task, name
        assert exercise.hints[0][0].startswith("Hint"), name
        assert "NotImplementedError" in exercise.stub, name
        assert exercise.example, name
        assert set(exercise.checks) <= set(load(exercise.set)), name
        assert exercise.defines in solution(ROOT, exercise), name
    checks = [id for exercise in exercises(ROOT).values() for id in exercise.checks]
    sets = dict.fromkeys(exercise.set for exercise in exercises(ROOT).values())
    assert checks == [id for assignment in sets for id in load(assignment)]


def test_from_the_cdn(tmp_path: Path) -> None:
    """Without a folder of Pyodide, does the page name its release at the CDN, and no solution?"""
    source = "# A page\n\n```{exercise} batch_mean\n```\n"
    book = exercise_book(tmp_path / "book", {"page": source})
    built = build(book, book, PYODIDE_DIST="")
    assert built.returncode == 0, built.stdout[-5000:]
    text = (book / "_build/html/page.html").read_text("utf-8")
    settings = json.loads(re.search(r'id="python-in-the-page"[^>]*>(.*?)</script>', text)[1])  # type: ignore[index]
    assert settings["base"] == CDN
    assert set(settings["files"]) == set(FILES)
    assert not (book / "_build/html/_static/pyodide").exists()
    assert "exercise-solution" not in text
    assert "x.mean" not in text


def test_unknown_exercise(tmp_path: Path) -> None:
    """Does the build say where an exercise is named that no set has, and which there are?"""
    book = exercise_book(tmp_path / "book", {"page": "# A page\n\n```{exercise} batch_men\n```\n"})
    built = build(book, book, PYODIDE_DIST="")
    assert built.returncode != 0
    assert (
        "page.md:3: ERROR: there is no exercise 'batch_men'; there are: batch_mean, "
        in built.stdout
    )


def test_the_release() -> None:
    """Are the files that pages expect those of the release, and is each of its packages there?"""
    import hashlib

    folder = release()
    for name, (size, sha256) in FILES.items():
        content = (folder / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, sha256)
    lock = json.loads((folder / "pyodide-lock.json").read_text())
    names = {each["file_name"]: each for each in lock["packages"].values()}
    for name in needed(folder) & set(names):
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == names[name]["sha256"]


def test_no_release(tmp_path: Path) -> None:
    """Is a PYODIDE_DIST that is no release refused, with what is missing?"""
    from types import SimpleNamespace

    from sphinx.errors import ConfigError

    from lab.web.exercises import _find_release

    config: Any = SimpleNamespace(pyodide_dist=str(tmp_path))
    app: Any = None
    with pytest.raises(ConfigError, match=r"where pyodide-lock\.json is missing: it has to name"):
        _find_release(app, config)
    shutil.copy(release() / "pyodide-lock.json", tmp_path)
    with pytest.raises(
        ConfigError, match=r"contourpy-.*, numpy-.*, pyodide\.asm\.js, .* is missing"
    ):
        _find_release(app, config)
    _find_release(app, SimpleNamespace(pyodide_dist=str(release())))  # type: ignore[arg-type]


def test_editor() -> None:
    """Is the editor built from the versions in its lock, and are the page's scripts small?"""
    import gzip

    folder = ROOT / "tools" / "codemirror"
    built = (ROOT / "_static" / "codemirror.mjs").read_text("utf-8")
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    lock = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all(f"{name} {version}" in built.partition("\n")[0] for name, version in wanted.items())
    assert not any("resolved" in each for each in lock.values())
    own = [*(ROOT / "_static").glob("*.js"), *(ROOT / "_static").glob("*.mjs")]
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in own) < 150_000
