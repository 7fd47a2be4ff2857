"""nbgrader's gradebook, open for a whole run and written by one process, in few transactions.

It holds afterwards what nbgrader's own `autograde` would have put there.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import case, func, insert, select, update
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from traitlets.config import Config

from ..notebooks.notebook import CourseError, Master, is_set
from .work import GradedNotebook, Outcome, Released

FEW = 100  # students that a query names; for more it reads all


@contextmanager
def told() -> Iterator[None]:
    """Turns what the database complains of into a CourseError that says what to do.

    What it complains of in the data is left as it is.
    """
    try:
        yield
    except (DataError, IntegrityError):
        raise
    except DBAPIError as error:
        raise CourseError(
            f"the gradebook cannot be used: {error.orig}. Is something else using it, or is the "
            "server away? What is graded is kept: run the same command again."
        ) from error


def opened(folder: CourseDirectory) -> Gradebook:
    """The gradebook of a course. Raises CourseError where its address is none."""
    try:
        return Gradebook(folder.db_url, folder.course_id)
    except (ArgumentError, ImportError) as error:  # not the address itself: it has a password
        raise CourseError(f"c.CourseDirectory.db_url cannot be used: {error}") from None


def released(book: Gradebook, assignment: str, notebook: str) -> Released:
    """What the gradebook holds of a notebook. Raises MissingEntry when it does not know it."""
    known = book.find_notebook(notebook, assignment)
    points = {cell.name: cell.max_score for cell in (*known.grade_cells, *known.task_cells)}
    cells = {
        cell.name: {
            "cell_type": cell.cell_type,
            "locked": cell.locked,
            "checksum": cell.checksum,
            "source": cell.source,
            "points": points.get(cell.name),
        }
        for cell in known.source_cells
    }
    return Released(known.kernelspec, cells)


def check_released(book: Gradebook, master: Master, known: Released | None) -> None:
    """Raises CourseError when the gradebook knows other cells than the master's."""
    cells = {
        id: (cell.cell_type, float(cell.metadata.nbgrader.points) if _has_points(cell) else None)
        for id, cell in master.cells.items()
    }
    in_book = known and {
        id: (kept["cell_type"], kept["points"]) for id, kept in known.cells.items()
    }
    if cells == in_book:
        return
    name = master.assignment
    text = f"the cells of {name} are not those in the gradebook: the master was changed"
    release = f"nbgrader generate_assignment --force {name}"
    gone, new = (known.cells.keys() - cells, cells.keys() - known.cells) if known else ((), ())
    if not (gone or new) or not _has_submissions(book, master):
        raise CourseError(f"{text}. Run: {release}")
    # nbgrader refuses to add or remove cells then
    lists = (("put back", gone), ("take out", new))
    mend = " and ".join(f"{do} {', '.join(sorted(ids))}" for do, ids in lists if ids)
    raise CourseError(
        f"{text} after people have handed in. In {master.label}, {mend} (a cell of 0 points does "
        f"not count), and run: {release}. Or begin anew, which loses all marks given by hand: "
        f"nbgrader db assignment remove {name} --force && {release}"
    )


def _has_submissions(book: Gradebook, master: Master) -> bool:
    rows = select(SubmittedNotebook.id).where(
        SubmittedNotebook.notebook_id == book.find_notebook(master.name, master.assignment).id
    )
    return book.db.execute(rows.limit(1)).first() is not None


def _has_points(cell: NotebookNode) -> bool:
    return is_set(cell, "grade") or is_set(cell, "task")


@contextmanager
def _policy() -> Iterator[None]:
    """Turns what a course's own policy for late work raises into a CourseError."""
    try:
        yield
    except Exception as error:
        kind = type(error).__name__
        raise CourseError(f"c.AssignLatePenalties.plugin_class: {kind}: {error}") from error


@dataclass(frozen=True)
class Standing:
    """What the gradebook says of a submission besides its marks.

    `penalty` are the points that its lateness, of `seconds`, costs; `waiting` are the answers that
    a person has to mark.
    """

    penalty: float = 0.0
    seconds: float = 0.0
    waiting: int = 0

    def remarks(self) -> Iterator[str]:
        """How late it is, and what that costs."""
        if self.seconds > 0:
            minutes = int(self.seconds // 60)
            days, hours = divmod(minutes // 60, 24)
            late = f"{days} d {hours} h" if days else f"{hours} h {minutes % 60} min"
            yield f"late by {late}: {self.penalty:g} points taken off"


@dataclass(frozen=True)
class Marking:
    """How far a cell's marking is: the answers that wait for a person, the others, their mean."""

    cell: str
    waiting: int
    marked: int
    mean: float


def standings_of(folder: CourseDirectory, config: Config, assignment: str) -> dict[str, Standing]:
    """The standings of all students of whom there is a submission."""
    with told():
        marks = Marks(folder, config, assignment)
        try:
            return marks.standings()
        finally:
            marks.close()


@dataclass(frozen=True)
class Place:
    """A student's notebook in the gradebook, and what is to be entered there.

    `mine` is its id, `notebook` that of the released one.
    """

    mine: str
    notebook: str
    outcome: GradedNotebook


class Marks:
    """The marks of one problem set. Raises CourseError when the gradebook does not know it."""

    def __init__(self, folder: CourseDirectory, config: Config, assignment: str) -> None:
        self.book = opened(folder)
        self.db, self.config, self.assignment = self.book.db, config, assignment
        self._late = self._late_step()
        try:
            known = self.book.find_assignment(assignment)
        except MissingEntry:
            self.close()
            text = f"the gradebook does not know {assignment}: run nbgrader generate_assignment"
            raise CourseError(text) from None
        self.id, self.due = known.id, known.duedate
        self.notebooks: dict[str, str] = {book.name: book.id for book in known.notebooks}
        self.graded = self._cells("GradeCell", "TaskCell")
        self.commented = self._cells("SolutionCell", "TaskCell")

    def _cells(self, *kinds: str) -> dict[str, dict[str, str]]:
        """The ids of cells by the notebook's id and the cell's name."""
        rows = select(BaseCell.notebook_id, BaseCell.name, BaseCell.id)
        here = BaseCell.notebook_id.in_(self.notebooks.values()) & BaseCell.type.in_(kinds)
        found: dict[str, dict[str, str]] = {}
        for notebook, name, id in self.db.execute(rows.where(here)):
            found.setdefault(notebook, {})[name] = id
        return found

    def close(self) -> None:
        """Let go of the gradebook."""
        self.book.close()

    def released(self) -> dict[str, Released]:
        """The notebooks as they were released."""
        found = {name: released(self.book, self.assignment, name) for name in self.notebooks}
        self.db.commit()  # reading has begun a transaction, which others would wait for
        return found

    def students(self) -> set[str]:
        """Those of whom there is a submission."""
        rows = select(SubmittedAssignment.student_id)
        found = self.db.execute(rows.where(SubmittedAssignment.assignment_id == self.id)).scalars()
        students = set(found)
        self.db.commit()
        return students

    def enter(self, graded: Sequence[tuple[str, Outcome, datetime | None]]) -> None:
        """Enter outcomes, of students with the times when they handed in: all of them, or none.

        Raises CourseError where the gradebook cannot be used, and others for what it cannot hold.
        """
        try:
            with told():
                self._grades([place for one in graded for place in self._places_of(*one)])
                self._penalise({student for student, _, _ in graded})
                self.db.commit()
        except BaseException:
            self.db.rollback()
            raise

    def _places_of(
        self, student: str, outcome: Outcome, handed_in: datetime | None
    ) -> Iterator[Place]:
        notebooks = self._submission(student, handed_in)
        for name, graded in outcome.notebooks.items():
            id = self.notebooks[name]
            yield Place(notebooks[id], id, graded)

    def penalise(self, students: Collection[str], changes: Callable[[str], None]) -> None:
        """Take off what lateness costs by the due date, extensions and policy of today.

        `changes` is told of each student for whom that is something else, before it is kept.
        """
        with told():
            # a name that the gradebook does not have may be one that it cannot be asked for
            for student in self._penalise(self.students().intersection(students)):
                changes(student)
            self.db.commit()

    def _penalise(self, students: set[str]) -> list[str]:
        """Take off what lateness costs; returns the students for whom that is something else."""
        here = SubmittedAssignment.assignment_id == self.id
        if len(students) <= FEW:
            here &= SubmittedAssignment.student_id.in_(students)
        rows = [row for row in self._submitted(here) if row.student_id in students]
        seconds = {row.id: self._seconds_late(row.timestamp, row.extension) for row in rows}
        late = self._late is not None and any(seconds.values())
        scores = self._scores(here) if late else {}
        changed: dict[str, None] = {}
        for row in rows:
            penalty = None
            if late and seconds[row.id] > 0:
                penalty = self._penalty(row.student_id, scores[row.id], seconds[row.id])
            if penalty != row.late_submission_penalty:
                mine = update(SubmittedNotebook).where(SubmittedNotebook.id == row.id)
                self._run(mine.values(late_submission_penalty=penalty))
                changed[row.student_id] = None
        return list(changed)

    def _submitted(self, here: Any) -> Sequence[Any]:
        """Notebooks, with what decides on their penalties, and these."""
        columns = select(
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            SubmittedNotebook.id,
            SubmittedNotebook.late_submission_penalty,
        ).join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        found: Sequence[Any] = self.db.execute(columns.where(here)).all()
        return found

    def _scores(self, here: Any) -> dict[str, Any]:
        """The scores of notebooks by their ids, with a person's marks.

        All in one query: nbgrader's own looks through all grades of the course for each notebook.
        """
        rows = (
            select(SubmittedNotebook.id, func.coalesce(func.sum(Grade.score), 0.0).label("score"))
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .outerjoin(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .where(here)
            .group_by(SubmittedNotebook.id)
        )
        return {row.id: row for row in self.db.execute(rows)}

    def _penalty(self, student: str, notebook: Any, seconds: float) -> float | None:
        """What nbgrader's plugin takes off a late notebook, of which it reads the score."""
        plugin = self._late.plugin_inst
        with _policy():
            penalty = plugin.late_submission_penalty(student, notebook.score, seconds)
            checked: float | None = penalty
            if penalty is not None:
                checked = self._late._check_late_penalty(notebook, penalty)
        return checked

    def standings(self) -> dict[str, Standing]:
        """What there is to say of each submission besides its marks."""
        of_set = SubmittedAssignment.assignment_id == self.id
        notebooks = SubmittedNotebook.assignment_id == SubmittedAssignment.id
        penalties = select(
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
            func.sum(SubmittedNotebook.late_submission_penalty).label("penalty"),
        ).join(SubmittedNotebook, notebooks)
        by_hand = (
            select(SubmittedAssignment.student_id, func.count())
            .join(SubmittedNotebook, notebooks)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .where(of_set & Grade.needs_manual_grade)
            .group_by(SubmittedAssignment.student_id)
        )
        waiting = dict(self.db.execute(by_hand).all())
        rows = self.db.execute(penalties.where(of_set).group_by(SubmittedAssignment.id)).all()
        return {
            row.student_id: Standing(
                row.penalty or 0.0,
                self._seconds_late(row.timestamp, row.extension),
                waiting.get(row.student_id, 0),
            )
            for row in rows
        }

    def everyone(self) -> set[str]:
        """All students of the course, whether they have handed in or not."""
        return set(self.db.execute(select(Student.id)).scalars())

    def marking(self) -> list[Marking]:
        """How far each cell's marking is."""
        waits = Grade.needs_manual_grade
        rows = (
            select(
                BaseCell.name,
                func.sum(case((waits, 1), else_=0)),
                func.sum(case((waits, 0), else_=1)),
                func.coalesce(func.avg(case((waits, None), else_=Grade.score)), 0.0),
            )
            .join(Grade, Grade.cell_id == BaseCell.id)
            .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .where(SubmittedAssignment.assignment_id == self.id)
            .group_by(BaseCell.id)
        )
        return [Marking(*row) for row in self.db.execute(rows)]

    def _seconds_late(self, handed_in: datetime | None, extension: timedelta | None) -> float:
        """How late a submission is by the due date, moved by the student's own extension."""
        due = self.due + extension if self.due and extension else self.due
        return max((handed_in - due).total_seconds(), 0.0) if due and handed_in else 0.0

    def _submission(self, student: str, handed_in: datetime | None) -> dict[str, str]:
        """The ids of a submission's notebooks by those of the assignment's.

        What is not there yet is made, with places for all grades and comments.
        """
        columns = select(SubmittedAssignment.id, SubmittedAssignment.timestamp)
        mine = (SubmittedAssignment.assignment_id == self.id) & (
            SubmittedAssignment.student_id == student
        )
        row = self.db.execute(columns.where(mine)).one_or_none()
        if row is None:
            # nbgrader, too, takes whoever hands in
            if self.db.execute(select(Student.id).where(Student.id == student)).first() is None:
                self._run(insert(Student).values(id=student))
            new = {"assignment_id": self.id, "student_id": student, "timestamp": handed_in}
            submission = self._insert(SubmittedAssignment, new)
            for notebook in self.notebooks.values():
                self._places(submission, notebook)
        else:
            submission = row.id
            if handed_in not in (None, row.timestamp):
                change = update(SubmittedAssignment).where(SubmittedAssignment.id == submission)
                self._run(change.values(timestamp=handed_in))
        rows = select(SubmittedNotebook.notebook_id, SubmittedNotebook.id)
        found = self.db.execute(rows.where(SubmittedNotebook.assignment_id == submission))
        return dict(found.all())

    def _places(self, submission: str, notebook: str) -> None:
        new = {"notebook_id": notebook, "assignment_id": submission}
        id = self._insert(SubmittedNotebook, new)
        for table, cells in ((Grade, self.graded), (Comment, self.commented)):
            if here := cells.get(notebook):
                rows = [{"cell_id": cell, "notebook_id": id} for cell in here.values()]
                self.db.execute(insert(table), rows)

    def _grades(self, places: Sequence[Place]) -> None:
        """Scores and comments; a person's marks stay, and are to be looked at again."""
        here = [place.mine for place in places]
        rows = select(Grade.notebook_id, Grade.cell_id, Grade.id, Grade.manual_score)
        known = {
            (row.notebook_id, row.cell_id): row
            for row in self.db.execute(rows.where(Grade.notebook_id.in_(here)))
        }
        comments = select(Comment.notebook_id, Comment.cell_id, Comment.id)
        ids = {
            (notebook, cell): id
            for notebook, cell, id in self.db.execute(comments.where(Comment.notebook_id.in_(here)))
        }
        changes, remarks = [], []
        for place in places:
            for name, score in place.outcome.scores.items():
                row = known[place.mine, self.graded[place.notebook][name]]
                # a person has to look at it, for the first time or again
                review = score is None or row.manual_score is not None or place.outcome.doubtful
                changes.append({"id": row.id, "auto_score": score, "needs_manual_grade": review})
            for name, text in place.outcome.comments.items():
                cell = self.commented[place.notebook][name]
                remarks.append({"id": ids[place.mine, cell], "auto_comment": text})
        for table, values in ((Grade, changes), (Comment, remarks)):
            if values:
                self.db.execute(update(table), values)

    def _late_step(self) -> Any:
        """nbgrader's step for late submissions; None where the course has taken it out."""
        steps = self.config.Autograde.get("autograde_preprocessors", (AssignLatePenalties,))
        if not any("AssignLatePenalties" in str(step) for step in steps):
            return None
        with _policy():
            step = AssignLatePenalties(config=self.config)
            step.init_plugin()
        return step

    def _insert(self, table: Any, values: dict[str, Any]) -> str:
        id: str = self.db.execute(insert(table).values(**values)).inserted_primary_key[0]
        return id

    def _run(self, statement: Any) -> None:
        # the session holds no objects that would have to follow
        self.db.execute(statement, execution_options={"synchronize_session": False})
