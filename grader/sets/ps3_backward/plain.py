"""ps3_backward as a student might write it: slips are looked for in these lines."""

from collections.abc import Callable

import numpy as np

from ...reference import Array, Gradients


def numerical_gradient(f: Callable[[Array], Array], x: Array, dy: Array, h: float = 1e-5) -> Array:
    x = x.astype(np.float64)
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above = x.copy()
        below = x.copy()
        above[index] = above[index] + h
        below[index] = below[index] - h
        difference = f(above) - f(below)
        dx[index] = (dy * difference).sum() / (2 * h)
    return dx


def numerical_gradient__losses(
    f: Callable[[Array], Array], x: Array, dy: Array, h: float = 1e-5
) -> Array:
    x = x.astype(np.float64)
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        above = (dy * f(x + step)).sum()
        below = (dy * f(x - step)).sum()
        dx[index] = (above - below) / (2 * h)
    return dx


def numerical_gradient__line(
    f: Callable[[Array], Array], x: Array, dy: Array, h: float = 1e-5
) -> Array:
    x = x.astype(np.float64)
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        dx[index] = (dy * (f(x + step) - f(x - step))).sum() / (2 * h)
    return dx


def batchnorm_backward(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
    N, D = x.shape
    mean = x.mean(axis=0)
    centred = x - mean
    variance = (centred**2).mean(axis=0)
    std = np.sqrt(variance + eps)
    x_hat = centred / std

    dx_hat = dy * gamma
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dstd = -(dx_hat * centred).sum(axis=0) / std**2
    dvariance = dstd / (2 * std)
    dcentred = dx_hat / std + 2 * centred * dvariance / N
    dmean = -dcentred.sum(axis=0)
    dx = dcentred + dmean / N
    return dx, dgamma, dbeta


def batchnorm_backward__paths(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
    N, D = x.shape
    mean = x.mean(axis=0)
    centred = x - mean
    variance = x.var(axis=0)
    std = np.sqrt(variance + eps)
    x_hat = centred / std
    dx_hat = dy * gamma
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dvariance = (dx_hat * centred).sum(axis=0) * -0.5 * (variance + eps) ** -1.5
    dmean = -(dx_hat / std).sum(axis=0) + dvariance * (-2 * centred).mean(axis=0)
    dx = dx_hat / std + dvariance * 2 * centred / N + dmean / N
    return dx, dgamma, dbeta


def batchnorm_backward__compact(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
    N, D = x.shape
    mean = x.mean(axis=0)
    variance = x.var(axis=0)
    std = np.sqrt(variance + eps)
    x_hat = (x - mean) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / (N * std) * (N * dy - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta


def batchnorm_backward__means(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
    N, D = x.shape
    mean = x.mean(axis=0)
    centred = x - mean
    variance = (centred**2).mean(axis=0)
    std = np.sqrt(variance + eps)
    x_hat = centred / std
    dx_hat = dy * gamma
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = (dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0)) / std
    return dx, dgamma, dbeta


def batchnorm_backward__mean_dy(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
    N, D = x.shape
    mean = x.mean(axis=0)
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - mean) / std
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / std * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0))
    return dx, dgamma, dbeta


def batchnorm_backward__inline(dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
    N, D = x.shape
    mean = x.mean(axis=0)
    x_hat = (x - mean) / np.sqrt(x.var(axis=0) + eps)
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    std = np.sqrt(x.var(axis=0) + eps)
    dx = gamma / std * (dy - dbeta / N - x_hat * dgamma / N)
    return dx, dgamma, dbeta


def compact_dx__dx_hat(dy: Array, x_hat: Array, std: Array, gamma: Array) -> Array:
    N, D = dy.shape
    dx_hat = dy * gamma
    through_mean = dx_hat.mean(axis=0)
    through_variance = x_hat * (dx_hat * x_hat).mean(axis=0)
    dx = (dx_hat - through_mean - through_variance) / std
    return dx


def compact_dx(dy: Array, x_hat: Array, std: Array, gamma: Array) -> Array:
    N, D = dy.shape
    through_mean = dy.mean(axis=0)
    through_variance = x_hat * (dy * x_hat).mean(axis=0)
    dx = gamma / std * (dy - through_mean - through_variance)
    return dx


def compact_dx__sums(dy: Array, x_hat: Array, std: Array, gamma: Array) -> Array:
    N, D = dy.shape
    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)
    dx = gamma / (N * std) * (N * dy - dbeta - x_hat * dgamma)
    return dx
