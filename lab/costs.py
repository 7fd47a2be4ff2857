"""What a layer costs: time on one machine, messages between several, and numbers in a network."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor


def seconds(step: Callable[[], object], repeats: int = 20) -> float:
    """The processor time that `step()` takes: the median of `repeats` calls, after one more."""
    step()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        step()
        times.append(time.process_time() - start)
    return float(np.median(times))


def all_reduce_seconds(size: int, repeats: int = 200) -> dict[str, Tensor]:
    """What it takes, by the clock, to sum `size` float32 over all processes.

    The shortest time of `repeats`: whatever else the machine does only makes it longer.
    """
    values, times = torch.zeros(size), []
    for _ in range(repeats):
        dist.barrier()
        start = time.perf_counter()
        dist.all_reduce(values)
        times.append(time.perf_counter() - start)
    return {"seconds": torch.tensor(times).min()}


class Layers(NamedTuple):
    """The channels of each batch norm of a network, and all of its parameters."""

    channels: list[int]
    parameters: int


def resnet50() -> Layers:
    """Counted from the table of the 50-layer network by He et al. (2016), with 1000 classes."""
    channels, weights, inputs = [64], 3 * 7 * 7 * 64, 64
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            channels += [width, width, 4 * width]
            weights += inputs * width + 9 * width**2 + 4 * width**2
            if block == 0:  # the skip needs a convolution of its own to widen
                channels.append(4 * width)
                weights += inputs * 4 * width
            inputs = 4 * width
    return Layers(channels, weights + 2 * sum(channels) + inputs * 1000 + 1000)
