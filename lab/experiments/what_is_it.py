"""What a batch normalisation layer gives out, measured in networks that train (chapter 2)."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

Floats = npt.NDArray[np.float64]


@dataclass
class Statistics:
    """Mean and variance of each feature over a batch; each list entry is (D,), one a step."""

    means: list[Floats] = field(default_factory=list)
    variances: list[Floats] = field(default_factory=list)

    def add(self, x: Tensor) -> None:
        """Record a batch x (N, D)."""
        values = x.detach().double()
        self.means.append(values.mean(0).numpy())
        self.variances.append(values.var(0, correction=0).numpy())


class Meter:
    """Records a batch normalisation layer at each pass: x, what comes in, x_hat and y.

    x_hat is what y is before gamma and beta: (y - beta) / gamma would divide by a gamma near 0,
    so it is computed again, from x and the statistics that the layer's mode asks for.
    """

    def __init__(self, norm: nn.BatchNorm1d) -> None:
        self.x, self.x_hat, self.y = Statistics(), Statistics(), Statistics()
        self._handle = norm.register_forward_hook(self._record)

    def _record(self, norm: nn.BatchNorm1d, inputs: tuple[Tensor], y: Tensor) -> None:
        (x,) = inputs
        # After a pass in training mode the running statistics have moved; they are not used then.
        x_hat = nn.functional.batch_norm(
            x.detach(),
            None if norm.training else norm.running_mean,
            None if norm.training else norm.running_var,
            training=norm.training,
            eps=norm.eps,
        )
        for where, values in ((self.x, x), (self.x_hat, x_hat), (self.y, y)):
            where.add(values)

    def stop(self) -> None:
        """Record no more."""
        self._handle.remove()


def standard(statistics: Statistics, tolerance: float = 0.05) -> float:
    """The share of features, over all batches, with mean in 0 and variance in 1 ± tolerance."""
    means, variances = np.array(statistics.means), np.array(statistics.variances)
    near = (np.abs(means) < tolerance) & (np.abs(variances - 1) < tolerance)
    return float(near.mean())


def distance(statistics: Statistics) -> float:
    """How far features are from mean 0 and standard deviation 1, averaged over all batches.

    The distance of one feature is sqrt(mean^2 + (std - 1)^2).
    """
    means, stds = np.array(statistics.means), np.sqrt(np.array(statistics.variances))
    return float(np.sqrt(means**2 + (stds - 1) ** 2).mean())


def inference_statistics(model: nn.Module, norm: nn.BatchNorm1d, batches: list[Tensor]) -> Meter:
    """A meter of `norm` over batches that the model saw in inference mode."""
    meter, was_training = Meter(norm), model.training
    model.eval()
    with torch.no_grad():
        for batch in batches:
            model(batch)
    model.train(was_training)
    meter.stop()
    return meter
