"""Is there one module for each claim that is measured by training, and is each as the others?"""

import inspect
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from test_coverage import concluded

from lab import claims
from lab.evidence import CLAIMS

PAGES = dict(concluded())
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
