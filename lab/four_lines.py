"""Do the four lines of the lesson describe what an independent implementation computes?"""

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from . import datasets
from .networks import mlp

Floats = npt.NDArray[np.float64]


def digits(ours: npt.ArrayLike, theirs: npt.ArrayLike) -> float:
    """How many decimal digits agree: -log10 of the largest error over the largest value.

    At most 16, which is all that double precision has.
    """
    a, b = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    return float(-np.log10(max(np.abs(a - b).max() / np.abs(b).max(), 1e-16)))


def agreement(seed: int, *, scale: float = 1.0, offset: float = 0.0) -> dict[str, float]:
    """Digits in which each of the four lines (3.1 to 3.4 of the lesson) agrees with PyTorch.

    On the activations (N, D) of a random layer on N MNIST digits, N drawn from 2 to 128, in double
    precision, times `scale` and plus `offset`.  With momentum 1, PyTorch's running statistics are
    those of the batch, the variance unbiased.  Line 3.4 includes the gradients by which gamma and
    beta are learned.
    """
    rng = np.random.default_rng(seed)
    N = int(rng.integers(2, 129))
    images = torch.tensor(rng.choice(datasets.mnist().flat().x_train, N, replace=False))
    with torch.no_grad():
        x = mlp((784, 50, 50, 10), nn.ReLU, None, seed)[:3](images).double()  # (N, D)
        x = scale * x + offset
    D = x.shape[1]
    gamma, beta, dy = rng.normal(size=D), rng.normal(size=D), rng.normal(size=(N, D))
    bare = nn.BatchNorm1d(D, momentum=1.0, affine=False, dtype=torch.float64)
    full = nn.BatchNorm1d(D, dtype=torch.float64)
    full.weight.data, full.bias.data = torch.tensor(gamma), torch.tensor(beta)
    x_hat, y = bare(x), full(x)
    y.backward(torch.tensor(dy))
    assert bare.running_mean is not None
    assert bare.running_var is not None
    assert full.weight.grad is not None
    assert full.bias.grad is not None

    ours = x.numpy()
    mean = ours.sum(axis=0) / N  # (D,)
    variance = ((ours - mean) ** 2).sum(axis=0) / N  # (D,)
    ours_hat = (ours - mean) / np.sqrt(variance + 1e-5)  # (N, D)
    return {
        "3.1": digits(mean, bare.running_mean.numpy()),
        "3.2": digits(variance * N / (N - 1), bare.running_var.numpy()),
        "3.3": digits(ours_hat, x_hat.numpy()),
        "3.4": min(
            digits(gamma * ours_hat + beta, y.detach().numpy()),
            digits((dy * ours_hat).sum(axis=0), full.weight.grad.numpy()),
            digits(dy.sum(axis=0), full.bias.grad.numpy()),
        ),
    }
