"""7.3 A batch that is too small reduces its effect."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from lab import datasets
from lab.claims.c7_3_batch_size import MicroBatchNorm2d, outcome
from lab.networks import cnn, norm_layers


def test_a_batch_too_small_reduces_its_effect() -> None:
    """Is 128 better than 2, 2 better than 1, and group norm in between?"""

    def reached(arm: str) -> float:
        return float(np.mean([outcome(arm, seed, 0.4, steps=60) for seed in range(2)]))

    one, two, many = (reached(f"N = {N}") for N in (1, 2, 128))
    assert one < 0.3 < two < many
    assert one < reached("group norm") < many


def test_accumulation_is_not_a_larger_batch() -> None:
    """Do micro-batches one after the other give the gradient and statistics of MicroBatchNorm2d?"""
    clothes = datasets.fashion()
    x, y = torch.tensor(clothes.x_train[:32, None]), torch.tensor(clothes.y_train[:32])
    whole, apart, joint = (
        cnn(norm, 0) for norm in (nn.BatchNorm2d, nn.BatchNorm2d, partial(MicroBatchNorm2d, size=8))
    )
    for model, size in ((whole, 32), (apart, 8), (joint, 32)):
        for rows in torch.arange(32).view(-1, size):
            loss = nn.functional.cross_entropy(model(x[rows]), y[rows]) * size / 32
            loss.backward()  # type: ignore[no-untyped-call]
    gradients = [model[0].weight.grad.numpy() for model in (whole, apart, joint)]  # type: ignore
    assert gradients[2] == pytest.approx(gradients[1], abs=1e-6)
    assert np.abs(gradients[0] - gradients[1]).max() > 1e-2 * np.abs(gradients[0]).max()
    for ours, theirs in zip(norm_layers(joint), norm_layers(apart), strict=True):
        for name in ("running_mean", "running_var"):
            expected = getattr(theirs, name).numpy()
            assert getattr(ours, name).numpy() == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_micro_batches_must_divide_the_batch() -> None:
    """Does a batch that is not a number of micro-batches say so?"""
    with pytest.raises(ValueError, match="10 images are not a number of micro-batches of 4"):
        MicroBatchNorm2d(3, 4)(torch.zeros(10, 3, 2, 2))
