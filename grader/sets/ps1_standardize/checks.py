"""What is asked about ps1_standardize: the forward pass on (N, D), one step a function."""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from ... import reference
from ...checking.check import Check, arguments_after
from ...reference import Array
from .._draw import drawn_once
from . import faults, plain

SHAPES = ((5, 2), (3, 5))  # smallest first; N - 1 is never D
MANY = 1000  # examples: what is cut off far from the mean, or only where N is large, shows
# A mistake with eps costs only the part that asks about eps: elsewhere eps is too small to be seen,
# and x so large that another eps cannot be seen either.
NO_EPS, LARGE = 1e-15, 2e4
LARGE_EPS = (1e-2, 0.53)  # with 1e-5 most mistakes with eps cannot be seen; 0.53 is no float32

Layout = Callable[[Array], Array]  # the same array, otherwise in memory

_check = partial(Check.against, faults, reference=reference, plain=plain)


def signs(rng: np.random.Generator, *shape: int) -> Array:
    """1 or -1 for each."""
    return np.where(rng.random(shape) < 0.5, -1.0, 1.0)


@drawn_once
def batch(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> Array:
    """A batch x, (N, D) or (N, C, H, W): features or channels of different means and scales.

    In units of `scale` the means are 1 to 4 from 0, and the standard deviations 1 to 4. Of
    100 values or more, two lie far from the mean.
    """
    others = tuple(axis for axis in range(len(shape)) if axis != 1)
    features = (shape[1], *[1] * (len(shape) - 2))  # (D,) or (C, 1, 1)
    x = rng.standard_normal(shape)
    many = x.size // shape[1]
    if many >= 100:
        flat = np.moveaxis(x, 1, -1)  # a view, the features last
        flat[(0,) * len(others)], flat[(-1,) * len(others)] = 12, -40
    if many > 1:
        x -= x.mean(axis=others, keepdims=True)
        x /= np.sqrt((x * x).mean(axis=others, keepdims=True))
    mean = signs(rng, *features) * rng.uniform(1, 4, features)
    return rounded(mean + rng.uniform(1, 4, features) * x, scale)


def rounded(x: Array, scale: float) -> Array:
    """x in units of `scale`, to five digits after that; float32 cannot hold them exactly."""
    return np.round(scale * x, 5 - round(math.log10(scale)))


def as_it_is(array: Array) -> Array:
    return array


def in_fortran_order(array: Array) -> Array:
    """The first axis is the innermost in memory, as after a transpose."""
    return np.asfortranarray(array) if array.ndim > 1 else with_gaps(array)


def from_the_end(array: Array) -> Array:
    """The last element is the first in memory."""
    return np.flip(np.flip(array).copy())


def with_gaps(array: Array) -> Array:
    """Only every other number in memory belongs to it."""
    return np.repeat(array, 2, axis=-1)[..., ::2]


def repeated(array: Array) -> Array:
    """Such an array whose columns are all the first, which is in memory once: read only."""
    return np.broadcast_to(array[..., :1], array.shape)


# Smallest first; N is D once. One shape comes twice: a result kept by shape would show.
BATCHES = (
    ((5, 2), as_it_is),
    ((3, 5), in_fortran_order),
    ((4, 4), as_it_is),
    ((3, 5), from_the_end),
    ((7, 1), with_gaps),
    ((2, 4), as_it_is),
    ((1, 3), as_it_is),
    ((MANY, 2), as_it_is),
)


def batches(rng: np.random.Generator, scale: float = 1.0) -> Iterator[tuple[Array, Layout]]:
    """Batches of several shapes, and what lays other arrays out in memory in the same way."""
    for shape, layout in BATCHES:
        yield layout(batch(rng, *shape, scale=scale)), layout


@drawn_once
def affine(rng: np.random.Generator, D: int) -> tuple[Array, Array]:
    """gamma and beta, (D,), of both signs: away from 0, 1 and each other."""
    gamma = signs(rng, D) * rng.uniform(1.5, 3, D)
    return np.round(gamma, 2), np.round(signs(rng, D) * rng.uniform(0.3, 0.9, D), 2)


@drawn_once
def statistics(rng: np.random.Generator, D: int, scale: float) -> tuple[Array, Array]:
    """A mean and a variance, (D,), away from 0 and 1, of what has this scale."""
    mean = signs(rng, D) * rng.uniform(1, 4, D)
    return rounded(mean, scale), rounded(rng.uniform(2, 9, D), scale**2)


def both_types(*arrays: Array) -> Iterator[list[Array]]:
    """The arrays in float32, then in float64."""
    for dtype in (np.float32, np.float64):
        yield [array.astype(dtype) for array in arrays]


def in_float32(parameters: Iterable[Array]) -> list[Array]:
    """Parameters that are less precise than x: what they are multiplied with is not."""
    return [array.astype(np.float32) for array in parameters]


def far_from_zero(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> Array:
    """Values whose mean is a million times their spread, where mean(x²) - mean(x)² cancels."""
    return scale * (1e6 + rng.normal(0, 1, shape))  # float64 has 16 digits, and the squares 12


def kept(call: Any, *args: Any, **options: float) -> Iterator[object]:
    """The arguments as the call leaves them, and then its result: neither earns credit alone.

    They are asked about once more with arrays that cannot be written to, all columns of which are
    the first. `options` are for the result alone.
    """
    alike = [repeated(arg) if isinstance(arg, np.ndarray) else arg for arg in args]
    for given in (args, alike):
        yield arguments_after(call, *given)
        yield call(*given, **options)


batch_mean = _check("batch_mean", "the-mean")


@batch_mean.part("one mean for each feature, taken over the batch", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, _ in batches(rng):
        yield bn.batch_mean(x)


@batch_mean.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for (x,) in both_types(batch(rng, 6, 3)):
        yield bn.batch_mean(x)


batch_variance = _check("batch_variance", "the-variance", uses=("batch_mean",))


@batch_variance.part("one biased variance for each feature, taken over the batch", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, _ in batches(rng, LARGE):
        if len(x) > 1:
            yield bn.batch_variance(x)


@batch_variance.part("nothing is added to it: small ones are as right", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for N, D in ((5, 2), (3, 5), (1, 3)):  # of one row it is 0
        yield bn.batch_variance(batch(rng, N, D, scale=1 / 600))  # near 1e-5


@batch_variance.part(
    "still right when the mean is a million times the spread", 1, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield bn.batch_variance(far_from_zero(rng, 5, 2, scale=LARGE))


@batch_variance.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for (x,) in both_types(batch(rng, 6, 3, scale=LARGE)):
        yield bn.batch_variance(x)


@batch_variance.part("x is left as it was", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from kept(bn.batch_variance, batch(rng, 5, 2, scale=LARGE))


normalize = _check("normalize", "normalise")


@normalize.part("x minus the given mean, over the root of the given variance", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, as_x in batches(rng, LARGE):  # the statistics are not those of x
        yield bn.normalize(x, *map(as_x, statistics(rng, x.shape[1], LARGE)), eps=NO_EPS)


@normalize.part("eps as the caller gives it, 1e-5 if it is not given", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for (N, D), eps in zip(SHAPES, LARGE_EPS, strict=False):
        x, (mean, _) = batch(rng, N, D), statistics(rng, D, 1)
        small = rounded(rng.uniform(0.1, 10, D), 1e-5)  # variances near 1e-5
        yield bn.normalize(x, mean, small)
        yield bn.normalize(x, mean, small, eps=eps)
    # over sqrt(eps), not NaN
    yield bn.normalize(np.array([[1.0, 2.0], [1.0, 5.0]]), np.array([1.0, 4.0]), np.zeros(2))


@normalize.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for arrays in both_types(batch(rng, 6, 3, scale=LARGE), *statistics(rng, 3, LARGE)):
        yield bn.normalize(*arrays, eps=NO_EPS)


@normalize.part("x, mean and variance are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from kept(
        bn.normalize, batch(rng, 5, 2, scale=LARGE), *statistics(rng, 2, LARGE), eps=NO_EPS
    )


scale_and_shift = _check("scale_and_shift", "scale-and-shift")


@scale_and_shift.part("gamma scales each feature, beta shifts it", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, as_x in batches(rng):
        yield bn.scale_and_shift(x, *map(as_x, affine(rng, x.shape[1])))


@scale_and_shift.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x, parameters = batch(rng, 6, 3), affine(rng, 3)
    for arrays in both_types(x, *parameters):
        yield bn.scale_and_shift(*arrays)
    yield bn.scale_and_shift(x, *in_float32(parameters))


@scale_and_shift.part("x_hat, gamma and beta are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from kept(bn.scale_and_shift, batch(rng, 5, 2), *affine(rng, 2))


STEPS = ("batch_mean", "batch_variance", "normalize", "scale_and_shift")

forward = _check("forward", "forward-in-one-function", uses=STEPS)


@forward.part("the right values", 3)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, as_x in batches(rng, LARGE):
        if len(x) > 1:  # one row has variance 0, beside which eps can be seen
            yield bn.batchnorm_forward(x, *map(as_x, affine(rng, x.shape[1])), eps=NO_EPS)


@forward.part("eps as the caller gives it, 1e-5 if it is not given", 1.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for (N, D), eps in zip(SHAPES, LARGE_EPS, strict=False):
        gamma, beta = affine(rng, D)
        beta = beta / 100  # in its digits, those of a rounded eps would not count
        # variances near 1e-5
        yield bn.batchnorm_forward(batch(rng, N, D, scale=1 / 600), gamma, beta)
        # near 1e-2
        yield bn.batchnorm_forward(batch(rng, N, D, scale=1 / 10), gamma, beta, eps=eps)
    constant = np.column_stack([np.full(4, 2.0), rng.normal(0, 1, 4)])  # (4, 2), one without spread
    yield bn.batchnorm_forward(constant, *affine(rng, 2))
    yield bn.batchnorm_forward(batch(rng, 1, 3), *affine(rng, 3))


@forward.part(
    "still right when the mean is a million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield bn.batchnorm_forward(far_from_zero(rng, 5, 2, scale=LARGE), *affine(rng, 2), eps=NO_EPS)


@forward.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x, parameters = batch(rng, 6, 3, scale=LARGE), affine(rng, 3)
    for arrays in both_types(x, *parameters):
        yield bn.batchnorm_forward(*arrays, eps=NO_EPS)
    yield bn.batchnorm_forward(x, *in_float32(parameters), eps=NO_EPS)


@forward.part("x, gamma and beta are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from kept(
        bn.batchnorm_forward, batch(rng, 5, 2, scale=LARGE), *affine(rng, 2), eps=NO_EPS
    )


checks = [batch_mean, batch_variance, normalize, scale_and_shift, forward]
