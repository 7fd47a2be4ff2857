"""The student's objects as the checks see them: nothing but plain data comes back."""

from typing import Any

import numpy as np
import pytest

from grader.checking.compare import difference
from grader.checking.remote import (
    Loopback,
    Remote,
    RemoteError,
    Student,
    arguments_after,
    drive,
    raises,
)
from grader.sandbox.student.objects import Objects
from grader.sandbox.student.protocol import Callback, Handle, decode, encode

RIGHT = np.arange(6.0).reshape(2, 3)


def student(source: str) -> Student:
    """A student whose notebook is `source`; all its names may be asked for."""
    namespace: dict[str, Any] = {"np": np}
    exec(source, namespace)
    return Student(Loopback(namespace), list(namespace))


class Forged:
    """A channel to a process that sends whatever it likes."""

    def __init__(self, *replies: dict[str, object]) -> None:
        self.replies = list(replies)

    def ask(self, request: dict[str, object]) -> dict[str, object]:
        return self.replies.pop(0)


# What a function of the student's may return in the hope of being taken for the right answer.
LIES = {
    "array that equals everything": """
class Lie(np.ndarray):
    def __eq__(self, other): return np.ones(np.shape(other), bool)
    def __ne__(self, other): return np.zeros(np.shape(other), bool)
answer = np.zeros((2, 3)).view(Lie)
""",
    "array with a ufunc of its own": """
class Lie(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs): return np.True_
    def __array_function__(self, function, types, args, kwargs): return True
    def __array_finalize__(self, other): pass
answer = np.zeros((2, 3)).view(Lie)
""",
    "array with another shape and dtype": """
class Lie(np.ndarray):
    shape = (2, 3)
    dtype = np.dtype("f8")
    size = 6
answer = np.zeros(1, object).view(Lie)
""",
    "object that makes arrays": """
class Lie:
    shape, dtype, size, ndim = (2, 3), np.dtype("f8"), 6, 2
    def __array__(self, dtype=None, copy=None): return np.arange(6.0).reshape(2, 3)
answer = Lie()
""",
    "object with memory of its own": """
class Lie:
    __array_interface__ = {"shape": (2, 3), "typestr": "<f8", "data": (1, False), "version": 3}
answer = Lie()
""",
    "object that calls itself an array": """
class Lie:
    __class__ = np.ndarray
    def __array__(self, dtype=None, copy=None): return np.arange(6.0).reshape(2, 3)
answer = Lie()
""",
    "object that calls itself a number": """
class Lie:
    __class__ = float
    def __float__(self): return 2.0
answer = Lie()
""",
    "object that calls itself text": """
class Lie:
    __class__ = str
answer = Lie()
""",
    "object that calls itself None": """
class Lie:
    __class__ = type(None)
    def __eq__(self, other): return True
answer = Lie()
""",
    "object that equals everything": """
class Lie:
    def __eq__(self, other): return True
    def __hash__(self): return 0
answer = Lie()
""",
    "text that equals everything": """
class Lie(str):
    def __eq__(self, other): return True
    def __str__(self): return "right"
    def __hash__(self): return 0
answer = Lie("wrong")
""",
    "number that equals everything": """
class Lie(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    def __float__(self): raise ValueError
answer = Lie(4)
""",
    "whole number that equals everything": """
class Lie(int):
    def __eq__(self, other): return True
    def bit_length(self): return 1
    def __int__(self): return 10**4000
answer = Lie(4)
""",
    "list that lies about its length": """
class Lie(list):
    def __len__(self): return 3
    def __iter__(self): return iter([])
answer = Lie([1])
""",
    "dict that lies about its items": """
class Lie(dict):
    def items(self): return 3
    def __contains__(self, key): return True
    def __getitem__(self, key): return 0
answer = Lie()
""",
    "object without text": """
class Lie:
    def __repr__(self): raise ValueError
    __str__ = __repr__
answer = Lie()
""",
    "type that has no name": """
class Meta(type):
    __name__ = property(lambda cls: 1 / 0)
class Lie(metaclass=Meta):
    pass
answer = Lie()
""",
    "object whose attributes all raise": """
class Lie:
    def __getattribute__(self, name): raise SystemExit(name)
answer = Lie()
""",
    "generator": "answer = (row for row in np.arange(6.0).reshape(2, 3))",
    "endless generator": "import itertools\nanswer = itertools.count()",
    "list that contains itself": "answer = []\nanswer.append(answer)",
    "dict that contains itself": "answer = {}\nanswer[1] = answer",
    "huge number": "answer = 10**4000",
    "numbers just too large": "answer = [2**64, -2**64]",
    "array of objects": "answer = np.array([[print] * 3] * 2)",
    "function": "answer = lambda *args: np.arange(6.0).reshape(2, 3)",
    "module": "answer = np",
    "handle": """
from grader.sandbox.student.protocol import Handle
answer = Handle(10**30, "x" * 1000)
""",
    "callback": """
from grader.sandbox.student.protocol import Callback
answer = Callback(1)
""",
    "text that no file can hold": "answer = '\\ud800'",
    "not a number": "answer = np.full((2, 3), np.nan)",
    "exception": "answer = ValueError(1)",
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("expected", [RIGHT, 1.0, 3, "right", None, True, (1, 2), [0], {"a": 1}])
def test_lies_are_not_believed(lie: str, expected: object) -> None:
    """Is what only pretends to be the answer told apart from it, and without an accident?"""
    namespace = student(LIES[lie] + "\ndef f(): return answer")
    try:
        got: Any = namespace.f()
    except RemoteError:
        return
    found = difference(got, expected)
    assert found is not None
    assert found.text


def test_numpy_asks_the_student_nothing() -> None:
    """Does no special method of NumPy or Python reach the student's object?"""
    remote = student(LIES["object with memory of its own"]).answer
    assert isinstance(remote, Remote)
    for name in ("__array_interface__", "__array__", "__array_struct__", "__len__", "__buffer__"):
        with pytest.raises(AttributeError, match=name):
            getattr(remote, name)
    assert np.asarray(remote).dtype == object


def test_subclasses_arrive_as_what_they_hold() -> None:
    """Do subclasses of numbers and text arrive as plain numbers and text?"""
    source = """
class Text(str): pass
class Whole(int): pass
class Real(float): pass
class Items(list): pass
def f(): return Text("a"), Whole(1), Real(2.5), Items([1]), np.str_("b")
"""
    got: Any = student(source).f()
    assert got == ("a", 1, 2.5, [1], "b")
    assert [type(item) for item in got] == [str, int, float, list, str]


@pytest.mark.parametrize("kind", ["np.matrix", "np.recarray", "np.ma.MaskedArray"])
def test_array_subclasses_are_not_arrays(kind: str) -> None:
    """Is a matrix, or a masked array, told by its own name?"""
    got = student(f"def f(): return np.zeros((2, 3)).view({kind})").f()
    wrong = difference(got, np.zeros((2, 3)))
    assert wrong is not None
    name = kind.rpartition(".")[2]
    assert (wrong.kind, wrong.text) == (
        "type",
        f"an array was expected, this is of type {name}",
    )


def test_only_declared_names_can_be_asked_for() -> None:
    """Is a name that the problem set does not ask for out of reach, even if it is there?"""
    namespace = {"f": len, "secret": 1}
    with pytest.raises(AttributeError, match="secret is not a name that this problem set asks for"):
        _ = Student(Loopback(namespace), ["f"]).secret


def test_missing_name_is_the_students_error() -> None:
    """Does a declared name that is not there raise the error of a stub?"""
    with pytest.raises(RemoteError, match="NotImplementedError: f is not defined"):
        _ = Student(Loopback({}), ["f"]).f


def test_objects_behave_as_if_they_were_here() -> None:
    """Do attributes, methods, changes and calls of the student's objects work from here?"""
    source = """
class Layer:
    def __init__(self, width, bias=0.0):
        self.width, self.bias = width, bias
    def __call__(self, x):
        return x + self.bias
    def twin(self, other=None):
        return [Layer(self.width, self.bias), {"me": self}, other is self]
"""
    Layer = student(source).Layer
    layer = Layer(3, bias=2.0)
    assert (layer.width, layer.bias) == (3, 2.0)
    layer.bias = np.ones(3)
    assert layer(np.zeros(3)).tolist() == [1, 1, 1]
    twin, named, same = layer.twin(layer)
    assert same is True
    assert repr(twin) == "Layer"
    twin.bias = 5
    assert (twin.bias, named["me"].bias.tolist()) == (5, [1, 1, 1])
    with pytest.raises(RemoteError, match="AttributeError: 'Layer' object has no attribute 'gone'"):
        _ = layer.gone


def test_property_that_raises() -> None:
    """Is an error in a property told as the student's?"""
    source = "class A:\n    @property\n    def mean(self): return 1 / 0\na = A()"
    with pytest.raises(RemoteError, match="ZeroDivisionError: division by zero") as caught:
        _ = student(source).a.mean
    assert caught.value.kinds[:2] == ("ZeroDivisionError", "ArithmeticError")
    assert "return 1 / 0" not in str(caught.value)


def test_arguments_are_not_shared() -> None:
    """Is what is passed a copy, whatever the student does with it, then or later?"""
    source = """
seen = []
def f(x, items):
    seen.append(x)
    for old in seen: old += 1
    items.append(x)
    return x
"""
    namespace = student(source)
    x, items = np.zeros(3), [1]
    first = namespace.f(x, items)
    second = namespace.f(x, items)
    assert isinstance(first, np.ndarray)
    assert (x.tolist(), items) == ([0, 0, 0], [1])
    assert (first.tolist(), second.tolist()) == ([1, 1, 1], [1, 1, 1])


def test_layout_of_arguments_is_kept() -> None:
    """Does an array that is not contiguous reach the student as such?"""
    f = student("def f(x): return x.flags.c_contiguous").f
    assert f(np.zeros((4, 4))) is True
    assert f(np.zeros((4, 4))[:, ::2]) is False
    assert f(np.zeros((4, 3)).T) is False


def test_arguments_after() -> None:
    """Are the arguments seen as the call left them, here and there, and never changed here?"""

    def here(x: np.ndarray, gamma: np.ndarray, eps: float) -> None:
        x += gamma

    there = student("def f(x, gamma, eps): x += gamma").f
    for f in (here, there):
        x, gamma = np.zeros(2), np.ones(2)
        after = arguments_after(f, x, gamma, 0.5)
        assert [np.asarray(value).tolist() for value in after] == [[1, 1], [1, 1], 0.5]
        assert x.tolist() == [0, 0]


RAISING = """
class TooSmall(ValueError): pass
def itself(): raise ValueError("no")
def derived(): raise TooSmall("no")
def other(): raise TypeError("no")
def leaves(): raise SystemExit(0)
def nothing(): return ValueError("no")
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [("itself", True), ("derived", True), ("other", False), ("leaves", False), ("nothing", False)],
)
def test_raises(name: str, expected: bool) -> None:
    """Does `raises` know an exception and those derived from it, and nothing else?"""
    assert raises(ValueError, getattr(student(RAISING), name)) is expected


def test_raises_of_a_local_function() -> None:
    """Does `raises` say the same of the reference?"""
    assert raises(ValueError, lambda: np.zeros(3).reshape(2)) is True
    assert raises(ArithmeticError, lambda: 1 / 0) is True
    assert raises(ValueError, lambda: 1 / 0) is False
    assert raises(ValueError, lambda: 1) is False


def test_what_is_not_written_raises_on() -> None:
    """Is a stub not taken for a function that raises, or does not raise, what was asked?"""
    with pytest.raises(RemoteError, match="NotImplementedError: task 1"):
        raises(ValueError, student("def f(): raise NotImplementedError('task 1')").f)


BROKEN = {
    "text that raises": (
        "class E(Exception):\n    def __str__(self): raise self\ndef f(): raise E",
        "E: (its text could not be made)",
    ),
    "text that is no text": (
        "class E(Exception):\n    def __str__(self): return 3\ndef f(): raise E",
        "E: (its text could not be made)",
    ),
    "class whose name raises": (
        """
class Meta(type):
    __name__ = property(lambda cls: 1 / 0)
    __mro__ = ()
class E(Exception, metaclass=Meta): pass
def f(): raise E("no")
""",
        "E: no",
    ),
    "text without end": ("def f(): raise ValueError('a' * 10**6)", "ValueError: " + "a" * 10_000),
    "text that no file can hold": ("def f(): raise KeyError", "KeyError"),
    "text for a terminal": (
        "def f(): raise ValueError('\\x1b[2J\\ud800\\ttab\\nline')",
        "ValueError: ?[2J?\ttab\nline",
    ),
    "not an error": ("def f(): raise GeneratorExit", "GeneratorExit"),
    "exit": ("import sys\ndef f(): sys.exit('bye')", "SystemExit: bye"),
    "too deep": (
        "def f(): return f()",
        "RecursionError: maximum recursion depth exceeded",
    ),
    "not a function": ("f = type('Thing', (), {})()", "TypeError: a Thing cannot be called"),
    "wrong arguments": ("def f(x): pass", "TypeError: f() missing 1 required positional"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_exceptions_are_told_as_text(case: str) -> None:
    """Does any exception of the student's arrive as a class and a text that can be written?"""
    source, text = BROKEN[case]
    with pytest.raises(RemoteError) as caught:
        student(source).f()
    assert str(caught.value).startswith(text)
    assert len(caught.value.text) <= 10_000
    str(caught.value).encode()


def test_stopping_the_cell_stops_the_check() -> None:
    """Does an interrupt in a notebook end the check, rather than count as an answer?"""
    with pytest.raises(KeyboardInterrupt):
        student("def f(): raise KeyboardInterrupt").f()


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"values": 1},
        {"error": "text"},
        {"error": {}},
        {"error": {"kinds": [], "text": "a"}},
        {"error": {"kinds": 3, "text": ["a"], "traceback": {}}},
        {"error": {"kinds": [None, 1, Handle(1, "a")]}},
        {"error": {"kinds": ["\ud800"], "text": "\ud800"}},
    ],
)
def test_forged_replies_are_errors(reply: dict[str, object]) -> None:
    """Is a reply that is none an error of the student's, with a class and a text to show?"""
    with pytest.raises(RemoteError) as caught:
        _ = Student(Forged(reply), ["f"]).f
    assert caught.value.kinds
    assert all(isinstance(kind, str) for kind in caught.value.kinds)
    str(caught.value).encode()


def test_forged_arguments_after() -> None:
    """Is it no accident when the arguments do not come back?"""
    for reply in ({"value": 1}, {"value": 1, "after": 3}):
        f = Student(Forged({"value": Handle(0, "function")}, reply), ["f"]).f
        assert arguments_after(f, np.zeros(2)) == ()


def test_forged_handles_go_nowhere() -> None:
    """Is a handle that the student made up an error when it is used?"""
    namespace: dict[str, Any] = {"f": lambda: Handle(99, "Layer")}
    layer = Student(Loopback(namespace), ["f"]).f()
    with pytest.raises(RemoteError, match="KeyError: 99"):
        _ = layer.weight


def test_calls_are_noted() -> None:
    """Does the student's list of calls say what was called, and with what?"""
    namespace = student("class A:\n    def m(self, x, k=0): return self")
    namespace.A().m(1, k=2)
    assert [(c.text, c.args, c.kwargs) for c in namespace.calls] == [
        ("A", (), {}),
        ("A(...).m", (1,), {"k": 2}),
    ]


def test_drivers_run_where_the_objects_live() -> None:
    """Does a function of ours run on the student's objects, and on the reference's?"""

    def total(layer: Any, x: np.ndarray) -> tuple[str, float]:
        import numpy

        return type(layer).__name__, float(numpy.sum(layer.weight * x))

    namespace = student("class Layer:\n    weight = np.ones(3)")
    there = namespace.Layer()
    assert drive(namespace, total, there, np.arange(3.0)) == ("Layer", 3.0)

    class Here:
        weight = np.ones(3)

    assert drive(None, total, Here(), np.arange(3.0)) == ("Here", 3.0)


def test_functions_can_be_lent() -> None:
    """Can the student call a function of ours while it is being checked, and only then?"""
    source = """
kept = []
def f(g, x):
    kept.append(g)
    return g(x) + g(x)
def later(): return kept[0](1.0)
def wrong(g): return g("text", 1, 2)
def catches(g):
    try: g()
    except ZeroDivisionError: return "caught"
"""
    namespace = student(source)
    assert namespace.f(lambda x: x * 2, np.ones(2)).tolist() == [4, 4]
    with pytest.raises(RemoteError, match="can be called only while it is being checked"):
        namespace.later()
    with pytest.raises(RemoteError, match="TypeError"):
        namespace.wrong(lambda x: x)
    assert namespace.catches(lambda: 1 / 0) == "caught"


def test_lent_functions_have_a_limit() -> None:
    """Does a student who calls our function for ever get an error?"""
    namespace = student("def f(g):\n    while True: g(0)")
    with pytest.raises(RemoteError, match="called too often, or with too much data"):
        namespace.f(lambda x: x)


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"op": "eval", "source": "1"},
        {"op": "call", "target": Handle(5, "f"), "args": (), "kwargs": {}},
        {"op": "call", "target": None, "args": (), "kwargs": {}},
        {"op": "set", "target": 3, "name": "a", "value": 1},
        {"op": "get", "target": Callback(3), "name": "missing"},
        [],
        "get",
    ],
)
def test_bad_requests_have_a_reply(request_: object) -> None:
    """Does whatever is asked of the student's process get an answer, an error at worst?"""
    reply = decode(Objects({}).answer(encode(request_)))
    assert isinstance(reply, dict)
    assert set(reply) == {"error"}


def test_bad_frames_have_a_reply() -> None:
    """Does a frame that is none get an answer too?"""
    reply: Any = decode(Objects({}).answer(b"hello"))
    assert reply["error"]["kinds"][0] == "ProtocolError"
