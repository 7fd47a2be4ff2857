"""What the tests of more than one problem set use."""

import pytest
from helpers.masters import SOLUTIONS

from grader.checking import check, here, session
from grader.checking.check import Check
from grader.checking.diagnose import Diagnosis
from grader.notebooks.notebook import Master, read_master


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a check says depends neither on a book that is built here nor on earlier tests."""
    monkeypatch.setattr(here, "book", lambda sets: "")
    monkeypatch.setattr(session, "FAILURES", {})
    # of what ours answer, each is asked once: these tests have more seeds than a class
    monkeypatch.setattr(check, "SEEDS", 30)


@pytest.fixture
def undiagnosed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that explains a wrong answer is looked for, which takes long; marks are the same."""
    monkeypatch.setattr(Check, "_diagnose", lambda *_: Diagnosis())


@pytest.fixture(scope="module")
def master(request: pytest.FixtureRequest) -> Master:
    """The master of the problem set whose tests lie in this folder."""
    return read_master(SOLUTIONS, request.path.parent.name)


@pytest.fixture(scope="module")
def one_thread() -> None:
    """Torch with one thread: with more, sums have another order, and runs do not repeat."""
    import torch  # most tests do without

    torch.set_num_threads(1)
