"""What the run at a larger scale found (lab/experiments/large.py): no training, no torch."""

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from .results import FOLDER
from .verdict import Interval, interval

FILES = FOLDER / "large"
GUESSES = 20.0  # points, of ten classes
LEVEL = 0.85  # the test accuracy to which steps are counted
TRAINS = 0.6  # the test accuracy with which a rate trains


class Finding(NamedTuple):
    """An effect over seeds, in the unit of the line's own experiment; none, and why not."""

    line: str
    effect: Interval | None
    why: str = ""

    def unless(self, vain: bool, why: str) -> "Finding":
        """Without its effect, where that would say nothing."""
        return Finding(self.line, None, why) if vain and self.effect else self


@dataclass(frozen=True)
class Large:
    """Its runs, as in its files."""

    runs: list[dict[str, Any]]

    def numbers(self, setting: str, arm: str, name: str = "points") -> dict[int, float]:
        """Seed -> the number of the run that is reported."""
        return {run["seed"]: run["numbers"][name] for run in self._of(setting, arm, "test")}

    def findings(self, known: float = 99.0, guesses: float = GUESSES) -> list[Finding]:
        """One for each line of the lesson that was asked.

        A largest rate is one where there was one for all seeds. What is won at the end, or on the
        way there, is asked where all seeds have learned more than `guesses` %. Networks are
        compared at equal fit where both know `known` % of what they were trained on.
        """
        arrived = self._lowest("ladder", "arrived")
        learned = self._lowest("main", "points") > guesses
        fit = self._lowest("by heart", "by heart")
        lost = "a side ends at chance"
        return [
            self._effect("1.4", "ladder", "largest").unless(not arrived, "no rate is good enough"),
            self._effect("4.2", "main").unless(not learned, lost),
            self._effect("4.3", "main", less="after"),
            self._effect("5.1", "main", "doublings", "without", "with").unless(not learned, lost),
            self._effect("5.3", "by heart").unless(fit < known, "not known by heart"),
            self._effect("7.3", ("groups of 256", "groups of 2"), less="with"),
            self._effect("8.1", "main").unless(not learned, lost),
        ]

    def tried(self, arm: str) -> dict[float, list[float]]:
        """Each rate that an arm was tuned with, and the points of each seed that did it."""
        found: dict[float, list[float]] = {}
        for run in self._of("main", arm, "validation"):
            found.setdefault(run["choice"]["lr"], []).append(run["numbers"]["points"])
        return found

    def tuned(self, arm: str) -> float:
        """The rate that is best for an arm, in the mean over the seeds that tune."""
        found = self.tried(arm)
        return max(found, key=lambda rate: fmean(found[rate]))

    def _of(self, setting: str, arm: str, judged: str) -> list[dict[str, Any]]:
        """The runs that are judged on these data."""
        asked = (setting, arm, judged)
        return [run for run in self.runs if (run["setting"], run["arm"], run["judged"]) == asked]

    def _effect(
        self,
        line: str,
        setting: str | tuple[str, str],
        name: str = "points",
        more: str = "with",
        less: str = "without",
    ) -> Finding:
        """From pairs with the same seed, one arm less the other, in a setting or in two."""
        first, second = (setting, setting) if isinstance(setting, str) else setting
        ours, theirs = self.numbers(first, more, name), self.numbers(second, less, name)
        if len(both := ours.keys() & theirs) < 2:
            return Finding(line, None, "its runs have not been made")
        return Finding(line, interval([ours[seed] - theirs[seed] for seed in sorted(both)]))

    def _lowest(self, setting: str, name: str) -> float:
        """Of all reported runs of a setting; 0, where there are none."""
        found = [
            v for arm in ("with", "without") for v in self.numbers(setting, arm, name).values()
        ]
        return min(found, default=0.0)


def read(folder: Path = FILES) -> Large:
    """What was recorded, on each machine that made some of it."""
    files = sorted(folder.glob("*.json"))
    return Large([run for file in files for run in json.loads(file.read_text("utf-8"))["runs"]])
