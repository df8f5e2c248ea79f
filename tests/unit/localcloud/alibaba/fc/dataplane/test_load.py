"""Load on an alias of Function Compute, and a version that fails on purpose."""

from __future__ import annotations

import json
from typing import Any

import pytest

from unit.localcloud.alibaba.fc.dataplane.workshop import REGION, Workshop
from yunfn.localcloud.traffic import Load, traffic
from yunfn.localcloud.version_faults import VersionFault

SOURCE = "def handler(event, context):\n    return 'ok'\n"
# Standard deviations of a coin: chance alone goes beyond three once in 370 looks.
WITHIN = 4.5


async def _two_versions(workshop: Workshop, **weights: float) -> None:
    workshop.deploy("proc", SOURCE)
    workshop.publish("proc", 1)
    workshop.publish("proc", 2)
    workshop.alias("proc", "live", 1, **weights)
    # An instance of each, so that the load meets no crowd of cold starts.
    for version in ("1", "2"):
        assert (await workshop.invoke("proc", b"{}", qualifier=version)).status_code == 200


async def _lines(workshop: Workshop, rate: float, seconds: float, qualifier: str = "live") -> list[dict[str, Any]]:
    load = Load("alibaba", REGION, "proc", qualifier, rate, seconds)
    return [json.loads(line) async for line in traffic(load, workshop.plane)]


async def test_the_share_of_each_version_is_told_as_the_alias_weighs_them(workshop: Workshop) -> None:
    await _two_versions(workshop, v2=0.5)
    *seconds, last = await _lines(workshop, 50, 3)
    total = last["total"]
    calls = sum(total["calls"].values())
    assert calls + total["dropped"] == 150 and calls > 20 and not total["refused"]
    assert abs(total["calls"]["2"] - calls / 2) <= WITHIN * (calls / 4) ** 0.5
    told = [each["second"] for each in seconds]
    assert told == sorted(set(told)) and told[-1] >= 3
    assert sum(sum(each["calls"].values()) for each in seconds) <= calls
    assert set(total["errors"].values()) == {0} and total["p50_ms"] <= total["p95_ms"]
    assert workshop.plane.metrics.of(workshop.account, REGION, "proc", "2").count == total["calls"]["2"] + 1


async def test_a_version_fails_as_often_as_it_was_told_to_and_no_other_does(workshop: Workshop) -> None:
    await _two_versions(workshop, v2=0.5)
    faults = workshop.cloud.version_faults
    faults.follow(VersionFault("alibaba", "proc", "2", errors=0.5, latency_ms=0))
    total = (await _lines(workshop, 50, 3))[-1]["total"]
    calls, errors = total["calls"], total["errors"]
    assert errors["1"] == 0 and abs(errors["2"] - calls["2"] / 2) <= WITHIN * (calls["2"] / 4) ** 0.5
    assert faults.document()[0]["calls"] == calls["2"]
    figures = workshop.plane.metrics.of(workshop.account, REGION, "proc", "2")
    assert (figures.count, figures.errors) == (calls["2"] + 1, errors["2"])


async def test_a_faulty_call_ends_in_the_clouds_words_for_an_unhandled_error(workshop: Workshop) -> None:
    await _two_versions(workshop)
    workshop.cloud.version_faults.follow(VersionFault("alibaba", "proc", "1", errors=1.0, latency_ms=150))
    answer = await workshop.invoke("proc", b"{}", qualifier="live")
    assert answer.headers["x-fc-error-type"] == "UnhandledInvocationError"
    assert "version-faults" in answer.json()["errorMessage"]
    assert float(answer.headers["x-fc-invocation-duration"]) >= 150
    workshop.cloud.version_faults.clear()
    answer = await workshop.invoke("proc", b"{}", qualifier="live")
    assert "x-fc-error-type" not in answer.headers


async def test_what_the_cloud_refuses_is_told_by_its_code(workshop: Workshop) -> None:
    await _two_versions(workshop)
    total = (await _lines(workshop, 20, 0.5, qualifier="nobody"))[-1]["total"]
    assert total["calls"] == {} and total["refused"] == {"AliasNotFound": 10}


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        ({}, "a load has"),
        ({"rate": 0}, "rate"),
        ({"seconds": -1}, "seconds"),
        ({"cloud": "aws"}, "alibaba or tencent"),
        ({"colour": 1}, "colour"),
    ],
)
def test_a_load_that_is_none_is_refused(document: dict[str, Any], wrong: str) -> None:
    good = {"cloud": "alibaba", "region": "r", "function": "f", "qualifier": "q", "rate": 1, "seconds": 1}
    assert Load.read(good).payload == "{}"
    with pytest.raises(ValueError, match=wrong):
        Load.read({**good, **document} if document else {})


@pytest.mark.parametrize(
    ("document", "wrong"),
    [({}, "a rule has"), ({"errors": 2}, "errors"), ({"latency_ms": -1}, "latency_ms"), ({"colour": 1}, "colour")],
)
def test_a_rule_that_is_none_is_refused(document: dict[str, Any], wrong: str) -> None:
    good = {"cloud": "alibaba", "function": "f", "version": "1"}
    assert VersionFault.read(good).errors == 0
    with pytest.raises(ValueError, match=wrong):
        VersionFault.read({**good, **document} if document else {})
