"""7.3 A batch that is too small reduces its effect.

Three convolutions on clothes at half their size. Each step has 64 pictures, of which N share
their statistics, so that nothing but the statistics depends on N. Group norm takes them from one.
"""

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lab.evidence.experiment import Experiment
from lab.networks import Norm, cnn
from lab.samples import Sample
from lab.training import accuracy, fit, recalibrate


class MicroBatchNorm2d(nn.Module):
    """Batch normalisation as micro-batches of `size` images see it, for a batch (N, C, H, W).

    In training, each `size` images share their statistics, and the running statistics take
    those of one micro-batch after the other. So the gradient of the mean loss is what
    N / size micro-batches accumulate. In inference it is nn.BatchNorm2d.
    """

    def __init__(self, num_features: int, size: int, momentum: float = 0.1) -> None:
        super().__init__()
        self.size, self.momentum = size, momentum
        self.norm = nn.BatchNorm2d(num_features, momentum=momentum)

    def forward(self, x: Tensor) -> Tensor:
        """y, (N, C, H, W), from x, (N, C, H, W). ValueError: in training size does not divide N."""
        if not self.training:
            return self.norm(x)  # type: ignore[no-any-return]
        N, C, H, W = x.shape
        if N % self.size:
            raise ValueError(f"x: {N} images are not a number of micro-batches of {self.size}.")
        G = N // self.size
        # a group's channels become channels of their own: (size, G C, H, W)
        groups = x.view(G, self.size, C, H, W).transpose(0, 1).reshape(self.size, G * C, H, W)
        mean, var = torch.zeros(G * C), torch.ones(G * C)
        y = F.batch_norm(
            groups, mean, var, self.norm.weight.repeat(G), self.norm.bias.repeat(G), True, 1.0
        )
        # momentum 1 has left each group's own statistics in mean and var
        weights = self.momentum * (1 - self.momentum) ** torch.arange(G - 1, -1, -1)
        kept = (1 - self.momentum) ** G
        running = ((self.norm.running_mean, mean), (self.norm.running_var, var))
        for estimate, groupwise in running:
            assert estimate is not None
            estimate.mul_(kept).add_(weights @ groupwise.view(G, C))
        return y.view(self.size, G, C, H, W).transpose(0, 1).reshape(N, C, H, W)


ARMS: dict[str, Norm] = {
    **{f"N = {N}": partial(MicroBatchNorm2d, size=N) for N in (64, 2, 1, 8)},
    "group norm": partial(nn.GroupNorm, 4),
}


def run(
    arm: str,
    seed: int,
    train: Sample,
    *,
    lr: float,
    widths: tuple[int, ...] = (8, 16, 16),
    strides: tuple[int, ...] = (2, 2, 2),
    **options: Any,
) -> nn.Sequential:
    """A trained network."""
    model = cnn(ARMS[arm], seed, widths, strides)
    fit(model, *train, lr=lr, seed=seed, batch_size=64, **options)
    return model


def trial(
    arm: str,
    seed: int,
    train: Sample,
    judge: Sample,
    *,
    mended: bool = False,
    **conditions: Any,
) -> dict[str, float]:
    """Points on unseen pictures, with statistics of the training set if `mended`; both, beside.

    What new statistics bring back was lost in inference; the rest was lost while training.
    """
    model = run(arm, seed, train, **conditions)
    kept = 100 * accuracy(model, *judge)
    again = 100 * accuracy(recalibrate(model, train.x), *judge)
    return {"points": again if mended else kept, "recalibrated": again}


EXPERIMENT = Experiment(
    claims=("7.3",),
    outcome="points",
    unit="points of accuracy",
    matters=1,
    because="one picture in a hundred, what the layer itself should bring",
    contrast={"N = 64": 1, "N = 2": -1},
    others=("N = 1", "N = 8", "group norm"),
    trial=trial,
    grid={"lr": (0.1, 0.25, 0.6, 1.5)},
    conditions={"data": "clothes", "size": 14, "flat": False, "steps": 200},
    settings={
        "new statistics": {"mended": True},
        "raw pixels": {"inputs": "raw"},
        "momentum": {"optimizer": "momentum"},
        "Adam": {"optimizer": "Adam"},
        "two convolutions": {"widths": (8, 16), "strides": (2, 2)},
        "five convolutions": {"widths": (8, 8, 16, 16, 16), "strides": (2, 1, 2, 1, 2)},
        "digits": {"data": "digits"},
        "500 pictures": {"examples": 500},
        "twice the steps": {"steps": 400},
    },
)
