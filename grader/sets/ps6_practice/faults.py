"""ps6_practice with mistakes: what the drivers of the checks find, for a network in NumPy."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...reference import Array
from .._network import Network, cross_entropy, initial

# the mistakes in how layers are put together, of this set's networks and of ps7's
LAYERS = (
    "redundant-bias",
    "output-without-bias",
    "norm-after-activation",
    "activation-on-output",
    "activation-missing",
    "another-activation",
)
# What a student writes here is called by a driver, which is given a function: here, its name.
DRIVEN = (
    "evaluate",
    "freeze_batchnorm",
    "recalibrate",
    "make_mlp",
    "train_and_validate",
    "fine_tune",
    "train_in_batches",
    "train_on_sorted",
    "accumulate",
)
# by check: the mistakes that it can name
MISTAKES = {
    "evaluate": (
        "forgot-eval",
        "mean-of-batch-accuracies",
        "left-in-eval",
        "left-in-eval:inside",
        "left-in-train",
        "graph-in-evaluation",
        "dropout-in-evaluation",
        "accuracies-in-percent",
        "last-batch-only",
    ),
    "freeze_batchnorm": (
        "frozen-still-updating",
        "frozen-still-updating:parameters-only",
        "batch-stats-while-frozen",
        "frozen-weights-train",
        "frozen-weights-train:weight",
        "frozen-weights-train:bias",
        "freezes-everything",
        "left-in-eval",
        "nested-missed",
        "feature-maps-missed",
        "first-norm-only",
    ),
    "recalibrate": (
        "never-updated",
        "never-updated:kept",
        "old-statistics-kept",
        "old-statistics-kept:start",
        "old-statistics-kept:count",
        "overwritten",
        "dropout-while-recalibrating",
        "momentum-not-restored",
        "momentum-not-restored:default",
        "left-in-train",
        "left-in-eval",
    ),
    "make_mlp": ("norm-on-output", "norm-missing", *LAYERS),
    "train_and_validate": ("forgot-eval", "left-in-eval", "one-accuracy-in-all"),
    "fine_tune": (
        "frozen-still-updating",
        "batch-stats-while-frozen",
        "frozen-weights-train",
        "freezes-everything",
    ),
    "train_in_batches": (
        "batch-of-one",
        "epochs-cut-short",
        "rows-repeated",
        "trained-in-eval",
        "rows-lost",
    ),
    "train_on_sorted": (
        "sorted-batches",
        "sorted-batches:in-turn",
        "labels-left-behind",
        "trained-in-eval",
    ),
    "accumulate": (
        "accumulation-with-batchnorm",
        "whole-batch-at-once",
        "loss-not-divided",
        "step-each-micro-batch",
        "step-each-micro-batch:zeroed",
        "normalisation-removed",
    ),
}


def implementation(*mistakes: str) -> SimpleNamespace:
    """The exercises with these mistakes; without any, they are right."""
    faulty = Functions(mistakes)
    return SimpleNamespace(
        Net=type("Net", (Net,), {"mistakes": mistakes}),
        mlp=faulty.mlp,
        accumulated=faulty.accumulated,
        **dict(zip(DRIVEN, DRIVEN, strict=True)),
    )


class Net:
    """What the driver of this name answers about a student's functions, which are names here."""

    mistakes: tuple[str, ...] = ()

    def __init__(self, kinds: tuple[str, ...], state: dict[str, Any], nested: bool = False) -> None:
        self.network = Network(kinds, state)
        maps = "flatten" in kinds
        # whether the function overlooks all norms of this network
        self.missed = (nested and self.has("nested-missed")) or (
            maps and self.has("feature-maps-missed")
        )
        self.frozen = False

    def has(self, *mistakes: str) -> bool:
        """Is one of these among the mistakes? A mistake's variant is that mistake too."""
        return any(
            mistake in (given, given.partition(":")[0])
            for given in self.mistakes
            for mistake in mistakes
        )

    def train(self) -> None:
        self.network.train()
        if self.frozen and self.has("left-in-eval"):
            self.network.eval()
        if self.frozen and not self.has("frozen-still-updating"):
            self._hold()

    def eval(self) -> None:
        self.network.eval()

    def _hold(self) -> None:
        """Norms in inference mode."""
        if not self.missed and not self.has("batch-stats-while-frozen"):
            norms = self.network.norms
            for i in norms[:1] if self.has("first-norm-only") else norms:
                self.network.training[i] = False

    def others(self) -> list[bool]:
        modes = enumerate(self.network.training)
        return [mode for i, mode in modes if i not in self.network.norms]

    def forward(self, x: Array) -> Array:
        return self.network.forward(x, self.frozen and self.has("batch-stats-while-frozen"))

    def statistics(self) -> list[tuple[Array, Array]]:
        values = self.network.values
        return [
            (values[f"{i}.running_mean"], values[f"{i}.running_var"]) for i in self.network.norms
        ]

    def evaluate(self, _: object, x: Array, y: Array, batch_size: int) -> dict[str, Any]:
        network = self.network
        before = list(network.training)
        if not self.has("forgot-eval"):
            network.eval()
        if self.has("dropout-in-evaluation"):
            # eval() for the norms alone
            network.training = [kind == "dropout" for kind in network.kinds]
        shares = [float((network.classes(a) == b).mean()) for a, b in _batches(x, y, batch_size)]
        sizes = [len(b) for _, b in _batches(x, y, batch_size)]
        modes = self._left_in(before)
        if self.has("last-batch-only"):
            shares, sizes = shares[-1:], sizes[-1:]
        share = 100 if self.has("accuracies-in-percent") else 1
        weights = None if self.has("mean-of-batch-accuracies") else sizes
        return {
            "share": share * float(np.average(shares, weights=weights)),
            "training": modes,
            "graph": self.has("graph-in-evaluation"),
        }

    def freeze(self, _: object) -> None:
        self.frozen = True
        if not self.has("frozen-still-updating:parameters-only"):
            self._hold()

    def step(self, x: Array, y: Array) -> list[str]:
        # of what has a gradient, before anything is frozen
        names = self.network.gradients(cross_entropy(self.forward(x), y)[1])
        norms = tuple(f"{i}." for i in self.network.norms)
        if self.has("freezes-everything"):
            return []
        trained: tuple[str, ...] = ()
        if self.has("frozen-weights-train"):
            variants = [m.partition(":")[2] for m in self.mistakes if "weights-train" in m]
            trained = tuple(variants[0:1])
        return sorted(n for n in names if n.endswith(trained) or not n.startswith(norms))

    def recalibrate(self, _: object, x: Array, y: Array, batch_size: int) -> Any:
        network = self.network
        mode = network.training[0]
        before = [0.2 + 0.1 * i for i in range(len(network.kinds))]  # as the driver sets them
        network.train(self.has("dropout-while-recalibrating"))
        kept = self.has("never-updated:kept", "old-statistics-kept") and not self.has(
            "old-statistics-kept:start"
        )
        for i in network.norms:
            network.training[i] = not self.has("never-updated")
            if not kept:
                network.restart(i)
            network.momentum[i] = None  # the average of all batches
            if self.has("overwritten"):
                network.momentum[i] = 1.0
            elif self.has("old-statistics-kept") and not self.has("old-statistics-kept:count"):
                network.momentum[i] = before[i]
        for rows, _ in _batches(x, y, batch_size):
            network.forward(rows)
        if self.has("momentum-not-restored:default"):
            network.momentum = [0.1] * len(network.momentum)
        elif not self.has("momentum-not-restored"):
            network.momentum = [*before]
        network.train(mode)
        if self.has("left-in-train", "left-in-eval"):
            network.train(self.has("left-in-train"))
        return network.training[0], [network.momentum[i] for i in network.norms]

    def learn(self, _: object, x: Array, y: Array, lr: float) -> tuple[list[float], Any]:
        network = self.network
        if not self.has("trained-in-eval"):
            network.train()
        if self.has("trained-in-eval:always"):
            network.eval()
        rate = 0.1 if self.has("rate-ignored") else lr  # as a default of the student's would be
        losses: list[float] = []
        total: dict[str, Array] = {}
        for a, b in [*zip(x, y, strict=True)] * (2 if self.has("more-steps") else 1):
            loss, dy = cross_entropy(network.forward(a), b)
            if self.has("loss-summed"):
                loss, dy = loss * len(b), dy * len(b)  # reduction="sum"
            # SGD with momentum 0.9; without zero_grad() it is 1
            kept = 0.9 if self.has("another-optimizer") else 1.0
            keeps = self.has("gradients-accumulate", "another-optimizer")
            for name, gradient in network.gradients(dy).items():
                total[name] = gradient + (kept * total.get(name, 0.0) if keeps else 0.0)
            network.move(total, rate)
            if self.has("losses-after-step"):
                # looked at, not trained on
                loss = cross_entropy(network.forward(a, frozen=True), b)[0]
            losses.append(loss)
        return losses, {k: np.asarray(v, np.float32) for k, v in network.values.items()}

    def predict(self, _: object, x: Array) -> tuple[Array, list[bool]]:
        network = self.network
        before = list(network.training)
        if not self.has("forgot-eval"):
            network.eval()
        outputs = network.forward(x)
        modes = self._left_in(before)
        return (outputs if self.has("logits") else outputs.argmax(axis=1)), modes

    def _left_in(self, before: list[bool]) -> list[bool]:
        """The modes after a function that should have left them as they were before."""
        self.network.training = before
        if self.has("left-in-eval"):
            self.network.eval()
        if self.has("left-in-train"):
            self.network.train()
        modes = {self.network.training[0]}
        if self.has("left-in-eval:inside"):
            modes.add(before[0])
        return sorted(modes)

    def teach(self, script: str, x: Array, y: Array, *args: Any) -> dict[str, Any]:
        self.batches: list[list[int]] = []
        self.training: list[bool] = []
        self.other: list[bool] = []
        told = getattr(self, f"_{script}")(np.asarray(x, np.float64), y, *args)
        return {
            "told": told or [],
            "batches": self.batches,
            "training": self.training,
            "other": self.other,
            "state": {k: np.asarray(v, np.float32) for k, v in self.network.values.items()},
        }

    def _learn(self, x: Array, y: Array, rows: Array, lr: float, **only: Any) -> None:
        if len(rows) == 1 and self.network.training[1]:
            raise ValueError("Expected more than 1 value per channel when training")
        self.batches.append([int(row) for row in rows])  # what the driver's hooks would have seen
        self.training.append(self.network.training[1])
        self.network.step(x[rows], y[rows], lr, **only)

    def _orders(self, N: int, epochs: int) -> Iterator[Array]:
        rng = np.random.default_rng(0)  # any order will do: no answer depends on it
        for _ in range(epochs):
            yield rng.permutation(N)

    def _train_and_validate(
        self, x: Array, y: Array, x_val: Array, y_val: Array, size: int, epochs: int, lr: float
    ) -> list[float]:
        told: list[float] = []
        self.network.train()
        for order in self._orders(len(x), epochs):
            if not self.has("left-in-eval"):
                self.network.train()
            for rows in _whole(order, size):
                self._learn(x, y, rows, lr)
            if not self.has("forgot-eval"):
                self.network.eval()
            self.other.append(self.network.training[1])
            told.append(float((self.network.classes(x_val) == y_val).mean()))
        return told[-1:] if self.has("one-accuracy-in-all") else told

    def _fine_tune(self, x: Array, y: Array, size: int, epochs: int, lr: float) -> None:
        network = self.network
        only = None if self.has("frozen-weights-train") else ["3.weight", "3.bias"]
        network.train()
        if not self.has("frozen-still-updating", "batch-stats-while-frozen"):
            network.training[1] = False
        # replaced at each step, never changed in place
        kept = {name: network.values[f"1.running_{name}"] for name in ("mean", "var")}
        for order in self._orders(len(x), epochs):
            for rows in _whole(order, size):
                self._learn(x, y, rows, lr, only=[] if self.has("freezes-everything") else only)
        if not self.has("frozen-still-updating"):
            network.values |= {f"1.running_{name}": value for name, value in kept.items()}

    def _train_in_batches(self, x: Array, y: Array, size: int, epochs: int, lr: float) -> None:
        for order in self._orders(len(x), epochs):
            self.network.train()
            end = len(x) - size * self.has("rows-lost")
            for start in range(0, end, size):
                rows = order[start : start + size]
                # what is left at the end of an epoch
                if len(rows) == 1 and not self.has("batch-of-one"):
                    if self.has("epochs-cut-short"):
                        return
                    if self.has("rows-repeated"):
                        rows = rows.repeat(2)
                    elif self.has("trained-in-eval"):
                        self.network.eval()
                    else:
                        continue
                self._learn(x, y, rows, lr)

    def _train_on_sorted(self, x: Array, y: Array, size: int, epochs: int, lr: float) -> None:
        self.network.train(not self.has("trained-in-eval"))
        for order in self._orders(len(x), epochs):
            if self.has("sorted-batches"):
                order = np.arange(len(x))
            batches = _whole(order, size)
            if self.has("sorted-batches:in-turn"):
                batches = [batches[i] for i in next(self._orders(len(batches), 1))]
            for rows in batches:
                # the labels keep their order while the rows lose it
                start = size * len(self.batches) % len(x)
                answers = y[start : start + len(rows)] if self.has("labels-left-behind") else None
                if answers is None:
                    self._learn(x, y, rows, lr)
                else:
                    known = y.copy()
                    known[rows] = answers
                    self._learn(x, known, rows, lr)


class Functions:
    """What the drivers of the same names find."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        self.mistakes = mistakes

    def mlp(
        self,
        _: object,
        widths: list[int],
        values: Any,
        x: Array,
        options: tuple[bool, ...] = (),
    ) -> dict[str, Any]:
        """With an option, whether there are norms, the activation is a sigmoid."""
        weights, bias, states = values
        hidden, kinds = len(widths) - 2, list[str]()
        activation = "sigmoid" if options else "relu"  # ps7's network, or this set's
        if "another-activation" in self.mistakes:
            activation = "relu" if options else "sigmoid"
        with_norm = all(options) or any("norm-in-baseline" in one for one in self.mistakes)
        if "norm-missing" in self.mistakes:
            with_norm = False
        for i in range(hidden + 1):
            after = ["norm", activation] if i < hidden else []
            if "norm-after-activation" in self.mistakes:
                after.reverse()
            if "activation-missing" in self.mistakes:
                after = [kind for kind in after if kind == "norm"]
            kinds += ["linear", *after]
        if "norm-on-output" in self.mistakes:
            kinds.append("norm")
        if not with_norm:
            kinds = [kind for kind in kinds if kind != "norm"]
        if "activation-on-output" in self.mistakes:
            kinds.append(activation)
        state: dict[str, Any] = {}
        linears, norms = iter(weights), iter(states)
        for i, kind in enumerate(kinds):
            if kind == "linear":
                state[f"{i}.weight"] = next(linears)
                last = i
            if kind == "norm":
                size = widths[-1]  # only one on the output has no state given
                new = dict.fromkeys(("weight", "running_var"), np.ones(size))
                new |= dict.fromkeys(("bias", "running_mean"), np.zeros(size))
                state |= {f"{i}.{name}": value for name, value in next(norms, new).items()}
        has_bias = "output-without-bias" not in self.mistakes
        if has_bias:
            state[f"{last}.bias"] = bias
        network = Network(kinds, state)
        # eval first, as the driver
        outputs = [network.train(mode).forward(x) for mode in (False, True)]
        normed = widths[1 : len(widths) - (0 if "norm-on-output" in self.mistakes else 1)]
        has_biases = "redundant-bias" in self.mistakes or not with_norm
        if "norm-in-baseline:with-bias" in self.mistakes and not all(options):
            has_biases = True
        if "baseline-without-bias" in self.mistakes:
            has_biases = False
        return {
            "linears": [weight.shape for weight in weights],
            "norms": normed if with_norm else [],
            "biases": [*[has_biases] * hidden, has_bias],
            "start": [hidden == i or "other-start" not in self.mistakes for i in range(hidden + 1)],
            "eval": outputs[0],
            "train": outputs[1],
        }

    def accumulated(
        self,
        _: object,
        x: Array,
        y: Array,
        sizes: tuple[int, int],
        settings: tuple[int, int, int, float, int],
        x_new: Array,
    ) -> dict[str, Any]:
        whole, micro, steps, lr, seed = settings
        rng = np.random.default_rng(seed)
        norm = "norm" if "accumulation-with-batchnorm" in self.mistakes else "layernorm"
        kinds = ["linear", norm, "relu", "linear"]
        if "normalisation-removed" in self.mistakes:
            kinds.remove(norm)
        network = Network(kinds, initial(kinds, (x.shape[1], *sizes), rng))
        # rows that go through the network together
        at_once = whole if "whole-batch-at-once" in self.mistakes else micro
        # a micro-batch's part in the mean over the whole
        share = 1.0 if "loss-not-divided" in self.mistakes else at_once / whole
        for _step in range(steps):
            rows = rng.permutation(len(x))[:whole]
            total: dict[str, Array] = {}
            for start in range(0, whole, at_once):
                part = rows[start : start + at_once]
                dy = cross_entropy(network.forward(x[part]), y[part])[1]
                for name, gradient in network.gradients(share * dy).items():
                    total[name] = total.get(name, 0.0) + gradient
                if each := [m for m in self.mistakes if m.startswith("step-each-micro-batch")]:
                    network.move(total, lr)
                    total = {} if each[0].endswith("zeroed") else total
            # nothing is left where each had a step of its own
            network.move({} if each else total, lr)
        network.eval()
        outputs = [network.forward(size * x_new) for size in (1, 1000, 2000)]
        together, alone = (network.train().forward(x)[:4] for x in (x_new, x_new[:4]))
        rows_at_once = at_once if steps else 0
        return {"rows": rows_at_once, "outputs": outputs, "alone": alone, "together": together}


def _batches(x: Array, y: Array, size: int) -> Iterator[tuple[Array, Array]]:
    for start in range(0, len(x), size):
        yield x[start : start + size], y[start : start + size]


def _whole(order: Array, size: int) -> list[Array]:
    """The rows of the whole batches."""
    return [order[start : start + size] for start in range(0, len(order) - size + 1, size)]
