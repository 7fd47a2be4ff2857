"""Mistakes that the grader can name, and what it says about each."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from pkgutil import iter_modules

from .grammar import KINDS
from .slips import PREFIX

OURS = "grader.sets"  # found by name: a wing imports none above it


@dataclass(frozen=True)
class Mistake:
    """A mistake that people make.

    `title` says what the code does; `explanation` why that is wrong, without giving the line to
    write; `section` is the label of the section to read.
    """

    id: str
    title: str
    explanation: str
    section: str


# What was found stands in a sentence of its own, and where to read is the check's own section.
slips = [
    Mistake(PREFIX + kind, title, "Your answers are those of a right solution but for this:", "")
    for kind, title in KINDS.items()
]


@cache
def ours() -> dict[str, Mistake]:
    """Those of this course's sets by id. The book's page of mistakes has them, and the slips."""
    sets = iter_modules(import_module(OURS).__path__)
    modules = [import_module(f"{OURS}.{one.name}.mistakes") for one in sets if one.ispkg]
    return {one.id: one for module in modules for one in module.mistakes}


# one dict, which `load` adds to
@cache
def catalogue() -> dict[str, Mistake]:
    """All mistakes by id: ours, the slips, and what `load` adds of another package's."""
    return {one.id: one for one in slips} | ours()


@cache
def further() -> dict[str, str]:
    """One step further for each mistake of ours, in Markdown: what to look at, no solution.

    It is in a file `more.md` beside the mistakes, below a heading of level 2 that is the id.
    """
    found = {}
    for one in iter_modules(import_module(OURS).__path__):
        file = files(f"{OURS}.{one.name}").joinpath("more.md") if one.ispkg else None
        text = file.read_text("utf-8") if file and file.is_file() else ""
        for section in re.split("^## ", text, flags=re.MULTILINE)[1:]:
            id, _, body = section.partition("\n")
            found[id.strip()] = body.strip()
    return found
