"""Workers on this machine: processes that live as long as the run, one for each core."""

import contextlib
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from ..notebooks.notebook import CourseError
from ..sandbox.process import ONE_THREAD
from .work import Job, Outcome, Submission, Worker

START_TRIES = 3
LOST = "grading it ended the grader's own process twice"

# What comes of a submission: its outcome, or why the grader failed.
Result = tuple[Submission, Outcome | str]
MakeWorker = Callable[[Job], Worker]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def grade_here(
    job: Job, submissions: Iterable[Submission], jobs: int, make_worker: MakeWorker = Worker
) -> Iterator[Result]:
    """Grade submissions with `jobs` processes; results come as they are ready.

    Submissions are taken one by one, when a process has nothing to do.
    One whose process is killed is graded again, once.
    Raises what `make_worker` raises, Unprotected for one, and CourseError for wrong checks.
    """
    tasks = _Tasks(submissions)
    crew: list[_Process] = []
    failures = 0
    try:
        while True:
            while len(crew) < jobs and (task := tasks.next()) is not None:
                crew.append(_Process.start(job, make_worker))
                crew[-1].give(task)
            busy = {process.connection: process for process in crew if process.doing is not None}
            if not busy:
                return
            for connection in wait([*busy]):
                process = busy[connection]  # type: ignore[index]
                doing = process.doing
                assert doing is not None
                try:
                    answer = process.answer()
                except (EOFError, OSError):
                    crew.remove(process)
                    process.stop()
                    failures += not process.ready  # it never came to work
                    if failures >= START_TRIES:
                        raise RuntimeError("the grader's processes end when they start") from None
                    if not tasks.again(doing, process.ready):
                        yield doing, LOST
                    continue
                if process.doing is None and (task := tasks.next()) is not None:
                    process.give(task)  # it works on while what it has done is put away
                if answer is not None:
                    yield answer
    finally:
        for process in crew:
            process.stop()


class _Tasks:
    """The submissions that wait for a process; one that a process was lost with comes again."""

    def __init__(self, submissions: Iterable[Submission]) -> None:
        self.waiting, self.back = iter(submissions), deque[Submission]()
        self.lost: set[str] = set()

    def next(self) -> Submission | None:
        """The next to be graded, taken only now."""
        return self.back.popleft() if self.back else next(self.waiting, None)

    def again(self, task: Submission, blamed: bool) -> bool:
        """Put one back; False if it has been blamed for the loss of a process before."""
        if blamed and task.student in self.lost:
            return False
        if blamed:
            self.lost.add(task.student)
        self.back.append(task)
        return True


@dataclass
class _Process:
    """One worker: its process, and what it is doing."""

    process: BaseProcess
    connection: Connection
    ready: bool = False
    doing: Submission | None = None

    @classmethod
    def start(cls, job: Job, make_worker: MakeWorker) -> "_Process":
        # Where there is a process for each core, more threads only get in each other's way.
        os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
        # Forked from a process that has nothing but the modules: no gradebook, no other's pipes.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        ours, theirs = context.Pipe()
        with theirs:
            process = context.Process(target=_serve, args=(theirs, job, make_worker), daemon=True)
            process.start()
        return cls(process, ours)

    def give(self, submission: Submission) -> None:
        """Let it grade a submission."""
        self.doing = submission
        with contextlib.suppress(OSError):  # it is gone; its answer is the end of the file
            self.connection.send(submission)

    def answer(self) -> Result | None:
        """What it says; raises EOFError when it is gone, and what it cannot go on for."""
        kind, value = self.connection.recv()
        if kind == "cannot go on":
            raise value
        if kind == "ready":
            self.ready = True
            return None
        assert self.doing is not None
        submission, self.doing = self.doing, None
        return submission, value

    def stop(self) -> None:
        """End it, and so all that it started."""
        self.connection.close()
        self.process.terminate()
        self.process.join()


def _serve(connection: Connection, job: Job, make_worker: MakeWorker) -> None:
    """The life of a worker: it ends when the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who gives the work
    try:
        worker = make_worker(job)
    except Exception as error:
        connection.send(("cannot go on", error))
        return
    try:
        connection.send(("ready", None))
        while True:
            submission = connection.recv()
            try:
                outcome: Outcome | str = worker(submission)
            except CourseError as error:
                connection.send(("cannot go on", error))
                return
            except Exception as error:
                outcome = f"{type(error).__name__}: {error}"
            connection.send(("graded", outcome))
    except (EOFError, OSError):
        pass
    finally:
        worker.close()
