"""ps2_inference with mistakes: a layer with running statistics, and the population's statistics."""

from collections.abc import Iterable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# by check: the mistakes that it can name
MISTAKES = {
    "layer_modes": (
        "starts-at-zero-variance",
        "starts-in-inference",
        "statistics-shape",
        "train-ignores-mode",
        "eval-does-nothing",
        "mode-resets-statistics",
        "mode-returns-nothing",
    ),
    "layer_training": (
        "running-stats-in-training",
        "running-stats-in-training:once-updated",
        "updates-spoil-the-batch",
        "unbiased-normalise",
        "scalar-statistics",
        "divides-by-variance",
        "eps-outside-sqrt",
        "eps-missing",
        "eps-twice",
        "eps-fixed",
        "no-affine",
        "gamma-only",
        "beta-only",
        "mutates-input",
        "loses-dtype",
    ),
    "layer_statistics": (
        "never-updated",
        "overwritten",
        "momentum-inverted",
        "momentum-fixed",
        "old-statistics-not-decayed",
        "biased-running-variance",
        "running-variance-forgotten",
        "running-standard-deviation",
        "running-variance-with-eps",
        "first-batch-copied",
        "cumulative-average",
        "bias-corrected",
        "statistics-shape",
        "shared-between-layers",
    ),
    "layer_inference": (
        "batch-stats-in-eval",
        "batch-stats-in-eval:mean",
        "batch-stats-in-eval:variance",
        "updated-in-eval",
        "eval-eps-outside-sqrt",
        "eval-eps-missing",
        "eval-eps-fixed",
        "eval-divides-by-variance",
        "eval-corrects-variance",
        "eval-no-affine",
        "eval-gamma-only",
        "eval-beta-only",
        "stale-statistics",
        "error-in-eval",
        "mutates-input",
        "loses-dtype",
    ),
    "layer_batch_of_one": (
        "no-error-for-one",
        "other-error-for-one",
        "updates-before-error",
    ),
    "population_statistics": (
        "batches-weighed-equally",
        "between-batch-variance-missing",
        "within-batch-variance-missing",
        "unbiased-population-variance",
        "unbiased-population-variance:of-batches",
        "last-batch-only",
        "moving-average",
        "one-pass-variance",
        "standard-deviation",
        "scalar-statistics",
        "statistics-shape",
        "batches-read-twice",
        "mean-and-variance-swapped",
    ),
}


def implementation(*mistakes: str) -> SimpleNamespace:
    """The class and the function with these mistakes; without any, they equal the reference."""
    wrong = frozenset(mistakes)
    return SimpleNamespace(
        BatchNorm1d=partial(_BatchNorm1d, wrong, {}),
        population_statistics=partial(_population_statistics, wrong),
    )


class _BatchNorm1d:
    def __init__(
        self,
        wrong: frozenset[str],
        shared: dict[str, Array],
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
    ) -> None:
        self.wrong, self.eps, self.momentum, self.steps = wrong, eps, momentum, 0
        self.gamma: Array = np.ones(num_features)
        self.beta: Array = np.zeros(num_features)
        self.state = shared if self.has("shared-between-layers") else {}
        self.training = not self.has("starts-in-inference")
        self.used: tuple[Array, Array] | None = None
        self.reset()

    def has(self, *mistakes: str) -> bool:
        """Is one of these among the mistakes?"""
        return not self.wrong.isdisjoint(mistakes)

    def reset(self) -> None:
        D = len(self.gamma)
        shape = (1, D) if self.has("statistics-shape") else (D,)
        self.running_mean = np.zeros(shape)
        start = np.zeros if self.has("starts-at-zero-variance") else np.ones
        self.running_var = start(shape)

    @property
    def running_mean(self) -> Array:
        return self.state["mean"]

    @running_mean.setter
    def running_mean(self, value: Array) -> None:
        self.state["mean"] = value

    @property
    def running_var(self) -> Array:
        return self.state["var"]

    @running_var.setter
    def running_var(self, value: Array) -> None:
        self.state["var"] = value

    def train(self, mode: bool = True) -> "_BatchNorm1d | None":
        return self._switch(True if self.has("train-ignores-mode") else mode)

    def eval(self) -> "_BatchNorm1d | None":
        return self._switch(self.training if self.has("eval-does-nothing") else False)

    def _switch(self, mode: bool) -> "_BatchNorm1d | None":
        if self.has("mode-resets-statistics"):
            self.reset()
        self.training = mode
        return None if self.has("mode-returns-nothing") else self

    def forward(self, x: Array) -> Array:
        one = len(x) == 1 and (self.training or self.has("error-in-eval"))
        refuses = one and not self.has("no-error-for-one")
        error = AssertionError if self.has("other-error-for-one") else ValueError
        if refuses and not self.has("updates-before-error"):
            raise error("a batch of one")
        axis = None if self.has("scalar-statistics") else 0
        mean, variance = x.mean(axis=axis), x.var(axis=axis)
        if self.training:
            y = self._in_training(x, mean, variance)
        else:
            y = self._in_inference(x, mean, variance)
        if refuses:
            raise error("a batch of one")
        if self.has("loses-dtype"):
            return y.astype(np.float64 if x.dtype == np.float32 else np.float32)
        return y.astype(x.dtype)

    __call__ = forward

    def _in_training(self, x: Array, mean: Array, variance: Array) -> Array:
        before = self.running_mean, self.running_var
        self._update(mean, variance, len(x))
        if self.has("running-stats-in-training"):
            mean, variance = before
        if self.has("running-stats-in-training:once-updated"):
            mean, variance = self.running_mean, self.running_var
        if self.has("updates-spoil-the-batch"):
            mean, variance = self.momentum * mean, self.momentum * variance
        if self.has("unbiased-normalise"):
            variance = variance * len(x) / (len(x) - 1)
        return self._normalized(x, mean, variance, "")

    def _in_inference(self, x: Array, mean: Array, variance: Array) -> Array:
        running = self.running_mean, self.running_var
        if self.used is not None and self.has("stale-statistics"):
            running = self.used
        self.used = running
        if self.has("updated-in-eval"):
            self._update(mean, variance, len(x))
        if not self.has("batch-stats-in-eval", "batch-stats-in-eval:mean"):
            mean = running[0]
        if not self.has("batch-stats-in-eval", "batch-stats-in-eval:variance"):
            variance = running[1]
        if self.has("eval-corrects-variance"):
            variance = variance * len(x) / max(len(x) - 1, 1)
        return self._normalized(x, mean, variance, "eval-")

    def _normalized(self, x: Array, mean: Array, variance: Array, mode: str) -> Array:
        def has(*mistakes: str) -> bool:
            return self.has(*(mode + mistake for mistake in mistakes))

        eps = 1e-5 if has("eps-fixed") else self.eps
        inside = 0.0 if has("eps-outside-sqrt", "eps-missing") else eps
        outside = eps if has("eps-outside-sqrt", "eps-twice") else 0.0
        scale = variance + inside
        if not has("divides-by-variance"):
            scale = np.sqrt(scale)
        gamma = np.ones_like(self.gamma) if has("no-affine", "beta-only") else self.gamma
        beta = np.zeros_like(self.beta) if has("no-affine", "gamma-only") else self.beta
        centred = x - mean
        if self.has("mutates-input"):
            x[...] = centred
        return np.asarray(gamma * (centred / (scale + outside)) + beta)

    def _update(self, mean: Array, variance: Array, N: int) -> None:
        self.steps += 1
        if not self.has("biased-running-variance"):
            variance = variance * N / max(N - 1, 1)
        if self.has("running-variance-with-eps"):
            variance = variance + self.eps
        if self.has("running-standard-deviation"):
            variance = np.sqrt(variance)
        self.running_mean = self._moved(self.running_mean, mean)
        if not self.has("running-variance-forgotten"):
            self.running_var = self._moved(self.running_var, variance)

    def _moved(self, old: Array, batch: Array) -> Array:
        """The running statistic after one more batch."""
        momentum = 0.1 if self.has("momentum-fixed") else self.momentum
        if self.has("never-updated"):
            return old
        if self.has("overwritten"):
            momentum = 1.0
        if self.has("cumulative-average"):
            momentum = 1 / self.steps
        if self.has("momentum-inverted"):
            momentum = 1 - momentum
        if self.steps == 1 and self.has("first-batch-copied"):
            return np.broadcast_to(batch, old.shape)
        decay = 1.0 if self.has("old-statistics-not-decayed") else 1 - momentum
        new = decay * old + momentum * batch
        if self.has("bias-corrected") and momentum:
            new = new / (1 - (1 - momentum) ** self.steps)
        return np.asarray(new)


def _population_statistics(wrong: frozenset[str], batches: Iterable[Array]) -> tuple[Array, Array]:
    def has(*mistakes: str) -> bool:
        return not wrong.isdisjoint(mistakes)

    parts = list(batches)
    if has("batches-read-twice"):
        parts_again = list(batches)
        if not parts_again:
            raise ValueError("no batches are left")
    if has("last-batch-only"):
        parts = parts[-1:]
    rows = np.concatenate(parts)
    axis = None if has("scalar-statistics") else 0
    sizes = np.array([len(part) for part in parts], np.float64)
    means = np.stack([part.mean(axis=axis) for part in parts])
    variances = np.stack([part.var(axis=axis) for part in parts])
    if has("unbiased-population-variance:of-batches"):
        variances = (variances.T * sizes / np.maximum(sizes - 1, 1)).T
    weights = np.ones_like(sizes) if has("batches-weighed-equally") else sizes
    weights = weights / weights.sum()
    mean = weights @ means
    within, between = weights @ variances, weights @ (means - mean) ** 2
    if has("between-batch-variance-missing"):
        between = np.zeros_like(between)
    if has("within-batch-variance-missing"):
        within = np.zeros_like(within)
    variance = within + between
    if has("one-pass-variance"):
        variance = weights @ np.stack([(part**2).mean(axis=axis) for part in parts]) - mean**2
    if has("moving-average"):
        mean, variance = np.zeros_like(mean), np.ones_like(mean)
        for one, other in zip(means, variances, strict=True):
            mean, variance = 0.9 * mean + 0.1 * one, 0.9 * variance + 0.1 * other
    if has("unbiased-population-variance"):
        variance = variance * len(rows) / (len(rows) - 1)
    if has("standard-deviation"):
        variance = np.sqrt(variance)
    if has("statistics-shape"):
        mean, variance = mean[np.newaxis], variance[np.newaxis]
    return (variance, mean) if has("mean-and-variance-swapped") else (mean, variance)
