"""4.3 It stands before or after the activation, commonly before.

What is measured is whether the common place is the better one: three hidden layers on 2,000
digits, 16 times over.
"""

from typing import Any

from torch import nn

from lab.evidence.experiment import Experiment
from lab.networks import Norm, mlp
from lab.samples import Sample
from lab.training import accuracy, fit

ARMS: dict[str, Norm | None] = {
    "before": nn.BatchNorm1d,
    "after": nn.BatchNorm1d,
    "no norm": None,
}


def norm_after(model: nn.Sequential) -> nn.Sequential:
    """The same layers with each batch norm moved behind the activation that follows it."""
    layers = list(model)
    for place, layer in enumerate(layers[:-1]):
        if isinstance(layer, nn.BatchNorm1d) and not isinstance(layers[place + 1], nn.BatchNorm1d):
            layers[place], layers[place + 1] = layers[place + 1], layer
    return nn.Sequential(*layers)


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    lr: float,
    layers: int = 3,
    activation: type[nn.Module] = nn.ReLU,
    **options: Any,
) -> nn.Sequential:
    """A trained network; "after" starts with the weights of "before"."""
    model = mlp((train.x.shape[1], *[100] * layers, 10), activation, ARMS[arm], seed)
    if arm == "after":
        model = norm_after(model)
    fit(model, *train, lr=lr, seed=seed, batch_size=64, **options)
    return model


def trial(arm: str, seed: int, train: Sample, judge: Sample, **conditions: Any) -> dict[str, float]:
    """Points on unseen pictures."""
    return {"points": 100 * accuracy(run(arm, seed, train, **conditions), *judge)}


EXPERIMENT = Experiment(
    claims=("4.3",),
    outcome="points",
    unit="points of accuracy",
    matters=0.5,
    because="one picture in two hundred: the order costs nothing, so less than for a layer more",
    contrast={"before": 1, "after": -1},
    others=("no norm",),
    trial=trial,
    grid={"lr": (0.04, 0.1, 0.25, 0.6)},
    conditions={"steps": 500},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "sigmoid": {"activation": nn.Sigmoid},
        "tanh": {"activation": nn.Tanh},
        "one layer": {"layers": 1},
        "eight layers": {"layers": 8},
        "clothes": {"data": "clothes"},
        "500 digits": {"examples": 500},
        "100 steps": {"steps": 100},
    },
)
