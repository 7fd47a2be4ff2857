"""The class at a glance: `grader class`."""

import ast
import csv
import io
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from helpers.classes import FEW, classroom, in_this_process, new_course
from nbgrader.api import Gradebook

from grader.checking.load import load
from grader.checking.mistakes import Mistake
from grader.checking.sections import where_to_read
from grader.classes.autograde import autograde
from grader.classes.overview import Overview, Pair, Who, overview
from grader.classes.page import html
from grader.classes.records import Records
from grader.classes.sample import ASSIGNMENT, RIGHT, STUDENTS, hand_in
from grader.cli import main

# Two who write one thing in two ways, and what would run if it were not shown as text.
SCRIPT = "<script>document.title = 'owned'<"
ODD = {
    "olga": RIGHT | {"batch_variance": "return x.std(axis=0) + 0.37 * x[0]"},
    SCRIPT: RIGHT
    | {
        "batch_variance": f"""
# {SCRIPT}/script></pre><img src=x onerror="document.title = 'owned'">
first = x[0] * 0.37
return first + np.sqrt(np.mean((x - x.mean(0)) ** 2, axis=0))
"""
    },
    "otto": RIGHT | {"batch_variance": "return x[0] ** 3"},
}
BOTH = STUDENTS["ines"]  # two mistakes
GRADED = (*FEW, *ODD, "mia", "nils")


def grade(root: Path) -> None:
    students = classroom(root)
    autograde(students, ASSIGNMENT, students.students(ASSIGNMENT), in_this_process)


@pytest.fixture(scope="module")
def course(handed_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class in which two have tried again, one could not be graded, and two are not graded."""
    root = shutil.copytree(handed_in, tmp_path_factory.mktemp("overview") / "course")
    for student, bodies in {**ODD, "mia": BOTH, "nils": BOTH}.items():
        hand_in(root, student, bodies)
    broken = root / "submitted" / "paul <i>" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    broken.parent.mkdir(parents=True)
    broken.write_text("{")
    with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        book.add_student("zoe & co")
    for day, ben, jan in ((1, "ben", "jan"), (2, "emil", "hana"), (5, "ada", "hana")):
        for student, like in (("ben", ben), ("jan", jan)):
            hand_in(root, student, STUDENTS[like])
            time = root / "submitted" / student / ASSIGNMENT / "timestamp.txt"
            time.write_text(f"2026-03-0{day} 10:00:00 UTC")
        grade(root)
    hand_in(root, "late", RIGHT)
    return root


def glance(root: Path, *, names: bool = True) -> Overview:
    students = classroom(root)
    return overview(students, ASSIGNMENT, students.students(ASSIGNMENT), names=names)


@pytest.fixture(scope="module")
def found(course: Path) -> Overview:
    return glance(course)


@pytest.fixture(scope="module")
def page(found: Overview) -> BeautifulSoup:
    return BeautifulSoup(html(found), "html.parser")


def exported(course: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    """What `grader export` says of those who are graded."""
    capsys.readouterr()
    assert main(["export", ASSIGNMENT, "--course", str(course)]) == 0
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out))
    return [row for row in rows if row["student"] in GRADED]


def test_points(found: Overview, course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Are the points by check those of the export, and is each student in one tenth?"""
    rows = exported(course, capsys)
    for check in found.checks:
        theirs = [row for row in rows if row["check"] == check.id]
        assert check.mean == pytest.approx(
            sum(float(row["points"]) for row in theirs) / len(GRADED)
        )
        assert check.counts["right"] == sum(row["status"] == "passed" for row in theirs)
        assert sum(check.counts.values()) == len(theirs) == found.graded == len(GRADED)
    assert found.mean == pytest.approx(sum(float(row["points"]) for row in rows) / len(GRADED))
    assert found.full == sum(check.max_points for check in found.checks)
    assert sum(found.totals) == len(GRADED)
    totals = [sum(float(row["points"]) for row in rows if row["student"] == who) for who in GRADED]
    assert found.totals[-1] == sum(total >= 18 for total in totals) == 4


def test_mistakes(found: Overview) -> None:
    """Is each mistake there with those who make it and the check that sees it?"""
    made = {one.id: (one.checks, one.who) for one in found.made}
    assert made == {
        "eps-outside-sqrt": (("normalize",), Who(2, ("mia", "nils"))),
        "loses-dtype": (("scale_and_shift",), Who(2, ("hana", "jan"))),
        "unbiased-normalise": (("batch_variance",), Who(2, ("mia", "nils"))),
        "gamma-only": (("scale_and_shift",), Who(1, ("emil",))),
    }


def test_sections(found: Overview) -> None:
    """Are the sections to teach again those of the mistakes, that of most students first?"""
    assert [one.where for one in found.again] == [
        where_to_read(section)
        for section in ("inside-the-root", "dtype-and-copies", "the-variance", "scale-and-shift")
    ]
    assert found.again[0].who == Who(2, ("mia", "nils"))
    assert found.again[0].titles == ("eps is added outside the square root",)


def test_pairs(found: Overview) -> None:
    """Are mistakes told together that two students make both, beside how many would by chance?"""
    titles = ("eps is added outside the square root", "the variance divides by N - 1 (unbiased)")
    assert found.pairs == (Pair(titles, 2, 2 * 2 / len(GRADED)),)


def test_alike(found: Overview, page: BeautifulSoup) -> None:
    """Are those together who answer alike, the largest group first, with one of their solutions?"""
    [two, one] = found.behaviours
    assert (two.check, two.who) == ("batch_variance", Who(2, (SCRIPT, "olga")))
    assert (one.check, one.who) == ("batch_variance", Who(1, ("otto",)))
    assert two.example is not None
    assert two.example.student == SCRIPT
    assert "first = x[0] * 0.37" in two.example.source
    assert "def batch_mean" not in two.example.source
    assert two.example.source in page.get_text()
    assert "WRONG" in two.example.message


def test_skeleton(found: Overview) -> None:
    """Is the skeleton of a fault code that can be put where it says?"""
    example = found.behaviours[0].example
    assert example is not None
    mistake, named, switch = ast.parse(example.fault).body
    made = eval(ast.unparse(mistake), {"Mistake": Mistake})
    assert made.section == "the-variance"
    assert ast.unparse(named).strip("'") == made.id
    assert ast.unparse(switch).startswith(f"if '{made.id}' in mistakes")
    for file in ("mistakes", "faults"):
        assert f"grader/sets/{ASSIGNMENT}/{file}.py" in example.fault


def test_attempts(found: Overview) -> None:
    """Is what was graded before kept, by the time that it was handed in, and the same work once?"""
    days = (("2026-03-01",), ("2026-03-02",), ("2026-03-05",))
    numbers = [(one.number, one.count, one.days) for one in found.tries]
    # jan hands in the same twice
    assert numbers == [
        (1, len(GRADED), days[0]),
        (2, 2, ("2026-03-02", "2026-03-05")),
        (3, 1, days[2]),
    ]
    assert found.tried_again == 2
    progress = {one.check: (one.first, one.last) for one in found.progress}
    assert progress["batch_mean"] == (0.5, 1.0)  # ben's and none, then both
    assert progress["scale_and_shift"] == (0.5, pytest.approx((1 + 2.5 / 3) / 2))


def test_graded_again(course: Path) -> None:
    """Is the same work, graded again, no other attempt?"""
    students = classroom(course)
    records = Records(students.course, ASSIGNMENT)
    before = {student: records.read(student) for student in ("ben", "ada", "paul <i>")}
    autograde(students, ASSIGNMENT, [*before], in_this_process, force=True)
    for student, record in before.items():
        assert record is not None
        again = records.read(student)
        assert again is not None
        assert again.attempts == record.attempts
        assert len(again.attempts) == {"ben": 3, "ada": 1, "paul <i>": 0}[student]


def test_missing(found: Overview) -> None:
    """Is it told who has not handed in, who is not graded yet, and who could not be, and why?"""
    assert found.absent == Who(1, ("zoe & co",))
    assert found.waiting == Who(1, ("late",))
    assert found.refused == Who(1, ("paul <i>",))
    [(student, reason)] = found.reasons
    assert student == "paul <i>"
    assert "is cut off or not JSON" in reason


def test_by_hand(course: Path, tmp_path: Path) -> None:
    """Are answers that wait for a person counted by question, and the others averaged?"""
    root = shutil.copytree(course, tmp_path / "course")
    question = "undoing-the-normalisation"
    [(before, points), *others] = glance(root).marking
    # blank answers have 0 points without a person; only what could not be graded waits
    assert (before.cell, before.waiting, before.marked, before.mean, points) == (
        question, 1, len(GRADED), 0, 4
    )  # fmt: skip
    assert [one.cell for one, _ in others] == [*load(ASSIGNMENT)]
    with Gradebook(f"sqlite:///{root}/gradebook.db", "batchnorm") as book:
        grade = book.find_grade(question, ASSIGNMENT, ASSIGNMENT, "paul <i>")
        grade.manual_score, grade.needs_manual_grade = 3, False
        book.db.commit()
    [(after, _), *_] = glance(root).marking
    assert (after.waiting, after.marked) == (0, len(GRADED) + 1)
    assert after.mean == pytest.approx(3 / after.marked)


def test_page_shows_all(found: Overview, page: BeautifulSoup) -> None:
    """Is what is found on the page: checks, mistakes, sections, names, reasons?"""
    told = " ".join(page.get_text().split())
    for who in (found.absent, found.waiting, found.refused):
        assert who.names[0] in told
    for one in (*found.made, *found.behaviours):
        assert ", ".join(one.who.names) in told
    for mistake in found.made:
        assert f"{mistake.title} ({mistake.id})" in told
    for section in found.again:
        assert section.where in told
    rows = [[cell.get_text().strip() for cell in row("th") + row("td")] for row in page("tr")]
    for check in found.checks:
        [row] = [row for row in rows if row[0] == check.id and len(row) > 5]
        assert row[1] == f"{round(check.mean, 1):g} / {check.max_points:g}"
        assert row[3:] == [f"{count or ''}" for count in check.counts.values()]


def test_page_stands_alone(page: BeautifulSoup) -> None:
    """Does the page load nothing, and is every plot and table there for who does not see it?"""
    assert page("script") == page("link") == page("img") == page("iframe") == []
    assert not [tag for tag in page(True) if {"src", "href", "srcset"} & {*tag.attrs}]
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert policy["content"].startswith("default-src 'none'")
    assert page.html["lang"] == "en"
    plots = [svg for svg in page("svg") if svg.find_parent(attrs={"aria-hidden": "true"}) is None]
    assert len(plots) > len(page("table"))
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in plots)
    for table in page("table"):
        assert all(head.get("scope") == "col" for head in table.thead("th"))
        assert table.tbody("th", scope="row") or table.find_parent(
            attrs={"aria-labelledby": "together"}
        )


def test_students_run_nothing(
    found: Overview, page: BeautifulSoup, browser: Any, tmp_path: Path
) -> None:
    """Is all that students name and write shown as text, and is nothing of it run?"""
    assert SCRIPT in page.get_text()
    assert "</pre><img src=x onerror=" in page.get_text()
    file = tmp_path / "page.html"
    file.write_text(html(found))
    browser.open(file.as_uri())
    assert browser.evaluate("document.title") == f"{ASSIGNMENT}: the class at a glance"
    assert browser.evaluate("document.scripts.length + document.images.length") == 0


WIDTHS = {"on a phone": (360, "screen"), "on paper": (640, "print"), "on a desk": (1200, "screen")}


@pytest.mark.parametrize(("width", "media"), WIDTHS.values(), ids=WIDTHS)
def test_fits(width: int, media: str, found: Overview, browser: Any, tmp_path: Path) -> None:
    """Is nothing wider than the page, and no table cut where nobody can scroll?"""
    file = tmp_path / "page.html"
    file.write_text(html(found))
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.call("Emulation.setDeviceMetricsOverride", **size)
    browser.call("Emulation.setEmulatedMedia", media=media)
    browser.open(file.as_uri())
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    cut = "[...document.querySelectorAll('.wide')].some(one => one.scrollWidth > one.clientWidth)"
    assert browser.evaluate(cut) == (width < 500)


CONTRASTS = """
(() => {
  const light = color => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(c => c / 255)
      .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const page = light(getComputedStyle(document.body).backgroundColor);
  return [...document.querySelectorAll("p, th, td, summary, figcaption, pre")].map(one => {
    const text = light(getComputedStyle(one).color);
    return (Math.max(text, page) + 0.05) / (Math.min(text, page) + 0.05);
  });
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(scheme: str, found: Overview, browser: Any, tmp_path: Path) -> None:
    """Can all text be read, in light and dark: a contrast of 4.5 at least, as WCAG 2 has it?"""
    file = tmp_path / "page.html"
    file.write_text(html(found))
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.call("Emulation.setEmulatedMedia", media="screen", features=features)
    browser.open(file.as_uri())
    dark = (
        browser.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    )
    assert dark == (scheme == "dark")
    assert min(browser.evaluate(CONTRASTS)) >= 4.5


def test_no_names(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Does nothing tell who, in the text and on the page, and are the counts the same?"""
    assert main(["class", ASSIGNMENT, "--course", str(course), "--no-names"]) == 0
    file = course / f"class-{ASSIGNMENT}-no-names.html"
    printed, page = capsys.readouterr().out, BeautifulSoup(file.read_text(), "html.parser")
    for told in (printed, page.get_text(), file.read_text()):
        words = {*re.findall(r"\w+", told)}
        assert not words & {*GRADED, "paul", "zoe", "late", "olga", "otto"}
        assert "owned" not in told
        assert "first = x[0]" not in told
        assert "is cut off" not in told
    nameless, named = glance(course, names=False), glance(course)
    assert [one.who.count for one in nameless.made] == [one.who.count for one in named.made]
    assert [one.who.count for one in nameless.behaviours] == [2, 1]


def test_printed(found: Overview, course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is it printed too, with names, and is the page where it says?"""
    assert main(["class", ASSIGNMENT, "--course", str(course)]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].startswith(f"{ASSIGNMENT}: {len(GRADED)} graded; of 20 points")
    mistake = "eps is added outside the square root (eps-outside-sqrt)"
    assert f"2         {mistake}\n            mia, nils\n" in printed
    assert f"            {SCRIPT}, olga\n" in printed
    assert "1         could not be graded\n            paul <i>\n" in printed
    page = course / f"class-{ASSIGNMENT}.html"
    assert printed.splitlines()[-1] == f"The page: {page}"
    assert page.read_text() == html(found)


def test_page_elsewhere(course: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is the page written where --to says, and is a place that cannot be written one line?"""
    command = ["class", ASSIGNMENT, "--course", str(course), "--to"]
    assert main([*command, str(tmp_path / "page.html")]) == 0
    assert (tmp_path / "page.html").read_text().startswith("<!DOCTYPE html>")
    capsys.readouterr()
    assert main([*command, str(tmp_path / "no" / "page.html")]) == 2
    assert capsys.readouterr().err.endswith("cannot be written: No such file or directory.\n")


def refused(root: Path, assignment: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What is said where there is nothing to show: one line."""
    assert main(["class", assignment, "--course", str(root)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    [line] = printed.err.splitlines()
    assert not [*root.glob("class-*.html")]
    return line


def test_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is an empty class told?"""
    root = new_course(tmp_path / "course")
    assert "there are no submissions" in refused(root, ASSIGNMENT, capsys)


def test_unknown_set(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is a set that there is not told?"""
    assert "there is no problem set 'ps9'" in refused(root, "ps9", capsys)


def test_nothing_graded(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is it told what to run where nothing is graded yet?"""
    line = f"nothing of {ASSIGNMENT} is graded. Run: grader autograde {ASSIGNMENT}"
    assert refused(root, ASSIGNMENT, capsys) == f"grader: {line}"


def test_no_gradebook(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is a gradebook that is not there told, and not made?"""
    (root / "gradebook.db").unlink()
    assert f"there is no gradebook {root}/gradebook.db." in refused(root, ASSIGNMENT, capsys)
    assert not (root / "gradebook.db").exists()


def test_locked_gradebook(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is a gradebook that somebody has locked told?"""
    with closing(sqlite3.connect(root / "gradebook.db")) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        assert "database is locked" in refused(root, ASSIGNMENT, capsys)


def test_no_gradebook_at_all(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is a file told that is no gradebook?"""
    (root / "gradebook.db").write_text("no database, but more than a hundred bytes of text" * 9)
    assert "the gradebook cannot be used" in refused(root, ASSIGNMENT, capsys)


def test_nobody_could_be_graded(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is there a page where not one submission could be graded?"""
    for student in FEW:
        (root / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").write_text("{")
    grade(root)
    assert main(["class", ASSIGNMENT, "--course", str(root)]) == 0
    assert f"{len(FEW)}         could not be graded" in capsys.readouterr().out
    page = (root / f"class-{ASSIGNMENT}.html").read_text()
    assert "no submission could be graded" in page


def test_graded_by_nbgrader(course: Path, tmp_path: Path) -> None:
    """Is a class shown that has no records, as nbgrader's own autograde leaves it?"""
    root = shutil.copytree(course, tmp_path / "course")
    with_records = glance(root)
    shutil.rmtree(root / ".grader-cache")
    found = glance(root)
    assert found.made == with_records.made
    # what could not be graded is not told from what is not written
    assert found.graded == with_records.graded + 1
    assert (found.tries, found.behaviours) == ((), ())
    assert found.apart == Who(3, tuple(sorted(ODD)))
    assert with_records.apart == Who(0)
    assert "Every wrong answer has a name" not in html(found)


def test_records_keep_the_behaviour(course: Path) -> None:
    """Is the behaviour in the record, and in neither the notebook nor what it is read from?"""
    students = classroom(course)
    record = Records(students.course, ASSIGNMENT).read("otto")
    assert record is not None
    kept = {one.id: one.behaviour for one in record.outcome.verdicts}
    assert {id for id, behaviour in kept.items() if behaviour} == {"batch_variance"}
    assert {one.behaviour for one in students.verdicts(ASSIGNMENT, "otto")} == {""}
    notebook = students.autograded("otto", ASSIGNMENT) / f"{ASSIGNMENT}.ipynb"
    assert kept["batch_variance"] not in notebook.read_text()
