"""ps3_backward: PyTorch as the oracle, tests of tests, the master, and what students read."""

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
from grader.checking.remote import BYTES, CALLS, Loopback, RemoteError, Student
from grader.sets.ps3_backward import faults

SEED = 4711
CHECKS = load("ps3_backward")
ACCEPTS = "ok     accepts three right implementations, and rejects one that returns zeros"


def grade(check: Check, namespace: dict[str, Any], seed: int = SEED) -> Verdict:
    return check.grade(Student(Loopback(namespace), list(namespace)), 100, seed)


def torch_backward(
    dy: np.ndarray, x: np.ndarray, gamma: np.ndarray, eps: float = 1e-5
) -> tuple[np.ndarray, ...]:
    # torch takes no negative strides
    dy, x, gamma = map(np.ascontiguousarray, (dy, x, gamma))
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, gamma, np.zeros_like(gamma))]
    y = F.batch_norm(leaves[0], None, None, leaves[1], leaves[2], training=True, eps=eps)
    return tuple(g.numpy() for g in torch.autograd.grad(y, leaves, torch.tensor(dy)))


def torch_compact_dx(
    dy: np.ndarray, x_hat: np.ndarray, std: np.ndarray, gamma: np.ndarray
) -> np.ndarray:
    x = x_hat * std
    eps = (std**2 - x.var(axis=0)).max()  # what the forward pass has added to the variance
    return torch_backward(dy, x, gamma, float(eps))[0]


def torch_test(batchnorm_backward: Callable[..., Any]) -> None:
    """A test of a backward pass, by autograd."""
    rng = np.random.default_rng(0)
    for eps in (1e-5, 0.5):
        dy, x, gamma = rng.normal(size=(5, 3)), rng.normal(size=(5, 3)), rng.normal(size=3)
        got = batchnorm_backward(dy, x, gamma, eps)
        for one, other in zip(got, torch_backward(dy, x, gamma, eps), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-12)


ORACLE = {
    "batchnorm_backward": torch_backward,
    "compact_dx": torch_compact_dx,
    "test_backward": torch_test,
}


@pytest.mark.parametrize("id", CHECKS)
def test_pytorch_has_full_marks(id: str) -> None:
    """Does every check accept what PyTorch answers? What it has nothing of is the master's."""
    oracle = solved("ps3_backward") | ORACLE
    for seed in range(10):
        verdict = grade(CHECKS[id], oracle, seed)
        assert verdict.status == "passed", f"seed {seed}:\n{verdict.message}"


@pytest.mark.parametrize("id", CHECKS)
def test_master_has_full_marks(id: str) -> None:
    """Is the master's own solution right?"""
    for seed in range(10):
        assert grade(CHECKS[id], solved("ps3_backward"), seed).status == "passed"


@pytest.mark.parametrize(
    ("mistake", "passed"),
    [
        ("statistics-as-constants", ["direct"]),
        ("variance-path-missing", ["direct", "mean"]),
        ("mean-path-missing", ["direct"]),
        ("gamma-missing-in-dx", []),
    ],
)
def test_each_path_has_points_of_its_own(mistake: str, passed: list[str]) -> None:
    """Does a student who has some of the three paths get the points for those?"""
    verdict = grade(CHECKS["input_gradient"], dict(vars(faults.implementation(mistake))))
    assert verdict.points == len(passed) * 20
    for path in ("direct", "mean"):
        name = {"direct": "the direct path:", "mean": "the path through the mean too:"}[path]
        assert (f"ok     {name}" in verdict.message) == (path in passed)


# What the grader lends to a student's code


def lent(source: str, function: Callable[..., object]) -> object:
    """What a student's `run(f)` returns that is lent the function; `again()`, if there is one."""
    namespace: dict[str, Any] = {"np": np}
    exec(source, namespace)
    student = Student(Loopback(namespace), ["run", "again"])
    result = student.run(function)
    return student.again() if "again" in namespace else result


def double(x: object) -> object:
    if not isinstance(x, np.ndarray):
        raise ValueError("an array was expected")
    return 2 * x


def test_a_lent_function_answers() -> None:
    """Does the student's code get what the grader's function returns?"""
    got = lent("def run(f):\n    return f(np.arange(3.0)), f(x=np.ones(2))", double)
    np.testing.assert_array_equal(got[0], [0, 2, 4])  # type: ignore[index]
    np.testing.assert_array_equal(got[1], [2, 2])  # type: ignore[index]


def test_a_lent_function_raises() -> None:
    """Does the student's code see the exception of the grader's function, as its own kind?"""
    source = """
def run(f):
    try:
        f("text")
    except ValueError as error:
        return str(error)
"""
    assert lent(source, double) == "an array was expected"


def test_a_lent_function_is_taken_back() -> None:
    """Can a function that was lent for one call not be used in the next?"""
    source = "kept = []\nrun = kept.append\ndef again():\n    return kept[0](np.ones(2))"
    with pytest.raises(RemoteError, match="only while it is being checked"):
        lent(source, double)


def test_a_lent_function_tells_nothing_else() -> None:
    """Is there nothing of the grader's in what the student's code gets?"""
    source = """
def run(f):
    return f.__closure__ is not None and [type(c.cell_contents).__name__ for c in f.__closure__]
"""
    assert lent(source, double) == ["Callback", "Objects"]


def test_a_lent_function_takes_plain_data() -> None:
    """Does an object of the student's not reach the grader's function?"""
    with pytest.raises(RemoteError, match="object is not plain data"):
        lent("def run(f):\n    return f(object())", double)


def test_a_lent_function_has_an_end() -> None:
    """Is a student who calls without end, or with too much, refused?"""
    often = f"def run(f):\n    return [f(np.ones(1)) for _ in range({CALLS + 1})]"
    much = f"def run(f):\n    return [f(np.ones({BYTES // 32})) for _ in range(5)]"
    for source in (often, much):
        with pytest.raises(RemoteError, match="called too often, or with too much data"):
            lent(source, double)


# Tests that students write


TEST = """
def test_backward(batchnorm_backward):
    rng = np.random.default_rng(0)
    x, dy, gamma, eps = rng.normal(size=(4, 3)), {dy}, {gamma}, {eps}
    dx, dgamma, dbeta = batchnorm_backward(dy, x, gamma{more})
    def loss(x, gamma):
        return batchnorm_forward(x, gamma, 0, eps)
    close = dict(rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(dx, numerical_gradient(lambda x: loss(x, gamma), x, dy), **close)
"""
PARAMETERS = """
    wanted = numerical_gradient(lambda gamma: loss(x, gamma), gamma, dy)
    np.testing.assert_allclose(dgamma, wanted, **close)
    np.testing.assert_allclose(dbeta, dy.sum(axis=0))
"""


def looking_at(
    rest: str = "",
    dy: str = "rng.normal(size=(4, 3))",
    gamma: str = "rng.normal(size=3)",
    eps: str = "1e-5",
    more: str = "",
) -> dict[str, Any]:
    namespace = solved("ps3_backward")
    exec(TEST.format(dy=dy, gamma=gamma, eps=eps, more=more) + rest, namespace)
    return namespace


@pytest.mark.parametrize(
    ("namespace", "mistakes", "points"),
    [
        (looking_at(PARAMETERS, eps="0.5", more=", eps"), ["test-of-one-call"], 1400 / 15),
        (looking_at(PARAMETERS), ["test-of-one-call", "test-with-one-eps"], 1300 / 15),
        (
            looking_at(PARAMETERS, gamma="np.ones(3)"),
            ["test-of-one-call", "test-with-gamma-one", "test-with-one-eps"],
            1200 / 15,
        ),
        (looking_at(), ["test-of-dx-only", "test-of-one-call", "test-with-one-eps"], 800 / 15),
    ],
)
def test_gaps_of_a_test_are_named(
    namespace: dict[str, Any], mistakes: list[str], points: float
) -> None:
    """Is a student told what the test does not look at, and paid for the rest?"""
    verdict = grade(CHECKS["test_backward"], namespace)
    assert sorted(verdict.diagnosis) == mistakes
    assert verdict.points == pytest.approx(points, abs=0.01)
    assert ACCEPTS in verdict.message


def test_a_check_with_ones_for_dy_lets_much_through() -> None:
    """Does the classic useless check lose most of the points, and is it told why?"""
    verdict = grade(CHECKS["test_backward"], looking_at(dy="np.ones((4, 3))"))
    assert "gradient-through-sum" in verdict.diagnosis
    assert verdict.points < 40
    assert "WRONG  rejects it: the path through the variance is missing in dx" in verdict.message


def message(id: str, namespace: dict[str, Any]) -> str:
    """What a student reads in the notebook."""
    with pytest.raises(CheckFailed) as failed:
        check(id, namespace)
    return str(failed.value)


def test_message_names_the_faults_that_slipped_through() -> None:
    """Does the feedback list each wrong implementation, and say which were not rejected?"""
    lines = message("test_backward", looking_at(PARAMETERS)).splitlines()
    assert [line for line in lines if line.startswith("WRONG")] == [
        "WRONG  rejects it: eps has a fixed value, and the argument eps is ignored",
        "WRONG  rejects it: what was calculated for an earlier batch is used again",
    ]
    assert sum(line.startswith("ok     rejects it:") for line in lines) == 10
    assert "       rejects the wrong one: no" in lines


def test_message_for_a_test_that_rejects_right_ones() -> None:
    """Is a student told that a right implementation was rejected?"""
    source = "def test_backward(batchnorm_backward):\n    assert False"
    text = message("test_backward", solved("ps3_backward") | _defined(source))
    assert text.startswith("test_backward: failed, 0% of the points\n")
    assert "       accepts a right one: no\n" in text
    assert "Mistake: the test rejects everything, right implementations too" in text


def test_message_for_a_test_that_crashes() -> None:
    """Is a crash neither acceptance nor rejection, and is its reason shown?"""
    source = """
def test_backward(batchnorm_backward):
    batchnorm_backward(np.ones((4, 3)), np.ones((4, 2)), np.ones(3))
"""
    text = message("test_backward", _defined(source))
    assert text.startswith("test_backward: error, 0% of the points\n")
    assert (
        "raised ValueError: dy is (N, D) and gamma (D,), not (4, 3) and (3,) where x is (4, 2)"
    ) in text


def _defined(source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"np": np}
    exec(source, namespace)
    return namespace


@pytest.mark.parametrize(
    ("id", "source", "mistakes"),
    [
        (
            "numerical_gradient",
            """
def numerical_gradient(f, x, dy, h=1e-5):  # as in many a textbook
    grad = np.zeros_like(x)
    for idx in np.ndindex(x.shape):
        tmp = x[idx]
        x[idx] = tmp + h
        above = f(x)
        x[idx] = tmp - h
        below = f(x)
        grad[idx] = np.sum((above - below) * dy) / (2 * h)
        x[idx] = tmp
    return grad
""",
            ["step-lost-in-dtype"],
        ),
        (
            "numerical_gradient",
            """
def numerical_gradient(f, x, dy, h=1e-5):
    return dy * (f(x + h) - f(x - h)) / (2 * h)
""",
            ["all-at-once", "step-lost-in-dtype"],
        ),
        (
            "numerical_gradient",
            """
def numerical_gradient(f, x, dy, h=1e-5):
    x, dx = x.astype(float), np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        dx[i] = np.sum(dy * (f(x + e) - f(x - e))) / 2 * h
    return dx
""",
            ["step-multiplied"],
        ),
        (
            "parameter_gradients",
            """
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    return None, (dy * x).sum(axis=0), dy.sum(axis=0)
""",
            ["dgamma-of-x"],
        ),
        (
            "input_gradient",
            """
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    N, xmu, var = len(x), x - x.mean(axis=0), x.var(axis=0)
    dxhat = dy * gamma
    dvar = (dxhat * xmu).sum(axis=0) * -0.5 * (var + eps) ** -0.5
    dmu = -dxhat.sum(axis=0) / np.sqrt(var + eps)
    return dxhat / np.sqrt(var + eps) + dvar * 2 * xmu / N + dmu / N, None, None
""",
            ["variance-path-power"],
        ),
        (
            "compact_dx",
            """
def compact_dx(dy, x_hat, std, gamma):
    dgamma, dbeta = (dy * x_hat).sum(axis=0), dy.sum(axis=0)
    return gamma / std * (dy - dbeta - x_hat * dgamma)
""",
            ["sums-not-means"],
        ),
        (
            "compact_dx",
            """
def compact_dx(dy, x_hat, std, gamma):
    return gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean())
""",
            ["slip-axis"],
        ),
        (
            "numerical_gradient",
            """
def numerical_gradient(f, x, dy, h=1e-5):
    above, below, dx = x.astype(float), x.astype(float), np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        above[i] += h
        below[i] -= h
        dx[i] = np.sum(dy * (f(above) - f(below))) / (2 * h)
    return dx
""",
            ["x-not-restored"],
        ),
        (
            "parameter_gradients",
            """
def batchnorm_backward(dy, x, gamma, eps=1e-5):
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps + eps)
    return None, (dy * x_hat).mean(axis=0), dy.sum(axis=0)
""",
            ["eps-twice", "mean-not-sum"],
        ),
    ],
)
def test_real_mistakes_are_named(id: str, source: str, mistakes: list[str]) -> None:
    """Are mistakes named in code as students write it, not only in ours?"""
    assert sorted(grade(CHECKS[id], _defined(source)).diagnosis) == mistakes
