"""Time the reference against PyTorch on one CPU thread: python -m benchmarks.reference

Our backward pass computes the statistics again; PyTorch keeps them from the forward pass.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy and torch

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from grader import reference

Call = Callable[[], object]


def medians(rounds: int, ours: Call, theirs: Call) -> tuple[float, float]:
    """Return the median milliseconds of both, called in turn so that noise hits them alike."""
    times: dict[Call, list[float]] = {ours: [], theirs: []}
    for _ in range(rounds):
        for call, taken in times.items():
            start = time.perf_counter()
            call()
            taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[ours]), statistics.median(times[theirs])


def compare(
    shape: tuple[int, ...],
    rounds: int,
    forward: Callable[..., object],
    backward: Callable[..., object],
) -> None:
    """Print a line for the forward and one for the backward pass."""
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, *shape), dtype=np.float32)
    gamma, beta = rng.standard_normal((2, shape[1]), dtype=np.float32)
    inputs = [torch.from_numpy(array).requires_grad_() for array in (x, gamma, beta)]
    upstream = torch.from_numpy(dy)

    def torch_forward() -> torch.Tensor:
        x, gamma, beta = inputs
        return torch.nn.functional.batch_norm(x, None, None, gamma, beta, training=True)

    y = torch_forward()

    def torch_backward() -> object:
        return torch.autograd.grad(y, inputs, upstream, retain_graph=True)

    for name, ours, theirs in (
        ("forward", lambda: forward(x, gamma, beta), torch_forward),
        ("backward", lambda: backward(dy, x, gamma), torch_backward),
    ):
        a, b = medians(rounds, ours, theirs)
        print(f"{shape!s:<18}{name:<10}{a:>10.3f}{b:>11.3f}{a / b:>7.2f}")


def main() -> None:
    torch.set_num_threads(1)
    print(f"float32, one thread, training; NumPy {np.__version__}, PyTorch {torch.__version__}")
    print(f"{'shape':<18}{'pass':<10}{'ours, ms':>10}{'torch, ms':>11}{'ratio':>7}")
    compare((256, 1024), 400, reference.batchnorm_forward, reference.batchnorm_backward)
    compare((64, 64, 32, 32), 40, reference.batchnorm2d_forward, reference.batchnorm2d_backward)


if __name__ == "__main__":
    main()
