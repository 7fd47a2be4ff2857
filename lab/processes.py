"""One batch on several processes, each with its own statistics or all with common ones."""

import copy
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.multiprocessing.spawn import spawn
from torch.nn import functional as F

State = dict[str, Tensor]


class _Total(torch.autograd.Function):
    """The sum of a tensor over all processes, which autograd can go back through."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        total = values.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        # Every process's loss depends on the total, so their gradients add up.
        total = gradients[0].clone()
        dist.all_reduce(total)
        return total


def total(values: Tensor) -> Tensor:
    """The sum of `values` over all processes, of the same shape."""
    return _Total.apply(values)  # type: ignore[no-any-return, no-untyped-call]


class SyncBatchNorm(nn.modules.batchnorm._BatchNorm):
    """Batch normalisation of (N, C, ...) whose batch is the rows of all processes.

    What nn.SyncBatchNorm does on GPUs, for tensors in main memory, which that refuses.
    The number of rows may differ; every process must take part in each training step.
    """

    def forward(self, x: Tensor) -> Tensor:
        """y, of the shape of x."""
        if not self.training:
            return super().forward(x)
        axes = [0, *range(2, x.ndim)]
        per_channel = (1, -1) + (1,) * (x.ndim - 2)
        count = total(x.new_tensor(x.numel() / x.shape[1]))
        mean = total(x.sum(axes)) / count  # (C,)
        centred = x - mean.view(per_channel)
        variance = total((centred**2).sum(axes)) / count  # (C,)
        self._remember(mean.detach(), (variance * count / (count - 1)).detach())
        scale = self.weight / torch.sqrt(variance + self.eps)  # (C,)
        return centred * scale.view(per_channel) + self.bias.view(per_channel)

    def _remember(self, mean: Tensor, unbiased: Tensor) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(unbiased, self.momentum)
        self.num_batches_tracked += 1

    def _check_input_dim(self, input: Tensor) -> None:
        if input.ndim < 2:
            raise ValueError(f"x: expected (N, C, ...), got {tuple(input.shape)}")


def gradients(model: nn.Module, x: Tensor, y: Tensor) -> State:
    """Gradients and running statistics by name, after one batch x (N, ...), y (N,) in training."""
    model.train().zero_grad()
    F.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]
    state = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    return state | {name: b.clone() for name, b in model.named_buffers() if b.is_floating_point()}


def shared_gradients(model: nn.Module, x: Tensor, y: Tensor) -> State:
    """The same where each process takes its share of the rows and gradients are averaged.

    This is what DistributedDataParallel does in a training step.
    """
    rank, world = dist.get_rank(), dist.get_world_size()
    state = gradients(model, x.chunk(world)[rank], y.chunk(world)[rank])
    for name, _ in model.named_parameters():
        dist.all_reduce(state[name])
        state[name] /= world
    return state


def in_processes(
    job: Callable[..., State], tasks: Sequence[tuple[Any, ...]], world: int = 2
) -> list[list[State]]:
    """What `job(*task)` returns, for each task in turn, in each of `world` processes: [rank][task].

    The processes are new ones on this machine, joined by torch.distributed with gloo.  `job` must
    be a function of an importable module.  A process that fails, or waits for the others for more
    than a minute, ends all of them with its error.
    """
    with TemporaryDirectory() as folder:
        spawn(_process, (world, folder, job, list(tasks)), nprocs=world)  # type: ignore[no-untyped-call]
        return [torch.load(Path(folder, f"{rank}.pt")) for rank in range(world)]


def _process(
    rank: int,
    world: int,
    folder: str,
    job: Callable[..., State],
    tasks: list[tuple[Any, ...]],
) -> None:
    torch.set_num_threads(1)
    tasks = copy.deepcopy(tasks)  # tensors arrive in memory that all processes share
    with process_group(Path(folder, "meeting"), rank, world):
        torch.save([job(*task) for task in tasks], Path(folder, f"{rank}.pt"))


@contextmanager
def process_group(meeting: Path, rank: int, world: int) -> Iterator[None]:
    """Join the `world` processes that name the same file, which must be new, as number `rank`."""
    if loopback := {"linux": "lo", "darwin": "lo0"}.get(sys.platform):
        os.environ["GLOO_SOCKET_IFNAME"] = loopback  # a host's name need not resolve
    dist.init_process_group(
        "gloo",
        init_method=meeting.absolute().as_uri(),
        rank=rank,
        world_size=world,
        timeout=timedelta(minutes=1),
    )
    try:
        yield
    finally:
        dist.destroy_process_group()


def relative_difference(a: State, b: State) -> float:
    """The largest ||a - b|| / ||b|| of a tensor, over the tensors that a has."""
    return max(float((a[name] - b[name]).norm() / b[name].norm()) for name in a)
