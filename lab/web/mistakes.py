"""The Sphinx extension behind the page of all mistakes that the grader can name.

The script _static/mistakes.js adds a search field. Without it, everything is there.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

from grader.checking.mistakes import Mistake, further, ours, slips
from grader.checking.sections import SECTIONS, of_mistake
from grader.checking.symptoms import Symptom, symptoms

ROWS = 8  # of a table of two answers
SEARCH = """\
<p class="mistake-search"><label>Search the mistakes <input type="search"></label>
<output role="status"></output></p>"""
PLAIN = {"support_smartquotes": False}  # there is code in it
BEHIND = ("grader/checking/*.py", "grader/sets/*/*.py", "grader/sets/*/more.md")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.add_role("number-of-mistakes", Number())
    app.add_role("mistake", Link())
    app.add_directive("mistakes", Mistakes)
    app.add_directive("slips", Slips)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class Number(SphinxRole):
    """How many `mistakes` or `slips` the grader can name."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        number = {"mistakes": len(ours()), "slips": len(slips)}[self.text]
        return [nodes.Text(str(number))], []


class Link(SphinxRole):
    """The id of a mistake, as a link to its place on the page of all."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        if self.text not in ours():
            told = self.inliner.reporter.error(f"no mistake {self.text!r}", line=self.lineno)
            return [], [told]
        page, _, anchor = of_mistake(self.text).partition(".html#")
        address = f"{self.env.app.builder.get_relative_uri(self.env.docname, page)}#{anchor}"
        return [nodes.reference("", "", nodes.literal("", self.text), refuri=address)], []


class Mistakes(SphinxDirective):
    """All mistakes but the slips, or those of some problem sets, by chapter and page.

    The id of each is its anchor.
    """

    optional_arguments = 99  # problem sets

    def run(self) -> list[nodes.Node]:
        root = Path(self.env.srcdir)
        for pattern in BEHIND:
            for path in root.glob(pattern):
                self.env.note_dependency(str(path))
        order = {label: place for place, label in enumerate(SECTIONS)}
        found = sorted(
            symptoms(*self.arguments),
            key=lambda one: (_chapter(_page(one)), order[one.mistake.section]),
        )
        return [
            nodes.raw("", SEARCH, format="html"),
            *self._by_chapter(found),
        ]

    def _by_chapter(self, found: list[Symptom]) -> list[nodes.section]:
        return [
            self._section(
                chapter.split("_")[0],
                self._title(f"chapters/{chapter}/index"),
                (
                    self._section(Path(page).name, self._title(page), map(self._entry, some))
                    for page, some in groupby(of_chapter, key=_page)
                ),
            )
            for chapter, of_chapter in groupby(found, key=lambda one: _chapter(_page(one)))
        ]

    def _title(self, page: str) -> str:
        """The heading of a page."""
        text = Path(self.env.doc2path(page)).read_text("utf-8")
        found = re.search("^# (.+)$", text, re.MULTILINE)
        assert found, f"{page} has no heading"
        return found[1]

    def _section(self, id: str, title: str, content: Iterator[nodes.Node]) -> nodes.section:
        """A section; no mistake has an id like its."""
        heading = nodes.title("", title)
        return nodes.section("", heading, *content, ids=[f"mistakes-in-{id}"])

    def _entry(self, one: Symptom) -> nodes.container:
        """What the code does, why that is wrong, where to read, what one sees, how to find it."""
        mistake = one.mistake
        link = pending_xref(
            "",
            nodes.inline("", SECTIONS[mistake.section][0], classes=["std", "std-ref"]),
            refdomain="std",
            reftype="ref",
            reftarget=mistake.section,
            refexplicit=True,
            refdoc=self.env.docname,
            refwarn=True,
        )
        why = nodes.paragraph("", f"{mistake.explanation} Read: ", link, nodes.Text("."), **PLAIN)
        example = one.example
        if example.table and len(example.table.got) > ROWS:
            example = replace(example, table=example.table.cut(ROWS))
        asked = nodes.paragraph(
            "", f"The check of {one.check} in {one.assignment} finds it first like this:"
        )
        parts = [
            _named(mistake),
            why,
            *_folded("What one sees", asked, nodes.raw("", example.html(), format="html")),
        ]
        if step := further().get(mistake.id):
            parts += _folded("How to find it", *self.parse_text_to_nodes(step))
        return nodes.container("", *parts, ids=[mistake.id], classes=["mistake"])


class Slips(SphinxDirective):
    """The kinds of slips, a line each. The id of each is its anchor."""

    def run(self) -> list[nodes.Node]:
        return [
            nodes.container("", _named(slip), ids=[slip.id], classes=["mistake"]) for slip in slips
        ]


def _page(one: Symptom) -> str:
    return SECTIONS[one.mistake.section][1]


def _chapter(page: str) -> str:
    return page.split("/")[1]


def _named(mistake: Mistake) -> nodes.paragraph:
    """Its title, and its id, which is a link to where it stands."""
    id = nodes.reference("", "", nodes.literal("", mistake.id), refuri=f"#{mistake.id}")
    return nodes.paragraph("", "", nodes.strong("", mistake.title), nodes.Text(" "), id, **PLAIN)


def _folded(summary: str, *content: nodes.Node) -> list[nodes.Node]:
    def raw(text: str) -> nodes.raw:
        return nodes.raw("", text, format="html")

    return [raw(f"<details><summary>{summary}</summary>"), *content, raw("</details>")]
