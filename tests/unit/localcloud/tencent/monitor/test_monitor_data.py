"""Figures of functions by the official client, from calls that are given here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tencentcloud.monitor.v20180724 import models
from tencentcloud.monitor.v20180724.monitor_client import MonitorClient

from support.tencent_sdk import asked, refused, sdk_client
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.keys import TENCENT, Principal
from yunfn.localcloud.registry import SERVICES
from yunfn.localcloud.tencent.scf import ScfService
from yunfn.localcloud.tencent.scf.dataplane.metrics import Sample

REGION = "ap-shanghai"
# 2025-03-01 12:00:00 in China, the beginning of a period of any length up to an hour.
NOON = 1740801600


CALLS = [
    Sample(NOON + 1, "1", "live", 100, 30, "ok"),
    Sample(NOON + 1.05, "1", "live", 200.5, 40, "ok"),
    Sample(NOON + 30, "2", "live", 300, 50, "user_error"),
    Sample(NOON + 59.9, "2", "2", 50, 20, "system_error"),
    Sample(NOON + 61, "1", "live", 0, 0, "throttled"),
    Sample(NOON + 200, "$LATEST", "$LATEST", 10, 10, "ok"),
]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCloud]:
    with served(tmp_path_factory.mktemp("monitor") / "home", SERVICES) as cloud:
        cloud.run(_count)
        yield cloud


def _count(cloud: LocalCloud) -> None:
    for sample in CALLS:
        cloud.find(ScfService).metrics.add(REGION, "shop", "f", sample)


@pytest.fixture(scope="module")
def client(cloud: ServedCloud) -> MonitorClient:
    return sdk_client(MonitorClient, cloud.home, cloud.port, REGION)


def instance(**dimensions: str) -> dict[str, Any]:
    chosen = {"namespace": "shop", "functionName": "f", **dimensions}
    return {"Dimensions": [{"Name": name, "Value": value} for name, value in chosen.items()]}


SENT: dict[str, Any] = {
    "Namespace": "QCE/SCF_V2",
    "MetricName": "Invocation",
    "Instances": [instance()],
    "Period": 60,
    "StartTime": "2025-03-01T12:00:00+08:00",
    "EndTime": "2025-03-01T12:04:59+08:00",
}


def data(client: MonitorClient, **more: Any) -> Any:
    return asked(client, models, "GetMonitorData", **{**SENT, **more})


def points(client: MonitorClient, metric: str, *, period: int = 60, **dimensions: str) -> dict[float, float]:
    (found,) = data(client, MetricName=metric, Period=period, Instances=[instance(**dimensions)]).DataPoints
    return dict(zip((one - NOON for one in found.Timestamps), found.Values, strict=True))


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("Invocation", {0: 4, 60: 1, 180: 1}),
        ("Error", {0: 2, 60: 0, 180: 0}),
        ("Syserr", {0: 1, 60: 0, 180: 0}),
        ("Throttle", {0: 0, 60: 1, 180: 0}),
        ("Http2xx", {0: 2, 60: 0, 180: 1}),
        ("Http4xx", {0: 1, 60: 0, 180: 0}),
        ("FunctionErrorPercentage", {0: 25, 60: 0, 180: 0}),
        ("ServerErrorPercentage", {0: 25, 60: 0, 180: 0}),
        ("Duration", {0: 162.625, 60: 0, 180: 10}),
        ("BillDuration", {0: 651, 60: 0, 180: 10}),
        ("Mem", {0: 50, 60: 0, 180: 10}),
        ("MemDuration", {0: 27020, 60: 0, 180: 100}),
        ("ConcurrentExecutions", {0: 2, 60: 0, 180: 1}),
    ],
)
def test_every_metric_is_a_figure_of_the_calls(
    client: MonitorClient, metric: str, expected: dict[float, float]
) -> None:
    assert points(client, metric) == expected


def test_a_version_an_alias_and_both(client: MonitorClient) -> None:
    assert points(client, "Invocation", version="2") == {0: 2}
    assert points(client, "Invocation", alias="live") == {0: 3, 60: 1}
    assert points(client, "Invocation", alias="live", version="2") == {0: 1}
    assert points(client, "Error", alias="live", version="1") == {0: 0, 60: 0}
    assert points(client, "Invocation", version="$latest") == {180: 1}
    assert points(client, "Invocation", functionName="other") == {}
    assert points(client, "Invocation", namespace="default") == {}


def test_longer_periods_and_the_time_range(client: MonitorClient) -> None:
    assert points(client, "Invocation", period=300) == {0: 6}
    assert points(client, "Duration", period=3600) == {0: (162.625 * 4 + 10) / 5}
    # The period of the end is in it, whole.
    (found,) = data(client, EndTime="2025-03-01T12:00:00+08:00").DataPoints
    assert found.Values == [4]
    (found,) = data(client, StartTime="2025-03-01T04:01:05+00:00").DataPoints
    assert found.Values == [1, 1]


def test_the_answers_frame(client: MonitorClient) -> None:
    answer = data(client, Instances=[instance(), instance(version="9")], SpecifyStatistics=7, MetricName="Duration")
    assert (answer.Period, answer.MetricName) == (60, "Duration")
    assert (answer.StartTime, answer.EndTime) == ("2025-03-01 12:00:00", "2025-03-01 12:04:00")
    first, second = answer.DataPoints
    assert {one.Name: one.Value for one in second.Dimensions} == {
        "namespace": "shop", "functionName": "f", "version": "9",
    }  # fmt: skip
    assert second.Timestamps == []
    assert (first.MaxValues[0], first.MinValues[0], first.AvgValues[0]) == (300, 50, 162.625)
    (only,) = data(client).DataPoints
    assert (only.MaxValues, only.MinValues, only.AvgValues) == (None, None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"MetricName": "Weather"},
        {"Instances": []},
        {"Instances": [instance()] * 51},
        {"Instances": [{"Dimensions": [{"Name": "namespace", "Value": "shop"}]}]},
        {"Instances": [instance(colour="red")]},
        {"Period": 61},
        {"StartTime": "yesterday"},
        {"EndTime": "2025-03-01T11:00:00+08:00"},
        {"StartTime": "2025-02-20T12:00:00+08:00"},
    ],
    ids=str,
)
def test_what_breaks_a_rule_is_refused(client: MonitorClient, wrong: dict[str, Any]) -> None:
    refused("InvalidParameterValue", data, client, **wrong)


def test_other_products_are_loudly_not_there(client: MonitorClient) -> None:
    assert "QCE/CVM" in refused("YunfnLocalUnknownOperation", data, client, Namespace="QCE/CVM")


def test_whoever_has_no_rights_is_refused(cloud: ServedCloud) -> None:
    account = cloud.home.tencent.uin
    user = cloud.run(lambda one: one.tencent_keys.create(Principal(account, "user", "100", cloud=TENCENT)))
    stranger = sdk_client(MonitorClient, cloud.home, cloud.port, REGION, user)
    refused("UnauthorizedOperation.CAM", data, stranger)
