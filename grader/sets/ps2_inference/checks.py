"""What is asked about ps2_inference: a layer with running statistics, one behaviour a check."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from ... import reference
from ...checking.check import Check, one_of
from ...checking.remote import RemoteError, drive
from ...reference import Array
from ..ps1_standardize.checks import (
    LARGE,
    NO_EPS,
    SHAPES,
    Layout,
    affine,
    as_it_is,
    batch,
    batches,
    far_from_zero,
    from_the_end,
    in_fortran_order,
    kept,
    statistics,
    with_gaps,
)
from . import faults, plain

LARGE_EPS = (1e-2, 1.0)  # with 1e-5 most mistakes with eps cannot be seen

_check = partial(Check.against, faults, reference=reference, plain=plain)


def several_rows(rng: np.random.Generator, scale: float) -> Iterator[tuple[Array, Layout]]:
    """The batches of the first set, but for the one of one row."""
    return ((x, as_x) for x, as_x in batches(rng, scale) if len(x) > 1)


def layer(
    bn: Any, rng: np.random.Generator, D: int, as_x: Layout = as_it_is, **options: float
) -> Any:
    """A layer whose gamma and beta are away from 0, 1 and each other."""
    made = bn.BatchNorm1d(D, **options)
    made.gamma, made.beta = map(as_x, affine(rng, D))
    return made


def trained(
    bn: Any, rng: np.random.Generator, D: int, as_x: Layout = as_it_is, **options: float
) -> Any:
    """A layer in inference whose running statistics are given: nothing here was learned."""
    made = layer(bn, rng, D, as_x, **options)
    made.running_mean, made.running_var = map(as_x, statistics(rng, D, LARGE))
    made.eval()
    return made


def refusal(made: Any, x: Array) -> dict[str, bool]:
    """What the layer raises, if anything."""
    try:
        made(x)
    except RemoteError as error:  # of the student's layer
        kinds = error.kinds
    except Exception as error:  # of one of ours
        kinds = tuple(kind.__name__ for kind in type(error).__mro__)
    else:
        kinds = ()
    return {"raises an exception": bool(kinds), "raises ValueError": "ValueError" in kinds}


def running(made: Any) -> dict[str, object]:
    """The two running statistics of a layer; it may keep them in float32."""
    values = {"running_mean": made.running_mean, "running_var": made.running_var}
    return {name: _float32(value) for name, value in values.items()}


def change(before: dict[str, Any], after: dict[str, object]) -> dict[str, object]:
    """By how much arrays have changed; what is none is another check's, and comes as it is."""
    return {
        name: value - old
        if isinstance(value, np.ndarray) and np.shape(old := before[name]) == value.shape
        else value
        for name, value in after.items()
    }


def _float32(value: Any) -> object:
    return value.astype(np.float32) if isinstance(value, np.ndarray | np.generic) else value


def keeps_dtype_and_x(check: Check, make: Callable[..., Any]) -> None:
    """Add the parts that are the same in both modes; `make` is `layer` or `trained`."""

    @check.part("float32 in, float32 out; float64 in, float64 out", 0.5, dtype=True)
    def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
        for dtype in (np.float32, np.float64):
            yield make(bn, rng, 3, eps=NO_EPS)(batch(rng, 6, 3, scale=LARGE).astype(dtype))

    @check.part("x is left as it was", 0.5)
    def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
        yield from kept(make(bn, rng, 2, eps=NO_EPS), batch(rng, 5, 2, scale=LARGE))


layer_modes = _check("layer_modes", "two-modes")


@layer_modes.part(
    "a new layer trains; gamma and running_var are 1, beta and running_mean 0",
    2,
    shows="starts-elsewhere",
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for D in (1, 3):
        made = bn.BatchNorm1d(D)
        yield {
            "training": made.training,
            "gamma": made.gamma,
            "beta": made.beta,
            **running(made),
        }


@layer_modes.part("eval(), train() and train(mode) set training, of this layer alone", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made, other = bn.BatchNorm1d(2), bn.BatchNorm1d(2)
    for switch in ("eval", "eval", "train", "train"):
        getattr(made, switch)()
        yield {"training": made.training, "training of another layer": other.training}
    other.eval()
    for mode in (False, False, True):
        made.train(mode)
        yield {"training": made.training, "training of another layer": other.training}


@layer_modes.part("eval() and train() change nothing but the mode", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = bn.BatchNorm1d(2)
    # nothing as in a new layer: a reset would show
    made.running_mean, made.running_var = np.array([3.0, -1.0]), np.array([4.0, 0.5])
    made.gamma, made.beta = np.array([2.0, 3.0]), np.array([-1.0, 1.0])
    for switch in ("eval", "train"):
        getattr(made, switch)()
        yield running(made)
        yield {"gamma": made.gamma, "beta": made.beta}


@layer_modes.part("eval() and train() return the layer", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = bn.BatchNorm1d(2)
    made.running_mean = rng.normal(0, 1, 2)  # by which the layer is known again
    for switch in ("eval", "train"):
        returned = getattr(made, switch)()
        yield getattr(returned, "running_mean", returned)


layer_training = _check("layer_training", "two-modes")


@layer_training.part("each batch by its own statistics, then gamma and beta", 3)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, as_x in several_rows(rng, LARGE):
        made = layer(bn, rng, x.shape[1], as_x, eps=NO_EPS)
        yield made(x)
        # the same layer again: it keeps nothing of x
        yield made.forward(as_x(batch(rng, *x.shape, scale=LARGE)))


@layer_training.part("eps as the caller gives it, 1e-5 if it is not given", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for N, D in SHAPES:
        # all made first: each has its own eps
        made = [layer(bn, rng, D), *(layer(bn, rng, D, eps=eps) for eps in LARGE_EPS)]
        for one, scale in zip(made, (1 / 600, 1 / 10, 1 / 10), strict=True):
            yield one(batch(rng, N, D, scale=scale))  # variances near 1e-5 and 1e-2


@layer_training.part(
    "still right when the mean is a million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield layer(bn, rng, 2, eps=NO_EPS)(far_from_zero(rng, 5, 2, scale=LARGE))


keeps_dtype_and_x(layer_training, layer)


layer_statistics = _check("layer_statistics", "running-statistics")


@layer_statistics.part("right after one batch", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, as_x in several_rows(rng, 1):
        made = bn.BatchNorm1d(x.shape[1], eps=0.1)  # large: it has no place in running_var
        if len(x) != 4:  # there as they are in a new layer
            made.running_mean, made.running_var = map(as_x, statistics(rng, x.shape[1], 1))
            made.gamma, made.beta = affine(rng, x.shape[1])  # nothing of y is in them
        made(x)
        yield running(made)


@layer_statistics.part("right after many batches of different sizes", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = bn.BatchNorm1d(3)
    for step in range(1, 41):  # after 40 steps 0.9**40 is left of the start, 1.5 %
        made(batch(rng, rng.choice((2, 5, 6, 9)), 3))  # so N / (N - 1) varies too
        if step in (2, 10, 40):
            yield running(made)


@layer_statistics.part("momentum as the caller gives it, 0 and 1 included", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    # 0.0 is given, though Python takes it for false; all made first: each has its own
    for made in [bn.BatchNorm1d(2, momentum=momentum) for momentum in (0.3, 1.0, 0.0, 0.01)]:
        made.running_mean, made.running_var = statistics(rng, 2, 1)
        for _ in range(2):
            made(batch(rng, 5, 2))
            yield running(made)


@layer_statistics.part("each layer has its own, which are not its gamma and beta", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    first = bn.BatchNorm1d(2)
    first(batch(rng, 5, 2))
    before = running(first)
    second = bn.BatchNorm1d(2)
    yield change(before, running(first))  # whether or not another was made
    second.running_mean, second.running_var = statistics(rng, 2, 1)
    first(batch(rng, 5, 2))
    yield running(second)  # whatever the first has seen
    before = running(first)
    second(batch(rng, 5, 2))
    yield change(before, running(first))
    yield running(bn.BatchNorm1d(2))  # whatever the others have seen
    yield {"gamma": first.gamma, "beta": first.beta}  # these start as ones and zeros too


layer_inference = _check("layer_inference", "inference-mode")


@layer_inference.part("by the running statistics, then gamma and beta", 3)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, as_x in several_rows(rng, LARGE):
        yield trained(bn, rng, x.shape[1], as_x, eps=NO_EPS)(x)


@layer_inference.part("eps as the caller gives it, 1e-5 if it is not given", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for N, D in SHAPES:
        made = [trained(bn, rng, D), *(trained(bn, rng, D, eps=eps) for eps in LARGE_EPS)]
        for one in made:
            mean, _ = statistics(rng, D, 1 / 100)
            # so small that eps counts
            one.running_mean, one.running_var = mean, rng.uniform(1e-5, 1e-3, D)
            yield one(batch(rng, N, D, scale=1 / 100))


@layer_inference.part("the running statistics are left as they were", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = trained(bn, rng, 2, eps=NO_EPS, momentum=0.9)
    x = batch(rng, 5, 2, scale=100 * LARGE)  # far away: what moves a little shows
    yield made(x)
    yield running(made)
    for _ in range(12):
        made(x)
    yield running(made)
    yield made(x)


@layer_inference.part("a batch of one is as good as any", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for D in (3, 1):
        yield trained(bn, rng, D, eps=NO_EPS)(batch(rng, 1, D, scale=LARGE))


@layer_inference.part("the statistics that the layer has now, after more training too", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made, x = trained(bn, rng, 2, eps=NO_EPS), batch(rng, 5, 2, scale=LARGE)
    for _ in range(3):  # what eval(), or the first use, has kept is stale in the next round
        made.eval()
        yield made(x)
        made.train()
        made(x)
        made.running_mean, made.running_var = statistics(rng, 2, LARGE)


keeps_dtype_and_x(layer_inference, trained)


layer_batch_of_one = _check("layer_batch_of_one", "a-batch-of-one")


@layer_batch_of_one.part("ValueError in training, and not for two rows", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for D in (1, 3):
        made = bn.BatchNorm1d(D, eps=0.1)
        y = made(batch(rng, 2, D))
        yield 0 * y if isinstance(y, np.ndarray) else y  # its values are another check's
        yield refusal(made, batch(rng, 1, D))
        made.eval()
        yield refusal(made, batch(rng, 1, D))


@layer_batch_of_one.part("the running statistics are left as they were", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = bn.BatchNorm1d(2)
    made.running_mean, made.running_var = statistics(rng, 2, 1)
    refused = refusal(made, batch(rng, 1, 2))
    yield refused
    if refused["raises an exception"]:  # else the batch has its part in them, as any has
        yield running(made)


population_statistics = _check("population_statistics", "population-statistics")


# Smallest first: features, rows in each batch, and how they lie in memory.
POPULATIONS: tuple[tuple[int, tuple[int, ...], Layout], ...] = (
    (2, (1, 4), as_it_is),
    (1, (3, 2), with_gaps),
    (4, (2, 7, 1), in_fortran_order),
    (3, (9, 8, 6, 1), from_the_end),
    (2, (3, 200), as_it_is),
)


def populations(rng: np.random.Generator) -> Iterator[list[Array]]:
    """Lists of batches of different sizes, whose means differ."""
    for D, sizes, layout in POPULATIONS:  # an average over batches is none over rows
        yield [layout(batch(rng, N, D)) for N in sizes]


def from_generator(population_statistics, batches):  # type: ignore[no-untyped-def]
    """Pass the batches one by one, as a data loader does."""
    return population_statistics(batch for batch in batches)


@population_statistics.part("the mean of all rows together", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for given in populations(rng):
        yield one_of(bn.population_statistics(given), 0, of=2)


@population_statistics.part("the biased variance of all rows together", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for given in populations(rng):
        yield one_of(bn.population_statistics(given), 1, of=2)


@population_statistics.part(
    "still right when the mean is a million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield bn.population_statistics([far_from_zero(rng, N, 2) for N in (4, 5, 6)])


@population_statistics.part("the batches may come from a generator, and are read once", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    given = [batch(rng, N, 2) for N in (4, 6)]
    yield drive(bn, from_generator, bn.population_statistics, given)


checks = [
    layer_modes,
    layer_training,
    layer_statistics,
    layer_inference,
    layer_batch_of_one,
    population_statistics,
]
