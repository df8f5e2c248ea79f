"""Which refusals of Tencent Cloud's API 3.0 pass by themselves. Apart from the client: it imports no SDK."""

from __future__ import annotations

from typing import Final

from yunfn.exceptions import CloudAnswerError

#: The codes of throttling, each with a suffix or without (API 3.0, "common error codes").
THROTTLED: Final = "RequestLimitExceeded"
_INTERNAL: Final = "InternalError"


def passes(error: BaseException) -> bool:
    """Whether the same request may succeed in a moment: no answer, HTTP 5xx, throttling, an error of the product's."""
    if not isinstance(error, CloudAnswerError):
        return False
    if not error.code:
        return error.status == 0 or error.status >= 500
    return error.code.startswith((THROTTLED, _INTERNAL))
