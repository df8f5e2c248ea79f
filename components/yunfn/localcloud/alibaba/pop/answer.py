"""Answers and refusals of the RPC gateway, in JSON or XML as the caller asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from starlette.responses import JSONResponse, Response

from yunfn.localcloud.alibaba.signatures.acs3 import ALGORITHM
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AccessDeniedError, AuthenticationError, CloudError, Disbelief

_XML_HEAD = "<?xml version='1.0' encoding='UTF-8'?>"
# Codes and statuses of the gateway ("Common error codes" of RAM and KMS; aliyun-python-sdk-core 2.16.1, client.py).
_DISBELIEF = {
    Disbelief.MISSING: ("MissingAccessKeyId", 400, "AccessKeyId is mandatory for this action."),
    Disbelief.UNKNOWN_KEY: ("InvalidAccessKeyId.NotFound", 404, "Specified access key is not found."),
    Disbelief.SKEWED: ("InvalidTimeStamp.Expired", 400, "Specified time stamp or date value is expired."),
    Disbelief.EXPIRED: ("InvalidSecurityToken.Expired", 400, "Specified SecurityToken is expired."),
}


def pop_answer(call: Call, document: Mapping[str, Any], product: str) -> Response:
    """200 with ``document`` and the request id; ``product`` is the API product's code (for example ``Ram``)."""
    body = {**document, "RequestId": call.request_id}
    if _wants_xml(call):
        name = f"{call.operation}Response"
        return _xml(f"<{name}>{_elements(body)}</{name}>", 200)
    return JSONResponse(body, headers={"x-acs-request-id": call.request_id, "x-acs-product": product})


def pop_refusal(call: Call, error: CloudError, product: str) -> Response:
    """``error`` in the gateway's shape; what the kernel raises is put in the gateway's words first."""
    code, status, message = refusal_words(call, error)
    call.code = code
    body = {
        "RequestId": call.request_id,
        "HostId": call.host,
        "Code": code,
        "Message": message,
        "Recommend": f"https://api.aliyun.com/troubleshoot?q={code}&product={product}&requestId={call.request_id}",
    }
    if _wants_xml(call):
        return _xml(f"<Error>{_elements(body)}</Error>", status)
    return JSONResponse(body, status_code=status, headers={"x-acs-request-id": call.request_id})


def refusal_words(call: Call, error: CloudError) -> tuple[str, int, str]:
    """Code, status and message of ``error`` as the gateway writes them."""
    if isinstance(error, AccessDeniedError):
        message = f"You are not authorized to do this action. Resource: {error.resource} Action: {error.action}"
        return "NoPermission", 403, message
    if not isinstance(error, AuthenticationError):
        return error.code, error.status, error.message
    if error.reason is Disbelief.MISMATCH:
        return "SignatureDoesNotMatch", 400, _mismatch(error.string_to_sign)
    if error.reason is Disbelief.WRONG_TOKEN:
        return _wrong_token(call, error)
    if error.reason is Disbelief.MISSING and error.access_key_id:
        return "MissingSignature", 400, "Signature is mandatory for this action."
    return _DISBELIEF[error.reason]


def _mismatch(string_to_sign: str) -> str:
    if string_to_sign.startswith(ALGORITHM):
        return f"Specified signature does not match our calculation. server StringToSign is [{string_to_sign}]"
    # aliyun-python-sdk-core takes what stands behind the colon, and tells a wrong secret from a wrong recipe by it.
    return f"Specified signature is not matched with our calculation. server string to sign is:{string_to_sign}"


def _wrong_token(call: Call, error: AuthenticationError) -> tuple[str, int, str]:
    temporary = error.access_key_id.startswith("STS.")
    sent = call.param("SecurityToken") or call.headers.get("x-acs-security-token", "")
    if temporary and not sent:
        return "MissingSecurityToken", 400, "SecurityToken is mandatory for this action."
    if temporary:
        return "InvalidSecurityToken.Malformed", 400, "Specified SecurityToken is malformed."
    return "InvalidSecurityToken.MismatchWithAccessKey", 400, "Specified SecurityToken mismatch with the AccessKey."


def _wants_xml(call: Call) -> bool:
    """Version 1.0 answers XML unless asked otherwise ("Format" of the common parameters); ACS3 answers JSON."""
    wanted = call.param("Format")
    if wanted is None:
        return not call.headers.get("authorization", "").startswith(ALGORITHM)
    return wanted.upper() == "XML"


def _xml(body: str, status: int) -> Response:
    return Response(_XML_HEAD + body, status_code=status, media_type="text/xml;charset=utf-8")


def _elements(value: Any) -> str:
    """``value`` as XML: an object's fields as elements, a list as a repeated element."""
    if isinstance(value, Mapping):
        return "".join(_element(name, item) for name, item in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    return escape(str(value))


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    return f"<{name}>{_elements(value)}</{name}>"
