"""ps6_practice: the network in NumPy against PyTorch, the master, the patients, messages."""

import itertools
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from helpers.masters import solution
from helpers.sets import changed, in_fresh_python
from torch import nn
from torch.nn import functional as F

from grader.checking.load import load
from grader.checking.local import CheckFailed, check
from grader.checking.remote import Loopback, Student
from grader.notebooks.notebook import Master
from grader.sets._network import Network, cross_entropy, initial

pytestmark = pytest.mark.usefixtures("one_thread")
SEED = 4711
CHECKS = load("ps6_practice")
QUICK = ("evaluate", "freeze_batchnorm", "recalibrate", "make_mlp")  # nothing is trained
HEAD = """
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset
"""


def run(source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(HEAD + source, namespace)
    return namespace


def grade(id: str, source: str, seed: int = SEED) -> Any:
    return CHECKS[id].grade(Student(Loopback(run(source)), list(CHECKS)), 100, seed)


TORCH = {
    "norm": nn.BatchNorm1d,
    "layernorm": nn.LayerNorm,
    "relu": lambda D: nn.ReLU(),
    "sigmoid": lambda D: nn.Sigmoid(),
}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    "kinds",
    [
        ("linear", "norm", "relu", "linear"),
        ("linear", "layernorm", "relu", "linear"),
        ("linear", "norm", "sigmoid", "linear", "norm", "sigmoid", "linear"),
    ],
)
def test_network_learns_as_in_torch(kinds: tuple[str, ...], training: bool) -> None:
    """Has the network in NumPy, after ten steps, the state and losses of PyTorch's?"""
    rng = np.random.default_rng(0)
    sizes = (5, 4, 3) if kinds.count("linear") == 2 else (5, 4, 4, 3)
    state = initial(kinds, sizes, rng)
    ours, layers, widths = Network(kinds, state), [], itertools.pairwise(sizes)
    for i, kind in enumerate(kinds):
        if kind == "linear":
            inputs, D = next(widths)
            layers.append(nn.Linear(inputs, D, bias=f"{i}.bias" in state))
        else:
            layers.append(TORCH[kind](D))
    theirs = nn.Sequential(*layers).double()
    theirs.load_state_dict({k: torch.tensor(v) for k, v in state.items()}, strict=False)
    ours.train(training)
    theirs.train(training)
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.5)
    for _ in range(10):
        x, y = rng.normal(1, 2, (8, 5)), rng.integers(0, 3, 8)
        optimizer.zero_grad()
        loss = F.cross_entropy(theirs(torch.tensor(x)), torch.tensor(y))
        loss.backward()
        optimizer.step()
        assert ours.step(x, y, 0.5) == pytest.approx(loss.item(), rel=1e-12)
    for name, value in theirs.state_dict().items():
        if name in ours.values:
            np.testing.assert_allclose(ours.values[name], value.numpy(), rtol=1e-10, atol=1e-12)


def test_network_normalises_feature_maps_as_torch_does() -> None:
    """Is the norm of (N, C, H, W) that of nn.BatchNorm2d, in both modes?"""
    rng = np.random.default_rng(0)
    theirs, state = nn.BatchNorm2d(3).double(), initial(("norm",), (3,), rng)
    ours, x = Network(("norm",), state), rng.normal(2, 3, (4, 3, 2, 5))
    for mode in (True, False):
        expected = theirs.train(mode)(torch.tensor(x)).detach().numpy()
        np.testing.assert_allclose(ours.train(mode).forward(x), expected, rtol=1e-10, atol=1e-12)


def test_cross_entropy_bears_large_logits() -> None:
    """Is the loss of logits that would overflow that of PyTorch?"""
    logits, y = np.array([[1e4, 0.0], [-3.0, 5.0]]), np.array([0, 0])
    loss, gradient = cross_entropy(logits, y)
    assert loss == pytest.approx(F.cross_entropy(torch.tensor(logits), torch.tensor(y)).item())
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-15)


@pytest.mark.parametrize("id", CHECKS)
def test_master_has_full_marks(master: Master, id: str) -> None:
    """Is the master's own solution right?"""
    for seed in range(3):
        verdict = grade(id, solution(master, id), seed)
        assert verdict.status == "passed", f"seed {seed}:\n{verdict.message}"


# what the patients suffer from, and what is left of their points
ILLNESSES = {
    "train_and_validate": ("forgot-eval", 25.0),
    "fine_tune": ("frozen-still-updating", 25.0),
    "train_in_batches": ("batch-of-one", 25.0),
    "train_on_sorted": ("sorted-batches", 25.0),
    "accumulate": ("accumulation-with-batchnorm", 0.0),
}


@pytest.mark.parametrize("id", ILLNESSES)
def test_patient_is_diagnosed(master: Master, id: str) -> None:
    """Is a script that is handed in as it came told what it suffers from?"""
    source: str = master.cells[f"{id}-patient"].source
    function = source.split("\n\n\n")[0].replace(f"broken_{id}", id)
    verdict = grade(id, function)
    assert (verdict.diagnosis, verdict.points) == ((ILLNESSES[id][0],), ILLNESSES[id][1])


# mistakes made in PyTorch: the exercise, the mistake, and what is changed in the master's solution
IN_TORCH = [
    ("evaluate", "forgot-eval", {"    model.eval()\n": ""}),
    ("evaluate", "left-in-eval", {"    model.train(before)\n": ""}),
    ("evaluate", "left-in-train", {"model.train(before)": "model.train()"}),
    ("evaluate", "graph-in-evaluation", {"torch.no_grad()": "torch.enable_grad()"}),
    (
        "evaluate",
        "mean-of-batch-accuracies",
        {"== y).sum().item()": "== y).float().mean().item()", "rows += len(y)": "rows += 1"},
    ),
    (
        "freeze_batchnorm",
        "frozen-still-updating",
        {"            layer.train = lambda mode=True, layer=layer: layer\n": ""},
    ),
    (
        "freeze_batchnorm",
        "frozen-still-updating",
        {
            "            layer.eval()\n": "",
            "            layer.train = lambda mode=True, layer=layer: layer\n": "",
        },
    ),
    (
        "freeze_batchnorm",
        "batch-stats-while-frozen",
        {
            "            layer.eval()\n": "            layer.momentum = 0.0\n",
            "            layer.train = lambda mode=True, layer=layer: layer\n": "",
        },
    ),
    (
        "freeze_batchnorm",
        "frozen-weights-train",
        {"            layer.requires_grad_(False)": "            pass"},
    ),
    (
        "freeze_batchnorm",
        "freezes-everything",
        {"            layer.requires_grad_(False)": "            model.requires_grad_(False)"},
    ),
    ("freeze_batchnorm", "nested-missed", {"model.modules()": "model.children()"}),
    (
        "freeze_batchnorm",
        "feature-maps-missed",
        {"(nn.BatchNorm1d, nn.BatchNorm2d)": "nn.BatchNorm1d"},
    ),
    ("recalibrate", "never-updated", {"        norm.train()\n": ""}),
    ("recalibrate", "old-statistics-kept", {"        norm.reset_running_stats()\n": ""}),
    ("recalibrate", "old-statistics-kept", {"        norm.momentum = None\n": ""}),
    ("recalibrate", "overwritten", {"momentum = None": "momentum = 1.0"}),
    ("recalibrate", "dropout-while-recalibrating", {"model.eval()": "model.train()"}),
    ("recalibrate", "momentum-not-restored", {"        norm.momentum = momentum": "        pass"}),
    ("recalibrate", "left-in-train", {"model.train(mode)": "model.train()"}),
    ("recalibrate", "left-in-eval", {"model.train(mode)": "model.eval()"}),
    (
        "make_mlp",
        "norm-on-output",
        {"widths[-1]))": "widths[-1]), nn.BatchNorm1d(widths[-1]))"},
    ),
    ("make_mlp", "redundant-bias", {", bias=False": ""}),
    ("make_mlp", "output-without-bias", {"widths[-1]))": "widths[-1], bias=False))"}),
    (
        "make_mlp",
        "norm-after-activation",
        {"nn.BatchNorm1d(outputs), nn.ReLU()": "nn.ReLU(), nn.BatchNorm1d(outputs)"},
    ),
    ("make_mlp", "activation-on-output", {"widths[-1]))": "widths[-1]), nn.ReLU())"}),
    ("make_mlp", "activation-missing", {", nn.ReLU()": ""}),
    (
        "train_and_validate",
        "left-in-eval",
        {"        model.train()\n": "", "= []\n": "= []\n    model.train()\n"},
    ),
    ("fine_tune", "batch-stats-while-frozen", {"layer.eval()": "layer.momentum = 0.0"}),
    (
        "fine_tune",
        "frozen-weights-train",
        {
            "requires_grad = False": "requires_grad = True",
            "model[-1].parameters()": "model.parameters()",
        },
    ),
    (
        "fine_tune",
        "freezes-everything",
        {"model[-1].parameters(), lr=lr": "model[-1].parameters(), lr=0.0"},
    ),
    (
        "train_in_batches",
        "rows-repeated",
        {
            ", drop_last=True": "",
            "            optimizer.zero_grad()\n": "            if len(x_batch) == 1:\n"
            "                x_batch, y_batch = x_batch.repeat(2, 1), y_batch.repeat(2)\n"
            "            optimizer.zero_grad()\n",
        },
    ),
    (
        "train_in_batches",
        "trained-in-eval",
        {
            ", drop_last=True": "",
            "            optimizer.zero_grad()\n": "            model.train(len(x_batch) > 1)\n"
            "            optimizer.zero_grad()\n",
        },
    ),
    (
        "train_in_batches",
        "epochs-cut-short",
        {
            ", drop_last=True": "",
            "            optimizer.zero_grad()\n": "            if len(x_batch) == 1:\n"
            "                return\n            optimizer.zero_grad()\n",
        },
    ),
    ("train_on_sorted", "labels-left-behind", {"y[rows]": "y[start : start + batch_size]"}),
    ("train_on_sorted", "trained-in-eval", {"model.train()": "model.eval()"}),
    ("accumulate", "whole-batch-at-once", {"rows.split(micro_batch)": "rows.split(batch_size)"}),
    ("accumulate", "loss-not-divided", {"(loss * len(part) / batch_size)": "loss"}),
    (
        "accumulate",
        "step-each-micro-batch",
        {".backward()\n        optimizer": ".backward()\n            optimizer",
         "(loss * len(part) / batch_size)": "loss"},
    ),
    ("accumulate", "normalisation-removed", {"        nn.LayerNorm(hidden),\n": ""}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("id", "mistake", "changes"), [pytest.param(*row, id=f"{row[0]}: {row[1]}") for row in IN_TORCH]
)
def test_mistakes_in_torch_are_named(
    master: Master, id: str, mistake: str, changes: dict[str, str]
) -> None:
    """Is a mistake made in PyTorch recognised by its model in NumPy?"""
    verdict = grade(id, changed(solution(master, id), changes))
    assert verdict.points < 100
    assert mistake in verdict.diagnosis, verdict.message


def test_rounding_errors_that_grow_cost_nothing() -> None:
    """Is micro-batching right too where a ReLU at its edge makes rounding errors a tenth?"""
    right = runpy.run_path(str(Path(__file__).with_name("right.py")))["RIGHT"]
    verdict = grade("accumulate", right["apply, everything at once"], seed=20261126)
    assert verdict.points == 100, verdict.message


def test_message_for_a_forgotten_eval() -> None:
    """What does a student read in the notebook who forgot eval()?"""
    source = """
def evaluate(model, loader):
    right = sum((model(x).argmax(1) == y).sum().item() for x, y in loader)
    return right / len(loader.dataset)
"""
    with pytest.raises(CheckFailed) as failed:
        check("evaluate", run(source))
    text = str(failed.value)
    assert "WRONG  the share of right answers, in inference mode" in text
    assert "ok     afterwards the model is in the mode that it was in before" in text
    assert "Mistake: the model is evaluated in training mode (forgot-eval)." in text


def test_grading_needs_no_torch() -> None:
    """Do checks, reference and diagnosis of the set run without importing torch here?"""
    program = """
import sys
from grader.checking.check import Verdict
from grader.checking.load import load
from grader.sets.ps6_practice.faults import MISTAKES, implementation
from grader.checking.remote import StandIn
for id in ("recalibrate", "fine_tune"):
    check = load("ps6_practice")[id]
    assert check.grade(StandIn(implementation()), 1, 0).status == "passed"
    assert check.grade(StandIn(implementation(MISTAKES[id][0])), 1, 0).diagnosis
print("torch" in sys.modules)
"""
    assert in_fresh_python(program) == ("False\n", "")
