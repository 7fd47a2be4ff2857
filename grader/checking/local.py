"""Checks in a student's own notebook, with a public seed."""

import sys
from collections.abc import MutableMapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from . import here, session
from .answers import place
from .borrowed import unseeded, use_of
from .check import Check, Verdict
from .errors import CourseError
from .limit import OutOfTime
from .load import problem_sets
from .message import Message
from .mistakes import OURS, further
from .remote import Student, Timed

PUBLIC_SEED = 0  # the grader draws other inputs, from a seed that is not public
POINTS = 100.0
SECONDS = 60.0  # for the student's code, in one check
OFFERED = 3  # failures after which one step further is offered
FRAMEWORKS = ("torch", "tensorflow", "keras", "jax")
NOT_YOURS = """\
The check cannot be made. That is a mistake in the course, and none of yours: tell your instructor
what is written here, and go on with the next exercise."""
UNSEEN = "What your code printed or showed for these inputs is left out: call it to see that."
UNSEEDED = (
    "It draws random numbers without a seed ({}), so it is graded with others than here. "
    "With rng = np.random.default_rng(0) they are always the same."
)
OUTDATED = """\
The last cell that defines {} ended in an error{}
What is in memory is from before. Mend that cell, run it, and check again."""
NOT_THERE = "{} uses {}, which is not there when it is graded: then it has no points."
NOTHING_FURTHER = "There is no step further here: read the section above."


class CheckFailed(AssertionError):
    """A check that did not pass in full; its text is the check's message.

    `html` is the same for notebooks, and `further`, in Markdown, comes below it.
    """

    def __init__(self, text: str, html: str = "", further: str = "") -> None:
        super().__init__("\n\n".join(filter(None, [text, further])))
        self.text, self.html, self.further = text, html, further
        self._shown = False

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the message alone, for the traceback is the grader's.

        It asks twice, for the notebook and for whoever runs it.
        """
        if not self.html:
            return str(self).splitlines()
        if not self._shown:
            here.show(self.text, self.html)
            if self.further:
                here.show(self.further, kind="text/markdown")
        self._shown = True
        return self.text.splitlines()[:1]


class Interrupted(KeyboardInterrupt):
    """A check that was stopped by hand, and in which line of the student's code."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


def check(
    id: str | None = None,
    namespace: MutableMapping[str, Any] | None = None,
    package: str = OURS,
    *,
    more: bool = False,
    seconds: float | None = None,
) -> None:
    """Check one exercise of the notebook and print what passed; without an id, list the exercises.

    `namespace` is the notebook's own unless it is given. With `more`, a mistake is explained one
    step further. When its code has taken so many `seconds`, 60 in most sets, the check is stopped,
    where the system can do that.
    Raises CheckFailed with what failed, why, and what to read; LookupError for an unknown check;
    CourseError for a mistake that is the course's own.
    """
    try:
        if id is None:
            print(session.overview(package))
            return
        verdict = _checked(session.find(id, package), namespace, package, seconds)
    except CourseError as error:
        raise CourseError(f"{NOT_YOURS}\n\n{error}") from None
    except KeyboardInterrupt as stopped:
        where = place(str(stopped))
        raise Interrupted("\n".join(filter(None, [f"{id}: stopped by hand", where]))) from None
    failures = session.note(verdict)
    steps = [further()[mistake] for mistake in verdict.diagnosis if mistake in further()]
    told = verdict.told
    assert told is not None
    if failures >= OFFERED and steps and not more:
        told = replace(told, offer=f'One step further: check("{id}", more=True)')
    book = here.book(problem_sets(package))
    text = report(replace(verdict, message=told.text(book)))
    if verdict.status != "passed":
        html = told.html(title(verdict), book)
        raise CheckFailed(text, html, "\n\n".join(steps) or NOTHING_FURTHER if more else "")
    print(text)


def _checked(
    found: Check, namespace: MutableMapping[str, Any] | None, package: str, seconds: float | None
) -> Verdict:
    """The verdict, with what there is to say of a student's own notebook."""
    names = _notebook() if namespace is None else namespace
    sources = tuple(names.get("In", ()))  # IPython's list of cells
    seconds = seconds or float(_of_set(found, package, "SECONDS", SECONDS))
    student = Student(Timed(names, seconds), sources=sources)
    try:
        # what the student's code prints or plots, for each input, would bury the message
        with here.unseen() as anything:
            verdict = found.grade(student, POINTS, PUBLIC_SEED, local=True)
    except OutOfTime as late:
        return _none(
            found,
            "timeout",
            f"It took more than {seconds:g} s, and was stopped.",
            *place(str(late)).splitlines(),
            f'Where it needs longer: check("{found.id}", seconds={2 * seconds:g})',
        )
    notice = []
    for name in student.asked:
        if error := here.outdated(sources, name, names.get(name)):
            return _none(found, "error", *OUTDATED.format(name, error).splitlines())
        if use := use_of(sources, name, _not_there(found, package)):
            return _none(found, "failed", NOT_THERE.format(name, use))
        if call := unseeded(sources, name):
            notice.append(UNSEEDED.format(call))
    assert verdict.told is not None
    told = replace(verdict.told, notice=(*verdict.told.notice, *notice))
    return replace(verdict, told=replace(told, notes=(UNSEEN,)) if anything() else told)


def _none(found: Check, status: str, *notice: str) -> Verdict:
    """The verdict on what cannot have points, whatever it answers."""
    told = Message(notice=notice, read=found.section)
    return Verdict(found.id, 0.0, POINTS, status, told.text(), told=told)


def _not_there(found: Check, package: str) -> tuple[str, ...]:
    """The modules that the process of a graded submission does not have."""
    if package != OURS:
        return ()
    may = _of_set(found, package, "FRAMEWORKS", ())
    return ("grader.reference", *(name for name in FRAMEWORKS if name not in may))


def _of_set(found: Check, package: str, name: str, otherwise: Any) -> Any:
    """What the problem set of a check says of itself, where it is one of ours."""
    if package != OURS:
        return otherwise
    return getattr(import_module(found.module.rpartition(".")[0]), name, otherwise)


def report(verdict: Verdict) -> str:
    """The verdict as a student reads it in the notebook."""
    return f"{title(verdict)}\n{verdict.message}"


def title(verdict: Verdict) -> str:
    """The first line of it."""
    share = f"{verdict.points / verdict.max_points:.0%} of the points"
    return f"{verdict.id}: {verdict.status}, {share}"


def _notebook() -> MutableMapping[str, Any]:
    """The names of the notebook, or script, that runs."""
    return vars(sys.modules["__main__"])
