"""Formulas in feedback: shown by the browser itself, and harmless whatever students write."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from helpers import ROOT
from nbformat import NotebookNode
from traitlets.config import Config

from grader.classes.preprocessor import NameExercise
from grader.notebooks.formulas import ELEMENTS, LONGEST, mathml
from grader.notebooks.html import markdown2html


def shown(source: str) -> str:
    context: Any = {}
    return str(markdown2html(context, source))


def test_formula() -> None:
    """Is a formula MathML, in the text or alone?"""
    assert mathml(r"\frac{a}{\text{running\_var}}") == (
        '<math display="inline"><mrow><mfrac><mrow><mi>a</mi></mrow>'
        "<mrow><mtext>running_var</mtext></mrow></mfrac></mrow></math>"
    )
    assert shown("$$x$$").startswith('<p><math display="block">')
    assert shown(r"\begin{align}x\end{align}").count('<math display="block">') == 1


@pytest.mark.parametrize("path", sorted(ROOT.glob("solutions/*/*.ipynb")), ids=lambda p: p.stem)
def test_formulas_of_the_problem_sets(path: Path) -> None:
    """Is no formula of a problem set left as it was written?"""
    cells = nbformat.read(path, as_version=4).cells
    pages = [shown(cell.source) for cell in cells if cell.cell_type == "markdown"]
    text = re.sub("<(pre|code).*?</\\1>", "", "".join(pages), flags=re.DOTALL)
    assert "$" not in text
    assert "\\" not in text


@pytest.mark.parametrize(
    "formula",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(//a)}{x}",
        r"\class{a}{x}",
        r"\text{<script>alert(1)</script>}",
        r"\text{<img src=x onerror=alert(1)>}",
        r"\text{</mtext></math><script>alert(1)</script>}",
        r"\text{&lt;script&gt;}",
    ],
)
def test_formulas_are_harmless(formula: str) -> None:
    """Is there no link, style or script in a formula?"""
    found = BeautifulSoup(mathml(formula), "html.parser").find_all(True)
    assert {element.name for element in found} <= ELEMENTS
    assert {name for element in found for name in element.attrs} <= {"display"}


@pytest.mark.parametrize("formula", [r"\frac{", "a & b", "x" * (LONGEST + 1), "<b> {"])
def test_what_is_no_formula(formula: str) -> None:
    """Is what cannot be shown as a formula shown as it was written?"""
    assert "<math" not in mathml(formula)
    assert mathml(formula).startswith("$")
    assert "<b>" not in mathml(formula)


def test_places_cannot_be_faked() -> None:
    """Can the text around formulas not show them elsewhere?"""
    assert shown("a \ue0000\ue001 $x$").count("<math") == 1
    assert shown("a \ue0007\ue001").strip() == "<p>a 7</p>"


def test_hints_stay_folded() -> None:
    """Does a hint keep its fold?"""
    hint = "<details><summary>Hint</summary>One line.</details>"
    assert shown(f"text $x$\n\n{hint}\n{hint}").count(hint) == 2


def released(**course: str) -> NotebookNode:
    """A master as students get it."""
    step = NameExercise(config=Config(Course=course))
    cell = nbformat.v4.new_code_cell("1")
    cell.metadata.nbgrader = {"grade_id": "a", "solution": False, "grade": False}
    notebook, _ = step.preprocess(nbformat.v4.new_notebook(cells=[cell]), {})
    return notebook


def test_book_in_the_notebook() -> None:
    """Does a student's notebook tell where the book is, if the course does?"""
    assert released(book_url="https://example.org/book").metadata.book == "https://example.org/book"
    assert "book" not in released().metadata
