"""ps7_capstone with mistakes: the experiment, made with networks in NumPy."""

import zlib
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...reference import Array
from .._network import Network, initial
from ..ps6_practice.faults import LAYERS, Functions, Net

# What a student writes here is called by a driver, which is given a function: here, its name.
DRIVEN = ("build_model", "train", "predict", "compare", "sweep")
WATCHED = (
    "forgot-eval",
    "model-reused",
    "more-steps",
    "more-steps:without",
    "more-steps:with",
    "trained-in-eval",
)
# by check: the mistakes that it can name
MISTAKES = {
    "build_model": (
        "norm-missing",
        "norm-in-baseline",
        "norm-in-baseline:with-bias",
        "baseline-without-bias",
        "other-start",
        "other-start:all",
        "with-without-swapped",
        "output-without-bias:with-norm",
        *LAYERS,
    ),
    "train": (
        "more-steps",
        "another-optimizer",
        "another-optimizer:nesterov",
        "another-optimizer:adam",
        "never-steps",
        "batches-left-out:first",
        "batches-left-out:last",
        "batches-left-out:all-but-one",
        "batches-in-another-order",
        "softmax-before-loss",
        "one-loss-in-all",
        "gradients-accumulate",
        "trained-in-eval",
        "trained-in-eval:always",
        "loss-summed",
        "loss-summed:mean-told",
        "rate-ignored",
        "rate-ignored:0.01",
        "rate-ignored:0.001",
        "losses-after-step",
    ),
    "predict": (
        "forgot-eval",
        "forgot-eval:in-training",
        "left-in-eval",
        "left-in-eval:inside",
        "left-in-train",
        "logits",
        "logits:largest",
        "logits:probabilities",
        "logits:largest-probability",
        "argmax-over-rows",
        "argmax-over-rows:and-classes",
        "argmax-over-rows:of-shares",
        "classes-from-one",
        "smallest-output",
    ),
    "compare": (
        *WATCHED,
        "never-trained",
        "with-without-swapped",
        "norm-missing",
        "norm-in-baseline",
        "rows-and-columns-swapped",
        "baseline-handicapped",
        "seed-ignored",
        "seed-ignored:within-a-pair",
        "one-seed-for-all",
    ),
    "sweep": (
        *WATCHED,
        "with-without-swapped",
        "norm-missing",
        "norm-in-baseline",
        "rows-and-columns-swapped",
        "seed-ignored",
        "seed-ignored:within-a-pair",
        "best-is-worst",
        "best-is-last",
        "best-is-largest",
        "best-is-no-rate",
        "counts-for-shares",
        "accuracies-in-percent",
        "accuracies-of-training",
        "rates-sorted",
        "rates-sorted:best-too",
    ),
}


def implementation(*mistakes: str) -> SimpleNamespace:
    """The exercises with these mistakes; without any, they are right."""
    return SimpleNamespace(
        Net=type("Net", (Net,), {"mistakes": mistakes}),
        mlp=Functions(mistakes).mlp,
        experiment=_Experiment(mistakes).experiment,
        **dict(zip(DRIVEN, DRIVEN, strict=True)),
    )


class _Batches:
    """x (S, N, D) and y (S, N), so that what was trained on them can be found again."""

    def __init__(self, x: Array, y: Array) -> None:
        self.x, self.y = x, y
        # arrays have no hash, and training is slow
        self.key = (x.shape, zlib.crc32(x.tobytes()), zlib.crc32(y.tobytes()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Batches) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=256)
def _trained(
    batches: _Batches,
    widths: tuple[int, ...],
    norm: bool,
    rates: tuple[float, ...],
    seed: int,
    frozen: bool,
) -> Network:
    """A network after one pass through the batches for each of these learning rates."""
    hidden = ["linear", "norm", "sigmoid"] if norm else ["linear", "sigmoid"]
    kinds = (*hidden * (len(widths) - 2), "linear")
    network = Network(kinds, initial(kinds, widths, np.random.default_rng(seed)))
    network.train(not frozen)
    for lr in rates:
        for x, y in zip(batches.x, batches.y, strict=True):
            network.step(x, y, lr)
    return network


class _Experiment:
    """What the driver of the name `experiment` finds."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        self.mistakes = mistakes

    def has(self, *mistakes: str) -> bool:
        """Is one of these among the mistakes?"""
        return not set(mistakes).isdisjoint(self.mistakes)

    def experiment(
        self, function: str, x: Array, y: Array, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> dict[str, Any]:
        self.passes, self.networks = 0, 0
        self.starts: set[int] = set()  # as seeds
        run = self._compare if function == "compare" else self._sweep
        result: Any = {}
        if self.has("never-trained"):
            x, y = x[:0], y[:0]
        for name in ("with", "without"):
            # exchanged, if that is the mistake
            self.norm = (name == "with") != self.has("with-without-swapped")
            self.norm |= self.has("norm-in-baseline")
            result[name] = run(_Batches(x, y), *args, **kwargs)
        return {
            "result": result,
            "passes": self.passes,
            "networks": self.networks,
            "starts": len(self.starts),
            "norms in inference while training": self.has("trained-in-eval") and len(x) > 0,
            "norms in training while predicting": self.has("forgot-eval"),
        }

    def _train(
        self, batches: _Batches, widths: list[int], rates: list[float], seed: int, again: bool
    ) -> Network:
        """A new network; with `again`, the one that was trained at the other rates before."""
        # twice through the batches
        twice = self.has("more-steps", "more-steps:with" if self.norm else "more-steps:without")
        times = 2 if twice else 1
        self.passes += times * len(batches.x)
        if not again and len(batches.x) > 0:
            self.networks += 1
            self.starts.add(seed)
        # of one network after another, or of this one
        used = tuple(rates if self.has("model-reused") else rates[-1:]) * times
        norm = self.norm and not self.has("norm-missing")
        return _trained(batches, tuple(widths), norm, used, seed, self.has("trained-in-eval"))

    def _classes(self, network: Network, x: Array) -> Array:
        """In training mode, the batch's statistics stand for the running ones, which stay."""
        network.train(self.has("forgot-eval"))
        found: Array = network.forward(x, frozen=True).argmax(axis=1)
        return found

    def _compare(
        self, batches: _Batches, x_new: Array, widths: list[int], lr: float, seeds: list[int]
    ) -> Array:
        handicapped = self.has("baseline-handicapped") and not self.norm
        lr = lr / 30 if handicapped else lr  # so small that it hardly learns
        found = []
        for i, seed in enumerate(seeds):
            reused = self.has("model-reused")
            if self.has("seed-ignored"):
                seed += 1000 * (i + 1)
            if self.has("seed-ignored:within-a-pair") and not self.norm:
                seed += 1000
            if self.has("one-seed-for-all") or reused:
                seed = seeds[0]
            network = self._train(batches, widths, [lr] * (i + 1), seed, reused and i > 0)
            found.append(self._classes(network, x_new))
        return self._in_rows(found)

    def _in_rows(self, found: list[Array]) -> Array:
        """The classes, one row a network."""
        rows = np.array(found)
        return rows.T if self.has("rows-and-columns-swapped") else rows

    def _sweep(
        self,
        batches: _Batches,
        x_val: Array,
        y_val: Array,
        x_new: Array,
        widths: list[int],
        lrs: list[float],
        seed: int,
    ) -> dict[str, Any]:
        accuracies, predictions, given = [], [], lrs
        if self.has("rates-sorted") or self.has("rates-sorted:best-too"):
            lrs = sorted(lrs)
        if not self.has("rates-sorted"):
            given = lrs
        if self.has("accuracies-of-training"):
            x_val, y_val = np.concatenate(list(batches.x)), np.concatenate(list(batches.y))
        for i in range(len(lrs)):
            reused = self.has("model-reused") and i > 0
            start = seed + 1000 * (i + 1) if self.has("seed-ignored") else seed
            if self.has("seed-ignored:within-a-pair") and not self.norm:
                start += 1000
            network = self._train(batches, widths, list(lrs[: i + 1]), start, reused)
            accuracies.append(float((self._classes(network, x_val) == y_val).mean()))
            predictions.append(self._classes(network, x_new))
        best = int(np.argmin(accuracies) if self.has("best-is-worst") else np.argmax(accuracies))
        if self.has("best-is-last"):
            best = len(lrs) - 1
        if self.has("best-is-largest"):
            best = int(np.argmax(lrs))
        scale = 100 if self.has("accuracies-in-percent") else 1
        if self.has("counts-for-shares"):
            scale *= len(y_val)
        return {
            "accuracies": [scale * accuracy for accuracy in accuracies],
            "best": float(best) + 0.5 if self.has("best-is-no-rate") else given[best],
            "predictions": self._in_rows(predictions),
        }
