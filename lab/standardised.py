"""What a batch normalisation layer gives out, measured in networks that train."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from .samples import Sample
from .training import train

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

    def __init__(self, norm: nn.Module) -> None:
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


def watch(
    normal: nn.Sequential, plain: nn.Sequential, data: Sample, *, steps: int, seed: int
) -> dict[str, Statistics]:
    """Train both networks, and return what was read off their last hidden layer at each step.

    Their last layers are dense, norm, activation, dense and dense, activation, dense.
    plain: what enters the activation without normalisation; with it: x, x_hat, y and what
    leaves the activation.
    """
    meter, after, without = Meter(normal[-3]), Statistics(), Statistics()
    hooks = [
        normal[-2].register_forward_hook(lambda layer, inputs, out: after.add(out)),
        plain[-3].register_forward_hook(lambda layer, inputs, out: without.add(out)),
    ]
    for model in (normal, plain):
        train(model, *data, steps=steps, lr=0.1, batch_size=64, seed=seed)
    for hook in hooks:
        hook.remove()
    meter.stop()
    return {"plain": without, "x": meter.x, "x_hat": meter.x_hat, "y": meter.y, "relu(y)": after}


def inference_statistics(model: nn.Sequential, batches: list[Tensor]) -> Statistics:
    """Statistics of x_hat in the last hidden layer over batches seen in inference mode."""
    meter, was_training = Meter(model[-3]), model.training
    model.eval()
    with torch.no_grad():
        for batch in batches:
            model(batch)
    model.train(was_training)
    meter.stop()
    return meter.x_hat
