"""ps4_where with mistakes: batch normalisation of feature maps, layer and group normalisation."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace

import numpy as np

from ...reference import Array, Gradients
from ..ps1_standardize.faults import (
    AFFINE,
    DTYPE,
    EPS,
    MEMORY,
    RETURNS,
    Standardize,
    as_in_memory,
    in_memory,
    returning,
    written,
)

# The axes of the statistics, where they are not those of each channel, (0, 2, 3).
AXES = {
    "per-pixel": (0,),
    "per-sample": (2, 3),
    "channels-mixed": (0, 1, 2, 3),
    "channels-mixed:at-each-pixel": (1,),
    "channels-mixed:in-each-sample": (1, 2, 3),
    "channels-last": (0, 1, 2),
    "channels-last:statistics": (0, 1, 2),
}
LAYOUT = (
    *AXES,
    "reshape-without-transpose",
    "reshape-without-transpose:channels-first",
    "broadcast-along-width",
    "broadcast-along-width:statistics",
    "broadcast-along-width:gamma",
)
BACK = ("reshape-back", "reshape-back:channels-first", "transposed-back")
VALUES = (
    "divides-by-variance",
    "not-centred",
    "mean-minus-x",
    "parentheses-missing",
    "mean-of-squares",
    "one-pass-variance",
    "sum-not-mean:variance",
)
CARE = (*MEMORY, "mutates-input", *DTYPE)
# by check: the mistakes that it can name
MISTAKES = {
    "batchnorm2d_forward": (
        *LAYOUT,
        *BACK,
        "mean-of-variances",
        *EPS,
        *AFFINE,
        *VALUES,
        "unbiased-normalise",
        *CARE,
        *RETURNS,
    ),
    "batchnorm2d_backward": (
        *LAYOUT,
        *BACK,
        "statistics-as-constants",
        "variance-path-missing",
        "variance-path-negative",
        "variance-path-power",
        "variance-path-power:half",
        "mean-path-missing",
        "mean-path-negative",
        "diagonal-jacobian",
        "gamma-missing-in-dx",
        "gamma-missing-in-dx:paths",
        "std-squared",
        "sums-not-means",
        "count-wrong",
        "count-wrong:divided",
        "count-is-batch",
        "count-is-batch:pixels",
        "sums-over-batch-only",
        "sums-over-batch-only:pixels",
        "unsummed",
        "unsummed:over-pixels",
        "unsummed:over-batch",
        "unsummed:over-width",
        "summed-over-all",
        "mean-not-sum",
        "mean-not-sum:over-batch",
        "mean-not-sum:over-pixels",
        "dgamma-of-x",
        "dgamma-with-centred-x",
        "gamma-in-dgamma",
        "gradients-swapped",
        "gradients-swapped:dx-last",
        "gradients-shape",
        *EPS,
        "unbiased-normalise",
        "one-pass-variance",
        *CARE,
    ),
    "layernorm": (
        "over-the-batch",
        "second-axis",
        "tokens-mixed",
        "one-statistic",
        "keepdims-missing",
        "gamma-per-sample",
        *EPS,
        *AFFINE,
        *VALUES,
        "unbiased-in-sample",
        *CARE,
        *RETURNS,
    ),
    "groupnorm": (
        "groups-interleaved",
        "group-size-for-count",
        "groups-ignored",
        "groups-ignored:per-channel",
        "groups-at-each-pixel",
        "batch-in-group",
        "batch-in-group:reshaped",
        "over-the-batch",
        "channels-last",
        "one-statistic",
        "affine-per-group",
        "broadcast-along-width:gamma",
        *EPS,
        *AFFINE,
        *VALUES,
        "unbiased-in-sample",
        *CARE,
        *RETURNS,
    ),
}


def implementation(*mistakes: str) -> SimpleNamespace:
    """The functions of the set with these mistakes; without any, they equal the reference."""
    faulty = _Where(mistakes)
    return SimpleNamespace(
        batchnorm2d_forward=returning(mistakes, in_memory(mistakes, faulty.batchnorm2d_forward)),
        batchnorm2d_backward=faulty.batchnorm2d_backward,
        layernorm_forward=returning(mistakes, in_memory(mistakes, faulty.layernorm_forward)),
        groupnorm_forward=returning(mistakes, in_memory(mistakes, faulty.groupnorm_forward)),
    )


@dataclass(frozen=True)
class _Layout:
    """How x is arranged to be normalised, over which axes, and how it gets its shape back."""

    axes: tuple[int, ...]
    gamma: tuple[int, ...]  # the shape in which gamma and beta are used
    keepdims: bool = True
    arranged: Callable[[Array], Array] = lambda x: x
    restored: Callable[[Array], Array] = lambda y: y


class _Where(Standardize):
    def batchnorm2d_forward(
        self, x: Array, gamma: Array, beta: Array, eps: float | None = None
    ) -> Array:
        layout = self._channels(x)
        y = self._forward(layout, x, gamma, beta, eps)
        return layout.restored(y)

    def batchnorm2d_backward(
        self, dy: Array, x: Array, gamma: Array, eps: float | None = None
    ) -> Gradients:
        layout, dtype, count = self._channels(x), x.dtype, x.shape[0]  # of N samples
        if self.has("memory-order"):
            dy, x, gamma = map(as_in_memory, (dy, x, gamma))
        # from here on as the layout has it
        given, x, dy = x, layout.arranged(x), layout.arranged(dy)
        gamma = gamma.reshape(layout.gamma)  # (C, 1, 1), or (C,) or (C, 1)
        mean, variance = self._statistics(x, layout)
        if self.has("mutates-input"):
            # as `x -= mean` does
            given -= given.mean(axis=(0, 2, 3), keepdims=True)
        x_hat, std = self._x_hat_and_std(x, mean, variance, eps)
        dx = layout.restored(self._dx(layout, dy, x_hat, std, gamma, count))
        if self.has("memory-order:written-to-a-copy"):
            dx = written(dx)
        factor = x if self.has("dgamma-of-x") else x_hat
        factor = x - mean if self.has("dgamma-with-centred-x") else factor
        factor = factor * gamma if self.has("gamma-in-dgamma") else factor
        channel = x.ndim - len(layout.gamma)  # gamma broadcasts from the last axis backwards
        summed = tuple(axis for axis in range(x.ndim) if axis != channel)
        dgamma, dbeta = (
            self._per_channel(product, summed, layout) for product in (dy * factor, dy)
        )
        if self.has("gradients-swapped"):
            dgamma, dbeta = dbeta, dgamma
        if self.has("gradients-swapped:dx-last"):
            dx, dgamma, dbeta = dgamma, dbeta, dx
        answers = [self._cast(np.asarray(g, dtype)) for g in (dx, dgamma, dbeta)]
        return answers[0], answers[1], answers[2]

    def layernorm_forward(
        self, x: Array, gamma: Array, beta: Array, eps: float | None = None
    ) -> Array:
        shape = (-1, 1) if self.has("gamma-per-sample") else (-1,)
        layout = _Layout(self._layer_axes(x), shape, not self.has("keepdims-missing"))
        return self._forward(layout, x, gamma, beta, eps)

    def groupnorm_forward(
        self, x: Array, gamma: Array, beta: Array, num_groups: int, eps: float | None = None
    ) -> Array:
        N, C, H, W = x.shape
        if self.has("group-size-for-count"):
            num_groups = C // num_groups  # the number taken for the size
        size = C // num_groups
        if self.has("affine-per-group"):
            # one for all channels of a group
            gamma, beta = (np.repeat(p[:num_groups], size) for p in (gamma, beta))
        given = x
        if self.has("channels-last"):
            x = x.transpose(0, 2, 3, 1)  # (N, H, W, C), cut into groups as if it were not
        shape: tuple[int, ...] = (N, num_groups, size, H, W)
        axes: tuple[int, ...] = (2, 3, 4)
        if self.has("groups-interleaved"):
            shape, axes = (N, size, num_groups, H, W), (1, 3, 4)
        elif self.has("groups-ignored"):
            shape, axes = (N, C, H, W), (1, 2, 3)
        elif self.has("groups-ignored:per-channel"):
            shape, axes = (N, C, H, W), (2, 3)
        elif self.has("groups-at-each-pixel"):
            axes = (2,)
        elif self.has("batch-in-group"):
            axes = (0, 2, 3, 4)
        elif self.has("batch-in-group:reshaped"):
            shape, axes = (num_groups, -1), (1,)
        elif self.has("over-the-batch"):
            shape, axes = (N, C, H, W), (0, 2, 3)
        elif self.has("one-statistic"):
            shape, axes = (-1,), (0,)
        grouped = x.reshape(shape)  # (N, groups, C / groups, H, W)
        mean, variance = self._statistics(grouped, _Layout(axes, ()))
        x_hat = self._normalized(grouped, mean, variance, eps).reshape(x.shape)  # (N, C, H, W)
        if self.has("channels-last"):
            x_hat = x_hat.transpose(0, 3, 1, 2)  # (N, C, H, W)
            if self.has("mutates-input"):
                given[...] = x_hat
        width = self.has("broadcast-along-width:gamma")  # (C,) meets W, and fits where W = C
        gamma, beta = (p if width else p.reshape(C, 1, 1) for p in (gamma, beta))
        return self._cast(self._affine(x_hat, gamma, beta))

    def _channels(self, x: Array) -> _Layout:
        """How batch normalisation of (N, C, H, W) is laid out."""
        N, C, H, W = x.shape

        def back(y: Array) -> Array:
            return y.reshape(N, C, H, W)

        # x as a matrix, (M, C) or (C, M) with M = N H W, and back: in each, one of the two is wrong
        rows, columns = partial(_Layout, (0,), (C,)), partial(_Layout, (1,), (C, 1))
        matrices = {
            "reshape-without-transpose": rows(arranged=lambda x: x.reshape(-1, C), restored=back),
            "reshape-without-transpose:channels-first": columns(
                arranged=lambda x: x.reshape(C, -1), restored=back
            ),
            "reshape-back:channels-first": columns(
                arranged=lambda x: x.transpose(1, 0, 2, 3).reshape(C, -1), restored=back
            ),
            "reshape-back": rows(
                arranged=lambda x: x.transpose(0, 2, 3, 1).reshape(-1, C), restored=back
            ),
            "transposed-back": rows(
                arranged=lambda x: x.transpose(0, 2, 3, 1).reshape(-1, C),
                restored=lambda y: y.reshape(N, H, W, C).transpose(0, 3, 2, 1),
            ),
        }
        for mistake, layout in matrices.items():
            if self.has(mistake):
                return layout
        axes = next((axes for mistake, axes in AXES.items() if self.has(mistake)), (0, 2, 3))
        along_width = self.has(
            "channels-last", "broadcast-along-width", "broadcast-along-width:gamma"
        )
        # without them (C,) meets W
        keepdims = not self.has("broadcast-along-width", "broadcast-along-width:statistics")
        return _Layout(axes, (C,) if along_width else (C, 1, 1), keepdims)

    def _layer_axes(self, x: Array) -> tuple[int, ...]:
        if self.has("over-the-batch"):
            return (0,)
        if self.has("second-axis"):
            return (1,)
        if self.has("tokens-mixed"):
            return tuple(range(1, x.ndim))
        if self.has("one-statistic"):
            return tuple(range(x.ndim))
        return (x.ndim - 1,)  # (..., D): the right one

    def _forward(
        self, layout: _Layout, x: Array, gamma: Array, beta: Array, eps: float | None
    ) -> Array:
        arranged = layout.arranged(x)  # perhaps a view of x, perhaps a copy
        mean, variance = self._statistics(arranged, layout)
        x_hat = self._normalized(arranged, mean, variance, eps)
        # a view was changed already
        if self.has("mutates-input") and not np.shares_memory(x, arranged):
            x[...] = layout.restored(x_hat)
        y = self._affine(x_hat, gamma.reshape(layout.gamma), beta.reshape(layout.gamma))
        return self._cast(y)

    def _statistics(self, x: Array, layout: _Layout) -> tuple[Array, Array]:
        """Mean and variance over the axes of a layout, of the dtype of x."""
        axes, wide = layout.axes, x.astype(np.float64)  # the reference sums in float64 too
        mean = wide.mean(axis=axes, keepdims=True)
        if self.has("one-pass-variance"):
            # in the dtype of x: the digits that this loses are the mistake
            variance = (x * x).mean(axis=axes, keepdims=True) - x.mean(
                axis=axes, keepdims=True
            ) ** 2
        elif self.has("mean-of-squares"):
            variance = (wide**2).mean(axis=axes, keepdims=True)
        else:
            variance = ((wide - mean) ** 2).mean(axis=axes, keepdims=True)
        if self.has("mean-of-variances"):
            variance = wide.var(axis=(2, 3), keepdims=True).mean(axis=0, keepdims=True)
        if self.has("sum-not-mean:variance"):
            variance = variance * (x.size // mean.size)
        if self.has("unbiased-normalise", "unbiased-in-sample"):
            count = x.size // mean.size  # values in each mean
            variance = variance * np.divide(count, count - 1)  # inf for one value, and no error
        if not layout.keepdims:
            mean, variance = np.squeeze(mean, axes), np.squeeze(variance, axes)
        return mean.astype(x.dtype), variance.astype(x.dtype)

    def _x_hat_and_std(
        self, x: Array, mean: Array, variance: Array, eps: float | None
    ) -> tuple[Array, Array]:
        """What the backward pass takes from the forward pass."""
        std = self._divisor(variance, eps)
        return (x - mean) / std, std

    def _dx(
        self, layout: _Layout, dy: Array, x_hat: Array, std: Array, gamma: Array, batch: int
    ) -> Array:
        """The gradient through x_hat = (x - mean) / std, in the layout of the arguments."""
        whole = np.size(x_hat) // np.size(std)  # values in each mean: N H W
        count = batch if self.has("count-is-batch") else whole
        count = whole // batch if self.has("count-is-batch:pixels") else count  # H W
        count = 1 if self.has("sums-not-means") else count
        # the gradient of x_hat, in its shape
        dx_hat = dy if self.has("gamma-missing-in-dx") else dy * gamma
        axes = layout.axes
        if x_hat.ndim == 4 and self.has("sums-over-batch-only", "sums-over-batch-only:pixels"):
            axes = (0,) if self.has("sums-over-batch-only") else (2, 3)
            count = int(np.prod([x_hat.shape[axis] for axis in axes]))
        total = [  # the sums that go through mean and variance
            np.sum(term, axis=axes, keepdims=layout.keepdims) for term in (dx_hat, dx_hat * x_hat)
        ]
        mean_path, variance_path = total[0] / count, x_hat * total[1] / count
        if self.has("gamma-missing-in-dx:paths"):
            mean_path, variance_path = mean_path / gamma, variance_path / gamma
        if self.has("variance-path-power", "variance-path-power:half"):
            power = 2 if self.has("variance-path-power") else 1
            variance_path = variance_path * std**power
        if self.has("variance-path-negative"):
            variance_path = -variance_path
        if self.has("mean-path-negative"):
            mean_path = -mean_path
        if self.has("diagonal-jacobian"):
            mean_path, variance_path = dx_hat / count, dx_hat * x_hat**2 / count
        if self.has("statistics-as-constants", "mean-path-missing"):
            mean_path = np.zeros_like(mean_path)
        if self.has("statistics-as-constants", "variance-path-missing"):
            variance_path = np.zeros_like(variance_path)
        divisor = std**2 if self.has("std-squared") else std
        if self.has("count-wrong"):
            divisor = divisor / whole
        if self.has("count-wrong:divided"):
            divisor = divisor * whole
        return np.asarray((dx_hat - mean_path - variance_path) / divisor)

    def _per_channel(self, product: Array, summed: tuple[int, ...], layout: _Layout) -> Array:
        """dgamma or dbeta: the product with dy, summed over everything but the channels."""
        if self.has("unsummed"):
            return layout.restored(product)  # (N, C, H, W)
        if self.has("unsummed:over-pixels"):
            return np.asarray(product.sum(axis=0))  # (C, H, W)
        if product.ndim == 4 and self.has("unsummed:over-width"):
            return np.asarray(product.sum(axis=(0, 2)))  # (C, W)
        if product.ndim == 4 and self.has("unsummed:over-batch"):
            return np.asarray(product.sum(axis=(2, 3)))  # (N, C)
        if self.has("summed-over-all"):
            return np.asarray(product.sum())  # ()
        if product.ndim == 4 and self.has("mean-not-sum:over-batch"):
            return np.asarray(product.sum(axis=summed) / len(product))
        if product.ndim == 4 and self.has("mean-not-sum:over-pixels"):
            return np.asarray(product.mean(axis=(2, 3)).sum(axis=0))
        total = np.mean if self.has("mean-not-sum") else np.sum
        keepdims = self.has("gradients-shape")
        return np.asarray(total(product, axis=summed, keepdims=keepdims))  # (C,)
