"""Mistakes that the grader can name, and what it says about each."""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from .grammar import KINDS
from .sections import where_to_read
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

    def message(self) -> str:
        """What the student reads."""
        return (
            f"Mistake: {self.title} ({self.id}).\n"
            f"{self.explanation}\n"
            f"Read: {where_to_read(self.section)}"
        )


# What was found stands in a sentence of its own, and where to read is the check's own section.
slips = [
    Mistake(PREFIX + kind, title, "Your answers are those of a right solution but for this.", "")
    for kind, title in KINDS.items()
]


# one dict, which `load` adds to
@cache
def catalogue() -> dict[str, Mistake]:
    """All mistakes by id: those of this course's sets, and what `load` adds of another course's."""
    sets = iter_modules(import_module(OURS).__path__)
    modules = [import_module(f"{OURS}.{one.name}.mistakes") for one in sets if one.ispkg]
    return {one.id: one for one in (*slips, *(m for module in modules for m in module.mistakes))}
