"""A limit of time for code that runs in this process, where the system has one."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType

AGAIN = 1.0  # seconds until it is raised once more, in code that catches everything

# Where this process cannot stop itself, whoever can is told: how many seconds code has that starts
# to run, and 0 when it has ended.
watcher: ContextVar[Callable[[float], object] | None] = ContextVar("watcher", default=None)


# Seconds that an answer of a course's own code may take; None where there is no limit.
patience: ContextVar[float | None] = ContextVar("patience", default=None)


@contextmanager
def patient(seconds: float) -> Iterator[None]:
    """Within it, no answer of a course's own code may take longer than so many seconds."""
    before = patience.set(seconds)
    try:
        yield
    finally:
        patience.reset(before)


class OutOfTime(BaseException):
    """The time is over; no Exception, so that what catches these does not keep it."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises OutOfTime in what takes longer than so many seconds.

    Nothing is limited outside the main thread, nor on Windows and in browsers, which have no timer;
    there may be a `watcher`.
    """
    if watch := watcher.get():
        inside = watcher.set(None)  # what is limited in this code is limited already
        watch(seconds)
        try:
            yield
        finally:
            watch(0)
            watcher.reset(inside)
        return
    timed = hasattr(signal, "setitimer") and sys.platform != "emscripten"
    if not timed or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3), AGAIN)  # 0 would be no limit
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
