"""Measure Python in the page: python -m benchmarks.page [HTML]

HTML is the folder of a book that was built with PYODIDE_DIST, _build/html if it is left out. The
page on the forward pass is opened in Chromium, from a server on this machine, so a reader's own
connection comes on top.
Told are, with an empty cache and with what the first visit left in it, the seconds from pressing
Check until Python is there, and, in brackets, those of the processor's time that the browser took,
which other work on the machine does not change; milliseconds of a check, of a right forward pass
and of wrong ones that are named, each for the first time; the browser's memory after 1, 10, 20 and
30 checks; and what the page's own scripts weigh.
"""

import gzip
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from helpers.browser import Browser, chromium  # noqa: E402
from helpers.pyodide import serving  # noqa: E402

PAGE = "chapters/03_how_it_works/forward.html"
SETUP = "import numpy as np\n\nfrom grader import check"
RIGHT = """\
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    return gamma * x_hat + beta
"""
WRONG = {  # what is written in place of what
    "eps-outside-sqrt": ("np.sqrt(x.var(axis=0) + eps)", "(np.sqrt(x.var(axis=0)) + eps)"),
    "divides-by-variance": ("np.sqrt(x.var(axis=0) + eps)", "(x.var(axis=0) + eps)"),
    "unbiased-normalise": ("x.var(axis=0)", "x.var(axis=0, ddof=1)"),
    "gamma-only": (" + beta", ""),
    "wrong-axis": ("axis=0", "axis=1, keepdims=True"),
    "eps-missing": (" + eps", ""),
}
# The milliseconds that a request takes, and what it shows.
ASK = """
(async (request) => {
  const { ask } = await import(new URL("_static/python.mjs", %s));
  const start = performance.now();
  let shown = "";
  const output = (kind, text) => { shown += text; };
  await ask(request, { loading() {}, running() {}, output });
  return [performance.now() - start, shown];
})(%s)
"""


def ask(browser: Browser, address: str, code: str, *checks: str) -> tuple[float, str]:
    """How long it takes to run code, or to check it, in the page that is open, and its output."""
    request: dict[str, Any] = {"before": [SETUP], "code": code}
    if checks:
        request |= {"checks": checks, "package": "grader.sets"}
    milliseconds, shown = browser.evaluate(ASK % (json.dumps(f"{address}/"), json.dumps(request)))
    return milliseconds, shown


def memory() -> float:
    """MB that the processes of the browser hold of their own."""
    processes = psutil.Process().children(recursive=True)
    return sum(process.memory_full_info().uss for process in processes) / 2**20


def processor() -> float:
    """Seconds of the processor's time that the processes of the browser have taken."""
    processes = psutil.Process().children(recursive=True)
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def weight() -> int:
    """Bytes of the scripts of the pages' own, compressed."""
    scripts = [*(ROOT / "_static").glob("*.js"), *(ROOT / "_static").glob("*.mjs")]
    return sum(len(gzip.compress(script.read_bytes(), 9)) for script in scripts)


def measure(html: Path) -> None:
    """Print the figures of a built book."""
    print(f"scripts of the page's own, compressed  {weight() / 1000:.0f} kB")
    with serving(html) as site, tempfile.TemporaryDirectory() as profile:
        for visit in ("first", "second"):
            with chromium(Path(profile)) as browser:
                browser.open(f"{site.address}/{PAGE}")
                before = processor()
                ready, _ = ask(browser, site.address, "1")
                taken = processor() - before
                print(f"Python is ready, {visit} visit  {ready / 1000:.1f} s ({taken:.1f} s)")
                if visit == "first":
                    continue
                checks = [ask(browser, site.address, RIGHT, "forward")[0] for _ in range(10)]
                print(f"a right forward pass checked   {_spread(checks)}")
                named = []
                for mistake, (right, wrong) in WRONG.items():
                    assert right in RIGHT
                    took, shown = ask(browser, site.address, RIGHT.replace(right, wrong), "forward")
                    assert f"mistakes.html#{mistake}" in shown, (mistake, shown)
                    named.append(took)
                print(f"a wrong one named              {_spread(named)}")
        with chromium(Path(profile, "memory")) as browser:
            browser.open(f"{site.address}/{PAGE}")
            for count in range(1, 31):
                ask(browser, site.address, f"{RIGHT}# {count}", "forward")
                if count in (1, 10, 20, 30):
                    print(f"memory after {count:2} checks  {memory():.0f} MB")


def _spread(milliseconds: list[float]) -> str:
    return f"{statistics.median(milliseconds):.0f} ms, at most {max(milliseconds):.0f}"


if __name__ == "__main__":
    measure(Path(*sys.argv[1:2]) if sys.argv[1:] else ROOT / "_build" / "html")
