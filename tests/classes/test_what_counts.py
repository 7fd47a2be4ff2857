"""Marks, table and feedback when what decides a mark changes after grading."""

import errno
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from helpers.classes import FEW, classroom, graded_again, in_gradebook, new_course
from helpers.interrupted import in_this_process
from helpers.masters import points_of
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from sqlalchemy import event

from grader.checking.load import load
from grader.classes.autograde import autograde, table
from grader.classes.gradebook import Marks
from grader.classes.sample import ASSIGNMENT, STUDENTS, hand_in
from grader.cli import main

FULL = points_of(ASSIGNMENT)
WRITTEN = "undoing-the-normalisation"
PENALTY = '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
LATE = f"0 / {FULL:g}  late by 12 h 0 min: {FULL:g} points taken off"
WAITING = "\n\nanswers to be marked by hand: 1"


def feedback_says(root: Path) -> float:
    """Ada's points in her feedback, after a plain `nbgrader generate_feedback`."""
    classroom(root).run(GenerateFeedback, ASSIGNMENT, "*", force=False)
    html = (root / "feedback" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text()
    text = BeautifulSoup(html, "html.parser").get_text()
    [points] = re.findall(rf"{ASSIGNMENT} \(Score: (\S+) / ", text)
    return float(points)


def penalty(root: Path) -> float | None:
    """What lateness costs Ada."""
    found: float | None = in_gradebook(root)["ada"]["notebooks"][0]["late"]
    return found


def row(root: Path) -> str:
    """What the table says of Ada."""
    return table(classroom(root), ASSIGNMENT, ["ada"]).partition("\n")[2].removeprefix("ada      ")


def set_due(root: Path, time: str | None) -> None:
    """Move the due date."""
    with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        book.update_or_create_assignment(ASSIGNMENT, duedate=time)


def set_penalty(root: Path, text: str) -> None:
    """Change the course's policy."""
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text().replace(PENALTY, "") + text)


def extend(root: Path) -> None:
    """Give Ada a day more."""
    with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        book.find_submission(ASSIGNMENT, "ada").extension = timedelta(days=1)
        book.db.commit()


def only_ada(root: Path) -> Path:
    """The class without the others."""
    for folder in (root / "submitted").iterdir():
        if folder.name != "ada":
            shutil.rmtree(folder)
    return root


@pytest.fixture(scope="module")
def late(handed_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with one student, who was half a day late, graded, with feedback."""
    root = only_ada(shutil.copytree(handed_in, tmp_path_factory.mktemp("late") / "course"))
    folder = root / "submitted" / "ada" / ASSIGNMENT
    (folder / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    notebook = folder / f"{ASSIGNMENT}.ipynb"
    notebook.write_text(notebook.read_text().replace("YOUR ANSWER HERE", "It can."))
    set_penalty(root, PENALTY)
    set_due(root, "2026-03-02 00:00:00 UTC")
    assert graded_again(root) == ["ada"]
    return root


def test_late(late: Path, tmp_path: Path) -> None:
    """Does the table show the mark that counts, who is late, and what waits for a person?"""
    root = shutil.copytree(late, tmp_path / "course")
    assert penalty(root) == FULL
    assert row(root) == LATE + WAITING
    assert feedback_says(root) == 0
    with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        answer = book.find_grade(WRITTEN, ASSIGNMENT, ASSIGNMENT, "ada")
        answer.manual_score, answer.needs_manual_grade = 3, False
        book.db.commit()
    assert row(root) == LATE  # nothing waits any more


CHANGES: dict[str, Callable[[Path], None]] = {
    "a later due date": lambda root: set_due(root, "2026-03-05 00:00:00 UTC"),
    "no due date": lambda root: set_due(root, None),
    "an extension": extend,
    "another policy": lambda root: set_penalty(root, ""),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_penalty_is_taken_back(change: Callable[[Path], None], late: Path, tmp_path: Path) -> None:
    """Is a penalty gone from gradebook, table and feedback, and is nothing graded for that?"""
    root = shutil.copytree(late, tmp_path / "course")
    assert feedback_says(root) == 0
    change(root)
    assert graded_again(root) == []
    assert penalty(root) is None
    late = "  late by 12 h 0 min: 0 points taken off" if change is CHANGES["another policy"] else ""
    assert row(root) == f"{FULL:g} / {FULL:g}{late}{WAITING}"
    assert feedback_says(root) == FULL


@pytest.mark.parametrize("change", [None, *CHANGES.values()], ids=["nothing", *CHANGES])
def test_penalty_as_nbgraders(
    change: Callable[[Path], None] | None, late: Path, tmp_path: Path
) -> None:
    """Is the penalty, after a change, that of nbgrader's own grading, with a person's marks too?"""
    root = shutil.copytree(late, tmp_path / "course")
    with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        book.find_grade(WRITTEN, ASSIGNMENT, ASSIGNMENT, "ada").manual_score = 3
        book.db.commit()
    if change is not None:
        change(root)
    assert graded_again(root) == []
    ours = penalty(root)
    assert ours == (FULL + 3 if change is None else None)
    with_nbgrader(root)
    assert penalty(root) == ours


def test_many_late(unbroken: Path, tmp_path: Path) -> None:
    """Are late students penalised in three queries, however many, and written only on a change?"""
    root = shutil.copytree(unbroken, tmp_path / "course")
    set_penalty(root, PENALTY)
    set_due(root, "2026-03-02 00:00:00 UTC")
    with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        for submission in book.assignment_submissions(ASSIGNMENT):
            submission.timestamp = submission.assignment.duedate + timedelta(hours=12)
        book.db.commit()
    students = classroom(root)
    marks = Marks(students.folder, students.config, ASSIGNMENT)
    asked, changed = list[str](), list[str]()
    read = ["SELECT"] * 3  # who there is, what is late, the scores

    @event.listens_for(marks.db.get_bind(), "before_cursor_execute")
    def note(_1: object, _2: object, statement: str, *_3: object) -> None:
        asked.append(statement.split()[0])

    try:
        marks.penalise(FEW, changed.append)
        assert sorted(changed) == list(FEW)
        assert asked == [*read, *["UPDATE"] * len(FEW)]
        asked.clear()
        marks.penalise(FEW, changed.append)
        assert asked == read
    finally:
        marks.close()


def test_flag_goes(root: Path) -> None:
    """Does only the written answer wait for a person, once what could not be read is mended?"""
    only_ada(root)
    notebook = root / "submitted" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    whole = notebook.read_text().replace("YOUR ANSWER HERE", "It can.")

    def by_hand() -> list[str]:
        with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
            grades = book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ada").grades
            return sorted(grade.name for grade in grades if grade.needs_manual_grade)

    notebook.write_text(whole[:500])
    assert list(autograde(classroom(root), ASSIGNMENT, ["ada"], in_this_process)) == ["ada"]
    assert by_hand() == sorted([*load(ASSIGNMENT), WRITTEN])
    notebook.write_text(whole)
    assert graded_again(root) == ["ada"]
    assert by_hand() == [WRITTEN]


def test_due_date_before_the_release(
    handed_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is a set that has only a due date yet released by `grader autograde`, and the date kept?"""
    root = new_course(tmp_path / "course", PENALTY)
    shutil.copytree(handed_in / "submitted" / "ada", root / "submitted" / "ada")
    (root / "submitted" / "ada" / ASSIGNMENT / "timestamp.txt").write_text("2026-03-02 12:00 UTC")
    set_due(root, "2026-03-02 00:00:00 UTC")
    assert main(["autograde", ASSIGNMENT, "--course", str(root), "--jobs", "1"]) == 0
    assert LATE in capsys.readouterr().out


def test_penalty_is_added(late: Path, tmp_path: Path) -> None:
    """Does an earlier due date cost points, without that anything is graded again?"""
    root = shutil.copytree(late, tmp_path / "course")
    set_due(root, "2026-03-05 00:00:00 UTC")
    assert graded_again(root) == []
    assert feedback_says(root) == FULL
    set_due(root, "2026-03-02 00:00:00 UTC")
    assert graded_again(root) == []
    assert penalty(root) == FULL
    assert row(root) == LATE + WAITING
    assert feedback_says(root) == 0


def test_feedback_stays(late: Path, tmp_path: Path) -> None:
    """Is feedback that tells of the marks that count left as it is?"""
    root = shutil.copytree(late, tmp_path / "course")
    feedback_says(root)
    page = root / "feedback" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    before = page.stat().st_ino
    assert graded_again(root) == []
    feedback_says(root)
    assert page.stat().st_ino == before


def with_ours(root: Path) -> None:
    assert graded_again(root) == ["ada"]


def with_nbgrader(root: Path) -> None:
    classroom(root).run(Autograde, ASSIGNMENT, "*", force=True)


@pytest.mark.parametrize("grade", [with_ours, with_nbgrader])
def test_feedback_follows(grade: Callable[[Path], None], root: Path) -> None:
    """Does a learning platform's student, without a timestamp, get feedback on the last attempt?"""
    only_ada(root)
    hand_in(root, "ada", {})
    grade(root)
    assert feedback_says(root) == 0
    hand_in(root, "ada", STUDENTS["ada"])
    grade(root)
    assert feedback_says(root) == FULL


def test_feedback_follows_the_secret(root: Path) -> None:
    """Is the feedback written anew when the class is graded with other inputs, and with force?"""
    only_ada(root)
    page = root / "feedback" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    assert graded_again(root) == ["ada"]
    for again, force in (("another", False), ("another", True)):
        feedback_says(root)
        page.write_text("old")
        (root / ".grader-secret").write_text(again)
        assert graded_again(root, force=force) == ["ada"]
        assert feedback_says(root) == FULL


def test_feedback_that_stays_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is feedback that cannot be taken away, and tells of other marks, named with the student?"""
    only_ada(root)
    hand_in(root, "ada", {})
    graded_again(root)
    feedback_says(root)
    hand_in(root, "ada", STUDENTS["ada"])
    place = root / "feedback" / "ada" / ASSIGNMENT
    original = shutil.rmtree

    def guarded(path: Path, ignore_errors: bool = False) -> None:
        if path == place:
            raise PermissionError(errno.EACCES, "Permission denied", str(place))
        original(path, ignore_errors=ignore_errors)

    with monkeypatch.context() as patch:
        patch.setattr("grader.classes.files.shutil.rmtree", guarded)
        problems = autograde(classroom(root), ASSIGNMENT, ["ada"], in_this_process)
    assert problems == {"ada": f"feedback/ada/{ASSIGNMENT}: Permission denied"}
    assert graded_again(root) == []  # only its feedback was left
    assert feedback_says(root) == FULL
