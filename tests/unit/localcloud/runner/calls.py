"""Calls as the tests make them, and a look at the processes they leave."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

from yunfn.localcloud.runner import Invocation, Isolation, RoleCredentials

PROXY_PORT = 18080
CREDENTIALS = RoleCredentials("STS.key", "very-secret", "a-token")
FALLBACK = Isolation("fallback", "forced by a test")


def call(payload: bytes = b"", request_id: str = "", **more: Any) -> Invocation:
    """An invocation with the test's credentials."""
    settings = {"credentials": CREDENTIALS} | more
    return Invocation(request_id or str(uuid.uuid4()), payload, **settings)


def processes_of(folder: Path) -> list[int]:
    """Processes, whoever's child, with ``folder`` in their environment or command line."""
    needle = os.fsencode(folder)
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if needle in (entry / "environ").read_bytes() or needle in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found
