"""What each mistake looks like: the first wrong answer of the implementation that makes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from .load import load, problem_sets
from .local import PUBLIC_SEED
from .message import Example
from .mistakes import OURS, Mistake, catalogue
from .remote import StandIn


@dataclass(frozen=True)
class Symptom:
    """A mistake, the problem set and the check that name it first, and what a student is shown."""

    mistake: Mistake
    assignment: str
    check: str
    example: Example


def symptoms(*assignments: str) -> Iterator[Symptom]:
    """That of each mistake of these sets, of all if none is given, in the order of their checks.

    They are the examples of the messages in a notebook, with its public seed. A slip has none.
    """
    seen: set[str] = set()
    for assignment in assignments or problem_sets():
        faulty = import_module(f"{OURS}.{assignment}.faults").implementation
        for check in load(assignment).values():
            for fault in check.mistakes:
                if (id := fault.partition(":")[0]) in seen:
                    continue
                seen.add(id)
                example = check.example(StandIn(faulty(fault)), PUBLIC_SEED)
                assert example is not None, f"{check.id} does not catch {fault}"
                yield Symptom(catalogue()[id], assignment, check.id, example)
