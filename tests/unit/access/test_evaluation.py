"""One Deny beats every Allow, the deciding statement is told, and each grammar has its own rules of names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from yunfn.access.documents import parse
from yunfn.access.evaluation import Request, decide, within
from yunfn.access.grammar import PolicyDocument


def _ram(*statements: dict[str, Any]) -> PolicyDocument:
    filled = [{"Effect": "Allow", "Action": "oss:*", "Resource": "*", **each} for each in statements]
    return parse(json.dumps({"Version": "1", "Statement": filled}))


def _cam(*statements: dict[str, Any]) -> PolicyDocument:
    filled = [{"effect": "allow", "action": "cos:*", "resource": "*", **each} for each in statements]
    return parse(json.dumps({"version": "2.0", "statement": filled}))


def test_a_deny_wins_in_whatever_document_it_stands_and_is_told() -> None:
    allow, deny = _ram({}, {"Action": "ots:*"}), _ram({"Action": "fc:*"}, {"Effect": "Deny", "Action": "oss:Put*"})
    decision = decide([allow, deny], Request("oss:PutObject", "acs:oss:*:1:b/k"))
    assert (decision.allowed, decision.reason, decision.index) == (False, "deny", 1)
    assert decision.document is deny
    assert decision.statement is deny.statements[1]
    allowed = decide([allow, deny], Request("ots:GetRow", "*"))
    assert (allowed.allowed, allowed.reason, allowed.index) == (True, "allow", 1)
    assert allowed.document is allow
    nothing = decide([allow, deny], Request("ram:GetUser", "*"))
    assert (nothing.allowed, nothing.reason, nothing.document, nothing.statement) == (False, "nothing", None, None)
    assert decide([], Request("oss:GetObject", "*")).reason == "nothing"


def test_a_session_policy_only_takes_away() -> None:
    role = [_ram({"Action": "oss:Get*"})]
    get, put = Request("oss:GetObject", "acs:oss:*:1:b/k"), Request("oss:PutObject", "acs:oss:*:1:b/k")
    assert within(role, None, get).allowed
    assert within(role, _ram({}), get).document is role[0]
    assert not within(role, _ram({}), put).allowed
    session = _ram({"Action": "oss:List*"})
    assert within(role, session, get).reason == "nothing"
    denied = within(role, _ram({"Effect": "Deny"}), put)
    assert denied.reason == "deny"


def test_ram_knows_no_case_in_actions_and_in_its_own_names_alone() -> None:
    document = _ram({"Action": "OSS:getobject", "Resource": ["acs:oss:*:*:b/K", "acs:ram:*:*:role/Worker"]})
    assert decide([document], Request("oss:GetObject", "acs:oss:cn:1:b/K")).allowed
    assert not decide([document], Request("oss:GetObject", "acs:oss:cn:1:b/k")).allowed
    assert decide([document], Request("oss:GetObject", "acs:ram::1:role/worker")).allowed


def test_cam_knows_case_and_compares_segment_by_segment() -> None:
    document = _cam({"action": "name/cos:GetObject", "resource": "qcs::cos::uid/125:b-125/*"})
    assert decide([document], Request("cos:GetObject", "qcs::cos:ap-guangzhou:uid/125:b-125/k")).allowed
    assert not decide([document], Request("cos:getObject", "qcs::cos:ap-guangzhou:uid/125:b-125/k")).allowed
    assert not decide([document], Request("cos:GetObject", "qcs::cos:ap-guangzhou:uin/125:b-125/k")).allowed
    own = _cam({"resource": "qcs::cos:ap-*::b-125/*"})
    assert decide([own], Request("cos:GetObject", "qcs::cos:ap-x:uid/9:b-125/k")).allowed
    assert not decide([own], Request("cos:GetObject", "qcs::cos:na-x:uid/9:b-125/k")).allowed
    assert not decide([_cam({"resource": "qcs::cos::uid/1:*"})], Request("cos:GetService", "*")).allowed
    assert decide([_cam({})], Request("cos:GetService", "*")).allowed
    assert decide([_cam({"resource": "qcs::::uid/1:b/*"})], Request("cos:GetObject", "qcs::cos:ap-x:uid/1:b/k")).allowed


def test_cams_variables_stand_for_what_the_request_says() -> None:
    document = _cam({"action": "cmqqueue:*", "resource": "qcs::cmqqueue:::queueName/uin/${uin}/*"})
    resource = "qcs::cmqqueue:sh:uin/1:queueName/uin/7/q"
    assert decide([document], Request("cmqqueue:Send", resource, {"qcs:uin": "7"})).allowed
    assert not decide([document], Request("cmqqueue:Send", resource, {"qcs:uin": "8"})).allowed
    assert not decide([document], Request("cmqqueue:Send", resource)).allowed
    for widening in ("*", "?", "", "7:x"):
        assert not decide([document], Request("cmqqueue:Send", resource, {"qcs:uin": widening})).allowed
    own = _cam({"resource": "qcs::cos::uid/${app_id}:b/*"})
    assert not decide([own], Request("cos:GetObject", "qcs::cos:ap-x:uid/1:b/k", {"qcs:app_id": ""})).allowed
    creator = _cam({"condition": {"string_equal": {"qcs:create_uin": "${uin}"}}})
    assert decide([creator], Request("cos:X", "*", {"qcs:uin": "7", "qcs:create_uin": "7"})).allowed
    assert not decide([creator], Request("cos:X", "*", {"qcs:create_uin": "${uin}"})).allowed


def test_all_but_some() -> None:
    text = '{"Version":"1","Statement":[{"Effect":"Allow","NotAction":["oss:Put*","oss:Delete*"],"Resource":"*"}]}'
    assert decide([parse(text)], Request("oss:GetObject", "*")).allowed
    assert not decide([parse(text)], Request("oss:DELETEobject", "*")).allowed
    text = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","NotResource":"acs:oss:*:*:secret/*"}]}'
    assert decide([parse(text)], Request("oss:GetObject", "acs:oss:cn:1:open/k")).allowed
    assert not decide([parse(text)], Request("oss:GetObject", "acs:oss:cn:1:secret/k")).allowed


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({"StringEquals": {"oss:Prefix": ["a", "b"]}}, {"OSS:prefix": "b"}, True),
        ({"StringEquals": {"oss:Prefix": "a"}}, {}, False),
        ({"StringNotEquals": {"oss:Prefix": ["a", "b"]}}, {"oss:Prefix": "b"}, False),
        ({"StringNotEquals": {"oss:Prefix": "a"}}, {}, True),
        ({"StringLike": {"oss:Prefix": "in/*"}}, {"oss:Prefix": "in/x"}, True),
        ({"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}}, {"acs:SourceIp": "10.9.9.9"}, True),
        ({"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}}, {"acs:SourceIp": "::1"}, False),
        ({"NotIpAddress": {"acs:SourceIp": "10.0.0.0/8"}}, {"acs:SourceIp": "somewhere"}, True),
        ({"Bool": {"acs:SecureTransport": True}}, {"acs:SecureTransport": "true"}, True),
        ({"NumericLessThan": {"fc:Size": 10}}, {"fc:Size": "9.5"}, True),
        ({"NumericLessThan": {"fc:Size": 10}}, {"fc:Size": "small"}, False),
        (
            {"DateLessThan": {"acs:CurrentTime": "2026-11-22T00:00:00+08:00"}},
            {"acs:CurrentTime": "2026-11-21T15:00:00Z"},
            True,
        ),
        (
            {"DateLessThan": {"acs:CurrentTime": "2026-11-22T00:00:00+08:00"}},
            {"acs:CurrentTime": "2026-11-21T17:00:00Z"},
            False,
        ),
        ({"Bool": {"a": "true"}, "StringEquals": {"b": "1"}}, {"a": "true", "b": "2"}, False),
    ],
)
def test_conditions_of_ram(condition: dict[str, Any], context: dict[str, str], holds: bool) -> None:
    assert decide([_ram({"Condition": condition})], Request("oss:GetObject", "*", context)).allowed is holds


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({"string_equal_if_exist": {"k": "a"}}, {}, True),
        ({"string_equal_if_exist": {"k": "a"}}, {"k": "b"}, False),
        ({"string_equal": {"K": "a"}}, {"k": "a"}, False),
        ({"for_any_value:string_equal": {"t": ["a&1"]}}, {"t": ("b&1", "a&1")}, True),
        ({"for_all_value:string_equal": {"t": ["a&1"]}}, {"t": ("b&1", "a&1")}, False),
        ({"for_all_value:string_equal": {"t": ["a&1", "b&1"]}}, {"t": ("b&1", "a&1")}, True),
        ({"null_equal": {"k": True}}, {}, True),
        ({"null_equal": {"k": True}}, {"k": "x"}, False),
        ({"ip_not_equal": {"qcs:ip": ["10.0.0.0/8"]}}, {"qcs:ip": "10.0.0.1"}, False),
        ({"numeric_greater_than": {"size": 1}}, {"size": "2"}, True),
        (
            {"date_greater_than": {"qcs:current_time": "2026-01-01T00:00:00Z"}},
            {"qcs:current_time": "2026-06-01T00:00:00Z"},
            True,
        ),
    ],
)
def test_conditions_of_cam(condition: dict[str, Any], context: dict[str, Any], holds: bool) -> None:
    assert decide([_cam({"condition": condition})], Request("cos:GetObject", "*", context)).allowed is holds
