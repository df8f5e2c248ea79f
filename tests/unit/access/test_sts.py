"""Temporary credentials before any cloud is asked: session policies, rules, what is missing, and secrets kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from yunfn.access import cos, oss
from yunfn.access.documents import parse
from yunfn.access.grammar import CAM, RAM, Grammar, PolicyDocument
from yunfn.access.statement import Grant
from yunfn.access.sts import (
    Caller,
    Credentials,
    RoleFacts,
    SessionRequest,
    assume,
    check,
    read_session_policy,
    session_policy,
    unread,
)
from yunfn.exceptions import MissingRightsError, PolicyDocumentError, ValidationError

ROLE = "acs:ram::1234567890123456:role/reader"
TENCENT_ROLE = "qcs::cam::uin/100000000001:roleName/reader"
READ = session_policy([oss.read("data", "in/")], RAM)
COS_READ = session_policy([cos.read("data-1250000000", "in/")], CAM)
SECRET, TOKEN = "s3cret-of-the-key", "t0ken-of-the-session"
UNTIL = datetime(2099, 1, 2, 3, 4, 5, tzinfo=UTC)


def policy(*statements: tuple[str, str, str], grammar: Grammar = RAM) -> PolicyDocument:
    """A document of (effect, action, resource)."""
    if grammar is RAM:
        listed = [{"Effect": e, "Action": a, "Resource": r} for e, a, r in statements]
        return parse(json.dumps({"Version": "1", "Statement": listed}))
    rows = [{"effect": e.lower(), "action": [a], "resource": [r]} for e, a, r in statements]
    return parse(json.dumps({"version": "2.0", "statement": rows}))


OSS_FULL = policy(("Allow", "oss:*", "*"))


def credentials(**more: Any) -> Credentials:
    return Credentials("STS.id", SECRET, TOKEN, UNTIL, READ, ROLE, "yunfn", **more)


@dataclass
class Service:
    """A cloud's STS that gives whatever is asked for."""

    kind: str = "user"
    policies: tuple[PolicyDocument, ...] | None = (OSS_FULL,)
    longest: int = 43200
    asked: list[SessionRequest] = field(default_factory=list)
    grammar: Grammar = RAM

    def caller(self) -> Caller:
        return Caller("1234567890123456", self.kind, "acs:ram::1234567890123456:root")  # type: ignore[arg-type]

    def role(self, request: SessionRequest) -> RoleFacts:
        return unread(request, "it is hidden") if self.policies is None else RoleFacts(self.policies, self.longest)

    def assume(self, request: SessionRequest) -> Credentials:
        self.asked.append(request)
        return Credentials("STS.id", SECRET, TOKEN, UNTIL, request.policy, request.role, request.session)


# Session policies


def test_a_session_policy_is_the_smallest_that_says_it() -> None:
    twice = session_policy([oss.read("data", "in/"), oss.read("data", "in/2026/"), oss.read("data", "in/")], RAM)
    assert twice == READ
    assert READ.text == (
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],"Resource":["acs:oss:*:*:data/in/*"]}]}'
    )
    assert READ.size == len(READ.text) == 112
    assert read_session_policy(json.dumps(json.loads(READ.text), indent=4)) == READ


@pytest.mark.parametrize("grammar", [RAM, CAM])
def test_a_session_policy_has_2048_characters_at_most(grammar: Grammar) -> None:
    def of(length: int) -> str:
        return session_policy([make("x" * length)], grammar).text

    def make(prefix: str) -> Any:
        return oss.read("data", prefix) if grammar is RAM else cos.read("data-1250000000", prefix)

    room = 2048 - len(of(1)) + 1
    assert len(of(room)) == 2048
    with pytest.raises(ValidationError, match="2049 characters") as caught:
        of(room + 1)
    assert caught.value.property == "grants"
    # Characters, not bytes.
    assert session_policy([make("文" * room)], grammar).size == 2048


def test_what_would_make_useless_or_mixed_credentials_is_refused() -> None:
    deny = policy(("Deny", "oss:*", "*"))
    for refused in (
        lambda: session_policy([], RAM),
        lambda: session_policy([], RAM, [deny]),
        lambda: session_policy([cos.read("data-1250000000")], RAM),
        lambda: session_policy([oss.read("data")], CAM),
    ):
        with pytest.raises(ValidationError) as caught:
            refused()
        assert caught.value.property == "grants"
    with pytest.raises(PolicyDocumentError):
        read_session_policy('{"Version": "1", "Statement": []', grammar=RAM)
    with pytest.raises(PolicyDocumentError):
        read_session_policy(COS_READ.text, grammar=RAM)


# Rules of the calls


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"role": "reader"}, "role"),
        ({"role": "acs:ram::1234567890123456:user/reader"}, "role"),
        ({"role": "acs:ram::1234567890123456:role/" + "x" * 65}, "role"),
        ({"role": TENCENT_ROLE}, "role"),
        ({"role": ""}, "role"),
        ({"session": "x"}, "session"),
        ({"session": "x" * 65}, "session"),
        ({"session": "a,b"}, "session"),
        ({"session": "with space"}, "session"),
        ({"session": "good\n"}, "session"),
        ({"duration": 899}, "duration"),
        ({"duration": 43201}, "duration"),
        ({"duration": -1}, "duration"),
        ({"policy": COS_READ, "role": "qcs::cam::uin/1:user/reader"}, "role"),
        ({"policy": COS_READ, "role": TENCENT_ROLE, "session": "x"}, "session"),
        ({"policy": COS_READ, "role": TENCENT_ROLE, "session": "x" * 129}, "session"),
        ({"policy": COS_READ, "role": TENCENT_ROLE, "duration": 43201}, "duration"),
        ({"policy": COS_READ, "role": "", "session": "a,b"}, "session"),
        ({"policy": COS_READ, "role": "", "duration": 129601}, "duration"),
    ],
)
def test_a_request_that_breaks_a_rule_cannot_be_made(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SessionRequest(**{"policy": READ, "role": ROLE, **wrong})
    assert caught.value.property == named


@pytest.mark.parametrize(
    ("good", "seconds"),
    [
        ({}, 3600),
        ({"session": "a.b@c-d_1", "duration": 900}, 900),
        ({"duration": 43200}, 43200),
        ({"policy": COS_READ, "role": TENCENT_ROLE}, 7200),
        ({"policy": COS_READ, "role": "qcs::cam::uin/1:role/4611686018427397919", "session": "a+b=c,d"}, 7200),
        ({"policy": COS_READ, "role": "qcs::cam::uin/1:role/tencentcloudServiceRoleName/scf"}, 7200),
        ({"policy": COS_READ, "role": ""}, 1800),
        ({"policy": COS_READ, "role": "", "duration": 129600}, 129600),
    ],
)
def test_what_keeps_the_rules_is_a_request(good: dict[str, Any], seconds: int) -> None:
    assert SessionRequest(**{"policy": READ, "role": ROLE, **good}).seconds == seconds


@pytest.mark.parametrize(
    ("kind", "request_of", "named"),
    [
        ("root", SessionRequest(READ, ROLE), "caller"),
        ("role", SessionRequest(READ, ROLE, duration=3601), "duration"),
        ("root", SessionRequest(COS_READ, duration=7201), "duration"),
        ("role", SessionRequest(COS_READ), "caller"),
        ("user", SessionRequest(READ, ROLE, duration=7201), "duration"),
    ],
)
def test_who_asks_and_whom_bounds_it(kind: str, request_of: SessionRequest, named: str) -> None:
    service = Service(kind, longest=7200)
    with pytest.raises(ValidationError) as caught:
        assume(service, request_of)
    assert (caught.value.property, service.asked) == (named, [])


def test_by_default_a_session_lasts_no_longer_than_its_role_allows() -> None:
    service = Service(policies=(policy(("Allow", "cos:*", "*"), grammar=CAM),), longest=1800, grammar=CAM)
    assume(service, SessionRequest(COS_READ, TENCENT_ROLE))
    assert [each.seconds for each in service.asked] == [1800]


# What is missing


@pytest.mark.parametrize(
    ("wanted", "missing"),
    [
        (oss.read("data", "in/"), []),
        (oss.read("data", "in/2026/"), []),
        (oss.read("data"), ["oss:GetObject on acs:oss:*:*:data/*"]),
        (oss.read("data", "out/"), ["oss:GetObject on acs:oss:*:*:data/out/*"]),
        (oss.write("data", "in/"), ["oss:PutObject on acs:oss:*:*:data/in/*"]),
        (oss.list("data", "in/"), ["oss:ListObjects on acs:oss:*:*:data where StringLike oss:Prefix in/*"]),
    ],
)
def test_check_says_what_the_session_policy_lacks(wanted: Any, missing: list[str]) -> None:
    shown = [f"{each} (not allowed by the session policy)" for each in missing]
    assert [str(each) for each in check([wanted], READ)] == shown
    held = credentials()
    assert [str(each) for each in held.check([wanted])] == shown
    if missing:
        with pytest.raises(MissingRightsError, match="missing rights: oss:") as caught:
            held.require([wanted])
        assert caught.value.missing == tuple(shown)
    else:
        held.require([wanted])


@pytest.mark.parametrize(
    ("policies", "missing"),
    [
        ([OSS_FULL], 0),
        ([policy(("Allow", "OSS:get*", "acs:oss:*:*:data/*"))], 0),
        ([], 1),
        ([policy(("Allow", "oss:GetObject", "acs:oss:*:*:data/in/x*"))], 1),
        ([policy(("Allow", "oss:*", "*"), ("Deny", "oss:GetObject", "acs:oss:*:*:data/in/secret/*"))], 1),
        ([OSS_FULL, policy(("Deny", "*", "*"))], 1),
        ([policy(("Allow", "log:*", "*"))], 1),
    ],
)
def test_a_right_must_be_in_both_the_session_policy_and_the_role(policies: list[PolicyDocument], missing: int) -> None:
    found = check([oss.read("data", "in/")], READ, policies)
    assert [each.lacks for each in found] == ["role's policies"] * missing


def test_a_right_that_the_role_has_under_a_condition_only_is_missing() -> None:
    condition = {"IpAddress": {"acs:SourceIp": "203.0.113.0/24"}}
    statement = {"Effect": "Allow", "Action": "oss:*", "Resource": "*", "Condition": condition}
    from_there = parse(json.dumps({"Version": "1", "Statement": [statement]}))
    assert len(check([oss.read("data", "in/")], READ, [from_there])) == 1


def test_the_read_that_was_denied_without_a_word_is_told_beforehand() -> None:
    """Clients of WeFe got a session that read another table than theirs; the answer was empty and no error."""
    given = read_session_policy(
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":["ots:Get*","ots:BatchGet*"],'
        '"Resource":"acs:ots:*:*:instance/fc-abc/table/wefe_process"}]}'
    )
    needed = parse(
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":["ots:GetRange","ots:GetRow"],'
        '"Resource":"acs:ots:*:*:instance/fc-abc/table/wefe_data"}]}'
    )
    missing = check(needed.statements, given)
    assert {each.action for each in missing} == {"ots:GetRange", "ots:GetRow"}
    same = parse(needed.text.replace("wefe_data", "wefe_process"))
    assert check(same.statements, given) == ()


def test_no_credentials_are_made_that_lack_what_is_wanted() -> None:
    request = SessionRequest(READ, ROLE)
    for service, wanted in (
        (Service(policies=()), None),
        (Service(), [oss.read("data", "out/")]),
        (Service(policies=None), [oss.read("data", "out/")]),
        (Service(policies=(policy(("Allow", "oss:PutObject", "*")),)), [oss.read("data", "in/")]),
    ):
        with pytest.raises(MissingRightsError):
            assume(service, request, wanted)
        assert service.asked == []
    made = assume(Service(), request)
    assert made.credentials.role_checked and made.checked == "the session policy and the role's policies were checked"
    blind = assume(Service(policies=None), request)
    assert not blind.credentials.role_checked and "only the session policy was checked: it is hidden" in blind.checked


def test_what_a_role_lacked_of_the_rest_goes_with_the_credentials() -> None:
    both = session_policy([oss.read("data", "in/"), oss.write("data", "out/")], RAM)
    reader = Service(policies=(policy(("Allow", "oss:Get*", "*")),))
    held = assume(reader, SessionRequest(both, ROLE), [oss.read("data", "in/")]).credentials
    assert [(each.action, each.resource) for each in held.lacking] == [("oss:PutObject", "acs:oss:*:*:data/out/*")]
    again = Credentials.from_json(held.as_json())
    assert again == held
    again.require([oss.read("data", "in/")])
    assert [each.lacks for each in again.check([oss.write("data", "out/2026/")])] == ["role's policies"]


def test_a_glob_that_a_role_has_in_part_is_told_as_far_as_it_lacks() -> None:
    table = "acs:ots:*:*:instance/fc-abc/table/wefe_process"
    role = Service(policies=(policy(("Allow", "ots:GetRow", "*"), ("Allow", "ots:GetRange", "*")),))
    cut = session_policy([], RAM, [policy(("Allow", "ots:Get*", table))])
    with pytest.raises(MissingRightsError, match=r"ots:Get\* but ots:GetRange, ots:GetRow on "):
        assume(role, SessionRequest(cut, ROLE))
    rows, stream = (policy(("Allow", action, table)) for action in ("ots:GetRow", "ots:GetStreamRecord"))
    reading, streaming = (Grant("raw", {}, lambda made=each: made.statements) for each in (rows, stream))
    made = assume(role, SessionRequest(cut, ROLE), [reading]).credentials
    held = Credentials.from_json(made.as_json())
    assert held == made
    assert held.check([reading]) == ()
    assert [each.action for each in held.check([streaming])] == ["ots:Get*"]
