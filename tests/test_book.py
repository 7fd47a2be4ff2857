"""The book: it builds without a warning, loads nothing from afar, and its parts hold together."""

import contextlib
import fcntl
import json
import os
import re
import signal
import struct
import subprocess
import sys
import termios
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

import nbformat
import pytest
from helpers import ROOT
from helpers.books import BUILD, ENVIRONMENT, build, small_book

from grader.checking.mistakes import ours, slips
from grader.checking.sections import PAGES, of_mistake
from lab.book import FEW
from lab.evidence.verdict import Verdict

CHAPTERS = ROOT / "chapters"
NUMBER = r"[+-]?[\d.,]+(e[+-]\d+)?%?"
EFFECT = rf"{NUMBER} ± {NUMBER} \(\d+ seeds\)|{NUMBER} \[{NUMBER}, {NUMBER}\]|\d+ of \d+"
RUNS = r"\d+ seeds in \d+ blocks|\d+ other settings with \d+ seeds each"
GLUED = rf"{NUMBER}|{EFFECT}|{RUNS}|{'|'.join(get_args(Verdict))}|N( - \d)?"


class Page(HTMLParser):
    """One built page: what it loads, its images, the text of its sections and pasted numbers."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.headings: dict[str, str] = {}  # id of a section or a label in it -> its heading
        self.pasted: list[str] = []
        self.inline_scripts = ""
        self._labels: list[str] = []
        self._inside = ""
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in {"script", "img", "iframe", "source", "video", "audio", "embed", "object"}:
            self.loads += [v for k, v in attrs if k in {"src", "srcset", "data"} and v]
        if tag == "link" and attributes.get("rel") not in {"next", "prev", "index", "search"}:
            self.loads.append(attributes.get("href") or "")
        if tag == "img":
            self.images.append(attributes)
        if tag in {"section", "span"} and (label := attributes.get("id")):
            self._labels.append(label)
        if tag in {"h1", "h2", "h3"}:
            self._inside = "heading"
            self._text = ""
        elif tag == "span" and "pasted-text" in (attributes.get("class") or ""):
            self._inside = "pasted"
            self.pasted.append("")
        elif tag == "script":
            self._inside = "script"

    def handle_endtag(self, tag: str) -> None:
        if self._inside == "heading" and tag in {"h1", "h2", "h3"}:
            self.headings |= dict.fromkeys(self._labels, self._text.removesuffix("#").strip())
            self._labels = []
        if tag in {"h1", "h2", "h3", "span", "script"} and tag != "a":
            self._inside = "" if self._inside != "heading" or tag[0] == "h" else self._inside

    def handle_data(self, data: str) -> None:
        if self._inside == "heading":
            self._text += data
        elif self._inside == "pasted":
            self.pasted[-1] += data
        elif self._inside == "script":
            self.inline_scripts += data


@pytest.fixture(scope="module")
def pages(html: Path) -> dict[str, Page]:
    paths = [p for p in html.rglob("*.html") if "_static" not in p.parts]
    return {p.relative_to(html).with_suffix("").as_posix(): Page(p) for p in sorted(paths)}


def contents() -> list[str]:
    """The pages of the table of contents."""
    toc = (ROOT / "_toc.yml").read_text("utf-8")
    return re.findall(r"(?:file|root): (\S+)", toc)


def sources() -> dict[str, str]:
    """The pages' source texts."""
    return {page: (ROOT / f"{page}.md").read_text("utf-8") for page in contents()}


def test_all_pages_are_built(pages: dict[str, Page]) -> None:
    """Is each page of the contents there, and each chapter file in the contents?"""
    assert set(contents()) <= set(pages)
    written = {p.relative_to(ROOT).with_suffix("").as_posix() for p in CHAPTERS.rglob("*.md")}
    assert written == {page for page in contents() if page.startswith("chapters/")}


def test_problem_sets_of_the_first_page() -> None:
    """Does it list all of them, each with the time that its notebook says?"""
    said = {}
    for path in (ROOT / "exercises").glob("*/*.ipynb"):
        first = nbformat.read(path, as_version=4).cells[0].source
        said[path.stem] = re.findall(r"Time: about (\d+) minutes", first)
    rows = re.findall(r"<exercises/(\w+)/\1\.ipynb>`.* \| (\d+) \|", sources()["intro"])
    assert {name: [minutes] for name, minutes in rows} == said


def test_no_stored_outputs() -> None:
    """Are chapters text notebooks, or notebooks without outputs?"""
    for path in CHAPTERS.rglob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            assert not cell.get("outputs"), f"{path} has stored outputs"
            assert cell.get("execution_count") is None, f"{path} has stored execution counts"


def test_images_have_alternative_text(pages: dict[str, Page]) -> None:
    """Does each picture say in words what it shows?"""
    images = [(name, image) for name, page in pages.items() for image in page.images]
    assert len(images) >= 8
    for name, image in images:
        alt = image.get("alt") or ""
        assert len(alt.split()) >= 5, f"{name}: {image.get('src')} has the alt text {alt!r}"
        assert not re.search(r"\.(svg|png)$", alt), f"{name}: {alt} is a file name"


def test_pages_load_nothing_from_another_host(html: Path, pages: dict[str, Page]) -> None:
    """Are all scripts, styles, fonts and images the book's own?"""
    for name, page in pages.items():
        outside = [url for url in page.loads if re.match(r"(https?:)?//", url)]
        assert outside == [], f"{name} loads {outside}"
        assert not re.search(r"""(import|src|URL)\W{1,4}['"](https?:)?//""", page.inline_scripts)
        for url in page.loads:
            if not url.startswith("data:"):
                loaded = (html / name).parent / url.split("?")[0].split("#")[0]
                assert loaded.exists(), f"{name} loads {url}, which is not there"
    for style in html.rglob("*.css"):
        outside = re.findall(
            r"""(?:url\(|@import )\s*['"]?((?:https?:)?//[^'")]+)""", style.read_text("utf-8")
        )
        assert outside == [], f"{style.name} loads {outside}"


def test_internal_links(html: Path) -> None:
    """Does each link within the book lead to a page or file that is there, and to a place in it?"""
    texts = {path: path.read_text("utf-8") for path in html.rglob("*.html")}
    places = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in texts.items()}
    wrong = []
    for path, text in texts.items():
        if "_static" in path.parts:
            continue
        for href in set(re.findall(r'<a\b[^>]* href="([^"]+)"', text)):
            if re.match(r"[a-z]+:", href):
                continue
            file, _, place = unescape(href).partition("#")
            target = (path.parent / unquote(file)).resolve() if file else path
            exists = target.is_file() and (
                target.suffix != ".html" or not place or unquote(place) in places[target]
            )
            if not exists:
                wrong.append(f"{path.relative_to(html)}: {href}")
    assert wrong == []


def test_search_finds_the_chapters(html: Path) -> None:
    """Does the search index know the pages and their words?"""
    index = (html / "searchindex.js").read_text("utf-8")
    search = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))
    assert set(contents()) <= set(search["docnames"])
    assert "gamma" in search["terms"]
    assert (html / "search.html").exists()


def test_numbers_in_the_text_are_there(pages: dict[str, Page]) -> None:
    """Is each glued value in the page a number, an effect or the like, and none of them nan?"""
    for name, source in sources().items():
        glued = re.findall(r"\{glue:text\}`([^:`]+)", source)
        assert len(pages[name].pasted) == len(glued)
        for key, text in zip(glued, pages[name].pasted, strict=True):
            assert re.fullmatch(GLUED, text), f"{name}: {key} is {text!r}"


def recorded(notebook: Path) -> set[str]:
    """The names under which a page that ran recorded numbers, without those of its results."""
    outputs = [
        output
        for cell in nbformat.read(notebook, as_version=4).cells
        for output in cell.get("outputs", [])
    ]
    names = {output.get("metadata", {}).get("scrapbook", {}).get("name") for output in outputs}
    return {name for name in names if name and not re.search(r"-\d\.\d$", name)}


def test_recorded_numbers_are_used(html: Path) -> None:
    """Is there no number that is recorded and not shown?"""
    executed = html.parent / "jupyter_execute"
    for page, source in sources().items():
        if source.startswith("---"):
            shown = set(re.findall(r"\{glue[:\w]*\}[`\s]+([^:`\s]+)", source))
            written = set(re.findall(r"(?<![\w.])(\w+)=(?!=)", source))  # not made in a loop
            assert recorded(executed / f"{page}.ipynb") & written <= shown, page


@pytest.mark.parametrize(
    ("page", "label"),
    [(page, label) for page in contents() for label in PAGES.get(page, ())],
)
def test_sections_that_the_grader_names(pages: dict[str, Page], page: str, label: str) -> None:
    """Does the place where the grader sends a student exist, with the heading that it says?"""
    assert (
        pages[page].headings[label].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        == PAGES[page][label]
    )


def test_mistakes_have_addresses(html: Path) -> None:
    """Is each mistake that the grader can name on the page that messages link to?"""
    for id in (*ours(), *(slip.id for slip in slips)):
        page, _, anchor = of_mistake(id).partition("#")
        assert (html / page).read_text("utf-8").count(f' id="{anchor}"') == 1, id


def test_citations_have_sources() -> None:
    """Is each cited work in references.bib, and each work cited?"""
    bibliography = (ROOT / "references.bib").read_text("utf-8")
    known = set(re.findall(r"^@\w+\{(\w+),", bibliography, re.MULTILINE))
    cited = set()
    for source in sources().values():
        for keys in re.findall(r"\{cite:[pt]\}`([^`]+)`", source):
            cited |= set(keys.split(","))
    assert cited == known


# How notebooks are executed, on a book of one page


def test_the_kernel_is_the_python_that_builds(tmp_path: Path) -> None:
    """Does a user's own kernel called python3 stay out of the build, which has one thread?"""
    kernel = tmp_path / "user" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {"argv": ["false"], "display_name": "The user's own", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    code = "import os, sys\nprint(sys.prefix, os.environ['OMP_NUM_THREADS'])"
    (tmp_path / "book").mkdir()
    book = small_book(tmp_path / "book", code)
    built = build(book, book, JUPYTER_DATA_DIR=str(tmp_path / "user"), OMP_NUM_THREADS="7")
    assert built.returncode == 0, built.stdout[-3000:]
    assert f"{sys.prefix} 1" in (book / "_build/html/intro.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        pytest.param("1 / 0", "ZeroDivisionError", id="an error"),
        pytest.param("import warnings; warnings.warn('careful')", "stderr", id="a warning"),
    ],
)
def test_a_cell_that_fails_fails_the_build(tmp_path: Path, code: str, message: str) -> None:
    """Does an error or a warning in a cell stop the book?"""
    built = build(small_book(tmp_path, code), tmp_path)
    assert built.returncode != 0
    assert message in built.stdout


def test_outputs_follow_what_notebooks_import(tmp_path: Path) -> None:
    """Is a page executed again when a module of lab changed, and only then?"""
    book = small_book(tmp_path, "print(open('lab/answer.py').read())")
    (book / "lab").mkdir()
    executed = []
    for answer in ("forty-two", "forty-two", "forty-three"):
        (book / "lab" / "answer.py").write_text(answer)
        built = build(book, book)
        assert built.returncode == 0, built.stdout[-3000:]
        assert answer in (book / "_build/html/intro.html").read_text("utf-8")
        executed.append("Executed notebook" in built.stdout)
    assert executed == [True, False, True]


def test_kernels_are_reached_over_files(tmp_path: Path) -> None:
    """Do kernels listen on sockets that are files, and does a long path to the book matter?"""
    folder = tmp_path / "deep" / ("folder-" * 20) / ("folder-" * 20)
    folder.mkdir(parents=True)
    code = "from ipykernel.kernelapp import IPKernelApp\nprint(IPKernelApp.instance().transport)"
    built = build(small_book(folder, code), folder)
    assert built.returncode == 0, built.stdout[-3000:]
    assert re.search(r"<span></span>ipc\n", (folder / "_build/html/intro.html").read_text("utf-8"))
    assert "TCP" not in built.stdout


def test_kernels_of_many_notebooks_are_forked(tmp_path: Path) -> None:
    """Have they PyTorch from the start, and all else as others have it?"""
    code = (
        "import os, sys\nprint('torch' in sys.modules, os.environ['OMP_NUM_THREADS'], os.getcwd())"
    )
    figure = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    codes = (code, "1 + 1", figure, "2 + 2", "3 + 3")
    assert len(codes) > FEW
    for folder, forked in (("few", False), ("many", True)):
        (tmp_path / folder).mkdir()
        book = small_book(tmp_path / folder, *codes[: len(codes) if forked else 3])
        built = build(book, book)
        assert built.returncode == 0, built.stdout[-3000:]
        html = book / "_build" / "html"
        assert f"{forked} 1 {book}\n" in (html / "intro.html").read_text("utf-8")
        assert re.search(r'<img alt="[^"]*" src="_images', (html / "page2.html").read_text("utf-8"))


@pytest.mark.parametrize("more", [0, FEW])
def test_all_notebooks_that_fail_are_told(tmp_path: Path, more: int) -> None:
    """Does the build end with page, cell and error of each, and nothing of Jupyter Book's own?"""
    codes = ["import math\nmath.sqrt(-1)", "1 + 1", "wrong + 1", "import os\nos._exit(1)"]
    built = build(small_book(tmp_path, *codes, *["2 + 2"] * more), tmp_path)
    assert built.returncode == 1
    told = built.stdout.partition(f"Notebooks     {4 + more} to run, 0 unchanged\n")[2]
    assert re.findall(r"^\w+\.md: \w+", told, re.MULTILINE) == [
        "intro.md: CellExecutionError",
        "page2.md: CellExecutionError",
        "page3.md: DeadKernelError",
    ]
    assert "Cell In[1], line 2\n      1 import math\n----> 2 math.sqrt(-1)" in told
    assert "NameError: name 'wrong' is not defined" in told
    assert len(told.splitlines()) < 50


def test_bar_on_a_terminal(tmp_path: Path) -> None:
    """Does a terminal show how many notebooks have run, and the time left?"""
    small_book(tmp_path, "1 + 1", "2 + 2")
    ours, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 80, 0, 0))
    with subprocess.Popen(
        BUILD, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=terminal
    ) as building:
        os.close(terminal)
        shown = ""
        with contextlib.suppress(OSError):  # how a terminal tells that no one writes to it now
            while True:
                shown += os.read(ours, 1000).decode(errors="replace")
    assert building.returncode == 0
    assert re.search(r"\r  0% +0 of 2 notebooks, 00:00 so far, \? left", shown)
    assert re.search(r"\r100% \S+ 2 of 2 notebooks, [\d:]+ so far, 00:00 left\r\n$", shown)
    assert shown.count("\n") == 2


@pytest.mark.parametrize("more", [1, FEW])
def test_control_c(tmp_path: Path, more: int) -> None:
    """Does Ctrl-C end the build and its kernels, and say nothing?"""
    os.mkfifo(tmp_path / "pipe")
    code = "import time\npipe = open('pipe', 'w')\nprint('runs', file=pipe, flush=True)\n"
    small_book(tmp_path, code + "time.sleep(600)", *["1 + 1"] * more)
    with subprocess.Popen(
        BUILD,
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # where a shell has started the tests in the background, they ignore it
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as building:
        with (tmp_path / "pipe").open() as pipe:
            assert pipe.readline() == "runs\n"
            os.killpg(building.pid, signal.SIGINT)
            assert pipe.read() == ""  # the kernel, which holds the other end, is gone
        _, told = building.communicate()
    assert building.returncode != 0
    assert told == f"Notebooks     {1 + more} to run, 0 unchanged\n"
