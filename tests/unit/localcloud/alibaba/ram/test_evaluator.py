"""The decision itself: pure, by statements and conditions."""

from __future__ import annotations

import pytest

from unit.localcloud.alibaba.ram.documents import policy
from yunfn.localcloud.alibaba.ram.documents import read_policy
from yunfn.localcloud.policy_decision import decide


def allows(action: str, resource: str, *statements: dict[str, object], **context: str) -> bool:
    return decide(
        read_policy(policy(*statements)), action, resource, {k.replace("__", ":"): v for k, v in context.items()}
    )


OBJECT = "acs:oss:*:1:bucket/a/b.txt"


def test_nothing_is_allowed_unless_said() -> None:
    assert not allows("oss:GetObject", OBJECT, {"Action": "oss:PutObject", "Resource": "*"})
    assert not decide((), "oss:GetObject", OBJECT, {})


@pytest.mark.parametrize("first", [0, 1])
def test_deny_wins_wherever_it_stands(first: int) -> None:
    both: list[dict[str, object]] = [
        {"Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:bucket/a/*"},
    ]
    assert not allows("oss:GetObject", OBJECT, both[first], both[1 - first])
    assert allows("oss:GetObject", "acs:oss:*:1:bucket/b", both[first], both[1 - first])


@pytest.mark.parametrize(
    ("glob", "fits"),
    [("oss:GetObject", True), ("OSS:getobject", True), ("oss:Get*", True), ("oss:Get?bject", True), ("*", True),
     ("*:GetObject", True), ("oss:Get", False), ("oss:GetObjectAcl", False), ("oss:Get?", False)],
)  # fmt: skip
def test_actions_are_globs_without_case(glob: str, fits: bool) -> None:
    assert allows("oss:GetObject", OBJECT, {"Action": glob, "Resource": "*"}) is fits


@pytest.mark.parametrize(
    ("glob", "fits"),
    [("acs:oss:*:*:bucket/*", True), ("acs:oss:*:1:bucket/a/?.txt", True), ("acs:oss:*:2:bucket/*", False),
     ("acs:oss:*:*:Bucket/*", False), ("acs:oss:*:*:bucket", False), ("acs:*:*:*:*", True)],
)  # fmt: skip
def test_resources_are_globs_with_case(glob: str, fits: bool) -> None:
    assert allows("oss:GetObject", OBJECT, {"Action": "*", "Resource": glob}) is fits


def test_a_dot_or_bracket_is_no_pattern() -> None:
    assert not allows(
        "oss:GetObject", "acs:oss:*:1:bucket/aXtxt", {"Action": "*", "Resource": "acs:oss:*:1:bucket/a.txt"}
    )
    assert allows("oss:GetObject", "acs:oss:*:1:bucket/[a]", {"Action": "*", "Resource": "acs:oss:*:1:bucket/[a]"})


@pytest.mark.parametrize("name", ["acs:ram::1:role/fcrole", "acs:ram:*:1:role/FcRole", "acs:ram:*:*:role/fc*"])
def test_rams_own_names_have_no_case_and_no_region(name: str) -> None:
    assert allows("ram:GetRole", "acs:ram::1:role/fcrole", {"Action": "ram:GetRole", "Resource": name})


def test_not_action_and_not_resource() -> None:
    others = {"NotAction": ["oss:Delete*", "oss:PutObject"], "Resource": "*"}
    assert allows("oss:GetObject", OBJECT, others)
    assert not allows("oss:DeleteObject", OBJECT, others)
    outside = {"Action": "*", "NotResource": "acs:oss:*:*:bucket/a/*"}
    assert not allows("oss:GetObject", OBJECT, outside)
    assert allows("oss:GetObject", "acs:oss:*:1:bucket/c", outside)


@pytest.mark.parametrize(
    ("operator", "wanted", "fits"),
    [
        ("StringEquals", "abc", True),
        ("StringEquals", "ABC", False),
        ("StringEquals", ["x", "abc"], True),
        ("StringNotEquals", "abc", False),
        ("StringNotEquals", ["x", "y"], True),
        ("StringNotEquals", ["x", "abc"], False),
        ("StringEqualsIgnoreCase", "ABC", True),
        ("StringNotEqualsIgnoreCase", "ABC", False),
        ("StringLike", "a*", True),
        ("StringLike", "a?c", True),
        ("StringLike", "b*", False),
        ("StringLike", "[a]bc", False),
        ("StringNotLike", "a*", False),
        ("Bool", True, False),
        ("NumericEquals", 5, False),
    ],
)
def test_string_conditions(operator: str, wanted: object, fits: bool) -> None:
    condition = {"Action": "*", "Resource": "*", "Condition": {operator: {"oss:Prefix": wanted}}}
    assert allows("oss:ListObjects", OBJECT, condition, oss__Prefix="abc") is fits


@pytest.mark.parametrize(
    ("operator", "wanted", "sent", "fits"),
    [
        ("Bool", "true", "true", True),
        ("Bool", True, "true", True),
        ("Bool", False, "true", False),
        ("NumericEquals", 5, "5.0", True),
        ("NumericNotEquals", 5, "5", False),
        ("NumericLessThan", 5, "4", True),
        ("NumericLessThan", 5, "5", False),
        ("NumericLessThanEquals", "5", "5", True),
        ("NumericGreaterThan", 5, "6", True),
        ("NumericGreaterThanEquals", 5, "4", False),
        ("NumericEquals", 5, "x", False),
        ("DateLessThan", "2026-01-02T00:00:00Z", "2026-01-01T23:59:59Z", True),
        ("DateLessThan", "2026-01-02T00:00:00+08:00", "2026-01-01T23:59:59Z", False),
        ("DateGreaterThan", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", True),
        ("DateEquals", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z", True),
        ("DateEquals", "soon", "2026-01-02T00:00:00Z", False),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
        ("IpAddress", "10.1.2.3", "10.1.2.3", True),
        ("IpAddress", ["192.168.0.0/16"], "10.1.2.3", False),
        ("NotIpAddress", ["192.168.0.0/16", "10.0.0.0/8"], "10.1.2.3", False),
        ("IpAddress", "10.0.0.0/8", "garbage", False),
    ],
)
def test_other_conditions(operator: str, wanted: object, sent: str, fits: bool) -> None:
    condition = {"Action": "*", "Resource": "*", "Condition": {operator: {"acs:Key": wanted}}}
    assert allows("a:B", OBJECT, condition, acs__Key=sent) is fits


def test_all_keys_and_operators_must_hold_and_a_missing_key_fails() -> None:
    both = {
        "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"a:x": "1", "a:y": "2"}, "Bool": {"acs:SecureTransport": "true"}},
    }  # fmt: skip
    assert allows("a:B", OBJECT, both, a__x="1", a__y="2", acs__SecureTransport="true")
    assert not allows("a:B", OBJECT, both, a__x="1", a__y="3", acs__SecureTransport="true")
    assert not allows("a:B", OBJECT, both, a__x="1", acs__SecureTransport="true")
    assert allows("a:B", OBJECT, both, A__X="1", a__Y="2", acs__securetransport="true")
    absent = {"Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"a:x": "1"}}}
    assert allows("a:B", OBJECT, absent)
