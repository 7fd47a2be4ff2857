"""The Sphinx extension behind the questions: predict, then read on.

A box `predict` holds a question and its answers, a list in which one is ticked:

    - [ ] an answer
      Why it tempts.
    - [x] the right one
      Why it is right.

With the option `within`, the answer is a number that the reader types, right if it is off by no
more than that share; the page computes it and glues it into the ticked answer. Other answers then
are numbers that tempt.

The script _static/predict.js asks. Without it, and in print, there is the question alone.
"""

import hashlib
import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import ClassVar, NamedTuple

from docutils import nodes
from sphinx.addnodes import only
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

SETTINGS = """\
<form class="predictions-settings"><p role="status">No predictions yet. They appear here as you make
them, and never leave this browser.</p>
<p><label><input type="checkbox" checked> Blur what follows a question until I have answered it
</label></p><p><button type="button">Forget all my predictions</button></p></form>"""


class Choice(NamedTuple):
    """One answer, in Markdown, and why it tempts or is right."""

    right: bool
    text: str
    why: str


def parse(lines: list[str], number: bool = False) -> tuple[str, list[Choice]]:
    """The question of a box, and its answers.

    Raises ValueError, which says what is missing: the question, two answers, one that is right and
    no other, the why of one, or, for a `number`, that the right one is computed.
    """
    start = next((i for i, line in enumerate(lines) if re.match(r"- \[[ x]\] ", line)), len(lines))
    question, items = (
        "\n".join(lines[:start]).strip(),
        re.split(r"^- (?=\[[ x]\] )", "\n".join(lines[start:]), flags=re.MULTILINE)[1:],
    )
    choices = []
    for item in items:
        first, _, why = item.partition("\n")
        choices.append(
            Choice(first[1] == "x", first[4:].strip(), re.sub("^  ", "", why, flags=re.M).strip())
        )
    right = [choice for choice in choices if choice.right]
    if not question:
        raise ValueError("there is no question before the answers")
    if len(choices) < (1 if number else 2):
        raise ValueError("there are no two answers, each on a line that begins with - [ ] or - [x]")
    if len(right) != 1:
        raise ValueError(f"{len(right)} answers are ticked, not 1")
    if silent := [choice.text for choice in choices if not choice.why]:
        raise ValueError(f"there is no why, on indented lines, below: {', '.join(silent)}")
    if number and "{glue:text}`" not in right[0].text:
        raise ValueError("the right number is not glued into the ticked answer")
    return question, choices


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.add_directive("predict", Predict)
    app.add_directive("predictions", Predictions)
    app.connect("env-get-outdated", _always)
    app.connect("doctree-resolved", _list)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class Predict(SphinxDirective):
    """A question to answer before one reads on."""

    has_content = True
    option_spec: ClassVar = {"within": float}

    def run(self) -> list[nodes.Node]:
        within = self.options.get("within")
        try:
            question, choices = parse(list(self.content), number=within is not None)
        except ValueError as error:
            raise self.error(f"predict: {error}.") from None
        asked = "\n".join([question, *(choice.text for choice in choices), str(within)])
        id = "predict-" + hashlib.sha256(asked.encode()).hexdigest()[:8]
        box = nodes.admonition("", nodes.title("", "Predict"), ids=[id], classes=["tip", "predict"])
        box += self.parse_text_to_nodes(question)
        words = [(type(part).__name__, part.astext()) for part in box[-1]]
        self.env.metadata[self.env.docname].setdefault("predictions", []).append((id, words))
        form = only(expr="html")
        form += _raw(
            f'<form class="prediction" data-key="{self.env.docname}#{id}"'
            f"{'' if within is None else f' data-within={within}'}>"
            "<fieldset><legend>Your prediction</legend>"
        )
        if within is not None:
            form += _raw('<p><label>A number <input type="text" inputmode="decimal"></label></p>')
        for place, choice in enumerate(choices):
            plain = escape(re.sub(r"[`$]|\*\*", "", choice.text))  # formulas as they are typed
            known = "" if "{glue" in plain else f' data-text="{plain}"'
            before, after = f"<span{known}>", "</span>"
            if within is None:
                before = f'<label><input type="radio" name="{id}" value="{place}"> {before}'
                after += "</label>"
            text = self.parse_text_to_nodes(choice.text)[0]
            form += _raw(f'<div class="answer{" right" if choice.right else ""}">')
            form += nodes.paragraph("", "", _raw(before), *text.children, _raw(after))
            form += nodes.container("", *self.parse_text_to_nodes(choice.why), classes=["why"])
            form += _raw("</div>")
        form += _raw(
            '</fieldset><p role="status"></p><p><button type="submit">Answer</button> '
            '<button type="button">Read on without</button></p></form>'
        )
        box += form
        return [box]


class Predictions(SphinxDirective):
    """All questions of the book by chapter; the script adds what the reader predicted."""

    def run(self) -> list[nodes.Node]:
        self.env.metadata[self.env.docname]["lists_predictions"] = True
        return [_raw(SETTINGS), nodes.container("", classes=["predictions"])]


def _always(app: Sphinx, env: BuildEnvironment, *pages: set[str]) -> list[str]:
    """The page that lists the questions is written whenever any page is."""
    return [page for page, about in env.metadata.items() if about.get("lists_predictions")]


def _list(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Write the list of questions, whose pages all have been read by now."""
    env = app.env

    def asked(page: str) -> list[tuple[str, list[tuple[str, str]]]]:
        return list(env.metadata[page].get("predictions", []))

    def chapter(page: str) -> str:
        index = f"{page.rpartition('/')[0]}/index"
        return index if index in env.titles else page

    if not env.metadata[page].get("lists_predictions"):
        return
    place = next(one for one in doctree.findall(nodes.container) if "predictions" in one["classes"])
    for first, pages in groupby(filter(asked, _in_order(env, env.config.root_doc)), key=chapter):
        place += nodes.rubric("", env.titles[first].astext())
        questions = nodes.bullet_list()
        for one in pages:
            for id, words in asked(one):
                parts = [_WORDS.get(kind, nodes.inline)("", text) for kind, text in words]
                address = f"{app.builder.get_relative_uri(page, one)}#{id}"
                link = nodes.reference("", "", *parts, refuri=address)
                said = _raw(f' <span class="said" data-key="{one}#{id}"></span>')
                questions += nodes.list_item("", nodes.paragraph("", "", link, said))
        place += questions


_WORDS = {"math": nodes.math, "literal": nodes.literal, "emphasis": nodes.emphasis}


def _in_order(env: BuildEnvironment, page: str) -> Iterator[str]:
    """The pages of the book, from this one on."""
    yield page
    for below in env.toctree_includes.get(page, ()):
        yield from _in_order(env, below)


def _raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")
