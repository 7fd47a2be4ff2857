"""The mutation report: `python -m grader.checking.mutants [SET ...]`.

Every mistake of every check, alone and in pairs, is made on purpose, and graded.
How many lose points, and how many are told what the mistake was?
Which mistakes cannot be told apart, since they give the same answers in all parts?
"""

import argparse
import itertools
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from .answers import agree, apart, quiet
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
    """How one check did on its mutants.

    `alike` are those that give the same answers as one mistake of another name, and that one.
    """

    check: str
    singles: list[Mutant]
    pairs: list[Mutant]
    alike: list[tuple[tuple[str, ...], str]] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """The bars that were missed: empty if the check is strict and its diagnosis good."""
        found = [f"{_text(m)}: not caught" for m in self.singles if not m.caught]
        found += [f"{_text(m)}: not named" for m in self.singles if m.caught and not m.named]
        found += [f"{_text(m)}: not caught" for m in self.pairs if m.visible and not m.caught]
        if self.share < NAMED_PAIRS:
            unnamed = [_text(m) for m in self._told_apart if not m.named]
            found.append(f"{self.share:.0%} of the pairs are named, not: {'; '.join(unnamed)}")
        return [f"{self.check}: {problem}" for problem in found]

    @property
    def share(self) -> float:
        """The share of the visible pairs of which at least one mistake is named.

        What is the same as a mistake of another name has that name, and does not count.
        """
        counted = self._told_apart
        return sum(m.named for m in counted) / len(counted) if counted else 1.0

    @property
    def _told_apart(self) -> list[Mutant]:
        alike = {mistakes for mistakes, _ in self.alike}
        return [m for m in self.pairs if m.visible and m.mistakes not in alike]

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
    return Report(id, _graded(check, faulty, singles), _graded(check, faulty, pairs), alike(check))


@quiet()
def alike(check: Check, pairs: bool = True) -> list[tuple[tuple[str, ...], str]]:
    """The mistakes, alone and in pairs, whose answers are those of one mistake of another name.

    They are asked with `SEED`; pairs are left out without `pairs`. A pair that changes nothing, or
    no more than one of its two does, shows no mistake of another name.
    """
    singles = [(mistake,) for mistake in check.mistakes]
    found = []
    both = itertools.combinations(check.mistakes, 2) if pairs else ()
    for mistakes in [*singles, *both]:
        if _same(check, mistakes, ()):
            continue
        names = {mistake.partition(":")[0] for mistake in mistakes}
        same = [one for one in singles if _same(check, mistakes, one)]
        others = [one[0] for one in same if one[0].partition(":")[0] not in names]
        # nothing of its own name is as good, but a single one itself
        if others and len(others) == len(same) - (len(mistakes) == 1):
            found += [(mistakes, other) for other in others]
    return found


def _same(check: Check, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Do implementations with these mistakes give the same answers in all parts?"""
    for i, part in enumerate(check.parts):
        if apart(*(check.glances(i, SEED, mistakes) for mistakes in (one, other, ()))):
            return False
        answers, others, right = (check.answers(i, SEED, which) for which in (one, other, ()))
        if not agree(answers, others, right, dtype=part.dtype):
            return False
    return True


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
    same: list[str] = []
    for assignment in parser.parse_args(arguments).sets or problem_sets():
        print(f"{assignment}\n{HEAD}")
        for id in load(assignment):
            found = report(assignment, id)
            print(found.row(), flush=True)
            problems += found.problems
            same += [f"{id}: {' + '.join(one)}: as {other}" for one, other in found.alike]
        print()
    if same:
        print("Not told apart:", *same, "", sep="\n")
    print("\n".join(problems) or "All mistakes are caught, and named as they should be.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
