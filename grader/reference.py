"""Batch normalisation and its relatives in NumPy, each backward pass below its forward pass.

Shapes: N samples, D features; N samples, C channels, H rows, W columns.  dy has the shape of x;
gamma, beta, their gradients and all statistics are (D,) or (C,).

Dtypes: x is float32 or float64 (integers count as float64) and every output has the dtype of x.
The other arguments are cast to it.  Arguments are never changed.

Variance: biased (the sum divided by the number of values) everywhere but in running_var of the
classes, which is unbiased, as in PyTorch.

Gradients: dy is the gradient of the loss with respect to y; dgamma and dbeta are sums over the
batch, not means.

Errors: ValueError where a shape does not fit, TypeError where the dtype of x does not.

Sources: Ioffe and Szegedy, "Batch Normalization", 2015 (Algorithms 1 and 2, section 3); Ba, Kiros
and Hinton, "Layer Normalization", 2016; Wu and He, "Group Normalization", 2018.
"""

from collections.abc import Callable, Iterable
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Axes: TypeAlias = tuple[int, ...]
Gradients: TypeAlias = tuple[Array, Array, Array]  # dx, dgamma, dbeta


# What is asked of arguments


def _floats(name: str, x: Array, pattern: str) -> Array:
    """Return x as a float array, or say why it is not of the pattern, such as "N, C, H, W"."""
    x = np.asarray(x)
    axes = pattern.split(", ")
    fits = x.ndim >= len(axes) - 1 if axes[0] == "..." else x.ndim == len(axes)
    if not fits:
        raise ValueError(f"{name}: expected ({pattern}), got {x.shape}: {x.ndim} axes")
    if x.size == 0:
        raise ValueError(f"{name}: expected ({pattern}), got {x.shape}: no values")
    if x.dtype.kind in "biu":
        return x.astype(np.float64)  # integers and booleans
    if x.dtype not in (np.float32, np.float64):
        raise TypeError(
            f"{name}: expected float32 or float64, got {x.dtype}: convert it with astype"
        )
    return x


def _fit(name: str, value: Array, shape: tuple[int, ...], x: Array) -> Array:
    """Return value with the dtype of x, or say that it has not the shape that x asks for."""
    value = np.asarray(value, dtype=x.dtype)
    if value.shape != shape:
        raise ValueError(f"{name}: expected {shape} to fit {x.shape}, got {value.shape}")
    return value


# What all normalisations share: they differ in the axes of their means.  Statistics keep those axes
# with length 1.  Memory is what costs time, so large temporaries are few and reused in place.


def _mean(x: Array, axes: Axes) -> Array:
    """Return the mean of x, summed in float64: a large offset would spoil a float32 sum."""
    mean: Array = x.mean(axis=axes, keepdims=True, dtype=np.float64)
    return mean.astype(x.dtype)


def _mean_of_product(a: Array, b: Array, axes: Axes) -> Array:
    """Return the mean of a b, summed in their own dtype and without an array for a b."""
    every = list(range(a.ndim))
    kept = [axis for axis in every if axis not in axes]
    total = np.expand_dims(np.einsum(a, every, b, every, kept), axes)
    return total / (a.size // total.size)


def _centre(x: Array, axes: Axes) -> tuple[Array, Array, Array]:
    """Return x - mean, mean and variance.  In two passes: mean(x^2) - mean^2 would cancel."""
    mean = _mean(x, axes)
    centred = x - mean
    return centred, mean, _mean_of_product(centred, centred, axes)


def _std(variance: Array, eps: float) -> Array:
    """Return sqrt(variance + eps), of the dtype of variance even where eps is a NumPy float64."""
    return np.sqrt(variance + float(eps))


def _standardize_backward(
    dx_hat: Array, centred: Array, std: Array, axes: Axes
) -> tuple[Array, Array, Array]:
    """Return std dx = dx_hat - mean(dx_hat) - x_hat mean(dx_hat x_hat), and the two means.

    x_hat = centred / std.  The first mean is what goes through the mean of x, the second through
    its variance.  The result overwrites centred.
    """
    mean = _mean(dx_hat, axes)
    mean_x_hat = _mean_of_product(dx_hat, centred, axes) / std
    centred *= -mean_x_hat / std
    centred += dx_hat
    centred -= mean
    return centred, mean, mean_x_hat


# The four steps of batch normalisation


def batch_mean(x: Array) -> Array:
    """Return mu (D,), the mean of each feature of x (N, D): 1/N sum_n x_n.

    Algorithm 1, line 1.
    """
    x = _floats("x", x, "N, D")
    return _mean(x, (0,)).reshape(-1)  # (D,)


def batch_variance(x: Array) -> Array:
    """Return the biased variance (D,) of each feature of x (N, D): 1/N sum_n (x_n - mu)^2.

    Algorithm 1, line 2.
    """
    x = _floats("x", x, "N, D")
    _, _, variance = _centre(x, (0,))  # (1, D)
    return variance.reshape(-1)  # (D,)


def normalize(x: Array, mean: Array, variance: Array, eps: float = 1e-5) -> Array:
    """Return x_hat (N, D) = (x - mean) / sqrt(variance + eps).

    Algorithm 1, line 3.
    """
    x = _floats("x", x, "N, D")
    D = x.shape[1]
    mean = _fit("mean", mean, (D,), x)
    variance = _fit("variance", variance, (D,), x)
    return (x - mean) / _std(variance, eps)  # (N, D)


def scale_and_shift(x_hat: Array, gamma: Array, beta: Array) -> Array:
    """Return y (N, D) = gamma x_hat + beta.

    Algorithm 1, line 4.
    """
    x_hat = _floats("x_hat", x_hat, "N, D")
    D = x_hat.shape[1]
    gamma, beta = _fit("gamma", gamma, (D,), x_hat), _fit("beta", beta, (D,), x_hat)
    return gamma * x_hat + beta  # (N, D)


# Batch normalisation of (N, D)


def batchnorm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Return y (N, D): the four steps in one, with the statistics of the batch x itself.

    A batch of one is allowed, and gives beta.  Algorithm 1.
    """
    x = _floats("x", x, "N, D")
    D = x.shape[1]
    gamma, beta = _fit("gamma", gamma, (D,), x), _fit("beta", beta, (D,), x)
    y, _, variance = _centre(x, (0,))  # (N, D), (1, D)
    y *= gamma / _std(variance, eps)  # (N, D)
    y += beta  # (N, D)
    return y


def batchnorm_backward(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
    """Return dx (N, D), dgamma (D,) and dbeta (D,) by the compact formula.

    dbeta = sum_n dy, dgamma = sum_n dy x_hat and
    dx = gamma / sqrt(variance + eps) (dy - dbeta / N - x_hat dgamma / N).
    Section 3, with dx simplified.
    """
    x = _floats("x", x, "N, D")
    N, D = x.shape
    dy = _fit("dy", dy, (N, D), x)
    gamma = _fit("gamma", gamma, (D,), x)
    centred, _, variance = _centre(x, (0,))  # (N, D), (1, D)
    std = _std(variance, eps)  # (1, D)
    dx, mean_dy, mean_dy_x_hat = _standardize_backward(dy, centred, std, (0,))
    dx *= gamma / std  # (N, D)
    return dx, N * mean_dy_x_hat.reshape(D), N * mean_dy.reshape(D)


def batchnorm_backward_staged(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
    """Return the same as batchnorm_backward, by the chain rule through the graph, node by node.

    The second half reads the first half from its end.  Section 3.
    """
    x = _floats("x", x, "N, D")
    N, D = x.shape
    dy = _fit("dy", dy, (N, D), x)
    gamma = _fit("gamma", gamma, (D,), x)

    mean = _mean(x, (0,)).reshape(D)  # (D,)
    centred = x - mean  # (N, D)
    square = centred**2  # (N, D)
    variance = square.mean(axis=0)  # (D,)
    std = _std(variance, eps)  # (D,)
    x_hat = centred / std  # (N, D), and y = gamma * x_hat + beta

    dbeta = dy.sum(axis=0)  # (D,)
    dgamma = (dy * x_hat).sum(axis=0)  # (D,)
    dx_hat = dy * gamma  # (N, D)
    dstd = -(dx_hat * centred).sum(axis=0) / std**2  # (D,)
    dvariance = dstd / (2 * std)  # (D,)
    dsquare = dvariance / N  # (D,), the same for every row
    dcentred = dx_hat / std + 2 * centred * dsquare  # (N, D), centred is used twice
    dmean = -dcentred.sum(axis=0)  # (D,)
    dx = dcentred + dmean / N  # (N, D), x is used twice
    return dx, dgamma, dbeta


def numerical_gradient(f: Callable[[Array], Array], x: Array, dy: Array, h: float = 1e-5) -> Array:
    """Return the gradient of sum(dy f(x)) with respect to x, of any shape, by central differences.

    For one element of x at a time: sum(dy (f(x + h) - f(x - h))) / 2h.  f is called with float64
    arrays of its own, whatever the dtype of x.  dy has the shape of f(x).
    """
    x, dy = _floats("x", x, "..."), np.asarray(dy)
    dx = np.empty_like(x)
    for index in np.ndindex(x.shape):
        above, below = x.astype(np.float64), x.astype(np.float64)
        above[index] += h
        below[index] -= h
        difference = np.subtract(f(above), f(below))
        if difference.shape != dy.shape:
            raise ValueError(f"dy: expected the shape of f(x), {difference.shape}, got {dy.shape}")
        dx[index] = np.sum(dy * difference) / (2 * h)
    return dx


# Batch normalisation of (N, C, H, W): the statistics are over samples, rows and columns


def batchnorm2d_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Return y (N, C, H, W): batchnorm_forward, where each pixel counts as a sample.

    Section 3.2.
    """
    x = _floats("x", x, "N, C, H, W")
    C = x.shape[1]
    gamma = _fit("gamma", gamma, (C,), x).reshape(C, 1, 1)
    beta = _fit("beta", beta, (C,), x).reshape(C, 1, 1)
    y, _, variance = _centre(x, (0, 2, 3))  # (N, C, H, W), (1, C, 1, 1)
    y *= gamma / _std(variance, eps)  # (N, C, H, W)
    y += beta  # (N, C, H, W)
    return y


def batchnorm2d_backward(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
    """Return dx (N, C, H, W), dgamma (C,) and dbeta (C,): batchnorm_backward with N H W for N."""
    x = _floats("x", x, "N, C, H, W")
    N, C, H, W = x.shape
    dy = _fit("dy", dy, (N, C, H, W), x)
    gamma = _fit("gamma", gamma, (C,), x).reshape(C, 1, 1)
    centred, _, variance = _centre(x, (0, 2, 3))  # (N, C, H, W), (1, C, 1, 1)
    std = _std(variance, eps)  # (1, C, 1, 1)
    dx, mean_dy, mean_dy_x_hat = _standardize_backward(dy, centred, std, (0, 2, 3))
    dx *= gamma / std  # (N, C, H, W)
    return dx, N * H * W * mean_dy_x_hat.reshape(C), N * H * W * mean_dy.reshape(C)


# Batch normalisation with a memory, for inference


class _BatchNorm:
    """The state and the modes of BatchNorm1d and BatchNorm2d, which differ in pattern and axes."""

    _pattern: str
    _axes: Axes

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.gamma: Array = np.ones(num_features)
        self.beta: Array = np.zeros(num_features)
        self.running_mean: Array = np.zeros(num_features)
        self.running_var: Array = np.ones(num_features)
        self.training = True

    def train(self, mode: bool = True) -> Self:
        """Set training mode, or inference mode where mode is False, and return self."""
        self.training = mode
        return self

    def eval(self) -> Self:
        """Set inference mode and return self."""
        return self.train(False)

    def forward(self, x: Array) -> Array:
        """Return y, of the shape and dtype of x.

        ValueError: x has not num_features channels, or one value per channel while training.
        """
        x = _floats("x", x, self._pattern)
        C = self.num_features
        if x.shape[1] != C:
            raise ValueError(f"x: expected {C} features in ({self._pattern}), got {x.shape}")
        per_channel = (C,) + (1,) * (x.ndim - 2)  # (C,) or (C, 1, 1)
        if self.training:
            n = x.size // C
            if n == 1:
                raise ValueError(
                    f"x: expected more than 1 value per channel when training, got {x.shape}:"
                    " one value has no variance; use a larger batch, or eval()"
                )
            y, mean, variance = _centre(x, self._axes)
            self._remember(mean.reshape(C), variance.reshape(C) * (n / (n - 1)))
        else:
            y = x - self.running_mean.astype(x.dtype).reshape(per_channel)
            variance = self.running_var.reshape(per_channel)
        y *= self.gamma.reshape(per_channel) / _std(variance, self.eps)
        y += self.beta.reshape(per_channel)
        return y

    __call__ = forward

    def _remember(self, mean: Array, unbiased: Array) -> None:
        """Move the running statistics towards those of a batch."""
        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
        self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbiased


class BatchNorm1d(_BatchNorm):
    """Batch normalisation of (N, D) with running statistics, by PyTorch's conventions.

    While training, x is normalised with the statistics of its batch, and the running ones move:
    running = (1 - momentum) running + momentum batch, so momentum weighs the new batch, and
    running_var takes the unbiased variance.  In inference x is normalised with the running
    statistics, and nothing moves.  gamma, beta, running_mean and running_var are (D,) and float64,
    and start as ones, zeros, zeros and ones.  A new layer is training.  Algorithm 2.
    """

    _pattern, _axes = "N, D", (0,)


class BatchNorm2d(_BatchNorm):
    """BatchNorm1d for (N, C, H, W): one mean and one variance a channel, over N H W values."""

    _pattern, _axes = "N, C, H, W", (0, 2, 3)


def population_statistics(batches: Iterable[Array]) -> tuple[Array, Array]:
    """Return mean (D,) and biased variance (D,) of the rows of all batches together.

    A batch is (N, D), N may vary, and batches are read once.  Sums are in float64; the results are
    float32 where all batches are.  Batches are merged by the formula of Chan, Golub and LeVeque
    (1979): the variance between the batches is added to the variance within them.

    ValueError: there is no batch, or D varies.
    """
    count, dtype = 0, np.dtype(np.float32)
    mean = squares = np.zeros(1)
    for batch in batches:
        x = _floats("batch", batch, "N, D")
        N, D = x.shape
        if count and mean.shape != (D,):
            raise ValueError(f"batch: expected {mean.size} features as before, got {x.shape}")
        dtype = np.result_type(dtype, x.dtype)
        count += N
        mean_x = x.mean(axis=0, dtype=np.float64)  # (D,)
        delta = mean_x - mean  # (D,)
        mean = mean + delta * (N / count)  # (D,)
        squares = squares + ((x - mean_x) ** 2).sum(axis=0)  # (D,), within the batch
        squares = squares + delta**2 * (N * (count - N) / count)  # (D,), from those before
    if count == 0:
        raise ValueError("batches: expected at least one batch, got none")
    return mean.astype(dtype), (squares / count).astype(dtype)


# Layer normalisation of (..., D): the statistics are over the features of a sample


def layernorm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Return y (..., D): each sample normalised over the last axis.  gamma and beta are (D,)."""
    x = _floats("x", x, "..., D")
    D, last = x.shape[-1], (x.ndim - 1,)
    gamma, beta = _fit("gamma", gamma, (D,), x), _fit("beta", beta, (D,), x)
    y, _, variance = _centre(x, last)  # (..., D), (..., 1)
    y /= _std(variance, eps)  # (..., D)
    y *= gamma  # (..., D)
    y += beta  # (..., D)
    return y


def layernorm_backward(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
    """Return dx (..., D), dgamma (D,) and dbeta (D,)."""
    x = _floats("x", x, "..., D")
    D, last = x.shape[-1], (x.ndim - 1,)
    dy = _fit("dy", dy, x.shape, x)
    gamma = _fit("gamma", gamma, (D,), x)
    centred, _, variance = _centre(x, last)  # (..., D), (..., 1)
    std = _std(variance, eps)  # (..., 1)
    dgamma = (dy * centred / std).reshape(-1, D).sum(axis=0)  # (D,)
    dbeta = dy.reshape(-1, D).sum(axis=0)  # (D,)
    dx, _, _ = _standardize_backward(dy * gamma, centred, std, last)  # (..., D)
    dx /= std  # (..., D)
    return dx, dgamma, dbeta


# Group normalisation of (N, C, H, W): the statistics are over a group of a sample's channels


def _groups(x: Array, num_groups: int) -> Array:
    """Return x (N, C, H, W) as (N, num_groups, values of a group)."""
    N, C = x.shape[:2]
    if num_groups < 1 or C % num_groups:
        raise ValueError(f"num_groups: expected a divisor of C = {C}, got {num_groups}")
    return x.reshape(N, num_groups, -1)


def groupnorm_forward(
    x: Array, gamma: Array, beta: Array, num_groups: int, eps: float = 1e-5
) -> Array:
    """Return y (N, C, H, W): each sample normalised over groups of C / num_groups channels.

    gamma and beta are (C,).  num_groups = C is instance normalisation.  ValueError: num_groups does
    not divide C.
    """
    x = _floats("x", x, "N, C, H, W")
    C = x.shape[1]
    gamma = _fit("gamma", gamma, (C,), x).reshape(C, 1, 1)
    beta = _fit("beta", beta, (C,), x).reshape(C, 1, 1)
    x_hat, _, variance = _centre(
        _groups(x, num_groups), (2,)
    )  # (N, groups, values), (N, groups, 1)
    x_hat /= _std(variance, eps)  # (N, groups, values)
    return gamma * x_hat.reshape(x.shape) + beta  # (N, C, H, W)


def groupnorm_backward(
    dy: Array, x: Array, gamma: Array, num_groups: int, eps: float = 1e-5
) -> Gradients:
    """Return dx (N, C, H, W), dgamma (C,) and dbeta (C,)."""
    x = _floats("x", x, "N, C, H, W")
    C = x.shape[1]
    dy = _fit("dy", dy, x.shape, x)
    gamma = _fit("gamma", gamma, (C,), x).reshape(C, 1, 1)
    centred, _, variance = _centre(_groups(x, num_groups), (2,))  # (N, groups, values)
    std = _std(variance, eps)  # (N, groups, 1)
    dgamma = (dy * (centred / std).reshape(x.shape)).sum(axis=(0, 2, 3))  # (C,)
    dbeta = dy.sum(axis=(0, 2, 3))  # (C,)
    dx_hat = _groups(dy * gamma, num_groups)  # (N, groups, values)
    dx, _, _ = _standardize_backward(dx_hat, centred, std, (2,))  # (N, groups, values)
    dx /= std  # (N, groups, values)
    return dx.reshape(x.shape), dgamma, dbeta


# Batch normalisation leaves: into the layer before it, or to another framework


def fold_batchnorm(
    weight: Array,
    bias: Array | None,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    eps: float,
) -> tuple[Array, Array]:
    """Return weight and bias of the one layer that equals a layer and the batch norm after it.

    In inference, scale = gamma / sqrt(running_var + eps): the new weight is scale weight, the new
    bias is beta + scale (bias - running_mean).  weight is (out, in) for a linear layer or
    (out, in, kH, kW) for a convolution; the others are (out,), and bias None stands for zeros.  The
    results have the dtype of weight.
    """
    weight = _floats("weight", weight, "out, in" if np.ndim(weight) == 2 else "out, in, kH, kW")
    out = weight.shape[0]
    gamma = _fit("gamma", gamma, (out,), weight)
    beta = _fit("beta", beta, (out,), weight)
    mean = _fit("running_mean", running_mean, (out,), weight)
    variance = _fit("running_var", running_var, (out,), weight)
    bias = _fit("bias", np.zeros(out) if bias is None else bias, (out,), weight)
    scale = gamma / _std(variance, eps)  # (out,)
    per_output = scale.reshape(-1, *[1] * (weight.ndim - 1))  # (out, 1) or (out, 1, 1, 1)
    return per_output * weight, beta + scale * (bias - mean)


def keras_to_torch(
    gamma: Array,
    beta: Array,
    moving_mean: Array,
    moving_variance: Array,
    momentum: float,
    epsilon: float,
) -> dict[str, Array | float]:
    """Return a Keras BatchNormalization layer by PyTorch's names: four arrays (D,), momentum, eps.

    Keras's momentum weighs the old statistics and PyTorch's the new batch, so it becomes
    1 - momentum.  The rest keeps its values; arrays are copied, with the dtype of gamma.  Source:
    the documentation of keras.layers.BatchNormalization and torch.nn.BatchNorm1d.
    """
    gamma = _floats("gamma", gamma, "D")
    return {
        "weight": gamma.copy(),
        "bias": _fit("beta", beta, gamma.shape, gamma).copy(),
        "running_mean": _fit("moving_mean", moving_mean, gamma.shape, gamma).copy(),
        "running_var": _fit("moving_variance", moving_variance, gamma.shape, gamma).copy(),
        "momentum": 1 - momentum,
        "eps": epsilon,
    }
