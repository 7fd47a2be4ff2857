"""What more than one test file uses."""

from collections.abc import Iterator

import pytest

from grader.process import Warm


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """The process that NumPy students' processes are forked from."""
    with Warm(("numpy",)) as process:
        yield process
