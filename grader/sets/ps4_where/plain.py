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


def batchnorm2d_forward__steps(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    N, C, H, W = x.shape
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    centred = x - mean
    variance = (centred**2).mean(axis=(0, 2, 3), keepdims=True)
    x_hat = centred / np.sqrt(variance + eps)
    y = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return y


def batchnorm2d_forward__rows(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    mean = rows.mean(axis=0)
    variance = rows.var(axis=0)
    y = gamma * (rows - mean) / np.sqrt(variance + eps) + beta
    return y.reshape(N, H, W, C).transpose(0, 3, 1, 2)


def batchnorm2d_forward__loop(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    N, C, H, W = x.shape
    y = np.zeros(x.shape, x.dtype)
    for c in range(C):
        values = x[:, c]
        centred = values - values.mean()
        variance = (centred**2).mean()
        y[:, c] = gamma[c] * centred / np.sqrt(variance + eps) + beta[c]
    return y


def batchnorm2d_backward__means(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
    N, C, H, W = x.shape
    mean = x.mean(axis=(0, 2, 3), keepdims=True)
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + eps)
    x_hat = (x - mean) / std
    through_mean = dy.mean(axis=(0, 2, 3), keepdims=True)
    through_variance = (dy * x_hat).mean(axis=(0, 2, 3), keepdims=True)
    dx = gamma.reshape(C, 1, 1) / std * (dy - through_mean - x_hat * through_variance)
    return dx, (dy * x_hat).sum(axis=(0, 2, 3)), dy.sum(axis=(0, 2, 3))


def batchnorm2d_backward__rows(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
    N, C, H, W = x.shape
    x_rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    dy_rows = dy.transpose(0, 2, 3, 1).reshape(-1, C)
    std = np.sqrt(x_rows.var(axis=0) + eps)
    x_hat = (x_rows - x_rows.mean(axis=0)) / std
    dx_hat = dy_rows * gamma
    dbeta = dy_rows.sum(axis=0)
    dgamma = (dy_rows * x_hat).sum(axis=0)
    dx = (dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0)) / std
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta


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


def layernorm_forward__line(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    N, T, D = len(x), x.shape[1], x.shape[-1]
    mean = x.mean(axis=-1, keepdims=True)
    centred = x - mean
    variance = (centred**2).mean(axis=-1, keepdims=True)
    y = gamma * centred / np.sqrt(variance + eps) + beta
    return y


def groupnorm_forward__line(
    x: Array, gamma: Array, beta: Array, num_groups: int, eps: float = 1e-5
) -> Array:
    N, C, H, W = x.shape
    G = num_groups
    groups = x.reshape(N, G, C // G * H * W)
    mean = groups.mean(axis=2, keepdims=True)
    centred = groups - mean
    variance = (centred**2).mean(axis=2, keepdims=True)
    x_hat = (centred / np.sqrt(variance + eps)).reshape(x.shape)
    y = gamma[:, None, None] * x_hat + beta[:, None, None]
    return y


def groupnorm_forward__loop(
    x: Array, gamma: Array, beta: Array, num_groups: int, eps: float = 1e-5
) -> Array:
    N, C, H, W = x.shape
    G = num_groups
    size = C // G
    y = np.zeros(x.shape, x.dtype)
    for g in range(G):
        group = slice(g * size, (g + 1) * size)
        values = x[:, group]
        mean = values.mean(axis=(1, 2, 3), keepdims=True)
        variance = values.var(axis=(1, 2, 3), keepdims=True)
        y[:, group] = (values - mean) / np.sqrt(variance + eps)
    y = gamma[:, None, None] * y + beta[:, None, None]
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
