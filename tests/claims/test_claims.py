"""Is there one module for each claim that is measured by training, and is each as the others?"""

import inspect
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lab import claims, datasets
from lab.evidence import CLAIMS

ROOT = Path(__file__).parent.parent.parent
PAGES = {
    line: page
    for page in ROOT.glob("chapters/*/*.md")
    for line in re.findall(r"\bconclude\(\s*[\"'](\d\.\d)", page.read_text("utf-8"))
}
MEASURED = [line for line in CLAIMS if line[0] in "14578"]
MODULES = sorted(path.stem for path in Path(claims.__file__).parent.glob("c*.py"))


def module(line: str) -> ModuleType:
    """The one that is named after the line and the page that concludes it."""
    return import_module(f"lab.claims.c{line.replace('.', '_')}_{PAGES[line].stem}")


def test_there_is_one_for_each_claim() -> None:
    """Is there no module but those of the claims that are measured by training?"""
    assert [module(line).__name__.split(".")[-1] for line in MEASURED] == MODULES


@pytest.mark.parametrize("line", MEASURED)
def test_it_says_what_it_measures(line: str) -> None:
    """Does it begin with the claim in the lesson's words, and name its outcome and the effect?"""
    text = module(line).__doc__
    assert text is not None
    assert text.startswith(f"{line} {CLAIMS[line]}\n")
    assert "\nOutcome: " in text
    assert "\nEffect: " in text


@pytest.mark.parametrize("line", MEASURED)
def test_all_have_the_same_shape(line: str) -> None:
    """Are there arms, and do run and outcome begin with the arm and the seed?"""
    experiment = module(line)
    assert all(isinstance(arm, str) for arm in experiment.ARMS)
    assert len(experiment.ARMS) >= 2
    for function in (experiment.run, experiment.outcome):
        assert list(inspect.signature(function).parameters)[:2] == ["arm", "seed"]
    assert inspect.signature(experiment.outcome).return_annotation is float


@pytest.mark.parametrize("line", MEASURED)
def test_its_page_shows_it(line: str) -> None:
    """Does the page run the module, and show its source?"""
    name, page = module(line).__name__, PAGES[line].read_text("utf-8")
    assert f"from {name} import" in page
    assert f"{{literalinclude}} ../../{name.replace('.', '/')}.py" in page


def small(line: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What follows arm and seed where that is not a rate and a budget of two steps."""
    regularisation, generalisation = module("1.5"), module("5.3")
    others: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
        "1.1": ((0.3, 4), {}),
        "1.2": ((0.1,), {"steps": 11}),  # two looks at the inputs
        "1.3": ((), {"lrs": (0.1,)}),
        "1.4": ((), {"lrs": (0.1,)}),
        "1.5": (((0.1, 0.0, 0.0), (0.1, 0.5, 0.0), regularisation.data()), {}),
        "5.2": ((), {"scales": (1.0,)}),
        "5.3": ((0.1, generalisation.data(datasets.mnist())), {}),
        "7.1": ((0.1,), {"depth": 2}),
        "7.4": ((), {}),
        "8.4": (({1: 0.1, 16: 0.1},), {}),
    }
    settings, options = others.get(line, ((0.1,), {}))
    return settings, {"steps": 2} | options


@pytest.mark.parametrize("line", MEASURED)
def test_an_outcome_is_one_number(line: str) -> None:
    """Does a run at a tiny budget give a float, and the same one again?"""
    experiment = module(line)
    settings, options = small(line) if line != "5.4" else ((), {})  # before any training
    arm = list(experiment.ARMS)[-1]
    numbers = [experiment.outcome(arm, 1, *settings, **options) for _ in range(2)]
    assert isinstance(numbers[0], float | int)
    assert str(numbers[0]) == str(numbers[1])  # nan is not equal to nan
