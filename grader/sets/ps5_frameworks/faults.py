"""ps5_frameworks with mistakes: a PyTorch module modelled in NumPy, so that no torch is needed.

`BatchNorm` and `fold_batchnorm` answer what the drivers of the same names in the checks answer
about a student's: values, gradients, the state_dict, the names of the parameters, and which
exception is raised.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np

from ... import reference
from ...reference import Array
from ..ps1_standardize.faults import AFFINE, EPS, Standardize
from ..ps4_where.faults import AXES

# by check: the mistakes that it can name
MISTAKES = {
    "module_training": (
        "torch-does-it",
        "per-pixel",
        "per-sample",
        "channels-mixed",
        "channels-last",
        "broadcast-along-width",
        *EPS,
        *AFFINE,
        "divides-by-variance",
        "not-centred",
        "unbiased-normalise",
        "mean-of-variances",
        "one-pass-variance",
        "running-stats-in-training",
        "one-value-per-channel",
        "one-sample-refused",
        "memory-layout-assumed",
        "precision-fixed",
        "loses-dtype",
        "mutates-input",
    ),
    "module_inference": (
        "torch-does-it",
        "never-updated",
        "overwritten",
        "momentum-inverted",
        "momentum-inverted:variance",
        "momentum-inverted:average-too",
        "momentum-inverted:default-too",
        "momentum-fixed",
        "momentum-default:0.9",
        "momentum-default:0.01",
        "old-statistics-not-decayed",
        "biased-running-variance",
        "biased-running-variance:of-samples",
        "starts-at-zero-variance",
        "running-variance-forgotten",
        "running-standard-deviation",
        "first-batch-copied",
        "statistics-shape",
        "momentum-none",
        "momentum-none:ignored",
        "momentum-none:one-more",
        "momentum-none:one-less",
        "batches-not-counted",
        "batches-not-counted:samples",
        "batches-not-counted:in-inference",
        "batch-stats-in-eval",
        "updated-in-eval",
        "mode-from-grad-enabled",
        "eval-eps-outside-sqrt",
        "eval-eps-missing",
        "eval-no-affine",
        "refuses-one-in-eval",
    ),
    "module_state": (
        "torch-does-it",
        "not-a-parameter",
        "not-a-buffer",
        "not-a-buffer:not-saved",
        "stats-are-parameters",
        "other-names",
        "statistics-shape",
        "batches-not-counted",
        "counts-in-floats",
        "starts-at-zero-variance",
        "affine-ignored",
        "affine-false-crashes",
        "affine-false-crashes:arithmetic",
        "track-ignored",
        "track-ignored:zero-and-one",
        "track-false-crashes",
        "track-false-crashes:arithmetic",
    ),
    "module_gradients": (
        "torch-does-it",
        "no-grad-statistics",
        "mean-path-missing",
        "variance-path-missing",
        "input-detached",
        "not-detached",
        "not-a-parameter",
        "parameters-detached",
        "batch-stats-in-eval",
    ),
    "keras_to_torch": (
        "momentum-as-in-keras",
        "momentum-forgotten",
        "epsilon-forgotten",
        "gamma-beta-swapped",
        "moving-statistics-swapped",
        "deviation-for-variance",
        "variance-with-epsilon",
        "keras-names",
        "keras-names:epsilon",
        "keras-names:statistics",
        "keras-names:parameters",
        "statistics-shape",
    ),
    "fold_batchnorm": (
        "fold-without-mean",
        "fold-without-mean:no-bias",
        "fold-bias-forgotten",
        "fold-bias-unscaled",
        "fold-mean-unscaled",
        "fold-mean-added",
        "fold-beta-forgotten",
        "fold-beta-scaled",
        "fold-gamma-forgotten",
        "fold-gamma-forgotten:weight",
        "fold-gamma-forgotten:bias",
        "fold-wrong-axis",
        "fold-wrong-axis:inputs",
        "fold-none-crashes",
        "fold-none-stays",
        "divides-by-variance",
        "eps-outside-sqrt",
        "eps-missing",
        "eps-fixed",
        "precision-fixed",
        "mutates-input",
    ),
}


def implementation(*mistakes: str) -> SimpleNamespace:
    """The exercises with these mistakes; without any, they are right."""
    faulty = _Functions(mistakes)
    return SimpleNamespace(
        BatchNorm=type("BatchNorm", (BatchNorm,), {"mistakes": mistakes}),
        fold_batchnorm=faulty.fold_batchnorm,
        keras_to_torch=faulty.keras_to_torch,
    )


class Borrowed(Exception):
    """What is raised where torch's own batch normalisation does the work."""


@contextmanager
def _as_in_torch() -> Iterator[None]:
    """Shapes that do not fit are a ValueError in NumPy, and a RuntimeError in torch."""
    try:
        yield
    except ValueError as error:
        raise RuntimeError(str(error)) from None


class BatchNorm(Standardize):
    """A BatchNorm module; weight and bias start as ones and zeros, running ones as 0 and 1."""

    mistakes: tuple[str, ...] = ()

    def __init__(
        self,
        student: object,
        num_features: int,
        options: dict[str, Any],
        weight: Array | None = None,
        bias: Array | None = None,
    ) -> None:
        super().__init__(self.mistakes)
        if self.has("torch-does-it"):
            raise Borrowed  # the watch of the driver would see it
        self.C, self.options = num_features, options
        self.eps: float | None = options.get("eps")
        self.momentum: float | None = options.get("momentum", self._default_momentum())
        self.has_affine = options.get("affine", True) or self.has("affine-ignored")
        self.tracks = options.get("track_running_stats", True) or self.has("track-ignored")
        self.training = True
        self.parameter_dtype: np.dtype[Any] = np.dtype(np.float32)
        self.buffer_dtype = self.parameter_dtype
        self.weight, self.bias = np.ones(num_features), np.zeros(num_features)  # (C,)
        if weight is not None and bias is not None:
            if self.has("other-names"):  # the driver sets them by name
                raise AttributeError("no weight")
            self.weight, self.bias = weight.astype(np.float64), bias.astype(np.float64)
        self.mean, self.variance = np.zeros(num_features), np.ones(num_features)
        if self.has("starts-at-zero-variance"):
            self.variance = np.zeros(num_features)
        # batches, as they are, and as they are counted
        self.seen, self.count, self.went_backward = 0, 0, False

    def _default_momentum(self) -> float:
        if self.has("momentum-default:0.9", "momentum-inverted:default-too"):
            return 0.9
        return 0.01 if self.has("momentum-default:0.01") else 0.1

    def train(self) -> None:
        self.training = True

    def eval(self) -> None:
        self.training = False

    def double(self) -> None:
        self.parameter_dtype = np.dtype(np.float64)
        if not self.has("not-a-buffer"):
            self.buffer_dtype = self.parameter_dtype

    def forward(self, x: Array, channels_last: bool = False, no_grad: bool = False) -> Array:
        if channels_last and self.has("memory-layout-assumed"):
            raise RuntimeError("view size is not compatible with input tensor's size and stride")
        training = not no_grad if self.has("mode-from-grad-enabled") else self.training
        n = x.size // self.C  # values a channel
        if len(x) == 1 and training and self.has("one-sample-refused"):
            raise ValueError("more than 1 sample")
        if n == 1 and training and not self.has("one-value-per-channel"):
            raise ValueError("more than 1 value per channel")
        if n == 1 and not training and self.has("refuses-one-in-eval"):
            raise ValueError("more than 1 value per channel")
        with _as_in_torch():
            return self._forward(x, training)

    def kept(self, x: Array) -> tuple[Array, Array]:
        given = x.copy()
        y = self.forward(given)
        return given, y

    def statistics(self) -> tuple[Array, Array] | None:
        if not self.tracks:
            return None
        # keepdims=True was left on
        shape = (1, self.C) if self.has("statistics-shape") else (self.C,)
        mean, variance = (np.reshape(s, shape) for s in (self.mean, self.variance))
        return mean.astype(self.buffer_dtype), variance.astype(self.buffer_dtype)

    def attached(self) -> bool:
        return self.seen > 0 and self.has("not-detached")

    def batches(self) -> int:
        if self.has("batches-not-counted"):
            raise AttributeError("no num_batches_tracked")
        return self.count

    def parameters(self) -> list[str]:
        names = self._names() if self.has_affine and not self.has("not-a-parameter") else []
        if self.tracks and self.has("stats-are-parameters"):
            names += ["running_mean", "running_var"]
        return sorted(names)

    def state(self) -> dict[str, Array]:
        state: dict[str, Array] = {}
        if self.has_affine and not self.has("not-a-parameter"):
            values = [value.astype(self.parameter_dtype) for value in (self.weight, self.bias)]
            state |= dict(zip(self._names(), values, strict=True))
        if (statistics := self.statistics()) and not self.has("not-a-buffer"):
            if not self.has("not-a-buffer:not-saved"):
                state["running_mean"], state["running_var"] = statistics
            if not self.has("batches-not-counted"):
                dtype = np.float32 if self.has("counts-in-floats") else np.int64
                state["num_batches_tracked"] = np.array(self.count, dtype)
        return state

    def to_pytorch_and_back(self, x: Array) -> tuple[Array, Array]:
        own = BatchNorm(None, self.C, self.options)  # without mistakes, as PyTorch's own
        if {k: v.shape for k, v in self.state().items()} != {
            k: v.shape for k, v in own.state().items()
        }:
            # as load_state_dict does for other names or shapes
            raise RuntimeError("Error(s) in loading state_dict")
        own._take(self)
        own.eval()
        there = own.forward(x)
        own.train()
        own.forward(x)
        self._take(own)
        self.eval()
        return there, self.forward(x)

    def gradients(self, x: Array, dy: Array) -> dict[str, Array | None]:
        self.forward(x)
        # The running statistics lead to the graph of an earlier call, which its backward has freed.
        if self.went_backward and not self.training and self.attached():
            raise RuntimeError("Trying to backward through the graph a second time")
        self.went_backward = True
        batch = self.training or self.has("batch-stats-in-eval")
        axes, per_channel = self._axes(x), (self.C,) + (1,) * (x.ndim - 2)  # (C,) or (C, 1, 1)
        mean, variance = self._statistics(x, axes) if batch else self._running(per_channel)
        std = self._divisor(variance, self.eps)
        x_hat = (x - mean) / std
        dx_hat = dy * self.weight.reshape(per_channel)  # the shape of x
        through_mean = dx_hat.mean(axis=axes, keepdims=True)  # one a channel
        through_variance = x_hat * (dx_hat * x_hat).mean(axis=axes, keepdims=True)
        dx = dx_hat
        if batch and not self.has("no-grad-statistics", "mean-path-missing"):
            dx = dx - through_mean
        if batch and not self.has("no-grad-statistics", "variance-path-missing"):
            dx = dx - through_variance
        found: dict[str, Array | None] = {"x": (dx / std).astype(x.dtype)}
        if self.has("input-detached"):
            found["x"] = None
        if not self.has("not-a-parameter"):
            found["weight"] = (dy * x_hat).sum(axis=axes).astype(x.dtype)  # (C,)
            found["bias"] = dy.sum(axis=axes).astype(x.dtype)  # (C,)
            if self.has("parameters-detached"):
                found["weight"] = found["bias"] = None
        return found

    def _names(self) -> list[str]:
        return ["gamma", "beta"] if self.has("other-names") else ["weight", "bias"]

    def _take(self, other: "BatchNorm") -> None:
        """What load_state_dict takes from another module's state_dict."""
        self.weight, self.bias = other.weight, other.bias
        self.mean, self.variance, self.count = other.mean, other.variance, other.count

    def _axes(self, x: Array) -> tuple[int, ...]:
        right = (0, *range(2, x.ndim))  # all but the channels
        wrong = [axes for mistake, axes in AXES.items() if self.has(mistake)]
        return wrong[0] if wrong and x.ndim == 4 else right

    def _statistics(self, x: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
        wide = x.astype(np.float64)  # NumPy rounds float32 in other places than torch
        mean, variance = wide.mean(axis=axes, keepdims=True), wide.var(axis=axes, keepdims=True)
        if self.has("one-pass-variance"):
            variance = (wide**2).mean(axis=axes, keepdims=True) - mean**2
        if x.ndim == 4 and self.has("mean-of-variances"):
            variance = wide.var(axis=(2, 3), keepdims=True).mean(axis=0, keepdims=True)
        return mean, variance

    def _running(self, per_channel: tuple[int, ...]) -> tuple[Array, Array]:
        return self.mean.reshape(per_channel), self.variance.reshape(per_channel)

    def _forward(self, x: Array, training: bool) -> Array:
        n, per_channel = x.size // self.C, (self.C,) + (1,) * (x.ndim - 2)
        if self.tracks and (training or self.has("updated-in-eval")):
            axes = (0, *range(2, x.ndim))
            self._remember(x.mean(axis=axes, dtype=np.float64), x.var(axis=axes), n, len(x))  # (C,)
        elif self.has("batches-not-counted:in-inference"):  # in training `_remember` counts
            self.count += 1
        batch = training or self.has("batch-stats-in-eval")
        if not self.tracks:
            if not training and self.has("track-false-crashes"):
                raise AttributeError("'NoneType' object has no attribute 'reshape'")
            if not training and self.has("track-false-crashes:arithmetic"):
                raise TypeError("unsupported operand type(s) for -: 'Tensor' and 'NoneType'")
            # no statistics but the batch's
            batch = training or not self.has("track-ignored:zero-and-one")
        elif training and self.has("running-stats-in-training"):
            batch = False
        mean, variance = self._statistics(x, self._axes(x)) if batch else self._running(per_channel)
        if batch and self.has("unbiased-normalise"):
            count = x.size // variance.size  # values in each variance
            # inf for one value, as in torch: no error
            variance = variance * np.divide(count, count - 1)
        if not self.has_affine and self.has("affine-false-crashes"):
            raise AttributeError("'NoneType' object has no attribute 'reshape'")
        if not self.has_affine and self.has("affine-false-crashes:arithmetic"):
            raise TypeError("unsupported operand type(s) for *: 'Tensor' and 'NoneType'")
        x_hat = self._standardised(x, mean, variance, training)
        if self.has_affine and not (self.has("eval-no-affine") and not training):
            # (C,) meets W, and fits where W = C
            width = x.ndim == 4 and self.has("broadcast-along-width", "channels-last")
            shape = (self.C,) if width else per_channel
            y = self._affine(x_hat, self.weight.reshape(shape), self.bias.reshape(shape))
        else:
            y = x_hat
        if self.has("loses-dtype"):
            return y.astype(np.float64)
        return y.astype(np.float32) if self.has("precision-fixed") else y

    def _standardised(self, x: Array, mean: Array, variance: Array, training: bool) -> Array:
        # a formula of its own for inference
        wrong = [m for m in ("eps-outside-sqrt", "eps-missing") if self.has(f"eval-{m}")]
        if wrong and not training:
            return Standardize((wrong[0],))._normalized(x, mean, variance, self.eps)
        return self._normalized(x, mean, variance, self.eps)

    def _remember(self, mean: Array, variance: Array, n: int, samples: int) -> None:
        """Move the running statistics towards those of a batch of n values a channel."""
        self.seen += 1
        self.count += samples if self.has("batches-not-counted:samples") else 1
        if self.has("never-updated"):
            return
        share = self.momentum
        if share is None and self.has("momentum-none"):
            raise TypeError("unsupported operand type(s) for -: 'int' and 'NoneType'")
        if self.has("momentum-fixed") or (share is None and self.has("momentum-none:ignored")):
            share = 0.1
        if share is None:
            share = 1 / self.seen  # momentum=None: the average of all batches
            if self.has("momentum-none:one-more"):
                share = 1 / (self.seen + 1)
            if self.has("momentum-none:one-less"):
                share = 1 / max(self.seen - 1, 1)
            if self.has("momentum-inverted:average-too"):
                share = 1 - share
        elif self.has(
            "momentum-inverted", "momentum-inverted:average-too", "momentum-inverted:default-too"
        ):
            share = 1 - share
        kept = 1 - share  # what stays of the old statistics
        if self.has("overwritten") or (self.seen == 1 and self.has("first-batch-copied")):
            kept, share = 0.0, 1.0
        elif self.has("old-statistics-not-decayed"):
            kept = 1.0
        if self.has("biased-running-variance:of-samples"):
            variance = variance * samples / max(samples - 1, 1)  # N for N H W
        elif not self.has("biased-running-variance"):
            variance = variance * np.divide(n, n - 1)  # the unbiased one
        if self.has("running-standard-deviation"):
            variance = np.sqrt(variance)
        self.mean = kept * self.mean + share * mean
        if self.has("momentum-inverted:variance") and self.momentum is not None:
            kept, share = share, kept  # for the variance alone
        if not self.has("running-variance-forgotten"):
            self.variance = kept * self.variance + share * variance


class _Functions(Standardize):
    def keras_to_torch(
        self,
        gamma: Array,
        beta: Array,
        moving_mean: Array,
        moving_variance: Array,
        momentum: float,
        epsilon: float,
    ) -> dict[str, Array | float]:
        if self.has("gamma-beta-swapped"):
            gamma, beta = beta, gamma
        if self.has("moving-statistics-swapped"):
            moving_mean, moving_variance = moving_variance, moving_mean
        if self.has("deviation-for-variance"):
            moving_variance = np.sqrt(moving_variance)
        if self.has("variance-with-epsilon"):
            moving_variance = moving_variance + epsilon
        found = reference.keras_to_torch(
            gamma, beta, moving_mean, moving_variance, momentum, epsilon
        )
        if self.has("momentum-as-in-keras"):
            found["momentum"] = momentum
        if self.has("momentum-forgotten"):
            found["momentum"] = 0.1
        if self.has("epsilon-forgotten"):
            found["eps"] = 1e-5
        if self.has("keras-names"):
            # in the order of the reference's
            names = "gamma beta moving_mean moving_variance momentum epsilon".split()
            found = dict(zip(names, found.values(), strict=True))
        elif self.has("keras-names:epsilon"):
            found["epsilon"] = found.pop("eps")
        elif self.has("keras-names:statistics"):
            found["moving_mean"] = found.pop("running_mean")
            found["moving_variance"] = found.pop("running_var")
        elif self.has("keras-names:parameters"):
            found["gamma"], found["beta"] = found.pop("weight"), found.pop("bias")
        if self.has("statistics-shape"):
            found = {k: v[None] if isinstance(v, np.ndarray) else v for k, v in found.items()}
        return found

    def fold_batchnorm(
        self,
        student: object,
        weight: Array,
        bias: Array | None,
        gamma: Array,
        beta: Array,
        running_mean: Array,
        running_var: Array,
        eps: float,
    ) -> tuple[tuple[Array, Array | None], list[Array | None]]:
        weight = weight.copy()  # as the driver has a tensor of its own
        with _as_in_torch():
            folded = self._fold(weight, bias, gamma, beta, running_mean, running_var, eps)
        return folded, [weight, bias, gamma, beta, running_mean, running_var]

    def _fold(
        self,
        weight: Array,
        bias: Array | None,
        gamma: Array,
        beta: Array,
        mean: Array,
        variance: Array,
        eps: float,
    ) -> tuple[Array, Array | None]:
        inverse = 1 / self._divisor(variance, eps)  # (out,)
        scale, scale_of_bias = (
            inverse
            if self.has("fold-gamma-forgotten", f"fold-gamma-forgotten:{of}")
            else gamma * inverse
            for of in ("weight", "bias")
        )
        shape = (-1,) + (1,) * (weight.ndim - 1)  # (out, 1) or (out, 1, 1, 1)
        if self.has("fold-wrong-axis"):
            shape = (-1,)  # along the last axis: inputs, or the kernel's width
        elif self.has("fold-wrong-axis:inputs"):
            shape = (-1,) + (1,) * (weight.ndim - 2)  # along the second axis
        folded = weight * scale.reshape(shape)
        if self.has("mutates-input"):
            weight[...] = folded
        dtype = np.float32 if self.has("precision-fixed") else weight.dtype
        folded = folded.astype(dtype)
        if bias is None and self.has("fold-none-crashes"):
            raise TypeError("unsupported operand type(s) for -: 'NoneType' and 'Tensor'")
        if bias is None and self.has("fold-none-stays"):
            return folded, None
        # (out,)
        old = np.zeros_like(mean) if bias is None or self.has("fold-bias-forgotten") else bias
        if self.has("fold-beta-forgotten"):
            beta = np.zeros_like(beta)
        if self.has("fold-without-mean") or (
            bias is None and self.has("fold-without-mean:no-bias")
        ):
            mean = np.zeros_like(mean)
        scale = scale_of_bias
        if self.has("fold-mean-added"):
            mean = -mean
        if self.has("fold-bias-unscaled"):
            shift = old + beta - scale * mean
        elif self.has("fold-mean-unscaled"):
            shift = beta + scale * old - mean
        elif self.has("fold-beta-scaled"):
            shift = scale * (old - mean + beta)
        else:
            shift = beta + scale * (old - mean)  # the right one
        return folded, shift.astype(dtype)
