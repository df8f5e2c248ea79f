"""How OSS's answers and refusals look on the wire."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss.exceptions import OssError
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.xml_documents import document, leaf
from yunfn.localcloud.alibaba.signatures.oss_refusals import OssAuthenticationError
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AccessDeniedError, AuthenticationError, CloudError, Disbelief

_TROUBLESHOOT = "https://api.aliyun.com/troubleshoot?q="

# By reason: code, text, EC (OSS documentation, "HTTP status code 403"; EC pages 0002-…).
_DISBELIEF: dict[Disbelief, tuple[str, str, str]] = {
    Disbelief.UNKNOWN_KEY: (
        "InvalidAccessKeyId",
        "The OSS Access Key Id you provided does not exist in our records.",
        "0002-00000902",
    ),
    Disbelief.WRONG_TOKEN: ("InvalidSecurityToken", "The security token you provided is invalid.", ""),
    Disbelief.EXPIRED: ("SecurityTokenExpired", "The security token you provided has expired.", "0002-00000007"),
}


def empty(request: OssRequest, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer without a body."""
    response = Response(status_code=status, headers={**own_headers(request.call), **(headers or {})})
    if status == 204:
        del response.headers["content-length"]
    return response


def xml(request: OssRequest, body: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in XML."""
    return Response(
        body.encode(), status, {**own_headers(request.call), **(headers or {}), "content-type": "application/xml"}
    )


def own_headers(call: Call) -> dict[str, str]:
    """The headers that every answer of OSS has."""
    return {"x-oss-request-id": call.request_id}


def refusal(call: Call, error: CloudError) -> Response:
    """``error`` as OSS's XML; for HEAD in the header ``x-oss-err`` (base64), as there is no body."""
    code, text, details, ec = _words(call, error)
    call.code = code
    elements = [
        leaf("Code", code),
        leaf("Message", text),
        leaf("RequestId", call.request_id),
        leaf("HostId", call.host),
    ]
    elements += [leaf(name, value) for name, value in details.items()]
    if ec:
        elements += [leaf("EC", ec), leaf("RecommendDoc", _TROUBLESHOOT + ec)]
    body = document("Error", *elements).encode()
    headers = own_headers(call)
    if ec:
        headers["x-oss-ec"] = ec
    headers.update(getattr(error, "headers", {}))
    if error.status == 304:
        return Response(status_code=304, headers=headers)
    if call.method == "HEAD":
        headers["x-oss-err"] = base64.b64encode(body).decode()
        return Response(status_code=error.status, headers=headers)
    headers["content-type"] = "application/xml"
    return Response(body, error.status, headers)


def _words(call: Call, error: CloudError) -> tuple[str, str, dict[str, str], str]:
    """Code, text, further elements and EC number of a refusal."""
    if isinstance(error, OssError):
        return error.code, error.message, error.details, error.error_number
    if isinstance(error, OssAuthenticationError):
        return error.code, error.message, error.details, error.error_number
    if isinstance(error, AuthenticationError):
        code, text, ec = _DISBELIEF[error.reason]
        return code, text, {"OSSAccessKeyId": error.access_key_id}, ec
    if isinstance(error, AccessDeniedError):
        detail = {"AuthAction": error.action, "AuthResource": error.resource}
        if call.principal is not None:
            detail["AuthPrincipal"] = call.principal.arn
        text = f"You have no right to access this object: {error.action} on {error.resource} is not allowed."
        return error.code, text, detail, ""
    return error.code, error.message, {}, ""
