"""What is asked about ps3_backward: gradients by hand and by differences, and a test of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ... import reference
from ...checking.check import Check, Unfit, arguments_after, one_of
from ...checking.mistakes import catalogue
from ...checking.remote import Arguments, RemoteError
from ...reference import Array
from .._draw import drawn_once
from ..ps1_standardize.checks import (
    LARGE,
    NO_EPS,
    SHAPES,
    affine,
    as_it_is,
    batch,
    both_types,
    far_from_zero,
    from_the_end,
    in_fortran_order,
    kept,
    signs,
    with_gaps,
)
from . import faults, plain

Question = tuple[Array, Array, Array]  # dy, x and gamma

# Smallest first; N is D once. Of 101 examples two lie far from the mean.
BATCHES = (
    ((5, 2), as_it_is),
    ((3, 5), in_fortran_order),
    ((4, 4), as_it_is),
    ((7, 1), with_gaps),
    ((101, 2), from_the_end),
)
LARGE_EPS = (1e-2, 1.0)  # with 1e-5 most mistakes with eps cannot be seen
LARGEST = 10_000  # numbers in an array that a student's test may ask a backward pass about

_check = partial(Check.against, faults, reference=reference, plain=plain)


# What the reference has no function of: the faulty implementation without mistakes.
own = faults.implementation()


def questions(rng: np.random.Generator) -> Iterator[Question]:
    """dy, x and gamma of several shapes, and not all in C order."""
    for shape, layout in BATCHES:
        dy, x, gamma = question(rng, *shape)
        yield layout(dy), layout(x), layout(gamma)


@drawn_once
def question(rng: np.random.Generator, N: int, D: int, scale: float = LARGE) -> Question:
    """dy and x, (N, D), and gamma, (D,); x has this scale."""
    x = batch(rng, N, D, scale=scale)  # (N, D)
    return gradient_like(rng, x), x, affine(rng, D)[0]


@drawn_once
def gradient_like(rng: np.random.Generator, x: Array) -> Array:
    """dy, of the shape of x, whose means of dy and dy x_hat are away from 0 for each feature."""
    others = tuple(axis for axis in range(x.ndim) if axis != 1)
    features = [1 if axis in others else size for axis, size in enumerate(x.shape)]
    std = x.std(axis=others, keepdims=True)
    x_hat = (x - x.mean(axis=others, keepdims=True)) / np.where(std, std, 1.0)
    mean, share = (signs(rng, *features) * rng.uniform(0.5, 1.5, features) for _ in range(2))
    dy = rng.normal(0, 1, x.shape)
    dy = mean + share * x_hat + dy - dy.mean(axis=others, keepdims=True)
    return np.asarray(np.round(dy, 3))


def through_part_of_the_graph(rng: np.random.Generator, mean: bool) -> Iterator[Question]:
    """Questions whose dy sends nothing through the variance, and through the mean if asked.

    It has no share of x_hat, and no mean. The rows come in pairs, on both sides of the mean and
    with one dy, so the sums are 0 exactly: a wrong factor makes nothing of rounding errors.
    """
    for N, D in ((5, 2), (6, 6), (9, 3)):
        pairs = (N - 1) // 2  # one or two rows are left, and make dy's mean 0
        aside = rng.integers(1, 5, (pairs, D))
        shared = rng.integers(1, 9, (pairs, D)) * signs(rng, pairs, D)
        x, dy = np.zeros((N, D)), np.zeros((N, D))
        x[: 2 * pairs : 2], x[1 : 2 * pairs : 2] = aside, -aside
        dy[: 2 * pairs] = np.repeat(shared, 2, axis=0)
        dy[2 * pairs :] = -dy.sum(axis=0) / (N - 2 * pairs)
        x = LARGE * (x + signs(rng, D) * rng.integers(1, 5, D))
        yield dy + (rng.integers(1, 3, D) if mean else 0.0), x, affine(rng, D)[0]


DX, DGAMMA, DBETA = range(3)  # where a backward pass returns them


def gradient(answer: object, which: int) -> Any:
    """One of the three gradients. Of dx, None says that it is not written yet; else it is unfit."""
    value = one_of(answer, which, of=3)
    if value is None and which == DX:
        raise NotImplementedError("dx is None so far")
    if value is None:
        raise Unfit(f"{('dx', 'dgamma', 'dbeta')[which]} is None: it is not written yet")
    return value


def all_gradients(answer: object) -> list[Any]:
    """All three."""
    return [gradient(answer, which) for which in (DX, DGAMMA, DBETA)]


def gradients(backward: Any, asked: Iterable[Question], which: int) -> Iterator[object]:
    """One of the three gradients for each question."""
    for dy, x, gamma in asked:
        yield gradient(backward(dy, x, gamma, eps=NO_EPS), which)


def gradients_with_eps(backward: Any, rng: np.random.Generator, which: int) -> Iterator[object]:
    """The same where eps matters: by default, and as the caller gives it."""
    for N, D in SHAPES:
        yield gradient(backward(*question(rng, N, D, 1 / 600)), which)  # variances near 1e-5
        for eps in LARGE_EPS:
            # near 1e-2
            yield gradient(backward(*question(rng, N, D, 1 / 10), eps=eps), which)


@dataclass(frozen=True)
class Function:
    """A function that a student's code may call; it stays with the grader."""

    text: str
    shape: tuple[int, ...]
    compute: Callable[[Array], Array]

    def __call__(self, x: object) -> Array:
        array = np.asarray(x)  # from the student's process: it may be anything
        if array.dtype.kind not in "iuf":
            raise TypeError(f"f takes real numbers, not {array.dtype}")
        if array.shape != self.shape:
            raise ValueError(f"f takes numbers in shape {self.shape}, not {array.shape}")
        return np.asarray(self.compute(array))

    def __repr__(self) -> str:
        return self.text


numerical_gradient = _check("numerical_gradient", "gradient-check")


@numerical_gradient.part("functions of each element alone", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for shape in ((2,), (2, 3)):
        for text, compute in (("lambda x: x**3", lambda x: x**3), ("lambda x: np.exp(x)", np.exp)):
            x, dy = rng.normal(0, 1, shape), rng.normal(0, 1, shape)
            yield bn.numerical_gradient(Function(text, shape, compute), x, dy)


@numerical_gradient.part("functions that mix the elements of x; f(x) of another shape", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x, w = rng.normal(0, 1, (2, 2)), rng.normal(0, 1, (2, 3))
    product = Function("x -> (x @ w)**2, w of shape (2, 3)", (2, 2), lambda x: (x @ w) ** 2)
    yield bn.numerical_gradient(product, x, rng.normal(0, 1, (2, 3)))
    sums = Function("lambda x: (x**2).sum(axis=1)", (2, 2), lambda x: (x**2).sum(axis=1))
    yield bn.numerical_gradient(sums, rng.normal(0, 1, (2, 2)), rng.normal(0, 1, 2))
    # in Fortran order, the x of a right solution may be changed through a copy of it
    for (N, D), as_x, as_dy in (
        ((5, 2), as_it_is, as_it_is),
        ((4, 4), from_the_end, in_fortran_order),
        ((3, 5), with_gaps, from_the_end),
    ):
        dy, x, gamma = question(rng, N, D, 1)
        dy, x = as_dy(dy), as_x(x)

        w = rng.normal(0, 1, (N, D))

        # y has a sum that x changes, alone or moved as a whole: no wrong gradient is 0 by chance
        def forward(x: Array, gamma: Array = gamma, w: Array = w) -> Array:  # those of this round
            x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-2)
            return np.asarray(w * (gamma * x_hat + x))

        text = "x -> w * (batch normalisation of x, plus x)"
        yield bn.numerical_gradient(Function(text, (N, D), forward), x, dy)


@numerical_gradient.part("the step h as the caller gives it", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    # The result is 5x⁴ + 10x²h² + h⁴: the step shows in it, of a difference of fourth order too.
    power = Function("lambda x: x**5", (2,), lambda x: x**5)
    for h in (0.5, 0.01):
        yield bn.numerical_gradient(power, rng.uniform(2, 5, 2), rng.normal(1, 1, 2), h=h)


@numerical_gradient.part("x in float32 and in whole numbers: the step is not lost", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    square, dy = Function("lambda x: x * x", (3,), lambda x: x * x), rng.normal(1, 1, 3)
    # neither type can hold x + 1e-5 exactly
    for x in (rng.integers(1, 9, 3), rng.normal(5, 1, 3).astype(np.float32)):
        yield bn.numerical_gradient(square, x, dy)


@numerical_gradient.part("x is left as it was", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    square = Function("lambda x: x * x", (3,), lambda x: x * x)
    x, dy = rng.normal(0, 1, 3), rng.normal(0, 1, 3)
    yield arguments_after(bn.numerical_gradient, square, x, dy, 0.1)
    yield bn.numerical_gradient(square, x, dy)


parameter_gradients = _check("parameter_gradients", "gradients-of-gamma-and-beta")


@parameter_gradients.part("dbeta", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from gradients(bn.batchnorm_backward, questions(rng), DBETA)


@parameter_gradients.part("dgamma", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from gradients(bn.batchnorm_backward, questions(rng), DGAMMA)


@parameter_gradients.part("dgamma with eps as the caller gives it, 1e-5 if it is not given", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from gradients_with_eps(bn.batchnorm_backward, rng, DGAMMA)


input_gradient = _check("input_gradient", "gradient-of-x")


@input_gradient.part("the direct path: dx where dy has mean 0 and is uncorrelated with x", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    asked = through_part_of_the_graph(rng, mean=False)
    yield from gradients(bn.batchnorm_backward, asked, DX)


@input_gradient.part("the path through the mean too: dx where dy is uncorrelated with x", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    asked = through_part_of_the_graph(rng, mean=True)
    yield from gradients(bn.batchnorm_backward, asked, DX)


@input_gradient.part("all three paths: dx for any dy", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from gradients(bn.batchnorm_backward, questions(rng), DX)


@input_gradient.part("eps as the caller gives it, 1e-5 if it is not given", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from gradients_with_eps(bn.batchnorm_backward, rng, DX)


@input_gradient.part(
    "still right when the mean is a million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    x = far_from_zero(rng, 5, 2, scale=LARGE)
    yield from gradients(bn.batchnorm_backward, [(gradient_like(rng, x), x, affine(rng, 2)[0])], DX)


backward_manners = _check("backward_manners", "gradient-of-x")


@backward_manners.part("the second call is as right as the first", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    # of one shape, which no other part has: what is kept by shape would show
    first, second = question(rng, 8, 3), question(rng, 8, 3)
    for asked in (first, second, first):
        yield all_gradients(bn.batchnorm_backward(*asked, eps=NO_EPS))


@backward_manners.part("dy, x and gamma are left as they were", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for answer in kept(bn.batchnorm_backward, *question(rng, 8, 2), eps=NO_EPS):
        yield answer if isinstance(answer, Arguments) else all_gradients(answer)


@backward_manners.part("float32 in, float32 out; float64 in, float64 out", 1, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for N, dtype in ((10, np.float32), (11, np.float64)):
        asked = [array.astype(dtype) for array in question(rng, N, 2)]
        yield all_gradients(bn.batchnorm_backward(*asked, eps=NO_EPS))


compact_dx = _check("compact_dx", "compact-formula", reference=own)


def from_forward(rng: np.random.Generator, N: int, D: int, scale: float = LARGE) -> list[Array]:
    """dy, and what a forward pass keeps: x_hat, (N, D), std and gamma, (D,)."""
    dy, x, gamma = question(rng, N, D, scale)
    std = np.sqrt(x.var(axis=0) + 0.1 * scale**2)  # (D,): some eps of the forward pass
    return [dy, (x - x.mean(axis=0)) / std, std, gamma]


@compact_dx.part("dx from what the forward pass keeps, for any dy", 3)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for shape, layout in BATCHES:
        yield bn.compact_dx(*map(layout, from_forward(rng, *shape)))


@compact_dx.part("std as it is given: eps is in it already", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for N, D in SHAPES:
        yield bn.compact_dx(*from_forward(rng, N, D, 1 / 600))  # near 3e-3


@compact_dx.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for arrays in both_types(*from_forward(rng, 6, 2)):
        yield bn.compact_dx(*arrays)


@compact_dx.part("dy, x_hat, std and gamma are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from kept(bn.compact_dx, *from_forward(rng, 5, 2))


test_backward = _check("test_backward", "testing-a-backward-pass", reference=own, plain=None)


@dataclass(frozen=True)
class Backward:
    """A backward pass for a student's test to judge; nothing tells which one it is."""

    compute: Callable[..., tuple[Array, Array, Array]]

    def __call__(
        self, dy: object, x: object, gamma: object, eps: float = 1e-5
    ) -> tuple[Array, Array, Array]:
        # from the student's process: they may be anything
        arrays = [np.asarray(value) for value in (dy, x, gamma)]
        if any(array.dtype.kind not in "iuf" for array in arrays):
            raise TypeError("dy, x and gamma are arrays of numbers")
        # whole numbers become floats
        arrays = [array.astype(np.result_type(array, np.float32)) for array in arrays]
        N_D = arrays[1].shape
        # a huge x would keep the grader busy
        if len(N_D) != 2 or not 0 < arrays[1].size <= LARGEST:
            raise ValueError(f"x is (N, D), with up to {LARGEST} numbers, not {N_D}")
        if arrays[0].shape != N_D or arrays[2].shape != N_D[1:]:
            shapes = f"{arrays[0].shape} and {arrays[2].shape}"
            raise ValueError(f"dy is (N, D) and gamma (D,), not {shapes} where x is {N_D}")
        return self.compute(*arrays, float(eps))

    def __repr__(self) -> str:
        return "a backward pass"


def by_columns(dy: Array, x: Array, gamma: Array, eps: float) -> tuple[Array, Array, Array]:
    """A right backward pass: one feature at a time, multiplied out, in float64."""
    dx, dgamma, dbeta = np.empty_like(x), np.empty_like(gamma), np.empty_like(gamma)  # (N, D), (D,)
    N = len(x)
    for d, column in enumerate(x.astype(np.float64).T):
        std = (column.var() + eps) ** 0.5
        x_hat = (column - column.mean()) / std  # (N,)
        dgamma[d], dbeta[d] = dy[:, d] @ x_hat, dy[:, d].sum()
        dx[:, d] = gamma[d] / (N * std) * (N * dy[:, d] - dbeta[d] - x_hat * dgamma[d])
    return dx, dgamma, dbeta


RIGHT = (reference.batchnorm_backward, reference.batchnorm_backward_staged, by_columns)


def zeros(dy: Array, x: Array, gamma: Array, eps: float) -> tuple[Array, Array, Array]:
    """A backward pass that any test should reject."""
    return np.zeros_like(x), np.zeros_like(gamma), np.zeros_like(gamma)


def negative(dy: Array, x: Array, gamma: Array, eps: float) -> tuple[Array, Array, Array]:
    """A backward pass with the wrong sign, which any test should reject."""
    dx, dgamma, dbeta = reference.batchnorm_backward(dy, x, gamma, eps)
    return -dx, -dgamma, -dbeta


def doubled(dy: Array, x: Array, gamma: Array, eps: float) -> tuple[Array, Array, Array]:
    """A backward pass with twice the right gradients, which any test should reject."""
    dx, dgamma, dbeta = reference.batchnorm_backward(dy, x, gamma, eps)
    return 2 * dx, 2 * dgamma, 2 * dbeta


def judged(bn: Any, rng: np.random.Generator, wrong: Any, right: Any) -> Iterator[object]:
    """What the test makes of a wrong implementation among others, in random order.

    So a test that rejects all or accepts all has no part of it right, and guessing seldom pays.
    Two that are plainly wrong are as common as right ones: to have seen results often says little.
    """

    def mirrored(dy: Array, x: Array, gamma: Array, eps: float) -> tuple[Array, Array, Array]:
        """As far from the right gradients, on their other side: what has no abs() accepts it."""
        best = reference.batchnorm_backward(dy, x, gamma, eps)
        dx, dgamma, dbeta = (
            2 * b - one for b, one in zip(best, wrong(dy, x, gamma, eps), strict=True)
        )
        return dx, dgamma, dbeta

    # what is shown, and whether a test should reject it
    shown = [(wrong, True), (mirrored, True), *((one, False) for one in right)]
    shown += [(one, True) for one in (negative, doubled) for _ in right]
    for i in rng.permutation(len(shown)):
        compute, is_wrong = shown[i]
        rejects = raises_assertion(bn, compute)
        yield (
            {"rejects the wrong one": rejects} if is_wrong else {"accepts a right one": not rejects}
        )


def raises_assertion(bn: Any, compute: Any) -> bool:
    """Does the test raise AssertionError? Another exception is neither: it goes on up."""
    try:
        bn.test_backward(Backward(compute))
    except RemoteError as error:  # of a student's test
        if "AssertionError" not in error.kinds:
            raise
        return True
    except AssertionError:  # of a test of ours
        return True
    return False


@test_backward.part("accepts three right implementations, and rejects one that returns zeros", 3)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from judged(bn, rng, zeros, RIGHT)


def rejects(mistake: str, title: str = "") -> None:
    """Add the part about one faulty implementation, by the mistake's title or another."""

    title = title or catalogue()[mistake.partition(":")[0]].title

    @test_backward.part(f"rejects it: {title}", 1)
    def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
        wrong = faults.implementation(mistake).batchnorm_backward
        # which of the three, nobody knows
        yield from judged(bn, rng, wrong, [RIGHT[rng.integers(len(RIGHT))]])


for mistake in faults.REJECTED:
    rejects(mistake)
rejects("mean-not-sum:dgamma", "dgamma is averaged, not summed, and the others are right")
rejects("mean-not-sum:dbeta", "dbeta is averaged, not summed, and the others are right")


checks = [
    numerical_gradient,
    parameter_gradients,
    input_gradient,
    backward_manners,
    compact_dx,
    test_backward,
]
