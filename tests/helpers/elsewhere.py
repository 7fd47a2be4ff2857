"""Pages that run as they would on another machine, in processes that have imported Torch already.

To import it takes longer than what most pages do. So one process does, and is forked for each page.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECONDS = 300  # that a page may take

# Without the processor's vector instructions, and sums in two threads, which wait asleep.
ENVIRONMENT = {
    "ATEN_CPU_CAPABILITY": "default",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F",
    "OMP_NUM_THREADS": "2",
    "OMP_WAIT_POLICY": "passive",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}


class Elsewhere:
    """Another machine."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, cells: list[str], folder: Path) -> str:
        """The error that ends the cells, run in a new process in a folder; empty if none does."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([cells, str(folder)]), file=self._process.stdin, flush=True)
        return str(json.loads(self._process.stdout.readline()))


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Another machine, on which Torch is loaded."""
    with subprocess.Popen(
        [sys.executable, __file__],
        env=os.environ | ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Elsewhere(process)
        assert process.stdin is not None
        process.stdin.close()


def _error(cells: list[str]) -> str:
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    for number, source in enumerate(cells):
        ran: Any = shell.run_cell(source)
        if error := ran.error_before_exec or ran.error_in_exec:
            told = "".join(traceback.format_exception(error))
            return f"cell {number}:\n{source}\n{told}"
    return ""


def main() -> None:
    """Answer each line on standard input, in a process of its own."""
    import IPython  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import scipy.stats  # noqa: F401
    import torch

    torch.optim.SGD([torch.zeros(1, requires_grad=True)])  # the first one loads as much again
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what pages show
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            cells, folder = json.loads(line)
            os.chdir(folder)
            signal.alarm(SECONDS)
            print(json.dumps(_error(cells)), file=answers, flush=True)
            os._exit(0)
        if status := os.waitpid(child, 0)[1]:
            code = os.waitstatus_to_exitcode(status)
            print(json.dumps(f"its process ended with status {code}"), file=answers, flush=True)


if __name__ == "__main__":
    main()
