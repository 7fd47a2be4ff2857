"""What more than one test file uses."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox.process import Warm

# What takes longest comes first. The tests of these files are many and need nothing of each other:
# they are shared out by problem set, where another file is one worker's.
FIRST = ("test_book.py",)
BY_SET = ("test_checks.py", "test_tries.py")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Share the tests among workers, for `--dist loadgroup`."""
    for item in items:
        params = (
            item.callspec.params
            if isinstance(item, pytest.Function) and hasattr(item, "callspec")
            else {}
        )
        group = str(item.path)
        if item.path.name in BY_SET:
            group += str(params.get("assignment", ""))
        item.add_marker(pytest.mark.xdist_group(group))
    order = (*FIRST, *BY_SET)
    items.sort(
        key=lambda item: order.index(item.path.name) if item.path.name in order else len(order)
    )


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
