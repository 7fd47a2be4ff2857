"""Tries of ps5 to ps7 that were named wrongly once, and students who work in order."""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from helpers import ROOT
from helpers.masters import SOLUTIONS, solution, solved
from helpers.sets import changed

from grader.checking.check import Verdict
from grader.checking.load import load, problem_sets
from grader.checking.remote import Loopback, Student
from grader.notebooks.notebook import Master, read_master

pytestmark = pytest.mark.usefixtures("one_thread")
SEED = 4711
IN_TORCH = ("ps5_frameworks", "ps6_practice", "ps7_capstone")
SETS = problem_sets()


@cache
def master(assignment: str) -> Master:
    return read_master(SOLUTIONS, assignment)


def tries() -> list[Any]:
    rows = []
    for assignment in IN_TORCH:
        path = Path(__file__).parent / assignment / "tries.py"
        spec = importlib.util.spec_from_file_location(f"tries_{assignment}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        rows += [
            pytest.param(assignment, *row, id=f"{assignment} {row[0]}: {row[1] or 0} {number}")
            for number, row in enumerate(module.TRIES)
        ]
    return rows


def grade(assignment: str, id: str, *sources: str) -> Verdict:
    """The verdict on a notebook in which these sources replace what the master has."""
    namespace = solved(assignment)
    for source in sources:
        exec(source, namespace)
    student = Student(Loopback(namespace), master(assignment).names)
    return load(assignment)[id].grade(student, 100, SEED)


@pytest.mark.parametrize(("assignment", "id", "mistakes", "what"), tries())
def test_try_gets_its_name_and_no_other(
    assignment: str, id: str, mistakes: str, what: dict[str, str] | str
) -> None:
    """Does a try lose points, and is it told its own mistakes alone, or none?"""
    source = what
    if isinstance(what, dict):
        cell = "batchnorm" if id.startswith("module_") else id
        source = changed(solution(master(assignment), cell), what)
    assert isinstance(source, str)
    verdict = grade(assignment, id, source)
    assert verdict.points < 100
    assert set(verdict.diagnosis) == set(filter(None, mistakes.split("+"))), verdict.message


@pytest.mark.parametrize("assignment", SETS)
def test_what_is_not_written_has_no_mistakes(assignment: str) -> None:
    """Is an exercise that is still the stub called missing, however many before it are written?"""
    solutions = [id for id in master(assignment).cells if id.endswith("-solution")]
    path = ROOT / "exercises" / assignment / f"{assignment}.ipynb"
    stubs = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
    for written in range(len(solutions)):
        namespace: dict[str, Any] = {}
        for id, cell in master(assignment).cells.items():
            if id.endswith("setup") or id in solutions[:written]:
                exec(cell.source, namespace)
            elif id in solutions:
                exec(stubs[id], namespace)
        student = Student(Loopback(namespace), master(assignment).names)
        for id, check in load(assignment).items():
            verdict = check.grade(student, 100, SEED)
            assert verdict.status in ("passed", "missing"), f"{id}: {verdict.message}"
            assert verdict.diagnosis == (), id


FIRST = """
class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))

    def forward(self, x):
        axes, shape = [0, *range(2, x.ndim)], (-1,) + (1,) * (x.ndim - 2)
        if self.training and x.numel() == x.shape[1]:
            raise ValueError("one value a channel")
        mean, variance = x.mean(axes), x.var(axes, unbiased=False)
        y = (x - mean.reshape(shape)) / torch.sqrt(variance.reshape(shape) + self.eps)
        return self.weight.reshape(shape) * y + self.bias.reshape(shape)
"""


@pytest.mark.parametrize(
    ("id", "status"),
    [
        ("module_training", "passed"),
        ("module_inference", "missing"),
        ("module_state", "partial"),
        ("module_gradients", "partial"),
    ],
)
def test_class_that_grows_is_told_what_is_not_there(id: str, status: str) -> None:
    """With exercise 1 alone written, is the rest called not there, and no other mistake?"""
    verdict = grade("ps5_frameworks", id, FIRST)
    assert verdict.status == status, verdict.message
    if id != "module_training":
        assert verdict.diagnosis == (), verdict.message
        assert "the layer has no running_mean" in verdict.message
