"""ListObjectVersions."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers
from yunfn.localcloud.alibaba.oss.responses.buckets import bounded, owner
from yunfn.localcloud.alibaba.oss.responses.listing import encoding
from yunfn.localcloud.alibaba.oss.xml_documents import branch, document, leaf
from yunfn.localcloud.alibaba.signatures.oss_times import iso
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.pages import Entry, versions_page
from yunfn.localcloud.objectstore.s3_documents import Coder, common_prefixes

_MOST_KEYS = 1000


async def list_object_versions(request: OssRequest) -> Response:
    """All versions and delete markers by key, newest first; in an unversioned bucket each object's null version."""
    bucket, call = request.bucket, request.call
    request.require("ListObjectVersions", bucket, acl=bucket.acl, right="read")
    prefix, delimiter, key_marker, version_marker = (
        call.param(name) or "" for name in ("prefix", "delimiter", "key-marker", "version-id-marker")
    )
    most = bounded(call.param("max-keys"), "max-keys", _MOST_KEYS, default=100, least=1)
    code, coding = encoding(request)
    page = versions_page(request.state.objects, bucket, prefix, delimiter, (key_marker, version_marker), most)
    head = [
        leaf("Name", bucket.name),
        leaf("Prefix", code(prefix)),
        leaf("KeyMarker", code(key_marker)),
        leaf("VersionIdMarker", version_marker),
        leaf("MaxKeys", most),
        leaf("Delimiter", code(delimiter)),
        *coding,
        leaf("IsTruncated", page.truncated),
    ]
    if page.truncated:
        head += [leaf("NextKeyMarker", code(page.last[0])), leaf("NextVersionIdMarker", page.last[1])]
    entries = [_element(bucket, entry, code) for entry in page.entries]
    shown = common_prefixes(page.groups, code)
    return answers.xml(request, document("ListVersionsResult", *head, *entries, *shown))


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
