"""What a student is told, from one place: as plain text, and as HTML for notebooks and feedback.

The mistake comes first, then where to read, then the smallest input that shows it.
What else there is to tell is folded.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from .answers import Implementation, Raised, Result
from .asked import arguments, asked
from .borrowed import named_like, stub_left, stub_replaced
from .literals import MARK, TOO_LARGE, Table, furthest, side_by_side
from .mistakes import catalogue, ours
from .remote import Remote, Student
from .sections import link, of_mistake, where_to_read
from .slips import is_slip

LINES = 12  # before the fold, with the title
NAMED = 3  # mistakes that are named there; those after the first are explained below it
FOLD = "-" * 40
ELSEWHERE = "The mistake is not here, but"  # how the message on what is right begins


@dataclass(frozen=True)
class Named:
    """A mistake as a message tells it; `section` is the label of what to read."""

    heading: str
    why: str
    section: str
    id: str


@dataclass(frozen=True)
class Example:
    """The first wrong answer of a part, which `says` what a right implementation does.

    `code` is what was asked, `call` its last lines, `wrong` says what is wrong with the answer, and
    `table` shows it beside the expected one, where that is allowed.
    """

    says: str
    code: tuple[str, ...]
    call: tuple[str, ...]
    wrong: tuple[str, ...]
    table: Table | None = None

    @property
    def cut_off(self) -> bool:
        """Are there numbers in it that it cannot show?"""
        return self.table is not None and any(TOO_LARGE in line for line in self.code)

    def text(self, lines: int) -> tuple[list[str], list[str]]:
        """In so many lines at most, and what has no place in them."""
        table = self.table.text() if self.table else []
        wrong = list(self.wrong)
        if self.table and self.table.partly:
            wrong[-1] += f", marked {MARK}"
        room = lines - len(wrong) - 1  # for code and table
        code, rows, below = list(self.code), table, list[str]()
        if len(code) + min(len(table), 1) > room:  # the code before the rows of the table
            kept = max(room - min(len(table), 2) - 1, 1)
            code, below = ["...", *code[-kept:]], ["To paste:", *code]
        if self.table and len(table) > (fit := max(room - len(code), 1)):
            rows, below = self.table.cut(fit).text(), [*below, *table]
        return [f"WRONG  {self.says}", *_indented([*code, *wrong, *rows])], below

    def html(self) -> str:
        """As a paragraph, code, and a table."""
        code = "\n".join(self.code)
        wrong = "<br>".join(escape(line) for line in self.wrong)
        blocks = (
            f"<p>WRONG: {escape(self.says)}</p>",
            f"<pre><code>{escape(code)}</code></pre>" if code else "",
            f"<p>{wrong}</p>",
            self.table.html() if self.table else "",
        )
        return "\n".join(filter(None, blocks))


@dataclass(frozen=True)
class Message:
    """What there is to tell of an exercise, but its title.

    `notice` comes before all; `read` is a section where no mistake is `named`; `rest` are the parts
    that the example is none of, and `notes` come last. `offer` says how to get more.
    """

    notice: tuple[str, ...] = ()
    named: tuple[Named, ...] = ()
    read: str = ""
    example: Example | None = None
    rest: tuple[str, ...] = ()
    offer: str = ""
    notes: tuple[str, ...] = ()

    def text(self, book: str = "") -> str:
        """The message as plain text; what is folded is below a line."""
        head, below = list(self.notice), []
        for i, one in enumerate(self.named):
            more = [one.why, f"Read: {where_to_read(one.section, book)}"]
            head += [one.heading] if i < NAMED else []
            head += more if i == 0 else []
            below += [one.heading, *more, ""] if i else []
        read = [f"Read: {where_to_read(self.read, book)}"] if self.read else []
        last = [*read, *filter(None, [self.offer])]
        if self.named or not self.example:  # else the example comes first
            head, last = [*head, *last], []
        if not self.example:
            long = 2 + len(head) + len(self.rest) > LINES
            fold = [FOLD if long else ""] if head else []
            return "\n".join([*head, *fold, *self.rest, *self._noted()]).rstrip("\n")
        above = [*head, ""] if head else []
        end = ["", *last] if last else []
        example, cut = self.example.text(LINES - 1 - len(above) - len(end))  # the title is one
        below += [*cut, ""] if cut else []
        below += [*self.rest, *self._noted()]
        fold = [FOLD, *below] if below else []
        return "\n".join([*above, *example, *end, *fold]).rstrip("\n")

    def html(self, title: str, book: str = "") -> str:
        """The message as HTML without scripts; links lead to the book where it has an address."""
        blocks = [f"<p><strong>{escape(title)}</strong></p>"]
        if self.notice:
            blocks.append(f"<p>{'<br>'.join(map(escape, self.notice))}</p>")
        told = [_told(one, book) for one in self.named]
        if len(told) > NAMED:
            more = "".join(told[1:])
            told[1:] = [
                f"<details><summary>{len(told) - 1} more mistakes</summary>{more}</details>"
            ]
        blocks += told
        last = [_to_read(self.read, book)] if self.read else []
        last += [escape(self.offer)] if self.offer else []
        end = f"<p>{'<br>'.join(last)}</p>" if last else ""
        example = self.example.html() if self.example else ""
        blocks += [end, example] if self.named else [example, end]
        if self.rest:
            rest = f'<pre style="white-space: pre-wrap;">{escape(chr(10).join(self.rest))}</pre>'
            folds = self.example is not None
            summary = "<details><summary>The other parts</summary>"
            blocks.append(f"{summary}{rest}</details>" if folds else rest)
        blocks += [f"<p>{escape(note)}</p>" for note in self.notes]
        return "\n".join(filter(None, blocks))

    def _noted(self) -> list[str]:
        return ["", *self.notes] if self.notes else []


def _linked(one: Named, book: str) -> str:
    """The heading, with the id as a link to the book's page of mistakes, where that has it."""
    heading, id = escape(one.heading), escape(one.id)
    if not book or not (one.id in ours() or is_slip(one.id)):
        return heading
    address = escape(of_mistake(one.id, book))
    return heading.replace(f"({id})", f'(<a href="{address}">{id}</a>)')


def _told(one: Named, book: str) -> str:
    """A mistake as a paragraph: its name, why it is one, and what to read."""
    lines = [f"<strong>{_linked(one, book)}</strong>", escape(one.why)]
    return f"<p>{'<br>'.join([*lines, _to_read(one.section, book)])}</p>"


def _to_read(section: str, book: str) -> str:
    address = link(section, book)
    if not book or not address:
        return f"Read: {escape(where_to_read(section, book))}"
    title = where_to_read(section).partition(" in the book")[0]
    return f'Read: <a href="{escape(address)}">{escape(title)}</a> in the book'


def to_do(
    results: Sequence[Result], student: Student, section: str, reference: Implementation
) -> Message:
    """What an exercise that is not written yet will be asked for, and why it may seem so.

    What the `reference` has too is another exercise, however much its name is like this one's.
    """
    raised = results[0].answers[-1]
    assert isinstance(raised, Raised)
    name, absent, _ = raised.text.partition(" is not defined")
    if absent and (error := student.error_in_cell_of(name)):
        why = [f"Its cell ended in an error: {error}"]
    elif absent and (
        other := [one for one in named_like(student.sources, name) if not hasattr(reference, one)]
    ):
        why = [f"There is {other[0]}: the name has to be {name}."]
    elif absent:
        why = ["Its cell did not run or ended in an error, or the name is another."]
    elif stub_left(student.sources, raised.text):
        why = ["There is code in it, and the stub's line that raises this error: delete that line."]
    elif raised.text and stub_replaced(student.sources, raised.text):
        why = ["An earlier cell defines it, but the stub takes its place: write it in the stub."]
    else:
        why = []
    return Message(
        notice=(f"Not written yet: {raised.text or raised.told}", *why),
        read=section,
        rest=("It will be checked for", *(f"- {result.part.says}" for result in results)),
    )


def message(
    results: Sequence[Result],
    diagnosis: tuple[str, ...],
    section: str,
    reference: Implementation,
    local: bool,
    details: Mapping[str, str] | None = None,
) -> Message:
    """The mistakes, the first wrong answer, and which parts are right.

    With `local` it shows inputs and expected values. The `reference` knows the arguments' names.
    `details` has a sentence on some of the mistakes, as they are made here.
    """
    shown, example = first_wrong(results, reference, local) or (None, None)
    told = {_cause(shown)} if shown else set()
    rest: list[str] = []
    for result in results:
        if result is not shown:
            rest.append(f"{'WRONG' if result.wrong else 'ok   '}  {result.part.says}")
        if result.wrong and _cause(result) not in told:  # one cause, one explanation
            told.add(_cause(result))
            other = _example(result, reference, local)
            rest += _indented([*other.call, *other.wrong])
    return Message(
        named=tuple(_named(one, (details or {}).get(one, ""), section) for one in diagnosis),
        read="" if diagnosis or not shown else section,
        example=example,
        rest=tuple(rest),
    )


def first_wrong(
    results: Iterable[Result], reference: Implementation, local: bool
) -> tuple[Result, Example] | None:
    """The first wrong answer, unless its input is too large to be shown and that of another is not.

    No further results are asked for than that takes.
    """
    first = None
    for result in results:
        if result.wrong is not None:
            found = result, _example(result, reference, local)
            if not found[1].cut_off:
                return found
            first = first or found
    return first


def _named(id: str, detail: str, section: str) -> Named:
    mistake = catalogue()[id]
    why = f"{mistake.explanation} {detail}".strip()
    return Named(f"Mistake: {mistake.title} ({id}).", why, mistake.section or section, id)


def _cause(result: Result) -> str:
    """What tells two explanations apart: exceptions of one line, or one kind, have one."""
    assert result.wrong is not None
    last = result.answers[-1]
    if result.wrong.kind == "error" and isinstance(last, Raised) and last.kinds:
        return f"{last.kinds[0]} {last.place or re.sub('[0-9]+', '', last.text)}"
    return result.wrong.text


def _example(result: Result, reference: Implementation, local: bool) -> Example:
    """What was asked when the answer was first wrong, and in what it was wrong."""
    assert result.wrong is not None
    code, call = asked(result.asked, reference, local)
    wrong = result.wrong.text.splitlines()
    if result.wrong.kind == "changed":
        given = arguments(result.asked[-1], reference)
        names = [name for name, value in given.items() if not isinstance(value, Remote)]
        if result.wrong.argument < len(names):  # else by its number, as the text has it
            wrong = [f"{names[result.wrong.argument]} was changed"]
    if local and result.wrong.measured:
        wrong[0] += f" ({result.wrong.measured})"
    table = None
    if local and result.wrong.values:
        got, expected = result.wrong.values
        table = side_by_side(got, expected)
        if table is None and isinstance(got, np.ndarray) and isinstance(expected, np.ndarray):
            wrong.append(furthest(got, expected))
    return Example(result.part.says, code, call, tuple(wrong), table)


def lent_told(lent: Sequence[str], status: str) -> tuple[str, ...]:
    """What a message begins with where functions of earlier exercises are the cause."""
    if not lent:
        return ()
    names = " and ".join(lent)
    where = ELSEWHERE if status == "passed" else "Part of the cause is"
    return (
        f"{where} in {names}: mend what is wrong there first.",
        f"With a right {names} in place of yours:",
    )


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"       {line}" for line in lines]
