"""Wrong answers that no mistake explains: who gives the same ones?"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.checking.answers import Part, Result
from grader.checking.behaviour import behaviour
from grader.checking.check import Check, Seen, Verdict
from grader.checking.compare import Difference
from grader.checking.mistakes import Mistake, catalogue
from grader.checking.remote import Loopback, Student

PART_WRONG = "lambda x: x.mean(axis=0) if len(x) < 9 else 7.0"


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Check:
    """A check that knows one mistake."""
    monkeypatch.setitem(catalogue(), "half", Mistake("half", "half the mean", "No.", "Page 1"))

    def faulty(*mistakes: str) -> SimpleNamespace:
        factor = 0.5 if "half" in mistakes else 1.0
        return SimpleNamespace(mean=lambda x: factor * x.mean(axis=0))

    check = Check("mean", section="Page 1", reference=faulty(), faulty=faulty, mistakes=["half"])

    @check.part("the mean of each feature")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        for dtype in (np.float64, np.float32):
            yield course.mean(rng.normal(3, 1, (5, 2)).astype(dtype))

    @check.part("the mean of many")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield course.mean(rng.normal(3, 1, (20, 4)))

    return check


def verdict(check: Check, function: str, seed: int = 1) -> Verdict:
    mean = eval(function, {"np": np})
    return check.grade(Student(Loopback({"mean": mean}), ["mean"]), 2, seed)


def test_only_what_is_not_explained(check: Check) -> None:
    """Has only a wrong answer a behaviour that no mistake explains?"""
    functions = {
        "right": "lambda x: x.mean(axis=0)",
        "named": "lambda x: x.mean(axis=0) / 2",
        "not named": "lambda x: np.median(x, axis=0)",
    }
    found = {name: verdict(check, function).behaviour for name, function in functions.items()}
    assert found.pop("right") == found.pop("named") == ""
    assert len(found.pop("not named")) == 16


SAME = {
    "rounding": ("lambda x: np.square(x).mean(axis=0)", "lambda x: (x * x).sum(0) / len(x)"),
    "float32 sums": (
        "lambda x: 3 * x.sum(axis=0)",
        "lambda x: sum(x[::-1]) + x.sum(axis=0) + np.add.reduce(x)",
    ),
    "about 0": ("lambda x: 0 * x[0]", "lambda x: np.abs(1e-15 * x[0])"),
    "minus 0": ("lambda x: 0 * x[0]", "lambda x: -0 * x[0] * -1.0"),
    "NaN": ("lambda x: x[0] * np.nan", "lambda x: np.log(-x[0] ** 2)"),
    "texts of errors": ("lambda x: int('a')", "lambda x: int('my own')"),
    "columns of another order": ("lambda x: x[:2]", "lambda x: np.asfortranarray(x[:2])"),
    "a tuple or a list": ("lambda x: (x[0], 'a')", "lambda x: [x[0], 'a']"),
    "wrong in one part": (PART_WRONG, f"lambda x: ({PART_WRONG})(x) * 1.0"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_same(check: Check, one: str, other: str) -> None:
    """Have two that answer alike, whatever the code, the same behaviour?"""
    found = [verdict(check, function) for function in (one, other)]
    assert found[0].diagnosis == ()
    assert found[0].behaviour == found[1].behaviour != ""


DIFFERENT = {
    "values": ("lambda x: 3 * x.sum(axis=0)", "lambda x: 3.0001 * x.sum(axis=0)"),
    "shape": ("lambda x: 0 * x[:1]", "lambda x: 0 * x[:2]"),
    "classes of errors": ("lambda x: int('a')", "lambda x: {}[0]"),
    "infinite or not a number": ("lambda x: x[0] * np.nan", "lambda x: x[0] + np.inf"),
    "in another part too": (PART_WRONG, "lambda x: x.mean(axis=0) + 1 if len(x) < 9 else 7.0"),
    "keys": ("lambda x: {'a': 1}", "lambda x: {'b': 1}"),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_different(check: Check, one: str, other: str) -> None:
    """Have two that answer in different ways different behaviours?"""
    found = {verdict(check, function).behaviour for function in (one, other)}
    assert len(found - {""}) == 2


def test_other_inputs(check: Check) -> None:
    """Is a behaviour that of the inputs: another with another seed?"""
    function = "lambda x: 3 * x.sum(axis=0)"
    assert verdict(check, function, 1).behaviour != verdict(check, function, 2).behaviour


def test_yes_and_no_count() -> None:
    """Are answers yes and no told apart, whatever was measured?"""

    def digest(*answers: object) -> str:
        part = Part("it learns", 1, lambda bn, rng: iter(()), False, None)
        return behaviour([Result(part, [*answers], Difference("values", "wrong"), [])])

    assert digest(Seen(True, "0.7"), Seen(False, "0.1")) == digest(Seen(True, ""), Seen(False, ""))
    assert digest(Seen(True, ""), Seen(False, "")) != digest(Seen(False, ""), Seen(True, ""))
