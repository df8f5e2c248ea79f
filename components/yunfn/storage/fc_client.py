"""Function Compute's official client in an account and region, as everything here that asks it wants it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from alibabacloud_fc20230330.client import Client
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions
from Tea.exceptions import TeaException

from yunfn.exceptions import CloudAnswerError
from yunfn.storage.alibaba_session import AlibabaSession


def open_client(session: AlibabaSession) -> Client:
    """The client of the session's account and region."""
    return Client(
        Config(
            access_key_id=session.access_key_id,
            access_key_secret=session.access_key_secret,
            security_token=session.token or None,
            region_id=session.region,
            endpoint=f"{session.account}.{session.region}.fc.aliyuncs.com",
            protocol="https",
        )
    )


def runtime_options(**options: Any) -> RuntimeOptions:
    """The SDK's own ``options`` of each request; certificates are checked by SSL_CERT_FILE's list where it is set.

    This SDK pins certifi's list unless told otherwise (alibabacloud_tea_openapi, RuntimeOptions.ca).
    """
    return RuntimeOptions(ca=os.environ.get("SSL_CERT_FILE"), **options)


def ask(operation: str, call: Callable[[], Any]) -> Any:
    """The body of what ``call`` answers, None where there is none; raises CloudAnswerError: API, code, request id."""
    try:
        # Answers without content have no attribute body.
        return getattr(call(), "body", None)
    except TeaException as error:
        raise _refused(operation, error) from error


def passes(error: BaseException) -> bool:
    """Whether the same request may succeed in a moment: no answer, HTTP 5xx, throttling."""
    if not isinstance(error, CloudAnswerError):
        return False
    return error.status in (0, 429) or error.status >= 500 or "Throttl" in error.code


def _refused(operation: str, error: TeaException) -> CloudAnswerError:
    data = error.data if isinstance(error.data, Mapping) else {}
    status = int(getattr(error, "statusCode", 0) or 0)
    request_id = getattr(error, "request_id", None) or data.get("RequestId") or "-"
    # Where nothing was answered there is no code, and the message stands in what the SDK caught.
    code = str(error.code or "")
    message = error.message or getattr(error, "inner_exception", None) or "no answer"
    return CloudAnswerError(
        f"FC {operation}: {code or 'no answer'}: {message} (request {request_id})", code=code, status=status
    )
