"""Starting a launcher process, and the messages it and its starter exchange (launcher/supervisor.py says which)."""

from __future__ import annotations

import marshal
import subprocess
import sys
from pathlib import Path
from typing import Any

_PROGRAM = (
    "import sys; sys.path.append(sys.argv[1]); from launcher.supervisor import main; main(*map(int, sys.argv[2:]))"
)


def launcher_process(control: int, channel: int, output: int) -> subprocess.Popen[bytes]:
    """Start a launcher with these descriptors (``channel`` -1 for none); see launcher/supervisor.py."""
    passed = [control, channel, output]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _PROGRAM, str(Path(__file__).parent), *map(str, passed)],
        pass_fds=[number for number in passed if number >= 0],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},
    )


def frame(message: dict[str, Any]) -> bytes:
    """A message to or from a launcher: marshal, the quickest to read, since both ends are the same Python."""
    body = marshal.dumps(message)
    return len(body).to_bytes(4, "big") + body


def unframe(data: bytes) -> tuple[list[dict[str, Any]], bytes]:
    """The whole messages at the beginning of ``data``, and the rest."""
    messages = []
    while len(data) >= 4 and len(data) >= 4 + (length := int.from_bytes(data[:4], "big")):
        messages.append(marshal.loads(data[4 : 4 + length]))  # noqa: S302 - from our own launcher
        data = data[4 + length :]
    return messages, data
