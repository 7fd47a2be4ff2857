"""The mutation report: does it hold for the course, and does it tell when it would not?"""

from importlib import import_module

import pytest

from grader.checking.check import Check
from grader.checking.load import load, problem_sets
from grader.checking.mutants import HEAD, Mutant, Report, main, report

# The pairs of these sets, and of checks with more mistakes, are left to `make mutants`. What it
# says of their mistakes alone, tests/sets/test_checks.py asserts with the same seed.
SLOW, MOST = {"ps5_frameworks", "ps6_practice", "ps7_capstone"}, 22
CHECKS = [
    (name, id)
    for name in problem_sets()
    if name not in SLOW
    for id, check in load(name).items()
    if len(check.mistakes) <= MOST
]


@pytest.mark.parametrize(("assignment", "id"), CHECKS)
def test_mistakes_are_caught_and_named(assignment: str, id: str) -> None:
    """Does the check catch all mistakes and name them, alone and in pairs?"""
    assert report(assignment, id).problems == []


def test_report_is_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does the command print a line for each check, and succeed?"""
    first = dict([*load("ps1_standardize").items()][:1])
    monkeypatch.setattr("grader.checking.mutants.load", lambda assignment: first)
    assert main(["ps1_standardize"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["ps1_standardize", HEAD]
    assert printed[2].split() == ["batch_mean", "8", "8", "8", "28", "28", "28", "100.0%"]
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
