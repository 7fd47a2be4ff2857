"""5.3 The network generalises better."""

import numpy as np

from lab import datasets
from lab.claims.c5_3_generalisation import data, run


def test_it_generalises_better() -> None:
    """Is there a gain of a few points at most between networks that know their training set?"""
    sets = data(datasets.mnist())

    def learnt_by_heart(arm: str, lr: float) -> tuple[float, float]:
        """Training and test accuracy, means of two seeds."""
        runs = [run(arm, seed, lr, sets, steps=240) for seed in (0, 1)]
        training, _, test = np.mean(runs, axis=0)
        return training, test

    (knows, plain), (knows_too, normalised) = (
        learnt_by_heart("without", 0.3),
        learnt_by_heart("with", 1.0),
    )
    assert knows > 0.99
    assert knows_too > 0.99
    assert 0 < normalised - plain < 0.04
    assert learnt_by_heart("groups of 4", 1.0)[1] < normalised - 0.01
