"""What was recorded, as pages read it: no training, no torch."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from .verdict import Interval, Verdict, held, holm, interval, verdict

FOLDER = Path(__file__).parent.parent / "results"


@dataclass(frozen=True)
class Result:
    """The results of one experiment; `data` is its file."""

    data: Mapping[str, Any]

    @property
    def matters(self) -> float:
        """The smallest effect that matters."""
        return float(self.data["matters"])

    def effects(
        self, unit: Mapping[str, Any], contrast: Mapping[str, float] = {}, name: str = ""
    ) -> list[float]:
        """One effect for each seed of a block or a setting."""
        weights, name = contrast or self.data["contrast"], name or self.data["outcome"]
        found: dict[tuple[int, int], float] = {}
        for run in unit["runs"]:
            if run["arm"] in weights:
                seed = run["draw"], run["seed"]
                part = weights[run["arm"]] * run[name]
                found[seed] = found.get(seed, 0.0) + part
        return list(found.values())

    def effect(self, contrast: Mapping[str, float] = {}, name: str = "") -> Interval:
        """The effect under the main conditions, from the means of the blocks.

        contrast: arm -> weight, where another comparison than the claim's is asked for; name:
        where it is of another number than the outcome.
        """
        blocks = self.data["blocks"]
        return interval([float(np.mean(self.effects(each, contrast, name))) for each in blocks])

    @cached_property
    def settings(self) -> dict[str, Interval]:
        """The effect in each other setting, from its seeds."""
        return {unit["setting"]: interval(self.effects(unit)) for unit in self.data["settings"]}

    @property
    def held(self) -> int:
        """In how many settings the effect is above 0."""
        return held(self.settings.values())

    @property
    def verdict(self) -> Verdict:
        """The word for it."""
        return verdict(self.effect(), self.matters, list(self.settings.values()))

    @property
    def widened(self) -> dict[str, str]:
        """Which grids grew, by block or setting: "lr to 0.01 and 1.5", of which "!" is still best.

        That is, an arm is best there even though the grid has grown as far as it may.
        """
        found = {}
        for number, unit in enumerate((*self.data["blocks"], *self.data["settings"])):
            parts = []
            for name, (lower, upper) in unit["wider"].items():
                chosen = [choice.get(name) for choice in unit["tuned"].values()]
                ends = [unit["grid"][name][end] for end in (0, -1)]
                grown = zip(ends, (lower, upper), strict=True)
                said = [f"{end:g}{'!' * (end in chosen)}" for end, more in grown if more]
                if said:
                    parts.append(f"{name} to {' and '.join(said)}")
            if parts:
                found[unit["setting"] or f"block {number}"] = ", ".join(parts)
        return found

    def numbers(self, arm: str, name: str = "", setting: str = "") -> list[list[float]]:
        """A number of every run of an arm: (blocks, seeds), or (1, seeds) in another setting."""
        name = name or self.data["outcome"]
        units = (*self.data["blocks"], *self.data["settings"])
        return [
            [run[name] for run in unit["runs"] if run["arm"] == arm]
            for unit in units
            if unit["setting"] == setting
        ]

    def mean(self, arm: str, name: str = "", setting: str = "") -> float:
        """The mean of these numbers."""
        return float(np.mean(self.numbers(arm, name, setting)))


def read(claim: str, folder: Path = FOLDER) -> Result:
    """The results on a line of the lesson. ValueError: there are none."""
    for result in read_all(folder):
        if claim in result.data["claims"]:
            return result
    raise ValueError(f"No results on {claim}: `python -m lab.evidence run {claim}` makes them.")


def read_all(folder: Path = FOLDER) -> list[Result]:
    """All results that there are, by line of the lesson."""
    return [Result(json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.json"))]


def adjusted(results: list[Result]) -> dict[str, float]:
    """The p value of each, adjusted for there being all of these, by its first line."""
    return holm({result.data["claims"][0]: result.effect().p for result in results})
