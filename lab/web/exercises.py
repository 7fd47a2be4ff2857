"""The book's Sphinx extension for Python in the page: exercises that a reader solves there.

    ```{exercise} batch_mean
    A sentence or two of the page's own.
    ```

The exercise is the one of that name in a problem set: the stub, the task, the hints, the example
and the checks are those of its notebook, from exercises/. Or it is a short one, from grader/short/.
It is written as text, which is all that there is without JavaScript and in print;
_static/exercise.mjs brings it to life. Options:

- `example`: what to try, where the example of the notebook needs exercises that are elsewhere.

Python is Pyodide. Where the environment variable PYODIDE_DIST names the folder of its release, the
site serves it itself; else pages load it from its public CDN when a reader first runs something.
"""

import base64
import hashlib
import io
import json
import os
import re
import shutil
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from textwrap import wrap
from typing import Any

import nbformat
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxDirective

from .needs import LAB, modules

VERSION = "0.27.7"
CDN = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
# What each page with Python needs of that release: bytes and SHA-256. The lock has those of others.
FILES = {
    "pyodide.mjs": (13931, "04c052c815abb0bf2981fa38c2dfa58e3120ee5288c956df2b2a15e301782c5f"),
    "pyodide.asm.js": (1255688, "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51"),
    "pyodide.asm.wasm": (
        10105545,
        "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    ),
    "pyodide-lock.json": (
        112205,
        "9c45b916001a750f4102fc287494f3eab215909c7535c626a20db80fd6333e2c",
    ),
    "python_stdlib.zip": (
        2360737,
        "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
    ),
    "numpy-2.0.2-cp312-cp312-pyodide_2024_0_wasm32.whl": (
        3061133,
        "ebb61241d962b98b21597d7ce43b67668a6d5bab3acec4fbe958657320d7cd08",
    ),
}
PACKAGES = ("numpy", "matplotlib")  # what readers can import
PACKED = ("md", "py", "toml")
ELSEWHERE = ("classes", "notebooks", "__main__.py", "cli.py", "new_exercise.py")  # need more
GRADER = Path(__file__).parents[2] / "grader"
SHORT = "short/exercises.toml"  # there
SETS = ("ps1_standardize", "ps2_inference", "ps3_backward", "ps4_where")  # in NumPy

DATA = LAB / "data"  # a page loads a file of it when code reads it
# What makes a page's cells run (cells.py) is loaded when a reader wants it.
RUN = """\
document.querySelector(".run-page button").addEventListener("click",
  () => import(new URL(%s, document.baseURI)), { once: true });"""

HINT = re.compile(r"<details><summary>(Hint.*?)</summary>(.*?)</details>\n*", re.DOTALL)
HEADING = re.compile(r"^#+ (?:\d+\. )?(.*)$", re.MULTILINE)
CODE = re.compile("`[^`]+`")  # to be kept in one line
DEFINED = re.compile(r"^(?:def|class) (\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Exercise:
    """One exercise; all but `set` and `checks` are source texts.

    `set` is its problem set, or that of the short exercises.
    `checks` are the ids of the checks of what is written in its cell.
    """

    set: str
    setup: str
    stub: str
    example: str
    checks: tuple[str, ...]
    task: str = ""
    hints: tuple[tuple[str, str], ...] = ()

    @property
    def defines(self) -> str:
        """The name of what is to be written."""
        found = DEFINED.search(self.stub)
        assert found
        return found[1]

    @property
    def digest(self) -> str:
        """Changes with whatever a reader's code is written for."""
        return hashlib.sha256(repr(asdict(self)).encode()).hexdigest()[:16]


def exercises(root: Path) -> dict[str, Exercise]:
    """All exercises in NumPy by name, in order, from the notebooks that students get."""
    return dict(chain.from_iterable(_of_set(root, assignment) for assignment in SETS))


@cache
def shorts() -> dict[str, tuple[Exercise, str, str]]:
    """The short exercises by name: each with its title and its solution."""
    entries = tomllib.loads((GRADER / SHORT).read_text("utf-8"))["exercise"]
    found = {}
    for entry in entries:
        code = entry["code"].strip()
        exercise = Exercise(
            set="short",
            setup="import numpy as np",
            stub=code.replace("{hole}", entry["start"]),
            example=entry["tries"],
            checks=(entry["name"],),
        )
        solved = code.replace("{hole}", entry["right"])
        found[entry["name"]] = (exercise, entry["title"], solved)
    return found


def solution(root: Path, exercise: Exercise) -> str:
    """What the master has in place of the stub."""
    for cell in _cells(notebook(root, exercise.set, "solutions")):
        found = DEFINED.search(cell.source)
        if cell.id.endswith("-solution") and found and found[1] == exercise.defines:
            return re.sub(r"^ *### (BEGIN|END) SOLUTION\n?", "", cell.source, flags=re.MULTILINE)
    raise LookupError(f"the master of {exercise.set} does not define {exercise.defines}")


def notebook(root: Path, assignment: str, folder: str = "exercises") -> Path:
    """The path of a problem set."""
    return root / folder / assignment / f"{assignment}.ipynb"


@cache
def _read(path: Path, changed: int) -> NotebookNode:
    found: NotebookNode = nbformat.read(path, as_version=4)
    return found


def _cells(path: Path) -> list[NotebookNode]:
    return list(_read(path, path.stat().st_mtime_ns).cells)


def _of_set(root: Path, assignment: str) -> Iterator[tuple[str, Exercise]]:
    """The exercises of a set: from the text above a cell to solve to the one above the next."""
    cells = _cells(notebook(root, assignment))
    setup = next(cell.source for cell in cells if cell.cell_type == "code")
    starts = [place for place, cell in enumerate(cells) if cell.id.endswith("-solution")]
    for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
        text = cells[start - 1].source
        task = HEADING.sub(r"**\1**", HINT.sub("", text)).strip()
        task = task if task.count("\n**") else task.partition("\n")[2].strip()  # the only heading
        below = cells[start + 1 : end]
        yield (
            cells[start].id.removesuffix("-solution"),
            Exercise(
                set=assignment,
                task=task,
                hints=tuple(HINT.findall(text)),
                setup=setup,
                stub=cells[start].source,
                example="\n# %%\n".join(_examples(cells[start + 1 : end])),
                checks=tuple(
                    cell.id
                    for cell in below
                    if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
                ),
            ),
        )


def _examples(cells: list[NotebookNode]) -> Iterator[str]:
    """The cells to look at, each below what the notebook says of it, as a comment."""
    for above, cell in pairwise(cells):
        if cell.id.endswith("-example"):
            said = [line for line in above.source.splitlines() if line and line[0] != "#"]
            text = CODE.sub(lambda found: found[0].replace(" ", "\0"), " ".join(said))
            lines = [f"# {line}".replace("\0", " ") for line in wrap(text, 80)]
            yield "\n".join([*lines, cell.source])


class ExerciseDirective(SphinxDirective):
    """`exercise`: its argument is the name of an exercise, its content the page's own words."""

    required_arguments = 1
    has_content = True
    option_spec = {"example": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """Raises an error of the directive for a name that no exercise has."""
        root, name = Path(self.env.srcdir), self.arguments[0]
        known = exercises(root)
        if name in shorts():
            exercise, title, solved = shorts()[name]
            self.env.note_dependency(str(GRADER / SHORT))
            return [self._box(name, exercise, f"**Two minutes:** {title}", solved)]
        if name not in known:
            names = ", ".join([*known, *shorts()])
            raise self.error(f"there is no exercise {name!r}; there are: {names}")
        exercise = known[name]
        path = notebook(root, exercise.set)
        self.env.note_dependency(str(path))
        solved = solution(root, exercise) if self.config.exercise_solutions else ""
        box = self._box(name, exercise, f"**Exercise:** `{exercise.defines}`", solved)
        number = exercise.set.partition("_")[0].removeprefix("ps")
        link = f"{{download}}`problem set {number} </{path.relative_to(root).as_posix()}>`"
        box += self._parsed(f"In a notebook: {link}.", "exercise-notebook")
        return [box]

    def _box(self, name: str, exercise: Exercise, title: str, solved: str) -> nodes.container:
        """The exercise as text, and as data for the script."""
        example = self.options.get("example", exercise.example).strip()
        box = nodes.container(classes=["exercise"], ids=[f"exercise-{name}"])
        self.set_source_info(box)
        box += self._parsed(title, "exercise-title")
        box += self._parsed("\n".join(self.content))
        if exercise.task:
            box += _raw('<details class="exercise-task"><summary>The task</summary>')
            box += [*self._parsed(exercise.task), _raw("</details>")]
        box += _code(exercise.stub, "exercise-code")
        box += _code(example, "exercise-tries")
        hints = (
            f'<details class="exercise-hint"><summary>{title}</summary>{text}</details>'
            for title, text in exercise.hints
        )
        box += _raw("\n".join(hints))
        if solved:
            box += [
                _raw('<details class="exercise-solution" hidden><summary>A solution</summary>'),
                _code(solved),
                _raw("</details>"),
            ]
        data = {
            "name": name,
            "set": exercise.set,
            "package": "grader.short" if exercise.set == "short" else "grader.sets",
            "title": exercise.defines,
            "digest": exercise.digest,
            "setup": exercise.setup,
            "stub": exercise.stub,
            "example": example,
            "checks": exercise.checks,
        }
        box += _raw(data_script(data, 'class="exercise-data"'))
        return box

    def _parsed(self, text: str, *classes: str) -> list[nodes.Node]:
        """The nodes of Markdown, which is another file's, or the content."""
        holder = nodes.container(classes=list(classes))
        lines = text.splitlines()
        source = StringList(lines, items=[(self.env.docname, self.lineno) for _ in lines])
        self.state.nested_parse(source, self.content_offset, holder)
        return [holder] if classes else list(holder.children)


def _code(source: str, *classes: str) -> nodes.container:
    box = nodes.container(classes=list(classes))
    box += nodes.literal_block(source, source, language="python")
    return box


def _raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def data_script(data: object, attributes: str) -> str:
    """Data in a page, for a script."""
    text = json.dumps(data).replace("<", "\\u003c")  # else "</script>" would end it
    return f'<script type="application/json" {attributes}>{text}</script>'


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.add_config_value("exercise_solutions", False, "env", [bool])
    app.add_config_value("pyodide_dist", os.environ.get("PYODIDE_DIST", ""), "html", [str])
    app.add_directive("exercise", ExerciseDirective)
    app.connect("config-inited", _find_release)
    app.connect("html-page-context", _bring_to_life)
    app.connect("build-finished", _publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _find_release(app: Sphinx, config: Config) -> None:
    """Raises ConfigError where the release of Pyodide is to be and is not, or not all of it."""
    if own := config.pyodide_dist:
        lock = Path(own, "pyodide-lock.json")
        wanted = needed(Path(own)) if lock.is_file() else {lock.name}
        if absent := [name for name in sorted(wanted) if not Path(own, name).is_file()]:
            raise ConfigError(
                f"PYODIDE_DIST is {own}, where {', '.join(absent)} is missing: it has to name the "
                f"folder of an unpacked release {VERSION} of Pyodide"
            )


def _bring_to_life(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the scripts to the pages that have exercises, or cells that run."""
    if doctree is None:
        return
    kinds = {kind for box in doctree.findall(nodes.container) for kind in box["classes"]}
    if not kinds & {"exercise", "run-page"}:
        return
    own = app.config.pyodide_dist
    files = {
        name: (size, base64.b64encode(bytes.fromhex(sha256)).decode())
        for name, (size, sha256) in FILES.items()
    }
    to = context["pathto"]
    settings = {
        "base": to("_static/pyodide/", 1) if own else CDN,
        "files": files,
        "course": f"{to('_static/course.zip', 1)}?{hashlib.sha256(_course()).hexdigest()[:8]}",
        "data": {path.name: to(f"_static/data/{path.name}", 1) for path in DATA.glob("*.npz")},
    }
    app.add_js_file(
        None,
        body=json.dumps(settings),
        type="application/json",
        id="python-in-the-page",
    )
    if "exercise" in kinds:
        app.add_js_file("exercise.mjs", type="module")
    if "run-page" in kinds:
        cells = to("_static/cells.mjs", 1)
        app.add_js_file(None, body=RUN % json.dumps(cells), type="module")


def _publish(app: Sphinx, error: Exception | None) -> None:
    """Write what pages load besides the files in _static."""
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    (static / "course.zip").write_bytes(_course())
    (static / "data").mkdir(exist_ok=True)
    for path in DATA.glob("*.npz"):
        shutil.copy(path, static / "data")
    if own := app.config.pyodide_dist:
        (static / "pyodide").mkdir(exist_ok=True)
        for name in sorted(needed(Path(own))):
            shutil.copy(Path(own, name), static / "pyodide" / name)


def needed(release: Path, wanted: Iterable[str] = PACKAGES) -> set[str]:
    """The names of the files of a release that a page with these packages may load."""
    packages = json.loads((release / "pyodide-lock.json").read_text("utf-8"))["packages"]
    found, waiting = set[str](), list(wanted)
    while waiting:
        name = waiting.pop().replace("_", "-")  # they are listed so, and named either way
        if name not in found:
            found.add(name)
            waiting += packages[name]["depends"]
    return {packages[name]["file_name"] for name in found} | set(FILES)


@cache
def _course() -> bytes:
    """The parts of `grader` and `lab` that need NumPy and Matplotlib alone, as a zip archive."""
    parts = [
        path
        for kind in PACKED
        for path in GRADER.rglob(f"*.{kind}")
        if path.relative_to(GRADER).parts[0] not in ELSEWHERE
    ]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted([*parts, *modules(), *DATA.glob("*.toml")]):
            # of no date, so that the same sources make the same archive
            entry = zipfile.ZipInfo(path.relative_to(GRADER.parent).as_posix())
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return file.getvalue()
