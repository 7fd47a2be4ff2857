"""1.4 It allows higher learning rates."""

import numpy as np
from torch import nn

from lab.claims.c1_4_learning_rate import ARMS, digits, largest_stable, run
from lab.measures import along_the_gradient
from lab.networks import mlp
from lab.training import train


def test_it_allows_higher_learning_rates() -> None:
    """Is a rate stable with it that is ten times too large without it?"""
    assert run("without", 0, 0.1, steps=120) > 0.8
    assert run("without", 0, 1.0, steps=120) < 0.2
    assert run("with", 0, 1.0, steps=120) > 0.8
    assert run("with", 0, 10.0, steps=120) < 0.5


def test_the_largest_stable_rate() -> None:
    """Is it the largest with 80 %, whatever lies between, and no number if there is none?"""
    assert largest_stable([0.9, 0.1, 0.8, 0.79], (0.1, 0.2, 0.4, 0.8)) == 0.4
    assert np.isnan(largest_stable([0.79, 0.1], (0.1, 0.2)))


def test_because_the_landscape_is_smoother() -> None:
    """Does the gradient keep its direction for a longer step with it?"""
    probe = digits.x_train[:500], digits.y_train[:500]
    changes = {}
    for arm, norm in ARMS.items():
        model = mlp((784, *[100] * 5, 10), nn.ReLU, norm, 0)
        train(model, digits.x_train, digits.y_train, steps=60, lr=0.1, batch_size=64)
        changes[arm] = along_the_gradient(model, *probe, (0.1, 1.0)).gradient_change
    assert (changes["with"] < changes["without"] / 1.5).all()
