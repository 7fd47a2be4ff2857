"""Which mistakes explain what a student's implementation answered?

Where the answers differ from the reference's, the faulty implementations are asked too:
the mistakes of the one that gives the student's answers are the diagnosis.
"""

import itertools
from collections.abc import Iterable, Sequence
from typing import Protocol

from .answers import Answers, Result, agree, compare, far_apart

# What an answer that is wrong in this way shows by itself.
SHOWN_BY_KIND = {"dtype": "loses-dtype", "changed": "mutates-input"}
# The same, for checks that know the mistake.
SHOWN_IF_KNOWN = {
    "shape": ("statistics-shape", "gradients-shape"),
    "nothing": ("returns-nothing",),
    "more": ("returns-more",),
}


class Asked(Protocol):
    """What the reference answers in a part, or an implementation with some mistakes."""

    def __call__(self, index: int, seed: int, mistakes: tuple[str, ...] = ()) -> Answers: ...


class Diagnosis:
    """The mistakes of one check, and how they are told apart by what they answer."""

    def __init__(self, mistakes: Sequence[str], answers: Asked) -> None:
        self.mistakes, self.answers = tuple(mistakes), answers
        # by part, seed and mistakes: do they change an answer there?
        self._seen: dict[tuple[int, int, tuple[str, ...]], bool] = {}

    def of(self, results: list[Result], seed: int) -> tuple[str, ...]:
        """The mistakes that explain the answers: of all parts at once if any do, else part by part.

        Single mistakes are tried first, then what the kind of the differences shows, then pairs:
        part by part, only those with a mistake that explains another part.
        """
        singles: list[tuple[str, ...]] = [(mistake,) for mistake in self.mistakes]
        pairs: list[tuple[str, ...]] = list(itertools.combinations(self.mistakes, 2))
        # What is wrong differs most: begun with it, most candidates are out at the first answer.
        everywhere = sorted(range(len(results)), key=lambda index: results[index].wrong is None)
        wrong = [index for index in everywhere if results[index].wrong is not None]
        shown = {index: self._shown(results[index]) for index in wrong}
        for mistakes in singles:
            if all(self._explains(mistakes, index, results, seed) for index in everywhere):
                return named(mistakes)
        if all(shown.values()):  # before pairs: they are many, and explain nearly anything
            return named(mistake for index in wrong for mistake in shown[index])
        for mistakes in pairs:
            if all(self._explains(mistakes, index, results, seed) for index in everywhere):
                return named(mistakes)
        names: list[str] = []
        left: list[int] = []
        errors: set[str] = set()  # unexplained ones: where they come again, they are no other
        for index in wrong:
            if results[index].error in errors:
                continue
            for mistakes in [*singles, *filter(None, [shown[index]])]:
                if mistakes == shown[index] or self._explains(mistakes, index, results, seed):
                    names += mistakes
                    break
            else:
                left.append(index)
                errors |= {results[index].error} - {""}
        found = tuple(dict.fromkeys(names))
        for index in left:
            for mistakes in pairs:
                if set(found) & set(mistakes) and self._explains(mistakes, index, results, seed):
                    names += mistakes
                    break
            else:
                if len(wrong) == 1 and (hint := results[index].part.shows):
                    names.append(hint)
        return named(names)

    def _explains(
        self, mistakes: tuple[str, ...], index: int, results: list[Result], seed: int
    ) -> bool:
        """Does an implementation with these mistakes give the student's answers in this part?

        Where they are wrong, mistakes that do not show in this part explain nothing.
        """
        faulty = self.answers(index, seed, mistakes)
        # most are out here, for the price of one answer
        if far_apart(results[index].glance, faulty.glance):
            return False
        right, dtype = self.answers(index, seed), results[index].part.dtype
        if not agree(results[index].answers, faulty, right, dtype=dtype):
            return False
        # else a mistake that changes nothing would explain it
        return results[index].wrong is None or self._shows(mistakes, index, seed)

    def _shows(self, mistakes: tuple[str, ...], index: int, seed: int) -> bool:
        """Do these mistakes change any answer in this part, be it in dtype alone?"""
        key = (index, seed, mistakes)
        if key not in self._seen:
            pairs = itertools.zip_longest(self.answers(index, seed), self.answers(*key))
            self._seen[key] = any(compare(other, one, dtype=True) for one, other in pairs)
        return self._seen[key]

    def _shown(self, result: Result) -> tuple[str, ...]:
        """The mistake that the first difference of a part shows by its kind, if any."""
        kind = result.wrong.kind if result.wrong else ""
        if kind in SHOWN_BY_KIND:
            return (SHOWN_BY_KIND[kind],)
        return tuple(one for one in SHOWN_IF_KNOWN.get(kind, ()) if one in self.mistakes)[:1]


def named(mistakes: Iterable[str]) -> tuple[str, ...]:
    """The ids of the mistakes, each once; what follows a colon only tells variants apart."""
    return tuple(dict.fromkeys(mistake.partition(":")[0] for mistake in mistakes))
