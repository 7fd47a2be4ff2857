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
from ...reference import Array, Gradients
from ..ps1_standardize.faults import AFFINE, EPS, Standardize
from ..ps3_backward.faults import PATHS, BackwardPass
from ..ps4_where.faults import AXES

# mistakes that are made in the formula for inference alone
EVAL = tuple(
    f"eval-{mistake}"
    for mistake in (
        "eps-outside-sqrt",
        "eps-missing",
        "eps-fixed",
        "divides-by-variance",
        "not-centred",
        "no-affine",
        "gamma-only",
        "beta-only",
    )
)
# The axes of the statistics of rows, or of rows and maps, where they are not all but the channels.
WRONG_AXES: dict[str, dict[int, tuple[int, ...]]] = {
    "wrong-axis": {2: (1,)},
    "wrong-axis:per-sample": {2: (1,), 4: (1, 2, 3)},
    "wrong-axis:per-position": {2: (1,), 4: (1,)},
    "scalar-statistics": {2: (0, 1), 4: (0, 1, 2, 3)},
    **{mistake: {4: axes} for mistake, axes in AXES.items()},
}
# Of a backward pass written by hand; of these the module has faults of its own.
OWN = ("scalar-statistics", "wrong-axis", "mean-path-missing", "statistics-as-constants")
BY_HAND = (
    *(m for m in PATHS if m not in OWN),
    "mean-not-sum",
    "mean-not-sum:dgamma",
    "mean-not-sum:dbeta",
    "gradients-swapped",
    "dgamma-of-x",
    "dgamma-with-centred-x",
    "gamma-in-dgamma",
    "x-for-x-hat",
)
STATS_ARE_PARAMETERS = (
    "stats-are-parameters",
    "stats-are-parameters:without-gradients",
    "stats-are-parameters:count-too",
)
# by check: the mistakes that it can name
MISTAKES = {
    "module_training": (
        "torch-does-it",
        *EPS,
        "eps-fixed:1e-3",
        "eps-misplaced:above-the-line",
        *AFFINE,
        "wrong-axis",
        *(f"wrong-axis:{mistake}" for mistake in ("per-sample", "per-position")),
        "scalar-statistics",
        "scalar-mean",
        "scalar-variance",
        "per-pixel",
        "per-sample",
        "channels-mixed",
        "channels-last",
        "reshape-without-transpose",
        "reshape-without-transpose:channels-first",
        "reshape-without-transpose:throughout",
        "reshape-back",
        "reshape-back:channels-last",
        "broadcast-along-width",
        "broadcast-along-width:statistics-too",
        "divides-by-variance",
        "not-centred",
        "mean-minus-x",
        "parentheses-missing",
        "mean-and-variance-swapped",
        "mean-of-squares",
        "standard-deviation",
        "sum-not-mean",
        "unbiased-normalise",
        "count-of-channels",
        "mean-of-variances",
        "one-pass-variance",
        "running-stats-in-training",
        "running-stats-in-training:once-updated",
        "one-value-per-channel",
        "one-sample-refused",
        "other-error-for-one",
        "memory-layout-assumed",
        "memory-layout-assumed:rows",
        "precision-fixed",
        "precision-fixed:inside",
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
        "momentum-fixed:but-none",
        "momentum-default:0.9",
        "momentum-default:0.01",
        "old-statistics-not-decayed",
        "updated-twice",
        "updated-twice:counted-twice",
        "cumulative-average",
        "bias-corrected",
        "biased-running-variance",
        "running-variance-by-samples",
        "running-mean-forgotten",
        "running-variance-with-eps",
        "running-variance-with-eps:in-inference",
        "running-variance-with-eps:corrected",
        "running-variance-with-eps:not-again",
        "running-variance-about-running-mean",
        "mean-and-variance-swapped:updated",
        "starts-at-zero-variance",
        "running-variance-forgotten",
        "running-standard-deviation",
        "first-batch-copied",
        "statistics-shape",
        "momentum-none",
        "momentum-none:divided-by-zero",
        "momentum-none:ignored",
        "momentum-none:one-more",
        "momentum-none:one-less",
        "momentum-none:never",
        "momentum-none:overwritten",
        "batches-not-counted",
        "batches-not-counted:samples",
        "batches-not-counted:in-inference",
        "batches-not-counted:divided-by-zero",
        "running-stats-in-training",
        "running-stats-in-training:once-updated",
        "batch-stats-in-eval",
        "batch-stats-in-eval:mean",
        "batch-stats-in-eval:variance",
        "batch-stats-in-eval:of-many",
        "updated-in-eval",
        "updated-in-eval:biased",
        "updated-in-eval:afterwards",
        "updated-in-eval:afterwards-biased",
        "stale-statistics",
        "mode-from-grad-enabled",
        "mode-from-grad-enabled:updates",
        "updates-before-error",
        *EVAL,
        "mean-and-variance-swapped:used",
        "eval-corrects-variance",
        "refuses-one-in-eval",
    ),
    "module_state": (
        "torch-does-it",
        "not-a-parameter",
        "not-a-parameter:buffers",
        "not-a-buffer",
        "buffers-not-saved",
        "buffers-not-saved:but-the-count",
        "not-a-buffer:count",
        "not-a-buffer:but-the-count",
        *STATS_ARE_PARAMETERS,
        "other-names",
        "statistics-shape",
        "batches-not-counted",
        "batches-not-counted:never",
        "counts-in-floats",
        "counts-in-floats:shape",
        "starts-at-zero-variance",
        "affine-ignored",
        "affine-frozen",
        "affine-false-crashes",
        "affine-false-crashes:arithmetic",
        "track-ignored",
        "track-ignored:zero-and-one",
        "track-false-crashes",
        "track-false-crashes:arithmetic",
        "track-false-crashes:in-training",
        "track-false-crashes:in-training-arithmetic",
    ),
    "module_gradients": (
        "torch-does-it",
        "no-grad-statistics",
        "mean-path-missing",
        *BY_HAND,
        "input-detached",
        "input-detached:all",
        "no-graph-in-inference",
        "not-detached",
        "not-a-parameter",
        "parameters-detached",
        "parameters-detached:weight",
        "parameters-detached:bias",
        "batch-stats-in-eval",
    ),
    "keras_to_torch": (
        "momentum-as-in-keras",
        "momentum-forgotten",
        "momentum-forgotten:keras",
        "numbers-missing",
        "numbers-missing:momentum",
        "numbers-missing:eps",
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
        "fold-weight-unscaled",
        "fold-bias-unchanged",
        "fold-returns-swapped",
        "fold-multiplied",
        "fold-difference-reversed",
        "gamma-beta-swapped",
        "mean-and-variance-swapped",
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
        "fold-wrong-axis:linear",
        "fold-one-kind-of-layer",
        "fold-one-kind-of-layer:convolution",
        "fold-none-crashes",
        "fold-none-stays",
        "divides-by-variance",
        "eps-outside-sqrt",
        "eps-outside-sqrt:of-the-quotient",
        "eps-missing",
        "eps-twice",
        "eps-misplaced",
        "eps-fixed",
        "eps-fixed:1e-8",
        "eps-fixed:1e-3",
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


class _Formula(Standardize):
    def _divisor(self, variance: Array, eps: float | None) -> Array:
        return super()._divisor(variance, 1e-3 if self.has("eps-fixed:1e-3") else eps)


class BatchNorm(_Formula):
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
        self.has_affine = options.get("affine", True) or self.has("affine-ignored", "affine-frozen")
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
        self.used: tuple[Array, Array] | None = None  # the statistics of the first inference

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
        if not self.has("not-a-buffer", "not-a-buffer:but-the-count"):
            self.buffer_dtype = self.parameter_dtype

    def forward(self, x: Array, channels_last: bool = False, no_grad: bool = False) -> Array:
        assumed = self.has("memory-layout-assumed")
        if channels_last and (assumed or (x.ndim == 2 and self.has("memory-layout-assumed:rows"))):
            raise RuntimeError("view size is not compatible with input tensor's size and stride")
        training = not no_grad if self.has("mode-from-grad-enabled") else self.training
        n = x.size // self.C  # values a channel
        if len(x) == 1 and training and self.has("one-sample-refused"):
            raise ValueError("more than 1 sample")
        if n == 1 and training and not self.has("one-value-per-channel"):
            if self.has("updates-before-error"):
                self._move(x)
            if self.has("other-error-for-one"):
                raise RuntimeError("more than 1 value per channel")
            raise ValueError("more than 1 value per channel")
        if n == 1 and not training and self.has("refuses-one-in-eval"):
            raise ValueError("more than 1 value per channel")
        updates = not (no_grad and self.has("mode-from-grad-enabled:updates"))
        with _as_in_torch():
            return self._forward(x, training, updates)

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
        return self.seen > 0 and self.has("not-detached") and not self.has("input-detached:all")

    def batches(self) -> int:
        if self.has("batches-not-counted"):
            raise AttributeError("no num_batches_tracked")
        never = self.has("batches-not-counted:never", "batches-not-counted:divided-by-zero")
        return 0 if never else self.count

    def parameters(self) -> list[str]:
        plain = self.has("not-a-parameter", "not-a-parameter:buffers")
        names = self._names() if self.has_affine and not plain else []
        if self.tracks and self.has(*STATS_ARE_PARAMETERS):
            names += ["running_mean", "running_var"]
        if self.tracks and self.has("stats-are-parameters:count-too"):
            names += ["num_batches_tracked"]
        return sorted(names)

    def learned(self) -> list[str]:
        frozen = not self.options.get("affine", True) and self.has("affine-frozen")
        names = [] if frozen else self.parameters()
        # a count cannot have a gradient: whoever makes it a parameter turns gradients off
        fixed = ("running_", "num_") if self.has(*STATS_ARE_PARAMETERS[1:]) else ()
        return [name for name in names if not name.startswith(fixed)]

    def state(self) -> dict[str, Array]:
        state: dict[str, Array] = {}
        if self.has_affine and not self.has("not-a-parameter"):
            values = [value.astype(self.parameter_dtype) for value in (self.weight, self.bias)]
            state |= dict(zip(self._names(), values, strict=True))
        saved = not self.has("not-a-buffer", "buffers-not-saved")
        if (statistics := self.statistics()) and saved:
            if not self.has("buffers-not-saved:but-the-count", "not-a-buffer:but-the-count"):
                state["running_mean"], state["running_var"] = statistics
            if not self.has("batches-not-counted", "not-a-buffer:count"):
                floats = self.has("counts-in-floats", "counts-in-floats:shape")
                count = np.array(self.batches(), np.float32 if floats else np.int64)
                state["num_batches_tracked"] = (
                    count[None] if self.has("counts-in-floats:shape") else count
                )
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
        graph = self.training or not self.has("no-graph-in-inference")
        if not graph or self.has("input-detached:all"):
            raise RuntimeError("element 0 of tensors does not require grad")
        # The running statistics lead to the graph of an earlier call, which its backward has freed.
        if self.went_backward and not self.training and self.attached():
            raise RuntimeError("Trying to backward through the graph a second time")
        self.went_backward = True
        batch = self.training or self.has("batch-stats-in-eval")
        axes, per_channel = self._axes(x), (self.C,) + (1,) * (x.ndim - 2)  # (C,) or (C, 1, 1)
        mean, variance = (
            self._statistics(x, axes)
            if batch
            else (
                self.mean.reshape(per_channel),
                self.variance.reshape(per_channel),
            )
        )
        std = self._divisor(variance, self.eps)
        x_hat = (x - mean) / std
        if self.training and self.has(*BY_HAND):
            dx, dgamma, dbeta = self._by_hand(x, dy)
        else:
            dx_hat = dy * self.weight.reshape(per_channel)  # the shape of x
            through_mean = dx_hat.mean(axis=axes, keepdims=True)  # one a channel
            through_variance = x_hat * (dx_hat * x_hat).mean(axis=axes, keepdims=True)
            dx = dx_hat
            if batch and not self.has("no-grad-statistics", "mean-path-missing"):
                dx = dx - through_mean
            if batch and not self.has("no-grad-statistics"):
                dx = dx - through_variance
            dx, dgamma, dbeta = dx / std, (dy * x_hat).sum(axis=axes), dy.sum(axis=axes)  # (C,)
        found: dict[str, Array | None] = {"x": dx.astype(x.dtype)}
        if self.has("input-detached"):
            found["x"] = None
        if not self.has("not-a-parameter"):
            found["weight"] = dgamma.astype(x.dtype)
            found["bias"] = dbeta.astype(x.dtype)
            for name in ("weight", "bias"):
                if self.has("parameters-detached", f"parameters-detached:{name}"):
                    found[name] = None
        return found

    def _by_hand(self, x: Array, dy: Array) -> Gradients:
        """The gradients by the formulas of ps3, with its mistakes: of x, and (C,)."""
        moved = np.moveaxis(x, 1, -1).shape
        x_rows, dy_rows = (
            np.moveaxis(a, 1, -1).reshape(-1, self.C).astype(np.float64) for a in (x, dy)
        )
        own = BackwardPass(self.mistakes)
        eps = 1e-5 if self.eps is None else self.eps
        dx, dgamma, dbeta = own.batchnorm_backward(dy_rows, x_rows, self.weight, eps)
        return np.moveaxis(dx.reshape(moved), -1, 1), dgamma, dbeta

    def _names(self) -> list[str]:
        return ["gamma", "beta"] if self.has("other-names") else ["weight", "bias"]

    def _take(self, other: "BatchNorm") -> None:
        """What load_state_dict takes from another module's state_dict."""
        self.weight, self.bias = other.weight, other.bias
        self.mean, self.variance, self.count = other.mean, other.variance, other.count

    def _axes(self, x: Array) -> tuple[int, ...]:
        wrong = [axes for mistake, axes in WRONG_AXES.items() if self.has(mistake)]
        right = (0, *range(2, x.ndim))  # all but the channels
        return wrong[0].get(x.ndim, right) if wrong else right

    def _statistics(self, x: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
        wide = x.astype(np.float64)  # NumPy rounds float32 in other places than torch
        if x.ndim == 4 and self.has("reshape-without-transpose"):
            # (N H W, C) in the wrong order, back in the axes of x
            wide, axes = wide.reshape(-1, self.C, 1, 1), (0, 2, 3)
        if x.ndim == 4 and self.has("reshape-without-transpose:channels-first"):
            wide, axes = wide.reshape(1, self.C, -1, 1), (0, 2, 3)
        everything = tuple(range(wide.ndim))
        mean = wide.mean(axis=everything if self.has("scalar-mean") else axes, keepdims=True)
        axes = everything if self.has("scalar-variance") else axes
        variance = wide.var(axis=axes, keepdims=True)
        if self.has("mean-of-squares"):
            variance = (wide**2).mean(axis=axes, keepdims=True)
        if self.has("one-pass-variance"):
            variance = (wide**2).mean(axis=axes, keepdims=True) - mean**2
        if x.ndim == 4 and self.has("mean-of-variances"):
            variance = wide.var(axis=(2, 3), keepdims=True).mean(axis=0, keepdims=True)
        n = wide.size // variance.size  # values in each variance
        if self.has("sum-not-mean"):
            variance = variance * n
        if self.has("count-of-channels"):
            variance = variance * n / x.shape[1]
        if self.has("standard-deviation"):
            variance = np.sqrt(variance)
        return mean, variance

    def _forward(self, x: Array, training: bool, updates: bool) -> Array:
        if self.has("precision-fixed:inside"):
            x = x.astype(np.float32).astype(x.dtype)
        if x.ndim == 4 and self.has("reshape-without-transpose:throughout"):
            return self._forward(x.reshape(-1, self.C), training, updates).reshape(x.shape)
        per_channel = (self.C,) + (1,) * (x.ndim - 2)  # (C,) or (C, 1, 1)
        running = self.mean, self.variance
        too_early = self.has("updated-in-eval", "updated-in-eval:biased")
        if self.tracks and (updates if training else too_early):
            self._move(x)
        elif self.has("batches-not-counted:in-inference"):  # in training `_remember` counts
            self.count += 1
        if not self.has("updated-in-eval:afterwards", "updated-in-eval:afterwards-biased"):
            running = self._in_use(running, training)
        elif self.tracks and not training:
            self._move(x)
        batch = training or self.has("batch-stats-in-eval")
        batch |= x.size > self.C and self.has("batch-stats-in-eval:of-many")
        if not self.tracks:
            self._without_statistics(training)
            # no statistics but the batch's
            batch = training or not self.has("track-ignored:zero-and-one")
        elif training and self.has(
            "running-stats-in-training", "running-stats-in-training:once-updated"
        ):
            batch = False
        mean, variance = (value.reshape(per_channel) for value in running)
        now = self._statistics(x, self._axes(x))
        if self.tracks and not training and self.has("batch-stats-in-eval:mean"):
            mean = now[0]
        if self.tracks and not training and self.has("batch-stats-in-eval:variance"):
            variance = now[1]
        if batch:
            mean, variance = now
        elif self.has("mean-and-variance-swapped:used"):
            mean, variance = variance, mean
        if batch and self.has("unbiased-normalise"):
            count = x.size // variance.size  # values in each variance
            # inf for one value, as in torch: no error
            variance = variance * np.divide(count, count - 1)
        if not training and self.has("running-variance-with-eps:not-again"):
            variance = variance - (1e-5 if self.eps is None else self.eps)  # the formula adds it
        if not training and self.has("eval-corrects-variance"):
            variance = variance * np.divide(x.size, x.size - self.C)
        if not self.has_affine and self.has("affine-false-crashes"):
            raise AttributeError("'NoneType' object has no attribute 'reshape'")
        if not self.has_affine and self.has("affine-false-crashes:arithmetic"):
            raise TypeError("unsupported operand type(s) for *: 'Tensor' and 'NoneType'")
        formula: Standardize = self
        if not training and (wrong := [m for m in EVAL if self.has(m)]):
            # of its own, for inference
            formula = Standardize(tuple(one.removeprefix("eval-") for one in wrong))
        if x.ndim == 4 and self.has("broadcast-along-width:statistics-too"):
            mean, variance = mean.reshape(-1), variance.reshape(-1)
        y = formula._normalized(x, mean, variance, self.eps)
        if self.has_affine:
            # (C,) meets W, and fits where W = C
            last = self.has("channels-last") and self._axes(x) == AXES["channels-last"]
            width = x.ndim == 4 and (
                last or self.has("broadcast-along-width", "broadcast-along-width:statistics-too")
            )
            shape = (self.C,) if width else per_channel
            y = formula._affine(y, self.weight.reshape(shape), self.bias.reshape(shape))
        if self.has("reshape-back", "reshape-back:channels-last"):
            y = np.moveaxis(y, 1, 0 if self.has("reshape-back") else -1).reshape(x.shape)
        if self.has("loses-dtype"):
            return y.astype(np.float64)
        return y.astype(np.float32) if self.has("precision-fixed") else y

    def _without_statistics(self, training: bool) -> None:
        """What is done with running statistics that are None raises one of two errors."""
        mode = ":in-training" if training else ""
        if self.has("track-false-crashes" + mode):
            raise AttributeError("'NoneType' object has no attribute 'reshape'")
        if self.has("track-false-crashes" + (f"{mode}-arithmetic" if mode else ":arithmetic")):
            raise TypeError("unsupported operand type(s) for -: 'Tensor' and 'NoneType'")

    def _in_use(self, before: tuple[Array, Array], training: bool) -> tuple[Array, Array]:
        """The running statistics that a batch is normalised with, if any are."""
        if training:
            return before if self.has("running-stats-in-training") else (self.mean, self.variance)
        now = self.mean, self.variance
        self.used = self.used or now
        if self.has("running-variance-with-eps:in-inference"):
            self.variance = self.variance + (1e-5 if self.eps is None else self.eps)
        return self.used if self.has("stale-statistics") else now

    def _move(self, x: Array) -> None:
        """Move the running statistics towards those of a batch."""
        axes, n = (0, *range(2, x.ndim)), x.size // self.C  # n values a channel
        for _ in range(2 if self.has("updated-twice:counted-twice") else 1):
            self._remember(x.mean(axis=axes, dtype=np.float64), x.var(axis=axes), n, len(x))  # (C,)

    def _remember(self, mean: Array, variance: Array, n: int, samples: int) -> None:
        self.seen += 1
        self.count += samples if self.has("batches-not-counted:samples") else 1
        if self.has("never-updated"):
            return
        share = self.momentum
        if share is None and self.has("momentum-none"):
            raise TypeError("unsupported operand type(s) for -: 'int' and 'NoneType'")
        if self.has("cumulative-average"):
            share = None
        # the batch is counted afterwards, or never
        if share is None and self.has(
            "momentum-none:divided-by-zero", "batches-not-counted:divided-by-zero"
        ):
            raise ZeroDivisionError("division by zero")
        fixed = "momentum-none:ignored" if share is None else "momentum-fixed:but-none"
        if self.has("momentum-fixed", fixed):
            share = 0.1
        if share is None:
            share = self._share_of_average()
        elif self.has(
            "momentum-inverted", "momentum-inverted:average-too", "momentum-inverted:default-too"
        ):
            share = 1 - share
        kept = 1 - share  # what stays of the old statistics
        if self.has("overwritten") or (self.seen == 1 and self.has("first-batch-copied")):
            kept, share = 0.0, 1.0
        elif self.has("old-statistics-not-decayed"):
            kept = 1.0
        biased = not self.training and self.has(
            "updated-in-eval:biased", "updated-in-eval:afterwards-biased"
        )
        if self.has("running-variance-by-samples"):
            variance = variance * np.divide(samples, samples - 1)  # N for N H W
        elif not (biased or self.has("biased-running-variance")):
            if self.has(
                "running-variance-with-eps:corrected", "running-variance-with-eps:not-again"
            ):
                variance = variance + (1e-5 if self.eps is None else self.eps)
            variance = variance * np.divide(n, n - 1)  # the unbiased one
        if self.has("running-variance-about-running-mean"):
            variance = variance + (self.mean - mean) ** 2
        if self.has("running-variance-with-eps"):
            variance = variance + (1e-5 if self.eps is None else self.eps)
        if self.has("running-standard-deviation"):
            variance = np.sqrt(variance)
        if self.has("mean-and-variance-swapped:updated"):
            mean, variance = variance, mean
        corrected = 1 - (1 - share) ** self.seen if self.has("bias-corrected") else 1.0
        for _ in range(2 if self.has("updated-twice") else 1):
            if not self.has("running-mean-forgotten"):
                self.mean = (kept * self.mean + share * mean) / corrected
            if self.has("momentum-inverted:variance") and self.momentum is not None:
                kept, share = share, kept  # for the variance alone
            if not self.has("running-variance-forgotten"):
                self.variance = (kept * self.variance + share * variance) / corrected

    def _share_of_average(self) -> float:
        """That of the last batch where momentum is None: the average of all batches."""
        wrong = {
            "momentum-none:one-more": 1 / (self.seen + 1),
            "momentum-none:one-less": 1 / max(self.seen - 1, 1),
            "momentum-inverted:average-too": 1 - 1 / self.seen,
            "momentum-none:never": 0.0,
            "momentum-none:overwritten": 1.0,
        }
        return next((share for m, share in wrong.items() if self.has(m)), 1 / self.seen)


class _Functions(_Formula):
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
        if self.has("momentum-forgotten:keras"):
            found["momentum"] = 0.01  # what Keras's default becomes
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
        for name in ("momentum", "eps"):
            if self.has("numbers-missing", f"numbers-missing:{name}"):
                found.pop(name, None)
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
    ) -> tuple[tuple[Array | None, ...], list[Array | None]]:
        weight = weight.copy()  # as the driver has a tensor of its own
        with _as_in_torch():
            folded: tuple[Array | None, ...] = self._fold(
                weight, bias, gamma, beta, running_mean, running_var, eps
            )
        if self.has("fold-returns-swapped"):
            folded = folded[::-1]
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
        if self.has("gamma-beta-swapped"):
            gamma, beta = beta, gamma
        if self.has("mean-and-variance-swapped"):
            mean, variance = variance, mean
        inverse = 1 / self._divisor(variance, eps)  # (out,)
        if self.has("fold-multiplied"):
            inverse = 1 / inverse
        scale, scale_of_bias = (
            inverse
            if self.has("fold-gamma-forgotten", f"fold-gamma-forgotten:{of}")
            else gamma / np.sqrt(variance) + eps
            if self.has("eps-outside-sqrt:of-the-quotient")
            else gamma * inverse
            for of in ("weight", "bias")
        )
        shape = (-1,) + (1,) * (weight.ndim - 1)  # (out, 1) or (out, 1, 1, 1)
        if self.has("fold-wrong-axis"):
            shape = (-1,)  # along the last axis: inputs, or the kernel's width
        elif self.has("fold-wrong-axis:linear") and weight.ndim == 2:
            shape = (-1,)
        elif self.has("fold-wrong-axis:inputs"):
            shape = (-1,) + (1,) * (weight.ndim - 2)  # along the second axis
        elif self.has("fold-one-kind-of-layer"):
            shape = (-1, 1)
        elif self.has("fold-one-kind-of-layer:convolution"):
            shape = (-1, 1, 1, 1)
        folded = weight * (1 if self.has("fold-weight-unscaled") else scale.reshape(shape))
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
        if self.has("fold-difference-reversed"):
            old, mean = -old, -mean
        # where it is wrong, what is not scaled has a scale of 1
        of_old = 1.0 if self.has("fold-bias-unscaled") else scale
        of_mean = 1.0 if self.has("fold-mean-unscaled") else scale
        of_beta = scale if self.has("fold-beta-scaled") else 1.0
        shift = of_beta * beta + of_old * old - of_mean * mean
        if self.has("fold-bias-unchanged"):
            shift = old
        return folded, shift.astype(dtype)
