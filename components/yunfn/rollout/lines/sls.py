"""Lines in a logstore of SLS, by its official client."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any, Final

from aliyun.log import LogClient, LogException, LogItem, PutLogsRequest

from yunfn.exceptions import CloudAnswerError
from yunfn.rollout.lines import moment_of
from yunfn.storage.alibaba_session import AlibabaSession

#: The topic of the lines, by which they are told from the function's own.
TOPIC: Final = "yunfn-rollout"
# Seconds to connect or to wait for an answer, and for all tries of one write: what is driven waits meanwhile.
_TIMEOUT: Final = 10
_WRITING: Final = 15.0


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
        items = [LogItem(timestamp=int(moment_of(each)), contents=list(each.items())) for each in lines]
        project, logstore = self._place
        try:
            # Told no source, it looks up this machine's address.
            request = PutLogsRequest(project, logstore, topic=TOPIC, source="yunfn", logitems=items, compress=False)
            self._client.put_logs(request)
        except LogException as error:
            code, request_id = str(error.get_error_code()), error.get_request_id() or "-"
            text = f"SLS PutLogs {project}/{logstore}: {code}: {error.get_error_message()} (request {request_id})"
            status = int(getattr(error, "resp_status", 0) or 0)
            raise CloudAnswerError(text, code=code, status=status) from error


class _Client(LogClient):
    """Ends its ten tries of a request, a second apart, in time; each may take as long as the timeout."""

    _until = threading.local()

    def put_logs(self, request: Any) -> Any:
        self._until.at = time.monotonic() + _WRITING
        return super().put_logs(request)

    def _getHttpResponse(self, *arguments: Any) -> Any:
        if time.monotonic() >= self._until.at:
            raise LogException("NoAnswer", f"no success in {_WRITING:g} s")
        return super()._getHttpResponse(*arguments)  # type: ignore[misc]  # its stub has no private methods
