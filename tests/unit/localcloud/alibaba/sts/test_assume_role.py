"""Who may take which role, for how long, and with what cut."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from unit.localcloud.alibaba.signatures.rpc_client import RpcClient, ram, sts, user_key
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from yunfn.localcloud.alibaba.sts import StsService
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.keys import AccessKey


def statement(**fields: object) -> str:
    return json.dumps({"Version": "1", "Statement": [{"Effect": "Allow", **fields}]})


def trust(**principal: list[str]) -> str:
    return statement(Action="sts:AssumeRole", Principal=principal)


def make_role(cloud: ServedCloud, name: str, document: str, **more: str) -> str:
    client = ram(cloud)
    arn = client.do("CreateRole", RoleName=name, AssumeRolePolicyDocument=document, **more)["Role"]["Arn"]
    client.close()
    return arn


@pytest.fixture
def bob(cloud: ServedCloud) -> Iterator[RpcClient]:
    client = sts(cloud, user_key(cloud, "bob", "AliyunSTSAssumeRoleAccess"))
    yield client
    client.close()


def test_the_trust_policy_decides(cloud: ServedCloud, bob: RpcClient) -> None:
    account = cloud.account
    for number, (document, allowed) in enumerate(
        [
            (trust(RAM=[f"acs:ram::{account}:root"]), True),
            (trust(RAM=[f"acs:ram::{account}:user/bob"]), True),
            (trust(RAM=[f"acs:ram::{account}:user/BOB"]), True),
            (trust(RAM=["*"]), True),
            (trust(RAM=[f"acs:ram::{account}:user/eve"]), False),
            (trust(RAM=["acs:ram::1:root"]), False),
            (trust(Service=["fc.aliyuncs.com"]), False),
            (
                json.dumps(
                    {
                        "Version": "1",
                        "Statement": [
                            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": ["*"]}},
                            {
                                "Effect": "Deny",
                                "Action": "sts:*",
                                "Principal": {"RAM": [f"acs:ram::{account}:user/bob"]},
                            },
                        ],
                    }
                ),
                False,
            ),
        ]
    ):
        arn = make_role(cloud, f"role-{number}", document)
        if allowed:
            bob.do("AssumeRole", RoleArn=arn, RoleSessionName="one")
        else:
            assert "trust policy" in bob.refused(403, "NoPermission", "AssumeRole", RoleArn=arn, RoleSessionName="one")


def test_an_external_id_is_a_condition(cloud: ServedCloud, bob: RpcClient) -> None:
    document = statement(
        Action="sts:AssumeRole", Principal={"RAM": ["*"]}, Condition={"StringEquals": {"sts:ExternalId": "sesame"}}
    )
    arn = make_role(cloud, "outside", document)
    bob.refused(403, "NoPermission", "AssumeRole", RoleArn=arn, RoleSessionName="one")
    bob.do("AssumeRole", RoleArn=arn, RoleSessionName="one", ExternalId="sesame")


def test_the_callers_own_policies_decide_too(cloud: ServedCloud) -> None:
    arn = make_role(cloud, "worker", trust(RAM=["*"]))
    other = make_role(cloud, "other", trust(RAM=["*"]))
    nobody = sts(cloud, user_key(cloud, "nobody"))
    assert f"Resource: {arn} Action: sts:AssumeRole" in nobody.refused(
        403, "NoPermission", "AssumeRole", RoleArn=arn, RoleSessionName="one"
    )
    narrow = sts(cloud, user_key(cloud, "narrow", statement(Action="sts:AssumeRole", Resource=arn)))
    narrow.do("AssumeRole", RoleArn=arn, RoleSessionName="one")
    narrow.refused(403, "NoPermission", "AssumeRole", RoleArn=other, RoleSessionName="one")
    nobody.close()
    narrow.close()


def test_rules_of_the_parameters(cloud: ServedCloud, bob: RpcClient) -> None:
    arn = make_role(cloud, "worker", trust(RAM=["*"]), MaxSessionDuration="7200")
    good = {"RoleArn": arn, "RoleSessionName": "one"}
    for change, status, code in [
        ({"RoleArn": "worker"}, 400, "InvalidParameter.RoleArn"),
        ({"RoleArn": ""}, 400, "MissingRoleArn"),
        ({"RoleArn": arn + "-gone"}, 404, "EntityNotExist.Role"),
        ({"RoleSessionName": "x"}, 400, "InvalidParameter.RoleSessionName"),
        ({"RoleSessionName": "has space"}, 400, "InvalidParameter.RoleSessionName"),
        ({"DurationSeconds": "899"}, 400, "InvalidParameter.DurationSeconds"),
        ({"DurationSeconds": "7201"}, 400, "InvalidParameter.DurationSeconds"),
        ({"DurationSeconds": "long"}, 400, "InvalidParameter.DurationSeconds"),
        ({"Policy": "x" * 2049}, 400, "InvalidParameter.PolicySize"),
        ({"Policy": "{}"}, 400, "InvalidParameter.PolicyGrammar"),
    ]:
        bob.refused(status, code, "AssumeRole", **{**good, **change})
    for seconds in ("900", "7200"):
        bob.do("AssumeRole", **good, DurationSeconds=seconds)


def session(cloud: ServedCloud, given: dict[str, str]) -> AccessKey:
    return cloud.run(lambda one: one.keys.find(given["AccessKeyId"], given["SecurityToken"]))


def test_a_session_policy_cuts_what_the_role_may(cloud: ServedCloud, bob: RpcClient) -> None:
    arn = make_role(cloud, "worker", trust(RAM=["*"]))
    owner = ram(cloud)
    owner.do("AttachPolicyToRole", RoleName="worker", PolicyType="System", PolicyName="AliyunRAMReadOnlyAccess")
    whole = bob.do("AssumeRole", RoleArn=arn, RoleSessionName="whole")["Credentials"]
    policy = statement(Action=["ram:GetRole", "ram:DeleteRole"], Resource="*")
    cut = bob.do("AssumeRole", RoleArn=arn, RoleSessionName="cut", Policy=policy)["Credentials"]
    with_all, with_some = ram(cloud, session(cloud, whole)), ram(cloud, session(cloud, cut))
    with_all.do("ListRoles")
    with_all.do("GetRole", RoleName="worker")
    with_some.do("GetRole", RoleName="worker")
    with_some.refused(403, "NoPermission", "ListRoles")
    # The session policy gives nothing that the role lacks.
    with_some.refused(403, "NoPermission", "DeleteRole", RoleName="worker")
    owner.do("DetachPolicyFromRole", RoleName="worker", PolicyType="System", PolicyName="AliyunRAMReadOnlyAccess")
    with_all.refused(403, "NoPermission", "ListRoles")
    for client in (owner, with_all, with_some):
        client.close()


def test_a_session_ends_by_the_clouds_clock(cloud: ServedCloud, bob: RpcClient) -> None:
    arn = make_role(cloud, "worker", trust(RAM=["*"]))
    given = bob.do("AssumeRole", RoleArn=arn, RoleSessionName="one", DurationSeconds="900")["Credentials"]
    client = sts(cloud, session(cloud, given))
    client.do("GetCallerIdentity")
    cloud.run(lambda one: one.clock.move(901))
    client.refused(400, "InvalidSecurityToken.Expired", "GetCallerIdentity")
    client.close()


def test_a_chain_of_roles_lasts_an_hour_at_most(cloud: ServedCloud, bob: RpcClient) -> None:
    first = make_role(cloud, "first", trust(RAM=["*"]), MaxSessionDuration="43200")
    trusting = trust(RAM=[f"acs:ram::{cloud.account}:role/First"])
    second = make_role(cloud, "second", trusting, MaxSessionDuration="43200")
    owner = ram(cloud)
    owner.do("AttachPolicyToRole", RoleName="first", PolicyType="System", PolicyName="AliyunSTSAssumeRoleAccess")
    given = bob.do("AssumeRole", RoleArn=first, RoleSessionName="one", DurationSeconds="43200")["Credentials"]
    client = sts(cloud, session(cloud, given))
    chained = {"RoleArn": second, "RoleSessionName": "two"}
    client.refused(400, "InvalidParameter.DurationSeconds", "AssumeRole", **chained, DurationSeconds="3601")
    client.do("AssumeRole", **chained, DurationSeconds="3600")
    bob.refused(403, "NoPermission", "AssumeRole", **chained)
    owner.close()
    client.close()


def test_services_take_the_roles_that_trust_them(cloud: ServedCloud) -> None:
    account = cloud.account
    good = make_role(cloud, "fc-role", trust(Service=["fc.aliyuncs.com", "oss.aliyuncs.com"]))
    bad = make_role(cloud, "other", trust(Service=["oss.aliyuncs.com"]))

    def take(arn: str) -> AccessKey:
        return cloud.run(lambda one: one.find(StsService).assume_for_service(account, arn, "fc.aliyuncs.com", "call-1"))

    key = take(good)
    assert key.principal.arn == f"acs:ram::{account}:assumed-role/fc-role/call-1"
    assert key.token
    assert abs(key.expires - cloud.run(lambda one: one.clock.time()) - 36 * 3600) < 10
    for arn, reason in [
        (bad, "trust policy"),
        (good + "-gone", "no such role"),
        (good.replace(account, "1"), "no such"),
    ]:
        with pytest.raises(CloudError, match=reason) as caught:
            take(arn)
        assert (caught.value.code, caught.value.status) == ("AccessDenied", 403)


def test_the_journal_holds_names_and_no_secrets(cloud: ServedCloud, bob: RpcClient) -> None:
    arn = make_role(cloud, "worker", trust(RAM=["*"]))
    given = bob.do("AssumeRole", RoleArn=arn, RoleSessionName="one")["Credentials"]
    text = cloud.run(lambda one: (one.journal.flush(), one.home.journal.read_text())[1])
    assert f'"operation": "AssumeRole", "resource": "{arn}"' in text
    assert given["AccessKeySecret"] not in text and given["SecurityToken"] not in text
