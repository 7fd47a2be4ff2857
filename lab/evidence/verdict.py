"""From the numbers of many runs to an effect, its interval, and a word."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special  # not scipy.stats, which takes a second to import

Verdict = Literal["supported", "qualified", "negligible", "open", "contradicted"]
MOST = 3 / 4  # of the settings


class Interval(NamedTuple):
    """A mean, its 95 % interval, and the two-sided p value of there being no effect."""

    mean: float
    low: float
    high: float
    p: float

    def __format__(self, spec: str) -> str:
        """Mean and interval in this format, such as 0.80 [0.74, 0.86]."""
        return f"{self.mean:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"


def interval(values: npt.ArrayLike) -> Interval:
    """The 95 % interval of the mean of independent values (n,), by Student's t.

    ValueError: fewer than two values.
    """
    x = np.asarray(values, dtype=float)
    if x.ndim != 1 or len(x) < 2:
        raise ValueError(f"{x.shape} values have no interval: it takes at least 2.")
    mean, error = float(x.mean()), float(x.std(ddof=1) / np.sqrt(len(x)))
    if error == 0:
        return Interval(mean, mean, mean, float(mean == 0))
    margin = float(special.stdtrit(len(x) - 1, 0.975)) * error
    p = 2 * float(special.stdtr(len(x) - 1, -abs(mean) / error))
    return Interval(mean, mean - margin, mean + margin, p)


def foreseen(values: npt.ArrayLike, level: float = 0.9999) -> tuple[float, float]:
    """Between which two numbers one more value like these (n,) lies, with probability `level`."""
    x = np.asarray(values, dtype=float)
    margin = special.stdtrit(len(x) - 1, (1 + level) / 2) * x.std(ddof=1) * np.sqrt(1 + 1 / len(x))
    return float(x.mean() - margin), float(x.mean() + margin)


def holm(p: Mapping[str, float]) -> dict[str, float]:
    """The p values of several claims, such that all of them together err with 5 % (Holm 1979)."""
    adjusted, largest = {}, 0.0
    for rank, (name, value) in enumerate(sorted(p.items(), key=lambda item: item[1])):
        largest = max(largest, min(1.0, (len(p) - rank) * value))
        adjusted[name] = largest
    return {name: adjusted[name] for name in p}


def held(settings: Iterable[Interval]) -> int:
    """In how many of these the effect is above 0."""
    return sum(setting.low > 0 for setting in settings)


def verdict(effect: Interval, matters: float, settings: Sequence[Interval]) -> Verdict:
    """The word for an effect, where `matters` is the smallest that matters to a practitioner.

    The first that fits:
    negligible: the interval is inside plus and minus `matters`.
    contradicted: it is below 0.
    supported: it is above `matters`, and in at least three of four settings above 0.
    qualified: it is above 0, and so it is in some of the settings, or there are none.
    open: it holds 0, or is above 0 in none of the settings.

    The page of evidence says the same in its key.
    """
    if -matters < effect.low and effect.high < matters:
        return "negligible"
    if effect.high < 0:
        return "contradicted"
    if effect.low > matters and settings and held(settings) >= MOST * len(settings):
        return "supported"
    if effect.low > 0 and (held(settings) or not settings):
        return "qualified"
    return "open"
