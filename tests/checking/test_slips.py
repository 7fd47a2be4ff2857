"""Slips: what can be wrong in a right program, and is the number in it found?"""

import ast
import importlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.checking.check import Check
from grader.checking.diagnose import roots
from grader.checking.grammar import KINDS, slips
from grader.checking.load import load, problem_sets
from grader.checking.mistakes import catalogue
from grader.checking.remote import Loopback, StandIn, Student
from grader.checking.slips import MOST, Slips, is_slip

SEED = 1234
# Of those that have slips: to collect tests, none need be made.
PLAIN = [(name, id) for name in problem_sets() for id, check in load(name).items() if check._plain]


def programs(source: str) -> list[tuple[str, str]]:
    """The kinds of the slips in a program, and what each makes of its last line."""
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    found = []
    for slip in slips(node):
        wrong = ast.parse(source).body[0]
        for path, new in slip.changes:
            parent: Any = wrong
            *above, (field, place) = path
            for name, index in above:
                parent = getattr(parent, name) if index is None else getattr(parent, name)[index]
            if place is None:
                setattr(parent, field, new)
            else:
                getattr(parent, field)[place] = new
        found.append((slip.kind, ast.unparse(wrong).splitlines()[-1].strip()))
    return found


@pytest.mark.parametrize(
    ("line", "kind", "slipped"),
    [
        ("return a - b", "sign", "return a + b"),
        ("return a - b", "order", "return b - a"),
        ("return a - b", "operation", "return np.abs(a - b)"),
        ("return a - b", "twice", "return a - b - b"),
        ("return a - b", "left-out", "return a"),
        ("return a - b", "operand", "return a - a"),
        ("return a - b", "power", "return a - b ** 2"),
        ("return a / b", "operation", "return a * b"),
        ("return a / b", "power", "return a / b ** solved_k"),
        ("return a / b", "factor", "return solved_k * (a / b)"),
        ("return (a + b) / c", "brackets", "return a + b / c"),
        ("return a / (b * c)", "brackets", "return a / b * c"),
        ("return np.sqrt(a + b)", "brackets", "return np.sqrt(a) + b"),
        ("return np.sqrt(a + b)", "operation", "return np.maximum(np.sqrt(a), b)"),
        ("return c / np.sqrt(a + b)", "brackets", "return c / np.sqrt(a) + b"),
        ("return c / (a + b) ** 0.5", "brackets", "return c / np.sqrt(a) + b"),
        ("return (1 - a) * b + (1 - a) * c", "left-out", "return a * b + a * c"),
        ("return a.mean(axis=0)", "reduction", "return np.take(a, 0, axis=0)"),
        ("return (a ** 2).mean(axis=0)", "left-out", "return a.mean(axis=0) ** 2"),
        ("return (a ** 2).mean(axis=0)", "brackets", "return np.abs(a).mean(axis=0) ** 2"),
        ("return a * b ** -1.5", "brackets", "return a * (b ** (-3) / 2)"),
        ("return np.sqrt(a + b)", "brackets", "return np.sqrt(a) + np.sqrt(b)"),
        ("return a + b * c", "brackets", "return (a + b) * c"),
        ("return a * b + c", "brackets", "return a * (b + c)"),
        ("return a / b", "factor", "return a / b / N"),
        ("return a - b * c", "order", "return c - b * a"),
        ("return a.reshape(N, 1)", "order", "return a.reshape(1, N)"),
        ("return a.transpose(1, 0)", "left-out", "return a"),
        ("return a.copy()", "left-out", "return a"),
        ("return a @ b", "condition", "return np.mean(b, axis=0)"),
        ("return a / b", "axis", "return a / b[:, None]"),
        ("return a ** 2", "left-out", "return a"),
        ("return a * b", "operation", "return a.T @ b"),
        ("return a.sum(axis=0)", "offset", "return solved_k + a.sum(axis=0)"),
        ("return np.sqrt(a)", "left-out", "return a"),
        ("return np.sqrt(a)", "twice", "return np.sqrt(np.sqrt(a))"),
        ("return a.mean(axis=0)", "axis", "return a.mean(axis=1, keepdims=True)"),
        ("return a.mean(axis=0)", "axis", "return a.mean(axis=None, keepdims=False)"),
        ("return a.mean(axis=0)", "reduction", "return a.sum(axis=0)"),
        ("return a.mean(axis=0)", "reduction", "return np.median(a, axis=0, keepdims=False)"),
        ("return a.mean(axis=0)", "count", "return a.sum(axis=0) / (N - 1)"),
        ("return a.var(axis=0)", "count", "return a.var(axis=0, ddof=1)"),
        ("return (a * b).sum(axis=0)", "brackets", "return a.sum(axis=0) * b"),
        ("return a, b", "order", "return (b, a)"),
        ("return a / N", "count", "return a / (N - 1)"),
        ("return a[:, None]", "left-out", "return a"),
        ("return 2 * a", "number", "return solved_k * a"),
        ("return a + b", "offset", "return solved_k + (a + b)"),
    ],
)
def test_grammar(line: str, kind: str, slipped: str) -> None:
    """Is this one of the slips in this line?"""
    assert (kind, slipped) in programs(f"def f(a, b, c, N):\n    {line}")


def test_slip_at_each_place() -> None:
    """Can one slip be at several places at once: another quantity, or another axis?"""
    source = "def f(a, b):\n    return (a - a.mean(axis=0)) / a.std(axis=0)"
    found = [line for _, line in programs(source)]
    assert "return (b - b.mean(axis=0)) / b.std(axis=0)" in found
    over = "axis=1, keepdims=True"
    assert f"return (a - a.mean({over})) / a.std({over})" in found


def test_left_out_of_two_lines() -> None:
    """Can one quantity be left out of two products, and of no sum that it is in too?"""
    found = [line for _, line in programs("def f(a, b, c):\n    return c * a + c * b - (c - 1)")]
    assert "return a + b - (c - 1)" in found


@pytest.mark.parametrize(
    ("assignment", "function"),
    [("ps2_inference", "BatchNorm1d"), ("ps3_backward", "batchnorm_backward")],
)
def test_every_kind_is_looked_for(assignment: str, function: str) -> None:
    """Where there are too many slips, is only of the two longest kinds something left out?"""
    made = Slips(importlib.import_module(f"grader.sets.{assignment}.plain"))
    whole = [name for name in made._all if not made.solved(name)]
    there = [name for name in whole if made._all[name].where.partition("__")[0] == function]
    left_out = {made._all[name].kind for name in {*there} - {*made.of([function])}}
    assert left_out <= {"factor", "operand"}
    assert len([name for name in made.of([function]) if not made.solved(name)]) == MOST


def test_slips_of_loops() -> None:
    """Are loops cut short, with what they leave out as zeros or as it was, and bounds moved?"""
    source = """
def f(x, G):
    y = np.zeros(x.shape, x.dtype)
    for g in range(G):
        part = slice(0, g)
        y[:, part] = x[:, part]
    return y"""
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    assert {slip.says for slip in slips(node)} >= {
        "the loop leaves out the last",
        "the loop leaves out the last; the rest stays `x`",
        "`slice` ends at one less, in `part`",
    }


def test_argument_that_is_a_whole_number() -> None:
    """May such an argument be ignored, for one of the numbers that people write?"""
    node = ast.parse("def f(x: Array, G: int):\n    return x / G").body[0]
    assert isinstance(node, ast.FunctionDef)
    assert "`G` is always 2, whatever is given" in {slip.says for slip in slips(node)}


def test_slips_of_statements() -> None:
    """Are lines left out, conditions turned, defaults solved for and parameters exchanged?"""
    source = """
def f(x, dy, eps=1e-5):
    x[0] += 1
    if eps:
        x = dy
    return x + eps"""
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    says = {slip.says for slip in slips(node)}
    assert says >= {
        "`x[0]` is not set or moved on",
        "what depends on `eps` happens always",
        "what depends on `eps` happens never",
        "`eps` is {k} where none is given",
        "`eps` is always {k}, whatever is given",
        "`x` and `dy` have changed places",
    }


@pytest.mark.parametrize(("assignment", "id"), PLAIN)
def test_plain_programs_are_right(assignment: str, id: str) -> None:
    """Has each program whose slips are looked for full marks, and each of its variants?"""
    check = load(assignment)[id]
    plain = importlib.import_module(f"grader.sets.{assignment}.plain")
    variants = [name for name in vars(plain) if "__" in name.strip("_")]
    for variant in ("", *variants):
        namespace = dict(vars(plain))
        if variant:
            namespace[variant.partition("__")[0]] = namespace[variant]
        verdict = check.grade(StandIn(SimpleNamespace(**namespace)), 100, SEED)
        assert verdict.status == "passed", f"{variant}\n{verdict.message}"


@pytest.mark.parametrize("assignment", sorted({assignment for assignment, _ in PLAIN}))
def test_each_slip_is_a_program(assignment: str) -> None:
    """Does each slip of the set compile, and does its sentence stand for its kind?"""
    plain = importlib.import_module(f"grader.sets.{assignment}.plain")
    made = Slips(plain)
    functions = [name for name in vars(made.implementation()) if "__" not in name]
    for name in made.of(functions):
        made.implementation(f"{name}=2" if made.solved(name) else name)
        assert made.says(name)
        assert "{k}" not in made.says(f"{name}=2")
        assert made.id(name, ()) in catalogue()


def test_kinds_are_in_the_catalogue() -> None:
    """Has each kind of slip its entry?"""
    assert {id for id in catalogue() if is_slip(id)} == {f"slip-{kind}" for kind in KINDS}


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda k: k - 1e-7, [1e-7]),
        (lambda k: k - 0.9, [0.9]),
        (lambda k: k**2 - 4, [-2, 2]),
        (lambda k: 1 / (k - 0.05) - 1, [1.05]),
        (lambda k: k - 30.0, [30]),
        (lambda k: np.nan, []),
        (lambda k: 1.0, []),
    ],
)
def test_numbers_are_solved_for(f: Any, expected: list[float]) -> None:
    """Are the numbers found for which an answer is the student's?"""
    # between a pole's two sides the sign changes too: what is found there explains nothing
    found = [k for k in roots(f) if abs(f(k)) < 1e-6]
    assert np.allclose(found, expected, rtol=1e-9)


def solution(id: str, source: str) -> Student:
    namespace: dict[str, Any] = {"np": np}
    exec(source, namespace)
    return Student(Loopback(namespace))


@pytest.mark.parametrize(
    ("assignment", "id", "source", "mistake", "detail"),
    [
        (
            "ps1_standardize",
            "normalize",
            "def normalize(x, mean, variance, eps=1e-7):\n"
            "    return (x - mean) / np.sqrt(variance + eps)",
            "eps-default",
            "`eps` is 1e-07 where none is given",
        ),
        (
            "ps1_standardize",
            "normalize",
            "def normalize(x, mean, variance, eps=1e-5):\n"
            "    return (x - mean**2) / np.sqrt(variance + eps)",
            "slip-power",
            "`mean` is squared, in `centred`",
        ),
        (
            "ps1_standardize",
            "batch_variance",
            "def batch_variance(x):\n"
            "    return ((x - x.mean(axis=0)) ** 2).sum(axis=0) / (len(x) + 1)",
            "slip-count",
            "the sum of `centred ** 2` is divided by `N + 1`, in `variance`",
        ),
        (
            "ps1_standardize",
            "batch_variance",
            "def batch_variance(x):\n    return (x - x.mean(axis=0)).mean(axis=0)",
            "",  # rounding errors, which are no evidence
            "",
        ),
        (
            "ps3_backward",
            "compact_dx",
            "def compact_dx(dy, x_hat, std, gamma):\n"
            "    return gamma / std * (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).max(axis=0))",
            "slip-reduction",
            "the largest value of `dy * x_hat` stands where its mean belongs",
        ),
        (
            "ps3_backward",
            "compact_dx",
            "def compact_dx(dy, x_hat, std, gamma):\n"
            "    return gamma / std * (dy - dy.mean(axis=0) - x_hat * np.ptp(dy * x_hat, axis=0))",
            "",
            "",
        ),
    ],
)
def test_slips_are_named(assignment: str, id: str, source: str, mistake: str, detail: str) -> None:
    """Is a slip that no list has told as what it is, and nothing told where none fits?"""
    verdict = load(assignment)[id].grade(solution(id, source), 100, SEED)
    assert verdict.diagnosis == ((mistake,) if mistake else ())
    assert detail in verdict.message


def test_slip_beside_another_with_eps() -> None:
    """Are two slips told, where one of them is in how eps is used?"""
    source = (
        "def batchnorm_forward(x, gamma, beta, eps=1e-5):\n"
        "    spread = x.max(axis=0) - x.min(axis=0)\n"
        "    return gamma * (x - x.mean(axis=0)) / (spread + eps) + beta"
    )
    verdict = load("ps1_standardize")["forward"].grade(solution("forward", source), 100, SEED)
    assert verdict.diagnosis == ("slip-reduction", "eps-outside-sqrt")
    assert "the distance of the largest `x` from the smallest" in verdict.message


def test_two_slips_of_which_each_has_a_part_of_its_own() -> None:
    """Are two told where each alone explains a part, though several pairs give the answers?"""
    source = (
        "def batchnorm2d_backward(dy, x, gamma, eps=1e-5):\n"
        "    axes = (0, 2, 3)\n"
        "    centred = x - x.mean(axes, keepdims=True)\n"
        "    std = np.sqrt(x.var(axes, keepdims=True) + eps)\n"
        "    x_hat, g = centred / std, dy * gamma[:, None, None]\n"
        "    through_mean = g.mean(axes, keepdims=True)\n"
        "    through_variance = x_hat * (g * x_hat).mean(axes, keepdims=True)\n"
        "    dx = (g - through_mean - through_variance) / std\n"
        "    return dx, (dy * centred).sum(axes), dy.mean(axes)"
    )
    check = load("ps4_where")["batchnorm2d_backward"]
    verdict = check.grade(solution("batchnorm2d_backward", source), 100, SEED)
    assert verdict.diagnosis == ("slip-reduction", "slip-factor")
    assert "the mean of `dy` stands where its sum belongs" in verdict.message
    assert "is multiplied by `std` once too often" in verdict.message


def test_slip_beside_another_dtype() -> None:
    """Is a slip found where the same answers are in another dtype too, and are both told?"""
    source = (
        "def scale_and_shift(x_hat, gamma, beta):\n"
        "    return (gamma * x_hat - beta).astype(np.float64)"
    )
    check = load("ps1_standardize")["scale_and_shift"]
    verdict = check.grade(solution("scale_and_shift", source), 100, SEED)
    assert verdict.diagnosis == ("slip-sign", "loses-dtype")


def test_two_slips_of_which_one_is_inside_the_other() -> None:
    """Are two slips told that change the same line, where no other two would do the same?"""
    source = "def scale_and_shift(x_hat, gamma, beta):\n    return gamma * (x_hat - beta)"
    check = load("ps1_standardize")["scale_and_shift"]
    verdict = check.grade(solution("scale_and_shift", source), 100, SEED)
    assert verdict.diagnosis == ("slip-sign", "slip-brackets")
    assert "`gamma` multiplies `beta` too, in `y`." in verdict.message


def test_two_slips_that_may_be_others() -> None:
    """Is nothing said where several pairs of slips, of other kinds, give the same answers?"""
    # x_hat is squared, or multiplied by twice
    source = "def scale_and_shift(x_hat, gamma, beta):\n    return gamma * x_hat * x_hat - beta"
    check = load("ps1_standardize")["scale_and_shift"]
    assert check.grade(solution("scale_and_shift", source), 100, SEED).diagnosis == ()


def test_slip_inside_another_with_eps() -> None:
    """Is a root that is missing told beside a slip in what was under it, and by its own name?"""
    source = (
        "def normalize(x, mean, variance, eps=1e-5):\n"
        "    return (x - mean) / (variance + np.sqrt(eps))"
    )
    verdict = load("ps1_standardize")["normalize"].grade(solution("normalize", source), 100, SEED)
    assert verdict.diagnosis == ("divides-by-variance", "slip-power")


def test_zeros_have_no_two_causes() -> None:
    """Is nothing said of a result that is 0, which many pairs of mistakes would make?"""
    source = "def numerical_gradient(f, x, dy, h=1e-5):\n    return np.zeros(x.shape)"
    check = load("ps3_backward")["numerical_gradient"]
    assert check.grade(solution("numerical_gradient", source), 100, SEED).diagnosis == ()


def test_check_without_programs_has_no_slips() -> None:
    """Is there nothing to look for where no right program is given?"""
    assert load("ps3_backward")["test_backward"].slips is None


def test_slip_that_does_anything() -> None:
    """Is whatever a slip makes of a program an answer, and no fault of the check?"""
    check: Check = load("ps3_backward")["parameter_gradients"]
    assert check.slips is not None
    made, names = check.slips
    for name in names[:: len(names) // 50]:
        if not made.solved(name):
            for index in range(len(check.parts)):
                list(check.ask(index, SEED, (name,)))
    assert check.grade(StandIn(made.implementation()), 100, SEED).status == "passed"
