"""What the If-* headers of a read say about an object (RFC 9110, section 13)."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from enum import Enum

from yunfn.localcloud.objectstore.stored_object import StoredObject


class Verdict(Enum):
    """How a read goes on: as asked, refused by a precondition, or told that the reader has it already."""

    MET = "met"
    FAILED = "failed"
    UNCHANGED = "unchanged"


_HEADERS = ("if-match", "if-unmodified-since", "if-none-match", "if-modified-since")


def judge(header: Callable[[str], str], stored: StoredObject) -> Verdict:
    """The verdict of the headers that ``header`` answers ("" for one that is absent)."""
    return judged(header, stored)[0]


def judged(header: Callable[[str], str], stored: StoredObject) -> tuple[Verdict, str]:
    """The verdict, and the header that decided; dates that are none do not count."""
    for name in _HEADERS:
        value = header(name)
        if value and _fails(name, value, stored):
            return (Verdict.FAILED if name in _HEADERS[:2] else Verdict.UNCHANGED), name
    return Verdict.MET, ""


def _fails(name: str, value: str, stored: StoredObject) -> bool:
    if name == "if-match":
        return not _names(value, stored.etag)
    if name == "if-none-match":
        return _names(value, stored.etag)
    try:
        since = parsedate_to_datetime(value).timestamp()
    except ValueError:
        return False
    modified = int(stored.modified)
    return modified > since if name == "if-unmodified-since" else modified <= since


def _names(header: str, etag: str) -> bool:
    """Whether a list of ETags, quoted or not, holds ``etag``."""
    return header.strip() == "*" or etag in (word.strip().strip('"') for word in header.split(","))
