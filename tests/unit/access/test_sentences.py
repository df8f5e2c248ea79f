"""What a policy document says, said rightly: who reads the sentence must not be told less or more than it allows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from yunfn.access.documents import parse
from yunfn.access.sentences import explain

ALLOW = {"Effect": "Allow", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:b/*"}
CAM_ALLOW = {"effect": "allow", "action": "name/cos:GetObject", "resource": "qcs::cos:r:uid/1:b-1/*"}


def ram(*statements: dict[str, Any]) -> list[str]:
    told = [{**ALLOW, **each} for each in statements]
    for each in told:
        for name in ("Action", "Resource"):
            if f"Not{name}" in each:
                del each[name]
    return [each.text for each in explain(parse(json.dumps({"Version": "1", "Statement": told})))]


def cam(**statement: Any) -> str:
    (found,) = explain(parse(json.dumps({"version": "2.0", "statement": [{**CAM_ALLOW, **statement}]})))
    return found.text


def test_actions_and_resources() -> None:
    assert ram({}) == ["Allows oss:GetObject on acs:oss:*:*:b/*."]
    assert ram({"Action": ["oss:GetObject", "oss:PutObject", "oss:List*"], "Resource": "*"}) == [
        "Allows oss:GetObject, oss:PutObject and oss:List* on every resource."
    ]
    assert cam() == "Allows name/cos:GetObject on qcs::cos:r:uid/1:b-1/*."


def test_whole_services_have_their_names() -> None:
    assert ram({"Action": "oss:*"}) == ["Allows every action of oss (Object Storage Service) on acs:oss:*:*:b/*."]
    assert ram({"Action": "xyz:*", "Resource": "*"}) == ["Allows every action of xyz on every resource."]
    assert ram({"Action": "*", "Resource": "*"}) == ["Allows every action of every service on every resource."]
    assert cam(action="name/*", resource="*") == "Allows every action of every service on every resource."
    assert cam(action="cos:*").startswith("Allows every action of cos (")


def test_a_deny_is_stronger() -> None:
    assert ram({"Effect": "Deny"}) == ["Denies oss:GetObject on acs:oss:*:*:b/*, whatever else allows it."]
    assert cam(effect="deny") == "Denies name/cos:GetObject on qcs::cos:r:uid/1:b-1/*, whatever else allows it."


@pytest.mark.parametrize(
    ("effect", "verb", "end"), [("Allow", "Allows", "."), ("Deny", "Denies", ", whatever else allows it.")]
)
def test_lists_turned_round_are_all_but_those(effect: str, verb: str, end: str) -> None:
    assert ram({"Effect": effect, "NotAction": ["oss:Get*", "oss:List*"]}) == [
        f"{verb} every action of every service except oss:Get* and oss:List* on acs:oss:*:*:b/*{end}"
    ]
    assert ram({"Effect": effect, "NotResource": "acs:oss:*:*:b/*"}) == [
        f"{verb} oss:GetObject on every resource except acs:oss:*:*:b/*{end}"
    ]


@pytest.mark.parametrize(
    ("operator", "key", "values", "text"),
    [
        ("StringEquals", "a:k", "x", "a:k is x"),
        ("StringEquals", "a:k", ["x", "y"], "a:k is x or y"),
        ("StringNotEquals", "a:k", "x", "a:k is not x, or the request does not tell it"),
        ("StringNotEquals", "a:k", ["x", "y"], "a:k is none of x and y, or the request does not tell it"),
        ("StringEqualsIgnoreCase", "a:k", "x", "a:k is x (upper or lower case)"),
        ("StringLike", "a:k", ["x*", "y?"], "a:k fits x* or y?"),
        ("StringNotLike", "a:k", "x*", "a:k does not fit x*, or the request does not tell it"),
        ("StringNotLike", "a:k", ["x*", "y"], "a:k fits none of x* and y, or the request does not tell it"),
        ("Bool", "acs:SecureTransport", "true", "acs:SecureTransport is true"),
        ("IpAddress", "acs:SourceIp", ["10.0.0.0/8", "1.2.3.4"], "acs:SourceIp is an address in 10.0.0.0/8 or 1.2.3.4"),
        ("NotIpAddress", "acs:SourceIp", "10.0.0.0/8",
         "acs:SourceIp is an address outside 10.0.0.0/8, or the request does not tell it"),
        ("NumericLessThan", "a:n", 5, "a:n is less than 5"),
        ("NumericLessThanEquals", "a:n", 5, "a:n is at most 5"),
        ("NumericGreaterThan", "a:n", 5, "a:n is greater than 5"),
        ("NumericGreaterThanEquals", "a:n", 5, "a:n is at least 5"),
        ("NumericEquals", "a:n", 5, "a:n is 5"),
        ("DateLessThan", "acs:CurrentTime", "2026-01-01T00:00:00Z", "acs:CurrentTime is before 2026-01-01T00:00:00Z"),
        ("DateGreaterThanEquals", "acs:CurrentTime", "2026-01-01T00:00:00Z",
         "acs:CurrentTime is at or after 2026-01-01T00:00:00Z"),
    ],
)  # fmt: skip
def test_conditions_of_ram(operator: str, key: str, values: Any, text: str) -> None:
    condition = {"Condition": {operator: {key: values}}}
    assert ram(condition) == [f"Allows oss:GetObject on acs:oss:*:*:b/*, only if {text}."]
    assert ram({"Effect": "Deny", **condition}) == [
        f"Denies oss:GetObject on acs:oss:*:*:b/*, if {text}, whatever else allows it."
    ]


@pytest.mark.parametrize(
    ("operator", "values", "text"),
    [
        ("string_equal", "x", "k is x"),
        ("string_not_equal_if_exist", "x", "k is not x, or the request does not tell it"),
        ("string_equal_if_exist", "x", "k is x, or the request does not tell it"),
        ("for_all_value:string_like", ["x*", "y*"], "every value of k fits x* or y*"),
        ("for_any_value:string_equal", "x", "k is x"),
        ("ip_not_equal", "10.0.0.0/8", "k is an address outside 10.0.0.0/8, or the request does not tell it"),
        ("numeric_less_than_equal_if_exist", 5, "k is at most 5, or the request does not tell it"),
        ("numeric_greater_than", 5, "k is greater than 5"),
        ("date_less_than_equal", "2026-01-01T00:00:00Z", "k is at or before 2026-01-01T00:00:00Z"),
        ("bool_equal", "true", "k is true"),
        ("null_equal", "true", "the request lacks k"),
        ("null_equal", "false", "the request tells k"),
    ],
)
def test_conditions_of_cam(operator: str, values: Any, text: str) -> None:
    assert cam(condition={operator: {"k": values}}) == (
        f"Allows name/cos:GetObject on qcs::cos:r:uid/1:b-1/*, only if {text}."
    )


def test_several_conditions_all_count() -> None:
    (text,) = ram({"Condition": {"Bool": {"a:b": "true"}, "StringEquals": {"a:k": "x"}}})
    assert text.endswith(", only if a:b is true; and if a:k is x.")


def test_trust_says_who_may_take_the_role() -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}

    def said(principal: dict[str, Any], **more: Any) -> str:
        document = {"Version": "1", "Statement": [{**trust, "Principal": principal, **more}]}
        (found,) = explain(parse(json.dumps(document)))
        return found.text

    assert said({"Service": ["fc.aliyuncs.com"]}) == "Lets the service fc.aliyuncs.com take the role."
    assert said({"RAM": "acs:ram::12:root"}) == "Lets whom account 12 gives the right to take the role."
    assert (
        said({"RAM": ["acs:ram::12:user/bob", "*"]}) == "Lets acs:ram::12:user/bob and anybody (RAM *) take the role."
    )
    assert said({"RAM": "*"}, Effect="Deny") == "Forbids anybody (RAM *) to take the role."
    external = {"StringEquals": {"sts:ExternalId": "e"}}
    assert said({"RAM": "*"}, Condition=external) == "Lets anybody (RAM *) take the role, only if sts:ExternalId is e."
    statement = {"effect": "allow", "action": "name/sts:AssumeRole", "principal": {"qcs": ["qcs::cam::uin/1:root"]}}
    (found,) = explain(parse(json.dumps({"version": "2.0", "statement": [statement]})))
    assert found.text == "Lets whom account 1 gives the right to take the role."


def test_each_sentence_has_its_place() -> None:
    text = '{\n "Version": "1",\n "Statement": [\n' + ",\n".join([json.dumps(ALLOW)] * 2) + "]}"
    assert [(each.path, each.line) for each in explain(parse(text))] == [("Statement[0]", 4), ("Statement[1]", 5)]
