"""How pages show results: in their sentences, and as figures.

What a sentence says of numbers stands beside them as `lab.prose.holds`, or is computed here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab.figures import BLUE, GREY, VERMILION, WIDTH, image, svg
from lab.prose import show

from .results import Result, read
from .verdict import Interval, held, interval, verdict


def tell(line: str) -> Result:
    """The results on a line of the lesson, which the page's text can show with the `glue` role.

    effect-LINE: the mean and its interval; matters-LINE: the smallest effect that matters;
    settings-LINE: "9 of 10", in how many of them the effect is above 0; verdict-LINE: the word;
    seeds-LINE: "24 seeds in 6 blocks"; others-LINE: "9 other settings with 5 seeds each".
    ValueError: there are no results.
    """
    result = read(line)
    _tell(line, result.effect(), result.matters, result.settings)
    blocks = [len(result.effects(block)) for block in result.data["blocks"]]
    others = [len(result.effects(setting)) for setting in result.data["settings"]]
    texts = {
        "seeds": f"{sum(blocks)} seeds in {len(blocks)} blocks",
        "others": f"{len(others)} other settings with {min(others)} seeds each",
    }
    show(**{f"{name}-{line}": text for name, text in texts.items()})
    return result


def judge(
    line: str,
    values: npt.ArrayLike,
    matters: float,
    settings: Mapping[str, npt.ArrayLike],
) -> str:
    """Show the same of what a page measures itself, without training, and return the verdict.

    values: one effect for each seed, (seeds,). settings: where else, with its effects.
    """
    effects = {name: interval(each) for name, each in settings.items()}
    return _tell(line, interval(values), matters, effects)


def _tell(line: str, effect: Interval, matters: float, settings: Mapping[str, Interval]) -> str:
    word = verdict(effect, matters, list(settings.values()))
    texts = {
        "effect": f"{effect:{digits(matters)}}",
        "matters": f"{matters:{digits(matters)}}",
        "settings": f"{held(settings.values())} of {len(settings)}",
        "verdict": word,
    }
    show(**{f"{name}-{line}": text for name, text in texts.items()})
    return word


def digits(matters: float) -> str:
    """The format of an effect: a digit or two finer than what matters."""
    return ".1f" if matters >= 10 else ".2f" if matters >= 0.1 else ".3f"


@dataclass(frozen=True)
class Described:
    """What a notebook cell shows: a picture, and its text for who does not see it."""

    picture: bytes  # SVG
    alt: str

    def _repr_html_(self) -> str:
        return image(self.picture, self.alt)


def specification_curve(result: Result) -> Described:
    """Under which conditions a claim holds: the effects with their intervals, sorted."""
    main = {"as above": result.effect()}
    figure = curve({**main, **result.settings}, result.matters, result.data["unit"])
    names = [name for name, effect in result.settings.items() if effect.low > 0]
    below = [name for name, effect in result.settings.items() if effect.high < 0]
    alt = (
        f"Effects in {len(result.settings)} settings and under the conditions above, sorted, "
        f"with intervals. Above 0: {', '.join(names) or 'none'}. "
        f"Below 0: {', '.join(below) or 'none'}."
    )
    return Described(svg(figure), alt)


def curve(effects: Mapping[str, Sequence[float]], matters: float, xlabel: str) -> Figure:
    """Effects and their intervals, sorted.

    effects: conditions -> (mean, low, high, ...); the band is what is too small to matter.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 0.9 + 0.27 * len(effects)))
    ordered = sorted(effects.items(), key=lambda item: item[1][0])
    _rows(ax, [effect for _, effect in ordered], matters)
    ax.set_yticks(range(len(ordered)), [name for name, _ in ordered])
    ax.set_xlabel(xlabel)
    return figure


def _rows(ax: Axes, effects: Sequence[Sequence[float]], matters: float) -> None:
    """A line for each effect (mean, low, high, ...), the first one at the bottom.

    An interval above 0 is blue, below 0 vermilion, and else grey, with a square, a triangle that
    points left, and a circle at the mean.
    """
    ax.axvspan(-matters, matters, color=GREY, alpha=0.15, linewidth=0)
    ax.axvline(0, color=GREY, linewidth=0.8)
    for place, (mean, low, high, *_) in enumerate(effects):
        colour, marker = (BLUE, "s") if low > 0 else (VERMILION, "<") if high < 0 else (GREY, "o")
        ax.plot([low, high], [place, place], color=colour, linewidth=1.8)
        ax.plot([mean], [place], color=colour, marker=marker, markersize=6)
    ax.set_ylim(-0.7, len(effects) - 0.3)


@dataclass(frozen=True)
class Forest:
    """All claims at once, each a line that leads to its page, and the same in words."""

    picture: str  # SVG, whose labels are links
    alt: str

    def _repr_html_(self) -> str:
        return self.picture.replace(
            "<svg ", f'<svg class="forest" role="group" aria-label="{self.alt}" ', 1
        )


def forest(results: Sequence[Result], pages: Mapping[str, str]) -> Forest:
    """The effects in units of the smallest that matters, in the lesson's order from the top.

    The axis is linear between -1 and 1, and logarithmic beyond.
    pages: line of the lesson -> where it leads. Its name is the last part of that, without suffix.
    """
    figure, ax = plt.subplots(figsize=(WIDTH, 1.1 + 0.3 * len(results)))
    lines = [result.data["claims"][0] for result in results]
    effects = [
        (effect.mean / result.matters, effect.low / result.matters, effect.high / result.matters)
        for result in results
        for effect in [result.effect()]
    ]
    _rows(ax, effects[::-1], 1)
    names = [pages[line].rpartition("/")[2].partition(".")[0].replace("_", " ") for line in lines]
    labels = [
        f"{line.removesuffix('.' + name)} {name}" for line, name in zip(lines, names, strict=True)
    ]
    ax.set_yticks(range(len(results)), labels[::-1])
    for label, line in zip(ax.get_yticklabels(), lines[::-1], strict=True):
        label.set(url=pages[line], color=BLUE)
    bound = max(abs(number) for effect in effects for number in effect)
    ax.set_xscale("symlog", linthresh=1, linscale=1)
    ticks = [-10, -1, 0, 1, 10]
    ax.set(xlim=(-1.2 * bound, 1.2 * bound), xlabel="effect / smallest effect that matters")
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    verdicts = ax.secondary_yaxis("right")
    verdicts.set_yticks(range(len(results)), [result.verdict for result in results[::-1]])
    for side in (ax.yaxis, verdicts.yaxis):
        side.set_tick_params(length=0)
    verdicts.spines["right"].set_visible(False)
    with mpl.rc_context({"svg.fonttype": "none"}):  # letters, which can be read and searched
        picture = svg(figure).decode().replace(' target="_blank"', "")
    said = "; ".join(
        f"{label}: {mean:.1f} [{low:.1f}, {high:.1f}], {result.verdict}"
        for label, (mean, low, high), result in zip(labels, effects, results, strict=True)
    )
    return Forest(picture[picture.index("<svg ") :], f"Effects in units of what matters. {said}.")
