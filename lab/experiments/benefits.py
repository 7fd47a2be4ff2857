"""Chapter 5: what batch normalisation brings, and where it stops."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import dense_layers

Floats = npt.NDArray[np.float64]


class GhostBatchNorm(nn.Module):
    """Batch normalisation with the statistics of groups of the batch (Hoffer et al. 2017).

    The groups' size sets the noise of the statistics; the gradient is still the whole batch's.
    """

    def __init__(self, num_features: int, size: int) -> None:
        super().__init__()
        self.size = size
        self.norm = nn.BatchNorm1d(num_features)

    def forward(self, x: Tensor) -> Tensor:
        """y, (N, D), from x, (N, D). In training, `size` rows share their statistics."""
        groups = torch.split(x, self.size if self.training else len(x))
        return torch.cat([self.norm(group) for group in groups])


class Depth(NamedTuple):
    """By dense layer, (L,): the deviation of its outputs and the norm of their gradient."""

    std: Floats
    gradient: Floats


def by_depth(model: nn.Module, x: npt.ArrayLike, y: npt.ArrayLike) -> Depth:
    """Signals and gradients of one batch x (N, ...), y (N,) in training mode, layer by layer."""
    outputs: list[Tensor] = []
    hooks = [
        layer.register_forward_hook(lambda *call: outputs.append(call[-1]))
        for layer in dense_layers(model.modules())
    ]
    loss = F.cross_entropy(model.train()(torch.as_tensor(x)), torch.as_tensor(y))
    for hook in hooks:
        hook.remove()
    gradients = torch.autograd.grad(loss, outputs)
    return Depth(
        np.array([output.std().item() for output in outputs]),
        np.array([gradient.norm().item() for gradient in gradients]),
    )


def growth(gradient: npt.ArrayLike) -> float:
    """The factor by which gradients (L,) grow on the way down, per layer: above 1, they explode.

    The first layer, which sees the data, and the last, the classes, are left out.
    """
    hidden = np.asarray(gradient, dtype=float)[1:-1]
    return float((hidden[0] / hidden[-1]) ** (1 / (len(hidden) - 1)))
