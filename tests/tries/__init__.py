"""Wrong implementations, labelled before anything ran them: what a name for a mistake is worth.

Each module holds `TRIES` for one problem set.
They were written from the notebooks and the list of names alone, not from the checks.
A name that is right too, but came into the list later or was overlooked, was added afterwards.
"""

from typing import NamedTuple


class Try(NamedTuple):
    """One wrong hand-in.

    `check` is the grade_id of the check, `does` says what is wrong, `code` is all of the source.
    `ids` are all names that are right for it; with two mistakes, those of both.
    Without ids, any name would be wrong.
    """

    check: str
    does: str
    code: str
    ids: tuple[str, ...]
