"""One small training loop, the same for every experiment of the book.

A run repeats exactly on one machine: one thread, and every random choice hangs on `seed`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

torch.set_num_threads(1)  # sums in several threads depend on their order

Loss = Callable[[Tensor, Tensor], Tensor]


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
    seed: int = 0,
    test: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    evaluate_every: int = 100,
    loss: Loss = F.cross_entropy,
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.SGD,
    watch: Callable[[int, nn.Module], None] | None = None,
) -> History:
    """Train `model` in place on rows of x (N, ...) and classes y (N,), and return its history.

    Mini-batches are drawn without replacement; an incomplete last one is left out.
    `test` is (x, y): its accuracy is measured before the first step, after every
    `evaluate_every` steps and after the last.
    `watch(step, model)` is called after the gradients are there and before the update.
    Seed the model's own initialisation before you make it.
    Raises ValueError when a batch is larger than the data.
    """
    inputs, targets = torch.as_tensor(x), torch.as_tensor(y)
    if batch_size > len(inputs):
        raise ValueError(f"batch_size is {batch_size}, but there are only {len(inputs)} rows in x.")
    step_with = optimizer(model.parameters(), lr=lr)
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)  # dropout
    history, order = History(), np.empty(0, dtype=np.int64)
    for step in range(steps):
        if test is not None and step % evaluate_every == 0:
            _evaluate(model, test, step, history)
        if len(order) < batch_size:
            order = rng.permutation(len(inputs))
        rows, order = torch.from_numpy(order[:batch_size]), order[batch_size:]
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


def _evaluate(
    model: nn.Module,
    test: tuple[npt.ArrayLike, npt.ArrayLike],
    step: int,
    history: History,
) -> None:
    history.evaluated_at.append(step)
    history.accuracy.append(accuracy(model, *test))
