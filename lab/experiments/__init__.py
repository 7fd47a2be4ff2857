"""The experiments behind the verdicts: pages run them at full budget, tests at a reduced one."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from matplotlib.axes import Axes
from torch import nn

from lab import datasets
from lab.training import History

Norm = Callable[[int], nn.Module]  # features -> layer, such as nn.BatchNorm1d

SEEDS = range(5)


def flat(images: datasets.Images) -> datasets.Images:
    """The same images as rows: x (N, 784) float32, y (N,) int64."""
    return images._replace(
        x_train=images.x_train.reshape(len(images.x_train), -1),
        x_test=images.x_test.reshape(len(images.x_test), -1),
    )


def mlp(
    widths: Sequence[int],
    activation: type[nn.Module],
    norm: Norm | None,
    seed: int,
    *,
    scale: float = 1.0,
    dropout: float = 0.0,
) -> nn.Sequential:
    """Dense layers of these widths, from the input to the classes, drawn from `seed`.

    Each hidden layer is dense, `norm` (unless None), activation, dropout (unless 0).
    Weights are normal with the variance that suits the activation, times scale**2: 2 / inputs
    before a ReLU (He et al. 2015), else 2 / (inputs + outputs) (Glorot and Bengio 2010).
    Biases are 0, and left out where a norm would take them away again.
    """
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths[:-1]):
        layers.append(nn.Linear(inputs, outputs, bias=norm is None))
        if norm is not None:
            layers.append(norm(outputs))
        layers.append(activation())
        if dropout:
            layers.append(nn.Dropout(dropout))
    layers.append(nn.Linear(widths[-2], widths[-1]))
    for layer in dense_layers(layers):
        if activation is nn.ReLU:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        else:
            nn.init.xavier_normal_(layer.weight)
        with torch.no_grad():
            layer.weight *= scale
            if layer.bias is not None:
                layer.bias.zero_()
    return nn.Sequential(*layers)


def dense_layers(layers: Iterable[nn.Module]) -> list[nn.Linear]:
    """The dense layers among these, in order."""
    return [layer for layer in layers if isinstance(layer, nn.Linear)]


def steps_to(history: History, level: float) -> float:
    """Steps after which the test accuracy was first at least `level`; infinite if it never was."""
    for step, value in zip(history.evaluated_at, history.accuracy, strict=True):
        if value >= level:
            return step
    return float("inf")


def final_loss(history: History, steps: int = 50) -> float:
    """The mean training loss of the last `steps` mini-batches; infinite if one was not finite."""
    last = np.asarray(history.loss[-steps:])
    return float(last.mean()) if np.isfinite(last).all() else float("inf")


def spread(ax: Axes, x: npt.ArrayLike, runs: npt.ArrayLike, **style: Any) -> None:
    """Draw the mean of runs (seeds, K) over x (K,), and a band from the lowest to the highest."""
    values = np.asarray(runs, dtype=float)
    (line,) = ax.plot(x, values.mean(axis=0), **style)
    ax.fill_between(
        np.asarray(x, dtype=float),
        values.min(axis=0),
        values.max(axis=0),
        color=line.get_color(),
        alpha=0.2,
        linewidth=0,
    )
