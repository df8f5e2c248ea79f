"""Multipart uploads: begin, add parts, complete, abort."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.objectstore.receiving import Received
from yunfn.localcloud.objectstore.uploads import (
    Part,
    PartMissing,
    PartsOutOfOrder,
    PartTooSmall,
    Upload,
    assemble,
    check_sizes,
    choose,
)
from yunfn.localcloud.tencent.cos import names, object_headers
from yunfn.localcloud.tencent.cos.exceptions import (
    CosError,
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
from yunfn.localcloud.xml_documents import document, leaf, text_of

_MOST_PARTS = 10_000
_SMALLEST_PART = 1024 * 1024


async def initiate(request: CosRequest) -> Response:
    """InitiateMultipartUpload."""
    names.check_key(request.key)
    bucket = request.bucket
    authorize_write(request)
    template = object_headers.template(request)
    object_headers.check_overwrite(request, bucket)
    upload = request.state.uploads.begin(bucket, request.key, template)
    code, coding = encoding(request)
    body = document(
        "InitiateMultipartUploadResult",
        *coding,
        leaf("Bucket", bucket.name),
        leaf("Key", code(request.key)),
        leaf("UploadId", upload.id),
    )
    return answers.xml(request, body)


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
    code, coding = encoding(request)
    result = document(
        "CompleteMultipartUploadResult",
        *coding,
        leaf("Location", f"http://{request.call.host}/{code(request.key)}"),
        leaf("Bucket", bucket.name),
        leaf("Key", code(request.key)),
        leaf("ETag", f'"{stored.etag}"'),
    )
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
    text = request.call.param("partNumber") or ""
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_PARTS:
        raise InvalidArgument(
            f"partNumber must be an integer between 1 and {_MOST_PARTS}, inclusive.", ArgumentName="partNumber"
        )
    return int(text)


def _keep_part(request: CosRequest, number: int, received: Received) -> Part:
    """Add what was received to the upload, unless that ended meanwhile."""
    part = Part(number, received.size, received.md5, received.crc, request.state.clock.time(), received.blob)
    try:
        upload = find_upload(request)
    except CosError:
        request.state.leases.delete(name for name, _ in received.pieces)
        raise
    request.state.uploads.put_part(request.bucket, upload, part)
    return part


def _chosen(body: bytes, present: dict[int, Part]) -> list[Part]:
    """The parts to put together; raises MalformedXML, InvalidPartOrder, InvalidPart or EntityTooSmall."""
    named: list[tuple[int, str]] = []
    for element in answers.parse(body, "CompleteMultipartUpload").findall("Part"):
        number = text_of(element, "PartNumber")
        if not number.isdecimal():
            raise MalformedXML(ErrorDetail=f"PartNumber {number!r}")
        named.append((int(number), text_of(element, "ETag")))
    if not named:
        raise MalformedXML(ErrorDetail="an upload is completed with at least one part")
    try:
        parts = choose(named, present)
        check_sizes(parts, _SMALLEST_PART)
    except PartsOutOfOrder:
        raise InvalidPartOrder() from None
    except PartMissing as error:
        raise InvalidPart(PartNumber=str(error.number), ETag=error.etag) from None
    except PartTooSmall as error:
        raise EntityTooSmall(
            MinSizeAllowed=str(_SMALLEST_PART), ProposedSize=str(error.part.size), PartNumber=str(error.part.number)
        ) from None
    return parts
