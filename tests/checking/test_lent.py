"""Composed exercises, asked again with the reference's functions in place of earlier ones."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.checking.check import Check, Verdict
from grader.checking.errors import CourseError
from grader.checking.lent import LARGEST, Asked, Lent, needed
from grader.checking.mistakes import Mistake, catalogue
from grader.checking.remote import Loopback, RemoteError, Student
from grader.sandbox.channel import StudentGone


def spread(x: np.ndarray) -> float:
    return float(x.max() - x.min())


def middle(x: np.ndarray) -> float:
    return float(x.max() + x.min()) / 2


def faulty(*mistakes: str) -> SimpleNamespace:
    def scaled(x: np.ndarray) -> np.ndarray:
        return (x - (0 if "uncentred" in mistakes else middle(x))) / spread(x)

    return SimpleNamespace(spread=spread, middle=middle, scaled=scaled)


SPREAD = "def spread(x): return x.max() - x.min()\n"
MIDDLE = "def middle(x): return (x.max() + x.min()) / 2\n"
SCALED = "def scaled(x): return (x - middle(x)) / spread(x)\n"
WRONG_SPREAD = "def spread(x): return x.max()\n"
WRONG_MIDDLE = "def middle(x): return x.mean()\n"


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Check:
    uncentred = Mistake("uncentred", "the middle is not subtracted", "It is to be 0.", "Page 2")
    monkeypatch.setitem(catalogue(), "uncentred", uncentred)
    check = Check(
        "scaled",
        section="Page 1",
        reference=faulty(),
        faulty=faulty,
        mistakes=["uncentred"],
        uses=["middle", "spread"],
    )

    @check.part("from -1/2 to 1/2", 3)
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        for size in (3, 6):
            yield course.scaled(rng.normal(5, 1, size))

    @check.part("the same when it is far away", 1)
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield course.scaled(rng.normal(500, 1, 4))

    return check


def student(*sources: str) -> tuple[Student, dict[str, Any]]:
    namespace: dict[str, Any] = {"np": np}
    exec("\n".join(sources), namespace)
    return Student(Loopback(namespace)), namespace


def grade(check: Check, *sources: str, **options: bool) -> Verdict:
    """The verdict; the namespace has to be as it was."""
    who, namespace = student(*sources)
    before = dict(namespace)
    verdict = check.grade(who, 8, 1, **options)
    assert all(namespace[name] is value for name, value in before.items())
    assert set(namespace) == set(before)
    return verdict


PARTS = "ok     from -1/2 to 1/2\nok     the same when it is far away"


@pytest.mark.parametrize("local", [False, True])
def test_mistake_elsewhere_costs_nothing_here(check: Check, local: bool) -> None:
    """Has a right composition all points, and does the message say which function is the cause?"""
    assert grade(check, WRONG_SPREAD, MIDDLE, SCALED, local=local) == Verdict(
        "scaled",
        8,
        8,
        "passed",
        f"""\
The mistake is not here, but in spread: mend what is wrong there first.
With a right spread in place of yours:

{PARTS}""",
    )


def test_only_one_is_called(check: Check) -> None:
    """Is a composition judged in the same way that calls one of the functions that it may?"""
    one = "def scaled(x): return (x - (x.max() + x.min()) / 2) / spread(x)\n"
    verdict = grade(check, WRONG_SPREAD, MIDDLE, one)
    assert (verdict.points, verdict.status) == (8, "passed")
    assert verdict.message.startswith("The mistake is not here, but in spread: mend")


def test_two_mistakes_elsewhere(check: Check) -> None:
    """Are two earlier functions that are both wrong both named?"""
    verdict = grade(check, WRONG_SPREAD, WRONG_MIDDLE, SCALED)
    assert (verdict.points, verdict.status) == (8, "passed")
    assert verdict.message.splitlines()[:2] == [
        "The mistake is not here, but in middle and spread: mend what is wrong there first.",
        "With a right middle and spread in place of yours:",
    ]


@pytest.mark.parametrize(
    "missing", ["", "def spread(x): raise NotImplementedError\n", "spread = 3\n", "del middle\n"]
)
def test_what_is_not_written_elsewhere_costs_nothing_here(check: Check, missing: str) -> None:
    """Has a right composition all points where an earlier exercise is blank, or no function?"""
    verdict = grade(check, MIDDLE, missing, SCALED)
    assert (verdict.points, verdict.status) == (8, "passed")
    assert "in middle and spread:" in verdict.message or "in spread:" in verdict.message


def test_what_is_right_is_asked_once(check: Check) -> None:
    """Is there no second asking, and no remark, where all is right?"""
    calls: list[int] = []
    counted = SCALED.replace("return", "calls.append(1); return")
    who, namespace = student(SPREAD, MIDDLE, counted)
    namespace["calls"] = calls
    assert check.grade(who, 8, 1).message == PARTS
    assert len(calls) == 3


@pytest.mark.parametrize("earlier", [SPREAD, WRONG_SPREAD])
def test_mistake_here_is_named(check: Check, earlier: str) -> None:
    """Does a mistake of the composition's own cost what it costs, whatever is wrong elsewhere?"""
    uncentred = "def scaled(x): return x / spread(x)\n"
    verdict = grade(check, earlier, MIDDLE, uncentred)
    assert (verdict.points, verdict.status) == (0, "failed")
    assert "WRONG  from -1/2 to 1/2\n       scaled(x)\n" in verdict.message
    # with a wrong spread too nothing can be named: these are the answers to the first asking
    assert verdict.diagnosis == (("uncentred",) if earlier == SPREAD else ())


def test_mistakes_here_and_elsewhere(check: Check) -> None:
    """Is there credit for the parts that are right, and no name that one of them contradicts?"""
    here = "def scaled(x): return (x - (middle(x) if x.max() > 100 else 0)) / spread(x)\n"
    verdict = grade(check, WRONG_SPREAD, MIDDLE, here)
    assert (verdict.points, verdict.status, verdict.diagnosis) == (2, "partial", ())
    assert verdict.message.startswith(
        "Part of the cause is in spread: mend what is wrong there first.\n"
        "With a right spread in place of yours:\n\n"
        "WRONG  from -1/2 to 1/2\n       scaled(x)\n       wrong values\n"
    )
    assert verdict.message.endswith("\nok     the same when it is far away")


def test_what_calls_no_other_is_as_before(check: Check) -> None:
    """Does a solution that stands alone have the verdict that it would have anyway?"""
    alone = "def scaled(x): return (x - (x.max() + x.min()) / 2) / x.max()\n"
    verdict = grade(check, WRONG_SPREAD, MIDDLE, alone)
    check.uses = ()
    assert verdict == grade(check, WRONG_SPREAD, MIDDLE, alone)
    assert verdict.points == 0


def test_own_conventions_are_respected(check: Check) -> None:
    """Is a function that is called in the student's own way left in place, if it is right so?"""
    own_way = "def middle(x, half): return (x.max() + x.min()) * half\n"
    scaled = "def scaled(x): return (x - middle(x, 0.5)) / spread(x)\n"
    verdict = grade(check, WRONG_SPREAD, own_way, scaled)
    assert (verdict.points, verdict.status) == (8, "passed")
    assert "With a right spread in place of yours:" in verdict.message


def test_process_that_ends_is_asked_again(check: Check) -> None:
    """Does an earlier function that ends the process cost nothing here, and is it named?"""

    class Ending(Loopback):
        def ask(self, request: dict[str, object]) -> dict[str, object]:
            reply = super().ask(request)
            if namespace.pop("ended", False):
                raise StudentGone("timeout", "exceeded 20 s")
            return reply

    ending = "def spread(x): globals()['ended'] = True\n"
    _, namespace = student(ending, MIDDLE, SCALED)
    students = []

    def again() -> Student:
        students.append(Student(Ending(namespace)))
        return students[-1]

    verdict = check.grade(again(), 8, 1, again=again)
    assert (verdict.points, verdict.status) == (8, "passed")
    assert verdict.message.startswith("The mistake is not here, but in spread:")
    assert len(students) == 3  # at first, with both lent, and with spread
    namespace["scaled"] = namespace["spread"]
    with pytest.raises(StudentGone, match="exceeded 20 s"):
        check.grade(again(), 8, 1, again=again)


def test_asking_again_costs_nothing(check: Check) -> None:
    """Do the points of the first asking stand where the second one ends the process?"""
    partial = "def scaled(x): return (x - (x.max() + x.min()) / 2) / np.ptp(x) + (len(x) == 4)\n"
    who, _ = student(partial)
    first = check.grade(who, 8, 1)

    def again() -> Student:
        raise StudentGone("killed", "exited")

    assert (first.points, first.status) == (6, "partial")
    assert check.grade(who, 8, 1, again=again) == first


def test_interrupted(check: Check) -> None:
    """Are the student's own functions back when the cell is stopped in the second asking?"""
    stopped = """
def scaled(x):
    if spread(x) != x.max(): raise KeyboardInterrupt
"""
    who, namespace = student(WRONG_SPREAD, MIDDLE, stopped)
    before = dict(namespace)
    with pytest.raises(KeyboardInterrupt):
        check.grade(who, 8, 1)
    assert namespace == before


def test_lent_functions_do_not_outlive_the_asking(check: Check) -> None:
    """Does a function that the student kept answer no more, and not for any that is lent later?"""
    keeps = """
kept = []
def scaled(x):
    kept.append(spread)
    return spread(x)
def tries(): return kept[-1](np.ones(2))
"""
    who, namespace = student(WRONG_SPREAD, MIDDLE, keeps)
    check.grade(who, 8, 1)
    assert namespace["kept"][3] is not namespace["spread"]
    namespace["kept"][-1] = namespace["kept"][3]
    tries: Callable[[], object] = who.tries  # type: ignore[assignment]
    with pytest.raises(RemoteError, match="can be called only while it is being checked"):
        tries()
    with (
        who.lending({"spread": Lent(spread), "middle": Lent(middle)}),
        pytest.raises(RemoteError, match="can be called only while it is being checked"),
    ):
        tries()


def test_what_is_asked_about_is_never_lent(check: Check) -> None:
    """Is it a mistake of the course's to lend the very function that a check asks for?"""
    check.uses = ("spread", "scaled")
    with pytest.raises(CourseError, match="scaled is asked about, so it cannot be lent"):
        grade(check, WRONG_SPREAD, MIDDLE, SCALED)


def test_what_the_reference_lacks_cannot_be_used(check: Check) -> None:
    """Is a name that is misspelt told before anything is asked?"""
    check.uses = ("spread", "midle")
    assert check.problem == "it uses what the reference does not have: midle"


def test_mistake_in_a_function_of_ours(check: Check) -> None:
    """Is a mistake in what is lent the course's, by file and line, and no mark?"""

    def misspelt(x: np.ndarray) -> float:
        return x.max() - low  # type: ignore[name-defined, no-any-return]  # noqa: F821

    check._reference.spread = misspelt
    with pytest.raises(CourseError, match=r"check 'scaled': .*NameError: name 'low'"):
        grade(check, WRONG_SPREAD, MIDDLE, SCALED)


@pytest.mark.parametrize(
    "argument",
    [
        None,
        "text",
        {"a": 1},
        [[1], [2, 3]],
        [None],
        np.zeros(2, complex),
        np.array(["a"]),
        np.zeros(LARGEST + 1),
        [0] * (LARGEST + 1),
    ],
    ids=repr,
)
def test_lent_functions_take_numbers_alone(argument: object) -> None:
    """Does the reference see none of what is no number, or too many of them?"""
    seen: list[object] = []
    lent = Lent(seen.append)
    for call in (lambda: lent(argument), lambda: lent(np.ones(2), x=argument)):
        with pytest.raises((TypeError, ValueError)):
            call()
    assert (seen, lent.called) == ([], True)


def test_fewest_that_are_needed() -> None:
    """Is each function given back that makes no difference, and none asked of that nobody calls?"""
    asked = []

    def ask(lent: tuple[str, ...]) -> Asked:
        asked.append("".join(lent))
        return Asked(("b" in lent) / 2 + ("d" in lent) / 2, set(lent) - {"c"}, [*lent])

    # nobody calls c, so what came of "bcd" is what comes of "bd"
    assert needed("abcd", ask) == (("b", "d"), Asked(1.0, {"b", "d"}, ["b", "c", "d"]))
    # none is enough alone
    assert asked == ["abcd", *"dba", "bcd", "cd", "b"]
    nobody = Asked(0.5, ())
    assert needed("abc", lambda lent: nobody) == ((), nobody)


def test_the_only_one_that_is_needed_is_found_alone() -> None:
    """Is the one function whose mistake it is looked for first, from the last, with no other?"""
    asked = []

    def ask(lent: tuple[str, ...]) -> Asked:
        asked.append("".join(lent))
        return Asked(0.5 + ("b" in lent) / 2, lent)

    assert needed("abcd", ask) == (("b",), Asked(1.0, ("b",)))
    assert asked == ["abcd", *"dcb", ""]  # of none the answer is known
