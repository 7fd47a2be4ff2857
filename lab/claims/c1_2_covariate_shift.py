"""1.2 It reduces internal covariate shift.

Both measures of the shift, and the noisy network, are after Santurkar et al. (2018); MNIST digits.
Outcome: by how much of its length the gradient of layer 4 changes when the layers below have made
their step, the median over a run.
Effect: without - with, both at the rate that suits the plain network.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from torch import nn

from lab import datasets
from lab.experiments.c1_2_covariate_shift import NoisyBatchNorm
from lab.measures import gradient_shift, last_inputs, mean_loss
from lab.networks import Norm, mlp
from lab.training import History, train

Floats = npt.NDArray[np.float64]

ARMS: dict[str, Norm | None] = {
    "without": None,
    "with": nn.BatchNorm1d,
    "noisy": NoisyBatchNorm,
}
BUDGET = {"steps": 200, "batch_size": 64}
LRS = (0.05, 0.1, 0.2, 0.3)

digits = datasets.mnist().flat()


def run(arm: str, seed: int, lr: float, **options: Any) -> History:
    """The history of a network with five hidden layers."""
    model = mlp((784, 100, 100, 100, 100, 100, 10), nn.ReLU, ARMS[arm], seed)
    return train(model, digits.x_train, digits.y_train, lr=lr, seed=seed, **BUDGET | options)


class Shifts(NamedTuple):
    """How far inputs, in standard deviations, and gradients of one run move, and its history."""

    inputs: Floats
    gradients: Floats
    history: History


def shifts(arm: str, seed: int, lr: float, *, layer: int = 4, **options: Any) -> Shifts:
    """Inputs of the last activation are looked at every 5 steps, the layer's gradient every 15."""
    probe = digits.x_train[:500], digits.y_train[:500]
    moments, gradients = [], []

    def watch(step: int, model: nn.Sequential) -> None:
        if step % 5 == 0:
            inputs = last_inputs(model, probe[0])  # (N, D)
            moments.append((inputs.mean(axis=0), inputs.std(axis=0)))
        if step % 15 == 0:
            gradients.append(gradient_shift(model, *probe, lr, layer))

    test = digits.x_test, digits.y_test
    history = run(arm, seed, lr, test=test, evaluate_every=20, watch=watch, **options)
    means, stds = np.array(moments).swapaxes(0, 1)  # (looks, D)
    moved = np.abs(np.diff(means, axis=0)) / (stds[:-1] + 1e-9)
    return Shifts(moved.mean(axis=1), np.array(gradients), history)


def tuned(arm: str) -> float:
    """The rate with the lowest training loss, on average over a run."""
    return min(LRS, key=lambda lr: mean_loss(run(arm, 10, lr)))


def outcome(arm: str, seed: int, lr: float, **options: Any) -> float:
    """The relative change of the gradient."""
    return float(np.median(shifts(arm, seed, lr, **options).gradients))
