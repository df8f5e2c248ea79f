"""Compiled Python files (.pyc) of another Python than the target's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yunfn.packaging.proof.finding import Finding
from yunfn.packaging.target import Target

#: The magic number of each Python's final releases (CPython, Lib/importlib/_bootstrap_external.py and, since 3.14,
#: Include/internal/pycore_magic_number.h); the first two bytes of a .pyc file, little endian.
MAGIC_NUMBERS = {
    "3.6": 3379, "3.7": 3394, "3.8": 3413, "3.9": 3425, "3.10": 3439, "3.11": 3495, "3.12": 3531, "3.13": 3571,
    "3.14": 3627,
}  # fmt: skip
# A .pyc file's header: magic, then flags, time or hash, size (PEP 552; 12 bytes before Python 3.7).
_LEAST = 12
_CACHED = re.compile(r"(^|/)__pycache__/[^/]+\.(?P<tag>[a-z]+-\d+)(\.opt-\w+)?\.pyc$")


def magic_python(head: bytes) -> str:
    """Which Python writes the magic number ``head`` (4 bytes); "" where it is none."""
    if len(head) < 4 or head[2:4] != b"\r\n":
        return ""
    number = int.from_bytes(head[:2], "little")
    for version, magic in MAGIC_NUMBERS.items():
        if number == magic:
            return f"Python {version}"
    return f"another Python (magic number {number})"


def check_bytecode(path: str, package: str, head: bytes, size: int, target: Target) -> Iterator[Finding]:
    """One .pyc file; ``head`` its first 4 bytes, ``size`` its length in bytes."""
    expected = MAGIC_NUMBERS.get(target.python)
    if expected is None:
        return
    if size >= _LEAST and head == expected.to_bytes(2, "little") + b"\r\n":
        return
    python = magic_python(head)
    if size < _LEAST:
        what = "is cut short"
    elif python:
        what = f"was compiled by {python}"
    else:
        what = "is no compiled file, whatever its name says"
    if _CACHED.search(path):
        effect = f"Python {target.python} of {target.name} never reads it"
    else:
        effect = f"importing it in Python {target.python} of {target.name} fails with 'bad magic number'"
    advice = "leave compiled files out (`yunfn layer build` does) and ship the sources"
    yield Finding("bytecode-magic", "error", path, package, f"{what}: {effect}", advice)
