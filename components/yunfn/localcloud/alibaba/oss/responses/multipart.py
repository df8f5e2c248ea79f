"""Multipart uploads: begin, add parts, complete, abort."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss import names
from yunfn.localcloud.alibaba.oss.exceptions import (
    EntityTooSmall,
    InvalidArgument,
    InvalidPart,
    InvalidPartOrder,
    MalformedXML,
    NoSuchUpload,
)
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers, conditions, object_headers
from yunfn.localcloud.alibaba.oss.responses.bucket_settings import checked_body
from yunfn.localcloud.alibaba.oss.responses.copy_object import find_source
from yunfn.localcloud.alibaba.oss.responses.listing import encoding
from yunfn.localcloud.alibaba.oss.responses.put_object import authorize_write, refuse_conditions, store
from yunfn.localcloud.alibaba.oss.responses.received import keep_stream, receive
from yunfn.localcloud.alibaba.oss.xml_documents import MalformedDocument, document, leaf, parse
from yunfn.localcloud.alibaba.signatures.oss_times import iso
from yunfn.localcloud.objectstore import s3_documents
from yunfn.localcloud.objectstore.query import NotInRange
from yunfn.localcloud.objectstore.receiving import Received
from yunfn.localcloud.objectstore.stored_object import StoredObject
from yunfn.localcloud.objectstore.uploads import (
    MOST_PARTS,
    Part,
    PartMissing,
    PartsOutOfOrder,
    PartTooSmall,
    Upload,
    assemble,
    check_sizes,
    choose,
    part_number,
)

_SMALLEST_PART = 100 * 1024


async def initiate(request: OssRequest) -> Response:
    """InitiateMultipartUpload."""
    names.check_key(request.key)
    bucket = request.bucket
    authorize_write(request)
    template = object_headers.template(request, bucket)
    object_headers.check_overwrite(request, bucket)
    upload = request.state.uploads.begin(bucket, request.key, template)
    return answers.xml(request, s3_documents.upload_begun(bucket.name, request.key, upload.id, encoding(request)))


async def upload_part(request: OssRequest) -> Response:
    """UploadPart: part 1 to 10,000, in place of an earlier one of its number."""
    number = _part_number(request)
    request.require("PutObject", request.bucket, request.key, acl=request.bucket.acl, right="write")
    find_upload(request)
    part = _keep_part(request, number, await receive(request))
    return answers.empty(request, headers=_told(part))


async def upload_part_copy(request: OssRequest) -> Response:
    """UploadPartCopy: the bytes of an object that is there, or a range of them, as a part."""
    number = _part_number(request)
    request.require("PutObject", request.bucket, request.key, acl=request.bucket.acl, right="write")
    find_upload(request)
    source = find_source(request).stored
    first, length = _copy_range(request, source)

    chunks = request.state.reader.stream(source, first, length)
    part = _keep_part(request, number, await keep_stream(request, chunks))
    body = document("CopyPartResult", leaf("LastModified", iso(part.modified)), leaf("ETag", f'"{part.etag}"'))
    return answers.xml(request, body, headers=_told(part))


async def complete(request: OssRequest) -> Response:
    """CompleteMultipartUpload: the parts named, in order, become the object."""
    refuse_conditions(request)
    body = await checked_body(request)
    bucket = request.bucket
    request.require("PutObject", bucket, request.key, acl=bucket.acl, right="write")
    upload = find_upload(request)
    present = {part.number: part for part in request.state.uploads.parts(bucket, upload)}
    parts = _chosen(request, body, present)
    stored = assemble(upload, parts)
    stored.etag = stored.etag.upper()
    object_headers.check_overwrite(request, bucket)
    # Bytes of the parts stand behind the object before they leave the upload: a kill between loses nothing.
    stored.pieces = request.state.objects.link(stored.pieces)
    store(request, stored, "ObjectCreated:CompleteMultipartUpload")
    request.state.uploads.end(bucket, upload)
    result = s3_documents.upload_completed(request.call.host, bucket.name, request.key, stored.etag, encoding(request))
    return answers.xml(request, result, headers=object_headers.written(bucket, stored))


async def abort(request: OssRequest) -> Response:
    """AbortMultipartUpload."""
    bucket = request.bucket
    request.require("AbortMultipartUpload", bucket, request.key, acl=bucket.acl, right="write")
    request.state.uploads.end(bucket, find_upload(request))
    return answers.empty(request, 204)


def find_upload(request: OssRequest) -> Upload:
    """The upload of the request's key and ``uploadId``; raises NoSuchUpload or NoSuchBucket."""
    upload_id = request.call.param("uploadId") or ""
    bucket = request.find_bucket(request.bucket_name)
    upload = request.state.uploads.find(bucket, request.key, upload_id)
    if upload is None:
        raise NoSuchUpload(UploadId=upload_id)
    return upload


def _part_number(request: OssRequest) -> int:
    try:
        return part_number(request.call.param("partNumber"))
    except NotInRange:
        message = f"Part number must be an integer between 1 and {MOST_PARTS}, inclusive."
        raise InvalidArgument(message, ArgumentName="partNumber") from None


def _keep_part(request: OssRequest, number: int, received: Received) -> Part:
    """Add what was received to the upload, unless that ended meanwhile."""
    uploads, now = request.state.uploads, request.state.clock.time()
    return uploads.keep_part(request.bucket, lambda: find_upload(request), number, received, received.md5.upper(), now)


def _told(part: Part) -> dict[str, str]:
    return {"etag": f'"{part.etag}"', "x-oss-hash-crc64ecma": str(part.crc)}


def _copy_range(request: OssRequest, source: StoredObject) -> tuple[int, int]:
    text = request.header("x-oss-copy-source-range")
    if not text:
        return 0, source.size
    first, dash, last = text.removeprefix("bytes=").partition("-")
    if not dash or not (first.isdecimal() and last.isdecimal()):
        raise InvalidArgument("x-oss-copy-source-range is bytes=first-last.", ArgumentName="x-oss-copy-source-range")
    wanted = conditions.select(source.size, first, last, standard=True)
    return (0, source.size) if wanted is None else (wanted[0], wanted[1] - wanted[0] + 1)


def _chosen(request: OssRequest, body: bytes, present: dict[int, Part]) -> list[Part]:
    """The parts to put together; raises InvalidPartOrder, InvalidPart or EntityTooSmall."""
    if request.header("x-oss-complete-all").lower() == "yes":
        if body:
            raise InvalidArgument("x-oss-complete-all goes without a body.", ArgumentName="x-oss-complete-all")
        parts = [present[number] for number in sorted(present)]
    else:
        parts = _named(body, present)
    if not parts:
        raise MalformedXML(ErrorDetail="an upload is completed with at least one part")
    try:
        check_sizes(parts, _SMALLEST_PART)
    except PartTooSmall as error:
        raise EntityTooSmall(
            MinSizeAllowed=str(_SMALLEST_PART), ProposedSize=str(error.part.size), PartNumber=str(error.part.number)
        ) from None
    return parts


def _named(body: bytes, present: dict[int, Part]) -> list[Part]:
    try:
        return choose(s3_documents.parts_named(parse(body, "CompleteMultipartUpload")), present)
    except MalformedDocument as error:
        raise MalformedXML(ErrorDetail=str(error)) from None
    except PartsOutOfOrder:
        raise InvalidPartOrder() from None
    except PartMissing as error:
        raise InvalidPart(PartNumber=str(error.number), ETag=error.etag) from None
