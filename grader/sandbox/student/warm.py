"""The warm process: it has imported what students need, and forks a student's process on request.

The grader starts it and holds the other end of its standard input, a socket.
For each student it receives two more: one that carries requests and replies, and the lifeline.
It forks a guard, which forks the student's process inside a sandbox and ends it when the lifeline
is cut: when the grader closes it, is killed, or crashes.

    warm process --- guard --- student's process
                     |  lifeline        |  requests, replies
                   grader             grader

Nothing of the grader's but this package is in memory here or in reach.
Grading repeats: `random`, NumPy's legacy generator and torch's start from seed 0, and so do hashes.
"""

import gc
import importlib
import os
import random
import select
import shutil
import signal
import socket
import sys
import sysconfig
import tempfile
import traceback
import types
import warnings
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from . import refused, shell, syscalls
from .objects import Objects
from .protocol import decode, encode, receive, send
from .sandbox import Policy, Protection, confine, isolate, policy, use_large_pages

FRAMEWORKS = ("functorch", "jax", "keras", "tensorflow", "torch", "torchgen")
FIRST_USE = {"torch": ("torch._dynamo", "torch.optim", "torch.testing")}  # slow when imported late
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "LOGNAME": "student",
    "NBGRADER_EXECUTION": "autograde",  # as nbgrader sets it, for cells that ask
    "PATH": os.defpath,
    "USER": "student",
}
OUT_OF_MEMORY = 71  # status with which a student's process ends that cannot even answer
TICK = 0.05  # seconds between two looks of the guard at the number of threads


def main() -> NoReturn:
    """Prepare as the first message says, answer, then fork until the grader is gone."""
    control = socket.socket(fileno=os.dup(0))  # 0 itself is silenced next
    _silence()
    order: Any = decode(receive(control))
    try:
        rules = _prepare(order)
    except BaseException:
        # perhaps of a package of the course's own
        send(control, encode({"error": traceback.format_exc()}))
        os._exit(1)
    send(control, encode({"ready": True}))
    _serve(control, rules, order)
    os._exit(0)


def _silence() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)
    os.close(null)


# Before the first fork


def _prepare(order: dict[str, Any]) -> Policy:
    """Import everything and start the shell; nothing of it stays on disk."""
    home = order["home"]
    # IPython and matplotlib write there
    os.environ |= {"HOME": home, "IPYTHONDIR": home, "TMPDIR": home}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            modules = [importlib.import_module(name) for name in ("numpy", *order["preload"])]
            for name in order["preload"]:
                for late in FIRST_USE.get(name, ()):
                    importlib.import_module(late)
        shell.start((order["output_bytes"], order["image_bytes"]))
    finally:
        shutil.rmtree(home, ignore_errors=True)
        tempfile.tempdir = None  # it has kept the folder that is gone
    np.random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)
        sys.modules["torch"].set_num_threads(1)
    os.environ.clear()  # only now: libraries read it when they are imported
    os.environ |= ENVIRONMENT
    os.chdir("/")
    rules = policy(
        _hidden(order["preload"]),
        [Path(str(module.__file__)).parent for module in modules],
        order["memory_bytes"],
        order["scratch_bytes"],
        order["cpu_seconds"],
    )
    _leave_no_trace(rules, order["preload"])
    syscalls.program(1)  # its number in each namespace; made once, as it takes a millisecond
    gc.collect()
    gc.freeze()  # else a collection would write to all pages, and each fork copy them
    use_large_pages()
    # a fork has one thread: a lock that another holds would be locked for ever
    if os.path.isdir("/proc/self/task") and len(os.listdir("/proc/self/task")) > 1:
        raise RuntimeError(f"importing {order['preload']} starts threads: it cannot be preloaded")
    return rules


def _absent(preload: Collection[str]) -> tuple[str, ...]:
    return () if set(preload) & set(FRAMEWORKS) else FRAMEWORKS


def _hidden(preload: Collection[str]) -> list[Path]:
    """The grader and, unless this problem set uses one, the frameworks, wherever they may be."""
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *sys.path}
    return [Path(folder, name) for folder in folders for name in ("grader", *_absent(preload))]


class _Absent(MetaPathFinder):
    """Says that a framework is not to be had, instead of that its files cannot be read."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in self.names:
            raise ModuleNotFoundError(f"{name} is not available in this problem set", name=name)


def _leave_no_trace(rules: Policy, preload: Collection[str]) -> None:
    """Forget where the grader is, and put a stand-in where students import it."""
    sys.path[:] = [
        entry
        for entry in sys.path
        if any(Path(entry).resolve().is_relative_to(path) for path in rules.readable)
    ]
    sys.argv, sys.orig_argv = [""], [sys.executable]  # the command names the grader's folder
    for name, module in sys.modules.items():  # tools that read the sources of all modules skip them
        if name.partition(".")[0] == "student":
            vars(module).pop("__file__", None)
    sys.meta_path.insert(0, _Absent(_absent(preload)))
    grader: Any = types.ModuleType("grader", "Checks run when the notebook is graded.")
    grader.check = check
    grader.CheckFailed = type("CheckFailed", (AssertionError,), {})
    sys.modules["grader"] = grader


def check(*args: object, **kwargs: object) -> None:
    """Checks run when the notebook is graded."""


check.__module__ = "grader"


def _serve(control: socket.socket, rules: Policy, order: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # guards that have ended need no one to wait
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 1, 2)
        if not request:  # the grader is gone
            return
        guard = os.fork()
        if guard == 0:
            control.detach()  # closed by number, with all that is open
            channel, lifeline = descriptors
            _end_with(_guard, channel, lifeline, rules, order)
        # the guard has them: kept here, their end would never be seen
        for descriptor in descriptors:
            os.close(descriptor)
        handle = _handle(guard)
        socket.send_fds(control, [b"+"], handle)
        for descriptor in handle:
            os.close(descriptor)


def _handle(process: int) -> list[int]:
    """A descriptor that tells when a process has ended; none where there is no such thing."""
    try:
        return [os.pidfd_open(process)]
    except (AttributeError, OSError):
        return []


def _end_with(work: Callable[..., None], *arguments: object) -> NoReturn:
    """Do the work of a forked process and end it, whatever happens."""
    try:
        work(*arguments)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except EOFError:  # the grader has closed the connection
        os._exit(0)
    finally:
        os._exit(1)


def _close_all_but(*kept: int) -> None:
    first = 0
    for descriptor in (*sorted(kept), os.sysconf("SC_OPEN_MAX")):
        if first < descriptor:  # closerange(0, 0) closes everything
            os.closerange(first, descriptor)
        first = descriptor + 1


# The guard


def _guard(channel: int, lifeline: int, rules: Policy, order: dict[str, Any]) -> None:
    _close_all_but(0, 1, 2, channel, lifeline)  # no other student's
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # the student's process is waited for
    protections = isolate(rules)
    mounted = all(protection.available for protection in protections)
    if not mounted:
        rules = replace(rules, scratch=tempfile.mkdtemp(prefix="student-"))  # only with --unsafe
    try:
        student = os.fork()
        if student == 0:
            _end_with(_student, channel, rules, protections, order["unsafe"])
        os.close(channel)
        _watch(student, socket.socket(fileno=lifeline), order["threads"])
    finally:
        if not mounted:
            shutil.rmtree(rules.scratch, ignore_errors=True)


def _watch(student: int, lifeline: socket.socket, threads: int) -> None:
    """Wait until the student's process ends or has to, and report how it ended."""
    poll = select.poll()
    for descriptor in (lifeline.fileno(), *_handle(student)):
        poll.register(descriptor, select.POLLIN)
    too_many = False
    while not (cut := bool(dict(poll.poll(TICK * 1000)).get(lifeline.fileno()))):
        # only a look: wait4 takes it, and what it used
        if os.waitid(os.P_PID, student, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            break
        too_many = _threads(student) > threads
        if too_many:
            break
    if cut or too_many:
        os.kill(student, signal.SIGKILL)  # not waited for yet, so the number is its own
    _, status, usage = os.wait4(student, 0)
    report = {
        "status": status,
        "killed": cut,
        "threads": too_many,
        "memory": usage.ru_maxrss * (1024 if sys.platform == "linux" else 1),
        "seconds": usage.ru_utime + usage.ru_stime,
    }
    send(lifeline, encode(report))


def _threads(process: int) -> int:
    try:
        # a folder has two links, and one for each in it
        return os.stat(f"/proc/{process}/task").st_nlink - 2
    except OSError:
        return 0


# The student's process


def _place(files: dict[str, np.ndarray]) -> None:
    """Write files into the scratch folder, by their paths in it."""
    for name, data in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.data)


def _student(
    channel: int, rules: Policy, protections: Sequence[Protection], unsafe: bool
) -> NoReturn:
    os.setsid()  # no terminal to reach
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(channel, 3)  # so that all others can be closed
    _close_all_but(0, 1, 2, 3)
    sock = socket.socket(fileno=3)
    os.chdir(rules.scratch)
    os.environ |= {"HOME": rules.scratch, "TMPDIR": rules.scratch}
    sys.path.insert(0, "")  # what cells write into the scratch folder can be imported
    found = [*protections, *confine(rules)]
    missing = [(p.name, p.reason) for p in found if not p.available]
    send(sock, encode({"missing": missing}))
    if missing and not unsafe:
        os._exit(0)
    random.seed(0)  # Python seeds it anew in every fork

    def exchange(frame: bytes) -> bytearray:
        send(sock, frame)
        return receive(sock)

    console = shell.Shell.instance()
    console.move_to(rules.scratch)
    refused.explain()
    # the first handles: the grader runs cells by calling one, and places files by the other
    objects = Objects(console.user_ns, exchange, (console.run, _place))
    while True:
        send(sock, objects.answer(receive(sock)))
