"""ps3_backward with mistakes: the backward pass, the numerical gradient, and tests of one."""

from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Gradients = tuple[Array, Array, Array]
Backward = Callable[..., Gradients]

EPS = ("eps-outside-sqrt", "eps-missing", "eps-fixed")
PATHS = (
    "statistics-as-constants",
    "mean-path-missing",
    "variance-path-missing",
    "variance-path-negative",
    "variance-path-halved",
    "variance-path-power",
    "gamma-missing-in-dx",
    "gamma-twice-in-dx",
    "std-missing-in-dx",
    "sums-not-means",
)
# by check: the mistakes that it can name
MISTAKES = {
    "numerical_gradient": (
        "gradient-through-sum",
        "forward-difference",
        "step-not-doubled",
        "step-multiplied",
        "step-fixed",
        "all-at-once",
        "difference-averaged",
        "x-not-restored",
        "step-lost-in-dtype",
        "step-lost-in-dtype:float32",
    ),
    "parameter_gradients": (
        "unsummed",
        "unsummed:dgamma",
        "unsummed:dbeta",
        "summed-over-all",
        "mean-not-sum",
        "gradients-swapped",
        "dgamma-of-x",
        "dgamma-with-centred-x",
        "gamma-in-dgamma",
        "unbiased-normalise",
        "gradients-shape",
        *EPS,
    ),
    "input_gradient": (*PATHS, "diagonal-jacobian", "unbiased-normalise", *EPS),
    "backward_manners": ("mutates-input", "loses-dtype", "stale-batch", "accumulates"),
    "compact_dx": (*PATHS, "diagonal-jacobian", "std-squared", "loses-dtype"),
    "test_backward": (
        # the narrowest first: of those that explain a part, the first is named
        "test-of-dx-only",
        "test-with-one-eps",
        "test-of-one-call",
        "test-with-gamma-one",
        "test-without-dx",
        "gradient-through-sum",
        "test-of-sums",
        "test-of-shapes",
        "test-accepts-all",
        "test-rejects-all",
    ),
}
# What a student's test should reject, the coarse ones first.
REJECTED = (
    "statistics-as-constants",
    "gamma-missing-in-dx",
    "mean-path-missing",
    "variance-path-missing",
    "diagonal-jacobian",
    "mean-not-sum",
    "summed-over-all",
    "gradients-swapped",
    "eps-fixed",
    "stale-batch",
)


def implementation(*mistakes: str) -> SimpleNamespace:
    """The functions of the set with these mistakes; without any, they equal the reference."""
    wrong = frozenset(mistakes)
    backward = _Backward(wrong)
    return SimpleNamespace(
        numerical_gradient=partial(_numerical_gradient, wrong),
        batchnorm_backward=backward.batchnorm_backward,
        compact_dx=backward.compact_dx,
        test_backward=_Test(wrong).test_backward,
    )


def _numerical_gradient(
    wrong: frozenset[str], f: Callable[[Array], Array], x: Array, dy: Array, h: float = 1e-5
) -> Array:
    h = 1e-5 if "step-fixed" in wrong else h
    total = np.mean if "difference-averaged" in wrong else np.sum
    dy = np.ones_like(dy) if "gradient-through-sum" in wrong else dy
    lost = "step-lost-in-dtype" in wrong or (
        "step-lost-in-dtype:float32" in wrong and x.dtype == np.float32
    )
    inside = x.copy() if lost else x.astype(np.float64)
    divisor = 1 / h if "step-multiplied" in wrong else h
    if "step-not-doubled" not in wrong and "forward-difference" not in wrong:
        divisor = 2 * divisor
    back = 0.0 if "forward-difference" in wrong else h
    if "all-at-once" in wrong:
        return np.asarray(dy * (f(inside + h) - f(inside - back)) / divisor)
    dx = np.empty_like(inside)
    for index in np.ndindex(x.shape):
        above, below = inside.copy(), inside.copy()
        above[index] = inside[index] + h
        below[index] = inside[index] - back
        dx[index] = total(dy * (f(above) - f(below))) / divisor
        if "x-not-restored" in wrong:
            inside[index] = below[index]
    if "x-not-restored" in wrong:
        x[...] = inside
    return dx


class _Backward:
    """The backward pass; it remembers what was asked before, for the mistakes that need it."""

    def __init__(self, wrong: frozenset[str]) -> None:
        self.wrong = wrong
        self.seen: dict[tuple[int, ...], Array] = {}
        self.sums: dict[tuple[int, ...], tuple[Array, Array]] = {}

    def has(self, *mistakes: str) -> bool:
        """Is one of these among the mistakes?"""
        return not self.wrong.isdisjoint(mistakes)

    def batchnorm_backward(self, dy: Array, x: Array, gamma: Array, eps: float = 1e-5) -> Gradients:
        if self.has("stale-batch"):
            x = self.seen.setdefault(x.shape, x.copy())
        eps = 1e-5 if self.has("eps-fixed") else eps
        inside = 0.0 if self.has("eps-outside-sqrt", "eps-missing") else eps
        outside = eps if self.has("eps-outside-sqrt") else 0.0
        centred = x - x.mean(axis=0)
        ddof = 1 if self.has("unbiased-normalise") else 0
        std = np.sqrt(x.var(axis=0, ddof=ddof) + inside) + outside
        x_hat = centred / std
        if self.has("mutates-input"):
            dy *= gamma
            dx, dy = self._dx(dy, x_hat, std, np.ones_like(gamma)), dy / gamma
        else:
            dx = self._dx(dy, x_hat, std, gamma)
        dgamma, dbeta = self._parameters(dy, x, centred, x_hat, gamma)
        return self._cast(dx, x), self._cast(dgamma, x), self._cast(dbeta, x)

    def compact_dx(self, dy: Array, x_hat: Array, std: Array, gamma: Array) -> Array:
        return self._cast(self._dx(dy, x_hat, std, gamma), x_hat)

    def _dx(self, dy: Array, x_hat: Array, std: Array, gamma: Array) -> Array:
        n = 1 if self.has("sums-not-means") else len(dy)
        through_mean = dy.sum(axis=0) / n
        through_variance = x_hat * ((dy * x_hat).sum(axis=0) / n)
        if self.has("diagonal-jacobian"):
            through_mean, through_variance = dy / n, x_hat * dy * x_hat / n
        if self.has("variance-path-negative"):
            through_variance = -through_variance
        if self.has("variance-path-halved"):
            through_variance = through_variance / 2
        if self.has("variance-path-power"):
            through_variance = through_variance * std**2
        if self.has("statistics-as-constants", "mean-path-missing"):
            through_mean = np.zeros_like(through_mean)
        if self.has("statistics-as-constants", "variance-path-missing"):
            through_variance = np.zeros_like(through_variance)
        power = 0 if self.has("gamma-missing-in-dx") else 2 if self.has("gamma-twice-in-dx") else 1
        divisor = 1.0 if self.has("std-missing-in-dx") else std
        divisor = std**2 if self.has("std-squared") else divisor
        return np.asarray(gamma**power / divisor * (dy - through_mean - through_variance))

    def _parameters(
        self, dy: Array, x: Array, centred: Array, x_hat: Array, gamma: Array
    ) -> tuple[Array, Array]:
        factor = x if self.has("dgamma-of-x") else x_hat
        factor = centred if self.has("dgamma-with-centred-x") else factor
        factor = factor * gamma if self.has("gamma-in-dgamma") else factor
        dgamma = self._total(dy * factor, "unsummed:dgamma")
        dbeta = self._total(dy, "unsummed:dbeta")
        if self.has("accumulates"):
            before = self.sums.get(dy.shape, (np.zeros_like(dgamma), np.zeros_like(dbeta)))
            dgamma, dbeta = before[0] + dgamma, before[1] + dbeta
            self.sums[dy.shape] = dgamma, dbeta
        return (dbeta, dgamma) if self.has("gradients-swapped") else (dgamma, dbeta)

    def _total(self, terms: Array, unsummed: str) -> Array:
        if self.has("unsummed", unsummed):
            return terms
        axis = None if self.has("summed-over-all") else 0
        total = np.mean if self.has("mean-not-sum") else np.sum
        return np.asarray(total(terms, axis=axis, keepdims=self.has("gradients-shape")))

    def _cast(self, value: Array, x: Array) -> Array:
        """The other floating-point type, if that is the mistake."""
        if not self.has("loses-dtype"):
            return np.asarray(value, x.dtype)
        return np.asarray(value, np.float64 if x.dtype == np.float32 else np.float32)


class _Test:
    """A test of a backward pass, by comparison with a right one: fast, and right to rounding."""

    def __init__(self, wrong: frozenset[str]) -> None:
        self.wrong = wrong

    def test_backward(self, batchnorm_backward: Backward) -> None:
        if "test-accepts-all" in self.wrong:
            return
        right = _Backward(frozenset()).batchnorm_backward
        for dy, x, gamma, eps in self._questions():
            got = batchnorm_backward(dy, x, gamma, eps)
            expected = right(dy, x, gamma, eps)
            assert all(self._compared(got, expected, x))

    def _questions(self) -> Iterator[tuple[Array, Array, Array, float]]:
        rng = np.random.default_rng(0)
        for eps in (1e-5, 0.5):
            x, dy, gamma = rng.normal(1, 2, (5, 3)), rng.normal(0, 1, (5, 3)), rng.uniform(2, 3, 3)
            dy = np.ones_like(dy) if "gradient-through-sum" in self.wrong else dy
            gamma = np.ones_like(gamma) if "test-with-gamma-one" in self.wrong else gamma
            if "test-of-one-call" in self.wrong:
                eps = 0.5
            yield dy, x, gamma, 1e-5 if "test-with-one-eps" in self.wrong else eps
            if "test-of-one-call" in self.wrong:
                return

    def _compared(self, got: Gradients, expected: Gradients, x: Array) -> Iterator[bool]:
        for i, (one, other) in enumerate(zip(got, expected, strict=True)):
            if "test-of-dx-only" in self.wrong and i > 0:
                continue
            if "test-without-dx" in self.wrong and i == 0:
                continue
            if "test-rejects-all" in self.wrong:
                yield False
            elif "test-of-shapes" in self.wrong:
                yield np.shape(one) == np.shape(other)
            elif "test-of-sums" in self.wrong and i == 0:
                yield np.allclose(np.sum(one, axis=0), 0)
            else:
                yield np.shape(one) == np.shape(other) and np.allclose(one, other)
