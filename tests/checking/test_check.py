"""The machinery of checks, on a course that has nothing to do with batch normalisation."""

import linecache
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.checking.check import Check, Unfit, Verdict, arguments_after, one_of, raises
from grader.checking.errors import CourseError
from grader.checking.message import FOLD
from grader.checking.mistakes import Mistake, catalogue
from grader.checking.remote import Loopback, RemoteError, Student, drive
from grader.sandbox.channel import StudentGone

# The check of another course: ten lines, the right answer and the mistakes included.


def faulty(*mistakes: str) -> SimpleNamespace:
    def median(x: np.ndarray) -> float:
        if x.size == 0:
            raise ValueError("no values")
        if "sorts-in-place" in mistakes:
            x.sort()
        values = x if "unsorted" in mistakes else np.sort(x)
        low, high = (len(x) - 1) // 2, len(x) // 2
        middle = values[high] if "upper" in mistakes else (values[low] + values[high]) / 2
        return float(abs(middle) if "no-sign" in mistakes else middle)

    return SimpleNamespace(median=median)


CATALOGUE = [
    Mistake("unsorted", "the values are not sorted", "The middle is that of the order.", "Page 3"),
    Mistake("upper", "one of two middle values is taken", "Of an even number, average.", "Page 4"),
    Mistake("no-sign", "the sign is lost", "Medians can be negative.", "Page 5"),
    Mistake("sorts-in-place", "x is sorted in place", "Others still need it.", "Page 6"),
]


@pytest.fixture(autouse=True)
def _catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other course's mistakes."""
    for mistake in CATALOGUE:
        monkeypatch.setitem(catalogue(), mistake.id, mistake)


def make(**changes: Any) -> Check:
    arguments = {
        "section": "Page 2",
        "reference": faulty(),
        "faulty": faulty,
        "mistakes": tuple(mistake.id for mistake in CATALOGUE),
    }
    check = Check("median", **(arguments | changes))

    @check.part("the median of an odd number of values", 2)
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        for size in (3, 5, 7):
            yield course.median(rng.normal(-5, 1, size))

    @check.part("the median of an even number of values", 1)
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        for size in (4, 6, 20):
            yield course.median(rng.normal(5, 1, size))

    @check.part("x is left as it was, and no values are an error", 1)
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        x = rng.normal(5, 1, 9)
        yield arguments_after(course.median, x)
        yield course.median(x)
        yield raises(ValueError, course.median, np.zeros(0))

    return check


@pytest.fixture
def check() -> Check:
    return make()


ODD, EVEN, MANNERS = (part.says for part in make().parts)


def student(source: str) -> Student:
    namespace: dict[str, Any] = {"np": np}
    exec(source, namespace)
    return Student(Loopback(namespace), ["median"])


def student_of(source: str) -> Student:
    """A student of whom any name may be asked."""
    namespace: dict[str, Any] = {"np": np}
    exec(source, namespace)
    return Student(Loopback(namespace))


def mutant(*mistakes: str) -> Student:
    return Student(Loopback(vars(faulty(*mistakes))), ["median"])


def grade(check: Check, who: Student, seed: int = 1, **options: bool) -> Verdict:
    return check.grade(who, 8, seed, **options)


RIGHT = """
def median(x):
    if len(x) == 0: raise ValueError("empty")
    return np.median(x)
"""


def test_right_answer_passes(check: Check) -> None:
    """Does a right solution, written in another way, get all points?"""
    assert grade(check, student(RIGHT)) == Verdict(
        "median", 8, 8, "passed", f"ok     {ODD}\nok     {EVEN}\nok     {MANNERS}"
    )


def test_wrong_part_costs_its_weight(check: Check) -> None:
    """Does a mistake cost the parts that it spoils, and does the message say which and why?"""
    assert grade(check, mutant("upper")) == Verdict(
        "median",
        6,
        8,
        "partial",
        f"""\
Mistake: one of two middle values is taken (upper).
Of an even number, average.
Read: Page 4

WRONG  {EVEN}
       median(x)
       wrong values
{FOLD}
ok     {ODD}
ok     {MANNERS}""",
        ("upper",),
    )


def test_all_parts_wrong_is_failed(check: Check) -> None:
    """Is a solution that is wrong in every part worth nothing?"""
    verdict = grade(check, mutant("unsorted"))
    assert (verdict.points, verdict.status, verdict.diagnosis) == (0, "failed", ("unsorted",))


def test_two_mistakes_at_once(check: Check) -> None:
    """Are two mistakes that act together both named, with both their texts?"""
    verdict = grade(check, mutant("upper", "no-sign"))
    assert verdict.diagnosis == ("upper", "no-sign")
    assert verdict.points == 2
    assert verdict.message.startswith(
        """\
Mistake: one of two middle values is taken (upper).
Of an even number, average.
Read: Page 4
Mistake: the sign is lost (no-sign).

WRONG  """
    )
    folded = verdict.message.partition(FOLD)[2]
    assert folded.startswith(
        """
Mistake: the sign is lost (no-sign).
Medians can be negative.
Read: Page 5

WRONG  """
    )


def test_mistakes_are_named_part_by_part(check: Check) -> None:
    """If nothing explains all answers, is what explains the answers of one part named?"""
    source = """
def median(x):
    if len(x) == 9: return 0.0
    return abs(np.sort(x)[len(x) // 2])
"""
    verdict = grade(check, student(source))
    assert verdict.points == 0
    assert verdict.diagnosis == ("no-sign", "upper")


def test_unknown_mistake_gets_the_section(check: Check) -> None:
    """Is there something to read where no mistake can be named?"""
    verdict = grade(check, student(RIGHT.replace("np.median(x)", "np.mean(x)")))
    assert (verdict.status, verdict.diagnosis) == ("failed", ())
    assert (
        verdict.message
        == f"""\
WRONG  {ODD}
       median(x)
       wrong values

Read: Page 2
{FOLD}
WRONG  {EVEN}
WRONG  {MANNERS}"""
    )


def test_check_without_mistakes() -> None:
    """Can a check have no faulty implementation at all?"""
    verdict = grade(make(faulty=None, mistakes=()), mutant("upper"))
    assert (verdict.points, verdict.diagnosis) == (6, ())
    assert verdict.message.partition(FOLD)[0].endswith("\n\nRead: Page 2\n")


def test_variant_has_the_name_of_its_mistake() -> None:
    """Is what follows a colon left out of the diagnosis?"""
    check = make(
        faulty=lambda *mistakes: faulty(*(m.partition(":")[0] for m in mistakes)),
        mistakes=("upper:of-two", "no-sign:at-all"),
    )
    assert grade(check, mutant("upper")).diagnosis == ("upper",)
    assert grade(check, mutant("upper", "no-sign")).diagnosis == ("upper", "no-sign")


@pytest.mark.parametrize(
    ("source", "status", "text"),
    [
        ("def median(x): return meen(x)", "error", "raised NameError: name 'meen' is not defined"),
        ("def median(x): return x[99]", "error", "raised IndexError: index 99 is out of bounds"),
        ("def median(): return 1", "error", "raised TypeError: median() takes 0 positional"),
        ("def median(x): raise KeyError", "error", "raised KeyError"),
        ("median = 3", "error", "raised TypeError: median is of type int, and no function"),
        ("def median(x): return [1]", "failed", "a number was expected, this is of type list: [1]"),
        ("def median(x): return x", "failed", "shape (3,), but () was expected"),
        (
            "def median(x): return np.median(x)[None]",
            "failed",
            "the values are right, but in shape (1,), where () was expected",
        ),
    ],
)
def test_nothing_right(check: Check, source: str, status: str, text: str) -> None:
    """Is what raises, or is of no use, worth 0, and told as what it is?"""
    verdict = grade(check, student(source))
    assert (verdict.points, verdict.status, verdict.diagnosis) == (0, status, ())
    lines = verdict.message.splitlines()
    assert lines[0] == f"WRONG  {ODD}"
    assert f"       {text}" in verdict.message
    assert lines[lines.index(FOLD) - 1] == "Read: Page 2"


def test_nothing_returned_has_a_name(check: Check) -> None:
    """Is a function without a return told so, in a check that lists no such mistake?"""
    verdict = grade(check, student("def median(x): pass"))
    assert verdict.diagnosis == ("returns-nothing",)
    assert "a number was expected, this is None: is a return missing?" in verdict.message


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            "",
            "median is not defined\n"
            "Its cell did not run or ended in an error, or the name is another.",
        ),
        ("def median(x): raise NotImplementedError('task 1')", "task 1"),
        ("def median(x): raise NotImplementedError", "raised NotImplementedError"),
    ],
)
def test_not_written(check: Check, source: str, told: str) -> None:
    """Is a student who has not begun told what will be asked, and not what is wrong?"""
    assert grade(check, student(source)) == Verdict(
        "median",
        0,
        8,
        "missing",
        f"""\
Not written yet: {told}
Read: Page 2

It will be checked for
- {ODD}
- {EVEN}
- {MANNERS}""",
    )


def test_same_error_is_told_once(check: Check) -> None:
    """Is an error that comes again in the next part not written out again?"""
    assert (
        grade(check, student("def median(x): raise KeyError('x')")).message
        == f"""\
WRONG  {ODD}
       median(x)
       raised KeyError: 'x'

Read: Page 2
{FOLD}
WRONG  {EVEN}
WRONG  {MANNERS}"""
    )


def test_error_in_one_part_costs_that_part(check: Check) -> None:
    """Does an exception on some inputs leave the points of the others?"""
    source = RIGHT.replace("return", "assert len(x) % 2, 'only odd'\n    return")
    verdict = grade(check, student(source))
    assert (verdict.points, verdict.status) == (6, "partial")
    assert f"WRONG  {EVEN}\n       median(x)\n       raised AssertionError: only odd" in (
        verdict.message
    )


def test_first_wrong_answer_is_told(check: Check) -> None:
    """Does the message show the smallest inputs that fail, in the student's own process?"""
    source = RIGHT.replace("return", "if len(x) == 5: return 99.0\n    return")
    message = grade(check, student(source), 0, local=True).message.splitlines()
    assert message[0] == f"WRONG  {ODD}"
    assert message[1].startswith("       x = np.array([")
    x = eval(message[1].strip().removeprefix("x = "))
    assert len(x) == 5
    assert message[2:5] == [
        "       median(x)",
        "       wrong values",
        f"       got  99   expected {sorted(x)[2]:.5g}",
    ]


def numbers(check: Check, seed: int, *, local: bool) -> tuple[str, list[object]]:
    """A message on wrong values, and the numbers that it must show or hide."""
    who = student(RIGHT.replace("np.median(x)", "np.mean(x)"))
    return grade(check, who, seed, local=local).message, [*check.answers(0, seed)]


def test_local_message_shows_numbers(check: Check) -> None:
    """In the student's own notebook, are inputs and the expected value shown?"""
    message, expected = numbers(check, 0, local=True)
    assert f"expected {expected[0]:.5g}" in message
    assert "median(np.array([" in message


def test_graded_message_shows_no_numbers(check: Check) -> None:
    """In the grader's message, is there no input and no expected value, nor anything like one?"""
    message, _ = numbers(check, 0, local=False)
    assert not any(character.isdigit() for character in message.replace("Page 2", ""))


def test_same_seed_same_verdict() -> None:
    """Can the instructor repeat a verdict?"""
    first, second = (grade(make(), mutant("no-sign"), 7) for _ in range(2))
    assert first == second


def test_grading_again_is_the_same(check: Check) -> None:
    """Does one student's solution leave the check as it was for the next?"""
    before = grade(check, mutant("upper"))
    for who in (mutant("sorts-in-place"), student("def median(x): x[:] = 0"), student("")):
        grade(check, who)
    assert grade(check, mutant("upper")) == before


def seen(check: Check, seed: int) -> list[list[float]]:
    """The inputs of all calls."""
    inputs: list[list[float]] = []
    namespace = {"median": lambda x: inputs.append(x.tolist())}
    grade(check, Student(Loopback(namespace), ["median"]), seed)
    return inputs


def test_another_seed_asks_with_other_numbers(check: Check) -> None:
    """Are the inputs those of the seed, and others with another?"""
    assert seen(check, 1) == seen(make(), 1)
    pairs = zip(seen(check, 1), seen(check, 2), strict=True)
    assert all(one != other for one, other in pairs if one)


def test_checks_and_parts_ask_with_other_numbers(check: Check) -> None:
    """Do two parts, or two checks, never share their inputs?"""
    inputs = [value for x in seen(check, 1) for value in dict.fromkeys(x)]
    renamed = make()
    renamed.id = "another"
    others = [value for x in seen(renamed, 1) for value in x]
    assert not set(inputs) & set(others)
    odd, even = seen(check, 1)[0], seen(check, 1)[3]
    assert not set(odd) & set(even)


def test_unknown_mistake_in_the_table() -> None:
    """Is a mistake that the catalogue does not have an error of the course, told as such?"""
    check = make(mistakes=("upper", "uper"))
    assert check.problem == "not in the catalogue of mistakes: uper"


def test_reference_that_raises() -> None:
    """Is what the reference raises told by check, file and line, to each student anew?"""

    def median(x: np.ndarray) -> float:
        raise NotImplementedError("later")

    check = make(reference=SimpleNamespace(median=median))
    line = median.__code__.co_firstlineno + 1
    text = (
        rf"^check 'median': tests/checking/test_check\.py, line {line}: NotImplementedError: later$"
    )
    for who in (student(""), student(RIGHT), student(RIGHT)):
        with pytest.raises(CourseError, match=text):
            grade(check, who)
    with pytest.raises(CourseError, match=text):
        check.prove(1)


def test_reference_without_the_function() -> None:
    """Is a reference that lacks what is asked a mistake in the check?"""
    with pytest.raises(CourseError, match=r"line .*: AttributeError: .* 'median'"):
        grade(make(reference=SimpleNamespace()), student(RIGHT))


def asks(script: Any, **changes: Any) -> Check:
    check = Check("f", section="Page 1", **{"reference": SimpleNamespace(f=lambda x: x)} | changes)
    check.part("all")(script)
    return check


def answers_a_set(course: Any, rng: np.random.Generator) -> Iterator[object]:
    yield {1, 2}


def answers_truths(course: Any, rng: np.random.Generator) -> Iterator[object]:
    yield np.array([True])


def asks_nothing(course: Any, rng: np.random.Generator) -> Iterator[object]:
    yield from ()


def forgets_to_yield(course: Any, rng: np.random.Generator) -> None:
    course.f(1)


def takes_no_rng(course: Any) -> Iterator[object]:
    yield course.f(1)


def misspells(course: Any, rng: np.random.Generator) -> Iterator[object]:
    yield course.f(1)
    yield course.f(rng.norml())


def is_unfit(course: Any, rng: np.random.Generator) -> Iterator[object]:
    yield one_of(course.f(1), 0, of=2)


SCRIPTS = {
    answers_a_set: "a check may not expect a set",
    answers_truths: "the reference's own answer would not pass: numbers were expected",
    asks_nothing: "nothing is asked: is a yield missing?",
    forgets_to_yield: "nothing is asked: is a yield missing?",
    takes_no_rng: "TypeError: takes_no_rng() takes 1 positional argument but 2 were given",
    misspells: "AttributeError: 'numpy.random._generator.Generator' object has no attribute",
    is_unfit: "Unfit: 2 values were expected, this is of type int: 1",
}


@pytest.mark.parametrize(
    ("script", "text"), SCRIPTS.items(), ids=lambda x: getattr(x, "__name__", "")
)
def test_script_that_is_wrong(script: Any, text: str) -> None:
    """Is a script that does not work told so before a student is asked, by check and file?"""
    with pytest.raises(CourseError) as proved:
        asks(script).prove(1)
    assert str(proved.value).startswith("check 'f': tests/checking/test_check.py, line ")
    assert text in str(proved.value)
    with pytest.raises(CourseError) as graded:
        grade(asks(script), student_of("def f(x): return x"))
    assert str(graded.value) == str(proved.value)


kept = np.random.default_rng(0)


def draws_from_all(course: Any, rng: np.random.Generator) -> Iterator[object]:
    yield course.f(np.random.normal(size=3))


def draws_from_its_own(course: Any, rng: np.random.Generator) -> Iterator[object]:
    yield course.f(np.random.default_rng().normal(size=3))


def draws_on(course: Any, rng: np.random.Generator) -> Iterator[object]:
    yield course.f(kept.normal(size=3))


@pytest.mark.parametrize("script", [draws_from_all, draws_from_its_own, draws_on])
def test_script_that_is_not_deterministic(script: Any) -> None:
    """Is a right solution that was asked other questions than the reference not called wrong?"""
    check = asks(script)
    place = rf"tests/checking/test_check\.py, line {script.__code__.co_firstlineno}"
    text = f"^check 'f': {place}: asked again, the reference gives other answers"
    with pytest.raises(CourseError, match=text):
        grade(check, student_of("def f(x): return x"))


def test_interrupted_reference_is_asked_again() -> None:
    """Is a reference that Ctrl-C stopped asked from the start the next time?"""
    stops = [True]

    def f(x: int) -> int:
        if x == 2 and stops and stops.pop():
            raise KeyboardInterrupt
        return x

    def script(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield from map(course.f, (1, 2, 3))

    check = asks(script, reference=SimpleNamespace(f=f))
    with pytest.raises(KeyboardInterrupt):
        grade(check, student_of("def f(x): return x"))
    assert grade(check, student_of("def f(x): return x")).status == "passed"
    assert grade(check, student_of("def f(x): return min(x, 2)")).status == "failed"


def misspelt(*_: str) -> SimpleNamespace:
    return SimpleNamespace(median=lambda x: meen(x))  # type: ignore[name-defined]  # noqa: F821


def of_two(*mistakes: str) -> SimpleNamespace:
    if len(mistakes) > 1:
        raise KeyError(mistakes)
    return faulty(*mistakes)


FACTORIES: dict[str, tuple[Any, str]] = {
    "one mistake": (
        lambda _: faulty(),
        "with unsorted and upper: .*, line .*: TypeError: .*<lambda>",
    ),
    "pairs": (of_two, "with unsorted and upper: .*, line .*: KeyError: "),
    "raises": (lambda *_: 1 / 0, "with unsorted: .*, line .*: ZeroDivisionError: division by zero"),
}


@pytest.mark.parametrize(("factory", "text"), FACTORIES.values(), ids=FACTORIES)
def test_factory_that_raises(factory: Any, text: str) -> None:
    """Is a factory that does not take what it is given told before a student is asked?"""
    with pytest.raises(CourseError, match=f"^check 'median' {text}"):
        make(faulty=factory).prove(1)


FAULTY: dict[str, tuple[Any, str]] = {
    "misspelt": (misspelt, "with unsorted: .*, line .*: NameError: name 'meen' is not defined"),
    "nothing": (lambda *_: None, "with unsorted: .*: AttributeError: 'NoneType' object has no"),
    "no function": (
        lambda *_: SimpleNamespace(),
        "with unsorted: .*: AttributeError: 'types.Simpl",
    ),
    "no value": (
        lambda *_: SimpleNamespace(median=set),
        "with unsorted: .*: a check may not expect",
    ),
}


@pytest.mark.parametrize(("factory", "text"), FAULTY.values(), ids=FAULTY)
def test_faulty_implementation_that_is_broken(factory: Any, text: str) -> None:
    """Is a faulty implementation that cannot work no diagnosis, and told as what it is?"""
    with pytest.raises(CourseError, match=f"^check 'median' {text}"):
        grade(make(faulty=factory), student("def median(x): return meen(x)"))


def test_faulty_implementation_that_raises_on_purpose() -> None:
    """Does an implementation name a mistake by the exception that it leads to?"""

    def raising(*mistakes: str) -> SimpleNamespace:
        return SimpleNamespace(median=lambda x: x[99] if "upper" in mistakes else x.middle)

    verdict = grade(make(faulty=raising), student("def median(x): return x[99]"))
    assert (verdict.points, verdict.diagnosis) == (0, ("upper",))


def test_answer_that_the_script_has_no_use_for() -> None:
    """Is what a script makes of a student's answer the student's, unless its own name is wrong?"""

    def script(course: Any, rng: np.random.Generator) -> Iterator[object]:
        answer = course.f(1)
        yield answer + 1 if answer is not True else anser  # type: ignore[name-defined]  # noqa: F821

    check = asks(script)
    verdict = grade(check, student_of("def f(x): return 'one'"))
    assert (verdict.points, verdict.status) == (0, "error")
    with pytest.raises(CourseError, match="NameError: name 'anser' is not defined"):
        grade(check, student_of("def f(x): return True"))


def test_mistake_in_what_is_lent() -> None:
    """Is a function of ours that a student's code calls not the student's error?"""

    def lent(x: int) -> int:
        return x if x < 5 else y  # type: ignore[name-defined,no-any-return]  # noqa: F821

    def script(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield course.f(lent)

    check = asks(script, reference=SimpleNamespace(f=lambda g: g(1)))
    assert grade(check, student_of("def f(g): return g(1)")).status == "passed"
    line = lent.__code__.co_firstlineno + 1
    with pytest.raises(CourseError, match=f"line {line}: NameError: name 'y' is not defined"):
        grade(check, student_of("def f(g): return g(7)"))


def test_mistake_in_what_may_raise() -> None:
    """Is a misspelt name in the reference not taken for an error that is not the expected one?"""

    def script(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield raises(ValueError, course.median, np.zeros(0))

    check = asks(script, reference=misspelt())
    with pytest.raises(CourseError, match="NameError: name 'meen' is not defined"):
        grade(check, student(RIGHT))


def test_check_that_is_not_whole() -> None:
    """Is a check without parts, hints without a mistake, or mistakes without a factory told so?"""
    assert make().problem == ""
    assert Check("f", section="", reference=None).problem == "it has no parts"
    assert make(faulty=None).problem == "it names mistakes, but has no faulty implementation"
    hint = make()
    hint.part("all", shows="uper")(asks_nothing)
    assert hint.problem == "not in the catalogue of mistakes: uper"


@pytest.mark.parametrize("weight", [0, -1, float("nan")])
def test_weights_are_above_zero(weight: float) -> None:
    """Is a part that is worth nothing, or less, refused?"""
    with pytest.raises(ValueError, match=f"check 'median', 'all': the weight is {weight}, not"):
        make().part("all", weight)


def test_name_that_is_not_asked_for(check: Check) -> None:
    """Is a check of a name that the master does not define no student's mistake?"""
    text = (
        "line .*: AttributeError: median is not a name that this problem set asks for: "
        "no solution cell of its master defines it"
    )
    with pytest.raises(CourseError, match=text):
        grade(check, Student(Loopback({"median": np.median}), ["mean"]))


class Dies:
    """A channel to a process that is gone."""

    def ask(self, request: dict[str, object]) -> dict[str, object]:
        raise StudentGone("killed", "used more than 2 GB")


def test_dead_process_ends_the_check(check: Check) -> None:
    """Is a process that is gone not taken for an answer?"""
    with pytest.raises(StudentGone, match="used more than 2 GB"):
        grade(check, Student(Dies(), ["median"]))


def test_warnings_cost_nothing(check: Check) -> None:
    """Are warnings of the solution no errors, and NumPy's either?"""
    warning = "import warnings\n    warnings.warn('old')\n    np.log(np.zeros(1))\n    return"
    assert grade(check, student(RIGHT.replace("return", warning))).status == "passed"


def test_points_are_rounded(check: Check) -> None:
    """Are points numbers that a person can read?"""
    assert check.grade(mutant("upper"), 1.1, 1).points == 0.83


def test_objects_are_asked_by_their_methods() -> None:
    """Does the message name calls of methods, and their arguments as the reference does?"""

    class Right:
        def __init__(self, start: float) -> None:
            self.total = start

        def __call__(self, value: float) -> float:
            return self.total + value

        def add(self, value: float, twice: bool = False) -> float:
            return self.total + value

    check = Check("sum", section="Page 1", reference=SimpleNamespace(Sum=Right))

    @check.part("adds")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield course.Sum(1.0).add(2.0, twice=False)

    @check.part("is a function")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield course.Sum(1.0)(2.0)

    class Wrong(Right):
        def __call__(self, value: float) -> float:
            return 0.0

        def add(self, value: float, twice: bool = False) -> float:
            return 0.0

    verdict = grade(check, Student(Loopback({"Sum": Wrong}), ["Sum"]), local=True)
    assert (
        verdict.message
        == """\
WRONG  adds
       s = Sum(start=1.0)
       s.add(value=2.0, twice=False)
       wrong values
       got  0   expected 3

Read: Page 1
----------------------------------------
WRONG  is a function"""
    )


def test_arguments_without_names() -> None:
    """Are arguments that do not fit the reference's signature shown too?"""
    check = Check("f", section="Page 1", reference=SimpleNamespace(f=max))

    @check.part("the largest")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield course.f(1, 2)

    verdict = grade(check, Student(Loopback({"f": min}), ["f"]), local=True)
    assert verdict.message.splitlines()[1] == "       f(1, 2)"


def test_student_errors_are_not_the_checks() -> None:
    """Is the exception that a script sees the student's, with its class and text?"""
    with pytest.raises(RemoteError, match=r"^KeyError: 'x'$"):
        student("def median(x): raise KeyError('x')").median(1)


def test_shown_by_kind(check: Check) -> None:
    """Is a changed argument named however it was changed, without a faulty implementation?"""
    changes = """
def median(x):
    if len(x) == 0: raise ValueError("empty")
    x *= 3
    return np.median(x) / 3
"""
    verdict = grade(check, student(changes))
    assert verdict.diagnosis == ("mutates-input",)
    assert verdict.points == 6
    assert "       median(x)\n       x was changed\n" in verdict.message


@pytest.mark.parametrize("name", ["<ipython-input-3-abc>", "/tmp/ipykernel_42/7.py"])
def test_place_of_an_error(check: Check, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is the student's own line told, and not that of the library that raised?"""
    source = "\ndef middle(x):\n    return np.linalg.inv(x)\ndef median(x):\n    return middle(x)"
    lines = source.splitlines(keepends=True)
    monkeypatch.setitem(linecache.cache, name, (len(source), None, lines, name))
    namespace: dict[str, Any] = {"np": np}
    exec(compile(source, name, "exec"), namespace)
    verdict = grade(check, Student(Loopback(namespace), ["median"]))
    with pytest.raises(np.linalg.LinAlgError) as error:
        np.linalg.inv(np.zeros(3))
    raised = f"raised LinAlgError: {error.value}"
    assert verdict.message.splitlines()[2:] == [
        f"       {raised}",
        "       in middle, line 3 of its cell: return np.linalg.inv(x)",
        "",
        "Read: Page 2",
        FOLD,
        f"WRONG  {EVEN}",
        f"WRONG  {MANNERS}",
    ]


def test_numbers_come_once(check: Check) -> None:
    """Are inputs and values shown for the first wrong part, and for the next what differs?"""
    source = RIGHT.replace("return", "if len(x) % 2: return -1.0\n    return [")
    message = grade(check, student(source + "]"), 0, local=True).message.splitlines()
    assert message[1].startswith("       median(np.array([")
    assert message[2] == "       wrong values"
    assert message[3].startswith("       got  -1   expected ")
    fold = message.index(FOLD)
    assert message[fold + 1 : fold + 3] == [f"WRONG  {EVEN}", "       median(x)"]
    wrong = "       a number was expected, this is of type list: [np.float64("
    assert message[fold + 3].startswith(wrong)
    assert not any("np.array" in line for line in message[2:])


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("pass", "2 values were expected, this is None: is a return missing?"),
        ("return x", "2 values were expected, this is an array of shape (3,)"),
        ("return 1, 2, 3", "2 values were expected, not 3"),
        ("return 0, np.max(x)", None),
        ("return [0, np.max(x)]", None),
    ],
)
def test_one_of_the_values(source: str, text: str | None) -> None:
    """Is a function that does not return so many values told so, and is that no error of its?"""
    check = Check(
        "bounds", section="Page 1", reference=SimpleNamespace(bounds=lambda x: (0, max(x)))
    )

    @check.part("the upper bound")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield one_of(course.bounds(np.arange(3.0)), 1, of=2)

    verdict = grade(check, student_of(f"def bounds(x): {source}"))
    if text is None:
        assert verdict.status == "passed"
    else:
        assert verdict.status == "failed"
        assert verdict.message == (
            f"WRONG  the upper bound\n       bounds(x)\n       {text}\n\nRead: Page 1"
        )


class Counter:
    """Driver: a number, and what a student's function makes of it."""

    def __init__(self, start: int) -> None:
        """a counter that starts at {start}"""
        self.value = start

    def add(self, value: int) -> int:
        """{value} is added"""
        self.value += value
        return self.value

    def apply(self, function: Any, times: int, unit: Any) -> Any:
        return function(self.value * times * unit)


def test_drivers_are_told_by_the_students_function() -> None:
    """Does a message name what the student wrote, not what the check calls it with?"""
    check = Check("f", section="Page 1", reference=SimpleNamespace(f=lambda x: 2 * x))

    @check.part("doubles")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        counter = drive(course, Counter, 3)
        counter.add(1)
        yield counter.apply(course.f, 2, np.ones(2))

    verdict = grade(check, student_of("def f(x): return x"), local=True)
    assert (
        verdict.message
        == """\
WRONG  doubles
       a counter that starts at 3
       1 is added
       f(...) with times=2, unit=np.array([1.0, 1.0])
       wrong values
       got  8  8   expected 16  16

Read: Page 1"""
    )


def passed_on(function: Any, x: Any) -> Any:
    """Driver: the student's function, called as it is asked for here."""
    return function(x)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("passed_on", "passed_on(np.array([1.0, 2.0]))\n"),
        ("f", "f(...) with x=np.array([1.0, 2.0])\n"),
    ],
)
def test_driver_of_the_same_name_passes_its_arguments_on(name: str, told: str) -> None:
    """Are the arguments shown where the student's function gets them as they are?"""
    right = SimpleNamespace(**{name: lambda x: 2 * x})
    check = Check("f", section="Page 1", reference=right)

    @check.part("doubles")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        function = getattr(course, name)
        x = np.array([1.0, 2.0])
        yield course.drive(passed_on, function, x) if isinstance(course, Student) else function(x)

    message = grade(check, student_of(f"def {name}(x): return x"), local=True).message
    assert message.startswith(f"WRONG  doubles\n       {told}       wrong values\n")


def test_attributes_that_are_set_are_told() -> None:
    """Can a student repeat what was asked of an object, in the notebook?"""

    class Right:
        def __init__(self) -> None:
            self.weight = np.ones(2)

        def __call__(self, x: int) -> np.ndarray:
            return self.weight * x

    check = Check("scale", section="Page 1", reference=SimpleNamespace(Scale=Right))

    @check.part("scales")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        made = course.Scale()
        for number in range(40):
            made(number)
        made.weight = np.array([2.0, 3.0])
        yield made(40)

    who = "class Scale:\n    def __call__(self, x): return x * np.ones(2)"
    message = grade(check, student_of(who), local=True).message.splitlines()
    assert message[1:8] == [
        "       ...",
        "       s(x=37)",
        "       s(x=38)",
        "       s(x=39)",
        "       s.weight = np.array([2.0, 3.0])",
        "       s(x=40)",
        "       wrong values",
    ]
    assert message[8] == "       got  40  40   expected 80  120"
    fold = message.index(FOLD)
    assert message[fold + 1 : fold + 5] == [
        "To paste:",
        "s = Scale()",
        "# 12 calls more, and then",
        "s(x=12)",
    ]
    assert message[-3:] == ["s(x=39)", "s.weight = np.array([2.0, 3.0])", "s(x=40)"]
    assert "weight" not in grade(check, student_of(who)).message


def test_scripts_can_say_what_is_unfit() -> None:
    """Is the text of Unfit the message, and two of them the same only with the same text?"""
    check = Check(
        "f",
        section="Page 1",
        reference=SimpleNamespace(f=lambda: 0),
        faulty=lambda *mistakes: SimpleNamespace(f=lambda: 1 if "unsorted" in mistakes else 2),
        mistakes=("unsorted", "upper"),
    )

    @check.part("nothing")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        if got := course.f():
            raise Unfit(f"{got} is too much")
        yield 0

    verdict = grade(check, student_of("def f(): return 2"))
    assert verdict.message.endswith("\n\nWRONG  nothing\n       f()\n       2 is too much")
    assert (verdict.status, verdict.diagnosis) == ("failed", ("upper",))


def test_failing_one_part_alone_can_show_a_mistake(check: Check) -> None:
    """Is a mistake named that no faulty implementation has, if only its part is wrong?"""
    off = "if np.size(x) == 1: return 99.0\n    return"

    @check.part("one value", shows="upper")
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield course.median(rng.normal(5, 1, 1))

    assert grade(check, student(RIGHT.replace("return", off))).diagnosis == ("upper",)
    broken = off.replace("return 99.0", "return 99.0\n    if len(x) == 4: return 99.0")
    assert grade(check, student(RIGHT.replace("return", broken))).diagnosis == ()


def test_mistake_that_does_not_show_explains_nothing() -> None:
    """Is a mistake not named for answers that it leaves right, though these are as near?"""
    check = Check(
        "half",
        section="Page 1",
        reference=SimpleNamespace(half=lambda x: x / 2),
        faulty=lambda *mistakes: SimpleNamespace(half=lambda x: x / 2 + 1e-13),
        mistakes=("upper",),
    )

    @check.part("half of x", dtype=True)
    def _(course: Any, rng: np.random.Generator) -> Iterator[object]:
        yield course.half(rng.normal(5, 1, 3).astype(np.float32))

    wrong = {"half": lambda x: (x / 2).astype(np.float64) * (1 + 1e-6)}
    verdict = grade(check, Student(Loopback(wrong), ["half"]))
    assert (verdict.points, verdict.diagnosis) == (0, ("loses-dtype",))


def test_error_that_is_unexplained_stays_so(check: Check) -> None:
    """Is an error not taken for a mistake in one part, where in another it is none?"""

    def raises(*mistakes: str) -> SimpleNamespace:
        def median(x: np.ndarray) -> float:
            if mistakes and len(x) == 0:
                raise KeyError
            return float(faulty().median(x))

        return SimpleNamespace(median=median)

    check = make(faulty=raises, mistakes=("upper",))
    everywhere = student("def median(x): raise KeyError")
    assert grade(check, everywhere).diagnosis == ()


def test_pairs_are_asked_once_for_all_students() -> None:
    """Are pairs of mistakes out at a glance for the next one, whichever answer is wrong?"""
    asked: list[tuple[str, ...]] = []

    def counted(*mistakes: str) -> SimpleNamespace:
        asked.append(mistakes)
        return faulty(*mistakes)

    check = make(faulty=counted)
    for wrong in (99.0, 98.0):
        asked.clear()
        late = student(RIGHT.replace("return", f"if len(x) == 7: return {wrong}\n    return"))
        assert grade(check, late).diagnosis == ()
    assert asked == []
