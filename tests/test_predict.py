"""The questions: is each whole, and can a reader answer them and find them again?"""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from helpers import ROOT
from helpers.books import build, small_book
from helpers.browser import Browser

from lab.web.predict import parse

BOX = re.compile(r"^(:{3,})\{predict\}\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
BOXES = [
    pytest.param(found[2].splitlines(), id=f"{path.stem}-{number}")
    for path in sorted(ROOT.glob("**/*.md"))
    if not {".venv", "_build", "tests"} & set(path.relative_to(ROOT).parts)
    for number, found in enumerate(BOX.finditer(path.read_text("utf-8")))
]
ASKED = """
:::{predict}
Heads or tails?

- [ ] Heads
  It is named first.
- [x] `Tails`
  It is written here.
:::

The coin fell.

:::{predict}
:within: 0.1
How many?

- [ ] 1
  One is the least.
- [x] {glue:text}`number:.1f`
  It was counted.
:::

They were counted.

## Elsewhere

Nothing was asked here.
"""


@pytest.mark.parametrize("box", BOXES)
def test_questions_of_the_book(box: list[str]) -> None:
    """Has each a question, and answers with whys, of which one is right or a computed number?"""
    question, choices = parse(box, number=box[0].startswith(":within:"))
    assert question
    assert all(re.search(r"[.?!)`]$", choice.why) for choice in choices)
    assert len({choice.text for choice in choices}) == len(choices)


@pytest.mark.parametrize(
    ("lines", "number", "told"),
    [
        (["- [x] a", "  b"], False, "no question"),
        (["What?"], False, "no two answers"),
        (["What?", "- [x] a", "  b"], False, "no two answers"),
        (["What?", "- [ ] a", "  b", "- [ ] c", "  d"], False, "0 answers are ticked"),
        (["What?", "- [x] a", "  b", "- [x] c", "  d"], False, "2 answers are ticked"),
        (["What?", "- [x] a", "- [ ] c", "  d"], False, "no why, on indented lines, below: a"),
        (["What?", "- [x] 3", "  b"], True, "not glued"),
    ],
)
def test_what_is_missing_is_told(lines: list[str], number: bool, told: str) -> None:
    """Does a box that is not whole say what it lacks?"""
    with pytest.raises(ValueError, match=told):
        parse(lines, number)


def test_a_box_that_is_not_whole_fails_the_build(tmp_path: Path) -> None:
    """Does the build say what is missing, and in which line?"""
    book = small_book(tmp_path, "1 + 1")
    (book / "intro.md").write_text("# A page\n\n:::{predict}\nWhat?\n\n- [x] a\n  b\n:::\n")
    built = build(book, book)
    assert built.returncode != 0
    assert re.search(r"intro\.md:3.*predict: there are no two answers", built.stdout)


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with a page that asks, and the page of predictions."""
    code = "from lab.prose import record\nrecord(number=2.96)"
    book = small_book(tmp_path_factory.mktemp("book"), code, "1 + 1")
    (book / "intro.md").write_text((book / "intro.md").read_text() + ASKED)
    (book / "page1.md").write_text("# Your predictions\n\n```{predictions}\n```\n")
    (book / "_static").mkdir()
    for name in ("predict.js", "predict.css"):
        shutil.copy(ROOT / "_static" / name, book / "_static")
    assert "page1" in yaml.safe_dump(yaml.safe_load((book / "_toc.yml").read_text()))
    built = build(book, book)
    assert built.returncode == 0, built.stdout[-3000:]
    return book / "_build/html"


@pytest.fixture
def page(html: Path, browser: Browser) -> Any:
    """The page that asks, opened by a reader who has not been there."""
    browser.open((html / "intro.html").as_uri())
    browser.evaluate("localStorage.clear()")
    browser.open((html / "intro.html").as_uri())
    return browser


def form(number: int) -> str:
    return f"document.querySelectorAll('form.prediction')[{number}]"


def status(page: Browser, number: int) -> str:
    return str(page.evaluate(f"{form(number)}.querySelector('[role=status]').textContent"))


def veiled(page: Browser) -> list[str]:
    """The paragraphs that are blurred and cannot be reached."""
    found = page.evaluate(
        "[...document.querySelectorAll('.bd-article .veiled')]"
        ".filter(e => e.inert && getComputedStyle(e).filter != 'none').map(e => e.textContent)"
    )
    return [text.strip() for text in found]


def whys(page: Browser, number: int) -> list[bool]:
    return list(
        page.evaluate(f"[...{form(number)}.querySelectorAll('.why')].map(e => e.checkVisibility())")
    )


def enter(page: Browser) -> None:
    """Press Enter, which types too."""
    for kind, text in (("keyDown", {"text": "\r"}), ("keyUp", {})):
        page.call(
            "Input.dispatchKeyEvent", type=kind, key="Enter", windowsVirtualKeyCode=13, **text
        )


def test_a_choice_with_keys_alone(page: Browser) -> None:
    """Is what follows veiled until a reader has chosen, and does each answer then say why?"""
    assert veiled(page) == ["The coin fell.", "They were counted."]
    assert whys(page, 0) == [False, False]
    page.evaluate(f"{form(0)}.querySelector('input').focus()")
    page.press("ArrowRight")
    page.press("ArrowLeft")  # back on the first answer
    page.press("Tab")
    enter(page)
    assert status(page, 0) == "It came out otherwise."
    assert whys(page, 0) == [True, True]
    assert veiled(page) == ["They were counted."]
    marked = f"[...{form(0)}.querySelectorAll('.answer')].map(e => e.className)"
    assert page.evaluate(marked) == ["answer chosen", "answer right"]

    assert page.evaluate("document.activeElement.textContent") == "Ask me again"
    enter(page)
    assert status(page, 0) == ""
    assert veiled(page) == ["The coin fell.", "They were counted."]
    page.press("ArrowRight")
    enter(page)  # in a form, this answers
    assert status(page, 0) == "As you predicted."


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("2.7", "As you predicted."),
        ("3,2", "As you predicted."),
        ("4", "It came out otherwise. You said 4."),
        ("many", "Type a number first: a guess will do."),
        ("", "Type a number first: a guess will do."),
    ],
)
def test_a_number(page: Browser, typed: str, told: str) -> None:
    """Is a number right that is near enough, and does what is no number stay unanswered?"""
    page.evaluate(f"{form(1)}.querySelector('input').focus()")
    page.call("Input.insertText", text=typed)
    enter(page)
    assert status(page, 1) == told
    answered = "first" not in told
    assert whys(page, 1) == [answered, answered]
    assert ("They were counted." in veiled(page)) != answered


def test_no_answer(page: Browser) -> None:
    """Is a reader who has not chosen told so, and can read on without?"""
    page.evaluate(f"{form(0)}.querySelector('button').click()")
    assert status(page, 0) == "Choose an answer first: a guess will do."
    page.evaluate(f"{form(0)}.querySelectorAll('button')[1].click()")
    assert veiled(page) == ["They were counted."]
    assert whys(page, 0) == [False, False]


def test_predictions_stay(html: Path, page: Browser) -> None:
    """Are they there after a reload and on their page, which can forget them and stop asking?"""
    page.evaluate(f"{form(0)}.querySelectorAll('input')[0].click()")
    page.evaluate(f"{form(0)}.querySelector('button').click()")
    page.evaluate(f"{form(1)}.querySelector('input').value = '3'")
    page.evaluate(f"{form(1)}.querySelector('button').click()")
    page.open((html / "intro.html").as_uri())
    assert [status(page, number) for number in (0, 1)] == [
        "It came out otherwise.", "As you predicted.",
    ]  # fmt: skip
    assert veiled(page) == []

    page.open((html / "page1.html").as_uri())
    said = "[...document.querySelectorAll('.predictions li')].map(e => e.textContent.trim())"
    assert page.evaluate(said) == [
        "Heads or tails? ✗ you said “Heads”; it is “Tails”", "How many? ✓ as you predicted",
    ]  # fmt: skip
    total = "document.querySelector('.bd-article [role=status]').textContent"
    assert page.evaluate(total) == "1 of 2 came out as you predicted"
    page.evaluate("document.querySelector('.bd-article input[type=checkbox]').click()")
    page.evaluate("window.confirm = () => true")
    page.evaluate("document.querySelector('.bd-article button').click()")
    assert page.evaluate(said) == ["Heads or tails?", "How many?"]
    page.open((html / "intro.html").as_uri())
    assert [status(page, number) for number in (0, 1)] == ["", ""]
    assert veiled(page) == []


def test_an_address_lifts_the_veil(html: Path, page: Browser) -> None:
    """Is what a link leads to readable, though the question before it is not answered?"""
    page.evaluate("document.querySelector('.veiled').id = 'target'")
    page.evaluate(
        "new Promise(done => { addEventListener('hashchange', () => setTimeout(done));"
        " location.hash = 'target'; })"
    )
    assert veiled(page) == ["They were counted."]


def test_print_and_no_script(html: Path, page: Browser) -> None:
    """Is there the question alone, and nothing blurred, in print and without scripts?"""
    display = f"getComputedStyle({form(0)}).display"
    assert page.evaluate(display) == "block"
    page.call("Emulation.setEmulatedMedia", media="print")
    assert page.evaluate(display) == "none"
    assert veiled(page) == []
    page.call("Emulation.setEmulatedMedia", media="")
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.open((html / "intro.html").as_uri())
        assert page.evaluate(display) == "none"
        assert veiled(page) == []
        assert "Heads or tails?" in page.evaluate("document.querySelector('.predict').innerText")
    finally:
        page.call("Emulation.setScriptExecutionDisabled", value=False)
