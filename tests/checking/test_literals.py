"""Values in messages: code to paste, and two answers side by side."""

from typing import Any

import numpy as np
import pytest

from grader.checking.literals import furthest, is_short, literal, side_by_side

LITERALS: list[tuple[Any, str]] = [
    (0.5, "0.5"),
    (np.float64(0.5), "0.5"),
    (None, "None"),
    ([3, 4], "[3, 4]"),
    (np.eye(2), "np.array([[1.0, 0.0], [0.0, 1.0]])"),
    (np.array([1 / 3, np.nan, -np.inf]), "np.array([0.33333, np.nan, -np.inf])"),
    (np.array([1, 2]), "np.array([1, 2])"),
    (np.ones(1, "f4"), "np.array([1.0], np.float32)"),
    ([np.ones(1), np.zeros(1)], "[np.array([1.0]), np.array([0.0])]"),
    (np.array([1e6, 1e6 + 0.5]), "np.array([1000000.0, 1000000.5])"),
    (np.zeros((5, 6), "f4"), "...  # shape (5, 6), float32"),
]


@pytest.mark.parametrize(("value", "text"), LITERALS)
def test_literal(value: Any, text: str) -> None:
    """Is a value written as code, in a few digits, and what is too large by its shape?"""
    assert literal(value) == text


def test_tensors() -> None:
    """Are arrays written as the tensors that a driver makes of them?"""
    assert literal(np.ones(1, "f4"), tensors=True) == "torch.tensor([1.0])"
    assert literal(np.ones(1), tensors=True) == "torch.tensor([1.0], dtype=torch.float64)"
    assert literal(np.array([1]), tensors=True) == "torch.tensor([1])"


@pytest.mark.parametrize("value", [np.random.default_rng(0).normal(1e6, 1, (2, 3)), np.ones(())])
def test_literals_can_be_pasted(value: np.ndarray) -> None:
    """Does the code give the array, up to what is rounded away?"""
    assert np.allclose(eval(literal(value)), value, rtol=0, atol=1e-4)


def test_sizes() -> None:
    """Do only short arrays stand in a call?"""
    assert [is_short(np.ones(n)) for n in (3, 4)] == [True, False]


def rows(got: Any, expected: Any) -> list[str]:
    table = side_by_side(got, expected)
    assert table is not None
    return table.text()


def test_side_by_side() -> None:
    """Do the two answers stand side by side, with a mark before what differs?"""
    got, expected = np.array([[1.0, 2.5], [3.0, 4.0]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    assert rows(got, expected) == [
        "got  1  *2.5   expected 1  2",
        "     3     4            3  4",
    ]


def test_nothing_is_marked_where_all_is_wrong() -> None:
    """Are marks left out where they tell nothing?"""
    assert rows(np.array([1.0, -0.0]), np.array([2.0, 3.0])) == ["got  1  0   expected 2  3"]


def test_other_values_side_by_side() -> None:
    """Are texts, lists and single numbers shown in one row?"""
    assert rows("two", "one") == ["got  'two'   expected 'one'"]
    assert rows([2], []) == ["got  [2]   expected []"]
    assert rows(np.array(31.0), np.array(0.5)) == ["got  31   expected 0.5"]


def test_as_many_digits_as_the_difference_needs() -> None:
    """Do answers that differ in a late digit look different?"""
    assert rows(np.array([1.0000002]), np.array([1.0])) == ["got  1.0000002   expected 1"]


def test_rows_have_places_where_some_are_left_out() -> None:
    """Are the wrong rows kept, and is told which they are?"""
    expected = np.zeros((3, 2))
    got = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]])
    table = side_by_side(got, expected)
    assert table is not None
    assert table.cut(1).text() == ["got  [2] 1  1   expected 0  0"]
    maps = side_by_side(np.ones((1, 2, 2)), np.zeros((1, 2, 2)))
    assert maps is not None
    assert maps.text()[1] == "     [0, 1] 1  1            0  0"


def test_html_marks_what_is_wrong() -> None:
    """Is what is wrong in bold, and can no text be a tag?"""
    table = side_by_side(np.array([1.0, 2.0]), np.array([1.0, 3.0]))
    assert table is not None
    assert [cell.count("bold") for cell in table.html().split("</td>")] == [0, 1, 0, 0, 0, 0]
    other = side_by_side("<b>", "<i>")
    assert other is not None
    assert "<b>" not in other.html()


def test_large_arrays() -> None:
    """Is the place told where a large array is furthest off, NaN before all?"""
    expected = np.zeros((5, 6))
    got = expected.copy()
    got[1, 2], got[4, 5] = 0.5, -2.0
    assert side_by_side(got, expected) is None
    assert furthest(got, expected) == "furthest off at [4, 5]: -2, but 0 was expected"
    got[0, 3] = np.nan
    assert furthest(got, expected) == "furthest off at [0, 3]: nan, but 0 was expected"
