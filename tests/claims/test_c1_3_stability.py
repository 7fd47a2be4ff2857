"""1.3 It stabilises learning."""

from lab.claims.c1_3_stability import ARMS, outcome


def test_it_stabilises_learning() -> None:
    """Do fewer settings fail with it?"""
    failed = {
        arm: sum(2 * outcome(arm, seed, lrs=(0.1, 1.0), steps=120) for seed in (0, 1))
        for arm in ARMS
    }
    assert failed == {"without": 2, "with": 0}
