"""ps2_inference as a student might write it: slips are looked for in these lines."""

from collections.abc import Iterable

import numpy as np

from ...reference import Array


class BatchNorm1d:
    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True

    def train(self, mode: bool = True) -> "BatchNorm1d":
        self.training = mode
        return self

    def eval(self) -> "BatchNorm1d":
        self.training = False
        return self

    def forward(self, x: Array) -> Array:
        N, D = x.shape
        momentum = self.momentum
        if self.training:
            if N == 1:
                raise ValueError("a training batch of one has no variance")
            mean = x.mean(axis=0)
            variance = x.var(axis=0)
            unbiased = variance * (N / (N - 1))
            self.running_mean = (1 - momentum) * self.running_mean + momentum * mean
            self.running_var = (1 - momentum) * self.running_var + momentum * unbiased
        else:
            mean = self.running_mean
            variance = self.running_var
        std = np.sqrt(variance + self.eps)
        x_hat = (x - mean) / std
        y = self.gamma * x_hat + self.beta
        return np.asarray(y, x.dtype)

    def __call__(self, x: Array) -> Array:
        return self.forward(x)


class BatchNorm1d__scale(BatchNorm1d):
    def forward(self, x: Array) -> Array:
        N, D = x.shape
        momentum = self.momentum
        if self.training:
            if N == 1:
                raise ValueError("a training batch of one has no variance")
            mean = x.mean(axis=0)
            variance = x.var(axis=0)
            self.running_mean = (1 - momentum) * self.running_mean + momentum * mean
            old = (1 - momentum) * self.running_var
            self.running_var = old + momentum * variance * (N / (N - 1))
        else:
            mean = self.running_mean
            variance = self.running_var
        std = np.sqrt(variance + self.eps)
        scale = self.gamma / std
        shift = self.beta - mean * scale
        y = x * scale + shift
        return np.asarray(y, x.dtype)


class BatchNorm1d__line(BatchNorm1d):
    def forward(self, x: Array) -> Array:
        N, D = x.shape
        momentum = self.momentum
        if self.training:
            if N == 1:
                raise ValueError("a training batch of one has no variance")
            mean = x.mean(axis=0)
            variance = ((x - mean) ** 2).mean(axis=0)
            unbiased = ((x - mean) ** 2).sum(axis=0) / (N - 1)
            self.running_mean = self.running_mean + momentum * (mean - self.running_mean)
            self.running_var = self.running_var + momentum * (unbiased - self.running_var)
        else:
            mean = self.running_mean
            variance = self.running_var
        y = self.gamma * (x - mean) / np.sqrt(variance + self.eps) + self.beta
        return np.asarray(y, x.dtype)


class BatchNorm1d__first(BatchNorm1d):
    def forward(self, x: Array) -> Array:
        N, D = x.shape
        momentum = self.momentum
        if not self.training:
            x_hat = (x - self.running_mean) / np.sqrt(self.running_var + self.eps)
            return np.asarray(self.gamma * x_hat + self.beta, x.dtype)
        if N == 1:
            raise ValueError("a training batch of one has no variance")
        self.running_mean = (1 - momentum) * self.running_mean + momentum * x.mean(axis=0)
        unbiased = ((x - x.mean(axis=0)) ** 2).sum(axis=0) / (N - 1)
        self.running_var = (1 - momentum) * self.running_var + momentum * unbiased
        mean = x.mean(axis=0)
        variance = ((x - mean) ** 2).mean(axis=0)
        x_hat = (x - mean) / np.sqrt(variance + self.eps)
        return np.asarray(self.gamma * x_hat + self.beta, x.dtype)


class BatchNorm1d__last(BatchNorm1d):
    def forward(self, x: Array) -> Array:
        N, D = x.shape
        momentum = self.momentum
        if self.training and N == 1:
            raise ValueError("a training batch of one has no variance")
        mean = x.mean(axis=0) if self.training else self.running_mean
        variance = x.var(axis=0) if self.training else self.running_var
        x_hat = (x - mean) / np.sqrt(variance + self.eps)
        y = self.gamma * x_hat + self.beta
        if self.training:
            batch = x
            new_mean = batch.mean(axis=0)
            new_var = batch.var(axis=0) * N / (N - 1)
            self.running_mean = self.running_mean * (1 - momentum) + new_mean * momentum
            self.running_var = self.running_var * (1 - momentum) + new_var * momentum
        return np.asarray(y, x.dtype)


def population_statistics(batches: Iterable[Array]) -> tuple[Array, Array]:
    rows = np.concatenate(list(batches))
    mean = rows.mean(axis=0)
    variance = rows.var(axis=0)
    return mean, variance


def population_statistics__sums(batches: Iterable[Array]) -> tuple[Array, Array]:
    given = list(batches)
    count = sum(len(x) for x in given)
    mean = sum(x.sum(axis=0) for x in given) / count
    variance = sum(((x - mean) ** 2).sum(axis=0) for x in given) / count
    return mean, variance


def population_statistics__weights(batches: Iterable[Array]) -> tuple[Array, Array]:
    given = list(batches)
    sizes = np.array([len(x) for x in given])
    means = np.array([x.mean(axis=0) for x in given])
    variances = np.array([x.var(axis=0) for x in given])
    weights = sizes / sizes.sum()
    mean = weights @ means
    variance = weights @ variances + weights @ (means - mean) ** 2
    return mean, variance


def population_statistics__counted(batches: Iterable[Array]) -> tuple[Array, Array]:
    given = [x.astype(np.float64) for x in batches]
    count = 0
    total = np.zeros(1)
    for x in given:
        N = len(x)
        count = count + N
        total = total + x.sum(axis=0)
    mean = total / count
    squares = np.zeros(1)
    for x in given:
        squares = squares + ((x - mean) ** 2).sum(axis=0)
    return mean, squares / count


def population_statistics__merged(batches: Iterable[Array]) -> tuple[Array, Array]:
    count = 0
    mean = np.zeros(1)
    squares = np.zeros(1)
    for x in batches:
        N = len(x)
        total = count + N
        mean_x = x.mean(axis=0)
        squares_x = ((x - mean_x) ** 2).sum(axis=0)
        delta = mean_x - mean
        squares = squares + squares_x + delta**2 * count * N / total
        mean = mean + delta * N / total
        count = total
    return mean, squares / count


def population_statistics__welford(batches: Iterable[Array]) -> tuple[Array, Array]:
    count = 0
    mean = np.zeros(1)
    squares = np.zeros(1)
    for x in batches:
        for row in x.astype(np.float64):
            count += 1
            if count == 1:
                mean = row
                squares = np.zeros(len(row))
            else:
                delta = row - mean
                mean = mean + delta / count
                squares = squares + delta * (row - mean)
    return mean, squares / count


def population_statistics__rows(batches: Iterable[Array]) -> tuple[Array, Array]:
    count = 0
    mean = np.zeros(1)
    squares = np.zeros(1)
    for x in batches:
        for row in x.astype(np.float64):
            count += 1
            before = row - mean
            mean = mean + before / count
            squares = squares + before * (row - mean)
    return mean, squares / count
