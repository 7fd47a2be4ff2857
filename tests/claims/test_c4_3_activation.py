"""4.3 It stands before or after the activation, commonly before."""

import numpy as np
import pytest
from torch import nn

from lab.claims.c4_3_activation import norm_after, outcome
from lab.networks import mlp


def test_before_or_after_the_activation() -> None:
    """Do both orders beat no norm, and are they close to each other?"""
    plain, before, after = (
        np.mean([outcome(arm, seed, lr, steps=100) for seed in range(2)])
        for arm, lr in (("no norm", 0.2), ("before", 0.8), ("after", 0.8))
    )
    assert min(before, after) > plain
    assert before == pytest.approx(after, abs=0.03)


def test_norm_after_moves_only_the_norms() -> None:
    """Are the layers the same ones, each norm behind its activation?"""
    model = mlp((784, 100, 100, 10), nn.ReLU, nn.BatchNorm1d, 0)
    moved = norm_after(model)
    assert [model[i] for i in (0, 2, 1, 3, 5, 4, 6)] == list(moved)
