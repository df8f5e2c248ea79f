"""Figures of one version by Alibaba Cloud Monitor (CMS 2019-01-01, DescribeMetricList of acs_fc).

FC 3.0's documentation ("Monitoring data") has metrics of a region and of a whole function, points of one minute.
Those of a version, ``FunctionQualifier…`` with the dimension ``qualifier``, are what Serverless Devs' component
``fc-metrics`` asks for; that a call by an alias counts for the version that served it was read nowhere. Where it does
not, there are no figures, and no data is never success.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, Final

from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from aliyunsdkcore.auth.credentials import AccessKeyCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from yunfn.exceptions import CloudAnswerError, RolloutError
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.metric import Measure, Reading
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.aliyun_refusals import passes, refusal
from yunfn.storage.part_sender import retrying

_API: Final = "CMS DescribeMetricList"
_CALLS: Final = "FunctionQualifierTotalInvocations"
# Refused for the function's own limit, and for the account's.
_METRICS: Final[Mapping[Measure, tuple[str, ...]]] = {
    Measure.ERRORS: ("FunctionQualifierFunctionErrors",),
    Measure.THROTTLES: ("FunctionQualifierConcurrencyThrottles", "FunctionQualifierResourceThrottles"),
}
_MINUTE: Final = 60
# The most that one answer holds, and one request may ask for (CMS, "DescribeMetricList").
_LENGTH: Final = 1440
_DAYS: Final = 31
# Seconds until the figures of a minute are complete. Not documented for functions; the console shows one to two.
_LATE: Final = 120.0
_SECONDS: Final = 30


class CloudMonitorBackend:
    """Whole minutes only: what of the window begins or ends inside one is left out. Needs cms:QueryMetricList on *."""

    late = _LATE

    def __init__(self, session: AlibabaSession, place: AliasPlace) -> None:
        key, secret, token = session.access_key_id, session.access_key_secret, session.token
        credential = StsTokenCredential(key, secret, token) if token else AccessKeyCredential(key, secret)
        # This SDK carries a CA list of its own and reads no CA variable; what it repeats by itself it would not tell.
        self._client = AcsClient(
            region_id=place.region,
            credential=credential,
            verify=os.environ.get("SSL_CERT_FILE"),
            auto_retry=False,
            timeout=_SECONDS,
        )
        self._place = place

    def measure(self, measure: Measure, version: str, since: float, until: float) -> Reading | None:
        """Calls and failures (or throttles) of ``version``; None where no call is known.

        A failure is an error of the function; an HTTP answer of 500 is none.

        Raises RolloutError for another measure, CloudAnswerError where Cloud Monitor refuses or does not answer.
        """
        if measure not in _METRICS:
            raise RolloutError(f"Cloud Monitor has no {measure.value} of a version: take RequestMetrics or probes")
        first, last = math.ceil(since / _MINUTE) * _MINUTE, math.floor(until / _MINUTE) * _MINUTE
        # What is older is not kept.
        first = max(first, last - _DAYS * 86_400 + _MINUTE)
        if last <= first:
            return None
        # The client holds itself, so its connection would stay until garbage is collected.
        with closing(self._client.session):
            calls = self._sum(_CALLS, version, first, last)
            failures = sum(self._sum(metric, version, first, last) for metric in _METRICS[measure])
        # Whether refused calls count as invocations is not documented: a share is never above 1.
        count = max(calls, failures)
        return Reading(count, failures) if count else None

    def _sum(self, metric: str, version: str, first: int, last: int) -> int:
        return round(sum(self._values(metric, version, first, last)))

    def _values(self, metric: str, version: str, first: int, last: int) -> Iterator[float]:
        """The values of the minutes that begin in [``first``, ``last``); one without calls has no point."""
        token = ""
        while True:
            answer = retrying(passes)(self._ask, metric, version, first, last, token)
            for moment, value in _points(answer, metric, version):
                if first <= moment < last:
                    yield value
            following = str(answer.get("NextToken") or "")
            if not following:
                return
            if following == token:
                raise RolloutError(f"{_API} {metric}: the next page is the same one (request {_request(answer)})")
            token = following

    def _ask(self, metric: str, version: str, first: int, last: int, token: str) -> dict[str, Any]:
        place = self._place
        request = CommonRequest(
            domain=f"metrics.{place.region}.aliyuncs.com", version="2019-01-01", action_name="DescribeMetricList"
        )
        request.set_protocol_type("https")
        request.set_method("POST")
        asked = {
            "Namespace": "acs_fc",
            "MetricName": metric,
            "Period": str(_MINUTE),
            # The start is not in the range, the end is.
            "StartTime": str(first * 1000 - 1),
            "EndTime": str(last * 1000 - 1),
            "Dimensions": json.dumps([self._dimensions(version)]),
            "Length": str(_LENGTH),
        }
        for name, value in {**asked, **({"NextToken": token} if token else {})}.items():
            request.add_body_params(name, value)
        try:
            answer: Any = json.loads(self._client.do_action_with_exception(request))
        except (ServerException, ClientException) as error:
            raise refusal(_API, error) from None
        except ValueError:
            raise CloudAnswerError(f"{_API} {metric}: the answer is not JSON (request -)") from None
        code = str(answer.get("Code") or "")
        if code != "200" or answer.get("Success") is False:
            message = f"{_API} {metric}: {code}: {answer.get('Message')} (request {_request(answer)})"
            raise CloudAnswerError(message, code=code, status=int(code) if code.isdecimal() else 0)
        found: dict[str, Any] = answer
        return found

    def _dimensions(self, version: str) -> dict[str, str]:
        place = self._place
        # FC 3.0 has no services: the name of one is empty (its documentation, example of "Monitoring data").
        named = {"userId": place.account, "region": place.region, "serviceName": "", "functionName": place.function}
        return {**named, "qualifier": version}


def _points(answer: Mapping[str, Any], metric: str, version: str) -> Iterator[tuple[float, float]]:
    """Second and value of each point of ``version``; raises RolloutError for an answer of other form.

    Points that do not tell their version are no answer: they may be those of all versions.
    """
    sent = answer.get("Datapoints") or "[]"
    try:
        points = json.loads(sent) if isinstance(sent, str) else sent
        for point in points:
            if point["qualifier"] == version:
                yield float(point["timestamp"]) / 1000, float(point["Value"])
    except (KeyError, TypeError, ValueError) as error:
        raise RolloutError(
            f"{_API} {metric}: the points have no timestamp, qualifier and Value: {error!r} "
            f"(request {_request(answer)})"
        ) from error


def _request(answer: Mapping[str, Any]) -> str:
    return str(answer.get("RequestId") or "-")
