"""A class at a glance, as text for a terminal and as a page that needs no other file."""

from collections.abc import Iterable, Iterator
from importlib.resources import files
from itertools import chain

from jinja2 import Environment, StrictUndefined

from ..notebooks.report import columns
from .overview import KINDS, Overview, Who

NAMES = 10  # that the text lists; the page lists all


def html(overview: Overview) -> str:
    """The page: one file, with style and plots in it, no script, and nothing from elsewhere."""
    environment = Environment(
        autoescape=True,  # names, code and messages are the students'
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": _number, "percent": _percent, "total": sum}
    template = files(__package__).joinpath("page.html.j2").read_text(encoding="utf-8")
    page = environment.from_string(template)
    return page.render(of=overview, kinds=[*KINDS], head=_head(overview)) + "\n"


def text(overview: Overview) -> str:
    """What the page says, without the code of students."""
    head = f"{overview.assignment}: {_head(overview)}"
    blocks = (columns(rows) for rows in _tables(overview) if len(rows) > 1)
    return "\n\n".join([head, *blocks])


def _head(overview: Overview) -> str:
    if not overview.graded:
        return "no submission could be graded"
    return (
        f"{overview.graded} graded; of {_number(overview.full)} points by the checks, the mean is "
        f"{_number(overview.mean)} and the median {_number(overview.median)}"
    )


def _tables(of: Overview) -> Iterator[list[tuple[str, ...]]]:
    """What is told, as rows below a head; where there is nothing to tell, the head alone."""
    counts = [tuple(f"{count or ''}" for count in check.counts.values()) for check in of.checks]
    points = [f"{_number(check.mean)} / {_number(check.max_points)}" for check in of.checks]
    rows = zip((check.id for check in of.checks), points, counts, strict=True)
    yield [("check", "points", *KINDS), *((id, mean, *kinds) for id, mean, kinds in rows)]
    yield [("students", "to teach again"), *((f"{one.who.count}", one.where) for one in of.again)]
    made = ((f"{made.title} ({made.id})", made.who) for made in of.made)
    yield [("students", "mistake"), *_with_names(made)]
    pairs = ((f"{one.count}", _number(one.by_chance), " + ".join(one.titles)) for one in of.pairs)
    yield [("students", "by chance", "mistakes that come together"), *pairs]
    alike = [(f"{one.check}, in the same way", one.who) for one in of.behaviours]
    rest = [("in other ways", of.others), ("not compared", of.apart)]
    others = ((told, who) for told, who in rest if who.count)
    yield [("students", "wrong, and no mistake explains it"), *_with_names(chain(alike, others))]
    if of.tried_again:
        tries = ((f"{one.number}", f"{one.count}", _percent(one.share)) for one in of.tries)
        yield [("attempt", "students", "of the points"), *tries]
    marking = ((one.cell, f"{one.waiting}", f"{one.marked}") for one, _ in of.marking)
    yield [("by hand", "waiting", "marked"), *marking]
    missing = {
        "not handed in": of.absent,
        "handed in, and not graded": of.waiting,
        "could not be graded": of.refused,
    }
    found = ((told, who) for told, who in missing.items() if who.count)
    yield [("students", "without marks"), *_with_names(found)]


def _with_names(rows: Iterable[tuple[str, Who]]) -> Iterator[tuple[str, str]]:
    """A row for what students have in common, and one for their names."""
    for told, who in rows:
        yield f"{who.count}", told
        if who.names:
            more = f" and {who.count - NAMES} more" if who.count > NAMES else ""
            yield "", f"  {', '.join(who.names[:NAMES])}{more}"


def _number(number: float) -> str:
    return f"{round(number, 1):g}"


def _percent(share: float) -> str:
    return f"{share:.0%}"
