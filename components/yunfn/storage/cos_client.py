"""cos-python-sdk-v5's client of one region, and its errors as ours."""

from __future__ import annotations

import logging
from typing import Any

import requests
import urllib3.exceptions
from qcloud_cos import CosConfig, CosS3Client
from qcloud_cos.cos_exception import CosClientError, CosServiceError
from requests.adapters import HTTPAdapter

from yunfn.exceptions import ArtifactError, CloudAnswerError
from yunfn.storage.part_sender import CancelledError
from yunfn.storage.tencent_session import TencentSession

ERRORS = (CosServiceError, CosClientError, requests.exceptions.RequestException, urllib3.exceptions.HTTPError)
"""What a call of the client raises, and reading an answer's body."""

_PASSING = ("RequestTimeout", "OperationAborted", "SlowDown", "RequestLimitExceeded", "BadDigest", "InvalidDigest")


def open_client(
    session: TencentSession, connections: int = 10, timeout: float | tuple[float, float] | None = None
) -> CosS3Client:
    """A client in the session's region, over at most so many connections that are kept open; retries nothing itself.

    ``timeout``: seconds for a connection to stand and for each wait for bytes, or those two apart; None is its own 30.
    """
    # It writes signing keys to its log at level DEBUG, and every refusal a second time at level ERROR.
    logging.getLogger("qcloud_cos").setLevel(logging.CRITICAL + 1)
    http = requests.Session()
    http.mount("https://", HTTPAdapter(pool_connections=1, pool_maxsize=connections))
    config = CosConfig(
        Region=session.region,
        SecretId=session.secret_id,
        SecretKey=session.secret_key,
        Token=session.token or None,
        # Handed to requests as it is.
        Timeout=timeout,
    )
    return CosS3Client(config, retry=0, session=http)


def refused(operation: str, subject: str, error: BaseException) -> CloudAnswerError:
    """The error of an answer that was no success, or of none: API, code, request id.

    Of an answer's details only code and message are told: those of a signature error hold what was signed.
    """
    if isinstance(error, CosServiceError):
        said = _digest(error)
        request_id = said.get("requestid") or said.get("x-cos-request-id") or "-"
        code, message = code_of(error), said.get("message") or "no more was said"
        text = f"COS {operation} {subject}: {code}: {message} (request {request_id})"
        return CloudAnswerError(text, code=code, status=error.get_status_code())
    cause = _cause(error)
    return CloudAnswerError(f"COS {operation} {subject}: {type(cause).__name__}: {cause} (request -)")


def code_of(error: BaseException) -> str:
    """COS's code in an error, the HTTP status where it told none, "" for an error that is no answer."""
    if not isinstance(error, CosServiceError):
        return ""
    return str(_digest(error).get("code") or error.get_status_code())


def temporary(error: BaseException) -> bool:
    """Whether the same request may go through a moment later: 5xx, timeouts, dropped connections, bytes bent underway.

    SlowDown and 429 are COS's words for "again, later", BadDigest that the bytes are not those of which Content-MD5 was
    computed (COS documentation, "Error codes"); it has kept nothing then.
    """
    if isinstance(error, CosServiceError):
        return error.get_status_code() >= 500 or error.get_status_code() == 429 or code_of(error) in _PASSING
    cause = _cause(error)
    if "CERTIFICATE_VERIFY_FAILED" in str(cause):
        return False
    broken = (requests.exceptions.ConnectionError, requests.exceptions.Timeout, urllib3.exceptions.HTTPError)
    return isinstance(cause, broken)


def reveal(error: CosClientError) -> BaseException:
    """What is behind a client error: the cancelling, or an error of the file that was read; else the error itself.

    The client makes a text of whatever happens while it sends.
    """
    cause = _cause(error)
    mine = isinstance(cause, OSError) and not isinstance(cause, requests.exceptions.RequestException)
    return cause if mine or isinstance(cause, (CancelledError, ArtifactError)) else error


def _cause(error: BaseException) -> BaseException:
    return error.__context__ if isinstance(error, CosClientError) and error.__context__ is not None else error


def _digest(error: CosServiceError) -> Any:
    """Code, message and so on of an answer; of one without a body its headers."""
    said = error.get_digest_msg()
    return said if hasattr(said, "get") else {}
