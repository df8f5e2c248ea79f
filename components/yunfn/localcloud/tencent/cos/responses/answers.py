"""How COS's answers and refusals look on the wire."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from starlette.responses import Response

from yunfn.localcloud import xml_documents
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AccessDeniedError, AuthenticationError, CloudError
from yunfn.localcloud.objectstore import query
from yunfn.localcloud.tencent.cos.exceptions import CosError, InvalidArgument, MalformedXML
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.signatures.cos_refusals import worded
from yunfn.localcloud.xml_documents import branch, document, leaf


def empty(request: CosRequest, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer without a body."""
    response = Response(status_code=status, headers={**own_headers(request.call), **(headers or {})})
    if status == 204:
        del response.headers["content-length"]
    return response


def xml(request: CosRequest, body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in XML."""
    return Response(
        body.encode(), status, {**own_headers(request.call), **(headers or {}), "content-type": "application/xml"}
    )


def own_headers(call: Call) -> dict[str, str]:
    """The headers that every answer of COS has."""
    return {"x-cos-request-id": call.request_id}


def parse(body: bytes, root: str) -> Element:
    """The root element of a request's body; raises MalformedXML unless it is ``root``."""
    try:
        return xml_documents.parse(body, root)
    except xml_documents.MalformedDocument as error:
        raise MalformedXML(ErrorDetail=str(error)) from None


def iso(seconds: float) -> str:
    """``2026-01-01T00:00:00Z``, as COS writes times in XML."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def owner(uin: str, name: str = "Owner") -> str:
    """The Owner or Initiator element of the account ``uin``."""
    identity = f"qcs::cam::uin/{uin}:uin/{uin}"
    return branch(name, leaf("ID", identity), leaf("DisplayName", uin))


def bounded(request: CosRequest, name: str, most: int, *, default: int, least: int = 0) -> int:
    """A whole number from the query between ``least`` and ``most``; InvalidArgument outside."""
    try:
        return query.bounded(request.call.param(name), least, most, default)
    except query.NotInRange:
        raise InvalidArgument(f"{name} must be an integer between {least} and {most}.", ArgumentName=name) from None


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    """``value``, or InvalidArgument unless the header or element ``name`` may have it."""
    if value not in allowed:
        raise InvalidArgument(f"no such {name}: {value!r}", ArgumentName=name, ArgumentValue=value)
    return value


def refusal(call: Call, error: CloudError) -> Response:
    """``error`` as COS's XML; a HEAD has the request id and trace id in its headers only."""
    code, text, details = _words(error)
    call.code = code
    trace = secrets.token_urlsafe(24)
    headers = {**own_headers(call), "x-cos-trace-id": trace, **getattr(error, "headers", {})}
    if call.method == "HEAD" or error.status == 304:
        return Response(status_code=error.status, headers=headers)
    elements = [
        leaf("Code", code),
        leaf("Message", text),
        leaf("Resource", call.host + call.path),
        leaf("RequestId", call.request_id),
        leaf("TraceId", trace),
    ]
    elements += [leaf(name, value) for name, value in details.items()]
    headers["content-type"] = "application/xml"
    return Response(document("Error", *elements).encode(), error.status, headers)


def _words(error: CloudError) -> tuple[str, str, dict[str, str]]:
    """Code, text and further elements of a refusal."""
    if isinstance(error, CosError):
        return error.code, error.message, error.details
    if isinstance(error, AuthenticationError):
        return worded(error)
    if isinstance(error, AccessDeniedError):
        # COS itself says no more than "Access Denied."; which right is missing is told for the reader.
        return error.code, f"Access Denied. {error.action} on {error.resource} is not allowed.", {}
    return error.code, error.message, {}
