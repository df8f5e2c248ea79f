"""Policy documents that a command is given: files, or standard input."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from yunfn.access.grammar import PolicyDocument

_STDIN = "-"


def refuse_twice(names: Sequence[str | None]) -> None:
    """Raise BadParameter where standard input is named for two documents: it ends after the first."""
    if list(names).count(_STDIN) > 1:
        raise typer.BadParameter("standard input, -, is one document: name it once")


def read(name: str) -> PolicyDocument:
    """The document in a file; ``-`` is standard input. Raises PolicyDocumentError."""
    from yunfn.access import documents

    return documents.parse(content(name), source=source(name))


def read_to_judge(name: str) -> PolicyDocument:
    """As ``read``, for commands whose exit code 1 is an answer: what cannot be read ends them with 2."""
    from yunfn.exceptions import PolicyDocumentError

    try:
        return read(name)
    except PolicyDocumentError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None


def source(name: str) -> str:
    """What a file is called in messages."""
    return "standard input" if name == _STDIN else name


def content(name: str) -> bytes:
    """What a file holds, or as much as tells that it is no policy; raises PolicyDocumentError where it cannot be read.

    Bytes, for what is no UTF-8 is told by the reader of documents, with its line.
    """
    from yunfn.access.documents import MAX_CHARACTERS
    from yunfn.exceptions import PolicyDocumentError

    most = 4 * MAX_CHARACTERS + 1
    if name == _STDIN:
        return sys.stdin.buffer.read(most)
    try:
        with Path(name).open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise PolicyDocumentError(name, None, "", f"cannot be read: {error.strerror}") from error


def place(document: PolicyDocument, path: str) -> str:
    """Where something stands, as editors understand it: ``policy.json:7``."""
    from yunfn.access.documents import line_of

    line = line_of(document, path)
    return f"{document.source}:{line}" if line else document.source
