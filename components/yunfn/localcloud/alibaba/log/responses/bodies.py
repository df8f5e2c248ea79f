"""SLS's JSON bodies, its answers and its refusals."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from yunfn.localcloud.alibaba.log.exceptions import ParameterInvalid, PostBodyInvalid
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AccessDeniedError, AuthenticationError, CloudError, Disbelief


async def read_object(call: Call) -> dict[str, Any]:
    """The body as a JSON object; raises PostBodyInvalid."""
    try:
        found = json.loads(await call.body())
    except ValueError:
        raise PostBodyInvalid("The body is not valid json string.") from None
    if not isinstance(found, dict):
        raise PostBodyInvalid("The body is not a json object.")
    return found


def read_texts(body: dict[str, Any], name: str) -> list[str]:
    """A list of strings in a body; raises ParameterInvalid."""
    found = body.get(name)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ParameterInvalid(f"{name} must be a list of strings")
    return found


def answer(call: Call, document: Any = None, headers: dict[str, str] | None = None) -> Response:
    """200 with ``document`` as JSON, or empty without one: the old Go client takes any other status for an error."""
    body = b"" if document is None else json.dumps(document, ensure_ascii=False).encode()
    return raw_answer(call, body, "application/json", headers)


def raw_answer(call: Call, body: bytes, media_type: str, headers: dict[str, str] | None = None) -> Response:
    """200 with a body of another kind."""
    return Response(body, headers={"x-log-requestid": call.request_id, **(headers or {})}, media_type=media_type)


def refuse(call: Call, error: CloudError) -> Response:
    """``error`` as ``{"errorCode", "errorMessage"}``; what the kernel raises is put in SLS's words."""
    code, status, message = _words(call, error)
    call.code = code
    body = {"errorCode": code, "errorMessage": message, "requestID": call.request_id}
    return Response(
        json.dumps(body, ensure_ascii=False).encode(),
        status_code=status,
        headers={"x-log-requestid": call.request_id},
        media_type="application/json",
    )


def _words(call: Call, error: CloudError) -> tuple[str, int, str]:
    if isinstance(error, AccessDeniedError):
        return "Unauthorized", 401, f"denied by sts or ram, action: {error.action}, resource: {error.resource}"
    if not isinstance(error, AuthenticationError):
        return error.code, error.status, error.message
    match error.reason:
        case Disbelief.MISSING:
            return "Unauthorized", 401, "need authorization in header to authenticate"
        case Disbelief.UNKNOWN_KEY:
            return "Unauthorized", 401, f"AccessKeyId not found: {error.access_key_id}"
        case Disbelief.MISMATCH:
            signature = call.headers.get("authorization", "").rsplit(":", 1)[-1].rsplit("Signature=", 1)[-1]
            return "SignatureNotMatch", 401, f"signature {signature} not match"
        case Disbelief.SKEWED:
            sent = call.headers.get("date") or call.headers.get("x-log-date", "")
            return "RequestTimeExpired", 400, f"Request time {sent} has been expired by more than 15 minutes."
        case Disbelief.EXPIRED:
            return "SecurityTokenExpired", 401, "The security token you provided has expired."
        case Disbelief.WRONG_TOKEN:
            return "Unauthorized", 401, "The security token you provided is invalid."
