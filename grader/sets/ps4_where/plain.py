"""ps4_where as a student might write it: slips are looked for in these lines."""

import numpy as np

from ...reference import Array, Gradients


def batchnorm2d_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    N, C, H, W = x.shape
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    variance = x.var(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(variance + eps)
    x_hat = (x - mean) / std
    y = gamma[:, None, None] * x_hat + beta[:, None, None]
    return y


def batchnorm2d_backward(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
    N, C, H, W = x.shape
    count = N * H * W
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    variance = x.var(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(variance + eps)
    x_hat = (x - mean) / std
    dbeta = dy.sum(axis=(0, 2, 3))
    dgamma = (dy * x_hat).sum(axis=(0, 2, 3))
    through_mean = dbeta[:, None, None] / count
    through_variance = x_hat * dgamma[:, None, None] / count
    dx = gamma[:, None, None] / std * (dy - through_mean - through_variance)
    return dx, dgamma, dbeta


def layernorm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    std = np.sqrt(variance + eps)
    x_hat = (x - mean) / std
    y = gamma * x_hat + beta
    return y


def groupnorm_forward(
    x: Array, gamma: Array, beta: Array, num_groups: int, eps: float = 1e-5
) -> Array:
    N, C, H, W = x.shape
    G = num_groups
    groups = x.reshape(N, G, C // G, H, W)
    mean = groups.mean(axis=(2, 3, 4), keepdims=True)
    variance = groups.var(axis=(2, 3, 4), keepdims=True)
    std = np.sqrt(variance + eps)
    x_hat = ((groups - mean) / std).reshape(x.shape)
    y = gamma[:, None, None] * x_hat + beta[:, None, None]
    return y
