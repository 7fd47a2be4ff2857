"""What is asked about ps4_where: which values a mean is taken over, on feature maps and beyond."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from ... import reference
from ...checking.check import Check, arguments_after
from ...reference import Array
from .._draw import drawn_once
from ..ps1_standardize.checks import (
    LARGE,
    LARGE_EPS,
    NO_EPS,
    Layout,
    affine,
    as_it_is,
    batch,
    both_types,
    far_from_zero,
    from_the_end,
    in_fortran_order,
    kept,
    repeated,
    rounded,
    signs,
    with_gaps,
)
from ..ps3_backward.checks import DBETA, DGAMMA, DX, Question, gradient_like, gradients
from . import faults, plain

_check = partial(Check.against, faults, reference=reference, plain=plain)


def channels_last(array: Array) -> Array:
    """In memory (N, H, W, C)."""
    if array.ndim != 4:
        return with_gaps(array)
    return np.ascontiguousarray(array.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)


# Smallest first. Where sizes are equal, a wrong axis runs and gives numbers: wrong ones. So W is C
# first, as a part ends with an error. Of the largest, two values lie far from the mean.
MAPS = (
    ((5, 2, 1, 2), as_it_is),
    ((5, 3, 2, 3), in_fortran_order),
    ((3, 5, 2, 7), from_the_end),
    ((2, 2, 2, 2), as_it_is),
    ((1, 4, 6, 3), channels_last),
    ((7, 3, 1, 1), as_it_is),
    ((2, 3, 20, 26), as_it_is),
)
ROWS: tuple[tuple[tuple[int, ...], Layout], ...] = (
    ((1, 5), as_it_is),
    ((5, 3), in_fortran_order),
    ((2, 6), from_the_end),
    ((4, 4), as_it_is),
    ((4, 2, 5), with_gaps),
    ((3, 3, 3), as_it_is),
    ((2, 3, 2, 4), in_fortran_order),
    ((2, 1000), as_it_is),
)
GROUPED = (
    ((4, 6, 1, 2), 2, as_it_is),
    ((2, 6, 3, 5), 3, in_fortran_order),
    ((4, 4, 4, 4), 2, as_it_is),
    ((5, 4, 3, 2), 1, channels_last),
    ((2, 4, 3, 5), 4, from_the_end),
    ((2, 4, 20, 26), 2, as_it_is),
)


def feature_maps(rng: np.random.Generator) -> Iterator[tuple[Array, Layout]]:
    """Feature maps x, (N, C, H, W), whose channels differ, and what lays others out in memory."""
    for shape, layout in MAPS:
        yield layout(batch(rng, *shape, scale=LARGE)), layout


@drawn_once
def samples(rng: np.random.Generator, *shape: int, scale: float = LARGE) -> Array:
    """x, (..., D), whose features differ, and whose samples do as those of `batch` do.

    Of 100 features or more, two lie far from the mean of the sample.
    """
    x = rng.normal(0, 1, shape) + rng.normal(0, 2, shape[-1])
    if shape[-1] >= 100:
        x[..., 7], x[..., -7] = 20, -50
    x = (x - x.mean(axis=-1, keepdims=True)) / x.std(axis=-1, keepdims=True)
    each = (*shape[:-1], 1)
    mean = signs(rng, *each) * rng.uniform(1, 4, each)
    return rounded(mean + rng.uniform(1, 4, each) * x, scale)


def rows(rng: np.random.Generator) -> Iterator[tuple[Array, Layout]]:
    """x, (..., D), of several shapes, and what lays others out in memory in the same way."""
    for shape, layout in ROWS:
        yield layout(samples(rng, *shape)), layout


def grouped(rng: np.random.Generator) -> Iterator[tuple[Array, int, Layout]]:
    """Feature maps and a number of groups, from one group to one a channel."""
    for shape, num_groups, layout in GROUPED:
        yield layout(batch(rng, *shape, scale=LARGE)), num_groups, layout


batchnorm2d_forward = _check("batchnorm2d_forward", "statistics-per-channel")


@batchnorm2d_forward.part("one mean and one variance a channel, over samples and pixels", 3)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, as_x in feature_maps(rng):
        yield bn.batchnorm2d_forward(x, *map(as_x, affine(rng, x.shape[1])), eps=NO_EPS)


@batchnorm2d_forward.part("eps as the caller gives it, 1e-5 if it is not given", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for shape, _ in MAPS[:3]:
        gamma, beta = affine(rng, shape[1])
        # variances near 1e-5
        yield bn.batchnorm2d_forward(batch(rng, *shape, scale=1 / 600), gamma, beta)
        for eps in LARGE_EPS:
            # near 1e-2
            yield bn.batchnorm2d_forward(batch(rng, *shape, scale=1 / 10), gamma, beta, eps=eps)
    # (2, 2, 1, 3), one channel without spread
    constant = np.stack([np.full((2, 1, 3), 2.0), rng.normal(0, 1, (2, 1, 3))], axis=1)
    yield bn.batchnorm2d_forward(constant, *affine(rng, 2))


@batchnorm2d_forward.part(
    "still right when the mean is a million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = far_from_zero(rng, 4, 2, 1, 3, scale=LARGE)
    yield bn.batchnorm2d_forward(x, *affine(rng, 2), NO_EPS)


@batchnorm2d_forward.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for arrays in both_types(batch(rng, 2, 4, 5, 3, scale=LARGE), *affine(rng, 4)):
        yield bn.batchnorm2d_forward(*arrays, eps=NO_EPS)


@batchnorm2d_forward.part("x, gamma and beta are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = batch(rng, 4, 2, 1, 3, scale=LARGE)
    yield from kept(bn.batchnorm2d_forward, x, *affine(rng, 2), eps=NO_EPS)


batchnorm2d_backward = _check(
    "batchnorm2d_backward", "backward-through-feature-maps", uses=("batchnorm2d_forward",)
)


def with_dy(rng: np.random.Generator) -> Iterator[Question]:
    """dy, x and gamma."""
    for x, as_x in feature_maps(rng):
        yield as_x(gradient_like(rng, x)), x, as_x(affine(rng, x.shape[1])[0])


@batchnorm2d_backward.part("dbeta: dy summed for each channel, shape (C,)", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from gradients(bn.batchnorm2d_backward, with_dy(rng), DBETA)


@batchnorm2d_backward.part("dgamma: dy times x_hat summed for each channel, shape (C,)", 1.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from gradients(bn.batchnorm2d_backward, with_dy(rng), DGAMMA)


@batchnorm2d_backward.part("dx: through x_hat, the mean and the variance", 2.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from gradients(bn.batchnorm2d_backward, with_dy(rng), DX)


@batchnorm2d_backward.part("eps as the caller gives it, 1e-5 if it is not given", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for shape, _ in MAPS[:3]:
        small, gamma = batch(rng, *shape, scale=1 / 600), affine(rng, shape[1])[0]
        yield bn.batchnorm2d_backward(gradient_like(rng, small), small, gamma)
        for eps in LARGE_EPS:
            x = batch(rng, *shape, scale=1 / 10)
            yield bn.batchnorm2d_backward(gradient_like(rng, x), x, gamma, eps=eps)


@batchnorm2d_backward.part(
    "still right when the mean is a million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = far_from_zero(rng, 4, 2, 1, 3, scale=LARGE)
    yield bn.batchnorm2d_backward(gradient_like(rng, x), x, affine(rng, 2)[0], NO_EPS)


@batchnorm2d_backward.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = batch(rng, 2, 4, 5, 3, scale=LARGE)
    for arrays in both_types(gradient_like(rng, x), x, affine(rng, 4)[0]):
        yield bn.batchnorm2d_backward(*arrays, eps=NO_EPS)


@batchnorm2d_backward.part("dy, x and gamma are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = batch(rng, 4, 2, 1, 3, scale=LARGE)
    dy, gamma = gradient_like(rng, x), affine(rng, 2)[0]
    yield from kept(bn.batchnorm2d_backward, dy, x, gamma, eps=NO_EPS)


layernorm = _check("layernorm", "layer-norm", uses=("batchnorm2d_forward",))


@layernorm.part("one mean and one variance a sample, over its last axis", 3)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, as_x in rows(rng):
        yield bn.layernorm_forward(x, *map(as_x, affine(rng, x.shape[-1])), eps=NO_EPS)


@layernorm.part("eps as the caller gives it, 1e-5 if it is not given", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for shape, _ in ROWS[:3]:
        gamma, beta = affine(rng, shape[-1])
        yield bn.layernorm_forward(samples(rng, *shape, scale=1 / 600), gamma, beta)
        for eps in LARGE_EPS:
            yield bn.layernorm_forward(samples(rng, *shape, scale=1 / 10), gamma, beta, eps=eps)
    yield bn.layernorm_forward(np.full((2, 3), 2.0), *affine(rng, 3))  # 0 / sqrt(eps), not NaN


@layernorm.part(
    "still right when the mean is a million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield bn.layernorm_forward(far_from_zero(rng, 2, 5, scale=LARGE), *affine(rng, 5), NO_EPS)


@layernorm.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for arrays in both_types(samples(rng, 6, 3), *affine(rng, 3)):
        yield bn.layernorm_forward(*arrays, eps=NO_EPS)


@layernorm.part("x, gamma and beta are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x, (gamma, beta) = samples(rng, 5, 3), affine(rng, 3)
    # the second ones cannot be written to: of samples, not columns, all are the first
    alike = np.broadcast_to(x[:1], x.shape), repeated(gamma), repeated(beta)
    for given in ((x, gamma, beta), alike):
        yield arguments_after(bn.layernorm_forward, *given)
        yield bn.layernorm_forward(*given, eps=NO_EPS)


groupnorm = _check("groupnorm", "group-norm", uses=("batchnorm2d_forward", "layernorm_forward"))


@groupnorm.part("one mean and one variance a sample and group of neighbouring channels", 3)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, num_groups, as_x in grouped(rng):
        gamma, beta = map(as_x, affine(rng, x.shape[1]))
        yield bn.groupnorm_forward(x, gamma, beta, num_groups, eps=NO_EPS)


@groupnorm.part("eps as the caller gives it, 1e-5 if it is not given", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for shape, num_groups, _ in GROUPED[:3]:
        gamma, beta = affine(rng, shape[1])
        yield bn.groupnorm_forward(batch(rng, *shape, scale=1 / 600), gamma, beta, num_groups)
        for eps in LARGE_EPS:
            x = batch(rng, *shape, scale=1 / 10)
            yield bn.groupnorm_forward(x, gamma, beta, num_groups, eps=eps)
    # the same: 0, not NaN
    yield bn.groupnorm_forward(np.full((1, 2, 1, 2), 2.0), *affine(rng, 2), 1)


@groupnorm.part(
    "still right when the mean is a million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = far_from_zero(rng, 2, 6, 1, 5, scale=LARGE)
    yield bn.groupnorm_forward(x, *affine(rng, 6), 2, NO_EPS)


@groupnorm.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for arrays in both_types(batch(rng, 2, 6, 3, 4, scale=LARGE), *affine(rng, 6)):
        yield bn.groupnorm_forward(*arrays, 2, eps=NO_EPS)


@groupnorm.part("x, gamma and beta are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = batch(rng, 4, 6, 1, 2, scale=LARGE)
    yield from kept(bn.groupnorm_forward, x, *affine(rng, 6), 2, eps=NO_EPS)


checks = [batchnorm2d_forward, batchnorm2d_backward, layernorm, groupnorm]
