"""ps3_backward with mistakes: the backward pass, the numerical gradient, and tests of one."""

from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace

import numpy as np

from ...reference import Array, Gradients
from ..ps1_standardize.faults import (
    DTYPE,
    EPS,
    MEMORY,
    Standardize,
    as_in_memory,
    in_memory,
    written,
)

Backward = Callable[..., Gradients]

PATHS = (
    "statistics-as-constants",
    "mean-path-missing",
    "mean-path-negative",
    "variance-path-missing",
    "variance-path-negative",
    "variance-path-halved",
    "variance-path-doubled",
    "variance-path-power",
    "variance-path-power:half",
    "variance-path-power:too-high",
    "gamma-missing-in-dx",
    "gamma-missing-in-dx:paths",
    "gamma-missing-in-dx:mean",
    "gamma-missing-in-dx:variance",
    "gamma-twice-in-dx",
    "std-missing-in-dx",
    "std-squared",
    "sums-not-means",
    "sums-not-means:mean",
    "sums-not-means:variance",
    "count-wrong",
    "count-wrong:divided",
    "direct-path-missing",
    "direct-path-missing:with-its-mean",
    "count-of-features",
    "diagonal-jacobian",
    "wrong-axis",
)
PARAMETERS = (
    "unsummed",
    "unsummed:dgamma",
    "unsummed:dbeta",
    "summed-over-all",
    "summed-over-all:dgamma",
    "summed-over-all:dbeta",
    "wrong-axis",
    "mean-not-sum",
    "mean-not-sum:dgamma",
    "mean-not-sum:dbeta",
    "gradients-swapped",
    "gradients-swapped:dx-last",
    "dgamma-of-x",
    "dgamma-with-centred-x",
    "dgamma-over-variance",
    "gamma-in-dgamma",
    "unbiased-normalise",
    "gradients-shape",
)
# by check: the mistakes that it can name
MISTAKES = {
    "numerical_gradient": (
        "gradient-through-sum",
        "forward-difference",
        "forward-difference:backward",
        "difference-reversed",
        "step-not-doubled",
        "step-multiplied",
        "step-multiplied:twice",
        "step-fixed",
        "all-at-once",
        "all-at-once:summed",
        "all-at-once:rows",
        "other-outputs-ignored",
        "difference-averaged",
        "x-not-restored",
        "x-not-restored:copy",
        "x-not-restored:both-copies",
        "step-lost-in-dtype",
        "step-lost-in-dtype:inside",
        "step-lost-in-dtype:float32",
        "gradient-in-whole-numbers",
    ),
    "parameter_gradients": (*PARAMETERS, *EPS, "dy-and-x-swapped", "memory-order"),
    "input_gradient": (
        *PATHS,
        "x-for-x-hat",
        "gradients-swapped:dx-last",
        "unbiased-normalise",
        "one-pass-variance",
        *EPS,
        "dy-and-x-swapped",
        *MEMORY,
    ),
    "backward_manners": (
        "mutates-input",
        *DTYPE,
        "stale-batch",
        "stale-batch:until-another-shape",
        "accumulates",
        "accumulates:by-dtype",
        *PATHS,
        "x-for-x-hat",
        *(mistake for mistake in PARAMETERS if mistake not in PATHS),
        "dy-and-x-swapped",
    ),
    "compact_dx": (*PATHS, "eps-twice", "eps-twice:inside", *MEMORY, "mutates-input", *DTYPE),
    "test_backward": (
        # the narrowest first: of those that explain a part, the first is named
        "test-of-dx-only",
        "test-without-dgamma",
        "test-without-dbeta",
        "test-with-one-eps",
        "test-of-one-call",
        "test-with-gamma-one",
        "test-without-dx",
        "gradient-through-sum",
        "test-without-abs",
        "test-of-sums",
        "test-of-shapes",
        "test-accepts-all",
        "test-rejects-all",
        "test-rejects-all:in-another-order",
        "test-rejects-all:with-another-eps",
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
    "stale-batch:of-any-shape",
)


def implementation(*mistakes: str) -> SimpleNamespace:
    """The functions of the set with these mistakes; without any, they equal the reference."""
    wrong = frozenset(mistakes)
    backward = BackwardPass(mistakes)
    return SimpleNamespace(
        numerical_gradient=partial(_numerical_gradient, wrong),
        batchnorm_backward=backward.batchnorm_backward,
        compact_dx=in_memory(mistakes, backward.compact_dx),
        test_backward=_Test(wrong).test_backward,
    )


def _numerical_gradient(
    wrong: frozenset[str], f: Callable[[Array], Array], x: Array, dy: Array, h: float = 1e-5
) -> Array:
    h = 1e-5 if "step-fixed" in wrong else h
    total = np.mean if "difference-averaged" in wrong else np.sum
    dy = np.ones_like(dy) if "gradient-through-sum" in wrong else dy
    lost = not wrong.isdisjoint(("step-lost-in-dtype", "step-lost-in-dtype:inside")) or (
        "step-lost-in-dtype:float32" in wrong and x.dtype == np.float32
    )
    inside = x.copy() if lost else x.astype(np.float64)  # what the steps are made in
    one_sided = not wrong.isdisjoint(("forward-difference", "forward-difference:backward"))
    divisor = 1 / h if "step-multiplied" in wrong else h
    if "step-not-doubled" not in wrong and not one_sided:
        divisor = 2 * divisor
    if "step-multiplied:twice" in wrong:
        divisor = 1 / divisor
    if "difference-reversed" in wrong:
        divisor = -divisor
    # one-sided: one of the two points is x itself
    one_side = "forward-difference" in wrong
    ahead = 0.0 if "forward-difference:backward" in wrong and not one_side else h
    back = 0.0 if one_side else h
    if "all-at-once" in wrong:  # right where f treats each element by itself
        return np.asarray(dy * (f(inside + ahead) - f(inside - back)) / divisor)
    if "all-at-once:summed" in wrong:
        change = total(dy * (f(inside + ahead) - f(inside - back))) / divisor
        return np.full(x.shape, change)
    if "all-at-once:rows" in wrong:
        rows = np.zeros(x.shape)
        for i in range(len(x)):
            above, below = inside.copy(), inside.copy()
            above[i] += ahead
            below[i] -= back
            rows[i] = total(dy * (f(above) - f(below))) / divisor
        return rows
    # is dx of the dtype of x, whatever that is?
    whole = "step-lost-in-dtype" in wrong or "gradient-in-whole-numbers" in wrong
    dx = np.empty_like(x if whole else inside, None if whole else np.float64)
    above, below = inside.copy(), inside.copy()
    for index in np.ndindex(x.shape):
        if "x-not-restored:both-copies" not in wrong:
            above, below = inside.copy(), inside.copy()
        above[index] = inside[index] + ahead
        below[index] = inside[index] - back
        if "other-outputs-ignored" in wrong:
            dx[index] = dy[index] * (f(above)[index] - f(below)[index]) / divisor
        else:
            dx[index] = total(dy * (f(above) - f(below))) / divisor
        if "x-not-restored" in wrong or "x-not-restored:copy" in wrong:
            inside[index] = below[index]  # it stays at x - h for the elements that follow
    if "x-not-restored" in wrong:
        x[...] = inside  # in the caller's array too
    return dx


class BackwardPass(Standardize):
    """The backward pass; it remembers what was asked before, for the mistakes that need it."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__(mistakes)
        self.seen: dict[tuple[int, ...] | None, Array] = {}  # the first x of each shape, or of any
        self.sums: dict[object, tuple[Array, Array]] = {}  # of earlier calls

    def batchnorm_backward(
        self, dy: Array, x: Array, gamma: Array, eps: float | None = None
    ) -> Gradients:
        if self.has("memory-order"):
            dy, x, gamma = map(as_in_memory, (dy, x, gamma))
        if self.has("dy-and-x-swapped"):
            dy, x = x, dy
        if self.has("stale-batch"):
            x = self.seen.setdefault(x.shape, x.copy())
        if self.has("stale-batch:until-another-shape"):
            if x.shape not in self.seen:
                self.seen.clear()
            x = self.seen.setdefault(x.shape, x.copy())
        if self.has("stale-batch:of-any-shape"):
            # as many of its values as fit
            x = np.resize(self.seen.setdefault(None, x.copy()), x.shape)
        centred = x - x.mean(axis=0)  # (N, D)
        ddof = 1 if self.has("unbiased-normalise") else 0
        variance = x.var(axis=0, ddof=ddof)  # (D,)
        if self.has("one-pass-variance"):
            variance = (x**2).mean(axis=0) - x.mean(axis=0) ** 2
        std = self._divisor(variance, eps)  # (D,)
        x_hat = centred / std  # (N, D)
        if self.has("mutates-input"):
            dy *= gamma  # dx_hat, in the caller's array
            # dgamma and dbeta need dy
            dx, dy = self._dx(dy, x_hat, std, np.ones_like(gamma), x), dy / gamma
        else:
            dx = self._dx(dy, x_hat, std, gamma, x)
        if self.has("memory-order:written-to-a-copy"):
            dx = written(dx)
        dgamma, dbeta = self._parameters(dy, x, centred, std, gamma)
        if self.has("gradients-swapped:dx-last"):
            dx, dgamma, dbeta = dgamma, dbeta, dx
        answers = [self._cast(np.asarray(g, x.dtype)) for g in (dx, dgamma, dbeta)]
        return answers[0], answers[1], answers[2]

    def compact_dx(self, dy: Array, x_hat: Array, std: Array, gamma: Array) -> Array:
        if self.has("eps-twice"):
            std = std + 1e-5
        if self.has("eps-twice:inside"):
            std = np.sqrt(std**2 + 1e-5)
        # centred, where x is asked for
        dx = self._dx(dy, x_hat, std, gamma, x_hat * std).astype(x_hat.dtype)
        if self.has("mutates-input"):
            dy -= dy.mean(axis=0)
        return self._cast(dx)

    def _dx(self, dy: Array, x_hat: Array, std: Array, gamma: Array, x: Array) -> Array:
        # dy, x_hat and x are (N, D); sums keep their axis, so that a wrong one fits too
        axis = 1 if self.has("wrong-axis") else 0
        count = dy.shape[axis]
        if self.has("count-of-features"):
            count = dy.shape[1]
        n, m = (  # what the sums of the two paths are divided by
            1 if self.has("sums-not-means", f"sums-not-means:{path}") else count
            for path in ("mean", "variance")
        )
        through_mean = dy.sum(axis=axis, keepdims=True) / n  # (1, D)
        factor = x if self.has("x-for-x-hat") else x_hat
        through_variance = factor * ((dy * x_hat).sum(axis=axis, keepdims=True) / m)  # (N, D)
        if self.has("diagonal-jacobian"):
            through_mean, through_variance = dy / n, x_hat * dy * x_hat / n  # of each row by itself
        if self.has("variance-path-negative"):
            through_variance = -through_variance
        if self.has("variance-path-halved"):
            through_variance = through_variance / 2
        if self.has("variance-path-doubled"):
            through_variance = through_variance * 2
        if self.has("variance-path-power"):
            through_variance = through_variance * std**2
        elif self.has("variance-path-power:half"):
            through_variance = through_variance * std
        elif self.has("variance-path-power:too-high"):
            through_variance = through_variance / std
        if self.has("mean-path-negative"):
            through_mean = -through_mean
        if self.has("gamma-missing-in-dx:paths", "gamma-missing-in-dx:mean"):
            through_mean = through_mean / gamma
        if self.has("gamma-missing-in-dx:paths", "gamma-missing-in-dx:variance"):
            through_variance = through_variance / gamma
        if self.has(
            "statistics-as-constants", "mean-path-missing", "direct-path-missing:with-its-mean"
        ):
            through_mean = np.zeros_like(through_mean)
        if self.has("statistics-as-constants", "variance-path-missing"):
            through_variance = np.zeros_like(through_variance)
        # of gamma, which multiplies everything once
        power = 0 if self.has("gamma-missing-in-dx") else 2 if self.has("gamma-twice-in-dx") else 1
        divisor = 1.0 if self.has("std-missing-in-dx") else std
        divisor = std**2 if self.has("std-squared") else divisor
        if self.has("count-wrong"):
            divisor = divisor / len(dy)
        if self.has("count-wrong:divided"):
            divisor = divisor * len(dy)
        lost = self.has("direct-path-missing", "direct-path-missing:with-its-mean")
        direct = np.zeros_like(dy) if lost else dy
        return np.asarray(gamma**power / divisor * (direct - through_mean - through_variance))

    def _parameters(
        self, dy: Array, x: Array, centred: Array, std: Array, gamma: Array
    ) -> tuple[Array, Array]:
        x_hat = centred / std
        factor = x if self.has("dgamma-of-x") else x_hat  # (N, D)
        factor = centred if self.has("dgamma-with-centred-x") else factor
        factor = x_hat / std if self.has("dgamma-over-variance") else factor
        factor = factor * gamma if self.has("gamma-in-dgamma") else factor
        dgamma = self._total(dy * factor, ":dgamma")  # (D,)
        dbeta = self._total(dy, ":dbeta")
        if self.has("accumulates", "accumulates:by-dtype"):
            # as .grad does in PyTorch until zero_grad()
            key = dy.shape, dy.dtype.itemsize if self.has("accumulates:by-dtype") else 0
            before = self.sums.get(key, (np.zeros_like(dgamma), np.zeros_like(dbeta)))
            dgamma, dbeta = before[0] + dgamma, before[1] + dbeta
            self.sums[key] = dgamma, dbeta
        return (dbeta, dgamma) if self.has("gradients-swapped") else (dgamma, dbeta)

    def _total(self, terms: Array, name: str) -> Array:
        def has(mistake: str) -> bool:
            return self.has(mistake, mistake + name)

        if has("unsummed"):
            return terms  # (N, D)
        axis = None if has("summed-over-all") else 1 if self.has("wrong-axis") else 0
        total = np.mean if has("mean-not-sum") else np.sum
        return np.asarray(total(terms, axis=axis, keepdims=self.has("gradients-shape")))


class _Test:
    """A test of a backward pass, by comparison with a right one: fast, and right to rounding."""

    def __init__(self, wrong: frozenset[str]) -> None:
        self.wrong = wrong

    def test_backward(self, batchnorm_backward: Backward) -> None:
        if "test-accepts-all" in self.wrong:
            return
        right = BackwardPass(()).batchnorm_backward
        for dy, x, gamma, eps in self._questions():
            got = batchnorm_backward(dy, x, gamma, eps)
            other = "test-rejects-all:with-another-eps" in self.wrong
            expected = right(dy, x, gamma, 1e-5 if other else eps)
            if "test-rejects-all:in-another-order" in self.wrong:
                expected = expected[0], expected[2], expected[1]
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
            if f"test-without-{('dx', 'dgamma', 'dbeta')[i]}" in self.wrong:
                continue
            if "test-rejects-all" in self.wrong:
                yield False
            elif "test-of-shapes" in self.wrong:
                yield np.shape(one) == np.shape(other)
            elif "test-without-abs" in self.wrong:
                yield np.shape(one) == np.shape(other) and np.sum(one - other) < 1e-6
            elif "test-of-sums" in self.wrong and i == 0:
                yield np.allclose(np.sum(one, axis=0), 0)  # as of the right dx, and of many others
            else:
                yield np.shape(one) == np.shape(other) and np.allclose(one, other)
