"""Is an answer the expected one? If not, in what way is it wrong?"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

# Relative to the largest expected value: far above the rounding of any sensible order of
# operations, far below what a mistake does.
TOLERANCE = {2: 1e-2, 4: 1e-4, 8: 1e-7}  # by bytes of a real number
FLOOR = {2: 1e-3, 4: 1e-6, 8: 1e-12}  # where all expected values are about 0
SHOWN = 24  # numbers in an array that a message shows in full


@dataclass(frozen=True)
class Difference:
    """In what way an answer is wrong.

    `kind` is one of type, shape, dtype, values, error. `text` is for the student.
    `details` shows the numbers: only for messages that may hold them.
    """

    kind: str
    text: str
    details: tuple[str, ...] = field(default=(), compare=False)


def difference(got: object, expected: object, *, dtype: bool = False) -> Difference | None:
    """How `got` differs from `expected`, or None.

    Arrays and numbers agree within `TOLERANCE` of the larger precision error of the two;
    NaN agrees with NaN. `dtype` asks for the same dtype too.
    """
    match expected:
        case bool() | str() | None:
            same = type(got) is type(expected) and got == expected
            return None if same else _other(got, expected)
        case tuple() | list():
            if not isinstance(got, tuple | list):
                kind = f"a tuple of {len(expected)}"
                return Difference("type", f"{kind} was expected, this is {_kind(got)}")
            if len(got) != len(expected):
                return Difference("type", f"{len(expected)} values were expected, not {len(got)}")
            for i, (one, other) in enumerate(zip(got, expected, strict=True), 1):
                if wrong := difference(one, other, dtype=dtype):
                    return Difference(wrong.kind, f"value {i}: {wrong.text}", wrong.details)
            return None
        case dict():
            if not isinstance(got, dict):
                return Difference("type", f"a dict was expected, this is {_kind(got)}")
            if set(got) != set(expected):
                keys, others = sorted(map(str, expected)), sorted(map(str, got))
                return Difference("type", f"the keys should be {keys}, not {others}")
            for key, other in expected.items():
                if wrong := difference(got[key], other, dtype=dtype):
                    return Difference(wrong.kind, f"{key!r}: {wrong.text}", wrong.details)
            return None
        case int() | float() | complex() | np.generic() | np.ndarray():
            return _numbers(got, expected, dtype)
    raise TypeError(f"a check may not expect a {type(expected).__name__}")


def _numbers(
    got: object, expected: int | float | complex | np.generic | np.ndarray, dtype: bool
) -> Difference | None:
    if isinstance(got, bool) or not isinstance(
        got, int | float | complex | np.generic | np.ndarray
    ):
        wanted = "an array" if np.ndim(expected) else "a number"
        return Difference("type", f"{wanted} was expected, this is {_kind(got)}")
    one, other = np.asarray(got), np.asarray(expected)
    if one.dtype.kind not in "iufc":
        return Difference("type", f"numbers were expected, this is an array of {one.dtype}")
    if one.shape != other.shape:
        text = f"shape {one.shape}, but {other.shape} was expected"
        if one.size == other.size and _close(one.reshape(other.shape), other):
            text = f"the values are right, but in {text}"
        return Difference("shape", text)
    if not _close(one, other):
        return Difference("values", "wrong values", _numbers_shown(one, other))
    if dtype and isinstance(expected, np.generic | np.ndarray) and one.dtype != other.dtype:
        text = f"the values are right, but in {one.dtype}, where {other.dtype} was expected"
        return Difference("dtype", text)
    return None


def _close(got: np.ndarray, expected: np.ndarray) -> bool:
    precision = min(_bytes(got), _bytes(expected))
    finite = np.abs(expected[np.isfinite(expected)])
    scale = float(finite.max()) if finite.size else 0.0
    within = max(TOLERANCE[precision] * scale, FLOOR[precision])
    wide = np.complex128 if "c" in (got.dtype.kind, expected.dtype.kind) else np.float64
    with np.errstate(all="ignore"):
        return bool(
            np.allclose(got.astype(wide), expected.astype(wide), 0.0, within, equal_nan=True)
        )


def _bytes(array: np.ndarray) -> int:
    """Bytes of one real number: 2, 4 or 8; whole numbers are exact, so 8."""
    if array.dtype.kind in "iu":
        return 8
    return min(array.dtype.itemsize // (2 if array.dtype.kind == "c" else 1), 8)


def _other(got: object, expected: object) -> Difference:
    if type(got) is type(expected):
        return Difference("values", f"{got!r:.200}, but {expected!r} was expected")
    return Difference("type", f"{_kind(got)}, but {expected!r} was expected")


def _kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}: {value!r:.80}"


def _numbers_shown(got: np.ndarray, expected: np.ndarray) -> tuple[str, ...]:
    if got.size > SHOWN:
        worst = np.unravel_index(np.argmax(np.nan_to_num(np.abs(got - expected))), got.shape)
        place = ", ".join(str(int(i)) for i in worst)
        return (
            f"furthest off at [{place}]: {got[worst]:.6g}, but {expected[worst]:.6g} was expected",
        )
    return (*show("got", got), *show("expected", expected))


def show(name: str, value: object) -> Iterator[str]:
    """The lines that show a value: small arrays in full, large ones by shape and dtype."""
    if not isinstance(value, np.ndarray):
        yield f"{name} = {value!r:.80}"
    elif value.size > SHOWN:
        yield f"{name}: array of shape {value.shape}, {value.dtype}"
    else:
        first, *rest = np.array2string(value, precision=5, suppress_small=False).splitlines()
        yield f"{name} = {first}"
        yield from (" " * (len(name) + 3) + line for line in rest)
