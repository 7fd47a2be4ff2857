from types import SimpleNamespace

from grader.checking.check import Check, raises


def squares(n):
    if n < 1:
        raise ValueError
    return [i**2 for i in range(1, n + 1)]


good = SimpleNamespace(squares=squares)
values = Check("correct_squares", section="Problem 1", reference=good)
invalid = Check("squares_invalid_input", section="Problem 1", reference=good)


@values.part("the squares of 1 to n")
def _(student, rng):
    yield student.squares(1)
    yield student.squares(int(rng.integers(2, 20)))


@invalid.part("a ValueError where n is below 1")
def _(student, rng):
    yield raises(ValueError, student.squares, 0)
    yield raises(ValueError, student.squares, -4)


checks = [values, invalid]
