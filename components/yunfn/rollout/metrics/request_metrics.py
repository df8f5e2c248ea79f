"""Figures of one version by the rows of request metrics that Function Compute writes to the log service (SLS).

One row a call that ran, with ``functionName``, ``versionId`` (the version that served, whatever alias was called),
``durationMs`` and ``hasFunctionError`` (SLS documentation, "Function Compute 3.0: log fields"), and ``statusCode``
where it came by an HTTP trigger or custom domain. A call that was refused leaves no row, so throttles are not there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from yunfn.exceptions import CloudAnswerError, RolloutError
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.metric import Measure, Reading, RequestMetrics
from yunfn.rollout.metrics.measures import PERCENTILES
from yunfn.rollout.metrics.request_fields import FIELDS
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.part_sender import retrying

# Seconds until a row can be found. Not documented: the log service itself says three after it has a row.
_LATE: Final = 5.0
# A failure of an HTTP call is what the caller sees: a web app that answers 500 raises nothing in Function Compute.
_FAILED: Final = "count_if(hasFunctionError = 'true' OR statusCode >= 500)"
_SECONDS: Final = 30
# What is said of a field without statistics, one without index, and a logstore without (SLS, "Common errors when
# querying and analyzing logs").
_UNINDEXED: Final = re.compile("column in the index|is not config as key value|without index config")
# Names and versions as Function Compute takes them: neither can end a text of the query.
_SAFE: Final = re.compile(r"[A-Za-z0-9_.-]+")


class RequestMetricsBackend:
    """Asks the log service by SQL; the window is whole seconds, as its times are.

    Needs log:GetLogStoreLogs on the logstore.
    """

    late = _LATE

    def __init__(self, session: AlibabaSession, place: AliasPlace, source: RequestMetrics) -> None:
        self._session = session
        self._place = place
        self._source = source
        self._opened: Any = None

    def measure(self, measure: Measure, version: str, since: float, until: float) -> Reading | None:
        """Calls that ran, and of them the failures or the percentile of the duration (milliseconds); None of none.

        A failure is an error of the function, or an HTTP answer of 500 and above.

        Raises RolloutError for a measure that the rows do not tell and for an index that lacks their fields,
        CloudAnswerError where the log service refuses or does not answer.
        """
        figure = _figure(measure)
        first, last = math.ceil(since), math.floor(until)
        if last <= first:
            return None
        # The client itself asks again where the service errs, but not where nothing is answered.
        row = retrying(_unanswered)(self._row, self._query(figure, version), first, last)
        count = int(_number(row, "calls"))
        if not count:
            return None
        if measure is Measure.ERRORS:
            return Reading(count, failures=int(_number(row, "figure")))
        return Reading(count, value=_number(row, "figure"))

    def _query(self, figure: str, version: str) -> str:
        name = self._place.function
        for text in (name, version):
            if not _SAFE.fullmatch(text):
                raise RolloutError(f"request metrics: {text!r} is no name of a function or version")
        # The search narrows what SQL has to read; words of an index may be parts of names, so SQL compares whole ones.
        search = f'durationMs >= 0 and functionName: "{name}" and versionId: "{version}"'
        where = f"functionName = '{name}' AND versionId = '{version}'"
        return f"{search} | SELECT count(1) AS calls, {figure} AS figure FROM log WHERE {where}"  # noqa: S608 — checked

    def _row(self, query: str, first: int, last: int) -> Mapping[str, str]:
        from aliyun.log import LogException

        project, logstore = self._source.project, self._source.logstore
        try:
            answer = self._client().get_log(project, logstore, from_time=first, to_time=last, query=query)
        except LogException as error:
            raise self._refused(error) from error
        if not answer.is_completed():
            # The client has asked several times already.
            raise RolloutError(f"SLS GetLogs {project}/{logstore}: the log service did not look through all rows")
        rows = answer.get_logs()
        if len(rows) != 1:
            raise RolloutError(f"SLS GetLogs {project}/{logstore}: {len(rows)} rows for a count, not one")
        found: Mapping[str, str] = rows[0].get_contents()
        return found

    def _refused(self, error: Any) -> Exception:
        code, message, request = error.get_error_code(), error.get_error_message(), error.get_request_id() or "-"
        place = f"SLS GetLogs {self._source.project}/{self._source.logstore}"
        if code == "LogRequestError":
            # The client's own word, for no answer or one in no shape of the log service's.
            return CloudAnswerError(f"{place}: no answer: {message} (request {request})")
        text = f"{place}: {code}: {message} (request {request})"
        if _UNINDEXED.search(str(message)):
            fields = ", ".join(f"{name} ({kind})" for name, kind in FIELDS.items())
            return RolloutError(f"{text}. Its index must have these fields, with statistics, as LogProject's: {fields}")
        return CloudAnswerError(text, code=str(code), status=int(getattr(error, "resp_status", 0) or 0))

    def _client(self) -> Any:
        if self._opened is None:
            from aliyun.log import LogClient

            session = self._session
            # Told no scheme, it speaks http (aliyun-log-python-sdk, LogClient._setendpoint).
            endpoint = f"https://{self._place.region}.log.aliyuncs.com"
            self._opened = LogClient(
                endpoint, session.access_key_id, session.access_key_secret, session.token or None
            )  # fmt: skip
            self._opened.timeout = _SECONDS
        return self._opened


def _figure(measure: Measure) -> str:
    """The SQL of a measure; raises RolloutError for one that has none."""
    if measure is Measure.ERRORS:
        return _FAILED
    if measure in PERCENTILES:
        return f"approx_percentile(durationMs, {PERCENTILES[measure]})"
    raise RolloutError(f"request metrics tell no {measure.value}: a call that was refused leaves no row")


def _unanswered(error: BaseException) -> bool:
    return isinstance(error, CloudAnswerError) and not error.code


def _number(row: Mapping[str, str], name: str) -> float:
    try:
        return float(row[name])
    except (KeyError, ValueError):
        raise RolloutError(f"SLS GetLogs: {name} is {row.get(name)!r}, not a number") from None
