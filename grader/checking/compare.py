"""Is an answer the expected one? If not, in what way is it wrong?"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from .remote import Arguments, Remote

# Relative to the largest expected value: above the rounding of any sensible order of operations,
# below that of the next smaller type, and far below what a mistake does.
TOLERANCE = {2: 1e-2, 4: 1e-4, 8: 1e-8}  # by bytes of a real number
FLOOR = {2: 1e-3, 4: 1e-6, 8: 1e-12}  # where all expected values are about 0
NOISE = {2: 1e-3, 4: 1e-6, 8: 1e-13}  # what is left of numbers that cancel, relative to them
RETURNED = 4  # roundings of the largest number, in which an argument may differ after a call
PERCENT = 100  # a share of 0.31 is 31 of them
ORDINALS = ("first", "second", "third", "fourth")
Floats = np.ndarray | np.generic


@dataclass(frozen=True)
class Seen:
    """An answer yes or no, with what it was read from, for the student's eyes.

    `measured` is as in "accuracy 0.31, at least 0.55 expected". Two agree where both say yes or
    both say no, whatever was measured. `chance`: a mistake may come out right too, with luck.
    """

    yes: bool
    measured: str
    chance: bool = False


@dataclass(frozen=True)
class Difference:
    """In what way an answer is wrong.

    `kind` is one of type, size (wrong in number or arrangement), shape (right but for it), dtype,
    values, changed (an argument), nothing (None), more (right, and something else with it), error.
    `text` is for the student.
    `values` are the answer and the expected one, where showing them helps, and `measured` is what
    was: both may tell what is expected.
    `argument` is the place of the argument that was changed, from 0.
    """

    kind: str
    text: str
    values: tuple[object, object] | None = field(default=None, compare=False)
    argument: int = field(default=0, compare=False)
    measured: str = field(default="", compare=False)


def difference(
    got: object, expected: object, *, dtype: bool = False, rounded: int = 8
) -> Difference | None:
    """How `got` differs from `expected`, or None.

    Arrays and numbers agree within `TOLERANCE` of the larger precision error of the two, whole
    numbers exactly; NaN agrees with NaN. `dtype` asks for the same dtype too. `rounded` are the
    bytes of the least precise numbers on the way, where that is known.
    """
    got = bool(got) if isinstance(got, np.bool_) else got  # what comparisons of arrays give
    match expected:
        case bool() | np.bool_():  # before numbers: True is an int
            if not isinstance(got, bool):
                return Difference("type", f"True or False was expected, this is {kind_of(got)}")
            text = f"{yes_or_no(got)}, but {yes_or_no(expected)} was expected"
            return None if got == expected else Difference("values", text)
        case Seen():  # the script's own, so the other is one too
            assert isinstance(got, Seen)
            wrong = difference(got.yes, expected.yes)
            return wrong and replace(wrong, measured=got.measured)
        case str():
            if not isinstance(got, str):
                return Difference("type", f"a string was expected, this is {kind_of(got)}")
            return None if got == expected else Difference("values", "wrong text", (got, expected))
        case None:
            same = got is None
            return (
                None if same else Difference("type", f"None was expected, this is {kind_of(got)}")
            )
        case tuple() | list():
            got = unpacked(got, len(expected))
            if not isinstance(got, tuple | list):
                text = f"{_were(len(expected))} expected, this is {kind_of(got)}"
                return Difference("type", text)
            if len(got) != len(expected):
                text = f"{_were(len(expected))} expected, not {len(got)}"
                # too much to show
                deep = any(isinstance(v, np.ndarray | tuple | dict) for v in (*got, *expected))
                return Difference("type", text, None if deep else (got, expected))
            for i, (one, other) in enumerate(zip(got, expected, strict=True)):
                wrong = difference(one, other, dtype=dtype, rounded=rounded)
                if not wrong and isinstance(expected, Arguments):
                    wrong = _changed(one, other)  # by as little as eps, perhaps
                if wrong:
                    # equal before the call: what differs is what it has changed
                    if isinstance(expected, Arguments):
                        text = f"argument {i + 1} was changed"
                        return replace(wrong, kind="changed", text=text, argument=i)
                    # in a tuple inside a tuple: one place, and no list of them
                    text = wrong.text.removeprefix("value ")
                    sep = ": " if text == wrong.text else ", there "
                    return replace(wrong, text=f"value {i + 1} of {len(got)}{sep}{text}")
            return None
        case dict():
            if not isinstance(got, dict):
                return Difference("type", f"a dict was expected, this is {kind_of(got)}")
            if text := _keys(got, expected):
                return Difference("type", text)
            for key, other in expected.items():
                if wrong := difference(got[key], other, dtype=dtype, rounded=rounded):
                    text = wrong.text
                    if isinstance(other, bool | np.bool_ | Seen) and wrong.kind == "values":
                        text = text.partition(",")[0]  # yes or no, and the key says of what
                    return replace(wrong, text=f"{key}: {text}")
            return None
        case int() | float() | complex() | np.generic() | np.ndarray():
            return _numbers(got, expected, dtype, rounded)
    raise TypeError(f"a check may not expect a {type(expected).__name__}")


def unpacked(answer: object, of: int) -> object:
    """The rows of an array, if there are so many: whoever unpacks it gets them. Else the answer."""
    if isinstance(answer, np.ndarray) and answer.ndim > 1 and len(answer) == of:
        return [*answer]
    return answer


def _changed(got: object, expected: object) -> Difference | None:
    """Is an array not the same, but for what rounding leaves of a step there and back?"""
    if not isinstance(got, np.ndarray) or not isinstance(expected, np.ndarray):
        return None
    if expected.dtype.kind != "f" or not np.isfinite(expected).all():
        return None
    rounding = RETURNED * np.finfo(expected.dtype).eps * np.abs(expected).max(initial=0.0)
    same = bool((np.abs(got - expected) <= rounding).all())
    return None if same else Difference("values", "changed", (got, expected))


def yes_or_no(truth: object) -> str:
    """A truth in the words of a message."""
    return "yes" if truth else "no"


def _were(number: int) -> str:
    """So many values, before "expected"."""
    return "one value was" if number == 1 else f"{number or 'no'} values were"


def _keys(got: dict[object, object], expected: dict[object, object]) -> str:
    """Which keys are missing, and which are too many; empty if none are."""
    # these may come from the student: 200 characters at most
    missing, more = (
        f"{', '.join(sorted(repr(key) for key in one if key not in other)):.200}"
        for one, other in ((expected, got), (got, expected))
    )
    if not missing:
        return f"the dict should not have {more}" if more else ""
    return f"the dict has no {missing}" + (f", but {more}" if more else "")


def comparable(expected: object) -> bool:
    """Is this a value that `difference` can expect?"""
    match expected:
        case tuple() | list():
            return all(map(comparable, expected))
        case dict():
            return all(map(comparable, expected.values()))
    kinds = bool | str | int | float | complex | np.generic | np.ndarray | Seen
    return isinstance(expected, kinds) or expected is None


def _numbers(
    got: object,
    expected: int | float | complex | np.generic | np.ndarray,
    dtype: bool,
    rounded: int,
) -> Difference | None:
    if isinstance(got, bool) or not isinstance(  # True is an int, but no number that is asked for
        got, int | float | complex | np.generic | np.ndarray
    ):
        wanted = "an array" if np.ndim(expected) else "a number"
        text = f"{wanted} was expected, this is {kind_of(got)}"
        # as in `return y, cache`
        if isinstance(got, tuple) and len(got) > 1:
            pairs = zip(ORDINALS, got, strict=False)
            if word := next((word for word, one in pairs if not difference(one, expected)), None):
                text = f"{wanted} was expected, this is a tuple of {len(got)}: the {word} is right"
                return Difference("more", text)
        return Difference("nothing" if got is None else "type", text)
    one, other = np.asarray(got), np.asarray(expected)
    if one.dtype.kind not in "iufc":  # of texts or objects
        return Difference("type", f"numbers were expected, this is an array of {one.dtype}")
    if one.shape != other.shape:
        # right but for the shape: worth its own name
        if one.size == other.size and _close(one.reshape(other.shape), other, rounded):
            text = (
                f"the values are right, but in shape {one.shape}, where {other.shape} was expected"
            )
            return Difference("shape", text)
        return Difference("size", f"shape {one.shape}, but {other.shape} was expected")
    if not _close(one, other, rounded):
        share = _close(one, PERCENT * other, rounded) and _is_share(other)
        text = "100 times what was expected: a share is from 0 to 1, without percent"
        return Difference("values", text if share else "wrong values", (one, other))
    # Half precision agrees with much that is wrong, so it is not right where it is not asked for.
    half = one.dtype == np.float16 and other.dtype != np.float16
    if half or (
        dtype and isinstance(expected, np.generic | np.ndarray) and one.dtype != other.dtype
    ):
        text = f"the values are right, but in {one.dtype}, where {other.dtype} was expected"
        return Difference("dtype", text)
    return None


def _is_share(number: np.ndarray) -> bool:
    return not number.shape and number.dtype.kind == "f" and bool(0 < number <= 1)


def _close(got: np.ndarray, expected: np.ndarray, rounded: int) -> bool:
    # most right answers are the same to the bit
    same = got.dtype == expected.dtype and got.tobytes() == expected.tobytes()
    return same or bool(near(got, expected, rounded).all())


def near(got: np.ndarray, expected: np.ndarray, rounded: int = 8) -> np.ndarray:
    """Which numbers of two arrays of one shape agree?"""
    if got.dtype.kind in "iu" and expected.dtype.kind in "iu":  # whole numbers are exact
        return np.asarray(got == expected)
    precision = min(_bytes(got), _bytes(expected), rounded)
    wide = np.complex128 if "c" in (got.dtype.kind, expected.dtype.kind) else np.float64
    got, expected = got.astype(wide, copy=False), expected.astype(wide, copy=False)
    with np.errstate(all="ignore"):
        sizes = np.abs(expected)
        # one scale for all: an element near 0 carries the rounding errors of large ones
        scale = sizes.max(initial=0.0)
        if not np.isfinite(scale):
            # what is infinite is compared as it is, below
            scale = sizes[np.isfinite(sizes)].max(initial=0.0)
        close = np.abs(got - expected) <= max(TOLERANCE[precision] * scale, FLOOR[precision])
        if not close.all():
            # inf and NaN, which no difference is near
            close |= (got == expected) | (np.isnan(got) & np.isnan(expected))
    return np.asarray(close)


def precision(value: object) -> int:
    """The bytes of a number in the least precise array of a value: 2, 4 or 8."""
    match value:
        case np.ndarray() | np.generic():
            return _bytes(np.asarray(value))
        case tuple() | list():
            return min(map(precision, value), default=8)
        case dict():
            return min(map(precision, value.values()), default=8)
    return 8


def widened(value: object) -> object:
    """The value with its floating-point arrays in float64."""
    return _with_floats(value, lambda array: array.astype(np.float64))


def narrowed(value: object) -> object:
    """The value with its floating-point arrays in float32 where that loses nothing."""

    def narrow(array: Floats) -> Floats:
        with np.errstate(over="ignore"):
            narrower = array.astype(np.float32)  # too large becomes inf, and so is not equal
        return narrower if np.array_equal(narrower, array, equal_nan=True) else array

    return _with_floats(value, narrow)


def without_noise(value: object, right: object) -> object:
    """The array with zeros in the place of what only rounds the `right` one; or the value."""
    if not (isinstance(value, np.ndarray) and value.dtype.kind == "f"):
        return value
    if not (isinstance(right, np.ndarray) and right.dtype.kind == "f"):
        return value
    noise = NOISE[_bytes(value)] * np.abs(right).max(initial=0.0)
    return np.where(np.abs(value) <= noise, value.dtype.type(0), value) if noise > 0 else value


def _with_floats(value: object, change: Callable[[Floats], Floats]) -> object:
    match value:
        case np.ndarray() | np.generic() if value.dtype.kind == "f":
            return change(value)
        case tuple() | list():
            return [_with_floats(item, change) for item in value]
        case dict():
            return {key: _with_floats(item, change) for key, item in value.items()}
    return value


def _bytes(array: np.ndarray) -> int:
    """Bytes of one real number: 2, 4 or 8; whole numbers are exact, so 8."""
    if array.dtype.kind in "iu":
        return 8
    # a complex number is two
    return min(array.dtype.itemsize // (2 if array.dtype.kind == "c" else 1), 8)


def kind_of(value: object) -> str:
    """What a value is, after the words "this is"."""
    match value:
        case None:
            return "None"
        case np.ndarray():
            return f"an array of shape {value.shape}"
        case Remote():
            return f"of type {value!r}"
    return f"of type {type(value).__name__}: {brief(value)}"


def brief(value: object) -> str:
    """The value in one short line."""
    return f"{' '.join(repr(value).split()):.80}"


def is_number(value: object) -> bool:
    """Is this one number, as an array or as Python has it?"""
    return isinstance(value, int | float | np.generic | np.ndarray) and np.ndim(value) == 0
