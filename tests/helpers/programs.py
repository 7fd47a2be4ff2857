"""What students could hand in to get marks that are not theirs, or to harm the class.

Each is a notebook of a problem set that is otherwise as it was handed out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers import ROOT

LEFT_BEHIND = "left-behind-by-an-attack"
# What a check knows and no student; it does not find itself.
SECRETS = r"[e]xpected|[r]eference|\b[f]aults|[V]erdict|[G]RADER_SECRET"
EXERCISES = "batch_mean batch_variance normalize scale_and_shift forward".split()


@dataclass(frozen=True)
class Attack:
    """One program: what it tries, and what must happen.

    `first` is a cell of the student's own, above the exercises, and `last` one below them.
    `answers` are written into the solution cells, by the name of the exercise.
    `change` is done to the notebook, as JSON.
    `points` is the score, `status` that of some exercises, as a regular expression; all others are
    missing.
    `shows` is a regular expression for the output of `first`, `says` for the message of an
    exercise that has a status.
    """

    tries: str
    first: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    last: str = ""
    change: Callable[[dict[str, Any]], None] | None = None
    points: float = 0.0
    status: Mapping[str, str] = field(default_factory=dict)
    shows: str = ""
    says: str = ""
    set: str = "ps1_standardize"


def mean(body: str, status: str, **more: Any) -> Attack:
    """A program whose batch_mean is the attack: `body` is its body."""
    lines = "\n    ".join(body.splitlines())
    tries = more.pop("tries")
    answers = {"batch_mean": f"import numpy as np\ndef batch_mean(x):\n    {lines}"}
    return Attack(tries, answers=answers, status={"batch_mean": status}, **more)


WRONG = {"batch_mean": "def batch_mean(x):\n    return x.sum(axis=0)"}
FAILED = {"batch_mean": "failed"}
ERROR = {"batch_mean": "error"}
NOTHING_RIGHT = dict.fromkeys(EXERCISES, "failed|error")
RIGHT = {"batch_mean": "def batch_mean(x):\n    return x.mean(axis=0)"}
PASSED = {"batch_mean": "passed"}


def with_wrong_mean(tries: str, first: str, **more: Any) -> Attack:
    """A program that is to make a wrong batch_mean pass."""
    return Attack(tries, first, WRONG, status=more.pop("status", FAILED), **more)


def in_the_way(tries: str, first: str, **more: Any) -> Attack:
    """A program that breaks its own process; its right batch_mean earns what is its."""
    return Attack(tries, first, RIGHT, points=2.0, status=PASSED, **more)


# The code that runs in the student's process

CLIENT = {
    "comparing functions": with_wrong_mean(
        "makes NumPy find everything equal",
        """
import numpy as np
yes = lambda *a, **k: True
for module, names in ((np.testing, "assert_allclose assert_array_equal assert_equal"),
                      (np, "allclose array_equal isclose abs isnan asarray")):
    for name in names.split():
        setattr(module, name, yes)
np.abs = lambda x: x * 0
""",
        status=ERROR,
    ),
    "methods of arrays": with_wrong_mean(
        "puts methods into the class of arrays",
        """
import gc, numpy as np
methods = gc.get_referents(np.ndarray.__dict__)[0]
for name in ("all", "any", "max", "__eq__", "__sub__", "astype"):
    methods[name] = lambda self, *a, **k: True
""",
        status={"batch_mean": "failed|error|killed"},  # NumPy itself may not survive it
    ),
    "the answers of the client": with_wrong_mean(
        "answers every question with a verdict of its own",
        """
import sys
objects, protocol = sys.modules["student.objects"], sys.modules["student.protocol"]
verdict = {"value": True, "points": 1000.0, "status": "passed", "passed": True, "score": 1000}
objects.Objects.answer = lambda self, frame: protocol.encode(verdict)
""",
        status=NOTHING_RIGHT,
    ),
    "the encoder": with_wrong_mean(
        "encodes every array as what a check might like",
        """
import sys
encode = sys.modules["student.protocol"].encode
def lies(value, keep=None):
    return encode({"value": None, "after": (), "error": None, "expected": None})
sys.modules["student.objects"].encode = lies
""",
        status=NOTHING_RIGHT,
    ),
    "handle 0": with_wrong_mean(
        "replaces what the grader runs cells with",
        """
import gc, sys
gc.unfreeze()
[objects] = [o for o in gc.get_objects() if type(o).__name__ == "Objects"]
objects.kept[0] = lambda source: [
    {"output_type": "execute_result", "execution_count": 1, "metadata": {},
     "data": {"text/plain": "1000000000.0", "application/vnd.grader.verdict+json":
              {"id": "batch_mean", "points": 2.0, "max_points": 2.0, "status": "passed",
               "message": "", "diagnosis": []}}}]
""",
        status={},
    ),
    "the shell": with_wrong_mean(
        "replaces how the shell runs cells and shows errors",
        """
shell = get_ipython()
shell.run_cell = shell.run_code = lambda *a, **k: None
shell.showtraceback = shell._showtraceback = lambda *a, **k: None
type(shell).run = lambda self, source: []
""",
        status={},
    ),
    "an AST transformer": with_wrong_mean(
        "empties the cells that hold a check",
        """
import ast
class Empty(ast.NodeTransformer):
    def visit_Module(self, node):
        return ast.parse("1000.0") if "check" in ast.unparse(node) else node
get_ipython().ast_transformers.append(Empty())
""",
    ),
    "an input transformer": with_wrong_mean(
        "rewrites the source of the cells that hold a check",
        """
get_ipython().input_transformers_cleanup.append(
    lambda lines: ["1000.0\\n"] if "check" in "".join(lines) else lines)
""",
    ),
    "hooks": with_wrong_mean(
        "reads each cell before it runs, and after",
        """
seen = []
get_ipython().events.register("pre_run_cell", lambda info: seen.append(info.raw_cell))
get_ipython().events.register("post_run_cell", lambda result: seen.append(str(result)))
""",
        last="print(any(word in cell for cell in seen for word in ('check' + '(', 'expect' 'ed')))",
    ),
    "builtins": with_wrong_mean(
        "replaces builtins that a grader would use",
        """
import builtins
builtins.isinstance = lambda *a: True
builtins.len = lambda *a: 0
builtins.__import__ = lambda *a, **k: None
""",
        status=FAILED,
    ),
    "the libraries of the client": with_wrong_mean(
        "replaces json and sockets under the client",
        """
import json, socket, pickle, sys
json.dumps = lambda value, **k: pickle.dumps(print).decode("latin-1")
socket.socket.settimeout = lambda self, seconds: None
""",
        status=FAILED,
    ),
    "the modules of the client": in_the_way(
        "removes the client's modules, and puts others in their place",
        """
import sys, types
for name in list(sys.modules):
    if name.startswith("student") or name == "grader":
        sys.modules[name] = types.ModuleType(name)
""",
    ),
}

# Looking for secrets

LOOKING = {
    "frames": Attack(
        "looks at the frames of whoever calls it",
        answers={
            "batch_mean": f"""
import re, sys
found = set()
def batch_mean(x):
    frame = sys._getframe()
    while frame is not None:
        found.update(re.findall({SECRETS!r}, repr(frame.f_locals)))
        frame = frame.f_back
    return x.sum(axis=0)
"""
        },
        last="print('found', sorted(found))",
        status=FAILED,
    ),
    "tracing": Attack(
        "traces and profiles every function that runs, in all threads",
        """
import sys, threading
seen = set()
def trace(frame, event, arg):
    seen.add(frame.f_code.co_name)
    return trace
sys.settrace(trace); sys.setprofile(trace); threading.settrace(trace); threading.setprofile(trace)
""",
        WRONG,
        last=f"""
import re, sys
sys.settrace(None); sys.setprofile(None)
print('found', [name for name in seen if re.search({SECRETS!r}, name)])
""",
        status=FAILED,
    ),
    "everything that gc knows": Attack(
        "looks through all objects for arrays and for checks",
        "",
        {
            "batch_mean": """
import gc
found = []
def batch_mean(x):
    gc.unfreeze()
    for thing in gc.get_objects():
        if type(thing).__name__ in ("Check", "Part", "Verdict", "Student", "Course", "Master"):
            found.append(type(thing).__name__)
    return x.sum(axis=0)
"""
        },
        last="print('found', found)",
        status=FAILED,
    ),
    "memory": Attack(
        "reads the memory of its own process and of others, and the map of it",
        """
import os
for name in ("self", "1", str(os.getppid()), "thread-self"):
    for file in ("mem", "maps", "environ", "cmdline", "root/etc/passwd", "fd/3"):
        try:
            print("READ", open(f"/proc/{name}/{file}", "rb").read(10))
        except OSError as error:
            print(type(error).__name__)
""",
        shows=r"^((PermissionError|FileNotFoundError|OSError)\n)+$",
    ),
    "files of the course": Attack(
        "reads the reference, the masters, the class and its marks",
        f"""
import glob, os
root = {str(ROOT)!r}
for path in ("grader/reference.py", "grader/__pycache__", "grader/sets/ps1_standardize/checks.py",
             "solutions/ps1_standardize/ps1_standardize.ipynb", "exercises", "submitted",
             "gradebook.db", ".grader-secret", "autograded", ".git/HEAD", "tests"):
    for read in (open, os.listdir, os.scandir):
        try:
            print("READ", read(os.path.join(root, path)))
        except OSError as error:
            print(type(error).__name__)
print(glob.glob(root + "/**/*", recursive=True, include_hidden=True)[:3])
""",
        shows=r"^((PermissionError|FileNotFoundError|NotADirectoryError)\n)+\[\]\n$",
    ),
    "the environment": Attack(
        "looks for secrets in the environment and the arguments",
        """
import ctypes, os, sys
libc = ctypes.CDLL(None)
libc.getenv.restype = ctypes.c_char_p
names = ("GRADER_SECRET", "JUPYTERHUB_API_TOKEN", "PYTEST_CURRENT_TEST", "VIRTUAL_ENV")
print([os.environ.get(name) or libc.getenv(name.encode()) for name in names], sys.argv)
""",
        shows=r"^\[None, None, None, None\] \[''\]\n$",
    ),
    "imports": Attack(
        "imports the reference by every way there is",
        f"""
import importlib, importlib.util, linecache, pkgutil, runpy, sys, zipimport
root = {str(ROOT)!r}
del sys.modules["grader"]
sys.path[:0] = [root, root + "/grader"]
cached = importlib.util.cache_from_source(root + "/grader/reference.py")
ways = [
    lambda: importlib.import_module("grader.reference"),
    lambda: importlib.import_module("reference"),
    lambda: importlib.util.module_from_spec(importlib.util.find_spec("grader.reference")),
    lambda: runpy.run_path(root + "/grader/reference.py"),
    lambda: runpy.run_module("grader.reference"),
    lambda: zipimport.zipimporter(root + "/grader"),
    lambda: pkgutil.get_data("grader", "reference.py"),
    lambda: importlib.machinery.SourcelessFileLoader("reference", cached).load_module(),
    lambda: linecache.getlines(root + "/grader/reference.py")[0],
    lambda: [importlib.import_module("__editable___batchnorm_course_0_1_0_finder").install(),
             importlib.import_module("grader.reference")],
]
for way in ways:
    try:
        print("IMPORTED", way())
    except Exception as error:
        print("refused")
""",
        shows=r"^(refused\n)+$",
    ),
    "the same question twice": Attack(
        "remembers questions and what came of them, and answers from that",
        "",
        {
            "batch_mean": """
import numpy as np
known = {}
def batch_mean(x):
    return known.setdefault(x.tobytes(), np.zeros(x.shape[1]))
"""
        },
        status=FAILED,
    ),
    "random numbers": Attack(
        "guesses the seed of the questions, and replaces what makes random numbers",
        """
import numpy as np
np.random.default_rng = lambda seed=None: np.random.Generator(np.random.PCG64(0))
np.random.seed(0)
""",
        {
            "batch_mean": "def batch_mean(x):\n"
            "    return np.random.default_rng(0).normal(size=x.shape[1])"
        },
        status=FAILED,
    ),
}

# Frames that no client would send

SENDING = """
import socket, sys
from student.protocol import FRAME, Callback, Handle, encode
def send(data):
    sock = socket.socket(fileno=3)
    sock.sendall(data)
    sock.detach()
"""
FORGED = {
    "replies in advance": Attack(
        "sends replies before the questions come",
        f"{SENDING}\nfor _ in range(50): send(encode({{'value': True, 'after': (1,)}}))",
        WRONG,
        status=FAILED,
    ),
    "a verdict": mean(
        f"{SENDING}\nsend(encode({{'points': 2.0, 'status': 'passed', 'value': 1}}))\nreturn 1",
        "failed",
        tries="sends a verdict as the reply",
    ),
    "a callback that nobody lent": Attack(
        "asks for a function of the grader's that was not lent",
        answers={
            "batch_mean": f"{SENDING}\ndef batch_mean(x):\n"
            "    send(encode({'callback': 1, 'args': (x,), 'kwargs': {}}))\n"
            "    return x.sum(axis=0)"
        },
        # what comes next is taken for the answer to another question
        status=dict.fromkeys(EXERCISES, "failed|error|missing"),
    ),
    "callbacks without end": mean(
        f"{SENDING}\nwhile True: send(encode({{'callback': 1, 'args': (x,), 'kwargs': {{}}}}))",
        "timeout",
        tries="asks for functions of the grader's for ever",
        says="Your code exceeded 2 s while it was checked",
    ),
    "handles of nothing": mean(
        f"{SENDING}\nsend(encode({{'value': Handle(10**9, 'ndarray')}}))\nreturn x",
        "failed",
        tries="answers with a handle that stands for nothing",
    ),
    "half a frame": mean(
        f"{SENDING}\nimport time\nsend(FRAME.pack(10, 0) + b'half'); time.sleep(100)",
        "timeout",
        tries="sends half a frame, and waits",
    ),
    "too large a frame": mean(
        f"{SENDING}\nsend(FRAME.pack(2**32 - 1, 2**63))\nreturn x",
        "killed",
        tries="announces a frame of more bytes than there are",
        says="sent more than it may",
    ),
    "deep JSON": mean(
        f"{SENDING}\ntext = b'[' * 10**6\nsend(FRAME.pack(len(text), 0) + text)\nreturn x",
        "killed",
        tries="sends JSON that is nested a million times",
        says="sent what is not an answer",
    ),
    "an impossible array": mean(
        f"{SENDING}\n"
        'text = b\'{"array": ["<f8", [549755813888, 549755813888, 0], [9, 9, 2]]}\'\n'
        'text = b\'{"dict": [["value", %s]]}\' % text\n'
        "send(FRAME.pack(len(text), 0) + text)\nreturn x",
        "killed",
        tries="sends an array of more elements than there are numbers",
    ),
    "an empty array of great length": mean(
        f"{SENDING}\n"
        'text = b\'{"array": ["|b1", [549755813888, 0], [9, 2]]}\'\n'
        'text = b\'{"dict": [["value", %s]]}\' % text\n'
        "send(FRAME.pack(len(text), 0) + text)\nreturn x",
        "failed|error",
        tries="sends an array whose rows are many and empty, to be copied for ever",
    ),
    "not numbers": mean(
        f"{SENDING}\n"
        'text = b\'{"dict": [["value", {"complex": [NaN, Infinity]}]]}\'\n'
        "send(FRAME.pack(len(text), 0) + text)\nreturn x",
        "failed|error",
        tries="sends JSON's numbers that are none",
    ),
    "an error with many classes": Attack(
        "sends an error with classes without end",
        answers={
            "batch_mean": f"{SENDING}\ndef batch_mean(x):\n"
            "    send(encode({'error': {'kinds': ['Error'] * 200_000, 'text': 5}}))\n"
            "    return x"
        },
        status=dict.fromkeys(EXERCISES, "failed|error|missing"),
    ),
    "an error that pretends": mean(
        "class NotImplementedError(Exception): pass\n"
        "raise NotImplementedError('all right\\n\\nok')",
        "missing",
        tries="raises an error with a name and a text that look like the grader's",
    ),
}

# What a function returns

RETURNED = {
    "a lying subclass": mean(
        "class Lies(np.ndarray):\n"
        "    def __eq__(self, other): return True\n"
        "    def __array_ufunc__(self, *a, **k): return np.zeros(1)\n"
        "    def __array_function__(self, *a, **k): return True\n"
        "    def __array_finalize__(self, other): pass\n"
        "return x.sum(axis=0).view(Lies)",
        "failed",
        tries="returns an array of a class that agrees with everything",
    ),
    "a lying object": mean(
        "class Lies(float):\n"
        "    __eq__ = __le__ = __lt__ = __ge__ = __gt__ = lambda self, other: True\n"
        "    __sub__ = __rsub__ = __abs__ = lambda self, *other: 0.0\n"
        "    __hash__ = float.__hash__\n"
        "    def __array__(self, *a, **k): return np.zeros(2)\n"
        "    @property\n"
        "    def __class__(self): return np.ndarray\n"
        "return Lies(1)",
        "failed",
        tries="returns an object that says that it is an array",
    ),
    "a proxy": mean(
        "class Proxy:\n"
        "    def __getattr__(self, name): return self\n"
        "    def __call__(self, *a, **k): return True\n"
        "    def __array__(self, *a, **k): return np.zeros(2)\n"
        "    def __eq__(self, other): return True\n"
        "return Proxy()",
        "failed",
        tries="returns an object that has every attribute",
    ),
    "a masked array": mean(
        "return np.ma.masked_all(x.shape[1])", "failed", tries="returns values that are hidden"
    ),
    "NaN": mean("return np.full(x.shape[1], np.nan)", "failed", tries="returns no numbers"),
    "infinity": mean("return np.full(x.shape[1], np.inf)", "failed", tries="returns infinities"),
    "half precision": mean(
        "return (x.mean(axis=0) * 1.003).astype(np.float16)",
        "failed",
        tries="hides an error of 0.3% behind a type with few digits",
        says="WRONG",
    ),
    "objects": mean(
        "return np.array([object()] * x.shape[1])", "failed", tries="returns an array of objects"
    ),
    "an endless generator": mean(
        "return iter(int, 1)", "failed", tries="returns an iterator without end"
    ),
    "an endless list": mean(
        "class Endless(list):\n"
        "    def __iter__(self):\n"
        "        while True: yield 0.0\n"
        "return Endless([1])",
        "killed|timeout",
        tries="returns a list that never ends",
        says="Your code (exceeded 2 s|used more than 0.5 GB)",
    ),
    "an endless dict": mean(
        "class Endless(dict):\n"
        "    def items(self): return ((0, 0) for _ in iter(int, 1))\n"
        "return Endless()",
        "killed|timeout",
        tries="returns a dict that never ends",
        says="Your code (exceeded 2 s|used more than 0.5 GB)",
    ),
    "a list in itself": mean(
        "a = []\na.append(a)\nreturn a", "error", tries="returns a list that holds itself"
    ),
    "a deep nest": mean(
        "a = []\nfor _ in range(10_000): a = [a, a]\nreturn a",
        "error",
        tries="returns lists that double at each of ten thousand levels",
    ),
    "a huge array": mean(
        "return np.zeros(2**24)", "killed", tries="returns 128 MB", says="sent more than it may"
    ),
    "a huge list": mean(
        "return [0.0] * 1_000_000",
        "error|timeout",
        tries="returns a million numbers that are not in an array",
    ),
    "a huge integer": mean("return 10 ** 5000", "failed", tries="returns 5000 digits"),
    "a huge text": mean(
        "return 'x' * 3_000_000", "failed", tries="returns three million characters"
    ),
    "control characters": mean(
        "raise ValueError('\\x1b]0;owned\\x07\\x1b[2J\\u202e\\x00<script>alert(1)</script>\\nok')",
        "error",
        tries="raises an error whose text is for the instructor's terminal",
        says=r"\n       raised ValueError: \?\]0;owned\?\?\[2J\?\?<script>.*\n       ok\n",
    ),
    "only the second time": Attack(
        "is right once, and then returns what it returned before",
        answers={
            "batch_mean": """
kept = []
def batch_mean(x):
    if not kept:
        kept.append(x.mean(axis=0))
    return kept[0]
"""
        },
        status=FAILED,
    ),
    "its argument": mean("return x", "failed", tries="returns what it was given"),
}

# Ends and endless things

ENDS = {
    "_exit": mean(
        "import os; os._exit(0)", "killed", tries="ends its process", says="Your code exited"
    ),
    "a segmentation fault": mean(
        "import ctypes; ctypes.string_at(0)",
        "killed",
        tries="reads where there is nothing",
        says="ended in a segmentation fault",
    ),
    "abort": mean("import os; os.abort()", "killed", tries="aborts", says="segmentation fault"),
    "deep recursion": mean(
        "import sys; sys.setrecursionlimit(10**9)\nf = lambda n: f(n + 1)\nreturn f(0)",
        "killed|timeout",
        tries="calls itself until the stack is full",
    ),
    "no recursion": in_the_way(
        "leaves no room for calls", "import sys\ntry: sys.setrecursionlimit(1)\nexcept Exception: 1"
    ),
    "SystemExit": mean("raise SystemExit(0)", "error", tries="exits with status 0"),
    "KeyboardInterrupt": mean("raise KeyboardInterrupt", "error", tries="interrupts the grader"),
    "an endless loop": mean("while True: pass", "timeout", tries="loops for ever"),
    "an endless loop in C": mean(
        "sum(iter(int, 1))", "timeout", tries="loops where no exception comes"
    ),
    "a slow expression": mean(
        "import re; re.match('(a+)+$', 'a' * 60 + 'b')", "timeout", tries="searches for years"
    ),
    "ignored signals": mean(
        "import signal\n"
        "for n in set(signal.Signals) - {9, 19}: signal.signal(n, signal.SIG_IGN)\n"
        "while True:\n"
        "    try:\n"
        "        while True: pass\n"
        "    except BaseException: pass",
        "timeout",
        tries="does not listen",
        says="Your code exceeded 2 s",
    ),
    "a little below the limit": mean(
        "import time; time.sleep(1.2); return x.mean(axis=0)",
        "timeout",
        tries="takes nearly the whole time of an exercise for each call",
    ),
    "a text without end": mean(
        "class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E",
        "timeout",
        tries="raises an error whose text never ends",
    ),
    "a finaliser without end": mean(
        "class D:\n    def __del__(self):\n        while True: pass\nD()",
        "timeout",
        tries="has an object that is never gone",
    ),
    "a class without ancestors": mean(
        "class Meta(type):\n"
        "    def mro(cls): return [cls, *type.mro(cls)[1:]]\n"
        "    __name__ = property(lambda cls: 1 / 0)\n"
        "    def __instancecheck__(cls, other): return True\n"
        "class E(Exception, metaclass=Meta):\n"
        "    __traceback__ = property(lambda self: 1 / 0)\n"
        "raise E",
        "error",
        tries="raises an error whose class cannot be looked at",
    ),
    "atexit": in_the_way(
        "runs code when its process ends",
        f"""
import atexit, signal, weakref
def late(*_):
    while True: open("{LEFT_BEHIND}", "a").write("late")
atexit.register(late)
for n in (signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE): signal.signal(n, late)
""",
    ),
    "an alarm": in_the_way(
        "interrupts the client between its steps",
        """
import signal
def interrupt(*_): raise SystemExit("now")
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
""",
    ),
    "settings": in_the_way(
        "turns warnings and floating point errors into exceptions, and collection off",
        """
import faulthandler, gc, os, sys, warnings
import numpy as np
warnings.simplefilter("error")
np.seterr(all="raise")
gc.disable()
os.umask(0o777)
os.chdir("/")
faulthandler.enable(open(os.devnull, "w"))
faulthandler.dump_traceback_later(1, exit=False, file=open(os.devnull, "w"))
sys.stdout.close()
sys.stderr = None
""",
    ),
    "no output": in_the_way(
        "closes and replaces the standard streams",
        "import os, sys\n"
        "for n in range(3): os.close(n)\n"
        "sys.stdout = sys.stderr = sys.stdin = None",
    ),
    "no channel": Attack(
        "closes what the grader asks it through",
        "import os\nos.close(3)",
        RIGHT,
        points=2.0,
        status=PASSED,
        shows="This cell exited",
    ),
    "a cell without end": Attack(
        "loops in a cell",
        "while True: pass",
        RIGHT,
        points=2.0,
        status=PASSED,
        shows="This cell exceeded 2 s. It was stopped, and what it defines is missing below",
    ),
}

# Taking all there is

TAKING = {
    "a memory bomb": mean(
        "a = []\nwhile True: a.append(np.empty(2**20))",
        "killed",
        tries="takes memory until there is none",
        says=r"^Your code used more than 0\.5 GB while it was checked, so this exercise has no ",
    ),
    "a memory bomb in a cell": Attack(
        "takes memory in a cell, until there is none",
        "import numpy as np\nkept = []\nwhile True: kept.append(np.empty(2**20))",
        RIGHT,
        points=2.0,
        status=PASSED,
        shows=r"^This cell used more than 0\.5 GB\. It was stopped",
    ),
    "memory that is kept": Attack(
        "takes nearly all memory and keeps it, so that no question can be read",
        """
import mmap
kept, size = [], 2**29
while size >= 4096:
    try:
        kept.append(mmap.mmap(-1, size))
    except OSError:
        size //= 2
def fill():
    while True: kept.append([0] * 100)
try:
    fill()
except MemoryError:
    pass
""",
        RIGHT,
        status=dict.fromkeys(EXERCISES, "killed"),
        says=r"^Your code used more than 0\.5 GB",
    ),
    "shared memory": Attack(
        "takes memory that outlives a process",
        """
import mmap
try:
    open("/dev/shm/"""
        + LEFT_BEHIND
        + """", "wb").write(bytes(10**9))
except OSError as error:
    print(type(error).__name__)
kept = mmap.mmap(-1, 2**30)
""",
        shows="(?s)PermissionError|This cell used more|OSError",
    ),
    "a full disk": Attack(
        "writes until there is no room, in one file and in many",
        """
import os
for write in (lambda: open("big", "wb").write(bytes(2**25)),
              lambda: [open(f"part{i}", "wb").write(bytes(2**20)) for i in range(100)],
              lambda: [open(f"empty{i}", "wb").close() for i in range(10_000)],
              lambda: [os.makedirs(f"folder{i}") for i in range(10_000)]):
    try:
        write()
        print("written")
    except OSError as error:
        print(error.strerror)
""",
        RIGHT,
        points=2.0,
        status=PASSED,
        shows="^File too large\n(No space left on device\n){3}$",
    ),
    "endless output": Attack(
        "prints for ever",
        "while True: print('again ' * 100)",
        RIGHT,
        points=2.0,
        status=PASSED,
        shows="This cell exceeded 2 s",
    ),
    "one long line": in_the_way(
        "prints one line of 120 MB", "print('x' * 120_000_000)", shows="more characters of output"
    ),
    "many outputs": in_the_way(
        "shows three thousand objects, and raises an error",
        "for i in range(3000): display({'text/plain': 'x'}, raw=True)\n1 / 0",  # no formatter: fast
        shows="more characters of output",
    ),
    "colours": in_the_way(
        "prints codes for colours that take long to show",
        "print('\\x1b[31mx' * 20_000 + '\\x1b[' + '9' * 5000 + 'm')",
        shows=r"^\[31mx\[31mx",
    ),
    "a fork bomb": Attack(
        "starts processes that start processes",
        """
import ctypes, multiprocessing, os, posix, subprocess
libc = ctypes.CDLL(None)
for start in (posix.fork, posix.forkpty, lambda: posix.posix_spawn("/bin/sh", ["sh"], {}),
              lambda: libc.fork() >= 0 or 1 / 0, lambda: libc.system(b"sleep 9") == 0 or 1 / 0,
              lambda: subprocess.Popen("sleep 1000 &", shell=True),
              lambda: posix.system("sleep 9") == 0 or 1 / 0,
              lambda: multiprocessing.Process(target=print).start()):
    try:
        print("STARTED", start())
    except Exception:
        print("refused")
""",
        shows="^(refused\n){8}$",
    ),
    "a thread bomb": Attack(
        "starts threads that never end",
        """
import threading, time
threading.stack_size(65536)
while True: threading.Thread(target=time.sleep, args=(1000,)).start()
""",
        RIGHT,
        points=2.0,
        status=PASSED,
        shows="This cell started more than 16 threads",
    ),
    "a thread that stays": in_the_way(
        "leaves a thread that spins, and one that prints",
        """
import threading
def spin():
    while True: pass
def prints():
    while True: print("from a thread")
for target in (spin, prints): threading.Thread(target=target).start()
""",
    ),
    "files that stay": Attack(
        "leaves files, links and folders wherever it can",
        f"""
import os, pathlib
for place in ("/tmp", "/dev/shm", "/var/tmp", "/root", os.path.expanduser("~"), {str(ROOT)!r},
              os.path.dirname(os.__file__), "."):
    path = pathlib.Path(place, "{LEFT_BEHIND}")
    for make in (path.touch, path.mkdir, lambda: path.symlink_to("/etc/passwd"),
                 lambda: os.link(os.__file__, path), lambda: os.mkfifo(path)):
        try:
            make()
        except OSError:
            pass
""",
    ),
    "links": Attack(
        "reads other files through links in its own folder",
        f"""
import os
targets = ["/etc/passwd", {str(ROOT / "grader/reference.py")!r}, "/proc/self/mem", "/dev/mem"]
for number, target in enumerate(targets):
    os.symlink(target, f"link{{number}}")
    try:
        print("READ", open(f"link{{number}}", "rb").read(1))
    except OSError as error:
        print("refused")
""",
        shows="^(refused\n){4}$",
    ),
    "big callbacks": Attack(
        "calls the functions that it is lent with lists that NumPy makes gigabytes of",
        answers={
            "test_backward": """
def test_backward(batchnorm_backward):
    batchnorm_backward(["a" * 1_000_000] + ["b"] * 1000, 0, 0)
"""
        },
        status={"test_backward": "error"},
        says="called too often, or with too much data",
        set="ps3_backward",
    ),
    "slow callbacks": Attack(
        "keeps the functions that it is lent busy",
        answers={
            "test_backward": """
import numpy as np
def test_backward(batchnorm_backward):
    x = np.ones((1, 10_000))
    while True: batchnorm_backward(x, x, np.ones(10_000))
"""
        },
        status={"test_backward": "timeout"},
        says="Your code exceeded 2 s while it was checked",
        set="ps3_backward",
    ),
}


# Functions of the reference in place of the student's own: `forward` is asked with them again

ELSEWHERE = {
    "batch_variance": "def batch_variance(x):\n    return x.sum(axis=0)",
    "forward": """
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return scale_and_shift(normalize(x, batch_mean(x), batch_variance(x), eps), gamma, beta)
""",
}


def lent(tries: str, forward: str, status: str = "failed", **more: Any) -> Attack:
    """A program whose `forward` does something else than to compose, while it may."""
    found = {"batch_variance": "failed", "forward": status}
    return Attack(tries, answers=ELSEWHERE | {"forward": forward}, status=found, **more)


FORWARD = "def batchnorm_forward(x, gamma, beta, eps=1e-5):\n"
LENT = {
    "none of it": Attack(
        "composes what it has not written: all that is right in it counts",
        answers=ELSEWHERE,
        points=7.0,
        status={"batch_variance": "failed", "forward": "passed"},
        says="The mistake is not here, but in batch_mean and .* and scale_and_shift: mend",
    ),
    "what is behind them": lent(
        "looks for the reference behind the functions that it is lent",
        f"""
import gc, re
found, own = ["it was not asked again"], batch_variance
def texts(value, depth, seen):
    if depth and id(value) not in seen:
        seen.add(id(value))
        yield repr(value)[:2000]
        for inner in gc.get_referents(value):
            yield from texts(inner, depth - 1, seen)
{FORWARD}\
    if batch_variance is own: return x
    known = texts([batch_variance.__code__, batch_variance.__closure__], 7, set())
    ours = re.compile(r"[_]centre|[_]fit|[c]hecking")
    found[:] = [text for text in known if ours.search(text)]
    return x
""",
        last="print('found', found)",
    ),
    "kept for later": Attack(
        "keeps a function that it is lent, and calls it in place of its own in the next exercise",
        answers={
            "batch_mean": "def batch_mean(x):\n    return x.sum(axis=0)",
            "batch_variance": """
kept = []
def batch_variance(x):
    kept.append(batch_mean)
    return batch_mean(x)
""",
            "normalize": """
def normalize(x, mean, variance, eps=1e-5):
    return kept[-1](x) if eps != 1e-5 else x
""",
        },
        status={"batch_mean": "failed", "batch_variance": "failed", "normalize": "error"},
        says="raised RuntimeError: this function can be called only while it is being checked",
    ),
    "its own again": lent(
        "puts functions of its own back, deletes them, and calls itself from what it is lent",
        f"""
own, asked = batch_variance, []
{FORWARD}\
    global batch_variance, batch_mean
    if batch_variance is not own:
        asked.append(batch_mean)
        batch_variance, batch_mean = own, lambda x: batchnorm_forward
        del globals()["normalize"]
    return x
""",
        last="print(not (asked and batch_variance is own and normalize))",
    ),
    "an end": lent(
        "ends its process when it is asked again",
        f"""
import os
own = batch_variance
{FORWARD}\
    if batch_variance is not own: os._exit(0)
    return x
""",
        last="print(batch_variance is not own)",
    ),
    "no end": lent(
        "is asked again, and never answers",
        f"""
own = batch_variance
{FORWARD}\
    while batch_variance is not own: pass
    return x
""",
        last="print(batch_variance is not own)",
    ),
    "nothing but numbers": lent(
        "calls the functions that it is lent with whatever there is",
        f"""
found = ["it was not asked again"]
own = batch_variance
{FORWARD}\
    if batch_variance is own: return x
    column = np.ones((10_000, 1))
    calls = [(normalize, (column, column.T, column.T))]
    for value in (None, "x", [[1], [1, 2]], {{}}, object(), np.ones((4096, 1024)), np.ones((0, 3)),
                  [0] * 50_000, 10**30, 1j, np.array(["x"]), np.ones((1,) * 30), (), batch_mean):
        calls += [(f, (value,)) for f in (batch_mean, batch_variance)]
        calls += [(scale_and_shift, (value,) * 3), (normalize, (x, gamma, gamma, value))]
    found.clear()
    for f, arguments in calls:
        try:
            found.append(f(*arguments))
        except (TypeError, ValueError):
            pass
    return x
""",
        last="print('found', found)",
    ),
    "called without end": lent(
        "calls the functions that it is lent for ever",
        f"""
own = batch_variance
{FORWARD}\
    while batch_variance is not own: batch_variance(x)
    return x
""",
    ),
}


# The notebook itself


def _nbgrader(notebook: dict[str, Any], **metadata: object) -> None:
    for cell in notebook["cells"]:
        cell["metadata"].get("nbgrader", {}).update(metadata)


def _graded_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade")]


def _answers_in_graded_cells(notebook: dict[str, Any]) -> None:
    for cell in _graded_cells(notebook):
        cell["source"] = "1000000000.0"
        cell["metadata"]["nbgrader"].update(solution=True, locked=False, points=1000)


def _forged_outputs(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            verdict = {
                "id": name, "points": 1000.0, "max_points": 2.0, "status": "passed",
                "message": "", "diagnosis": [],
            }  # fmt: skip
            data = {"text/plain": "1000000000.0", "application/vnd.grader.verdict+json": verdict}
            cell["outputs"] = [
                {"output_type": kind, "execution_count": 1, "metadata": {}, "data": data}
                for kind in ("display_data", "execute_result")
            ]


def _duplicated(notebook: dict[str, Any]) -> None:
    for cell in _graded_cells(notebook):
        notebook["cells"] += [{**cell, "source": "1000.0"}] * 20


def _renamed(notebook: dict[str, Any]) -> None:
    for cell in _graded_cells(notebook):
        cell["metadata"]["nbgrader"]["grade_id"] += "-free-points"


def _foreign_metadata(notebook: dict[str, Any]) -> None:
    notebook["metadata"] = {
        "title": "<script>document.title = 'owned'</script>",
        "kernelspec": {"name": "../../evil", "argv": ["sh", "-c", "true"], "language": "sh"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"a": "<script>"}}},
        "nbgrader": {"points": 1000},
        "celltoolbar": 5,
    }
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = ["../../../x", "", "a" * 10**6, None, "same", 5][number % 6]
        cell["execution_count"] = "<script>"


def _deep_metadata(notebook: dict[str, Any]) -> None:
    deep: Any = []
    for _ in range(150):
        deep = {"a": [deep]}
    for cell in notebook["cells"]:
        cell["metadata"]["deep"] = deep


def _huge_attachments(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["attachments"] = {
            "\x00../../a.png": {"image/png": "A" * 10**6, "text/html": "<script>"},
            "b": 5,
        }


def _odd_text(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if cell["cell_type"] == "markdown" or name.endswith("-solution"):
            cell["source"] = ["\x00\ud800\u202e", "\ufeff\u2028", 5, None, "\r\x0c\x85"]


def _odd_types(notebook: dict[str, Any]) -> None:
    for number, cell in enumerate(notebook["cells"]):
        if not cell["metadata"].get("nbgrader"):
            cell["metadata"] = [None, [], "x", 5, {"nbgrader": []}][number % 5]
            cell["cell_type"] = ["code", [], {}, None, "heading"][number % 5]
            cell["source"] = "{" * 100
    notebook["cells"] += [None, 5, [], "cell"]
    notebook["nbformat_minor"] = "x"


NOTEBOOKS = {
    "forged points": Attack(
        "gives its cells a thousand points",
        answers=WRONG,
        change=lambda notebook: _nbgrader(notebook, points=1000, checksum="0" * 32),
        status=FAILED,
    ),
    "other flags": Attack(
        "makes its graded cells solutions, and its solutions graded",
        answers=WRONG,
        change=lambda notebook: _nbgrader(
            notebook, grade=True, solution=True, locked=False, task=True, schema_version=99
        ),
        status=FAILED,
    ),
    "answers in graded cells": Attack(
        "writes a large number into its graded cells",
        answers=WRONG,
        change=_answers_in_graded_cells,
        status=FAILED,
    ),
    "forged outputs": Attack(
        "hands in outputs that are verdicts", answers=WRONG, change=_forged_outputs, status=FAILED
    ),
    "displayed verdicts": with_wrong_mean(
        "shows what a verdict of the grader's looks like",
        """
verdict = {"id": "batch_mean", "points": 1000.0, "max_points": 2.0, "status": "passed",
           "message": "", "diagnosis": []}
display({"text/plain": "2.0", "application/vnd.grader.verdict+json": verdict}, raw=True)
print("batch_mean: all right, 2 / 2 points")
1000000000.0
""",
    ),
    "graded cells twenty times": Attack(
        "hands in each graded cell twenty times",
        answers=WRONG,
        change=_duplicated,
        status=FAILED,
    ),
    "graded cells of its own": Attack(
        "gives its graded cells names of its own", answers=WRONG, change=_renamed, status=FAILED
    ),
    "foreign metadata": Attack(
        "asks for a kernel of its own, and has ids that are paths",
        answers=RIGHT,
        change=_foreign_metadata,
        points=2.0,
        status=PASSED,
    ),
    "deep metadata": Attack(
        "has metadata that are nested three hundred times",
        answers=RIGHT,
        change=_deep_metadata,
        points=2.0,
        status=PASSED,
    ),
    "huge attachments": Attack(
        "pastes pictures of many megabytes",
        answers=RIGHT,
        change=_huge_attachments,
        points=2.0,
        status=PASSED,
    ),
    "odd text": Attack("has text that is none", change=_odd_text),
    "odd types": Attack(
        "has cells that are none", answers=RIGHT, change=_odd_types, points=2.0, status=PASSED
    ),
    "locked cells": Attack(
        "writes a program into each locked cell",
        answers=WRONG,
        change=lambda notebook: (
            [
                cell.update(source="import os; os._exit(0)")
                for cell in notebook["cells"]
                if cell["metadata"].get("nbgrader", {}).get("locked")
            ]
            and None
        ),
        status=FAILED,
    ),
}

ATTACKS = {
    f"{group}: {name}": attack
    for group, table in {
        "client": CLIENT,
        "looking": LOOKING,
        "frames": FORGED,
        "returned": RETURNED,
        "ends": ENDS,
        "taking": TAKING,
        "lent": LENT,
        "notebook": NOTEBOOKS,
    }.items()
    for name, attack in table.items()
}

# Single steps that the kernel must refuse; all are tried in one process, in this order.
C = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *arguments):
    result = getattr(libc, name)(*arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return result
"""
STEPS = {
    "prctl: another security filter": "call('prctl', 22, 2, None, 0, 0)",
    "prctl: readable by others": "call('prctl', 4, 1, 0, 0, 0)",
    "seccomp": "call('syscall', 317, 1, 0, None)",
    "unshare": "call('unshare', 0x10000000)",
    "mount": "call('mount', b'a', b'/', b'tmpfs', 0, None)",
    "ptrace": "call('ptrace', 16, 1, None, None)",
    "process_vm_readv": "call('process_vm_readv', 1, None, 0, None, 0, 0)",
    "open_by_handle_at": "call('open_by_handle_at', 3, None, 0)",
    "io_uring": "call('syscall', 425, 1, None)",
    "pidfd_open": "call('syscall', 434, 1, 0)",
    "pidfd_getfd": "call('syscall', 438, 3, 0, 0)",
    "landlock": "call('syscall', 446, 3, 0)",
    "memfd_create": "call('memfd_create', b'a', 0)",
    "clone3": "call('syscall', 435, None, 0)",
    "exec": "import os; os.execv(os.sys.executable, ['python'])",
    "the time of a library's file": "import os; os.utime(os.__file__)",
    "the mode of a library's file": "import os; os.chmod(os.__file__, 0o777)",
    "a socket of the internet": "import socket; socket.create_connection(('127.0.0.1', 80))",
    "a raw socket": "import socket; socket.socket(type=socket.SOCK_RAW)",
    "netlink": "import socket; socket.socket(socket.AF_NETLINK)",
    "an abstract socket": "import socket; socket.socket(socket.AF_UNIX).bind(b'\\0name')",
    "a datagram to a socket's path": (
        "import socket; "
        "a, _ = socket.socketpair(type=socket.SOCK_DGRAM); "
        "a.sendto(b'owned', '/run/systemd/journal/dev-log')"
    ),
    "another limit": "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "another priority": "import os; os.setpriority(os.PRIO_PROCESS, 0, -20)",
    "the guard": "import os, signal; os.kill(0, signal.SIGKILL)",
    "every process": "import os, signal; os.kill(-1, signal.SIGKILL)",
    "a larger pipe": "import fcntl, os; fcntl.fcntl(os.pipe()[1], 1031, 2**20)",
    "the terminal": "open('/dev/tty', 'w')",
    "all of the disk": "open('/dev/sda', 'rb')",
    "the kernel's log": "open('/dev/kmsg')",
    "the processes": "import os; os.listdir('/proc')",
    "the hosts": "open('/etc/hosts')",
}
