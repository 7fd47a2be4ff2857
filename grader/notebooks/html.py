"""HTML of students that runs no script: for feedback, and for nbgrader's formgrader.

`nbgrader_config.py` gives these to nbconvert as its filters `clean_html`, `markdown2html` and
`highlight_code`.
"""

import re
from html import escape

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

TAGS = bleach.ALLOWED_TAGS | set(
    "br caption col colgroup dd del details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr img "
    "ins kbd p pre s samp section small span sub summary sup table tbody td tfoot th thead tr u var"
    .split()
)  # fmt: skip
ATTRIBUTES = {
    "a": ["href", "title"],
    "img": ["alt", "height", "title", "width"],
    "td": ["colspan", "rowspan"],
    "th": ["colspan", "rowspan", "scope"],
}
ANYWHERE = ["class", "id", "style"]
# A picture must be in the page: one from elsewhere would tell its server who reads, and when.
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*")

# What takes a renderer minutes or gigabytes is shown as plain text: the time grows with the square
# of a text's length, and a browser's rules open each tag for bold text again in each paragraph.
TEXT_LIMIT, CODE_LIMIT = 10_000, 20_000  # characters in a cell
TAG_LIMIT, OPEN_LIMIT = 300, 50  # tags in a Markdown cell, those among them that stay open
STAYS_OPEN = re.compile(r"<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.I)


def clean(html: object) -> str:
    """The HTML without scripts, event handlers, frames, forms, and links to what is no page."""
    text = html.decode(errors="replace") if isinstance(html, bytes) else str(html)
    cleaned: str = bleach.clean(
        text,
        tags=TAGS,
        attributes=_allowed,
        protocols={"http", "https", "mailto", "data"},  # data: only as `_allowed` says
        css_sanitizer=CSSSanitizer(),
    )
    return cleaned


def _allowed(tag: str, name: str, value: str) -> bool:
    if tag == "img" and name == "src":
        return PICTURE.fullmatch(value) is not None
    if name == "href" and value.strip().lower().startswith("data"):
        return False
    return name in ANYWHERE or name in ATTRIBUTES.get(tag, ())


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """A Markdown cell as HTML, with the pictures that are pasted into it."""
    tags, stay_open = source.count("<"), len(STAYS_OPEN.findall(source))
    if len(source) > TEXT_LIMIT or tags > TAG_LIMIT or stay_open > OPEN_LIMIT:
        return f"<pre>{escape(source)}</pre>"
    cell = context.get("cell", {})
    renderer = IPythonRenderer(escape=False, attachments=cell.get("attachments", {}))
    return clean(MarkdownWithMath(renderer=renderer).render(source))


class Highlight(Highlight2HTML):
    """Code in colour, but for long cells and those in other languages."""

    def __call__(
        self, source: str, language: str | None = None, metadata: NotebookNode | None = None
    ) -> str:
        """The code as HTML."""
        if len(source) > CODE_LIMIT or source.lstrip().startswith("%%"):
            language = "text"
        html: str = super().__call__(source, language, metadata)  # type: ignore[no-untyped-call]
        return html
