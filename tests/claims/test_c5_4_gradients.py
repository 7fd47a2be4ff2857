"""5.4 It helps to prevent vanishing and exploding gradients."""

import pytest
from torch import nn

from lab.claims.c5_4_gradients import run
from lab.measures import growth


def test_it_prevents_vanishing_and_exploding_gradients() -> None:
    """Does it keep gradients that would vanish, and explode slowly itself?"""

    def factor(activation: type[nn.Module], arm: str, scale: float = 1.0) -> float:
        return growth(run(arm, 0, activation, scale).gradient)

    assert factor(nn.Sigmoid, "without") < 0.3
    assert factor(nn.Sigmoid, "with") == pytest.approx(1.03, abs=0.03)
    assert factor(nn.ReLU, "without") == pytest.approx(1, abs=0.06)
    for scale in (0.5, 1.0, 2.0):  # Yang et al. 2019
        assert factor(nn.ReLU, "with", scale) == pytest.approx(1.23, abs=0.04)
    assert factor(nn.ReLU, "without", 0.5) == pytest.approx(0.5, abs=0.05)
    assert factor(nn.ReLU, "without", 2.0) == pytest.approx(2.0, abs=0.15)
