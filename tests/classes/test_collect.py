"""`nbgrader zip_collect` on archives as Moodle, Canvas, Blackboard and Gradescope make them."""

import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr
from contextlib import nullcontext as quiet
from pathlib import Path

import pytest
from helpers import ROOT
from helpers.classes import new_course
from nbgrader.apps import ZipCollectApp

from grader.classes.collect import FILES

SET = "ps1_standardize"
NOTEBOOK = f"{SET}.ipynb"


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """An archive of texts by name."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


def zip_collect(root: Path, *, fails: bool = False) -> str:
    """What nbgrader logs."""
    printed = io.StringIO()
    ZipCollectApp.clear_instance()
    # as a command it takes seconds to start
    with chdir(root), redirect_stderr(printed), pytest.raises(SystemExit) if fails else quiet():
        ZipCollectApp.launch_instance([SET])
    return printed.getvalue()


def collected(root: Path) -> dict[str, dict[str, str]]:
    """The texts by student and by file."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((root / "submitted").rglob("*")):
        if path.is_file():
            student, name, *inner = path.relative_to(root / "submitted").parts
            assert name == SET
            found.setdefault(student, {})["/".join(inner)] = path.read_text()
    return found


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course in which nothing is handed in; its released notebook is empty."""
    root = new_course(tmp_path / "course")
    (root / "exercises" / SET).mkdir(parents=True)
    shutil.copy(ROOT / "exercises" / SET / NOTEBOOK, root / "exercises" / SET)
    (root / "downloaded" / SET / "archive").mkdir(parents=True)
    return root


def put(root: Path, files: Mapping[str, str | bytes], name: str = "submissions.zip") -> None:
    """An archive where the page says that it belongs."""
    (root / "downloaded" / SET / "archive" / name).write_bytes(packed(files))


MOODLE = "Zoë O'Neil_123456_assignsubmission_file_"
CANVAS = "oneilzoe_LATE_12345_67890_"
BLACKBOARD = "ps1_attempt_zoneil_2026-03-01-12-00-00"
OTHER_ORDER = "Problem Set 1_zoneil_attempt_2026-03-01-12-00-00"
NFD = "Zoe\N{COMBINING DIAERESIS} O\N{RIGHT SINGLE QUOTATION MARK}Neil_9_assignsubmission_file_"

ONE = {
    "moodle, folders": ({f"{MOODLE}/{NOTEBOOK}": "new"}, "Zoë ONeil"),
    "moodle, no folders": ({MOODLE + NOTEBOOK: "new"}, "Zoë ONeil"),
    "moodle, a Mac's letters": ({f"{NFD}/{NOTEBOOK}": "new"}, "Zoë ONeil"),
    "moodle, a second download": ({f"{MOODLE}/{SET} (1).ipynb": "new"}, "Zoë ONeil"),
    "moodle, two of them": (
        {f"{MOODLE}/{SET}({n}).ipynb": text for n, text in ((2, "old"), (10, "new"))},
        "Zoë ONeil",
    ),
    "moodle, what a Mac adds": (
        {
            f"{MOODLE}/{NOTEBOOK}": "new",
            f"__MACOSX/{MOODLE}/._{NOTEBOOK}": "?",
            f"._{MOODLE}{NOTEBOOK}": "?",
        },
        "Zoë ONeil",
    ),
    "moodle, an archive in it": (
        {f"{MOODLE}/homework.ZIP": packed({f"inner/{NOTEBOOK}": "new"})},
        "Zoë ONeil",
    ),
    "canvas": ({CANVAS + NOTEBOOK: "new"}, "oneilzoe_12345"),
    "canvas, in time": ({f"oneilzoe_12345_67890_{NOTEBOOK}": "new"}, "oneilzoe_12345"),
    "canvas, attempts": (
        {
            f"oneilzoe_12345_67890_{SET}-10.ipynb": "new",
            f"oneilzoe_12345_67891_{SET}-2.ipynb": "old",
            f"oneilzoe_12345_67892_{SET} (12).ipynb": "old",
        },
        "oneilzoe_12345",
    ),
    "canvas, uploads": (
        {
            f"oneilzoe_12345_9_{NOTEBOOK}": "old",
            f"oneilzoe_12345_10_{NOTEBOOK}": "new",
        },
        "oneilzoe_12345",
    ),
    "canvas, without names": ({f"anon_x7Kp2_67890_{NOTEBOOK}": "new"}, "anon_x7Kp2"),
    "canvas, late without names": ({f"LATE_anon_x7Kp2_67890_{NOTEBOOK}": "new"}, "anon_x7Kp2"),
    "canvas, a group": ({f"team_a_12345_67890_{NOTEBOOK}": "new"}, "team_a_12345"),
    "canvas, an archive": (
        {f"{CANVAS}homework.zip": packed({NOTEBOOK: "new"})},
        "oneilzoe_12345",
    ),
}


@pytest.mark.parametrize(("files", "student"), ONE.values(), ids=ONE)
def test_archive(course: Path, files: dict[str, str | bytes], student: str) -> None:
    """Is the newest notebook where nbgrader looks for it, by a name that can be read?"""
    put(course, files)
    zip_collect(course)
    assert collected(course) == {student: {NOTEBOOK: "new"}}


@pytest.mark.parametrize("name", [BLACKBOARD, OTHER_ORDER])
def test_blackboard(course: Path, name: str) -> None:
    """Does the latest attempt count, with its time, and are receipts left out?"""
    files = {f"{name}_{NOTEBOOK}": "second", f"{name}.txt": "a receipt"}
    first = {
        file.replace("03-01-12", "02-28-23"): text.replace("second", "first")
        for file, text in files.items()
    }
    other = {file.replace("zoneil", "j_o.smith"): "other" for file in files}
    put(course, {**files, **first, **other}, "gradebook_CS_101_12_ps1_2026-03-02-09-00-00.zip")
    zip_collect(course)
    time = "2026-03-01 12:00:00"
    assert collected(course) == {
        "zoneil": {NOTEBOOK: "second", "timestamp.txt": time},
        "j_o.smith": {NOTEBOOK: "other", "timestamp.txt": time},
    }


def test_time_that_is_none(course: Path) -> None:
    """Is somebody whose attempt has no time collected, with the others, and is it said?"""
    day = BLACKBOARD.replace("03-01", "13-41")
    other = BLACKBOARD.replace("zoneil", "jsmith").replace("2026-03-01", "01-03-2026")
    put(course, {f"{day}_{NOTEBOOK}": "Zoë's", f"{other}_{NOTEBOOK}": "Jo's"})
    log = zip_collect(course)
    assert collected(course) == {"zoneil": {NOTEBOOK: "Zoë's"}, "jsmith": {NOTEBOOK: "Jo's"}}
    assert log.count("when it was handed in is not known, for the time in its name is none") == 2


EXPORT = "assignment_12_export"
GRADESCOPE = """
submission_101:
  :submitters:
  - :name: Zoë O'Neil
    :sid: '9'
  :created_at: !ruby/object:Time 2026-03-01 12:00:00.123456000 Z
submission_102:
  :submitters:
  - :name: Lee Ann
  - :name: Jo_Smith
103.pdf:
  :submitters:
  - :name: Ada
submission_104:
  :submitters:
  - :name: Zoë_101_assignsubmission_file_
  - :name: ''
"""


def test_gradescope(course: Path) -> None:
    """Has each of a group what they handed in together, and nobody the work of another?"""
    forged = GRADESCOPE.replace("submission_102", "submission_101").replace("Lee Ann", "Eve")
    put(
        course,
        {
            f"{EXPORT}/submission_metadata.yml": GRADESCOPE,
            f"{EXPORT}/submission_101/{NOTEBOOK}": "new",
            f"{EXPORT}/submission_101/data/x.csv": "data",
            f"{EXPORT}/submission_102/{NOTEBOOK}": "group",
            f"{EXPORT}/submission_104/work.zip": packed({NOTEBOOK: "in an archive"}),
            f"{EXPORT}/submission_104/submission_metadata.yml": forged,
            f"{EXPORT}/submission_104/submission_101/{NOTEBOOK}": "Eve's",
        },
    )
    zip_collect(course)
    eves = {NOTEBOOK: "in an archive"}
    assert collected(course) == {
        "Zoë ONeil": {NOTEBOOK: "new", "data/x.csv": "data"},
        "Lee Ann": {NOTEBOOK: "group"},
        "Jo Smith": {NOTEBOOK: "group"},
        "Zoë 101 assignsubmission file": eves,
        "nameless": eves,
    }


GRADESCOPES = {
    "a list": "- submission_101",
    "no names": "submission_101: {':submitters': [{':sid': 1}]}",
    "cut off": "submission_101: {",
}


@pytest.mark.parametrize("metadata", GRADESCOPES.values(), ids=GRADESCOPES)
def test_gradescope_that_does_not_say(course: Path, metadata: str) -> None:
    """Does the command fail where it is not said who handed in, with what is wrong?"""
    files = {"submission_metadata.yml": metadata, f"submission_101/{NOTEBOOK}": "new"}
    put(course, {f"{EXPORT}/{name}": text for name, text in files.items()})
    log = zip_collect(course, fails=True)
    assert "submission_metadata.yml does not say who handed in: " in log
    assert "Traceback" not in log


def test_time_zone(course: Path) -> None:
    """Are Blackboard's times taken to be those of the course's zone?"""
    with (course / "nbgrader_config.py").open("a") as config:
        config.write('c.Exchange.timezone = "Europe/Berlin"\n')
    put(course, {f"{BLACKBOARD}_{NOTEBOOK}": "new"})
    zip_collect(course)
    assert collected(course)["zoneil"]["timestamp.txt"] == "2026-03-01 11:00:00"


def test_loose_files(course: Path) -> None:
    """May the files lie in the folder as they are, unpacked already?"""
    folder = course / "downloaded" / SET / "archive"
    (folder / MOODLE).mkdir()
    for name in (f"{MOODLE}/{NOTEBOOK}", CANVAS + NOTEBOOK):
        (folder / name).write_text("new")
    zip_collect(course)
    assert collected(course) == {
        "Zoë ONeil": {NOTEBOOK: "new"},
        "oneilzoe_12345": {NOTEBOOK: "new"},
    }


def test_namesakes(course: Path) -> None:
    """Do students of one name stay apart?"""
    put(course, {f"Lee Ann_{n}_assignsubmission_file_/{NOTEBOOK}": str(n) for n in (1, 22)})
    zip_collect(course)
    assert collected(course) == {f"Lee Ann_{n}": {NOTEBOOK: str(n)} for n in (1, 22)}


def test_nobody_hands_in_for_another(course: Path) -> None:
    """Do names that students choose make nothing another student's?"""
    put(
        course,
        {
            f"{MOODLE}/{NOTEBOOK}": "hers",
            f"Eve_7_assignsubmission_file_/{MOODLE}/{NOTEBOOK}": "Eve's",
            f"Eve_7_assignsubmission_file_/{CANVAS}{NOTEBOOK}": "Eve's",
            f"Eve_7_assignsubmission_file_/{BLACKBOARD}_{NOTEBOOK}": "Eve's",
            f"Eve_7_assignsubmission_file_{MOODLE}{NOTEBOOK}": "Eve's",
            f"eve_777_888_x_{BLACKBOARD}_{NOTEBOOK}": "Eve's",
            f"eve_777_889_{MOODLE}{NOTEBOOK}": "Eve's",
            f"ps1_eve_attempt_2026-03-01-12-00-00_{MOODLE}{NOTEBOOK}": "Eve's",
        },
    )
    zip_collect(course)
    found = collected(course)
    assert sorted(found) == ["Eve", "Zoë ONeil", "eve", "eve_777"]
    assert found["Zoë ONeil"] == {NOTEBOOK: "hers"}


def test_files_beside(course: Path) -> None:
    """Do modules and data come with the notebook, and no time of the student's own?"""
    inner = {
        f"work/{NOTEBOOK}": "new",
        "work/helper.py": "module",
        "work/data/x.csv": "data",
        "work/timestamp.txt": "2000-01-01 00:00:00",
        "elsewhere.txt": "?",
    }
    put(course, {f"{MOODLE}/{name}": text for name, text in inner.items()})
    zip_collect(course)
    assert collected(course) == {
        "Zoë ONeil": {NOTEBOOK: "new", "helper.py": "module", "data/x.csv": "data"}
    }


def test_other_names(course: Path) -> None:
    """Does what is no notebook of the set come as it is called, so that grading can tell?"""
    put(
        course,
        {
            f"{MOODLE}/homework.ipynb": "which?",
            "Eve_7_assignsubmission_file_/ps1.html": "no notebook",
        },
    )
    zip_collect(course)
    assert collected(course) == {
        "Zoë ONeil": {"homework.ipynb": "which?"},
        "Eve": {"ps1.html": "no notebook"},
    }


def encrypted(data: bytes) -> bytes:
    """An archive whose one file says that it has a password."""
    header = data.index(b"PK\1\2")
    flagged = bytearray(data)
    flagged[6] |= 1
    flagged[header + 8] |= 1
    return bytes(flagged)


def test_broken_archives(course: Path) -> None:
    """Is an archive of which nothing can be unpacked handed in as it is, so that nobody is lost?"""
    broken = {
        "cut": packed({NOTEBOOK: "x" * 1000})[:500],
        "locked": encrypted(packed({NOTEBOOK: "x"})),
        "none": b"<html>",
        "empty": packed({}),
    }
    files = {f"{name}_1_assignsubmission_file_/a.zip": data for name, data in broken.items()}
    put(
        course,
        {
            **files,
            f"{MOODLE}/{NOTEBOOK}": "new",
            "Eve_3_assignsubmission_file_/up.zip": packed({f"../../{NOTEBOOK}": "Eve's"}),
            "Jo_4_assignsubmission_file_/long.zip": packed({"x" * 300: "?", NOTEBOOK: "Jo's"}),
        },
    )
    log = zip_collect(course)
    for name, data in broken.items():
        assert (course / "submitted" / name / SET / "a.zip").read_bytes() == data
        shutil.rmtree(course / "submitted" / name)
    assert collected(course) == {
        "Eve": {NOTEBOOK: "Eve's"},
        "Jo": {NOTEBOOK: "Jo's"},
        "Zoë ONeil": {NOTEBOOK: "new"},
    }
    assert "a.zip cannot be unpacked: File is not a zip file" in log
    assert "is encrypted, password required" in log
    assert "is left out: [Errno 36] File name too long" in log


def test_large_archives(course: Path) -> None:
    """Is there a bound on what an archive becomes, with those in it, and the notebook first?"""
    large = io.BytesIO()
    with zipfile.ZipFile(large, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(3):
            archive.writestr(f"{n}.csv", bytes(100 * 1024**2))
        archive.writestr(NOTEBOOK, "new")
    inner = packed({f"{n}": "" for n in range(FILES)})
    put(
        course,
        {
            f"{MOODLE}/large.zip": large.getvalue(),
            "Eve_3_assignsubmission_file_/many.zip": packed({f"{n}.zip": inner for n in range(3)}),
        },
    )
    log = zip_collect(course)
    beside = course / "submitted" / "Zoë ONeil" / SET
    assert sorted(path.name for path in beside.iterdir()) == ["0.csv", NOTEBOOK]
    assert "large.zip: 2 of its 4 files are left out: an archive may have 2000 files of 200" in log
    assert len([path for path in (course / "submitted" / "Eve").rglob("*") if path.is_file()]) <= (
        FILES + 3
    )


def test_archives_in_archives(course: Path) -> None:
    """Is a notebook found in an archive in an archive, and in one that Windows has made?"""
    windows = packed({f"work_{NOTEBOOK}": "new", "work_helper.py": "module"})
    put(
        course,
        {
            f"{MOODLE}/a.zip": packed({"b.zip": packed({"c.zip": packed({NOTEBOOK: "new"})})}),
            f"{CANVAS}a.zip": windows.replace(b"work_", b"work\\"),
        },
    )
    zip_collect(course)
    assert collected(course) == {
        "Zoë ONeil": {NOTEBOOK: "new"},
        "oneilzoe_12345": {NOTEBOOK: "new", "helper.py": "module"},
    }


def test_hidden_files(course: Path) -> None:
    """Is a checkpoint taken where a student has handed in nothing else, and only there?"""
    checkpoint = f".ipynb_checkpoints/{SET}-checkpoint.ipynb"
    put(
        course,
        {
            f"{MOODLE}/{NOTEBOOK}": "new",
            f"{MOODLE}/{checkpoint}": "old",
            f"Eve_7_assignsubmission_file_/{checkpoint}": "Eve's",
        },
    )
    zip_collect(course)
    assert collected(course) == {
        "Zoë ONeil": {NOTEBOOK: "new"},
        "Eve": {f"{SET}-checkpoint.ipynb": "Eve's"},
    }


def test_text_in_the_platform(course: Path) -> None:
    """Is somebody who wrote into the platform instead of handing in a file not lost?"""
    put(
        course,
        {
            f"{MOODLE}/{NOTEBOOK}": "new",
            "Eve_7_assignsubmission_onlinetext_/onlinetext.html": "my answer",
        },
    )
    zip_collect(course)
    assert collected(course) == {
        "Zoë ONeil": {NOTEBOOK: "new"},
        "Eve": {"onlinetext.html": "my answer"},
    }


def test_useless_archives(course: Path) -> None:
    """Does the command fail where the archive is cut off or of another kind, and say what to do?"""
    archive = course / "downloaded" / SET / "archive" / "submissions.zip"
    archive.write_bytes(packed({f"{MOODLE}/{NOTEBOOK}": "x" * 1000})[:500])
    assert "submissions.zip cannot be unpacked: File is not a zip file. Download it" in zip_collect(
        course, fails=True
    )
    archive.unlink()
    put(course, {f"Ada - {NOTEBOOK}": "new"})
    shutil.rmtree(course / "downloaded" / SET / "extracted")
    assert f"put the notebooks to submitted/STUDENT/{SET}/{NOTEBOOK} yourself." in zip_collect(
        course, fails=True
    )


def test_names_of_a_mac(course: Path) -> None:
    """Are names right that are in UTF-8 without saying so?"""
    put(course, {f"{MOODLE}/{NOTEBOOK}": "new"})
    path = course / "downloaded" / SET / "archive" / "submissions.zip"
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.infolist()[0].flag_bits == 0x800
    path.write_bytes(data.replace(b"\x00\x08", b"\x00\x00"))
    with zipfile.ZipFile(path) as archive:
        assert archive.infolist()[0].flag_bits == 0
    zip_collect(course)
    assert list(collected(course)) == ["Zoë ONeil"]


def test_own_regexp(course: Path) -> None:
    """Does a course's own expression count, as nbgrader's documentation says?"""
    with (course / "nbgrader_config.py").open("a") as config:
        regexp = r".*/(?P<student_id>\w+)-(?P<file_id>\w+)\.ipynb"
        config.write(f"c.FileNameCollectorPlugin.named_regexp = {json.dumps(regexp)}\n")
    put(course, {f"ann-{NOTEBOOK}": "new"})
    zip_collect(course)
    assert collected(course) == {"ann": {NOTEBOOK: "new"}}


def test_google_classroom(course: Path) -> None:
    """Does the expression of the page collect the copies that Google Classroom made?"""
    page = (ROOT / "grading" / "teach.md").read_text()
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(page.partition("```python\n")[2].partition("```")[0])
    folder = "drive-download-20260301T120000Z-001"
    put(course, {f"{folder}/Zoë Ann - Lee - {NOTEBOOK}": "new"}, f"{folder}.zip")
    zip_collect(course)
    assert collected(course) == {"Zoë Ann - Lee": {NOTEBOOK: "new"}}
