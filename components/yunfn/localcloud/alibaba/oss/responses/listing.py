"""ListObjects, ListObjectsV2 and ListObjectVersions."""

from __future__ import annotations

import base64
import binascii

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers
from yunfn.localcloud.alibaba.oss.responses.buckets import bounded, owner
from yunfn.localcloud.alibaba.oss.xml_documents import branch, document, leaf
from yunfn.localcloud.alibaba.signatures.oss_times import iso
from yunfn.localcloud.objectstore import s3_documents
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.pages import page_of
from yunfn.localcloud.objectstore.s3_documents import Coder, Encoding, UnknownEncoding, common_prefixes
from yunfn.localcloud.objectstore.stored_object import StoredObject

_MOST_KEYS = 1000


async def list_objects(request: OssRequest) -> Response:
    """ListObjects (GetBucket): prefix, delimiter, marker, max-keys (0–1000, default 100), encoding-type."""
    bucket, call = request.bucket, request.call
    request.require("ListObjects", bucket, acl=bucket.acl, right="read")
    prefix, delimiter, marker = (call.param(name) or "" for name in ("prefix", "delimiter", "marker"))
    most = bounded(call.param("max-keys"), "max-keys", _MOST_KEYS, default=100, least=1)
    code, coding = encoding(request)
    page = page_of(lambda p, a: request.state.objects.scan(bucket, p, a), prefix, delimiter, marker, most)
    head = [
        leaf("Name", bucket.name),
        leaf("Prefix", code(prefix)),
        leaf("Marker", code(marker)),
        leaf("MaxKeys", most),
        leaf("Delimiter", code(delimiter)),
        *coding,
        leaf("IsTruncated", page.truncated),
    ]
    if page.truncated:
        head.append(leaf("NextMarker", code(page.next_marker)))
    entries = [_contents(bucket, key, stored, code, with_owner=True) for key, stored in page.objects]
    return answers.xml(request, document("ListBucketResult", *head, *entries, *common_prefixes(page.groups, code)))


async def list_objects_v2(request: OssRequest) -> Response:
    """ListObjectsV2: continuation-token, start-after and fetch-owner besides what ListObjects takes."""
    bucket, call = request.bucket, request.call
    request.require("ListObjects", bucket, acl=bucket.acl, right="read")
    prefix, delimiter, start = (call.param(name) or "" for name in ("prefix", "delimiter", "start-after"))
    token = call.param("continuation-token")
    most = bounded(call.param("max-keys"), "max-keys", _MOST_KEYS, default=100, least=1)
    code, coding = encoding(request)
    after = _open_token(token) if token else start
    page = page_of(lambda p, a: request.state.objects.scan(bucket, p, a), prefix, delimiter, after, most)
    head = [
        leaf("Name", bucket.name),
        leaf("Prefix", code(prefix)),
        leaf("MaxKeys", most),
        leaf("Delimiter", code(delimiter)),
        leaf("StartAfter", code(start)),
        *coding,
        leaf("IsTruncated", page.truncated),
        leaf("KeyCount", len(page.objects) + len(page.groups)),
    ]
    if token:
        head.append(leaf("ContinuationToken", token))
    if page.truncated:
        sealed = base64.urlsafe_b64encode(page.next_marker.encode()).decode()
        head.append(leaf("NextContinuationToken", sealed))
    with_owner = call.param("fetch-owner") == "true"
    entries = [_contents(bucket, key, stored, code, with_owner=with_owner) for key, stored in page.objects]
    return answers.xml(request, document("ListBucketResult", *head, *entries, *common_prefixes(page.groups, code)))


def encoding(request: OssRequest) -> Encoding:
    """How names are written in a listing: as they are, or URL-encoded where encoding-type=url asks for it."""
    try:
        return s3_documents.encoding(request.call)
    except UnknownEncoding:
        message = "Invalid Encoding Method specified in Request"
        raise InvalidArgument(message, ArgumentName="encoding-type") from None


def _contents(bucket: Bucket, key: str, stored: StoredObject, code: Coder, *, with_owner: bool) -> str:
    return branch(
        "Contents",
        leaf("Key", code(key)),
        leaf("LastModified", iso(stored.modified)),
        leaf("ETag", f'"{stored.etag}"'),
        leaf("Type", stored.kind),
        leaf("Size", stored.size),
        leaf("StorageClass", stored.storage_class),
        *([owner(bucket.account)] if with_owner else []),
    )


def _open_token(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidArgument(
            "The continuation token provided is incorrect", ArgumentName="continuation-token"
        ) from None
