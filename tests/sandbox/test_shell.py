"""What a cell puts out in a student's process: is it what Jupyter would show?"""

import base64
import re
import sysconfig
from typing import Any

import pytest
from helpers import ROOT
from helpers.processes import shown

from grader.sandbox.outputs import NESTED, SHAPES, harmless
from grader.sandbox.process import StudentProcess, Warm

SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08%s\x01\x01\x11\x00\xff\xd9"


@pytest.fixture(scope="module")
def student(warm: Warm) -> Any:
    with warm.student() as process:
        yield process


def pictures(student: StudentProcess, source: str) -> list[str]:
    """The types of the pictures that a cell puts out."""
    data: list[Any] = [output.get("data", {}) for output in student.run_cell(source, 20)]
    return [kind for item in data for kind in item if kind.startswith("image/")]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("print(1); clear_output(); print(2)", "2\n"),
        ("for i in range(3):\n    clear_output(wait=True)\n    print(i)", "2\n"),
        ("print(1); clear_output(wait=True)", "1\n"),
        ("clear_output(wait=True); print(1); print(2)", "1\n2\n"),
        ("print(1); clear_output(wait=True); display(2)", "2"),
        ("one = display(1, display_id=True); display(2); one.update(3)", "32"),
        ("print('10 %\\r20 %\\r100 %')", "100 %\n"),
        ("print('long', end='\\r'); print('ab')", "abng\n"),
        ("print('a\\nb', end='\\r'); print('c'); print('d')", "a\nc\nd\n"),
        ("print('abc\\b\\bX')", "aXc\n"),
        ("print('ab\\b', end=''); print('c')", "ac\n"),
        ("print('\\r\\n')", "\n\n"),
    ],
)
def test_what_is_seen(student: StudentProcess, source: str, text: str) -> None:
    """Are outputs cleared, updated and overwritten as in Jupyter?"""
    assert shown(student, f"from IPython.display import clear_output\n{source}") == text


COUNTED = """
from IPython.core.ultratb import VerboseTB
from pygments.lexer import words
counts = {"tracebacks": 0, "patterns": 0}
def counted(kind, name, of):
    method = getattr(of, name)
    def counting(*args, **kwargs):
        counts[kind] += 1
        return method(*args, **kwargs)
    setattr(of, name, counting)
counted("tracebacks", "format_exception_as_a_whole", VerboseTB)
counted("patterns", "get", words)
def half(n):
    return n / 0
"""


def test_a_traceback_is_made_once(student: StudentProcess) -> None:
    """Is it coloured, and made once, with the patterns that Pygments has made already?"""
    assert student.run_cell(COUNTED, 20) == []
    [error] = student.run_cell("half(1)", 20)
    assert "\x1b[" in "".join(error["traceback"])
    assert "n / 0" in re.sub("\x1b\\[[0-9;]*m", "", "".join(error["traceback"]))
    assert shown(student, "print(counts)") == "{'tracebacks': 1, 'patterns': 0}\n"


def test_progress_takes_little_room(student: StudentProcess) -> None:
    """Does a progress bar with more steps than a cell has room for leave room for a result?"""
    source = "for i in range(3000): print(f'\\r{i:100}', end='')\nprint('\\rdone')"
    text = shown(student, source)
    assert text == f"done{2999:96}\n"
    source = f"from IPython.display import clear_output\n{source}\nclear_output()\nprint(1)"
    assert shown(student, source) == "1\n"


def test_updates_reach_earlier_cells(student: StudentProcess) -> None:
    """Is what a later cell updates an update, and what nobody displayed none?"""
    student.run_cell("handle = display(1, display_id='bar')", 20)
    assert student.run_cell("handle.update(2); handle.update(3)", 20) == [
        {
            "output_type": "update_display_data",
            "data": {"text/plain": "3"},
            "metadata": {},
            "display_id": "bar",
        },
    ]
    lost = "from IPython.display import update_display\nupdate_display(4, display_id='no')"
    assert student.run_cell(lost, 20) == []


@pytest.mark.parametrize("kind", ["png", "jpeg", "svg"])
def test_figures(student: StudentProcess, kind: str) -> None:
    """Are figures kept in the format that the notebook chooses?"""
    source = f"%config InlineBackend.figure_formats = ['{kind}']\nplt.plot([1, 2]);"
    found = pictures(student, f"from matplotlib import pyplot as plt\n{source}")
    assert found == ["image/svg+xml" if kind == "svg" else f"image/{kind}"]


def test_size_of_a_figure(student: StudentProcess) -> None:
    """Is a figure of twice as many pixels shown as large as another?"""
    source = "%config InlineBackend.figure_formats = ['retina']\nplt.plot([1, 2]);"
    (output,) = student.run_cell(f"from matplotlib import pyplot as plt\n{source}", 20)
    metadata: Any = output["metadata"]
    assert set(metadata["image/png"]) == {"width", "height"}


def kept(kind: str, data: str) -> bool:
    output = {"output_type": "display_data", "data": {kind: data, "text/plain": "a"}}
    (clean,) = harmless([output], 1000, 10_000_000)
    result: Any = clean["data"]
    assert result["text/plain"] == "a"
    assert kind not in result or kind.endswith("xml") or base64.b64decode(result[kind])
    return kind in result


@pytest.mark.parametrize(
    ("drawing", "harmless"),
    [
        ("<rect width='1' height='1'/>", True),
        ("<defs><path id='a'/></defs><g><use href='#a'/></g>", True),
        ("<x:RDF xmlns:x='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>", True),
        ("<script>alert(1)</script>", False),
        ("<foreignObject/>", False),
        ("<g onload='alert(1)'/>", False),
        ("<image href='https://example.org/a.png'/>", False),
        ("<image href='data:image/png;base64,AAAA'/>", True),
        ("<animate/>", False),
        ("<g id='a'><use href='#a'/></g>", False),
        ("<rect>", False),
        ("", True),
    ],
)
def test_svg(drawing: str, harmless: bool) -> None:
    """Is an SVG picture kept if it only draws, and left out if it does anything else?"""
    assert kept("image/svg+xml", SVG.format(drawing)) == harmless


def test_svg_bombs() -> None:
    """Is an SVG picture left out that is small, and would keep a browser busy for hours?"""
    ten = "<g id='a{}'><path/>" + 10 * "<use href='#a{}'/>" + "</g>"
    tens = "".join(ten.format(i, *10 * [i - 1]) for i in range(NESTED + 4))
    assert not kept("image/svg+xml", SVG.format(tens))
    assert not kept("image/svg+xml", SVG.format("<path/>" * (SHAPES + 1)))
    entity = '<!DOCTYPE svg [<!ENTITY a "aaaa">]>'
    assert not kept("image/svg+xml", entity + SVG.format("<text>&a;</text>"))
    assert not kept("image/svg+xml", "<html/>")


def test_jpeg() -> None:
    """Is a JPEG picture kept that has a sensible size, and nothing that only says it is one?"""
    small, huge = (JPEG.replace(b"%s", size) for size in (b"\x00\x08\x00\x08", b"\xff" * 4))
    assert kept("image/jpeg", base64.b64encode(small).decode())
    for data in (huge, small[:4], b"GIF89a", b"\xff\xd8\x00\x00", b""):
        assert not kept("image/jpeg", base64.b64encode(data).decode())


MAGICS = """
%cd .
%cd -
%dhist
%pushd .
%popd
%bookmark here
%bookmark -l
%store x
%store
%autosave 10
%rehashx
%alias say echo
%save -f kept.py 1
%logstart
%logstop
%env A=1
%history
%macro again 1
%timeit -n 1 -r 1 x
%prun -q x
%load_ext autoreload
%autoreload 2
%xmode Minimal
%xmode Context
%matplotlib
%matplotlib widget
%matplotlib ipympl
%matplotlib notebook
%matplotlib qt
%matplotlib tk
%matplotlib osx
%conda install numpy
%mamba install numpy
""".strip().splitlines()


@pytest.mark.parametrize("magic", MAGICS)
def test_magics(student: StudentProcess, magic: str) -> None:
    """Do the lines work that keep something of a user's, as in Jupyter?"""
    student.run_cell("x = 1", 20)
    outputs = student.run_cell(magic, 20)
    assert [output for output in outputs if output["output_type"] == "error"] == []
    assert [output for output in outputs if "Traceback" in str(output)] == []


@pytest.mark.parametrize("backend", ["widget", "tk", "notebook"])
def test_other_backends(student: StudentProcess, backend: str) -> None:
    """Is a figure there that the student saw in a widget or a window?"""
    source = f"%matplotlib {backend}\nfrom matplotlib import pyplot as plt\nplt.plot([1, 2]);"
    assert pictures(student, source) == ["image/png"]


ANSWERS = {
    "input": ("input('name? ')", "EOFError: nobody answers while a notebook is graded: give input"),
    "getpass": (
        "from getpass import getpass\ngetpass()",
        "EOFError: nobody answers while a notebook is graded: give getpass() a value",
    ),
    "breakpoint": ("breakpoint()\nprint(1)", "1\n"),
    "pdb": ("import pdb\npdb.set_trace()\nprint(1)", "1\n"),
    "IPython's": ("from IPython.core.debugger import set_trace\nset_trace()\nprint(1)", "1\n"),
    "the last result": ("print(repr(_))", "''\n"),
}


@pytest.mark.parametrize(("source", "says"), ANSWERS.values(), ids=ANSWERS)
def test_nobody_answers(warm: Warm, source: str, says: str) -> None:
    """Is it told that nobody answers, and does code go on where somebody debugged it?"""
    with warm.student() as student:
        assert says in shown(student, source)


def test_extension_that_reads_sources(warm: Warm) -> None:
    """Is an extension that reads the source of every module silent about ours?"""
    with warm.student() as student:
        source = "%load_ext autoreload\n%autoreload 2\nimport numpy\nprint(1)"
        assert shown(student, source) == "1\n"


@pytest.mark.parametrize(
    "source",
    [
        "import multiprocessing\nmultiprocessing.Pool(2)",
        "import multiprocessing\nmultiprocessing.Process(target=print).start()",
        "from concurrent.futures import ProcessPoolExecutor\nProcessPoolExecutor(2).submit(abs, 1)",
        "import subprocess\nsubprocess.run(['ls'])",
        "import subprocess\nsubprocess.run(['ls'], close_fds=False)",
        "import os\nos.popen('ls')",
        "import os\nos.system('ls')",
        "import os\nos.fork()",
        "%%bash\nls",
    ],
)
def test_processes(student: StudentProcess, source: str) -> None:
    """Is one who starts a process told that none can be, and what to do instead?"""
    text = shown(student, source)
    assert "no process can be started while a notebook is graded" in text
    assert "num_workers=0" in text


@pytest.mark.parametrize(
    "source",
    [
        "import traceback\ntraceback.print_stack()",
        "import inspect\nprint([frame.filename for frame in inspect.stack()])",
        "import numpy\nprint(numpy.__file__)",
        "import numpy\nnumpy.linalg.inv('a')",
        "import json\njson.loads('')",
        "import os\nprint(os.getcwd(), os.environ['HOME'], get_ipython().ipython_dir)",
        "print(get_ipython().db)",
        "%bookmark a\n%bookmark -r",
    ],
)
def test_no_path_of_this_machine(student: StudentProcess, source: str) -> None:
    """Does nothing that a cell puts out name a folder of the machine that grades?"""
    text = str(student.run_cell(source, 20))
    assert str(ROOT) not in text
    assert sysconfig.get_path("stdlib") not in text
    assert "grader-" not in text
