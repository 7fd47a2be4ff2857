"""The set-up: the lock, the Makefile's messages, and what is and is not committed."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import metadata, version
from pathlib import Path

import pytest
import yaml
from helpers import ROOT
from helpers.books import small_book
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK_LINES = [
    line for line in (ROOT / "requirements.lock").read_text().splitlines() if line[:1] != "#"
]


def tracked(*options: str) -> list[Path]:
    """The paths that `git ls-files` lists, without those deleted in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *options], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.exists()]


def declared() -> list[str]:
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"].values()
    build = PYPROJECT["build-system"]["requires"]
    return [*project["dependencies"], *build, *(name for extra in extras for name in extra)]


def pins() -> dict[str, Version]:
    requirements = [Requirement(line) for line in LOCK_LINES]
    return {canonicalize_name(r.name): Version(str(r.specifier)[2:]) for r in requirements}


def test_lock_has_exact_versions_only() -> None:
    """Is each line of the lock a name and one version, without hash, label, address or option?"""
    assert [line for line in LOCK_LINES if not re.fullmatch(r"[\w.-]+==[0-9][\w.]*", line)] == []
    assert len(pins()) == len(LOCK_LINES)


@pytest.mark.parametrize("requirement", declared())
def test_lock_pins_what_pyproject_declares(requirement: str) -> None:
    """Does the lock have a version of each declared dependency, one that is allowed?"""
    wanted = Requirement(requirement)
    assert pins()[canonicalize_name(wanted.name)] in wanted.specifier


def test_environment_is_the_lock() -> None:
    """Do these tests run with the versions that the lock names?"""
    installed = {name: Version(Version(version(name)).public) for name in pins()}
    assert installed == pins()


@pytest.mark.parametrize("python", ["3.11.0", "3.12.0", "3.13.0", "3.14.0"])
def test_lock_suits_each_python(python: str) -> None:
    """Does no package of the lock refuse the first release of a Python that is allowed?"""
    wanted = {name: metadata(name).get("Requires-Python") or "" for name in pins()}
    refuse = [f"{name} {spec}" for name, spec in wanted.items() if python not in SpecifierSet(spec)]
    assert refuse == []


# The environment is made in a copy: the real one is in use by the test itself.


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A folder with what `make setup` reads, and a lock without packages."""
    (tmp_path / "tools").mkdir()
    for name in ("Makefile", "pyproject.toml", "tools/venv.sh"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "requirements.lock").write_text("# nothing\n")
    return tmp_path


def make(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """Exit status and output of make, without what an outer make or pip's settings add."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS", "PIP_")) and name != "PYTHON"
    }
    done = subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=inherited | {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


def interpreter(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_no_python(course: Path) -> None:
    """What is said when the interpreter does not exist?"""
    status, output = make(course, "setup", "PYTHON=/nonexistent/python3")
    assert status != 0
    assert "No Python was found. Tried: /nonexistent/python3." in output
    assert "Install Python 3.11 or newer" in output
    assert "make PYTHON=/path/to/python3.11" in output
    assert not (course / ".venv").exists()


@pytest.mark.parametrize("old", ["2.7", "3.6", "3.10"])
def test_old_python(course: Path, old: str) -> None:
    """What is said when the only interpreter is too old?"""
    python = interpreter(course, "old", f"echo {old}")
    status, output = make(course, "test", f"PYTHON={python}")
    assert status != 0
    assert f"Python 3.11 or newer is needed, but {python} is {old}." in output
    assert "Traceback" not in output


def test_no_venv_module(course: Path) -> None:
    """What is said when the system's Python comes without venv, as Debian's does?"""
    python = interpreter(course, "bare", 'case "$2" in *ensurepip*) exit 1;; *) echo 3.12;; esac')
    status, output = make(course, "test", f"PYTHON={python}")
    assert status != 0
    assert f"Python's venv module is missing from: {python}." in output
    assert "apt install python3-venv" in output


def test_finds_a_newer_python_beside_an_old_one(course: Path) -> None:
    """Is another interpreter tried when the first is too old?"""
    old = interpreter(course, "old", "echo 3.9")
    status, output = make(course, ".venv/requirements.lock", f"PYTHON={old} {sys.executable}")
    assert status == 0, output
    assert f"Creating .venv with {sys.executable}" in output


def test_pip_failure_leaves_no_environment_that_looks_complete(course: Path) -> None:
    """Is pip's own reason told when it is not the network, and does the next run start afresh?"""
    (course / "requirements.lock").write_text("numpy==2.4.6\n")
    for _ in range(2):
        status, output = make(course, "setup", f"PYTHON={sys.executable}")
        assert status != 0
        assert "Creating .venv" in output
        assert (
            "pip could not install the packages of requirements.lock. It says:\nERROR: " in output
        )
        assert "ERROR: No matching distribution found for numpy==2.4.6" in output
        assert "network" not in output
        assert "Traceback" not in output


def test_package_that_refuses_this_python(course: Path, tmp_path: Path) -> None:
    """Is the version of Python named that a package asks for?"""
    with zipfile.ZipFile(tmp_path / "newer-1.0-py3-none-any.whl", "w") as wheel:
        head = "Metadata-Version: 2.1\nName: newer\nVersion: 1.0\nRequires-Python: >=3.99.5\n"
        wheel.writestr("newer-1.0.dist-info/METADATA", head)
        wheel.writestr("newer-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("newer-1.0.dist-info/RECORD", "")
    (course / "requirements.lock").write_text("newer==1.0\n")
    arguments = (f"PYTHON={sys.executable}", f"PIP_ARGS=--find-links {tmp_path}")
    status, output = make(course, "setup", *arguments)
    assert status != 0
    assert ">=3.99.5" in output
    assert "network" not in output


def test_no_network(course: Path) -> None:
    """Is the network named where pip names it?"""
    (course / "requirements.lock").write_text("numpy==2.4.6\n")
    nobody = "--index-url http://127.0.0.1:9/simple --retries 1"
    status, output = make(
        course, "setup", f"PYTHON={sys.executable}", f"PIP_ARGS={nobody}", PIP_NO_INDEX=""
    )
    assert status != 0
    assert "ERROR: No matching distribution found for numpy==2.4.6" in output
    assert "The network or a proxy is the reason: check the connection" in output


def test_environment_is_made_once(course: Path) -> None:
    """Does make redo nothing for an unchanged lock, and only install for a changed one?"""
    target = ".venv/requirements.lock"
    status, output = make(course, target, f"PYTHON={sys.executable}")
    assert (status, "Creating .venv" in output) == (0, True), output

    status, output = make(course, target)
    assert (status, output) == (0, f"make: '{target}' is up to date.\n")

    os.utime(course / target, (0, 0))
    assert make(course, target) == (0, "")

    (course / "requirements.lock").write_text("# another\n")
    os.utime(course / target, (0, 0))
    status, output = make(course, target)
    assert status == 0
    assert "Creating .venv" not in output
    assert "Installing 0 packages" in output
    assert (course / target).read_text() == "# another\n"


# What make prints, with the environment of these tests, which it must leave as it is


def made(folder: Path, *targets: str, **variables: str) -> tuple[int, list[str]]:
    """Exit status and lines of make, for which the environment is up to date."""
    old = ("--old-file=.venv/requirements.lock", "--old-file=.venv/installed")
    status, output = make(folder, *old, *targets, PYTHONPATH=str(ROOT), **variables)
    return status, output.splitlines()


@pytest.fixture
def small_course(course: Path) -> Path:
    """A course with one problem set, and a book of two pages."""
    (course / ".venv/bin").mkdir(parents=True)
    for name in ("python", "jupyter-book"):
        program = Path(sys.executable).with_name(name)
        interpreter(course / ".venv/bin", name, f'exec "{program}" "$@"')
    (course / "grader").symlink_to(ROOT / "grader")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    shutil.copytree(ROOT / "solutions/ps1_standardize", course / "solutions/ps1_standardize")
    return small_book(course, "1 + 1", "2 + 2")


def test_phases_are_a_line_each(small_course: Path) -> None:
    """Does make say what it does, or that it is up to date, and where the logs are?"""
    first = [
        "Environment   up to date",
        "Exercises     1 sets are made from solutions/; logs: _build/logs/SET.txt",
        "Book          is built from chapters/; log: _build/logs/book.txt",
        "Notebooks     2 to run, 0 unchanged",
    ]
    second = [first[0], "Exercises     up to date", "Book          up to date"]
    for lines in (first, second):
        assert made(small_course, "setup", "exercises", "book") == (0, lines)
    assert "Writing" in (small_course / "_build/logs/ps1_standardize.txt").read_text()
    assert "build succeeded." in (small_course / "_build/logs/book.txt").read_text()
    assert "$ make setup\n" + first[0] in (ROOT / "README.md").read_text()


def test_self_study(small_course: Path) -> None:
    """Does SELF_STUDY=1 write the exercises with answers elsewhere, and leave the others alone?"""
    line = (
        "Exercises     1 sets are made from solutions/, into self-study/; logs: _build/logs/SET.txt"
    )
    for lines in ([line], ["Exercises     up to date"]):
        assert made(small_course, "exercises", "SELF_STUDY=1") == (0, lines)
    notebook = Path("ps1_standardize/ps1_standardize.ipynb")
    assert "A model answer" in (small_course / "self-study" / notebook).read_text()
    assert not (small_course / "exercises").exists()
    assert made(small_course, "exercises")[0] == 0
    assert "A model answer" not in (small_course / "exercises" / notebook).read_text()


def test_book_prints_what_is_wrong(small_course: Path) -> None:
    """Are warnings printed each time until the page is mended, without running notebooks again?"""
    page = small_course / "page1.md"
    right = page.read_text()
    page.write_text(right + "\n{ref}`nowhere`\n")
    for to_run in (2, 0):
        status, lines = made(small_course, "book")
        assert status != 0
        assert f"Notebooks     {to_run} to run, {2 - to_run} unchanged" in lines
        assert f"{page}:15: WARNING: undefined label: 'nowhere'" in lines
        assert "The book is not finished: see above." in lines
        assert len(lines) < 10
    page.write_text(right)
    assert made(small_course, "book")[0] == 0


def test_exercises_print_what_is_wrong(small_course: Path) -> None:
    """Is nbgrader's error printed, with the set?"""
    (small_course / "solutions/ps1_standardize/ps1_standardize.ipynb").write_text("not JSON")
    status, lines = made(small_course, "exercises")
    assert status != 0
    assert any("ps1_standardize" in line and "ERROR" in line for line in lines)
    assert any("not JSON" in line for line in lines)


def test_tests_end_with_what_pytest_says(course: Path) -> None:
    """Does `make test` announce its phases, and end and fail as pytest does?"""
    (course / ".venv/bin").mkdir(parents=True)
    for pytest_status in (0, 1):
        script = f'[ "$2" != pytest ] || {{ echo "$@"; exit {pytest_status}; }}'
        interpreter(course / ".venv/bin", "python", script)
        status, lines = made(course, "test", PYTEST="tests/test_setup.py", COVERAGE="--cov")
        assert (status != 0) == (pytest_status != 0)
        assert lines[:4] == [
            "Environment   up to date",
            "Style and types",
            "Tests",
            "-m pytest -q tests/test_setup.py --cov",
        ]


def test_continuous_integration_runs_make_test() -> None:
    """Does the workflow call .ci/run, on the oldest Python that is allowed and on a newer one?"""
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    job = workflow["jobs"]["test"]
    lock = workflow["jobs"]["lock"]
    assert lock["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert "--dry-run" in lock["steps"][-1]["run"]
    assert job["steps"][-1] == {"run": ".ci/run"}
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert PYPROJECT["project"]["requires-python"] == ">=3.11"
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert (ROOT / ".ci/run").read_text().endswith("\nmake test\n")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_pages_name_targets_that_exist(page: str) -> None:
    """Is each `make TARGET` and each linked or named path in the page really there?

    A path may be named from a folder within: `checks.py` of a problem set.
    """
    text = (ROOT / page).read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^|\$ )make ([a-z]+)", text, re.MULTILINE)) <= targets
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    named = re.findall(r"`([a-z_]+/|[\w/]+\.(?:py|md|sh|lock|toml|yml|bib))`", text)
    assert [name for name in links if not (ROOT / name).exists()] == []
    paths = {path for file in tracked() for path in (file, *file.parents)}
    there = {f"/{path.relative_to(ROOT)}" for path in paths if path.is_relative_to(ROOT)}
    assert [
        name for name in named if not any(path.endswith(f"/{name.rstrip('/')}") for path in there)
    ] == []


def test_nothing_generated_is_committed() -> None:
    """Is any committed file one that .gitignore lists?"""
    assert tracked("--cached", "--ignored", "--exclude-standard") == []


def test_notebooks_have_no_outputs() -> None:
    """Does any committed notebook hold outputs or execution counts?"""
    notebooks = tracked("*.ipynb")
    cells = [(path, cell) for path in notebooks for cell in json.loads(path.read_text())["cells"]]
    assert [
        str(path)
        for path, cell in cells
        if cell.get("outputs") or cell.get("execution_count") is not None
    ] == []


def test_no_file_names_this_machine() -> None:
    """Does any committed file hold this folder's path, a home folder's, or a package index's?"""
    somewhere = [re.escape(str(ROOT)), r"/(?:home|Users)/\w+/", r"file:///", r"pypi\.org/simple"]
    here = re.compile("|".join(somewhere).encode())
    found = [
        f"{path.relative_to(ROOT)}: {match.decode()}"
        for path in tracked()
        if path != Path(__file__)
        for match in here.findall(path.read_bytes())
    ]
    assert found == []


def test_nobody_is_sent_to_a_name_that_anyone_could_take() -> None:
    """Does each page, notebook and message install this package from its folder alone?"""
    paths = [path for path in tracked() if path.suffix in (".md", ".py", ".ipynb")]
    found = [
        (path, what)
        for path in paths
        if ROOT / "tests" not in path.parents
        for what in re.findall(r"pip install ['\"]?([^\s`]+)", path.read_text("utf-8"))
    ]
    assert found
    assert [(path, what) for path, what in found if what[0] not in ".-"] == []


def test_import_grader_needs_numpy_only() -> None:
    """Which third-party packages does `import grader` load?"""
    program = """
import sys
before = set(sys.modules)
import grader
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
named = [name for name in loaded if getattr(sys.modules.get(name), "__spec__", None)]
print(*sorted(set(named) - sys.stdlib_module_names))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == ""
    assert set(done.stdout.split()) <= {"grader", "numpy"}
