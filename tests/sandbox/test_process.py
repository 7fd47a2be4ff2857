"""The trusted side of a student's process: what it gives back, why it ends, what it leaves."""

import base64
import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import ROOT
from helpers.processes import own, shown, students

from grader.checking.remote import RemoteError, Student
from grader.sandbox.outputs import harmless
from grader.sandbox.process import Limits, StudentGone, StudentProcess, Unprotected, Warm
from grader.sandbox.student.protocol import encode, receive

SMALL = Limits(memory_bytes=2**28, threads=16, output_bytes=2000, image_bytes=50_000)


@pytest.fixture(scope="module")
def small() -> Iterator[Warm]:
    """A warm process with small limits."""
    with Warm(limits=SMALL) as process:
        yield process


@pytest.fixture
def student(small: Warm) -> Iterator[StudentProcess]:
    """A student's process with small limits, of which nothing may be left."""
    with small.student() as process:
        yield process
    assert students(small) == []


# The files beside a notebook


def test_files_beside(student: StudentProcess) -> None:
    """Can cells import and read what is placed, to the byte, in sub-folders too?"""
    everything = bytes(range(256))
    student.place(
        {
            "helpers.py": b"def double(x):\n    return 2 * x\n",
            "tools/__init__.py": b"",
            "tools/more.py": b"three = 3",
            "data/offsets.csv": b"1,2\n3,4\n",
            "all bytes": everything,
            "\u00e4 \u4e2d\n'": b"named",
        }
    )
    assert shown(student, "import helpers; helpers.double(4)") == "8"
    assert shown(student, "from tools import more; more.three") == "3"
    assert shown(student, "import numpy as np; print(np.loadtxt('data/offsets.csv', delimiter=','))"
                 ) == "[[1. 2.]\n [3. 4.]]\n"  # fmt: skip
    assert shown(student, "open('all bytes', 'rb').read() == bytes(range(256))") == "True"
    assert shown(student, 'open("\u00e4 \u4e2d\\n\'").read()') == "'named'"
    assert shown(student, "open('helpers.py', 'a').write('x')") == "1"  # as in Jupyter, it may


@pytest.mark.parametrize("name", ["/tmp/out.py", "../out.py", "data/../../out.py"])
def test_files_elsewhere(student: StudentProcess, name: str) -> None:
    """Is nothing placed outside of the scratch folder?"""
    with pytest.raises(ValueError, match="is not in the scratch folder"):
        student.place({"in.py": b"", name: b""})
    assert shown(student, "import os; os.listdir()") == "[]"


def test_files_that_do_not_fit(student: StudentProcess) -> None:
    """Is it a failure of ours, not the student's, when files cannot be placed?"""
    with pytest.raises(RuntimeError, match=r"cannot be put beside a notebook: .*File exists"):
        student.place({"data": b"", "data/x.csv": b""})


def test_shadows(student: StudentProcess) -> None:
    """Does a process answer and show errors whatever a module beside the notebook is called?"""
    names = {*sys.stdlib_module_names, "IPython", "numpy", "torch", "grader", "sitecustomize"}
    student.place({f"{name}.py": b"raise SystemExit('shadowed')" for name in names})
    assert shown(student, "1 + 1") == "2"
    assert shown(student, "def f(x):\n    return x / 0") == ""
    call = {"op": "get", "target": None, "name": "f"}
    f = student.ask(call, 20)["value"]
    reply = student.ask({"op": "call", "target": f, "args": (1,), "kwargs": {}}, 20)
    assert reply["error"]["text"] == "division by zero"  # type: ignore[index]
    assert shown(student, "f(1)") == "ZeroDivisionError: division by zero"
    assert shown(student, "import grader, numpy as np; grader.check('f'); np.ones(2)") == (
        "array([1., 1.])"
    )
    assert shown(student, "import torch").startswith("ModuleNotFoundError: torch is not available")


# What a cell puts out


def test_outputs(student: StudentProcess) -> None:
    """Are outputs those that a notebook has?"""
    source = """
        import sys
        print("one")
        print("two")
        print("aside", file=sys.stderr)
        display(3)
        4
    """
    assert student.run_cell(textwrap.dedent(source), 20) == [
        {"output_type": "stream", "name": "stdout", "text": "one\ntwo\n"},
        {"output_type": "stream", "name": "stderr", "text": "aside\n"},
        {"output_type": "display_data", "data": {"text/plain": "3"}, "metadata": {}},
        {
            "output_type": "execute_result",
            "execution_count": 1,
            "data": {"text/plain": "4"},
            "metadata": {},
        },
    ]


def test_figure(student: StudentProcess) -> None:
    """Is a figure there at the end of its cell, without being asked for?"""
    source = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('drawn')"
    drawn, figure = student.run_cell(source, 20)
    assert drawn["text"] == "drawn\n"
    data = figure["data"]
    assert isinstance(data, dict)
    assert data["text/plain"] == "<Figure size 640x480 with 1 Axes>"
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert student.run_cell("None", 20) == []


def test_error(student: StudentProcess) -> None:
    """Is an exception an output, with its traceback in colour, and the process alive?"""
    [error] = student.run_cell("x = 1\n1 / 0", 20)
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")
    lines = error["traceback"]
    assert isinstance(lines, list)
    assert "\x1b[32m----> \x1b[39m" in "".join(lines)
    assert shown(student, "x") == "1"


ERRORS = {
    "exit": ("import sys; sys.exit(3)", "SystemExit: 3"),
    "a syntax error": ("def f(:", "SyntaxError: invalid syntax"),
    "input": ("input()", "EOFError: nobody answers while a notebook is graded"),
    "an interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
    "an error that cannot be shown": (
        "class E(Exception):\n    def __str__(self): raise self\nraise E",
        "E: ",
    ),
    "a group of errors": ("raise ExceptionGroup('two', [KeyError(1)])", "ExceptionGroup: two"),
    "a closed output": ("import sys; sys.stdout.close(); print(1)", ""),
    "a broken transformer": (
        "get_ipython().ast_transformers.append(1)\n1 + 1",
        "2",
    ),
}


@pytest.mark.parametrize(("source", "output"), ERRORS.values(), ids=ERRORS)
def test_errors(student: StudentProcess, source: str, output: str) -> None:
    """Does the process outlive what only ends a cell?"""
    assert output in shown(student, source)
    assert (
        shown(student, "print(get_ipython() is not None)").endswith("True\n") or "close" in source
    )


COMMANDS = {
    "a command": ("!pip install torch\nprint('on')", "'pip install torch' was not run"),
    "its output": ("lines = !ls\nprint('on', lines)", "'ls' was not run"),
    "a magic": ("%pip install torch\nprint('on')", "was not run"),
}


@pytest.mark.parametrize(("source", "output"), COMMANDS.values(), ids=COMMANDS)
def test_commands(student: StudentProcess, source: str, output: str) -> None:
    """Does a cell go on after a command that a graded notebook does not run?"""
    text = shown(student, source)
    assert output in text
    assert f"{output}: a graded notebook runs no commands" in text.replace("' was", "' was")
    assert "\non" in f"\n{text}"


def test_prints_for_ever(student: StudentProcess) -> None:
    """Is what a loop prints bounded while it runs, with a note of what was dropped?"""
    source = "for i in range(300_000): print('again and again')"
    printed, note = student.run_cell(source, 20)
    assert printed["text"] == ("again and again\n" * 200)[: 2000 - 100]
    assert note["text"] == "\n[4,798,100 more characters of output were dropped]\n"


def test_one_long_line(student: StudentProcess) -> None:
    """Is one line of 120 MB bounded?"""
    printed, note = student.run_cell("print('x' * 120_000_000)", 20)
    assert printed["text"] == "x" * 1900
    assert note["text"] == "\n[119,998,101 more characters of output were dropped]\n"


def test_many_outputs(student: StudentProcess) -> None:
    """Is the number of outputs bounded too?"""
    outputs = student.run_cell("for i in range(1000): display(i)", 20)
    assert len(outputs) == 20
    assert outputs[-1]["text"] == "\n[981 more characters of output were dropped]\n"


def test_error_after_much_output(student: StudentProcess) -> None:
    """Is the error seen that comes after too much output?"""
    *_, error, note = student.run_cell("print('x' * 10_000)\n1 / 0", 20)
    assert error["ename"] == "ZeroDivisionError"
    assert "dropped" in str(note["text"])


def test_late_thread(student: StudentProcess) -> None:
    """Does a thread that goes on writing stay out of the next cell's outputs?"""
    source = """
        import threading
        go, done = threading.Event(), threading.Event()
        def late():
            go.wait()
            print("late")
            done.set()
        threading.Thread(target=late).start()
    """
    assert student.run_cell(textwrap.dedent(source), 20) == []
    student.ask(
        {
            "op": "drive",
            "source": "def f(): import __main__ as m; m.go.set(); m.done.wait()",
            "name": "f",
            "args": (),
            "kwargs": {},
        },
        20,
    )
    assert student.run_cell("pass", 20) == []


# What is harmless

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1").decode()
BOMB = base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff").decode()


def display(data: dict[str, object]) -> dict[str, object]:
    return {"output_type": "display_data", "data": data, "metadata": {"a": 1}, "b": 2}


CLEANED = {
    "not outputs": ("outputs", []),
    "an unknown kind": ([{"output_type": "update_display_data"}, 1, None], []),
    "a stream of another name": ([{"output_type": "stream", "name": "a", "text": "b"}], []),
    "text that is not text": (
        [{"output_type": "stream", "name": "stdout", "text": ["<script>"]}],
        [{"output_type": "stream", "name": "stdout", "text": ""}],
    ),
    "control characters": (
        [{"output_type": "stream", "name": "stdout", "text": "\x1b[2J\x1b[31m\0\x9b\u202eb\t\r\n"}],
        [{"output_type": "stream", "name": "stdout", "text": "[2J\x1b[31mb\t\r\n"}],
    ),
    "half a character": (
        [{"output_type": "stream", "name": "stdout", "text": "\ud800"}],
        [{"output_type": "stream", "name": "stdout", "text": "?"}],
    ),
    "scripts": (
        [display({"text/html": "<script>", "application/javascript": "a", "image/svg+xml": "<svg>",
                  "text/markdown": "<b>", "text/latex": "$", "text/plain": "<b>"})],
        [{"output_type": "display_data", "data": {"text/plain": "<b>"}, "metadata": {}}],
    ),
    "a picture": (
        [display({"text/plain": "f", "image/png": PNG + "\n"})],
        [{"output_type": "display_data", "data": {"text/plain": "f", "image/png": PNG},
          "metadata": {}}],
    ),
    "what is no picture": (
        [display({"image/png": picture}) for picture in
         (BOMB, "AAAA", '"><script>', 5, "", base64.b64encode(b"<svg>" * 9).decode())],
        [{"output_type": "display_data", "data": {"text/plain": ""}, "metadata": {}}] * 6,
    ),
    "a false count": (
        [{"output_type": "execute_result", "execution_count": "<b>", "data": {}}],
        [{"output_type": "execute_result", "execution_count": None, "data": {"text/plain": ""},
          "metadata": {}}],
    ),
    "a traceback that is not lines": (
        [{"output_type": "error", "ename": 1, "evalue": None, "traceback": [2, "a"]}],
        [{"output_type": "error", "ename": "", "evalue": "", "traceback": ["", "a"]}],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("value", "cleaned"), CLEANED.values(), ids=CLEANED)
def test_harmless(value: object, cleaned: object) -> None:
    """Is only plain text and pictures left of what a process says a cell put out?"""
    assert harmless(value, 1000, 1000) == cleaned


def test_bounded_outside() -> None:
    """Is the bound kept by the trusted side as well, in length and in number?"""
    long = {"output_type": "stream", "name": "stdout", "text": "x" * 10**6}
    [output] = harmless([long] * 100, 1000, 1000)
    assert len(str(output["text"])) == 21_000 - 100
    short = long | {"text": ""}
    assert len(harmless([short] * 100_000, 1000, 1000)) == 210
    assert harmless([display({"image/png": PNG})], 1000, 10)[0]["data"] == {"text/plain": ""}


# Requests


def test_requests(student: StudentProcess) -> None:
    """Do the student's functions and objects answer as if they were here?"""

    class Timed:
        def ask(self, request: dict[str, object]) -> dict[str, object]:
            return student.ask(request, 20)

    source = """
        import numpy as np
        class Scale:
            def __init__(self, gamma): self.gamma = gamma
            def __call__(self, x): return self.gamma * x
        def fails(): raise KeyError("lost")
    """
    assert student.run_cell(textwrap.dedent(source), 20) == []
    remote = Student(Timed(), {"Scale", "fails"})
    scale = remote.Scale(3)
    np.testing.assert_array_equal(scale(np.arange(3.0)), [0.0, 3.0, 6.0])
    scale.gamma = 5
    assert scale.gamma == 5
    with pytest.raises(RemoteError, match="KeyError: 'lost'"):
        remote.fails()


def test_big_arrays(student: StudentProcess) -> None:
    """Do a million numbers cross and come back?"""
    x = np.arange(10.0**6)
    student.run_cell("def same(x): return x", 20)
    got = student.ask({"op": "get", "target": None, "name": "same"}, 20)
    call = {"op": "call", "target": got["value"], "args": (x,), "kwargs": {}}
    np.testing.assert_array_equal(student.ask(call, 20)["value"], x)


def test_memory_error_in_a_call(student: StudentProcess) -> None:
    """Does a call that needs too much memory end the process, with the reason?"""
    source = "def f():\n    import numpy as np\n    return np.ones(2**28)"
    request = {"op": "drive", "source": source, "name": "f", "args": (), "kwargs": {}}
    with pytest.raises(StudentGone, match=r"^used more than 0\.25 GB$"):
        student.ask(request, 20)


# Why a process ends

SEGFAULT = "import ctypes; ctypes.string_at(0)"
ENDS = {
    "an endless loop": ("while True: pass", "timeout", "exceeded 0.5 s"),
    "an endless loop in C": ("sum(iter(int, 1))", "timeout", "exceeded 0.5 s"),
    "one long step in C": ("10 ** 10 ** 10", "timeout", "exceeded 0.5 s"),
    "sleep": ("import time; time.sleep(100)", "timeout", "exceeded 0.5 s"),
    "ignored signals": (
        "import signal\n"
        "for n in set(signal.Signals) - {9, 19}: signal.signal(n, signal.SIG_IGN)\n"
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "timeout",
        "exceeded 0.5 s",
    ),
    "endless output": ("while True: print('x' * 1000)", "timeout", "exceeded 0.5 s"),
    "an awaited loop": ("import asyncio\nwhile True: await asyncio.sleep(0)", "timeout",
                        "exceeded 0.5 s"),
    "endless input": ("import sys; sys.stdin = iter(int, 1)\nfor _ in sys.stdin: pass", "timeout",
                      "exceeded 0.5 s"),
    "_exit": ("import os; os._exit(0)", "killed", "exited"),
    "_exit with our number": ("import os; os._exit(71)", "killed", "used more than 0.25 GB"),
    "a closed channel": ("import os; os.close(3)", "killed", "exited"),
    "a segmentation fault": (SEGFAULT, "killed", "ended in a segmentation fault"),
    "a fault without memory": (
        f"x = bytearray(245 * 2**20)\nfor i in range(0, len(x), 4096): x[i] = 1\n{SEGFAULT}",
        "killed",
        "used more than 0.25 GB",
    ),
    "a bus error": (
        "import mmap; f = open('a', 'wb+'); f.truncate(4096)\n"
        "m = mmap.mmap(f.fileno(), 4096); f.truncate(0); m[0]",
        "killed",
        "was killed by signal 7",
    ),
    "threads": (
        "import threading, time\n"
        "for _ in range(17): threading.Thread(target=time.sleep, args=(100,)).start()\n"
        "time.sleep(100)",
        "killed",
        "started more than 16 threads",
    ),
    "too large an answer": (
        "import socket; s = socket.socket(fileno=3)\n"
        "s.sendall((0).to_bytes(4, 'little') + (2**60).to_bytes(8, 'little'))",
        "killed",
        "sent more than it may",
    ),
    "a forged frame": (
        "import socket; s = socket.socket(fileno=3); s.sendall(bytes(12))",
        "killed",
        "sent what is not an answer",
    ),
    "a pickle": (
        "import pickle, socket; data = pickle.dumps(print); s = socket.socket(fileno=3)\n"
        "s.sendall(len(data).to_bytes(4, 'little') + bytes(8) + data)",
        "killed",
        "sent what is not an answer",
    ),
    "an answer that is not one": (
        f"import socket; s = socket.socket(fileno=3); s.sendall({encode([1])!r})",
        "killed",
        "sent what is not an answer",
    ),
    "an answer that never ends": (
        "import socket, time; s = socket.socket(fileno=3)\n"
        "s.sendall((10).to_bytes(4, 'little') + bytes(8)); time.sleep(100)",
        "timeout",
        "exceeded 0.5 s",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "status", "reason"), ENDS.values(), ids=ENDS)
def test_ends(student: StudentProcess, source: str, status: str, reason: str) -> None:
    """Is the reason told, now and when asked again, and nothing left?"""
    seconds = 0.5 if status == "timeout" else 20
    with pytest.raises(StudentGone) as gone:
        student.run_cell(source, seconds)
    assert (gone.value.status, gone.value.reason) == (status, reason)
    with pytest.raises(StudentGone) as gone:
        student.ask({"op": "get", "target": None, "name": "x"}, 20)
    assert gone.value.reason == reason


def test_no_time_left(student: StudentProcess) -> None:
    """Is a question that may take no time not asked?"""
    with pytest.raises(StudentGone, match="exceeded 0 s"):
        student.ask({"op": "get", "target": None, "name": "x"}, 0)


def test_does_not_read(student: StudentProcess) -> None:
    """Is a process ended that does not even read the question?"""
    reads_not = "import threading, ctypes\nstop = ctypes.PyDLL(None).sleep"
    student.run_cell(reads_not, 20)
    source = "def f(): __import__('__main__').stop(100)"
    request = {"op": "drive", "source": source, "name": "f", "args": (), "kwargs": {}}
    with pytest.raises(StudentGone, match=r"exceeded 0\.5 s"):
        student.ask(request, 0.5)


def test_memory_bomb(student: StudentProcess) -> None:
    """Does a cell that needs too much memory end the process, with the reason?"""
    source = "def bomb():\n    a = []\n    while True: a.append(bytes(10**6))\nbomb()"
    with pytest.raises(StudentGone, match=r"^used more than 0\.25 GB$"):
        student.run_cell(source, 20)


def test_memory_kept(student: StudentProcess) -> None:
    """Is the reason told by a process that has no memory left for a question?"""
    source = """
        kept = []
        size = 2**20
        while size:
            try:
                kept.append(bytearray(size))
            except MemoryError:
                size //= 2
    """
    student.run_cell(textwrap.dedent(source), 20)
    request = {"op": "drive", "source": "def f(x): pass", "name": "f", "kwargs": {}}
    with pytest.raises(StudentGone, match=r"^used more than 0\.25 GB$"):
        student.ask(request | {"args": (np.ones(10**6),)}, 20)


def test_processor_time() -> None:
    """Does the backstop end a process that burns time in the background?"""
    source = "import threading; threading.Thread(target=sum, args=(iter(int, 1),)).start()"
    with Warm(limits=Limits(cpu_seconds=1)) as warm, warm.student() as student:
        with pytest.raises(StudentGone, match="exceeded 1 s"):
            student.run_cell(f"{source}\nimport time; time.sleep(100)", 50)
        assert students(warm) == []


# What is left


def test_closed(small: Warm) -> None:
    """Is a process that was closed gone, with its threads in endless loops?"""
    with small.student() as student:
        source = "def spin():\n    while True: pass\nimport threading\n"
        student.run_cell(f"{source}for _ in range(3): threading.Thread(target=spin).start()", 20)
        assert len(students(small)) == 2
    assert students(small) == []
    student.close()
    with pytest.raises(StudentGone, match="was closed"):
        student.run_cell("1", 20)


def test_exception() -> None:
    """Is nothing left when an exception passes?"""

    def fails() -> None:
        with Warm() as warm:
            student = warm.student()
            student.run_cell("x = 1", 20)
            raise ZeroDivisionError

    before = own()
    with pytest.raises(ZeroDivisionError):
        fails()
    assert own() == before


def test_keyboard_interrupt() -> None:
    """Is nothing left when Ctrl-C comes while a student's code runs?"""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def runs() -> None:
        with Warm() as warm, warm.student() as student:
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            student.run_cell("while True: pass", 20)

    before = own()
    previous = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            runs()
    finally:
        signal.signal(signal.SIGALRM, previous)
    assert own() == before


KILLED = """
import sys, threading
from helpers.processes import own
from grader.sandbox.process import Warm
warm = Warm().__enter__()
student = warm.student()
student.run_cell("import threading\\ndef spin():\\n    while True: pass\\n"
                 "threading.Thread(target=spin).start()", 20)
print(*own(), flush=True)
student.run_cell("while True: pass", 1000)
"""


def test_killed_grader(tmp_path: Path) -> None:
    """Does everything end when the grader is killed in the middle, and leave no file?"""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests"))),
        "TMPDIR": str(tmp_path),
    }
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], env=environment, stdout=subprocess.PIPE, text=True
    ) as grader:
        assert grader.stdout is not None
        numbers = [int(number) for number in grader.stdout.readline().split()]
        assert len(numbers) == 3  # the warm process, the guard, the student's
        handles = [os.pidfd_open(number) for number in numbers]
        grader.kill()
    for handle in handles:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        assert poll.poll(20_000)
        os.close(handle)
    assert list(tmp_path.iterdir()) == []


def test_killed_guard(small: Warm) -> None:
    """Does a student's process end with its guard?"""
    with small.student() as student:
        guard, _ = students(small)
        os.kill(guard, signal.SIGKILL)
        with pytest.raises(StudentGone, match="was killed"):
            student.run_cell("while True: pass", 20)
    assert students(small) == []


# The warm process


def test_killed_warm() -> None:
    """Does a warm process that was killed start again, and do its students live on till then?"""
    with Warm() as warm:
        assert warm._process is not None
        first = warm._process.pid
        with warm.student() as early:
            os.kill(first, signal.SIGKILL)
            with warm.student() as late:
                assert (shown(early, "1"), shown(late, "2")) == ("1", "2")
            assert warm._process.pid != first


def test_closes_its_students() -> None:
    """Does closing the warm process end the students' processes?"""
    before = own()
    with Warm() as warm:
        student = warm.student()
    assert own() == before
    with pytest.raises(StudentGone):
        student.run_cell("1", 20)


def test_threads(small: Warm) -> None:
    """Can several threads grade at once?"""

    def square(number: int) -> str:
        with small.student() as student:
            return shown(student, f"{number} ** 2")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(square, range(12))) == [str(n**2) for n in range(12)]
    assert students(small) == []


def test_two_warm_processes(small: Warm, warm: Warm) -> None:
    """Can two warm processes be used side by side, with limits of their own?"""
    with small.student() as one, warm.student() as other:
        source = "import resource; print(resource.getrlimit(resource.RLIMIT_FSIZE)[0] // 2**20)"
        assert (shown(one, source), shown(other, source)) == ("64\n", "64\n")
        array = "import numpy as np; print(np.ones(2**26).nbytes)"
        assert shown(other, array) == f"{2**29}\n"
        with pytest.raises(StudentGone, match="used more than"):
            one.run_cell(array, 20)


def test_killed_while_it_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does a warm process that is killed while it imports leave no file?"""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    warm = Warm()

    def killed(*arguments: Any) -> bytearray:
        assert warm._process is not None
        assert len(list(tmp_path.iterdir())) == 1
        warm._process.kill()
        return receive(*arguments)

    monkeypatch.setattr("grader.sandbox.process.receive", killed)
    with pytest.raises(RuntimeError, match="the process that students' processes come from ended"):
        warm.__enter__()
    assert list(tmp_path.iterdir()) == []


def test_unknown_preload() -> None:
    """Does a module that cannot be preloaded say which?"""
    before = own()
    with pytest.raises(RuntimeError, match="No module named 'no_such_module'"):
        Warm(("no_such_module",)).__enter__()
    assert own() == before


def test_course_package() -> None:
    """Is a package of the course's own there for a set that preloads it, and only then?"""
    source = "import lab; print(len(open(lab.__file__).read()) > 0)"
    with Warm(("lab",)) as warm, warm.student() as student:
        assert shown(student, source) == "True\n"


def test_course_package_not_preloaded(student: StudentProcess) -> None:
    """Is it out of reach otherwise?"""
    assert "Error: " in shown(student, "import lab")


def test_no_files_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does a warm process leave no file, not even while it runs?"""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Warm() as warm, warm.student() as student:
        student.run_cell("open('a', 'w').close()", 20)
        assert list(tmp_path.iterdir()) == []


def test_light_import() -> None:
    """Is importing the trusted side light: no IPython, no nbformat?"""
    source = (
        "import sys, grader.sandbox.process; "
        "print({'IPython', 'nbformat', 'bleach'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_unprotected_is_told() -> None:
    """Is Unprotected an exception of its own, with its reason as text?"""
    assert str(Unprotected("calls: why")) == "calls: why"
