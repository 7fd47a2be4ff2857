"""The labelled tries, and how what is said of one is counted."""

import importlib
from pathlib import Path

import pytest
from helpers import ROOT

from benchmarks.diagnosis import kind_of
from grader.checking.check import Verdict
from grader.checking.load import load
from grader.checking.mistakes import catalogue

TRIES = sorted((ROOT / "tests/tries").glob("*/ps*.py"))


@pytest.mark.parametrize("path", TRIES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_labels_can_be_said(path: Path) -> None:
    """Is each try about a check that there is, and labelled with names that there are?"""
    tries = importlib.import_module(f"tries.{path.parent.name}.{path.stem}").TRIES
    checks = load(path.stem)
    for one in tries:
        assert one.check in checks, one.does
        assert set(one.ids) <= set(catalogue()), one.does
        compile(one.code, one.does, "exec")
    assert len({one.code for one in tries}) == len(tries)


@pytest.mark.parametrize(
    ("status", "said", "right", "kind"),
    [
        ("failed", ("a",), ("a", "b"), "named"),
        ("failed", ("a", "b"), ("a", "b"), "named"),
        ("failed", ("a", "c"), ("a", "b"), "wrong"),
        ("partial", ("a",), (), "wrong"),
        ("failed", (), ("a",), "absent"),
        ("failed", (), (), "rightly none"),
        ("passed", (), ("a",), "passed"),
    ],
)
def test_what_is_said_is_counted(
    status: str, said: tuple[str, ...], right: tuple[str, ...], kind: str
) -> None:
    """Is a name right only if no wrong one is said with it?"""
    assert kind_of(Verdict("id", 0, 1, status, "", said), right) == kind
