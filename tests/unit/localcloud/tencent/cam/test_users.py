"""Sub-users, their keys, and what their policies let them do."""

from __future__ import annotations

from typing import Any

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from support.tencent_identity import Identity, policy, trust
from yunfn.localcloud.keys import TENCENT, AccessKey, Principal

TRUST = trust(service="scf.qcloud.com")


def test_a_user_and_its_names(identity: Identity) -> None:
    name = identity.name()
    made = identity.ask("cam", "AddUser", Name=name, Remark="r", ConsoleLogin=0)
    assert made.SecretId is None and isinstance(made.Uin, int)
    identity.refused("InvalidParameter.SubUserNameInUse", "cam", "AddUser", Name=name)
    identity.refused("InvalidParameter.UserNameIllegal", "cam", "AddUser", Name="a b")
    identity.ask("cam", "UpdateUser", Name=name, Remark="s", Email="a@b.c")
    found = identity.ask("cam", "GetUser", Name=name)
    assert (found.Uin, found.Remark, found.Email) == (made.Uin, "s", "a@b.c")
    assert made.Uin in [one.Uin for one in identity.ask("cam", "ListUsers").Data]
    (sub,) = identity.ask("cam", "DescribeSubAccounts", FilterSubAccountUin=[made.Uin, int(identity.uin)]).SubAccounts
    assert (sub.Name, sub.UserType) == (name, 2)
    identity.ask("cam", "DeleteUser", Name=name)
    identity.refused("ResourceNotFound.UserNotExist", "cam", "GetUser", Name=name)


def test_who_asks(identity: Identity) -> None:
    own = identity.ask("cam", "GetUserAppId")
    assert (own.Uin, own.OwnerUin, own.AppId) == (identity.uin, identity.uin, int(identity.account.app_id))
    user = identity.user()
    sub = identity.ask("cam", "GetUserAppId", user)
    assert (sub.Uin, sub.OwnerUin, sub.AppId) == (user.principal.name, identity.uin, own.AppId)


def test_keys_live_and_die(identity: Identity) -> None:
    user = identity.user()
    uin = int(user.principal.name)
    made = identity.ask("cam", "CreateAccessKey", TargetUin=uin, Description="second").AccessKey
    second = AccessKey(made.AccessKeyId, made.SecretAccessKey, Principal(identity.uin, "user", str(uin), cloud=TENCENT))
    assert identity.ask("sts", "GetCallerIdentity", second).UserId == str(uin)
    identity.refused("OperationDenied.AccessKeyOverLimit", "cam", "CreateAccessKey", TargetUin=uin)

    def keys() -> dict[str, str]:
        return {one.AccessKeyId: one.Status for one in identity.ask("cam", "ListAccessKeys", TargetUin=uin).AccessKeys}

    identity.ask("cam", "UpdateAccessKey", TargetUin=uin, AccessKeyId=second.id, Status="Inactive")
    assert keys() == {user.id: "Active", second.id: "Inactive"}
    identity.refused("AuthFailure.SecretIdNotFound", "sts", "GetCallerIdentity", second)
    identity.ask("cam", "UpdateAccessKey", TargetUin=uin, AccessKeyId=second.id, Status="Active")
    assert identity.ask("sts", "GetCallerIdentity", second).UserId == str(uin)
    identity.ask("cam", "DeleteAccessKey", TargetUin=uin, AccessKeyId=second.id)
    identity.refused("AuthFailure.SecretIdNotFound", "sts", "GetCallerIdentity", second)
    identity.refused("ResourceNotFound.SecretNotExist", "cam", "DeleteAccessKey", TargetUin=uin, AccessKeyId=second.id)
    identity.refused("OperationDenied.SubUin", "cam", "CreateAccessKey", user, TargetUin=int(identity.uin))
    name = identity.ask("cam", "DescribeSubAccounts", FilterSubAccountUin=[uin]).SubAccounts[0].Name
    identity.refused("OperationDenied.HaveKeys", "cam", "DeleteUser", Name=name)
    identity.ask("cam", "DeleteUser", Name=name, Force=1)
    identity.refused("AuthFailure.SecretIdNotFound", "sts", "GetCallerIdentity", user)


def test_a_user_may_do_what_its_policies_say_and_no_more(identity: Identity) -> None:
    role = identity.role(TRUST)
    reading = policy("cam:GetRole", resource=f"qcs::cam::uin/{identity.uin}:roleName/{role}")
    user = identity.user(reading)
    assert identity.ask("cam", "GetRole", user, RoleName=role).RoleInfo.RoleName == role
    refusal = identity.refused("UnauthorizedOperation.CAM", "cam", "DeleteRole", user, RoleName=role)
    assert f"(cam:DeleteRole), resource (qcs::cam::uin/{identity.uin}:roleName/{role})" in refusal
    identity.refused("UnauthorizedOperation.CAM", "cam", "GetRole", user, RoleName=identity.role(TRUST))
    # What one may not see one does not learn the absence of.
    identity.refused("UnauthorizedOperation.CAM", "cam", "GetRole", user, RoleName="nobody")
    uin = int(user.principal.name)
    identity.ask("cam", "AttachUserPolicy", AttachUin=uin, PolicyId=identity.policy(policy("*", effect="deny")))
    identity.refused("UnauthorizedOperation.CAM", "cam", "GetRole", user, RoleName=role)
    rows = identity.ask("cam", "ListAttachedUserPolicies", TargetUin=uin).List
    assert {one.PolicyType for one in rows} == {"User"}
    for row in rows:
        identity.ask("cam", "DetachUserPolicy", DetachUin=uin, PolicyId=row.PolicyId)
    identity.refused("UnauthorizedOperation.CAM", "cam", "GetRole", user, RoleName=role)


def test_a_changed_policy_counts_at_once(identity: Identity) -> None:
    role, number = identity.role(TRUST), identity.policy(policy("scf:*"))
    user = identity.user()
    identity.ask("cam", "AttachUserPolicy", AttachUin=int(user.principal.name), PolicyId=number)
    identity.refused("UnauthorizedOperation.CAM", "cam", "GetRole", user, RoleName=role)
    identity.ask("cam", "UpdatePolicy", PolicyId=number, PolicyDocument=policy("cam:Get*"))
    identity.ask("cam", "GetRole", user, RoleName=role)


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"ip_equal": {"qcs:ip": ["127.0.0.0/8"]}}, True),
        ({"ip_equal": {"qcs:ip": ["10.0.0.0/8"]}}, False),
        ({"date_less_than": {"qcs:current_time": "2100-01-01T00:00:00Z"}}, True),
        ({"date_less_than": {"qcs:current_time": "2020-01-01T00:00:00Z"}}, False),
        ({"for_any_value:string_equal": {"qcs:resource_tag": ["team&a"]}}, True),
        ({"for_any_value:string_equal": {"qcs:resource_tag": ["team&b"]}}, False),
    ],
)
def test_conditions_of_a_real_request(identity: Identity, condition: dict[str, Any], allowed: bool) -> None:
    role = identity.role(TRUST)
    resource = f"qcs::cam::uin/:roleName/{role}"
    identity.ask("tag", "TagResources", ResourceList=[resource], Tags=[{"TagKey": "team", "TagValue": "a"}])
    user = identity.user(policy("cam:GetRole", condition=condition))
    if allowed:
        assert identity.ask("cam", "GetRole", user, RoleName=role).RoleInfo.RoleName == role
    else:
        with pytest.raises(TencentCloudSDKException, match=r"UnauthorizedOperation\.CAM"):
            identity.ask("cam", "GetRole", user, RoleName=role)
