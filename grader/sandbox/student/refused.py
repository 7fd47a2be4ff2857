"""Says what a graded notebook cannot have: processes, and somebody who answers.

Of a process the kernel, which refuses it, says "not permitted"; of an answer Python says "EOF".
"""

import _posixsubprocess
import builtins
import errno
import getpass
import os
import pdb
import subprocess
import sys
from functools import partial
from typing import NoReturn

from IPython.core import debugger

WHY = (
    "no process can be started while a notebook is graded: do the work in this one "
    "(a DataLoader with num_workers=0, threads or a loop for a Pool, Python for a command)"
)
NOBODY = "nobody answers while a notebook is graded: give {} a value in the code"
STARTING = {
    os: ("fork", "forkpty", "posix_spawn", "posix_spawnp"),
    _posixsubprocess: ("fork_exec",),
    subprocess: ("_fork_exec",),  # the same function, by the name that it is called by there
}


def explain() -> None:
    """Let Python's functions that start a process tell it. They protect nothing: seccomp does."""
    for module, names in STARTING.items():
        for name in names:
            setattr(module, name, _refuse)
    os.system = _not_run
    builtins.input = partial(_no_answer, "input()")
    getpass.getpass = partial(_no_answer, "getpass()")
    # nobody looks either: the code goes on
    sys.breakpointhook = pdb.set_trace = debugger.set_trace = _nothing


def _refuse(*args: object, **kwargs: object) -> NoReturn:
    raise PermissionError(errno.EPERM, WHY)


def _no_answer(what: str, *args: object, **kwargs: object) -> NoReturn:
    raise EOFError(NOBODY.format(what))


def _nothing(*args: object, **kwargs: object) -> None:
    """No debugger."""


def _not_run(command: object) -> int:
    """As os.system, which raises nothing: the status of a command that is not found."""
    print(f"{command!r} was not run: {WHY}", file=sys.stderr)
    return 127 << 8
