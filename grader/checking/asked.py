"""What a check asked, as code that a student can paste; what has no such code, in words."""

import inspect
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from .answers import Implementation
from .literals import is_short, literal
from .remote import Call, Remote

MOST = 30  # calls that are told, besides those that make the objects

Lines = tuple[str, ...]


def asked(calls: Sequence[Call], reference: Implementation, local: bool) -> tuple[Lines, Lines]:
    """All that led to an answer, and the last call of it alone.

    With `local` it tells values, else only the names of arguments: inputs stay secret.
    The `reference` knows these names.
    """
    used = {call.target for call in calls} - {None}
    told = [call for call in calls if local or call.kind != "set"]  # what is set is an input
    made = [call for call in told[:-MOST] if call.made in used]
    writer = _Writer(reference, local, used)
    lines: list[str] = []
    last: list[str] = []
    for call in [*made, *told[-MOST:]]:
        if written := writer.write(call):
            last = written
            lines += [*writer.given, *written]
    if more := len(told) - len(made) - MOST:
        lines[len(made) : len(made)] = [f"# {more} calls more, and then"] if more > 0 else []
    return tuple(lines), tuple(last)


class _Writer:
    """Writes calls one after the other; `given` are the lines that its arguments need before."""

    def __init__(self, reference: Implementation, local: bool, used: set[int | None]) -> None:
        self.reference, self.local, self.used = reference, local, used
        self.objects: dict[int, str] = {}  # their names
        self.values: dict[str, str] = {}  # those that names have
        self.given: list[str] = []

    def write(self, call: Call) -> list[str]:
        """The lines of a call; none for what only the check itself makes use of."""
        self.given = []
        if call.kind == "set":
            return [f"{self._called(call)} = {literal(call.args[0])}"]
        given = arguments(call, self.reference)
        functions = [name for value in given.values() if (name := _function(value))]
        if call.says and not (call.made is None and functions and functions[0] != call.text):
            return self._in_its_words(call, given)
        plain = {name: value for name, value in given.items() if not isinstance(value, Remote)}
        if call.kind == "driver":
            if functions and functions[0] != call.text:
                # how it calls the function is not seen here; one of the same name passes all on
                return [f"{functions[0]}(...){self._with(plain)}"]
            if not functions and call.made is not None:
                return []
        line = f"{self._called(call)}({', '.join(self._arguments(call, plain))})"
        if call.made is not None and call.made in self.used:
            self.objects[call.made] = name = self._new_name(call.text)
            line = f"{name} = {line}"
        return [line]

    def _called(self, call: Call) -> str:
        """What is called or set, by the name of its object."""
        known = self.objects.get(call.target) if call.target is not None else None
        return f"{known}{call.text.rpartition('(...)')[2]}" if known else call.text

    def _new_name(self, text: str) -> str:
        """A name for an object of a class: bn for a BatchNorm1d, bn2 for another one."""
        initials = "".join(filter(str.isupper, text)).lower() or "made"
        number = sum(name.startswith(initials) for name in self.objects.values()) + 1
        return initials + (str(number) if number > 1 else "")

    def _arguments(self, call: Call, plain: dict[str, object]) -> list[str]:
        texts: list[str] = []
        named = False  # from the first number on: what it is says its name
        for place, (name, value) in enumerate(plain.items()):
            text = self._value(name, value, call.tensors)
            by_place = place < len(call.args) or call.kind == "driver"
            number = value is None or isinstance(value, bool | int | float | np.generic)
            named = named or number or not by_place
            plainly = not self.local or not named or not name.isidentifier()
            texts.append(text if plainly else f"{name}={text}")
        return texts

    def _value(self, name: str, value: object, tensors: bool) -> str:
        """A short value itself; of another one the name, which is given the value before."""
        if not self.local:
            return name
        if is_short(value):
            return literal(value, tensors)
        if callable(value):
            text = repr(value)
            line = f"{name} = {text}" if text.startswith("lambda ") else f"# {name}: {text}"
        else:
            line = f"{name} = {literal(value, tensors)}"
        if self.values.get(name) != line:
            self.values[name] = line
            self.given.append(line)
        return name

    def _in_its_words(self, call: Call, given: dict[str, object]) -> list[str]:
        lines, told = [], set()
        for line in call.says.splitlines():
            # options as they are written in a call
            line = re.sub(r", \*\*\{(\w+)\}", lambda found: _options(given[found[1]]), line)
            names = re.findall(r"\{(\w+)\}", line)
            if all(given.get(name) is not None for name in names):
                told |= set(names)
                texts = {name: self._value(name, given[name], call.tensors) for name in names}
                lines.append(line.format_map(texts))
        rest = {
            name: value
            for name, value in given.items()
            if name not in told and not isinstance(value, Remote)
        }
        lines[-1:] = [f"{line}{self._with(rest)}" for line in lines[-1:]]
        return lines

    def _with(self, plain: dict[str, object]) -> str:
        """The short arguments of what is told in words."""
        said = {k: v for k, v in plain.items() if not (v is False or v is None or _is_empty(v))}
        said = {k: v for k, v in said.items() if not isinstance(v, str)}
        short = [f"{name}={literal(value)}" for name, value in said.items() if is_short(value)]
        return f" with {', '.join(short)}" if short and self.local else ""


def _options(given: object) -> str:
    assert isinstance(given, dict)
    return "".join(f", {name}={value!r}" for name, value in given.items())


def _function(value: object) -> str:
    """The name of a student's function; a model of ours is given the name alone."""
    return value._text if isinstance(value, Remote) else value if isinstance(value, str) else ""


def _is_empty(value: object) -> bool:
    return isinstance(value, list | tuple | dict) and not value


def arguments(call: Call, reference: Implementation) -> dict[str, object]:
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
