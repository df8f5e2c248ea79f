"""A copy of engine/ in a checkout of its own, a Go that is no Go, and nothing else on PATH."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ALL = ["pulumi", "pulumi-language-python", "pulumi-resource-alicloud", "pulumi-resource-tencentcloud"]
"""What is built where nothing is installed, in the order of building."""


@dataclass(frozen=True)
class Checkout:
    """A copy of engine/ on a machine where PATH, home and cache are this test's own."""

    root: Path

    @property
    def engine(self) -> Path:
        return self.root / "checkout" / "engine"

    @property
    def home(self) -> Path:
        """The Pulumi home of the checkout."""
        return self.root / "checkout" / ".pulumi-home"

    @property
    def cache(self) -> Path:
        return self.root / "cache" / "yunfn" / "engine"

    @property
    def programs(self) -> Path:
        """The one folder on PATH; the fake Go and its settings are in it."""
        return self.root / "bin"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": str(self.programs),
            "HOME": str(self.root / "user"),
            "XDG_CACHE_HOME": str(self.root / "cache"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(self.engine / "build.py"), *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def build(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments) as process:
            stdout, stderr = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def set(self, name: str, value: str) -> None:
        (self.programs / name).write_text(value)

    def unset(self, name: str) -> None:
        (self.programs / name).unlink()

    def builds(self) -> list[str]:
        """The products Go was asked to build so far, in order."""
        noted = self.programs / "builds"
        return noted.read_text().split() if noted.exists() else []

    def product(self, name: str) -> Path:
        """The one build of a product that is in the cache."""
        (folder,) = (path for path in (self.cache / name).iterdir() if not path.name.startswith("."))
        return folder

    def add_program(self, path: Path, answer: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho {answer}\n")
        path.chmod(0o755)


def is_running(process: int) -> bool:
    """Whether a process is alive; one that has ended and waits for its parent is not."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
