"""The checks of all problem sets: strict on what is wrong, fair to what is right."""

import importlib
import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from helpers import ROOT
from helpers.masters import solved

from grader.checking.check import Check, Verdict
from grader.checking.load import load, problem_sets
from grader.checking.local import report
from grader.checking.message import ELSEWHERE, FOLD, LINES
from grader.checking.mistakes import catalogue, ours
from grader.checking.mutants import SEED as REPORTED
from grader.checking.remote import Loopback, StandIn, Student
from grader.checking.sections import SECTIONS, where_to_read
from grader.notebooks.notebook import Master, is_autograded, read_master

TRAINED = ("ps6_practice", "ps7_capstone")
WORDS = 150  # of a message, before the fold
# What no student has heard of: our drivers, and Python's words for yes and no.
UNKNOWN = (
    "net.", "batchnorm.", ".kept(", ".statistics(", ".attached(", ".others(", ".batches(",
    "Driver", "as above", "True, but", "False, but", "value 1 of 2: value", "1 values",
)  # fmt: skip
HERE = Path(__file__).parent
SEED = 20250807  # of nobody: neither the public one nor the secret one
POINTS = 100.0
SETS = problem_sets()
LISTED = list(ours())
CHECKS = [(name, id) for name in SETS for id in load(name)]
# for each right solution; 5 in other sets
SEEDS = {"ps1_standardize": 20, "ps6_practice": 2, "ps7_capstone": 1}

# The course's own list of mistakes, by the set that must name them.
NAMED = {
    "ps1_standardize": """
        eps-outside-sqrt eps-missing eps-twice divides-by-variance unbiased-normalise
        scalar-statistics wrong-axis not-centred no-affine gamma-only beta-only mutates-input
        loses-dtype statistics-shape""",
    "ps2_inference": """
        never-updated overwritten momentum-inverted biased-running-variance
        running-stats-in-training batch-stats-in-eval updated-in-eval eval-eps-outside-sqrt
        eval-eps-missing eval-no-affine statistics-shape""",
    "ps3_backward": """
        statistics-as-constants variance-path-missing mean-path-missing gamma-missing-in-dx
        diagonal-jacobian unsummed summed-over-all mean-not-sum gradient-through-sum""",
    "ps4_where": "per-pixel reshape-without-transpose channels-mixed channels-last",
    "ps5_frameworks": """
        not-a-parameter not-a-buffer stats-are-parameters not-detached no-grad-statistics
        mode-from-grad-enabled one-value-per-channel""",
    "ps6_practice": "forgot-eval frozen-still-updating",
}


def extras(folder: str, assignment: str, name: str) -> dict[str, Any]:
    """What right.py or wrong.py beside a set's tests has; nothing if there is no such file."""
    path = HERE / assignment / f"{folder}.py"
    if not path.exists():
        return {}
    spec = importlib.util.spec_from_file_location(f"{folder}_{assignment}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, Any] = getattr(module, name)
    return found


def all_extras(folder: str, name: str) -> list[Any]:
    return [
        pytest.param(assignment, case, id=f"{assignment}: {case}")
        for assignment in SETS
        for case in extras(folder, assignment, name)
    ]


def faults(assignment: str) -> ModuleType:
    return importlib.import_module(f"grader.sets.{assignment}.faults")


@cache
def master(assignment: str) -> Master:
    return read_master(ROOT / "solutions", assignment)


def student(assignment: str, namespace: dict[str, Any]) -> Student:
    return Student(Loopback(namespace), master(assignment).names)


def with_mistakes(assignment: str, *mistakes: str) -> dict[str, Any]:
    return dict(vars(faults(assignment).implementation(*mistakes)))


def written(assignment: str, source: str, **names: Any) -> dict[str, Any]:
    """The namespace after the student's code ran; the set-up cell's names are there."""
    namespace: dict[str, Any] = {"np": np, "__name__": "__main__"} | names
    exec(compile(source, "<notebook>", "exec"), namespace)
    return namespace


def grade(assignment: str, check: Check, namespace: dict[str, Any], seed: int = SEED) -> Verdict:
    return check.grade(student(assignment, namespace), POINTS, seed)


@cache
def grade_faulty(assignment: str, id: str, *mistakes: str) -> Verdict:
    """Graded as in the mutation report, so that its test need not grade single mistakes again."""
    implementation = faults(assignment).implementation(*mistakes)
    return load(assignment)[id].grade(StandIn(implementation), POINTS, REPORTED, local=True)


def mutants() -> list[Any]:
    return [
        pytest.param(assignment, id, mistake, id=f"{assignment}-{id}: {mistake}")
        for assignment, id in CHECKS
        for mistake in load(assignment)[id].mistakes
    ]


@pytest.mark.parametrize(("assignment", "id", "mistake"), mutants())
def test_mistake_is_caught_and_named(assignment: str, id: str, mistake: str) -> None:
    """Does a solution with one mistake lose points, and is it told which mistake it is?"""
    verdict = grade_faulty(assignment, id, mistake)
    name = mistake.partition(":")[0]
    assert verdict.points < POINTS
    assert verdict.status in ("partial", "failed", "error")
    assert verdict.diagnosis == (name,)
    assert catalogue()[name].title in verdict.message


@pytest.mark.parametrize(("assignment", "id", "mistake"), mutants())
def test_message_of_a_mistake(assignment: str, id: str, mistake: str) -> None:
    """Is it short, does it begin with the mistake, and does it name only what students know?"""
    verdict = grade_faulty(assignment, id, mistake)
    named = catalogue()[mistake.partition(":")[0]]
    above, fold, below = report(verdict).partition(f"\n{FOLD}\n")
    lines = above.splitlines()
    assert lines[1:4] == [
        f"Mistake: {named.title} ({named.id}).",
        named.explanation,
        f"Read: {where_to_read(named.section)}",
    ]
    assert lines[5].startswith("WRONG  ")
    assert len(lines) <= LINES
    assert len(above.split()) <= WORDS
    assert bool(fold) == bool(below)
    assert [text for text in UNKNOWN if text in verdict.message] == []
    # each part is told once
    parts = [line[7:] for line in verdict.message.splitlines() if line[:5] in ("ok   ", "WRONG")]
    assert sorted(parts) == sorted(part.says for part in load(assignment)[id].parts)


# not of what trains networks, where each mistake would be tried on them
@pytest.mark.parametrize(("assignment", "id"), [c for c in CHECKS if c[0] not in TRAINED])
def test_message_of_an_error(assignment: str, id: str) -> None:
    """Is an exception told once, above the fold?"""
    namespace = stub(assignment, 'raise ValueError("no")')
    check = load(assignment)[id]
    verdict = check.grade(student(assignment, namespace), POINTS, REPORTED, local=True)
    above = report(verdict).partition(FOLD)[0]
    assert len(above.splitlines()) <= LINES
    assert len(above.split()) <= WORDS
    assert verdict.message.count("raised ValueError: no") <= 1


@pytest.mark.parametrize(("assignment", "id"), CHECKS)
def test_no_mistake_has_full_marks(assignment: str, id: str) -> None:
    """Does a faulty implementation without any mistakes equal the reference?"""
    check = load(assignment)[id]
    verdict = grade_faulty(assignment, id)
    assert (verdict.status, verdict.points) == ("passed", POINTS), verdict.message
    assert verdict.message.splitlines() == [f"ok     {part.says}" for part in check.parts]


@pytest.mark.parametrize(("assignment", "id"), CHECKS)
def test_each_part_is_failed_by_some_mistake(assignment: str, id: str) -> None:
    """Is there no part of a check that takes points from nobody?"""
    check = load(assignment)[id]
    failed: set[str] = set()
    for mistake in check.mistakes:
        message = grade_faulty(assignment, id, mistake).message
        failed |= {line[7:] for line in message.splitlines() if line.startswith("WRONG")}
    assert {part.says for part in check.parts} <= failed


@pytest.mark.parametrize("assignment", SETS)
def test_checks_are_the_graded_cells(assignment: str) -> None:
    """Has each graded cell of the master its check, in the same order, and only that in it?"""
    checks = importlib.import_module(f"grader.sets.{assignment}.checks").checks
    graded = {id: c.source for id, c in master(assignment).cells.items() if is_autograded(c)}
    assert [check.id for check in checks] == list(graded)
    assert graded == {id: f'check("{id}")' for id in graded}


def test_ids_are_unique() -> None:
    """Does `check("id")` mean one check in the whole course?"""
    ids = [
        check.id
        for a in SETS
        for check in importlib.import_module(f"grader.sets.{a}.checks").checks
    ]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("assignment", "id"), CHECKS)
def test_check_points_to_a_section(assignment: str, id: str) -> None:
    """Is the section that a check sends its readers to one that the book has?"""
    assert load(assignment)[id].section in SECTIONS


@pytest.mark.parametrize("id", LISTED)
def test_mistake_points_to_a_section(id: str) -> None:
    """Does the catalogue say of each mistake where to read, by its own id?"""
    assert catalogue()[id].section in SECTIONS
    assert catalogue()[id].id == id


@pytest.mark.parametrize("id", LISTED)
def test_mistake_is_named_by_some_check(id: str) -> None:
    """Is there no mistake in the catalogue that nobody can be told of?"""
    named = {mistake for a in SETS for ids in faults(a).MISTAKES.values() for mistake in ids}
    assert id in {mistake.partition(":")[0] for mistake in named}


@pytest.mark.parametrize("assignment", SETS)
def test_course_list_of_mistakes_is_covered(assignment: str) -> None:
    """Can the set name every mistake of the course's list for it?"""
    named = {
        mistake.partition(":")[0] for ids in faults(assignment).MISTAKES.values() for mistake in ids
    }
    assert set(NAMED.get(assignment, "").split()) - named == set()


@pytest.mark.parametrize("assignment", SETS)
def test_faults_belong_to_checks(assignment: str) -> None:
    """Does the table of mistakes name only checks that there are, and all of them?"""
    assert list(faults(assignment).MISTAKES) == list(load(assignment))


@cache
def of_the_master(assignment: str) -> dict[str, Any]:
    """What students are asked to define, as the master does."""
    namespace = solved(assignment)
    return {name: namespace[name] for name in master(assignment).names}


def stub(assignment: str, statement: str) -> dict[str, Any]:
    """All names of the set as functions that do nothing but `statement`."""
    names = sorted(master(assignment).names)
    source = [f"def {name}(*args, **kwargs):\n    {statement}" for name in names]
    return written(assignment, "\n".join(source))


@pytest.mark.parametrize(("assignment", "id"), CHECKS)
def test_stub_is_missing(assignment: str, id: str) -> None:
    """Is an exercise that is not written worth 0, and called missing?"""
    namespace = stub(assignment, 'raise NotImplementedError("exercise 1")')
    verdict = grade(assignment, load(assignment)[id], namespace)
    assert (verdict.points, verdict.status, verdict.diagnosis) == (0, "missing", ())
    assert verdict.message.startswith("Not written yet: exercise 1\n")


@pytest.mark.parametrize(("assignment", "id"), CHECKS)
def test_deleted_is_missing(assignment: str, id: str) -> None:
    """Is an exercise whose cell was deleted worth 0, and called missing?"""
    verdict = grade(assignment, load(assignment)[id], {"np": np})
    assert (verdict.points, verdict.status, verdict.diagnosis) == (0, "missing", ())


@pytest.mark.usefixtures("undiagnosed")
@pytest.mark.parametrize(
    "statement",
    [
        "return None",
        "return args[0] if args else None",
        "return np.zeros_like(args[0]) if args else 0.0",
        "return np.zeros(np.shape(args[0])[-1:]) if args else 0.0",
        "return (np.zeros(3),) * 3",
        "return True",
        "return {}",
        "raise ValueError('no')",
    ],
)
@pytest.mark.parametrize(("assignment", "id"), CHECKS)
def test_blank_function_has_no_points(assignment: str, id: str, statement: str) -> None:
    """Is a function that returns nothing, its argument, or zeros worth 0 in every part?"""
    verdict = grade(assignment, load(assignment)[id], stub(assignment, statement))
    assert (verdict.points, verdict.status) in [(0, "failed"), (0, "error")], verdict.message


@pytest.mark.parametrize(("assignment", "style"), all_extras("right", "RIGHT"))
def test_right_solution_has_full_marks(
    assignment: str, style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Has a right solution full marks, whatever its style and the seed?

    What it does not define is the master's.
    """
    source = extras("right", assignment, "RIGHT")[style]
    for seed in range(SEEDS.get(assignment, 5)):
        namespace = written(assignment, source, **of_the_master(assignment))
        for id, check in load(assignment).items():
            verdict = grade(assignment, check, namespace, seed)
            assert verdict.points == POINTS, f"{id}, seed {seed}:\n{verdict.message}"


@pytest.mark.parametrize("assignment", SETS)
def test_there_are_right_solutions(assignment: str) -> None:
    """Are there at least six right solutions in different styles of each set, 12 of the first?"""
    least = 12 if assignment == "ps1_standardize" else 6
    assert len(extras("right", assignment, "RIGHT")) >= least


@pytest.mark.usefixtures("undiagnosed")
@pytest.mark.parametrize(("assignment", "case"), all_extras("wrong", "WRONG"))
def test_wrong_solution_loses_points(assignment: str, case: str) -> None:
    """Do the checks take points from what is wrong in a way that no fault of ours is?

    Where they take none, another exercise is to blame: they see that all is not right.
    """
    checks, source = extras("wrong", assignment, "WRONG")[case]
    for seed in (SEED, SEED + 1, SEED + 2):
        for id in checks:
            namespace = written(assignment, source, **with_mistakes(assignment))
            verdict = grade(assignment, load(assignment)[id], namespace, seed)
            seen = verdict.points < POINTS or verdict.message.startswith(ELSEWHERE)
            assert seen, f"{id}, seed {seed}"
