"""Is there no credit for attacks, and does nobody else lose by them?"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import ROOT
from helpers.processes import own, shown, students
from helpers.programs import ATTACKS, LEFT_BEHIND, STEPS, Attack, C

from grader.checking.load import load
from grader.notebooks.grade import Graded, grade_notebook
from grader.notebooks.notebook import Master, parse_submission, read_master, restore
from grader.sandbox.process import Limits, Warm

LIMITS = Limits(
    cell_seconds=2,
    exercise_seconds=2,
    notebook_seconds=60,
    memory_bytes=2**29,
    scratch_bytes=2**24,
    threads=16,
)
SEED = 20261122
SETS = ("ps1_standardize", "ps3_backward")
MASTERS = {name: read_master(ROOT / "solutions", name) for name in SETS}
CHECKS = {name: load(name) for name in SETS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for temporary files, in which nothing may be left."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def warm(folder: Path) -> Iterator[Warm]:
    """What all submissions of this class are graded with."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        with Warm(("numpy",), LIMITS) as process:
            yield process


def handed_out(name: str) -> dict[str, Any]:
    """The notebook that a student gets, as JSON."""
    text = (ROOT / "exercises" / name / f"{name}.ipynb").read_text()
    notebook: dict[str, Any] = json.loads(text)
    return notebook


def submission(attack: Attack) -> bytes:
    """The attack's notebook."""
    notebook = handed_out(attack.set)
    for cell in notebook["cells"]:
        exercise = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if exercise.endswith("-solution"):
            exercise = exercise.removesuffix("-solution")
            cell["source"] = attack.answers.get(exercise, cell["source"])
    if attack.change:
        attack.change(notebook)
    cells = notebook["cells"]
    if attack.first:
        cells.insert(2, _code(attack.first))
    if attack.last:
        cells.append(_code(attack.last))
    return json.dumps(notebook).encode()


def _code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "id": "own", "metadata": {}, "source": source, "outputs": []}


def grade(warm: Warm, data: bytes, name: str, limits: Limits = LIMITS) -> Graded:
    """Grade a submission as a class is graded."""
    master: Master = MASTERS[name]
    notebook = restore(parse_submission(data, Path("submitted/a.ipynb")), master)
    return grade_notebook(notebook, name, master.names, CHECKS[name], warm, SEED, limits)


def honest(warm: Warm, name: str) -> Graded:
    """The master's own solution, graded in the same class."""
    path = ROOT / "solutions" / name / f"{name}.ipynb"
    return grade(warm, path.read_bytes(), name)


def printed(graded: Graded, source: str) -> str:
    """What a cell of the submission put out."""
    [cell] = [cell for cell in graded.notebook.cells if cell.source == source]
    texts = [o.get("text") or o.get("evalue") or o.get("data", {}).get("text/plain", "")
             for o in cell.outputs]  # fmt: skip
    return "".join(texts)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_attack(warm: Warm, folder: Path, attack: Attack) -> None:
    """Does it earn what is right and no more, harm no other, and leave nothing behind?"""
    before = own()
    graded = grade(warm, submission(attack), attack.set)
    found = {verdict.id: verdict.status for verdict in graded.verdicts}
    messages = [v.message for v in graded.verdicts if v.id in attack.status]
    assert graded.score == attack.points, found
    for id, status in found.items():
        assert re.fullmatch(attack.status.get(id, "missing"), status), (id, status, messages)
    assert re.search(attack.says, "\n".join(messages)), messages
    if attack.shows:
        text = printed(graded, attack.first)
        assert re.search(attack.shows, text), text
    if attack.last:
        assert printed(graded, attack.last) in ("found []\n", "False\n")
    assert own() == before
    assert students(warm) == []
    assert list(folder.iterdir()) == []
    places = ("/tmp", "/var/tmp", "/dev/shm", "/root", Path.home(), ROOT)
    assert not any(Path(place, LEFT_BEHIND).exists() for place in places)
    other = honest(warm, attack.set)
    assert other.score == other.max_score


def test_there_are_enough() -> None:
    """Does every attack of the table say what it tries, and are they all different?"""
    tries = [attack.tries for attack in ATTACKS.values()]
    assert len(set(tries)) == len(tries) >= 60


@pytest.fixture(scope="module")
def refusals(warm: Warm) -> dict[str, str]:
    """What came of each single step, all tried in one process."""
    with warm.student() as student:
        assert shown(student, C) == ""
        texts = {name: shown(student, source) for name, source in STEPS.items()}
        assert shown(student, "1 + 1") == "2"
    return texts


@pytest.mark.parametrize("name", STEPS)
def test_step(refusals: dict[str, str], name: str) -> None:
    """Is a step that no exercise needs refused by the kernel?"""
    assert re.search(r"(PermissionError|FileNotFoundError|OSError|ValueError): ", refusals[name]), (
        refusals[name]
    )
