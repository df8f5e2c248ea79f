"""ListParts and ListMultipartUploads."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers
from yunfn.localcloud.alibaba.oss.responses.buckets import bounded
from yunfn.localcloud.alibaba.oss.responses.listing import encoding
from yunfn.localcloud.alibaba.oss.responses.multipart import find_upload
from yunfn.localcloud.alibaba.oss.xml_documents import branch, document, leaf
from yunfn.localcloud.alibaba.signatures.oss_times import iso
from yunfn.localcloud.objectstore.pages import upload_scan_start, uploads_page
from yunfn.localcloud.objectstore.s3_documents import common_prefixes
from yunfn.localcloud.objectstore.uploads import MOST_PARTS

_MOST = 1000


async def list_parts(request: OssRequest) -> Response:
    """ListParts: the parts of an upload so far, by number."""
    bucket, call = request.bucket, request.call
    request.require("ListParts", bucket, request.key)
    upload = find_upload(request)
    most = bounded(call.param("max-parts"), "max-parts", _MOST, default=_MOST, least=1)
    marker = bounded(call.param("part-number-marker"), "part-number-marker", MOST_PARTS, default=0)
    code, coding = encoding(request)
    found = list(request.state.uploads.parts(bucket, upload, marker))
    shown = found[:most]
    head = [
        *coding,
        leaf("Bucket", bucket.name),
        leaf("Key", code(request.key)),
        leaf("UploadId", upload.id),
        leaf("StorageClass", upload.storage_class),
        leaf("PartNumberMarker", marker),
        leaf("NextPartNumberMarker", shown[-1].number if shown else marker),
        leaf("MaxParts", most),
        leaf("IsTruncated", len(found) > most),
    ]
    parts = (
        branch(
            "Part",
            leaf("PartNumber", part.number),
            leaf("LastModified", iso(part.modified)),
            leaf("ETag", f'"{part.etag}"'),
            leaf("HashCrc64ecma", part.crc),
            leaf("Size", part.size),
        )
        for part in shown
    )
    return answers.xml(request, document("ListPartsResult", *head, *parts))


async def list_multipart_uploads(request: OssRequest) -> Response:
    """ListMultipartUploads: unfinished uploads by key, then id, with prefix and delimiter as in listings of objects."""
    bucket, call = request.bucket, request.call
    request.require("ListMultipartUploads", bucket)
    prefix, delimiter, key_marker, id_marker = (
        call.param(name) or "" for name in ("prefix", "delimiter", "key-marker", "upload-id-marker")
    )
    most = bounded(call.param("max-uploads"), "max-uploads", _MOST, default=_MOST, least=1)
    code, coding = encoding(request)
    waiting = request.state.uploads.scan(bucket, prefix, upload_scan_start(key_marker, id_marker))
    page = uploads_page(waiting, prefix, delimiter, key_marker, most)
    head = [
        *coding,
        leaf("Bucket", bucket.name),
        leaf("KeyMarker", code(key_marker)),
        leaf("UploadIdMarker", id_marker),
        leaf("NextKeyMarker", code(page.last[0]) if page.truncated else ""),
        leaf("NextUploadIdMarker", page.last[1] if page.truncated else ""),
        leaf("Delimiter", code(delimiter)),
        leaf("Prefix", code(prefix)),
        leaf("MaxUploads", most),
        leaf("IsTruncated", page.truncated),
    ]
    entries = [
        branch(
            "Upload",
            leaf("Key", code(upload.key)),
            leaf("UploadId", upload.id),
            leaf("StorageClass", upload.storage_class),
            leaf("Initiated", iso(upload.initiated)),
        )
        for upload in page.entries
    ]
    shown = common_prefixes(page.groups, code)
    return answers.xml(request, document("ListMultipartUploadsResult", *head, *entries, *shown))
