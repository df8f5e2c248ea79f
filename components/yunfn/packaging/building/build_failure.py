"""What to say when a package could not be built: its own last words, and what would help."""

from __future__ import annotations

import re

from yunfn.isolation import Outcome
from yunfn.packaging.building.go import ADVICE, NOT_FOUND

_LAST_LINES = 25

# What build output tells, and the advice that goes with it; the first that fits is given.
_ADVICE = (
    (r"fatal error: '?Python\.h'?", "the headers of this Python are not installed (the system's python3-dev)"),
    (r"fatal error: '?([\w./+-]+\.h(?:pp)?)'? (?:file not found|: No such file)",
     "it needs the header {0} of a library that is no part of the C library: pin a version that has a wheel, or have a"
     " hook build it"),
    (r"unable to find (?:dynamic )?(?:system )?library '?([\w.+-]+)'?|cannot find -l([\w.+-]+)",
     "it needs the library {0}, which is no part of the C library: pin a version that has a wheel, or have a hook"
     " build it"),
    (r"ModuleNotFoundError: No module named '?([\w.]+)'?",
     "its build script imports {0} without declaring it in pyproject.toml: pin a version that has a wheel"),
    (r"(?:rustc|cargo)\b.*(?:not found|No such file|not installed|is not available)|can't find Rust compiler",
     "it is written in Rust, which is not built here: pin a version that has a wheel"),
    (r"Temporary failure in name resolution|Network is unreachable|Name or service not known",
     "build scripts have no network: what it wants to download must come with it"),
    (NOT_FOUND, f"Go is not on PATH: {ADVICE}"),
    (r"use_2to3 is invalid", "it is written for Python 2 and setuptools before 58: pin a newer version"),
)  # fmt: skip


def last_words(output: str) -> str:
    """The end of what a command printed, indented."""
    lines = [line.rstrip() for line in output.strip().splitlines()]
    cut = ["..."] if len(lines) > _LAST_LINES else []
    return "\n".join(f"  {line}" for line in (*cut, *lines[-_LAST_LINES:]))


def failure(what: str, outcome: Outcome, seconds: float) -> str:
    """The text of the error for a build or hook (``what``) that ended with ``outcome`` within ``seconds`` allowed."""
    if outcome.cancelled:
        return f"{what} was cancelled"
    end = f"did not end within {seconds:.0f} s" if outcome.timed_out else f"ended with code {outcome.code}"
    text = f"{what} {end}:\n{last_words(outcome.output)}"
    advice = _advice(outcome.output)
    return f"{text}\n{advice}" if advice else text


def _advice(output: str) -> str:
    for pattern, advice in _ADVICE:
        found = re.search(pattern, output)
        if found:
            return "What would help: " + advice.format(next((group for group in found.groups() if group), ""))
    return ""
