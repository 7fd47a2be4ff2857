"""lab.evidence.verdict: from numbers to a word."""

import re
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pytest
from helpers import ROOT
from hypothesis import assume, given
from hypothesis import strategies as st

from lab.evidence.verdict import Interval, foreseen, holm, interval, verdict

FINITE = st.integers(-8000, 8000).map(lambda eighths: eighths / 8)
INTERVALS = st.lists(FINITE, min_size=2, max_size=8).map(interval)


def between(low: float, high: float) -> Interval:
    return Interval((low + high) / 2, low, high, 0.5)


ABOVE, AROUND, BELOW = between(0.5, 1.5), between(-0.5, 1.0), between(-2.0, -1.0)


def test_interval() -> None:
    """Is it the mean plus and minus t (2.5706 with 5 degrees of freedom) standard errors?"""
    found = interval([1, 2, 3, 4, 5, 6])
    assert found.mean == 3.5
    margin = 2.5706 * np.sqrt(3.5 / 6)  # their variance is 3.5
    assert found.low == pytest.approx(3.5 - margin, abs=1e-4)
    assert found.high == pytest.approx(3.5 + margin, abs=1e-4)


def test_p_value() -> None:
    """Is it 1 % for 4.0321 standard errors, 5 degrees of freedom, as printed tables have it?"""
    values = np.array([1, 2, 3, 4, 5, 6]) - 3.5 + 4.0321 * np.sqrt(3.5 / 6)
    assert interval(values).p == pytest.approx(0.01, abs=1e-6)
    assert interval(-values).p == interval(values).p


def test_values_without_spread() -> None:
    """Is the interval a point, and certain unless it is 0?"""
    assert interval([2.0, 2.0]) == (2, 2, 2, 0)
    assert interval([0.0, 0.0]) == (0, 0, 0, 1)


@pytest.mark.parametrize("values", [[], [1.0], [[1.0, 2.0]]])
def test_too_few_values(values: list[float]) -> None:
    """Does it say that an interval takes two values?"""
    with pytest.raises(ValueError, match="it takes at least 2"):
        interval(values)


def test_foreseen() -> None:
    """Is one more value within t standard deviations, widened by what the mean may be off?"""
    low, high = foreseen([1, 2, 3, 4, 5, 6], 0.95)
    assert (low + high) / 2 == pytest.approx(3.5)
    assert (high - low) / 2 == pytest.approx(2.5706 * np.sqrt(3.5 * 7 / 6), abs=1e-3)


def test_holm() -> None:
    """Is the smallest times 4, the next times 3, and none smaller than one before it?"""
    found = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert found == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1, "b": 1}


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1), max_size=8))
def test_holm_is_between_none_and_bonferroni(p: dict[str, float]) -> None:
    """Is no p value smaller than it was, or larger than times their number, and the order kept?"""
    found = holm(p)
    assert list(found) == list(p)
    for name in p:
        assert p[name] <= found[name] <= min(1, len(p) * p[name]) or p[name] == 0 == found[name]
        assert all(found[name] <= found[other] for other in p if p[name] < p[other])


@pytest.mark.parametrize(
    ("low", "high", "settings", "word"),
    [
        (1.1, 3, [ABOVE] * 3 + [AROUND], "supported"),
        (1.1, 3, [ABOVE] * 2 + [AROUND, BELOW], "qualified"),  # two of four
        (0.9, 3, [ABOVE] * 4, "qualified"),  # it may be less than what matters
        (0.1, 3, [], "qualified"),
        (1.1, 3, [AROUND] * 4, "open"),  # nowhere else
        (-0.9, 0.9, [ABOVE] * 4, "negligible"),
        (0.1, 0.9, [ABOVE] * 4, "negligible"),  # it is there, and does not matter
        (-0.9, -0.1, [], "negligible"),
        (-3, -0.1, [ABOVE] * 4, "contradicted"),
        (-0.1, 3, [ABOVE] * 4, "open"),
        (-2, 2, [], "open"),
    ],
)
def test_verdict(low: float, high: float, settings: list[Interval], word: str) -> None:
    """Is it the word that the rules give, where an effect of 1 would matter?"""
    assert verdict(between(low, high), 1, settings) == word


# What the key of the page of evidence says, clause by clause, where an effect of 1 matters.
CLAUSES: dict[str, Callable[[Interval, Sequence[Interval]], bool]] = {
    "the interval lies within plus and minus the smallest effect that matters": (
        lambda effect, settings: effect.low > -1 and effect.high < 1
    ),
    "the interval lies above the smallest effect that matters": (
        lambda effect, settings: effect.low > 1
    ),
    "the interval lies above 0": lambda effect, settings: effect.low > 0,
    "the interval lies below 0": lambda effect, settings: effect.high < 0,
    "the interval holds 0": lambda effect, settings: effect.low <= 0 <= effect.high,
    "in at least three of four settings the effect is above 0": (
        lambda effect, settings: 4 * settings.count(ABOVE) >= 3 * len(settings)
    ),
    "in some of the settings the effect is above 0": lambda effect, settings: ABOVE in settings,
    "in none of the settings is the effect above 0": (
        lambda effect, settings: ABOVE not in settings
    ),
}


def test_the_key_words_the_rule() -> None:
    """Is a verdict the first word of the page's key whose sentence is true?"""
    page = (ROOT / "chapters/09_summary/evidence.md").read_text("utf-8")
    key = re.findall(r"^\*(\w+)\*\n: The (.*?)\.$", page, re.MULTILINE)
    assert len(key) == 5

    def true(sentence: str, effect: Interval, settings: Sequence[Interval]) -> bool:
        return any(
            all(CLAUSES[clause](effect, settings) for clause in part.split(", and "))
            for part in f"the {sentence}".split(", or ")
        )

    ends = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
    for low, high in product(ends, ends):
        for above in range(5):
            settings = [ABOVE] * above + [AROUND, BELOW, AROUND, BELOW][above:]
            effect = between(low, high)
            if low <= high:
                word = next(word for word, text in key if true(text, effect, settings))
                assert word == verdict(effect, 1, settings), (low, high, above)


@given(INTERVALS, st.floats(0.01, 1e3), st.lists(INTERVALS, max_size=6), st.floats(0.01, 100))
def test_units_do_not_matter(
    effect: Interval, matters: float, settings: list[Interval], factor: float
) -> None:
    """Is the word the same in other units?"""

    def scaled(found: Interval) -> Interval:
        return Interval(*(factor * part for part in found[:3]), found.p)

    assume(all(abs(abs(end) - matters) > 1e-6 for end in effect[1:3]))  # rounding
    assert verdict(effect, matters, settings) == verdict(
        scaled(effect), factor * matters, [scaled(setting) for setting in settings]
    )


@given(INTERVALS, st.floats(0.01, 1e3), st.lists(INTERVALS, max_size=6))
def test_a_claim_and_its_opposite(
    effect: Interval, matters: float, settings: list[Interval]
) -> None:
    """Are never both supported, and is what is supported contradicted when turned round?"""
    word = verdict(effect, matters, settings)
    turned = verdict(between(-effect.high, -effect.low), matters, [])
    if word in ("supported", "qualified"):
        assert turned == "contradicted"
    assert (word == "negligible") == (turned == "negligible")


@given(INTERVALS, st.floats(0.01, 1e3), st.lists(INTERVALS, min_size=1, max_size=6))
def test_more_settings_are_no_weaker(
    effect: Interval, matters: float, settings: list[Interval]
) -> None:
    """Does a claim never lose by holding in one setting more?"""
    order = ("contradicted", "open", "negligible", "qualified", "supported")
    held = [ABOVE, *settings[1:]]
    assert order.index(verdict(effect, matters, held)) >= order.index(
        verdict(effect, matters, settings)
    )
