"""Runs a notebook's cells as a notebook does, without a kernel, and keeps what they display.

Outputs are those of nbformat 4, bounded while the cell runs: a loop that prints for ever fills
neither memory nor a disk.
The grader believes nothing of what comes back: it checks and cleans each output again.
"""

import ast
import base64
import io
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.external.pickleshare import PickleShareDB
from pygments.lexer import RegexLexerMeta  # type: ignore[import-untyped]
from traitlets import Type
from traitlets.config import Config

Output = dict[str, object]
OVERHEAD = 100  # bytes charged for an output besides its text, so that their number is bounded too
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/svg+xml")  # the first of them is kept
# Jupyter's lines about the notebook and its editor, and one about commands, of which none is run.
WITHOUT_EFFECT = ("autosave", "connect_info", "qtconsole", "rehashx")
INSTALLERS = ("conda", "mamba", "micromamba", "uv")  # as %pip, which asks for nothing itself
MOVES = re.compile("([\r\b\n])")
WARM_UP = [  # load now what a result, a plot, a traceback or an `await` would in each process
    "import asyncio, numpy.fft, numpy.linalg, numpy.random, numpy.testing",
    "numpy.array([1.0, 2.0])",
    "%matplotlib inline\nfrom matplotlib import pyplot as plt\nplt.plot([0, 1]);",
    "def fails():\n    raise ValueError\nfails()",
]


class Outputs:
    """The outputs of one cell, up to `text_bytes` of text and `image_bytes` of pictures.

    As in Jupyter, they can be cleared, now or when the next one comes, and what has a display id
    can be updated: `earlier` holds the ids that cells before this one displayed.

    Of what nbgrader's marks depend on (an error, a result, that stderr was written to) there is
    always at least the beginning, however much came before.
    """

    def __init__(self, text_bytes: int, image_bytes: int, earlier: set[str] | None = None) -> None:
        self.bounds = text_bytes, image_bytes
        self.earlier = set() if earlier is None else earlier
        self.kept: list[Output] = []
        self.clear()

    def clear(self, wait: bool = False) -> None:
        """Forget all outputs; with `wait`, only when there is another."""
        self.cursor: int | None = None  # in the last line of the last stream; None is its end
        self.waits = wait and bool(self.kept)
        if not self.waits:
            self.kept.clear()
            (self.text_left, self.images_left), self.dropped = self.bounds, 0
            self.decisive: set[str] = set()  # of result and stderr, what has come

    def stream(self, name: str, text: str) -> None:
        """Add to what was written to stdout or stderr."""
        if not text:
            return
        self._begin()
        last = self.kept[-1] if self.kept else {}
        if name == "stderr":
            self._make_room(name)
        if last.get("name") != name:
            if not self._charge():
                return
            last = {"output_type": "stream", "name": name, "text": ""}
            self.kept.append(last)
            self.cursor = None
        written = str(last["text"])
        if self.cursor is None and "\r" not in text and "\b" not in text:
            last["text"] = written + self._fit(text)
            return
        # as of a progress bar: what is overwritten takes no room
        above, newline, line = written.rpartition("\n")
        self.text_left += len(line)
        line, self.cursor = overwrite(line, self.cursor, text)
        last["text"] = above + newline + self._fit(line)

    def display(
        self,
        data: Mapping[str, object],
        metadata: Mapping[str, object] | None = None,
        count: int | None = None,
        id: str | None = None,
    ) -> None:
        """Add a displayed object or, with `count`, the result of the cell."""
        self._begin()
        if count is not None:
            self._make_room("result")
        if not self._charge():
            return
        output: Output = {"output_type": "display_data", **self._bundle(data, metadata or {})}
        if count is not None:
            output |= {"output_type": "execute_result", "execution_count": count}
        if id is not None:
            output["display_id"] = id
        self.kept.append(output)

    def update(self, data: Mapping[str, object], metadata: Mapping[str, object], id: str) -> None:
        """Show other data where something was displayed as `id`, here or in an earlier cell."""
        for output in [output for output in self.kept if output.get("display_id") == id]:
            self._give_back(output)
            output |= self._bundle(data, metadata)
        known = any(output.get("display_id") == id for output in self.kept)
        if id in self.earlier and not known and self._charge():
            kind = "update_display_data"
            bundle = self._bundle(data, metadata)
            self.kept.append({"output_type": kind, "display_id": id, **bundle})

    def _bundle(self, data: Mapping[str, object], metadata: Mapping[str, object]) -> Output:
        """What is kept of an object's representations: its text, and a picture."""
        kept: dict[str, object] = {}
        if isinstance(text := data.get("text/plain"), str):
            kept["text/plain"] = self._fit(text)
        sizes: dict[str, object] = {}
        for kind in PICTURES:
            image = data.get(kind)
            if isinstance(image, bytes):
                image = base64.b64encode(image).decode()
            if image is None or set(kept) & set(PICTURES):
                continue
            if isinstance(image, str) and len(image) <= self.images_left:
                self.images_left -= len(image)
                kept[kind] = image
                size = metadata.get(kind)
                if isinstance(size, Mapping):
                    sizes[kind] = {side: size.get(side) for side in ("width", "height")}
            else:
                self.dropped += len(str(image))
        return {"data": kept, "metadata": sizes}

    def _give_back(self, output: Output) -> None:
        """Make room of what an output takes."""
        data = output["data"]
        assert isinstance(data, dict)
        self.text_left += len(data.get("text/plain", ""))
        self.images_left += sum(len(data.get(kind, "")) for kind in PICTURES)

    def error(self, name: str, value: str, traceback: Sequence[str]) -> None:
        """Add an exception."""
        self._begin()
        self.text_left = max(self.text_left, 10_000)
        lines = [self._fit(str(line)) for line in traceback]
        error = {"ename": name[:200], "evalue": value[:1000], "traceback": lines}
        self.kept.append({"output_type": "error", **error})

    def result(self) -> list[Output]:
        """The outputs, with a line that says how much was dropped."""
        if self.dropped:
            text = f"\n[{self.dropped:,} more characters of output were dropped]\n"
            # not on stderr: to nbgrader that is a failure, and this is none
            self.kept.append({"output_type": "stream", "name": "stdout", "text": text})
        self.earlier |= {str(o["display_id"]) for o in self.kept if "display_id" in o}
        return self.kept

    def _begin(self) -> None:
        """Another output comes: clear what waits to be."""
        if self.waits:
            self.clear()

    def _make_room(self, what: str) -> None:
        if what not in self.decisive:
            self.decisive.add(what)
            self.text_left = max(self.text_left, 1000)

    def _charge(self) -> bool:
        """Is there room for one more output?"""
        if self.text_left < OVERHEAD:
            self.dropped += 1
            return False
        self.text_left -= OVERHEAD
        return True

    def _fit(self, text: str) -> str:
        """As much of `text` as there is room for."""
        fitting = text[: max(self.text_left, 0)]
        self.text_left -= len(fitting)
        self.dropped += len(text) - len(fitting)
        return fitting


def overwrite(line: str, cursor: int | None, text: str) -> tuple[str, int | None]:
    """The lines on a screen, and the cursor in the last, after `text` was written on `line`.

    A carriage return goes to the beginning of a line and a backspace back by one character; what
    comes then is written over what is there. A cursor of None is at the end.
    """
    above, at = "", len(line) if cursor is None else cursor
    for part in MOVES.split(text):
        match part:
            case "\r":
                at = 0
            case "\b":
                at = max(at - 1, 0)
            case "\n":
                above, line, at = f"{above}{line}\n", "", 0
            case _:
                line, at = line[:at] + part + line[at + len(part) :], at + len(part)
    return above + line, at if at < len(line) else None


class Stream(io.TextIOBase):
    """A stdout or stderr that writes into the outputs of the cell that is running."""

    encoding = "utf-8"

    def __init__(self, shell: "Shell", name: str) -> None:
        self.shell, self.stream = shell, name

    def writable(self) -> bool:
        """Yes, and nothing else."""
        return True

    def write(self, text: str) -> int:
        """Write `text`; whatever does not fit is counted, not kept."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.shell.outputs.stream(self.stream, text)
        return len(text)


class _Displayed(DisplayPublisher):
    """Takes what `display(...)` shows."""

    shell: Any

    def publish(
        self,
        data: Mapping[str, object],
        metadata: Mapping[str, object] | None = None,
        source: object = None,
        *,
        transient: Mapping[str, object] | None = None,
        update: bool = False,
        **kwargs: object,
    ) -> None:
        id = (transient or {}).get("display_id")
        if update:
            self.shell.outputs.update(data, metadata or {}, str(id))
        else:
            self.shell.outputs.display(data, metadata, id=None if id is None else str(id))

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear(wait)


class _Result(DisplayHook):
    """Takes the value of a cell's last expression."""

    shell: Any

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(
        self, format_dict: Mapping[str, object], md_dict: Mapping[str, object] | None = None
    ) -> None:
        self.shell.outputs.display(format_dict, md_dict, self.prompt_count)

    def finish_displayhook(self) -> None:
        self._is_active = False


class Shell(InteractiveShell):
    """An IPython shell whose outputs are kept in `outputs`.

    There is no history, no terminal and no event loop of a user interface.
    """

    display_pub_class = Type(_Displayed)
    displayhook_class = Type(_Result)
    bounds = (200_000, 2_000_000)  # bytes of text and of pictures that a cell may put out
    outputs = Outputs(0, 0)

    def init_instance_attrs(self) -> None:
        """With what is displayed, by id."""
        super().init_instance_attrs()  # type: ignore[no-untyped-call]
        self.displayed: set[str] = set()

    def move_to(self, home: str) -> None:
        """Keep in this folder what IPython keeps of a user."""
        # set past its observer, which would make the folder: most notebooks need none
        self._trait_values["ipython_dir"] = os.path.join(home, ".ipython")
        self.user_ns["_dh"][:] = [home]  # where `%cd -` leads

    @property
    def db(self) -> PickleShareDB:
        """Folders that were gone to, bookmarks and stored variables; made when it is used."""
        if self._db is None:
            self._db = PickleShareDB(self.ipython_dir)  # type: ignore[no-untyped-call]
        return self._db

    @db.setter
    def db(self, value: PickleShareDB) -> None:
        self._db = value

    def enable_gui(self, gui: object = None) -> None:
        """Nothing to enable: figures are shown inline."""

    def enable_matplotlib(self, gui: object = None) -> tuple[str, str]:
        """Figures are shown inline, whatever window or widget a notebook asks for."""
        shown: tuple[str, str] = super().enable_matplotlib("inline")  # type: ignore[no-untyped-call]
        return shown

    def system(self, cmd: str) -> None:
        """Say that `!cmd` was not run; as elsewhere, the rest of the cell runs."""
        print(f"{cmd!r} was not run: a graded notebook runs no commands", file=sys.stderr)

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> list[str]:
        """The same for `lines = !cmd`, which then is empty."""
        self.system(cmd)
        return []

    def transform_cell(self, raw_cell: str) -> str:
        """The cell as Python; only one that is none yet is searched for IPython's own lines."""
        try:
            with warnings.catch_warnings(action="ignore"):  # they come when it is compiled
                ast.parse(raw_cell)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return str(super().transform_cell(raw_cell))  # type: ignore[no-untyped-call]
        return raw_cell if raw_cell.endswith("\n") else f"{raw_cell}\n"

    def ask_exit(self) -> None:
        """`exit` in a notebook ends nothing here."""

    @contextmanager
    def _tee(self, channel: str) -> Iterator[None]:
        """IPython would keep all that is printed for its history, without a bound."""
        yield

    def _format_exception_for_storage(self, *_: object, **__: object) -> dict[str, object]:
        """Nothing: for its history, IPython would make each traceback once more."""
        return {}

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.outputs.error(etype.__name__, _text(evalue), stb)

    def run(self, source: str) -> list[Output]:
        """Run one cell and give its outputs; an exception is one of them."""
        self.outputs = outputs = Outputs(*self.bounds, self.displayed)
        result = self.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
        error = result.error_before_exec or result.error_in_exec
        if error is not None and not any(o["output_type"] == "error" for o in outputs.kept):
            outputs.error(type(error).__name__, _text(error), [])
        self.outputs = Outputs(0, 0)  # for threads that go on writing
        return outputs.result()


def start(bounds: tuple[int, int]) -> Shell:
    """The shell of this process, with `plt` ready to show figures inline and nothing left to load.

    `bounds` are the bytes of text and of pictures that a cell may put out.
    """
    config = Config()
    config.HistoryManager.enabled = False  # it is a database in a home folder that will be gone
    shell: Shell = Shell.instance(config=config)
    shell.bounds = bounds
    shell.run_line_magic("load_ext", "storemagic")  # as in Jupyter
    for name in WITHOUT_EFFECT:
        shell.magics_manager.register_function(_nothing, magic_name=name)
    for name in INSTALLERS:
        run = partial(_not_installed, shell, name)
        shell.magics_manager.register_function(run, magic_name=name)
    sys.stdout, sys.stderr = Stream(shell, "stdout"), Stream(shell, "stderr")
    warnings.filterwarnings("ignore", message="To exit: use")  # IPython's advice after `exit()`
    _share_lexers()
    shell.builtin_trap.__enter__()  # `display` for functions that are called between cells too
    for source in WARM_UP:
        shell.run(source)
    shell.reset()  # type: ignore[no-untyped-call]
    shell.user_ns.update(dict.fromkeys(("_", "__", "___"), ""))  # the results before the first
    return shell


def _share_lexers() -> None:
    """Half the time of a traceback: each frame has a subclass of Pygments' lexer of Python.

    Pygments would make all its regular expressions anew for a subclass that changes none.
    """
    process = RegexLexerMeta.process_tokendef

    def shared(cls: Any, name: str, tokendefs: Any = None) -> Any:
        known = vars(cls.__base__).get("_tokens")
        return known if known and "tokens" not in vars(cls) else process(cls, name, tokendefs)

    RegexLexerMeta.process_tokendef = shared


def _nothing(line: str) -> None:
    """A magic that has no effect here."""


def _not_installed(shell: Shell, name: str, line: str) -> None:
    """A magic that runs the program of that name elsewhere."""
    shell.system(f"{name} {line}")


def _text(error: BaseException) -> str:
    try:
        return str.__str__(str(error))
    except BaseException:
        return ""
