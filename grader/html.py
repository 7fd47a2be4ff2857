"""HTML of students that runs no script: for feedback, and for nbgrader's formgrader.

`nbgrader_config.py` gives these to nbconvert as its filters `clean_html` and `markdown2html`.
"""

import re

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

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
    cell = context.get("cell", {})
    renderer = IPythonRenderer(escape=False, attachments=cell.get("attachments", {}))
    return clean(MarkdownWithMath(renderer=renderer).render(source))
