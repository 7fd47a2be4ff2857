"""What is asked about ps7_capstone: an experiment, its parts exactly, its outcome within bands.

The parts, `train` among them, are compared with a network in NumPy. So what `compare` and `sweep`
are made of is known, and what they find is judged here: the student's process returns classes for
new pictures, whose true classes it never sees. All pictures are turned into another basis and
all classes renamed, by the secret seed, so that nobody can have met them before.
"""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache, partial
from typing import Any

import numpy as np

from ...checking.check import Check, Seen, Unfit
from ...checking.compare import is_number, kind_of
from ...checking.remote import drive
from ...reference import Array
from .._network import initial
from ..ps6_practice.checks import WIDTHS as NETWORKS
from ..ps6_practice.checks import layers, net, rows, running, used
from . import faults, plain

FEATURES, BATCH, STEPS, NEW = 64, 50, 200, 1000
WIDTHS = [FEATURES, 50, 50, 10]
LR, LRS = 0.3, (0.03, 0.1, 0.3, 1.0)
SIDES = ("with", "without")
SHORT = 20  # steps, where only the way of working is looked at
KINDS = ("linear", "norm", "sigmoid", "linear", "norm", "sigmoid", "linear")

# The bands. 20 right runs stayed at least 0.04 away from their ends, most of them 0.1 and more.
AHEAD = 0.1  # the least by which batch normalisation leads at LR
WITH = 0.66  # the least accuracy with it, at LR
WITHOUT = (0.22, 0.62)  # that of the baseline at LR
WORKS = 0.5  # with it at each of LRS, without at the largest
FAILS = 0.42  # without it at the smallest of LRS
HONEST = 0.1  # the most by which an accuracy may differ from that for other new pictures
KNOWN, ROUNDED = 500, 0.005  # validation pictures among the new ones; rounding may move two

_check = partial(Check.against, faults)


build_model = _check("build_model", "not-on-the-output")


def found_layers(found: dict[str, Any]) -> dict[str, object]:
    """What a network is made of, by the names that a message uses."""
    return {
        "(out, in) of each linear": found["linears"],
        "sizes of the norms": found["norms"],
        "which have a bias": found["biases"],
    }


@build_model.part("with batch normalisation: which layers, which biases", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for widths in NETWORKS[1:]:
        yield found_layers(layers(bn, rng, bn.build_model, widths, True))


@build_model.part("with batch normalisation: linear, norm, sigmoid, in this order", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for widths in NETWORKS:
        found = layers(bn, rng, bn.build_model, widths, True, outputs=True)
        yield {"output in inference": found["eval"], "output in training": found["train"]}


@build_model.part(
    "without: the same, with biases in place of the norms, and PyTorch's initial weights", 1
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for widths in NETWORKS:
        found = layers(bn, rng, bn.build_model, widths, False)
        yield found_layers(found) | {"initial weights": found["start"]}
        found = layers(bn, rng, bn.build_model, widths, False, outputs=True)
        yield {"output in inference": found["eval"]}


train = _check("train", "fair-comparison", plain=plain)


def course(
    bn: Any, rng: np.random.Generator, mode: str = "train"
) -> tuple[list[float], dict[str, Array]]:
    """The losses and the state after four batches, for a network that came in this mode."""
    made = net(bn, KINDS, initial(KINDS, (5, 4, 4, 3), rng))
    getattr(made, mode)()
    x = np.array([rows(rng, 8, 5) for _ in range(4)])  # (4, 8, 5)
    losses, state = made.learn(bn.train, x, rng.integers(0, 3, (4, 8)), 0.5)
    return losses, state


def parameters(state: dict[str, Array]) -> dict[str, Array]:
    """What the optimiser moves."""
    return {k: v for k, v in state.items() if k.endswith(("weight", "bias"))}


@train.part("one step of plain SGD for each batch: the parameters afterwards", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for _ in range(2):
        yield parameters(course(bn, rng)[1])


@train.part("the loss of each batch, before its step", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for _ in range(2):
        losses: Any = course(bn, rng)[0]
        # what is none is told as it is
        numbers = isinstance(losses, list | tuple) and all(map(is_number, losses))
        yield np.asarray(losses, np.float32) if numbers else losses


@train.part("in training mode, also where the model came in inference mode", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    state = course(bn, rng, "eval")[1]
    yield {k: v for k, v in state.items() if "running" in k}
    yield parameters(state)


predict = _check("predict", "train-and-eval-in-pytorch")


@predict.part("the class with the largest output, in inference mode", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for N in (1, 3, 40):  # one row has no statistics of its own: eval() is needed
        made = net(bn, KINDS, used(rng, KINDS, (5, 4, 4, 6)))
        yield made.predict(bn.predict, rows(rng, N, 5))[0]


@predict.part("the model's mode and running statistics stay as they are", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for mode in ("train", "eval"):
        made = net(bn, KINDS, used(rng, KINDS, (5, 4, 4, 6)))
        getattr(made, mode)()
        found, training = made.predict(bn.predict, rows(rng, 40, 5))
        classes = 0 * found if isinstance(found, np.ndarray) else found  # which: another part's
        yield {"classes": classes, "training": training}
        yield running(made)


def experiment(function: Any, x: Any, y: Any, args: Any, kwargs: Any) -> Any:
    """Driver: the result of the student's experiment, and what went on meanwhile.

    x (S, N, D) and y (S, N) become a list of S batches. Counted are passes of a batch through a
    network with gradients on, the networks in which that happened, and with how many different
    weights their first layers began. The first layer takes the first random numbers, with and
    without batch normalisation.
    """
    import torch

    given = [torch.tensor(value) if hasattr(value, "dtype") else value for value in args]
    batches = [(torch.tensor(a), torch.tensor(b)) for a, b in zip(x, y, strict=True)]
    first: list[Any] = []  # kept, so that no later layer can get the place of one in memory
    starts: set[bytes] = set()
    passes, frozen, leaks = [0], [False], [False]

    def watch(layer: Any, inputs: Any) -> None:
        # the other pictures come in other numbers
        trains = torch.is_grad_enabled() and len(inputs[0]) == x.shape[1]
        # the first of a network: once a pass
        if isinstance(layer, torch.nn.Linear) and layer.in_features == x.shape[2] and trains:
            passes[0] += 1
            if all(layer is not one for one in first):
                first.append(layer)
                starts.add(layer.weight.detach().numpy().tobytes())
        if isinstance(layer, torch.nn.BatchNorm1d):
            frozen[0] |= trains and not layer.training
            leaks[0] |= layer.training and not trains

    hook = torch.nn.modules.module.register_module_forward_pre_hook(watch)
    try:
        result = function(batches, *given, **kwargs)
    finally:
        hook.remove()
    return {
        "result": result,
        "passes": passes[0],
        "networks": len(first),
        "starts": len(starts),
        "norms in inference while training": frozen[0],
        "norms in training while predicting": leaks[0],
    }


@cache
def clothes() -> tuple[Array, Array]:
    """All pictures, (12000, 196), each pixel the mean of 2 x 2, and their classes."""
    from lab import datasets  # when it is needed: grading the other sets needs NumPy only

    data = datasets.fashion()
    images = np.concatenate([data.x_train, data.x_test])
    x = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)  # (12000, 196)
    return x - x.mean(axis=0), np.concatenate([data.y_train, data.y_test])


@lru_cache(maxsize=16)  # of a check's parts, for all implementations that are tried on them
def mixed(seed: int) -> tuple[Array, Array]:
    """All pictures in random order, (12000, D), and their classes, which have other numbers.

    They are seen through D random mixtures of their pixels.
    """
    (x, y), rng = clothes(), np.random.default_rng(seed)
    order = rng.permutation(len(x))  # (12000,)
    x, y = x[order] @ rng.normal(0, 1, (x.shape[1], FEATURES)), rng.permutation(10)[y[order]]
    return (x / x.std()).astype(np.float32), y


def pictures(
    rng: np.random.Generator, steps: int
) -> tuple[tuple[Array, Array], tuple[Array, Array], tuple[Array, Array]]:
    """Batches, x (S, N, D) and y (S, N), and two sets of other pictures, x (M, D) and y (M,)."""
    x, y = mixed(int(rng.integers(2**62)))
    # by place in the order: no picture is in two of the three
    seen, validation = BATCH * STEPS, BATCH * STEPS + NEW
    return (
        (x[:seen].reshape(STEPS, BATCH, -1)[:steps], y[:seen].reshape(STEPS, BATCH)[:steps]),
        (x[seen:validation], y[seen:validation]),
        (x[validation:], y[validation:]),
    )


def accuracies(found: Any, y: Array) -> Array:
    """The share of right classes in each row of (R, M). Unfit for what has another shape."""
    if not isinstance(found, np.ndarray | list):
        raise Unfit(f"classes in rows were expected, this is {kind_of(found)}")
    shape = np.shape(found)
    if len(shape) != 2 or shape[1] != len(y):
        raise Unfit(f"classes in shape {shape}, but (_, {len(y)}) was expected: a row a network")
    return np.asarray((np.asarray(found) == y).mean(axis=1))


def entry(found: Any, *names: str) -> Any:
    """An entry of a dict that a function returns, or of one inside. Unfit where there is none."""
    for name in names:
        if not isinstance(found, dict):
            raise Unfit(f'a dict with "{name}" was expected, this is {kind_of(found)}')
        if name not in found:
            raise Unfit(f'the dict has no "{name}"')
        found = found[name]
    return found


def worked(found: dict[str, Any]) -> dict[str, Any]:
    """How the experiment was made, without what it found, and where it started."""
    return {key: value for key, value in found.items() if key not in ("result", "starts")}


def budget(found: dict[str, Any], pairs: int) -> Seen:
    """Did so many pairs of networks see each batch once?"""
    most = 2 * pairs * STEPS
    text = f"{found['passes']} passes of a batch through a network, at most {most} expected"
    return Seen(found["passes"] <= most, text)


def at_least(accuracy: float, least: float) -> Seen:
    """Is an accuracy above what it should be at least?"""
    text = f"accuracy {accuracy:.2f}, at least {least} expected"
    return Seen(bool(accuracy > least), text)


compare = _check("compare", "fair-comparison", slow=True)


def compared(bn: Any, rng: np.random.Generator, steps: int, seeds: list[int]) -> Any:
    """What `compare` finds, and the accuracies of its networks by name."""
    batches, _, (x_new, y_new) = pictures(rng, steps)
    found: Any = drive(bn, experiment, bn.compare, *batches, (x_new, WIDTHS, LR, seeds), {})
    result = found["result"]
    return found, {name: accuracies(entry(result, name), y_new) for name in SIDES}


@compare.part("one step for each batch, a new network for each seed; inference for new data", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found, shares = compared(bn, rng, SHORT, [3, 4, 5])
    yield {f'rows "{name}"': len(shares[name]) for name in SIDES} | worked(found)


@compare.part("the same seed gives the same network, another seed another one", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    seeds = [int(seed) for seed in rng.permutation(1000)[:2]]
    found, _ = compared(bn, rng, SHORT, [seeds[0], seeds[0], seeds[1]])
    classes = np.asarray(found["result"]["with"])
    if len(classes) != 3:
        raise Unfit(f'a row for each of 3 seeds was expected in "with", not {len(classes)}')
    first, again, other = classes
    yield {"the same for the same seed": np.array_equal(first, again)}
    yield {"the same for another seed": np.array_equal(first, other)}
    if found["networks"] == 2 * len(classes):  # with fewer, that is the mistake
        measured = f"{found['starts']} different weights at the start, {len(seeds)} expected"
        same = Seen(found["starts"] == len(seeds), measured)
        yield {"a pair starts from the same weights": same}


@compare.part("within the budget, batch normalisation is ahead; the baseline has learned too", 3)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    seeds = [int(seed) for seed in rng.permutation(1000)[:3]]
    found, shares = compared(bn, rng, STEPS, seeds)
    good = shares["with"].mean()
    ahead = good - shares["without"].mean()
    learned = bool(WITHOUT[0] < shares["without"].mean() < WITHOUT[1])
    within = budget(found, len(seeds))
    yield {"within the budget": within}
    if not within.yes:  # what comes of other budgets, nobody knows
        return
    yield {"with batch normalisation it learns": at_least(good, WITH)}
    measured = f"{ahead:.2f} ahead of the baseline, at least {AHEAD} expected"
    yield {"ahead": Seen(bool(ahead > AHEAD), measured)}
    low, high = WITHOUT
    measured = f"accuracy {shares['without'].mean():.2f}, from {low} to {high} expected"
    yield {"the baseline is as good as it should be": Seen(learned, measured, chance=True)}


sweep = _check("sweep", "learning-rate", slow=True)


def swept(bn: Any, rng: np.random.Generator, steps: int, lrs: Sequence[float] | None = None) -> Any:
    """What `sweep` finds, and the accuracies of its networks on pictures that it has no classes of.

    Without other learning rates, they are LRS in random order.
    """
    batches, validation, (x_new, y_new) = pictures(rng, steps)
    # not sorted: the best has to be found by accuracy
    lrs = [float(lr) for lr in (rng.permutation(LRS) if lrs is None else lrs)]
    args = (*validation, x_new, WIDTHS, lrs, int(rng.integers(1000)))
    found: Any = drive(bn, experiment, bn.sweep, *batches, args, {})
    result = found["result"]
    shares = {name: accuracies(entry(result, name, "predictions"), y_new) for name in SIDES}
    return found, shares, np.array(lrs)


def told_accuracies(found: dict[str, Any], name: str, of: int) -> Array:
    """The accuracies that `sweep` returns, (L,). Unfit where they are not so many numbers."""
    told = entry(found["result"], name, "accuracies")
    numbers = isinstance(told, list | tuple | np.ndarray) and all(map(is_number, told))
    if not numbers or len(told) != of:
        raise Unfit(f'{of} numbers were expected in "accuracies", this is {kind_of(told)}')
    return np.asarray(told, float)


def what_they_are(told: Array, shares: Array) -> str:
    """What the accuracies are, where `shares` are the right ones on KNOWN pictures."""
    known = {
        "the shares": shares,
        "100 times the shares": 100 * shares,
        "the numbers of right answers": KNOWN * shares,
        "the shares of wrong answers": 1 - shares,
    }
    near = [
        name
        for name, values in known.items()
        if np.abs(told - values).max() < ROUNDED * max(values.max(), 1)
    ]
    return near[0] if near else "others"


@sweep.part(
    "one step for each batch, for each rate a new network from the seed; inference for other data",
    1,
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found, shares, lrs = swept(bn, rng, SHORT)
    yield {f'rows "{name}"': len(shares[name]) for name in SIDES} | worked(found)
    if found["networks"] == 2 * len(lrs):  # with fewer, that is the mistake
        measured = f"{found['starts']} different weights at the start, 1 expected"
        yield {"all start from the same weights": Seen(found["starts"] == 1, measured)}


@sweep.part("the best rate is that with the largest accuracy on the validation pictures", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    small, large = rng.permutation([1e-5, 30.0])  # too small, or too large, to learn much
    found, _, lrs = swept(bn, rng, 2 * SHORT, [small, 0.3, large, 0.02])
    told = {name: told_accuracies(found, name, len(lrs)) for name in SIDES}
    best = {name: told[name][lrs == entry(found["result"], name, "best")] for name in SIDES}
    yield {"one of the rates": all(len(best[name]) for name in SIDES)}
    last = [entry(found["result"], name, "best") == lrs[-1] for name in SIDES]
    yield {"the last rate": all(map(bool, last))}
    largest = [bool((best[name] == told[name].max()).any()) for name in SIDES]
    yield {"the largest accuracy": all(largest)}
    shares = told["with"]  # so early the baseline's may all be equal
    yield {"the smallest accuracy": bool((best["with"] == shares.min()).any())}
    if found["networks"] < 2 * len(lrs):  # one that was trained before may come to anything
        return
    # in the order of their sizes it would be the third; after a useless rate anything may be
    best_rate = lrs[shares.argmax()]
    measured = f"the largest accuracy is that of {best_rate}, 0.3 expected"
    yield {"accuracies in the order of the rates": Seen(bool(best_rate == 0.3), measured, True)}


@sweep.part("the accuracies are those on the validation pictures, and hold for others too", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    batches, _, (x_new, y_new) = pictures(rng, SHORT)
    args = (x_new[:KNOWN], y_new[:KNOWN], x_new, WIDTHS, list(LRS), int(rng.integers(1000)))
    found: Any = drive(bn, experiment, bn.sweep, *batches, args, {})
    for name in SIDES:
        told = told_accuracies(found, name, len(LRS))
        classes = np.asarray(entry(found["result"], name, "predictions"))
        accuracies(classes, y_new)  # has it the right shape?
        shares = accuracies(classes[:, :KNOWN], y_new[:KNOWN])
        yield {f'"{name}"': what_they_are(told, shares)}
        others = accuracies(classes[:, KNOWN:], y_new[KNOWN:])
        near = told.shape == others.shape and np.abs(told - others).max() < HONEST
        measured = f"told {told.round(3).tolist()}, they are {others.round(3).tolist()}"
        yield {f'they hold for others "{name}"': Seen(bool(near), measured)}


@sweep.part("batch normalisation learns at every rate, the baseline only at large ones", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found, shares, lrs = swept(bn, rng, STEPS)
    within = budget(found, len(LRS))
    yield {"within the budget": within}
    if not within.yes:
        return
    least = shares["with"].min()
    largest, smallest = (shares["without"][i] for i in (lrs.argmax(), lrs.argmin()))
    yield {"it learns at every rate": at_least(least, WORKS)}
    yield {"the baseline learns at the largest": at_least(largest, WORKS)}
    measured = f"accuracy {smallest:.2f}, less than {FAILS} expected"
    yield {"the baseline fails at the smallest": Seen(bool(smallest < FAILS), measured)}


checks = [build_model, train, predict, compare, sweep]
