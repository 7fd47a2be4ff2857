"""The mutation report: does it hold for the course, and does it tell when it would not?"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from helpers.sets import all_pairs

from grader.checking.check import Check
from grader.checking.load import load, problem_sets
from grader.checking.mutants import HEAD, Mutant, Report, alike, main, report

# Of the pairs of other checks, tests/sets/test_pairs.py draws some, and `make mutants` tries all.
# What it says of their mistakes alone, tests/sets/test_checks.py asserts with the same seed.
CHECKS = [
    (name, id)
    for name in problem_sets()
    for id, check in load(name).items()
    if all_pairs(name, check)
]


# Of these sets' checks, no two mistakes of different names give the same answers.
TOLD_APART = ("ps1_standardize", "ps2_inference", "ps3_backward", "ps4_where")
# Pairs that are another mistake, by what they mean.
ONE_AND_THE_SAME = {
    "eps-missing + eps-twice: as eps-outside-sqrt",  # of two, the one under the root is left out
    "divides-by-variance + standard-deviation: as eps-outside-sqrt",  # std + eps, without a root
    "gamma-only + beta-only: as no-affine",
    "eval-gamma-only + eval-beta-only: as eval-no-affine",
    "scalar-mean + scalar-variance: as scalar-statistics",
    "overwritten + momentum-inverted: as never-updated",  # 1 becomes 0
    "running-variance-forgotten + running-mean-forgotten: as never-updated",
    "mean-path-missing + variance-path-missing: as statistics-as-constants",
    "variance-path-missing + mean-path-missing: as statistics-as-constants",
    "test-of-dx-only + test-without-dx: as test-accepts-all",
    "test-of-dx-only + test-of-shapes: as test-accepts-all",  # a shape alone, and of dx
    "test-without-dgamma + test-without-dbeta: as test-of-dx-only",
    "test-without-dgamma + test-of-sums: as gradient-through-sum",  # both see dbeta alone
}


@pytest.mark.no_cover
@pytest.mark.parametrize(("assignment", "id"), CHECKS)
def test_mistakes_are_caught_and_named(assignment: str, id: str) -> None:
    """Does the check catch all mistakes and name them, alone and in pairs?

    Is no pair what another mistake is alone, but those that say the same?
    """
    found = report(assignment, id)
    assert found.problems == []
    if assignment in TOLD_APART:
        same = {f"{' + '.join(mistakes)}: as {other}" for mistakes, other in found.alike}
        assert same <= ONE_AND_THE_SAME


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("assignment", "id"),
    [
        (name, id)
        for name in TOLD_APART
        for id, check in load(name).items()
        if not all_pairs(name, check)
    ],
)
def test_mistakes_are_told_apart(assignment: str, id: str) -> None:
    """Do mistakes of different names give different answers somewhere?"""
    assert alike(load(assignment)[id], pairs=False) == []


def test_report_tells_what_is_not_told_apart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does the command list mistakes of two names whose answers are the same?"""
    blind = Check(
        "normalize",
        section="normalise",
        reference=import_module("grader.reference"),
        faulty=import_module("grader.sets.ps1_standardize.faults").implementation,
        mistakes=("eps-fixed:1e-8", "eps-default:1e-8"),
    )

    @blind.part("eps as it is by default")
    def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
        yield bn.normalize(rng.normal(0, 1, (3, 2)), np.zeros(2), np.full(2, 1e-5))

    monkeypatch.setattr("grader.checking.mutants.load", lambda assignment: {"normalize": blind})
    main(["ps1_standardize"])
    printed = capsys.readouterr().out.splitlines()
    assert printed[printed.index("Not told apart:") + 1 :][:2] == [
        "normalize: eps-fixed:1e-8: as eps-default:1e-8",
        "normalize: eps-default:1e-8: as eps-fixed:1e-8",
    ]


def test_report_is_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does the command print a line for each check, and succeed?"""
    first = dict([*load("ps1_standardize").items()][:1])
    monkeypatch.setattr("grader.checking.mutants.load", lambda assignment: first)
    assert main(["ps1_standardize"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["ps1_standardize", HEAD]
    assert printed[2].split() == ["batch_mean", "10", "10", "10", "45", "45", "45", "100.0%"]
    assert printed[3:] == ["", "All mistakes are caught, and named as they should be."]


def test_lenient_check_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does the command fail, and say why, when a check does not ask enough?"""
    strict = load("ps1_standardize")["normalize"]
    faulty = import_module("grader.sets.ps1_standardize.faults").implementation
    lenient = Check(
        "normalize",
        section=strict.section,
        reference=import_module("grader.reference"),
        faulty=faulty,
        mistakes=("eps-missing", "not-centred"),
    )
    lenient.parts = strict.parts[:1]  # it does not ask about eps
    monkeypatch.setattr("grader.checking.mutants.load", lambda assignment: {"normalize": lenient})
    assert main(["ps1_standardize"]) == 1
    assert capsys.readouterr().out.splitlines()[2:] == [
        "normalize                      2       1       1       1        1       1  100.0%",
        "",
        "normalize: eps-missing: not caught",
    ]


def mutant(*mistakes: str, visible: bool = True, caught: bool = True, named: bool = True) -> Mutant:
    return Mutant(mistakes, visible, caught, named)


def test_each_bar_is_reported() -> None:
    """Does the report tell what was not caught and what was not named?"""
    singles = [mutant("a", named=False), mutant("b", caught=False, named=False)]
    pairs = [mutant("a", "b", caught=False, named=False), mutant("a", "c")]
    assert Report("check", singles, pairs).problems == [
        "check: b: not caught",
        "check: a: not named",
        "check: a + b: not caught",
        "check: 50% of the pairs are named, not: a + b",
    ]


def test_pairs_that_change_nothing_do_not_count() -> None:
    """May two mistakes that undo each other pass?"""
    pairs = [mutant("a", "b", visible=False, caught=False, named=False)]
    assert Report("check", [], pairs).problems == []


def test_some_pairs_may_stay_unnamed() -> None:
    """Is the bar for naming pairs 95%?"""
    pairs = [mutant("a", str(i), named=i > 0) for i in range(20)]
    assert Report("check", [], pairs).problems == []
    assert Report("check", [], pairs[:19]).problems[0].startswith("check: 95% of the pairs")
