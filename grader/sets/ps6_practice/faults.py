"""ps6_practice with mistakes: what the drivers of the checks find, for a network in NumPy."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...reference import Array
from .._network import ACTIVATIONS, Network, cross_entropy, initial

# the mistakes in how layers are put together, of this set's networks and of ps7's
LAYERS = (
    "redundant-bias",
    "output-without-bias",
    "norm-after-activation",
    "activation-on-output",
    "activation-on-output:softmax",
    "activation-missing",
    "another-activation",
    "norm-on-output",
    "norm-on-output:without-bias",
    "norm-on-output:activated",
    "norm-on-output:activated-without-bias",
    "norm-before-linear",
    "norm-without-parameters",
    "norm-without-statistics",
    "norms-missing",
    "norms-missing:last",
    "norms-missing:first",
    "norms-missing:without-biases",
    "norms-missing:last-without-bias",
    "norm-of-other-size",
    "layers-missing",
    "layers-missing:first",
    "layers-missing:before-the-first",
    "widths-ignored",
    "widths-ignored:of-the-notebook",
    "widths-ignored:last-hidden",
    "inputs-and-outputs-swapped",
    *(f"another-activation:{kind}" for kind in ACTIVATIONS),
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
        "forgot-eval:restored",
        "forgot-eval:in-training",
        "mean-of-batch-accuracies",
        "left-in-eval",
        "left-in-eval:inside",
        "left-in-train",
        "graph-in-evaluation",
        "dropout-in-evaluation",
        "accuracies-in-percent",
        "last-batch-only",
        "first-batch-only",
        "counts-for-shares",
        "errors-for-answers",
        "divides-by-batches",
        "rows-that-are-not-there",
        "statistics-reset",
    ),
    "freeze_batchnorm": (
        "frozen-still-updating",
        "frozen-still-updating:parameters-only",
        "batch-stats-while-frozen",
        "batch-stats-while-frozen:after-train",
        "frozen-weights-train",
        "frozen-weights-train:weight",
        "frozen-weights-train:bias",
        "freezes-everything",
        "freezes-everything:but-the-norms",
        "left-in-eval",
        "mode-stuck",
        "nested-missed",
        "feature-maps-missed",
        "rows-missed",
        "first-norm-only",
        "first-norm-only:last",
        "gradients-blocked",
        "statistics-reset",
        "parameters-reset",
    ),
    "recalibrate": (
        "never-updated",
        "never-updated:kept",
        "old-statistics-kept",
        "old-statistics-kept:start",
        "old-statistics-kept:count",
        "old-statistics-kept:as-a-batch",
        "overwritten",
        "dropout-while-recalibrating",
        "momentum-not-restored",
        "momentum-not-restored:default",
        "momentum-not-restored:first",
        "left-in-train",
        "left-in-train:norms",
        "left-in-eval",
        "left-in-eval:inside",
        "nested-missed",
        "feature-maps-missed",
        "rows-missed",
        "first-norm-only",
        "first-batch-only",
        "batches-as-one",
        "batches-weighed-by-rows",
        "parameters-reset",
        "statistics-reset",
    ),
    "make_mlp": ("norm-missing", "norm-missing:layernorm", *LAYERS),
    "train_and_validate": (
        "forgot-eval",
        "left-in-eval",
        "one-accuracy-in-all",
        "accuracies-in-percent",
        "counts-for-shares",
        "errors-for-answers",
        "accuracies-of-training",
        "mean-of-batch-accuracies",
        "rows-lost",
        "gradients-accumulate",
        "zeroed-before-step",
    ),
    "fine_tune": (
        "frozen-still-updating",
        "batch-stats-while-frozen",
        "frozen-weights-train",
        "freezes-everything",
        "freezes-everything:without-gradients",
        "gradients-accumulate",
        "zeroed-before-step",
    ),
    "train_in_batches": (
        "batch-of-one",
        "epochs-cut-short",
        "epochs-missing",
        "rows-repeated",
        "errors-swallowed",
        "trained-in-eval",
        "trained-in-eval:always",
        "rows-lost",
        "rows-lost:dropped",
        "rows-lost:one",
        "rows-lost:one-alone",
        "batch-size-changed:more",
        "batch-size-changed:more-dropped",
        "batch-size-changed:less",
        "batch-size-changed:less-dropped",
        "batch-size-changed:all",
        "batch-size-changed:if-one-is-left-dropped",
        "labels-left-behind",
        "gradients-accumulate",
        "never-steps",
        "zeroed-before-step",
        "rows-repeated:drawn-with-replacement",
    ),
    "train_on_sorted": (
        "sorted-batches",
        "sorted-batches:in-turn",
        "labels-left-behind",
        "trained-in-eval",
        "gradients-accumulate",
        "never-steps",
        "batch-size-changed:more-dropped",
        "batch-size-changed:less-dropped",
        "batch-size-changed:all",
        "epochs-missing",
        "one-loss-in-all",
        "one-loss-in-all:each-epoch",
        "losses-after-step",
        "losses-after-step:without-graph",
        "zeroed-before-step",
    ),
    "accumulate": (
        "accumulation-with-batchnorm",
        "accumulation-with-batchnorm:without-statistics",
        "trained-in-eval",
        "whole-batch-at-once",
        "loss-not-divided",
        "loss-divided-twice",
        "loss-divided-twice:by-micro-batch",
        "gradients-lost",
        "gradients-accumulate",
        "step-each-micro-batch",
        "step-each-micro-batch:zeroed",
        "step-each-micro-batch:whole-loss",
        "normalisation-removed",
        "seed-ignored",
        "one-seed-for-all",
        "batches-weighed-equally",
        "batches-weighed-equally:as-whole-ones",
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
        self.missed = (nested and self.has("nested-missed")) or self.has(
            "feature-maps-missed" if maps else "rows-missed"
        )
        self.frozen = False
        self.total: dict[str, Array] = {}  # of gradients, where they add up
        self.facts = {"labels": True, "stale": False, "lost": False, "steps": 0}

    def has(self, *mistakes: str) -> bool:
        """Is one of these among the mistakes? A mistake's variant is that mistake too."""
        return any(
            mistake in (given, given.partition(":")[0])
            for given in self.mistakes
            for mistake in mistakes
        )

    def train(self) -> None:
        if self.frozen and self.has("mode-stuck"):
            return
        self.network.train()
        if self.frozen and self.has("batch-stats-while-frozen:after-train"):
            return
        if self.frozen and self.has("left-in-eval"):
            self.network.eval()
        if self.frozen and not self.has("frozen-still-updating"):
            self._hold()

    def eval(self) -> None:
        if not (self.frozen and self.has("mode-stuck")):
            self.network.eval()

    def _found(self) -> list[int]:
        """The norms that the function finds."""
        norms = [] if self.missed else self.network.norms
        if "first-norm-only:last" in self.mistakes:
            return norms[-1:]
        return norms[:1] if self.has("first-norm-only") else norms

    def _hold(self) -> None:
        """Norms in inference mode."""
        if "batch-stats-while-frozen" not in self.mistakes:
            for i in self._found():
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
        self._into_inference()
        for i in network.norms if self.has("statistics-reset") else ():
            network.restart(i)
        if self.has("dropout-in-evaluation"):
            # eval() for the norms alone
            network.training = [kind == "dropout" for kind in network.kinds]
        kept = dict(network.values)
        shares = [float((network.classes(a) == b).mean()) for a, b in _batches(x, y, batch_size)]
        sizes = [len(b) for _, b in _batches(x, y, batch_size)]
        if "forgot-eval:restored" in self.mistakes:
            network.values = kept
        modes = self._left_in(before)
        batches = len(sizes)
        if self.has("last-batch-only"):
            shares, sizes = shares[-1:], sizes[-1:]
        if self.has("first-batch-only"):
            shares, sizes = shares[:1], sizes[:1]
        weights = None if self.has("mean-of-batch-accuracies") else sizes
        share = float(np.average(shares, weights=weights))
        right, rows = share * sum(sizes), sum(sizes)
        if self.has("errors-for-answers"):
            right = rows - right
        if self.has("rows-that-are-not-there"):
            rows = batches * batch_size
        if self.has("divides-by-batches", "counts-for-shares"):
            rows = batches if self.has("divides-by-batches") else 1
        return {
            "share": right / rows * (100 if self.has("accuracies-in-percent") else 1),
            "training": modes,
            "graph": self.has("graph-in-evaluation"),
        }

    def freeze(self, _: object) -> None:
        self.frozen = True
        for i in self._found():
            if self.has("statistics-reset", "parameters-reset"):
                self.network.restart(i)
            if self.has("parameters-reset"):
                self._new_parameters(i)
        if "frozen-still-updating:parameters-only" not in self.mistakes:
            self._hold()

    def _new_parameters(self, i: int) -> None:
        size = self.network.values[f"{i}.weight"].shape
        self.network.values |= {f"{i}.weight": np.ones(size), f"{i}.bias": np.zeros(size)}

    def step(self, x: Array, y: Array) -> list[str]:
        # of what has a gradient, before anything is frozen
        names = self.network.gradients(cross_entropy(self.forward(x), y)[1])
        norms = tuple(f"{i}." for i in self._found())
        if "freezes-everything:but-the-norms" in self.mistakes:
            return sorted(name for name in names if name.startswith(norms))
        if self.has("freezes-everything"):
            return []
        if self.has("gradients-blocked"):  # nothing before the last norm gets any
            last = self.network.norms[-1]
            names = {name: g for name, g in names.items() if int(name.split(".")[0]) > last}
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
        norms = self._found()
        for i in norms:
            network.training[i] = not self.has("never-updated")
            if not kept:
                network.restart(i)
            if self.has("parameters-reset"):
                self._new_parameters(i)
            network.momentum[i] = None  # the average of all batches
            if self.has("overwritten"):
                network.momentum[i] = 1.0
            elif self.has("old-statistics-kept") and not self.has("old-statistics-kept:count"):
                network.momentum[i] = before[i]
        batches = [rows for rows, _ in _batches(x, y, batch_size)]
        if self.has("first-batch-only"):
            batches = batches[:1]
        if self.has("batches-as-one"):
            batches = [x]
        seen = 0
        passed = any(network.training[i] for i in network.norms)
        for place, rows in enumerate(batches):
            seen += len(rows)
            for i in norms if self.has("batches-weighed-by-rows") else ():
                network.momentum[i] = len(rows) / seen
            for i in norms if self.has("old-statistics-kept:as-a-batch") else ():
                network.momentum[i] = 1 / (place + 2)
            network.forward(rows)
        for i in norms if self.has("statistics-reset") else ():  # when all is done
            network.restart(i)
        if self.has("momentum-not-restored:default"):
            network.momentum = [0.1] * len(network.momentum)
        elif self.has("momentum-not-restored:first"):
            network.momentum = [before[norms[0]]] * len(network.momentum) if norms else [*before]
        elif not self.has("momentum-not-restored"):
            network.momentum = [*before]
        else:  # only what was changed is wrong
            network.momentum = [
                m if i in norms else old
                for i, (m, old) in enumerate(zip(network.momentum, before, strict=True))
            ]
        modes = list(network.training)
        network.train(mode)
        if "left-in-eval" in self.mistakes or "left-in-train" in self.mistakes:
            network.train(self.has("left-in-train"))
        elif "left-in-train:norms" in self.mistakes and not mode:
            network.training = modes
        elif "left-in-eval:inside" in self.mistakes:
            return [False, True], [network.momentum[i] for i in network.norms], passed
        momenta = [network.momentum[i] for i in network.norms]
        return sorted(set(network.training)), momenta, passed

    def learn(self, _: object, x: Array, y: Array, lr: float) -> tuple[list[float], Any]:
        network = self.network
        if not self.has("trained-in-eval"):
            network.train()
        if self.has("trained-in-eval:always"):
            network.eval()
        # as a default of the student's would be
        rates = {"rate-ignored:0.01": 0.01, "rate-ignored:0.001": 0.001, "rate-ignored": 0.1}
        rate = next((value for m, value in rates.items() if m in self.mistakes), lr)
        losses: list[float] = []
        total: dict[str, Array] = {}
        squares: dict[str, Array] = {}
        for step, (a, b) in enumerate(self._given([*zip(x, y, strict=True)]), 1):
            outputs = network.forward(a)
            loss, dy = cross_entropy(outputs, b)
            if self.has("softmax-before-loss"):
                p = np.exp(outputs - outputs.max(axis=1, keepdims=True))
                p /= p.sum(axis=1, keepdims=True)
                loss, dp = cross_entropy(p, b)
                dy = p * (dp - (dp * p).sum(axis=1, keepdims=True))
            if self.has("loss-summed"):
                dy = dy * len(b)  # reduction="sum"
                loss = loss if "loss-summed:mean-told" in self.mistakes else loss * len(b)
            # SGD with momentum 0.9; without zero_grad() it is 1
            kept = 0.9 if self.has("another-optimizer") else 1.0
            keeps = self.has("gradients-accumulate", "another-optimizer")
            moves: dict[str, Array] = {}
            for name, gradient in network.gradients(dy).items():
                total[name] = gradient + (kept * total.get(name, 0.0) if keeps else 0.0)
                moves[name] = total[name]
                if "another-optimizer:nesterov" in self.mistakes:
                    moves[name] = gradient + kept * total[name]
                if "another-optimizer:adam" in self.mistakes:
                    total[name] = total[name] - 0.9 * gradient  # the shares are 0.9 and 0.1
                    squares[name] = 0.999 * squares.get(name, 0.0) + 0.001 * gradient**2
                    mean = total[name] / (1 - 0.9**step)
                    moves[name] = mean / (np.sqrt(squares[name] / (1 - 0.999**step)) + 1e-8)
            if not self.has("never-steps"):
                network.move(moves, rate)
            if self.has("losses-after-step"):
                # looked at, not trained on
                loss = cross_entropy(network.forward(a, frozen=True), b)[0]
            losses.append(loss)
        told = [float(np.mean(losses))] if self.has("one-loss-in-all") else losses
        return told, {k: np.asarray(v, np.float32) for k, v in network.values.items()}

    def _given(self, batches: list[Any]) -> list[Any]:
        """The batches that are trained on, in their order."""
        wrong = {
            "more-steps": 2 * batches,
            "batches-left-out:first": batches[1:],
            "batches-left-out:last": batches[:-1],
            "batches-left-out:all-but-one": batches[:1],
            "batches-in-another-order": batches[::-1],
        }
        return next((given for m, given in wrong.items() if m in self.mistakes), batches)

    def predict(self, _: object, x: Array) -> tuple[Array, list[bool]]:
        network = self.network
        before = list(network.training)
        self._into_inference()
        outputs = network.forward(x)
        modes = self._left_in(before)
        p = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        if "argmax-over-rows" in self.mistakes:
            return outputs.argmax(axis=0), modes
        if "argmax-over-rows:of-shares" in self.mistakes:
            return p.argmax(axis=0), modes
        if "argmax-over-rows:and-classes" in self.mistakes:
            return np.asarray(outputs.argmax()), modes
        if self.has("classes-from-one"):
            return outputs.argmax(axis=1) + 1, modes
        if "logits:largest" in self.mistakes:
            return outputs.max(axis=1), modes
        if "logits:largest-probability" in self.mistakes:
            return p.max(axis=1), modes
        if self.has("smallest-output"):
            return outputs.argmin(axis=1), modes
        if "logits:probabilities" in self.mistakes:
            return p, modes
        return (outputs if self.has("logits") else outputs.argmax(axis=1)), modes

    def _into_inference(self) -> None:
        """What a function does that should answer in inference mode."""
        if "forgot-eval:in-training" in self.mistakes:
            self.network.train()
        elif not self.has("forgot-eval"):
            self.network.eval()

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
        self.losses: list[float] = []
        self.after: list[float] = []  # those after the steps
        self.other: list[bool] = []
        told = getattr(self, f"_{script}")(np.asarray(x, np.float64), y, *args)
        return {
            "told": told,
            "batches": self.batches,
            "losses": self.losses,
            "training": self.training,
            "other": self.other,
            **self.facts,
            "state": {k: np.asarray(v, np.float32) for k, v in self.network.values.items()},
        }

    def _learn(
        self, x: Array, y: Array, rows: Array, lr: float, only: list[str] | None = None
    ) -> None:
        self.batches.append([int(row) for row in rows])  # what the driver's hooks would have seen
        self.training.append(self.network.training[1])
        if len(rows) == 1 and self.network.training[1]:
            if self.has("errors-swallowed"):
                return
            raise ValueError("Expected more than 1 value per channel when training")
        # the first of y, in whatever order the rows are
        classes = y[: len(rows)] if self.has("labels-left-behind") else y[rows]
        self.facts["labels"] = not self.has("labels-left-behind")
        loss, dy = cross_entropy(self.network.forward(x[rows]), classes)
        self.losses.append(loss)
        self.facts["steps"] += 1
        kept = self.total if self.has("gradients-accumulate") else {}
        self.facts["stale"] |= bool(kept)
        self.total = {
            name: gradient + kept.get(name, 0.0)
            for name, gradient in self.network.gradients(dy).items()
        }
        self.facts["lost"] |= self.has("zeroed-before-step")
        if not self.has("never-steps", "zeroed-before-step"):
            self.network.move(self.total, lr, only)
        if self.has("losses-after-step"):
            loss = cross_entropy(self.network.forward(x[rows]), classes)[0]
            self.after.append(loss)
            if "losses-after-step:without-graph" in self.mistakes:
                self.other.append(self.network.training[1])
            else:  # the driver's hooks take it for one more batch
                self.batches.append([int(row) for row in rows])
                self.training.append(self.network.training[1])
                self.losses.append(loss)

    def _size(self, N: int, size: int) -> int:
        """The size of the batches."""
        changed = [m.partition(":")[2] for m in self.mistakes if m.startswith("batch-size-changed")]
        wrong = {"more": size + 1, "less": size - 1, "all": N, "if": size + (N % size == 1)}
        return wrong[changed[0].partition("-")[0]] if changed else size

    def _orders(self, N: int, epochs: int) -> Iterator[Array]:
        rng = np.random.default_rng(0)  # any order will do: no answer depends on it
        drawn = "rows-repeated:drawn-with-replacement" in self.mistakes
        for _ in range(1 if self.has("epochs-missing") else epochs):
            yield rng.integers(0, N, N) if drawn else rng.permutation(N)

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
            hits = self.network.classes(x_val) == y_val
            # beside these, other shares would only be numbers that nobody knows
            plain = not self.has("forgot-eval", "errors-for-answers", "counts-for-shares")
            if plain and self.has("accuracies-of-training"):
                hits = self.network.classes(x) == y
            elif plain and self.has("rows-lost"):
                hits = hits[: len(hits) // size * size]
            share = float(hits.mean())
            if plain and self.has("mean-of-batch-accuracies"):
                batches = [hits[i : i + size] for i in range(0, len(hits), size)]
                share = float(np.mean([batch.mean() for batch in batches]))
            if self.has("errors-for-answers"):
                share = 1 - share
            if self.has("counts-for-shares"):
                share *= len(y_val)
            told.append(share * (100 if self.has("accuracies-in-percent") else 1))
        return told[-1:] if self.has("one-accuracy-in-all") else told

    def _fine_tune(self, x: Array, y: Array, size: int, epochs: int, lr: float) -> None:
        network = self.network
        only = None if self.has("frozen-weights-train") else ["3.weight", "3.bias"]
        network.train()
        if "freezes-everything:without-gradients" in self.mistakes:
            raise RuntimeError("element 0 of tensors does not require grad")
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
        dropped = any(m.startswith("batch-size") and m.endswith("dropped") for m in self.mistakes)
        size = self._size(len(x), size)
        lost = size if {"rows-lost", "rows-lost:dropped"} & set(self.mistakes) else 0
        lost = lost or int(bool({"rows-lost:one", "rows-lost:one-alone"} & set(self.mistakes)))
        dropped |= bool({"rows-lost:dropped", "rows-lost:one"} & set(self.mistakes))
        for order in self._orders(len(x), epochs):
            self.network.train("trained-in-eval:always" not in self.mistakes)
            for start in range(0, len(x) - lost, size):
                rows = order[start : min(start + size, len(x) - lost)]
                if len(rows) < size and dropped:
                    continue
                # what is left at the end of an epoch
                if len(rows) == 1 and not self.has("batch-of-one", "errors-swallowed"):
                    if self.has("epochs-cut-short"):
                        return
                    if "rows-repeated" in self.mistakes:
                        rows = rows.repeat(2)
                    elif "trained-in-eval" in self.mistakes:
                        self.network.eval()
                    else:
                        continue
                self._learn(x, y, rows, lr)

    def _train_on_sorted(
        self, x: Array, y: Array, size: int, epochs: int, lr: float
    ) -> list[float]:
        size = self._size(len(x), size)
        self.network.train(not self.has("trained-in-eval"))
        for order in self._orders(len(x), epochs):
            if self.has("sorted-batches"):
                order = np.arange(len(x))
            batches = _whole(order, size)
            if self.has("sorted-batches:in-turn"):
                batches = [batches[i] for i in np.random.default_rng(0).permutation(len(batches))]
            for rows in batches:
                self._learn(x, y, rows, lr)
        if "one-loss-in-all:each-epoch" in self.mistakes:
            return [float(np.mean(losses)) for losses in np.array_split(self.losses, epochs)]
        if self.has("losses-after-step"):
            return self.after
        return [float(np.mean(self.losses))] if self.has("one-loss-in-all") else self.losses


class Functions:
    """What the drivers of the same names find."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        self.mistakes = mistakes
        self.networks = 0  # that were made by `accumulated`

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
        if "with-without-swapped" in self.mistakes:
            options = tuple(not option for option in options)
        widths = self._widths(widths, bool(options))
        hidden = len(widths) - 2
        shapes = [*zip(widths[1:], widths[:-1], strict=True)]
        if "inputs-and-outputs-swapped" in self.mistakes:
            shapes = [shape[::-1] for shape in shapes]
        on_output = [m for m in self.mistakes if m.startswith("norm-on-output")]
        activation = "sigmoid" if options else "relu"  # ps7's network, or this set's
        if "another-activation" in self.mistakes:
            activation = "relu" if options else "sigmoid"
        for mistake in self.mistakes:
            if mistake.startswith("another-activation:"):
                activation = mistake.partition(":")[2]
        with_norm = all(options) or any("norm-in-baseline" in one for one in self.mistakes)
        if "norm-missing" in self.mistakes:
            with_norm = False
        normed = [with_norm and self._has_norm(i, hidden) for i in range(hidden)]
        norm = "layernorm" if "norm-missing:layernorm" in self.mistakes else "norm"
        kinds, sizes = list[str](), list[int]()  # of the layers, and of the norms
        for i, (size, inputs) in enumerate(shapes):
            after = [norm] * normed[i] + [activation] if i < hidden else []
            if "norm-after-activation" in self.mistakes:
                after.reverse()
            if "activation-missing" in self.mistakes:
                after = [kind for kind in after if kind == norm]
            before = "norm-before-linear" in self.mistakes and i < hidden and normed[i]
            if before:
                kinds += [norm, "linear", *(kind for kind in after if kind != norm)]
            else:
                kinds += ["linear", *after]
            if i < hidden and normed[i]:
                other = before or "norm-of-other-size" in self.mistakes
                sizes.append(inputs if other else size)
        if on_output and with_norm:
            kinds.append(norm)
            sizes.append(shapes[-1][0])
        if "activation-on-output" in self.mistakes or "activated" in "".join(on_output):
            kinds.append(activation)
        state: dict[str, Any] = {}
        linears = enumerate(shapes)
        given, norms = iter(states), iter(sizes)
        for i, kind in enumerate(kinds):
            if kind == "linear":
                place, shape = next(linears)
                fits = place < len(weights) and np.shape(weights[place]) == shape
                state[f"{i}.weight"] = weights[place] if fits else np.zeros(shape)
                last = i
            if kind == "norm":
                state |= self._of_norm(i, next(norms), next(given, {}))
            elif kind == "layernorm":  # the driver looks for others, and leaves it as it is new
                state |= self._of_norm(i, next(norms), {})
        has_bias = "output-without-bias" not in self.mistakes and not any(
            one.endswith("without-bias") for one in on_output
        )
        if "output-without-bias:with-norm" in self.mistakes and with_norm:
            has_bias = False
        if has_bias:
            size = shapes[-1][0]
            state[f"{last}.bias"] = bias if len(bias) == size else np.zeros(size)
        bare = {"norms-missing:without-biases", "norms-missing:last-without-bias"}
        bare_too = with_norm and not bare.isdisjoint(self.mistakes)
        has_biases = [not (one or bare_too) for one in normed]
        if "redundant-bias" in self.mistakes or (
            "norm-in-baseline:with-bias" in self.mistakes and not all(options)
        ):
            has_biases = [True] * hidden
        if "baseline-without-bias" in self.mistakes:
            has_biases = [False] * hidden
        found = {
            "linears": shapes,
            "norms": [] if norm == "layernorm" else sizes,
            "biases": [*has_biases, has_bias],
            "start": [
                "other-start:all" not in self.mistakes
                and (hidden == i or "other-start" not in self.mistakes)
                for i in range(hidden + 1)
            ],
        }
        return found if x is None else found | self._outputs(Network(kinds, state), x)

    def _widths(self, widths: list[int], capstone: bool) -> list[int]:
        """The widths that the network has, where others are given."""
        if "widths-ignored:of-the-notebook" in self.mistakes:
            return [196, 50, 50, 10] if capstone else [49, 30, 10]
        if len(widths) > 2 and "layers-missing" in self.mistakes:
            return [*widths[:-2], widths[-1]]
        if len(widths) > 2 and "layers-missing:first" in self.mistakes:
            return [widths[0], *widths[2:]]
        if len(widths) > 2 and "layers-missing:before-the-first" in self.mistakes:
            return widths[1:]
        # one hidden width for all
        for mistake, place in (("widths-ignored", 1), ("widths-ignored:last-hidden", -2)):
            if mistake in self.mistakes:
                return [widths[0], *[widths[place]] * (len(widths) - 2), widths[-1]]
        return widths

    def _has_norm(self, i: int, hidden: int) -> bool:
        """Has the hidden layer i a norm, in a network that should have them?"""
        if not {"norms-missing", "norms-missing:without-biases"}.isdisjoint(self.mistakes):
            return i == 0
        if not {"norms-missing:last", "norms-missing:last-without-bias"}.isdisjoint(self.mistakes):
            return i < hidden - 1
        return i > 0 or "norms-missing:first" not in self.mistakes

    def _outputs(self, network: Network, x: Array) -> dict[str, Array]:
        """In both modes. What does not fit together is an error in PyTorch."""
        outputs = []
        for mode in (False, True):  # eval first, as the driver
            network.train(mode)
            if "norm-without-statistics" in self.mistakes:
                network.train()
            try:
                output = network.forward(x)
            except ValueError as error:
                raise RuntimeError(str(error)) from None
            if "activation-on-output:softmax" in self.mistakes:
                output = np.exp(output - output.max(axis=1, keepdims=True))
                output /= output.sum(axis=1, keepdims=True)
            outputs.append(output)
        return dict(zip(("eval", "train"), outputs, strict=True))

    def _of_norm(self, i: int, size: int, given: dict[str, Array]) -> dict[str, Array]:
        """The state of a norm: what is given for it, or that of a new one."""
        state = dict.fromkeys(("weight", "running_var"), np.ones(size))
        state |= dict.fromkeys(("bias", "running_mean"), np.zeros(size))
        if len(given.get("weight", ())) == size:
            state |= given
        if "norm-without-parameters" in self.mistakes:
            # the driver gives such a norm no state
            state = {
                name: np.ones(size) if name in ("weight", "running_var") else np.zeros(size)
                for name in state
            }
        return {f"{i}.{name}": value for name, value in state.items()}

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
        if "seed-ignored" in self.mistakes:
            self.networks += 1
            seed += self.networks
        if "one-seed-for-all" in self.mistakes:
            seed = 0
        rng = np.random.default_rng(seed)
        norm = "layernorm"
        without = "accumulation-with-batchnorm:without-statistics" in self.mistakes
        if without or {"accumulation-with-batchnorm", "trained-in-eval"} & set(self.mistakes):
            norm = "norm"
        kinds = ["linear", norm, "relu", "linear"]
        if "normalisation-removed" in self.mistakes:
            kinds.remove(norm)
        network = Network(kinds, initial(kinds, (x.shape[1], *sizes), rng))
        network.train("trained-in-eval" not in self.mistakes)
        # rows that go through the network together
        at_once = whole if "whole-batch-at-once" in self.mistakes else micro
        # a whole micro-batch's part in the mean over the whole
        share = 1.0 if "loss-not-divided" in self.mistakes else at_once / whole
        if "batches-weighed-equally" in self.mistakes:
            share = 1 / -(-whole // at_once)
        alike = any(m.startswith(("batches-weighed", "loss-")) for m in self.mistakes)
        if "loss-divided-twice" in self.mistakes:
            share = 1 / whole
        if "loss-divided-twice:by-micro-batch" in self.mistakes:
            share = 1 / at_once
        each = [m for m in self.mistakes if m.startswith("step-each-micro-batch")]
        if "step-each-micro-batch:whole-loss" in each:
            share = 1.0
        total: dict[str, Array] = {}
        for _step in range(steps):
            rows = rng.permutation(len(x))[:whole]
            total = total if "gradients-accumulate" in self.mistakes else {}
            for start in range(0, whole, at_once):
                part = rows[start : start + at_once]
                dy = cross_entropy(network.forward(x[part]), y[part])[1]
                total = {} if "gradients-lost" in self.mistakes else total
                smaller = 1.0 if alike else len(part) / at_once
                for name, gradient in network.gradients(share * smaller * dy).items():
                    total[name] = total.get(name, 0.0) + gradient
                if each:
                    network.move(total, lr)
                    total = {} if "zeroed" in each[0] or "whole-loss" in each[0] else total
            # nothing is left where each had a step of its own
            network.move({} if each else total, lr)
        inference = steps > 0 and not network.training[0]
        network.train(without)
        outputs = [network.forward(size * x_new) for size in (1, 1000, 2000)]
        together, alone = (network.train().forward(x)[:4] for x in (x_new, x_new[:4]))
        micro_steps = whole // at_once if each else 1
        several = whole > at_once and steps > 0
        return {
            "rows": at_once if steps else 0,
            "inference": inference,
            "steps": steps * micro_steps,
            "lost": "gradients-lost" in self.mistakes and several and not each,
            "stale": bool("step-each-micro-batch" in each and several)
            or ("gradients-accumulate" in self.mistakes and steps > 1),
            "outputs": outputs,
            "alone": alone,
            "together": together,
        }


def _batches(x: Array, y: Array, size: int) -> Iterator[tuple[Array, Array]]:
    for start in range(0, len(x), size):
        yield x[start : start + size], y[start : start + size]


def _whole(order: Array, size: int) -> list[Array]:
    """The rows of the whole batches."""
    return [order[start : start + size] for start in range(0, len(order) - size + 1, size)]
