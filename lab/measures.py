"""What experiments read off a history or a network."""

import copy
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .networks import dense_layers, norm_layers
from .training import History

Floats = npt.NDArray[np.float64]


def steps_to(history: History, level: float) -> float:
    """Steps after which the test accuracy was first at least `level`; infinite if it never was."""
    for step, value in zip(history.evaluated_at, history.accuracy, strict=True):
        if value >= level:
            return step
    return float("inf")


def first_passage(history: History, level: float, over: int = 5) -> float:
    """Steps to the place where the accuracy, smoothed, first is at `level`; all, if it never is.

    Smoothed is the mean of `over` measurements in a row, at the mean of their steps: of a curve
    that goes up and down, one measurement is early at any level.
    """
    window = np.ones(over) / over
    smooth = np.convolve(history.accuracy, window, "valid")
    steps = np.convolve(history.evaluated_at, window, "valid")
    (above,) = np.nonzero(smooth >= level)
    if not len(above):
        return float(history.evaluated_at[-1])
    i = int(above[0])
    if i == 0:
        return float(steps[0])
    return float(np.interp(level, smooth[i - 1 : i + 1], steps[i - 1 : i + 1]))


def mean_loss(history: History, last: int = 0) -> float:
    """The mean training loss of the `last` mini-batches, or of all if 0; infinite if one is not."""
    losses = np.asarray(history.loss[-last:])
    return float(losses.mean()) if np.isfinite(losses).all() else float("inf")


def nll(model: nn.Module, x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """The negative log likelihood (nats) of classes y (N, ...) given x (N, ...), in inference."""
    model.eval()
    with torch.no_grad():
        return F.cross_entropy(model(torch.as_tensor(x)), torch.as_tensor(y)).item()


def last_inputs(model: nn.Sequential, x: npt.ArrayLike) -> Floats:
    """What enters the last hidden layer's activation, (N, D), for a batch x (N, ...).

    With the statistics of this batch, as in training. The model stays as it is.
    """
    part = copy.deepcopy(model[:-2]).train()
    with torch.no_grad(), torch.random.fork_rng(devices=()):
        values: Floats = part(torch.as_tensor(x)).double().numpy()
    return values


def gradient_shift(
    model: nn.Sequential, x: npt.ArrayLike, y: npt.ArrayLike, lr: float, layer: int
) -> float:
    """The internal covariate shift of a dense layer as Santurkar et al. (2018) define it.

    That is ||G - G'||, here as a share of ||G||.
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
    return float((before[0] - after).norm() / before[0].norm())


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


class Depth(NamedTuple):
    """By dense layer, (L,): the deviation of its outputs and the norm of their gradient.

    std is over samples and units together; over_batch, the mean over units of the deviation over
    the samples, falls where a network tells samples apart no more, though its units still differ.
    """

    std: Floats
    over_batch: Floats
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
        np.array([output.std(dim=0).mean().item() for output in outputs]),
        np.array([gradient.norm().item() for gradient in gradients]),
    )


def growth(gradient: npt.ArrayLike) -> float:
    """The factor by which gradients (L,) grow on the way down, per layer: above 1, they explode.

    The first layer, which sees the data, and the last, the classes, are left out.
    """
    hidden = np.asarray(gradient, dtype=float)[1:-1]
    return float((hidden[0] / hidden[-1]) ** (1 / (len(hidden) - 1)))


def variance_ratios(model: nn.Module, x: npt.ArrayLike) -> Floats:
    """For each batch norm, the variance that it meets in inference over the one that it expects.

    The mean over its features of var(input) / running_var, for x (N, ...); 1 is no shift.
    """
    model = copy.deepcopy(model).eval()
    ratios: list[float] = []

    def meet(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        axes = [axis for axis in range(inputs[0].ndim) if axis != 1]
        ratio = inputs[0].var(dim=axes) / (norm.running_var + norm.eps)  # type: ignore[operator]
        ratios.append(float(ratio.mean()))

    for norm in norm_layers(model):
        norm.register_forward_pre_hook(meet)
    with torch.no_grad():
        model(torch.as_tensor(x))
    return np.array(ratios)


def _norm(tensors: Sequence[Tensor]) -> float:
    return float(torch.cat([tensor.flatten() for tensor in tensors]).norm().item())


def _loss(model: nn.Sequential, x: npt.ArrayLike, y: npt.ArrayLike) -> Tensor:
    with torch.random.fork_rng(devices=()):  # training goes on with its own random numbers
        torch.manual_seed(0)
        return F.cross_entropy(model(torch.as_tensor(x)), torch.as_tensor(y))
