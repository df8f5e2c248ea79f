"""Lines in a logstore of SLS, by its official client."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any, Final

from aliyun.log import LogClient, LogException, LogItem, PutLogsRequest

from yunfn.exceptions import CloudAnswerError
from yunfn.rollout.lines import WRITING, moment_of, writing
from yunfn.storage.alibaba_session import AlibabaSession

#: The topic of the lines, by which they are told from the function's own.
TOPIC: Final = "yunfn-rollout"
# Seconds to connect or to wait for an answer.
_TIMEOUT: Final = 10
_PASSING: Final = ("LogRequestError", "InternalServerError", "RequestTimeout", "ServerBusy", "WriteQuotaExceed")


class SlsLines:
    """A LineWriter (see there) into ``project`` and ``logstore`` of the session's region, under the topic TOPIC.

    The key needs the right ``log:PostLogStoreLogs``.
    """

    def __init__(self, session: AlibabaSession, project: str, logstore: str) -> None:
        # Told no scheme, it speaks http (aliyun-log-python-sdk, LogClient._setendpoint).
        endpoint = f"https://{session.region}.log.aliyuncs.com"
        self._client = _Client(endpoint, session.access_key_id, session.access_key_secret, session.token or None)
        self._client.timeout = _TIMEOUT
        self._place = project, logstore

    def write(self, lines: Sequence[dict[str, str]]) -> None:
        """See LineWriter. What fails for a moment is tried again for 15 s, and a line may then be there twice."""
        if not lines:
            return
        items = [LogItem(timestamp=int(moment_of(each)), contents=list(each.items())) for each in lines]
        # Told no source, it looks up this machine's address.
        request = PutLogsRequest(*self._place, topic=TOPIC, source="yunfn", logitems=items, compress=False)
        writing(_passes)(self._put, request)

    def _put(self, request: PutLogsRequest) -> None:
        try:
            self._client.put_logs(request)
        except LogException as error:
            code, request_id = str(error.get_error_code()), error.get_request_id() or "-"
            text = f"SLS PutLogs {'/'.join(self._place)}: {code}: {error.get_error_message()} (request {request_id})"
            status = int(getattr(error, "resp_status", 0) or 0)
            raise CloudAnswerError(text, code=code, status=status) from error


def _passes(error: BaseException) -> bool:
    """Whether the same request may succeed in a moment (SLS's error codes); LogRequestError is no answer."""
    return isinstance(error, CloudAnswerError) and (error.code in _PASSING or error.status >= 500)


class _Client(LogClient):
    """Ends its ten tries of a request, a second apart, in time: those of answers with 5xx; without TLS, of none too."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._until = threading.local()

    def put_logs(self, request: Any) -> Any:
        self._until.at = time.monotonic() + WRITING
        return super().put_logs(request)

    def _getHttpResponse(self, *arguments: Any) -> Any:
        if time.monotonic() >= self._until.at:
            raise LogException("NoAnswer", f"no success in {WRITING:g} s")
        return super()._getHttpResponse(*arguments)  # type: ignore[misc]  # its stub has no private methods
