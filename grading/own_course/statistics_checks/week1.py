from statistics import median
from types import SimpleNamespace

from grader.checking.check import Check
from grader.checking.mistakes import Mistake

mistakes = [Mistake("order", "the numbers are not sorted", "Sort first.", "Week 1")]
good = SimpleNamespace(median=median)
bad = SimpleNamespace(median=lambda numbers: numbers[len(numbers) // 2])
check = Check("median", section="Week 1", reference=good, faulty=lambda *_: bad, mistakes=["order"])


@check.part("the middle of the sorted numbers")
def _(student, rng):
    yield student.median([3, 1, 2])
    yield student.median(rng.normal(size=9).tolist())


checks = [check]
