"""Numbers for the prose: computed in the page, shown in its sentences."""

from typing import SupportsFloat


def record(**numbers: SupportsFloat) -> None:
    """Give each number a name that the page's text can show with the `glue` role.

    Outside the book, where MyST-NB is not installed, this does nothing.
    """
    try:
        from myst_nb import glue  # type: ignore[import-untyped]
    except ImportError:
        return
    for name, number in numbers.items():
        glue(name, number if isinstance(number, int) else float(number), display=False)
