"""7.4 Adding normalisation layers calls for a look at the performance.

Three hidden layers with ReLU on MNIST digits. The sick arm's running statistics lag far behind.
Outcome: the accuracy on the same training digits in training mode minus in inference mode.
Effect: sick - healthy.
"""

import copy
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from lab import datasets
from lab.measures import variance_ratios
from lab.networks import dense_layers, mlp
from lab.training import History, accuracy, train

ARMS = {"healthy": 0.1, "sick": 0.0003}  # name -> momentum
BUDGET = {"steps": 300, "batch_size": 64}
LR = 0.4

digits = datasets.mnist().flat()
probe, answers = digits.x_train[:500], digits.y_train[:500]  # training data, the same


def log(model: nn.Module) -> tuple[float, float, float]:
    """Three numbers, read between the backward pass and the update.

    The gap between the modes, the mean variance ratio, and the first gradient over the last.
    """
    twin = copy.deepcopy(model).train()  # a copy, because its running statistics move
    right = twin(torch.tensor(probe)).argmax(1).numpy() == answers
    weights = [layer.weight for layer in dense_layers(model.modules())]
    gradients = [weight.grad.norm().item() for weight in weights if weight.grad is not None]
    return (
        right.mean() - accuracy(model, probe, answers),
        variance_ratios(model, probe).mean(),
        gradients[0] / gradients[-1],
    )


class Run(NamedTuple):
    """A trained network, its history, and its log every 20 steps, (evaluations, 3)."""

    model: nn.Sequential
    history: History
    log: npt.NDArray[np.float64]


def run(arm: str, seed: int, **options: Any) -> Run:
    """Train, and log."""
    norm = partial(nn.BatchNorm1d, momentum=ARMS[arm])
    model = mlp((784, 100, 100, 100, 10), nn.ReLU, norm, seed)
    logged = []

    def watch(step: int, model: nn.Module) -> None:
        if step % 20 == 0:
            logged.append(log(model))

    options = BUDGET | options
    history = train(model, digits.x_train, digits.y_train, lr=LR, seed=seed, watch=watch, **options)
    return Run(model, history, np.array(logged))


def outcome(arm: str, seed: int, **options: Any) -> float:
    """The gap between the modes at the last look."""
    return float(run(arm, seed, **options).log[-1, 0])
