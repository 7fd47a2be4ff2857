"""The trusted side of a student's process: starts it, asks it, ends it and says why it ended.

    with Warm(("numpy",), Limits()) as warm, warm.student() as student:
        outputs = student.run_cell("x = 1", seconds=20)
        reply = student.ask({"op": "get", "target": None, "name": "x"}, seconds=20)

Nothing that comes from there is believed: replies are plain data, outputs are made harmless.
When a `Warm` is closed, or this process ends in whatever way, so do all the students' processes.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any, NoReturn

import numpy as np

from .channel import CLASSES, StudentGone
from .outputs import Output, harmless
from .student import command
from .student.protocol import Handle, ProtocolError, decode, encode, receive, send
from .student.sandbox import LINUX

__all__ = ["Limits", "StudentGone", "StudentProcess", "Unprotected", "Warm"]

ONE_THREAD = ("MALLOC_ARENA_MAX", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
START_SECONDS = 120.0  # a cold disk and torch
FORK_SECONDS = 30.0
GRACE_SECONDS = 1.0  # from the end of a connection to that of its process
RUN = Handle(0, "method")  # the first object of a student's process runs a cell
PLACE = Handle(1, "function")  # the second writes files
OUT_OF_MEMORY = 71  # as in student/warm.py


@dataclass(frozen=True)
class Limits:
    """What one student's process may use.

    Seconds are wall-clock time; `cpu_seconds` is a backstop for the process as a whole.
    `notebook_seconds` is for all cells and checks together, and for the cells that run again.
    """

    cell_seconds: float = 20.0
    exercise_seconds: float = 20.0
    notebook_seconds: float = 300.0
    cpu_seconds: int = 3600
    memory_bytes: int = 2 * 2**30
    scratch_bytes: int = 64 * 2**20
    output_bytes: int = 200_000  # text that a cell puts out
    image_bytes: int = 2_000_000  # pictures that a cell puts out; 3 MB is the most that can cross
    notebook_output_bytes: int = 20_000_000  # what all cells put out
    reply_bytes: int = 64 * 2**20
    threads: int = 64


class Unprotected(Exception):
    """This machine lacks a protection; the text says which, why, and what to do."""


class StudentProcess:
    """One student's process; a channel for the checks."""

    def __init__(
        self, channel: socket.socket, lifeline: socket.socket, guard: int | None, limits: Limits
    ) -> None:
        self.channel, self.lifeline, self.guard, self.limits = channel, lifeline, guard, limits
        self.gone: StudentGone | None = None

    def __enter__(self) -> "StudentProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, message: dict[str, object], seconds: float) -> dict[str, object]:
        """The reply to a request, in plain data and handles.

        Raises StudentGone, now and ever after, if none comes in time or the process has ended.
        One whose memory was used up is ended: what else it would answer is left to chance.
        """
        frame = self._exchange(encode(message), seconds)
        try:
            reply = decode(frame)
        except (ProtocolError, MemoryError):  # a frame can be of more than there is room for
            reply = None
        if not isinstance(reply, dict):
            self._lose("killed", "sent what is not an answer")
        match reply.get("error"):
            case {"kinds": list(kinds)} if "MemoryError" in kinds[:CLASSES]:
                self._lose("killed", _too_much_memory(self.limits))
        return reply

    def run_cell(self, source: str, seconds: float) -> list[Output]:
        """Run a cell in the student's namespace; its outputs, bounded and harmless, as nbformat 4.

        An exception is one of the outputs. Raises StudentGone as `ask` does.
        """
        call = {"op": "call", "target": RUN, "args": (source,), "kwargs": {}}
        reply = self.ask(call, seconds)
        value = reply.get("value")
        match reply.get("error"):
            # what the shell itself did not survive
            case {"kinds": [kind, *_], "text": text, "traceback": trace}:
                error = {"ename": kind, "evalue": text, "traceback": [trace]}
                value = [{"output_type": "error", **error}]
        if not isinstance(value, list):
            self._lose("killed", "sent what is not an answer")
        outputs = harmless(value, self.limits.output_bytes, self.limits.image_bytes)
        if any(output.get("ename") == "MemoryError" for output in outputs):
            self._lose("killed", _too_much_memory(self.limits))
        return outputs

    def place(self, files: Mapping[str, bytes]) -> None:
        """Write files into the scratch folder, where cells begin, by their paths in it.

        This is for before the first cell: no code of the student's has a part in it.
        Raises ValueError for a path that leads out of the folder, and RuntimeError when it fails.
        """
        for path in map(PurePath, files):
            if path.is_absolute() or ".." in path.parts:
                raise ValueError(f"{path} is not in the scratch folder")
        arrays = {name: np.frombuffer(data, np.uint8) for name, data in files.items()}
        call = {"op": "call", "target": PLACE, "args": (arrays,), "kwargs": {}}
        try:
            reply = self.ask(call, FORK_SECONDS)
        except StudentGone as gone:
            raise RuntimeError(f"files cannot be put beside a notebook: {gone.reason}") from gone
        match reply.get("error"):
            case {"text": text}:
                raise RuntimeError(f"files cannot be put beside a notebook: {text}")

    def close(self) -> None:
        """End the process and all that it started; when this returns, nothing of it is left."""
        self._end()

    def hello(self) -> list[tuple[str, str]]:
        """The protections that the process lacks and why, its first message."""
        frame = self._guarded(lambda: receive(self.channel, FORK_SECONDS, 10_000), FORK_SECONDS)
        # sent before any of the student's code has run: this is believed
        first: Any = decode(frame)
        return list(first["missing"])

    def _exchange(self, frame: bytes, seconds: float) -> bytearray:
        deadline = time.monotonic() + seconds

        def exchange() -> bytearray:
            if seconds <= 0:  # to a socket 0 means: do not wait
                raise TimeoutError
            self.channel.settimeout(seconds)
            send(self.channel, frame)
            # what sending took counts
            return receive(self.channel, deadline - time.monotonic(), self.limits.reply_bytes)

        return self._guarded(exchange, seconds)

    def _guarded(self, exchange: Callable[[], bytearray], seconds: float) -> bytearray:
        if self.gone is not None:
            raise self.gone
        try:
            return exchange()
        except TimeoutError:
            self._lose("timeout", f"exceeded {seconds:g} s")
        except ProtocolError:
            self._lose("killed", "sent more than it may")
        except (EOFError, OSError):
            self._lose("killed", None)
        except BaseException:  # interrupted between a request and its reply: of no more use
            self.close()
            raise

    def _lose(self, status: str, reason: str | None) -> NoReturn:
        # no reason yet: it ended, and the guard knows how
        report = self._end(0 if reason else GRACE_SECONDS)
        self.gone = StudentGone(status, reason or _reason(report, self.limits))
        raise self.gone

    def _end(self, grace: float = 0) -> dict[str, Any]:
        """Cut the lifeline, wait for the guard to end, and return its report.

        With `grace`, first give the process as many seconds to end by itself.
        """
        if self.lifeline.fileno() == -1:  # it was ended before
            return {}
        self.gone = self.gone or StudentGone("killed", "was closed")
        try:
            select.select([self.lifeline], [], [], grace)  # the guard's report, or none in time
            self.lifeline.shutdown(socket.SHUT_WR)  # for the guard: kill it
            report: Any = decode(receive(self.lifeline, FORK_SECONDS, 10_000))
        except (EOFError, OSError):  # TimeoutError is an OSError: the guard does not answer
            report = {}
            if self.guard is not None:
                _signal(self.guard)
        finally:
            self.channel.close()
            self.lifeline.close()
            if self.guard is not None:
                _wait(self.guard)  # it outlives the student's process and all that this started
                os.close(self.guard)
        return dict(report)


def _signal(guard: int) -> None:
    with contextlib.suppress(OSError):  # it has ended by itself
        signal.pidfd_send_signal(guard, signal.SIGKILL)


def _wait(guard: int) -> None:
    poll = select.poll()
    poll.register(guard, select.POLLIN)
    poll.poll(FORK_SECONDS * 1000)


def _reason(report: dict[str, Any], limits: Limits) -> str:
    """Why a process ended, for a sentence like "Your code ... while it was checked"."""
    memory = _too_much_memory(limits)
    status = report.get("status")
    if status is None:
        return "was killed"
    if report["threads"]:
        return f"started more than {limits.threads} threads"
    if os.WIFEXITED(status):
        return memory if os.WEXITSTATUS(status) == OUT_OF_MEMORY else "exited"
    number = os.WTERMSIG(status)
    if number == signal.SIGKILL and report["killed"]:
        return "exited"  # it closed its connection, and could not be asked any more
    # full memory kills in many ways, crashes among them
    if report["memory"] > 0.9 * limits.memory_bytes:
        return memory
    if number == signal.SIGKILL and report["seconds"] > 0.5 * limits.cpu_seconds:
        # the kernel limits the time given, and reports the time used: less on a busy machine
        return f"exceeded {limits.cpu_seconds} s"
    if number == signal.SIGSEGV:
        return "ended in a segmentation fault"
    return f"was killed by signal {number}"


def _too_much_memory(limits: Limits) -> str:
    return f"used more than {limits.memory_bytes / 2**30:.3g} GB"


class Warm:
    """A process that has imported `preload`, NumPy and IPython, and is forked for each student.

    `preload` names what a problem set's students may use besides the Python installation: "torch"
    (its files cannot be read otherwise), or a package of the course's own.
    Without `unsafe`, `__enter__` raises Unprotected where this machine lacks a protection.
    It starts again by itself if it was killed, and may be used from several threads.
    """

    def __init__(
        self,
        preload: Sequence[str] = ("numpy",),
        limits: Limits | None = None,
        unsafe: bool = False,
    ) -> None:
        self.preload, self.limits, self.unsafe = tuple(preload), limits or Limits(), unsafe
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._students: weakref.WeakSet[StudentProcess] = weakref.WeakSet()

    def __enter__(self) -> "Warm":
        try:
            self.student().close()  # the first tells what this machine lacks
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def student(self) -> StudentProcess:
        """A new student's process."""
        with self._lock:
            if self._process is not None:
                try:
                    return self._fork()
                except (EOFError, OSError):  # the warm process was killed
                    self._stop()
            self._start()
            return self._fork()

    def close(self) -> None:
        """End all students' processes and the warm process."""
        for student in list(self._students):
            student.close()
        with self._lock:
            self._stop()

    def _start(self) -> None:
        if sys.platform == "win32" or (sys.platform != "linux" and not self.unsafe):
            raise Unprotected(LINUX)
        self._process, self._control = _ahead.pop() if _ahead else _spawn()
        order = asdict(self.limits) | {"preload": self.preload, "unsafe": self.unsafe}
        try:
            # It removes this folder itself, but not when it is killed.
            with tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True) as home:
                send(self._control, encode(order | {"home": home}))
                reply: Any = decode(receive(self._control, START_SECONDS, 1_000_000))
        except (EOFError, OSError) as error:
            self._stop()
            raise RuntimeError("the process that students' processes come from ended") from error
        if "error" in reply:
            self._stop()
            raise RuntimeError(f"students' processes cannot be prepared:\n{reply['error']}")
        self._control.settimeout(FORK_SECONDS)

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()  # which it waits for, to end
        if self._process is not None:
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:  # it is still importing
                self._process.kill()
                self._process.wait()
        self._control = self._process = None

    def _fork(self) -> StudentProcess:
        assert self._control is not None
        channel, theirs = socket.socketpair()
        lifeline, guards = socket.socketpair()
        guard = None
        try:
            with theirs, guards:  # kept open here, their end would never be seen
                socket.send_fds(self._control, [b"f"], [theirs.fileno(), guards.fileno()])
            answer, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
            if not answer:
                raise EOFError
            for guard in descriptors:
                os.set_inheritable(guard, False)
        except BaseException:
            channel.close()
            lifeline.close()
            raise
        student = StudentProcess(channel, lifeline, guard, self.limits)
        self._students.add(student)
        missing = student.hello()
        if missing and not self.unsafe:
            student.close()
            raise Unprotected("\n".join(f"{name}: {reason}" for name, reason in missing))
        return student


_ahead: list[tuple[subprocess.Popen[bytes], socket.socket]] = []


def start_ahead() -> None:
    """Start the process of the first `Warm` now: it imports IPython while this one imports too.

    If none comes, it ends with this process.
    """
    if sys.platform == "linux":
        _ahead.append(_spawn())


def _spawn() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """A process that waits for its orders, and the socket to it."""
    control, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            command("warm"),
            stdin=theirs.fileno(),  # the control socket; other descriptors are closed
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",  # its folder says nothing of the course
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the grader, which then ends the others
        )
    return process, control


def _environment() -> dict[str, str]:
    """An environment without secrets; matplotlib finds its list of fonts in the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))
    kept = {name: os.environ[name] for name in ("TMPDIR",) if name in os.environ}
    # with its hash seed, sets have the same order in every run
    fixed = {"LANG": "C.UTF-8", "PATH": os.defpath, "PYTHONHASHSEED": "0", "XDG_CACHE_HOME": cache}
    return kept | fixed | dict.fromkeys(ONE_THREAD, "1")
