"""Is an answer the expected one, and if not, what is said about it?"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checking.compare import Difference, Seen, difference
from grader.checking.remote import Arguments


def told(got: object, expected: object, *, dtype: bool = False) -> tuple[str, str]:
    """Kind and text of the difference."""
    found = difference(got, expected, dtype=dtype)
    assert found is not None
    return found.kind, found.text


PERCENT = "100 times what was expected: a share is from 0 to 1, without percent"
ONES = np.array([1.0, -100.0, 0.0])  # the largest is 100: tolerances are relative to it


@pytest.mark.parametrize(
    ("dtype", "inside", "outside"),
    [("f8", 0.9e-6, 1.1e-6), ("f4", 0.9e-2, 1.1e-2), ("f2", 0.9, 1.1)],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_tolerance(dtype: str, inside: float, outside: float, place: int) -> None:
    """Is the tolerance that of the dtype, relative to the largest expected value?"""
    expected = ONES.astype(dtype)
    for error in (inside, outside, -inside, -outside):
        got = ONES.copy()
        got[place] += error
        near = difference(got.astype(dtype).astype("f8"), expected) is None
        assert near is (abs(error) == inside)


def test_tolerance_around_zero() -> None:
    """Is there an absolute tolerance where all expected values are 0?"""
    for dtype, floor in (("f8", 1e-12), ("f4", 1e-6), ("f2", 1e-3)):
        zeros = np.zeros(3, dtype)
        assert difference(zeros + np.array(0.9 * floor, dtype), zeros) is None
        assert told(zeros + np.array(1.2 * floor, dtype), zeros) == ("values", "wrong values")


def test_tolerance_is_that_of_the_lower_precision() -> None:
    """Are right values in float32, where float64 is expected, right values?"""
    expected = np.array([1 / 3, 2 / 3])
    assert difference(expected.astype("f4"), expected) is None
    assert difference(expected, expected.astype("f4")) is None


def test_float64_has_more_digits_than_float32() -> None:
    """Are values that went through float32 on the way told from those that did not?"""
    expected = np.random.default_rng(0).normal(size=(3, 2))
    through = expected.astype("f4").astype("f8")
    assert told(through, expected) == ("values", "wrong values")


@given(st.integers(-(2**53), 2**53), st.integers(-(2**53), 2**53))
def test_whole_numbers_are_exact(got: int, expected: int) -> None:
    """Do whole numbers agree only if they are equal, however large?"""
    assert (difference(got, expected) is None) is (got == expected)
    both = np.array([got, 0]), np.array([expected, 0])
    assert (difference(*both) is None) is (got == expected)


def test_numbers_of_any_type_agree() -> None:
    """May a number be a Python number, a NumPy scalar or an array without axes?"""
    for got in (3, 3.0, np.float64(3), np.float32(3), np.int64(3), np.array(3.0), 3 + 0j):
        for expected in (3, 3.0, np.float64(3), np.array(3)):
            assert difference(got, expected) is None


def test_complex_numbers() -> None:
    """Are both parts of complex numbers compared?"""
    expected = np.array([1 + 2j, 3 - 4j])
    assert difference(expected + 1e-9j, expected) is None
    assert told(expected.conj(), expected) == ("values", "wrong values")
    assert told(expected.real, expected) == ("values", "wrong values")
    assert told(expected.astype("c8") * (1 + 1e-3), expected) == ("values", "wrong values")


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_special_values_agree_with_themselves(special: float) -> None:
    """Do NaN and infinity agree with themselves, in the same place, and with nothing else?"""
    expected = np.array([1.0, special])
    assert difference(expected.copy(), expected) is None
    assert difference(special, special) is None
    for wrong in ([special, 1.0], [1.0, 1.0], [1.0, 0.0], [special, special], [1.0, 1e308]):
        assert told(np.array(wrong), expected) == ("values", "wrong values")
    for other in {np.nan, np.inf, -np.inf} - {special}:
        assert told(np.array([1.0, other]), expected) == ("values", "wrong values")


def test_infinity_does_not_hide_errors() -> None:
    """Does an infinite expected value leave the tolerance of the others as it is?"""
    assert told(np.array([2.0, np.inf]), np.array([1.0, np.inf])) == ("values", "wrong values")


def test_special_values_where_numbers_are_expected() -> None:
    """Is NaN never near a number?"""
    for bad in (np.nan, np.inf, -np.inf):
        assert told(np.array([1.0, bad]), np.array([1.0, 2.0])) == ("values", "wrong values")


def test_empty_arrays() -> None:
    """Do arrays without values agree when their shapes do?"""
    assert difference(np.zeros((0, 3)), np.zeros((0, 3))) is None
    assert told(np.zeros((3, 0)), np.zeros((0, 3)))[0] == "shape"


MESSAGES: list[tuple[Any, Any, tuple[str, str]]] = [
    (np.ones((2, 1)), np.ones(3), ("size", "shape (2, 1), but (3,) was expected")),
    (
        np.ones((1, 3)),
        np.ones(3),
        ("shape", "the values are right, but in shape (1, 3), where (3,) was expected"),
    ),
    (np.float64(1), np.ones(3), ("size", "shape (), but (3,) was expected")),
    (None, np.ones(3), ("nothing", "an array was expected, this is None")),
    ([1.0], np.ones(1), ("type", "an array was expected, this is of type list: [1.0]")),
    ("1", np.ones(1), ("type", "an array was expected, this is of type str: '1'")),
    (True, np.ones(1), ("type", "an array was expected, this is of type bool: True")),
    (
        (2, np.ones(3)),
        np.ones(3),
        ("more", "an array was expected, this is a tuple of 2: the second is right"),
    ),
    (
        np.ones((2, 3)),
        (np.ones(3), np.zeros(3)),
        ("values", "value 2 of 2: wrong values"),
    ),
    (
        np.ones((3, 2)),
        (np.ones(3), np.zeros(3)),
        ("type", "2 values were expected, this is an array of shape (3, 2)"),
    ),
    (
        np.ones(2),
        (np.ones(2), np.ones(1)),
        ("type", "2 values were expected, this is an array of shape (2,)"),
    ),
    (
        (np.ones(2), np.array([1.0, 1 + 1e-12])),
        Arguments((np.ones(2), np.ones(2))),
        ("changed", "argument 2 was changed"),
    ),
    (
        (np.ones(1), 2),
        np.ones(1),
        ("more", "an array was expected, this is a tuple of 2: the first is right"),
    ),
    (None, 1.0, ("nothing", "a number was expected, this is None")),
    (True, 1, ("type", "a number was expected, this is of type bool: True")),
    (np.True_, 1, ("type", "a number was expected, this is of type bool: True")),
    (np.array([True]), np.ones(1), ("type", "numbers were expected, this is an array of bool")),
    (10**30, 1.0, ("type", "numbers were expected, this is an array of object")),
    (1, True, ("type", "True or False was expected, this is of type int: 1")),
    (np.ones(2), True, ("type", "True or False was expected, this is an array of shape (2,)")),
    (False, True, ("values", "no, but yes was expected")),
    (np.False_, True, ("values", "no, but yes was expected")),
    (0, None, ("type", "None was expected, this is of type int: 0")),
    (1, "one", ("type", "a string was expected, this is of type int: 1")),
    ("two", "one", ("values", "wrong text")),
    (np.ones(2), (1, 2), ("type", "2 values were expected, this is an array of shape (2,)")),
    (1, (1, 2), ("type", "2 values were expected, this is of type int: 1")),
    ((1, 2, 3), (1, 2), ("type", "2 values were expected, not 3")),
    ((1, 3), (1, 2), ("values", "value 2 of 2: wrong values")),
    (
        (1, (2, None)),
        (1, (2, 3)),
        ("nothing", "value 2 of 2, there 2 of 2: a number was expected, this is None"),
    ),
    ([1], {"a": 1}, ("type", "a dict was expected, this is of type list: [1]")),
    ({"b": 1}, {"a": 1, "c": 2}, ("type", "the dict has no 'a', 'c', but 'b'")),
    ({}, {"a": 1}, ("type", "the dict has no 'a'")),
    ({1: 1}, {"1": 1}, ("type", "the dict has no '1', but 1")),
    ({"a": 1, "b": 1}, {"a": 1}, ("type", "the dict should not have 'b'")),
    ({"a": 2}, {"a": 1}, ("values", "a: wrong values")),
    ({"it learns": False}, {"it learns": True}, ("values", "it learns: no")),
    ({"it": True}, {"it": False}, ("values", "it: yes")),
    ({"it": 1}, {"it": True}, ("type", "it: True or False was expected, this is of type int: 1")),
    ((), (1,), ("type", "one value was expected, not 0")),
    ((1,), (), ("type", "no values were expected, not 1")),
    (31.0, 0.31, ("values", PERCENT)),
    (3.1, 0.31, ("values", "wrong values")),
    (
        {"a": (1, np.ones(2))},
        {"a": (1, np.ones(3))},
        ("size", "a: value 2 of 2: shape (2,), but (3,) was expected"),
    ),
]


@pytest.mark.parametrize(("got", "expected", "message"), MESSAGES)
def test_message(got: object, expected: object, message: tuple[str, str]) -> None:
    """Does the text say what is wrong, and not what would be right?"""
    assert told(got, expected) == message


def test_sequences_and_dicts_agree() -> None:
    """May a list stand for a tuple, and the keys of a dict come in another order?"""
    assert difference([1, [2, np.ones(2)]], (1, (2, np.ones(2)))) is None
    assert difference({"b": 1, "a": None}, {"a": None, "b": 1}) is None
    assert difference((), []) is None
    assert difference(np.True_, True) is None


def test_arguments_that_were_put_back_agree() -> None:
    """Is an argument as it was where only the rounding of a step there and back is left?"""
    x = np.linspace(-3, 3, 50)
    back = x + 1e-5 - 2e-5 + 1e-5
    assert (back != x).any()
    assert difference((back,), Arguments((x,))) is None


def test_a_stack_is_as_good_as_a_tuple() -> None:
    """Do the rows of an array agree with as many arrays, as whoever unpacks it would get?"""
    assert difference(np.ones((2, 3)), (np.ones(3), np.ones(3))) is None


def test_dtype_is_compared_if_asked() -> None:
    """Is another dtype a difference only where the check asks for it, also inside of tuples?"""
    single, double = np.ones(2, "f4"), np.ones(2)
    text = "the values are right, but in float64, where float32 was expected"
    assert difference(double, single) is None
    assert told(double, single, dtype=True) == ("dtype", text)
    assert told((1, double), (1, single), dtype=True) == ("dtype", f"value 2 of 2: {text}")
    assert told({"a": double}, {"a": single}, dtype=True) == ("dtype", f"a: {text}")
    assert difference(single, single.copy(), dtype=True) is None
    assert told(double * 2, single, dtype=True) == ("values", "wrong values")
    assert difference(1, 1.0, dtype=True) is None


def test_yes_and_no_with_what_was_measured() -> None:
    """Do two yes agree whatever was measured, and is what was measured told beside a no?"""
    no, yes = Seen(False, "accuracy 0.31, at least 0.55 expected"), Seen(True, "accuracy 0.9")
    assert difference(yes, Seen(True, "accuracy 0.8")) is None
    found = difference({"it learns": no}, {"it learns": yes})
    assert found == Difference("values", "it learns: no")
    assert found.measured == no.measured


def test_expected_values_must_be_plain() -> None:
    """Is a check told when its reference answers with something that cannot be compared?"""
    with pytest.raises(TypeError, match="a check may not expect a set"):
        difference(1, {1})


def test_values_do_not_make_differences_unequal() -> None:
    """Are differences compared by what is said, not by the arrays?"""
    one, other = Difference("values", "wrong", (np.ones(2), 1)), Difference("values", "wrong")
    assert one == other
