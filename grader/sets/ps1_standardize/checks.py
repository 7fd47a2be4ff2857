"""What is asked about ps1_standardize: the forward pass on (N, D), one step a function."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from ... import reference
from ...checking.check import Check, arguments_after
from ...reference import Array
from . import faults, plain

# Smallest first. N == D among them, and one comes twice: a result kept by shape would show.
SHAPES = ((3, 2), (4, 4), (2, 3), (3, 2), (16, 5), (5, 1))
NO_EPS = 1e-15  # so small that a mistake with eps costs only the part that asks about eps
LARGE_EPS = (1e-2, 0.53)  # with 1e-5 most mistakes with eps cannot be seen; 0.53 is no float32

_check = partial(Check.against, faults, reference=reference, plain=plain)


def batch(rng: np.random.Generator, *shape: int) -> Array:
    """A batch x, (N, D) or (N, C, H, W): features or channels of different means and scales."""
    features = (shape[1], *[1] * (len(shape) - 2))  # (D,) or (C, 1, 1)
    return rng.normal(rng.uniform(-4, 4, features), rng.uniform(0.5, 3, features), shape)


def batches(rng: np.random.Generator) -> Iterator[Array]:
    """Batches of several shapes; the last is not contiguous."""
    for N, D in SHAPES:
        yield batch(rng, N, D)
    yield rng.normal(2, 1.5, (12, 8))[::2, ::-2]  # (6, 4)


def affine(rng: np.random.Generator, D: int) -> tuple[Array, Array]:
    """gamma and beta, (D,): away from 0, 1 and each other."""
    return rng.uniform(1.5, 3, D), rng.uniform(-3, -0.5, D)


def both_types(rng: np.random.Generator) -> Iterator[tuple[Array, Array, Array]]:
    """x, gamma and beta in float32, then in float64."""
    x, (gamma, beta) = rng.normal(1, 2, (6, 3)), affine(rng, 3)
    yield x.astype(np.float32), gamma.astype(np.float32), beta.astype(np.float32)
    yield x, gamma, beta


def far_from_zero(rng: np.random.Generator, *shape: int) -> Array:
    """Values whose mean is a million times their spread, where mean(x²) - mean(x)² cancels."""
    return 1e6 + rng.normal(0, 1, shape)  # float64 has 16 digits, and the squares are near 1e12


def kept(call: Any, *args: object, **options: float) -> Iterator[object]:
    """The arguments as the call leaves them, and then its result: neither earns credit alone.

    `options` are for the result alone.
    """
    yield arguments_after(call, *args)
    yield call(*args, **options)


batch_mean = _check("batch_mean", "the-mean")


@batch_mean.part("one mean for each feature, taken over the batch", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x in batches(rng):
        yield bn.batch_mean(x)


@batch_mean.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, _, _ in both_types(rng):
        yield bn.batch_mean(x)


batch_variance = _check("batch_variance", "the-variance", uses=("batch_mean",))


@batch_variance.part("one biased variance for each feature, taken over the batch", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x in batches(rng):
        yield bn.batch_variance(x)


@batch_variance.part(
    "still right when the mean is a million times the spread", 1, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield bn.batch_variance(far_from_zero(rng, 4, 2))


@batch_variance.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, _, _ in both_types(rng):
        yield bn.batch_variance(x)


@batch_variance.part("x is left as it was", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from kept(bn.batch_variance, next(batches(rng)))


normalize = _check("normalize", "normalise")


@normalize.part("x minus the given mean, over the root of the given variance", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x in batches(rng):
        D = x.shape[1]  # the statistics are not those of x
        yield bn.normalize(x, rng.normal(0, 3, D), rng.uniform(2, 9, D), eps=NO_EPS)


@normalize.part("eps as the caller gives it, 1e-5 if it is not given", 1, shows="eps-misplaced")
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    # two batches for each eps
    for x, eps in zip(batches(rng), 2 * LARGE_EPS, strict=False):
        D = x.shape[1]
        mean, small = rng.normal(0, 3, D), rng.uniform(1e-6, 1e-4, D)  # variances near 1e-5
        yield bn.normalize(x, mean, small)
        yield bn.normalize(x, mean, small, eps=eps)
    yield bn.normalize(np.ones((3, 2)), np.ones(2), np.zeros(2))  # 0 / sqrt(eps), not NaN


@normalize.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, mean, variance in both_types(rng):  # gamma and beta: as statistics they do too
        yield bn.normalize(x, mean, variance**2, eps=NO_EPS)  # squared, as beta is negative


@normalize.part("x, mean and variance are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = next(batches(rng))
    yield from kept(bn.normalize, x, x.mean(axis=0), np.full(x.shape[1], 9.0), eps=NO_EPS)


scale_and_shift = _check("scale_and_shift", "scale-and-shift")


@scale_and_shift.part("gamma scales each feature, beta shifts it", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x in batches(rng):
        yield bn.scale_and_shift(x, *affine(rng, x.shape[1]))


@scale_and_shift.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for batch in both_types(rng):
        yield bn.scale_and_shift(*batch)


@scale_and_shift.part("x_hat, gamma and beta are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = next(batches(rng))
    yield from kept(bn.scale_and_shift, x, *affine(rng, x.shape[1]))


STEPS = ("batch_mean", "batch_variance", "normalize", "scale_and_shift")

forward = _check("forward", "forward-in-one-function", uses=STEPS)


@forward.part("the right values", 3)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x in batches(rng):
        yield bn.batchnorm_forward(x, *affine(rng, x.shape[1]), eps=NO_EPS)


@forward.part("eps as the caller gives it, 1e-5 if it is not given", 1.5, shows="eps-misplaced")
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, eps in zip(batches(rng), 2 * LARGE_EPS, strict=False):
        gamma, beta = affine(rng, x.shape[1])
        beta = beta / 100  # in its digits, those of a rounded eps would not count
        yield bn.batchnorm_forward(x / 300, gamma, beta)  # variances near 1e-5
        yield bn.batchnorm_forward(x / 10, gamma, beta, eps=eps)  # near 1e-2
    constant = np.column_stack([np.full(4, 2.0), rng.normal(0, 1, 4)])  # (4, 2), one without spread
    yield bn.batchnorm_forward(constant, *affine(rng, 2))


@forward.part(
    "still right when the mean is a million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield bn.batchnorm_forward(far_from_zero(rng, 4, 2), *affine(rng, 2), NO_EPS)


@forward.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for batch in both_types(rng):
        yield bn.batchnorm_forward(*batch, eps=NO_EPS)


@forward.part("x, gamma and beta are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = next(batches(rng))
    yield from kept(bn.batchnorm_forward, x, *affine(rng, x.shape[1]), eps=NO_EPS)


checks = [batch_mean, batch_variance, normalize, scale_and_shift, forward]
