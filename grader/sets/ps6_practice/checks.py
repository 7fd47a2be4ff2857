"""What is asked about ps6_practice: functions of daily use, and five training scripts.

Torch is imported only in the student's process, where the drivers run: `Net`, `mlp` and
`accumulated`. What a trained network is worth is found out here, in NumPy, from its weights;
the classes of the new pictures never leave this process.
"""

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import numpy as np

from ...checking.check import Check, Seen
from ...checking.compare import is_number
from ...checking.remote import drive
from ...reference import Array
from .._network import Network, initial
from . import faults, plain

KINDS = ("linear", "norm", "relu", "linear")
PARAMETERS = ("0.weight", "1.weight", "1.bias", "3.weight", "3.bias")
PIXELS, HIDDEN, CLASSES = 49, 30, 10
LEARNED = 0.55  # of new digits; mended scripts reach 0.75 and more, broken ones less than 0.5
BATCH, EPOCHS, LR = 20, 4, 0.15
MOVED = "validation is a pass in training mode"
NOT_TRAINING = "not all steps are in training mode"

_check = partial(Check.against, faults)


class Net:
    """Driver: a network in PyTorch for a student's function to work on; it answers in arrays.

    `nested` puts all layers but the last into a Sequential of their own.
    """

    def __init__(self, kinds: Any, state: Any, nested: bool = False) -> None:
        """# model: a network of {kinds}"""
        import torch
        from torch.optim.optimizer import register_optimizer_step_pre_hook

        self.torch, nn = torch, torch.nn  # there is no global `torch` where this runs
        self.before_steps = register_optimizer_step_pre_hook
        torch.manual_seed(0)  # what is random repeats
        layers = []
        for i, kind in enumerate(kinds):
            own = {k.partition(".")[2]: v for k, v in state.items() if k.startswith(f"{i}.")}
            size = len(own.get("weight", ()))  # features that come out, or that a norm has
            layer: Any
            match kind:
                case "linear":
                    layer = nn.Linear(own["weight"].shape[1], size, bias="bias" in own)
                case "norm":
                    maps = "flatten" in kinds[i:]  # as long as a flatten is to come
                    layer = nn.BatchNorm2d(size) if maps else nn.BatchNorm1d(size)
                case "relu":
                    layer = nn.ReLU()
                case "sigmoid":
                    layer = nn.Sigmoid()
                case "flatten":
                    layer = nn.Flatten()
                case "dropout":
                    layer = nn.Dropout(1.0)  # drops all: one call shows it, without chance
            # not strict: a new state has no num_batches_tracked
            layer.load_state_dict({k: torch.tensor(v) for k, v in own.items()}, strict=False)
            layers.append(layer)
        self.norms = [i for i, kind in enumerate(kinds) if kind == "norm"]
        if nested:
            layers = [nn.Sequential(*layers[:-1]), layers[-1]]
        self.model: Any = nn.Sequential(*layers)

    def leaves(self) -> list[Any]:
        return [part for part in self.model.modules() if not list(part.children())]

    def loader(self, x: Any, y: Any, batch_size: int) -> Any:
        data = self.torch.utils.data.TensorDataset(*map(self.torch.tensor, (x, y)))
        return self.torch.utils.data.DataLoader(data, batch_size)

    def train(self) -> None:
        """model.train()"""
        self.model.train()

    def eval(self) -> None:
        """model.eval()"""
        self.model.eval()

    def modes(self) -> list[bool]:
        # one, unless somebody left a layer in the other
        return sorted({part.training for part in self.model.modules()})

    def forward(self, x: Any) -> Any:
        """model({x})"""
        with self.torch.no_grad():
            return self.model(self.torch.tensor(x))

    def statistics(self) -> Any:
        """# and then running_mean and running_var of each norm"""
        leaves = self.leaves()
        return [(leaves[i].running_mean, leaves[i].running_var) for i in self.norms]

    def evaluate(self, evaluate: Any, x: Any, y: Any, batch_size: int) -> Any:
        graph = []
        # asked inside the student's loop: is a graph being built there?
        hook = self.leaves()[0].register_forward_pre_hook(
            lambda *_: graph.append(self.torch.is_grad_enabled())
        )
        share = evaluate(self.model, self.loader(x, y, batch_size))
        hook.remove()
        return {"share": share, "training": self.modes(), "graph": any(graph)}

    def freeze(self, freeze_batchnorm: Any) -> None:
        frozen = freeze_batchnorm(self.model)
        if isinstance(frozen, self.torch.nn.Module):  # or nothing was returned: changed in place
            self.model = frozen

    def others(self) -> list[bool]:
        """# and then the mode of the layers that are no norms"""
        leaves = enumerate(self.leaves())
        return [leaf.training for i, leaf in leaves if i not in self.norms]

    def step(self, x: Any, y: Any) -> list[str]:
        """# and then a step of SGD, lr=1: the parameters that it moves"""
        before = {name: p.detach().clone() for name, p in self.model.named_parameters()}
        # large, so that all that moves is seen
        optimizer = self.torch.optim.SGD(self.model.parameters(), lr=1.0)
        x, y = map(self.torch.tensor, (x, y))
        loss: Any = self.torch.nn.functional.cross_entropy(self.model(x), y)
        if loss.requires_grad:  # not where everything is frozen
            loss.backward()
        optimizer.step()
        after = dict(self.model.named_parameters())
        return sorted(n for n in before if not self.torch.equal(after[n], before[n]))

    def recalibrate(self, recalibrate: Any, x: Any, y: Any, batch_size: int) -> Any:
        leaves = self.leaves()
        passed: list[bool] = []
        hooks = []
        for i in self.norms:
            leaves[i].momentum = 0.2 + 0.1 * i  # each its own: one value for all would show
            hooks.append(
                leaves[i].register_forward_pre_hook(lambda norm, _: passed.append(norm.training))
            )
        recalibrate(self.model, self.loader(x, y, batch_size))
        for hook in hooks:
            hook.remove()
        leaves = self.leaves()
        return self.modes(), [leaves[i].momentum for i in self.norms], any(passed)

    def learn(self, train: Any, x: Any, y: Any, lr: float) -> Any:
        # x (S, N, D) and y (S, N): the losses that it tells, and the state
        batches = [(self.torch.tensor(a), self.torch.tensor(b)) for a, b in zip(x, y, strict=True)]
        losses = train(self.model, batches, lr)
        return losses, dict(self.model.state_dict())

    def predict(self, predict: Any, x: Any) -> Any:
        found = predict(self.model, self.torch.tensor(x))
        return found, self.modes()

    def teach(self, script: Any, x: Any, y: Any, *args: Any) -> Any:
        # Let a script train the network: its weights then, and what it did on the way. `batches`
        # has, for each pass of rows of x with gradients on, their numbers, and `losses` the
        # cross-entropy; `training` and `other` tell whether the norm was in training mode in these
        # passes, and in any other. `told` is what the script returned, in numbers.
        # `labels`: does the first gradient of the last layer come of the classes of its rows?
        # `stale`: has a step of the optimiser gradients in it of before the step before?
        # `lost`: are the gradients gone when the optimiser makes its step?
        # `steps` counts the gradients of the last layer.
        torch = self.torch
        x, y = torch.tensor(x), torch.tensor(y)
        # a row is known again by its bytes, in whatever batch
        number = {row.numpy().tobytes(): i for i, row in enumerate(x)}
        batches, losses, training, other = [], [], [], []
        passing: list[int] = []  # the rows that are on their way through the network
        leaves = self.leaves()
        last = leaves[-1]
        expected: list[Any] = []  # the gradients that the classes of the rows lead to
        since: list[Any] = []  # the gradients since the last step
        facts = {"labels": True, "stale": False, "lost": False, "steps": 0}

        def enter(layer: Any, inputs: Any) -> None:
            # -1 for a row that is none of x
            passing[:] = [number.get(row.numpy().tobytes(), -1) for row in inputs[0].detach()]

        def watch(norm: Any, inputs: Any) -> None:
            if torch.is_grad_enabled() and -1 not in passing:  # a step of training
                batches.append(list(passing))
                training.append(norm.training)
            else:
                other.append(norm.training)

        def leave(layer: Any, inputs: Any, output: Any) -> None:
            if not torch.is_grad_enabled() or -1 in passing or len(passing) != len(output):
                return
            with torch.no_grad():
                logits, classes = output.detach(), y[passing]
                losses.append(float(torch.nn.functional.cross_entropy(logits, classes)))
                if not expected:
                    wrong = logits.softmax(1) - torch.eye(logits.shape[1])[classes]  # (N, classes)
                    expected.append(wrong.T @ inputs[0])

        def along(one: Any, other: Any) -> float:
            return float(torch.nn.functional.cosine_similarity(one.ravel(), other.ravel(), dim=0))

        def backward(gradient: Any) -> None:
            if expected and facts["steps"] == 0:
                facts["labels"] = along(gradient, expected[0]) > 0.9
            facts["steps"] += 1
            since.append(gradient.detach().clone())

        def step(optimizer: Any, args: Any, kwargs: Any) -> None:
            if since and (last.weight.grad is None or not last.weight.grad.any()):
                facts["lost"] |= bool(since[-1].any())
            elif since:
                facts["stale"] |= along(last.weight.grad, sum(since)) < 0.999
            since.clear()

        hooks = [
            leaves[0].register_forward_pre_hook(enter),
            leaves[self.norms[0]].register_forward_pre_hook(watch),
            last.register_forward_hook(leave),
            last.weight.register_hook(backward),
            self.before_steps(step),
        ]
        # arrays, not the sizes and rates
        given = [torch.tensor(a) if hasattr(a, "dtype") else a for a in args]
        try:
            result = script(self.model, x, y, *given)
        finally:
            for hook in hooks:
                hook.remove()
        if result is not None and not isinstance(result, list | tuple):
            result = [result]
        return {
            "told": None if result is None else [float(value) for value in result],
            "batches": batches,
            "losses": losses,
            "training": training,
            "other": other,
            "state": dict(self.model.state_dict()),
            **facts,
        }


def net(bn: Any, kinds: tuple[str, ...], state: Any, nested: bool = False) -> Any:
    """A network where the implementation lives."""
    state = {name: _float32(value) for name, value in state.items()}
    return drive(bn, Net, kinds, state, nested)


def _float32(value: Any) -> Array:
    """In torch's types: float32, and int64 for what counts."""
    array = np.asarray(value)
    return array.astype(np.int64 if array.dtype.kind == "i" else np.float32)


def used(
    rng: np.random.Generator, kinds: tuple[str, ...], sizes: tuple[int, ...]
) -> dict[str, Any]:
    """The state of a network that was trained for some time, on data unlike what `rows` gives."""
    state = initial(kinds, sizes, rng)
    for name, value in state.items():
        if name.endswith("running_mean"):
            state[name] = rng.normal(0, 2, value.shape)
        elif name.endswith("running_var"):
            state[name] = rng.uniform(2, 9, value.shape)
        else:
            state[name] = value + rng.normal(0, 1, value.shape)
    for i, kind in enumerate(kinds):
        if kind == "norm":
            state[f"{i}.num_batches_tracked"] = np.array(7)  # not new: an average must forget it
    return state


def rows(rng: np.random.Generator, *shape: int) -> Array:
    """A batch (N, D) or (N, C, H, W) in float32, whose features differ."""
    features = (shape[1], *[1] * (len(shape) - 2))  # (D,) or (C, 1, 1)
    x = rng.normal(rng.uniform(-3, 3, features), rng.uniform(0.5, 3, features), shape)
    return x.astype(np.float32)


@cache
def digits() -> tuple[Array, Array]:
    """All digits, (5000, 49) in float32, each pixel the mean of 4 x 4, and their classes."""
    from lab import datasets  # when it is needed: grading the other sets needs NumPy only

    data = datasets.mnist()
    images = np.concatenate([data.x_train, data.x_test])
    x = 2 * images.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4)).reshape(-1, PIXELS)  # (5000, 49)
    return x, np.concatenate([data.y_train, data.y_test])


def some_digits(rng: np.random.Generator, *sizes: int) -> Iterator[tuple[Array, Array]]:
    """Sets of these sizes, with no digit in two of them."""
    x, y = digits()
    order = rng.permutation(len(x))
    for size in sizes:
        chosen, order = order[:size], order[size:]
        yield x[chosen], y[chosen]


def share_right(state: Any, x: Array, y: Array) -> float:
    """The share of the rows x that the network with this state puts in class y, in inference."""
    return float((Network(KINDS, state).eval().classes(x) == y).mean())


def running(made: Any) -> dict[str, object]:
    """The running statistics of a network, by the names that a message uses."""
    return {
        f"running_{name} of norm {i}": value
        for i, pair in enumerate(made.statistics(), 1)
        for name, value in zip(("mean", "var"), pair, strict=True)
    }


evaluate = _check("evaluate", "train-and-eval-in-pytorch", plain=plain)


def share(found: dict[str, Any]) -> object:
    """The share in the precision that a mean in torch has; what is no number stays."""
    told = found["share"]
    return np.float32(told) if is_number(told) else told


@evaluate.part("the share of right answers, in inference mode", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    # dropout off is the other half of eval()
    for kinds in (KINDS, KINDS, (*KINDS[:3], "dropout", "linear")):
        made = net(bn, kinds, used(rng, kinds, (5, 8, 6)))
        x, y = rows(rng, 60, 5), rng.integers(0, 6, 60)
        yield share(made.evaluate(bn.evaluate, x, y, 20))


def without_norm(bn: Any, rng: np.random.Generator, N: int) -> tuple[Any, Array, Array]:
    """A network to which the mode means nothing, and N rows with their classes but for one."""
    state = used(rng, ("linear",), (3, 4))
    x = rows(rng, N, 3)
    y = Network(("linear",), state).classes(x)
    y[-1] = (y[-1] + 1) % 4  # the one wrong answer is in the last, smaller batch
    return net(bn, ("linear",), state), x, y


@evaluate.part("each row counts once, in a smaller last batch too", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for N in (5, 11):  # in batches of 3: two rows in the last
        made, x, y = without_norm(bn, rng, N)
        yield share(made.evaluate(bn.evaluate, x, y, 3))


@evaluate.part("the running statistics stay as they are", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = net(bn, KINDS, used(rng, KINDS, (5, 8, 6)))
    yield share(made.evaluate(bn.evaluate, rows(rng, 60, 5), rng.integers(0, 6, 60), 20))
    yield running(made)


@evaluate.part("afterwards the model is in the mode that it was in before", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for mode in ("train", "eval"):
        made, x, y = without_norm(bn, rng, 6)
        getattr(made, mode)()
        found = made.evaluate(bn.evaluate, x, y, 3)
        yield {"share": share(found), "training": found["training"]}


@evaluate.part("no graph is built for gradients that nobody asks for", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made, x, y = without_norm(bn, rng, 6)
    found = made.evaluate(bn.evaluate, x, y, 3)
    yield {"share": share(found), "builds a graph": found["graph"]}


freeze_batchnorm = _check("freeze_batchnorm", "frozen-batchnorm")


@freeze_batchnorm.part("it normalises with the running statistics, which stay; train() or not", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = net(bn, KINDS, used(rng, KINDS, (4, 3, 2)))
    made.freeze(bn.freeze_batchnorm)
    for _ in range(2):
        yield {"output": made.forward(rows(rng, 5, 4)), **running(made)}
        made.train()
    # only norms are frozen
    yield {f"layer {i} that is no norm trains": mode for i, mode in enumerate(made.others(), 1)}
    made.eval()
    yield made.forward(rows(rng, 5, 4))
    yield {f"layer {i} that is no norm trains": mode for i, mode in enumerate(made.others(), 1)}


@freeze_batchnorm.part("a step moves all parameters but weight and bias of the norms", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = net(bn, KINDS, used(rng, KINDS, (4, 3, 2)))
    made.freeze(bn.freeze_batchnorm)
    moved = made.step(rows(rng, 12, 4), rng.integers(0, 2, 12))
    yield {f"{name} moves": name in moved for name in sorted(PARAMETERS)}


def feature_maps(rng: np.random.Generator, kinds: tuple[str, ...]) -> dict[str, Any]:
    """The state of a network that begins with the norm of two feature maps of 2 x 2."""
    maps = initial(kinds, (8, 3), rng)
    for name, (low, high) in (
        ("weight", (1, 2)),
        ("running_mean", (1, 2)),
        ("running_var", (3, 5)),
    ):
        maps[f"0.{name}"] = rng.uniform(low, high, 2)  # (C,)
    maps["0.bias"] = rng.normal(0, 1, 2)
    return maps | {"0.num_batches_tracked": np.array(7)}


@freeze_batchnorm.part("every norm: inside other modules, and of feature maps", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    kinds, deep = (
        ("norm", "relu", "flatten", "linear"),
        ("linear", "norm", "linear", "norm", "linear"),
    )
    maps = feature_maps(rng, kinds)
    for nested in (False, True):
        for made, x in (
            (net(bn, kinds, maps, nested), rows(rng, 4, 2, 2, 2)),
            (net(bn, deep, used(rng, deep, (4, 3, 3, 2)), nested), rows(rng, 5, 4)),
        ):
            made.freeze(bn.freeze_batchnorm)
            made.train()
            yield made.forward(x)


recalibrate = _check("recalibrate", "changed-data")


@recalibrate.part("the statistics are the plain average over the batches, nothing of the old", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    deep = ("linear", "norm", "relu", "linear", "norm")
    for kinds, sizes in ((("norm",), (2,)), (KINDS, (4, 3, 2)), (deep, (4, 3, 2))):
        made = net(bn, kinds, used(rng, kinds, sizes))
        # 4 + 4 + 3 rows: by batches, not by rows
        *_, passed = made.recalibrate(
            bn.recalibrate, rows(rng, 11, sizes[0]), rng.integers(0, 2, 11), 4
        )
        yield {"a norm sees batches in training mode": passed, **running(made)}


@recalibrate.part("dropout stays off meanwhile", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    kinds = ("dropout", "linear", "norm")
    made = net(bn, kinds, used(rng, kinds, (3, 2)))
    before = made.statistics()
    made.recalibrate(bn.recalibrate, rows(rng, 8, 3), rng.integers(0, 2, 8), 4)
    after = made.statistics()
    # everything dropped, the norm would see the same row again and again
    yield {"the statistics move": not np.array_equal(before, after)}
    yield {"dropout is off": all(bool((var > 1e-3).all()) for _, var in after)}


@recalibrate.part("afterwards the mode and momentum are what they were", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    deep = ("linear", "norm", "relu", "linear", "norm")
    for mode in ("eval", "train"):
        made = net(bn, deep, used(rng, deep, (4, 3, 2)))
        getattr(made, mode)()
        before = made.statistics()
        modes, momenta, _ = made.recalibrate(
            bn.recalibrate, rows(rng, 10, 4), rng.integers(0, 2, 10), 4
        )
        yield {"the statistics move": not np.array_equal(before[0], made.statistics()[0])}
        yield {"training": modes, "momentum of each norm": momenta}


@recalibrate.part("every norm: inside other modules, and of feature maps; no parameter changes", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    maps, deep = (
        ("norm", "relu", "flatten", "linear"),
        ("linear", "norm", "linear", "norm", "linear"),
    )
    for made, x in (
        (net(bn, maps, feature_maps(rng, maps)), rows(rng, 5, 2, 2, 2)),
        (net(bn, deep, used(rng, deep, (4, 3, 3, 2)), True), rows(rng, 5, 4)),
    ):
        made.recalibrate(bn.recalibrate, x, rng.integers(0, 2, 5), 3)
        yield running(made)
        made.eval()
        yield made.forward(x)


def mlp(make_mlp: Any, widths: Any, values: Any, x: Any, options: Any = ()) -> Any:
    """Driver: the layers of a network, and its outputs in both modes with these parameters.

    `values` are the weights of the linear layers, the last bias, and the state of the norms; what
    does not fit becomes zeros. Without x, there are no outputs.
    `options` are what make_mlp is told besides the widths.
    """
    from itertools import zip_longest  # no global is there where this runs

    import torch

    weights, bias, states = values
    model = make_mlp(list(widths), *options)
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"a torch.nn.Module should be returned, not {type(model).__name__}")
    parts: list[Any] = list(model.modules())
    # in the order of the network, however deep they lie
    linears = [part for part in parts if isinstance(part, torch.nn.Linear)]
    norms = [part for part in parts if isinstance(part, torch.nn.BatchNorm1d)]
    found: dict[str, Any] = {
        "linears": [tuple(part.weight.shape) for part in linears],
        "norms": [part.num_features for part in norms],
        "biases": [part.bias is not None for part in linears],
    }
    largest = [float(part.weight.abs().max()) * part.in_features**0.5 for part in linears]
    found["start"] = [0.1 < size < 1.001 for size in largest]  # PyTorch's: uniform up to 1
    with torch.no_grad():
        # their number and sizes are an answer, not an error
        for part, weight in zip_longest(linears, weights[: len(linears)]):
            fits = weight is not None and weight.shape == tuple(part.weight.shape)
            part.weight.copy_(torch.tensor(weight) if fits else 0 * part.weight)
            if part.bias is not None:
                # any other has to be redundant
                last = part is linears[-1] and len(bias) == len(part.bias)
                part.bias.copy_(torch.tensor(bias) if last else 0 * part.bias)
        for norm, state in zip(norms, states, strict=False):
            if norm.num_features != len(state["weight"]):
                continue  # an answer too
            state = state if norm.affine else {}
            norm.load_state_dict({k: torch.tensor(v) for k, v in state.items()}, strict=False)
        if x is not None:
            found["eval"] = model.eval()(torch.tensor(x))
            found["train"] = model.train()(torch.tensor(x))
    return found


make_mlp = _check("make_mlp", "not-on-the-output")
WIDTHS = ([3, 2], [3, 4, 2], [5, 4, 4, 3], [2, 3, 4, 5, 6])


def layers(
    bn: Any,
    rng: np.random.Generator,
    make: Any,
    widths: list[int],
    *options: object,
    outputs: bool = False,
) -> Any:
    """What the driver `mlp` finds, for random parameters."""
    # (out, in) of each linear layer
    weights = [rng.normal(0, 1, shape) for shape in zip(widths[1:], widths[:-1], strict=True)]
    names = ("weight", "bias", "running_mean", "running_var")
    states = [{name: rng.uniform(0.5, 2, D) for name in names} for D in widths[1:-1]]
    values = (
        [_float32(weight) for weight in weights],
        _float32(rng.normal(0, 1, widths[-1])),
        [{name: _float32(value) for name, value in state.items()} for state in states],
    )
    x = rows(rng, 7, widths[0]) if outputs else None
    return drive(bn, mlp, make, widths, values, x, options)


@make_mlp.part("a linear layer for each step of widths; a norm for each hidden one, no other", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for widths in WIDTHS:
        found = layers(bn, rng, bn.make_mlp, widths)
        yield {"(out, in) of each linear": found["linears"], "sizes of the norms": found["norms"]}


@make_mlp.part("a bias only where no norm takes it away", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for widths in WIDTHS:
        found = layers(bn, rng, bn.make_mlp, widths)
        yield {"(out, in) of each linear": found["linears"], "which have a bias": found["biases"]}


@make_mlp.part("linear, norm, ReLU, in this order; after the last linear layer nothing", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for widths in WIDTHS:
        found = layers(bn, rng, bn.make_mlp, widths, outputs=True)
        yield {"output in inference": found["eval"], "output in training": found["train"]}


def lesson(
    bn: Any,
    script: Any,
    rng: np.random.Generator,
    N: int,
    *,
    epochs: int = EPOCHS,
    ordered: bool = False,
    validate: int = 0,
) -> dict[str, Any]:
    """What a script does with a new network and N digits, and what the network is worth then.

    `ordered` puts the digits in the order of their classes. With `validate`, the script is given
    so many other digits too.
    """
    (x, y), (x_val, y_val), new = some_digits(rng, N, validate, 500)
    if ordered:
        order = np.argsort(y, kind="stable")
        x, y = x[order], y[order]
    order = np.argsort(y_val, kind="stable")  # as in many data sets
    x_val, y_val = x_val[order], y_val[order]
    state = initial(KINDS, (PIXELS, HIDDEN, CLASSES), rng)
    # a used network: so its features are worth keeping, and its statistics are those of digits
    hidden = x @ state["0.weight"].T  # (N, 30)
    state |= {"1.running_mean": hidden.mean(axis=0), "1.running_var": hidden.var(axis=0)}
    args = (x_val, y_val) if validate else ()
    found: dict[str, Any] = net(bn, KINDS, state).teach(script, x, y, *args, BATCH, epochs, LR)
    # judged here: the new classes never left
    found["accuracy"] = share_right(found["state"], *new)
    found["learned"] = found["accuracy"] > LEARNED
    if validate:
        trained = Network(KINDS, found["state"]).eval()
        found["hits"] = trained.classes(x_val) == y_val  # which are recognised
        found["of training"] = float((trained.classes(x) == y).mean())
    found["before"] = {name: _float32(value) for name, value in state.items()}
    sizes = [len(batch) for batch in found["batches"]]
    found["size"] = set(sizes) == {BATCH}
    found["rows left out"] = sum(sizes) < epochs * (N - N % BATCH)  # but for an incomplete batch
    found["too many rows"] = sum(sizes) > epochs * N
    found["rows of one epoch at most"] = sum(sizes) <= N
    found["in training"] = bool(found["batches"]) and all(found["training"])
    # sorted digits give batches of one class, or of two at a border
    found["mixed"] = np.mean([len(set(y[rows])) > 2 for rows in found["batches"] or [[]]]) > 0.9
    return found


FEW = 2  # epochs: enough to see how a script works, if not whether the network learns


def how(found: dict[str, Any]) -> dict[str, bool]:
    """How a script teaches the network.

    Asked first, on few rows: what comes of it takes time, and can come of many things.
    """
    return {
        "a step is made": found["steps"] > 0,
        "the classes are those of the rows": found["labels"],
        "gradients of earlier steps are in it": found["stale"],
        "the gradients are gone before the step": found["lost"],
    }


def as_it_should(found: dict[str, Any]) -> bool:
    """Does it teach as it should, as far as `how` sees?"""
    good = found["labels"] and not found["stale"] and not found["lost"]
    return bool(found["steps"]) and good


def learns(found: dict[str, Any], bn: Any, script: Any, *args: Any, **options: Any) -> Seen:
    """Does the network learn in a full lesson? What is wrong in a short one needs none."""
    if not as_it_should(found):
        return Seen(False, "it is not taught as it should be")
    after = lesson(bn, script, *args, **options)
    measured = f"accuracy on new digits {after['accuracy']:.2f}, at least {LEARNED} expected"
    return Seen(after["learned"], measured, chance=True)


HOW_MANY = ("rows left out", "too many rows", "rows of one epoch at most")


def how_many(found: dict[str, Any]) -> dict[str, bool]:
    """Do all rows go through the network in each epoch, but for those of an incomplete batch?"""
    return {name: found[name] for name in HOW_MANY}


def unchanged(found: dict[str, Any], *names: str) -> bool:
    """Has the network these parameters and buffers as they were before?"""
    return all(np.array_equal(found["state"][name], found["before"][name]) for name in names)


train_and_validate = _check("train_and_validate", "train-and-eval-in-pytorch")


def what_it_is(told: float, found: dict[str, Any]) -> str:
    """What a script's last accuracy is, where `found` has which digits are recognised."""
    hits, M = found["hits"], len(found["hits"])
    last = float(hits.mean())
    known = {
        "the share": last,
        "the mean of the shares of batches": _mean_of_shares(hits, told),
        "the share of the whole batches alone": _whole_alone(hits, told),
        "the share of the training digits": found["of training"],
    }
    exact = [name for name, value in known.items() if abs(told - value) < 1e-6]
    if exact:
        return exact[0]
    known = {
        "the share": last,
        "100 times the share": 100 * last,
        "the number of right answers": M * last,
        "the share of wrong answers": 1 - last,
    }
    # 0.01 is two digits of 203
    near = [name for name, value in known.items() if abs(told - value) < 0.01 * max(value, 1)]
    return near[0] if near else "another share" if 0 <= told <= 1 else f"{told:.3g}"


SIZES = (10, 16, 20, 25, 32, 50, 64, 100, 128)  # of batches, as people choose them


def _mean_of_shares(hits: Array, told: float) -> float:
    """The mean over batches that is nearest to what is told."""
    means = [
        np.mean([hits[i : i + size].mean() for i in range(0, len(hits), size)]) for size in SIZES
    ]
    return float(min(means, key=lambda mean: abs(mean - told)))


def _whole_alone(hits: Array, told: float) -> float:
    """The share of whole batches that is nearest to what is told."""
    shares = [hits[: len(hits) // size * size].mean() for size in SIZES]
    return float(min(shares, key=lambda share: abs(share - told)))


@train_and_validate.part("an accuracy for each epoch, as it is in inference mode", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_and_validate, rng, 40, validate=23, epochs=FEW)
    yield how(found)
    yield {"number of accuracies": len(found["told"] or ())}
    if as_it_should(found):
        found = lesson(bn, bn.train_and_validate, rng, 600, validate=203)
    told = found["told"] or ()
    yield {"the last one is": what_it_is(told[-1], found) if told else "not there"}


@train_and_validate.part("the validation digits leave no trace in the running statistics", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_and_validate, rng, 40, validate=23, epochs=FEW)
    yield how(found) | {"a norm in training mode": any(found["other"])}


@train_and_validate.part("each epoch trains in training mode", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_and_validate, rng, 40, validate=23, epochs=FEW)
    yield how(found) | {"training": found["in training"]}
    yield {"it learns": learns(found, bn, bn.train_and_validate, rng, 600, validate=203)}


fine_tune = _check("fine_tune", "frozen-batchnorm", slow=True)


@fine_tune.part("the running statistics stay, while the last layer learns", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.fine_tune, rng, 40, epochs=FEW)
    yield how(found) | {"the statistics stay": unchanged(found, "1.running_mean", "1.running_var")}
    yield {"it learns": learns(found, bn, bn.fine_tune, rng, 600)}


@fine_tune.part("all parameters but those of the last layer stay", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.fine_tune, rng, 40, epochs=FEW)
    yield how(found) | {"the last layer stays": unchanged(found, "3.weight", "3.bias")}
    yield {"the parameters stay": unchanged(found, "0.weight", "1.weight", "1.bias")}


@fine_tune.part("the batches are normalised with the frozen statistics", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.fine_tune, rng, 40, epochs=FEW)
    yield how(found) | {"the last layer stays": unchanged(found, "3.weight", "3.bias")}
    yield {"a norm is in training mode": any(found["training"] + found["other"])}


train_in_batches = _check("train_in_batches", "one-value-a-channel")


@train_in_batches.part("one row is left at the end of an epoch: it trains on, and learns", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_in_batches, rng, 41, epochs=FEW)  # 2 * BATCH + 1
    yield how(found) | how_many(found)
    yield {"it learns": learns(found, bn, bn.train_in_batches, rng, 601)}


@train_in_batches.part("each batch has two rows at least, none twice, and is for training", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_in_batches, rng, 41, epochs=FEW)
    yield how(found)
    yield {
        "a batch of one row": any(len(rows) == 1 for rows in found["batches"]),
        "a row twice in a batch": any(len(set(rows)) < len(rows) for rows in found["batches"]),
    }
    yield {"training": found["in training"]}


@train_in_batches.part("no other row is lost than those of an incomplete last batch", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for N in (80, 53):  # whole batches alone, and 13 rows that may be left out
        found = lesson(bn, bn.train_in_batches, rng, N, epochs=FEW)
        yield how(found) | how_many(found)
        if N == 80:
            yield {"all batches of batch_size rows": found["size"]}


train_on_sorted = _check("train_on_sorted", "a-failure-caught")


@train_on_sorted.part("what it learns holds for new digits, in inference mode", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_on_sorted, rng, 60, ordered=True, epochs=FEW)
    yield how(found) | {"training": found["in training"]}
    recognised = learns(found, bn, bn.train_on_sorted, rng, 600, ordered=True)
    yield {"new digits are recognised": recognised}


@train_on_sorted.part("each batch has digits of several classes", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_on_sorted, rng, 600, epochs=1, ordered=True)
    yield how(found) | {"several classes a batch": bool(found["mixed"])}


@train_on_sorted.part("it trains in training mode, for all epochs, in batches of batch_size", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_on_sorted, rng, 60, ordered=True, epochs=FEW)
    yield how_many(found) | {"batches of batch_size rows": found["size"]}
    yield {"training": found["in training"]}


@train_on_sorted.part("what it returns, if anything, is the loss of each step", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_on_sorted, rng, 60, ordered=True, epochs=FEW)
    told, losses = found["told"], found["losses"]
    each = told is None or len(told) == found["steps"]
    right = told is None or (len(told) == len(losses) and np.allclose(told, losses, atol=1e-3))
    once = len(losses) == found["steps"] and not found["other"]
    yield {"a step is made": found["steps"] > 0, "a number for each step": each}
    yield {"the losses": right, "without a second pass": right or once}


def accumulated(accumulate: Any, x: Any, y: Any, sizes: Any, settings: Any, x_new: Any) -> Any:
    """Driver: the outputs of the network for x_new, 1000 x_new and 2000 x_new, in inference.

    `alone` and `together` are those of four rows in training mode, by themselves and among all;
    `rows` is how many rows went through the network at once with gradients on, and `inference`
    whether a layer was in inference mode then.
    `steps` counts the steps of an optimiser, if there is one. `lost` tells whether gradients were
    set to zero before they were used, and `stale` whether some were used again.
    """
    import torch
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    rows, inference, steps = [0], [False], [0]
    # by parameter: its gradients since the last step
    since: dict[Any, list[Any]] = {}
    lost, stale = [False], [False]

    def watch(layer: Any, inputs: Any) -> None:
        weight: Any = getattr(layer, "weight", None)
        if torch.is_grad_enabled() and isinstance(inputs[0], torch.Tensor) and inputs[0].ndim > 1:
            rows.append(len(inputs[0]))
            inference[0] |= not layer.training
            if isinstance(layer, torch.nn.Linear) and weight not in since:
                gradients = since.setdefault(weight, [])
                weight.register_hook(lambda gradient: gradients.append(gradient.clone()))

    def step(optimizer: Any, args: Any, kwargs: Any) -> None:
        steps[0] += 1
        for weight, gradients in since.items():
            if gradients and weight.grad is not None:
                near = [
                    torch.cosine_similarity(weight.grad.ravel(), value.ravel(), dim=0) > 0.999
                    for value in (sum(gradients), gradients[-1])
                ]
                lost[0] |= near == [False, True]
                stale[0] |= near == [False, False]
            gradients.clear()

    # of all modules: the model is not made yet
    hooks = [
        torch.nn.modules.module.register_module_forward_pre_hook(watch),
        register_optimizer_step_pre_hook(step),
    ]
    try:
        model = accumulate(torch.tensor(x), torch.tensor(y), *sizes, *settings)
    finally:
        for hook in hooks:
            hook.remove()
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"a torch.nn.Module should be returned, not {type(model).__name__}")
    with torch.no_grad():
        # normalised features do not see the scale of large inputs: the last two are about equal
        outputs = [model.eval()(size * torch.tensor(x_new)) for size in (1, 1000, 2000)]
        # batch normalisation would mix the rows
        together, alone = (model.train()(torch.tensor(x))[:4] for x in (x_new, x_new[:4]))
    return {
        "rows": max(rows),
        "inference": inference[0],
        "steps": steps[0],
        "lost": lost[0],
        "stale": stale[0],
        "outputs": outputs,
        "alone": alone,
        "together": together,
    }


accumulate = _check("accumulate", "gradient-accumulation", slow=True)
WHOLE, MICRO, UNEVEN, STEPS = 40, 4, 12, 80


Run = tuple[int, int, float] | tuple[int, int, float, int]


def runs(bn: Any, rng: np.random.Generator, *runs: Run) -> list[Any]:
    """What `accumulated` finds for each (micro_batch, steps, lr), and whether the first learned.

    All have the same seed, but for what a run has as its last number.
    """
    (x, y), (x_new, y_new) = some_digits(rng, 600, 500)
    seed, sizes = int(rng.integers(1000)), (HIDDEN, CLASSES)
    found: list[Any] = []
    for micro, steps, lr, *other in runs:
        settings = (WHOLE, micro, steps, lr, seed + sum(other))
        found.append(drive(bn, accumulated, bn.accumulate, x, y, sizes, settings, x_new))
    right = np.asarray(found[0]["outputs"][0]).argmax(axis=1) == y_new  # (M,)
    return [*found, bool(right.mean() > LEARNED)]


def distance(a: Any, b: Any) -> float:
    """How far outputs are apart, in units of the second."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def how_accumulated(bn: Any, rng: np.random.Generator) -> dict[str, bool]:
    """How the gradients of micro-batches are used: asked first, in two steps."""
    start = (WHOLE, 0, 0.1)
    run, one, again, other, _ = runs(bn, rng, (MICRO, 2, 0.1), start, start, (*start, 1))
    return {
        "the same seed starts another network": distance(again["alone"], one["alone"]) > 0.01,
        "another seed starts the same network": distance(other["alone"], one["alone"]) < 0.01,
        "more rows at once than micro_batch": run["rows"] > MICRO,
        "more steps than asked for": run["steps"] > 2,
        "gradients are lost": run["lost"],
        "gradients are used again": run["stale"],
        "a layer trains in inference mode": run["inference"],
    }


# Of a hundred draws in three a ReLU is so near its edge that rounding errors grow a thousand times.
DRAWS = 3


def near(a: Any, b: Any, less: float) -> Seen:
    """Are outputs less apart than this?"""
    apart = distance(a, b)
    return Seen(apart < less, f"outputs {apart:.2g} of their size apart, less than {less} expected")


@accumulate.part("the same network, whatever the micro-batch", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = how_accumulated(bn, rng)
    yield found
    learned, same = False, Seen(False, "it is not taught as it should be")
    draws = 0 if any(found.values()) else DRAWS  # else what comes of it can come of many things
    for _ in range(draws):
        whole, micro, learned = runs(bn, rng, (WHOLE, STEPS, 0.3), (MICRO, STEPS, 0.3))
        same = near(micro["outputs"][0], whole["outputs"][0], 0.01)
        if same.yes:
            break
    yield {"it learns": learned}
    yield {"the same outputs": same}


@accumulate.part("a small step goes in the same direction, and as far", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    # no step, one, and one in micro-batches: with so small an lr, a step in parts is as good
    small = [(micro, 1, 1e-3) for micro in (WHOLE, MICRO, UNEVEN)]
    start, *steps, _ = runs(bn, rng, (WHOLE, 0, 1e-3), *small)
    one, other, uneven = (  # how far the outputs have moved
        np.asarray(run["outputs"][0], np.float64) - start["outputs"][0] for run in steps
    )
    along = float((one * other).sum() / (np.linalg.norm(one) * np.linalg.norm(other)))
    far = np.linalg.norm(other) / np.linalg.norm(one)
    yield {"the same direction": along > 0.99}
    yield {"as far": along > 0.99 and bool(abs(far - 1) < 0.1)}
    yield {"a smaller last part counts by its rows": distance(uneven, one) < 0.05}
    yield {"ten times as far": bool(abs(far / 10 - 1) < 0.2)}  # for ten micro-batches


@accumulate.part("the hidden layer is still normalised, and each row by itself", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    run, _ = runs(bn, rng, (WHOLE, 2, 0.1))
    yield {"rows that are trained on at once": run["rows"]}
    yield {"it is normalised": near(run["outputs"][2], run["outputs"][1], 0.1)}
    yield {"each row by itself": near(run["alone"], run["together"], 0.01)}
    yield {"a layer trains in inference mode": run["inference"]}


checks = [
    evaluate,
    freeze_batchnorm,
    recalibrate,
    make_mlp,
    train_and_validate,
    fine_tune,
    train_in_batches,
    train_on_sorted,
    accumulate,
]
