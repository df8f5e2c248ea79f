"""What refusals by Tencent Cloud's API 3.0 mean, and which pass by themselves. Apart from the client: no SDK here."""

from __future__ import annotations

from typing import Final

from yunfn.exceptions import CloudAnswerError

#: The codes of throttling, each with a suffix or without (API 3.0, "common error codes").
THROTTLED: Final = "RequestLimitExceeded"
_INTERNAL: Final = "InternalError"
#: What says that the function itself is not there (TCP 1.82.42, exact codes).
FUNCTION_GONE: Final = frozenset(
    (
        "ResourceNotFound.Function",
        "ResourceNotFound.FunctionName",
        "ResourceNotFound.Namespace",
        "InvalidParameterValue.FunctionName",
    )
)
#: What says that another change of a function is under way.
BUSY: Final = frozenset(
    (
        "FailedOperation.FunctionStatusError",
        "FailedOperation.FunctionNameStatusError",
        "FailedOperation.FunctionVersionStatusNotActive",
        "FailedOperation.OperationConflict",
        "FailedOperation.ProvisionedInProgress",
    )
)


def passes(error: BaseException) -> bool:
    """Whether the same request may succeed in a moment: no answer, HTTP 5xx, throttling, an error of the product's."""
    if not isinstance(error, CloudAnswerError):
        return False
    if not error.code:
        return error.status == 0 or error.status >= 500
    return error.code.startswith((THROTTLED, _INTERNAL))
