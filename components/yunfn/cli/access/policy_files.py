"""Policy documents that a command is given: files, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yunfn.access.grammar import PolicyDocument

_STDIN = "-"


def read(name: str) -> PolicyDocument:
    """The document in a file; ``-`` is standard input. Raises PolicyDocumentError."""
    from yunfn.access import documents

    if name == _STDIN:
        return documents.parse(sys.stdin.read(), source="standard input")
    return documents.read(Path(name))


def place(document: PolicyDocument, path: str) -> str:
    """Where something stands, as editors understand it: ``policy.json:7``."""
    from yunfn.access.documents import line_of

    line = line_of(document, path)
    return f"{document.source}:{line}" if line else document.source
