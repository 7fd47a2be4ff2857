"""7.3 A batch that is too small reduces its effect.

Three convolutions on Fashion-MNIST at half its size. Each step has 128 pictures, of which N share
their statistics; group norm takes them from one picture.
Outcome: the test accuracy.
Effect: N = 128 - N = 2.
"""

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lab import datasets
from lab.networks import Norm, cnn
from lab.training import accuracy, best_lr, train


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


SIZES = (1, 2, 4, 8, 32, 128)
ARMS: dict[str, Norm] = {
    "group norm": partial(nn.GroupNorm, 4),
    **{f"N = {N}": partial(MicroBatchNorm2d, size=N) for N in SIZES},
}
BUDGET = {"steps": 100, "batch_size": 128}
LRS = (0.1, 0.4, 1.6)


def halved(images: datasets.Floats) -> datasets.Floats:
    """(N, 28, 28) to (N, 1, 14, 14) by the mean of 2 x 2 pixels: four times as fast."""
    half: datasets.Floats = images.reshape(-1, 1, 14, 2, 14, 2).mean(axis=(3, 5))
    return half


clothes = datasets.fashion()
x_train, y_train = halved(clothes.x_train), clothes.y_train
x_test, y_test = halved(clothes.x_test), clothes.y_test


def run(arm: str, seed: int, lr: float, **options: Any) -> nn.Sequential:
    """A trained network."""
    model = cnn(ARMS[arm], seed)
    train(model, x_train, y_train, lr=lr, seed=seed, **BUDGET | options)
    return model


def tuned(arm: str) -> float:
    """The rate that is best on 500 pictures, which are kept out of that training."""
    return best_lr(partial(cnn, ARMS[arm]), x_train, y_train, LRS, **BUDGET)


def outcome(arm: str, seed: int, lr: float, **options: Any) -> float:
    """The test accuracy."""
    return accuracy(run(arm, seed, lr, **options), x_test, y_test)
