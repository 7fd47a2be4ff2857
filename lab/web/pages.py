"""What the book's pages load and how they are marked up: a Sphinx extension.

Formulas are MathML, which browsers set themselves, and of the theme's scripts only those are
loaded that a page of ours uses.  The rest of it is in templates/.
"""

import re
import shutil
from base64 import b64encode
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from docutils.nodes import SkipNode, math, math_block
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.logging import getLogger
from sphinx.writers.html5 import HTML5Translator

_HERE = Path(__file__).parent
# The files of fonts/, as family and weight.
_FONTS = {"icons": ("Font Awesome 6 Free", 900), "maths": ("Maths", 400)}
# What others wrote into a page that hides from some readers what the rest see, and its cure.
_MENDED = {
    '<summary aria-label="Toggle hidden content">': "<summary>",
    '<div role="list" class="citation-list">': '<div class="citation-list">',
    ' role="doc-biblioentry"': "",
}
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3}


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.add_html_math_renderer("mathml", (_formula, None), (_displayed, None))
    app.connect("config-inited", _use_templates)
    app.connect("builder-inited", _write_static)
    app.connect("html-page-context", _add_maths)
    app.connect("html-page-context", _mend, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _formula(translator: HTML5Translator, node: math) -> None:
    """Write a formula within a line."""
    translator.body.append(_mathml(node, displayed=False))
    raise SkipNode


def _displayed(translator: HTML5Translator, node: math_block) -> None:
    """Write a formula on a line of its own, which arrow keys scroll where it is too wide."""
    formula = _mathml(node, displayed=True)
    translator.body.append(f'<div class="math" tabindex="0">{formula}</div>\n')
    raise SkipNode


def _mathml(node: math | math_block, displayed: bool) -> str:
    try:
        return LatexToMathML().convert_with_local_state(node.astext(), displaystyle=displayed)
    except LatexError as error:  # a warning, by which the build fails
        getLogger(__name__).warning("%s in the formula %s", error, node.astext(), location=node)
        return ""


def _use_templates(app: Sphinx, config: Config) -> None:
    """Let templates/ replace those of the theme."""
    config.templates_path.insert(0, str(_HERE / "templates"))


def _write_static(app: Sphinx) -> None:
    """Write the icon, and style sheets that hold the fonts: one that came later would move text."""
    static = Path(app.outdir, "_static")
    static.mkdir(parents=True, exist_ok=True)
    shutil.copy(_HERE / "favicon.svg", static)
    for name, (family, weight) in _FONTS.items():
        font = b64encode((_HERE / "fonts" / f"{name}.woff2").read_bytes())
        (static / f"{name}.css").write_text(
            f'@font-face {{font-family: "{family}"; font-weight: {weight};'
            f" src: url(data:font/woff2;base64,{font.decode()})}}\n"
        )
    app.add_css_file("icons.css", priority=900)


def _add_maths(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Load the font of formulas where there are any."""
    if "<math" in context.get("body", ""):
        app.add_css_file("maths.css", priority=900)


def _mend(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Leave out sphinx-thebe, which Jupyter Book always adds; name what the theme leaves nameless.

    Each picture gets its size, so that nothing moves when it arrives.
    """
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context[kind] if "thebe" not in str(vars(file)).lower()]
    contents = context["generate_toctree_html"]

    def named(*args: object, **options: object) -> Any:
        soup = contents(*args, **options)
        for summary in soup.select("li.has-children summary"):
            chapter = summary.find_parent("li").find("a").get_text()
            summary["aria-label"] = f"Pages of {chapter}"
        return soup

    context["generate_toctree_html"] = named
    if body := context.get("body"):
        for written, mended in _MENDED.items():
            body = body.replace(written, mended)
        files = {name: Path(app.srcdir, path) for path, name in app.builder.images.items()}
        context["body"] = re.sub(r"<img [^>]*?>", lambda found: _sized(found[0], files), body)


def _sized(image: str, files: dict[str, Path]) -> str:
    """The tag of a picture, with the width and height in pixels of an SVG file."""
    source = re.search(r'src="[^"]*_images/([^"]+\.svg)"', image)
    if source is None or "width=" in image:
        return image
    width, height = svg_size(files[source[1]])
    return image.replace("<img ", f'<img width="{width:.0f}" height="{height:.0f}" ', 1)


def svg_size(path: Path) -> tuple[float, float]:
    """Width and height in CSS pixels of an SVG file that gives them in pixels or points."""
    _, root = next(ElementTree.iterparse(path, ["start"]))
    sizes = []
    for side in ("width", "height"):
        number, unit = re.fullmatch(r"([\d.]+)([a-z]*)", root.attrib[side]).groups()  # type: ignore[union-attr]
        sizes.append(float(number) * _PIXELS[unit])
    return sizes[0], sizes[1]
