"""ps1_standardize as a student might write it: slips are looked for in these lines."""

import numpy as np

from ...reference import Array


def batch_mean(x: Array) -> Array:
    N, D = x.shape
    mean = x.mean(axis=0)
    return mean


def batch_mean__sum(x: Array) -> Array:
    N, D = x.shape
    total = x.sum(axis=0)
    mean = total / N
    return mean


def batch_variance(x: Array) -> Array:
    N, D = x.shape
    mean = x.mean(axis=0)
    centred = x - mean
    variance = (centred**2).mean(axis=0)
    return variance


def batch_variance__var(x: Array) -> Array:
    variance = x.var(axis=0)
    return variance


def normalize(x: Array, mean: Array, variance: Array, eps: float = 1e-5) -> Array:
    centred = x - mean
    std = np.sqrt(variance + eps)
    x_hat = centred / std
    return x_hat


def normalize__line(x: Array, mean: Array, variance: Array, eps: float = 1e-5) -> Array:
    x_hat = (x - mean) / (variance + eps) ** 0.5
    return x_hat


def scale_and_shift(x_hat: Array, gamma: Array, beta: Array) -> Array:
    y = gamma * x_hat + beta
    return y


def batchnorm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    N, D = x.shape
    mean = x.mean(axis=0)
    centred = x - mean
    variance = (centred**2).mean(axis=0)
    std = np.sqrt(variance + eps)
    x_hat = centred / std
    y = gamma * x_hat + beta
    return y


def batchnorm_forward__var(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    mean = x.mean(axis=0)
    variance = x.var(axis=0)
    x_hat = (x - mean) / np.sqrt(variance + eps)
    y = gamma * x_hat + beta
    return y


def batchnorm_forward__line(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    y = gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta
    return y


def batchnorm_forward__scale(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    mean = x.mean(axis=0)
    scale = gamma / np.sqrt(x.var(axis=0) + eps)
    shift = beta - scale * mean
    y = scale * x + shift
    return y


def batchnorm_forward__loop(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    N, D = x.shape
    y = np.zeros(x.shape, x.dtype)
    for d in range(D):
        column = x[:, d]
        centred = column - column.mean()
        variance = (centred**2).mean()
        y[:, d] = gamma[d] * centred / np.sqrt(variance + eps) + beta[d]
    return y
