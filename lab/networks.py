"""Networks that several experiments train, and the norms that they put into them."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

Norm = Callable[[int], nn.Module]  # features -> layer, such as nn.BatchNorm1d
BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


def mlp(
    widths: Sequence[int],
    activation: type[nn.Module],
    norm: Norm | None,
    seed: int,
    *,
    scale: float = 1.0,
    dropout: float = 0.0,
) -> nn.Sequential:
    """Dense layers of these widths, from the input to the classes, drawn from `seed`.

    Each hidden layer is dense, `norm` (unless None), activation, dropout (unless 0).
    Weights are normal with the variance that suits the activation, times scale**2: 2 / inputs
    before a ReLU (He et al. 2015), else 2 / (inputs + outputs) (Glorot and Bengio 2010).
    Biases are 0, and left out where a norm would take them away again.
    """
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths[:-1]):
        layers.append(nn.Linear(inputs, outputs, bias=norm is None))
        if norm is not None:
            layers.append(norm(outputs))
        layers.append(activation())
        if dropout:
            layers.append(nn.Dropout(dropout))
    layers.append(nn.Linear(widths[-2], widths[-1]))
    for layer in dense_layers(layers):
        if activation is nn.ReLU:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        else:
            nn.init.xavier_normal_(layer.weight)
        with torch.no_grad():
            layer.weight *= scale
            if layer.bias is not None:
                layer.bias.zero_()
    return nn.Sequential(*layers)


def cnn(
    norm: Norm | None,
    seed: int,
    widths: Sequence[int] = (8, 16, 16),
    strides: Sequence[int] = (2, 2, 2),
) -> nn.Sequential:
    """Convolutions 3 x 3 on images (N, 1, H, W), then a dense layer on the channels' means.

    Each convolution has its width, in channels, and its stride. It is followed by `norm` (unless
    None) and a ReLU.
    Weights are He's (2015), biases 0, and left out where a norm would take them away again.
    """
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for (inputs, outputs), stride in zip(pairwise((1, *widths)), strides, strict=True):
        layers.append(nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=norm is None))
        if norm is not None:
            layers.append(norm(outputs))
        layers.append(nn.ReLU())
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], 10)]
    model = nn.Sequential(*layers)
    he(model)
    return model


def he(model: nn.Module) -> None:
    """Draw all weights as He et al. (2015) do before a ReLU, and set all biases to 0."""
    for layer in model.modules():
        if isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def dense_layers(layers: Iterable[nn.Module]) -> list[nn.Linear]:
    """The dense layers among these, in order."""
    return [layer for layer in layers if isinstance(layer, nn.Linear)]


def norm_layers(model: nn.Module) -> list[nn.Module]:
    """The batch norms in the model, in order."""
    return [layer for layer in model.modules() if isinstance(layer, BATCH_NORMS)]


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


class GhostBatchNorm(nn.Module):
    """Batch normalisation with the statistics of groups of the batch (Hoffer et al. 2017).

    The groups' size sets the noise of the statistics; the gradient is still the whole batch's.
    """

    def __init__(self, num_features: int, size: int) -> None:
        super().__init__()
        self.size = size
        self.norm = nn.BatchNorm1d(num_features)

    def forward(self, x: Tensor) -> Tensor:
        """y, (N, D), from x, (N, D). In training, `size` rows share their statistics."""
        groups = torch.split(x, self.size if self.training else len(x))
        return torch.cat([self.norm(group) for group in groups])
