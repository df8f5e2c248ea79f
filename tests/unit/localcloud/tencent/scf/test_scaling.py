"""Reserved and provisioned concurrency, and asynchronous settings."""

from __future__ import annotations

from typing import Any

from unit.localcloud.tencent.scf.conftest import Scf, document
from yunfn.localcloud.tencent.scf import ScfService
from yunfn.localcloud.tencent.scf.events import ProvisionChanged


def provisioned(scf: Scf, name: str, **parameters: Any) -> dict[str, Any]:
    found = document(scf.call("GetProvisionedConcurrencyConfig", FunctionName=name, **parameters))
    found.pop("RequestId")
    return found


def put(scf: Scf, name: str, number: int = 2, **parameters: Any) -> None:
    wanted = {"Qualifier": "1", "VersionProvisionedConcurrencyNum": number, **parameters}
    scf.call("PutProvisionedConcurrencyConfig", FunctionName=name, **wanted)


def test_reserved_concurrency(scf: Scf) -> None:
    name = scf.function()
    assert scf.raw("GetReservedConcurrencyConfig", FunctionName=name)["ReservedMem"] is None
    scf.call("PutReservedConcurrencyConfig", FunctionName=name, ReservedConcurrencyMem=0)
    assert scf.raw("GetReservedConcurrencyConfig", FunctionName=name)["ReservedMem"] == 0
    most = {"FunctionName": name, "ReservedConcurrencyMem": 128_000}
    scf.refused("LimitExceeded.FunctionReservedConcurrencyMemory", "PutReservedConcurrencyConfig", **most)
    scf.call("DeleteReservedConcurrencyConfig", FunctionName=name)
    assert scf.raw("GetReservedConcurrencyConfig", FunctionName=name)["ReservedMem"] is None
    scf.refused("ResourceNotFound.Function", "GetReservedConcurrencyConfig", FunctionName="nobody")


def test_provisioned_concurrency_is_done_when_instances_are(scf: Scf) -> None:
    name = scf.function()
    scf.publish(name)
    told: list[ProvisionChanged] = []
    scf.cloud.run(lambda cloud: cloud.events.subscribe(ProvisionChanged, told.append))
    assert provisioned(scf, name) == {"UnallocatedConcurrencyNum": 900, "Allocated": []}
    actions = [{"TriggerName": "a", "TriggerProvisionedConcurrencyNum": 3, "TriggerCronConfig": "0 0 8 * * * *"}]
    put(scf, name, TriggerActions=actions)
    expected = {
        "AllocatedProvisionedConcurrencyNum": 2,
        "AvailableProvisionedConcurrencyNum": 0,
        "Status": "InProgress",
        "StatusReason": "",
        "Qualifier": "1",
        "TriggerActions": [actions[0] | {"ProvisionedType": "Default"}],
    }
    assert provisioned(scf, name) == {"UnallocatedConcurrencyNum": 898, "Allocated": [expected]}
    (record,) = scf.cloud.run(
        lambda cloud: [each for each in cloud.find(ScfService).directory.provisions() if each.function == name]
    )
    assert (record.target, record.qualifier) == (2, "1")
    again = {"FunctionName": name, "Qualifier": "1", "VersionProvisionedConcurrencyNum": 3}
    scf.refused("FailedOperation.ProvisionedInProgress", "PutProvisionedConcurrencyConfig", **again)

    def report(ready: int, error: str = "") -> dict[str, Any]:
        scf.cloud.run(
            lambda cloud: cloud.find(ScfService).directory.report_provisioned(
                (scf.region, "default", name), "1", ready, error
            )
        )
        (allocated,) = provisioned(scf, name, Qualifier="1")["Allocated"]
        return dict(allocated)

    assert report(1)["Status"] == "InProgress"
    failed = report(1, "no such module")
    assert (failed["Status"], failed["StatusReason"]) == ("Failed", "no such module")
    done = report(2)
    assert (done["Status"], done["AvailableProvisionedConcurrencyNum"]) == ("Done", 2)
    tracking = {"ProvisionedType": "ConcurrencyUtilizationTracking", "TrackingTarget": 0.5, "MaxCapacity": 4}
    put(scf, name, 0, MinCapacity=1, **tracking)
    assert provisioned(scf, name)["Allocated"][0]["AllocatedProvisionedConcurrencyNum"] == 1
    scf.call("DeleteProvisionedConcurrencyConfig", FunctionName=name, Qualifier="1")
    assert provisioned(scf, name)["Allocated"] == []
    assert told == [ProvisionChanged(scf.region, "default", name, "1")] * 3


def test_what_provisioning_is_refused_for(scf: Scf) -> None:
    name = scf.function()
    scf.publish(name)
    bad = {"TriggerName": "a", "TriggerProvisionedConcurrencyNum": 3, "TriggerCronConfig": "every day"}
    for code, changes in (
        ("InvalidParameterValue.Qualifier", {"Qualifier": "$LATEST"}),
        ("ResourceNotFound.FunctionVersion", {"Qualifier": "9"}),
        ("LimitExceeded.FunctionTotalProvisionedConcurrencyNum", {"VersionProvisionedConcurrencyNum": 901}),
        ("InvalidParameterValue.TriggerCronConfig", {"TriggerActions": [bad]}),
        ("InvalidParameterValue.ProvisionedType", {"ProvisionedType": "Some"}),
    ):
        wanted = {"FunctionName": name, "Qualifier": "1", "VersionProvisionedConcurrencyNum": 1, **changes}
        scf.refused(code, "PutProvisionedConcurrencyConfig", **wanted)
    scf.call("PutReservedConcurrencyConfig", FunctionName=name, ReservedConcurrencyMem=256)
    wanted = {"FunctionName": name, "Qualifier": "1", "VersionProvisionedConcurrencyNum": 3}
    scf.refused("FailedOperation.ProvisionedExceedReserved", "PutProvisionedConcurrencyConfig", **wanted)


def test_asynchronous_settings(scf: Scf) -> None:
    name = scf.function()

    def read() -> dict[str, Any]:
        return dict(scf.raw("GetFunctionEventInvokeConfig", FunctionName=name)["AsyncTriggerConfig"])

    assert read() == {"RetryConfig": [{"RetryNum": 2}], "MsgTTL": 21600}
    scf.call("UpdateFunctionEventInvokeConfig", FunctionName=name, AsyncTriggerConfig={"MsgTTL": 60})
    scf.call(
        "UpdateFunctionEventInvokeConfig", FunctionName=name, AsyncTriggerConfig={"RetryConfig": [{"RetryNum": 0}]}
    )
    assert read() == {"RetryConfig": [{"RetryNum": 0}], "MsgTTL": 60}
    for code, config in (("RetryNum", {"RetryConfig": [{"RetryNum": 4}]}), ("MsgTTL", {"MsgTTL": 59})):
        scf.refused(
            f"LimitExceeded.{code}", "UpdateFunctionEventInvokeConfig", FunctionName=name, AsyncTriggerConfig=config
        )
