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
from . import faults

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

        self.torch, nn = torch, torch.nn  # there is no global `torch` where this runs
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
        for i in self.norms:
            leaves[i].momentum = 0.2 + 0.1 * i  # each its own: one value for all would show
        recalibrate(self.model, self.loader(x, y, batch_size))
        leaves = self.leaves()
        return self.model.training, [leaves[i].momentum for i in self.norms]

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
        # has, for each pass of rows of x with gradients on, their numbers; `training` and `other`
        # tell whether the norm was in training mode in these passes, and in any other.
        x = self.torch.tensor(x)
        # a row is known again by its bytes, in whatever batch
        number = {row.numpy().tobytes(): i for i, row in enumerate(x)}
        batches, training, other = [], [], []
        passing: list[int] = []  # the rows that are on their way through the network

        def enter(layer: Any, inputs: Any) -> None:
            # -1 for a row that is none of x
            passing[:] = [number.get(row.numpy().tobytes(), -1) for row in inputs[0].detach()]

        def watch(norm: Any, inputs: Any) -> None:
            if self.torch.is_grad_enabled() and -1 not in passing:  # a step of training
                batches.append(list(passing))
                training.append(norm.training)
            else:
                other.append(norm.training)

        leaves = self.leaves()
        hooks = [
            leaves[0].register_forward_pre_hook(enter),
            leaves[self.norms[0]].register_forward_pre_hook(watch),
        ]
        # arrays, not the sizes and rates
        given = [self.torch.tensor(a) if hasattr(a, "dtype") else a for a in args]
        result = script(self.model, x, self.torch.tensor(y), *given)
        for hook in hooks:
            hook.remove()
        told = [float(value) for value in result] if isinstance(result, list | tuple) else []
        return {
            "told": told,
            "batches": batches,
            "training": training,
            "other": other,
            "state": dict(self.model.state_dict()),
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


evaluate = _check("evaluate", "train-and-eval-in-pytorch")


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


@freeze_batchnorm.part("a step moves all parameters but weight and bias of the norms", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = net(bn, KINDS, used(rng, KINDS, (4, 3, 2)))
    made.freeze(bn.freeze_batchnorm)
    moved = made.step(rows(rng, 12, 4), rng.integers(0, 2, 12))
    yield {f"{name} moves": name in moved for name in sorted(PARAMETERS)}


@freeze_batchnorm.part("every norm: inside other modules, and of feature maps", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    kinds, deep = (
        ("norm", "relu", "flatten", "linear"),
        ("linear", "norm", "linear", "norm", "linear"),
    )
    maps = initial(kinds, (8, 3), rng)
    for name, (low, high) in (
        ("weight", (1, 2)),
        ("running_mean", (1, 2)),
        ("running_var", (3, 5)),
    ):
        maps[f"0.{name}"] = rng.uniform(low, high, 2)  # (C,)
    maps["0.bias"] = rng.normal(0, 1, 2)
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
        made.recalibrate(bn.recalibrate, rows(rng, 11, sizes[0]), rng.integers(0, 2, 11), 4)
        yield running(made)


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
    for mode in ("eval", "train"):
        made = net(bn, KINDS, used(rng, KINDS, (4, 3, 2)))
        getattr(made, mode)()
        before = made.statistics()
        training, momenta = made.recalibrate(
            bn.recalibrate, rows(rng, 10, 4), rng.integers(0, 2, 10), 4
        )
        yield {"the statistics move": not np.array_equal(before, made.statistics())}
        yield {"training": training, "momentum of each norm": momenta}


def mlp(make_mlp: Any, widths: Any, values: Any, x: Any, options: Any = ()) -> Any:
    """Driver: the layers of a network, and its outputs in both modes with these parameters.

    `values` are the weights of the linear layers, the last bias, and the state of the norms.
    `options` are what make_mlp is told besides the widths.
    """
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
        # their number is an answer, not an error
        for part, weight in zip(linears, weights, strict=False):
            part.weight.copy_(torch.tensor(weight))
            if part.bias is not None:
                # any other has to be redundant
                part.bias.copy_(torch.tensor(bias) if part is linears[-1] else 0 * part.bias)
        for norm, state in zip(norms, states, strict=False):
            norm.load_state_dict({k: torch.tensor(v) for k, v in state.items()}, strict=False)
        found["eval"] = model.eval()(torch.tensor(x))
        found["train"] = model.train()(torch.tensor(x))
    return found


make_mlp = _check("make_mlp", "not-on-the-output")
WIDTHS = ([3, 2], [3, 4, 2], [5, 4, 4, 3], [2, 3, 4, 5, 6])


def layers(
    bn: Any, rng: np.random.Generator, make: Any, widths: list[int], *options: object
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
    return drive(bn, mlp, make, widths, values, rows(rng, 7, widths[0]), options)


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
        found = layers(bn, rng, bn.make_mlp, widths)
        yield {"output in inference": found["eval"], "output in training": found["train"]}


def lesson(
    bn: Any,
    script: Any,
    rng: np.random.Generator,
    N: int,
    *,
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
    state = initial(KINDS, (PIXELS, HIDDEN, CLASSES), rng)
    # a used network: so its features are worth keeping, and its statistics are those of digits
    hidden = x @ state["0.weight"].T  # (N, 30)
    state |= {"1.running_mean": hidden.mean(axis=0), "1.running_var": hidden.var(axis=0)}
    args = (x_val, y_val) if validate else ()
    found: dict[str, Any] = net(bn, KINDS, state).teach(script, x, y, *args, BATCH, EPOCHS, LR)
    # judged here: the new classes never left
    found["accuracy"] = share_right(found["state"], *new)
    found["learned"] = found["accuracy"] > LEARNED
    if validate:
        found["last"] = share_right(found["state"], x_val, y_val)
    found["before"] = {name: _float32(value) for name, value in state.items()}
    found["rows"] = sum(map(len, found["batches"]))
    found["in training"] = bool(found["batches"]) and all(found["training"])
    # sorted digits give batches of one class, or of two at a border
    found["mixed"] = np.mean([len(set(y[rows])) > 2 for rows in found["batches"] or [[]]]) > 0.9
    return found


def accurate(found: dict[str, Any], also: bool = True, otherwise: str = "") -> Seen:
    """Has it learned, and what else counts? Says the accuracy, or what is `otherwise`."""
    measured = f"accuracy on new digits {found['accuracy']:.2f}, at least {LEARNED} expected"
    told = ([] if found["learned"] else [measured]) + ([] if also else [otherwise])
    return Seen(not told, "; ".join(told))


def from_rows(found: dict[str, Any], least: int, most: int) -> Seen:
    """Has it learned, from so many rows in all epochs?"""
    text = f"{found['rows']} rows in all epochs, from {least} to {most} expected"
    return accurate(found, least <= found["rows"] <= most, text)


def unchanged(found: dict[str, Any], *names: str) -> bool:
    """Has the network these parameters and buffers as they were before?"""
    return all(np.array_equal(found["state"][name], found["before"][name]) for name in names)


train_and_validate = _check("train_and_validate", "train-and-eval-in-pytorch")


@train_and_validate.part("an accuracy for each epoch, as it is in inference mode", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_and_validate, rng, 600, validate=203)
    yield {"number of accuracies": len(found["told"])}
    told, last = found["told"][-1], found["last"]
    # 0.01 is two digits of 203
    yield {"the last one is right": Seen(abs(told - last) < 0.01, f"{told:.3g}, it is {last:.3g}")}


@train_and_validate.part("the validation digits leave no trace in the running statistics", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_and_validate, rng, 600, validate=203)
    yield {"it learns, and they do not": accurate(found, not any(found["other"]), MOVED)}


@train_and_validate.part("each epoch trains in training mode", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_and_validate, rng, 600, validate=203)
    yield {"it learns, and does so": accurate(found, found["in training"], NOT_TRAINING)}


fine_tune = _check("fine_tune", "frozen-batchnorm")


@fine_tune.part("the running statistics stay, while the last layer learns", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.fine_tune, rng, 600)
    statistics = unchanged(found, "1.running_mean", "1.running_var")
    yield {"it learns": accurate(found), "the statistics stay": statistics}


@fine_tune.part("all parameters but those of the last layer stay", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.fine_tune, rng, 600)
    parameters = unchanged(found, "0.weight", "1.weight", "1.bias")
    yield {"it learns": accurate(found), "the parameters stay": parameters}


@fine_tune.part("the batches are normalised with the frozen statistics", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.fine_tune, rng, 600)
    training = any(found["training"] + found["other"])
    yield {"it learns": accurate(found), "a norm is in training mode": training}


train_in_batches = _check("train_in_batches", "one-value-a-channel")


@train_in_batches.part("one row is left at the end of an epoch: it trains on, and learns", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_in_batches, rng, 601)
    # 601 = 30 * BATCH + 1
    yield {"it learns, from all epochs": from_rows(found, EPOCHS * 600, EPOCHS * 601)}


@train_in_batches.part("each batch has two rows at least, none twice, and is for training", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_in_batches, rng, 601)
    different = all(len(set(rows)) == len(rows) > 1 for rows in found["batches"])
    yield {"two different rows at least": different}
    yield {"training": found["in training"]}


@train_in_batches.part("no other row is lost than those of an incomplete last batch", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for N in (600, 613):  # whole batches alone, and 13 rows that may be left out
        found = lesson(bn, bn.train_in_batches, rng, N)
        yield {"it learns, from nearly all rows": from_rows(found, EPOCHS * 600, EPOCHS * N)}


train_on_sorted = _check("train_on_sorted", "a-failure-caught")


@train_on_sorted.part("what it learns holds for new digits, in inference mode", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_on_sorted, rng, 600, ordered=True)
    yield {"new digits are recognised": accurate(found, found["in training"], NOT_TRAINING)}


@train_on_sorted.part("each batch has digits of several classes", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_on_sorted, rng, 600, ordered=True)
    yield {"several classes a batch": bool(found["mixed"])}


@train_on_sorted.part("it trains in training mode", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    found = lesson(bn, bn.train_on_sorted, rng, 600, ordered=True)
    yield {"training": found["in training"]}


def accumulated(accumulate: Any, x: Any, y: Any, sizes: Any, settings: Any, x_new: Any) -> Any:
    """Driver: the outputs of the network for x_new, 1000 x_new and 2000 x_new, in inference.

    `alone` and `together` are those of four rows in training mode, by themselves and among all;
    `rows` is how many rows went through the network at once with gradients on.
    """
    import torch

    rows = [0]

    def watch(layer: Any, inputs: Any) -> None:
        if torch.is_grad_enabled() and isinstance(inputs[0], torch.Tensor) and inputs[0].ndim > 1:
            rows.append(len(inputs[0]))

    # of all modules: the model is not made yet
    hook = torch.nn.modules.module.register_module_forward_pre_hook(watch)
    try:
        model = accumulate(torch.tensor(x), torch.tensor(y), *sizes, *settings)
    finally:
        hook.remove()
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"a torch.nn.Module should be returned, not {type(model).__name__}")
    with torch.no_grad():
        # normalised features do not see the scale of large inputs: the last two are about equal
        outputs = [model.eval()(size * torch.tensor(x_new)) for size in (1, 1000, 2000)]
        # batch normalisation would mix the rows
        together, alone = (model.train()(torch.tensor(x))[:4] for x in (x_new, x_new[:4]))
    return {"rows": max(rows), "outputs": outputs, "alone": alone, "together": together}


accumulate = _check("accumulate", "gradient-accumulation")
WHOLE, MICRO, STEPS = 40, 4, 80


def runs(bn: Any, rng: np.random.Generator, *runs: tuple[int, int, float]) -> list[Any]:
    """What `accumulated` finds for each (micro_batch, steps, lr), and whether the first learned."""
    (x, y), (x_new, y_new) = some_digits(rng, 600, 500)
    seed, sizes = int(rng.integers(1000)), (HIDDEN, CLASSES)
    found: list[Any] = []
    for micro, steps, lr in runs:
        settings = (WHOLE, micro, steps, lr, seed)
        found.append(drive(bn, accumulated, bn.accumulate, x, y, sizes, settings, x_new))
    right = np.asarray(found[0]["outputs"][0]).argmax(axis=1) == y_new  # (M,)
    return [*found, bool(right.mean() > LEARNED)]


def distance(a: Any, b: Any) -> float:
    """How far outputs are apart, in units of the second."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def near(a: Any, b: Any, less: float) -> Seen:
    """Are outputs less apart than this?"""
    apart = distance(a, b)
    return Seen(apart < less, f"outputs {apart:.2g} of their size apart, less than {less} expected")


@accumulate.part("the same network, whatever the micro-batch", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    whole, micro, learned = runs(bn, rng, (WHOLE, STEPS, 0.3), (MICRO, STEPS, 0.3))
    yield {"it learns, in micro-batches": learned and micro["rows"] <= MICRO}
    yield {"the same outputs": near(micro["outputs"][0], whole["outputs"][0], 0.01)}


@accumulate.part("a small step goes in the same direction, and as far", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    # no step, one, and one in micro-batches: with so small an lr, a step in parts is as good
    start, whole, micro, _ = runs(bn, rng, (WHOLE, 0, 1e-3), (WHOLE, 1, 1e-3), (MICRO, 1, 1e-3))
    one, other = (  # how far the outputs have moved
        np.asarray(run["outputs"][0], np.float64) - start["outputs"][0] for run in (whole, micro)
    )
    along = float((one * other).sum() / (np.linalg.norm(one) * np.linalg.norm(other)))
    far = abs(np.linalg.norm(other) / np.linalg.norm(one) - 1) < 0.1
    yield {"the same direction": along > 0.99}
    yield {"as far": along > 0.99 and bool(far)}


@accumulate.part("the hidden layer is still normalised, and each row by itself", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    run, learned = runs(bn, rng, (WHOLE, STEPS, 0.3))
    scale_free = near(run["outputs"][2], run["outputs"][1], 0.1)
    told = "it has not learned" if not learned else f"inputs twice as large: {scale_free.measured}"
    yield {"it learns, and is normalised": Seen(learned and scale_free.yes, told)}
    yield {"each row by itself": near(run["alone"], run["together"], 0.01)}


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
