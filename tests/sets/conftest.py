"""What the tests of more than one problem set use."""

import pytest
from helpers.masters import SOLUTIONS

from grader.notebooks.notebook import Master, read_master


@pytest.fixture(scope="module")
def master(request: pytest.FixtureRequest) -> Master:
    """The master of the problem set whose tests lie in this folder."""
    return read_master(SOLUTIONS, request.path.parent.name)


@pytest.fixture(scope="module")
def one_thread() -> None:
    """Torch with one thread: with more, sums have another order, and runs do not repeat."""
    import torch  # most tests do without

    torch.set_num_threads(1)
