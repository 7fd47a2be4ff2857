"""What more than one test file uses."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox.process import Warm


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together, in one of the processes of `make test`, the tests that share costly work.

    Those that ask one check share what its implementations answered, those that ask all checks of
    a set likewise, and those that use a fixture of their module share that.
    The others go to whichever process is free.
    """
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        found = item._fixtureinfo.name2fixturedefs.values()
        if "assignment" in parameters:
            item.add_marker(pytest.mark.xdist_group(parameters.get("id", parameters["assignment"])))
        elif any(definitions[-1].scope == "module" for definitions in found):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


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
