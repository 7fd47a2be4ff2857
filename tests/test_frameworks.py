"""Chapter 6: the layer in other frameworks, folded, frozen, and on several processes."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

from grader import reference
from lab.conventions import Conventions, conventions
from lab.datasets import forecasts
from lab.networks import mlp
from lab.processes import (
    State,
    SyncBatchNorm,
    gradients,
    in_processes,
    process_group,
    relative_difference,
    shared_gradients,
)

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]


# Keras


KERAS = """
import numpy as np
from keras.layers import BatchNormalization
from grader import reference
from lab.conventions import conventions

def step(x):
    norm = BatchNormalization()
    y = norm(x, training=True).detach().numpy()
    return y, norm.moving_mean.numpy(), norm.moving_variance.numpy()

found = conventions(step)
np.testing.assert_allclose(found, (1e-3, 0.01, 1, 0, 0), atol=1e-5)

rng = np.random.default_rng(0)
x = rng.normal(2, 3, (8, 5)).astype(np.float32)
norm = BatchNormalization()
y = norm(x, training=True).detach().numpy()
one, zero = np.ones(5), np.zeros(5)
np.testing.assert_allclose(y, reference.batchnorm_forward(x, one, zero, 1e-3), atol=1e-5)

settings = reference.keras_to_torch(*norm.get_weights(), norm.momentum, norm.epsilon)
twin = reference.BatchNorm1d(5, eps=settings["eps"]).eval()
twin.gamma, twin.beta = settings["weight"], settings["bias"]
twin.running_mean, twin.running_var = settings["running_mean"], settings["running_var"]
np.testing.assert_allclose(twin(x), norm(x).detach().numpy(), atol=1e-5)

norm.trainable = False
before = norm.moving_variance.numpy().copy()
np.testing.assert_array_equal(norm(x, training=True).detach(), norm(x).detach())
np.testing.assert_array_equal(norm.moving_variance.numpy(), before)
"""


def test_keras_conventions(tmp_path: Path) -> None:
    """Is Keras's layer as the book says: eps, momentum, variances, conversion, trainable?"""
    # in a process of its own, because Keras chooses its backend once and writes to a folder
    environment = {**os.environ, "KERAS_BACKEND": "torch", "KERAS_HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", KERAS],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_forecasts() -> None:
    """Does each row hold ten frames of one utterance, and its target lie five frames later?"""
    data = forecasts(ahead=5)
    assert data.x_train.shape == (670, 10)
    assert data.x_test.shape == (797, 10)
    assert data.y_train.dtype == np.float32
    next_rows = data.x_train[5][-1], data.y_train[0]
    assert next_rows[0] == next_rows[1]  # row 5 of the first utterance ends with row 0's target


# Conventions


def asked(norm: nn.BatchNorm1d, x: np.ndarray) -> Arrays:
    assert norm.running_mean is not None
    assert norm.running_var is not None
    y = norm.double()(torch.tensor(x)).detach().numpy()
    return y, norm.running_mean.numpy(), norm.running_var.numpy()


@pytest.mark.parametrize(("eps", "momentum"), [(1e-5, 0.1), (1e-2, 0.3)])
def test_conventions_of_torch(eps: float, momentum: float) -> None:
    """Are eps, the share of the batch, the start and both divisors found from outside?"""
    found = conventions(lambda x: asked(nn.BatchNorm1d(2, eps=eps, momentum=momentum), x))
    np.testing.assert_allclose(found, (eps, momentum, 1, 0, 1), atol=1e-12)


def test_conventions_of_others() -> None:
    """Would another start and the other divisors be told apart?"""

    def step(x: np.ndarray) -> Arrays:
        variance = x.var(axis=0, ddof=1)
        y = (x - x.mean(axis=0)) / np.sqrt(variance + 1e-3)
        return y, 0.1 * x.mean(axis=0), 0.9 * 0.5 + 0.1 * x.var(axis=0)

    expected = Conventions(eps=1e-3, share=0.1, start=0.5, normalises=1, remembers=0)
    np.testing.assert_allclose(conventions(step), expected, atol=1e-12)


# Folding


@pytest.mark.parametrize("bias", [True, False])
def test_folding_equals_torchs(bias: bool) -> None:
    """Is the folded layer equal to both layers, and to what torch itself fuses?"""
    torch.manual_seed(0)
    pairs = (
        (nn.Linear(6, 4, bias=bias), nn.BatchNorm1d(4), (9, 6), fuse_linear_bn_eval),
        (nn.Conv2d(4, 4, 3, bias=bias), nn.BatchNorm2d(4), (9, 4, 5, 6), fuse_conv_bn_eval),
    )
    for layer, norm, shape, fuse in pairs:
        layer.double(), norm.double()
        for _ in range(5):
            norm(layer(torch.randn(shape, dtype=torch.float64) + 1))
        nn.init.normal_(norm.weight), nn.init.normal_(norm.bias)
        layer.eval(), norm.eval()
        own = norm.weight, norm.bias, norm.running_mean, norm.running_var
        weight, new_bias = reference.fold_batchnorm(
            layer.weight.detach().numpy(),
            layer.bias.detach().numpy() if bias else None,
            *(tensor.detach().numpy() for tensor in own),
            norm.eps,
        )
        fused = fuse(layer, norm)
        np.testing.assert_allclose(weight, fused.weight.detach(), atol=1e-14)
        np.testing.assert_allclose(new_bias, fused.bias.detach(), atol=1e-14)
        x = torch.randn(shape, dtype=torch.float64)
        torch.testing.assert_close(fused(x), norm(layer(x)), atol=1e-12, rtol=0)


# Several processes


def batch(N: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(N)
    x = torch.randn(N, 6, generator=generator, dtype=torch.float64) + 1
    return x, torch.randint(3, (N,), generator=generator)


def network(norm: type[nn.Module] | None) -> nn.Sequential:
    return mlp((6, 5, 4, 3), nn.ReLU, norm, seed=0).double()


def images_through(x: torch.Tensor, cut: int) -> State:
    """Output and input gradient of rows before or after `cut` of x (N, C, H, W)."""
    torch.manual_seed(1)
    dy = torch.randn(x.shape, dtype=x.dtype)
    rank = torch.distributed.get_rank()
    rows = slice(None, cut) if rank == 0 else slice(cut, None)
    part = x[rows].clone().requires_grad_()
    norm = SyncBatchNorm(x.shape[1]).double()
    y = norm(part)
    y.backward(dy[rows])
    assert part.grad is not None
    assert norm.running_var is not None
    return {"y": y.detach(), "dx": part.grad, "running_var": norm.running_var}


@pytest.fixture(scope="module")
def shared() -> list[list[State]]:
    """Of each of two processes: gradients without norm, with common and with own statistics."""
    norms = (None, SyncBatchNorm, nn.BatchNorm1d)
    return in_processes(shared_gradients, [(network(norm), *batch(16)) for norm in norms])


def test_two_processes(shared: list[list[State]]) -> None:
    """With common statistics, do two processes have the whole batch's gradients, and only then?"""
    x, y = batch(16)
    whole = gradients(network(nn.BatchNorm1d), x, y)
    for plain, common, own in shared:
        assert set(common) == set(whole)
        assert relative_difference(plain, gradients(network(None), x, y)) < 1e-13
        assert relative_difference(common, whole) < 1e-13
        assert relative_difference(own, whole) > 0.1


def test_unequal_shares_of_images() -> None:
    """Is it the whole batch's normalisation too for images, shared 2 to 3?"""
    x = torch.randn(5, 3, 4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    parts = [result[0] for result in in_processes(images_through, [(x, 2)])]
    torch.manual_seed(1)
    dy = torch.randn(x.shape, dtype=x.dtype)
    dx, _, _ = reference.batchnorm2d_backward(dy.numpy(), x.numpy(), np.ones(3))
    y = reference.batchnorm2d_forward(x.numpy(), np.ones(3), np.zeros(3))
    norm = reference.BatchNorm2d(3)
    norm(x.numpy())
    np.testing.assert_allclose(torch.cat([part["y"] for part in parts]), y, atol=1e-13)
    np.testing.assert_allclose(torch.cat([part["dx"] for part in parts]), dx, atol=1e-13)
    for part in parts:
        np.testing.assert_allclose(part["running_var"], norm.running_var, atol=1e-13)


def test_sync_batch_norm_in_inference() -> None:
    """Does it need no other process in inference, and equal torch's?"""
    norm = SyncBatchNorm(6).eval()
    x = torch.randn(4, 6)
    torch.testing.assert_close(norm(x), nn.BatchNorm1d(6).eval()(x))
    with pytest.raises(ValueError, match=r"x: expected \(N, C, \.\.\.\), got \(6,\)"):
        norm(x[0])


def test_torch_refuses_main_memory(tmp_path: Path) -> None:
    """Does nn.SyncBatchNorm still refuse tensors that are on no GPU?"""
    with (
        process_group(tmp_path / "meeting", 0, 1),
        pytest.raises(ValueError, match="SyncBatchNorm expected input tensor to be on GPU"),
    ):
        nn.SyncBatchNorm(6)(torch.randn(4, 6))


def test_accumulation_is_not_a_larger_batch(shared: list[list[State]]) -> None:
    """Are accumulated gradients those of unsynchronised processes, and no others?"""
    x, y = batch(16)
    own = shared[0][2]
    halves = [
        gradients(network(nn.BatchNorm1d), rows, targets)
        for rows, targets in zip(x.chunk(2), y.chunk(2), strict=True)
    ]
    names = [name for name, _ in network(nn.BatchNorm1d).named_parameters()]
    mean = {name: (halves[0][name] + halves[1][name]) / 2 for name in names}
    assert relative_difference(mean, own) < 1e-13
    assert relative_difference(mean, gradients(network(nn.BatchNorm1d), x, y)) > 0.1
