"""Roles as the alicloud provider makes, reads, changes and removes them."""

from __future__ import annotations

import json

import pytest

from unit.localcloud.alibaba.ram.documents import READ, TRUST
from unit.localcloud.alibaba.signatures.rpc_client import RpcClient, user_key
from unit.localcloud.alibaba.signatures.rpc_client import ram as ram_client
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud


def test_a_role_lives(cloud: ServedCloud, ram: RpcClient) -> None:
    made = ram.do(
        "CreateRole", RoleName="FcRole", AssumeRolePolicyDocument=TRUST, Description="for functions",
        MaxSessionDuration="7200",
    )["Role"]  # fmt: skip
    assert made["Arn"] == f"acs:ram::{cloud.account}:role/fcrole"
    assert made["AssumeRolePolicyDocument"] == TRUST
    assert len(made["RoleId"]) == 18 and made["RoleId"].startswith("3")
    assert ram.do("GetRole", RoleName="FcRole")["Role"] == made
    assert ram.do("GetRole", RoleName="fcROLE")["Role"] == made
    cloud.run(lambda one: one.clock.move(60))
    ram.do("UpdateRole", RoleName="FcRole", NewDescription="", NewMaxSessionDuration="3600")
    changed = ram.do("GetRole", RoleName="FcRole")["Role"]
    assert (changed["Description"], changed["MaxSessionDuration"]) == ("", 3600)
    assert changed["UpdateDate"] > changed["CreateDate"] == made["CreateDate"]
    other = TRUST.replace("fc.aliyuncs.com", "oss.aliyuncs.com")
    ram.do("UpdateRole", RoleName="FcRole", NewAssumeRolePolicyDocument=other)
    assert ram.do("GetRole", RoleName="FcRole")["Role"]["AssumeRolePolicyDocument"] == other
    listed = ram.do("ListRoles")
    assert [one["RoleName"] for one in listed["Roles"]["Role"]] == ["FcRole"] and listed["IsTruncated"] is False
    ram.do("DeleteRole", RoleName="FcRole")
    ram.refused(404, "EntityNotExist.Role", "GetRole", RoleName="FcRole")


def test_refusals(ram: RpcClient) -> None:
    ram.do("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST)
    ram.refused(409, "EntityAlreadyExists.Role", "CreateRole", RoleName="R", AssumeRolePolicyDocument=TRUST)
    ram.refused(400, "MissingRoleName", "CreateRole", AssumeRolePolicyDocument=TRUST)
    ram.refused(400, "MissingAssumeRolePolicyDocument", "CreateRole", RoleName="x")
    for name in ("has space", "x" * 65, "a/b"):
        ram.refused(400, "InvalidParameter.RoleName", "CreateRole", RoleName=name, AssumeRolePolicyDocument=TRUST)
    for seconds in ("3599", "43201"):
        ram.refused(
            400, "InvalidParameter.MaxSessionDuration", "CreateRole", RoleName="x", AssumeRolePolicyDocument=TRUST,
            MaxSessionDuration=seconds,
        )  # fmt: skip
    ram.refused(400, "InvalidParameter.NewDescription", "UpdateRole", RoleName="r", NewDescription="x" * 1025)
    for operation in ("GetRole", "UpdateRole", "DeleteRole", "ListPoliciesForRole"):
        ram.refused(404, "EntityNotExist.Role", operation, RoleName="gone")


@pytest.mark.parametrize(
    "document",
    ["no json", "[]", '{"Version":"1","Statement":[]}', READ,
     TRUST.replace('"Service"', '"Person"'), TRUST.replace('"Version": "1"', '"Version": "2012-10-17"')],
)  # fmt: skip
def test_a_malformed_trust_policy_is_refused(ram: RpcClient, document: str) -> None:
    ram.refused(400, "MalformedPolicyDocument", "CreateRole", RoleName="x", AssumeRolePolicyDocument=document)
    ram.refused(404, "EntityNotExist.Role", "GetRole", RoleName="x")


def test_a_role_with_policies_cannot_go(ram: RpcClient) -> None:
    ram.do("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST)
    attached = {"RoleName": "r", "PolicyType": "System", "PolicyName": "AliyunOSSReadOnlyAccess"}
    ram.do("AttachPolicyToRole", **attached)
    ram.refused(409, "DeleteConflict.Role.Policy", "DeleteRole", RoleName="r")
    ram.do("DetachPolicyFromRole", **attached)
    ram.do("DeleteRole", RoleName="r")


def test_tags_in_the_providers_way(ram: RpcClient) -> None:
    tags = json.dumps([{"Key": "team", "Value": "a"}])
    ram.do("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST, Tag=tags)
    of_role = {"ResourceType": "role", "ResourceNames": '["r"]'}

    def shown() -> dict[str, str]:
        found = ram.do("ListTagResources", **of_role)["TagResources"]["TagResource"]
        assert all(one["ResourceName"] == "r" and one["ResourceType"] == "role" for one in found)
        return {one["TagKey"]: one["TagValue"] for one in found}

    assert shown() == {"team": "a"}
    ram.do("TagResources", **of_role, Tag=json.dumps([{"Key": "team", "Value": "b"}, {"Key": "x", "Value": ""}]))
    assert shown() == {"team": "b", "x": ""}
    ram.do("UntagResources", **of_role, TagKeys='["team"]', **{"TagKey.1": "team"})
    assert shown() == {"x": ""}
    flat = {"ResourceType": "role", "ResourceNames.1": "r"}
    ram.do("TagResources", **flat, **{"Tag.1.Key": "flat", "Tag.1.Value": "1", "Tag.2.Key": "k"})
    assert shown() == {"flat": "1", "k": "", "x": ""}
    ram.do("UntagResources", **of_role, All="true")
    assert shown() == {}
    ram.refused(404, "EntityNotExist.Role", "ListTagResources", ResourceType="role", ResourceNames='["gone"]')
    ram.refused(400, "InvalidParameter.ResourceType", "ListTagResources", ResourceType="house", ResourceNames='["r"]')
    ram.refused(400, "InvalidParameter.Tag.Key", "TagResources", **of_role, Tag='[{"Key":"acs:x"}]')
    ram.refused(400, "InvalidParameter.Tag", "TagResources", **of_role, Tag="nonsense")
    many = json.dumps([{"Key": f"k{number}", "Value": ""} for number in range(21)])
    ram.refused(409, "LimitExceeded.Tag", "TagResources", **of_role, Tag=many)


def test_pages(ram: RpcClient) -> None:
    for number in range(5):
        ram.do("CreateRole", RoleName=f"r{number}", AssumeRolePolicyDocument=TRUST)
    first = ram.do("ListRoles", MaxItems="2")
    second = ram.do("ListRoles", MaxItems="2", Marker=first["Marker"])
    third = ram.do("ListRoles", MaxItems="2", Marker=second["Marker"])
    names = [one["RoleName"] for page in (first, second, third) for one in page["Roles"]["Role"]]
    assert names == [f"r{number}" for number in range(5)]
    assert (first["IsTruncated"], third["IsTruncated"]) == (True, False)
    ram.refused(400, "InvalidParameter.MaxItems", "ListRoles", MaxItems="1001")
    ram.refused(400, "InvalidParameter.Marker", "ListRoles", Marker="!")


def test_each_call_needs_its_right(cloud: ServedCloud, ram: RpcClient) -> None:
    ram.do("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST)
    nobody = ram_client(cloud, user_key(cloud, "nobody"))
    for operation, parameters in {
        "CreateRole": {"RoleName": "x", "AssumeRolePolicyDocument": TRUST},
        "GetRole": {"RoleName": "r"},
        "UpdateRole": {"RoleName": "r"},
        "DeleteRole": {"RoleName": "r"},
        "ListRoles": {},
        "ListPoliciesForRole": {"RoleName": "r"},
        "AttachPolicyToRole": {"RoleName": "r", "PolicyType": "System", "PolicyName": "AdministratorAccess"},
        "DetachPolicyFromRole": {"RoleName": "r", "PolicyType": "System", "PolicyName": "AdministratorAccess"},
        "TagResources": {"ResourceType": "role", "ResourceNames": '["r"]', "Tag": '[{"Key":"a"}]'},
        "UntagResources": {"ResourceType": "role", "ResourceNames": '["r"]', "TagKey.1": "a"},
        "ListTagResources": {"ResourceType": "role", "ResourceNames": '["r"]'},
        "CreateUser": {"UserName": "x"},
        "GetUser": {"UserName": "nobody"},
        "UpdateUser": {"UserName": "nobody"},
        "DeleteUser": {"UserName": "nobody"},
        "ListUsers": {},
        "CreateAccessKey": {"UserName": "nobody"},
        "ListAccessKeys": {"UserName": "nobody"},
        "UpdateAccessKey": {"UserName": "nobody", "UserAccessKeyId": "x", "Status": "Inactive"},
        "DeleteAccessKey": {"UserName": "nobody", "UserAccessKeyId": "x"},
        "CreatePolicy": {"PolicyName": "p", "PolicyDocument": READ},
        "GetPolicy": {"PolicyName": "p", "PolicyType": "Custom"},
        "DeletePolicy": {"PolicyName": "p"},
        "UpdatePolicyDescription": {"PolicyName": "p"},
        "ListPolicies": {},
        "CreatePolicyVersion": {"PolicyName": "p", "PolicyDocument": READ},
        "GetPolicyVersion": {"PolicyName": "p", "PolicyType": "Custom", "VersionId": "v1"},
        "ListPolicyVersions": {"PolicyName": "p", "PolicyType": "Custom"},
        "DeletePolicyVersion": {"PolicyName": "p", "VersionId": "v1"},
        "SetDefaultPolicyVersion": {"PolicyName": "p", "VersionId": "v1"},
        "AttachPolicyToUser": {"UserName": "nobody", "PolicyType": "System", "PolicyName": "AdministratorAccess"},
        "DetachPolicyFromUser": {"UserName": "nobody", "PolicyType": "System", "PolicyName": "AdministratorAccess"},
        "ListPoliciesForUser": {"UserName": "nobody"},
        "ListEntitiesForPolicy": {"PolicyType": "System", "PolicyName": "AdministratorAccess"},
    }.items():
        message = nobody.refused(403, "NoPermission", operation, **parameters)
        assert f"Action: ram:{operation}" in message
    nobody.close()
