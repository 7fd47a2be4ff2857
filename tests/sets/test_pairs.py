"""Two mistakes at once, in checks with too many mistakes to try all pairs.

`make mutants` tries all. Those of the other checks are tried in tests/checking/test_mutants.py.
"""

import itertools
import random
from importlib import import_module

import pytest
from helpers.sets import all_pairs

from grader.checking.load import load, problem_sets
from grader.checking.mutants import NAMED_PAIRS, SEED
from grader.checking.remote import StandIn

DRAWN = 40  # of each check
UNDONE = {  # one of the two undoes the other
    ("variance-path-halved", "variance-path-doubled"),
    ("count-wrong", "count-wrong:divided"),
}
ONE = {("ps7_capstone", "compare"), ("ps7_capstone", "sweep")}  # they are asked in one part alone
CHECKS = [
    (name, id)
    for name in problem_sets()
    for id, check in load(name).items()
    if not all_pairs(name, check) and (name, id) not in ONE
]


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize(("assignment", "id"), CHECKS)
def test_pairs_are_caught_and_named_in_part(assignment: str, id: str) -> None:
    """Do solutions with two mistakes lose points, and are nearly all told one of the two?"""
    check = load(assignment)[id]
    faulty = import_module(f"grader.sets.{assignment}.faults").implementation
    pairs = [
        (one, other)
        for one, other in itertools.combinations(check.mistakes, 2)
        if one.partition(":")[0] != other.partition(":")[0] and (one, other) not in UNDONE
    ]
    drawn = random.Random(id).sample(pairs, min(DRAWN, len(pairs)))
    named = 0
    for pair in drawn:
        # of the mistakes alone, what they answer to this seed is known by now
        verdict = check.grade(StandIn(faulty(*pair)), 100, SEED)
        assert verdict.points < 100, pair
        named += any(mistake.partition(":")[0] in verdict.diagnosis for mistake in pair)
    assert named >= NAMED_PAIRS * len(drawn)
