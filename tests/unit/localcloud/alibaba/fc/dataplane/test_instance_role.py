"""What Function Compute does by the function's role: enter a VPC, mount buckets, and leave again."""

from __future__ import annotations

from typing import Any

from unit.localcloud.alibaba.fc.dataplane.workshop import REGION, Workshop
from yunfn.localcloud.alibaba.fc import FcService

CODE = "def handler(event, context):\n    return 'well'\n"
VPC = {"vpcId": "vpc-1", "vSwitchIds": ["vsw-1"], "securityGroupId": "sg-1"}
MAKE = ("ecs:CreateNetworkInterface", "ecs:CreateNetworkInterfacePermission")
FIND = ("vpc:DescribeVSwitchAttributes", "ecs:DescribeNetworkInterfaces")
WAIT = ("ecs:DescribeNetworkInterfacePermissions",)
REMOVE = ("ecs:DeleteNetworkInterfacePermission", "ecs:DeleteNetworkInterface")


def role(workshop: Workshop, *actions: str, without: str = "") -> str:
    return workshop.role("worker", "fc.aliyuncs.com", *((action, "*") for action in actions if action != without))


def asked(workshop: Workshop, operation: str) -> list[list[str]]:
    """The actions of each time that it came to this, in order."""
    lines = workshop.journal(service="fc", operation=operation)
    return [[each["action"] for each in line["rights"]] for line in lines]


async def test_an_interface_is_made_for_the_first_found_by_the_next_and_removed_after_the_last(
    workshop: Workshop,
) -> None:
    by = role(workshop, *MAKE, *FIND, *WAIT, *REMOVE)
    for name in ("f", "g"):
        workshop.deploy(name, CODE, role=by, vpcConfig=VPC)
        assert (await workshop.invoke(name)).text == "well"
        # An instance that stands serves without asking.
        assert (await workshop.invoke(name)).text == "well"
    assert asked(workshop, "StartInstance") == [[*FIND, *MAKE, *WAIT], [*FIND, *WAIT]]
    workshop.deploy("f", CODE, role=by)
    assert asked(workshop, "StopInstance") == []
    workshop.state.functions.delete("g")
    workshop.changed("g")
    assert asked(workshop, "StopInstance") == [[*REMOVE]]


async def test_a_call_is_refused_naming_the_right_that_the_role_lacks(workshop: Workshop) -> None:
    for action in (*FIND, *MAKE, *WAIT):
        workshop.deploy("f", CODE, role=role(workshop, *MAKE, *FIND, *WAIT, without=action), vpcConfig=VPC)
        response = await workshop.invoke("f")
        assert (response.status_code, response.json()["Code"]) == (403, "AccessDenied")
        assert f"'{action}' on resource '*'" in response.json()["Message"]
        line = workshop.journal(operation="StartInstance")[-1]
        assert (line["status"], line["denied"]) == (403, f"{action} *")
        assert ":assumed-role/worker/" in line["principal"]


async def test_an_interface_that_may_not_be_removed_is_told(workshop: Workshop) -> None:
    workshop.deploy("f", CODE, role=role(workshop, *MAKE, *FIND, *WAIT), vpcConfig=VPC)
    await workshop.invoke("f")
    workshop.deploy("f", CODE)
    (line,) = workshop.journal(operation="StopInstance")
    assert (line["status"], line["denied"]) == (403, f"{REMOVE[0]} *")


async def test_mounts_ask_for_listing_and_for_more_where_they_are_written_to(workshop: Workshop) -> None:
    def mount(**more: Any) -> dict[str, Any]:
        return {"mountPoints": [{"bucketName": "models", "mountDir": "/mnt/m", "endpoint": "e", **more}]}

    bucket = f"acs:oss:{REGION}:{workshop.account}:models"
    read = workshop.role(
        "reader", "fc.aliyuncs.com", ("oss:ListObjects", bucket), ("oss:GetObject", f"{bucket}/in/*")
    )  # fmt: skip
    workshop.deploy("f", CODE, role=read, ossMountConfig=mount(bucketPath="/in", readOnly=True))
    assert (await workshop.invoke("f")).text == "well"
    workshop.deploy("f", CODE, role=read, ossMountConfig=mount(bucketPath="/in", readOnly=False))
    assert "'oss:PutObject'" in (await workshop.invoke("f")).json()["Message"]
    workshop.deploy("f", CODE, role=read, ossMountConfig=mount(readOnly=True))
    assert f"'oss:GetObject' on resource '{bucket}/'" in (await workshop.invoke("f")).json()["Message"]


async def test_without_a_role_the_services_own_does_it(workshop: Workshop) -> None:
    workshop.deploy("f", CODE, vpcConfig=VPC)
    assert (await workshop.invoke("f")).text == "well"
    assert asked(workshop, "StartInstance") == []


async def test_provisioned_instances_ask_too(workshop: Workshop) -> None:
    workshop.deploy("f", CODE, role=role(workshop, *FIND), vpcConfig=VPC)
    workshop.provision("f", "LATEST", 1)
    directory = workshop.cloud.find(FcService).directory
    place = (workshop.account, REGION, "f")
    ready, error = await workshop.until(lambda: directory.provisioned(place, "LATEST"), lambda seen: seen[1])
    assert ready == 0
    assert "ecs:CreateNetworkInterface" in error
