"""GetBucket (objects, version 1) and GetBucketObjectVersions."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.objectstore import s3_documents
from yunfn.localcloud.objectstore.pages import Entry, page_of, versions_page
from yunfn.localcloud.objectstore.s3_documents import Coder, Encoding, UnknownEncoding, common_prefixes
from yunfn.localcloud.objectstore.stored_object import StoredObject
from yunfn.localcloud.tencent.cos.exceptions import InvalidArgument
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.cos.responses import answers
from yunfn.localcloud.tencent.cos.responses.answers import bounded, iso
from yunfn.localcloud.xml_documents import branch, document, leaf

_MOST_KEYS = 1000


async def list_objects(request: CosRequest) -> Response:
    """GetBucket: prefix, delimiter, marker, max-keys (0–1000, default 1000), encoding-type."""
    bucket, call = request.bucket, request.call
    if call.param("list-type") is not None:
        raise UnknownOperationError("cos", "GetBucket with list-type (ListObjectsV2)")
    request.require("GetBucket", acl=bucket.acl, right="read")
    prefix, delimiter, marker = (call.param(name) or "" for name in ("prefix", "delimiter", "marker"))
    most = bounded(request, "max-keys", _MOST_KEYS, default=_MOST_KEYS)
    code, coding = encoding(request)
    page = page_of(lambda p, a: request.state.objects.scan(bucket, p, a), prefix, delimiter, marker, most)
    head = [
        leaf("Name", bucket.name),
        *coding,
        leaf("Prefix", code(prefix)),
        leaf("Marker", code(marker)),
        leaf("MaxKeys", most),
        leaf("Delimiter", code(delimiter)),
        leaf("IsTruncated", page.truncated),
    ]
    if page.truncated:
        head.append(leaf("NextMarker", code(page.next_marker)))
    entries = [
        branch("Contents", leaf("Key", code(key)), *_description(request, stored)) for key, stored in page.objects
    ]
    return answers.xml(request, document("ListBucketResult", *head, *entries, *common_prefixes(page.groups, code)))


async def list_object_versions(request: CosRequest) -> Response:
    """GetBucketObjectVersions: versions and delete markers by key, newest first; null versions where unversioned."""
    bucket, call = request.bucket, request.call
    request.require("GetBucketObjectVersions", acl=bucket.acl, right="read")
    prefix, delimiter, key_marker, version_marker = (
        call.param(name) or "" for name in ("prefix", "delimiter", "key-marker", "version-id-marker")
    )
    most = bounded(request, "max-keys", _MOST_KEYS, default=_MOST_KEYS, least=1)
    code, coding = encoding(request)
    page = versions_page(request.state.objects, bucket, prefix, delimiter, (key_marker, version_marker), most)
    head = [
        *coding,
        leaf("Name", bucket.name),
        leaf("Prefix", code(prefix)),
        leaf("KeyMarker", code(key_marker)),
        leaf("VersionIdMarker", version_marker),
        leaf("MaxKeys", most),
        leaf("Delimiter", code(delimiter)),
        leaf("IsTruncated", page.truncated),
    ]
    if page.truncated:
        head += [leaf("NextKeyMarker", code(page.last[0])), leaf("NextVersionIdMarker", page.last[1])]
    entries = [_version(request, entry, code) for entry in page.entries]
    return answers.xml(request, document("ListVersionsResult", *head, *entries, *common_prefixes(page.groups, code)))


def encoding(request: CosRequest) -> Encoding:
    """How names are written in a listing: as they are, or URL-encoded where encoding-type=url asks for it."""
    try:
        return s3_documents.encoding(request.call)
    except UnknownEncoding as error:
        message = "encoding-type is url."
        raise InvalidArgument(message, ArgumentName="encoding-type", ArgumentValue=str(error)) from None


def _version(request: CosRequest, entry: Entry, code: Coder) -> str:
    key, stored, latest = entry
    head = [leaf("Key", code(key)), leaf("VersionId", stored.version), leaf("IsLatest", latest)]
    if stored.marker:
        return branch("DeleteMarker", *head, leaf("LastModified", iso(stored.modified)), _owner(request))
    return branch("Version", *head, *_description(request, stored))


def _description(request: CosRequest, stored: StoredObject) -> list[str]:
    return [
        leaf("LastModified", iso(stored.modified)),
        leaf("ETag", f'"{stored.etag}"'),
        leaf("Size", stored.size),
        _owner(request),
        leaf("StorageClass", stored.storage_class),
    ]


def _owner(request: CosRequest) -> str:
    """The owner as listings write it: by APPID (COS API reference, "GET Bucket (List Objects)")."""
    app_id = request.state.cloud.tencent.app_id
    return branch("Owner", leaf("ID", app_id), leaf("DisplayName", app_id))
