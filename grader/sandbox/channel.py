"""What carries requests to a student's objects, wherever they live, and how it ends."""

from typing import Protocol

CLASSES = 64  # names of an exception's classes that are kept


class Channel(Protocol):
    """Carries a request to the student's objects and the reply back."""

    def ask(self, request: dict[str, object]) -> dict[str, object]:
        """The reply to one request, in plain data and handles.

        Raises StudentGone when no reply can come any more.
        """


class StudentGone(Exception):
    """The process with the student's objects is gone, and so is what it knew.

    `status` is timeout or killed; `reason` says why, as in "exceeded 20 s".
    """

    def __init__(self, status: str, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(reason)
