"""A page of the book as Markdown that any notebook shows: nothing in it is MyST's own."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from docutils import nodes


def blocks(node: nodes.Node, address: str, depth: int = 0) -> Iterator[tuple[int, str]]:
    """The blocks of a page with the lines of its source where they begin, without its code cells.

    `node` is its document tree, in which references are resolved, and `address` is where the page
    is published: links lead there.
    """
    line = 0
    for child in node.children:
        line = max(line, child.line or 0)
        if isinstance(child, nodes.section):
            yield from blocks(child, address, depth + 1)
        elif isinstance(child, nodes.title):
            yield line, f"{'#' * depth} {_inline(child, address)}"
        elif child.get("nb_element") != "cell_code" and (text := _block(child, address)):
            yield line, text


def _block(node: nodes.Node, address: str) -> str:
    """The Markdown of one block."""
    if isinstance(node, nodes.paragraph | nodes.caption | nodes.rubric):
        return _inline(node, address)
    if isinstance(node, nodes.math_block):
        return f"$$\n{node.astext().strip()}\n$$"
    if isinstance(node, nodes.literal_block):
        return f"```{node.get('language', '')}\n{node.astext()}\n```"
    if isinstance(node, nodes.bullet_list | nodes.enumerated_list):
        bullets = isinstance(node, nodes.bullet_list)
        return "\n".join(
            _indented(_children(item, address), "- " if bullets else f"{number}. ")
            for number, item in enumerate(node.children, 1)
        )
    if isinstance(node, nodes.block_quote):
        return _quoted(_children(node, address))
    if isinstance(node, nodes.Admonition):
        title, *rest = node.children
        if not isinstance(title, nodes.title):
            return _quoted(_children(node, address))
        told = "\n\n".join(filter(None, (_block(child, address) for child in rest)))
        return _quoted(f"**{_inline(title, address)}**\n\n{told}")
    if isinstance(node, nodes.table):
        return _table(node, address)
    if isinstance(node, nodes.raw):
        html = node.astext() if node.get("format") == "html" else ""
        return "" if "<script" in html else html  # sphinx-thebe's
    if isinstance(node, nodes.Invisible | nodes.image):
        return ""
    if isinstance(node, nodes.TextElement):
        return _inline(node, address)
    return _children(node, address)


def _children(node: nodes.Node, address: str) -> str:
    return "\n\n".join(filter(None, (_block(child, address) for child in node.children)))


def _inline(node: nodes.Node, address: str) -> str:
    """The Markdown of what is within a line."""
    if isinstance(node, nodes.Text):
        return re.sub(r"([\\*_$`\[\]<])", r"\\\1", node.astext())
    if isinstance(node, nodes.literal):
        return f"`{node.astext()}`"
    if isinstance(node, nodes.math):
        return f"${node.astext()}$"
    text = "".join(_inline(child, address) for child in node.children)
    if isinstance(node, nodes.emphasis):
        return f"*{text}*"
    if isinstance(node, nodes.strong):
        return f"**{text}**"
    if isinstance(node, nodes.reference):
        to = node.get("refuri") or f"#{node.get('refid', '')}"
        return f"[{text}]({urljoin(address, to)})"
    return text


def _table(table: nodes.Node, address: str) -> str:
    """A table, whose cells are each on one line."""
    rows = [[_cell(cell, address) for cell in row.children] for row in table.findall(nodes.row)]
    if not any(table.findall(nodes.thead)):
        rows.insert(0, [""] * len(rows[0]))
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(cell: nodes.Node, address: str) -> str:
    line = re.sub(r"\s+", " ", _children(cell, address)).replace("|", "\\|")
    return re.sub(r"```\w* (.*?) ```", r"`\1`", line)


def _indented(text: str, bullet: str) -> str:
    return bullet + text.replace("\n", "\n" + " " * len(bullet))


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
