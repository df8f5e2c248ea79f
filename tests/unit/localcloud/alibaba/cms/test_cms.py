"""Cloud Monitor's one call: figures of functions minute by minute, as its documentation words them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from unit.localcloud.alibaba.signatures.rpc_client import RpcClient, user_key
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.alibaba.cms import CmsService
from yunfn.localcloud.alibaba.fc import FcService
from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.alibaba.log import LogService
from yunfn.localcloud.alibaba.oss import OssService
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.sts import StsService
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.keys import AccessKey
from yunfn.localcloud.runner import InvocationResult

REGION = "cn-shanghai"
# The beginning of an hour, years from now.
BEGIN = 1_893_427_200
SERVICES = [RamService, StsService, OssService, LogService, FcService, CmsService]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCloud]:
    """Two functions that were called in two minutes."""
    with served(tmp_path_factory.mktemp("cms"), SERVICES) as cloud:
        cloud.run(_called)
        yield cloud


def _called(cloud: LocalCloud) -> None:
    metrics = cloud.find(FcService).dataplane.metrics
    cloud.clock.move(BEGIN + 10 - cloud.clock.time())
    for milliseconds in range(10, 101, 10):
        metrics.add(_function(cloud, "f", "live", "1"), _result(milliseconds), status=200)
    metrics.add(_function(cloud, "f", "2", "2"), _result(7, "UnhandledInvocationError"), status=502)
    metrics.throttled(_function(cloud, "f", "2", "2"))
    metrics.add(_function(cloud, "g", "LATEST", "LATEST"), _result(1))
    cloud.clock.move(60)
    metrics.add(_function(cloud, "f", "1", "1"), _result(5), status=503)
    metrics.throttled(_function(cloud, "g", "LATEST", "LATEST"))


def _function(cloud: LocalCloud, name: str, qualifier: str, version: str) -> ResolvedFunction:
    return ResolvedFunction(
        cloud.account, REGION, name, qualifier, version, {}, None, (), None, None, fingerprint=""
    )  # fmt: skip


def _result(milliseconds: float, error: str | None = None) -> InvocationResult:
    return InvocationResult(b"", error, b"", milliseconds, 1, milliseconds * 2, False, "i", 0.0)


@pytest.fixture
def cms(cloud: ServedCloud) -> Iterator[RpcClient]:
    client = _client(cloud)
    yield client
    client.close()


def _client(cloud: ServedCloud, key: AccessKey | None = None) -> RpcClient:
    return RpcClient(cloud, f"metrics.{REGION}.aliyuncs.com", "2019-01-01", key)


def asked(metric: str, dimensions: object = None, **more: str) -> dict[str, str]:
    """Parameters for the two minutes."""
    sent = {"Namespace": "acs_fc", "MetricName": metric, "Period": "60"}
    span = {"StartTime": str(BEGIN * 1000 - 1), "EndTime": str((BEGIN + 120) * 1000 - 1)}
    return {**sent, **span, **({"Dimensions": json.dumps(dimensions)} if dimensions is not None else {}), **more}


def points(cms: RpcClient, metric: str, dimensions: object = None, **more: str) -> list[dict[str, Any]]:
    answer = cms.do("DescribeMetricList", **asked(metric, dimensions, **more))
    assert (answer["Code"], answer["Success"], answer["Period"]) == ("200", True, "60")
    found: list[dict[str, Any]] = json.loads(answer["Datapoints"])
    return found


def values(cms: RpcClient, metric: str, dimensions: object = None) -> list[tuple[int, str, float]]:
    """Minute (0 or 1), what it is of, value."""
    return [
        ((one["timestamp"] // 1000 - BEGIN) // 60, one.get("qualifier") or one["functionName"], one["Value"])
        for one in points(cms, metric, dimensions)
    ]


def test_a_point_names_what_it_is_of(cms: RpcClient, cloud: ServedCloud) -> None:
    (point,) = points(cms, "FunctionQualifierFunctionErrors", [{"functionName": "f", "qualifier": "2"}])
    named = {"userId": cloud.account, "region": REGION, "serviceName": "", "functionName": "f", "qualifier": "2"}
    assert point == {"timestamp": BEGIN * 1000, **named, "Value": 1.0}


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("FunctionTotalInvocations", [(0, "f", 12), (0, "g", 1), (1, "f", 1), (1, "g", 1)]),
        ("FunctionFunctionErrors", [(0, "f", 1), (0, "g", 0), (1, "f", 0), (1, "g", 0)]),
        ("FunctionConcurrencyThrottles", [(0, "f", 1), (0, "g", 0), (1, "f", 0), (1, "g", 1)]),
        ("FunctionResourceThrottles", [(0, "f", 0), (0, "g", 0), (1, "f", 0), (1, "g", 0)]),
        ("FunctionHTTPStatus2xx", [(0, "f", 10), (0, "g", 0), (1, "f", 0), (1, "g", 0)]),
        ("FunctionHTTPStatus5xx", [(0, "f", 1), (0, "g", 0), (1, "f", 1), (1, "g", 0)]),
        # A minute in which nothing ran has no duration.
        ("FunctionAvgDuration", [(0, "f", 50.64), (0, "g", 1), (1, "f", 5)]),
        ("FunctionMaxDuration", [(0, "f", 100), (0, "g", 1), (1, "f", 5)]),
        ("FunctionP90Duration", [(0, "f", 90), (0, "g", 1), (1, "f", 5)]),
        ("FunctionP99Duration", [(0, "f", 100), (0, "g", 1), (1, "f", 5)]),
        ("FunctionMaxMemoryUsage", [(0, "f", 200), (0, "g", 2), (1, "f", 10)]),
    ],
)
def test_metrics_of_functions(cms: RpcClient, metric: str, expected: list[tuple[int, str, float]]) -> None:
    assert sorted(values(cms, metric)) == expected


def test_a_call_by_an_alias_counts_for_the_version_and_the_alias(cms: RpcClient) -> None:
    found = values(cms, "FunctionQualifierTotalInvocations", {"functionName": "f"})
    assert sorted(found) == [(0, "1", 10), (0, "2", 2), (0, "live", 10), (1, "1", 1)]
    assert [minute for minute, _, _ in found] == [0, 0, 0, 1]


def test_dimensions_choose(cms: RpcClient, cloud: ServedCloud) -> None:
    metric = "FunctionTotalInvocations"
    everything = values(cms, metric)
    assert values(cms, metric, {"userId": cloud.account, "region": REGION, "serviceName": ""}) == everything
    assert values(cms, metric, [{"functionName": "g"}, {"functionName": "f"}]) == everything
    assert {name for _, name, _ in values(cms, metric, [{"functionName": "g"}])} == {"g"}
    for nothing in ({"serviceName": "s"}, {"region": "cn-beijing"}, {"userId": "1"}, {"functionName": "h"}):
        assert values(cms, metric, nothing) == []
    # The version of a call is no dimension of a function's metrics.
    assert values(cms, metric, {"functionName": "f", "qualifier": "1"}) == []


def test_the_start_is_out_and_the_end_is_in(cms: RpcClient) -> None:
    def minutes(start: float, end: float) -> list[int]:
        span = {"StartTime": str(int(start * 1000)), "EndTime": str(int(end * 1000))}
        found = points(cms, "FunctionTotalInvocations", {"functionName": "f"}, **span)
        return [(one["timestamp"] // 1000 - BEGIN) // 60 for one in found]

    assert minutes(BEGIN, BEGIN + 60) == [1]
    assert minutes(BEGIN - 0.001, BEGIN + 59.999) == [0]
    assert minutes(BEGIN + 60, BEGIN + 300) == []
    written = {"StartTime": "2029-12-31T23:59:59Z", "EndTime": "2030-01-01T00:00:00Z"}
    assert points(cms, "FunctionTotalInvocations", **written) == []
    assert points(cms, "FunctionTotalInvocations", StartTime="", EndTime="")


def test_pages(cms: RpcClient) -> None:
    answer = cms.do("DescribeMetricList", **asked("FunctionTotalInvocations", Length="3"))
    assert len(json.loads(answer["Datapoints"])) == 3
    rest = cms.do("DescribeMetricList", **asked("FunctionTotalInvocations", Length="3", NextToken=answer["NextToken"]))
    assert len(json.loads(rest["Datapoints"])) == 1 and "NextToken" not in rest
    assert "NextToken" not in cms.do("DescribeMetricList", **asked("FunctionTotalInvocations", Length="4"))


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        ({"Namespace": ""}, "MissingNamespace", "mandatory"),
        ({"MetricName": ""}, "MissingMetricName", "mandatory"),
        ({"Namespace": "acs_ecs_dashboard"}, "YunfnLocalUnknownOperation", "acs_ecs_dashboard"),
        ({"MetricName": "FunctionQualifierP99Duration"}, "YunfnLocalUnknownOperation", "FunctionQualifierP99Duration"),
        ({"Period": "300"}, "InvalidParameter", "periods of 60 seconds"),
        ({"StartTime": "2030-01-01 00:00:00"}, "InvalidParameter", "milliseconds or of the form"),
        ({"StartTime": str((BEGIN + 120) * 1000)}, "InvalidParameter", "before EndTime"),
        ({"StartTime": str((BEGIN - 32 * 86400) * 1000)}, "InvalidParameter", "at most 31 days"),
        ({"Dimensions": "{"}, "InvalidParameter", "not JSON"),
        ({"Dimensions": "[]"}, "InvalidParameter", "1 to 50"),
        ({"Dimensions": '["f"]'}, "InvalidParameter", "objects of texts"),
        ({"Dimensions": '{"functionName": 1}'}, "InvalidParameter", "objects of texts"),
        ({"Dimensions": '{"instanceId": "i-1"}'}, "InvalidParameter", "instanceId is not one of"),
        ({"Length": "1441"}, "InvalidParameter", "1 to 1440"),
    ],
)
def test_refusals(cms: RpcClient, wrong: dict[str, str], code: str, words: str) -> None:
    sent = {**asked("FunctionTotalInvocations"), **wrong}
    assert words in cms.refused(400, code, "DescribeMetricList", **sent)


def test_the_right_has_the_older_name(cloud: ServedCloud) -> None:
    allowed = {"Action": "cms:QueryMetricList", "Effect": "Allow", "Resource": "*"}
    without, with_it = user_key(cloud, "bob"), user_key(cloud, "alice", json.dumps(_document(allowed)))
    client = _client(cloud, without)
    words = client.refused(403, "NoPermission", "DescribeMetricList", **asked("FunctionTotalInvocations"))
    assert "cms:QueryMetricList" in words
    client.close()
    client = _client(cloud, with_it)
    assert points(client, "FunctionTotalInvocations")
    client.close()


def _document(*statements: dict[str, str]) -> dict[str, Any]:
    return {"Version": "1", "Statement": list(statements)}
