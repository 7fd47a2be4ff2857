"""Numbers for the prose: computed in the page, shown in its sentences."""

from typing import SupportsFloat


def record(**numbers: SupportsFloat) -> None:
    """Give each number a name that the page's text can show with the `glue` role.

    Outside the book, where MyST-NB is not installed, this does nothing.
    """
    _glue({k: n if isinstance(n, int) else float(n) for k, n in numbers.items()})


def show(**texts: str) -> None:
    """The same for words that are computed, which the text shows as they are."""
    _glue({name: _Plain(text) for name, text in texts.items()})


def holds(sentence: str, condition: object) -> None:
    """Stop the build where what the page says of its numbers is not so.

    `sentence` is the page's, or what it says in few words. AssertionError: it does not hold.
    """
    if not condition:
        raise AssertionError(f"The page says: {sentence!r}. Its numbers say otherwise.")


class _Plain(str):
    """A text that is shown without quotation marks."""

    def __repr__(self) -> str:
        return str(self)


def _glue(values: dict[str, object]) -> None:
    try:
        from myst_nb import glue  # type: ignore[import-untyped]
    except ImportError:
        return
    for name, value in values.items():
        glue(name, value, display=False)
