"""What aliyun-python-sdk-core raises, as yunfn tells it: API, code and request id, and nothing that was signed."""

from __future__ import annotations

import re
from typing import Final

from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException

from yunfn.exceptions import CloudAnswerError

# This SDK puts tokens, signatures and parameters into the URL, and urllib3 the URL into its errors.
_QUERY: Final = re.compile(r"\?[^\s)'\"]+")
# Its message is all that was signed, the token too.
_SIGNED: Final = "SignatureDoesNotMatch"
# The codes of throttling, each with a suffix or without (POP, common error codes).
_THROTTLED: Final = "Throttling"


def refusal(api: str, error: ServerException | ClientException) -> CloudAnswerError:
    """The error to raise for a call that was refused or not answered; ``api`` such as ``STS AssumeRole``.

    To be raised ``from None``: what the SDK raised still holds the URL.
    """
    if isinstance(error, ServerException):
        code = str(error.get_error_code() or "")
        message = "the secret of the key is wrong" if code == _SIGNED else str(error.get_error_msg())
        text = f"{api}: {code}: {message} (request {error.get_request_id()})"
        return CloudAnswerError(text, code=code, status=int(error.get_http_status() or 0))
    return CloudAnswerError(f"{api}: no answer: {_QUERY.sub('?…', str(error.get_error_msg()))} (request -)")


def passes(error: BaseException) -> bool:
    """Whether the same request may succeed in a moment: no answer, HTTP 5xx, throttling."""
    if not isinstance(error, CloudAnswerError):
        return False
    if not error.code:
        return True
    return error.status >= 500 or error.code.startswith(_THROTTLED)
