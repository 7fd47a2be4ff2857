"""1.5 It reduces the need for heavy regularisation."""

import numpy as np

from lab import datasets
from lab.claims.c1_5_regularisation import data, run


def test_it_reduces_the_need_for_heavy_regularisation() -> None:
    """With three of ten labels random, does it need dropout more than a plain network does?"""
    sets = data(random=0.3)

    def reached(arm: str, lr: float, dropout: float) -> float:
        return float(np.mean([run(arm, seed, (lr, dropout, 0.0), sets)[2] for seed in range(2)]))

    # rates and strengths as the page finds
    plain, dropout = reached("without", 0.03, 0.0), reached("without", 0.1, 0.3)
    normalised, both = reached("with", 0.03, 0.0), reached("with", 1.0, 0.5)
    assert dropout - plain < 0.03 < both - normalised
    assert normalised < plain


def test_the_share_of_random_labels() -> None:
    """Are 0.3 * 0.9 of the training labels wrong, and none if none is drawn at random?"""
    right = datasets.mnist().y_train[:1000]
    assert (data(random=0)[0][1] == right).all()
    assert 0.24 < (data(random=0.3)[0][1] != right).mean() < 0.3
