"""A function's configuration: what can be set, what clears it, and what stays."""

from __future__ import annotations

from typing import Any

from unit.localcloud.tencent.scf.conftest import Scf, inline

VPC = {"VpcId": "vpc-1", "SubnetId": "subnet-1"}
MOUNT = {
    "UserId": "10000", "UserGroupId": "10000", "CfsId": "cfs-1", "MountInsId": "cfs-1", "LocalMountDir": "/mnt",
    "RemoteMountDir": "/",
}  # fmt: skip


def test_everything_that_can_be_set_comes_back(scf: Scf) -> None:
    variables = {"Variables": [{"Key": "B", "Value": "2"}, {"Key": "A", "Value": "1"}]}
    name = scf.function(
        MemorySize=64, Timeout=900, InitTimeout=300, Environment=variables, VpcConfig=VPC, Type="HTTP",
        PublicNetConfig={"PublicNetStatus": "ENABLE", "EipConfig": {"EipStatus": "ENABLE"}},
        CfsConfig={"CfsInsList": [MOUNT]}, DeadLetterConfig={"Type": "CMQ-QUEUE", "Name": "dead", "FilterType": ""},
        AsyncRunEnable="TRUE", TraceEnable="TRUE", ProtocolType="WS", IntranetConfig={"IpFixed": "ENABLE"},
        InstanceConcurrencyConfig={"DynamicEnabled": "FALSE", "MaxConcurrency": 10}, InstallDependency="TRUE",
    )  # fmt: skip
    found = scf.raw("GetFunction", FunctionName=name)
    (eip,) = found["EipConfig"]["Eips"]
    assert found["PublicNetConfig"] == {
        "PublicNetStatus": "ENABLE",
        "EipConfig": {"EipStatus": "ENABLE", "EipAddress": [eip]},
    }
    assert len(found["IntranetConfig"].pop("IpAddress")) == 1
    (mount,) = found["CfsConfig"]["CfsInsList"]
    assert mount.pop("IpAddress") and {"MountVpcId", "MountSubnetId"} <= set(mount)
    expected: dict[str, Any] = {
        "MemorySize": 64,
        "Timeout": 900,
        "InitTimeout": 300,
        "Environment": variables,
        "VpcConfig": VPC,
        "Type": "HTTP",
        "DeadLetterConfig": {"Type": "CMQ-QUEUE", "Name": "dead", "FilterType": ""},
        "AsyncRunEnable": "TRUE",
        "TraceEnable": "TRUE",
        "ProtocolType": "WS",
        "ProtocolParams": {"WSParams": {"IdleTimeOut": 15}},
        "IntranetConfig": {"IpFixed": "ENABLE"},
        "InstallDependency": "TRUE",
    }
    assert {key: found[key] for key in expected} == expected
    assert {key: mount[key] for key in MOUNT} == MOUNT
    concurrency = found["InstanceConcurrencyConfig"]
    assert (concurrency["DynamicEnabled"], concurrency["MaxConcurrency"]) == ("FALSE", 10)
    other = scf.raw(
        "GetFunction", FunctionName=scf.function(VpcConfig=VPC, PublicNetConfig={"EipConfig": {"EipStatus": "ENABLE"}})
    )
    assert other["EipConfig"] == {"EipFixed": "TRUE", "Eips": [eip]}


def test_what_is_not_sent_stays_and_idioms_clear(scf: Scf) -> None:
    name = scf.function(
        Environment={"Variables": [{"Key": "A", "Value": "1"}]}, VpcConfig=VPC, Type="HTTP", Description="text",
        InstanceConcurrencyConfig={"MaxConcurrency": 5},
        DeadLetterConfig={"Type": "CMQ-QUEUE", "Name": "dead", "FilterType": ""},
    )  # fmt: skip

    def update(**changes: Any) -> dict[str, Any]:
        scf.raw("UpdateFunctionConfiguration", FunctionName=name, **changes)
        return scf.raw("GetFunction", FunctionName=name)

    found = update(MemorySize=256)
    assert (found["Environment"]["Variables"], found["VpcConfig"], found["Description"]) == (
        [{"Key": "A", "Value": "1"}], VPC, "text",
    )  # fmt: skip
    assert update(Environment={"Variables": []})["Environment"]["Variables"] == [{"Key": "A", "Value": "1"}]
    assert update(Environment={"Variables": [{"Key": "B", "Value": ""}]})["Environment"]["Variables"] == [
        {"Key": "B", "Value": ""}
    ]
    assert update(Environment={"Variables": [{"Key": "", "Value": ""}]})["Environment"] == {"Variables": []}
    assert update(VpcConfig={"VpcId": "", "SubnetId": ""})["VpcConfig"] == {"VpcId": "", "SubnetId": ""}
    assert update(InstanceConcurrencyConfig={"DynamicEnabled": ""})["InstanceConcurrencyConfig"] is None
    assert update(DeadLetterConfig={"Type": "", "Name": "", "FilterType": ""})["DeadLetterConfig"]["Name"] == ""
    assert update(Description="")["Description"] == ""
    assert update(L5Enable="TRUE", IgnoreSysLog=True)["L5Enable"] == "TRUE"
    off = update(PublicNetConfig={"PublicNetStatus": "DISABLE", "EipConfig": {"EipStatus": "DISABLE"}})
    assert off["PublicNetConfig"]["PublicNetStatus"] == "DISABLE"
    scf.refused("InvalidParameterValue.Runtime", "UpdateFunctionConfiguration", FunctionName=name, Runtime="Python3.9")
    scf.refused(
        "InvalidParameterValue.VpcConfig", "UpdateFunctionConfiguration", FunctionName=name, VpcConfig={"VpcId": "v"}
    )
    scf.refused(
        "InvalidParameterValue.CfsParameterError", "UpdateFunctionConfiguration", FunctionName=name,
        CfsConfig={"CfsInsList": [MOUNT]},
    )  # fmt: skip
    assert scf.raw("GetFunction", FunctionName=name)["VpcConfig"]["VpcId"] == ""


def test_code_is_replaced_by_either_form(scf: Scf) -> None:
    name = scf.function()
    before = scf.blobs()
    scf.call("UpdateFunctionCode", FunctionName=name, Handler="b.main", **inline(b__py="b = 1"))
    assert (scf.get(name)["Handler"], scf.get(name, ShowCode="TRUE")["CodeInfo"]) == ("b.main", "b = 1")
    assert scf.blobs() == before
    scf.call("UpdateFunctionCode", FunctionName=name, Code={"CosBucketName": "none", "CosObjectName": "/x"})
    found = scf.get(name, ShowCode="TRUE")
    assert (found["Status"], found["CodeInfo"]) == ("UpdateFailed", "b = 1")
    assert found["StatusReasons"][0]["ErrorCode"] == "ResourceNotFound.CosObject"
    scf.call("UpdateFunctionCode", FunctionName=name, Code=inline(b__py="b = 2"))
    assert (scf.get(name)["Status"], scf.get(name, ShowCode="TRUE")["CodeInfo"]) == ("Active", "b = 2")


def test_an_image_function_keeps_its_image(scf: Scf) -> None:
    image = {"ImageType": "personal", "ImageUri": "ccr.ccs.tencentyun.com/a/b:c"}
    name = scf.function(Code={"ImageConfig": image}, Runtime="CustomImage", Type="HTTP", Handler="")
    found = scf.raw("GetFunction", FunctionName=name)
    assert found["ImageConfig"] | image == found["ImageConfig"]
    assert (found["ImageConfig"]["ImagePort"], found["InitTimeout"], found["Runtime"]) == (9000, 90, "CustomImage")
    scf.refused("InvalidParameterValue.Code", "UpdateFunctionCode", FunctionName=name, Code=inline())
    other = image | {"ImageUri": "ccr.ccs.tencentyun.com/a/b:d"}
    scf.call("UpdateFunctionCode", FunctionName=name, Code={"ImageConfig": other})
    assert scf.raw("GetFunction", FunctionName=name)["ImageConfig"]["ImageUri"].endswith(":d")


def test_tags_are_the_tag_services_own(scf: Scf) -> None:
    name = scf.name()
    resource = f"namespace/default/function/{name}"
    scf.tag(resource, early="1")
    scf.function(name, Tags=[{"Key": "late", "Value": "2"}])
    assert scf.get(name)["Tags"] == [{"Key": "early", "Value": "1"}, {"Key": "late", "Value": "2"}]
    scf.tag(resource, early="3")
    assert scf.get(name)["Tags"][0] == {"Key": "early", "Value": "3"}
    scf.call("DeleteFunction", FunctionName=name)
    scf.function(name)
    assert scf.get(name)["Tags"] == []


def test_a_deleted_function_leaves_nothing(scf: Scf) -> None:
    before = scf.blobs()
    name = scf.function(Code=inline(index__py="gone"))
    scf.publish(name)
    scf.call("UpdateFunctionCode", FunctionName=name, Code=inline(index__py="gone too"))
    assert scf.blobs() == before + 2
    timer = {"Type": "timer", "TriggerName": "t", "TriggerDesc": "0 0 8 * * * *"}
    scf.call("CreateTrigger", FunctionName=name, **timer)
    scf.call("PutReservedConcurrencyConfig", FunctionName=name, ReservedConcurrencyMem=128)
    scf.call("CreateAlias", FunctionName=name, Name="live", FunctionVersion="1")
    scf.call("UpdateFunctionEventInvokeConfig", FunctionName=name, AsyncTriggerConfig={"MsgTTL": 60})
    scf.call("DeleteFunction", FunctionName=name)
    assert scf.blobs() == before
    scf.function(name)
    assert scf.call("ListTriggers", FunctionName=name).TotalCount == 0
    assert scf.call("GetReservedConcurrencyConfig", FunctionName=name).ReservedMem is None
    assert [each.Name for each in scf.call("ListAliases", FunctionName=name).Aliases] == ["$DEFAULT"]
    assert scf.call("GetFunctionEventInvokeConfig", FunctionName=name).AsyncTriggerConfig.MsgTTL == 21600
    assert scf.publish(name) == "1"
