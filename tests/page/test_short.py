"""Short exercises: is what is right passed, and each mistake named?"""

import tomllib
from typing import Any

import pytest
from helpers import ROOT

from grader.checking.load import load, problem_sets
from grader.checking.mistakes import OURS
from grader.checking.remote import StandIn
from grader.checking.sections import SECTIONS
from grader.short.exercises import mistakes

TEXT = (ROOT / "grader" / "short" / "exercises.toml").read_text("utf-8")
ENTRIES = {entry["name"]: entry for entry in tomllib.loads(TEXT)["exercise"]}
CHECKS = load("exercises", "grader.short")


def written(entry: dict[str, Any], hole: str) -> StandIn:
    """The exercise with this in its hole."""
    names: dict[str, Any] = {}
    exec("import numpy as np\n" + entry["code"].replace("{hole}", hole), names)
    student = type("Student", (), {})()
    vars(student).update(names)
    return StandIn(student)


@pytest.mark.parametrize("name", ENTRIES)
def test_right_and_wrong(name: str) -> None:
    """Does the right line pass, and is each wrong one named by its own mistake, the first too?"""
    entry, check = ENTRIES[name], CHECKS[name]
    assert check.grade(written(entry, entry["right"]), 1, 0, local=True).status == "passed"
    assert entry["start"] in entry["wrong"]
    for hole, (id, title, _) in entry["wrong"].items():
        verdict = check.grade(written(entry, hole), 1, 0, local=True)
        assert (verdict.points, verdict.diagnosis) == (0, (id,))
        assert f"Mistake: {title} ({id})." in verdict.message


@pytest.mark.parametrize("name", ENTRIES)
def test_what_it_tells(name: str) -> None:
    """Is it short, does its section exist, and does its code show where to write?"""
    entry = ENTRIES[name]
    assert entry["section"] in SECTIONS
    assert entry["code"].count("{hole}") == 1
    assert 2 <= len(entry["wrong"]) <= 5
    assert len(entry["code"].strip().splitlines()) <= 5


def test_names_are_new() -> None:
    """Is no exercise or mistake called as one of the problem sets?"""
    checks = {id for assignment in problem_sets() for id in load(assignment)}
    assert not checks & set(ENTRIES)
    from importlib import import_module

    others = {
        mistake.id
        for assignment in problem_sets()
        for mistake in import_module(f"{OURS}.{assignment}.mistakes").mistakes
    }
    ids = [mistake.id for mistake in mistakes]
    assert len(set(ids)) == len(ids)
    assert not others & set(ids)
