"""What each mistake looks like: is it what a student is shown who makes it?"""

import numpy as np
import pytest

from grader.checking.load import load, problem_sets
from grader.checking.local import PUBLIC_SEED
from grader.checking.mistakes import ours
from grader.checking.remote import StandIn
from grader.checking.symptoms import symptoms
from grader.sets.ps1_standardize import faults


def test_the_first_wrong_answer() -> None:
    """Is it the smallest input that fails, with both answers beside each other?"""
    found = {one.mistake.id: one for one in symptoms("ps1_standardize")}
    example = found["divides-by-variance"].example
    assert found["divides-by-variance"].check == "normalize"
    assert example.table is not None
    got, expected = (np.array(t, float) for t in (example.table.got, example.table.expected))
    assert got.shape == expected.shape
    deviation = expected / got  # of the only feature, or of each
    assert not np.allclose(got, expected, rtol=1e-2)
    assert np.allclose(deviation, deviation[0], rtol=1e-2)
    assert any("normalize(" in line for line in example.code)


def test_it_is_what_a_student_is_shown() -> None:
    """Is each the example of the message, which is made with a search for the mistake?"""
    checks = load("ps1_standardize")
    for one in symptoms("ps1_standardize"):
        check = checks[one.check]
        fault = next(m for m in check.mistakes if m.partition(":")[0] == one.mistake.id)
        verdict = check.grade(StandIn(faults.implementation(fault)), 1.0, PUBLIC_SEED, local=True)
        assert verdict.told is not None
        assert verdict.told.example == one.example


@pytest.mark.parametrize("assignment", problem_sets())
def test_each_mistake_has_one(assignment: str) -> None:
    """Does each mistake that the set's checks name have one, and come once?"""
    named = {m.partition(":")[0] for check in load(assignment).values() for m in check.mistakes}
    found = [one.mistake.id for one in symptoms(assignment)]
    assert len(found) == len(set(found))
    assert set(found) == named


def test_no_mistake_is_without_a_fault() -> None:
    """Is each mistake of ours one that a check can name?"""
    checks = [check for assignment in problem_sets() for check in load(assignment).values()]
    named = {m.partition(":")[0] for check in checks for m in check.mistakes}
    assert named == set(ours())
