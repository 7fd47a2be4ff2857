"""5.1 Training converges faster.

Eight hidden layers with ReLU on MNIST digits, from He's initialisation.
Outcome: steps to 85 % of the test digits; all of the budget, if they are never reached.
Effect: the share of them that is saved, 1 - with / without.
"""

from collections.abc import Sequence
from typing import Any

from torch import nn

from lab import datasets
from lab.measures import mean_loss, steps_to
from lab.networks import Norm, dense_layers, mlp
from lab.training import History, train

ARMS: dict[str, Norm | None] = {"without": None, "with": nn.BatchNorm1d}
BUDGET: dict[str, Any] = {"steps": 200, "batch_size": 64, "evaluate_every": 10}
LRS = (0.03, 0.1, 0.3, 1.0)

digits = datasets.mnist().flat()
test = digits.x_test, digits.y_test


def network(
    arm: str, seed: int, layers: int = 8, start: str = "He", width: int = 100
) -> nn.Sequential:
    """Dense layers whose first weights are He's or, with the start "default", PyTorch's own."""
    model = mlp((784, *[width] * layers, 10), nn.ReLU, ARMS[arm], seed)  # He's initialisation
    if start == "default":
        for layer in dense_layers(model):
            layer.reset_parameters()  # PyTorch's own
    return model


def run(
    arm: str, seed: int, lr: float, *, layers: int = 8, start: str = "He", **options: Any
) -> History:
    """Train, and test every 10 steps."""
    model = network(arm, seed, layers, start)
    options = BUDGET | options
    return train(model, digits.x_train, digits.y_train, lr=lr, seed=seed, test=test, **options)


def tuned(arm: str, *, lrs: Sequence[float] = LRS, **options: Any) -> float:
    """The rate with the lowest training loss, on average over a run."""
    return min(lrs, key=lambda lr: mean_loss(run(arm, 10, lr, **options)))


def steps_needed(history: History, level: float = 0.85) -> float:
    """Steps to this test accuracy, or all steps of the run."""
    return min(steps_to(history, level), len(history.loss))


def outcome(arm: str, seed: int, lr: float, **options: Any) -> float:
    """Steps to 85 %."""
    return steps_needed(run(arm, seed, lr, **options))
