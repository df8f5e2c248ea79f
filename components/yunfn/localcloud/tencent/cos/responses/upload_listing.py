"""ListParts and ListMultipartUploads."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.objectstore.pages import upload_scan_start, uploads_page
from yunfn.localcloud.objectstore.s3_documents import common_prefixes
from yunfn.localcloud.objectstore.uploads import MOST_PARTS
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.cos.responses import answers
from yunfn.localcloud.tencent.cos.responses.answers import bounded, iso, owner
from yunfn.localcloud.tencent.cos.responses.listing import encoding
from yunfn.localcloud.tencent.cos.responses.multipart import find_upload
from yunfn.localcloud.xml_documents import branch, document, leaf

_MOST = 1000


async def list_parts(request: CosRequest) -> Response:
    """ListParts: the parts of an upload so far, by number."""
    bucket = request.bucket
    request.require("ListParts", acl=bucket.acl, right="read")
    upload = find_upload(request)
    most = bounded(request, "max-parts", _MOST, default=_MOST, least=1)
    marker = bounded(request, "part-number-marker", MOST_PARTS, default=0)
    code, coding = encoding(request)
    found = list(request.state.uploads.parts(bucket, upload, marker))
    shown, truncated = found[:most], len(found) > most
    head = [
        leaf("Bucket", bucket.name),
        *coding,
        leaf("Key", code(request.key)),
        leaf("UploadId", upload.id),
        owner(bucket.account, "Initiator"),
        owner(bucket.account),
        leaf("StorageClass", upload.storage_class),
        leaf("PartNumberMarker", marker),
        leaf("MaxParts", most),
        leaf("IsTruncated", truncated),
    ]
    if truncated:
        head.append(leaf("NextPartNumberMarker", shown[-1].number))
    parts = (
        branch(
            "Part",
            leaf("PartNumber", part.number),
            leaf("LastModified", iso(part.modified)),
            leaf("ETag", f'"{part.etag}"'),
            leaf("Size", part.size),
        )
        for part in shown
    )
    return answers.xml(request, document("ListPartsResult", *head, *parts))


async def list_multipart_uploads(request: CosRequest) -> Response:
    """ListMultipartUploads: unfinished uploads by key, then id, with prefix and delimiter as in listings of objects."""
    bucket, call = request.bucket, request.call
    request.require("ListMultipartUploads")
    prefix, delimiter, key_marker, id_marker = (
        call.param(name) or "" for name in ("prefix", "delimiter", "key-marker", "upload-id-marker")
    )
    most = bounded(request, "max-uploads", _MOST, default=_MOST, least=1)
    code, coding = encoding(request)
    waiting = request.state.uploads.scan(bucket, prefix, upload_scan_start(key_marker, id_marker))
    page = uploads_page(waiting, prefix, delimiter, key_marker, most)
    head = [
        leaf("Bucket", bucket.name),
        *coding,
        leaf("KeyMarker", code(key_marker)),
        leaf("UploadIdMarker", id_marker),
        leaf("Delimiter", code(delimiter)),
        leaf("Prefix", code(prefix)),
        leaf("MaxUploads", most),
        leaf("IsTruncated", page.truncated),
    ]
    if page.truncated:
        head += [leaf("NextKeyMarker", code(page.last[0])), leaf("NextUploadIdMarker", page.last[1])]
    entries = [
        branch(
            "Upload",
            leaf("Key", code(upload.key)),
            leaf("UploadId", upload.id),
            owner(bucket.account, "Initiator"),
            owner(bucket.account),
            leaf("StorageClass", upload.storage_class),
            leaf("Initiated", iso(upload.initiated)),
        )
        for upload in page.entries
    ]
    return answers.xml(
        request, document("ListMultipartUploadsResult", *head, *entries, *common_prefixes(page.groups, code))
    )
