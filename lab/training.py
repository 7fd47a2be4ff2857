"""One small training loop, the same for every experiment of the book.

A run repeats exactly on one machine: one thread, and every random choice hangs on `seed`.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .networks import norm_layers

torch.set_num_threads(1)  # sums in several threads depend on their order

HELD_OUT = 500  # rows of the training set that choose a learning rate
TUNING_SEED = 100  # none of those behind a verdict

Optimizer = Callable[..., torch.optim.Optimizer]
OPTIMIZERS: dict[str, tuple[Optimizer, float]] = {  # and by how much smaller rates suit it
    "SGD": (torch.optim.SGD, 1.0),
    "momentum": (partial(torch.optim.SGD, momentum=0.9), 0.1),
    "Adam": (torch.optim.Adam, 0.01),
}

Loss = Callable[[Tensor, Tensor], Tensor]
Rows = npt.NDArray[np.int64]


@dataclass
class History:
    """What a run recorded.

    loss: the training loss of the mini-batch at each step, before the update.
    evaluated_at: steps done when `accuracy` was measured; accuracy: on the test set, in 0..1.
    """

    loss: list[float] = field(default_factory=list)
    evaluated_at: list[int] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)


def train(
    model: nn.Module,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    steps: int,
    lr: float,
    batch_size: int = 128,
    batches: Iterable[Rows] | None = None,
    seed: int = 0,
    test: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    evaluate_every: int = 100,
    loss: Loss = F.cross_entropy,
    optimizer: Optimizer = torch.optim.SGD,
    watch: Callable[[int, nn.Module], None] | None = None,
    enough: Callable[[History], bool] | None = None,
) -> History:
    """Train `model` in place on rows of x (N, ...) and classes y (N,), and return its history.

    Mini-batches are drawn without replacement; an incomplete last one is left out.
    `batches`, numbers of rows, takes the place of these.
    `test` is (x, y): its accuracy is measured before the first step, after every
    `evaluate_every` steps and after the last.
    `watch(step, model)` is called after the gradients are there and before the update.
    `enough(history)` is asked after each measurement of `test`; training ends where it says so.
    Seed the model's own initialisation before you make it.
    Raises ValueError when a batch is larger than the data.
    """
    inputs, targets = torch.as_tensor(x), torch.as_tensor(y)
    if batches is None:
        if batch_size > len(inputs):
            raise ValueError(
                f"batch_size is {batch_size}, but there are only {len(inputs)} rows in x."
            )
        batches = _shuffled(len(inputs), batch_size, np.random.default_rng(seed))
    step_with = optimizer(model.parameters(), lr=lr)
    torch.manual_seed(seed)  # dropout
    history = History()
    for step, batch in zip(range(steps), batches, strict=False):  # batches have no end
        if test is not None and step % evaluate_every == 0:
            _evaluate(model, test, step, history)
            if enough is not None and enough(history):
                return history
        rows = torch.from_numpy(batch)
        model.train()
        step_with.zero_grad()
        value = loss(model(inputs[rows]), targets[rows])
        value.backward()  # type: ignore[no-untyped-call]
        history.loss.append(value.item())
        if watch is not None:
            watch(step, model)
        step_with.step()
    if test is not None:
        _evaluate(model, test, steps, history)
    return history


def fit(
    model: nn.Module,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    lr: float,
    optimizer: str = "SGD",
    **options: Any,
) -> History:
    """`train` with an optimiser by its name; `lr` is in units that suit SGD (see `OPTIMIZERS`)."""
    make, unit = OPTIMIZERS[optimizer]
    return train(model, x, y, lr=lr * unit, optimizer=make, **options)


def accuracy(model: nn.Module, x: npt.ArrayLike, y: npt.ArrayLike, batch_size: int = 1000) -> float:
    """The share of rows of x (N, ...) that the model, in inference mode, puts in class y (N,)."""
    inputs, targets = torch.as_tensor(x), torch.as_tensor(y)
    was_training = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for start in range(0, len(inputs), batch_size):
            rows = slice(start, start + batch_size)
            right += int((model(inputs[rows]).argmax(1) == targets[rows]).sum())
    model.train(was_training)
    return right / len(inputs)


def best_lr(
    make: Callable[[int], nn.Module],
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    lrs: Sequence[float],
    *,
    steps: int,
    batch_size: int = 128,
) -> float:
    """The learning rate whose run is most accurate on the last `HELD_OUT` rows of x (N, ...).

    `make(seed)` gives a new model. These rows take no part in the runs compared here, and
    the seed is not one of those behind a verdict. Test data play no part.
    """
    inputs, targets = torch.as_tensor(x), torch.as_tensor(y)

    def score(lr: float) -> float:
        model = make(TUNING_SEED)
        train(
            model,
            inputs[:-HELD_OUT],
            targets[:-HELD_OUT],
            steps=steps,
            lr=lr,
            batch_size=batch_size,
            seed=TUNING_SEED,
        )
        return accuracy(model, inputs[-HELD_OUT:], targets[-HELD_OUT:])

    return max(lrs, key=score)


def recalibrate(model: nn.Module, x: npt.ArrayLike, batch_size: int = 500) -> nn.Module:
    """A copy of the model whose running statistics are the average over batches of x (N, ...).

    Only batch norms are in training mode meanwhile: no dropout, and no weight moves.
    """
    model = copy.deepcopy(model).eval()
    inputs = torch.as_tensor(x)
    for norm in norm_layers(model):
        norm.reset_running_stats()  # type: ignore[operator]
        norm.momentum = None  # type: ignore[assignment]  # the plain average
        norm.train()
    with torch.no_grad():
        for batch in torch.split(inputs, batch_size):
            model(batch)
    return model.eval()


def _shuffled(rows: int, batch_size: int, rng: np.random.Generator) -> Iterator[Rows]:
    while True:
        order = rng.permutation(rows)
        for start in range(0, rows - batch_size + 1, batch_size):
            yield order[start : start + batch_size]


def _evaluate(
    model: nn.Module,
    test: tuple[npt.ArrayLike, npt.ArrayLike],
    step: int,
    history: History,
) -> None:
    history.evaluated_at.append(step)
    history.accuracy.append(accuracy(model, *test))
