"""ps5_frameworks as a student might write it, in NumPy: slips are looked for in these lines.

What is no arithmetic, such as the state_dict, is that of the module without mistakes.
"""

import numpy as np

from ...reference import Array
from . import faults


class BatchNorm(faults.BatchNorm):
    def _default_momentum(self) -> float:
        return 0.1

    def _forward(self, x: Array, training: bool, updates: bool) -> Array:
        last = np.moveaxis(x.astype(np.float64), 1, -1)  # the channels
        rows = last.reshape(-1, self.C)
        N, M = len(x), len(rows)
        weight = self.weight
        bias = self.bias
        eps = 1e-5 if self.eps is None else self.eps
        if training:
            mean = rows.mean(axis=0)
            variance = rows.var(axis=0)
            if self.tracks:
                self.count = self.count + 1
                momentum = 1 / self.count if self.momentum is None else self.momentum
                unbiased = variance * np.divide(M, M - 1)
                self.mean = (1 - momentum) * self.mean + momentum * mean
                self.variance = (1 - momentum) * self.variance + momentum * unbiased
        elif self.tracks:
            mean = self.mean
            variance = self.variance
        else:
            mean = rows.mean(axis=0)
            variance = rows.var(axis=0)
        std = np.sqrt(variance + eps)
        x_hat = (rows - mean) / std
        y = weight * x_hat + bias
        return np.moveaxis(y.reshape(last.shape), -1, 1).astype(x.dtype)


class BatchNorm__line(faults.BatchNorm):
    def _default_momentum(self) -> float:
        return 0.1

    def _forward(self, x: Array, training: bool, updates: bool) -> Array:
        last = np.moveaxis(x.astype(np.float64), 1, -1)  # the channels
        rows = last.reshape(-1, self.C)
        N, M = len(x), len(rows)
        weight = self.weight
        bias = self.bias
        eps = 1e-5 if self.eps is None else self.eps
        if training:
            mean = rows.mean(axis=0)
            variance = ((rows - mean) ** 2).mean(axis=0)
            if self.tracks:
                self.count = self.count + 1
                momentum = 1 / self.count if self.momentum is None else self.momentum
                unbiased = variance * np.divide(M, M - 1)
                self.mean = (1 - momentum) * self.mean + momentum * mean
                self.variance = (1 - momentum) * self.variance + momentum * unbiased
        elif self.tracks:
            mean = self.mean
            variance = self.variance
        else:
            mean = rows.mean(axis=0)
            variance = rows.var(axis=0)
        y = weight * (rows - mean) / np.sqrt(variance + eps) + bias
        return np.moveaxis(y.reshape(last.shape), -1, 1).astype(x.dtype)


class BatchNorm__maps(faults.BatchNorm):
    def _default_momentum(self) -> float:
        return 0.1

    def _forward(self, x: Array, training: bool, updates: bool) -> Array:
        N, C = x.shape[:2]
        H, W = x.shape[2:] if x.ndim == 4 else (1, 1)
        maps = x.astype(np.float64).reshape(N, C, H, W)
        eps = 1e-5 if self.eps is None else self.eps
        if training or not self.tracks:
            mean = maps.mean(axis=(0, 2, 3), keepdims=True)
            variance = maps.var(axis=(0, 2, 3), keepdims=True)
        else:
            mean = self.mean.reshape(1, C, 1, 1)
            variance = self.variance.reshape(1, C, 1, 1)
        if training and self.tracks:
            self._move(x)
        weight = self.weight.reshape(1, C, 1, 1)
        bias = self.bias.reshape(1, C, 1, 1)
        x_hat = (maps - mean) / np.sqrt(variance + eps)
        y = weight * x_hat + bias
        return y.reshape(x.shape).astype(x.dtype)


def keras_to_torch(
    gamma: Array,
    beta: Array,
    moving_mean: Array,
    moving_variance: Array,
    momentum: float,
    epsilon: float,
) -> dict[str, Array | float]:
    return {
        "weight": gamma,
        "bias": beta,
        "running_mean": moving_mean,
        "running_var": moving_variance,
        "momentum": 1 - momentum,
        "eps": epsilon,
    }


def fold_batchnorm(
    student: object,
    weight: Array,
    bias: Array | None,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    eps: float,
) -> tuple[tuple[Array, Array], list[Array | None]]:
    out = len(weight)
    rows = weight.reshape(out, -1)  # (out, in) or (out, in kH kW)
    before = np.zeros(out) if bias is None else bias
    std = np.sqrt(running_var + eps)
    scale = gamma / std
    folded = rows * scale[:, None]
    shift = beta + before * scale - running_mean * scale
    made = folded.reshape(weight.shape).astype(weight.dtype), shift.astype(weight.dtype)
    return made, [weight, bias, gamma, beta, running_mean, running_var]


def fold_batchnorm__line(
    student: object,
    weight: Array,
    bias: Array | None,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    eps: float,
) -> tuple[tuple[Array, Array], list[Array | None]]:
    out = len(weight)
    rows = weight.reshape(out, -1)  # (out, in) or (out, in kH kW)
    before = np.zeros(out) if bias is None else bias
    std = np.sqrt(running_var + eps)
    folded = rows * (gamma / std)[:, None]
    shift = gamma * (before - running_mean) / std + beta
    made = folded.reshape(weight.shape).astype(weight.dtype), shift.astype(weight.dtype)
    return made, [weight, bias, gamma, beta, running_mean, running_var]
