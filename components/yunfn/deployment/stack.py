"""A stack's state, as the Pulumi CLI exports it: secrets stay encrypted."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from yunfn.exceptions import MissingToolError, StackError

# Seconds; a large state from a far backend.
_TIMEOUT = 120
# Looks at a state in a folder that a run is writing just now, and seconds between them.
_LOOKS = 5
_PAUSE = 0.5
# What pulumi's words do not say, by what they begin with.
_HINTS = {
    "PULUMI_ACCESS_TOKEN must be set": "log in by pulumi login; for a stack of the local cloud: yunfn local run -- …",
    "if you're using the --stack flag, pass the fully qualified name": "no Pulumi.yaml is in this folder or above it",
}
_HALF_WRITTEN = ("failed to load checkpoint: EOF", "failed to load checkpoint: unexpected end of JSON input")


def export(stack: str) -> dict[str, Any]:
    """The state of ``stack`` of the project in the current folder.

    A run may be writing it: pulumi refuses a file that is empty or half there, and is asked again.

    Raises:
        MissingToolError: there is no pulumi on PATH.
        StackError: the CLI refused, in its own words.
    """
    for _ in range(_LOOKS - 1):
        try:
            return _ask(stack, "stack", "export", "--stack", stack)
        except StackError as error:
            if not str(error).endswith(_HALF_WRITTEN):
                raise
            time.sleep(_PAUSE)
    return _ask(stack, "stack", "export", "--stack", stack)


def run_under_way(exported: Mapping[str, Any], stack: str) -> bool | None:
    """Whether a run changes the stack right now, asked where its state holds operations that were not finished.

    Told from the locks of a state kept in a folder of this machine; None where it is kept elsewhere and nobody can
    tell. A lock whose process is gone was left by a run that was killed (pulumi, pkg/backend/diy/lock.go).
    """
    url = str(_ask(stack, "whoami", "--verbose", "--json").get("url") or "")
    if not url.startswith("file://"):
        return None
    folder = Path(unquote(url.removeprefix("file://").partition("?")[0])).expanduser()
    return any(_held(lock) for lock in _locks(folder, exported))


def _locks(folder: Path, exported: Mapping[str, Any]) -> Iterator[Path]:
    pending = (exported.get("deployment") or {}).get("pending_operations") or []
    for name, project in {tuple(str(each["resource"]["urn"]).split("::")[:2]) for each in pending}:
        stack = name.removeprefix("urn:pulumi:")
        yield from (folder / ".pulumi" / "locks").glob(f"*/{project}/{stack}/*.json")


def _held(lock: Path) -> bool:
    try:
        document = json.loads(lock.read_text())
    except (FileNotFoundError, ValueError):
        # It was given back, or is being written, by a run that has only begun and changed nothing yet.
        return False
    if document.get("hostname") not in (None, "", socket.gethostname()):
        return True
    try:
        os.kill(int(document["pid"]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _ask(stack: str, *arguments: str) -> dict[str, Any]:
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise MissingToolError("pulumi is not on PATH: install it (pulumi.com/docs/install), or run make engine")
    said = f"pulumi {' '.join(arguments[:2])}"
    try:
        done = subprocess.run(
            [pulumi, *arguments, "--non-interactive"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        raise StackError(f"stack {stack}: {said} did not answer in {_TIMEOUT} s") from None
    if done.returncode:
        words = " ".join((done.stderr or done.stdout).split()).removeprefix("error: ")
        hint = "".join(f" ({hint})" for beginning, hint in _HINTS.items() if words.startswith(beginning))
        raise StackError(f"stack {stack}: {words or f'{said} ended with {done.returncode}'}{hint}")
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise StackError(f"stack {stack}: {said} did not answer in JSON: {error}") from None
    return found
