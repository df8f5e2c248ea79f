"""Listings page by page: keys grouped at a delimiter, and where the next page begins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import quote

from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.objects import Objects
from yunfn.localcloud.objectstore.stored_object import StoredObject
from yunfn.localcloud.objectstore.uploads import Upload

_PAST_ALL = "\U0010ffff"
E = TypeVar("E")
Entry = tuple[str, StoredObject, bool]
"""A version: its key, the version, whether it is the newest of the key."""


@dataclass(slots=True)
class Page:
    """One page: objects, groups of keys (common prefixes), and where the next page begins."""

    objects: list[tuple[str, StoredObject]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    truncated: bool = False
    next_marker: str = ""


@dataclass(slots=True)
class MarkedPage(Generic[E]):
    """One page of what is told apart by key and id: versions, unfinished uploads; ``last`` marks its end."""

    entries: list[E] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    truncated: bool = False
    last: tuple[str, str] = ("", "")


def page_of(
    scan: Callable[[str, str], Iterator[tuple[str, StoredObject]]], prefix: str, delimiter: str, after: str, most: int
) -> Page:
    """The keys under ``prefix`` above ``after``, those that share a part up to ``delimiter`` as one group."""
    page = Page()
    if most == 0:
        return page
    # The marker may be a group that was answered last: all of it is behind us.
    if is_group(after, prefix, delimiter):
        after += _PAST_ALL
    found = 0
    while True:
        for key, stored in scan(prefix, after):
            end = key.find(delimiter, len(prefix)) if delimiter else -1
            if found == most:
                page.truncated = True
                return page
            found += 1
            if end < 0:
                page.objects.append((key, stored))
                page.next_marker = key
            else:
                page.next_marker = key[: end + len(delimiter)]
                page.groups.append(page.next_marker)
                after = page.next_marker + _PAST_ALL
                break
        else:
            page.next_marker = ""
            return page


def versions_page(
    objects: Objects, bucket: Bucket, prefix: str, delimiter: str, marker: tuple[str, str], most: int
) -> MarkedPage[Entry]:
    """The versions and delete markers behind ``marker`` (key, version id), by key, newest first."""
    scan = _versions_behind(objects, bucket, prefix, delimiter, *marker)
    return _grouped(scan, lambda entry: (entry[0], entry[1].version), prefix, delimiter, "", most)


def uploads_page(
    uploads: Iterable[Upload], prefix: str, delimiter: str, key_marker: str, most: int
) -> MarkedPage[Upload]:
    """The unfinished uploads of ``uploads``, which stand by key, then id, behind the marker already."""
    return _grouped(uploads, lambda upload: (upload.key, upload.id), prefix, delimiter, key_marker, most)


def upload_scan_start(key_marker: str, id_marker: str) -> str:
    """Where a scan of uploads goes on: with a key marker alone all uploads of that key are behind us."""
    return f"{key_marker}\0{id_marker}" if id_marker else f"{key_marker}\1" if key_marker else ""


def is_group(marker: str, prefix: str, delimiter: str) -> bool:
    """Whether a marker names a group of keys, all of which is behind it."""
    return bool(delimiter) and marker.startswith(prefix) and marker.endswith(delimiter) and len(marker) > len(prefix)


def quote_all(text: str) -> str:
    """``text`` as listings with encoding-type=url write names: slashes encoded too."""
    return quote(text, safe="")


def _grouped(
    entries: Iterable[E],
    names: Callable[[E], tuple[str, str]],
    prefix: str,
    delimiter: str,
    skipped_group: str,
    most: int,
) -> MarkedPage[E]:
    page: MarkedPage[E] = MarkedPage()
    for entry in entries:
        key, identity = names(entry)
        end = key.find(delimiter, len(prefix)) if delimiter else -1
        group = key[: end + len(delimiter)] if end >= 0 else ""
        if group and (group in page.groups[-1:] or group == skipped_group):
            continue
        if len(page.entries) + len(page.groups) == most:
            page.truncated = True
            break
        if group:
            page.groups.append(group)
            page.last = (group, "")
        else:
            page.entries.append(entry)
            page.last = (key, identity)
    return page


def _versions_behind(
    objects: Objects, bucket: Bucket, prefix: str, delimiter: str, key_marker: str, version_marker: str
) -> Iterator[Entry]:
    """Everything behind the markers: the rest of the marker's own versions first, then the keys above it."""
    if version_marker:
        behind = False
        for entry in objects.versions_of(bucket, key_marker):
            if behind:
                yield entry
            behind = behind or entry[1].version == version_marker
    after = key_marker + (_PAST_ALL if is_group(key_marker, prefix, delimiter) else "")
    yield from objects.versions(bucket, prefix, after)
