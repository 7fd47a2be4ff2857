"""The frames between the grader and a student's process."""

import json
import math
import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.sandbox.student import protocol
from grader.sandbox.student.protocol import (
    DEPTH,
    DTYPES,
    FRAME,
    Callback,
    Handle,
    ProtocolError,
    Tensor,
    decode,
    encode,
    receive,
    send,
)

dtypes = st.sampled_from(sorted(DTYPES)).map(np.dtype)
all_arrays = dtypes.flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_dims=4, min_side=0))
)
scalars = all_arrays.filter(lambda array: array.size > 0).map(lambda array: array.reshape(-1)[0])
whole = st.integers(-(2**63), 2**63)
keys = st.none() | st.booleans() | whole | st.floats(allow_nan=False) | st.text()
plain = st.recursive(
    keys | st.floats() | st.complex_numbers() | all_arrays | scalars,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(keys | st.tuples(keys), inner)
    ),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    """Are these equal in type, dtype, shape and every value, NaN included?"""
    if type(one) is not type(other):
        return False
    match one:
        case np.ndarray() | np.generic():
            if one.dtype != other.dtype or one.shape != other.shape:
                return False
            return np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
        case list() | tuple():
            return len(one) == len(other) and all(map(same, one, other))
        case dict():
            return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
        case float():
            return one == other or (math.isnan(one) and math.isnan(other))
        case complex():
            return same(one.real, other.real) and same(one.imag, other.imag)
    return bool(one == other)


def frame(header: object, payload: bytes = b"") -> bytes:
    """A frame with any header, JSON or the bytes themselves."""
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    return FRAME.pack(len(head), len(payload)) + head + payload


@given(plain)
def test_plain_data_come_back(value: object) -> None:
    """Is what arrives what was sent, in type, dtype, shape and every value?"""
    assert same(decode(encode(value)), value)


@pytest.mark.parametrize("dtype", sorted(DTYPES))
def test_special_values_come_back(dtype: str) -> None:
    """Do extreme values of each dtype arrive, in arrays and alone?"""
    kind = np.dtype(dtype).kind
    if kind == "b":
        values = np.array([True, False])
    elif kind in "iu":
        values = np.array([np.iinfo(dtype).min, np.iinfo(dtype).max], dtype)
    else:
        info = np.finfo(dtype)
        values = np.array([info.max, info.tiny, -0.0, np.nan, np.inf, -np.inf], dtype)
    assert same(decode(encode([values, *values])), [values, *values])


def test_other_byte_order_arrives_as_native() -> None:
    """Does a big-endian array arrive with the same values?"""
    big = np.arange(5, dtype=">f4")
    assert same(decode(encode(big)), np.arange(5, dtype="<f4"))


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4)[:, ::2],
        np.arange(12.0).reshape(3, 4)[::-1],
        np.arange(12.0).reshape(3, 4).T,
        np.broadcast_to(np.arange(3.0), (2, 3)),
        np.arange(6)[::3],
    ],
)
def test_not_contiguous_stays_so(array: np.ndarray) -> None:
    """Does an array with gaps, or in another order, not arrive as a contiguous one?"""
    got = decode(encode(array))
    assert isinstance(got, np.ndarray)
    assert same(got, array)
    assert not got.flags.c_contiguous


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(24.0).reshape(2, 3, 4).transpose(1, 2, 0),
        np.arange(6.0).reshape(2, 3)[::-1, ::-1],
        np.arange(24.0).reshape(2, 3, 4)[:, ::-1].transpose(2, 0, 1),
        np.broadcast_to(np.arange(3.0), (2, 3)),
    ],
)
def test_memory_is_laid_out_as_it_was(array: np.ndarray) -> None:
    """Does an array without gaps arrive with the same strides, and as writable as it was?"""
    got = decode(encode(array))
    assert isinstance(got, np.ndarray)
    assert same(got, array)
    assert (got.strides, got.flags.writeable) == (array.strides, array.flags.writeable)


def test_arrays_are_copies() -> None:
    """Can the receiver write into what arrived, without changing what was sent?"""
    array = np.zeros(3)
    got = decode(encode(array))
    assert isinstance(got, np.ndarray)
    got += 1
    assert array.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "value",
    [
        object(),
        print,
        np.zeros(2).__class__,
        {1, 2},
        range(3),
        b"bytes",
        iter([1]),
        np.array([print], dtype=object),
        np.array(["text"]),
        np.array(["2020-01-01"], dtype="M8[D]"),
        np.zeros(2, dtype=[("a", "f4")]),
        np.zeros(2, dtype=np.longdouble),
        np.zeros((1, 1)).view(np.matrix),
        np.ma.masked_greater([1.0, 2.0], 1.0),
        np.zeros(2).view(np.recarray),
        2**65,
    ],
)
def test_other_objects_stay(value: object) -> None:
    """Does what is not plain data stay where it is, and cross as a handle?"""
    kept: list[object] = []

    def keep(value: object) -> Handle:
        kept.append(value)
        return Handle(7, type(value).__name__)

    assert decode(encode({"value": value}, keep)) == {"value": Handle(7, type(value).__name__)}
    assert len(kept) == 1
    assert kept[0] is value
    with pytest.raises(TypeError, match=f"{type(value).__name__} is not plain data"):
        encode(value)


def test_handles_find_their_objects() -> None:
    """Does the receiver get the objects and functions that the handles stand for?"""
    found = {3: "layer", 4: "function"}
    frame = encode([Handle(3, "Layer"), Callback(4)])
    assert decode(frame, lambda handle: found[handle.number]) == ["layer", "function"]


def test_tensors_arrive_as_the_receiver_makes_them() -> None:
    """Is a tensor an array on the way, and whatever the receiver makes of it then?"""
    frame = encode(Tensor(np.arange(3.0)))
    assert same(decode(frame), np.arange(3.0))
    assert decode(frame, as_tensor=lambda array: ("tensor", array.sum())) == ("tensor", 3.0)


def test_torch_tensors_cross_as_arrays() -> None:
    """Do tensors cross with their values, and those that no array can hold as handles?"""
    import torch

    parameter = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    assert same(decode(encode(parameter)), np.array([1, 2], np.float32))
    assert same(decode(encode(torch.tensor(3))), np.array(3))
    turned = torch.tensor([1 + 2j]).conj()
    assert same(decode(encode(turned)), np.array([1 - 2j], np.complex64))
    for value in (torch.zeros(2, dtype=torch.bfloat16), torch.eye(2).to_sparse()):
        assert decode(encode(value, lambda _: Handle(1, "Tensor"))) == Handle(1, "Tensor")


def nested(levels: int, wrap: Any) -> Any:
    value: Any = 1
    for _ in range(levels - 1):
        value = wrap(value)
    return value


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: (v,), lambda v: {"a": v}])
def test_nesting_is_bounded(wrap: Any) -> None:
    """Does everything that can be sent arrive, and is deeper nesting refused by the sender?"""
    value = nested(DEPTH, wrap)
    assert decode(encode(value)) == value
    with pytest.raises(ValueError, match="nested deeper than 32 levels"):
        encode(nested(DEPTH + 1, wrap))


def test_endless_nesting_is_refused() -> None:
    """Is a list that contains itself refused?"""
    value: list[object] = []
    value.append(value)
    with pytest.raises(ValueError, match="nested deeper than 32 levels"):
        encode(value)


def test_header_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Are too many objects outside of arrays refused, by the sender and by the receiver?"""
    monkeypatch.setattr(protocol, "HEADER_LIMIT", 1_000)
    assert decode(encode(np.zeros(1_000))) is not None
    many = [0] * 1_000
    with pytest.raises(ValueError, match="too many values that are not in an array"):
        encode(many)
    with pytest.raises(ProtocolError, match="too many values that are not in an array"):
        decode(frame({"list": many}))


DATA = np.arange(3.0).tobytes()

MALFORMED = {
    "empty": b"",
    "cut in the lengths": b"\0" * (FRAME.size - 1),
    "cut in the header": encode([1, 2, 3])[:-3],
    "cut in an array": encode(np.arange(3.0))[:-1],
    "bytes after the end": encode(1) + b"\0",
    "header longer than the frame": FRAME.pack(2**31, 0) + b"1",
    "payload longer than the frame": FRAME.pack(1, 2**63) + b"1",
    "lengths that add up to less": FRAME.pack(1, 0) + b"12",
    "payload that no array takes": frame(1, b"12345678"),
    "header is no JSON": frame(b"hello"),
    "header is no text": frame(b"\xff\xfe\xfd"),
    "header is empty": frame(b""),
    "two values": frame(b"1 2"),
    "deep JSON": frame(b"[" * 100_000),
    "a number of too many digits": frame(b"9" * 5_000),
    "bare list": frame([1, 2]),
    "bare dict": frame({"a": 1, "b": 2}),
    "empty dict": frame({}),
    "unknown tag": frame({"pickle": ["gASVAAAA"]}),
    "tag of another case": frame({"List": []}),
    "list of a number": frame({"list": 3}),
    "tuple of a dict": frame({"tuple": {"list": []}}),
    "dict of single items": frame({"dict": [[1], [2]]}),
    "dict of triples": frame({"dict": [[1, 2, 3]]}),
    "dict of no pairs": frame({"dict": [1, 2]}),
    "dict of text": frame({"dict": ["ab"]}),
    "dict of dicts": frame({"dict": [{"a": 1, "b": 2}]}),
    "dict with a list as key": frame({"dict": [[{"list": []}, 1]]}),
    "dict with an array as key": frame({"dict": [[{"array": ["<f8", [3], []]}, 1]]}, DATA),
    "object array": frame({"array": ["|O", [3], []]}, DATA),
    "text array": frame({"array": ["<U1", [3], []]}, DATA),
    "void array": frame({"array": ["|V8", [3], []]}, DATA),
    "date array": frame({"array": ["<M8[s]", [3], []]}, DATA),
    "long double array": frame({"array": ["<f16", [1], []]}, DATA),
    "structured array": frame({"array": ["f8,f8", [1], []]}, DATA),
    "big-endian array": frame({"array": [">f8", [3], []]}, DATA),
    "dtype of no string": frame({"array": [8, [3], []]}, DATA),
    "array without a shape": frame({"array": ["<f8"]}, DATA),
    "array with more than is asked": frame({"array": ["<f8", [3], [], 1]}, DATA),
    "strides in no list": frame({"array": ["<f8", [3], True]}, DATA),
    "strides of an axis too many": frame({"array": ["<f8", [3], [1, 1]]}, DATA),
    "strides of floats": frame({"array": ["<f8", [3], [2.0]]}, DATA),
    "strides beyond 64 bits": frame({"array": ["<f8", [3], [2**70]]}, DATA),
    "shape of floats": frame({"array": ["<f8", [3.0], []]}, DATA),
    "shape of booleans": frame({"array": ["<f8", [True], []]}, DATA[:8]),
    "shape of text": frame({"array": ["<f8", ["3"], []]}, DATA),
    "negative shape": frame({"array": ["<f8", [-3], []]}, DATA),
    "shape with two negative sides": frame({"array": ["<f8", [-1, -3], []]}, DATA),
    "unknown side": frame({"array": ["<f8", [-1], []]}, DATA),
    "huge shape": frame({"array": ["<f8", [2**39], []]}, DATA),
    "side beyond 64 bits": frame({"array": ["<f8", [2**70], []]}, DATA),
    "huge product": frame({"array": ["<f8", [2**39] * 9, []]}, DATA),
    "huge product with a zero": frame({"array": ["<f8", [2**39, 2**39, 2**39, 0], []]}),
    "too many axes": frame({"array": ["<f8", [1] * 17, []]}, DATA[:8]),
    "array longer than its frame": frame({"array": ["<f8", [4], []]}, DATA),
    "array shorter than its frame": frame({"array": ["<f8", [2], []]}, DATA),
    "second array with nothing left": frame(
        {"list": [{"array": ["<f8", [3], []]}, {"array": ["<f8", [1], []]}]}, DATA
    ),
    "scalar with a shape": frame({"scalar": ["<f8", [3], True]}, DATA),
    "tensor of a number": frame({"tensor": [1]}),
    "tensor of a list": frame({"tensor": {"list": [1]}}),
    "tensor of a tensor of a number": frame({"tensor": {"tensor": {"list": []}}}),
    "complex of text": frame({"complex": ["1", "2"]}),
    "complex of one": frame({"complex": [1.0]}),
    "complex beyond floats": frame({"complex": [10**400, 0]}),
    "handle without a kind": frame({"handle": [1]}),
    "handle by name": frame({"handle": ["1", "Layer"]}),
    "handle with a fraction": frame({"handle": [1.5, "Layer"]}),
    "callback by name": frame({"callback": ["f"]}),
    "nested too deep": frame(nested(DEPTH + 1, lambda value: {"list": [value]})),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_frame_is_refused(case: str) -> None:
    """Is a frame that breaks the rules refused with ProtocolError, and nothing else?"""
    with pytest.raises(ProtocolError):
        decode(MALFORMED[case])


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(data: bytes) -> None:
    """Do bytes by chance raise ProtocolError at most?"""
    with pytest.raises(ProtocolError):
        decode(b"\xff" + data)


headers = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "list",
                    "tuple",
                    "dict",
                    "array",
                    "scalar",
                    "tensor",
                    "complex",
                    "handle",
                    "callback",
                ]
            ),
            inner,
            max_size=2,
        )
        | st.tuples(
            st.sampled_from(["<f8", "|O", "|b1"]), inner, st.lists(st.integers(), max_size=3)
        ).map(list)
    ),
    max_leaves=15,
)


@given(headers, st.binary(max_size=32))
@example(2**64, b"")  # no number of more bits can be sent
def test_random_headers_are_read_or_refused(header: object, payload: bytes) -> None:
    """Does any header give plain data or ProtocolError?"""
    try:
        value = decode(frame(header, payload))
    except ProtocolError:
        return
    encode(value)


@given(plain, st.data())
def test_changed_frames_are_read_or_refused(value: object, data: st.DataObject) -> None:
    """Does a frame with one byte changed give plain data or ProtocolError?"""
    changed = bytearray(encode(value))
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode(changed)
    except ProtocolError:
        return


def test_nothing_is_executed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is a frame read without pickle, eval or import, even one that holds their food?"""
    assert not {"pickle", "marshal", "eval", "exec", "__import__"} & set(vars(protocol))
    evil = "cos\nsystem\n(S'exit 1'\ntR."
    before = set(sys.modules)
    assert decode(encode([evil, Handle(0, evil)])) == [evil, Handle(0, evil)]
    with pytest.raises(ProtocolError):
        decode(evil.encode())
    assert set(sys.modules) == before


def test_kind_of_a_handle_is_short() -> None:
    """Is the name of a type cut, however long the other side makes it?"""
    assert decode(encode(Handle(1, "x" * 1_000))) == Handle(1, "x" * 100)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The two ends of a connection."""
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_frames_follow_each_other(ends: tuple[socket.socket, socket.socket]) -> None:
    """Do frames arrive whole and in order, also those larger than the socket's buffer?"""
    here, there = ends
    values: list[object] = [1, np.arange(200_000.0), "end"]
    sender = threading.Thread(target=lambda: [send(here, encode(value)) for value in values])
    sender.start()
    got = [decode(receive(there, 60)) for _ in values]
    sender.join()
    assert same(got, values)


def test_waiting_ends(ends: tuple[socket.socket, socket.socket]) -> None:
    """Does receive give up where nothing comes, or only a part?"""
    here, there = ends
    with pytest.raises(TimeoutError):
        receive(there, 0.01)
    with pytest.raises(TimeoutError):
        receive(there, 0)
    here.sendall(encode("half")[:-2])
    with pytest.raises(TimeoutError):
        receive(there, 0.01)


def test_patience_comes_back(ends: tuple[socket.socket, socket.socket]) -> None:
    """Does a wait without a limit not inherit the limit of the one before?"""
    here, there = ends
    with pytest.raises(TimeoutError):
        receive(there, 0.01)
    send(here, encode(1))
    assert decode(receive(there)) == 1
    assert there.gettimeout() is None


@pytest.mark.parametrize("sent", [b"", b"\0" * 5, encode([1, 2, 3])[:-1]])
def test_end_of_the_other_side(ends: tuple[socket.socket, socket.socket], sent: bytes) -> None:
    """Is it told that the other side is gone, before a frame or within one?"""
    here, there = ends
    here.sendall(sent)
    here.close()
    with pytest.raises(EOFError):
        receive(there, 60)


@pytest.mark.parametrize("lengths", [(2**32 - 1, 2**64 - 1), (0, 1_001), (1_001, 0), (501, 500)])
def test_too_large_is_refused_before_it_is_read(
    ends: tuple[socket.socket, socket.socket], lengths: tuple[int, int]
) -> None:
    """Is a frame that says it is too large refused at once?"""
    here, there = ends
    here.sendall(FRAME.pack(*lengths))
    with pytest.raises(ProtocolError, match=f"a frame of {sum(lengths)} bytes, more than 1000"):
        receive(there, 60, limit=1_000)
