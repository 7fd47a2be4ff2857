"""The figures that the reader moves: in Chromium, do they show the reference module's numbers?"""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from helpers.browser import Browser

from grader import reference
from lab import explorables
from lab.explorables import Explorable

mpl.use("agg")

STATIC = Path(__file__).parent.parent / "_static"
rng = np.random.default_rng(0)


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Any:
    """Open a page that holds one explorable figure, as the book holds it."""

    def show(figure: Explorable, script: bool = True) -> Browser:
        page = tmp_path / "page.html"
        source = f'<script src="{(STATIC / "explorables.js").as_uri()}"></script>' if script else ""
        page.write_text(
            '<!doctype html><html lang="en"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f'<link rel="stylesheet" href="{(STATIC / "explorables.css").as_uri()}">'
            f"{source}<body>{figure._repr_html_()}</body></html>",
            "utf-8",
        )
        browser.open(page.as_uri())
        return browser

    return show


def near(number: float) -> Any:
    """Equal as far as three digits after the point can show."""
    return pytest.approx(number, abs=0.000501)


def assert_four_steps(page: Browser, x: np.ndarray, gamma: float, beta: float, eps: float) -> None:
    column = x[:, None]  # (N, 1)
    mean, variance = reference.batch_mean(column), reference.batch_variance(column)
    x_hat = reference.normalize(column, mean, variance, eps)
    y = reference.scale_and_shift(x_hat, np.array([gamma]), np.array([beta]))
    assert page.shown("mean") == near(mean[0])
    assert page.shown("variance") == near(variance[0])
    assert page.shown("std") == near(np.sqrt(variance[0] + eps))
    for n in range(len(x)):
        assert page.shown(f"x {n + 1}") == near(x[n])
        assert page.shown(f"x − μ {n + 1}") == near(x[n] - mean[0])  # noqa: RUF001
        assert page.shown(f"x̂ {n + 1}") == near(x_hat[n, 0])
        assert page.shown(f"y {n + 1}") == near(y[n, 0])


@pytest.mark.parametrize("eps", [1e-5, 1e-2])
def test_four_steps(show: Any, eps: float) -> None:
    """Are mu, sigma, x_hat and y the reference's, at first, after arrow keys and after a drag?"""
    x = np.array([-2.3, -1.0, 0.25, 1.4, 2.65])
    page = show(explorables.four_steps(x, gamma=1.5, beta=-0.5, eps=eps))
    assert_four_steps(page, x, 1.5, -0.5, eps)

    page.press("Tab", times=2)
    page.press("ArrowRight", times=3)
    page.press("PageUp")
    page.press("ArrowLeft")
    x[1] += 1.2
    assert_four_steps(page, x, 1.5, -0.5, eps)

    page.drag(".movable", right=60)
    moved = page.shown("x 1")
    assert moved > x[0] + 0.3
    x[0] = moved
    assert_four_steps(page, x, 1.5, -0.5, eps)


def test_four_steps_without_variance(show: Any) -> None:
    """Is a batch of equal values all zeros in x_hat, and beta in y?"""
    x = np.full(3, 0.25)
    page = show(explorables.four_steps(x, gamma=2.0, beta=1.0))
    assert_four_steps(page, x, 2.0, 1.0, 1e-5)


def test_values_stay_on_the_axis(show: Any) -> None:
    """Does a value that is moved beyond the axis stop at its end?"""
    page = show(explorables.four_steps(np.array([3.5, 0.0]), gamma=1, beta=0))
    page.press("Tab")
    page.press("PageUp")
    assert_four_steps(page, np.array([4.0, 0.0]), 1, 0, 1e-5)


@pytest.mark.parametrize(
    ("gamma", "beta", "power"), [(1, 0, -5), (-1.3, 2.1, -2), (0, -3, 0), (3, 0.5, -10)]
)
def test_scale_shift_eps(show: Any, gamma: float, beta: float, power: float) -> None:
    """Do the sliders give the standard deviations and means that the reference gives?"""
    features = {name: rng.normal(3, std, 20) for name, std in (("a", 1), ("b", 0.1), ("c", 1e-3))}
    page = show(explorables.scale_shift_eps(features))
    for name, value in (("gamma", gamma), ("beta", beta), ("eps", power)):
        page.slide(name, value)
    x = np.stack(list(features.values()), axis=1)  # (N, 3)
    mean, variance = reference.batch_mean(x), reference.batch_variance(x)
    x_hat = reference.normalize(x, mean, variance, 10.0**power)
    y = reference.batchnorm_forward(x, np.full(3, gamma), np.full(3, beta), 10.0**power)
    for d in range(3):
        assert page.shown(f"std of x {d + 1}") == pytest.approx(x[:, d].std(), abs=6e-5)
        assert page.shown(f"std of x̂ {d + 1}") == near(x_hat[:, d].std())
        assert page.shown(f"mean of y {d + 1}") == near(y[:, d].mean())
        assert page.shown(f"std of y {d + 1}") == near(y[:, d].std())


def test_sliders_answer_to_keys(show: Any) -> None:
    """Does a slider move by the arrow keys, and say its value?"""
    page = show(explorables.scale_shift_eps({"a": rng.normal(size=8)}))
    page.press("Tab")
    page.press("ArrowRight", times=5)
    assert page.shown("gamma") == 1.5
    page.press("Tab", times=2)
    page.press("ArrowRight", times=2)
    assert page.shown("eps") == 1e-4
    assert page.evaluate("document.activeElement.getAttribute('aria-valuetext')") == "1.0e-4"


@pytest.mark.parametrize(
    ("size", "momentum", "seen"), [(8, 0.1, 60), (2, 0.01, 30), (64, 1, 1), (16, 0.5, 59)]
)
def test_running_average(show: Any, size: int, momentum: float, seen: int) -> None:
    """Are the running statistics those of the reference's layer, in PyTorch's convention?"""
    stream = rng.normal(-0.7, 1.3, 4000).round(3)
    page = show(explorables.running_average(stream))
    page.slide("batch size", np.log2(size))
    page.slide("momentum", momentum)
    page.slide("batches seen", seen)
    layer, means = reference.BatchNorm1d(1, momentum=momentum), []
    for batch in stream[: size * seen].reshape(seen, size, 1):
        layer(batch)
        means.append(reference.batch_mean(batch)[0])
    mean, variance = reference.population_statistics([stream[:, None]])
    assert page.shown("running_mean") == near(layer.running_mean[0])
    assert page.shown("running_var") == near(layer.running_var[0])
    assert page.shown("all_mean") == near(mean[0])
    assert page.shown("all_var") == near(variance[0])
    assert page.shown("noise") == near(np.std(means))
    assert page.shown("expected") == near(np.sqrt(variance[0] / size))
    assert page.shown("keras") == pytest.approx(1 - momentum, abs=0.00501)


@pytest.mark.parametrize("size", [1, 8, 256])
def test_batch_noise(show: Any, size: int) -> None:
    """Are the spread of the means and the variances within batches the reference's?"""
    values = rng.normal(0.4, 1.7, 1100).round(3)
    page = show(explorables.batch_noise(values))
    page.slide("batch size", np.log2(size))
    batches = values[: len(values) // size * size].reshape(-1, size, 1)
    _, variance = reference.population_statistics([values[:, None]])
    assert page.shown("noise") == near(np.std([reference.batch_mean(b)[0] for b in batches]))
    assert page.shown("expected") == near(np.sqrt(variance[0] / size))
    within = [reference.batch_variance(b)[0] for b in batches]
    assert page.shown("variances") == near(np.mean(within))
    assert page.shown("all_var") == near(variance[0])


FIGURES = {
    "batch noise": lambda: explorables.batch_noise(rng.normal(size=600)),
    "four steps": lambda: explorables.four_steps(np.array([0.5, -1.0, 2.0]), 1.5, 0.5),
    "scale, shift, eps": lambda: explorables.scale_shift_eps({"a": rng.normal(size=8)}),
    "running average": lambda: explorables.running_average(rng.normal(size=600)),
}


@pytest.mark.parametrize("figure", FIGURES.values(), ids=list(FIGURES))
def test_the_keyboard_reaches_everything(show: Any, figure: Any) -> None:
    """Does the tab key visit each movable thing, and has each a name?"""
    page = show(figure())
    movable = page.evaluate("document.querySelectorAll('input, [tabindex]').length")
    assert movable == (1 if "batch-noise" in figure()._repr_html_() else 3)
    for n in range(movable):
        page.press("Tab")
        here = "document.activeElement"
        assert page.evaluate(
            f"[...document.querySelectorAll('input, [tabindex]')].indexOf({here})"
        ) == n  # fmt: skip
        named = f"({here}.getAttribute('aria-label') || {here}.closest('label').textContent)"
        assert page.evaluate(named)


@pytest.mark.parametrize("figure", FIGURES.values(), ids=list(FIGURES))
def test_the_picture_stays_without_a_script(show: Any, figure: Any) -> None:
    """Without JavaScript, or where it fails, is there the picture with its words?"""
    still = figure()
    picture = "document.querySelector('.explorable img')"
    page = show(still, script=False)
    assert page.evaluate(f"{picture}.naturalWidth") > 100
    assert page.evaluate(f"{picture}.alt") == still.alt
    page = show(Explorable(still.figure, still.picture, still.alt, {}))
    assert page.evaluate(f"{picture}.naturalWidth") > 100
    page = show(still)
    assert page.evaluate(picture) is None


@pytest.mark.parametrize("figure", FIGURES.values(), ids=list(FIGURES))
def test_a_phone_is_wide_enough(show: Any, figure: Any) -> None:
    """Does nothing stick out of a page 360 pixels wide?"""
    page = show(figure())
    size = {"width": 360, "height": 800, "deviceScaleFactor": 2, "mobile": True}
    page.call("Emulation.setDeviceMetricsOverride", **size)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.call("Emulation.clearDeviceMetricsOverride")
