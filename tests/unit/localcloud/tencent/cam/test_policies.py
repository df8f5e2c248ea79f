"""Policies and what they hang on, as the official client and the tencentcloud provider see them."""

from __future__ import annotations

from typing import Any

import pytest

from support.tencent_identity import Identity, policy, trust
from yunfn.localcloud.tencent.cam import CamService, preset_policies
from yunfn.localcloud.tencent.cam.documents import read_policy

TRUST = trust(service="scf.qcloud.com")
DOCUMENT = policy("scf:GetFunction")


def attached(identity: Identity, role: str, **more: Any) -> list[Any]:
    return list(identity.ask("cam", "ListAttachedRolePolicies", RoleName=role, Page=1, Rp=200, **more).List)


def test_a_custom_policy(identity: Identity) -> None:
    name, slashed = identity.name(), DOCUMENT.replace('"*"', '"qcs::cos:::a\\/b"')
    number = identity.ask(
        "cam",
        "CreatePolicy",
        PolicyName=name,
        PolicyDocument=slashed,
        Description="d",
        Tags=[{"Key": "k", "Value": "v"}],
    ).PolicyId
    assert isinstance(number, int)
    found = identity.ask("cam", "GetPolicy", PolicyId=number)
    assert (found.PolicyName, found.PolicyDocument, found.Description, found.Type) == (name, slashed, "d", 1)
    assert found.AddTime and found.UpdateTime
    assert [(one.Key, one.Value) for one in found.Tags] == [("k", "v")]
    identity.refused("FailedOperation.PolicyNameInUse", "cam", "CreatePolicy", PolicyName=name, PolicyDocument=DOCUMENT)
    identity.ask("cam", "DeletePolicy", PolicyId=[number])
    identity.refused("ResourceNotFound.PolicyIdNotFound", "cam", "GetPolicy", PolicyId=number)
    identity.refused("ResourceNotFound.PolicyIdNotFound", "cam", "DeletePolicy", PolicyId=[number])


def test_an_update_changes_what_it_names(identity: Identity) -> None:
    old, new, other = identity.name(), identity.name(), policy("cos:GetObject")
    number = identity.ask("cam", "CreatePolicy", PolicyName=old, PolicyDocument=DOCUMENT, Description="d").PolicyId
    assert identity.ask("cam", "UpdatePolicy", PolicyId=number, PolicyDocument=other).PolicyId is None
    assert identity.ask("cam", "UpdatePolicy", PolicyName=old, Description="e").PolicyId == number
    identity.ask("cam", "UpdatePolicy", PolicyId=number, PolicyName=new)
    found = identity.ask("cam", "GetPolicy", PolicyId=number)
    assert (found.PolicyName, found.PolicyDocument, found.Description) == (new, other, "e")
    taken = identity.ask("cam", "CreatePolicy", PolicyName=old, PolicyDocument=DOCUMENT).PolicyId
    identity.refused("FailedOperation.PolicyNameInUse", "cam", "UpdatePolicy", PolicyId=taken, PolicyName=new)
    identity.refused("InvalidParameter.PolicyDocumentError", "cam", "UpdatePolicy", PolicyId=taken, PolicyDocument="{")
    assert identity.ask("cam", "GetPolicy", PolicyId=taken).PolicyDocument == DOCUMENT


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"PolicyName": "a b"}, "PolicyNameError"),
        ({"PolicyDocument": TRUST}, "PrincipalError"),
        ({"Description": "d" * 301}, "DescriptionLengthOverlimit"),
    ],
)
def test_what_is_no_policy(identity: Identity, settings: dict[str, Any], code: str) -> None:
    given = {"PolicyName": identity.name(), "PolicyDocument": DOCUMENT, **settings}
    identity.refused(f"InvalidParameter.{code}", "cam", "CreatePolicy", **given)


def test_preset_policies_can_be_read_and_not_changed(identity: Identity) -> None:
    every = preset_policies.every()
    assert len({one["PolicyId"] for one in every}) == len(every)
    for one in every:
        assert read_policy(one["PolicyDocument"])
    (found,) = identity.ask("cam", "ListPolicies", Scope="QCS", Keyword="QcloudCOSReadOnly", Rp=200).List
    assert (found.PolicyName, found.Type, found.Attachments) == ("QcloudCOSReadOnlyAccess", 2, 0)
    shown = identity.ask("cam", "GetPolicy", PolicyId=found.PolicyId)
    assert (shown.PolicyName, shown.Type) == ("QcloudCOSReadOnlyAccess", 2)
    for action, by in (("DeletePolicy", [found.PolicyId]), ("UpdatePolicy", found.PolicyId)):
        identity.refused("FailedOperation.Unmodifiable", "cam", action, PolicyId=by)
    identity.refused(
        "FailedOperation.PolicyNameInUse", "cam", "CreatePolicy", PolicyName=found.PolicyName, PolicyDocument=DOCUMENT
    )


def test_the_list_by_scope_and_pages(identity: Identity) -> None:
    number = identity.policy(DOCUMENT)
    own = identity.ask("cam", "ListPolicies", Scope="Local", Rp=200)
    assert number in [one.PolicyId for one in own.List]
    assert {one.Type for one in own.List} == {1}
    preset = identity.ask("cam", "ListPolicies", Scope="QCS", Rp=200)
    every = identity.ask("cam", "ListPolicies", Rp=3)
    assert every.TotalNum == own.TotalNum + preset.TotalNum
    assert len(every.List) == 3
    second = identity.ask("cam", "ListPolicies", Rp=3, Page=2)
    assert not {one.PolicyId for one in every.List} & {one.PolicyId for one in second.List}
    identity.refused("InvalidParameter.ScopeError", "cam", "ListPolicies", Scope="Mine")


def test_attached_by_number_and_by_name(identity: Identity) -> None:
    role, number = identity.role(TRUST), identity.policy(DOCUMENT)
    role_id = identity.ask("cam", "GetRole", RoleName=role).RoleInfo.RoleId
    identity.ask("cam", "AttachRolePolicy", AttachRoleId=role_id, PolicyId=number)
    identity.ask("cam", "AttachRolePolicy", AttachRoleName=role, PolicyName="QcloudSCFFullAccess")
    identity.ask("cam", "AttachRolePolicy", AttachRoleId=role_id, PolicyId=number)
    rows = attached(identity, role)
    assert {(one.PolicyType, one.PolicyId == number, one.CreateMode) for one in rows} == {
        ("User", True, 2),
        ("QCS", False, 2),
    }
    assert all(one.PolicyName and one.AddTime for one in rows)
    assert [one.PolicyName for one in attached(identity, role, PolicyType="QCS")] == ["QcloudSCFFullAccess"]
    assert [one.PolicyId for one in attached(identity, role, PolicyType="User")] == [number]
    (holder,) = identity.ask("cam", "ListEntitiesForPolicy", PolicyId=number).List
    assert (holder.Id, holder.Name, holder.RelatedType) == (role_id, role, 3)
    (listed,) = [
        one for one in identity.ask("cam", "ListPolicies", Scope="Local", Rp=200).List if one.PolicyId == number
    ]
    assert listed.Attachments == 1
    identity.ask("cam", "DetachRolePolicy", DetachRoleName=role, PolicyName="QcloudSCFFullAccess")
    identity.ask("cam", "DetachRolePolicy", DetachRoleName=role, PolicyName="QcloudSCFFullAccess")
    assert [one.PolicyId for one in attached(identity, role)] == [number]
    identity.ask("cam", "DeletePolicy", PolicyId=[number])
    assert attached(identity, role) == []
    assert identity.cloud.run(lambda cloud: cloud.find(CamService).state.holders(number)) == []


def test_what_cannot_be_attached(identity: Identity) -> None:
    role = identity.role(TRUST)
    identity.refused("InvalidParameter.PolicyIdNotExist", "cam", "AttachRolePolicy", AttachRoleName=role, PolicyId=999)
    identity.refused(
        "InvalidParameter.PolicyIdNotExist", "cam", "AttachRolePolicy", AttachRoleName=role, PolicyName="x"
    )
    identity.refused("MissingParameter", "cam", "AttachRolePolicy", AttachRoleName=role)
    identity.refused("InvalidParameter.RoleNotExist", "cam", "AttachRolePolicy", AttachRoleName="nobody", PolicyId=1)
    identity.refused("ResourceNotFound.UserNotExist", "cam", "AttachUserPolicy", AttachUin=7, PolicyId=1)
