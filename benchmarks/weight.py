"""Weigh the pages of the built book: python -m benchmarks.weight [PAGE ...]

Each page is loaded by a browser with an empty cache from a local server that compresses as static
hosts do, in a window of 1280 x 800 pixels.  Told are, of each page, what is transferred in kB and
what of it are scripts, the layout shift, the largest paint, and what the console says.
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from helpers.browser import Browser, chromium  # noqa: E402
from helpers.server import served  # noqa: E402

HTML = ROOT / "_build" / "html"
# The time of the largest paint in ms, the shift, and the bytes of all and of the scripts.
OBSERVE = """
new Promise(done => {
  const result = {paint: 0, shift: 0};
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) result.paint = entry.startTime;
  }).observe({type: "largest-contentful-paint", buffered: true});
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) result.shift += entry.value;
  }).observe({type: "layout-shift", buffered: true});
  requestIdleCallback(() => setTimeout(() => {
    const loaded = [...performance.getEntriesByType("resource"),
                    ...performance.getEntriesByType("navigation")];
    const sum = entries => entries.reduce((bytes, entry) => bytes + entry.encodedBodySize, 0);
    result.bytes = sum(loaded);
    result.scripts = sum(loaded.filter(entry => /\\.m?js(\\?|$)/.test(entry.name)));
    result.heaviest = loaded.sort((a, b) => b.encodedBodySize - a.encodedBodySize).slice(0, 3)
      .map(entry => [entry.name.split("/").pop(), entry.encodedBodySize]);
    done(result);
  }, 200));
})
"""


@dataclass(frozen=True)
class Weight:
    """What a page costs its reader at the first visit."""

    bytes: int  # transferred, compressed
    scripts: int  # bytes of these that are scripts
    shift: float  # cumulative layout shift
    paint: float  # ms until the largest paint
    console: tuple[str, ...]  # errors and warnings
    heaviest: tuple[tuple[str, int], ...]  # the three heaviest files


def weigh(browser: Browser, address: str) -> Weight:
    """Load a page as at a first visit, and weigh it."""
    for domain in ("Network", "Log", "Runtime"):
        browser.call(f"{domain}.enable")
    browser.call("Network.clearBrowserCache")
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=1280, height=800, deviceScaleFactor=1, mobile=False,
    )  # fmt: skip
    browser.open("about:blank")
    browser.events.clear()
    browser.open(address)
    seen = browser.evaluate(OBSERVE)
    heaviest = tuple((name, size) for name, size in seen["heaviest"])
    return Weight(
        seen["bytes"], seen["scripts"], seen["shift"], seen["paint"], complaints(browser), heaviest
    )


def complaints(browser: Browser) -> tuple[str, ...]:
    """The errors and warnings on the console since the events were last cleared."""
    said = []
    for event in browser.events:
        method, params = event["method"], event["params"]
        if method == "Log.entryAdded" and params["entry"]["level"] in {"error", "warning"}:
            said.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        elif method == "Runtime.consoleAPICalled" and params["type"] in {"error", "warning"}:
            said.append(" ".join(str(value.get("value")) for value in params["args"]))
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            said.append(details.get("exception", {}).get("description", details["text"]))
    return tuple(said)


def main() -> None:
    """Weigh the pages that are named, or all."""
    pages = sys.argv[1:] or sorted(
        path.relative_to(HTML).as_posix()
        for path in HTML.rglob("*.html")
        if "_static" not in path.parts
    )
    print(f"{'page':55} {'kB':>5} {'scripts':>7} {'shift':>6} {'paint':>8}")
    with (
        served(HTML) as address,
        tempfile.TemporaryDirectory() as folder,
        chromium(Path(folder)) as browser,
    ):
        for page in pages:
            weight = weigh(browser, f"{address}/{page}")
            print(
                f"{page:55} {weight.bytes / 1000:5.0f} {weight.scripts / 1000:7.0f}"
                f" {weight.shift:6.3f} {weight.paint:5.0f} ms",
                *weight.console,
                sep="\n    ",
            )


if __name__ == "__main__":
    main()
