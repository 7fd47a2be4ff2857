"""A course: its folder, and what its nbgrader_config.py says about grading."""

import hashlib
import hmac
import importlib.util
import json
import os
import secrets
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from traitlets import Bool, Dict, List, Tuple, Unicode, Union
from traitlets.config import Configurable
from traitlets.config.loader import LazyConfigValue, PyFileConfigLoader

from ..checking.check import Check
from ..checking.load import checks_of, problem_sets
from ..checking.mistakes import OURS
from ..sandbox.process import Limits
from .notebook import CourseError, Master, calls_check, is_autograded, master_label, read_master

CONFIG = "nbgrader_config.py"
SECRET = ".grader-secret"
IGNORED = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"]  # nbgrader's default


class Course(Configurable):
    """How a course grades; its traits are set in nbgrader_config.py, as `c.Course.unsafe = True`.

    `root` is the folder that holds that file.
    """

    unsafe = Bool(False, help="Grade without the protections that this machine lacks.").tag(
        config=True
    )
    limits = Dict(
        key_trait=Unicode(),
        value_trait=Dict(key_trait=Unicode()),
        help="Limits by problem set, '*' for all: {'ps7_capstone': {'exercise_seconds': 60}}.",
    ).tag(config=True)
    preload = Dict(
        key_trait=Unicode(),
        value_trait=Union([List(Unicode()), Tuple()]),  # not a text, which is a list of letters
        help="Modules that the students' processes start with: {'ps5_frameworks': ['torch']}.",
    ).tag(config=True)
    book_url = Unicode(
        "", help="The address of the book, as https://example.org/book: messages link to it."
    ).tag(config=True)
    checks = Unicode(
        OURS,
        help="The package of the checks: a module for each problem set, with a list `checks`.",
    ).tag(config=True)

    def __init__(self, root: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.root = root.resolve()

    @classmethod
    def at(cls, root: Path) -> "Course":
        """The course in a folder. Raises CourseError when there is none, or its file is wrong."""
        if not (root / CONFIG).is_file():
            raise CourseError(f"{root} is not a course: it has no {CONFIG}")
        try:
            # a whole path: in a part of one, traitlets takes `$` for a variable
            path = str((root / CONFIG).resolve())
            config = PyFileConfigLoader(path, path=str(root)).load_config()
            return cls(root, config=config)
        except Exception as error:
            kind = type(error).__name__
            raise CourseError(f"{root / CONFIG} cannot be used: {kind}: {error}") from None

    @classmethod
    def around(cls, folder: Path) -> "Course":
        """The course that a folder belongs to: its own or that of the nearest folder above."""
        for root in (folder.resolve(), *folder.resolve().parents):
            if (root / CONFIG).is_file():
                return cls.at(root)
        raise CourseError(
            f"{folder.resolve()} is not in a course: no folder here or above has {CONFIG}. "
            "Go to the course, or name it with --course FOLDER."
        )

    @property
    def masters(self) -> Path:
        """The folder of the masters."""
        folder = self.config.CourseDirectory.get("source_directory", "source")
        return self.root / str(folder)

    def assignments(self) -> list[str]:
        """The problem sets that have a master."""
        return sorted({path.parent.name for path in self._notebooks()})

    def _notebooks(self) -> Iterator[Path]:
        """The files of masters, without what editors and Macs hide beside them."""
        for path in sorted(self.masters.glob("*/*.ipynb")):
            folder = path.parent.name
            if not path.name.startswith(".") and not folder.startswith((".", "__MACOSX")):
                yield path

    def master(self, assignment: str, notebook: str | None = None) -> Master:
        """The master of a problem set: the notebook of its name, unless another is named.

        Raises CourseError when there is none.
        """
        around = self.config.IncludeHeaderFooter
        header, footer = (
            self.root / around[part] if around.get(part) else None for part in ("header", "footer")
        )
        return read_master(self.masters, assignment, notebook, header, footer)

    def masters_of(self, assignment: str) -> dict[str, Master]:
        """All notebooks of a problem set by name. Raises CourseError when there are none."""
        if assignment not in self.assignments():
            known = ", ".join(self.assignments()) or "none"
            raise CourseError(f"there is no problem set {assignment!r}; there are: {known}")
        paths = [path for path in self._notebooks() if path.parent.name == assignment]
        return {path.stem: self.master(assignment, path.stem) for path in paths}

    @property
    def ignored(self) -> list[str]:
        """The patterns of names that nbgrader neither hands out nor collects."""
        return list(self._set("CourseDirectory", "ignore", IGNORED))

    def theirs(self, assignment: str) -> set[str]:
        """The files beside a master that students change, as c.Autograde.exclude_overwriting."""
        return set(self._set("Autograde", "exclude_overwriting", {}).get(assignment, ()))

    def _set(self, section: str, name: str, default: Any) -> Any:
        """What the course sets of nbgrader's, or its default with what the course adds."""
        value = self.config[section].get(name, default)
        return value.get_value(default) if isinstance(value, LazyConfigValue) else value

    def cells(self) -> dict[str, frozenset[str]]:
        """The grade_ids of all masters that can be read, by problem set and notebook."""
        found = {}
        for path in self._notebooks():
            with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
                cells = json.loads(path.read_bytes())["cells"]
                marks = [cell["metadata"].get("nbgrader", {}) for cell in cells]
                ids = frozenset(mark["grade_id"] for mark in marks if "grade_id" in mark)
                found[master_label(path.parent.name, path.stem)] = ids
        return found

    def cells_of(self, assignment: str) -> list[frozenset[str]]:
        """The grade_ids of each notebook of a problem set."""
        found = self.cells().items()
        return [ids for label, ids in found if label.partition("/")[0] == assignment]

    def load_checks(self, master: Master) -> Mapping[str, Check]:
        """The checks of a problem set by grade_id; graded cells that have none are asserts.

        Raises CourseError when they are not right, for cells that call one which is not there, for
        one that is of no cell of the problem set, where a cell has none, and for settings of a
        problem set that there is not.
        """
        self._find_own_modules()
        try:
            self._known_sets()
            checks = checks_of(master.assignment, self.checks)
        except (ModuleNotFoundError, LookupError) as error:
            raise CourseError(str(error)) from None
        if missing := sorted(set(calls_check(master)) - checks.keys()):
            raise CourseError(
                f"{master.assignment}: no check for the graded cells {', '.join(missing)}"
            )
        ids = set(master.cells).union(*self.cells_of(master.assignment))
        asserts = [
            id for id in master.cells if is_autograded(master.cells[id]) and id not in checks
        ]
        if asserts and (unused := sorted(str(id) for id in checks if id not in ids)):
            raise CourseError(
                f"{master.assignment}: no graded cell for the checks {', '.join(unused)}, and no "
                f"check for {', '.join(asserts)}: a check has the id of its cell"
            )
        return checks

    def _known_sets(self) -> None:
        """Raises CourseError for settings of a set that has neither a master nor checks.

        Its name is mistyped, and the set that is meant would be graded without them.
        """
        known = {"*", *self.assignments(), *problem_sets(self.checks)}
        for trait, table in (("limits", self.limits), ("preload", self.preload)):
            if unknown := sorted(table.keys() - known):
                raise CourseError(
                    f"c.Course.{trait}: there is no problem set {', '.join(map(repr, unknown))}; "
                    f"there are: {', '.join(sorted(known))}"
                )

    def limits_of(self, assignment: str) -> Limits:
        """The limits of a problem set; nbgrader's own `c.Execute.timeout` is one for each cell."""
        nbgraders = self.config.ExecutePreprocessor | self.config.Execute
        seconds = nbgraders.get("timeout") or 0
        cells = dict.fromkeys(("cell_seconds", "exercise_seconds"), seconds) if seconds > 0 else {}
        chosen = {**cells, **self.limits.get("*", {}), **self.limits.get(assignment, {})}
        known = {field.name for field in fields(Limits)}
        if unknown := sorted(chosen.keys() - known):
            raise CourseError(
                f"c.Course.limits: {', '.join(unknown)} is not a limit; "
                f"the limits are {', '.join(sorted(known))}"
            )
        for name, value in chosen.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise CourseError(f"c.Course.limits: {name} is {value!r}, not a number above 0")
        # seconds may have fractions, and bytes have none
        return Limits(**{name: type(getattr(Limits, name))(chosen[name]) for name in chosen})

    def preload_of(self, assignment: str) -> tuple[str, ...]:
        """What the students' processes of a problem set have imported when they start.

        Raises CourseError for what is not installed here.
        """
        self._find_own_modules()
        names = ("numpy", *self.preload.get("*", ()), *self.preload.get(assignment, ()))
        for name in names:
            if importlib.util.find_spec(name.partition(".")[0]) is None:
                raise CourseError(f"c.Course.preload: there is no module {name} here")
        return names

    def _find_own_modules(self) -> None:
        """Let the course's own modules, such as its checks, be imported."""
        if str(self.root) not in sys.path:
            sys.path.append(str(self.root))

    def seed(self, assignment: str) -> int:
        """The seed of the random inputs: it repeats, and only who knows the secret can tell it."""
        digest = hmac.new(self._secret(), assignment.encode(), hashlib.sha256).digest()
        return int.from_bytes(digest[:8], "big")

    def _secret(self) -> bytes:
        """The instructor's secret: $GRADER_SECRET, or a file that the first grading makes."""
        if secret := os.environ.get("GRADER_SECRET"):
            return secret.encode()
        path = self.root / SECRET
        with using(path):
            if not path.exists():
                # A link of a finished file: nobody reads half a secret, and the first of two wins.
                draft = self.root / f"{SECRET}.{os.getpid()}"
                try:
                    # the instructor's alone before there is a secret in it
                    draft.touch(mode=0o600, exist_ok=True)
                    draft.write_text(secrets.token_hex(32))
                    with suppress(FileExistsError):
                        os.link(draft, path)
                finally:
                    draft.unlink(missing_ok=True)
            self.share(path)
            return path.read_bytes()

    @property
    def groupshared(self) -> bool:
        """Do several instructors of one group grade? nbgrader's own setting says it."""
        return bool(self.config.CourseDirectory.get("groupshared", False))

    def share(self, path: Path) -> None:
        """Give the group a file or folder of ours, where it is to have what its owner has."""
        if self.groupshared:
            mode = path.stat().st_mode
            ours = mode | (mode & 0o700) >> 3 | (stat.S_ISGID if stat.S_ISDIR(mode) else 0)
            if ours != mode:
                with suppress(PermissionError):  # it is another's: only the owner can
                    path.chmod(stat.S_IMODE(ours))


@contextmanager
def using(place: Path) -> Iterator[None]:
    """Turns what this machine refuses into a CourseError that says what, where and what to do."""
    try:
        yield
    except OSError as error:
        text = (
            f"{error.filename or place} cannot be used: {error.strerror or error}. "
            "What is graded is kept: run the same command again when this is mended."
        )
        if isinstance(error, PermissionError):
            text += " Where several people grade: c.CourseDirectory.groupshared = True."
        raise CourseError(text) from None
