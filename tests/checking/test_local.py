"""Checks in a student's own notebook."""

import json
import linecache
import re
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from textwrap import indent
from typing import Any

import nbformat
import numpy as np
import pytest
from helpers import ROOT
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from grader import CheckFailed, check
from grader.checking import local, session
from grader.checking.borrowed import stub_left
from grader.checking.check import Verdict
from grader.checking.compare import difference
from grader.checking.load import load, problem_sets
from grader.checking.local import report
from grader.checking.message import FOLD, LINES, Example, Message, Named
from grader.checking.mistakes import further, ours


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a notebook or a book, and a session in which nothing was tried."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.setattr(session, "TRIED", {})
    monkeypatch.setattr(session, "FAILURES", {})


@pytest.fixture
def in_notebook(tmp_path: Path) -> Path:
    """The notebook of problem set 1 lies where this runs."""
    path = tmp_path / "ps1_standardize.ipynb"
    shutil.copyfile(ROOT / "exercises" / "ps1_standardize" / path.name, path)
    return path


RIGHT: dict[str, Any] = {"batch_mean": lambda x: x.mean(axis=0)}
WRONG: dict[str, Any] = {"batch_mean": lambda x: x.sum(axis=0)}

PASSED = """\
batch_mean: passed, 100% of the points
ok     one mean for each feature, taken over the batch
ok     float32 in, float32 out; float64 in, float64 out
"""


def test_what_is_right_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Does a check that passes print what passed, and raise nothing?"""
    check("batch_mean", RIGHT)
    assert capsys.readouterr().out == PASSED


def test_what_is_wrong_is_raised(capsys: pytest.CaptureFixture[str]) -> None:
    """Does a check that fails raise, with the numbers, the mistake and what to read?"""
    with pytest.raises(CheckFailed) as caught:
        check("batch_mean", WRONG)
    lines = str(caught.value).splitlines()
    assert lines[:6] == [
        "batch_mean: failed, 0% of the points",
        "Mistake: the sum over the batch is not divided by the number of examples (sum-not-mean).",
        "A mean does not grow with the batch.",
        "Read: “The mean” in the book, chapters/03_how_it_works/forward.html#the-mean",
        "",
        "WRONG  one mean for each feature, taken over the batch",
    ]
    assert lines[6].startswith("       x = np.array([[")
    assert lines[7:9] == ["       batch_mean(x)", "       wrong values"]
    assert lines[9].startswith("       got  ")
    assert lines[10:] == [FOLD, "WRONG  float32 in, float32 out; float64 in, float64 out"]
    assert capsys.readouterr().out == ""


def test_what_the_code_prints_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Does what a solution prints, for each input, not bury the message?"""

    def noisy(x: np.ndarray) -> np.ndarray:
        print("x is", x)
        return np.mean(x, axis=0)

    note = "What your code printed or showed for these inputs is left out: call it to see that."
    check("batch_mean", {"batch_mean": noisy})
    assert capsys.readouterr().out == f"{PASSED}\n{note}\n"
    with pytest.raises(CheckFailed) as caught:
        check("batch_mean", {"batch_mean": lambda x: print(x.mean(axis=0))})
    assert str(caught.value).endswith(f"\n\n{note}")
    assert "an array was expected, this is None: is a return missing?" in str(caught.value)
    assert capsys.readouterr().out == ""


def test_numbers_that_are_shown_are_right() -> None:
    """Is the expected value in the message that of the inputs in the message?"""
    with pytest.raises(CheckFailed) as caught:
        check("batch_mean", WRONG)
    lines = [line.strip() for line in str(caught.value).splitlines()]
    x = eval(next(line for line in lines if line.startswith("x = ")).removeprefix("x = "))
    shown = next(line for line in lines if line.startswith("got "))
    got, _, expected = shown.removeprefix("got ").partition("   expected ")
    assert np.allclose(x.mean(axis=0), [float(value) for value in expected.split()], atol=1e-4)
    assert np.allclose(x.sum(axis=0), [float(value) for value in got.split()], atol=1e-3)


def test_part_of_the_points() -> None:
    """Is it said how much of the points a solution would get?"""
    with pytest.raises(CheckFailed, match="batch_mean: partial, 80% of the points"):
        check("batch_mean", {"batch_mean": lambda x: x.mean(axis=0).astype(float)})


def test_nothing_written_yet() -> None:
    """Is an exercise without an answer called missing?"""
    with pytest.raises(CheckFailed, match="batch_mean: missing, 0% of the points"):
        check("batch_mean", {})


def test_failure_is_shown_without_traceback() -> None:
    """Does IPython show the message alone?"""
    assert CheckFailed("a\nb")._render_traceback_() == ["a", "b"]
    assert issubclass(CheckFailed, AssertionError)


def test_unknown_check_gets_those_that_look_like_it() -> None:
    """Does a name that is misspelt get the names that it may be, and no list of all?"""
    with pytest.raises(LookupError) as caught:
        check("batch_meen", {})
    assert str(caught.value) == (
        "there is no check 'batch_meen': did you mean 'batch_mean' or 'batch_variance' or "
        "'layer_batch_of_one'? check() lists those of a problem set"
    )


def test_names_of_the_own_set_come_first(in_notebook: Path) -> None:
    """Where the set is known, are names of other sets not proposed?"""
    with pytest.raises(LookupError, match="did you mean 'forward'"):
        check("layernorm_forward", {})
    with pytest.raises(LookupError, match="no check 'batchnorm_forward': did you mean 'forward'"):
        check("batchnorm_forward", {})
    with pytest.raises(LookupError, match=r'in quotes: check\("test_names_of'):
        check(test_names_of_the_own_set_come_first, {})  # type: ignore[arg-type]
    with pytest.raises(LookupError, match="no check 'qqq': check") as caught:
        check("qqq", {})
    assert caught.value._render_traceback_() == [str(caught.value)]  # type: ignore[attr-defined]


def test_other_course() -> None:
    """Are checks found in the package that the call names?"""
    with pytest.raises(ModuleNotFoundError, match="no_such_course"):
        check("batch_mean", RIGHT, "no_such_course.checks")


def test_right_but_for_another_exercise(capsys: pytest.CaptureFixture[str]) -> None:
    """Is a right composition of a wrong function passed, with the name of that function?"""
    source = """
def batch_mean(x): return x.mean(axis=0)
def batch_variance(x): return x.std(axis=0)
def normalize(x, mean, variance, eps=1e-5): return (x - mean) / np.sqrt(variance + eps)
def scale_and_shift(x_hat, gamma, beta): return gamma * x_hat + beta
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    return scale_and_shift(normalize(x, batch_mean(x), batch_variance(x), eps), gamma, beta)
"""
    namespace: dict[str, Any] = {"np": np}
    exec(source, namespace)
    before = dict(namespace)
    check("forward", namespace)
    assert namespace == before
    assert capsys.readouterr().out.startswith(
        "forward: passed, 100% of the points\n"
        "The mistake is not here, but in batch_variance: mend what is wrong there first.\n"
        "With a right batch_variance in place of yours:\n\n"
        "ok     the right values\n"
    )


def test_notebook_variables_are_left_alone() -> None:
    """Does a check change nothing in the notebook's namespace?"""
    namespace = dict(RIGHT, x=np.zeros(3))
    before = dict(namespace)
    check("batch_mean", namespace)
    assert namespace == before


def test_report() -> None:
    """Does the report start with the share of the points?"""
    verdict = Verdict("forward", 2.5, 4.0, "partial", "the message")
    assert report(verdict) == "forward: partial, 62% of the points\nthe message"


NOTEBOOK = """
import sys
from grader import CheckFailed, check

def batch_mean(x):
    return x.mean(axis=0)

check("batch_mean")
try:
    check("forward")
except CheckFailed as failed:
    print(str(failed).splitlines()[0])
foreign = {"torch", "nbformat", "IPython", "nbgrader", "traitlets", "tqdm"} & set(sys.modules)
print("foreign", sorted(foreign))
"""


def test_notebook_needs_numpy_only(tmp_path: Path) -> None:
    """Does `check` find the names of the notebook that calls it, and load NumPy alone?"""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", NOTEBOOK],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    assert run.stdout == f"{PASSED}forward: missing, 0% of the points\nforeign []\n"


def failed(id: str, namespace: dict[str, Any], **options: Any) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        check(id, namespace, **options)
    return caught.value


def cells(*sources: str) -> dict[str, Any]:
    """The names of a notebook after these cells ran, and IPython's list of them."""
    namespace: dict[str, Any] = {"np": np, "In": ["", *sources]}
    for number, source in enumerate(sources, 1):
        name = f"<ipython-input-{number}-try>"
        lines = source.splitlines(keepends=True)
        linecache.cache[name] = (len(source), None, lines, name)
        with suppress(Exception):
            exec(compile(source, name, "exec"), namespace)
    return namespace


def test_overview(in_notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Are the set's exercises listed with their points, what came of them, and what is next?"""
    check("batch_mean", RIGHT)
    failed("batch_variance", {"batch_variance": lambda x: x.var(axis=0).astype(float)})
    failed("forward", {})
    capsys.readouterr()
    check()
    assert (
        capsys.readouterr().out
        == """\
ps1_standardize

exercise         points  in this session
batch_mean       2       passed
batch_variance   4       partial, 89%
normalize        4       not tried
scale_and_shift  3       not tried
forward          7       missing

Next: mend batch_variance, then check("batch_variance").
"""
    )


def test_overview_without_the_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the notebook is not found, is the set that of the last check, with its weights?"""
    with pytest.raises(LookupError, match="which problem set"):
        check()
    check("batch_mean", RIGHT)
    capsys.readouterr()
    check()
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:4] == [
        "exercise         weight  in this session",
        "batch_mean       2.5     passed",
    ]
    assert lines[-1] == 'Next: write batch_variance, then check("batch_variance").'


def test_all_done(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Where all pass, is said what is left?"""
    passed = {id: Verdict(id, 1, 1, "passed", "") for id in load("ps1_standardize")}
    monkeypatch.setattr(session, "TRIED", passed)
    check()
    assert capsys.readouterr().out.endswith(
        "All exercises pass. Answer the written questions, and hand the notebook in.\n"
    )


FURTHER = {"sum-not-mean": "Take *three* numbers."}


def test_many_mistakes_leave_room() -> None:
    """With four mistakes, is the message as short, and are three named before the fold?"""
    named = tuple(Named(f"Mistake: {i} ({i}).", f"Because {i}.", "the-mean", i) for i in "abcd")
    example = Example("is right", ("x = 1", "f(x)"), ("f(x)",), ("wrong values",))
    message = Message(named=named, example=example, offer="One step further")
    above, _, below = message.text().partition(f"{FOLD}\n")
    assert len(above.splitlines()) < LINES
    assert [line[-4:] for line in above.splitlines() if "Mistake" in line] == [
        "(a).",
        "(b).",
        "(c).",
    ]
    assert "Mistake: d (d).\nBecause d." in below
    assert message.html("title").count("<details>") == 1


def test_one_step_further(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is a step further offered after three failures, and given when it is asked for?"""
    monkeypatch.setattr(local, "further", lambda: FURTHER)
    offer = 'One step further: check("batch_mean", more=True)'
    told = [str(failed("batch_mean", WRONG)) for _ in range(3)]
    assert [offer in text.splitlines() for text in told] == [False, False, True]
    assert len(told[2].partition(FOLD)[0].splitlines()) <= LINES
    error = failed("batch_mean", WRONG, more=True)
    assert str(error).endswith("\n\nTake *three* numbers.")
    assert offer not in str(error)
    check("batch_mean", RIGHT)
    assert offer not in str(failed("batch_mean", WRONG))  # it begins anew


def test_no_step_further() -> None:
    """Is it said where there is none?"""
    error = failed("batch_mean", {"batch_mean": lambda x: x[0] ** 3}, more=True)
    assert str(error).endswith("\n\nThere is no step further here: read the section above.")


def test_further_texts() -> None:
    """Has each mistake of ours its step further, 80 to 160 words long?"""
    assert further().keys() == ours().keys()
    assert [id for id, text in further().items() if not 80 <= len(text.split()) <= 160] == []


def test_endless_loop_is_stopped() -> None:
    """Is a check that takes too long stopped, with the line, in a few lines?"""
    names = cells("def batch_mean(x):\n    while True:\n        pass")
    lines = str(failed("batch_mean", names, seconds=0.2)).splitlines()
    assert lines[:2] == [
        "batch_mean: timeout, 0% of the points",
        "It took more than 0.2 s, and was stopped.",
    ]
    assert lines[2].startswith("in batch_mean, line ")
    assert lines[3] == 'Where it needs longer: check("batch_mean", seconds=0.4)'
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_no_limit_outside_the_main_thread() -> None:
    """Does a check run where there can be no timer?"""
    with ThreadPoolExecutor() as pool:
        assert pool.submit(check, "batch_mean", RIGHT).result() is None


def test_interrupt_is_three_lines_at_most() -> None:
    """Is whoever stops a check told where it was, and not the grader's own code?"""
    names = cells("def batch_mean(x):\n    raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt) as caught:
        check("batch_mean", names)
    assert caught.value._render_traceback_() == [  # type: ignore[attr-defined]
        "batch_mean: stopped by hand",
        "in batch_mean, line 2 of its cell: raise KeyboardInterrupt",
    ]


def test_syntax_error_is_quoted() -> None:
    """Is the error quoted that kept a cell of the notebook from running?"""
    names = cells("def batch_mean(x)\n    return x.mean(axis=0)")
    assert str(failed("batch_mean", names)).splitlines()[1:3] == [
        "Not written yet: batch_mean is not defined",
        "Its cell ended in an error: SyntaxError: expected ':' (line 1: def batch_mean(x))",
    ]


STUB = 'raise NotImplementedError("batch_mean: your code here")'
LEFT = "There is code in it, and the stub's line that raises this error: delete that line."


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (f"# YOUR CODE HERE\n{STUB}", False),
        (f"given = 1\n# YOUR CODE HERE\n{STUB}", False),
        (STUB, False),
        (f'"""The mean."""\n# YOUR CODE HERE\n{STUB}', False),
        (f"# YOUR CODE HERE\n{STUB}\nreturn x.mean(axis=0)", True),
        (f"# YOUR CODE HERE\nmean = x.mean(axis=0)\n{STUB}", True),
        (f"given = 1\n# YOUR CODE HERE\nmean = x.mean(axis=0)\n{STUB}", True),
        (f'"""The mean."""\n{STUB}\nreturn x.mean(axis=0)', True),
    ],
)
def test_stub_that_was_left(body: str, left: bool) -> None:
    """Is who has written an exercise, and left the stub's line, told so, and nobody else?"""
    names = cells("def batch_mean(x):\n" + indent(body, "    "))
    lines = str(failed("batch_mean", names)).splitlines()
    assert lines[1] == "Not written yet: batch_mean: your code here"
    assert (LEFT in lines) == left


OWN = "def batch_mean(x):\n    return x.mean(axis=0)"
STUB_CELL = f"def batch_mean(x):\n    # YOUR CODE HERE\n    {STUB}"


@pytest.mark.parametrize(
    ("ran", "replaced"),
    [([STUB_CELL], False), ([STUB_CELL, STUB_CELL], False), ([OWN, STUB_CELL], True)],
)
def test_own_cell_that_the_stub_replaced(ran: list[str], replaced: bool) -> None:
    """Is who wrote it in an earlier cell told that the stub took its place, and nobody else?"""
    told = "An earlier cell defines it, but the stub takes its place: write it in the stub."
    assert (told in str(failed("batch_mean", cells(*ran))).splitlines()) == replaced


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def batch_men(x): return x.mean(axis=0)", "There is batch_men: the name has to be"),
        ("def batchMean(x): return x.mean(axis=0)", "There is batchMean: the name has to be"),
        ("def batch_variance(x): return x.var(axis=0)", "Its cell did not run or ended in"),
        ("mean = 3", "Its cell did not run or ended in"),
    ],
)
def test_name_that_is_another(source: str, told: str) -> None:
    """Is a name told that looks like the one that is asked for, and is no other exercise's?"""
    lines = str(failed("batch_mean", cells(source))).splitlines()
    assert lines[1] == "Not written yet: batch_mean is not defined"
    assert lines[2].startswith(told)


def test_no_other_exercise_is_taken_for_it() -> None:
    """Is who has written the forward pass alone not told to rename it?"""
    names = cells("def batchnorm2d_forward(x, gamma, beta, eps=1e-5): return x")
    lines = str(failed("batchnorm2d_backward", names)).splitlines()
    assert lines[2] == "Its cell did not run or ended in an error, or the name is another."


@pytest.mark.parametrize("assignment", problem_sets())
def test_no_stub_has_code_of_its_own(assignment: str) -> None:
    """Is nobody told so who has not begun?"""
    notebook = nbformat.read(ROOT / "exercises" / assignment / f"{assignment}.ipynb", as_version=4)
    cells = [cell.source for cell in notebook.cells if "your code here" in cell.source]
    texts = re.findall(r'NotImplementedError\("(.*)"\)', "\n".join(cells))
    assert len(texts) >= len(load(assignment)) - 3  # some exercises are asked in several checks
    assert [text for text in texts if stub_left(cells, text)] == []


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (
            "def batch_mean(x)\n    return x.mean(axis=0)",
            ": SyntaxError: expected ':' (line 1: def batch_mean(x))",
        ),
        ("import no_such\ndef batch_mean(x): return 0", " before that line."),
    ],
)
def test_definition_from_before_is_not_checked(last: str, told: str) -> None:
    """Is a right version not praised whose cell has since been changed, and ended in an error?"""
    right = "def batch_mean(x): return x.mean(axis=0)"
    error = failed("batch_mean", cells(right, last))
    assert error.text.splitlines()[:3] == [
        "batch_mean: error, 0% of the points",
        f"The last cell that defines batch_mean ended in an error{told}",
        "What is in memory is from before. Mend that cell, run it, and check again.",
    ]
    check("batch_mean", cells(right, last, right))


@pytest.mark.parametrize(
    "last",
    [
        "batch_mean = np.vectorize(batch_mean, signature='(n,d)->(d)')",
        "old = batch_mean\nbatch_mean = lambda x: old(x)",
        "import functools\nbatch_mean = functools.wraps(batch_mean)(lambda x: x.mean(axis=0))",
        "def batch_mean(x): return x.mean(axis=0)\n1 / 0",
        "import functools\n@functools.cache\ndef one(): return 1\n@functools.wraps(one)\n"
        "def batch_mean(x): return x.mean(axis=0)",
        "class Means:\n    def batch_mean(self): pass",
    ],
)
def test_definition_that_holds_is_checked(last: str) -> None:
    """Is what the last cell made checked, in whatever way it did?"""
    check("batch_mean", cells("def batch_mean(x): return x.mean(axis=0)", last) | {"np": np})


def test_mended_cell_is_not_blamed() -> None:
    """Is an error not quoted that a later cell has mended, where the name is gone again?"""
    wrong, right = "def batch_mean(x) 0", "def batch_mean(x): return 0"
    names = cells(wrong, right, "del batch_mean")
    assert failed("batch_mean", names).text.splitlines()[2] == (
        "Its cell did not run or ended in an error, or the name is another."
    )


@pytest.mark.parametrize(
    ("source", "used"),
    [
        ("import torch\ndef batch_mean(x): return torch.tensor(x).mean(0).numpy()", "torch"),
        (
            "import torch.nn.functional as F\n"
            "def mean(x): return F and x.mean(axis=0)\n"
            "def batch_mean(x): return mean(x)",
            "torch",
        ),
        (
            "from grader import reference\ndef batch_mean(x): return reference.batch_mean(x)",
            "grader.reference",
        ),
        (
            "def batch_mean(x):\n    import grader.reference as r\n    return r.batch_mean(x)",
            "grader.reference",
        ),
        ("from grader.reference import batch_mean", "grader.reference"),
    ],
)
def test_what_is_not_there_when_it_is_graded(source: str, used: str) -> None:
    """Is a solution that will have no points, for what it imports, told so at once?"""
    lines = str(failed("batch_mean", cells(source))).splitlines()
    assert lines[:2] == [
        "batch_mean: failed, 0% of the points",
        f"batch_mean uses {used}, which is not there when it is graded: then it has no points.",
    ]


def test_what_may_be_imported(capsys: pytest.CaptureFixture[str]) -> None:
    """Is torch in another cell no offence, nor in a set that is about it, nor the check itself?"""
    own = "import torch\nfrom grader import check\ndef batch_mean(x): return x.mean(axis=0)"
    check("batch_mean", cells(own, "y = torch.ones(2)\ndef other(): return torch"))
    train = "import torch\ndef build_model(widths, batchnorm): return torch.nn.Linear(3, 2)"
    assert "not there" not in str(failed("build_model", cells(train)))


@pytest.mark.parametrize(
    ("draw", "told"),
    [
        ("np.random.normal(size=(3, 2))", "np.random.normal(...)"),
        ("np.random.default_rng().normal(size=(3, 2))", "np.random.default_rng()"),
        ("np.random.default_rng(0).normal(size=(3, 2))", ""),
        ("np.random.seed(0) or np.random.normal(size=(3, 2))", ""),
    ],
)
def test_draws_without_a_seed(draw: str, told: str) -> None:
    """Is a test that draws other numbers each time told that it is graded with others too?"""
    names = cells(f"def test_backward(backward):\n    x = {draw}\n    backward(x, x, x[0])")
    text = str(failed("test_backward", names))
    assert ("without a seed" in text) == bool(told)
    assert f"without a seed ({told})" in text or not told


def test_percent_is_named() -> None:
    """Is a share in percent told as what it is?"""
    wrong = difference(np.array(80.0), np.array(0.8))
    assert wrong is not None
    assert wrong.text.startswith("100 times what was expected")


def test_links_of_the_notebook(in_notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do links lead to the book that the course has set, or else to the one that is built here?"""
    html = failed("batch_mean", WRONG).html
    assert "<a " not in html
    built = in_notebook.parent / "_build" / "html"
    built.mkdir(parents=True)
    (built / "index.html").touch()
    below = in_notebook.parent / "exercises"
    below.mkdir()
    monkeypatch.chdir(below)
    section = "chapters/03_how_it_works/forward.html#the-mean"
    error = failed("batch_mean", WRONG)
    assert f'<a href="../_build/html/{section}">' in error.html
    assert f"Read: “The mean” in the book, ../_build/html/{section}" in str(error)
    contents = json.loads(in_notebook.read_text("utf-8"))
    contents["metadata"]["book"] = "https://example.org/book"
    (below / in_notebook.name).write_text(json.dumps(contents), "utf-8")
    assert f'<a href="https://example.org/book/{section}">' in failed("batch_mean", WRONG).html


def test_pictures_do_not_bury_the_message() -> None:
    """In IPython, is what a solution shows or logs left out too, and said to be?"""
    shell = InteractiveShell.instance()
    shell.user_ns.update(check=check)
    code = """
def batch_mean(x):
    display(x)
    sys.stderr.write("careful")
    return x.mean(axis=0)
"""
    shell.run_cell("import sys\nfrom IPython.display import display" + code)
    with capture_output() as shown:
        shell.run_cell('check("batch_mean")')
    assert not shown.outputs
    assert not shown.stderr
    assert shown.stdout == f"{PASSED}\n{local.UNSEEN}\n"


def test_notebook_shows_html_once() -> None:
    """In IPython, is the message shown as HTML, with the text beside it, and once?"""
    shell = InteractiveShell.instance()
    shell.user_ns.update(WRONG, check=check)
    with capture_output() as shown:
        result = shell.run_cell('check("batch_mean")')
    error = result.error_in_exec
    assert isinstance(error, CheckFailed)
    (output,) = shown.outputs
    assert output.data == {"text/plain": error.text, "text/html": error.html}
    assert error._render_traceback_() == ["batch_mean: failed, 0% of the points"]
