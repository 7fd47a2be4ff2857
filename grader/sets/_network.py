"""A small network in NumPy that learns: what ps6 and ps7 are checked with where torch is not."""

import itertools
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from .. import reference
from ..reference import Array

EPS = 1e-5
# Others than ReLU and sigmoid, which learn nothing here: PyTorch's, by what sets them apart.
ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "leaky": lambda x: np.where(x > 0, x, 0.01 * x),
    "leaky-0.1": lambda x: np.where(x > 0, x, 0.1 * x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "silu": lambda x: x * _sigmoid(x),
    "gelu": lambda x: 0.5 * x * (1 + np.vectorize(math.erf)(x / np.sqrt(2))),
}
NORMS = ("norm", "layernorm")  # whose weight starts as ones and bias as zeros


class Network:
    """Layers in a row, with PyTorch's conventions and the state_dict of nn.Sequential.

    `kinds` of layers: linear, norm (batch normalisation of (N, D) or (N, C, H, W)), layernorm,
    relu, sigmoid, flatten, and dropout of everything (p = 1). `training` holds the mode of each
    layer, `momentum` that of each norm. Everything is computed in float64.
    """

    def __init__(self, kinds: Sequence[str], state: Mapping[str, Any]) -> None:
        self.kinds = tuple(kinds)
        # by the names of a state_dict: weights of linear layers are (out, in), all else (out,)
        self.values: dict[str, Array] = {k: np.array(v, np.float64) for k, v in state.items()}
        self.training = [True] * len(self.kinds)
        self.momentum: list[float | None] = [0.1] * len(self.kinds)
        self._inputs: list[Array] = []  # of each layer in the last forward pass
        self._batch: list[bool] = []  # its mode then, which may change before `gradients`

    @property
    def norms(self) -> list[int]:
        """The numbers of the layers that are batch normalisations."""
        return [i for i, kind in enumerate(self.kinds) if kind == "norm"]

    def train(self, mode: bool = True) -> "Network":
        """Set the mode of all layers."""
        self.training = [mode] * len(self.kinds)
        return self

    def eval(self) -> "Network":
        """Inference mode for all layers."""
        return self.train(False)

    def forward(self, x: Array, frozen: bool = False) -> Array:
        """What the network makes of x; `frozen` leaves running statistics in training mode too."""
        self._inputs, self._batch = [], []
        x = np.asarray(x, np.float64)
        for i, kind in enumerate(self.kinds):
            self._inputs.append(x)
            self._batch.append(self.training[i])
            x = self._layer(i, kind, x, frozen)
        return x

    def gradients(self, dy: Array) -> dict[str, Array]:
        """The gradients of the parameters after `forward`, where dy is that of its result."""
        found: dict[str, Array] = {}
        for i in reversed(range(len(self.kinds))):
            x, w = self._inputs[i], self.values.get(f"{i}.weight", np.empty(0))
            match self.kinds[i]:
                case "linear":
                    found[f"{i}.weight"] = dy.T @ x  # (out, in)
                    if f"{i}.bias" in self.values:
                        found[f"{i}.bias"] = dy.sum(axis=0)  # (out,)
                    dy = dy @ w  # (N, in)
                case "norm" if self._batch[i]:  # x is (N, D): what learns here has no feature maps
                    dy, found[f"{i}.weight"], found[f"{i}.bias"] = reference.batchnorm_backward(
                        dy, x, w, EPS
                    )
                case "norm":
                    std = np.sqrt(self.values[f"{i}.running_var"] + EPS)  # (D,)
                    x_hat = (x - self.values[f"{i}.running_mean"]) / std  # (N, D)
                    found[f"{i}.weight"] = (dy * x_hat).sum(axis=0)
                    found[f"{i}.bias"] = dy.sum(axis=0)
                    dy = dy * w / std  # no path leads through running statistics
                case "layernorm":
                    dy, found[f"{i}.weight"], found[f"{i}.bias"] = reference.layernorm_backward(
                        dy, x, w, EPS
                    )
                case "relu":
                    dy = dy * (x > 0)
                case "sigmoid":
                    y = _sigmoid(x)
                    dy = dy * y * (1 - y)
        return found

    def step(self, x: Array, y: Array, lr: float, only: Collection[str] | None = None) -> float:
        """One step of SGD on the cross-entropy of the rows x and classes y; the loss before it.

        `only` names the parameters that move.
        """
        loss, dy = cross_entropy(self.forward(x), y)
        self.move(self.gradients(dy), lr, only)
        return loss

    def move(
        self, gradients: Mapping[str, Array], lr: float, only: Collection[str] | None = None
    ) -> None:
        """Move the parameters, or only those, against their gradients."""
        for name, gradient in gradients.items():
            if only is None or name in only:
                self.values[name] = self.values[name] - lr * gradient

    def restart(self, i: int) -> None:
        """Let the running statistics of a norm start again."""
        size = self.values[f"{i}.running_mean"].shape
        self.values |= {f"{i}.running_mean": np.zeros(size), f"{i}.running_var": np.ones(size)}
        self.values[f"{i}.num_batches_tracked"] = np.array(0.0)

    def classes(self, x: Array) -> Array:
        """The class of each row with the largest output, in the mode that the layers are in."""
        found: Array = self.forward(x).argmax(axis=1)
        return found

    def _layer(self, i: int, kind: str, x: Array, frozen: bool) -> Array:
        w, b = self.values.get(f"{i}.weight"), self.values.get(f"{i}.bias")
        match kind:
            case "linear":
                assert w is not None
                return x @ w.T if b is None else x @ w.T + b  # (N, out)
            case "norm":
                rows = np.moveaxis(x, 1, -1)  # (N, H, W, C); (N, D) stays
                y = self._norm(i, rows.reshape(-1, rows.shape[-1]), frozen)  # (N H W, C)
                return np.moveaxis(y.reshape(rows.shape), -1, 1)  # (N, C, H, W)
            case "layernorm":
                assert w is not None
                assert b is not None
                return reference.layernorm_forward(x, w, b, EPS)
            case "relu":
                return np.maximum(x, 0)
            case "sigmoid":
                return _sigmoid(x)
            case _ if kind in ACTIVATIONS:
                return ACTIVATIONS[kind](x)
            case "dropout":
                return np.zeros_like(x) if self.training[i] else x  # all of it: no chance
            case "flatten":
                return x.reshape(len(x), -1)  # (N, C H W)
        raise ValueError(f"unknown kind of layer: {kind}")

    def _norm(self, i: int, x: Array, frozen: bool) -> Array:
        mean, variance = self.values[f"{i}.running_mean"], self.values[f"{i}.running_var"]  # (D,)
        if self.training[i]:
            if len(x) == 1:  # as PyTorch refuses it
                raise ValueError("Expected more than 1 value per channel when training")
            if not frozen:
                self._remember(i, x)
            mean, variance = x.mean(axis=0), x.var(axis=0)  # (D,), the biased variance
        x_hat = (x - mean) / np.sqrt(variance + EPS)
        y: Array = self.values[f"{i}.weight"] * x_hat + self.values[f"{i}.bias"]
        return y

    def _remember(self, i: int, x: Array) -> None:
        count = f"{i}.num_batches_tracked"
        # the state of a network that is new may lack it
        self.values[count] = self.values.get(count, np.array(0.0)) + 1
        share = self.momentum[i]
        if share is None:
            share = 1 / float(self.values[count])  # momentum=None: the average of all batches
        # running_var is unbiased
        for name, new in (("mean", x.mean(axis=0)), ("var", x.var(axis=0, ddof=1))):
            old = self.values[f"{i}.running_{name}"]
            self.values[f"{i}.running_{name}"] = (1 - share) * old + share * new


def initial(kinds: Sequence[str], sizes: Sequence[int], rng: np.random.Generator) -> dict[str, Any]:
    """The state of a new network as PyTorch makes it; `sizes` are those before and after linears.

    A linear layer before a norm has no bias.
    """
    state: dict[str, Any] = {}
    widths = itertools.pairwise(sizes)
    out = sizes[0]
    for i, kind in enumerate(kinds):
        if kind == "linear":
            inputs, out = next(widths)
            bound = inputs**-0.5  # nn.Linear's own: uniform up to 1 / sqrt(inputs)
            state[f"{i}.weight"] = rng.uniform(-bound, bound, (out, inputs))  # (out, in)
            if kinds[i + 1 : i + 2] != ("norm",):
                state[f"{i}.bias"] = rng.uniform(-bound, bound, out)
        if kind in NORMS:
            state |= {f"{i}.weight": np.ones(out), f"{i}.bias": np.zeros(out)}
        if kind == "norm":
            state |= {f"{i}.running_mean": np.zeros(out), f"{i}.running_var": np.ones(out)}
    return state


def cross_entropy(logits: Array, y: Array) -> tuple[float, Array]:
    """The mean cross-entropy of logits (N, C) and classes y (N,), and its gradient (N, C)."""
    # (N, C): at most 0, so that exp cannot overflow
    shifted = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(shifted)  # (N, C)
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(y))  # (N,)
    loss = -np.log(p[rows, y] + 1e-300).mean()  # finite even where p is 0
    p[rows, y] -= 1  # p - one_hot(y): the gradient of the sum over the rows
    return float(loss), p / len(y)


def _sigmoid(x: Array) -> Array:
    y: Array = 0.5 * (1 + np.tanh(0.5 * x))  # 1 / (1 + exp(-x)), which would overflow
    return y
