"""ps2_inference with mistakes: a layer with running statistics, and the population's statistics."""

from collections.abc import Iterable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...reference import Array
from ..ps1_standardize.faults import DTYPE, MEMORY, Standardize, as_in_memory, written

# Of the steps that both modes have.
STEPS = (
    "not-centred",
    "mean-minus-x",
    "parentheses-missing",
    "gamma-beta-swapped",
    "shift-before-scale",
    "mean-and-variance-swapped",
)
# by check: the mistakes that it can name
MISTAKES = {
    "layer_modes": (
        "kept-by-the-class:mode",
        "starts-at-zero-variance",
        "starts-in-inference",
        "starts-elsewhere",
        "starts-elsewhere:beta",
        "starts-elsewhere:mean",
        "statistics-shape",
        "train-ignores-mode",
        "eval-does-nothing",
        "mode-toggles",
        "mode-toggles:train",
        "mode-toggles:eval",
        "mode-resets-statistics",
        "mode-resets-statistics:train",
        "mode-resets-statistics:eval",
        "mode-returns-nothing",
        "mode-returns-nothing:train",
        "mode-returns-nothing:eval",
    ),
    "layer_training": (
        "running-stats-in-training",
        "running-stats-in-training:once-updated",
        "running-stats-in-training:mean",
        "running-stats-in-training:variance",
        "updates-spoil-the-batch",
        "unbiased-normalise",
        "scalar-statistics",
        "divides-by-variance",
        "eps-outside-sqrt",
        "eps-missing",
        "eps-twice",
        "eps-misplaced",
        "eps-fixed",
        "eps-default:1e-3",
        "eps-default:1e-8",
        "no-affine",
        "gamma-only",
        "beta-only",
        "wrong-axis",
        "one-pass-variance",
        *STEPS,
        "mean-of-squares",
        "standard-deviation",
        "scalar-mean",
        "scalar-variance",
        "kept-by-the-class:options",
        *MEMORY,
        "mutates-input",
        *DTYPE,
    ),
    "layer_statistics": (
        "never-updated",
        "overwritten",
        "momentum-inverted",
        "momentum-inverted:mean",
        "momentum-inverted:variance",
        "momentum-fixed",
        "momentum-default:0.9",
        "momentum-default:0.01",
        "old-statistics-not-decayed",
        "updated-twice",
        "biased-running-variance",
        "running-variance-forgotten",
        "running-mean-forgotten",
        "running-standard-deviation",
        "running-variance-with-eps",
        "running-variance-about-running-mean",
        "running-variance-about-running-mean:new",
        "first-batch-copied",
        "cumulative-average",
        "bias-corrected",
        "bias-corrected:from-zero",
        "statistics-shape",
        "shared-between-layers",
        "shared-with-parameters",
        "kept-by-the-class:options",
        "scalar-statistics",
        "memory-order",
    ),
    "layer_inference": (
        "batch-stats-in-eval",
        "batch-stats-in-eval:mean",
        "batch-stats-in-eval:variance",
        "batch-stats-in-eval:of-many",
        "batch-stats-in-eval:as-in-training",
        "updated-in-eval",
        "updated-in-eval:biased",
        "updated-in-eval:first",
        "updated-in-eval:mean",
        "updated-in-eval:first-of-several",
        "eval-eps-outside-sqrt",
        "eval-eps-missing",
        "eval-eps-fixed",
        "eps-misplaced",
        "eps-default:1e-3",
        "eps-default:1e-8",
        "eval-divides-by-variance",
        "eval-corrects-variance",
        "eval-no-affine",
        "eval-gamma-only",
        "eval-beta-only",
        "stale-statistics",
        "stale-statistics:of-the-switch",
        "error-in-eval",
        *STEPS,
        "kept-by-the-class:options",
        *MEMORY,
        "mutates-input",
        *DTYPE,
    ),
    "layer_batch_of_one": (
        "no-error-for-one",
        "other-error-for-one",
        "updates-before-error",
        "updates-before-error:mean",
        "error-in-eval",
    ),
    "population_statistics": (
        "batches-weighed-equally",
        "batches-weighed-equally:between",
        "between-batch-variance-missing",
        "within-batch-variance-missing",
        "unbiased-population-variance",
        "unbiased-population-variance:of-batches",
        "last-batch-only",
        "moving-average",
        "one-pass-variance",
        "standard-deviation",
        "scalar-statistics",
        "wrong-axis",
        "statistics-shape",
        "memory-order",
        "batches-read-twice",
        "batches-read-twice:for-the-variance",
        "batches-read-twice:in-a-sum",
        "batches-read-twice:with-sum",
        "batches-read-twice:counted-first",
        "batches-as-list",
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
        shared: dict[str, Any],
        num_features: int,
        eps: float | None = None,
        momentum: float | None = None,
    ) -> None:
        self.wrong, self.steps = wrong, 0
        self.sums: dict[str, Array] = {}
        # as of a class that sets them on itself
        self.options = shared if self.has("kept-by-the-class:options") else {}
        self.options["eps"] = self._default("eps", 1e-5) if eps is None else eps
        self.options["momentum"] = self._default("momentum", 0.1) if momentum is None else momentum
        self.gamma: Array = np.full(num_features, 0.0 if self.has("starts-elsewhere") else 1.0)
        self.beta: Array = np.full(num_features, 1.0 if self.has("starts-elsewhere:beta") else 0.0)
        # as of a class whose attribute is one dict
        self.state: dict[str, Array] = shared if self.has("shared-between-layers") else {}
        self.mode = shared if self.has("kept-by-the-class:mode") else {}
        self.training = not self.has("starts-in-inference")
        self.used: tuple[Array, Array] | None = None  # the statistics of the first inference
        self.reset()

    def has(self, *mistakes: str) -> bool:
        """Is one of these among the mistakes?"""
        return not self.wrong.isdisjoint(mistakes)

    def _default(self, name: str, right: float) -> float:
        wrong = [m for m in self.wrong if m.startswith(f"{name}-default:")]
        return float(wrong[0].partition(":")[2]) if wrong else right

    def reset(self) -> None:
        D = len(self.gamma)
        shape = (1, D) if self.has("statistics-shape") else (D,)  # keepdims=True was left on
        self.running_mean = np.full(shape, 1.0 if self.has("starts-elsewhere:mean") else 0.0)
        start = np.zeros if self.has("starts-at-zero-variance") else np.ones
        self.running_var = start(shape)
        if self.has("shared-with-parameters"):
            self.running_mean, self.running_var = self.beta, self.gamma  # zeros and ones as well

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

    @property
    def training(self) -> bool:
        return bool(self.mode["training"])

    @training.setter
    def training(self, value: bool) -> None:
        self.mode["training"] = value

    def train(self, mode: bool = True) -> "_BatchNorm1d | None":
        return self._switch(True if self.has("train-ignores-mode") else mode, ":train")

    def eval(self) -> "_BatchNorm1d | None":
        return self._switch(self.training if self.has("eval-does-nothing") else False, ":eval")

    def _switch(self, mode: bool, how: str) -> "_BatchNorm1d | None":
        def has(mistake: str) -> bool:
            return self.has(mistake, mistake + how)

        if has("mode-resets-statistics"):
            self.reset()
        self.training = not self.training if has("mode-toggles") else mode
        if not self.training:
            self.switched = self.running_mean, self.running_var  # what eval() may have kept
        return None if has("mode-returns-nothing") else self

    def forward(self, x: Array) -> Array:
        # of `if self.train:`, say, which is always true
        training = self.training or self.has("batch-stats-in-eval:as-in-training")
        # PyTorch refuses it in training alone
        one = len(x) == 1 and (training or self.has("error-in-eval"))
        refuses = one and not self.has("no-error-for-one")
        error = AssertionError if self.has("other-error-for-one") else ValueError
        if refuses and not self.has("updates-before-error"):
            if self.has("updates-before-error:mean"):
                self.running_mean = self._moved(self.running_mean, x.mean(axis=0), "mean")
            raise error("a batch of one")
        if self.has("memory-order"):
            x = as_in_memory(x)
        mean = x.mean(axis=self._axis("mean"))  # (D,), or a number
        axis = self._axis("variance")
        variance = x.var(axis=axis)
        if self.has("one-pass-variance"):
            variance = (x**2).mean(axis=axis) - mean**2
        if self.has("mean-of-squares"):
            variance = (x**2).mean(axis=axis)
        if self.has("standard-deviation"):
            variance = np.sqrt(variance)
        if training:
            y = self._in_training(x, mean, variance)
        else:
            y = self._in_inference(x, mean, variance)
        if refuses:  # too late: the running statistics have moved
            raise error("a batch of one")
        if self.has("memory-order:written-to-a-copy"):
            y = written(y)
        if self.has("loses-dtype:float32"):
            return y.astype(np.float32)
        return y if self.has("loses-dtype") else y.astype(x.dtype)

    __call__ = forward

    def _axis(self, statistic: str) -> int | None:
        return None if self.has("scalar-statistics", f"scalar-{statistic}") else 0

    def _in_training(self, x: Array, mean: Array, variance: Array) -> Array:
        before = self.running_mean, self.running_var  # the update is made, but used one batch later
        self._update(mean, variance, len(x))
        if self.has("running-stats-in-training"):
            mean, variance = before
        if self.has("running-stats-in-training:once-updated"):
            mean, variance = self.running_mean, self.running_var
        if self.has("running-stats-in-training:mean"):
            mean = self.running_mean
        if self.has("running-stats-in-training:variance"):
            variance = self.running_var
        if self.has("wrong-axis"):
            mean, variance = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)  # (N, 1)
        if self.has("updates-spoil-the-batch"):
            mean, variance = self.options["momentum"] * mean, self.options["momentum"] * variance
        if self.has("unbiased-normalise"):
            variance = variance * np.divide(len(x), len(x) - 1)
        return self._normalized(x, mean, variance, "")

    def _in_inference(self, x: Array, mean: Array, variance: Array) -> Array:
        several = len(x) > 1 and self.has("updated-in-eval:first-of-several")
        if several or self.has("updated-in-eval:first"):
            self._update(mean, variance, len(x))
        running = self.running_mean, self.running_var
        if self.has("stale-statistics:of-the-switch"):
            running = self.switched
        if self.used is not None and self.has("stale-statistics"):
            running = self.used
        self.used = running
        if self.has("updated-in-eval"):
            self._update(mean, variance, len(x))
        if self.has("updated-in-eval:biased"):
            # the update multiplies by N / (N - 1)
            self._update(mean, variance * (1 - 1 / len(x)), len(x))
        if self.has("updated-in-eval:mean"):
            self.running_mean = self._moved(self.running_mean, mean, "mean")
        of_batch = "batch-stats-in-eval"
        if len(x) > 1 and self.has("batch-stats-in-eval:of-many"):
            running = mean, variance
        if not self.has(of_batch, f"{of_batch}:mean"):
            mean = running[0]
        if not self.has(of_batch, f"{of_batch}:variance"):
            variance = running[1]
        if self.has("eval-corrects-variance"):
            variance = variance * len(x) / max(len(x) - 1, 1)  # one row has no correction
        return self._normalized(x, mean, variance, "eval-")

    def _normalized(self, x: Array, mean: Array, variance: Array, mode: str) -> Array:
        # The mistakes of ps1 that are made in this mode, and those that are made in both.
        both = self.wrong & {"eps-misplaced", *STEPS}
        step = Standardize(
            (*(m.removeprefix(mode) for m in self.wrong if m.startswith(mode)), *both)
        )
        # in float64, as gamma and beta are
        x_hat = step._normalized(x.astype(np.float64), mean, variance, self.options["eps"])
        if self.has("mutates-input"):
            x -= mean.astype(x.dtype)
        return step._affine(x_hat, self.gamma, self.beta)

    def _update(self, mean: Array, variance: Array, N: int) -> None:
        self.steps += 1
        if self.has("running-variance-about-running-mean"):
            variance = variance + (self.running_mean - mean) ** 2  # the mean of (x - running_mean)²
        if self.has("running-variance-about-running-mean:new"):
            variance = variance + (self._moved(self.running_mean, mean, "mean") - mean) ** 2
        if not self.has("biased-running-variance"):
            variance = variance * N / max(N - 1, 1)  # the right way
        if self.has("running-variance-with-eps"):
            variance = variance + self.options["eps"]
        if self.has("running-standard-deviation"):
            variance = np.sqrt(variance)
        for _ in range(2 if self.has("updated-twice") else 1):
            if not self.has("running-mean-forgotten"):
                self.running_mean = self._moved(self.running_mean, mean, "mean")
            if not self.has("running-variance-forgotten"):
                self.running_var = self._moved(self.running_var, variance, "variance")

    def _moved(self, old: Array, batch: Array, name: str) -> Array:
        """The running statistic of that name after one more batch."""
        momentum = 0.1 if self.has("momentum-fixed") else self.options["momentum"]
        if self.has("never-updated"):
            return old
        if self.has("overwritten"):
            momentum = 1.0
        if self.has("cumulative-average"):
            momentum = 1 / self.steps  # the plain average of all batches
        if self.has("momentum-inverted", f"momentum-inverted:{name}"):
            momentum = 1 - momentum
        if self.steps == 1 and self.has("first-batch-copied"):
            return np.broadcast_to(batch, old.shape).copy()  # old may be (1, D)
        decay = 1.0 if self.has("old-statistics-not-decayed") else 1 - momentum
        if self.has("bias-corrected:from-zero"):
            # its sums are its own: what the running statistics were does not count
            sums = (1 - momentum) * self.sums.get(name, 0.0) + momentum * batch
            self.sums[name] = np.asarray(sums)
            return np.asarray(np.divide(sums, 1 - (1 - momentum) ** self.steps))
        new = decay * old + momentum * batch
        if self.has("bias-corrected") and momentum:
            new = new / (1 - (1 - momentum) ** self.steps)  # Adam's correction
        if self.has("shared-with-parameters"):
            old[...] = new  # in place, so gamma or beta moves too
            return old
        return np.asarray(new)


def _population_statistics(wrong: frozenset[str], batches: Iterable[Array]) -> tuple[Array, Array]:
    def has(*mistakes: str) -> bool:
        return not wrong.isdisjoint(mistakes)

    if has("batches-as-list") and not isinstance(batches, list):
        raise TypeError("no list")
    parts = list(batches)
    if has("batches-read-twice:for-the-variance") and not list(batches):
        nothing = np.asarray(np.nan)  # the mean of nothing
        wrong = wrong - {"batches-read-twice:for-the-variance"}
        return _population_statistics(wrong, parts)[0], nothing
    if has("batches-read-twice:in-a-sum") and not list(batches):
        mean = _population_statistics(wrong - {"batches-read-twice:in-a-sum"}, parts)[0]
        return mean, np.zeros_like(mean)  # a sum of nothing
    if has("batches-read-twice:with-sum") and not list(batches):
        wrong = wrong - {"batches-read-twice:with-sum"}
        return _population_statistics(wrong, parts)[0], np.zeros(())  # sum() of nothing is 0
    if has("batches-read-twice:counted-first") and not list(batches):
        return np.zeros(()), np.zeros(())
    if has("batches-read-twice"):
        parts_again = list(batches)
        if not parts_again:
            raise ValueError("no batches are left")  # of a generator, the second time
    if has("memory-order"):
        parts = [as_in_memory(part) for part in parts]
    if has("last-batch-only"):
        parts = parts[-1:]
    rows = np.concatenate(parts)  # (M, D)
    if has("wrong-axis"):
        return rows.mean(axis=1), rows.var(axis=1)  # (M,)
    axis = None if has("scalar-statistics") else 0
    sizes = np.array([len(part) for part in parts], np.float64)  # (B,), for B batches
    means = np.stack([part.mean(axis=axis) for part in parts])  # (B, D)
    variances = np.stack([part.var(axis=axis) for part in parts])  # (B, D)
    if has("unbiased-population-variance:of-batches"):
        variances = (variances.T * sizes / np.maximum(sizes - 1, 1)).T
    weights = np.ones_like(sizes) if has("batches-weighed-equally") else sizes
    weights = weights / weights.sum()
    mean = weights @ means  # (D,)
    # (D,), whose sum is the variance of all
    within, between = weights @ variances, weights @ (means - mean) ** 2
    if has("batches-weighed-equally:between"):
        between = means.var(axis=0)
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
            # as a layer with momentum 0.1
            mean, variance = 0.9 * mean + 0.1 * one, 0.9 * variance + 0.1 * other
    if has("unbiased-population-variance"):
        variance = variance * np.divide(len(rows), len(rows) - 1)
    if has("standard-deviation"):
        variance = np.sqrt(variance)
    if has("statistics-shape"):
        mean, variance = mean[np.newaxis], variance[np.newaxis]
    return (variance, mean) if has("mean-and-variance-swapped") else (mean, variance)
