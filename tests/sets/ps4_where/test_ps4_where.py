"""ps4_where: PyTorch as the oracle, pairs of mistakes, the master, and what students read."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from helpers.masters import solved

from grader.checking.check import Check, Verdict
from grader.checking.load import load
from grader.checking.local import CheckFailed, check
from grader.checking.remote import Loopback, Student
from grader.sets.ps4_where import faults

SEED = 4711
CHECKS = load("ps4_where")


def grade(check: Check, namespace: dict[str, Any], seed: int = SEED) -> Verdict:
    return check.grade(Student(Loopback(namespace), list(namespace)), 100, seed)


def tensors(*arrays: np.ndarray) -> list[torch.Tensor]:
    return [torch.tensor(np.ascontiguousarray(array)) for array in arrays]  # no negative strides


def torch_batchnorm2d_forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float = 1e-5
) -> np.ndarray:
    tx, tgamma, tbeta = tensors(x, gamma, beta)
    if x.size == x.shape[1]:  # PyTorch refuses one value a channel
        return np.broadcast_to(beta[:, None, None], x.shape)
    return F.batch_norm(tx, None, None, tgamma, tbeta, training=True, eps=eps).numpy()


def torch_batchnorm2d_backward(
    dy: np.ndarray, x: np.ndarray, gamma: np.ndarray, eps: float = 1e-5
) -> tuple[np.ndarray, ...]:
    tdy, tx, tgamma = tensors(dy, x, gamma)
    leaves = [
        tx.requires_grad_(),
        tgamma.requires_grad_(),
        torch.zeros_like(tgamma).requires_grad_(),
    ]
    y = F.batch_norm(tx, None, None, leaves[1], leaves[2], training=True, eps=eps)
    return tuple(gradient.numpy() for gradient in torch.autograd.grad(y, leaves, tdy))


def torch_layernorm_forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float = 1e-5
) -> np.ndarray:
    tx, tgamma, tbeta = tensors(x, gamma, beta)
    return F.layer_norm(tx, x.shape[-1:], tgamma, tbeta, eps).numpy()


def torch_groupnorm_forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, num_groups: int, eps: float = 1e-5
) -> np.ndarray:
    tx, tgamma, tbeta = tensors(x, gamma, beta)
    return F.group_norm(tx, num_groups, tgamma, tbeta, eps).numpy()


ORACLE = {
    "batchnorm2d_forward": torch_batchnorm2d_forward,
    "batchnorm2d_backward": torch_batchnorm2d_backward,
    "layernorm_forward": torch_layernorm_forward,
    "groupnorm_forward": torch_groupnorm_forward,
}


@pytest.mark.parametrize("id", CHECKS)
def test_pytorch_has_full_marks(id: str) -> None:
    """Does every check accept what PyTorch answers? What it has nothing of is the master's."""
    oracle = solved("ps4_where") | ORACLE
    for seed in range(10):
        verdict = grade(CHECKS[id], oracle, seed)
        assert verdict.status == "passed", f"seed {seed}:\n{verdict.message}"


@pytest.mark.parametrize("id", CHECKS)
def test_master_has_full_marks(id: str) -> None:
    """Is the master's own solution right?"""
    for seed in range(10):
        assert grade(CHECKS[id], solved("ps4_where"), seed).status == "passed"


def backward_without(*missing: str) -> Callable[..., tuple[np.ndarray, ...]]:
    """A backward pass whose gradients of these names are zeros."""
    right = faults.implementation().batchnorm2d_backward

    def backward(
        dy: np.ndarray, x: np.ndarray, gamma: np.ndarray, eps: float = 1e-5
    ) -> tuple[np.ndarray, ...]:
        gradients = dict(zip(("dx", "dgamma", "dbeta"), right(dy, x, gamma, eps), strict=True))
        return tuple(np.zeros_like(g) if n in missing else g for n, g in gradients.items())

    return backward


@pytest.mark.parametrize(
    ("missing", "points"),
    [(("dx", "dgamma"), 100 / 7.5), (("dx",), 250 / 7.5), (("dgamma", "dbeta"), 250 / 7.5)],
)
def test_each_gradient_has_points_of_its_own(missing: tuple[str, ...], points: float) -> None:
    """Does a student who has some of the three gradients get the points for those?"""
    verdict = grade(
        CHECKS["batchnorm2d_backward"], {"batchnorm2d_backward": backward_without(*missing)}
    )
    assert (verdict.status, verdict.points) == ("partial", pytest.approx(points, abs=0.01))


def message(id: str, source: str) -> str:
    """What a student reads in the notebook."""
    namespace: dict[str, Any] = {"np": np}
    exec(source, namespace)
    with pytest.raises(CheckFailed) as failed:
        check(id, namespace)
    return str(failed.value)


def test_message_for_reshape_without_transpose() -> None:
    """What does a student read who forgot to move the channels to the end?"""
    text = message(
        "batchnorm2d_forward",
        """
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    rows = x.reshape(-1, x.shape[1])
    rows = (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + eps)
    return (gamma * rows + beta).reshape(x.shape)
""",
    )
    assert text.startswith("batchnorm2d_forward: failed, 0% of the points\n")
    assert text.splitlines()[1:4] == [
        "Mistake: x is reshaped to (-1, C) or (C, -1), but its channels are axis 1"
        " (reshape-without-transpose).",
        "reshape keeps the order in memory, so each row or column gets values of many channels."
        " The channels must be moved to the end that they keep before that reshape.",
        "Read: “Reshape and transpose” in the book,"
        " chapters/04_where_to_use_it/convolutions.html#reshape-and-transpose",
    ]


def test_message_for_gamma_along_the_width() -> None:
    """Is an error of broadcasting explained too, where it is one and where it is none?"""
    text = message(
        "batchnorm2d_forward",
        """
def batchnorm2d_forward(x, gamma, beta, eps=1e-5):
    axes = (0, 2, 3)
    x_hat = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)
    return gamma * x_hat + beta
""",
    )
    assert "Mistake: numbers of the channels are broadcast along the width" in text
    assert "WRONG  float32 in, float32 out" in text
    assert "could not be broadcast" in text


def test_message_for_one_gradient() -> None:
    """What does a student read who returns dx alone?"""
    text = message(
        "batchnorm2d_backward",
        "def batchnorm2d_backward(dy, x, gamma, eps=1e-5):\n    return dy * gamma[:, None, None]",
    )
    assert "3 values were expected, this is an array of shape (5, 2, 1, 2)" in text


def test_message_for_batch_size_as_count() -> None:
    """Is a student who divides by N alone told so, and given the points for dgamma and dbeta?"""
    text = message(
        "batchnorm2d_backward",
        """
def batchnorm2d_backward(dy, x, gamma, eps=1e-5):
    axes, n = (0, 2, 3), len(x)
    std = np.sqrt(x.var(axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axes, keepdims=True)) / std
    dbeta, dgamma = dy.sum(axes, keepdims=True), (dy * x_hat).sum(axes, keepdims=True)
    dx = gamma[:, None, None] / std * (dy - dbeta / n - x_hat * dgamma / n)
    return dx, dgamma.ravel(), dbeta.ravel()
""",
    )
    assert "ok     dbeta: dy summed for each channel, shape (C,)" in text
    assert "ok     dgamma: dy times x_hat summed for each channel, shape (C,)" in text
    assert "Mistake: the sums in dx are divided by N, or by H W (count-is-batch)." in text


@pytest.mark.parametrize(
    ("id", "source", "mistakes"),
    [
        (
            "layernorm",
            """
def layernorm_forward(x, gamma, beta, eps=1e-5):  # torch.std's habits, and eps beside it
    std = x.std(axis=-1, ddof=1, keepdims=True)
    return gamma * (x - x.mean(axis=-1, keepdims=True)) / (std + eps) + beta
""",
            ["eps-outside-sqrt", "unbiased-in-sample"],
        ),
        (
            "layernorm",
            """
def layernorm_forward(x, gamma, beta, eps=1e-5):
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta
""",
            ["over-the-batch"],
        ),
        (
            "groupnorm",
            """
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    N, C, H, W = x.shape
    y = np.empty_like(x)
    for g in range(num_groups):
        group = x[:, g::num_groups]
        axes = (1, 2, 3)
        std = np.sqrt(group.var(axis=axes, keepdims=True) + eps)
        y[:, g::num_groups] = (group - group.mean(axis=axes, keepdims=True)) / std
    return gamma[:, None, None] * y + beta[:, None, None]
""",
            ["groups-interleaved"],
        ),
        (
            "groupnorm",
            """
def groupnorm_forward(x, gamma, beta, num_groups, eps=1e-5):
    groups = x.reshape(num_groups, -1)
    mean, var = groups.mean(axis=1, keepdims=True), groups.var(axis=1, keepdims=True)
    y = ((groups - mean) / np.sqrt(var + eps)).reshape(x.shape)
    return gamma[:, None, None] * y + beta[:, None, None]
""",
            ["batch-in-group"],
        ),
    ],
)
def test_real_mistakes_are_named(id: str, source: str, mistakes: list[str]) -> None:
    """Are mistakes named in code as students write it, not only in ours?"""
    namespace: dict[str, Any] = {"np": np}
    exec(source, namespace)
    assert sorted(grade(CHECKS[id], namespace).diagnosis) == mistakes
