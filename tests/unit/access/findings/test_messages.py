"""What single findings say: places as everywhere else, and what a name was probably meant to be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from yunfn.access import documents
from yunfn.access.findings import lint, lint_role
from yunfn.access.grammar import RAM

READ = {"Effect": "Allow", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:b/a/*"}


def ram(*statements: dict[str, Any]) -> dict[str, str]:
    """The message of each finding by its number."""
    found = lint(documents.parse(json.dumps({"Version": "1", "Statement": statements})))
    return {each.id[-3:]: each.message for each in found}


def test_other_statements_are_named_by_their_place() -> None:
    put = {**READ, "Action": "oss:PutObject"}
    assert ram(put, READ, READ)["015"] == "Statement[1] allows all of this already"
    denied = ram(READ, put, {**READ, "Effect": "Deny", "Resource": "*"})
    assert denied["014"] == "all that this allows is denied by Statement[2]"


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("acs:SouceVpc", "acs:SourceVpc"),
        ("acs:SourceIps", "acs:SourceIp"),
        ("acs:ResouceTag/team", "acs:ResourceTag"),
        ("acs:sourcevpc", ""),
        ("acs:SourceVpcId", ""),
        ("acs:ResourceTag/team", ""),
        ("acs:VpcSourceIp", ""),
        ("acs:Whatever", ""),
    ],
)
def test_a_key_of_the_cloud_that_is_nearly_another_is_told(key: str, meant: str) -> None:
    told = ram({**READ, "Condition": {"StringEquals": {key: "x"}}}).get("018", "")
    assert told == (f"{key} is no key that is known of the cloud; {meant} is nearly the same" if meant else "")


@pytest.mark.parametrize(
    ("key", "meant"), [("qcs:resource_tags", "qcs:resource_tag"), ("qcs:IP", "qcs:ip"), ("qcs:ip", ""), ("qcs:x", "")]
)
def test_case_counts_in_the_keys_of_cam(key: str, meant: str) -> None:
    statement = {
        "effect": "allow",
        "action": "cos:GetObject",
        "resource": "qcs::cos::uid/1:b-1/a/*",
        "condition": {"string_equal": {key: "x"}},
    }
    found = lint(documents.parse(json.dumps({"version": "2.0", "statement": [statement]})))
    assert [each.message.rpartition("; ")[2] for each in found if each.id == "YF-CAM-018"] == (
        [f"{meant} is nearly the same"] if meant else []
    )


@pytest.mark.parametrize(
    ("action", "form"),
    [
        ("oss:PutBucketAcl", "acs:oss:*:*:<name>"),
        ("oss:GetObject", "acs:oss:*:*:<name>/*"),
        ("ots:GetRow", "acs:ots:*:*:instance/<name>/table/<name>"),
        ("kms:DeleteSecret", "acs:kms:*:*:secret/<name>"),
    ],
)
def test_what_a_wildcard_could_be_is_really_narrower(action: str, form: str) -> None:
    assert ram({**READ, "Action": action, "Resource": "*"})["003"] == f"* for {action}, which takes {form}"


def test_a_policy_of_the_cloud_that_is_not_known_is_judged_by_its_name_and_that_is_said() -> None:
    (found,) = lint_role([], managed=["AliyunOSFullAccess"], grammar=RAM)
    assert "going by its name, which is not known here," in found.message
    assert "Look whether the name is right" in found.remedy
    (known,) = lint_role([], managed=["AliyunOSSFullAccess"], grammar=RAM)
    assert "by its name" not in known.message
    assert "oss.read" in known.remedy


@pytest.mark.parametrize(
    ("resource", "wide"),
    [
        ("qcs::cam::uin/1:uin/${uin}", False),
        ("qcs::cam::uin/${uin}:uin/*", True),
        ("qcs::cam::uin/1:uin/*", True),
    ],
)
def test_a_variable_is_one_name_for_each_who_asks(resource: str, wide: bool) -> None:
    statement = {"effect": "allow", "action": "cam:UpdateUser", "resource": resource}
    found = lint(documents.parse(json.dumps({"version": "2.0", "statement": [statement]})))
    assert ("YF-CAM-004" in {each.id for each in found}) == wide
