"""RAM users and the life of their keys."""

from __future__ import annotations

from unit.localcloud.alibaba.signatures.rpc_client import RpcClient, sts, user_key
from unit.localcloud.alibaba.signatures.rpc_client import ram as ram_client
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from yunfn.localcloud.keys import AccessKey


def test_a_user_lives(ram: RpcClient) -> None:
    made = ram.do("CreateUser", UserName="bob", DisplayName="Bob", Comments="x")["User"]
    assert made["UserId"].startswith("2") and len(made["UserId"]) == 18
    assert ram.do("GetUser", UserName="BOB")["User"] == made
    ram.refused(409, "EntityAlreadyExists.User", "CreateUser", UserName="Bob")
    ram.refused(400, "InvalidParameter.UserName", "CreateUser", UserName="a b")
    assert [one["UserName"] for one in ram.do("ListUsers")["Users"]["User"]] == ["bob"]
    ram.do("DeleteUser", UserName="bob")
    for operation in ("GetUser", "DeleteUser", "ListAccessKeys", "CreateAccessKey", "ListPoliciesForUser"):
        ram.refused(404, "EntityNotExist.User", operation, UserName="bob")


def test_a_user_with_keys_or_policies_cannot_go(ram: RpcClient) -> None:
    ram.do("CreateUser", UserName="bob")
    key = ram.do("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"]
    attached = {"UserName": "bob", "PolicyType": "System", "PolicyName": "AdministratorAccess"}
    ram.do("AttachPolicyToUser", **attached)
    ram.refused(409, "DeleteConflict.User.Policy", "DeleteUser", UserName="bob")
    ram.do("DetachPolicyFromUser", **attached)
    ram.refused(409, "DeleteConflict.User.AccessKey", "DeleteUser", UserName="bob")
    ram.do("DeleteAccessKey", UserName="bob", UserAccessKeyId=key)
    ram.do("DeleteUser", UserName="bob")


def test_keys_are_stopped_started_and_removed(cloud: ServedCloud, ram: RpcClient) -> None:
    ram.do("CreateUser", UserName="bob")
    made = ram.do("CreateAccessKey", UserName="bob")["AccessKey"]
    assert made["Status"] == "Active" and made["AccessKeySecret"]
    key = AccessKey(made["AccessKeyId"], made["AccessKeySecret"], cloud.root.principal)
    client = sts(cloud, key)
    assert client.do("GetCallerIdentity")["Arn"].endswith("user/bob")
    of_key = {"UserName": "bob", "UserAccessKeyId": key.id}
    ram.do("UpdateAccessKey", **of_key, Status="Inactive")
    client.refused(404, "InvalidAccessKeyId.NotFound", "GetCallerIdentity")
    (listed,) = ram.do("ListAccessKeys", UserName="bob")["AccessKeys"]["AccessKey"]
    assert listed == {"AccessKeyId": key.id, "Status": "Inactive", "CreateDate": made["CreateDate"]}
    ram.do("UpdateAccessKey", **of_key, Status="Active")
    assert client.do("GetCallerIdentity")
    ram.refused(400, "InvalidParameter.Status", "UpdateAccessKey", **of_key, Status="Sleepy")
    ram.do("DeleteAccessKey", **of_key)
    client.refused(404, "InvalidAccessKeyId.NotFound", "GetCallerIdentity")
    ram.refused(404, "EntityNotExist.User.AccessKey", "DeleteAccessKey", **of_key)
    ram.refused(404, "EntityNotExist.User.AccessKey", "UpdateAccessKey", **of_key, Status="Active")
    client.close()


def test_two_keys_at_most_and_the_owner_has_none_here(ram: RpcClient) -> None:
    ram.do("CreateUser", UserName="bob")
    for _ in range(2):
        ram.do("CreateAccessKey", UserName="bob")
    ram.refused(409, "LimitExceeded.User.AccessKey", "CreateAccessKey", UserName="bob")
    ram.refused(400, "InvalidParameter.UserName", "CreateAccessKey")


def test_a_user_may_see_his_own_keys_without_naming_himself(cloud: ServedCloud) -> None:
    key = user_key(cloud, "bob", "AliyunRAMReadOnlyAccess")
    client = ram_client(cloud, key)
    (listed,) = client.do("ListAccessKeys")["AccessKeys"]["AccessKey"]
    assert listed["AccessKeyId"] == key.id
    client.close()


def test_a_renamed_user_keeps_keys_and_rights(cloud: ServedCloud, ram: RpcClient) -> None:
    key = user_key(cloud, "bob", "AliyunRAMReadOnlyAccess")
    ram.do("UpdateUser", UserName="bob", NewUserName="robert", NewDisplayName="Robert")
    client = ram_client(cloud, AccessKey(key.id, key.secret, key.principal))
    assert client.do("GetUser", UserName="robert")["User"]["DisplayName"] == "Robert"
    ram.refused(404, "EntityNotExist.User", "GetUser", UserName="bob")
    asked = sts(cloud, key)
    assert asked.do("GetCallerIdentity")["Arn"].endswith(":user/robert")
    ram.do("CreateUser", UserName="bob")
    ram.refused(409, "EntityAlreadyExists.User", "UpdateUser", UserName="bob", NewUserName="Robert")
    client.close()
    asked.close()


def test_all_is_gone_after_a_reset(cloud: ServedCloud, ram: RpcClient) -> None:
    key = user_key(cloud, "bob", "AdministratorAccess")
    client = ram_client(cloud, key)
    client.do("ListUsers")
    cloud.wait(lambda one: one.reset())
    assert ram.do("ListUsers")["Users"]["User"] == []
    client.refused(404, "InvalidAccessKeyId.NotFound", "ListUsers")
    client.close()
