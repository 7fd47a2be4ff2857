"""How pages show results."""

import base64
import re

import pytest

from lab.evidence import PAGES, pages
from lab.evidence.pages import curve, digits, forest, judge, specification_curve, tell
from lab.evidence.results import read


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What a page is given to show."""
    texts: dict[str, str] = {}
    monkeypatch.setattr(pages, "show", lambda **given: texts.update(given))
    return texts


def test_a_page_is_told_the_results(shown: dict[str, str]) -> None:
    """Are effect, verdict, and from how many runs they are shown, also of a claim's second line?"""
    result = tell("1.1")
    names = ("effect", "matters", "settings", "verdict", "seeds", "others")
    assert set(shown) == {f"{name}-1.1" for name in names}
    assert shown["seeds-1.1"] == "24 seeds in 6 blocks"
    assert shown["others-1.1"] == f"{len(result.settings)} other settings with 5 seeds each"
    assert shown["verdict-1.1"] == result.verdict
    assert shown["settings-1.1"] == f"{result.held} of {len(result.settings)}"
    effect = result.effect()
    assert shown["effect-1.1"] == f"{effect.mean:.2f} [{effect.low:.2f}, {effect.high:.2f}]"


def test_what_a_page_measures_itself(shown: dict[str, str]) -> None:
    """Is the verdict that of the same rule?"""
    same, small, below = [15.0, 15.1, 15.2], [1.0, 1.0, 1.0], [-1.0, -1.1, -1.2]
    assert judge("3.1", same, 14, {"a": same}) == "supported"
    assert shown == {
        "effect-3.1": "15.1 [14.9, 15.3]",
        "matters-3.1": "14.0",
        "settings-3.1": "1 of 1",
        "verdict-3.1": "supported",
    }
    assert judge("3.1", same, 14, {"a": same, "b": below}) == "qualified"
    assert judge("3.1", small, 14, {"a": same}) == "negligible"


@pytest.mark.parametrize(
    ("matters", "expected"), [(14, "15.2"), (2, "15.23"), (0.301, "15.23"), (0.05, "15.235")]
)
def test_digits_that_count(matters: float, expected: str) -> None:
    """Is an effect shown a digit or two finer than what matters?"""
    assert f"{15.2349:{digits(matters)}}" == expected


def test_a_specification_curve() -> None:
    """Are settings sorted by effect, marked by what their intervals say, and is 0 in the band?"""
    effects = {"up": (2.0, 1.0, 3.0), "down": (-2.0, -3.0, -1.0), "neither": (0.5, -1.0, 2.0)}
    figure = curve(effects, 0.5, "points")
    (ax,) = figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["down", "neither", "up"]
    points = [line for line in ax.lines if line.get_marker() not in ("None", None)]
    assert [(line.get_xdata()[0], line.get_marker()) for line in points] == [
        (-2.0, "<"),
        (0.5, "o"),
        (2.0, "s"),
    ]
    assert len({line.get_color() for line in points}) == 3


def test_its_text_says_what_it_shows() -> None:
    """Does who cannot see the figure learn where the effect is above and below 0?"""
    result = tell("5.4")
    shown = specification_curve(result)
    above, below = shown.alt.removesuffix(".").split("Above 0: ")[1].split(". Below 0: ")
    effects = result.settings.items()
    assert above == ", ".join(name for name, effect in effects if effect.low > 0)
    assert below == ", ".join(name for name, effect in effects if effect.high < 0)
    assert shown.picture.startswith(b"<?xml")
    assert base64.b64encode(shown.picture).decode() in shown._repr_html_()


def test_all_claims_at_once() -> None:
    """Is each a line from the top that leads to its page, and are all told in words?"""
    results = [read("1.2"), read("5.4")]
    shown = forest(results, {line: f"{page}.html" for line, page in PAGES.items()})._repr_html_()
    labels = re.findall(r'<a xlink:href="([^"]+)">.*?<text[^>]*>([^<]+)</text>', shown, re.DOTALL)
    assert sorted(labels) == [
        ("01_why_it_is_important/covariate_shift.html", "1.2 covariate shift"),
        ("05_benefits/gradients.html", "5.4 gradients"),
    ]
    places = re.findall(r'<text[^>]* y="([\d.]+)"[^>]*>(\d\.\d) ', shown)
    assert [line for _, line in sorted(places, key=lambda place: float(place[0]))] == ["1.2", "5.4"]
    assert 'role="group"' in shown
    for result in results:
        assert f"{result.effect().mean / result.matters:.1f} [" in shown
        assert result.verdict in shown
