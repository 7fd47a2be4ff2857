"""What crosses between the grader and the student's process: plain data, in frames.

A frame is a JSON header followed by the raw bytes of its arrays.
Nothing in a frame can execute code: there is no pickle, and arrays hold only numbers or booleans.

Plain data are None, bool, int, float, complex, str, tuples, lists, dicts, NumPy arrays and scalars.
Torch tensors cross as arrays.
Subclasses of arrays do not: a matrix multiplies in another way, a masked array hides values.
Every other object stays where it lives and crosses as a `Handle`,
a number that only its owner can resolve.
Functions of the grader's cross as a `Callback`: to call one is to ask the grader.

Both sides use this module.
The receiving side trusts nothing in a frame: lengths, dtypes, shapes and nesting are all checked.
"""

import json
import math
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

FRAME = struct.Struct("<IQ")  # bytes of the header, bytes of the arrays
LIMIT = 256 * 1024**2  # bytes in a frame that are accepted unless told otherwise
HEADER_LIMIT = 4 * 1024**2  # bytes of all that is not in arrays: as objects it takes far more
DEPTH = 32  # levels of nesting
# by their codes; on the way there is one order of bytes
DTYPES = {code: np.dtype(code) for code in (np.dtype(char).str for char in "?bBhHiIlLqQefdFD")}
CODES = {dtype.newbyteorder(">").str: code for code, dtype in DTYPES.items()} | {
    code: code for code in DTYPES
}
AS_THEY_ARE = {type(None), bool, float, str}  # types whose values JSON has


class ProtocolError(Exception):
    """A frame that breaks the rules: too large, cut off, or not plain data."""


@dataclass(frozen=True)
class Handle:
    """An object that stays in the other process.

    `number` finds it there, `kind` is the name of its type, for messages.
    """

    number: int
    kind: str


@dataclass(frozen=True)
class Callback:
    """A function of the grader's that the student's process may call while a request lasts."""

    number: int


@dataclass(frozen=True)
class Tensor:
    """An array that is to arrive in the student's process as a torch tensor."""

    array: np.ndarray


Keep = Callable[[object], Handle]  # makes a handle for an object that is not plain data
Resolve = Callable[[Handle | Callback], object]  # finds the object of a handle
AsTensor = Callable[[np.ndarray], object]  # makes what a tensor arrives as


def _refuse(value: object) -> Handle:
    raise TypeError(f"{type(value).__name__} is not plain data")


def encode(value: object, keep: Keep = _refuse) -> bytes:
    """The frame for `value`; what is not plain data is given to `keep` for a handle.

    Raises TypeError for what is not plain data when there is no `keep`,
    and ValueError for nesting deeper than `DEPTH` or more than `HEADER_LIMIT` outside of arrays.
    """
    arrays: list[memoryview] = []
    header = json.dumps(_encode(value, arrays, keep, DEPTH)).encode()
    if len(header) > HEADER_LIMIT:
        raise ValueError("too many values that are not in an array")
    size = sum(array.nbytes for array in arrays)
    return b"".join([FRAME.pack(len(header), size), header, *arrays])


def _encode(value: object, arrays: list[memoryview], keep: Keep, depth: int) -> object:
    if depth == 0:
        raise ValueError(f"nested deeper than {DEPTH} levels")
    if type(value) in AS_THEY_ARE:
        return value
    match value:
        case None | bool() | str():
            # a subclass of str crosses as its text, without running code of its own
            return value if value is None or isinstance(value, bool) else str.__str__(value)
        case np.generic() | np.ndarray():
            array = np.asarray(value)
            tag = "scalar" if isinstance(value, np.generic) else "array"
            code = CODES.get(array.dtype.str)
            if code is None or (tag == "array" and type(value) is not np.ndarray):
                return _encode_handle(keep(value))
            native = array if array.dtype is DTYPES[code] else array.astype(DTYPES[code])
            arrays.append(np.ascontiguousarray(native).data)
            # how it lies in memory: code may depend on it
            strides = (
                [] if array.flags.c_contiguous else [n // array.itemsize for n in array.strides]
            )
            return {tag: [code, array.shape, strides]}
        case int() if int.bit_length(value) <= 64:  # larger ones stay where they are
            return int.__int__(value)
        case float():
            return float(value)
        case complex():
            return {"complex": [value.real, value.imag]}
        case tuple() | list():
            tag = "tuple" if isinstance(value, tuple) else "list"
            return {tag: [_encode(item, arrays, keep, depth - 1) for item in value]}
        # the short form; other keys make pairs
        case dict() if all(type(key) is str for key in value):
            return {
                "dict": {key: _encode(item, arrays, keep, depth - 1) for key, item in value.items()}
            }
        case dict():
            pairs = [[key, item] for key, item in value.items()]
            return {
                "dict": [
                    [_encode(part, arrays, keep, depth - 1) for part in pair] for pair in pairs
                ]
            }
        case Handle():
            return _encode_handle(value)
        case Callback():
            return {"callback": [value.number]}
        case Tensor():
            return {"tensor": _encode(value.array, arrays, keep, depth - 1)}
    torch = sys.modules.get("torch")  # where nobody has imported it, there are no tensors
    if torch is not None and isinstance(value, torch.Tensor):
        try:
            # numpy() refuses a graph, a device, and what is only marked as conjugate or negative
            array = value.detach().cpu().resolve_conj().resolve_neg().numpy()
        except (TypeError, RuntimeError):  # sparse, bfloat16, without data
            return _encode_handle(keep(value))
        return {"tensor": _encode(array, arrays, keep, depth - 1)}
    return _encode_handle(keep(value))


def _encode_handle(handle: Handle) -> object:
    return {"handle": [handle.number, handle.kind]}


def _no_handles(handle: Handle | Callback) -> object:
    return handle


def _as_array(array: np.ndarray) -> object:
    return array


class _Reader:
    """Walks a header, taking arrays from the payload in the order of the header."""

    def __init__(self, payload: memoryview, resolve: Resolve, as_tensor: AsTensor) -> None:
        self.payload, self.position = payload, 0
        self.resolve, self.as_tensor = resolve, as_tensor

    def read(self, node: object, depth: int) -> object:
        if depth == 0:
            raise ProtocolError(f"nested deeper than {DEPTH} levels")
        kind = type(node)  # JSON makes no subclasses
        if kind in AS_THEY_ARE:
            return node
        if isinstance(node, int):
            if node.bit_length() > 64:
                raise ProtocolError("an integer of more than 64 bits")
            return node
        if not (isinstance(node, dict) and len(node) == 1):
            raise ProtocolError("not plain data")
        [(tag, body)] = node.items()
        if isinstance(body, dict):
            match tag:
                case "dict":
                    return {key: self.read(item, depth - 1) for key, item in body.items()}
                case "tensor":
                    inside = self.read(body, depth - 1)
                    if not isinstance(inside, np.ndarray):
                        raise ProtocolError("a tensor must be an array")
                    return self.as_tensor(inside)
        elif isinstance(body, list):
            match tag:
                case "list":
                    return [self.read(item, depth - 1) for item in body]
                case "tuple":
                    return tuple([self.read(item, depth - 1) for item in body])
                case "array" if [*map(type, body)] == [str, list, list]:
                    code, shape, strides = body
                    return _laid_out(self.take(code, shape), strides)
                case "scalar" if [*map(type, body)] == [str, list, list] and body[1:] == [[], []]:
                    return self.take(body[0], [])[()]
                case "handle" if [*map(type, body)] == [int, str]:
                    return self.resolve(Handle(body[0], body[1][:100]))
                case "callback" if [*map(type, body)] == [int]:
                    return self.resolve(Callback(body[0]))
                case "complex" if len(body) == 2 and {*map(type, body)} <= {int, float}:
                    return complex(*body)
                case "dict":
                    if not all(isinstance(pair, list) and len(pair) == 2 for pair in body):
                        raise ProtocolError("a dict is made of pairs")
                    return {self.read(k, depth - 1): self.read(v, depth - 1) for k, v in body}
        else:
            raise ProtocolError("not plain data")
        raise ProtocolError(f"unknown or malformed {tag!r:.40}")

    def take(self, code: str, shape: list[object]) -> np.ndarray:
        if code not in DTYPES:  # of objects above all, whose bytes would be taken for addresses
            raise ProtocolError(f"arrays of {code:.20} may not cross")
        # True is an int; 16 axes are more than any check has
        sizes = [n for n in shape if type(n) is int and 0 <= n < 2**40]
        if len(shape) > 16 or len(sizes) != len(shape):
            raise ProtocolError("an impossible shape")
        dtype, start = DTYPES[code], self.position
        self.position += math.prod(sizes) * dtype.itemsize
        if self.position > len(self.payload):
            raise ProtocolError("an array is longer than its frame")
        # a copy can be written to, and lets go of the frame
        return np.ndarray(sizes, dtype, self.payload, start).copy()


def _laid_out(array: np.ndarray, strides: list[object]) -> np.ndarray:
    """The same array in memory as one with these strides: the axes in their order and direction.

    Strides are in items; none stand for C order. Where the other had gaps, this has some too. Where
    it repeated one value along an axis, this does, and can be read only.
    """
    if not (strides and array.size):  # an empty one may be of a huge shape
        return array
    steps = [n for n in strides if type(n) is int and -(2**40) < n < 2**40]
    if not len(steps) == len(strides) == array.ndim:
        raise ProtocolError("impossible strides")
    shape, dense = array.shape, 1
    for axis, size in enumerate(shape):
        if steps[axis] == 0 and size > 1:
            array = array.take([0], axis)
    order = sorted(range(array.ndim), key=lambda axis: -abs(steps[axis]))  # outermost first
    turned = tuple(slice(None, None, -1 if steps[axis] < 0 else 1) for axis in order)
    inside = array.transpose(order)[turned]  # as the values follow each other
    for axis in reversed(order):
        if array.shape[axis] > 1:
            if abs(steps[axis]) != dense:
                inside = np.repeat(inside, 2, axis=-1)[..., ::2]
                break
            dense *= array.shape[axis]
    else:
        inside = inside.copy()
    laid_out = inside[turned].transpose(np.argsort(order))
    return laid_out if laid_out.shape == shape else np.broadcast_to(laid_out, shape)


def decode(
    frame: bytes | bytearray, resolve: Resolve = _no_handles, as_tensor: AsTensor = _as_array
) -> object:
    """The value of a frame.

    `resolve` turns handles into objects, `as_tensor` makes tensors (arrays stay arrays without it).
    Raises ProtocolError for anything that is not a well-formed frame, and MemoryError.
    """
    try:
        header_bytes, payload_bytes = FRAME.unpack_from(frame)
        start = FRAME.size + header_bytes
        if header_bytes > HEADER_LIMIT:
            raise ProtocolError("too many values that are not in an array")
        if len(frame) != start + payload_bytes:
            raise ProtocolError("a frame of the wrong length")
        header = json.loads(str(frame[FRAME.size : start], "utf-8"))
        reader = _Reader(memoryview(frame)[start:], resolve, as_tensor)
        value = reader.read(header, DEPTH)
    except ProtocolError:
        raise
    # of json, NumPy and struct: one kind for the caller
    except (ValueError, TypeError, RecursionError, OverflowError, struct.error) as error:
        raise ProtocolError(f"not a frame: {type(error).__name__}") from None
    if reader.position != payload_bytes:
        raise ProtocolError("bytes left over in a frame")
    return value


def joined(frames: Iterable[bytes]) -> np.ndarray:
    """Frames one after the other, as an array that can be in another frame."""
    return np.frombuffer(b"".join(frames), np.uint8)


def split(frames: object) -> Iterator[bytes]:
    """Those in such an array. Raises ProtocolError for what is none."""
    if not (isinstance(frames, np.ndarray) and frames.dtype == np.uint8):
        raise ProtocolError("not an array of frames")
    data, start = frames.tobytes(), 0
    while start < len(data):
        if len(data) < start + FRAME.size:
            raise ProtocolError("a frame is cut off")
        end = start + FRAME.size + sum(FRAME.unpack_from(data, start))
        yield data[start:end]  # `decode` says so if it is cut off
        start = end


def send(sock: socket.socket, frame: bytes) -> None:
    """Send one frame made by `encode`."""
    sock.sendall(frame)


def receive(sock: socket.socket, seconds: float | None = None, limit: int = LIMIT) -> bytearray:
    """The next frame, still encoded.

    Waits `seconds` at most (for ever if None), for the whole of it.
    Raises TimeoutError, EOFError (the other side is gone) or ProtocolError (larger than `limit`).
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    head = _receive(sock, FRAME.size, deadline)
    size = sum(FRAME.unpack(head))
    if size > limit:  # before there is memory for it
        raise ProtocolError(f"a frame of {size} bytes, more than {limit}")
    return head + _receive(sock, size, deadline)


def _receive(sock: socket.socket, size: int, deadline: float | None) -> bytearray:
    data = bytearray(size)
    view, filled = memoryview(data), 0
    while filled < size:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        sock.settimeout(left)  # for the whole frame: a drop now and then gains no time
        try:
            got = sock.recv_into(view[filled:])
        except ConnectionError:
            got = 0
        if got == 0:
            raise EOFError
        filled += got
    return data
