"""oss2's client of one bucket, and its errors as ours."""

from __future__ import annotations

import oss2
import requests

from yunfn.exceptions import CloudAnswerError
from yunfn.storage.alibaba_session import AlibabaSession

# Seconds for a connection to stand, and for each wait for bytes from the cloud.
_TIMEOUT = 30
_PASSING = ("RequestTimeout", "OperationAborted", "InvalidDigest")


def open_bucket(
    session: AlibabaSession, name: str, connections: int = 10, timeout: float | tuple[float, float] = _TIMEOUT
) -> oss2.Bucket:
    """The bucket ``name`` in the session's region, over at most so many connections that are kept open.

    ``timeout``: seconds for a connection to stand and for each wait for bytes, or those two apart.
    """
    if session.token:
        auth = oss2.StsAuth(session.access_key_id, session.access_key_secret, session.token, "v4")
    else:
        auth = oss2.AuthV4(session.access_key_id, session.access_key_secret)
    return oss2.Bucket(
        auth,
        f"https://oss-{session.region}.aliyuncs.com",
        name,
        session=oss2.Session(pool_size=connections),
        region=session.region,
        # The client hands it to requests as it is.
        connect_timeout=timeout,
    )


def refused(operation: str, subject: str, error: BaseException) -> CloudAnswerError:
    """The error of an answer that was no success, or of none: API, code, request id.

    Of an answer's details only code and message are told: those of a signature error hold the key id and what was
    signed.
    """
    if isinstance(error, oss2.exceptions.OssError):
        said = error.message or (error.body if isinstance(error.body, str) else "")
        said = said.removeprefix(f"{type(error).__name__}: ")
        code = error.code or (str(error.status) if error.status > 0 else type(error).__name__)
        text = f"OSS {operation} {subject}: {code}: {said} (request {error.request_id or '-'})"
        return CloudAnswerError(text, code=code, status=max(error.status, 0))
    return CloudAnswerError(f"OSS {operation} {subject}: {type(error).__name__}: {error} (request -)")


def temporary(error: BaseException) -> bool:
    """Whether the same request may go through a moment later: 5xx, timeouts, dropped connections, bytes bent underway.

    OperationAborted and 429 are OSS's words for "again, later", InvalidDigest that the bytes are not those of which
    Content-MD5 was computed (OSS documentation, "Error codes"); it has kept nothing then.
    """
    if isinstance(error, oss2.exceptions.RequestError):
        # Other errors of TLS are connections that broke.
        return "CERTIFICATE_VERIFY_FAILED" not in str(error.exception)
    if isinstance(error, oss2.exceptions.OssError):
        return error.status >= 500 or error.status == 429 or error.code in _PASSING
    broken = requests.exceptions.ConnectionError, requests.exceptions.Timeout, requests.exceptions.ChunkedEncodingError
    return isinstance(error, broken)
