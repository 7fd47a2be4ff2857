"""Values as a message shows them: code that can be pasted, and two answers side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from .compare import brief, near

SHOWN = 24  # numbers in an array that a message shows in full
INLINE = 3  # numbers in an array that stands in the call itself
DIGITS = 5
TOO_LARGE = "...  # shape"  # in place of an array that is not shown
MARK = "*"  # before what is wrong, where not everything is
RIGHT = "text-align: right;"
STYLE = f"{RIGHT} background-color: #fdd; color: #000; font-weight: bold;"


def is_short(value: object) -> bool:
    """Does it stand in the call itself?"""
    match value:
        case np.ndarray():
            return value.ndim == 1 and value.size <= INLINE
        case list() | tuple():
            return len(value) <= 8 and all(isinstance(item, int | float | str) for item in value)
        case dict():
            return all(map(is_short, value.values()))
    return value is None or isinstance(value, bool | int | float | str | np.generic)


def literal(value: object, tensors: bool = False) -> str:
    """The value as code, its floats in a few digits; a large array by shape and dtype alone."""
    match value:
        case np.ndarray():
            if value.size > SHOWN:
                return f"{TOO_LARGE} {value.shape}, {value.dtype}"
            numbers = _nested(value, _digits(value)) if value.dtype.kind == "f" else value.tolist()
            if tensors:
                kind = "" if value.dtype == np.float32 else f", dtype=torch.{value.dtype}"
                return f"torch.tensor({numbers}{kind if value.dtype.kind == 'f' else ''})"
            kind = f", np.{value.dtype}" if value.dtype in (np.float16, np.float32) else ""
            return f"np.array({numbers}{kind})"
        case np.generic():
            return repr(value.item())
        case list() if not is_short(value):
            return f"[{', '.join(_inside(item, tensors) for item in value)}]"
        case tuple() if not is_short(value):
            return f"({', '.join(_inside(item, tensors) for item in value)},)"
        case dict():
            items = (f"{key!r}: {_inside(item, tensors)}" for key, item in value.items())
            return f"{{{', '.join(items)}}}"
    return repr(value)


def _inside(value: object, tensors: bool) -> str:
    """The value as code, where nothing can come after it in the line."""
    return literal(value, tensors).partition(f"{TOO_LARGE[3:]}")[0]


def _digits(array: np.ndarray) -> int:
    """So many significant digits that values far from 0 differ as they do."""
    spread, largest = (float(f(array)) if array.size else 0.0 for f in (np.ptp, _largest))
    return DIGITS + (round(np.log10(largest / spread)) if largest > 10 * spread > 0 else 0)


def _largest(array: np.ndarray) -> float:
    return float(np.abs(array).max())


def _nested(array: np.ndarray, digits: int) -> str:
    if array.ndim == 0:
        return _number(float(array), digits)
    return f"[{', '.join(_nested(row, digits) for row in array)}]"


def _number(value: float, digits: int) -> str:
    if not np.isfinite(value):
        return {"inf": "np.inf", "-inf": "-np.inf"}.get(str(value), "np.nan")
    return repr(float(f"{value:.{digits}g}"))


@dataclass(frozen=True)
class Table:
    """Two answers, row by row: what came, what was expected, and which of it is wrong.

    `labels` are the places of the rows, which are told if the table is not whole.
    """

    labels: tuple[str, ...]
    got: tuple[tuple[str, ...], ...]
    expected: tuple[tuple[str, ...], ...]
    wrong: tuple[tuple[bool, ...], ...]
    whole: bool = True

    @property
    def partly(self) -> bool:
        """Is something in it right?"""
        return not all(map(all, self.wrong))

    def cut(self, rows: int) -> "Table":
        """So many rows, those that are wrong first."""
        order = sorted(range(len(self.got)), key=lambda i: not any(self.wrong[i]))[:rows]
        kept = sorted(order)
        return Table(
            tuple(self.labels[i] for i in kept),
            tuple(self.got[i] for i in kept),
            tuple(self.expected[i] for i in kept),
            tuple(self.wrong[i] for i in kept),
            whole=False,
        )

    def text(self) -> list[str]:
        """The rows, with a mark before what is wrong if not everything is."""
        marks = [[MARK * (self.partly and wrong) for wrong in row] for row in self.wrong]
        got = [
            [mark + text for mark, text in zip(*pair, strict=True)]
            for pair in zip(marks, self.got, strict=True)
        ]
        labels = [""] * len(got) if self.whole else self.labels
        lines = zip(labels, _columns(got), _columns(self.expected), strict=True)
        heads = [("got", "expected"), *[("", "")] * (len(got) - 1)]
        return [
            f"{one:<4} {label}{left}   {other:<8} {right}".rstrip()
            for (one, other), (label, left, right) in zip(heads, lines, strict=True)
        ]

    def html(self) -> str:
        """A table with what is wrong in bold and coloured."""
        width = len(self.got[0])
        head = (
            f'<tr><th></th><th colspan="{width}">got</th><th></th>'
            f'<th colspan="{width}">expected</th></tr>'
        )
        rows = []
        for label, got, expected, wrong in zip(
            self.labels, self.got, self.expected, self.wrong, strict=True
        ):
            cells = ["<th></th>" if self.whole else f"<th>{escape(label)}</th>"]
            for text, off in zip(got, wrong, strict=True):
                cells.append(f'<td style="{STYLE if off else RIGHT}">')
                cells.append(f"{escape(text)}</td>")
            cells.append("<td></td>")
            cells += [f'<td style="{RIGHT}">{escape(text)}</td>' for text in expected]
            rows.append(f"<tr>{''.join(cells)}</tr>")
        return f"<table><tbody>{head}{''.join(rows)}</tbody></table>"


def _columns(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True))


def side_by_side(got: object, expected: object) -> Table | None:
    """The two answers as a table; None for arrays too large to show."""
    if not isinstance(got, np.ndarray) or not isinstance(expected, np.ndarray):
        return Table(("",), ((brief(got),),), ((brief(expected),),), ((True,),))
    if got.size > SHOWN:
        return None
    places = [*np.ndindex(got.shape[:-1])]
    labels = tuple(f"{list(place)} " for place in places)
    width = got.shape[-1] if got.ndim else 1
    one, other, right = (array.reshape(-1, width) for array in (got, expected, near(got, expected)))
    digits = next((d for d in (DIGITS, 8, 12) if _told_apart(one, other, right, d)), 17)
    return Table(
        labels,
        _texts(one, digits),
        _texts(other, digits),
        tuple(tuple(not item for item in row) for row in right.tolist()),
        whole=got.ndim < 3,
    )


def _texts(rows: np.ndarray, digits: int) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(f"{item + 0.0:.{digits}g}" for item in row) for row in rows)  # 0, not -0


def _told_apart(got: np.ndarray, expected: np.ndarray, right: np.ndarray, digits: int) -> bool:
    """Do so many digits show each difference?"""
    texts = zip(got[~right], expected[~right], strict=True)
    return all(f"{one:.{digits - 1}g}" != f"{other:.{digits - 1}g}" for one, other in texts)


def furthest(got: np.ndarray, expected: np.ndarray) -> str:
    """Where two arrays differ most, for those too large to show."""
    off = np.nan_to_num(np.abs(got - expected), nan=np.inf)  # a NaN is the furthest off
    worst = np.unravel_index(np.argmax(off), got.shape)
    place = ", ".join(str(int(i)) for i in worst)
    return f"furthest off at [{place}]: {got[worst]:.6g}, but {expected[worst]:.6g} was expected"
