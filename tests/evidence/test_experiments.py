"""lab/experiments: is there one for each claim that is measured by training, in the same shape?"""

from itertools import pairwise

import pytest

from lab.evidence import CLAIMS
from lab.evidence.experiment import Trial, perform
from lab.evidence.record import load, modules

NAMES = list(modules())


def test_each_claim_is_measured_once() -> None:
    """Does exactly one experiment measure each line that training can?"""
    measured = [claim for name in NAMES for claim in load(name).claims]
    assert sorted(measured) == [line for line in CLAIMS if line[0] in "14578"]


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_measures(name: str) -> None:
    """Does its file begin with the claim in the lesson's words?"""
    assert load(name).claims[0] == name
    assert modules()[name].read_text("utf-8").startswith(f'"""{name} {CLAIMS[name]}\n\n')


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
    """Has what is tuned at least three values, the steps nearly alike, so that it can be widened?"""
    for values in load(name).grid.values():
        ratios = [b / a for a, b in pairwise(values)]
        assert len(values) >= 3
        assert max(ratios) < 1.2 * min(ratios)


# Their budgets are cut to two steps; 5.4 trains nothing, and 5.2 looks at 100 trainings.
@pytest.mark.parametrize("name", NAMES)
def test_it_runs_in_each_setting(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does each arm give its outcome in each setting, whatever the network has learned?"""
    from lab import training

    original = training.train

    def short(*args: object, **options: object) -> training.History:
        options["steps"] = 2 if name not in ("1.2", "4.1", "8.1") else 20
        return original(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "train", short)
    experiment = load(name)
    choice = tuple((key, values[0]) for key, values in experiment.grid.items())
    for setting in ("", *experiment.settings):
        for arm in (*experiment.contrast, *(experiment.others if not setting else ())):
            numbers = perform(experiment, Trial(setting, arm, choice, 0, 0, "validation"))
            assert experiment.outcome in numbers
            assert (experiment.tuned_by or experiment.outcome) in numbers
