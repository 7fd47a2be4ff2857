"""lab/standardised.py: what a batch normalisation layer gives out (lines 2.1 and 2.2)."""

import pytest
from torch import nn

from lab.networks import mlp
from lab.samples import pictures
from lab.standardised import Statistics, distance, standard, watch


@pytest.fixture(scope="module")
def watched() -> list[dict[str, Statistics]]:
    """The last hidden layer of two networks of each kind, over 60 steps."""
    digits, widths = pictures(0).train, (784, 100, 100, 100, 10)
    return [
        watch(
            mlp(widths, nn.ReLU, nn.BatchNorm1d, seed),
            mlp(widths, nn.ReLU, None, seed),
            digits,
            steps=60,
            seed=seed,
        )
        for seed in range(2)
    ]


def test_it_standardises(watched: list[dict[str, Statistics]]) -> None:
    """Are features much nearer to mean 0 and deviation 1 behind the layer than before it?"""
    for seen in watched:
        assert distance(seen["y"]) < 0.3 * distance(seen["x"])
        assert distance(seen["y"]) < 0.3 * distance(seen["plain"])


def test_mean_0_and_variance_1(watched: list[dict[str, Statistics]]) -> None:
    """Is that so for x_hat in every mini-batch, and for nothing else?"""
    for seen in watched:
        assert standard(seen["x_hat"]) == 1
        assert standard(seen["y"]) < 1
        assert standard(seen["plain"]) < 0.05
        assert standard(seen["relu(y)"]) < 0.05
