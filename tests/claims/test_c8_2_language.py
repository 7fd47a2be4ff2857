"""8.2 It is used in natural language processing."""

import numpy as np

from lab.claims.c8_2_language import outcome


def test_it_gains_little_on_letters() -> None:
    """Does it gain on a window of letters, and only hundredths of a nat?"""
    costs = {
        arm: np.mean([outcome(arm, seed, 0.3, steps=250) for seed in range(2)])
        for arm in ("no norm", "batch norm")
    }
    assert 0 < costs["no norm"] - costs["batch norm"] < 0.15
