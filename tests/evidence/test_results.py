"""lab/results: do they fit the code that made them, and does a new run give the like?"""

import json
from pathlib import Path

import numpy as np
import pytest
from helpers import ROOT

from lab.evidence.__main__ import stale
from lab.evidence.experiment import Trial, perform
from lab.evidence.record import digest, load, modules
from lab.evidence.results import FOLDER, Result, adjusted, read, read_all
from lab.evidence.verdict import foreseen

RECORDED = sorted(path.stem for path in FOLDER.glob("*.json"))


def outdated(name: str, recorded: str) -> str:
    """What is wrong with results of that digest; nothing, where nothing is."""
    if recorded == digest(modules()[name]):
        return ""
    return (
        f"lab/results/{name}.json was made by other code than {modules()[name].relative_to(ROOT)} "
        f"and what it imports are now. `python -m lab.evidence run {name}` makes it anew."
    )


@pytest.mark.parametrize("name", RECORDED)
def test_results_fit_the_code(name: str) -> None:
    """Was each result made by the code that is here?"""
    message = outdated(name, read(name).data["digest"])
    assert not message, message


def test_results_of_other_code_are_refused() -> None:
    """Does the message name the file, the experiment, and the command?"""
    assert outdated("5.4", "another") == (
        "lab/results/5.4.json was made by other code than lab/experiments/c5_4_gradients.py "
        "and what it imports are now. `python -m lab.evidence run 5.4` makes it anew."
    )


@pytest.mark.parametrize("name", RECORDED)
def test_a_new_run_gives_the_like(name: str) -> None:
    """Do effects of recorded seeds, run again, lie where all others of them say?

    Not equal: another machine rounds otherwise, and training makes much of it. Of experiments
    whose runs take long, one seed.
    """
    experiment, result = load(name), read(name)
    blocks = result.data["blocks"]
    low, high = foreseen([value for block in blocks for value in result.effects(block)])
    long = result.data["seconds"] / result.data["runs"] > 1
    for block in blocks[1:2] if long else blocks[1:5:3]:
        first = block["runs"][0]
        effect = 0.0
        for arm, weight in experiment.contrast.items():
            choice = tuple(block["tuned"][arm].items())
            trial = Trial("", arm, choice, first["draw"], first["seed"], "test")
            effect += weight * perform(experiment, trial)[experiment.outcome]
        slack = 1e-6 + 0.05 * experiment.matters  # outcomes of few values have hardly any spread
        assert low - slack < effect < high + slack


@pytest.mark.parametrize("name", RECORDED)
def test_results_say_what_the_experiment_says(name: str) -> None:
    """Are outcome, contrast and the effect that matters those of the experiment?"""
    experiment, data = load(name), read(name).data
    assert data["claims"] == list(experiment.claims)
    assert data["contrast"] == experiment.contrast
    assert (data["outcome"], data["matters"]) == (experiment.outcome, experiment.matters)
    assert [unit["setting"] for unit in data["settings"]] == list(experiment.settings)


@pytest.mark.parametrize("name", RECORDED)
def test_results_are_enough(name: str) -> None:
    """Are there 24 seeds in 6 blocks, and 5 of each setting?"""
    result = read(name)
    assert [len(result.effects(block)) for block in result.data["blocks"]] == [4] * 6
    assert {len(result.effects(setting)) for setting in result.data["settings"]} == {5}


def test_results_are_small() -> None:
    """Are all together what a repository can hold?"""
    assert sum(path.stat().st_size for path in FOLDER.glob("*.json")) < 3_000_000


# How results are read


def written(folder: Path) -> None:
    """Two blocks of two seeds, and a setting."""
    rows = [
        [("a", 0, 1.0), ("a", 1, 2.0), ("b", 0, 4.0), ("b", 1, 4.0), ("c", 0, 0.0), ("c", 1, 0.0)],
        [("a", 2, 1.0), ("a", 3, 1.0), ("b", 2, 2.0), ("b", 3, 4.0), ("c", 2, 1.0), ("c", 3, 1.0)],
    ]
    units = [
        {"setting": "", "runs": [{"arm": a, "draw": 0, "seed": s, "x": x} for a, s, x in part]}
        for part in rows
    ]
    data = {"claims": ["5.1", "1.1"], "outcome": "x", "matters": 1, "contrast": {"b": 1, "a": -1}}
    data |= {"blocks": units, "settings": [units[0] | {"setting": "other"}]}
    (folder / "5.1.json").write_text(json.dumps(data))


def test_an_effect_is_the_mean_of_blocks(tmp_path: Path) -> None:
    """Are arms paired by seed, and blocks the unit of the interval?"""
    written(tmp_path)
    result = read("1.1", tmp_path)
    assert [result.effects(block) for block in result.data["blocks"]] == [[3, 2], [1, 3]]
    effect = result.effect()
    assert effect.mean == 2.25  # of 2.5 and 2
    assert effect.high - effect.mean == pytest.approx(12.706 * 0.25, abs=1e-3)  # t, 1 degree
    assert result.effect({"c": 1, "a": -1}).mean == pytest.approx((-1.5 + 0) / 2)
    assert result.numbers("b") == [[4, 4], [2, 4]]
    assert result.mean("b") == 3.5
    assert result.mean("a", setting="other") == 1.5
    assert result.settings["other"].mean == 2.5
    assert np.isclose(adjusted([result])["5.1"], effect.p)


def test_grids_that_have_grown() -> None:
    """Does it say where they grew, how far, and where an arm is still best at an end?"""
    grown = {"grid": {"lr": [0.1, 1.0, 10.0]}, "wider": {"lr": [0, 1]}}
    unit = grown | {"setting": "", "tuned": {"a": {"lr": 1.0}}}
    still = grown | {"setting": "far", "tuned": {"a": {"lr": 10.0}}}
    same = unit | {"wider": {"lr": [0, 0]}}
    result = Result({"blocks": [same, unit], "settings": [still]})
    assert result.widened == {"block 1": "lr to 10", "far": "lr to 10!"}


def test_a_claim_without_results(tmp_path: Path) -> None:
    """Is the command named that makes them?"""
    with pytest.raises(ValueError, match=r"No results on 5\.3: `python -m lab\.evidence run 5\.3`"):
        read("5.3", tmp_path)
    assert read_all(tmp_path) == []
    assert isinstance(read("5.4"), Result)


def test_every_experiment_has_results() -> None:
    """Has each been run, by the code that is here?"""
    assert stale() == []
