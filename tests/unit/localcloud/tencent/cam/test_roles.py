"""Roles, as the official client and the tencentcloud provider see them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.tencent_identity import Identity, policy, trust
from yunfn.localcloud.tencent.cam import CamService

SCF = "scf.qcloud.com"
TRUST = trust(service=SCF)


def listed(identity: Identity, page: int = 1, rows: int = 200) -> list[Any]:
    return list(identity.ask("cam", "DescribeRoleList", Page=page, Rp=rows).List)


def test_a_role_by_name_and_by_id(identity: Identity) -> None:
    name = identity.name()
    spaced = json.dumps(json.loads(TRUST), indent=3)
    role_id = identity.ask(
        "cam", "CreateRole", RoleName=name, PolicyDocument=spaced, Description="d", ConsoleLogin=1, SessionDuration=9000
    ).RoleId
    assert isinstance(role_id, str) and int(role_id) < 2**63
    for by in ({"RoleName": name}, {"RoleId": role_id}):
        info = identity.ask("cam", "GetRole", **by).RoleInfo
        # The document as it was sent: the provider compares it.
        assert (info.RoleId, info.RoleName, info.PolicyDocument, info.Description) == (role_id, name, spaced, "d")
        assert (info.ConsoleLogin, info.SessionDuration, info.RoleType) == (1, 9000, "user")
        assert info.AddTime == info.UpdateTime and len(info.AddTime) == len("2026-01-01 00:00:00")
    (row,) = [one for one in listed(identity) if one.RoleId == role_id]
    assert (row.RoleName, row.PolicyDocument, row.ConsoleLogin) == (name, spaced, 1)
    assert identity.cloud.run(lambda cloud: cloud.find(CamService).role(name))["RoleId"] == role_id  # type: ignore[index]


def test_a_duration_not_given_is_none(identity: Identity) -> None:
    info = identity.ask("cam", "GetRole", RoleName=identity.role(TRUST)).RoleInfo
    assert info.SessionDuration is None
    assert (info.ConsoleLogin, info.Description, info.Tags) == (0, "", [])


def test_the_updates(identity: Identity) -> None:
    name = identity.role(TRUST)
    role_id = identity.ask("cam", "GetRole", RoleName=name).RoleInfo.RoleId
    other = trust(service="cls.cloud.tencent.com")
    identity.ask("cam", "UpdateRoleDescription", RoleId=role_id, Description="new")
    identity.ask("cam", "UpdateAssumeRolePolicy", RoleId=role_id, PolicyDocument=other)
    # A number here, unlike everywhere else (the API's model).
    identity.ask("cam", "UpdateRoleConsoleLogin", RoleId=int(role_id), ConsoleLogin=1)
    identity.ask("cam", "UpdateRoleSessionDuration", RoleName=name, SessionDuration=43200)
    identity.refused(
        "InvalidParameter.ParamError", "cam", "UpdateRoleSessionDuration", RoleName=name, SessionDuration=43201
    )
    info = identity.ask("cam", "GetRole", RoleName=name).RoleInfo
    assert (info.Description, info.PolicyDocument, info.ConsoleLogin) == ("new", other, 1)
    assert info.SessionDuration == 43200
    identity.refused(
        "InvalidParameter.PolicyDocumentError", "cam", "UpdateAssumeRolePolicy", RoleName=name, PolicyDocument="{"
    )
    identity.refused("InvalidParameter.ParamError", "cam", "UpdateRoleConsoleLogin", RoleName=name, ConsoleLogin=2)
    assert identity.ask("cam", "GetRole", RoleName=name).RoleInfo.PolicyDocument == other


def test_a_role_that_is_gone(identity: Identity) -> None:
    name = identity.role(TRUST, policy("scf:*"))
    role_id = identity.ask("cam", "GetRole", RoleName=name).RoleInfo.RoleId
    identity.ask("cam", "DeleteRole", RoleId=role_id)
    for action, by in (
        ("GetRole", {"RoleName": name}),
        ("GetRole", {"RoleId": role_id}),
        ("DeleteRole", {"RoleId": role_id}),
    ):
        identity.refused("InvalidParameter.RoleNotExist", "cam", action, **by)
    identity.refused("InvalidParameter.RoleNotExist", "cam", "ListAttachedRolePolicies", RoleId=role_id, Page=1, Rp=200)
    identity.refused("MissingParameter", "cam", "GetRole")
    # One of the same name has nothing of the old one's.
    identity.ask("cam", "CreateRole", RoleName=name, PolicyDocument=TRUST)
    assert identity.ask("cam", "ListAttachedRolePolicies", RoleName=name, Page=1, Rp=200).TotalNum == 0


@pytest.mark.parametrize(
    ("settings", "code"),
    [({"RoleName": ""}, "RoleNameError"), ({"RoleName": "a b"}, "RoleNameError"),
     ({"RoleName": "a" * 129}, "RoleNameError"),
     ({"PolicyDocument": policy("*")}, "ResourceError"), ({"SessionDuration": 43201}, "ParamError"),
     ({"Description": "d" * 1001}, "DescriptionLengthOverlimit"),
     ({"Tags": [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]}, "TagParamError")],
)  # fmt: skip
def test_what_is_no_role(identity: Identity, settings: dict[str, Any], code: str) -> None:
    given = {"RoleName": identity.name(), "PolicyDocument": TRUST, **settings}
    identity.refused(f"InvalidParameter.{code}", "cam", "CreateRole", **given)
    identity.refused("InvalidParameter.RoleNotExist", "cam", "GetRole", RoleName=given["RoleName"] or "x")


def test_a_name_is_taken_once(identity: Identity) -> None:
    name = identity.role(TRUST)
    before = identity.ask("cam", "GetRole", RoleName=name).RoleInfo
    identity.refused("InvalidParameter.RoleNameInUse", "cam", "CreateRole", RoleName=name, PolicyDocument=TRUST)
    assert identity.ask("cam", "GetRole", RoleName=name).RoleInfo.RoleId == before.RoleId


def test_tags_are_tags(identity: Identity) -> None:
    name = identity.role(TRUST, Tags=[{"Key": "team", "Value": "a"}])
    role_id = identity.ask("cam", "GetRole", RoleName=name).RoleInfo.RoleId
    resource = f"qcs::cam::uin/:role/{role_id}"
    identity.ask(
        "tag", "ModifyResourceTags", Resource=resource,
        ReplaceTags=[{"TagKey": "stage", "TagValue": "dev"}], DeleteTags=[{"TagKey": "team"}],
    )  # fmt: skip
    asked = identity.ask(
        "tag", "DescribeResourceTagsByResourceIds", ServiceType="cam", ResourcePrefix="role", ResourceRegion="",
        ResourceIds=[role_id], Offset=0, Limit=20,
    )  # fmt: skip
    assert [(one.TagKey, one.TagValue, one.ResourceId) for one in asked.Tags] == [("stage", "dev", role_id)]
    identity.ask("cam", "TagRole", RoleName=name, Tags=[{"Key": "x", "Value": "y"}])
    identity.ask("cam", "UntagRole", RoleName=name, TagKeys=["stage"])
    info = identity.ask("cam", "GetRole", RoleName=name).RoleInfo
    assert [(one.Key, one.Value) for one in info.Tags] == [("x", "y")]
    found = identity.ask("cam", "DescribeRoleList", Page=1, Rp=20, Tags=[{"Key": "x", "Value": "y"}])
    assert [one.RoleName for one in found.List] == [name]
    identity.ask("cam", "DeleteRole", RoleName=name)
    assert (
        identity.cloud.run(
            lambda cloud: cloud.store.collection(identity.uin, "", "tag/resource").get(f"cam::role/{role_id}")
        )
        is None
    )


def test_pages_hold_every_role_once_and_end(identity: Identity) -> None:
    made = {identity.role(TRUST) for _ in range(5)}
    total = identity.ask("cam", "DescribeRoleList", Page=1, Rp=2).TotalNum
    seen: list[str] = []
    for page in range(1, total // 2 + 3):
        seen += [one.RoleName for one in listed(identity, page, 2)]
    assert len(seen) == len(set(seen)) == total
    assert made <= set(seen)
    assert listed(identity, page=total + 1) == []
    identity.refused("InvalidParameter.ParamError", "cam", "DescribeRoleList", Page=1, Rp=201)
    identity.refused("InvalidParameter.ParamError", "cam", "DescribeRoleList", Page=0, Rp=20)
    identity.refused("MissingParameter", "cam", "DescribeRoleList", Page=1)


def test_which_service_a_role_trusts(identity: Identity) -> None:
    name = identity.role(TRUST)

    def trusted(service: str) -> bool:
        def ask(cloud: Any) -> bool:
            cam = cloud.find(CamService)
            return bool(cam.trusts(cam.role(name), service))

        return identity.cloud.run(ask)

    assert trusted(SCF)
    assert not trusted("cls.cloud.tencent.com")
    assert identity.cloud.run(lambda cloud: cloud.find(CamService).role("nobody")) is None
