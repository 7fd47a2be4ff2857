"""ps2_inference: PyTorch as the oracle, pairs of mistakes, the master, and what students read."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
import torch
from helpers.masters import solved

from grader.checking.check import Check, Verdict
from grader.checking.load import load
from grader.checking.local import CheckFailed, check
from grader.checking.remote import Loopback, Student

SEED = 4711
CHECKS = load("ps2_inference")


def grade(check: Check, namespace: dict[str, Any], seed: int = SEED) -> Verdict:
    return check.grade(Student(Loopback(namespace), list(namespace)), 100, seed)


NAMES = {"gamma": "weight", "beta": "bias"}


def tensor(array: np.ndarray) -> torch.Tensor:
    """With the values of an array, which torch takes without negative strides only."""
    return torch.tensor(np.ascontiguousarray(array))


class TorchBatchNorm1d:
    """PyTorch's layer with the names of the exercise."""

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        layer = torch.nn.BatchNorm1d(num_features, eps, momentum, dtype=torch.float64)
        vars(self)["layer"] = layer

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.layer, NAMES.get(name, name))
        return value.detach().numpy().copy() if isinstance(value, torch.Tensor) else value

    def __setattr__(self, name: str, value: np.ndarray) -> None:
        getattr(self.layer, NAMES.get(name, name)).data = tensor(value)

    def train(self, mode: bool = True) -> "TorchBatchNorm1d":
        self.layer.train(mode)
        return self

    def eval(self) -> "TorchBatchNorm1d":
        self.layer.eval()
        return self

    def forward(self, x: np.ndarray) -> np.ndarray:
        y = self.layer(tensor(x).double())
        return y.detach().numpy().astype(x.dtype)

    __call__ = forward


def torch_population_statistics(batches: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    rows = torch.cat([tensor(batch) for batch in batches])
    variance, mean = torch.var_mean(rows, dim=0, correction=0)
    return mean.numpy(), variance.numpy()


@pytest.mark.parametrize("id", CHECKS)
def test_pytorch_has_full_marks(id: str) -> None:
    """Does every check accept what PyTorch answers? What it has nothing of is the master's."""
    oracle = solved("ps2_inference") | {
        "BatchNorm1d": TorchBatchNorm1d,
        "population_statistics": torch_population_statistics,
    }
    for seed in range(10):
        verdict = grade(CHECKS[id], oracle, seed)
        assert verdict.status == "passed", f"seed {seed}:\n{verdict.message}"


@pytest.mark.parametrize("id", CHECKS)
def test_master_has_full_marks(id: str) -> None:
    """Is the master's own solution right?"""
    namespace = solved("ps2_inference")
    for seed in range(10):
        assert grade(CHECKS[id], namespace, seed).status == "passed"


def written(*lines: str, **changes: str) -> dict[str, Any]:
    """A layer as students write it, with lines replaced."""
    source = LAYER
    for old, new in changes.items():
        assert f"# {old}\n" in source
        source = "\n".join(
            line.split(line.lstrip())[0] + new if line.endswith(f"# {old}") else line
            for line in source.splitlines()
        )
    namespace: dict[str, Any] = {"np": np}
    exec("\n".join([source, *lines]), namespace)
    return namespace


LAYER = """
class BatchNorm1d:
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.eps, self.momentum, self.training = eps, momentum, True
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)

    def train(self, mode=True):
        self.training = mode
        return self  # returned

    def eval(self):
        return self.train(False)

    def forward(self, x):
        if self.training:  # mode
            N, m = len(x), self.momentum
            if N == 1: raise ValueError  # one
            mean, var = x.mean(axis=0), x.var(axis=0)
            unbiased = var * N / (N - 1)  # unbiased
            self.running_mean = (1 - m) * self.running_mean + m * mean  # mean
            self.running_var = (1 - m) * self.running_var + m * unbiased  # var
        else:
            mean, var = self.running_mean, self.running_var  # inference
        y = self.gamma * (x - mean) / np.sqrt(var + self.eps) + self.beta
        return y.astype(x.dtype)  # dtype

    def __call__(self, x):
        return self.forward(x)
"""


def message(id: str, namespace: dict[str, Any]) -> str:
    """What a student reads in the notebook."""
    with pytest.raises(CheckFailed) as failed:
        check(id, namespace)
    return str(failed.value)


@pytest.mark.parametrize("id", [id for id in CHECKS if id.startswith("layer")])
def test_layer_as_students_write_it_is_right(id: str) -> None:
    """Is it only the replaced lines that are wrong below?"""
    assert grade(CHECKS[id], written()).status == "passed"


@pytest.mark.parametrize(
    ("id", "changes", "mistakes"),
    [
        ("layer_modes", {"returned": "pass"}, ["mode-returns-nothing"]),
        ("layer_training", {"dtype": "return y"}, ["loses-dtype"]),
        ("layer_inference", {"dtype": "return y"}, ["loses-dtype"]),
        ("layer_inference", {"mode": "if self.train:"}, ["batch-stats-in-eval"]),  # always true
        ("layer_statistics", {"unbiased": "unbiased = var"}, ["biased-running-variance"]),
        (
            "layer_statistics",
            {
                "mean": "self.running_mean = m * self.running_mean + (1 - m) * mean",
                "var": "self.running_var = m * self.running_var + (1 - m) * unbiased",
            },
            ["momentum-inverted"],
        ),
        (
            "layer_statistics",
            {
                "unbiased": "unbiased = var",
                "mean": "self.running_mean = m * self.running_mean + (1 - m) * mean",
                "var": "self.running_var = m * self.running_var + (1 - m) * unbiased",
            },
            ["biased-running-variance", "momentum-inverted"],
        ),
        ("layer_statistics", {"mean": "running_mean = mean", "var": "pass"}, ["never-updated"]),
        (
            "layer_training",
            {"mean": "mean *= m; var *= m", "var": "pass"},
            ["updates-spoil-the-batch"],
        ),
        (
            "layer_inference",
            {"inference": "mean, var = x.mean(axis=0), x.var(axis=0)"},
            ["batch-stats-in-eval"],
        ),
        ("layer_batch_of_one", {"one": "pass"}, ["no-error-for-one"]),
        ("layer_batch_of_one", {"one": "assert N > 1"}, ["other-error-for-one"]),
    ],
)
def test_real_mistakes_are_named(id: str, changes: dict[str, str], mistakes: list[str]) -> None:
    """Are mistakes named in code as students write it, not only in ours?"""
    assert sorted(grade(CHECKS[id], written(**changes)).diagnosis) == mistakes


@pytest.mark.parametrize(
    "sums",
    [
        "N, s = sum(len(b) for b in batches), sum(b.sum(0) for b in batches)",
        "N, s = 0, 0\n    for b in batches: N, s = N + len(b), s + b.sum(0)",
    ],
)
def test_batches_that_are_read_twice_are_named(sums: str) -> None:
    """Is it named where sum() finds nothing the second time, in the mean or in the variance?"""
    source = f"""
def population_statistics(batches):
    {sums}
    return s / N, sum(((b - s / N) ** 2).sum(0) for b in batches) / N
"""
    verdict = grade(CHECKS["population_statistics"], written(source))
    assert verdict.diagnosis == ("batches-read-twice",)


def test_message_for_a_batch_of_one() -> None:
    """What does a student read whose layer accepts a training batch of one?"""
    text = message("layer_batch_of_one", written(one="pass"))
    assert text.startswith("layer_batch_of_one: failed, 0% of the points\n")
    assert "\n       bn(np.array([[" in text or "\n       bn(x)\n" in text
    assert "       raises an exception: no\n" in text
    assert text.splitlines()[1:4] == [
        "Mistake: a training batch of one is accepted (no-error-for-one).",
        "One row has variance 0: whatever it holds, it would be normalised to 0, "
        "and its unbiased variance is 0 / 0. Raise ValueError.",
        "Read: “A batch of one” in the book, "
        "chapters/03_how_it_works/inference.html#a-batch-of-one",
    ]


def test_message_says_which_statistic() -> None:
    """Is a student told which of the two running statistics is wrong?"""
    text = message("layer_statistics", written(unbiased="unbiased = var"))
    assert "WRONG  right after one batch" in text
    assert "running_var: wrong values" in text
    assert "'running_mean'" not in text
    assert "ok     each layer has its own" in text


def test_message_shows_the_batches() -> None:
    """Does the message show unequal batches as code to paste?"""
    source = """
def population_statistics(batches):
    means = [batch.mean(axis=0) for batch in batches]
    variances = [batch.var(axis=0) for batch in batches]
    return np.mean(means, axis=0), np.mean(variances, axis=0)
"""
    text = message("population_statistics", written(source))
    batches = next(line for line in text.splitlines() if line.startswith("       batches = "))
    assert [len(batch) for batch in eval(batches.strip().removeprefix("batches = "))] == [1, 4]
    assert "Mistake: every batch has the same weight, whatever its size" in text
    assert "Mistake: the variance is the mean of the batches' variances" in text
