"""GetMonitorData: figures by period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue, Operation
from yunfn.localcloud.tencent.api.times import CHINA
from yunfn.localcloud.tencent.monitor.figures import METRICS, PERIODS, Metric
from yunfn.localcloud.tencent.scf import ScfService
from yunfn.localcloud.tencent.scf.dataplane.metrics import Sample

# GetMonitorData's parameters in the API's reference: instances and points of one request.
_INSTANCES, _POINTS = 50, 7200
_NAMESPACE = "qce/scf_v2"
_DIMENSIONS = ("namespace", "functionName", "version", "alias")
# SpecifyStatistics is a sum of these.
_STATISTICS = {"AvgValues": 1, "MaxValues": 2, "MinValues": 4}


class MonitorCalls:
    """GetMonitorData."""

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {"GetMonitorData": self._get}

    async def _get(self, request: ApiRequest) -> dict[str, Any]:
        request.require("monitor:GetMonitorData", "*")
        if request.text("Namespace").lower() != _NAMESPACE:
            raise UnknownOperationError("monitor", f"GetMonitorData of {request.text('Namespace')}")
        name = request.text("MetricName")
        if name not in METRICS:
            raise InvalidParameterValue("MetricName", f"{name!r} is not one of {', '.join(METRICS)}")
        instances = [_dimensions(one) for one in request.objects("Instances")]
        if not 1 <= len(instances) <= _INSTANCES:
            raise InvalidParameterValue("Instances", f"must be 1 to {_INSTANCES}")
        period = request.integer("Period", 300)
        if period not in PERIODS:
            raise InvalidParameterValue("Period", f"must be one of {', '.join(map(str, PERIODS))} seconds")
        start, end = _span(request, period)
        if len(instances) * ((end - start) // period + 1) > _POINTS:
            raise InvalidParameterValue("Period", f"must be so long that there are at most {_POINTS} points")
        statistics = request.integer("SpecifyStatistics", 0)
        request.call.resource = " ".join(one.get("functionName", "") for one in instances)
        return {
            "Period": period,
            "MetricName": name,
            "StartTime": _written(start),
            "EndTime": _written(end),
            "DataPoints": [
                {
                    "Dimensions": [{"Name": key, "Value": value} for key, value in one.items()],
                    **_points(METRICS[name], _calls(request, one, start, end + period), period, statistics),
                }
                for one in instances
            ],
        }


def _dimensions(instance: Mapping[str, Any]) -> dict[str, str]:
    """The dimensions of one instance; raises InvalidParameterValue."""
    found = {}
    for one in instance.get("Dimensions") or []:
        if not isinstance(one, dict) or one.get("Name") not in _DIMENSIONS or not isinstance(one.get("Value"), str):
            raise InvalidParameterValue("Instances.Dimensions", f"has another Name than {', '.join(_DIMENSIONS)}")
        found[one["Name"]] = one["Value"]
    if "functionName" not in found:
        raise InvalidParameterValue("Instances.Dimensions", "must name a functionName")
    return found


def _span(request: ApiRequest, period: int) -> tuple[int, int]:
    """Start and end in seconds, each at the beginning of its period; today so far where nothing is sent."""
    now = request.cloud.clock.now().astimezone(CHINA)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start = _moment(request, "StartTime", midnight)
    end = _moment(request, "EndTime", now)
    if end < start:
        raise InvalidParameterValue("EndTime", "must not be before StartTime")
    zone = int(CHINA.utcoffset(None).total_seconds())
    first, last = ((int(one.timestamp()) + zone) // period * period - zone for one in (start, end))
    return first, last


def _moment(request: ApiRequest, name: str, default: datetime) -> datetime:
    if not (sent := request.text(name, "")):
        return default
    try:
        found = datetime.fromisoformat(sent)
    except ValueError:
        raise InvalidParameterValue(name, "must be of the form 2018-09-22T19:51:23+08:00") from None
    return found if found.tzinfo else found.replace(tzinfo=CHINA)


def _written(second: int) -> str:
    return datetime.fromtimestamp(second, CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _calls(request: ApiRequest, instance: Mapping[str, str], start: float, end: float) -> list[Sample]:
    version = instance.get("version")
    # Tencent's own tools write it in lower case.
    version = "$LATEST" if version is not None and version.upper() == "$LATEST" else version
    alias = instance.get("alias")
    namespace = instance.get("namespace", "default")
    metrics = request.cloud.find(ScfService).metrics
    found = metrics.samples(request.region, namespace, instance["functionName"], version, start, end)
    return [one for one in found if alias is None or one.qualifier == alias]


def _points(metric: Metric, calls: Sequence[Sample], period: int, statistics: int) -> dict[str, Any]:
    """The figure of every period that had calls; periods without are not there."""
    zone = int(CHINA.utcoffset(None).total_seconds())
    periods: dict[int, list[Sample]] = defaultdict(list)
    for one in calls:
        periods[(int(one.time) + zone) // period * period - zone].append(one)
    times = sorted(periods)
    found: dict[str, Any] = {"Timestamps": times, "Values": [metric.figure(periods[one]) for one in times]}
    each = [[metric.each(one) for one in periods[time]] for time in times]
    of = {
        "AvgValues": [sum(values) / len(values) for values in each],
        "MaxValues": [max(values) for values in each],
        "MinValues": [min(values) for values in each],
    }
    return {**found, **{name: values for name, values in of.items() if statistics & _STATISTICS[name]}}
