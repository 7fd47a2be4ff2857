"""Which mistakes explain what a student's implementation answered?

Where the answers differ from the reference's, faulty implementations are asked too: those with the
set's listed mistakes, alone and in pairs, and right programs with a slip.
The mistakes of the one that gives the student's answers are the diagnosis.

A name contradicts no part: whatever explains one part agrees with what is seen in all others, or
does not show there. What is not written says nothing, and what broke off nothing of what would
have come. The search is bounded by the number of candidates and not by time: no name depends on
the machine.
"""

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Protocol, TypeVar

import numpy as np

from ..reference import Array
from .answers import END, Answers, Glance, Raised, Result, agree, apart, compare
from .compare import Seen
from .remote import Arguments
from .slips import Slips

# What an answer that is wrong in this way shows by itself.
SHOWN_BY_KIND = {
    "dtype": "loses-dtype",
    "changed": "mutates-input",
    "nothing": "returns-nothing",
}
# The same, for checks that know the mistake.
SHOWN_IF_KNOWN = {
    "shape": ("statistics-shape", "gradients-shape"),
    "more": ("returns-more",),
}
# Where the number in a slip is looked for: it lies between two of these, or is one of them.
# fmt: off
GRID = (
    -1e3, -10.0, -3.0, -1.5, -0.7, -0.3, -0.1, -1e-3, 0.0, 1e-12, 1e-9, 1e-7, 1e-6, 1e-4, 1e-3,
    0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 0.97, 1.03, 1.3, 1.7, 2.3, 3.5, 6.0, 30.0, 1e3, 1e6,
)
# fmt: on
PROBES = (1e-7, 0.37, 5.3)  # a number has to be one that shows where it matters alone
TINY = 1e-12  # zeros are no evidence: much comes to them,
ROUNDED = 1e-6  # as do rounding errors, so much smaller than the right numbers
EVIDENCE = 3  # wrong numbers at least, before a slip is believed to be their cause
SOLVED = 6  # and before one is whose number is solved for
PAIRS = 2200  # of more, only some are tried
FEW = 4  # candidates for one part that are tried together with those for another
SEVERAL = 16  # the same of slips, of which only two in one program can be tried together
SEARCHES = 2  # among all pairs or slips, for parts that no single mistake explains
# How it is said that one of several results is None.
SOME_NONE = re.compile(r"^value \d+ of .* this is None$|is None: it is not written yet$")
STEPS = 60  # of the secant method, which seldom needs ten

T = TypeVar("T")


@dataclass(frozen=True)
class Diagnosis:
    """The ids of the mistakes, and of some a sentence on what was found: for one, a number."""

    ids: tuple[str, ...] = ()
    details: dict[str, str] = field(default_factory=dict)


def _in_pieces(got: Sequence[object], best: Array) -> bool:
    """Are these the rows, or the numbers, of an array, which then has nothing with it?"""
    kinds = np.ndarray | np.generic | int | float
    return len(got) == len(best) and all(
        isinstance(value, kinds) and np.shape(value) == best.shape[1:] for value in got
    )


class Asks(Protocol):
    """What is known of a check: its mistakes, its slips, and what each implementation answers."""

    mistakes: tuple[str, ...]
    slow: bool

    @property
    def slips(self) -> tuple[Slips, Sequence[str]] | None:
        """The slips of the set's right programs, and the names of those that concern this check."""

    def answers(self, index: int, seed: int, mistakes: tuple[str, ...] = ()) -> Answers:
        """What the reference answers in a part, or an implementation with mistakes."""

    def glances(self, index: int, seed: int, mistakes: tuple[str, ...]) -> list[Glance]:
        """What there is to see at a glance of its first answers; remembered."""

    def ask(self, index: int, seed: int, mistakes: tuple[str, ...] = ()) -> Answers:
        """The same, asked anew."""

    def remembered(self, seed: int, key: tuple[object, ...], find: Callable[[], T]) -> T:
        """What is found by questions to implementations alone: the same for all students."""


class Search:
    """The search for the mistakes of one solution: `results` are its answers to all parts."""

    def __init__(self, check: Asks, results: Sequence[Result], seed: int) -> None:
        self._check, self._seed = check, seed
        self._near: dict[tuple[int, tuple[str, ...]], Answers] = {}  # not out at a glance
        self._before = False  # do the answers count that came before the code broke off?
        self._more = "returns-more" in check.mistakes
        self._results = [
            self._first_of_more(result, check.answers(index, seed)) if self._more else result
            for index, result in enumerate(results)
        ]
        self._more = any(a is not b for a, b in zip(self._results, results, strict=True))
        # where one is known to be unwritten, None says so of the others too
        begun = any(map(_unwritten, results))
        written = [
            index
            for index, result in enumerate(results)
            if not (_unwritten(result) or (begun and _has_none(result)))
        ]
        # What is wrong differs most: begun with it, most candidates are out at the first answer.
        self._parts = sorted(written, key=lambda index: self._results[index].wrong is None)
        self._wrong = [index for index in self._parts if self._results[index].wrong is not None]

    def _first_of_more(self, result: Result, right: Answers) -> Result:
        """The result with one value of each answer that has others with it.

        It is the first, or what would be right where another is in the same place of each.
        """
        pairs = [*zip(result.answers, right, strict=False)]
        several = [
            (got, best)
            for got, best in pairs
            if isinstance(got, tuple) and got and isinstance(best, np.ndarray)
        ]
        places = range(min((len(got) for got, _ in several), default=0))
        place = next(
            (i for i in places if not any(compare(got[i], best, False) for got, best in several)), 0
        )
        firsts = [
            got[place] if isinstance(got, tuple) and got and isinstance(best, np.ndarray) else got
            for got, best in pairs
        ]
        if (
            len(pairs) < len(result.answers)
            or all(one is other for one, other in zip(firsts, result.answers, strict=True))
            or all(_in_pieces(got, best) for got, best in several)
        ):
            return result
        differences = (
            compare(got, best, result.part.dtype)
            for got, (_, best) in zip(firsts, pairs, strict=True)
        )
        return Result(result.part, firsts, next(filter(None, differences), None), result.asked)

    def found(self) -> Diagnosis:
        """What explains the answers; if nothing does, what explains those before they broke off."""
        found = self._found()
        if not found.ids and any(_broke_off(self._results[index].answers) for index in self._wrong):
            self._before = True
            found = self._found()
        if not found.ids:
            cast = [*map(self._in_dtype, range(len(self._results)))]
            if any(one is not other for one, other in zip(cast, self._results, strict=True)):
                self._results, self._before = cast, False
                if (found := self._found()).ids:
                    found = Diagnosis(named((*found.ids, SHOWN_BY_KIND["dtype"])), found.details)
        return found

    def _in_dtype(self, index: int) -> Result:
        """The result of a part with its answers in the dtype in which they should be.

        Where both the values and the dtype are wrong, either would hide the other.
        """
        result = self._results[index]
        if not (result.part.dtype and result.wrong and result.wrong.kind == "values"):
            return result
        right = [*self._check.answers(index, self._seed)]
        answers = [
            *itertools.starmap(_cast, zip(result.answers, right, strict=False)),
            *result.answers[len(right) :],
        ]
        if all(one is other for one, other in zip(answers, result.answers, strict=True)):
            return result
        return Result(result.part, answers, result.wrong, result.asked)

    def _found(self) -> Diagnosis:
        """What explains all that is wrong; else what explains some of it and contradicts nothing.

        Of what explains all, the simplest: one listed mistake, what the kind of the differences
        shows, two listed mistakes, a slip, one with a number, one and one with eps, two slips.
        """
        singles = [(mistake,) for mistake in self._check.mistakes]
        details: dict[str, str] = {}
        shown = {index: self._shown(index) for index in self._wrong}
        hidden = {index for index in self._wrong if shown[index]}
        known = [mistake for index in sorted(hidden) for mistake in shown[index]]
        known += ["returns-more"] if self._more else []
        if one := self._first(singles):
            return Diagnosis(named((*one, *known) if self._more else one))
        if len(hidden) == len(self._wrong):
            return Diagnosis(named(known))
        if one := self._first(singles, but=hidden) if hidden else None:
            return Diagnosis(named((*one, *known)))
        if all(map(self._is_zero, self._wrong)):
            return Diagnosis(named(known))
        pairs = self._pairs()
        if one := self._first(pairs):
            return Diagnosis(named((*one, *known) if self._more else one))
        evidence = self._evidence()
        if self._check.slips and evidence >= EVIDENCE:
            slips, names = self._check.slips
            unsolved = ((name,) for name in names if not slips.solved(name))
            solved = self._solved(slips, names) if evidence >= SOLVED else ()
            candidates = itertools.chain(unsolved, solved)
            if one := self._first(candidates, but=hidden):
                return self._slipped(one, known)
            if one := self._first(self._with_eps(slips, names), but=hidden):
                return self._slipped(one, known)
            if one := self._first(self._each_of_a_part(slips, names), but=hidden):
                return self._slipped(one, known)
            two = self._two_slips(slips, names) if evidence >= SOLVED else ()
            both = [self._slipped(pair, known) for pair in self._fitting(two, but=hidden)]
            if len({frozenset(one.ids) for one in both}) == 1:  # else it is any of them
                return both[0]
        hints = {
            index: hint
            for index in self._wrong
            if (hint := self._hint(index)) and index not in hidden
        }
        if hints and (one := self._first([*singles, *pairs], but=hidden, apart=hints)):
            return Diagnosis(named((*one, *known, *self._hinted(one, hints))))
        found = self._part_by_part(singles, pairs)
        explained = self._explained(found) if found else set()
        found += tuple(m for index in sorted(hidden - explained) for m in shown[index])
        found += ("returns-more",) if self._more else ()
        alone = len(self._wrong) == 1 and len(self._parts) == len(self._results)
        if not found and alone:
            found = tuple(hints.values())  # it may be rounding errors
        if self._check.slips and evidence >= EVIDENCE:
            slips, names = self._check.slips
            for name in self._slips_of_parts(slips, names, found):
                id = slips.id(name, self._check.mistakes)
                found, details = (*found, id), details | {id: f"{slips.says(name)}."}
        return Diagnosis(named(found), details)

    def _slipped(self, found: tuple[str, ...], known: Sequence[str]) -> Diagnosis:
        """The diagnosis of slips, and of what is known beside them."""
        assert self._check.slips
        slips, _ = self._check.slips
        ids = [slips.id(name, self._check.mistakes) for name in found]
        says = (f"{slips.says(name)}." for name in found)
        return Diagnosis(named((*ids, *known)), dict(zip(ids, says, strict=True)))

    def _with_eps(self, slips: Slips, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Slips that explain a part, each with one more in how eps is used."""
        index = max(self._wrong, key=self._evidence)
        unsolved = [(name,) for name in names if not slips.solved(name)]
        for (name,) in self._some(unsolved, index):
            yield from slips.with_eps(name)

    def _each_of_a_part(self, slips: Slips, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Two slips of which each explains a part by itself."""
        unsolved = [(name,) for name in names if not slips.solved(name)]
        first = [index for index in self._wrong if self._evidence(index) >= EVIDENCE][:SEARCHES]
        some = [[name for (name,) in self._some(unsolved, index, SEVERAL)] for index in first]
        for one, other in itertools.combinations(some, 2):
            yield from slips.both(one, other)

    def _two_slips(self, slips: Slips, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Any two slips of a short program; of others, one that explains a part, and another."""
        yield from slips.pairs(names)
        unsolved = [(name,) for name in names if not slips.solved(name)]
        index = max(self._wrong, key=self._evidence)
        yield from slips.beside((name for (name,) in self._some(unsolved, index)), names)

    def _first(
        self,
        candidates: Iterable[tuple[str, ...]],
        but: Collection[int] = (),
        apart: Collection[int] = (),
    ) -> tuple[str, ...] | None:
        """The first of those that fit."""
        return next(self._fitting(candidates, but, apart), None)

    def _fitting(
        self,
        candidates: Iterable[tuple[str, ...]],
        but: Collection[int] = (),
        apart: Collection[int] = (),
    ) -> Iterator[tuple[str, ...]]:
        """The candidates that explain all wrong parts `but` some, and contradict none.

        What is set `apart` is not looked at.
        """
        wrong = [index for index in self._wrong if index not in {*but, *apart}]
        others = [index for index in self._parts if index not in {*wrong, *apart}]
        for mistakes in candidates if wrong else ():
            against = next((index for index in wrong if not self._explains(mistakes, index)), None)
            if against is not None:  # it will be against the next one too
                wrong.remove(against)
                wrong.insert(0, against)
            elif all(self._bears(mistakes, index) for index in others):
                yield mistakes

    def _evidence(self, *parts: int) -> int:
        """How many wrong numbers there are: of few, nearly any program may be the cause."""
        count = 0
        for index in parts or self._wrong:
            for given, expected in self._beside(index):
                for got, best in zip(_arrays(given), _arrays(expected), strict=False):
                    if got.shape == best.shape:
                        off = ~np.isclose(got, best)
                        wrong = np.isfinite(got) & off & (np.abs(got) > _tiny(best))
                        partly = bool((~off & (np.abs(best) > TINY)).any())
                        # zeros beside what is right say where they are
                        count += int((off if partly else wrong).sum())
                    else:
                        count += got.size
        return count

    def _beside(self, index: int) -> Iterator[tuple[object, object]]:
        """The answers to a part, each beside the right one, as far as both go."""
        right = self._check.answers(index, self._seed)
        return zip(self._results[index].answers, right, strict=False)

    def _is_zero(self, index: int) -> bool:
        """Did only zeros come, where other numbers should have? Any two mistakes make such."""
        wrong = [(a, b) for a, b in self._beside(index) if compare(a, b, dtype=False)]
        pairs = [(_flat(got), _flat(best)) for got, best in wrong]
        return any(got.size for got, _ in pairs) and all(
            bool((np.abs(got) <= _tiny(best)).all()) for got, best in pairs
        )

    def _pairs(self) -> list[tuple[str, ...]]:
        """Two mistakes: any two, or, of many or in a slow check, with one that explains a part."""
        pairs: list[tuple[str, ...]] = [*itertools.combinations(self._check.mistakes, 2)]
        if len(pairs) <= PAIRS and not self._check.slow:
            return pairs
        some = {
            mistake
            for mistake in self._check.mistakes
            if any(self._explains((mistake,), index) for index in self._wrong)
        }
        return [pair for pair in pairs if not some.isdisjoint(pair)]

    def _part_by_part(
        self, singles: Sequence[tuple[str, ...]], pairs: Sequence[tuple[str, ...]]
    ) -> tuple[str, ...]:
        """Mistakes that explain some parts each, and together contradict none.

        Those that explain all are taken; else those that explain the most.
        """
        broad = sorted(singles, key=lambda one: -len(self._explained(one)))
        choices = [self._some(broad, index) for index in self._wrong]
        found: list[tuple[str, ...]] = []
        searches = 0
        for place, index in enumerate(self._wrong):
            if not choices[place]:
                choices[place] = self._some(found, index)
            if not choices[place] and searches < SEARCHES:
                choices[place] = self._some(pairs, index)
                found, searches = [*found, *choices[place]], searches + 1
        for some, others in itertools.combinations(choices, 2):
            unions = [_united(one, other) for one, other in itertools.product(some, others)]
            if whole := self._first(unions):
                return whole
        together: tuple[str, ...] = ()
        candidates = dict.fromkeys(itertools.chain.from_iterable(choices))
        for one in sorted(candidates, key=lambda one: -len(self._explained(one))):
            both = _united(together, one)
            more = self._explained(both) > (self._explained(together) if together else set())
            if (
                more
                and self._raises_alike(both)
                and all(map(partial(self._bears, both), self._parts))
            ):
                together = both
        return together

    def _explained(self, mistakes: tuple[str, ...]) -> set[int]:
        """The wrong parts that these explain."""
        return {index for index in self._wrong if self._explains(mistakes, index)}

    def _raises_alike(self, mistakes: tuple[str, ...]) -> bool:
        """Do they explain all parts or none that broke off with an exception of one class?

        Of an exception its class alone is compared: much can be explained by it.
        """
        by_class: dict[tuple[str, ...], set[bool]] = {}
        for index in self._wrong:
            last = self._results[index].answers[-1]
            if isinstance(last, Raised) and last.kinds and last != END:
                explained = self._explains(mistakes, index)
                by_class.setdefault(last.kinds[:1], set()).add(explained)
        return all(len(explained) == 1 for explained in by_class.values())

    def _slips_of_parts(
        self, slips: Slips, names: Sequence[str], found: tuple[str, ...]
    ) -> Iterator[str]:
        """For each part that is still unexplained the first slip that is, and contradicts none."""
        explained = self._explained(found) if found else set()
        searches = 0
        for index in self._wrong:
            if index in explained or self._evidence(index) < EVIDENCE or searches == SEARCHES:
                continue
            searches += 1
            for name in names:
                if slips.solved(name) or not self._explains((name,), index):
                    continue
                if all(self._bears((name,), each) for each in self._parts):
                    explained |= self._explained((name,))
                    yield name
                    break

    def _some(
        self, candidates: Sequence[tuple[str, ...]], index: int, most: int = FEW
    ) -> list[tuple[str, ...]]:
        """A few candidates that explain a part."""
        found = (one for one in candidates if self._explains(one, index))
        return [*itertools.islice(found, most)]

    def _explains(self, mistakes: tuple[str, ...], index: int) -> bool:
        """Does an implementation with these mistakes give the student's wrong answers here?

        Mistakes that do not show in this part explain nothing.
        """
        result, seed = self._results[index], self._seed
        given, right = result.answers, self._check.answers(index, seed)
        seen = result.glances[: len(given) - (self._before and _broke_off(given))]
        # most are out here, for the price of one answer
        if apart(seen, *(self._check.glances(index, seed, which) for which in (mistakes, ()))):
            return False
        faulty, dtype = self._answers(mistakes, index), result.part.dtype
        if not agree(given, faulty, right, dtype=dtype):
            if not (self._before and _broke_off(given)):
                return False
            before = given[:-1]  # has to be wrong by itself
            pairs = zip(before, right, strict=False)
            if not any(compare(got, best, dtype) for got, best in pairs):
                return False
            some = (itertools.islice(answers, len(before)) for answers in (faulty, right))
            if not agree(before, *some, dtype=dtype):
                return False
        return self._shows(mistakes, index)

    def _bears(self, mistakes: tuple[str, ...], index: int) -> bool:
        """Is what was answered in a part no contradiction to these mistakes?

        Either they do not show in it, or its answers are theirs, as far as it came. That it changed
        an argument stands for itself.
        """
        if not self._shows(mistakes, index):
            return True
        result, seed = self._results[index], self._seed
        given: Sequence[object] = result.answers
        faulty, right = self._answers(mistakes, index), self._check.answers(index, seed)
        whole = not _broke_off(given)
        if not whole:
            given = given[:-1]
        triples = itertools.zip_longest(given, faulty, right, fillvalue=END)
        for got, other, best in triples if whole else itertools.islice(triples, len(given)):
            theirs = isinstance(best, Arguments)  # what it changed
            triple = _without_luck(got, other, best)
            if not theirs and not agree(*([one] for one in triple), dtype=result.part.dtype):
                return False
        return True

    def _shows(self, mistakes: tuple[str, ...], index: int) -> bool:
        """Do these mistakes change any answer in this part, be it in dtype alone?"""
        return self._answers(mistakes, index).differs(self._check.answers(index, self._seed))

    def _answers(self, mistakes: tuple[str, ...], index: int) -> Answers:
        """What an implementation with these mistakes answers in a part."""
        key = (index, mistakes)
        if key not in self._near:
            self._near[key] = self._check.answers(index, self._seed, mistakes)
        return self._near[key]

    def _hinted(self, found: tuple[str, ...], hints: dict[int, str]) -> Iterator[str]:
        """The hints of parts in which nothing shows that was found before."""
        for index, hint in sorted(hints.items()):
            if not any(self._shows((one,), index) for one in found):
                yield hint
                found = (*found, hint) if hint in self._check.mistakes else found

    def _hint(self, index: int) -> str | None:
        """The mistake that wrong values in a part show, where nothing else explains them."""
        result = self._results[index]
        return result.part.shows if result.wrong and result.wrong.kind == "values" else None

    def _shown(self, index: int) -> tuple[str, ...]:
        """The mistake that the first difference of a part shows by its kind, if any."""
        result = self._results[index]
        kind = result.wrong.kind if result.wrong else ""
        if kind == "nothing":
            # it may be something inside an answer, or have a name of its own
            inside = all(one is not None for one in result.answers)
            if inside or any(self._explains((m,), index) for m in self._check.mistakes):
                return ()
        if kind in SHOWN_BY_KIND:
            return (SHOWN_BY_KIND[kind],)
        known = self._check.mistakes
        return tuple(one for one in SHOWN_IF_KNOWN.get(kind, ()) if one in known)[:1]

    def _solved(self, slips: Slips, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Slips with the numbers that give the student's first wrong answer, shortest first."""
        where = self._first_wrong()
        for name in names if where else ():
            if slips.solved(name) and self._begins_there(name, *where[:2]):
                for number in roots(partial(self._off, name, *where)):
                    for text in short(number):
                        yield (f"{name}={text}",)

    def _first_wrong(self) -> tuple[int, int, int, float] | tuple[()]:
        """The first wrong answer: its part and place, and the element that is furthest off."""
        index = self._wrong[0]
        for place, (given, expected) in enumerate(self._beside(index)):
            if compare(given, expected, dtype=False):
                got, best = _flat(given), _flat(expected)
                if got.shape == best.shape and got.size:
                    at = int(np.argmax(np.nan_to_num(np.abs(got - best), nan=-1.0)))
                    return index, place, at, float(got[at])
                break
        return ()

    def _begins_there(self, name: str, index: int, place: int) -> bool:
        """Can a slip with some number be seen at this answer of a part, and not before it?"""
        find = partial(self._seen_first, name, index, place)
        return self._check.remembered(self._seed, ("first", name, index, place), find)

    def _seen_first(self, name: str, index: int, place: int) -> bool:
        right = [*itertools.islice(self._check.answers(index, self._seed), place + 1)]
        for k in PROBES:
            answers = self._check.ask(index, self._seed, (f"{name}={k!r}",))
            seen = (compare(one, best, False) for one, best in zip(answers, right, strict=False))
            if next((at for at, wrong in enumerate(seen) if wrong), None) == place:
                return True
        return False

    def _off(
        self, name: str, index: int, place: int, element: int, target: float, k: float
    ) -> float:
        """By how much an element of an answer misses the student's, for a slip with this number."""
        find = partial(self._numbers, name, index, place, float(k))
        key = ("numbers", name, index, place, k)
        answer = self._check.remembered(self._seed, key, find) if k in GRID else find()
        return float(answer[element]) - target if element < answer.size else np.nan

    def _numbers(self, name: str, index: int, place: int, k: float) -> Array:
        """The numbers in one answer of a slip with this number."""
        answers = self._check.ask(index, self._seed, (f"{name}={k!r}",))
        return _flat(next(itertools.islice(answers, place, None), None))


def short(number: float) -> Iterator[str]:
    """The number in a few digits and as a fraction: people write no others."""
    yield from (f"{number:.{digits}g}" for digits in (1, 2))
    fraction = Fraction(number).limit_denominator(12)
    if np.isclose(float(fraction), number, rtol=1e-6, atol=0):
        yield str(fraction)
    yield from (f"{number:.{digits}g}" for digits in (3, 4))


def roots(off: Callable[[float], float]) -> Iterator[float]:
    """Where a function of one number is 0: between points of the grid at which its sign changes."""
    values = [off(k) for k in GRID]
    points = [*zip(GRID, values, strict=True)]
    for (low, one), (high, other) in itertools.pairwise(points):
        if one == 0:
            yield low
        elif np.isfinite([one, other]).all() and one * other < 0:
            yield _root(off, low, high, one, other)


def _root(off: Callable[[float], float], a: float, b: float, at_a: float, at_b: float) -> float:
    """The root between a and b by the Illinois method: a secant, whose two ends both move."""
    enough = 1e-12 * abs(at_a)
    for _ in range(STEPS):
        middle = (a * at_b - b * at_a) / (at_b - at_a)
        value = off(middle)
        if not enough < abs(value) < np.inf:
            break
        if value * at_b < 0:
            a, at_a = b, at_b
        else:
            at_a /= 2
        b, at_b = middle, value
    return middle


def _arrays(answer: object) -> Iterator[Array]:
    """The floating-point numbers in an answer, as arrays."""
    match answer:
        case tuple() | list():
            for item in answer:
                yield from _arrays(item)
        case dict():
            for item in answer.values():
                yield from _arrays(item)
        case np.ndarray() | np.generic() | float() if np.asarray(answer).dtype.kind == "f":
            yield np.asarray(answer, np.float64)


def _tiny(right: Array) -> float:
    """Up to what size a number is 0 where these are right."""
    return max(TINY, ROUNDED * float(np.abs(right[np.isfinite(right)]).max(initial=0.0)))


def _flat(answer: object) -> Array:
    """All these numbers in a row."""
    return np.concatenate([np.zeros(0), *(array.ravel() for array in _arrays(answer))])


def _cast(got: object, best: object) -> object:
    """Numbers in floating point in the dtype of the right ones; the same object if they are."""
    match got, best:
        case ((tuple() | list()), (tuple() | list())) if len(got) == len(best):
            cast = [_cast(one, other) for one, other in zip(got, best, strict=True)]
            same = all(one is other for one, other in zip(cast, got, strict=True))
            return got if same else type(got)(cast)
        case np.ndarray(), np.ndarray() if got.dtype.kind == best.dtype.kind == "f":
            return got if got.dtype == best.dtype else got.astype(best.dtype)
    return got


def _broke_off(answers: Sequence[object]) -> bool:
    """Did the code of an implementation raise an exception in the end?"""
    last = answers[-1] if answers else None
    return isinstance(last, Raised) and bool(last.kinds) and last != END


def _without_luck(got: object, other: object, best: object) -> tuple[object, object, object]:
    """The answers without what came out right and may do so by chance, whatever is wrong."""
    if not (isinstance(got, dict) and isinstance(other, dict) and isinstance(best, dict)):
        return got, other, best
    lucky = {
        name
        for name, value in got.items()
        if isinstance(value, Seen) and value.chance and value.yes == best[name].yes
    }
    got, other, best = (
        {name: value for name, value in answer.items() if name not in lucky}
        for answer in (got, other, best)
    )
    return got, other, best


def _united(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _unwritten(result: Result) -> bool:
    """Did the stub answer?"""
    return any(isinstance(answer, Raised) and answer.unwritten for answer in result.answers)


def _has_none(result: Result) -> bool:
    """Is there None in the place of one of several results?"""
    return result.wrong is not None and bool(SOME_NONE.search(result.wrong.text))


def named(mistakes: Iterable[str]) -> tuple[str, ...]:
    """The ids of the mistakes, each once; what follows a colon only tells variants apart."""
    return tuple(dict.fromkeys(mistake.partition(":")[0] for mistake in mistakes))
