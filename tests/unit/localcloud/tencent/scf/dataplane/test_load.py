"""Load on ``$DEFAULT`` of SCF, and a version that fails on purpose."""

from __future__ import annotations

import json
from typing import Any

from unit.localcloud.tencent.scf.dataplane.workshop import REGION, Workshop
from yunfn.localcloud.traffic import Load, traffic
from yunfn.localcloud.version_faults import VersionFault

SOURCE = "def main_handler(event, context):\n    return 'ok'\n"
# Standard deviations of a coin: chance alone goes beyond three once in 370 looks.
WITHIN = 4.5


async def _two_versions(workshop: Workshop) -> None:
    await workshop.deploy("proc", SOURCE)
    assert [await workshop.publish("proc"), await workshop.publish("proc")] == ["1", "2"]
    routing = {"AdditionalVersionWeights": [{"Version": "2", "Weight": 0.5}]}
    await workshop.api("UpdateAlias", FunctionName="proc", Name="$DEFAULT", FunctionVersion="1", RoutingConfig=routing)
    # An instance of each, so that the load meets no crowd of cold starts.
    for version in ("1", "2"):
        await workshop.invoke("proc", Qualifier=version)


async def _total(workshop: Workshop, rate: float, seconds: float, function: str = "default/proc") -> Any:
    load = Load("tencent", REGION, function, "$DEFAULT", rate, seconds)
    return [json.loads(line) async for line in traffic(load, workshop.plane)][-1]["total"]


async def test_a_version_fails_as_often_as_it_was_told_to_and_no_other_does(workshop: Workshop) -> None:
    await _two_versions(workshop)
    faults = workshop.cloud.version_faults
    faults.follow(VersionFault("tencent", "default/proc", "2", errors=0.5))
    total = await _total(workshop, 40, 3)
    calls, errors = total["calls"], total["errors"]
    made = sum(calls.values())
    assert made + total["dropped"] == 120 and made > 20 and not total["refused"]
    assert abs(calls["2"] - made / 2) <= WITHIN * (made / 4) ** 0.5
    assert errors["1"] == 0 and abs(errors["2"] - calls["2"] / 2) <= WITHIN * (calls["2"] / 4) ** 0.5
    assert faults.document()[0]["calls"] == calls["2"]


async def test_a_faulty_call_ends_in_the_clouds_words_for_an_unhandled_error(workshop: Workshop) -> None:
    await _two_versions(workshop)
    workshop.cloud.version_faults.follow(VersionFault("tencent", "default/proc", "1", errors=1.0, latency_ms=150))
    result = await workshop.invoke("proc", Qualifier="1")
    assert result["InvokeResult"] != 0 and "version-faults" in result["ErrMsg"]
    assert result["Duration"] >= 150
    assert (await workshop.invoke("proc", Qualifier="2"))["InvokeResult"] == 0


async def test_what_the_cloud_refuses_is_told_by_its_code(workshop: Workshop) -> None:
    total = await _total(workshop, 20, 0.5, "default/nobody")
    assert total["calls"] == {} and sum(total["refused"].values()) == 10
    assert set(total["refused"]) == {"ResourceNotFound.Function"}
