"""Formulas as MathML: browsers show it themselves, without a script or a network."""

import re
from html import escape
from xml.etree import ElementTree

from latex2mathml.converter import convert

LONGEST = 2_000  # characters: what is longer is no formula, and would take long
# The library passes on what looks like HTML in a text, so nothing but this is let through.
ELEMENTS = frozenset(
    "math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow "
    "mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none".split()
)
# What these say is a matter of style. Others could hold a link, or a style sheet's own rules.
ATTRIBUTES = frozenset(
    "accent accentunder columnalign columnlines depth display displaystyle fence form height "
    "linethickness lspace mathvariant maxsize minsize movablelimits rowlines rowspacing rspace "
    "separator stretchy symmetric width".split()
)
PLACE = re.compile("\ue000([0-9]+)\ue001")  # characters that no text has


def mathml(latex: str, display: bool = False) -> str:
    """A formula of a student's, as MathML; as it was written, if it is none that is understood."""
    written = escape(f"$${latex}$$" if display else f"${latex}$")
    if len(latex) > LONGEST:
        return written
    try:
        root = ElementTree.fromstring(convert(latex, display="block" if display else "inline"))
    except Exception:  # of many kinds: the library has no class of its own for them
        return written
    for element in root.iter():
        element.attrib = {k: v for k, v in element.attrib.items() if k in ATTRIBUTES}
        element.tag = element.tag.rpartition("}")[2]
        if element.tag not in ELEMENTS:
            return written
        if element.text:
            element.text = element.text.replace(r"\_", "_")
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


class Formulas:
    """Formulas that are put aside while the text around them is cleaned."""

    def __init__(self) -> None:
        self._kept: list[str] = []

    def keep(self, latex: str, display: bool = False) -> str:
        """What stands for a formula meanwhile."""
        self._kept.append(mathml(latex, display))
        return f"\ue000{len(self._kept) - 1}\ue001"

    def put_back(self, html: str) -> str:
        """The HTML with its formulas."""
        return PLACE.sub(lambda found: self._kept[int(found[1])], html)


def without_places(text: str) -> str:
    """The text without what could be taken for the place of a formula."""
    return re.sub("[\ue000\ue001]", "", text)
