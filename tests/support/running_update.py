"""A ``pulumi up`` while it runs, with the plugin that it started: watched, signalled and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from support.pulumi_cli import PulumiCli

_MARK = "YUNFN_TEST_UPDATE"


class RunningUpdate:
    """An update in the background; ``output`` grows while it runs."""

    def __init__(self, stack: PulumiCli, *arguments: str) -> None:
        self._mark = f"{stack.stack}-{time.monotonic_ns()}"
        self.output = ""
        self._process = subprocess.Popen(
            ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", stack.stack, *arguments],
            cwd=stack.folder,
            env={**stack.environment, _MARK: self._mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.output += line

    def wait_until(self, what: Callable[[], object], seconds: float = 60) -> None:
        """Wait for ``what``; the update must not end before."""
        deadline = time.monotonic() + seconds
        while not what():
            assert self._process.poll() is None, f"ended with {self._process.returncode}:\n{self.output}"
            assert time.monotonic() < deadline, self.output
            time.sleep(0.02)

    def signal(self, number: int) -> None:
        """Send the CLI a signal, as a terminal or an operator does."""
        self._process.send_signal(number)

    def end(self, seconds: float = 60) -> int:
        """Wait for the CLI's end; its exit code."""
        code = self._process.wait(seconds)
        self._reader.join(60)
        return code

    def plugin(self) -> int | None:
        """The process id of the plugin that this update started, None if there is none (any more)."""
        mark = f"{_MARK}={self._mark}".encode()
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    if b"yunfn.provider" in (folder / "cmdline").read_bytes() and mark in (
                        folder / "environ"
                    ).read_bytes().split(b"\0"):
                        return int(folder.name)
                except OSError:
                    continue
        return None

    def kill_plugin(self) -> None:
        """Kill the plugin at once."""
        found = self.plugin()
        assert found is not None
        os.kill(found, signal.SIGKILL)

    def wait_for_plugins_end(self, seconds: float = 60) -> None:
        """The plugin must be gone within so many seconds; what it has done by then tells whether it went at once."""
        deadline = time.monotonic() + seconds
        while (left := self.plugin()) is not None:
            assert time.monotonic() < deadline, f"the plugin {left} still runs"
            time.sleep(0.05)
