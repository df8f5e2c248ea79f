"""Pages as a browser draws them: headless Chromium, spoken to by its DevTools protocol over a pipe.

The protocol: https://chromedevtools.github.io/devtools-protocol/; over ``--remote-debugging-pipe`` it reads messages
from file descriptor 3 and writes them to 4, each a JSON document that ends with a zero byte.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium-headless-shell", "chrome-headless-shell", "chromium", "google-chrome")
_SECONDS = 60.0
_PARTS = 1 << 16


class Page:
    """One page in a browser of its own, ``requests`` are the addresses that it asked for."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._left = b""
        self._number = 0
        self._session = ""
        self.requests: list[str] = []
        self._events: list[str] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self.ask(f"{domain}.enable")

    def open(self, file: Path) -> None:
        """Show a file, and wait until it is drawn."""
        self._events.clear()
        self.ask("Page.navigate", url=file.as_uri())
        self._until("Page.loadEventFired")

    def resize(self, width: int, height: int, *, dark: bool = False) -> None:
        """Be a screen of so many pixels, of someone who likes it ``dark``."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=True)
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[feature])

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def picture(self) -> bytes:
        """What the screen shows, as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one message and wait for its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                return dict(answer["result"])

    def _until(self, event: str) -> None:
        while event not in self._events:
            self._next()

    def _next(self) -> dict[str, Any]:
        end = time.monotonic() + _SECONDS
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._reading], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"the browser said nothing in {_SECONDS:g} s"
            part = os.read(self._reading, _PARTS)
            assert part, "the browser ended"
            self._left += part
        said, _, self._left = self._left.partition(b"\0")
        message: dict[str, Any] = json.loads(said)
        if "method" in message:
            self._events.append(message["method"])
            if message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
        return message


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A browser with its profile in ``folder``; where there is none the test skips and says how to get one."""
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(
            "nobody looked at the page: there is no headless Chromium (apt-get install chromium-headless-shell)"
        )
    to_read, writing = os.pipe()
    reading, to_write = os.pipe()
    command = [program, "--remote-debugging-pipe", f"--user-data-dir={folder}", "--no-first-run", "--disable-gpu"]
    if not Path(program).name.endswith("headless-shell"):
        command.append("--headless")
    if os.getuid() == 0:
        # Its sandbox refuses root, whom CI's containers run as; the page is our own.
        command.append("--no-sandbox")
    # Only bash redirects descriptors of more than one digit.
    shell = ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "bash", *command, "about:blank"]
    # In a group of its own: Debian's program is a shell script that stays beside the browser.
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen(shell, pass_fds=(to_read, to_write), start_new_session=True, **quiet)
    os.close(to_read)
    os.close(to_write)
    try:
        yield Page(reading, writing)
    finally:
        os.close(writing)
        os.close(reading)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait(timeout=_SECONDS)
