"""ps1_standardize with mistakes: the forward pass, one step a function."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...reference import Array

AXIS = ("wrong-axis", "statistics-shape")
EPS = (
    "eps-outside-sqrt",
    "eps-missing",
    "eps-missing:guarded",
    "eps-missing:zeros",
    "eps-twice",
    "eps-twice:inside",
    "eps-misplaced",
    "eps-fixed",
    "eps-fixed:1e-8",
    "eps-default:1e-3",
    "eps-default:1e-8",
)
DTYPE = ("loses-dtype", "loses-dtype:float32")  # always float64, always float32
MEMORY = ("memory-order", "memory-order:written-to-a-copy")
RETURNS = ("returns-nothing", "returns-more")
AFFINE = ("no-affine", "gamma-only", "beta-only", "gamma-beta-swapped", "shift-before-scale")
# by check: the mistakes that it can name
MISTAKES = {
    "batch_mean": (
        "scalar-mean",
        *AXIS,
        "sum-not-mean",
        "count-of-features",
        "memory-order",
        *RETURNS,
        *DTYPE,
    ),
    "batch_variance": (
        "scalar-statistics",
        "scalar-mean",
        *AXIS,
        "unbiased-normalise",
        "mean-of-squares",
        "one-pass-variance",
        "standard-deviation",
        "sum-not-mean",
        "sum-not-mean:variance",
        "count-of-features",
        "count-of-features:variance",
        "eps-misplaced",
        "memory-order",
        "mutates-input",
        *RETURNS,
        *DTYPE,
    ),
    "normalize": (
        *EPS,
        "eps-misplaced:above-the-line",
        "divides-by-variance",
        "not-centred",
        "mean-minus-x",
        "parentheses-missing",
        "mean-and-variance-swapped",
        "recomputes-statistics",
        "recomputes-statistics:mean",
        "recomputes-statistics:variance",
        *MEMORY,
        "mutates-input",
        *RETURNS,
        *DTYPE,
    ),
    "scale_and_shift": (*AFFINE, *MEMORY, "mutates-input", *RETURNS, *DTYPE),
    "forward": (
        *EPS,
        "eps-misplaced:above-the-line",
        *AFFINE,
        "scalar-statistics",
        "scalar-mean",
        "scalar-mean:variance-right",
        "scalar-variance",
        "wrong-axis",
        "wrong-axis:without-keepdims",
        "divides-by-variance",
        "not-centred",
        "unbiased-normalise",
        "mean-of-squares",
        "one-pass-variance",
        "standard-deviation",
        "sum-not-mean:variance",
        "count-of-features",
        "count-of-features:variance",
        "mean-and-variance-swapped",
        "mean-minus-x",
        "parentheses-missing",
        *MEMORY,
        "mutates-input",
        *RETURNS,
        *DTYPE,
    ),
}


def implementation(*mistakes: str) -> SimpleNamespace:
    """The functions of the set with these mistakes; without any, they equal the reference."""
    return SimpleNamespace(
        **{
            name: returning(mistakes, in_memory(mistakes, getattr(Standardize(mistakes), name)))
            for name in (
                "batch_mean",
                "batch_variance",
                "normalize",
                "scale_and_shift",
                "batchnorm_forward",
            )
        }
    )


def returning(mistakes: tuple[str, ...], function: Callable[..., Array]) -> Callable[..., object]:
    """The function, which returns nothing, or more than its result, if that is a mistake."""

    def returns(*args: Array, **kwargs: float) -> object:
        result = function(*args, **kwargs)
        return None if "returns-nothing" in mistakes else (result, args[0])

    return function if set(RETURNS).isdisjoint(mistakes) else returns


def in_memory(mistakes: tuple[str, ...], function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which goes by the order of its arrays in memory, if that is a mistake."""
    if "memory-order" in mistakes:
        return lambda *args, **kwargs: function(*map(as_in_memory, args), **kwargs)
    if "memory-order:written-to-a-copy" in mistakes:
        return lambda *args, **kwargs: written(function(*args, **kwargs))
    return function


def as_in_memory(value: Any) -> Any:
    """The array by what ravel(order="K") gives, in which only C order is C order."""
    return value.ravel("K").reshape(value.shape) if isinstance(value, np.ndarray) else value


def written(result: Array) -> Array:
    """What an array laid out as this one holds after `y.reshape(-1)[...] = values`.

    That writes to a copy where y is not in C order.
    """
    return result if np.empty_like(result).flags.c_contiguous else np.zeros_like(result)


# x is (N, D). Statistics keep their axis until they are returned: (1, D), or (N, 1) and (1, 1)
class Standardize:
    def __init__(self, mistakes: tuple[str, ...]) -> None:
        self.wrong = frozenset(mistakes)

    def has(self, *mistakes: str) -> bool:
        """Is one of these among the mistakes?"""
        return not self.wrong.isdisjoint(mistakes)

    def batch_mean(self, x: Array) -> Array:
        axis = self._axis("mean")
        return self._as_statistic(self._mean(x, axis), axis, x)

    def batch_variance(self, x: Array) -> Array:
        given, axis = x, self._axis("variance")
        variance = self._variance(x, axis)
        if self.has("eps-misplaced"):
            variance = variance + 1e-5
        if self.has("mutates-input"):
            # what `x -= mean` does to the caller's array
            given -= self._mean(x, self._axis("mean")).astype(x.dtype)
        return self._as_statistic(variance, axis, x)

    def normalize(self, x: Array, mean: Array, variance: Array, eps: float | None = None) -> Array:
        if self.has("recomputes-statistics", "recomputes-statistics:mean"):
            mean = x.mean(axis=0)  # (D,)
        if self.has("recomputes-statistics", "recomputes-statistics:variance"):
            variance = x.var(axis=0)  # (D,)
        return self._cast(self._normalized(x, mean, variance, eps))

    def scale_and_shift(self, x_hat: Array, gamma: Array, beta: Array) -> Array:
        return self._cast(self._affine(x_hat, gamma, beta))

    def batchnorm_forward(
        self, x: Array, gamma: Array, beta: Array, eps: float | None = None
    ) -> Array:
        mean = self._mean(x, self._axis("mean"))  # (1, D)
        variance = self._variance(x, self._axis("variance"))
        if self.has("wrong-axis:without-keepdims"):
            mean, variance = x.mean(axis=1), x.var(axis=1)  # (N,): an error unless N == D
        x_hat = self._normalized(x, mean.astype(x.dtype), variance.astype(x.dtype), eps)  # (N, D)
        return self._cast(self._affine(x_hat, gamma, beta))

    def _axis(self, statistic: str) -> int | None:
        if self.has("scalar-statistics", f"scalar-{statistic}"):
            return None
        # x.mean() beside x.var(axis=0)
        if statistic == "mean" and self.has("scalar-mean:variance-right"):
            return None
        return 1 if self.has("wrong-axis") else 0

    def _mean(self, x: Array, axis: int | None) -> Array:
        # in float64, as the reference sums: a fault must differ by its mistake alone
        total = np.sum if self.has("sum-not-mean") else np.mean
        mean = np.asarray(total(x.astype(np.float64), axis=axis, keepdims=True))
        return mean * len(x) / x.shape[1] if self.has("count-of-features") else mean

    def _variance(self, x: Array, axis: int | None) -> Array:
        right = self.has("scalar-mean:variance-right")  # then the variance has a mean of its own
        centre = self._mean(x, 0 if right else self._axis("mean"))
        if self.has("one-pass-variance"):
            # the digits lost in the dtype of x are the mistake
            mean = np.mean(x, axis=axis, keepdims=True)
            variance = np.mean(x * x, axis=axis, keepdims=True) - mean**2
        elif self.has("mean-of-squares"):
            variance = self._mean(x * x, axis)
        else:
            variance = self._mean((x - centre) ** 2, axis)
        n = x.size if axis is None else x.shape[axis]  # values in each statistic
        if self.has("sum-not-mean:variance"):
            variance = variance * n
        if self.has("count-of-features:variance"):
            variance = variance * len(x) / x.shape[1]
        if self.has("unbiased-normalise"):
            # inf for one value, as NumPy has it, and no error
            variance = variance * np.divide(n, n - 1)
        return np.asarray(np.sqrt(variance) if self.has("standard-deviation") else variance)

    def _normalized(self, x: Array, mean: Array, variance: Array, eps: float | None) -> Array:
        if self.has("mean-and-variance-swapped"):
            mean, variance = variance, mean
        divisor = self._divisor(variance, eps)
        centred = x if self.has("not-centred") else x - mean
        if self.has("mean-minus-x"):
            centred = mean - x
        if self.has("eps-misplaced:above-the-line"):
            centred = centred + (1e-5 if eps is None else eps)
        if self.has("mutates-input"):
            x[...] = centred  # as `x -= mean` does
        if self.has("parentheses-missing"):
            return np.asarray(x - mean / divisor, x.dtype)  # as written: Python divides first
        return np.asarray(centred / divisor, x.dtype)

    def _divisor(self, variance: Array, eps: float | None) -> Array:
        """What x - mean is divided by; an eps of None is the default."""
        if eps is None:  # not given: the default is in the name of the mistake
            wrong = [float(m.partition(":")[2]) for m in EPS if "default" in m and self.has(m)]
            eps = wrong[0] if wrong else 1e-5
        if self.has("eps-fixed", "eps-fixed:1e-8"):
            eps = 1e-5 if self.has("eps-fixed") else 1e-8
        without = (
            "eps-outside-sqrt",
            "eps-missing",
            "eps-missing:guarded",
            "eps-missing:zeros",
            "eps-misplaced:above-the-line",
        )
        inside = 0.0 if self.has(*without) else eps  # added under the root
        if self.has("eps-twice:inside"):
            inside = 2 * eps
        outside = eps if self.has("eps-outside-sqrt", "eps-twice") else 0.0  # added to the root
        # misplaced: a floor for the variance, which only the smallest ones show
        scale = np.maximum(variance, eps) if self.has("eps-misplaced") else variance + inside
        if self.has("eps-missing:guarded"):
            scale = np.where(scale == 0, 1.0, scale)
        if self.has("eps-missing:zeros"):
            scale = np.where(scale == 0, np.inf, scale)  # where nothing is divided, 0 stays
        if not self.has("divides-by-variance"):
            scale = np.sqrt(scale)
        return np.asarray(scale + outside)

    def _affine(self, x_hat: Array, gamma: Array, beta: Array) -> Array:
        if self.has("gamma-beta-swapped"):
            gamma, beta = beta, gamma
        if self.has("no-affine", "beta-only"):
            gamma = np.ones_like(gamma)
        if self.has("no-affine", "gamma-only"):
            beta = np.zeros_like(beta)
        if self.has("mutates-input"):
            # the caller's array, if scale_and_shift is called alone
            x_hat *= gamma.astype(x_hat.dtype)
            y = x_hat + beta
        elif self.has("shift-before-scale"):
            y = (x_hat + beta) * gamma
        else:
            y = x_hat * gamma + beta
        return np.asarray(y, x_hat.dtype)

    def _as_statistic(self, value: Array, axis: int | None, x: Array) -> Array:
        """What people return: (D,), unless the mistake is in the shape."""
        value = self._cast(np.asarray(value, x.dtype))
        if self.has("statistics-shape"):
            return value  # with the axis, as keepdims=True leaves it
        return np.squeeze(value, axis)  # (D,)

    def _cast(self, value: Array) -> Array:
        """One floating-point type whatever that of x, if that is the mistake."""
        if self.has("loses-dtype:float32"):
            return value.astype(np.float32)
        return value.astype(np.float64) if self.has("loses-dtype") else value
