"""Rights that together are more: by the union of a role's policies, a Deny respected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from yunfn.access import documents
from yunfn.access.findings import Finding, lint, lint_role
from yunfn.access.findings.escalation_paths import WAYS
from yunfn.access.grammar import CAM, GRAMMARS, RAM, PolicyDocument

ROLE = "acs:ram::123456789012:role/orders"
FUNCTIONS = "acs:fc:*:*:functions/*"


def ram(name: str, *statements: dict[str, Any]) -> PolicyDocument:
    return documents.parse(json.dumps({"Version": "1", "Statement": list(statements)}), source=name, grammar=RAM)


def cam(name: str, *statements: dict[str, Any]) -> PolicyDocument:
    return documents.parse(json.dumps({"version": "2.0", "statement": list(statements)}), source=name, grammar=CAM)


def allow(action: Any, resource: Any, **condition: Any) -> dict[str, Any]:
    made = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**made, "Condition": condition} if condition else made


def cam_allow(action: Any, resource: Any) -> dict[str, Any]:
    return {"effect": "allow", "action": action, "resource": resource}


def escalations(found: Sequence[Finding]) -> list[Finding]:
    return [each for each in found if each.id.endswith("-008")]


PASS = ram("pass", allow("ram:PassRole", "*"))
CREATE = ram("create", allow("fc:CreateFunction", FUNCTIONS))


def test_two_policies_are_harmless_alone_and_not_together() -> None:
    assert not escalations(lint(PASS))
    assert not escalations(lint(CREATE))
    (found,) = escalations(lint_role([CREATE, PASS]))
    assert (found.severity, found.source, found.path) == ("error", "pass", "Statement[0]")
    assert "ram:PassRole, fc:CreateFunction (with Statement[0] of create)" in found.message


@pytest.mark.parametrize(
    "deny",
    [
        {"Effect": "Deny", "Action": "ram:PassRole", "Resource": "*"},
        {"Effect": "Deny", "Action": ["fc:*"], "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "acs:ram:*:*:role/*"},
    ],
)
def test_a_deny_closes_the_way(deny: dict[str, Any]) -> None:
    assert not escalations(lint_role([PASS, CREATE, ram("deny", deny)]))


def test_a_deny_of_one_role_or_in_some_cases_does_not_close_it() -> None:
    one = ram("one", {"Effect": "Deny", "Action": "ram:PassRole", "Resource": ROLE})
    without_mfa = {"Bool": {"acs:MFAPresent": "false"}}
    some = ram("some", {"Effect": "Deny", "Action": "ram:PassRole", "Resource": "*", "Condition": without_mfa})
    assert escalations(lint_role([PASS, CREATE, one, some]))


@pytest.mark.parametrize(
    ("resource", "open_way"),
    [
        ("*", True),
        ("acs:ram:*:*:*", True),
        ("acs:ram:*:*:role/*", True),
        ("acs:ram::123456789012:role/*", True),
        (ROLE, False),
        ("acs:ram::123456789012:role/orders-*", False),
        ("acs:ram:*:*:user/*", False),
    ],
)
def test_only_a_role_of_ones_choice_is_a_way(resource: str, open_way: bool) -> None:
    assert bool(escalations(lint_role([ram("p", allow("ram:PassRole", resource)), CREATE]))) is open_way


@pytest.mark.parametrize(
    ("condition", "open_way"),
    [
        ({"StringEquals": {"acs:Service": "fc.aliyuncs.com"}}, True),
        ({"StringEquals": {"acs:Service": "cs.aliyuncs.com"}}, False),
        ({"IpAddress": {"acs:SourceIp": "192.0.2.0/24"}}, True),
        ({"StringEquals": {"ram:ResourceTag/team": "orders"}}, False),
    ],
)
def test_conditions_on_what_is_touched_count_and_circumstances_do_not(condition: Any, open_way: bool) -> None:
    passing = ram("p", allow("ram:PassRole", "*", **condition))
    assert bool(escalations(lint_role([passing, CREATE]))) is open_way


def test_functions_named_exactly_are_enough_to_get_a_role_of_ones_choice() -> None:
    narrow = ram("f", allow("fc:UpdateFunction", "acs:fc:cn-hangzhou:123456789012:functions/orders"))
    assert escalations(lint_role([PASS, narrow]))
    assert not escalations(lint(narrow))


def test_a_resource_of_another_service_opens_nothing() -> None:
    mixed = ram("m", allow(["ram:PassRole", "fc:CreateFunction"], "acs:ram:*:*:role/*"))
    assert not escalations(lint(mixed))


def test_ways_of_one_statement_are_one_finding() -> None:
    (found,) = escalations(lint(ram("p", allow("ram:*", "*"))))
    assert "and more" in found.message


def test_an_administrator_needs_no_way() -> None:
    found = {each.id for each in lint(ram("p", allow("*", "*")))}
    assert "YF-RAM-005" in found
    assert "YF-RAM-008" not in found


def test_the_clouds_own_policies_count_in_the_union() -> None:
    assert escalations(lint_role([PASS], managed=["AliyunFCFullAccess"]))
    assert not escalations(lint_role([], managed=["AliyunFCFullAccess"], grammar=RAM))


def test_every_role_is_a_warning() -> None:
    (found,) = escalations(lint(ram("p", allow("sts:AssumeRole", "*"))))
    assert found.severity == "warning"


@pytest.mark.parametrize("name", ["ram", "cam"])
def test_every_way_is_open_to_who_has_all_its_actions_and_to_nobody_with_one_less(name: str) -> None:
    grammar = GRAMMARS[name]
    make, allowed = (ram, allow) if grammar is RAM else (cam, cam_allow)
    for way in WAYS[name]:
        steps = [list(step.actions) for step in way.steps]
        for action in steps[0]:
            chosen = [action, *(step[0] for step in steps[1:])]
            found = escalations(lint(make("p", *(allowed(each, "*") for each in chosen))))
            assert any(way.gains in each.message for each in found), (way.gains, action)
            for missing in set(chosen):
                rest = [each for each in chosen if each != missing] or ["oss:GetObject" if grammar is RAM else "cos:X"]
                found = escalations(lint(make("p", *(allowed(each, "*") for each in rest))))
                assert not any(way.gains in each.message for each in found), (way.gains, missing)


@pytest.mark.parametrize(
    ("resource", "open_way"),
    [
        ("*", True),
        ("qcs::cam::uin/100000000001:roleName/*", True),
        ("qcs::cam::uin/100000000001:role/*", True),
        ("qcs::cam::uin/100000000001:roleName/orders", False),
    ],
)
def test_a_role_of_ones_choice_on_tencents_side(resource: str, open_way: bool) -> None:
    functions = "qcs::scf:ap-guangzhou:uin/100000000001:namespace/default/function/*"
    document = cam("p", cam_allow("cam:PassRole", resource), cam_allow("name/scf:CreateFunction", functions))
    assert bool(escalations(lint(document))) is open_way
