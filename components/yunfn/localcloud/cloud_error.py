"""Refusals in the cloud's own words, and why a request's sender is not believed."""

from __future__ import annotations

from enum import StrEnum


class CloudError(Exception):
    """A refusal with the cloud's own code and status; each service shapes it in its own wire format.

    Services subclass it with ``code``, ``status`` and a message template fixed per class.
    """

    code: str = "InternalError"
    status: int = 400

    def __init__(self, message: str, *, code: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        if status is not None:
            self.status = status


class UnknownOperationError(CloudError):
    """The local cloud lacks this operation: a loud 400 (never 404 or 5xx, which providers swallow or retry)."""

    code = "YunfnLocalUnknownOperation"
    status = 400

    def __init__(self, service: str, operation: str) -> None:
        super().__init__(f"the local cloud has no operation {operation!r} of {service}")
        self.operation = operation


class Disbelief(StrEnum):
    """Why a request's sender is not believed."""

    MISSING = "missing"
    UNKNOWN_KEY = "unknown key"
    MISMATCH = "signature mismatch"
    SKEWED = "clock skew"
    WRONG_TOKEN = "wrong security token"  # noqa: S105 - a reason, not a secret
    EXPIRED = "expired token"


class AuthenticationError(CloudError):
    """The sender of a request is not believed; services translate it into their own code and shape."""

    code = "InvalidAccessKeyId"
    status = 403

    def __init__(self, reason: Disbelief, access_key_id: str = "", string_to_sign: str = "") -> None:
        super().__init__(f"{reason.value}: {access_key_id}" if access_key_id else reason.value)
        self.reason = reason
        self.access_key_id = access_key_id
        self.string_to_sign = string_to_sign


class AccessDeniedError(CloudError):
    """No statement allows the action, or one denies it; services translate it into their own code and shape."""

    code = "AccessDenied"
    status = 403

    def __init__(self, principal: str, action: str, resource: str) -> None:
        super().__init__(f"{principal} is not authorized to perform {action} on {resource}")
        self.action = action
        self.resource = resource
