"""Kernels that are forked from one process, which has imported what most notebooks import.

To import PyTorch and Matplotlib takes longer than much of what notebooks do. This file is a
program, too, and imports no more than it needs: `serve` forks a kernel for each connection to its
standard input, and `launch ADDRESS ARGUMENT...` is what Jupyter starts as a kernel. It is there as
long as the forked one, and passes on interrupts.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

CHECKED = 2.0  # seconds: how often the server looks whether the build that started it is there


@contextmanager
def forking(address: str) -> Iterator[list[str]]:
    """Within it, the command that starts a kernel, but for its arguments.

    `address` is the name of a socket, of at most about 100 characters, in a folder of this user's.
    """
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        command = [sys.executable, "-P", __file__, "serve"]
        server = subprocess.Popen(command, stdin=listening.fileno(), start_new_session=True)
    try:
        yield [sys.executable, "-IS", __file__, "launch", address]
    finally:
        server.terminate()
        server.wait()


def serve() -> None:
    """Fork a kernel for each connection, until the process that started this one has ended."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # read when imported
    import ipykernel.kernelapp  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import scipy.special  # noqa: F401
    import torch

    torch.optim.SGD([torch.zeros(1, requires_grad=True)])  # the first one imports as much again
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the kernels
    parent = os.getppid()
    with socket.socket(fileno=os.dup(0)) as listening:
        listening.settimeout(CHECKED)
        while os.getppid() == parent:
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            if os.fork() == 0:
                listening.close()
                connection.settimeout(None)
                _become_kernel(connection)
            connection.close()


def _become_kernel(connection: socket.socket) -> None:
    from ipykernel.kernelapp import IPKernelApp

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with connection.makefile() as lines:
        folder, environment, arguments = json.loads(lines.readline())
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    threading.Thread(target=_obey, args=(connection,), daemon=True).start()
    IPKernelApp.launch_instance(arguments)
    os._exit(0)


def _obey(connection: socket.socket) -> None:
    """Interrupt this kernel for each byte that comes, and end it with the connection."""
    while connection.recv(1):
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(1)


def launch(address: str, arguments: list[str]) -> None:
    """Have a kernel forked with these arguments, and be there as long as it is."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        signal.signal(signal.SIGINT, lambda *_: connection.send(b"i"))
        request = [os.getcwd(), dict(os.environ), arguments]
        connection.sendall(json.dumps(request).encode() + b"\n")
        connection.recv(1)  # nothing comes, but the end


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        launch(sys.argv[2], sys.argv[3:])
