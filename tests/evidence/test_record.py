"""lab.evidence: which runs are made, what is kept of them, and what happens on the way."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import ROOT

from lab.evidence import record as recording
from lab.evidence.__main__ import main, stale
from lab.evidence.experiment import BLOCKS, Experiment, Trial, measure, perform
from lab.evidence.record import Journal, digest
from lab.evidence.results import read_all
from lab.samples import Draw, Sample

NOTHING = Sample(np.zeros(1), np.zeros(1))


def draw(number: int) -> Draw:
    """Data that tell what they are for, and which draw they are."""
    return Draw(*(Sample(np.full(1, number), np.array([part])) for part in (0, 1, 2)))


def trial(
    arm: str, seed: int, train: Sample, judge: Sample, *, peak: float, lr: float
) -> dict[str, float]:
    """Best at a rate of `peak`, ten times that for b; b is better by 3 and the number of a seed."""
    best = peak * (10 if arm == "b" else 1)
    ahead = 3 + seed % 10 if arm == "b" else 0
    return {"points": ahead - abs(float(np.log10(lr / best))), "judge": float(judge.y[0])}


def experiment(**others: Any) -> Experiment:
    """One that needs no training."""
    given: dict[str, Any] = {
        "claims": ("0.0",),
        "outcome": "points",
        "unit": "points",
        "matters": 1,
        "because": "it is a test",
        "contrast": {"b": 1, "a": -1},
        "trial": trial,
        "draw": draw,
        "drawn_by": (),
        "grid": {"lr": (0.1, 1.0, 10.0)},
        "conditions": {"peak": 1.0},
        "settings": {"far": {"peak": 100.0}},
    }
    return Experiment(**given | others)


def made(what: Experiment, seeds: int = 12) -> tuple[dict[str, Any], list[Trial]]:
    """What is measured, and all runs in their order."""
    trials: list[Trial] = []

    def outcomes(asked: Sequence[Trial]) -> dict[Trial, dict[str, float]]:
        trials.extend(asked)
        return {each: perform(what, each) for each in asked}

    return measure(what, outcomes, seeds), trials


def test_the_best_rate_is_inside_the_grid() -> None:
    """Is the grid widened, for both arms alike, until no arm's best rate is at an end?"""
    found, _ = made(experiment())
    for block in found["blocks"]:
        assert block["tuned"] == {"b": {"lr": 10.0}, "a": {"lr": 1.0}}
        assert block["grid"] == {"lr": [0.1, 1.0, 10.0, 100.0]}
        assert block["wider"] == {"lr": [0, 1]}
    (far,) = found["settings"]
    assert far["tuned"] == {"b": {"lr": 1000.0}, "a": {"lr": 100.0}}
    assert far["wider"] == {"lr": [0, 3]}
    for unit in (*found["blocks"], far):
        budgets = [sum(run["arm"] == arm for run in unit["tuning"]) for arm in "ab"]
        assert budgets == [2 * len(unit["grid"]["lr"])] * 2


def test_a_grid_does_not_grow_for_ever() -> None:
    """Does it end after four more values, and say so?"""
    found, _ = made(experiment(conditions={"peak": 1e9}, settings={}))
    assert {tuple(block["wider"]["lr"]) for block in found["blocks"]} == {(0, 4)}


def test_what_tunes_is_not_reported() -> None:
    """Do tuning and reports share no seed, and does only the latter see test data?"""
    found, trials = made(experiment())
    tuning = {each.seed for each in trials if each.judged == "validation"}
    reported = {each.seed for each in trials if each.judged == "test"}
    assert not tuning & reported
    for unit in (*found["blocks"], *found["settings"]):
        assert {run["judge"] for run in unit["tuning"]} == {1}  # validation data
        assert {run["judge"] for run in unit["runs"]} == {2}
        assert len({run["seed"] for run in unit["tuning"]}) == 2


def test_each_block_has_a_draw_of_its_own() -> None:
    """Do blocks tune and run on their own draw, and settings on other ones?"""
    found, trials = made(experiment(), seeds=24)
    assert [{run["draw"] for run in block["runs"]} for block in found["blocks"]] == [
        {block} for block in range(BLOCKS)
    ]
    assert [len(block["runs"]) for block in found["blocks"]] == [2 * 4] * BLOCKS
    assert len(set(trials)) == len(trials)  # nothing is run twice
    (far,) = found["settings"]
    draws = [{run["draw"] for run in far[part]} for part in ("tuning", "runs")]
    assert not draws[0] & draws[1]
    assert not (draws[0] | draws[1]) & set(range(BLOCKS))
    assert len(draws[1]) == 5


def test_one_arm_may_choose_for_all() -> None:
    """Do all arms take the rate that suits the named one, and only that one is tuned?"""
    found, trials = made(experiment(tuned_for="a", settings={}))
    assert found["blocks"][0]["tuned"] == {"b": {"lr": 1.0}, "a": {"lr": 1.0}}
    assert {each.arm for each in trials if each.judged == "validation"} == {"a"}


def test_what_is_fixed_is_not_tuned() -> None:
    """Does an arm keep a value that is fixed for it, outside the grid of the others?"""
    found, _ = made(experiment(fixed={"a": {"lr": 5.0}}, settings={}))
    assert found["blocks"][0]["tuned"] == {"b": {"lr": 10.0}, "a": {"lr": 5.0}}


def test_seeds_are_shared_by_the_blocks() -> None:
    """Does a number that blocks cannot share say so?"""
    with pytest.raises(ValueError, match="20 seeds cannot be shared by 6 blocks"):
        made(experiment(), seeds=20)


def test_a_number_that_is_none() -> None:
    """Does a run whose outcome is no number name itself?"""
    bad = experiment(trial=lambda *a, **k: {"points": float("nan")})
    with pytest.raises(ValueError, match=r"0.0: Trial\(setting='', arm='b'.*gives \{'points': nan"):
        perform(bad, Trial("", "b", (("lr", 0.1),), 0, 0, "test"))


PROGRAMME = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [sys.argv[1]]
from evidence import test_record
from lab.evidence import record
from lab.evidence.record import Journal

record.JOURNALS = Path(sys.argv[2])
runs = int(sys.argv[3])
original = Journal.add

def add(self, *args):
    global runs
    runs -= 1
    if runs < 0:  # in the middle of a line
        with self.path.open("a") as file:
            file.write('[["", "b", [["lr", 0.1]], 0')
        os.kill(os.getpid(), signal.SIGKILL)
    original(self, *args)

Journal.add = add
record.record(test_record.experiment(), "code", Path(sys.argv[2]), seeds=6)
"""


def test_a_run_that_is_killed_goes_on(tmp_path: Path) -> None:
    """Is nothing lost, made twice or changed when it is killed, also in the middle of a line?"""

    def start(folder: str, runs: int) -> int:
        return subprocess.run(
            [sys.executable, "-c", PROGRAMME, ROOT / "tests", tmp_path / folder, str(runs)],
            check=False,
            cwd=ROOT,
        ).returncode

    assert start("whole", 1000) == 0
    assert [start("parts", runs) for runs in (7, 1000)] == [-9, 0]
    journals = [
        (tmp_path / folder / "0.0-code.jsonl").read_text().splitlines()
        for folder in ("whole", "parts")
    ]
    runs = [[json.loads(line)[:2] for line in journal] for journal in journals]
    assert runs[0] == runs[1]
    results = []
    for folder in ("whole", "parts"):
        results.append(json.loads((tmp_path / folder / "0.0.json").read_text()))
        del results[-1]["seconds"]
    assert results[0] == results[1]


def test_a_journal_gives_back_what_it_was_given(tmp_path: Path) -> None:
    """Is a run found again with its numbers, and a line that was cut short not?"""
    path = tmp_path / "0.0-code.jsonl"
    kept = Trial("far", "b", (("lr", 0.1), ("strength", 3.0)), 7, 7000, "validation")
    Journal(path).add(kept, {"points": 1.5}, 0.25)
    with path.open("a") as file:
        file.write('[["far", "a"')
    again = Journal(path)
    assert again.runs == {kept: {"points": 1.5}}
    assert again.seconds == 0.25
    again.add(kept._replace(arm="a"), {"points": 2.0}, 1.0)
    assert len(Journal(path).runs) == 2


def test_processes_give_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Does the command find the same with two processes as with one, and say where it is?"""
    found = []
    for jobs in ("1", "2"):
        monkeypatch.setattr(recording, "JOURNALS", tmp_path / jobs)
        folder = tmp_path / jobs
        assert main(["run", "5.4", "--seeds", "6", "--jobs", jobs, "--into", str(folder)]) == 0
        assert str(folder / "5.4.json") in capsys.readouterr().out
        found.append(json.loads((folder / "5.4.json").read_text("utf-8")))
    assert found[0]["blocks"] == found[1]["blocks"]
    assert found[0]["settings"] == found[1]["settings"]


def test_the_table_of_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    """Is there a line for each result, with its effect and its word?"""
    assert main(["verdicts"]) == 0
    _, *lines = capsys.readouterr().out.splitlines()
    for line, result in zip(lines, read_all(), strict=True):
        assert line.startswith(", ".join(result.data["claims"]))
        assert f"{result.effect():.2f}" in line
        assert line.endswith(result.verdict)


# The digest


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lab that recording looks into."""
    ignored = shutil.ignore_patterns("__pycache__", "*.npz")
    shutil.copytree(ROOT / "lab", tmp_path / "lab", ignore=ignored)
    monkeypatch.setattr(recording, "ROOT", tmp_path)
    monkeypatch.setattr(recording, "EXPERIMENTS", tmp_path / "lab" / "experiments")
    return tmp_path / "lab"


@pytest.mark.parametrize(
    ("file", "old", "new", "same"),
    [
        ("experiments/c5_4_gradients.py", '"ten layers"', '"10 layers"', False),
        ("networks.py", "2 / inputs\n", "two over inputs\n", True),  # a docstring
        ("measures.py", "[1:-1]", "[1:-1]  # hidden", True),
        ("measures.py", "[1:-1]", "[2:-1]", False),
        ("samples.py", "VALIDATION = 500", "VALIDATION = 400", False),
        ("evidence/experiment.py", "TUNING_SEEDS = 2", "TUNING_SEEDS = 3", False),
        ("data/sources.toml", "sha256", "sha-256", False),
        ("figures.py", "WIDTH = 5.2", "WIDTH = 6", True),  # it draws, and decides nothing
    ],
)
def test_what_results_depend_on(course: Path, file: str, old: str, new: str, same: bool) -> None:
    """Does the digest change with code that decides results, imported or not, and only then?"""
    path = course / "experiments" / "c5_4_gradients.py"
    before, text = digest(path), (course / file).read_text("utf-8")
    assert old in text
    (course / file).write_text(text.replace(old, new), "utf-8")
    assert (digest(path) == before) == same


def test_the_digest_here_is_that_of_the_copy(course: Path) -> None:
    """Does it depend on neither the folder nor the name of the file?"""
    path = course / "experiments" / "c5_4_gradients.py"
    before = digest(path)
    assert digest(path.rename(path.with_name("c5_4_other.py"))) == before


def test_results_that_do_not_fit_the_code_are_stale(course: Path, tmp_path: Path) -> None:
    """Is an experiment without results named, one whose code has changed, and no other?"""
    path, folder = course / "experiments" / "c5_4_gradients.py", tmp_path / "results"
    folder.mkdir()
    assert "5.4" in stale(folder)
    written = {"claims": ["5.4"], "digest": digest(path)}
    (folder / "5.4.json").write_text(json.dumps(written))
    assert "5.4" not in stale(folder)
    path.write_text(path.read_text("utf-8").replace('"ten layers"', '"10 layers"'), "utf-8")
    assert "5.4" in stale(folder)


def test_a_claim_without_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    """Does the command name those that have one?"""
    assert main(["run", "3.1"]) == 1
    assert "'3.1' has no experiment; those that have: 1.2, 1.3" in capsys.readouterr().err
