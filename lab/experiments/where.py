"""Chapter 4: where batch normalisation stands in a network, and over which axes it averages."""

from collections.abc import Callable, Sequence

import numpy.typing as npt
import torch
from torch import nn

from lab.training import accuracy, train

from . import Norm

HELD_OUT = 500  # rows of the training set that choose a learning rate
TUNING_SEED = 100  # none of SEEDS


def cnn(norm: Norm | None, seed: int, widths: Sequence[int] = (8, 16, 16)) -> nn.Sequential:
    """Convolutions 3 x 3 of stride 2 on images (N, 1, H, W), then a dense layer on channel means.

    Each convolution is followed by `norm` (unless None) and a ReLU.
    Weights are He's (2015), biases 0, and left out where a norm would take them away again.
    """
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for inputs, outputs in zip((1, *widths[:-1]), widths, strict=True):
        layers.append(nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=norm is None))
        if norm is not None:
            layers.append(norm(outputs))
        layers.append(nn.ReLU())
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], 10)]
    for layer in layers:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)


def norm_after(model: nn.Sequential) -> nn.Sequential:
    """The same layers with each batch norm moved behind the activation that follows it."""
    layers = list(model)
    for place, layer in enumerate(layers[:-1]):
        if isinstance(layer, nn.BatchNorm1d) and not isinstance(layers[place + 1], nn.BatchNorm1d):
            layers[place], layers[place + 1] = layers[place + 1], layer
    return nn.Sequential(*layers)


def best_lr(
    make: Callable[[int], nn.Module],
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    lrs: Sequence[float],
    *,
    steps: int,
    batch_size: int = 128,
) -> float:
    """The learning rate whose run is most accurate on the last `HELD_OUT` rows of x (N, ...).

    `make(seed)` gives a new model. These rows take no part in the runs compared here, and
    the seed is not one of those behind a verdict. Test data play no part.
    """
    inputs, targets = torch.as_tensor(x), torch.as_tensor(y)

    def score(lr: float) -> float:
        model = make(TUNING_SEED)
        train(
            model,
            inputs[:-HELD_OUT],
            targets[:-HELD_OUT],
            steps=steps,
            lr=lr,
            batch_size=batch_size,
            seed=TUNING_SEED,
        )
        return accuracy(model, inputs[-HELD_OUT:], targets[-HELD_OUT:])

    return max(lrs, key=score)
