"""Tablestore as a service of the local cloud: the data plane's way from the signature to the answer.

The control plane, which has a host and a wire of its own, is in ``control``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.responses import Response

from yunfn.localcloud.alibaba.signatures.nonces import MalformedTimestamp
from yunfn.localcloud.alibaba.signatures.ots import (
    WrongBodyDigestError,
    answer_date,
    body_md5,
    sign_answer,
    verify_ots,
)
from yunfn.localcloud.alibaba.tablestore.control import ControlPlane
from yunfn.localcloud.alibaba.tablestore.exceptions import (
    AuthFailed,
    InstanceNotFound,
    InternalServerError,
    MethodNotAllowed,
    NoPermissionAccess,
    ParameterInvalid,
    RequestBodyTooLarge,
    ServerBusy,
)
from yunfn.localcloud.alibaba.tablestore.models.instances import Instance
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.alibaba.tablestore.request import DataCall, read_message
from yunfn.localcloud.alibaba.tablestore.responses import OPERATIONS, instances
from yunfn.localcloud.alibaba.tablestore.state import TablestoreState
from yunfn.localcloud.alibaba.tablestore.urls import HOSTS, INSTANCE_HEADER
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import (
    AccessDeniedError,
    AuthenticationError,
    CloudError,
    Disbelief,
    UnknownOperationError,
)
from yunfn.localcloud.service import Service

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

_NAME = re.compile(r"/([A-Za-z]+)")
# The largest request of the documented limits is a BatchWriteRow of 4 MB; the rest is the messages' own weight.
_LARGEST_BODY = 8 * 1024 * 1024
_API_VERSION = "2015-12-31"


class TablestoreService(Service):
    """Tablestore by each instance's host names, by the cloud's own address, and by each region's host of control."""

    name = "ots"
    hosts = HOSTS
    operations = (*(route.name for route in instances.ROUTES), *OPERATIONS)

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self.state = TablestoreState(cloud)
        self._control = ControlPlane(self.state, instances.ROUTES)

    def direct(self, headers: Mapping[str, str]) -> Mapping[str, str] | None:
        """A request to the local cloud's own address is Tablestore's if it names an instance."""
        return {} if INSTANCE_HEADER in headers else None

    async def answer(self, call: Call) -> Response:
        """Authenticate, authorize and do it; raises CloudError for every refusal."""
        if "control" in call.match:
            return await self._control.answer(call)
        name = _NAME.fullmatch(call.raw_path)
        call.operation = name[1] if name else f"{call.method} {call.path}"
        call.resource = call.headers.get(INSTANCE_HEADER, "")
        if call.method != "POST":
            raise MethodNotAllowed
        _check_headers(call)
        body = await call.body_within(_LARGEST_BODY)
        if body is None:
            raise RequestBodyTooLarge
        call.principal = await verify_ots(call)
        operation = OPERATIONS.get(call.operation)
        if operation is None:
            raise UnknownOperationError(self.name, call.operation)
        instance = self._instance(call)
        call.region, call.account = instance.region, instance.account
        message = operation(self.state, DataCall(call, call.operation, instance, read_message(call.operation, body)))
        return self._answer(call, 200, message.SerializeToString())

    def refusal(self, call: Call, error: CloudError) -> Response:
        """``error`` as the service's Error message, signed if the sender was believed."""
        if "control" in call.match:
            return self._control.refusal(call, error)
        error = _in_its_words(call, error)
        call.code = error.code
        return self._answer(call, error.status, pb.Error(code=error.code, message=error.message).SerializeToString())

    def fault(self, *, throttled: bool) -> CloudError:
        """OTSServerBusy and OTSInternalServerError, which the clients know."""
        return ServerBusy() if throttled else InternalServerError()

    def reset(self) -> None:
        """Drop what is held in memory, after the store was cleared."""
        self.state.reset()

    def _instance(self, call: Call) -> Instance:
        """The instance that a call names, in the region of its host or, at the direct endpoint, in any one."""
        assert call.principal is not None
        name = call.headers[INSTANCE_HEADER]
        if call.region:
            if call.match.get("instance") != name.lower():
                raise AuthFailed(f"The instance '{name}' of the header is not that of the host {call.host}.")
            found = self.state.instances.get(call.principal.account, call.region, name)
            if found is None:
                raise InstanceNotFound
            return found
        everywhere = self.state.instances.named(call.principal.account, name)
        if not everywhere:
            raise InstanceNotFound
        if len(everywhere) > 1:
            regions = ", ".join(instance.region for instance in everywhere)
            raise ParameterInvalid(
                f"The local cloud's direct endpoint tells instances apart by their names, and {name} is in {regions}: "
                "use the instance's true host name through the proxy, or another name."
            )
        return everywhere[0]

    def _answer(self, call: Call, status: int, body: bytes) -> Response:
        headers = {
            "x-ots-contentmd5": body_md5(body),
            "x-ots-requestid": call.request_id,
            "x-ots-date": answer_date(),
            "x-ots-contenttype": "protocol buffer",
        }
        if call.principal is not None:
            headers["authorization"] = sign_answer(call, headers)
        return Response(body, status, headers, media_type="application/octet-stream")


def _check_headers(call: Call) -> None:
    """Raise ParameterInvalid for a header that is missing, and for one that asks for what is not here."""
    for header in (INSTANCE_HEADER, "x-ots-date", "x-ots-apiversion", "x-ots-contentmd5"):
        if header not in call.headers:
            raise ParameterInvalid(f"Missing header: '{header}'.")
    if (version := call.headers["x-ots-apiversion"]) != _API_VERSION:
        raise ParameterInvalid(f"Invalid API version: '{version}'; it must be {_API_VERSION}.")
    if "x-ots-request-compress-type" in call.headers:
        raise ParameterInvalid("The local cloud reads no compressed requests (x-ots-request-compress-type).")


def _in_its_words(call: Call, error: CloudError) -> CloudError:
    """What the kernel and the signature's checks raise, as the service would write it."""
    if isinstance(error, MalformedTimestamp):
        return ParameterInvalid(f"Invalid date format: {call.headers['x-ots-date']}.")
    if isinstance(error, AccessDeniedError):
        return NoPermissionAccess(error.action, error.resource)
    if isinstance(error, UnknownOperationError):
        return ParameterInvalid(f"Unsupported operation: '{error.operation}'. (The local cloud has no such operation.)")
    if not isinstance(error, AuthenticationError):
        return error
    if isinstance(error, WrongBodyDigestError):
        return AuthFailed("Mismatch between MD5 value of request body and x-ots-contentmd5 in header.")
    if error.reason is Disbelief.UNKNOWN_KEY:
        return AuthFailed("The AccessKeyID does not exist.")
    if error.reason is Disbelief.MISSING:
        missing = "x-ots-signature" if error.access_key_id else "x-ots-accesskeyid"
        return ParameterInvalid(f"Missing header: '{missing}'.")
    if error.reason is Disbelief.SKEWED:
        return AuthFailed(f"Mismatch between system time and x-ots-date: {call.headers['x-ots-date']}.")
    if error.reason is Disbelief.EXPIRED:
        return AuthFailed("The security token has expired.")
    if error.reason is Disbelief.WRONG_TOKEN:
        return AuthFailed("The security token is invalid.")
    return AuthFailed("Signature mismatch.")
