"""A student's functions and objects as the checks see them.

A `Student` stands for the student's namespace.
Its attributes behave as if they were local: `bn = student.BatchNorm1d(4); bn(x); bn.running_mean`.
Every access is a request to the process where the objects live, and only plain data come back.
"""

import inspect
import re
import textwrap
import time
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ..sandbox.channel import CLASSES, Channel, StudentGone
from ..sandbox.outputs import printable
from ..sandbox.student.objects import Objects
from ..sandbox.student.protocol import Callback, Handle, decode, encode
from .ahead import Ahead, Done, Foreseen, Question, kind_of_reply
from .borrowed import no_python
from .errors import CourseError, is_ours
from .limit import OutOfTime, limited

# What the student's process may ask of the grader's functions while one request lasts.
CALLS, BYTES = 10_000, 64 * 1024**2
ANSWERS = 128 * 1024**2  # bytes of all answers to one `Student`: a check keeps them to compare


STOPS = (KeyboardInterrupt, OutOfTime)


class Loopback:
    """A channel to a namespace in this process, with the same rules as the one to another."""

    def __init__(self, namespace: MutableMapping[str, Any]) -> None:
        self.objects = Objects(namespace, self._exchange)
        self.serve: Callable[[dict[str, object]], dict[str, object]] | None = None

    def ask(self, request: dict[str, object]) -> dict[str, object]:
        """The reply to one request; it goes through frames, so nothing is shared with them."""
        reply = decode(self.objects.answer(encode(request)))
        assert isinstance(reply, dict)
        error = reply.get("error", {})
        for kind in STOPS:  # whoever stops the cell stops the check
            if error.get("kinds", ())[:1] == [kind.__name__]:
                raise kind(error["traceback"])
        return reply

    def _exchange(self, frame: bytes) -> bytes:
        request = decode(frame)
        assert self.serve is not None
        assert isinstance(request, dict)
        return encode(self.serve(request))


class Timed(Loopback):
    """The same for so many seconds in all; then it raises OutOfTime. See `limited`."""

    def __init__(self, namespace: MutableMapping[str, Any], seconds: float) -> None:
        super().__init__(namespace)
        self._left = seconds

    def ask(self, request: dict[str, object]) -> dict[str, object]:
        """The reply to one request, if there is time for it."""
        start = time.monotonic()
        try:
            with limited(self._left):
                return super().ask(request)
        finally:
            self._left -= time.monotonic() - start


class RemoteError(Exception):
    """An exception that the student's code raised.

    `kinds` are the names of its class and base classes, the class first.
    """

    def __init__(self, kinds: Collection[str], text: str, traceback: str = "") -> None:
        # names of a student's classes: bounded, and printable
        self.kinds = tuple(printable(kind) for kind in list(kinds)[:CLASSES]) or ("Exception",)
        self.text, self.traceback = printable(text), printable(traceback)
        super().__init__(f"{self.kind}: {self.text}" if text else self.kind)

    @property
    def kind(self) -> str:
        """The name of its class."""
        return self.kinds[0]


@dataclass
class Call:
    """One call of the student's: `text` as in `BatchNorm1d(...).forward`, and its arguments.

    `kind` is call, set (an attribute, to the one argument), or driver: a driver of ours, or its
    method, is called; then all arguments are by name.
    `target` is the number of the object that it is a method or attribute of, `made` that of the
    object that it returned; `says` is how a driver is told, see `Student.drive`, and `tensors` that
    arrays become tensors there.
    """

    text: str
    args: tuple[object, ...]
    kwargs: dict[str, object]
    kind: str = "call"
    target: int | None = None
    made: int | None = None
    says: str = ""
    tensors: bool = False


class Remote:
    """One object of the student's."""

    _student: "Student"
    _handle: Handle
    _text: str
    _root: int | None  # the number of the object that a call returned, whose attribute this is

    def __init__(
        self, student: "Student", handle: Handle, text: str, root: int | None = None
    ) -> None:
        # past __setattr__, which asks the student
        vars(self).update(_student=student, _handle=handle, _text=text, _root=root)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # NumPy and Python ask for these: the student may not answer
            raise AttributeError(name)
        return self._student._get(f"{self._text}.{name}", self._handle, name, self._root)

    def __setattr__(self, name: str, value: object) -> None:
        text = f"{self._text}.{name}"
        self._student.calls.append(Call(text, (value,), {}, "set", self._root))
        value = self._student._outgoing(value)
        request = {"op": "set", "target": self._handle, "name": name, "value": value}
        self._student._ask(text, **request)

    def __call__(self, *args: object, **kwargs: object) -> object:
        return self._call(args, kwargs)[0]

    def _call(
        self, args: tuple[object, ...], kwargs: dict[str, object], after: bool = False
    ) -> tuple[object, tuple[object, ...]]:
        """What the call returned and, with `after`, its arguments as the call left them."""
        request = {"op": "call", "target": self._handle, "after": after}
        call = Call(self._text, args, kwargs, target=self._root)
        self._student.calls.append(call)
        return self._student._call(self._text, args, kwargs, request, call)

    def __repr__(self) -> str:
        return printable(self._handle.kind)


class Driven(Remote):
    """An object of a driver class of ours: whatever is asked of it is a method."""

    _driver: type

    def __init__(self, student: "Student", handle: Handle, text: str, driver: type) -> None:
        super().__init__(student, handle, text, handle.number)
        vars(self).update(_driver=driver)

    def __getattr__(self, name: str) -> Callable[..., object]:
        if name.startswith("__"):
            raise AttributeError(name)
        request = {"op": "call", "target": self._handle, "name": name}

        def method(*args: object, **kwargs: object) -> object:
            text = f"{self._text}.{name}"
            signature = _signature(getattr(self._driver, name))
            # without self
            named = dict([*signature.bind(self, *args, **kwargs).arguments.items()][1:])
            says, torch = _docstring(getattr(self._driver, name)), _uses_torch(self._driver)
            call = Call(text, (), named, "driver", self._root, None, says, torch)
            self._student.calls.append(call)
            return self._student._call(text, args, kwargs, request, call)[0]

        return method


class Student:
    """The student's namespace; only `names`, those that the exercises ask for, can be reached.

    Without `names` all can: what is not there is then not written yet.

    `calls` lists what was called since it was last emptied.
    `sources` are the cells that made the namespace, and `failed` those that ended in an error, with
    what it says.

    Functions of ours may be passed as arguments. They stay here: the student's process only gets
    what they return, within `CALLS` and `BYTES`, and only until the call that they were passed to
    returns. What they are called with is the student's, so they must bear anything.
    `lending` puts some in place of the namespace's own functions, under the same rules.
    """

    def __init__(
        self,
        channel: Channel,
        names: Collection[str] | None = None,
        sources: Sequence[str] = (),
        failed: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._channel, self._names = channel, None if names is None else frozenset(names)
        self._sources, self._failed = sources, failed
        self._read = False  # the sources, in this part
        self._globals: dict[str, Remote] = {}
        self.calls: list[Call] = []
        self._lent: dict[int, Callable[..., object]] = {}
        self._lent_ever = 0
        # those in place of the namespace's own, and their names
        self._in_place: dict[int, Callable[..., object]] = {}
        self._lent_names: frozenset[str] = frozenset()
        self._fault: Exception | None = None  # a mistake in one of them
        self._driven: set[Callable[..., object]] = set()  # whose source was sent
        self._answers_left = ANSWERS
        self._next = 0  # the number of the next handle; 0 before the first question
        self._ahead: Ahead | None = None
        self._questions: list[Question] | None = None  # of this part, where they can be foreseen
        self.value = ("", "")  # what was asked for last and is data, and the name of its type
        if isinstance(channel, Loopback):
            channel.serve = self._serve

    def __getattr__(self, name: str) -> object:
        if name.startswith("__") or (self._names is not None and name not in self._names):
            raise AttributeError(
                f"{name} is not a name that this problem set asks for: "
                "no solution cell of its master defines it"
            )
        if name in self._lent_names:
            raise CourseError(f"{name} is asked about, so it cannot be lent too: see `uses`")
        if name not in self._globals:  # a function is asked for once, and then called
            value = self._get(name, None, name, None)
            if not isinstance(value, Remote):
                return value
            self._globals[name] = value
        return self._globals[name]

    @property
    def sources(self) -> Sequence[str]:
        """The cells that made the namespace, in the order in which they ran."""
        self._read = True
        return self._sources

    @property
    def state(self) -> tuple[object, ...]:
        """All that decides, besides its script and the answers, on how a part is asked."""
        driven = sorted(driver.__name__ for driver in self._driven)
        return self._next, tuple(self._globals), tuple(driven), self._lent_names

    def begin(self, foreseen: Sequence[Foreseen]) -> Done | None:
        """Begin a part, and ask ahead what is foreseen of it and of those that come next.

        Returns what comes of it, if that is known.
        """
        before, self._ahead, self._questions = self._ahead, None, None
        self._read = False
        if isinstance(self._channel, Loopback):
            return None  # in this process nothing is gained
        if not foreseen:
            self._questions = []
            return None
        goes_on = before is not None and before.goes_on_with(foreseen[0])
        self._ahead = before if goes_on else Ahead(foreseen, self._exchange)
        assert self._ahead is not None
        if self._fault is not None or (done := self._ahead.done) is None:
            return None
        self._globals = {name: Remote(self, it, name) for name, it in done.found.items()}
        self._driven, self._next = set(done.driven), done.next
        return done

    def end(self, foreseen: Foreseen | None, answers: list[object]) -> Foreseen | None:
        """End a part with these right answers, in plain data; what is foreseen from now on."""
        if foreseen is None:
            return Foreseen(self._questions, self.state) if self._questions else None
        if self._ahead is not None and not self._read:  # or it went by more than the answers
            found = {name: it._handle for name, it in self._globals.items()}
            self._ahead.remember(Done(answers, found, frozenset(self._driven), self._next))
        return foreseen

    @property
    def asked(self) -> list[str]:
        """The names that were asked for, and are there."""
        return list(self._globals)

    def error_in_cell_of(self, name: str) -> str | None:
        """What the error says that ended the cell which should define a name, if one did.

        A cell that is no Python is known by its source, where nobody has kept its error.
        """
        defines = re.compile(rf"^\s*(?:async )?(?:def|class)\s+{name}\b|^{name}\s*=", re.MULTILINE)
        errors = dict(self._failed)
        # a cell that was stopped is not among those that made the namespace
        for source in (*reversed(self.sources), *reversed(errors)):
            if defines.search(source):  # what came before was mended, or is gone
                return no_python(source) or errors.get(source)
        return None

    @contextmanager
    def lending(self, functions: Mapping[str, Callable[..., object]]) -> Iterator[None]:
        """Within it, the namespace has these functions of ours in place of its own.

        Whatever happens, its own are there again afterwards, and ours answer no more.
        """
        first = self._lent_ever + 1
        self._in_place = dict(enumerate(functions.values(), first))
        self._lent_ever += len(functions)
        self._lent_names = frozenset(functions)
        lent = {name: Callback(number) for number, name in enumerate(functions, first)}
        try:
            # of an ordinary process this is no error: of another, whatever comes of it is its own
            with suppress(RemoteError):
                self._ask("the namespace", op="lend", value=lent)
            yield
        finally:
            self._in_place, self._lent_names = {}, frozenset()
            # whoever asks the process next is told that it is gone
            with suppress(StudentGone):
                self._channel.ask({"op": "lend", "value": {}})

    def drive(self, driver: Callable[..., object], *args: object, **kwargs: object) -> object:
        """Call a function of ours in the student's process, or make an object of a class of ours.

        It is sent as source, so it imports what it needs itself, and it holds no expected value:
        the student's process could read it. It is run once: a class keeps its attributes.

        Students know nothing of it. The docstring of a method is what a message says of its call,
        as in "bn = BatchNorm({num_features})": a line with an argument that is None is left out.
        """
        request: dict[str, object] = {"op": "drive", "name": driver.__name__}
        # it knows it from before
        request["source"] = None if driver in self._driven else _source(driver)
        self._driven.add(driver)
        return self._drive(driver, args, kwargs, request)

    def _drive(
        self,
        driver: Callable[..., object],
        args: tuple[object, ...],
        kwargs: dict[str, object],
        request: dict[str, object],
    ) -> object:
        name, named = driver.__name__, _signature(driver).bind(*args, **kwargs).arguments
        theirs = any(isinstance(value, Remote) for value in named.values())
        says = _docstring(vars(driver)["__init__"]) if isinstance(driver, type) else ""
        call = Call(name, (), named, "driver", None, None, says, _uses_torch(driver))
        self.calls.append(call)
        value = self._call(name, args, kwargs, request, call)[0]
        if isinstance(driver, type) and isinstance(value, Remote):
            return Driven(self, value._handle, value._text if theirs else name.lower(), driver)
        return value

    def _call(
        self,
        text: str,
        args: tuple[object, ...],
        kwargs: dict[str, object],
        request: dict[str, object],
        call: Call,
    ) -> tuple[object, tuple[object, ...]]:
        sent = {"args": self._outgoing(args), "kwargs": self._outgoing(kwargs)}
        try:
            reply = self._reply(text, request | sent)
        finally:
            self._lent.clear()  # also when it raised: kept by the student, it answers no more
        after = reply.get("after", ())
        value = self._incoming(reply["value"], f"{text}(...)")
        call.made = value._root if isinstance(value, Remote) else None
        return value, after if isinstance(after, tuple) else ()

    def _get(self, text: str, target: Handle | None, name: str, root: int | None) -> object:
        """An attribute, or a global; what a call of it is about is the object of that number."""
        value = self._reply(text, {"op": "get", "target": target, "name": name})["value"]
        if isinstance(value, Handle):
            self._next = max(self._next, value.number + 1)
            return Remote(self, value, text, root)
        self.value = text, type(value).__name__
        return self._incoming(value, text)

    def _ask(self, text: str, **request: object) -> object:
        return self._incoming(self._reply(text, request)["value"], text)

    def _reply(self, text: str, request: dict[str, object]) -> dict[str, object]:
        if not self._next:
            self._next, request = 1, request | {"anew": True}
        if self._lent:  # under other numbers each time
            self._ahead = self._questions = None
        reply = None
        if self._ahead is not None and self._ahead.as_foreseen:
            reply = self._ahead.reply(encode(request))
        if reply is None:
            reply = self._exchange(request)
        if self._questions is not None:
            self._questions.append(Question(encode(request), kind_of_reply(reply)))
        if self._fault is not None:
            raise self._fault
        self._answers_left -= _weight(reply)
        if self._answers_left < 0:
            text = f"the answers are more than {ANSWERS // 1024**2} MB in all"
            raise RemoteError(["MemoryError"], text)
        error = reply.get("error")  # from the student's process: not believed to be of any form
        if isinstance(error, dict):
            kinds = error.get("kinds")
            kinds = [str(kind) for kind in kinds] if isinstance(kinds, list) else []
            raise RemoteError(kinds, str(error.get("text", "")), str(error.get("traceback", "")))
        if "value" not in reply:
            raise RemoteError(["ProtocolError"], f"no answer to {text}")
        return reply

    def _exchange(self, request: dict[str, object], questions: int = 1) -> dict[str, object]:
        # for each question anew
        self._calls_left, self._bytes_left = questions * CALLS, questions * BYTES
        reply = self._channel.ask(request)
        # the student's code calls a function of ours, perhaps many times
        while "callback" in reply:
            reply = self._channel.ask(self._serve(reply))
        return reply

    def _serve(self, request: dict[str, object]) -> dict[str, object]:
        """The answer to a call of one of our functions."""
        number, args, kwargs = (request.get(key) for key in ("callback", "args", "kwargs"))
        try:
            lent = self._in_place | self._lent
            # or the numbers of other functions are tried
            if not (isinstance(number, int) and number in lent):
                raise RuntimeError("this function can be called only while it is being checked")
            assert isinstance(args, tuple)
            assert isinstance(kwargs, dict)
            self._calls_left -= 1
            self._bytes_left -= _weight([*args, *kwargs.values()])
            if self._calls_left < 0 or self._bytes_left < 0:
                raise RuntimeError("called too often, or with too much data")
            return {"value": lent[number](*args, **kwargs)}
        except Exception as error:
            if is_ours(error, self):
                self._fault = error
            return {"error": {"kind": type(error).__name__, "text": str(error)}}

    def _outgoing(self, value: object) -> object:
        """The student's objects go back as the handles that they came as; functions are lent."""
        match value:
            case Remote():
                return value._handle
            case tuple():
                return tuple(self._outgoing(item) for item in value)
            case list():
                return [self._outgoing(item) for item in value]
            case dict():
                return {key: self._outgoing(item) for key, item in value.items()}
        if callable(value):
            self._lent_ever += 1  # no number twice: an old one cannot mean a new function
            self._lent[self._lent_ever] = value
            return Callback(self._lent_ever)
        return value

    def _incoming(self, value: object, text: str) -> object:
        """Handles become objects that can be used as if they were here."""
        match value:
            case Handle():
                self._next = max(self._next, value.number + 1)
                return Remote(self, value, text, value.number)
            case tuple():
                return tuple(self._incoming(item, text) for item in value)
            case list():
                return [self._incoming(item, text) for item in value]
            case dict():
                return {key: self._incoming(item, text) for key, item in value.items()}
        return value


def _weight(value: object) -> int:
    """About how many bytes plain data take, or the array that NumPy would make of them, if more.

    It gives each text in a list the room of the longest.
    """
    match value:
        case np.ndarray() | np.generic():
            return value.nbytes + 100
        case str():
            return 4 * len(value) + 50
        case tuple() | list():
            return 60 + len(value) * (8 + max(map(_weight, value), default=0))
        case dict():
            return 200 + sum(100 + _weight(key) + _weight(item) for key, item in value.items())
    return 32


@cache
def _signature(driver: Callable[..., object]) -> inspect.Signature:
    return inspect.signature(driver)


@cache
def _uses_torch(driver: Callable[..., object]) -> bool:
    return "import torch" in _source(driver)


@cache
def _docstring(function: Callable[..., object]) -> str:
    return inspect.cleandoc(function.__doc__ or "")


@cache
def _source(driver: Callable[..., object]) -> str:
    return textwrap.dedent(inspect.getsource(driver))


class StandIn(Student):
    """An implementation of ours in a student's place, to be graded as a student's is."""

    def __init__(self, implementation: object) -> None:
        super().__init__(Loopback(vars(implementation)))

    def drive(self, driver: Callable[..., object], *args: object, **kwargs: object) -> object:
        """The answer of the implementation's function of that name, where it has one."""
        try:
            model: Any = getattr(self, driver.__name__)
        except RemoteError:
            return super().drive(driver, *args, **kwargs)
        return self._drive(driver, args, kwargs, {"op": "call", "target": model._handle})


def drive(implementation: Any, driver: Callable[..., object], *args: object) -> object:
    """`driver(*args)` where the implementation lives: the student's, in the student's process.

    An implementation of ours may have a function of the driver's name, which then answers for it:
    a model in NumPy of what needs torch, for one.
    """
    if isinstance(implementation, Student):
        return implementation.drive(driver, *args)
    return getattr(implementation, driver.__name__, driver)(*args)


class Arguments(tuple[object, ...]):
    """The arguments of a call as it left them: an answer to whether it changed them."""


def arguments_after(call: Callable[..., object], *args: object) -> Arguments:
    """The arguments as `call(*args)` leaves them, so that a check can ask whether it changed them.

    `args` themselves are never changed.
    """
    if isinstance(call, Remote):
        return Arguments(map(_plain, call._call(args, {}, after=True)[1]))
    # the check's own are compared with, and used again
    copies = tuple(arg.copy() if isinstance(arg, np.ndarray) else arg for arg in args)
    call(*copies)
    return Arguments(map(_plain, copies))


def _plain(argument: object) -> object:
    """The argument; None in the place of a function, which cannot be compared."""
    return None if callable(argument) or isinstance(argument, Handle) else argument


def raises(kind: type[Exception], call: Callable[..., object], *args: object) -> bool:
    """Does `call(*args)` raise `kind`, or a class derived from it?

    What is not written has no answer: its NotImplementedError goes on.
    """
    try:
        call(*args)
    except RemoteError as error:
        if error.kind == "NotImplementedError":
            raise
        return kind.__name__ in error.kinds
    except Exception as error:
        if is_ours(error, call):
            raise
        return isinstance(error, kind)
    return False
