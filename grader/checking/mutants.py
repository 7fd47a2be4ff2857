"""The mutation report: `python -m grader.checking.mutants [SET ...]`.

Every mistake of every check, alone and in pairs, is made on purpose, and graded.
How many lose points, and how many are told what the mistake was?
"""

import argparse
import itertools
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from .answers import agree, quiet
from .check import Check
from .load import load, problem_sets
from .mistakes import OURS
from .remote import StandIn

SEED, OTHER_SEEDS = 1, (2, 3)  # a mistake that shows with any of them must be caught with SEED
NAMED_PAIRS = 0.95  # of the pairs, the share that must be named in part


@dataclass(frozen=True)
class Mutant:
    """A solution with mistakes, and what its check made of it.

    `visible`: do the mistakes change any answer? Of two, one can undo the other.
    `named`: is one of the mistakes in the diagnosis?
    """

    mistakes: tuple[str, ...]
    visible: bool
    caught: bool
    named: bool


@dataclass(frozen=True)
class Report:
    """How one check did on its mutants."""

    check: str
    singles: list[Mutant]
    pairs: list[Mutant]

    @property
    def problems(self) -> list[str]:
        """The bars that were missed: empty if the check is strict and its diagnosis good."""
        found = [f"{_text(m)}: not caught" for m in self.singles if not m.caught]
        found += [f"{_text(m)}: not named" for m in self.singles if m.caught and not m.named]
        found += [f"{_text(m)}: not caught" for m in self.pairs if m.visible and not m.caught]
        if self.share < NAMED_PAIRS:
            unnamed = [_text(m) for m in self.pairs if m.visible and not m.named]
            found.append(f"{self.share:.0%} of the pairs are named, not: {'; '.join(unnamed)}")
        return [f"{self.check}: {problem}" for problem in found]

    @property
    def share(self) -> float:
        """The share of the visible pairs of which at least one mistake is named."""
        visible = [mutant for mutant in self.pairs if mutant.visible]
        return sum(m.named for m in visible) / len(visible) if visible else 1.0

    def row(self) -> str:
        """A line of the table."""
        visible = sum(mutant.visible for mutant in self.pairs)
        caught = sum(mutant.caught for mutant in self.pairs if mutant.visible)
        columns = (
            f"{self.check:<24}",
            f"{len(self.singles):7}",
            f"{sum(m.caught for m in self.singles):7}",
            f"{sum(m.named for m in self.singles):7}",
            f"{len(self.pairs):7}",
            f"{visible:8}",
            f"{caught:7}",
            f"{self.share:7.1%}",
        )
        return " ".join(columns)


HEAD = "check                    singles  caught   named   pairs  visible  caught   named"


def report(assignment: str, id: str) -> Report:
    """Grade all mutants of one check."""
    check = load(assignment)[id]
    faulty = import_module(f"{OURS}.{assignment}.faults").implementation
    singles = [(mistake,) for mistake in check.mistakes]
    pairs = itertools.combinations(check.mistakes, 2)
    return Report(id, _graded(check, faulty, singles), _graded(check, faulty, pairs))


def _graded(check: Check, faulty: Any, mutants: Iterable[tuple[str, ...]]) -> list[Mutant]:
    graded = []
    for mistakes in mutants:
        # through a channel, as a student's
        verdict = check.grade(StandIn(faulty(*mistakes)), 1.0, SEED)
        names = {mistake.partition(":")[0] for mistake in mistakes}
        caught, named = verdict.points < 1, bool(names & set(verdict.diagnosis))
        graded.append(Mutant(mistakes, caught or _visible(check, mistakes), caught, named))
    return graded


@quiet()
def _visible(check: Check, mistakes: tuple[str, ...]) -> bool:
    return not all(
        agree(check.answers(i, seed, mistakes), right, right, dtype=part.dtype)
        for seed in (SEED, *OTHER_SEEDS)  # what shows by chance alone counts as visible
        for i, part in enumerate(check.parts)
        for right in [check.answers(i, seed)]
    )


def _text(mutant: Mutant) -> str:
    return " + ".join(mutant.mistakes)


def main(arguments: list[str] | None = None) -> int:
    """Print the report; 1 if a bar was missed."""
    parser = argparse.ArgumentParser(prog="python -m grader.checking.mutants", description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help="problem sets; all if none is given")
    problems: list[str] = []
    for assignment in parser.parse_args(arguments).sets or problem_sets():
        print(f"{assignment}\n{HEAD}")
        for id in load(assignment):
            found = report(assignment, id)
            print(found.row(), flush=True)
            problems += found.problems
        print()
    print("\n".join(problems) or "All mistakes are caught, and named as they should be.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
