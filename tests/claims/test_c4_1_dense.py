"""4.1 It is used after dense layers."""

import torch
from torch import nn

from lab.claims.c4_1_dense import digits, run


def test_after_dense_layers() -> None:
    """Is the network with it better after 100 steps, each with its own learning rate?"""
    for seed in range(2):
        plain = run("plain", seed, 0.4, steps=100).accuracy[-1]
        assert run("batch norm", seed, 0.4, steps=100).accuracy[-1] > plain


def test_the_bias_before_it_is_redundant() -> None:
    """Is its gradient 0 up to rounding, and not so when the norm comes later?"""
    x, y = torch.tensor(digits.x_train[:500]), torch.tensor(digits.y_train[:500])
    gradients = []
    for layers in ((nn.BatchNorm1d(100), nn.ReLU()), (nn.ReLU(), nn.BatchNorm1d(100))):
        torch.manual_seed(0)
        dense = nn.Linear(784, 100)
        loss = nn.functional.cross_entropy(nn.Sequential(dense, *layers, nn.Linear(100, 10))(x), y)
        loss.backward()  # type: ignore[no-untyped-call]
        assert dense.bias.grad is not None
        gradients.append(float(dense.bias.grad.abs().max()))
    assert gradients[0] < 1e-6 < 1e-3 < gradients[1]
