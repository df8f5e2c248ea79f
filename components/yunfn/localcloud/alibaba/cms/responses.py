"""DescribeMetricList of Function Compute (acs_fc): figures minute by minute."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from yunfn.localcloud.alibaba.cms.exceptions import InvalidParameter
from yunfn.localcloud.alibaba.cms.figures import BY_QUALIFIER, METRICS
from yunfn.localcloud.alibaba.cms.urls import HOSTS
from yunfn.localcloud.alibaba.fc import FcService
from yunfn.localcloud.alibaba.fc.dataplane.metrics import Sample
from yunfn.localcloud.alibaba.pop import Operation, Parameters, RpcService
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import UnknownOperationError

_NAMESPACE = "acs_fc"
# FC 3.0 documentation, "Monitoring data": a point a minute, kept for 31 days.
_PERIOD = 60
_DAYS = 31
# CMS 2019-01-01, "DescribeMetricList": resources of one request, points of one answer.
_RESOURCES = 50
_LENGTH = (1000, 1440)
_DIMENSIONS = ("userId", "region", "serviceName", "functionName", "qualifier")

_Point = dict[str, Any]


class CmsService(RpcService):
    """Answers DescribeMetricList for functions."""

    name = "cms"
    product = "Cms"
    version = "2019-01-01"
    hosts = HOSTS
    operations = ("DescribeMetricList",)

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {"DescribeMetricList": self._describe_metric_list}

    def _describe_metric_list(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        namespace, metric = parameters.required("Namespace"), parameters.required("MetricName")
        # Its action has an older name (CMS 2019-01-01, "DescribeMetricList", authorization).
        call.require("cms:QueryMetricList", "*")
        if namespace != _NAMESPACE or metric not in METRICS:
            raise UnknownOperationError("cms", f"DescribeMetricList of {namespace} {metric}")
        if parameters.number("Period", _PERIOD) != _PERIOD:
            raise InvalidParameter("Period", f"the metrics of {namespace} have periods of {_PERIOD} seconds")
        start, end = self._span(parameters)
        asked = _resources(parameters)
        call.resource = " ".join(each.get("functionName", "*") for each in asked)
        points = sorted(self._points(call, metric, asked, start, end), key=lambda point: point["timestamp"])
        return {"Code": "200", "Success": True, "Period": str(_PERIOD), **_page(parameters, points)}

    def _span(self, parameters: Parameters) -> tuple[int, int]:
        """Start, which is not in it, and end, which is: milliseconds."""
        now = self.cloud.clock.time()
        end = _moment(parameters, "EndTime", now)
        start = _moment(parameters, "StartTime", end / 1000 - 3600)
        if start >= end:
            raise InvalidParameter("StartTime", "must be before EndTime")
        if end - start > _DAYS * 86_400_000:
            raise InvalidParameter("EndTime", f"must be at most {_DAYS} days after StartTime")
        return max(start, int((now - _DAYS * 86_400) * 1000)), end

    def _points(
        self, call: Call, metric: str, asked: Sequence[Mapping[str, str]], start: int, end: int
    ) -> Iterator[_Point]:
        metrics = self.cloud.find(FcService).dataplane.metrics
        # A minute is known by its first moment.
        first, last = start // 60_000 * 60 + 60, end // 60_000 * 60
        wanted = {each.get("functionName") for each in asked}
        for name in metrics.functions(call.account, call.region):
            if not wanted & {name, None}:
                continue
            calls = list(metrics.samples(call.account, call.region, name, first, last + 60))
            named = {"userId": call.account, "region": call.region, "serviceName": "", "functionName": name}
            for resource, minute, samples in _series(named, calls, by_qualifier=metric in BY_QUALIFIER):
                if any(each.items() <= resource.items() for each in asked):
                    figure = METRICS[metric](samples)
                    if figure is not None:
                        yield {"timestamp": minute * 1000, **resource, "Value": round(figure, 2)}


def _series(
    named: Mapping[str, str], calls: Sequence[Sample], *, by_qualifier: bool
) -> Iterator[tuple[dict[str, str], int, list[Sample]]]:
    """The calls of each minute; a call counts for the version that ran, and for the alias that it was made by."""
    found: defaultdict[tuple[str, int], list[Sample]] = defaultdict(list)
    for one in calls:
        minute = int(one.time) // 60 * 60
        for qualifier in {one.version, one.qualifier} if by_qualifier else {""}:
            found[qualifier, minute].append(one)
    for (qualifier, minute), samples in found.items():
        yield {**named, **({"qualifier": qualifier} if by_qualifier else {})}, minute, samples


def _resources(parameters: Parameters) -> list[dict[str, str]]:
    """What is asked for: each dimension that is named must be so; everything where nothing is sent."""
    sent = parameters.get("Dimensions", "")
    try:
        found = json.loads(sent) if sent else {}
    except ValueError:
        raise InvalidParameter("Dimensions", "is not JSON") from None
    each = found if isinstance(found, list) else [found]
    if not 1 <= len(each) <= _RESOURCES:
        raise InvalidParameter("Dimensions", f"must be 1 to {_RESOURCES} resources")
    for one in each:
        if not isinstance(one, dict) or not all(isinstance(value, str) for value in one.values()):
            raise InvalidParameter("Dimensions", "must be objects of texts")
        if unknown := [name for name in one if name not in _DIMENSIONS]:
            raise InvalidParameter("Dimensions", f"{unknown[0]} is not one of {', '.join(_DIMENSIONS)}")
    return each


def _page(parameters: Parameters, points: Sequence[_Point]) -> dict[str, str]:
    """One page of the points, as JSON in a text, and the token of the next one where there is one."""
    most = parameters.number("Length", _LENGTH[0])
    if not 1 <= most <= _LENGTH[1]:
        raise InvalidParameter("Length", f"must be 1 to {_LENGTH[1]}")
    begin = parameters.number("NextToken", 0)
    page = json.dumps(points[begin : begin + most], separators=(",", ":"))
    return {"Datapoints": page, **({"NextToken": str(begin + most)} if begin + most < len(points) else {})}


def _moment(parameters: Parameters, name: str, default: float) -> int:
    """A time in milliseconds: sent so, or as YYYY-MM-DDThh:mm:ssZ; ``default`` is in seconds."""
    sent = parameters.get(name, "")
    if not sent:
        return int(default * 1000)
    if sent.isdecimal():
        return int(sent)
    try:
        return int(datetime.strptime(sent, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        raise InvalidParameter(name, "must be milliseconds or of the form 2019-01-30T00:00:00Z") from None
