"""A headless Chromium, driven over the DevTools protocol."""

import json
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import websocket

from lab.web import chromium as installed

KEYS = {
    "Tab": 9, "Enter": 13, "Escape": 27, "PageUp": 33,
    "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "a": 65, "b": 66,
}  # fmt: skip
CONTROL = 2  # the modifier of the protocol
PATIENCE = 300  # seconds to wait for something in a page: a loaded machine is slow


class Browser:
    """One page of a headless Chromium, driven over the DevTools protocol."""

    def __init__(self, socket: websocket.WebSocket) -> None:
        self._socket, self._calls = socket, 0
        self.events: list[dict[str, Any]] = []  # of the domains that are enabled, since the start
        self.call("Page.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """The answer to one command of the protocol."""
        self._calls += 1
        self._socket.send(json.dumps({"id": self._calls, "method": method, "params": params}))
        return self._receive("id", self._calls)["result"]

    def open(self, page: str) -> None:
        """Load the page of an address, and wait until it is there, or what it leads on to.

        Chromium once in a while waits for ever if it is sent on while it still loads a page.
        """
        before = len(self.events)
        document = self.call("Page.navigate", url=page).get("loaderId")
        if document is None:  # the page is there: the address leads to another place in it
            return
        news = [(each["method"], each["params"]) for each in self.events[before:]]
        loaded = [
            place
            for place, (_, params) in enumerate(news)
            if params.get("name") == "load" and params["loaderId"] == document
        ]
        if not loaded:
            self.receive("Page.lifecycleEvent")
            while self.events[-1]["params"]["name"] != "load":
                self.receive("Page.lifecycleEvent")
        if not loaded or "Page.frameStoppedLoading" not in dict(news[loaded[0] :]):
            self.receive("Page.frameStoppedLoading")

    def receive(self, event: str) -> None:
        """Wait until something happens in the page."""
        self._receive("method", event)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, or of what it promises."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str, times: int = 1, modifiers: int = 0) -> None:
        """Press a key, which goes to the element in focus."""
        pressed = {"key": key, "windowsVirtualKeyCode": KEYS[key], "modifiers": modifiers}
        text = {"text": "\r"} if key == "Enter" and not modifiers else {}  # as a button needs it
        for _ in range(times):
            for kind in ("keyDown" if text else "rawKeyDown", "keyUp"):
                self.call("Input.dispatchKeyEvent", type=kind, **pressed, **text)

    def write(self, text: str) -> None:
        """Write a text into the element in focus, in place of all that is there."""
        self.press("a", modifiers=CONTROL)
        self.call("Input.insertText", text=text)

    def wait(self, condition: str) -> Any:
        """What the expression is, or what it promises, as soon as that is true."""
        return self.evaluate(
            f"""(async () => {{
                const end = performance.now() + {PATIENCE} * 1000;
                while (performance.now() < end) {{
                    const value = await ({condition});
                    if (value) return value;
                    await new Promise((go) => setTimeout(go, 20));
                }}
                throw new Error("this did not come true");
            }})()"""
        )

    def drag(self, selector: str, right: float) -> None:
        """Drag an element to the right with the mouse, by so many pixels."""
        box = self.evaluate(
            f"document.querySelector('{selector}').getBoundingClientRect().toJSON()"
        )
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for kind, to in (
            ("mousePressed", x),
            ("mouseMoved", x + right),
            ("mouseReleased", x + right),
        ):
            self.call(
                "Input.dispatchMouseEvent", type=kind, x=to, y=y,
                button="left", buttons=1, clickCount=1,
            )  # fmt: skip

    def slide(self, name: str, value: float) -> None:
        """Set a slider."""
        self.evaluate(
            f"(s => {{ s.value = {value}; s.dispatchEvent(new Event('input')); }})"
            f"(document.querySelector('input[name=\"{name}\"]'))"
        )

    def shown(self, name: str) -> float:
        """A number that the page shows."""
        return float(self.evaluate(f"document.querySelector('[data-name=\"{name}\"]').textContent"))

    def _receive(self, key: str, value: object) -> dict[str, Any]:
        while True:
            try:
                message = json.loads(self._socket.recv())
            except websocket.WebSocketTimeoutException as error:
                error.add_note(f"no {key} {value}; the last events: {self.events[-5:]}")
                raise
            if "method" in message:
                self.events.append(message)
            if message.get(key) == value:
                return dict(message)


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """An empty page of a browser that keeps its profile in a folder."""
    command = [*installed.chromium(folder), "--remote-debugging-port=0", "--remote-allow-origins=*"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = next(line for line in process.stderr if "DevTools listening" in line)
            port = re.search(r":(\d+)/", said)[1]  # type: ignore[index]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                page = next(target for target in json.load(answer) if target["type"] == "page")
            address = page["webSocketDebuggerUrl"]
            with closing(websocket.create_connection(address, timeout=PATIENCE + 30)) as socket:
                yield Browser(socket)
        finally:
            process.terminate()
