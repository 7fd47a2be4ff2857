"""A class in which some hand in what is no notebook, or what a browser or a terminal would obey."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from helpers import ROOT
from helpers.masters import points_of
from helpers.server import answering
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers

from grader.classes.classroom import Classroom
from grader.cli import main
from grader.notebooks.course import Course
from lab.web.chromium import chromium

SET = "ps1_standardize"
MASTER = ROOT / "solutions" / SET / f"{SET}.ipynb"
ESCAPES = "eve\x1b]0;owned\x07\x1b[2J\u202e"


class Spy(BaseHTTPRequestHandler):
    """A server that no page of ours may ask for anything."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def spy() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and what it is asked for."""
    asked: list[str] = []
    kind = type("Listening", (Spy,), {"asked": asked})
    with answering(kind) as address:
        yield address, asked


def page(address: str) -> str:
    """HTML that changes the title of its page and asks a server, in every way there is."""
    own = f"document.title=`owned`;fetch(`{address}/fetched`)"
    return f"""
<script>{own}</script><script src="{address}/script.js"></script>
<img src=x onerror="{own}"><img src="{address}/picture.png"><img srcset="{address}/a.png 1x">
<svg onload="{own}"><script>{own}</script></svg><svg><image href="{address}/b.png"/></svg>
<iframe srcdoc="<script>parent.document.title=`owned`</script>"></iframe>
<iframe src="javascript:parent.{own}"></iframe><object data="{address}/object"></object>
<embed src="{address}/embed"><video src="{address}/video" autoplay></video>
<link rel="stylesheet" href="{address}/style.css"><style>@import "{address}/import.css";</style>
<p style="background: url({address}/background.png)">a</p><base href="{address}/">
<meta http-equiv="refresh" content="0;url={address}/refreshed"><title>owned</title>
<form action="{address}/form"><input autofocus onfocus="{own}"></form>
<details open ontoggle="{own}">b</details><body onload="{own}"><a href="javascript:{own}">c</a>
<math><mtext><table><mglyph><style><img src=x onerror="{own}"></style>
</mglyph></table></mtext></math>
<noscript><p title="</noscript><img src=x onerror={own}>"></noscript>
![d]({address}/markdown.png) [e](javascript:{own}) <!-- --!><img src=x onerror="{own}"> -->
"""


def shows(address: str) -> str:
    """A cell that displays all that in every format."""
    return f"""
from IPython.display import HTML, SVG, IFrame, Image, Javascript, Markdown, display
page = {page(address)!r}
for show in (HTML, Markdown, Javascript, lambda page: SVG("<svg>" + page + "</svg>")):
    try:
        display(show(page))
    except Exception as error:
        print(page)
display(IFrame({address!r}, 9, 9), Image(url={address!r} + "/image.png"))
display({{"application/vnd.jupyter.widget-view+json": {{"model_id": page}}, "text/html": page,
         "image/svg+xml": page, "image/png": '"><script>', "text/latex": page}}, raw=True)
import sys, warnings
print(page, file=sys.stderr); warnings.warn(page)
class Own:
    def _repr_html_(self): return page
    def __repr__(self): return page
display(Own())
raise type(page, (Exception,), {{}})(page)
"""


def notebook(*cells: dict[str, Any]) -> str:
    """The master's own solution, and more cells."""
    content = json.loads(MASTER.read_text())
    for cell in content["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "undoing-the-normalisation":
            cell["source"] = "".join(c["source"] for c in cells if c["cell_type"] == "markdown")
    content["cells"] += cells
    content["metadata"]["title"] = "<script>document.title = 'owned'</script>"
    return json.dumps(content)


def cell(kind: str, source: str) -> dict[str, Any]:
    """A cell, raw HTML if it is raw."""
    return {"cell_type": kind, "metadata": {"raw_mimetype": "text/html"}, "source": source}


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory, spy: tuple[str, list[str]]
) -> tuple[Path, str, str]:
    """The course, and what its grading printed."""
    root = tmp_path_factory.mktemp("class") / "course"
    root.mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(MASTER.parent, root / "solutions" / SET)
    (root / "secret.txt").write_text("the secret of the course")

    def place(student: str) -> Path:
        folder = root / "submitted" / student / SET
        folder.mkdir(parents=True)
        return folder / f"{SET}.ipynb"

    for student in ("honest-first", "zoe-last", ESCAPES):
        shutil.copy(MASTER, place(student))
    place("link-to-master").symlink_to(root / "solutions" / SET / f"{SET}.ipynb")
    place("link-to-another").symlink_to(f"../../honest-first/{SET}/{SET}.ipynb")
    place("link-to-zeros").symlink_to("/dev/zero")
    place("folder-link").parent.rmdir()
    (root / "submitted/folder-link" / SET).symlink_to(f"../honest-first/{SET}")
    (root / "submitted/student-link").symlink_to("honest-first")
    os.mkfifo(place("pipe"))
    place("folder").mkdir()
    place("deep").write_text("[" * 10**6)
    place("broad").write_text('{"cells": [' + "[]," * 10**7 + "[]]}")
    place("hard").write_text(notebook(
        *(cell(kind, text) for kind in ("markdown", "raw") for text in (
            "<p>" + "".join(f"<b id={i}>" for i in range(1000)) + "</p><p>x" * 2000,
            "[](" * 7000, "*a **a " * 3000, "\\begin{a}" * 2000,
        )),
        cell("code", "%%perl\n" + "<<A" * 10_000),
    ))  # fmt: skip
    address = spy[0]
    html = [cell(kind, page(address)) for kind in ("markdown", "raw")]
    place("scripts").write_text(notebook(*html, cell("code", shows(address))))
    beside = place("files-beside")
    shutil.copy(MASTER, beside)
    (beside.parent / "notes.txt").symlink_to(root / "secret.txt")
    (beside.parent / "all").symlink_to("/")
    os.mkfifo(beside.parent / "waiting.txt")

    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        assert main(["autograde", SET, "--course", str(root)]) == 1
    Classroom(Course.at(root)).feedback(SET)
    return root, out.getvalue(), err.getvalue()


REFUSED = {
    "link-to-master": "is not an ordinary file",
    "link-to-another": "is not an ordinary file",
    "link-to-zeros": "is not an ordinary file",
    "folder-link": "is a link, not a folder",
    "student-link": "is a link, not a folder",
    "pipe": "is not an ordinary file",
    "folder": "is not an ordinary file",
    "deep": "its lists and fields are nested too deep",
    "broad": "has too many numbers, lists and fields to be read",
}
GRADED = ("honest-first", "zoe-last", "hard", "scripts", "files-beside")


def test_points(graded: tuple[Path, str, str]) -> None:
    """Has everybody the points that are theirs, whatever the others hand in?"""
    root, _, err = graded
    classroom = Classroom(Course.at(root))
    points = {
        student: sum(verdict.points for verdict in classroom.verdicts(SET, student))
        for student in classroom.students(SET)
    }
    assert points == dict.fromkeys((*GRADED, ESCAPES), points_of(SET)) | dict.fromkeys(REFUSED, 0)
    for student, reason in REFUSED.items():
        [line] = [line for line in err.splitlines() if f"not graded: {student}: " in line]
        assert reason in line


def test_terminal(graded: tuple[Path, str, str]) -> None:
    """Does nothing reach the terminal that it would obey?"""
    _, out, err = graded
    assert all(char.isprintable() or char == "\n" for char in out)
    assert all(char.isprintable() or char in "\n\r" for char in err)
    assert "eve?]0;owned??[2J?" in out


def test_no_file_of_others(graded: tuple[Path, str, str]) -> None:
    """Is nothing copied that a student's links lead to, and no link kept?"""
    root, out, _ = graded
    files = list((root / "autograded").rglob("*"))
    assert not any(path.is_symlink() for path in files)
    texts = [path.read_bytes() for path in files if path.is_file()]
    assert not any(b"the secret of the course" in text for text in texts)
    for name in ("notes.txt", "waiting.txt"):
        assert f"{name} was left out: it is not an ordinary file" in out


def dom(path: Path) -> str:
    """A page as Chromium has it after its scripts have run."""
    command = [
        *chromium(path.parent / "chromium"), "--virtual-time-budget=3000",
        "--allow-file-access-from-files",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def title(text: str) -> str:
    return text.partition("<title>")[2].partition("</title>")[0]


def test_browser_notices(spy: tuple[str, list[str]], tmp_path: Path) -> None:
    """Would the browser of these tests run the scripts of such a page?"""
    address, asked = spy
    asked.clear()
    path = tmp_path / "page.html"
    stays = page(address).replace('http-equiv="refresh"', "").replace("<base", "<br")
    path.write_text(f"<title>mine</title><body>{stays}")
    assert title(dom(path)) == "owned"
    assert {"/fetched", "/script.js", "/picture.png"} <= set(asked)


def test_feedback_in_a_browser(
    graded: tuple[Path, str, str], spy: tuple[str, list[str]], tmp_path: Path
) -> None:
    """Does a student's page in the feedback run no script and ask no server for anything?"""
    spy[1].clear()
    path = tmp_path / "feedback.html"
    shutil.copy(graded[0] / "feedback" / "scripts" / SET / f"{SET}.html", path)
    assert title(dom(path)) == SET
    assert spy[1] == []


def test_formgrader_in_a_browser(
    graded: tuple[Path, str, str], spy: tuple[str, list[str]], tmp_path: Path
) -> None:
    """Nor on the page that the instructor marks it on?"""
    config = Course.at(graded[0]).config
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    exporter = HTMLExporter(config=config)
    source = graded[0] / "autograded" / "scripts" / SET / f"{SET}.ipynb"
    names = {"base_url": "", "index": 0, "total": 1}
    html, _ = exporter.from_filename(str(source), resources=names)
    spy[1].clear()
    path = tmp_path / "formgrader.html"
    path.write_text(html)
    assert title(dom(path)) != "owned"
    assert spy[1] == []


def test_archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Does collecting archives write only where submissions belong, and make no links?"""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    archives = tmp_path / "downloaded" / SET / "archive"
    archives.mkdir(parents=True)
    slips = ("../../../slipped.txt", "/tmp/slipped.txt", f"../../../solutions/{SET}/slipped.py")
    with zipfile.ZipFile(archives / f"zip_{SET}.zip", "w") as archive:
        for name in slips:
            archive.writestr(name, "slipped")
        link = zipfile.ZipInfo(f"linked_{SET}.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, str(MASTER))
        archive.write(MASTER, f"mallory_{SET}.ipynb")
    with tarfile.open(archives / f"tar_{SET}.tar.gz", "w:gz") as packed:
        for name in slips:
            packed.addfile(tarfile.TarInfo(name))
        symlink = tarfile.TarInfo(f"other_{SET}.ipynb")
        symlink.type, symlink.linkname = tarfile.SYMTYPE, str(MASTER)
        packed.addfile(symlink)
    regexp = r".*/(?P<student_id>\w+?)_(?P<file_id>ps1_standardize)"
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "zip_collect", SET, "--force",
         f"--FileNameCollectorPlugin.named_regexp={regexp}"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    unpacked = archives.parent / "extracted"  # they may stay there, of their own names
    slipped = [path for path in tmp_path.rglob("slipped*") if unpacked not in path.parents]
    assert slipped == []
    assert list(tmp_path.parent.glob("slipped*")) == []
    assert not Path("/tmp/slipped.txt").exists()
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))


# Grades what is to fill the grader's memory, in a process whose memory is looked at.
FILLING = """
import sys
from test_attacks import LIMITS, Attack, grade, submission
from dataclasses import replace
from grader.sandbox.process import Warm
limits = replace(LIMITS, exercise_seconds=60, cell_seconds=60, memory_bytes=2**31)
big = "def batch_mean(x):\\n    import numpy as np\\n    return {}"
shows = '''
import base64, os
head = b"\\\\x89PNG\\\\r\\\\n\\\\x1a\\\\n\\\\0\\\\0\\\\0\\\\r"
head += b"IHDR\\\\0\\\\0\\\\0\\\\1\\\\0\\\\0\\\\0\\\\1"
picture = base64.b64encode(head + os.urandom(1_400_000)).decode()
display({"image/png": picture, "text/plain": "x" * 200_000}, raw=True)
'''
attacks = [
    Attack("many", answers={"batch_mean": big.format("np.ones(7_000_000)")}),
    Attack("bytes", answers={"batch_mean": big.format("np.ones((7500, 7500), bool)[:, ::2]")}),
    Attack("texts", answers={"batch_mean": big.format("'x' * 4_000_000")}),
    Attack("pages", change=lambda notebook: notebook["cells"].extend(
        [{"cell_type": "code", "source": shows, "metadata": {}}] * 40)),
]
with Warm(("numpy",), limits) as warm:
    for attack in attacks:
        graded = grade(warm, submission(attack), attack.set, limits)
        assert graded.score == 0
        print(sum(len(str(cell.get("outputs"))) for cell in graded.notebook.cells))
# ru_maxrss would begin with what the process that started this one had.
[peak] = [line for line in open("/proc/self/status") if line.startswith("VmHWM:")]
print(peak.split()[1])
"""


def test_memory_of_the_grader() -> None:
    """Does the grader itself stay below 1 GB, whatever comes back?"""
    path = os.pathsep.join(map(str, (ROOT, ROOT / "tests", ROOT / "tests" / "attacks")))
    done = subprocess.run(
        [sys.executable, "-c", FILLING],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    *lengths, kilobytes = map(int, done.stdout.split())
    assert max(lengths) < 25_000_000
    assert kilobytes * 1024 < 10**9
