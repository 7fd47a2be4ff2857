"""Questions that are asked ahead: does anything come out another way than asked one by one?"""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.checking.check import Check, Verdict, arguments_after, one_of, raises
from grader.checking.remote import RemoteError, Student
from grader.sandbox.student.objects import Objects, kind_of
from grader.sandbox.student.protocol import Handle, decode, encode, joined

RIGHT = """
def spread(x):
    called.append(len(x))
    if len(x) == 0:
        raise ValueError("empty")
    return x.max() - x.min()

def both(x):
    called.append(-len(x))
    return x.min(), spread(x)

class Counter:
    def __init__(self):
        self.total = np.zeros(2)
    def add(self, x):
        called.append("add")
        self.total = self.total + x
        return self.total
"""
OTHERS = {
    "right": "",
    "right in other digits": "spread = lambda x: called.append(len(x)) or (x - x.min()).max() "
    "if len(x) else [][0]",
    "wrong": "spread = lambda x: called.append(len(x)) or x.max()",
    "a list": "both = lambda x: called.append(-len(x)) or [x.min(), spread(x)]",
    "an array": "both = lambda x: called.append(-len(x)) or np.array([x.min(), spread(x)])",
    "three values": "both = lambda x: called.append(-len(x)) or (0, x.min(), spread(x))",
    "None": "both = lambda x: called.append(-len(x))",
    "an object": "both = lambda x: called.append(-len(x)) or object()",
    "raises at once": "def spread(x): called.append(len(x)); raise KeyError('no')",
    "raises later": "def spread(x): called.append(len(x)); return x[3] if len(x) < 4 else 0.0",
    "raises nothing": "spread = lambda x: called.append(len(x)) or np.ptp(x) if len(x) else 0.0",
    "no function": "del spread",
    "no class": "del Counter",
    "counts on": """
class Counter:
    total = np.zeros(2)
    def add(self, x):
        called.append("add")
        Counter.total += x
        return self.total
""",
    "returns what it keeps": """
class Counter:
    def __init__(self):
        self.total = np.zeros(2)
    def add(self, x):
        called.append("add")
        self.total += x
        return self.total
""",
    "changes x": "spread = lambda x: called.append(len(x)) or (x.sort(), x[-1] - x[0])[1] "
    "if len(x) else [][0]",
}


class Process:
    """A channel to a namespace that is as far away as another process's."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.requests: list[dict[str, Any]] = []
        self.objects = Objects(namespace, own=(print,))

    def ask(self, request: dict[str, object]) -> dict[str, object]:
        self.requests.append(request)
        reply = decode(self.objects.answer(encode(request)))
        assert isinstance(reply, dict)
        return reply


def student(*sources: str) -> tuple[Student, Process, list[object]]:
    """A student, the way there, and what was called of the student's functions."""
    namespace: dict[str, Any] = {"np": np, "called": []}
    exec("\n".join((RIGHT, *sources)), namespace)
    channel = Process(namespace)
    return Student(channel, sources=sources), channel, namespace["called"]


def make() -> Check:
    reference: dict[str, Any] = {"np": np, "called": []}
    exec(RIGHT, reference)
    check = Check("spread", section="Page 1", reference=SimpleNamespace(**reference))

    @check.part("the spread", 2)
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        for size in (3, 5, 8):
            yield course.spread(rng.normal(0, 1, size))

    @check.part("none of no values", 1)
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield raises(ValueError, course.spread, np.zeros(0))
        yield course.spread(rng.normal(0, 1, 4))
        yield arguments_after(course.spread, rng.normal(0, 1, 4))

    @check.part("two values", 2)
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        for size in (3, 5):
            yield one_of(course.both(rng.normal(0, 1, size)), 1, of=2)

    @check.part("a counter", 1)
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        counter, other = course.Counter(), course.Counter()
        for _ in range(3):
            yield counter.add(rng.normal(0, 1, 2))
        yield {"one": counter.total, "other": other.total}

    return check


@pytest.fixture
def known() -> Check:
    """A check that has been asked of right solutions before."""
    check = make()
    for _ in range(3):
        assert grade(check, student()[0]).status == "passed"
    return check


def grade(check: Check, who: Student) -> Verdict:
    return check.grade(who, 6, 1)


@pytest.mark.parametrize("other", OTHERS)
def test_nothing_comes_out_another_way(known: Check, other: str) -> None:
    """Are the verdict, its message and the calls of a student's functions those of one by one?"""
    one_by_one, _, called = student(OTHERS[other])
    ahead, channel, called_ahead = student(OTHERS[other])
    assert grade(known, ahead) == grade(make(), one_by_one)
    assert called_ahead == called
    assert any(request["op"] == "several" for request in channel.requests)


def test_several_cross_at_once(known: Check) -> None:
    """Are all parts one message, and one more after each error that a script expects?"""
    who, channel, _ = student()
    assert grade(known, who).status == "passed"
    # the second part is asked on after its error
    assert [request["op"] for request in channel.requests] == ["several"] * 2


def test_what_is_left_out_costs_the_next_part_nothing() -> None:
    """Is the part after one that leaves a question out asked once, and with its own answers?"""
    check = Check("sign", section="Page 1", reference=SimpleNamespace(sign=np.sign))

    @check.part("of a number above 0")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield (sign := course.sign(3.0))
        if sign == 1:
            yield course.sign(2.0)

    @check.part("of one below")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield course.sign(-4.0)

    for _ in range(2):
        assert grade(check, student("sign = lambda x: np.sign(x)")[0]).status == "passed"
    who, channel, called = student("sign = lambda x: called.append(x) or -1.0")
    assert grade(check, who).points == 3
    assert [request["op"] for request in channel.requests] == ["several"]
    assert called == [3.0, 2.0, -4.0]


def test_what_was_right_is_right(known: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """Are answers that are known to be right, to the bit, not looked at again?"""
    seen = []

    def compare(*_: object) -> None:
        seen.append(_)

    monkeypatch.setattr("grader.checking.check.compare", compare)
    grade(known, student()[0])
    assert len(seen) == 3  # those of the part that an error divides


def test_scripts_that_read_the_source_run() -> None:
    """Does a script that goes by the source run for each student, whatever the answers were?"""
    check = Check("spread", section="Page 1", reference=SimpleNamespace(spread=np.ptp))

    @check.part("the spread, without sorting")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        if isinstance(course, Student) and any("sort" in text for text in course.sources):
            raise RemoteError(["Borrowed", "Exception"], "sort")
        yield course.spread(rng.normal(0, 1, 3))

    for _ in range(3):
        assert grade(check, student("spread = np.ptp")[0]).status == "passed"
    assert grade(check, student("spread = lambda x: np.sort(x)[-1] - x.min()")[0]).status == "error"


def test_functions_of_ours_are_asked_for_one_by_one() -> None:
    """Is a part that passes functions of ours asked as before, the second time too?"""
    check = Check("apply", section="Page 1", reference=SimpleNamespace(apply=lambda f, x: f(x)))

    @check.part("calls f")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        for size in (2, 3):
            yield course.apply(lambda x: 2 * x, rng.normal(0, 1, size))

    class Calls(Process):
        def __init__(self, namespace: dict[str, Any]) -> None:
            super().__init__(namespace)
            self.objects.exchange = lambda frame: encode(self.serve(decode(frame)))
            self.serve: Callable[[Any], dict[str, object]]

    for _ in range(2):
        channel = Calls({"apply": lambda f, x: f(x)})
        who = Student(channel)
        channel.serve = who._serve
        assert grade(check, who).status == "passed"
        assert [request["op"] for request in channel.requests] == ["get", "call", "call"]


@pytest.mark.parametrize(
    ("reply", "points"),
    [
        ({}, 6),  # no answer: so each is asked by itself
        ({"value": 1}, 6),
        ({"value": [joined([])]}, 6),
        ({"value": np.zeros(3, np.uint8)}, 6),
        ({"value": np.full(60, 255, np.uint8)}, 2),  # the parts that were asked ahead have failed
        ({"value": joined([encode([1])])}, 2),
        ({"value": joined([encode({"value": 1})[:-1]])}, 2),
        ({"error": {"kinds": ["KeyError"], "text": "", "traceback": ""}}, 2),
    ],
)
def test_no_reply_is_believed(known: Check, reply: dict[str, object], points: float) -> None:
    """Does a process that answers several questions with something else gain or break nothing?"""
    who, channel, _ = student()
    ask = channel.ask
    channel.ask = lambda request: reply if request["op"] == "several" else ask(request)  # type: ignore[method-assign]
    assert grade(known, who).points == points


def test_kinds_are_the_same_on_both_sides() -> None:
    """Is the kind of an answer the same where it is made and where it arrives?"""
    for value in (1, 1.5, True, None, "a", (1, 2), [1], {}, np.ones(2), np.float32(1), 1j):
        assert kind_of(decode(encode(value))) == kind_of(value)
    kept = encode(print, lambda value: Handle(7, type(value).__name__))
    assert kind_of(decode(kept)) == kind_of(print)
