"""STS by its official client: who am I, and temporary keys that can do no more than they should."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from support.tencent_identity import Identity, policy, trust
from yunfn.localcloud.keys import AccessKey
from yunfn.localcloud.tencent.sts import StsService
from yunfn.localcloud.tencent.sts.exceptions import RoleNotFound, RoleNotTrusting

SCF = "scf.qcloud.com"
ADMIN = policy("*")


def root(identity: Identity) -> str:
    """A trust policy that names the account as a whole."""
    return trust(qcs=f"qcs::cam::uin/{identity.uin}:root")


def test_who_am_i(identity: Identity) -> None:
    own = identity.ask("sts", "GetCallerIdentity")
    assert (own.Type, own.AccountId, own.UserId, own.PrincipalId) == ("CAMUser", *[identity.uin] * 3)
    assert own.Arn == f"qcs::cam:{identity.uin}:uin/{identity.uin}"
    user = identity.user()
    uin = user.principal.name
    sub = identity.ask("sts", "GetCallerIdentity", user)
    assert (sub.AccountId, sub.UserId, sub.Arn) == (identity.uin, uin, f"qcs::cam:{identity.uin}:uin/{uin}")
    role = identity.role(root(identity))
    role_id = identity.ask("cam", "GetRole", RoleName=role).RoleInfo.RoleId
    as_role = identity.ask("sts", "GetCallerIdentity", identity.assume(role))
    assert (as_role.Type, as_role.UserId) == ("CAMRole", f"{role_id}:session")
    assert as_role.Arn == f"qcs::sts:{identity.uin}:assumed-role/{role_id}"


def test_a_session_has_the_rights_of_its_role(identity: Identity) -> None:
    role = identity.role(root(identity), policy("cam:Get*"))
    key = identity.assume(role)
    assert identity.ask("cam", "GetRole", key, RoleName=role).RoleInfo.RoleName == role
    identity.refused("UnauthorizedOperation.CAM", "cam", "DeleteRole", key, RoleName=role)
    assert key.id.startswith("AKID") and key.token and len(key.id) > 36
    identity.ask("cam", "DeleteRole", RoleName=role)
    identity.refused("UnauthorizedOperation.CAM", "cam", "GetRole", key, RoleName=role)


@pytest.mark.parametrize("encoded", [True, False])
def test_a_session_policy_only_takes_away(identity: Identity, encoded: bool) -> None:
    role = identity.role(root(identity), policy("cam:Get*", "cam:Describe*"))
    session = policy("cam:GetRole", "cam:DeleteRole", "sts:*")
    key = identity.assume(role, Policy=quote(session) if encoded else session)
    identity.ask("cam", "GetRole", key, RoleName=role)
    identity.refused("UnauthorizedOperation.CAM", "cam", "DeleteRole", key, RoleName=role)
    identity.refused("UnauthorizedOperation.CAM", "cam", "DescribeRoleList", key, Page=1, Rp=20)


def test_a_session_ends(identity: Identity) -> None:
    role = identity.role(root(identity))
    before = identity.cloud.run(lambda cloud: cloud.clock.time())
    arn = f"qcs::cam::uin/{identity.uin}:roleName/{role}"
    answer = identity.ask("sts", "AssumeRole", RoleArn=arn, RoleSessionName="s1", DurationSeconds=600)
    assert before + 595 < answer.ExpiredTime < before + 660
    assert datetime.fromtimestamp(answer.ExpiredTime, UTC).isoformat() == answer.Expiration.replace("Z", "+00:00")
    key = identity.temporary(answer)
    identity.ask("sts", "GetCallerIdentity", key)
    for token in ("", ("y" if key.token[0] == "x" else "x") + key.token[1:]):
        forged = AccessKey(key.id, key.secret, key.principal, token)
        identity.refused("AuthFailure.TokenFailure", "sts", "GetCallerIdentity", forged)
    identity.cloud.run(lambda cloud: cloud.clock.move(700))
    try:
        identity.refused("AuthFailure.TokenFailure", "sts", "GetCallerIdentity", key)
    finally:
        identity.cloud.run(lambda cloud: cloud.clock.move(-700))


def test_who_may_take_a_role(identity: Identity) -> None:
    user = identity.user(policy("sts:AssumeRole"))
    uin = user.principal.name
    named = identity.role(trust(qcs=f"qcs::cam::uin/{identity.uin}:uin/{uin}"))
    other = identity.role(trust(qcs=f"qcs::cam::uin/{identity.uin}:uin/7"))
    service = identity.role(trust(service=SCF))
    identity.assume(named, user)
    for role in (other, service):
        arn = f"qcs::cam::uin/{identity.uin}:roleName/{role}"
        identity.refused("InternalError.GetRoleError", "sts", "AssumeRole", user, RoleArn=arn, RoleSessionName="s1")
    everybody = identity.role(root(identity))
    identity.assume(everybody, user)
    identity.assume(identity.role(trust(qcs=f"qcs::cam::uin/{identity.uin}:uin/{identity.uin}")))
    powerless = identity.user()
    arn = f"qcs::cam::uin/{identity.uin}:roleName/{everybody}"
    identity.refused("UnauthorizedOperation.CAM", "sts", "AssumeRole", powerless, RoleArn=arn, RoleSessionName="s1")


def test_an_external_id(identity: Identity) -> None:
    document = json.loads(root(identity))
    document["statement"][0]["condition"] = {"string_equal": {"sts:external_id": "team-7"}}
    role = identity.role(json.dumps(document))
    identity.assume(role, ExternalId="team-7")
    arn = f"qcs::cam::uin/{identity.uin}:roleName/{role}"
    for more in ({}, {"ExternalId": "team-8"}):
        identity.refused("InternalError.GetRoleError", "sts", "AssumeRole", RoleArn=arn, RoleSessionName="s1", **more)


def test_a_role_by_id_and_what_is_no_role(identity: Identity) -> None:
    role = identity.role(root(identity), SessionDuration=3600)
    role_id = identity.ask("cam", "GetRole", RoleName=role).RoleInfo.RoleId
    arn = f"qcs::cam::uin/{identity.uin}:role/{role_id}"
    for form in (arn, arn.replace(role_id, f"tencentcloudServiceRoleName/{role}")):
        identity.ask("sts", "AssumeRole", RoleArn=form, RoleSessionName="s1")
    for wrong, code in (
        (f"qcs::cam::uin/{identity.uin}:roleName/nobody", "ResourceNotFound.RoleNotFound"),
        (f"qcs::cam::uin/1{identity.uin}:roleName/{role}", "ResourceNotFound.RoleNotFound"),
        (role, "InvalidParameter.ParamError"),
    ):
        identity.refused(code, "sts", "AssumeRole", RoleArn=wrong, RoleSessionName="s1")
    for more, code in (
        ({"DurationSeconds": 3601}, "OverTimeError"),
        ({"DurationSeconds": 0}, "OverTimeError"),
        ({"RoleSessionName": "s"}, "ParamError"),
        ({"Policy": "x" * 4097}, "PolicyTooLong"),
        ({"Policy": "{"}, "StrategyFormatError"),
        ({"Policy": root(identity)}, "StrategyFormatError"),
    ):
        given = {"RoleArn": arn, "RoleSessionName": "s1", **more}
        identity.refused(f"InvalidParameter.{code}", "sts", "AssumeRole", **given)


def test_a_federated_user_of_the_owner_has_its_policy(identity: Identity) -> None:
    answer = identity.ask("sts", "GetFederationToken", Name="uploader", Policy=quote(policy("cam:GetRole")))
    key, role = identity.temporary(answer), identity.role(root(identity))
    identity.ask("cam", "GetRole", key, RoleName=role)
    identity.refused("UnauthorizedOperation.CAM", "cam", "DeleteRole", key, RoleName=role)
    me = identity.ask("sts", "GetCallerIdentity", key)
    assert (me.UserId, me.PrincipalId) == (f"{identity.uin}:uploader", identity.uin)
    identity.refused("FailedOperation.TempKeyNotAllowed", "sts", "GetFederationToken", key, Name="again", Policy=ADMIN)
    identity.refused(
        "InvalidParameter.OverTimeError", "sts", "GetFederationToken", Name="x", Policy=ADMIN, DurationSeconds=7201
    )
    identity.refused("MissingParameter", "sts", "GetFederationToken", Name="x")
    identity.refused("InvalidParameter.StrategyFormatError", "sts", "GetFederationToken", Name="x", Policy="")


def test_a_federated_user_of_a_user_can_do_no_more_than_it(identity: Identity) -> None:
    user, role = identity.user(policy("sts:*", "cam:Get*")), identity.role(root(identity))
    answer = identity.ask("sts", "GetFederationToken", user, Name="x", Policy=ADMIN, DurationSeconds=100000)
    key = identity.temporary(answer)
    identity.ask("cam", "GetRole", key, RoleName=role)
    identity.refused("UnauthorizedOperation.CAM", "cam", "DeleteRole", key, RoleName=role)


def test_a_service_takes_a_role_that_trusts_it(identity: Identity) -> None:
    role = identity.role(trust(service=SCF), policy("cam:GetRole"))
    other = identity.role(root(identity))

    def take(name: str, service: str = SCF) -> AccessKey:
        return identity.cloud.run(lambda cloud: cloud.find(StsService).assume_for_service(name, service, "f", 60))

    key = take(role)
    assert key.principal.session == "f"
    assert identity.ask("cam", "GetRole", key, RoleName=role).RoleInfo.RoleName == role
    identity.refused("UnauthorizedOperation.CAM", "cam", "DeleteRole", key, RoleName=role)
    with pytest.raises(RoleNotFound):
        take("nobody")
    for name, service in ((other, SCF), (role, "cls.cloud.tencent.com")):
        with pytest.raises(RoleNotTrusting):
            take(name, service)
