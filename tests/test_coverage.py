"""Is each line of the lesson taught, practised and measured, and do the tables say where?"""

import re
from pathlib import Path

import nbformat
import pytest
from helpers import ROOT

from lab.evidence import CLAIMS, LEFT_OUT, OTHER_LINES
from lab.evidence import PAGES as MEASURED_ON

SUMMARY = ROOT / "chapters" / "09_summary"
PAGES = {
    path: path.read_text("utf-8")
    for path in ROOT.glob("chapters/**/*.md")
    if path.parent != SUMMARY
}
LABELS = {
    label: path
    for path in ROOT.glob("chapters/**/*.md")
    for label in re.findall(r"^\((\S+)\)=$", path.read_text("utf-8"), re.MULTILINE)
}


def concluded() -> list[tuple[str, Path]]:
    """The lines that pages conclude, and where; `line` stands for the lines of a loop."""
    found = []
    for path, source in PAGES.items():
        for line in re.findall(r"\b(?:tell|judge)\(\s*([^,)]+)", source):
            if line == "line":
                loop = re.search(r"for line in \(([^)]+)\)", source)
                assert loop is not None, path
                found += [(each.strip("\"' "), path) for each in loop[1].split(",")]
            else:
                found.append((line.strip("\"'"), path))
    return found


def rows(page: str) -> list[str]:
    """The rows of a table of the summary's page, by their first cell."""
    source = (SUMMARY / page).read_text("utf-8")
    if page == "evidence.md":
        tables = re.findall(r"^````\{list-table\}$(.*?)^````$", source, re.MULTILINE | re.DOTALL)
        return [row for table in tables for row in table.split("\n* - ")[2:]]
    return [row for row in source.splitlines() if re.match(r"\| (?!line |topic |-)", row)]


EVIDENCE, COVERAGE = rows("evidence.md"), rows("coverage.md")


def test_each_line_is_concluded_once() -> None:
    """Does exactly one page conclude each line of the lesson, the one that the forest leads to?"""
    lines = sorted(line for line, _ in concluded() if line in CLAIMS)
    assert lines == sorted(CLAIMS)
    where = dict(concluded())
    for line, page in MEASURED_ON.items():
        assert where[line] == ROOT / "chapters" / f"{page}.md"


def test_each_line_has_a_row_of_evidence() -> None:
    """Is there a row for each line, in the lesson's order and words?"""
    assert [row.split("\n")[0] for row in EVIDENCE] == [
        f"**{line}** {claim}" for line, claim in CLAIMS.items()
    ]


@pytest.mark.parametrize("row", EVIDENCE, ids=list(CLAIMS))
def test_evidence_comes_from_the_page_that_concludes(row: str) -> None:
    """Are effect and verdict of this line, from its page, with a section of it and a source?"""
    line = row[2:5]
    page = dict(concluded())[line]
    glued = re.findall(r"\{glue:\w+\}[` ]([a-z]+-\d\.\d)", row)
    assert {f"effect-{line}", f"verdict-{line}"} <= set(glued)
    assert all(name.endswith(f"-{line}") for name in glued)
    for source in re.findall(r":doc: (\S+)", row):
        assert (SUMMARY / source).resolve() == page
    (label,) = re.findall(r"\{ref\}`([^`]+)`", row)
    assert LABELS[label] == page
    assert "{cite:t}`" in row


def test_each_line_has_a_row_of_coverage() -> None:
    """Are all lines of the lesson there, and all that it leaves out?"""
    lines = CLAIMS | OTHER_LINES
    expected = [f"**{line}** {lines[line]}" for line in sorted(lines)]
    assert [row.split(" | ")[0].removeprefix("| ") for row in COVERAGE] == [*expected, *LEFT_OUT]


@pytest.mark.parametrize("row", COVERAGE, ids=lambda row: re.sub(r"\W+", " ", row)[:30].strip())
def test_what_covers_a_line_exists(row: str) -> None:
    """Do the sections, the exercise and the evidence that a row names exist?"""
    _, taught, exercise, evidence = row.strip("| ").split(" | ")
    sections = re.findall(r"\{ref\}`([^`]+)`", taught)
    assert sections
    assert set(sections) | set(re.findall(r"\{ref\}`([^`]+)`", evidence)) <= set(LABELS)
    assert "{ref}" in evidence
    if exercise == "its page":
        assert "## Exercises" in LABELS[sections[0]].read_text("utf-8")
    else:
        problem_set, cell = re.findall(r"`([^`]+)`", exercise)
        master = ROOT / "solutions" / problem_set / f"{problem_set}.ipynb"
        cells = nbformat.read(master, as_version=4).cells
        assert cell in {c.metadata.get("nbgrader", {}).get("grade_id") for c in cells}


def test_coverage_names_the_section_of_the_page_that_concludes() -> None:
    """Is a line taught on the page that measures it?"""
    where = dict(concluded())
    for row in COVERAGE:
        line = row[4:7]
        if line in where:
            (label, *_) = re.findall(r"\{ref\}`([^`]+)`", row)
            assert LABELS[label] == where[line], line
