"""8.4 It is used in large-scale architectures.

Eight hidden layers with ReLU on MNIST digits; 32 samples a device, which share their statistics.
Outcome: how many times fewer steps to 85 % of the test digits sixteen devices need than one.
Effect: with - without.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from torch import nn

from lab import datasets
from lab.measures import steps_to
from lab.networks import GhostBatchNorm, Norm, mlp
from lab.training import HELD_OUT, TUNING_SEED, train

ARMS: dict[str, Norm | None] = {"without": None, "with": partial(GhostBatchNorm, size=32)}
BUDGET = {  # by the number of devices
    1: {"steps": 250, "batch_size": 32, "evaluate_every": 10},
    16: {"steps": 100, "batch_size": 512, "evaluate_every": 2},
}
LRS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)

Data = tuple[datasets.Floats, datasets.Integers]
digits = datasets.mnist().flat()
images, test = (digits.x_train, digits.y_train), (digits.x_test, digits.y_test)


def run(
    arm: str,
    seed: int,
    lr: float,
    *,
    devices: int,
    images: Data = images,
    test: Data = test,
    **options: Any,
) -> float:
    """Steps until 85 % of `test` are right; all of the budget, if they never are."""
    model = mlp((784, *[100] * 8, 10), nn.ReLU, ARMS[arm], seed)
    options = BUDGET[devices] | options
    history = train(model, *images, lr=lr, seed=seed, test=test, **options)
    return min(steps_to(history, 0.85), len(history.loss))


def tuned(arm: str, devices: int) -> float:
    """The rate with the fewest steps to 85 % of 500 digits that are kept out of that training."""
    x, y = images
    parts: dict[str, Data] = {
        "images": (x[:-HELD_OUT], y[:-HELD_OUT]),
        "test": (x[-HELD_OUT:], y[-HELD_OUT:]),
    }
    return min(LRS, key=lambda lr: run(arm, TUNING_SEED, lr, devices=devices, **parts))


def outcome(arm: str, seed: int, lr: Mapping[int, float], **options: Any) -> float:
    """Times fewer steps, at the rate for each number of devices."""
    one, sixteen = (run(arm, seed, lr[N], devices=N, **options) for N in BUDGET)
    return one / sixteen
