"""1.2 It reduces internal covariate shift.

The shift is that of Santurkar et al. (2018): by how much of its length a layer's gradient changes
when the layers below have made their step. Five hidden layers with ReLU on digits, all with the
rate that suits the plain network best, since a longer step shifts more.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lab.evidence.experiment import Experiment
from lab.measures import gradient_shift
from lab.networks import Norm, mlp
from lab.samples import Sample
from lab.training import accuracy, fit

LOOK = 15  # steps between two looks


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


ARMS: dict[str, Norm | None] = {
    "without": None,
    "with": nn.BatchNorm1d,
    "noisy": NoisyBatchNorm,
}


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    lr: float,
    layers: int = 5,
    times: float = 1.0,
    **options: Any,
) -> tuple[nn.Sequential, list[float]]:
    """A trained network, and the shift of its last but one layer at each look.

    The rate is `times` the one that was tuned. The shift is measured along the gradient, with the
    rate that suits SGD, whatever the optimiser.
    """
    model = mlp((train.x.shape[1], *[100] * layers, 10), nn.ReLU, ARMS[arm], seed)
    lr, shifts = lr * times, []

    def watch(step: int, model: nn.Module) -> None:
        assert isinstance(model, nn.Sequential)
        if step % LOOK == 0:
            shifts.append(gradient_shift(model, train.x[:250], train.y[:250], lr, layers - 1))

    fit(model, *train, lr=lr, seed=seed, batch_size=64, watch=watch, **options)
    return model, shifts


def trial(arm: str, seed: int, train: Sample, judge: Sample, **conditions: Any) -> dict[str, float]:
    """The median shift, in percent of the gradient; 200 at most, as one turned round."""
    model, shifts = run(arm, seed, train, **conditions)
    shift = 100 * float(np.median(np.nan_to_num(shifts, nan=2, posinf=2)))
    return {"shift": min(shift, 200), "points": 100 * accuracy(model, *judge)}


EXPERIMENT = Experiment(
    claims=("1.2",),
    outcome="shift",
    unit="% of the gradient",
    matters=10,
    because="a tenth of its length turns a gradient by six degrees at most",
    contrast={"without": 1, "with": -1},
    others=("noisy",),
    trial=trial,
    tuned_by="points",
    tuned_for="without",
    grid={"lr": (0.04, 0.1, 0.25, 0.6)},
    conditions={"steps": 200, "size": 14},
    settings={
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "three layers": {"layers": 3},
        "ten layers": {"layers": 10},
        "clothes": {"data": "clothes"},
        "500 digits": {"examples": 500},
        "a third of the rate": {"times": 1 / 3},
        "four times the steps": {"steps": 800},
    },
)
