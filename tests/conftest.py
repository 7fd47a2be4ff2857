"""What more than one test file uses."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from grader.sandbox.process import Warm

# The first to begin, and the last: what takes longest, and what is in many short parts, so that no
# worker has much to do when the others have ended.
ORDER = {"tests/test_book.py": -2, "tests/test_pages.py": -1, "tests/test_elsewhere.py": 1}


# These run the same lines thousands of times, and others run these lines too. They are not traced:
# coverage makes a search for a mistake take nearly twice as long. Some elsewhere say so themselves.
UNTRACED = "tests/sets/test_"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: ORDER.get(item.nodeid.partition("::")[0], 0))
    for item in items:
        if item.nodeid.startswith(UNTRACED):
            item.add_marker("no_cover")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Share the tests out among the workers, in their order."""
    config.option.loadscopereorder = False
    return BySet(config, log)


class BySet(LoadFileScheduling):
    """The tests of a file are one worker's.

    But in tests/sets/ they are those of one set, in test_elsewhere.py those of one page, and those
    of the whole book, which is built once, are in two files.
    """

    def _split_scope(self, nodeid: str) -> str:
        found = (
            re.match(r"tests/sets/(?:test_(?!pyodide).*\[.*?\b)?(ps\d_[a-z]+)", nodeid)
            or re.match(r"tests/test_elsewhere\.py.*\[(.*)\]", nodeid)
            or re.match(r"(tests/test_)(?:book|pages)\.py", nodeid)
        )
        return found[1] if found else super()._split_scope(nodeid)


@pytest.fixture(autouse=True)
def no_figures() -> Iterator[None]:
    """No figure of this test is open in the next."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """The process that NumPy students' processes are forked from."""
    with Warm(("numpy",)) as process:
        yield process


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page in Chromium."""
    from helpers.browser import chromium  # it loads a WebSocket client, which most tests do without

    with chromium(tmp_path_factory.mktemp("chromium")) as page:
        yield page


@pytest.fixture(scope="session")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built book.

    Outputs come from the cache in _build where the code has not changed.
    """
    from helpers.books import whole_book

    return whole_book(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="session")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class that is not graded yet."""
    from helpers.classes import few  # it loads nbgrader, which most tests do without

    return few(tmp_path_factory.mktemp("class") / "course")


@pytest.fixture(scope="session")
def unbroken(handed_in: Path) -> Path:
    """The class, graded in one go."""
    from helpers.classes import FEW, graded_again

    root = shutil.copytree(handed_in, handed_in.with_name("unbroken"))
    assert graded_again(root) == list(FEW)
    return root


@pytest.fixture
def root(handed_in: Path, tmp_path: Path) -> Path:
    """A copy of the class that is not graded yet."""
    return shutil.copytree(handed_in, tmp_path / "course")
