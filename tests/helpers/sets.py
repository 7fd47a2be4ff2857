"""What the tests of several problem sets ask in the same way."""

import subprocess
import sys

from grader.checking.check import Check
from helpers import ROOT

# Of checks with more mistakes, and of these sets, pairs are drawn: to try all takes long.
MOST = 22
SLOW = ("ps5_frameworks", "ps6_practice", "ps7_capstone")


def all_pairs(assignment: str, check: Check) -> bool:
    """Are all pairs of mistakes of this check tried, in tests/checking/test_mutants.py?"""
    return assignment not in SLOW and len(check.mistakes) <= MOST


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
