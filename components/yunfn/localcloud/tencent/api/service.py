"""One service behind API 3.0: who asks, for which operation, and the envelope of the answer."""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from starlette.responses import JSONResponse, Response

from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import (
    AccessDeniedError,
    AuthenticationError,
    CloudError,
    Disbelief,
    UnknownOperationError,
)
from yunfn.localcloud.service import Service
from yunfn.localcloud.tencent.api.exceptions import (
    InvalidParameter,
    NoSuchVersion,
    UnsupportedProtocol,
    UnsupportedRegion,
)
from yunfn.localcloud.tencent.api.request import ApiRequest
from yunfn.localcloud.tencent.signatures import tc3

Operation = Callable[[ApiRequest], Awaitable[Mapping[str, Any]]]

_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z0-9]+)+")
# "Common error codes" of API 3.0.
_DISBELIEF = {
    Disbelief.MISSING: ("AuthFailure.InvalidAuthorization", "The Authorization header is missing or malformed."),
    Disbelief.UNKNOWN_KEY: ("AuthFailure.SecretIdNotFound", "The SecretId is not found."),
    Disbelief.MISMATCH: (
        "AuthFailure.SignatureFailure",
        "The provided credentials could not be validated. Please check your signature is correct.",
    ),
    Disbelief.SKEWED: ("AuthFailure.SignatureExpire", "The signature is expired."),
    Disbelief.WRONG_TOKEN: ("AuthFailure.TokenFailure", "The token is invalid."),
    Disbelief.EXPIRED: ("AuthFailure.TokenFailure", "The token is expired."),
}


def api_hosts(product: str) -> tuple[re.Pattern[str], ...]:
    """The host names of a product: one for all regions, one for each, and those inside the cloud."""
    region = r"(?:(?P<region>[a-z]{2,4}-[a-z0-9-]+)\.)?"
    return (re.compile(rf"{product}\.{region}(?:internal\.)?tencentcloudapi\.com"),)


class ApiService(Service):
    """A service whose calls all go to ``/`` and name their operation in X-TC-Action.

    ``product`` is its name in hosts and signatures, ``versions`` those of its API, ``regional`` whether a call must
    name a region. ``operations`` must list the keys of ``routes``; a test holds that. ``binary`` are the operations
    whose body is none in JSON: their parameters are headers, ``x-<product>-<parameter>``.
    """

    product: ClassVar[str]
    versions: ClassVar[tuple[str, ...]]
    regional: ClassVar[bool] = True
    binary: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def routes(self) -> Mapping[str, Operation]:
        """The operations by name; each answers the fields of ``Response`` without the request id."""

    async def answer(self, call: Call) -> Response:
        """Authenticate, find the operation, and answer in JSON; raises CloudError for every refusal."""
        call.account = self.cloud.tencent.uin
        call.operation = call.headers.get("x-tc-action", "")
        call.region = call.match.get("region") or call.headers.get("x-tc-region", "")
        if call.method != "POST":
            raise UnsupportedProtocol(call.method)
        call.principal = await tc3.verify(call, self.product)
        operation = self.routes().get(call.operation)
        if operation is None:
            raise UnknownOperationError(self.name, call.operation)
        if (version := call.headers.get("x-tc-version", "")) not in self.versions:
            raise NoSuchVersion(version)
        if self.regional and not _REGION.fullmatch(call.region):
            raise UnsupportedRegion()
        parameters = {} if call.operation in self.binary else await _parameters(call)
        answered = await operation(ApiRequest(call, parameters))
        return _json(call, answered)

    def refusal(self, call: Call, error: CloudError) -> Response:
        """``error`` in the envelope; always HTTP 200, as the SDKs take anything else for a broken network."""
        code, message = refusal_words(error)
        call.code = code
        return _json(call, {"Error": {"Code": code, "Message": message}})

    def fault(self, *, throttled: bool) -> CloudError:
        """``RequestLimitExceeded`` or ``InternalError`` ("Common error codes")."""
        if throttled:
            return CloudError("Your current request times equals to 20 in a second.", code="RequestLimitExceeded")
        return CloudError("An internal error has occurred. Retry your request.", code="InternalError")


def refusal_words(error: CloudError) -> tuple[str, str]:
    """Code and message of a refusal as API 3.0 writes them."""
    if isinstance(error, AuthenticationError):
        return _DISBELIEF[error.reason]
    if isinstance(error, AccessDeniedError):
        denied = f"you are not authorized to perform operation ({error.action}), resource ({error.resource})"
        return "UnauthorizedOperation.CAM", f"{denied} has no permission"
    return error.code, error.message


async def _parameters(call: Call) -> Mapping[str, Any]:
    body = await call.body()
    try:
        found = json.loads(body or b"{}")
        if b"\\u" in body:
            # Half of a surrogate pair is no text: nothing could keep or answer it.
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise InvalidParameter("body", "is not JSON in UTF-8") from None
    if not isinstance(found, dict):
        raise InvalidParameter("body", "must be a JSON object")
    return found


def _json(call: Call, fields: Mapping[str, Any]) -> Response:
    # The Python SDK looks for errors only where the content type is exactly this.
    return JSONResponse({"Response": {**fields, "RequestId": call.request_id.lower()}})
