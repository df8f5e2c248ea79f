"""``yunfn:cam:Role``, ``Policy`` and ``RolePolicyAttachment`` at the provider's interface, over a local cloud."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from support.scf_plugin import INTERNAL, LOST, Failure, ScfPlugin
from yunfn.exceptions import CloudAnswerError
from yunfn.provider.mark import somebody_elses

ROLE, POLICY, ATTACHMENT = "yunfn:cam:Role", "yunfn:cam:Policy", "yunfn:cam:RolePolicyAttachment"
PRESET = "QcloudSCFReadOnlyAccess"
pytestmark = pytest.mark.usefixtures("quick_retries")
DENIED = CloudAnswerError("UnauthorizedOperation: no", code="UnauthorizedOperation", status=200)
NUMBERS = itertools.count()


def trust(service: str = "scf.qcloud.com", **more: Any) -> str:
    statement = {"action": "name/sts:AssumeRole", "effect": "allow", "principal": {"service": [service]}, **more}
    return json.dumps({"version": "2.0", "statement": [statement]})


def allow(action: str = "scf:GetFunction") -> str:
    statement = {"action": [action], "effect": "allow", "resource": ["*"]}
    return json.dumps({"version": "2.0", "statement": [statement]})


def role_inputs(scf: ScfPlugin, **more: Any) -> dict[str, Any]:
    return {"account": scf.account, "roleName": f"role{next(NUMBERS)}", "policyDocument": trust(), **more}


def policy_inputs(scf: ScfPlugin, **more: Any) -> dict[str, Any]:
    return {"account": scf.account, "policyName": f"policy{next(NUMBERS)}", "policyDocument": allow(), **more}


def role_of(scf: ScfPlugin, name: str) -> dict[str, Any]:
    found: dict[str, Any] = scf.ask("GetRole", "cam", RoleName=name)["RoleInfo"]
    return found


def settled(scf: ScfPlugin, token: str, id: str, outputs: Any, wanted: dict[str, Any]) -> bool:
    """Whether a refresh and the next run see no change."""
    found = scf.read(token, id, outputs, wanted)
    assert found is not None
    assert dict(found[1]) == dict(outputs)
    return not scf.diff(token, found[0], wanted)


@pytest.mark.parametrize("token", [ROLE, POLICY])
def test_it_is_made_found_unchanged_imported_and_deleted(scf: ScfPlugin, token: str) -> None:
    wanted = role_inputs(scf, tags={"team": "a"}) if token == ROLE else policy_inputs(scf, description="text")
    id, made = scf.create(token, wanted)
    assert settled(scf, token, id, made, wanted)
    with scf.counted() as actions:
        found = scf.read(token, id)
    # Not the account's roles, all pages of them.
    assert actions == ["GetRole" if token == ROLE else "GetPolicy"]
    assert found is not None
    assert dict(found[1]) == dict(made)
    assert not scf.diff(token, found[0], wanted)
    scf.delete(token, id, made)
    assert scf.read(token, id, made, wanted) is None
    scf.delete(token, id, made)


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({"policyDocument": trust("cls.cloud.tencent.com")}, "UpdateAssumeRolePolicy"),
        ({"description": "other"}, "UpdateRoleDescription"),
        ({"consoleLogin": True}, "UpdateRoleConsoleLogin"),
        ({"sessionDuration": 3600.0}, "UpdateRoleSessionDuration"),
        ({"tags": {"team": "b", "a_b": "c"}}, "TagRole"),
        ({"tags": {}}, "UntagRole"),
    ],
    ids=["policyDocument", "description", "consoleLogin", "sessionDuration", "tags", "no-tags"],
)
def test_every_part_of_a_role_is_changed_by_its_own_call(scf: ScfPlugin, change: dict[str, Any], asked: str) -> None:
    old = role_inputs(scf, tags={"team": "a"})
    id, made = scf.create(ROLE, old)
    wanted = old | change
    changes = scf.diff(ROLE, old, wanted)
    assert {path.partition(".")[0] for path in changes.kinds} == set(change)
    assert not changes.replaces
    with scf.counted() as actions:
        now = scf.update(ROLE, id, made, wanted)
    assert actions == ["GetRole", asked]
    assert settled(scf, ROLE, id, now, wanted)
    assert made["roleId"] == now["roleId"]


@pytest.mark.parametrize("change", [{"policyDocument": allow("scf:Invoke")}, {"description": "other"}])
def test_every_part_of_a_policy_is_changed(scf: ScfPlugin, change: dict[str, Any]) -> None:
    old = policy_inputs(scf)
    id, made = scf.create(POLICY, old)
    assert set(scf.diff(POLICY, old, old | change).kinds) == set(change)
    now = scf.update(POLICY, id, made, old | change)
    assert settled(scf, POLICY, id, now, old | change)


@pytest.mark.parametrize(
    ("token", "name", "first"),
    [
        (ROLE, "roleName", False),
        (ROLE, "account", False),
        (POLICY, "policyName", False),
        (POLICY, "account", False),
        (ATTACHMENT, "roleName", False),
        (ATTACHMENT, "policyName", False),
        (ATTACHMENT, "account", False),
    ],
)
def test_another_name_is_another_one(scf: ScfPlugin, token: str, name: str, first: bool) -> None:
    old = {"account": "1", "roleName": "r", "policyName": "p", "policyDocument": trust()}
    changes = scf.diff(token, old, old | {name: "2"})
    assert (changes.kinds, changes.replaces, changes.delete_first) == ({name: "update_replace"}, [name], first)


@pytest.mark.parametrize("token", [ROLE, POLICY])
def test_the_order_of_keys_in_a_document_is_no_change(scf: ScfPlugin, token: str) -> None:
    old = {"account": "1", "roleName": "r", "policyName": "p", "policyDocument": '{"version": "2.0", "statement": []}'}
    new = old | {"policyDocument": '{"statement":[],"version":"2.0"}'}
    assert not scf.diff(token, old, new)
    assert scf.diff(token, old, old | {"policyDocument": '{"version":"2.0","statement":[1]}'})


def test_a_change_by_another_hand_is_seen(scf: ScfPlugin) -> None:
    wanted, rules = role_inputs(scf, description="mine"), policy_inputs(scf)
    (role, made), (policy, ruled) = scf.create(ROLE, wanted), scf.create(POLICY, rules)
    name = {"RoleName": role}
    scf.ask("UpdateAssumeRolePolicy", "cam", **name, PolicyDocument=trust("other.qcloud.com"))
    scf.ask("UpdateRoleDescription", "cam", **name, Description="theirs")
    scf.ask("UpdateRoleConsoleLogin", "cam", **name, ConsoleLogin=1)
    scf.ask("TagRole", "cam", **name, Tags=[{"Key": "k", "Value": "v"}])
    scf.ask("UpdatePolicy", "cam", PolicyId=int(policy), PolicyDocument=allow("cos:*"))
    found, rule = scf.read(ROLE, role, made, wanted), scf.read(POLICY, policy, ruled, rules)
    assert found is not None and rule is not None
    assert set(scf.diff(ROLE, found[0], wanted).kinds) == {"policyDocument", "description", "consoleLogin", "tags"}
    assert set(scf.diff(POLICY, rule[0], rules).kinds) == {"policyDocument"}
    assert settled(scf, ROLE, role, scf.update(ROLE, role, found[1], wanted), wanted)
    assert settled(scf, POLICY, policy, scf.update(POLICY, policy, rule[1], rules), rules)


@pytest.mark.parametrize(("token", "action"), [(ROLE, "CreateRole"), (POLICY, "CreatePolicy")])
@pytest.mark.parametrize("error", [INTERNAL, LOST], ids=["500", "lost"])
def test_an_answer_that_is_lost_makes_nothing_twice(
    scf: ScfPlugin, token: str, action: str, error: CloudAnswerError
) -> None:
    wanted = role_inputs(scf) if token == ROLE else policy_inputs(scf)
    scf.fail(action, error, arrived=True)
    id, made = scf.create(token, wanted)
    assert settled(scf, token, id, made, wanted)


def test_what_a_killed_run_left_is_adopted_and_what_others_made_is_not(scf: ScfPlugin) -> None:
    wanted, rules = role_inputs(scf), policy_inputs(scf)
    (role, _), (policy, _) = scf.create(ROLE, wanted), scf.create(POLICY, rules)
    later = wanted | {"description": "later", "policyDocument": trust("cls.cloud.tencent.com")}
    again, made = scf.create(ROLE, later)
    assert again == role and settled(scf, ROLE, role, made, later)
    again, ruled = scf.create(POLICY, rules | {"policyDocument": allow("cos:*")})
    assert again == policy and settled(scf, POLICY, policy, ruled, rules | {"policyDocument": allow("cos:*")})
    with pytest.raises(Failure, match=f"the role {role} is there already and does not belong to this resource"):
        scf.create(ROLE, wanted, name="other")
    with pytest.raises(Failure, match=f"import yunfn:cam:Policy other '{policy}' --protect=false"):
        scf.create(POLICY, rules, name="other")
    assert role_of(scf, role)["PolicyDocument"] == later["policyDocument"]


def test_what_is_taken_over_goes_below_its_component() -> None:
    told = somebody_elses("urn:pulumi:dev::shop::yunfn:tencent:Service$yunfn:cam:Role::web-role", "the role r", "r")
    asked = "pulumi import yunfn:cam:Role web-role 'r' --parent 'parent=<URN of its yunfn:tencent:Service>'"
    assert told.endswith(f"{asked} --protect=false --generate-code=false")


def test_a_change_that_fails_half_way_is_recorded_and_goes_on(scf: ScfPlugin) -> None:
    old = role_inputs(scf, description="old")
    id, made = scf.create(ROLE, old)
    wanted = old | {"policyDocument": trust("cls.cloud.tencent.com"), "description": "new"}
    scf.fail("UpdateRoleDescription", DENIED)
    with pytest.raises(Failure, match="UnauthorizedOperation") as told:
        scf.update(ROLE, id, made, wanted)
    assert told.value.id == id
    assert told.value.outputs["policyDocument"] == wanted["policyDocument"]
    assert told.value.outputs["description"] == "old"
    assert settled(scf, ROLE, id, scf.update(ROLE, id, told.value.outputs, wanted), wanted)


@pytest.mark.parametrize(("token", "action"), [(ROLE, "GetRole"), (POLICY, "GetPolicy")])
def test_any_error_of_a_read_is_one(scf: ScfPlugin, token: str, action: str) -> None:
    scf.fail(action, DENIED)
    with pytest.raises(Failure, match="UnauthorizedOperation"):
        scf.read(token, "1", {"account": scf.account}, {})


def test_a_role_that_is_gone_is_not_made_by_an_update(scf: ScfPlugin) -> None:
    wanted = role_inputs(scf)
    id, made = scf.create(ROLE, wanted)
    scf.ask("DeleteRole", "cam", RoleName=id)
    with pytest.raises(Failure, match="is gone; pulumi refresh takes note of it"):
        scf.update(ROLE, id, made, wanted | {"description": "x"})


@pytest.mark.parametrize("by", ["policyId", "policyName", "preset"])
def test_a_policy_is_attached_by_number_or_name(scf: ScfPlugin, by: str) -> None:
    role, rules = scf.create(ROLE, role_inputs(scf))[0], policy_inputs(scf)
    policy = scf.create(POLICY, rules)[0]
    named = {"policyId": {"policyId": policy}, "policyName": {"policyName": rules["policyName"]}}
    wanted = {"account": scf.account, "roleName": role, **named.get(by, {"policyName": PRESET})}
    id, made = scf.create(ATTACHMENT, wanted)
    assert id == f"{role}#{made['policyId']}"
    assert settled(scf, ATTACHMENT, id, made, wanted)
    # Nobody's own: a second time it is the same one.
    assert scf.create(ATTACHMENT, wanted, name="other")[0] == id
    for each in (id, f"{role}#{made['policyName']}"):
        found = scf.read(ATTACHMENT, each)
        assert found is not None
        assert dict(found[1]) == dict(made)
    scf.delete(ATTACHMENT, id, made)
    assert scf.read(ATTACHMENT, id, made, wanted) is None
    scf.delete(ATTACHMENT, id, made)


def test_the_same_policy_by_name_instead_of_number_is_the_same_attachment(scf: ScfPlugin) -> None:
    role, rules = scf.create(ROLE, role_inputs(scf))[0], policy_inputs(scf)
    by_number = {"account": scf.account, "roleName": role, "policyId": scf.create(POLICY, rules)[0]}
    by_name = {"account": scf.account, "roleName": role, "policyName": rules["policyName"]}
    made = scf.create(ATTACHMENT, by_number)[1]
    assert not scf.diff(ATTACHMENT, by_number, by_name, made)
    assert not scf.diff(ATTACHMENT, by_name, by_number, made)
    assert scf.diff(ATTACHMENT, by_number, by_name | {"policyName": PRESET}, made).replaces == ["policyName"]


def test_an_attachment_is_gone_with_its_role(scf: ScfPlugin) -> None:
    role = scf.create(ROLE, role_inputs(scf))[0]
    wanted = {"account": scf.account, "roleName": role, "policyName": PRESET}
    id, made = scf.create(ATTACHMENT, wanted)
    scf.fail("ListAttachedRolePolicies", DENIED)
    with pytest.raises(Failure, match="UnauthorizedOperation"):
        scf.read(ATTACHMENT, id, made, wanted)
    scf.ask("DeleteRole", "cam", RoleName=role)
    assert scf.read(ATTACHMENT, id, made, wanted) is None
    scf.delete(ATTACHMENT, id, made)


def test_wrong_inputs_are_named(scf: ScfPlugin) -> None:
    role = {"account": "1", "roleName": "r", "policyDocument": "{}"}
    assert scf.check(ROLE, role) == {}
    assert set(scf.check(ROLE, role | {"policyDocument": "no", "sessionDuration": 50000.0})) == {
        "policyDocument",
        "sessionDuration",
    }
    attachment = {"account": "1", "roleName": "r"}
    assert scf.check(ATTACHMENT, attachment | {"policyId": "7"}) == {}
    for wrong in ({}, {"policyId": "7", "policyName": "p"}, {"policyId": "p"}):
        assert set(scf.check(ATTACHMENT, attachment | wrong)) == {"policyId"}


def test_previews_ask_nothing(scf: ScfPlugin) -> None:
    with scf.counted() as actions:
        planned = scf.create(ATTACHMENT, {"account": "1", "roleName": "r", "policyName": "p"}, preview=True)[1]
        assert scf.create(ROLE, role_inputs(scf), preview=True)[1]["sessionDuration"] == 7200
    assert (planned["policyName"], actions) == ("p", [])
