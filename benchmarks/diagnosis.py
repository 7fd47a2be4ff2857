"""Measure how often the right mistake is named: python -m benchmarks.diagnosis [SET ...]

`--round NAME` measures one round alone, and `--list` says which tries have no right name.
tests/tries/ has wrong solutions, by the round in which they were collected.
Each says what is wrong and which names would be right, written down before a check saw it.
A round tells what to expect of students only until the checks are changed because of it: what it
gave on its first day is in the README, and what it gives today is printed here.

- named: at least one of the right names is said, and no other.
- wrong: a name is said that is not right. Of a solution that no name fits, any is wrong.
- absent: no name is said, though one fits. "rightly none": none fits, and none is said.
- passed: the check found nothing wrong.

Right solutions, those of tests/sets/*/right.py, must get full marks and no name.
Milliseconds are those of a whole check of a wrong solution, in a notebook, from the second on.
"""

import argparse
import importlib
import importlib.util
import os
import statistics
import sys
import time
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))  # the tries and the masters are read as tests read them

from helpers.masters import solved  # noqa: E402

from grader.checking.check import Verdict  # noqa: E402
from grader.checking.load import load, problem_sets  # noqa: E402
from grader.checking.remote import Loopback, Student  # noqa: E402

SEED = 20261126
KINDS = ("named", "absent", "wrong", "rightly none", "passed")


def kind_of(verdict: Verdict, right: tuple[str, ...]) -> str:
    """What came of one try."""
    said = set(verdict.diagnosis)
    if verdict.status == "passed":
        return "passed"
    if said - set(right):
        return "wrong"
    if said:
        return "named"
    return "absent" if right else "rightly none"


def graded(assignment: str, check: str, code: str) -> tuple[Verdict, float]:
    """The verdict on a try, where everything else is right, and the milliseconds that it took."""
    namespace: dict[str, Any] = dict(solved(assignment)) | {"__name__": "__main__"}
    asked = load(assignment)[check]
    asked.prove(SEED)
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        exec(compile(code, "<try>", "exec"), namespace)
        started = time.perf_counter()
        verdict = asked.grade(Student(Loopback(namespace)), 100, SEED)
    return verdict, 1000 * (time.perf_counter() - started)


def measure(round: str, assignment: str, told: bool) -> Counter[str]:
    """Grade the tries of a round for a set, and print a line on them."""
    tries = importlib.import_module(f"tries.{round}.{assignment}").TRIES
    found: Counter[str] = Counter()
    took = []
    for one in tries:
        verdict, milliseconds = graded(assignment, one.check, one.code)
        kind = kind_of(verdict, one.ids)
        found[kind] += 1
        took.append(milliseconds)
        if told and kind in ("absent", "wrong", "passed"):
            said = ", ".join(verdict.diagnosis) or "-"
            print(f"  {kind}: {one.check}: {one.does} Said: {said}. Right: {', '.join(one.ids)}")
    print(row(f"{round} {assignment}", found, took[1:]))
    return found


def row(name: str, found: Counter[str], took: list[float]) -> str:
    """A line of the table."""
    fitting = found["named"] + found["absent"] + found["wrong"]
    counts = " ".join(f"{found[kind]:>12}" for kind in KINDS)
    share = f"{found['named'] / fitting:7.1%}" if fitting else "      -"
    slow = statistics.quantiles(took, n=20)[-1] if len(took) > 1 else 0.0
    middle = statistics.median(took) if took else 0.0
    return f"{name:<28} {found.total():>5} {counts} {share} {middle:8.0f} {slow:8.0f}"


def right(assignment: str) -> str:
    """A line on the right solutions of a set."""
    path = ROOT / "tests/sets" / assignment / "right.py"
    spec = importlib.util.spec_from_file_location(f"right_{assignment}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    passed, named, asked = 0, 0, 0
    for source in module.RIGHT.values():
        for id in load(assignment):
            verdict, _ = graded(assignment, id, source)
            asked += 1
            passed += verdict.status == "passed"
            named += bool(verdict.diagnosis)
    return f"{assignment:<28} {asked} checks of right solutions: {passed} passed, {named} named"


def main(arguments: list[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis", description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help="problem sets; all if none is given")
    parser.add_argument("--list", action="store_true", help="also what was not named, and why")
    parser.add_argument("--round", metavar="NAME", help="of the tries, this round's alone")
    options = parser.parse_args(arguments)
    sets = options.sets or problem_sets()
    heads = " ".join(f"{kind:>12}" for kind in KINDS)
    print(f"{'round and set':<28} tries {heads}  named   median      95%")
    rounds = sorted(path.name for path in (ROOT / "tests/tries").iterdir() if path.is_dir())
    for round in (name for name in rounds if not name.startswith("_")):
        if options.round not in (None, round):
            continue
        there = [name for name in sets if (ROOT / "tests/tries" / round / f"{name}.py").exists()]
        total: Counter[str] = Counter()
        for assignment in there:
            total += measure(round, assignment, options.list)
        print(row(f"{round} in all", total, []))
    if not options.list:
        print()
        for assignment in sets:
            print(right(assignment))


if __name__ == "__main__":
    main()
