"""What the data plane refuses, with the function's status code (SCFD "function status codes") as ``status``.

API 3.0 answers every refusal with HTTP 200; ``status`` is what a function URL answers. A code of the form
``YunfnLocal…`` says that the local cloud, not SCF, is the reason.
"""

from __future__ import annotations

from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.tencent.scf.exceptions import FunctionNotFound, FunctionStatusError, QualifierNotFound


class ConcurrencyExceeded(CloudError):
    """More calls at once than the function's reserved concurrency allows."""

    code = "RequestLimitExceeded"
    status = 432

    def __init__(self, function: str, reserved_mb: int) -> None:
        super().__init__(f"Function [ {function} ] concurrency exceeded reserved quota {reserved_mb} MB")


class RoleNotAssumable(CloudError):
    """SCF may not assume the function's role."""

    code = "FailedOperation.QcsRoleNotFound"
    status = 441

    def __init__(self, function: str, role: str, why: str) -> None:
        super().__init__(f"function {function}: the service cannot assume the role {role}: {why}")


class CannotRunHere(CloudError):
    """The local cloud cannot run this function; the text says what to do."""

    code = "YunfnLocalCannotRun"
    status = 400


class InvalidPayload(CloudError):
    """The event is no JSON."""

    code = "InvalidParameter.Payload"
    status = 400

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} must be JSON")


class RequestTooLarge(CloudError):
    """The event is larger than SCF takes: 6 MB, or 128 KB for an asynchronous call."""

    code = "InvalidParameter.RequestTooLarge"
    status = 406

    def __init__(self, limit: int) -> None:
        super().__init__(f"the request is larger than {limit} bytes")


class WebFunctionNotInvocable(CloudError):
    """A web function takes HTTP requests only (SCFD "web functions", "limits")."""

    code = "FailedOperation.InvokeFunction"
    status = 436

    def __init__(self, function: str) -> None:
        super().__init__(f"the web function {function} is called by its function URL or custom domain, not by the API")


class AsyncEventNotFound(CloudError):
    """There is no asynchronous call of that id. The code is ours: the API reference names none."""

    code = "ResourceNotFound.AsyncEvent"

    def __init__(self, request_id: str) -> None:
        super().__init__(f"the asynchronous call {request_id} does not exist")


class AsyncEventFinished(CloudError):
    """An asynchronous call that is over cannot be ended."""

    code = "FailedOperation.AsyncEventStatus"

    def __init__(self, request_id: str, status: str) -> None:
        super().__init__(f"the asynchronous call {request_id} is {status}")


class UrlDisabled(CloudError):
    """The function URL is switched off, or not open to this network."""

    code = "ResourceUnavailable.FunctionUrl"
    status = 403

    def __init__(self, host: str, why: str) -> None:
        super().__init__(f"{host}: {why}")


class UrlNotFound(CloudError):
    """There is no function URL and no custom domain of this name."""

    code = "ResourceNotFound.FunctionUrl"
    status = 404

    def __init__(self, host: str) -> None:
        super().__init__(f"no function URL has the host {host}")


class PathNotMapped(CloudError):
    """The custom domain leads nowhere from this path."""

    code = "ResourceNotFound.PathMapping"
    status = 404

    def __init__(self, host: str, path: str) -> None:
        super().__init__(f"the custom domain {host} has no mapping for the path {path}")


class ProtocolNotServed(CloudError):
    """The custom domain does not serve this protocol."""

    code = "UnsupportedOperation.Protocol"
    status = 403

    def __init__(self, host: str, scheme: str, protocol: str) -> None:
        super().__init__(f"the custom domain {host} serves {protocol}, not {scheme.upper()}")


# What the control plane's refusals are as the status of a function.
_STATUSES: tuple[tuple[type[CloudError], int], ...] = (
    (FunctionNotFound, 435),
    (QualifierNotFound, 442),
    (FunctionStatusError, 438),
)


def function_status(error: CloudError) -> int:
    """The status code with which a function URL answers a refusal."""
    found = next((status for kind, status in _STATUSES if isinstance(error, kind)), error.status)
    return found if found >= 400 else 400
