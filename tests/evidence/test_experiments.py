"""lab/experiments: is there one for each claim that is measured by training, in the same shape?"""

from importlib import import_module
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from lab import training
from lab.evidence import CLAIMS
from lab.evidence.experiment import Trial, perform
from lab.evidence.record import load, modules
from lab.experiments.c4_3_activation import norm_after
from lab.experiments.c8_2_language import GUESS
from lab.experiments.c8_3_speech import SpeechNet, utterances
from lab.networks import mlp

NAMES = list(modules())
OWN = {"6.frozen": "Where batches are small, fine-tuning gains by frozen statistics."}


def test_each_claim_is_measured_once() -> None:
    """Does exactly one experiment measure each line that training can?"""
    measured = [claim for name in NAMES if name not in OWN for claim in load(name).claims]
    assert sorted(measured) == [line for line in CLAIMS if line[0] in "14578"]


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_measures(name: str) -> None:
    """Does its file begin with the claim, in the lesson's words where it is one of its lines?"""
    assert load(name).claims[0] == name
    assert modules()[name].read_text("utf-8").startswith(f'"""{name} {(CLAIMS | OWN)[name]}\n\n')


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_comparison(name: str) -> None:
    """Do the weights of the arms sum to 0, and is there a size that matters, with a reason?"""
    experiment = load(name)
    assert sum(experiment.contrast.values()) == 0
    assert not set(experiment.contrast) & set(experiment.others)
    assert experiment.matters > 0
    assert len(experiment.because.split()) >= 6


@pytest.mark.parametrize("name", NAMES)
def test_it_has_enough_settings(name: str) -> None:
    """Are there at least 8, all different and each from the main conditions?"""
    experiment = load(name)
    main = dict(experiment.conditions)
    settings = [main, *(main | dict(other) for other in experiment.settings.values())]
    assert len(settings) > 8
    assert all(a != b for i, a in enumerate(settings) for b in settings[:i])
    assert "" not in experiment.settings


@pytest.mark.parametrize("name", NAMES)
def test_its_grids_are_geometric(name: str) -> None:
    """Has what is tuned at least three values, in steps nearly alike, so that it can grow?"""
    for values in load(name).grid.values():
        ratios = [b / a for a, b in pairwise(values)]
        assert len(values) >= 3
        assert max(ratios) < 1.2 * min(ratios)


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_in_each_setting(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do all arms give their outcome, one of them in each setting, after a few steps?"""

    def short(*args: Any, **options: Any) -> training.History:
        looks = name in ("4.1", "8.1")  # their outcome counts them
        return original(*args, **options | ({"steps": 20, "evaluate_every": 1} if looks else few))

    original, few = training.train, {"steps": 4}
    monkeypatch.setattr(training, "train", short)
    experiment, module = load(name), import_module(f"lab.experiments.{modules()[name].stem}")
    if hasattr(module, "train_with"):
        monkeypatch.setattr(module, "train_with", short)
    for rates in ("LRS", "RATES"):  # what a run tries itself
        if hasattr(module, rates):
            monkeypatch.setattr(module, rates, getattr(module, rates)[-3:-1])
    choice = tuple((key, values[0]) for key, values in experiment.grid.items())
    arms = [("", arm) for arm in (*experiment.contrast, *experiment.others)]
    for setting, arm in arms + list(product(experiment.settings, list(experiment.contrast)[:1])):
        numbers = perform(experiment, Trial(setting, arm, choice, 0, 0, "validation"))
        assert experiment.outcome in numbers
        assert (experiment.tuned_by or experiment.outcome) in numbers


def test_norm_after_moves_only_the_norms() -> None:
    """Are the layers the same ones, each norm behind its activation?"""
    model = mlp((784, 100, 100, 10), nn.ReLU, nn.BatchNorm1d, 0)
    moved = norm_after(model)
    assert [model[i] for i in (0, 2, 1, 3, 5, 4, 6)] == list(moved)


def test_masked_statistics_leave_padding_out() -> None:
    """Do speech's outputs in training stay when frames are appended, if statistics are masked?"""
    batch = utterances(0).train.x[:20]
    longer = np.pad(batch, ((0, 0), (0, 0), (0, 30)))
    for masked in (False, True):
        model = SpeechNet(nn.BatchNorm1d, 0, masked=masked)
        with torch.no_grad():
            before, after = (model(torch.tensor(x)) for x in (batch, longer))
        assert torch.allclose(before, after, atol=1e-5) == masked


def test_a_network_of_letters_that_is_lost_counts_as_guessing() -> None:
    """Is a run without numbers as bad as one that guesses, so that a rate can be too large?"""
    experiment = load("8.2")
    train, _, test = experiment.draw(0, examples=20)
    lost = experiment.trial("no norm", 0, train, test, lr=1e6, steps=5, activation=nn.ReLU)
    assert lost == {"nats": GUESS}
