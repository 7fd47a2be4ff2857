"""5.4 It helps to prevent vanishing and exploding gradients.

Twenty hidden layers on a batch of MNIST digits, before any training.
Outcome: how far the factor by which gradients grow is from 1, in powers of ten over the layers, on
average over four cases.
Effect: without - with.
"""

import numpy as np
from torch import nn

from lab import datasets
from lab.measures import Depth, by_depth, growth
from lab.networks import Norm, mlp

ARMS: dict[str, Norm | None] = {"without": None, "with": nn.BatchNorm1d}
CASES: dict[str, tuple[type[nn.Module], float]] = {  # activation, scale of the first weights
    "sigmoid": (nn.Sigmoid, 1.0),
    "ReLU, half": (nn.ReLU, 0.5),
    "ReLU": (nn.ReLU, 1.0),
    "ReLU, twice": (nn.ReLU, 2.0),
}
LAYERS = 20

digits = datasets.mnist().flat()
batch = digits.x_train[:128], digits.y_train[:128]


def run(arm: str, seed: int, activation: type[nn.Module] = nn.ReLU, scale: float = 1.0) -> Depth:
    """Signals and gradients of the batch, layer by layer."""
    widths = (784, *[100] * LAYERS, 10)
    return by_depth(mlp(widths, activation, ARMS[arm], seed, scale=scale), *batch)


def outcome(arm: str, seed: int) -> float:
    """The mean distance from 1, in powers of ten."""
    factors = [growth(run(arm, seed, *case).gradient) for case in CASES.values()]
    return float(np.mean(LAYERS * np.abs(np.log10(factors))))
