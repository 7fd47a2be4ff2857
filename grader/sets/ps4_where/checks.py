"""What is asked about ps4_where: which values a mean is taken over, on feature maps and beyond."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from ... import reference
from ...checking.check import Check
from ...reference import Array
from ..ps1_standardize.checks import LARGE_EPS, NO_EPS, affine, batch, far_from_zero, kept
from ..ps3_backward.checks import DBETA, DGAMMA, DX, Question, gradients
from . import faults, plain

# Smallest first. Where sizes are equal, a wrong axis runs and gives numbers: wrong ones.
MAPS = ((2, 2, 2, 2), (3, 2, 1, 4), (2, 3, 4, 5), (1, 3, 3, 2), (4, 3, 1, 1), (3, 4, 2, 4))
ROWS = ((2, 2), (2, 3), (3, 3), (4, 2, 3), (3, 3, 3), (1, 5))
GROUPED = (((2, 4, 1, 2), 2), ((4, 4, 4, 4), 2), ((2, 6, 3, 2), 3), ((3, 6, 2, 5), 2))

_check = partial(Check.against, faults, reference=reference, plain=plain)


def feature_maps(rng: np.random.Generator) -> Iterator[Array]:
    """Feature maps x, (N, C, H, W), whose channels differ; the last two are not contiguous."""
    for shape in MAPS:
        yield batch(rng, *shape)
    yield batch(rng, 2, 5, 4, 3).transpose(0, 3, 1, 2)  # in memory (N, H, W, C)
    yield batch(rng, 4, 6, 4, 5)[::2, ::-2, :, ::-1]  # (2, 3, 4, 5)


def rows(rng: np.random.Generator) -> Iterator[Array]:
    """x, (..., D), whose samples and features differ; the last is not contiguous."""
    for shape in ROWS:
        yield rng.normal(rng.uniform(-4, 4, shape[-1]), rng.uniform(0.5, 3, shape), shape)
    yield rng.normal(2, 1.5, (3, 8, 5)).transpose(0, 2, 1)[:, ::2]  # (3, 3, 8)


def grouped(rng: np.random.Generator) -> Iterator[tuple[Array, int]]:
    """Feature maps and a number of groups, from one group to one a channel."""
    for shape, num_groups in GROUPED:
        yield batch(rng, *shape), num_groups
    for num_groups in (1, 2, 4):
        yield batch(rng, 2, 3, 5, 4).transpose(0, 3, 1, 2), num_groups  # (2, 4, 3, 5)


def both_types(rng: np.random.Generator, *shape: int) -> Iterator[tuple[Array, Array, Array]]:
    """x, gamma and beta in float32, then in float64."""
    for dtype in (np.float32, np.float64):
        x, (gamma, beta) = rng.normal(1, 2, shape), affine(rng, shape[1])
        yield x.astype(dtype), gamma.astype(dtype), beta.astype(dtype)


batchnorm2d_forward = _check("batchnorm2d_forward", "statistics-per-channel")


@batchnorm2d_forward.part("one mean and one variance a channel, over samples and pixels", 3)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x in feature_maps(rng):
        yield bn.batchnorm2d_forward(x, *affine(rng, x.shape[1]), eps=NO_EPS)


@batchnorm2d_forward.part(
    "eps as the caller gives it, 1e-5 if it is not given", 1, shows="eps-misplaced"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x in feature_maps(rng):
        gamma, beta = affine(rng, x.shape[1])
        yield bn.batchnorm2d_forward(x / 300, gamma, beta)  # variances near 1e-5
        for eps in LARGE_EPS:
            yield bn.batchnorm2d_forward(x / 10, gamma, beta, eps=eps)  # near 1e-2
    # (2, 2, 1, 3), one channel without spread
    constant = np.stack([np.full((2, 1, 3), 2.0), rng.normal(0, 1, (2, 1, 3))], axis=1)
    yield bn.batchnorm2d_forward(constant, *affine(rng, 2))


@batchnorm2d_forward.part(
    "still right when the mean is a million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = far_from_zero(rng, 2, 2, 1, 3)
    yield bn.batchnorm2d_forward(x, *affine(rng, 2), NO_EPS)


@batchnorm2d_forward.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for arrays in both_types(rng, 2, 3, 4, 2):
        yield bn.batchnorm2d_forward(*arrays, eps=NO_EPS)


@batchnorm2d_forward.part("x, gamma and beta are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = batch(rng, 2, 3, 1, 4)
    yield from kept(bn.batchnorm2d_forward, x, *affine(rng, 3), eps=NO_EPS)


batchnorm2d_backward = _check(
    "batchnorm2d_backward", "backward-through-feature-maps", uses=("batchnorm2d_forward",)
)


def with_dy(rng: np.random.Generator) -> Iterator[Question]:
    """dy, x and gamma, with the mean of dy away from 0."""
    for x in feature_maps(rng):
        yield rng.normal(0.5, 1, x.shape), x, affine(rng, x.shape[1])[0]


@batchnorm2d_backward.part("dbeta: dy summed for each channel, shape (C,)", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from gradients(bn.batchnorm2d_backward, with_dy(rng), DBETA)


@batchnorm2d_backward.part("dgamma: dy times x_hat summed for each channel, shape (C,)", 1.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from gradients(bn.batchnorm2d_backward, with_dy(rng), DGAMMA)


@batchnorm2d_backward.part("dx: through x_hat, the mean and the variance", 2.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from gradients(bn.batchnorm2d_backward, with_dy(rng), DX)


@batchnorm2d_backward.part(
    "eps as the caller gives it, 1e-5 if it is not given", 1, shows="eps-misplaced"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for dy, x, gamma in with_dy(rng):
        yield bn.batchnorm2d_backward(dy, x / 300, gamma)
        for eps in LARGE_EPS:
            yield bn.batchnorm2d_backward(dy, x / 10, gamma, eps=eps)


@batchnorm2d_backward.part(
    "still right when the mean is a million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x, (gamma, dy) = far_from_zero(rng, 2, 2, 1, 3), (rng.uniform(1.5, 3, 2), rng.normal(0, 1, 12))
    yield bn.batchnorm2d_backward(dy.reshape(x.shape), x, gamma, NO_EPS)


@batchnorm2d_backward.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, gamma, _ in both_types(rng, 2, 3, 4, 2):
        dy = rng.normal(0.5, 1, x.shape).astype(x.dtype)
        yield bn.batchnorm2d_backward(dy, x, gamma, eps=NO_EPS)


@batchnorm2d_backward.part("dy, x and gamma are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = batch(rng, 2, 3, 1, 4)
    dy, gamma = rng.normal(0, 1, x.shape), affine(rng, 3)[0]
    yield from kept(bn.batchnorm2d_backward, dy, x, gamma, eps=NO_EPS)


layernorm = _check("layernorm", "layer-norm", uses=("batchnorm2d_forward",))


@layernorm.part("one mean and one variance a sample, over its last axis", 3)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x in rows(rng):
        yield bn.layernorm_forward(x, *affine(rng, x.shape[-1]), eps=NO_EPS)


@layernorm.part("eps as the caller gives it, 1e-5 if it is not given", 1, shows="eps-misplaced")
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x in rows(rng):
        gamma, beta = affine(rng, x.shape[-1])
        yield bn.layernorm_forward(x / 300, gamma, beta)
        for eps in LARGE_EPS:
            yield bn.layernorm_forward(x / 10, gamma, beta, eps=eps)
    yield bn.layernorm_forward(np.full((2, 3), 2.0), *affine(rng, 3))  # 0 / sqrt(eps), not NaN


@layernorm.part(
    "still right when the mean is a million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield bn.layernorm_forward(far_from_zero(rng, 2, 4), *affine(rng, 4), NO_EPS)


@layernorm.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for arrays in both_types(rng, 4, 3):
        yield bn.layernorm_forward(*arrays, eps=NO_EPS)


@layernorm.part("x, gamma and beta are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = next(rows(rng))
    yield from kept(bn.layernorm_forward, x, *affine(rng, x.shape[-1]), eps=NO_EPS)


groupnorm = _check("groupnorm", "group-norm", uses=("batchnorm2d_forward", "layernorm_forward"))


@groupnorm.part("one mean and one variance a sample and group of neighbouring channels", 3)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, num_groups in grouped(rng):
        yield bn.groupnorm_forward(x, *affine(rng, x.shape[1]), num_groups, eps=NO_EPS)


@groupnorm.part("eps as the caller gives it, 1e-5 if it is not given", 1, shows="eps-misplaced")
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, num_groups in grouped(rng):
        gamma, beta = affine(rng, x.shape[1])
        yield bn.groupnorm_forward(x / 300, gamma, beta, num_groups)
        for eps in LARGE_EPS:
            yield bn.groupnorm_forward(x / 10, gamma, beta, num_groups, eps=eps)
    # the same: 0, not NaN
    yield bn.groupnorm_forward(np.full((1, 2, 1, 2), 2.0), *affine(rng, 2), 1)


@groupnorm.part(
    "still right when the mean is a million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield bn.groupnorm_forward(far_from_zero(rng, 2, 4, 1, 3), *affine(rng, 4), 2, NO_EPS)


@groupnorm.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for arrays in both_types(rng, 2, 4, 3, 2):
        yield bn.groupnorm_forward(*arrays, 2, eps=NO_EPS)


@groupnorm.part("x, gamma and beta are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = batch(rng, 2, 4, 1, 2)
    yield from kept(bn.groupnorm_forward, x, *affine(rng, 4), 2, eps=NO_EPS)


checks = [batchnorm2d_forward, batchnorm2d_backward, layernorm, groupnorm]
