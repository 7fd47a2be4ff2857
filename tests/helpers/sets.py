"""What the tests of several problem sets ask in the same way."""

import subprocess
import sys
from collections.abc import Callable, Iterable

from grader.checking.check import Check, Verdict
from helpers import ROOT

MOST = 22  # mistakes of a check all of whose pairs are tried, in tests/checking/test_mutants.py


def with_more(checks: dict[str, Check]) -> list[str]:
    """The checks that have more mistakes, of whose pairs some are drawn."""
    return [id for id, check in checks.items() if len(check.mistakes) > MOST]


def named_in_part(pairs: Iterable[tuple[str, str]], grade: Callable[..., Verdict]) -> int:
    """How many solutions with two mistakes are told one of the two; all must lose points.

    `grade(*pair)` is the verdict on such a solution, of 100 points.
    """
    named = 0
    for pair in pairs:
        verdict = grade(*pair)
        assert verdict.points < 100, pair
        named += any(mistake.partition(":")[0] in verdict.diagnosis for mistake in pair)
    return named


def changed(source: str, changes: dict[str, str]) -> str:
    """The source with each of these texts, which it must have, replaced."""
    for old, new in changes.items():
        assert old in source, old
        source = source.replace(old, new)
    return source


def in_fresh_python(program: str) -> tuple[str, str]:
    """What a program prints to stdout and stderr in a process that has imported nothing yet."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    return done.stdout, done.stderr
