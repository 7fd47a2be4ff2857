"""1.2 It reduces internal covariate shift."""

import numpy as np

from lab.claims.c1_2_covariate_shift import ARMS, shifts


def test_it_reduces_internal_covariate_shift() -> None:
    """Is the shift smaller with it, and does moving inputs leave it nearly as fast?"""
    shift, moved, reached = {}, {}, {}
    for arm in ARMS:
        seen = shifts(arm, 0, 0.1, steps=61)
        shift[arm] = np.median(seen.gradients)
        moved[arm] = seen.inputs.mean()
        reached[arm] = seen.history.accuracy[-1]
    assert shift["with"] < shift["without"] / 2
    assert moved["noisy"] > 50 * moved["with"]
    assert reached["noisy"] > reached["without"]
