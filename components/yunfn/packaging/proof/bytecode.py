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
    """Which Python wrote a .pyc file that begins with ``head``: "Python 3.8", or the number where it is not known."""
    if len(head) < 4 or head[2:4] != b"\r\n":
        return "no Python: it is damaged"
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
    by = magic_python(head) if size >= _LEAST else "no Python: it is cut short"
    if _CACHED.search(path):
        effect = f"Python {target.python} never reads it"
    else:
        effect = f"importing it fails there with 'bad magic number'; Python {target.python} writes {expected}"
    yield Finding(
        "bytecode-magic",
        "error",
        path,
        package,
        f"was compiled by {by}; {target.name} runs Python {target.python}: {effect}",
        "leave compiled files out (`yunfn layer build` does) and ship the sources",
    )
