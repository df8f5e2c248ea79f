"""Figures of one version by Tencent Cloud Monitor (GetMonitorData of QCE/SCF_V2).

Names of metrics and dimensions: "SCF monitoring metrics" in Monitor's documentation (248/45130): ``Invocation``,
``Error`` (of the function and of the platform) and ``Throttle`` are sums of a period, by ``functionName``,
``version`` and ``namespace``. Durations are means there, so there are no percentiles.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from yunfn.exceptions import RolloutError
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.metric import Measure, Reading
from yunfn.rollout.metrics.tencent_questions import Questions
from yunfn.storage.tencent_session import TencentSession

_METRICS: Final[Mapping[Measure, str]] = {Measure.ERRORS: "Error", Measure.THROTTLES: "Throttle"}
# Seconds, each with the longest span that is asked for by it; a request has 1,440 points at most in the documents of
# single products, 7,200 in the API's own.
_PERIODS: Final = (60, 300, 3600)
_POINTS: Final = 1440
_CHINA: Final = timezone(timedelta(hours=8))
# Seconds until the figures of a minute are complete. Not documented: the console shows them after one to three.
_LATE: Final = 120.0


class TencentMonitorBackend:
    """Whole periods only: what of the window begins or ends inside one is left out.

    Needs ``monitor:GetMonitorData`` on ``*``.
    """

    late = _LATE

    def __init__(self, session: TencentSession, place: AliasPlace) -> None:
        self._questions = Questions(session, "monitor")
        self._place = place

    def measure(self, measure: Measure, version: str, since: float, until: float) -> Reading | None:
        """Calls and failures (or throttles) of ``version``; None where no call is known.

        Raises RolloutError for another measure, CloudAnswerError where Monitor refuses or does not answer.
        """
        if measure not in _METRICS:
            raise RolloutError(f"Tencent Cloud Monitor has no {measure.value} of a version")
        first, last, period = _span(since, until)
        if last <= first:
            return None
        calls = self._sum("Invocation", version, first, last, period)
        failures = self._sum(_METRICS[measure], version, first, last, period)
        # Whether refused calls count as invocations is not documented: a share is never above 1.
        count = max(calls, failures)
        return Reading(count, failures) if count else None

    def _sum(self, metric: str, version: str, first: int, last: int, period: int) -> int:
        answer = self._questions.ask(
            "GetMonitorData",
            {
                "Namespace": "QCE/SCF_V2",
                "MetricName": metric,
                "Instances": [{"Dimensions": self._dimensions(version)}],
                "Period": period,
                "StartTime": _written(first),
                # The period of the end is in the answer, whole.
                "EndTime": _written(last - period),
            },
        )
        return sum(_values(answer, metric, first, last))

    def _dimensions(self, version: str) -> list[dict[str, str]]:
        place = self._place
        # In lower case, as the documentation and Tencent's own tools write it.
        written = version.lower() if version == "$LATEST" else version
        named = {"functionName": place.function, "namespace": place.namespace or "default", "version": written}
        return [{"Name": name, "Value": value} for name, value in named.items()]


def _span(since: float, until: float) -> tuple[int, int, int]:
    """The whole periods inside of the window: their first second, the one behind the last, and the period."""
    for period in _PERIODS:
        first, last = math.ceil(since / period) * period, math.floor(until / period) * period
        if (last - first) // period <= _POINTS:
            break
    return first, last, period


def _written(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).astimezone(_CHINA).isoformat()


def _values(answer: Mapping[str, Any], metric: str, first: int, last: int) -> list[int]:
    """The values of the periods that begin in [``first``, ``last``); raises RolloutError for an answer of other form.

    A period without calls has no point, or one of null.
    """
    try:
        points = [
            (float(moment), value)
            for one in answer.get("DataPoints") or ()
            for moment, value in zip(one.get("Timestamps") or (), one.get("Values") or (), strict=True)
        ]
        return [round(float(value)) for moment, value in points if first <= moment < last and value is not None]
    except (AttributeError, TypeError, ValueError) as error:
        raise RolloutError(
            f"MONITOR GetMonitorData {metric}: the answer has no timestamps with their values: {error} "
            f"(request {answer.get('RequestId', '-')})"
        ) from None
