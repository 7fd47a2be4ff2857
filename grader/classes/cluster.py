"""Workers of a Dask cluster: the submission travels to them, and its outcome back.

They need the same installation as the machine that sends the work, and no files of the course.
"""

from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Any

from distributed import Client, Future, KilledWorker, WorkerPlugin, as_completed, get_worker

from ..notebooks.notebook import CourseError
from ..sandbox.process import Unprotected
from .pool import LOST, Result
from .work import Job, Outcome, Submission, Worker

NAME = "grader"
AHEAD = 2  # submissions that each thread of the cluster has in hand, so that none has to wait


class Grading(WorkerPlugin):
    """Keeps one `Worker`, and so one warm process, in each of the cluster's workers.

    It comes to workers that join later too, and ends with the run.
    """

    def __init__(self, job: Job) -> None:
        self.job = job

    def setup(self, worker: object) -> None:
        """Called where the work is done; the first submission starts the warm process."""
        self.lock, self.worker = Lock(), None

    def teardown(self, worker: object) -> None:
        """End the warm process."""
        with self.lock:
            if self.worker is not None:
                self.worker.close()

    def grade(self, submission: Submission) -> Outcome:
        """Grade one submission; one at a time, however many threads the worker has."""
        with self.lock:
            self.worker = self.worker or Worker(self.job)
            return self.worker(submission)

    lock: Lock
    worker: Worker | None


def _grade(submission: Submission) -> Outcome:
    plugin: Grading = get_worker().plugins[NAME]  # type: ignore[assignment]
    return plugin.grade(submission)


def grade_on_cluster(job: Job, submissions: Iterable[Submission], address: str) -> Iterator[Result]:
    """Grade submissions on the cluster of a scheduler; results come as they are ready.

    Submissions are taken one by one. One whose worker is killed is graded by another.
    Raises CourseError when no scheduler answers, a worker has another installation, or a check is
    wrong, and Unprotected when a worker lacks a protection.
    """
    try:
        client: Any = Client(address, timeout="20s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise CourseError(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        client.register_plugin(Grading(job), name=NAME)
        try:
            yield from _results(client, iter(submissions))
        finally:
            client.unregister_worker_plugin(NAME)


def _results(client: Any, waiting: Iterator[Submission]) -> Iterator[Result]:
    doing: dict[str, Submission] = {}
    done = as_completed(loop=client.loop)
    while True:
        room = AHEAD * max(1, sum(client.nthreads().values())) - len(doing)  # workers come and go
        for _, submission in zip(range(room), waiting, strict=False):
            # graded again, even if Dask knows an equal one
            future = client.submit(_grade, submission, pure=False)
            doing[future.key] = submission
            done.add(future)
        if not doing:
            return
        future = next(done)
        yield doing.pop(future.key), _outcome(future)


def _outcome(future: "Future[Outcome]") -> Outcome | str:
    try:
        return future.result()
    except KilledWorker:
        return LOST
    except (CourseError, Unprotected):
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"
