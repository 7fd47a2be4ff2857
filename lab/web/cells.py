"""Run this page: a Sphinx extension that lets readers run a page's code cells in the page.

Where most of a page's cells need no more than a page has (needs.py), a button stands at the first;
_static/cells.mjs makes editors of them when it is pressed. All cells are in the page for it, those
that are hidden too. Other pages say what they need, and offer the notebook.
"""

import hashlib
from html import escape

from docutils import nodes
from sphinx.application import Sphinx

from .exercises import data_script
from .needs import of_cells
from .notebooks import offers, read_page

_ID = "page-cells"


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.connect("doctree-resolved", _prepare, priority=900)  # after pages become notebooks
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _prepare(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the button, or the line, into a page that shows code cells."""
    boxes = list(doctree.findall(nodes.container))
    shown = [box for box in boxes if box.get("nb_element") == "cell_code" and _has_code(box)]
    notebook = read_page(app.env, page) if shown and app.builder.name == "html" else None
    if notebook is None:
        return
    places = [n for n, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    sources = [notebook.cells[place].source for place in places]
    needs = dict(zip(places, of_cells(sources), strict=True))
    missing = [need for box in shown if (need := needs[box["cell_index"]])]
    offer = _links(app, page)
    if len(missing) > len(shown) / 2:
        most = max(missing, key=missing.count)
        _before(shown[0], "page-needs", f"This page needs {most}: take {offer}.")
        return
    _before(
        shown[0],
        "run-page",
        '<button type="button" title="Edit the code of this page, and run it here">'
        "Run this page</button>",
    )
    visible = set()
    for box in shown:
        box["ids"].append(f"cell-{box['cell_index']}")
        visible.add(box["cell_index"])
    cells = [
        {
            "id": f"cell-{place}" if place in visible else None,
            "code": source,
            "needs": needs[place],
            "key": f"cell {page} {_digest(sources, n)}",
        }
        for n, (place, source) in enumerate(zip(places, sources, strict=True))
    ]
    data = {"cells": cells, "offer": offer}
    doctree += nodes.raw("", data_script(data, f'id="{_ID}"'), format="html")


def _digest(sources: list[str], n: int) -> str:
    """Of a cell's text, and of how many above have the same: where a reader's edits of it are."""
    text = repr((sources[n], sources[:n].count(sources[n])))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _has_code(box: nodes.container) -> bool:
    parts = box.findall(nodes.container)  # hidden code is further down
    return any(part.get("nb_element") == "cell_code_source" for part in parts)


def _before(box: nodes.container, kind: str, html: str) -> None:
    """Put a line of HTML before a cell."""
    line = nodes.container(classes=[kind])
    line += nodes.raw("", html, format="html")
    box.parent.insert(box.parent.index(box), line)


def _links(app: Sphinx, page: str) -> str:
    """Where the page's notebook can be had, as HTML that goes on after "take"."""
    (own, address), *elsewhere = offers(app, page)
    links = [f'<a href="{escape(address)}" download>{own}</a>']
    links += [f'<a href="{escape(to)}">{name}</a>' for name, to in elsewhere]
    first, *others = links
    return f"{first}, or open it in {' or '.join(others)}" if others else first
