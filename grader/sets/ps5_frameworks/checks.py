"""What is asked about ps5_frameworks: a PyTorch module, Keras's conventions, and folding.

Torch is imported only in the student's process: the drivers `BatchNorm` and `fold_batchnorm` run
there, and the faulty implementations model what they answer. Drivers hold no expected values.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar

import numpy as np

from ...checking.borrowed import borrowed
from ...checking.check import Check, raises
from ...checking.remote import Arguments, RemoteError, Student, drive
from ...reference import Array
from ..ps1_standardize.checks import LARGE_EPS, NO_EPS, affine
from ..ps1_standardize.checks import batch as batch_in_float64
from . import faults, plain

_check = partial(Check.against, faults, plain=plain)


class BatchNorm:
    """Driver: a student's BatchNorm module, which answers in arrays.

    Borrowed is raised where torch's own normalisation is called, or is in it.
    """

    class Borrowed(Exception):
        """Torch's own batch normalisation does the work."""

    tried: ClassVar[set[object]] = set()  # classes that are known to be the student's own
    used: ClassVar[list[str]] = []  # what was called of torch's own, in the last call
    watch: ClassVar[Any] = None  # made at the first use, as it needs torch

    def __init__(
        self,
        student: Any,
        num_features: int,
        options: dict[str, Any],
        weight: Any = None,
        bias: Any = None,
    ) -> None:
        """bn = BatchNorm({num_features}, **{options})
        bn.weight.data = {weight}
        bn.bias.data = {bias}
        """
        import torch

        # there is no global `torch` where this runs
        self.torch, self.num_features, self.options = torch, num_features, options
        self._try(student)
        self.inner = student(num_features, **options)
        if weight is not None:
            # past the graph, in their dtype
            self.inner.weight.data.copy_(torch.from_numpy(weight))
            self.inner.bias.data.copy_(torch.from_numpy(bias))

    def _try(self, student: Any) -> None:
        # look for torch's own, so that no question is answered with it inside
        if id(student) in self.tried:
            return
        # Both modes, both shapes: it may call torch's own in one of them alone.
        for mode in (True, False):
            self.inner = student(self.num_features)
            if not isinstance(self.inner, self.torch.nn.Module):
                raise TypeError("BatchNorm must be a class derived from torch.nn.Module")
            for part in self.inner.modules():
                for kind in type(part).__mro__:  # of submodules and of base classes
                    if kind.__module__.rpartition(".")[2] in ("batchnorm", "instancenorm"):
                        name = f"torch.nn.{kind.__name__}"
                        raise self.Borrowed(f"{name} is in it; write the formula yourself")
            self.inner.train(mode)
            for shape in ((2, self.num_features), (2, self.num_features, 2, 2)):
                try:
                    self._call(self.torch.ones(shape))
                except self.Borrowed:
                    raise
                except Exception:
                    pass  # what it cannot do yet, the questions will show
        self.tried.add(id(student))

    def _call(self, x: Any) -> Any:
        self.used.clear()
        with self._watch():
            y = self.inner(x)
        if self.used:
            raise self.Borrowed(f"it calls torch's own {self.used[0]}; write the formula yourself")
        return y

    def _watch(self) -> Any:
        """A context that notes which of torch's own normalisations are called."""
        if self.watch is None:
            from torch.utils._python_dispatch import TorchDispatchMode

            used = self.used
            known: dict[Any, bool] = {}

            # Below nn, functional and autograd: each way to call an operator comes through here.
            class Watch(TorchDispatchMode):  # type: ignore[no-untyped-call]
                def __torch_dispatch__(
                    self, op: Any, types: object, args: Any = (), kwargs: Any = None
                ) -> Any:
                    if op not in known:
                        kinds = ("batch_norm", "layer_norm", "group_norm")
                        # by name once for each operator: it is asked often
                        known[op] = any(kind in str(op) for kind in kinds)
                    if known[op]:
                        used.append(str(op))
                    return op(*args, **(kwargs or {}))

            type(self).watch = Watch
        return self.watch()

    def train(self) -> None:
        """bn.train()"""
        self.inner.train()

    def eval(self) -> None:
        """bn.eval()"""
        self._remembers()
        self.inner.eval()

    def _remembers(self) -> None:
        """Without running statistics at all, what asks for them is not written yet.

        No mistake is to be read into it: it has no mode, and nothing that should be a buffer.
        """
        asked = self.options.get("track_running_stats", True)
        if asked and not hasattr(self.inner, "running_mean"):
            raise NotImplementedError("the layer has no running_mean")

    def double(self) -> None:
        """bn.double()"""
        self.inner.double()

    def forward(self, x: Any, channels_last: bool = False, no_grad: bool = False) -> Any:
        """bn({x})"""
        x = self.torch.from_numpy(x)
        if channels_last and x.ndim == 4:
            x = x.contiguous(memory_format=self.torch.channels_last)
        elif channels_last:  # rows have them last: here the columns lie one after the other
            x = x.t().contiguous().t()
        with self.torch.set_grad_enabled(not no_grad):
            return self._call(x)

    def kept(self, x: Any) -> Any:
        """bn({x})"""
        x = self.torch.from_numpy(x)
        y = self._call(x)  # what it does to x comes back in x
        return x, y

    def statistics(self) -> Any:
        """bn.running_mean, bn.running_var"""
        self._remembers()
        mean, variance = self.inner.running_mean, self.inner.running_var
        # one without the other is told apart
        return None if mean is None and variance is None else (mean, variance)

    def attached(self) -> bool:
        """bn.running_mean.requires_grad or bn.running_var.requires_grad"""
        self._remembers()
        return bool(self.inner.running_mean.requires_grad or self.inner.running_var.requires_grad)

    def batches(self) -> int:
        """bn.num_batches_tracked"""
        self._remembers()
        return int(self.inner.num_batches_tracked)

    def parameters(self) -> list[str]:
        """sorted(name for name, _ in bn.named_parameters())"""
        return sorted(name for name, _ in self.inner.named_parameters())

    def learned(self) -> list[str]:
        """sorted(name for name, one in bn.named_parameters() if one.requires_grad)"""
        found = self.inner.named_parameters()
        return sorted(name for name, parameter in found if parameter.requires_grad)

    def state(self) -> dict[str, Any]:
        """bn.state_dict()"""
        self._remembers()
        return dict(self.inner.state_dict())

    def to_pytorch_and_back(self, x: Any) -> Any:
        """# its state_dict into an nn.BatchNorm2d, one training batch {x} there, and back
        bn.eval()({x})
        """
        x = self.torch.from_numpy(x)
        # on purpose: the student's state_dict has to fit torch's own
        own = self.torch.nn.BatchNorm2d(self.num_features, **self.options)
        own.load_state_dict(dict(self.inner.state_dict()))
        there = own.eval()(x)
        own.train()(x)  # so that something has changed when it comes back
        self.inner.load_state_dict(dict(own.state_dict()))
        self.inner.eval()
        return there, self._call(x)

    def gradients(self, x: Any, dy: Any) -> dict[str, Any]:
        """bn({x}.requires_grad_()).backward({dy})"""
        x = self.torch.from_numpy(x).requires_grad_()
        self.inner.zero_grad()  # else those of the call before are added
        self._call(x).backward(self.torch.from_numpy(dy))
        found = {name: parameter.grad for name, parameter in self.inner.named_parameters()}
        return {"x": x.grad, **found}


def fold_batchnorm(
    student: Any,
    weight: Any,
    bias: Any,
    gamma: Any,
    beta: Any,
    running_mean: Any,
    running_var: Any,
    eps: float,
) -> Any:
    """Driver: what fold_batchnorm gives for tensors, and these as the call left them."""
    import torch

    norm = [torch.from_numpy(a) for a in (gamma, beta, running_mean, running_var)]
    weight = torch.from_numpy(weight)
    bias = None if bias is None else torch.from_numpy(bias)
    folded = student(weight, bias, *norm, eps)
    return folded, [weight, bias, *norm]


def module(bn: Any, num_features: int, *parameters: Array, **options: Any) -> Any:
    """A BatchNorm of the implementation's, with this weight and bias if any are given.

    Raises Borrowed where its source uses torch's own.
    """
    # what the source shows needs no run, and cannot be hidden at run time
    if isinstance(bn, Student) and (found := borrowed(tuple(bn.sources), "BatchNorm")):
        text = f"{found} is torch's own; write the formula yourself"
        raise RemoteError(["Borrowed", "Exception"], text)
    return drive(bn, BatchNorm, bn.BatchNorm, num_features, options, *parameters)


def running(made: Any) -> dict[str, object]:
    """The running statistics of a module by name; without any they are None."""
    found: Any = made.statistics()
    mean, variance = (None, None) if found is None else found
    return {"running_mean": mean, "running_var": variance}


def float32(*arrays: Array) -> tuple[Array, ...]:
    """The arrays in float32, torch's own default."""
    return tuple(array.astype(np.float32) for array in arrays)


# Smallest first; N - 1 is never C. Where N or W is C, a wrong axis runs and gives wrong numbers.
ROWS = ((4, 2), (5, 5), (16, 3))
MAPS = ((3, 2, 1, 2), (4, 3, 5, 3), (2, 3, 4, 5), (5, 4, 2, 3))
LARGE = 100.0  # deviations beside which no eps can be seen


def batch(rng: np.random.Generator, shape: tuple[int, ...], scale: float = 1.0) -> Array:
    """A batch in float32, (N, C) or (N, C, H, W), whose channels differ."""
    return (scale * batch_in_float64(rng, *shape)).astype(np.float32)


def large(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """A batch for a part that does not ask about eps: a wrong one costs nothing there."""
    return batch(rng, shape, LARGE)


def far_away(rng: np.random.Generator, D: int, deviation: Array | float) -> Array:
    """x (4, D) in float64, in units of 2**20: 2**25, and two values on both sides of it.

    In float32 they are all the same. Right formulas make no rounding errors of these, whether they
    go through them one by one or all at once, and no eps can be seen.
    """
    x = 2.0**25 + rng.choice([-1, 1], D) * deviation * np.array([[-1], [1], [0], [0]])
    return np.asarray(2.0**20 * x)


def trained(bn: Any, rng: np.random.Generator, C: int, **options: Any) -> Any:
    """A module with a random weight and bias."""
    return module(bn, C, *float32(*affine(rng, C)), **options)


module_training = _check("module_training", "a-module-of-your-own")


@module_training.part("(N, C) in training: the batch's statistics, weight and bias", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for shape in ROWS:
        made = trained(bn, rng, shape[1])
        for _ in range(2):  # the same layer again: it keeps nothing of x
            yield made.forward(large(rng, shape))


@module_training.part("(N, C, H, W) in training: one mean and one variance a channel", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for shape in MAPS:
        yield trained(bn, rng, shape[1]).forward(large(rng, shape))


@module_training.part("eps as the caller gives it, 1e-5 if it is not given", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for shape, eps in zip((ROWS[0], MAPS[0]), LARGE_EPS, strict=True):
        yield trained(bn, rng, shape[1]).forward(batch(rng, shape, 1 / 300))
        yield trained(bn, rng, shape[1], eps=eps).forward(batch(rng, shape, 1 / 100))


@module_training.part("ValueError when training on one value a channel, and only then", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for one, two in (((1, 3), (2, 3)), ((1, 2, 1, 1), (1, 2, 1, 3))):
        made = trained(bn, rng, one[1])
        # N or N H W is 1
        yield {
            "raises an exception": raises(Exception, made.forward, large(rng, one)),
            "raises ValueError": raises(ValueError, made.forward, large(rng, one)),
        }
        yield made.forward(large(rng, two))


@module_training.part(
    "the dtype of x, and double precision after double()", 0.5, dtype=True, shows="precision-fixed"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield trained(bn, rng, 3).forward(large(rng, (5, 3)))
    made = trained(bn, rng, 3)
    made.double()
    yield made.forward(far_away(rng, 3, 1.0))  # its squares have no more digits than float64


@module_training.part(
    "still right when the mean is many million times the spread", 0.5, shows="one-pass-variance"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = trained(bn, rng, 3)
    made.double()
    # squares of these have more digits than float64
    yield made.forward(far_away(rng, 3, rng.integers(40, 56, 3) / 64))


@module_training.part(
    "the same for tensors in channels_last memory format", 0.5, shows="memory-layout-assumed"
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for shape in (*MAPS[1:3], ROWS[0]):
        yield trained(bn, rng, shape[1]).forward(large(rng, shape), channels_last=True)


@module_training.part("x is left as it was", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    given, y = trained(bn, rng, 2).kept(large(rng, (4, 2)))
    yield Arguments([given])
    yield y


module_inference = _check("module_inference", "running-statistics-in-pytorch")
# Two batches of rows, and two of feature maps. One moves the statistics all the way where momentum
# is 1; n / (n - 1) is another number for N than for N H W.
TWICE = (((4, 2), (5, 2)), ((3, 2, 1, 3), (4, 2, 2, 3)))


@module_inference.part("running_mean and running_var move with every training batch", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for options in ({}, {"momentum": 0.3}):  # the default, and one that is none
        for shapes in TWICE:
            made = module(bn, 2, eps=0.53, **options)  # it has no place in running_var
            for shape in shapes:
                made.forward(batch(rng, shape))
                yield running(made)


@module_inference.part("each layer has its own", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    first, second = module(bn, 2), module(bn, 2)
    for made in (first, second):
        made.forward(batch(rng, (4, 2)))
        yield {"the first layer": running(first), "the second": running(second)}


@module_inference.part("in inference they normalise, and do not move", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for first, then in TWICE:
        made = trained(bn, rng, 2, momentum=1.0)
        for _ in range(2):  # what inference has kept is stale in the next round
            made.train()
            yield made.forward(large(rng, first))
            made.eval()
            yield {"output": made.forward(large(rng, then)), **running(made)}
    made = module(bn, 2, momentum=1.0, eps=0.53)
    made.forward(batch(rng, (4, 2)))
    made.eval()
    for _ in range(5):
        made.forward(batch(rng, (5, 2)))
    yield running(made)  # not by a little either, nor by eps


@module_inference.part("in inference one value a channel is enough", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for first, one in (((4, 2), (1, 2)), ((3, 2, 1, 3), (1, 2, 1, 1))):
        made = trained(bn, rng, 2, momentum=1.0)
        made.forward(large(rng, first))
        raises(Exception, made.forward, large(rng, one))  # refused in training, without a trace
        made.eval()
        yield made.forward(large(rng, one))


@module_inference.part("the mode is train() or eval(), whether gradients are on or off", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = trained(bn, rng, 2, momentum=1.0)  # one batch moves the statistics all the way
    yield {"output": made.forward(large(rng, (4, 2)), no_grad=True), **running(made)}
    made.eval()
    yield {"output": made.forward(large(rng, (4, 2)), no_grad=True), **running(made)}
    yield made.forward(large(rng, (4, 2)))


@module_inference.part("eps in inference", 0.5, shows="eps-misplaced")
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for eps in LARGE_EPS:
        made = trained(bn, rng, 2, eps=eps, momentum=1.0)
        made.forward(batch(rng, (4, 2), 1 / 100))  # eps shows where variances are small
        made.eval()
        yield made.forward(batch(rng, (3, 2)))


@module_inference.part("num_batches_tracked counts the training batches", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = module(bn, 2)
    for _ in range(2):
        made.forward(batch(rng, (4, 2)))
        yield made.batches()
    made.eval()
    made.forward(batch(rng, (4, 2)))
    yield made.batches()


@module_inference.part("momentum=None: the plain average of all batches", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = module(bn, 2, momentum=None)
    for shape in ((4, 2), (5, 2), (3, 2, 1, 3)):  # by batches, not by rows: N differs
        made.forward(batch(rng, shape))
        yield running(made)


module_state = _check("module_state", "parameters-and-buffers", plain=None)


@module_state.part("weight and bias are its parameters, and nothing else is", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    yield module(bn, 2).parameters()


@module_state.part("the state_dict of nn.BatchNorm2d: the same names, shapes and values", 1.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = module(bn, 2)
    yield made.state()
    made.forward(batch(rng, (3, 2, 1, 2)))
    yield {"num_batches_tracked": made.batches()}  # counted, be it in a buffer or not
    state = made.state()
    yield state
    # values alone would not tell
    counts = np.asarray(state["num_batches_tracked"]).dtype.kind == "i"
    yield {"num_batches_tracked is a whole number": counts}


@module_state.part("the state_dict goes into nn.BatchNorm2d, is trained there, and comes back", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = trained(bn, rng, 3, momentum=0.3)
    made.forward(large(rng, (2, 3, 2, 1)))
    yield made.state()
    there, back = made.to_pytorch_and_back(large(rng, (2, 3, 4, 2)))
    yield {"output of nn.BatchNorm2d": there, "output after it came back": back}


@module_state.part("double() changes the running statistics too", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = module(bn, 2)
    yield running(made)
    made.double()
    yield running(made)


@module_state.part("affine=False: no weight, no bias", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = module(bn, 2, affine=False)
    yield {"parameters": made.parameters(), "of these learn": made.learned()}
    yield made.state()
    yield made.forward(large(rng, (4, 2)))


@module_state.part(
    "track_running_stats=False: no running statistics; inference uses the batch's", 1
)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    made = module(bn, 2, track_running_stats=False)
    yield made.state()
    yield made.forward(large(rng, (4, 2)))
    made.eval()
    yield made.forward(large(rng, (4, 2)))


module_gradients = _check("module_gradients", "autograd-through-the-statistics", plain=None)


def with_dy(rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """x and dy, with the mean of dy away from 0."""
    for shape in (*ROWS[:2], *MAPS[1:3]):
        x = large(rng, shape)
        yield x, rng.normal(0.5, 1, shape).astype(np.float32)


def gradients(bn: Any, rng: np.random.Generator, x: Array, dy: Array) -> dict[str, object]:
    """The gradients of a new module in training."""
    found = trained(bn, rng, x.shape[1]).gradients(x, dy)
    return dict(found)


@module_gradients.part("the gradient of x, through the mean and the variance", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, dy in with_dy(rng):
        yield gradients(bn, rng, x, dy)["x"]


@module_gradients.part("the gradients of weight and bias", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for x, dy in with_dy(rng):
        found = gradients(bn, rng, x, dy)
        found.pop("x")
        yield found


@module_gradients.part("the running statistics hold no graph: training goes on after backward", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    # the second backward would meet the first graph
    made, batches = trained(bn, rng, 2), (large(rng, (4, 2)) for _ in range(3))
    dy = batch(rng, (4, 2))
    for x in batches:
        found = dict(made.gradients(x, dy))
        yield found | {"the running statistics are in a graph": made.attached()}


@module_gradients.part("in inference the statistics are constants", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for shape in ((4, 2), (3, 2, 1, 2)):
        made = trained(bn, rng, 2, momentum=1.0)  # one batch moves the statistics all the way
        made.gradients(large(rng, shape), batch(rng, shape))
        made.eval()
        yield made.gradients(large(rng, shape), batch(rng, shape))


keras_to_torch = _check("keras_to_torch", "keras-to-torch")


def keras_layers(rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
    """gamma, beta, moving_mean, moving_variance, momentum and epsilon, as Keras has them."""
    # Keras's defaults first
    for D, momentum, epsilon in ((2, 0.99, 1e-3), (3, 0.9, 1e-2), (1, 0.8, 1e-5)):
        arrays = (*affine(rng, D), rng.normal(0, 3, D), rng.uniform(2, 9, D))
        yield *float32(*arrays), momentum, epsilon


IN_KERAS = {
    "weight": "gamma",
    "bias": "beta",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
    "eps": "epsilon",
}


def entries(answer: object, *names: str) -> object:
    """Those entries of a dict that a part asks about, or what has Keras's name in the place of one.

    What is no dict stays, to be told so.
    """
    if not isinstance(answer, dict):
        return answer
    found = [name if name in answer else IN_KERAS.get(name) for name in names]
    return {name: answer[name] for name in found if name in answer}


@keras_to_torch.part("weight, bias, running_mean and running_var", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for layer in keras_layers(rng):
        answer = bn.keras_to_torch(*layer)
        yield entries(answer, "weight", "bias", "running_mean", "running_var")


@keras_to_torch.part("momentum as PyTorch means it", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for layer in keras_layers(rng):
        yield entries(bn.keras_to_torch(*layer), "momentum")


@keras_to_torch.part("eps", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for layer in keras_layers(rng):
        yield entries(bn.keras_to_torch(*layer), "eps")


folding = _check("fold_batchnorm", "folding")


def layers(
    rng: np.random.Generator, *shapes: tuple[int, ...], std: float = LARGE, eps: float = NO_EPS
) -> Iterator[list[Any]]:
    """The arguments of fold_batchnorm for a weight of each shape.

    gamma and the standard deviation are large, so that no eps can be seen.
    """
    for shape in shapes:
        out = shape[0]  # outputs come first in linear layers and convolutions
        gamma, beta = affine(rng, out)
        mean, variance = rng.normal(0, 3, out), rng.uniform(2, 9, out)
        yield [
            *float32(rng.normal(0, 1, shape), rng.normal(1, 1, out)),
            *float32(std * gamma, beta, mean, std**2 * variance), eps
        ]  # fmt: skip


def folded(bn: Any, *layer: Any) -> Any:
    """What fold_batchnorm returns, and the tensors that it was given."""
    return drive(bn, fold_batchnorm, bn.fold_batchnorm, *layer)


@folding.part("into a linear layer: weight (out, in), bias (out,)", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for layer in layers(rng, (2, 2), (3, 2), (2, 4)):
        yield folded(bn, *layer)[0]


@folding.part("into a convolution: weight (out, in, kH, kW)", 2)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for layer in layers(rng, (2, 2, 1, 2), (3, 2, 3, 2), (2, 3, 3, 3)):
        yield folded(bn, *layer)[0]


@folding.part("a layer without bias (None) gets one", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for weight, _, *norm in layers(rng, (2, 2), (2, 2, 1, 2), (3, 2)):
        yield folded(bn, weight, None, *norm)[0]


@folding.part("eps as it is given", 1)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for eps in (1e-5, *LARGE_EPS):
        for share in (1, 1 / 30):  # variances above eps, and below it
            for layer in layers(rng, (2, 2), std=(share * eps) ** 0.5, eps=eps):
                yield folded(bn, *layer)[0]


@folding.part("float64 in, float64 out, and float32 too", 0.5, dtype=True)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for *arrays, eps in layers(rng, (2, 2), std=1e6):
        yield folded(bn, *(array.astype(np.float64) for array in arrays), eps)[0]
        yield folded(bn, *arrays, eps)[0]  # eps stays a float


@folding.part("the given tensors are left as they were", 0.5)
def _(bn: Any, rng: np.random.Generator) -> Iterator[object]:
    for *layer, eps in layers(rng, (2, 2)):
        yield Arguments(folded(bn, *layer, LARGE**2)[1])  # so large that it would be seen in one
        yield folded(bn, *layer, eps)[0]


checks = [
    module_training,
    module_inference,
    module_state,
    module_gradients,
    keras_to_torch,
    folding,
]
