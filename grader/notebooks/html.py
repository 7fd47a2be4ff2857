"""HTML of students that runs no script: for feedback, and for nbgrader's formgrader.

`nbgrader_config.py` gives these to nbconvert as its filters `clean_html`, `markdown2html` and
`highlight_code`.
"""

import re
from html import escape
from typing import Any
from urllib.parse import unquote

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from .formulas import Formulas, without_places

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
# One in SVG runs no script and loads nothing when it is shown as a picture.
PICTURE = re.compile(r"data:image/(png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=\s]*")
PASTED = re.compile(r"<img\b[^>]*\bsrc\s*=\s*[\"']?attachment:([^\"'>\s]*)[^>]*>", re.I)

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
    """A Markdown cell as HTML, with its formulas and the pictures that are pasted into it."""
    tags, stay_open = source.count("<"), len(STAYS_OPEN.findall(source))
    if len(source) > TEXT_LIMIT or tags > TAG_LIMIT or stay_open > OPEN_LIMIT:
        return f"<pre>{escape(source)}</pre>"
    cell = context.get("cell", {})
    renderer = Renderer(escape=False, attachments=cell.get("attachments", {}))
    source = PASTED.sub(renderer.or_remark, without_places(source))
    html = clean(MarkdownWithMath(renderer=renderer).render(source))
    return renderer.formulas.put_back(html)


class Renderer(IPythonRenderer):
    """Shows formulas without a script, and pasted pictures.

    Where a picture is missing it shows a remark, where nbconvert would show no page.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.formulas = Formulas()

    def inline_math(self, body: str) -> str:
        """A formula in the text; it is put back when all else is clean."""
        return self.formulas.keep(body)

    def block_math(self, body: str) -> str:
        """A formula that stands alone."""
        return self.formulas.keep(body, display=True)

    def latex_environment(self, name: str, body: str) -> str:
        r"""A formula between \begin and \end."""
        return self.formulas.keep(rf"\begin{{{name}}}{body}\end{{{name}}}", display=True)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture as HTML."""
        name = self._pasted(url)
        if name is not None and name not in self.attachments:
            return f"<em>{escape(_missing(name))}</em>"
        return str(super().image(text, url if name is None else f"attachment:{name}", title))

    def or_remark(self, tag: re.Match[str]) -> str:
        """An HTML tag of a picture with the picture in it, or the remark."""
        url = f"attachment:{tag[1]}"
        name = self._pasted(url)
        if name not in self.attachments:
            return f"<em>{escape(_missing(str(name)))}</em>"
        return tag[0].replace(url, self._embed_image_or_attachment(f"attachment:{name}"))

    def _pasted(self, url: str) -> str | None:
        """The name of a pasted picture, which is quoted in an address; None for another one."""
        if not url.startswith("attachment:"):
            return None
        name = url.removeprefix("attachment:")
        return name if name in self.attachments else unquote(name)


def _missing(name: str) -> str:
    return (
        f"[{name} is not shown: it was not pasted into this cell, or is no picture that can be "
        "read. PNG and JPEG can.]"
    )


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
