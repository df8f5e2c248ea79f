"""PostObject: an object from an HTML form."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote, urlencode

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.responses import Response

from yunfn.localcloud.alibaba.oss import names, post_policy
from yunfn.localcloud.alibaba.oss.exceptions import OssError
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers, object_headers
from yunfn.localcloud.alibaba.oss.responses.put_object import authorize_write, fill, store
from yunfn.localcloud.alibaba.oss.responses.received import keep_stream
from yunfn.localcloud.alibaba.oss.xml_documents import document, leaf

_LONGEST_FIELD = 2 * 1024 * 1024
_CHUNK = 256 * 1024
_STATUSES = ("200", "201", "204")
_HEADERS = ("cache-control", "content-disposition", "content-encoding", "expires")


class RequestIsNotMultiPartContent(OssError):
    """A POST that is no form."""

    code = "RequestIsNotMultiPartContent"
    text = "Bucket POST must be of the enclosure-type multipart/form-data."


class MalformedPOSTRequest(OssError):
    """A form that cannot be read."""

    code = "MalformedPOSTRequest"
    text = "The body of your POST request is not well-formed multipart/form-data."


class IncorrectNumberOfFilesInPOSTRequest(OssError):
    """A form with no file, or several."""

    code = "IncorrectNumberOfFilesInPOSTRequest"
    text = "POST requires exactly one file upload per request."


async def post_object(request: OssRequest) -> Response:
    """Store the form's file at the form's key; the form's own signature and policy decide."""
    if not request.header("content-type").startswith("multipart/form-data"):
        raise RequestIsNotMultiPartContent()
    fields, file = await _form(request)
    try:
        request.call.principal = post_policy.sender(request.call, fields)
        key = fields.get("key", "").replace("${filename}", file.filename or "")
        names.check_key(key)
        request.key = key
        request.call.resource = f"{request.bucket_name}/{key}"
        if request.call.principal is not None:
            post_policy.check(fields["policy"], {**fields, "key": key}, request.bucket_name, file.size or 0)
        _take_headers(request, fields, file)
        authorize_write(request)
        stored = object_headers.template(request, request.bucket)
        object_headers.check_overwrite(request, request.bucket)
        fill(stored, await keep_stream(request, _chunks(file)))
    finally:
        await file.close()
    store(request, stored, "ObjectCreated:PostObject")
    return _answer(request, fields, object_headers.written(request.bucket, stored))


async def _form(request: OssRequest) -> tuple[dict[str, str], UploadFile]:
    """The fields before the file, names in lower case, and the file; what follows the file does not count."""
    try:
        form = await request.call.request.form(max_part_size=_LONGEST_FIELD)
    except MultiPartException as error:
        raise MalformedPOSTRequest(ErrorDetail=error.message) from None
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            return fields, value
        if name == "file":
            break
        fields[name.lower()] = value
    await form.close()
    raise IncorrectNumberOfFilesInPOSTRequest()


def _take_headers(request: OssRequest, fields: dict[str, str], file: UploadFile) -> None:
    """Have the form's fields stand where a PutObject has headers."""
    kind = fields.get("x-oss-content-type") or file.content_type or ""
    taken = {name: value for name, value in fields.items() if name.startswith("x-oss-") or name in _HEADERS}
    # Header values are Latin-1 text of UTF-8 bytes everywhere else, too.
    request.headers = {
        name: value.encode().decode("latin-1") for name, value in {**taken, "content-type": kind}.items()
    }


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK):
        yield chunk


def _answer(request: OssRequest, fields: dict[str, str], headers: dict[str, str]) -> Response:
    location = f"http://{request.call.host}/{quote(request.key)}"
    if redirect := fields.get("success_action_redirect"):
        query = urlencode({"bucket": request.bucket_name, "key": request.key, "etag": headers["etag"]})
        target = f"{redirect}{'&' if '?' in redirect else '?'}{query}"
        return answers.empty(request, 303, {**headers, "location": quote(target, safe=":/?&=%#+;,@~-._")})
    status = fields.get("success_action_status", "204")
    headers = {**headers, "location": location}
    if status == "201":
        body = document(
            "PostResponse",
            leaf("Bucket", request.bucket_name),
            leaf("Location", location),
            leaf("Key", request.key),
            leaf("ETag", headers["etag"]),
        )
        return answers.xml(request, body, 201, headers)
    return answers.empty(request, int(status) if status in _STATUSES else 204, headers)
