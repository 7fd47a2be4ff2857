"""Chapter 7: depth, dropout, batch size, monitoring and weight decay."""

import copy

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

Floats = npt.NDArray[np.float64]
Norms = (nn.BatchNorm1d, nn.BatchNorm2d)


class Skip(nn.Module):
    """x plus what the layers inside make of x: a residual block (He et al. 2016)."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.inside = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """x + inside(x), (N, D)."""
        return x + self.inside(x)  # type: ignore[no-any-return]


def with_skips(model: nn.Sequential) -> nn.Sequential:
    """The same layers, with a skip over each hidden layer but the first.

    A hidden layer is three of the model's: dense, norm, activation. The last one is the output.
    """
    layers = list(model)
    middle = [Skip(*layers[i : i + 3]) for i in range(3, len(layers) - 1, 3)]
    return nn.Sequential(*layers[:3], *middle, layers[-1])


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


def norm_layers(model: nn.Module) -> list[nn.Module]:
    """The batch norms in the model, in order."""
    return [layer for layer in model.modules() if isinstance(layer, Norms)]


def recalibrate(model: nn.Module, x: npt.ArrayLike, batch_size: int = 500) -> nn.Module:
    """A copy of the model whose running statistics are the average over batches of x (N, ...).

    Only batch norms are in training mode meanwhile: no dropout, and no weight moves.
    """
    model = copy.deepcopy(model).eval()
    inputs = torch.as_tensor(x)
    for norm in norm_layers(model):
        norm.reset_running_stats()  # type: ignore[operator]
        norm.momentum = None  # type: ignore[assignment]  # the plain average
        norm.train()
    with torch.no_grad():
        for batch in torch.split(inputs, batch_size):
            model(batch)
    return model.eval()


def variance_ratios(model: nn.Module, x: npt.ArrayLike) -> Floats:
    """For each batch norm, the variance that it meets in inference over the one that it expects.

    The mean over its features of var(input) / running_var, for x (N, ...); 1 is no shift.
    """
    model = copy.deepcopy(model).eval()
    ratios: list[float] = []

    def meet(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        axes = [axis for axis in range(inputs[0].ndim) if axis != 1]
        ratio = inputs[0].var(dim=axes) / (norm.running_var + norm.eps)  # type: ignore[operator]
        ratios.append(float(ratio.mean()))

    for norm in norm_layers(model):
        norm.register_forward_pre_hook(meet)
    with torch.no_grad():
        model(torch.as_tensor(x))
    return np.array(ratios)
