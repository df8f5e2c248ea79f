"""The evaluator over RAM's state: who may do what right now."""

from __future__ import annotations

from unit.localcloud.alibaba.ram.documents import TRUST, policy
from unit.localcloud.alibaba.signatures.rpc_client import RpcClient, user_key
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from yunfn.localcloud.keys import Principal


def allows(cloud: ServedCloud, principal: Principal, action: str, resource: str = "acs:oss:*:1:b/k") -> bool:
    def ask(one) -> bool:
        assert one.authorizer is not None
        return one.authorizer.decide(principal, action, (resource,), {}).allowed

    return cloud.run(ask)


def test_a_roles_policies_add_up_and_changes_count_at_once(cloud: ServedCloud, ram: RpcClient) -> None:
    session = Principal(cloud.account, "assumed-role", "worker", "s")
    assert not allows(cloud, session, "oss:GetObject")
    ram.do("CreateRole", RoleName="Worker", AssumeRolePolicyDocument=TRUST)
    ram.do("CreatePolicy", PolicyName="p", PolicyDocument=policy({"Action": "oss:GetObject", "Resource": "*"}))
    ram.do("AttachPolicyToRole", RoleName="Worker", PolicyType="Custom", PolicyName="p")
    ram.do("AttachPolicyToRole", RoleName="Worker", PolicyType="System", PolicyName="AliyunLogReadOnlyAccess")
    assert allows(cloud, session, "oss:GetObject") and allows(cloud, session, "log:GetProject")
    assert not allows(cloud, session, "oss:PutObject") and not allows(cloud, session, "log:CreateProject")
    no_logs = {"Effect": "Deny", "Action": "log:*", "Resource": "*"}
    second = policy({"Action": "oss:PutObject", "Resource": "*"}, no_logs)
    ram.do("CreatePolicyVersion", PolicyName="p", SetAsDefault="true", PolicyDocument=second)
    assert allows(cloud, session, "oss:PutObject")
    assert not allows(cloud, session, "oss:GetObject") and not allows(cloud, session, "log:GetProject")
    ram.do("SetDefaultPolicyVersion", PolicyName="p", VersionId="v1")
    assert allows(cloud, session, "oss:GetObject") and allows(cloud, session, "log:GetProject")
    for name, kind in (("p", "Custom"), ("AliyunLogReadOnlyAccess", "System")):
        ram.do("DetachPolicyFromRole", RoleName="Worker", PolicyType=kind, PolicyName=name)
    assert not allows(cloud, session, "oss:GetObject")


def test_a_version_that_is_not_the_default_gives_nothing(cloud: ServedCloud, ram: RpcClient) -> None:
    user = user_key(cloud, "bob").principal
    ram.do("CreatePolicy", PolicyName="p", PolicyDocument=policy({"Action": "oss:GetObject", "Resource": "*"}))
    ram.do("AttachPolicyToUser", UserName="bob", PolicyType="Custom", PolicyName="p")
    ram.do("CreatePolicyVersion", PolicyName="p", PolicyDocument=policy({"Action": "oss:*", "Resource": "*"}))
    assert allows(cloud, user, "oss:GetObject") and not allows(cloud, user, "oss:PutObject")


def test_users_and_roles_of_one_name_are_two(cloud: ServedCloud, ram: RpcClient) -> None:
    user_key(cloud, "worker", "AdministratorAccess")
    ram.do("CreateRole", RoleName="worker", AssumeRolePolicyDocument=TRUST)
    assert allows(cloud, Principal(cloud.account, "user", "worker"), "oss:GetObject")
    assert not allows(cloud, Principal(cloud.account, "assumed-role", "worker", "s"), "oss:GetObject")


def test_a_session_policy_is_an_intersection(cloud: ServedCloud, ram: RpcClient) -> None:
    ram.do("CreateRole", RoleName="worker", AssumeRolePolicyDocument=TRUST)
    ram.do("AttachPolicyToRole", RoleName="worker", PolicyType="System", PolicyName="AliyunOSSFullAccess")
    cut = policy({"Action": ["oss:GetObject", "log:*"], "Resource": "*"})
    session = Principal(cloud.account, "assumed-role", "worker", "s", cut)
    assert allows(cloud, session, "oss:GetObject")
    assert not allows(cloud, session, "oss:PutObject")
    assert not allows(cloud, session, "log:GetProject")


def test_the_account_may_all_and_time_is_the_clouds(cloud: ServedCloud) -> None:
    assert allows(cloud, Principal(cloud.account, "root"), "oss:GetObject")
    until = {"DateLessThan": {"acs:CurrentTime": "2031-01-01T00:00:00Z"}}
    user = user_key(cloud, "bob", policy({"Action": "*", "Resource": "*", "Condition": until})).principal
    assert allows(cloud, user, "oss:GetObject")
    cloud.run(lambda one: one.clock.move(5 * 366 * 86400))
    assert not allows(cloud, user, "oss:GetObject")
