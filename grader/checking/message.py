"""What a student is told: which parts are right, what was wrong first, and the mistake."""

import inspect
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .answers import Implementation, Raised, Result
from .compare import show
from .diagnose import Diagnosis
from .mistakes import catalogue
from .remote import Call, Remote, Student
from .sections import where_to_read

SHOWN_CALLS = 8  # what a message tells of what led to an answer
ELSEWHERE = "The mistake is not here, but"  # how the message on what is right begins


def to_do(results: Sequence[Result], student: Student, section: str) -> str:
    """What an exercise that is not written yet will be asked for."""
    raised = results[0].answers[-1]
    assert isinstance(raised, Raised)
    name, absent, _ = raised.text.partition(" is not defined")
    if absent and (error := student.error_in_cell_of(name)):
        why = [f"Its cell ended in an error: {error}"]
    else:
        why = ["Its cell did not run or ended in an error, or the name is another."]
    return "\n".join(
        (
            f"Not written yet: {raised.text or raised.told}",
            *(why if absent else []),
            "It will be checked for",
            *(f"- {result.part.says}" for result in results),
            "",
            f"Read: {where_to_read(section)}",
        )
    )


def message(
    results: Sequence[Result],
    diagnosis: Diagnosis,
    section: str,
    reference: Implementation,
    local: bool,
) -> str:
    """What is right and what is not, the first wrong answer of each part, and the mistakes.

    With `local` it shows inputs and expected values. The `reference` knows the arguments' names.
    """
    lines: list[str] = []
    told: list[str] = []
    for result in results:
        lines.append(f"{'ok   ' if result.wrong is None else 'WRONG'}  {result.part.says}")
        if result.wrong is None:
            continue
        text = result.wrong.text
        if text in told:
            # one cause, one explanation
            why: Iterable[str] = [f"as above: {text.splitlines()[0]}"]
        else:
            why = _explanation(result, reference, local, numbers=local and not told)
        lines += [f"       {line}" for line in why]
        told.append(text)
    for mistake in diagnosis.ids:
        lines += ["", *catalogue()[mistake].message().splitlines()]
        lines += [diagnosis.details[mistake]] if mistake in diagnosis.details else []
    if not diagnosis.ids and any(result.wrong for result in results):
        lines += ["", f"Read: {where_to_read(section)}"]
    return "\n".join(lines)


def _explanation(
    result: Result, reference: Implementation, local: bool, numbers: bool
) -> Iterator[str]:
    """What was asked when the answer was first wrong, and in what it was wrong.

    With `local` it tells the plain arguments, with `numbers` the arrays too.
    """
    assert result.wrong is not None
    # attributes that are set hold inputs
    asked = [call for call in result.asked if numbers or call.kind != "set"]
    if more := len(asked[:-SHOWN_CALLS]):
        yield f"{more} calls, and then"
    for call in asked[-SHOWN_CALLS:]:
        yield from _told(call, reference, local, numbers)
    names = [*_arguments(result.asked[-1], reference)] if result.wrong.kind == "changed" else []
    if result.wrong.argument < len(names):  # else by its number, as the text has it
        yield f"{names[result.wrong.argument]} was changed"
    else:
        yield from result.wrong.text.splitlines()
    if numbers:
        yield from result.wrong.details()


def _told(call: Call, reference: Implementation, local: bool, numbers: bool) -> Iterator[str]:
    """A call as a message shows it: short arguments in the call, arrays below it."""
    if call.kind == "set":
        yield from show(call.text, call.args[0])
        return
    given = _arguments(call, reference)
    functions = [value for value in given.values() if isinstance(value, Remote)]
    plain = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in given.items()
        if not isinstance(value, Remote)
    }
    short = {name: f"{name}={value!r}" for name, value in plain.items() if _short(value)}
    short = short if local else {}  # the inputs of the secret seed stay secret
    if call.kind == "driver" and functions and functions[0]._text != call.text:
        # how it calls the function is not seen here; one of the same name passes all on
        told = f"{functions[0]._text}(...)"
        yield f"{told} with {', '.join(short.values())}" if short else told
        return
    yield f"{call.text}({', '.join(short.get(name, name) for name in plain)})"
    for name, value in plain.items():
        if numbers and name not in short:
            yield from show(name, value)


def _arguments(call: Call, reference: Implementation) -> dict[str, object]:
    """The arguments of a call by the names that they have in the reference."""
    if call.kind == "driver":
        return call.kwargs
    called: Any = reference
    instance: tuple[None, ...] = ()  # what stands for self: methods are found on their class
    for name in call.text.replace("(...)", "()").split("."):  # as in BatchNorm1d(...).forward
        called = getattr(called, name.removesuffix("()"), None)
        if name.endswith("()") and inspect.isclass(called):
            instance = (None,)
    if instance and call.text.endswith("(...)"):
        called = called.__call__
    try:
        bound = inspect.signature(called).bind(*instance, *call.args, **call.kwargs)
        return dict([*bound.arguments.items()][len(instance) :])  # without self
    except (TypeError, ValueError):  # the reference has no such function, or other arguments
        unnamed = {f"argument {i}": value for i, value in enumerate(call.args, 1)}
        return unnamed | call.kwargs


def lent_told(lent: Sequence[str], status: str) -> str:
    """What a message begins with where functions of earlier exercises are the cause."""
    if not lent:
        return ""
    names = " and ".join(lent)
    where = ELSEWHERE if status == "passed" else "Part of the cause is"
    return (
        f"{where} in {names}: mend what is wrong there first.\n"
        f"With a right {names} in place of yours:\n\n"
    )


def _short(value: object) -> bool:
    """Does a message show this argument in the call?"""
    if isinstance(value, list):
        return len(value) <= 8 and all(isinstance(item, int | float) for item in value)
    return value is None or isinstance(value, bool | int | float)
