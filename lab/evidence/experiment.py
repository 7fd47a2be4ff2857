"""What an experiment says of itself, and which runs follow from that.

An experiment compares arms under its main conditions, in `BLOCKS` blocks. Each block has its own
draw of the data and tunes anew, so that the spread of the blocks holds what draws, tuning and
rounding do. The claim is then looked at in other settings, with fewer runs each.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal, NamedTuple

import numpy as np

from lab.samples import Draw, pictures

BLOCKS = 6
SEEDS = 24  # of the main conditions, in all blocks together
SETTING_SEEDS = 5  # of each other setting, each with a draw of its own
TUNING_SEEDS = 2  # of each candidate; they are not reported
WIDER = 4  # by at most so many values a grid grows at each end

Numbers = Mapping[str, float]
Choice = tuple[tuple[str, float], ...]  # of each tuned parameter its value


@dataclass(frozen=True)
class Experiment:
    """A claim that is measured by training.

    trial(arm, seed, train, judge, **conditions, **tuned) makes one run: it trains on `train` and
    returns numbers read on `judge`, which is validation data while tuning and test data after it.
    The effect of a seed is the sum of `contrast` times the arms' outcomes.
    """

    claims: tuple[str, ...]  # the lesson's lines
    outcome: str  # the number of a run that counts
    unit: str
    matters: float  # the smallest effect that would matter to a practitioner, in `unit`
    because: str  # why
    contrast: Mapping[str, float]  # arm -> weight; positive effects speak for the claim
    trial: Callable[..., Numbers]
    conditions: Mapping[str, Any]  # of the main comparison
    settings: Mapping[str, Mapping[str, Any]]  # name -> conditions that differ from the main ones
    grid: Mapping[str, Sequence[float]] = field(default_factory=dict)  # geometric
    fixed: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # arm -> not tuned
    tuned_by: str = ""  # the number that chooses; the outcome, unless another is named
    best: Literal["highest", "lowest"] = "highest"
    tuned_for: str = ""  # the one arm that chooses for all of them; each for itself, unless named
    others: tuple[str, ...] = ()  # arms that are shown beside, in the main conditions alone
    draw: Callable[..., Draw] = pictures
    drawn_by: tuple[str, ...] = ("data", "inputs", "examples", "size", "flat")  # its conditions


class Trial(NamedTuple):
    """One run, by what it depends on."""

    setting: str  # "" are the main conditions
    arm: str
    choice: Choice
    draw: int
    seed: int
    judged: Literal["validation", "test"]


Outcomes = Callable[[Sequence[Trial]], Mapping[Trial, Numbers]]


def perform(experiment: Experiment, trial: Trial) -> dict[str, float]:
    """Make one run, and return its numbers with six digits.

    ValueError: one of them is not finite; an outcome says what a run that diverges counts.
    """
    conditions = {**experiment.conditions, **experiment.settings.get(trial.setting, {})}
    drawn = {name: conditions.pop(name) for name in experiment.drawn_by if name in conditions}
    data = experiment.draw(trial.draw, **drawn)
    judge = data.validation if trial.judged == "validation" else data.test
    numbers = experiment.trial(
        trial.arm, trial.seed, data.train, judge, **conditions, **dict(trial.choice)
    )
    if not np.isfinite(list(numbers.values())).all():
        raise ValueError(f"{experiment.claims[0]}: {trial} gives {dict(numbers)}.")
    return {name: float(f"{number:.6g}") for name, number in numbers.items()}


_Seeds = list[tuple[int, int]]  # draw and seed


@dataclass
class _Unit:
    """What is tuned and reported together: a block of the main conditions, or a setting."""

    setting: str
    arms: tuple[str, ...]
    tuning: _Seeds
    reported: _Seeds
    grid: dict[str, list[float]]
    wider: dict[str, list[int]]  # parameter -> by how many values at the lower and upper end
    tried: dict[Trial, Numbers] = field(default_factory=dict)


def measure(experiment: Experiment, outcomes: Outcomes, seeds: int = SEEDS) -> dict[str, Any]:
    """Tune and run everything. `outcomes` makes the runs that it is given.

    ValueError: `seeds` is not a multiple of the number of blocks.
    """
    if seeds % BLOCKS or seeds <= 0:
        raise ValueError(f"{seeds} seeds cannot be shared by {BLOCKS} blocks: take a multiple.")
    units = _units(experiment, seeds // BLOCKS)
    while asked := [trial for unit in units for trial in _candidates(experiment, unit)]:
        found = outcomes(asked)
        for unit in units:
            for trial in _candidates(experiment, unit):
                unit.tried[trial] = found[trial]
            _widen(experiment, unit)
    tuned = [{arm: _best(experiment, unit, arm) for arm in unit.arms} for unit in units]
    reported = [
        [
            Trial(unit.setting, arm, choice[arm], draw, seed, "test")
            for arm in unit.arms
            for draw, seed in unit.reported
        ]
        for unit, choice in zip(units, tuned, strict=True)
    ]
    found = outcomes([trial for trials in reported for trial in trials])
    recorded = [
        {
            "setting": unit.setting,
            "grid": unit.grid,
            "wider": unit.wider,
            "tuned": {arm: dict(choice[arm]) for arm in unit.arms},
            "tuning": [_row(trial, numbers) for trial, numbers in unit.tried.items()],
            "runs": [_row(trial, found[trial]) for trial in trials],
        }
        for unit, choice, trials in zip(units, tuned, reported, strict=True)
    ]
    return {"blocks": recorded[:BLOCKS], "settings": recorded[BLOCKS:]}


def _units(experiment: Experiment, seeds: int) -> list[_Unit]:
    """The blocks, with `seeds` each, and then the settings."""

    def unit(setting: str, arms: Iterable[str], tuning: _Seeds, reported: _Seeds) -> _Unit:
        grid = {name: list(map(float, values)) for name, values in experiment.grid.items()}
        wider = {name: [0, 0] for name in grid}
        return _Unit(setting, tuple(arms), tuning, reported, grid, wider)

    main = [
        unit(
            "",
            [*experiment.contrast, *experiment.others],
            [(block, 1000 * block + 900 + k) for k in range(TUNING_SEEDS)],
            [(block, 1000 * block + k) for k in range(seeds)],
        )
        for block in range(BLOCKS)
    ]
    draws = range(BLOCKS, BLOCKS + SETTING_SEEDS + TUNING_SEEDS)
    alone = [(draw, 1000 * draw) for draw in draws]
    return main + [
        unit(name, experiment.contrast, alone[SETTING_SEEDS:], alone[:SETTING_SEEDS])
        for name in experiment.settings
    ]


def _choices(experiment: Experiment, unit: _Unit, arm: str) -> list[Choice]:
    """All that may be tuned for this arm, by its parameters' values."""
    fixed = experiment.fixed.get(arm, {})
    values = [[fixed[name]] if name in fixed else unit.grid[name] for name in unit.grid]
    return [tuple(zip(unit.grid, each, strict=True)) for each in product(*values)]


def _tuned_arms(experiment: Experiment, unit: _Unit) -> tuple[str, ...]:
    return (experiment.tuned_for,) if experiment.tuned_for else unit.arms


def _candidates(experiment: Experiment, unit: _Unit) -> list[Trial]:
    """The runs that choose, as far as they have not been made."""
    if not unit.grid:
        return []
    trials = (
        Trial(unit.setting, arm, choice, draw, seed, "validation")
        for arm in _tuned_arms(experiment, unit)
        for choice in _choices(experiment, unit, arm)
        for draw, seed in unit.tuning
    )
    return [trial for trial in trials if trial not in unit.tried]


def _best(experiment: Experiment, unit: _Unit, arm: str) -> Choice:
    """What is best for the arm, on average over the tuning seeds; of equals, the first."""
    if not unit.grid:
        return ()
    arm = experiment.tuned_for or arm
    sign = 1 if experiment.best == "highest" else -1

    def score(choice: Choice) -> float:
        name = experiment.tuned_by or experiment.outcome
        runs = (
            unit.tried[Trial(unit.setting, arm, choice, draw, seed, "validation")][name]
            for draw, seed in unit.tuning
        )
        return sign * float(np.mean(list(runs)))

    return max(_choices(experiment, unit, arm), key=score)


def _widen(experiment: Experiment, unit: _Unit) -> None:
    """Let a grid grow, for all arms, at the end where one of them is best."""
    best = {arm: dict(_best(experiment, unit, arm)) for arm in _tuned_arms(experiment, unit)}
    for name, values in unit.grid.items():
        found = [
            choice[name]
            for arm, choice in best.items()
            if name not in experiment.fixed.get(arm, {})
        ]
        ratio, wider = values[1] / values[0], unit.wider[name]
        if values[0] in found and wider[0] < WIDER:
            values.insert(0, float(f"{values[0] / ratio:.6g}"))
            wider[0] += 1
        if values[-1] in found and wider[1] < WIDER:
            values.append(float(f"{values[-1] * ratio:.6g}"))
            wider[1] += 1


def _row(trial: Trial, numbers: Numbers) -> dict[str, Any]:
    return {"arm": trial.arm, **dict(trial.choice), "draw": trial.draw, "seed": trial.seed} | dict(
        numbers
    )
