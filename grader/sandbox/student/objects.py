"""Answers the grader's requests about a student's objects.

The same code answers in the sandboxed process (requests come over a socket)
and in a notebook (requests come from `check` in the same process).
"""

import __future__

import builtins
import sys
import traceback
from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

import numpy as np

from .protocol import Callback, Handle, decode, encode, joined, split

SEVERAL = 1024**2  # bytes of the replies to several requests, from which on no more are answered

Exchange = Callable[[bytes], bytes | bytearray]  # sends a frame to the grader, returns its answer


def _nobody(frame: bytes) -> bytes:
    raise RuntimeError("there is no grader to ask")


class Objects:
    """A student's namespace, and the objects in it that the grader holds handles of.

    A request is a dict with an "op":

    - get: the attribute `name` of `target`, or the global `name` where `target` is None
    - set: the same, set to `value`
    - call: `target(*args, **kwargs)`, or its method `name`; with `after`, the arguments as the call
      left them come back
    - drive: call the function or class `name` that `source` defines, or defined when it last came
    - several: the requests whose frames are in `frames`, one after the other, as long as each is
      answered by a value of the kind in `kinds`; the value is the replies' frames, and an error is
      the reply's own
    - lend: the globals in `value`, by name, take the place of the namespace's own; those that the
      last such request put aside come back first

    With `anew`, handles are numbered from the first again; the objects of the old ones stay alive.

    A reply has a "value", or an "error" with the names of the exception's classes, its text and
    its traceback.

    Functions of the grader's that are among the arguments can be called while the request lasts,
    and those that are lent while any does, until they are taken back.
    Such a call goes out by `exchange`, as {"callback": number, "args": ..., "kwargs": ...}, and
    comes back as a dict with a "value", or an "error" with "kind" and "text".
    """

    def __init__(
        self,
        namespace: MutableMapping[str, Any],
        exchange: Exchange = _nobody,
        own: Sequence[object] = (),
    ) -> None:
        self.namespace, self.exchange = namespace, exchange
        self.own = dict(enumerate(own))  # the grader's, whose handles are always good
        self.kept = self.own.copy()
        self.before: list[object] = []
        self.drivers: dict[str, tuple[str, Any]] = {}  # by name: the source, and what it defines
        self.aside: dict[str, list[Any]] = {}  # by name: what was there, in a list, if anything

    def keep(self, value: object) -> Handle:
        """A handle for an object that stays here."""
        number = len(self.kept)
        self.kept[number] = value
        kind = type(value).__name__
        if type(value) is np.ndarray:  # of what does not cross
            kind += f" of {value.dtype.name}"
        return Handle(number, kind)

    def resolve(self, handle: Handle | Callback) -> object:
        """The object that a handle stands for."""
        if isinstance(handle, Callback):
            return self._asks(handle)
        return self.kept[handle.number]

    def _asks(self, callback: Callback) -> Callable[..., object]:
        def function(*args: object, **kwargs: object) -> object:
            request = {"callback": callback.number, "args": args, "kwargs": kwargs}
            reply = decode(self.exchange(encode(request)))
            assert isinstance(reply, dict)
            if "error" in reply:
                # classes of ours are not here
                kind = getattr(builtins, reply["error"]["kind"], RuntimeError)
                raise kind(reply["error"]["text"])
            return reply["value"]

        return function

    def answer(self, frame: bytes | bytearray) -> bytes:
        """The reply's frame to a request's frame; whatever goes wrong is in the reply."""
        try:
            request = decode(frame, self.resolve, _as_tensor)
            assert isinstance(request, dict)
            return encode(self._do(request), self.keep)
        except BaseException as error:  # SystemExit too: no code of the student's ends this loop
            return encode({"error": _describe(error)})

    def _do(self, request: dict[str, object]) -> dict[str, object]:
        if request.get("anew"):
            self.before.append(self.kept)
            self.kept = self.own.copy()
        target, name = request.get("target"), request.get("name")
        match request["op"]:
            case "get" if target is None:
                if name not in self.namespace:
                    # as a stub: it is not written
                    raise NotImplementedError(f"{name} is not defined")
                return {"value": self.namespace[str(name)]}
            case "get":
                return {"value": getattr(target, str(name))}
            case "set":
                setattr(target, str(name), request["value"])
                return {"value": None}
            case "call":
                return self._call(target if name is None else getattr(target, str(name)), request)
            case "drive":
                return self._call(self._driver(str(name), request["source"]), request)
            case "several":
                return self._several(request["frames"], request["kinds"])
            case "lend":
                self._lend(request["value"])
                return {"value": None}
        raise ValueError(f"unknown request {request['op']!r}")

    def _several(self, frames: Any, kinds: Any) -> dict[str, object]:
        replies = list[bytes]()
        left = SEVERAL
        for frame, kind in zip(split(frames), kinds, strict=True):
            try:
                request: Any = decode(frame, self.resolve, _as_tensor)
                answer = self._do(request)
                foreseen = kind_of(answer["value"]) == kind
                replies.append(encode(answer, self.keep))
                del request, answer  # they may be large, and are in the reply
            except BaseException as error:
                return {"value": joined(replies), "error": _describe(error)}
            left -= len(replies[-1])
            if left < 0 or not foreseen:
                break
        return {"value": joined(replies)}

    def _lend(self, lent: object) -> None:
        """Interrupted at any line, the next such request still puts everything back."""
        assert isinstance(lent, dict)
        for name, own in self.aside.items():
            self.namespace.pop(name, None)  # also what the student's code has put there since
            self.namespace.update((name, value) for value in own)
        space = self.namespace
        self.aside = {name: [space[name]] if name in space else [] for name in lent}
        space.update(lent)

    def _driver(self, name: str, source: object) -> Any:
        """A class that has come before is the same one, with what it holds."""
        if isinstance(source, str) and self.drivers.get(name, ("",))[0] != source:
            scope: dict[str, Any] = {"__name__": "driver"}
            lazy = __future__.annotations.compiler_flag  # the names in annotations are not there
            exec(compile(source, "<driver>", "exec", lazy), scope)
            self.drivers[name] = source, scope[name]
        return self.drivers[name][1]

    def _call(self, target: object, request: dict[str, object]) -> dict[str, object]:
        args, kwargs = request["args"], request["kwargs"]
        assert isinstance(args, tuple)
        assert isinstance(kwargs, dict)
        if not callable(target):
            raise TypeError(f"a {type(target).__name__} cannot be called")
        value = target(*args, **kwargs)
        return {"value": value, "after": args} if request.get("after") else {"value": value}


def kind_of(value: object) -> str:
    """What the questions that follow may depend on: the type of an answer, and how many it has.

    It is the same on both sides: of what stays here there is a handle there.
    """
    match value:
        case Handle():
            return value.kind
        case np.generic() | int() | float():
            return "number"
        case tuple() | list():
            return f"{len(value)} values"
    name = type(value).__name__
    return "ndarray" if name in ("Tensor", "Parameter") else name


def _as_tensor(array: np.ndarray) -> object:
    return sys.modules["torch"].from_numpy(array)


def _describe(error: BaseException) -> dict[str, object]:
    """The exception as plain data, whatever the student's exception class does."""
    # past metaclasses, which may say anything
    kinds = [type.__dict__["__name__"].__get__(kind) for kind in type.mro(type(error))]
    return {
        "kinds": [str.__str__(kind) for kind in kinds],
        "text": _text(lambda: str(error)),
        "traceback": _text(lambda: "".join(traceback.format_exception(error))),
    }


def _text(make: Callable[[], str]) -> str:
    try:
        return str.__str__(make())[:10_000]  # plain, also where it is a subclass
    except BaseException:
        return "(its text could not be made)"
