"""Multipart uploads: begin, add parts, complete, abort."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.objectstore import s3_documents
from yunfn.localcloud.objectstore.query import NotInRange
from yunfn.localcloud.objectstore.receiving import Received
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
from yunfn.localcloud.tencent.cos import names, object_headers
from yunfn.localcloud.tencent.cos.exceptions import (
    EntityTooSmall,
    InvalidArgument,
    InvalidPart,
    InvalidPartOrder,
    MalformedXML,
    NoSuchUpload,
)
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.cos.responses import answers
from yunfn.localcloud.tencent.cos.responses.listing import encoding
from yunfn.localcloud.tencent.cos.responses.put_object import authorize_write, store
from yunfn.localcloud.tencent.cos.responses.received import checked_body, receive
from yunfn.localcloud.xml_documents import MalformedDocument

_SMALLEST_PART = 1024 * 1024


async def initiate(request: CosRequest) -> Response:
    """InitiateMultipartUpload."""
    names.check_key(request.key)
    bucket = request.bucket
    authorize_write(request)
    template = object_headers.template(request)
    object_headers.check_overwrite(request, bucket)
    upload = request.state.uploads.begin(bucket, request.key, template)
    return answers.xml(request, s3_documents.upload_begun(bucket.name, request.key, upload.id, encoding(request)))


async def upload_part(request: CosRequest) -> Response:
    """UploadPart: part 1 to 10,000, in place of an earlier one of its number."""
    number = _part_number(request)
    object_headers.refuse_unsupported(request)
    request.require("UploadPart", acl=request.bucket.acl, right="write")
    find_upload(request)
    part = _keep_part(request, number, await receive(request))
    return answers.empty(request, headers={"etag": f'"{part.etag}"', "x-cos-hash-crc64ecma": str(part.crc)})


async def complete(request: CosRequest) -> Response:
    """CompleteMultipartUpload: the parts named, in order, become the object."""
    body = await checked_body(request)
    bucket = request.bucket
    object_headers.refuse_unsupported(request)
    request.require("CompleteMultipartUpload", acl=bucket.acl, right="write")
    upload = find_upload(request)
    present = {part.number: part for part in request.state.uploads.parts(bucket, upload)}
    stored = assemble(upload, _chosen(body, present))
    object_headers.check_overwrite(request, bucket)
    # Bytes of the parts stand behind the object before they leave the upload: a kill between loses nothing.
    stored.pieces = request.state.objects.link(stored.pieces)
    store(request, stored, "cos:ObjectCreated:CompleteMultipartUpload")
    request.state.uploads.end(bucket, upload)
    result = s3_documents.upload_completed(request.call.host, bucket.name, request.key, stored.etag, encoding(request))
    return answers.xml(request, result, headers=object_headers.written(bucket, stored))


async def abort(request: CosRequest) -> Response:
    """AbortMultipartUpload."""
    bucket = request.bucket
    request.require("AbortMultipartUpload", acl=bucket.acl, right="write")
    request.state.uploads.end(bucket, find_upload(request))
    return answers.empty(request, 204)


def find_upload(request: CosRequest) -> Upload:
    """The upload of the request's key and ``uploadId``; raises NoSuchUpload or NoSuchBucket."""
    upload = request.state.uploads.find(request.find_bucket(), request.key, request.call.param("uploadId") or "")
    if upload is None:
        raise NoSuchUpload()
    return upload


def _part_number(request: CosRequest) -> int:
    try:
        return part_number(request.call.param("partNumber"))
    except NotInRange:
        message = f"partNumber must be an integer between 1 and {MOST_PARTS}, inclusive."
        raise InvalidArgument(message, ArgumentName="partNumber") from None


def _keep_part(request: CosRequest, number: int, received: Received) -> Part:
    """Add what was received to the upload, unless that ended meanwhile."""
    uploads, now = request.state.uploads, request.state.clock.time()
    return uploads.keep_part(request.bucket, lambda: find_upload(request), number, received, received.md5, now)


def _chosen(body: bytes, present: dict[int, Part]) -> list[Part]:
    """The parts to put together; raises MalformedXML, InvalidPartOrder, InvalidPart or EntityTooSmall."""
    try:
        parts = choose(s3_documents.parts_named(answers.parse(body, "CompleteMultipartUpload")), present)
        check_sizes(parts, _SMALLEST_PART)
    except MalformedDocument as error:
        raise MalformedXML(ErrorDetail=str(error)) from None
    except PartsOutOfOrder:
        raise InvalidPartOrder() from None
    except PartMissing as error:
        raise InvalidPart(PartNumber=str(error.number), ETag=error.etag) from None
    except PartTooSmall as error:
        raise EntityTooSmall(
            MinSizeAllowed=str(_SMALLEST_PART), ProposedSize=str(error.part.size), PartNumber=str(error.part.number)
        ) from None
    if not parts:
        raise MalformedXML(ErrorDetail="an upload is completed with at least one part")
    return parts
