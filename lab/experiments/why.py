"""Chapter 1: why batch normalisation matters, and what explains it."""

import copy
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import dense_layers

Floats = npt.NDArray[np.float64]


class NoisyBatchNorm(nn.Module):
    """Batch normalisation whose output is shifted and scaled anew, at random, in each batch.

    Each feature draws a mean in [-0.5, 0.5] and a scale in [1, 1.25] for the batch. Each sample
    draws around them, uniformly within 0.1 and normally with deviation 0.1. After Santurkar et
    al. (2018). In inference mode there is no noise.
    """

    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(num_features)

    def forward(self, x: Tensor) -> Tensor:
        """y, (N, D), from x, (N, D)."""
        y: Tensor = self.norm(x)
        if not self.training:
            return y
        features = y.shape[1]
        mean = torch.empty(features).uniform_(-0.5, 0.5)
        scale = torch.empty(features).uniform_(1.0, 1.25)
        shift = mean + torch.empty_like(y).uniform_(-0.1, 0.1)
        return y * (scale + 0.1 * torch.randn_like(y)) + shift


def last_inputs(model: nn.Sequential, x: npt.ArrayLike) -> Floats:
    """What enters the last hidden layer's activation, (N, D), for a batch x (N, ...).

    With the statistics of this batch, as in training. The model stays as it is.
    """
    part = copy.deepcopy(model[:-2]).train()
    with torch.no_grad(), torch.random.fork_rng(devices=()):
        values: Floats = part(torch.as_tensor(x)).double().numpy()
    return values


class Shift(NamedTuple):
    """How one update of the layers below changes a layer's gradient G into G'.

    relative: ||G - G'|| / ||G||; cosine: of the angle between them.
    """

    relative: float
    cosine: float


def gradient_shift(
    model: nn.Sequential, x: npt.ArrayLike, y: npt.ArrayLike, lr: float, layer: int
) -> Shift:
    """The internal covariate shift of a dense layer as Santurkar et al. (2018) define it.

    G is the gradient of the weights of dense layer `layer` on the batch x (N, ...), y (N,).
    G' is the same after a step of gradient descent in all parameters before that layer.
    The model stays as it is. Noise, if the model has any, is the same for both.
    """
    model = copy.deepcopy(model).train()
    target = dense_layers(model)[layer].weight
    below = []
    for parameter in model.parameters():
        if parameter is target:
            break
        below.append(parameter)
    before = torch.autograd.grad(_loss(model, x, y), [target, *below])
    with torch.no_grad():
        for parameter, gradient in zip(below, before[1:], strict=True):
            parameter.sub_(gradient, alpha=lr)
    (after,) = torch.autograd.grad(_loss(model, x, y), [target])
    return Shift(
        float((before[0] - after).norm() / before[0].norm()),
        float(F.cosine_similarity(before[0].flatten(), after.flatten(), dim=0)),
    )


class Landscape(NamedTuple):
    """What lies along a step: loss, (K,), and ||g - g'|| / ||g||, (K,), for its gradient g'."""

    loss: Floats
    gradient_change: Floats


def along_the_gradient(
    model: nn.Sequential, x: npt.ArrayLike, y: npt.ArrayLike, lrs: npt.ArrayLike
) -> Landscape:
    """What a step of gradient descent of each size in lrs (K,) leads to, from the same point.

    On the batch x (N, ...), y (N,), after Santurkar et al. (2018). The model stays as it is.
    """
    model = copy.deepcopy(model).train()
    parameters = list(model.parameters())
    start = [parameter.detach().clone() for parameter in parameters]
    gradients = torch.autograd.grad(_loss(model, x, y), parameters)
    losses, changes = [], []
    for lr in np.asarray(lrs, dtype=float):
        with torch.no_grad():
            for parameter, origin, gradient in zip(parameters, start, gradients, strict=True):
                parameter.copy_(origin - lr * gradient)
        loss = _loss(model, x, y)
        there = torch.autograd.grad(loss, parameters)
        losses.append(loss.item())
        changes.append(_norm([a - b for a, b in zip(gradients, there, strict=True)]))
    return Landscape(np.array(losses), np.array(changes) / _norm(gradients))


def _norm(tensors: Sequence[Tensor]) -> float:
    return float(torch.cat([tensor.flatten() for tensor in tensors]).norm().item())


def _loss(model: nn.Sequential, x: npt.ArrayLike, y: npt.ArrayLike) -> Tensor:
    with torch.random.fork_rng(devices=()):  # training goes on with its own random numbers
        torch.manual_seed(0)
        return F.cross_entropy(model(torch.as_tensor(x)), torch.as_tensor(y))
