"""The book's Sphinx extension: how notebooks run."""

import hashlib
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from jupyter_client.manager import AsyncKernelManager
from myst_nb.core.read import create_nb_reader  # type: ignore[import-untyped]
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.console import color_terminal, nocolor
from sphinx.util.logging import getLogger
from tqdm import tqdm
from traitlets import List, Unicode
from traitlets.config import Config as Traits

from lab.kernels import forking

# Outputs depend on these besides the notebook's own text, which jupyter-cache compares.
_BEHIND_OUTPUTS = (
    "lab/**/*.py",
    "lab/data/sources.toml",
    "lab/results/*.json",
    "grader/reference.py",
    "grader/sets/ps[1-4]_*/faults.py",  # for the puzzles
    "requirements.lock",
)

_NOT_BEHIND_OUTPUTS = "lab/web/*.py"

FEW = 4  # notebooks that need no process to fork their kernels from

_Job = Future[ExecutionResult]


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension. Notebooks run on one thread, with the Python that builds the book."""
    if not color_terminal():  # sphinx-build asks this too, and jupyter-book does not
        nocolor()
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # no kernel of the user's own called python3
    app.connect("config-inited", _choose_cache)
    app.connect("env-before-read-docs", _execute)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _choose_cache(app: Sphinx, config: Config) -> None:
    """Keep outputs in a folder of their own for each state of what the notebooks import.

    A change of this setting also makes Sphinx read every page again.
    """
    root = Path(app.srcdir)
    digest = hashlib.sha256()
    for pattern in _BEHIND_OUTPUTS:
        for path in sorted(set(root.glob(pattern)) - set(root.glob(_NOT_BEHIND_OUTPUTS))):
            digest.update(path.read_bytes())
    cache = root / "_build" / ".jupyter_cache" / digest.hexdigest()[:16]
    config["nb_execution_cache_path"] = str(cache)


def _execute(app: Sphinx, env: Any, pages: list[str]) -> None:
    """Run the notebooks that are not in the cache, as many at once as there are processors.

    MyST-NB, which runs one after the other, then finds all of them there.
    One that fails does not stop the others. The build ends after them, with what went wrong.
    """
    cache = get_cache(app.config["nb_execution_cache_path"])
    missing: list[tuple[Path, NotebookNode]] = []
    unchanged = 0
    # the last first: they take longest, and no processor should wait for them
    for path in map(Path, map(env.doc2path, sorted(env.found_docs, reverse=True))):
        text = path.read_text()
        reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
        if reader is None:
            continue
        notebook = reader.read(text)
        try:
            cache.match_cache_notebook(notebook)
            unchanged += 1
        except KeyError:
            missing.append((path, notebook))
    _say(f"Notebooks     {len(missing)} to run, {unchanged} unchanged")

    seconds = env.mystnb_config.execution_timeout
    errors: list[str] = []
    sockets = TemporaryDirectory()
    usual: AbstractContextManager[Sequence[str]] = nullcontext(())
    # what has been imported bears to be forked on Linux, and not everywhere
    many = len(missing) > FEW and sys.platform == "linux"
    kernels = forking(f"{sockets.name}/kernels") if many else usual
    with sockets, kernels as kernel, ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {
            pool.submit(
                run_notebook, notebook, path.parent, seconds, f"{sockets.name}/{number}", kernel
            ): path
            for number, (path, notebook) in enumerate(missing)
        }
        try:
            for job in _as_done(jobs):
                path = jobs[job]
                error = job.exception() or job.result().err
                if error is not None:
                    page = path.relative_to(app.srcdir)
                    text = strip_ansi(str(error)).strip()
                    errors.append(f"{page}: {type(error).__name__}\n{text}")
                    continue
                result = job.result()
                getLogger(__name__).info("Executed notebook %s in %.1f s", path, result.time)
                bundle = CacheBundleIn(result.nb, path, data={"execution_seconds": result.time})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        except KeyboardInterrupt:  # threads cannot be stopped, but the process can be ended
            for kernel in psutil.Process().children(recursive=True):
                kernel.kill()
            sockets.cleanup()
            os._exit(130)
    if errors:  # not an exception, to which Jupyter Book adds its own traceback
        sys.exit("\n" + "\n\n".join(sorted(errors)))


class Forked(AsyncKernelManager):
    """Starts a kernel by another command, where there is one."""

    command = List(Unicode()).tag(config=True)

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """The command and its arguments."""
        usual: list[str] = super().format_kernel_cmd(extra_arguments)
        return [*self.command, *usual[usual.index("-f") :]] if self.command else usual


def run_notebook(
    notebook: NotebookNode, folder: Path, seconds: int, sockets: str, kernel: Sequence[str] = ()
) -> ExecutionResult:
    """Run a notebook in `folder`, with at most `seconds` for a cell.

    `sockets` begins the names of the files over which the kernel is reached, in a folder of this
    user's alone: to a TCP port, anyone on the machine can connect. Their names have at most about
    100 characters. `kernel` is the command that starts it, the usual one if there is none.
    """
    manager = {"transport": "ipc", "connection_file": f"{sockets}.json"}
    return single_nb_execution(
        notebook,
        str(folder),
        seconds,
        allow_errors=False,
        kernel_manager_class=Forked,
        config=Traits(KernelManager=manager, Forked={"command": [*kernel]}),
        extra_arguments=["--log-level=CRITICAL"],  # what a kernel says of a notebook that failed
    )


def _as_done(jobs: Collection[_Job]) -> Iterator[_Job]:
    """The jobs as they end, with a bar on a terminal, and with a line for every tenth elsewhere."""
    waiting = set(jobs)
    if not waiting:
        return
    look = "{percentage:3.0f}% {bar} {n} of {total} notebooks, {elapsed} so far, {remaining} left"
    # The time left follows from nearly all notebooks so far, as one takes many times another's.
    with tqdm(total=len(jobs), bar_format=look, smoothing=0.05, disable=None) as bar:
        while waiting:
            done, waiting = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
            yield from done
            bar.update(len(done))
            bar.refresh()  # the clock, too
            ended = len(jobs) - len(waiting)
            if bar.disable and ended // 10 > (ended - len(done)) // 10:
                _say(f"{ended} of {len(jobs)} notebooks have run")


def _say(text: str) -> None:
    """Tell the user. `make` keeps standard output in a log, and shows standard error."""
    print(text, file=sys.stderr, flush=True)
