"""ListObjectVersions."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss.models.buckets import Bucket
from yunfn.localcloud.alibaba.oss.models.stored_object import StoredObject
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers
from yunfn.localcloud.alibaba.oss.responses.buckets import bounded, owner
from yunfn.localcloud.alibaba.oss.responses.listing import Coder, encoding
from yunfn.localcloud.alibaba.oss.xml_documents import branch, document, leaf
from yunfn.localcloud.alibaba.signatures.oss_times import iso

_MOST_KEYS = 1000
_PAST_ALL = "\U0010ffff"
Entry = tuple[str, StoredObject, bool]


async def list_object_versions(request: OssRequest) -> Response:
    """All versions and delete markers by key, newest first; in an unversioned bucket each object's null version."""
    bucket, call = request.bucket, request.call
    request.require("ListObjectVersions", bucket, acl=bucket.acl, right="read")
    prefix, delimiter, key_marker, version_marker = (
        call.param(name) or "" for name in ("prefix", "delimiter", "key-marker", "version-id-marker")
    )
    most = bounded(call.param("max-keys"), "max-keys", _MOST_KEYS, default=100, least=1)
    code, coding = encoding(request)
    entries: list[Entry] = []
    groups: list[str] = []
    truncated, last = False, ("", "")
    for entry in _scan(request, bucket, prefix, delimiter, key_marker, version_marker):
        end = entry[0].find(delimiter, len(prefix)) if delimiter else -1
        group = entry[0][: end + len(delimiter)] if end >= 0 else ""
        if group and group in groups[-1:]:
            continue
        if len(entries) + len(groups) == most:
            truncated = True
            break
        if group:
            groups.append(group)
            last = (group, "")
        else:
            entries.append(entry)
            last = (entry[0], entry[1].version)
    head = [
        leaf("Name", bucket.name),
        leaf("Prefix", code(prefix)),
        leaf("KeyMarker", code(key_marker)),
        leaf("VersionIdMarker", version_marker),
        leaf("MaxKeys", most),
        leaf("Delimiter", code(delimiter)),
        *coding,
        leaf("IsTruncated", truncated),
    ]
    if truncated:
        head += [leaf("NextKeyMarker", code(last[0])), leaf("NextVersionIdMarker", last[1])]
    shown = [_element(bucket, entry, code) for entry in entries]
    shown += [branch("CommonPrefixes", leaf("Prefix", code(group))) for group in groups]
    return answers.xml(request, document("ListVersionsResult", *head, *shown))


def _scan(
    request: OssRequest, bucket: Bucket, prefix: str, delimiter: str, key_marker: str, version_marker: str
) -> Iterator[Entry]:
    """Everything behind the markers: the rest of the marker's own versions first, then the keys above it."""
    objects = request.state.objects
    if version_marker:
        behind = False
        for entry in objects.versions_of(bucket, key_marker):
            if behind:
                yield entry
            behind = behind or entry[1].version == version_marker
    after = key_marker
    if delimiter and after.startswith(prefix) and after.endswith(delimiter) and len(after) > len(prefix):
        after += _PAST_ALL
    yield from objects.versions(bucket, prefix, after)


def _element(bucket: Bucket, entry: Entry, code: Coder) -> str:
    key, stored, latest = entry
    head = [
        leaf("Key", code(key)),
        leaf("VersionId", stored.version),
        leaf("IsLatest", latest),
        leaf("LastModified", iso(stored.modified)),
    ]
    if stored.marker:
        return branch("DeleteMarker", *head, owner(bucket.account))
    return branch(
        "Version",
        *head,
        leaf("ETag", f'"{stored.etag}"'),
        leaf("Type", stored.kind),
        leaf("Size", stored.size),
        leaf("StorageClass", stored.storage_class),
        owner(bucket.account),
    )
