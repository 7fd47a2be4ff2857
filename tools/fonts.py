"""The two fonts of the book, each with the characters that pages need and no more.

    python tools/fonts.py texgyrepagella-math.otf fa-solid-900.woff2

The first is TeX Gyre Pagella Math, the second Font Awesome 6 Free Solid, which the theme contains.
It takes the packages fonttools and brotli, which nothing else here does.
A character that a page needs and a font lacks fails a test of tests/test_pages.py.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, save_font

FONTS = Path(__file__).parent.parent / "lab" / "web" / "fonts"
ITALIC = [*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)]  # Latin and Greek
GREEK = [*range(0x391, 0x3AA), *range(0x3B1, 0x3CA), 0x3D1, 0x3D5, 0x3F5]
ACCENTS = [*range(0x300, 0x309), 0x30C, 0x20D7, 0x332, *range(0x2C6, 0x2DD), 0xAF]
OPERATORS = (
    "±·×÷¬–—‖†‡•…′″′∂∇∈∉∋∏∑−∓∕∘∙√∝∞∠∣∥∧∨∩∪∫∴∼≃≅≈≠≡≤≥≪≫⊂⊃⊆⊇⊕⊖⊗⊙⊤⊥⋅⋯⋮⋱⌈⌉⌊⌋⟨⟩⏞⏟⎴⎵"  # noqa: RUF001
    "→←↔↑↓↦⇒⇐⇔∀∃∅∖∗≔ℓℝℕℤℰℒ𝔼ℎℏıȷ\u2061\u2062"  # noqa: RUF001
)
MATHS = [*range(0x20, 0x7F), 0xA0, *GREEK, *ACCENTS, *map(ord, OPERATORS), *ITALIC]
# Of the theme's icons, those of its buttons, lists and admonitions.
ICONS = [
    0xF002, 0xF00D, 0xF019, 0xF03A, 0xF042, 0xF04B, 0xF057, 0xF058, 0xF05A, 0xF062, 0xF064,
    0xF065, 0xF06A, 0xF071, 0xF078, 0xF0C9, 0xF0EB, 0xF0F3, 0xF104, 0xF105, 0xF107, 0xF121,
    0xF135, 0xF15B, 0xF185, 0xF186, 0xF1C1, 0xF303, 0xF35D,
]  # fmt: skip


def cut(source: str, name: str, characters: list[int]) -> None:
    """Write a font with some characters of another, and what it takes to set formulas in it."""
    options = Options(flavor="woff2", hinting=False, drop_tables=["FFTM"], layout_features=[])
    font = load_font(source, options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    save_font(font, FONTS / name, options)


if __name__ == "__main__":
    maths, icons = sys.argv[1:]
    cut(maths, "maths.woff2", MATHS)
    cut(icons, "icons.woff2", ICONS)
