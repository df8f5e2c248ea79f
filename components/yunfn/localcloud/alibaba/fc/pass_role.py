"""The right to hand a role to Function Compute."""

from __future__ import annotations

from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AccessDeniedError

_ACTION = "ram:PassRole"


def require_pass_role(call: Call, role: str | None) -> None:
    """Raise AccessDeniedError unless the caller may pass ``role`` (a full name; "" or None: none) to the service.

    FCD "grant permissions to RAM users": who creates or updates a function with a role needs ram:PassRole on it;
    the condition key ``acs:Service`` tells whom it is passed to.
    """
    principal = call.principal
    if not role or principal is None or principal.kind == "root":
        return
    context = {"acs:SourceIp": "127.0.0.1", "acs:SecureTransport": "true", "acs:Service": "fc.aliyuncs.com"}
    authorizer = call.cloud.authorizer
    if authorizer is None or not authorizer.allows(principal, _ACTION, role, context):
        call.denied = f"{_ACTION} {role}"
        raise AccessDeniedError(principal.arn, _ACTION, role)
