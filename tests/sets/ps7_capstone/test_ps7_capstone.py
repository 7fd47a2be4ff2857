"""ps7_capstone: the master, mistakes in PyTorch, tricks that skip the point, the bands."""

from typing import Any

import numpy as np
import pytest
import torch
from helpers.masters import solution
from helpers.sets import changed, in_fresh_python
from torch import nn
from torch.nn import functional as F

from grader.checking.check import Verdict
from grader.checking.load import load
from grader.checking.remote import Loopback, Student
from grader.notebooks.notebook import Master
from grader.sets.ps7_capstone import checks, faults

pytestmark = pytest.mark.usefixtures("one_thread")
SEED = 4711
CHECKS = load("ps7_capstone")
PARTS = ("build_model", "train", "predict")


def student(master: Master, **changed: str) -> Student:
    """The master's notebook, with other sources for some exercises."""
    namespace: dict[str, Any] = {"np": np, "torch": torch, "nn": nn, "F": F}
    for id in CHECKS:
        exec(changed.get(id, solution(master, id)), namespace)
    return Student(Loopback(namespace), list(CHECKS))


def grade(master: Master, id: str, seed: int = SEED, **changed: str) -> Verdict:
    return CHECKS[id].grade(student(master, **changed), 100, seed)


@pytest.mark.parametrize("id", CHECKS)
def test_master_has_full_marks(master: Master, id: str) -> None:
    """Is the master's own solution right?"""
    verdict = grade(master, id)
    assert verdict.status == "passed", verdict.message


@pytest.mark.parametrize("seed", range(2))
def test_right_runs_stay_within_the_bands(master: Master, seed: int) -> None:
    """Are right runs so far from the ends of the bands that chance cannot carry them there?

    Of 20 right runs none came nearer to an end than 0.07; from run to run they spread by 0.02.
    """
    rng = np.random.default_rng([seed, 99])
    _, shares = checks.compared(student(master), rng, checks.STEPS, [seed])
    assert shares["with"].mean() > checks.WITH + 0.03
    assert shares["with"].mean() - shares["without"].mean() > checks.AHEAD + 0.03
    low, high = checks.WITHOUT
    assert low + 0.03 < shares["without"].mean() < high - 0.03


# mistakes made in PyTorch: the exercise, the mistake, and what is changed in the master's solution
IN_TORCH = [
    ("build_model", "norm-missing", {"if batchnorm": "if False", "not batchnorm": "True"}),
    ("build_model", "norm-in-baseline", {"if batchnorm": "if True", "not batchnorm": "False"}),
    ("build_model", "redundant-bias", {"bias=not batchnorm": "bias=True"}),
    ("train", "more-steps", {"in batches:": "in batches + batches:"}),
    ("train", "another-optimizer", {"lr=lr)": "lr=lr, momentum=0.9)"}),
    ("train", "gradients-accumulate", {"        optimizer.zero_grad()\n": ""}),
    ("train", "trained-in-eval", {"    model.train()\n": ""}),
    ("train", "trained-in-eval", {"    model.train()\n": "    model.eval()\n"}),
    ("train", "loss-summed", {"(model(x), y)": "(model(x), y, reduction='sum')"}),
    ("train", "rate-ignored", {"lr=lr)": "lr=0.1)"}),
    ("predict", "forgot-eval", {"    model.eval()\n": ""}),
    ("predict", "left-in-eval", {"    model.train(before)\n": ""}),
    ("predict", "left-in-train", {"model.train(before)": "model.train()"}),
    ("predict", "logits", {".argmax(dim=1)": ""}),
    ("compare", "with-without-swapped", {"build_model(widths, ": "build_model(widths, not "}),
    ("compare", "norm-missing", {'"with", True': '"with", False'}),
    ("compare", "more-steps", {"train(model, batches": "train(model, batches + batches"}),
    ("compare", "baseline-handicapped", {"batches, lr)": "batches, lr if batchnorm else lr / 30)"}),
    ("compare", "seed-ignored", {"            torch.manual_seed(seed)\n": ""}),
    ("compare", "seed-ignored", {"manual_seed(seed)": "manual_seed(seed) if batchnorm else 0"}),
    ("compare", "one-seed-for-all", {"manual_seed(seed)": "manual_seed(seeds[0])"}),
    ("sweep", "seed-ignored", {"            torch.manual_seed(seed)\n": ""}),
    ("sweep", "seed-ignored", {"manual_seed(seed)": "manual_seed(seed) if batchnorm else 0"}),
    (
        "sweep",
        "seed-ignored",
        {
            "            torch.manual_seed(seed)\n": "",
            "    found = {}\n": "    found = {}\n    torch.manual_seed(seed)\n",
        },
    ),
    ("sweep", "best-is-worst", {"np.argmax": "np.argmin"}),
    ("sweep", "accuracies-in-percent", {".item())": ".item() * 100)"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("id", "mistake", "changes"), [pytest.param(*row, id=f"{row[0]}: {row[1]}") for row in IN_TORCH]
)
def test_mistakes_in_torch_are_named(
    master: Master, id: str, mistake: str, changes: dict[str, str]
) -> None:
    """Is a mistake made in PyTorch recognised by its model in NumPy?"""
    verdict = grade(master, id, **{id: changed(solution(master, id), changes)})
    assert verdict.points < 100
    assert mistake in verdict.diagnosis, verdict.message


# What skips the point: what is written instead of a function, and the points that are left.
TRICKS = {
    "constants": (
        "compare",
        "def compare(batches, x_new, widths, lr, seeds):\n"
        "    return {n: torch.zeros(len(seeds), len(x_new)) for n in ('with', 'without')}",
        0,
    ),
    "chance": (
        "compare",
        "def compare(batches, x_new, widths, lr, seeds):\n"
        "    return {n: torch.randint(10, (len(seeds), len(x_new))) for n in ('with', 'without')}",
        0,
    ),
    "the nearest of the pictures that are known": (
        "compare",
        "def compare(batches, x_new, widths, lr, seeds):\n"
        "    x, y = (torch.cat(parts) for parts in zip(*batches))\n"
        "    near = y[torch.cdist(x_new, x).argmin(1)].expand(len(seeds), -1)\n"
        "    return {'with': near, 'without': near}",
        0,
    ),
    "no learning rate is tried": (
        "sweep",
        "def sweep(batches, x_val, y_val, x_new, widths, lrs, seed):\n"
        "    side = lambda: {'accuracies': [0.8] * len(lrs), 'best': lrs[0],\n"
        "                    'predictions': torch.zeros(len(lrs), len(x_new))}\n"
        "    return {'with': side(), 'without': side()}",
        20,
    ),
    "a constant for the loss": (
        "train",
        "def train(model, batches, lr):\n    return [1.0] * len(batches)",
        0,
    ),
}  # fmt: skip


@pytest.mark.usefixtures("undiagnosed")
@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_do_not_pay(master: Master, trick: str) -> None:
    """Does what skips the point of an exercise earn next to nothing?"""
    id, source, most = TRICKS[trick]
    verdict = grade(master, id, **{id: source})
    assert verdict.points <= most, verdict.message


def test_pictures_are_in_another_basis_for_each_seed() -> None:
    """Can nobody who has the data find a picture of the grader's among them?"""
    x, _ = checks.clothes()
    (one, _), _, (new, y_new) = checks.pictures(np.random.default_rng(0), 1)
    (other, _), _, _ = checks.pictures(np.random.default_rng(1), 1)
    assert one.shape == other.shape == (1, checks.BATCH, checks.FEATURES)
    assert (len(x), len(new), len(y_new)) == (12_000, checks.NEW, checks.NEW)
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.2
    # each class as often as the others, about: they were renamed, not mixed up
    assert np.bincount(y_new, minlength=10).min() > 60


def test_classes_of_new_pictures_stay_here() -> None:
    """Is the driver given nothing from which the new classes could be read?"""
    given: list[Any] = []

    def experiment(function: str, x: Any, y: Any, args: Any, kwargs: Any) -> Any:
        given.extend([x, y, *args])
        return faults.implementation().experiment(function, x, y, args, kwargs)

    implementation = faults.implementation()
    implementation.experiment = experiment
    checks.compared(implementation, np.random.default_rng(0), 2, [1])
    lengths = [np.shape(value) for value in given]
    assert lengths == [(2, 50, 64), (2, 50), (1000, 64), (4,), (), (1,)]


def test_grading_needs_no_torch() -> None:
    """Do checks, reference and diagnosis of the set run without importing torch here?"""
    program = """
import sys
from grader.checking.load import load
from grader.sets.ps7_capstone.faults import implementation
from grader.checking.remote import StandIn
check = load("ps7_capstone")["train"]
assert check.grade(StandIn(implementation()), 1, 0).status == "passed"
assert check.grade(StandIn(implementation("more-steps")), 1, 0).diagnosis == ("more-steps",)
print("torch" in sys.modules)
"""
    assert in_fresh_python(program) == ("False\n", "")
