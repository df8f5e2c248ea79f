"""Why a decision is as it is: the statement that decides, or the place where one is lacking."""

from __future__ import annotations

import json

import pytest

from yunfn.localcloud.alibaba.ram.documents import read_policy
from yunfn.localcloud.policy_decision import Decision, NamedPolicy, Place, judge, within
from yunfn.localcloud.rights import missing_statement, right, summary

WIDE, NARROW = "acs:fc:r:1:functions/f", "acs:fc:r:1:functions/f/live"


def policy(name: str, *statements: tuple[str, str, str]) -> NamedPolicy[dict[str, str]]:
    told = [{"Effect": effect, "Action": action, "Resource": resource} for effect, action, resource in statements]
    return NamedPolicy(name, read_policy(json.dumps({"Version": "1", "Statement": told})))


def test_the_statement_that_allows_is_told() -> None:
    policies = (
        policy("a", ("Allow", "oss:*", "*")),
        policy("b", ("Deny", "fc:*", "acs:*:*:*:x"), ("Allow", "fc:*", "*")),
    )
    assert judge(policies, "fc:InvokeFunction", (NARROW,), {}) == Decision(True, Place.POLICIES, "b", 1, NARROW)


@pytest.mark.parametrize(("allowed", "denied"), [(WIDE, NARROW), (NARROW, WIDE)])
@pytest.mark.parametrize("first", ["Allow", "Deny"])
def test_a_deny_of_any_name_beats_an_allow_of_another(allowed: str, denied: str, first: str) -> None:
    both = [("Allow", "fc:*", allowed), ("Deny", "fc:InvokeFunction", denied)]
    both.sort(key=lambda each: each[0] != first)
    found = judge((policy("p", *both),), "fc:InvokeFunction", (NARROW, WIDE), {})
    assert (found.allowed, found.policy, found.resource) == (False, "p", denied)
    assert found.statement == (0 if first == "Deny" else 1)
    assert judge((policy("p", *both),), "fc:GetAsyncTask", (NARROW, WIDE), {}).allowed


def test_where_nothing_speaks_the_place_is_lacking() -> None:
    found = judge((policy("p", ("Allow", "oss:*", "*")),), "fc:InvokeFunction", (NARROW, WIDE), {})
    assert (found.allowed, found.statement, found.resource) == (False, None, NARROW)
    assert found.lacking == (Place.POLICIES,)


@pytest.mark.parametrize(
    ("role", "session", "allowed", "place", "statement", "lacking"),
    [
        ("Allow", "Allow", True, "policies", 0, ()),
        ("Allow", None, False, "session", None, ("session",)),
        ("Allow", "Deny", False, "session", 0, ()),
        (None, "Allow", False, "policies", None, ("policies",)),
        (None, None, False, "policies", None, ("policies", "session")),
        (None, "Deny", False, "session", 0, ()),
        ("Deny", None, False, "policies", 0, ()),
        ("Deny", "Deny", False, "policies", 0, ()),
    ],
)
def test_a_session_and_its_role_must_both_allow(
    role: str | None, session: str | None, allowed: bool, place: str, statement: int | None, lacking: tuple[str, ...]
) -> None:
    def judged(effect: str | None, where: Place) -> Decision:
        policies = (policy("p", (effect, "oss:*", "*")),) if effect else ()
        return judge(policies, "oss:GetObject", ("acs:oss:*:1:b/k",), {}, where)

    found = within(judged(role, Place.POLICIES), judged(session, Place.SESSION))
    assert (found.allowed, found.place, found.statement, found.lacking) == (allowed, place, statement, lacking)
    assert found.silent is (role is None and session == "Allow")


def test_the_summary_counts_by_who_what_and_why() -> None:
    allowed = right(Decision(True, Place.POLICIES, "p", 2, "acs:x:::y"), "x:Do", "acs:x:::z")
    denied = right(Decision(False, lacking=(Place.SESSION,)), "x:Do", "acs:x:::z")
    lines = [
        {"time": f"2026-01-0{day}T00:00:00.000Z", "service": "x", "operation": "Do", "principal": who, "rights": rights}
        for day, who, rights in ((1, "a", [denied]), (2, "a", [allowed, denied]), (3, "b", [denied]))
    ]
    found = summary([*lines, {"time": "2026-01-04T00:00:00.000Z", "service": "x", "operation": "Do"}])
    assert [(each["principal"], each["allowed"], each["count"], each["last"][8:10]) for each in found] == [
        ("a", False, 2, "02"),
        ("a", True, 1, "02"),
        ("b", False, 1, "03"),
    ]
    assert found[0]["add"] == {"Effect": "Allow", "Action": ["x:Do"], "Resource": ["acs:x:::z"]}
    assert found[1]["by"] == {"in": "policies", "policy": "p", "statement": 2}
    assert found[1]["resource"] == "acs:x:::y"
    assert [each["principal"] for each in summary(lines, allowed=False, since="2026-01-03T00:00:00.000Z")] == ["b"]
    assert [each["principal"] for each in summary(lines, allowed=True)] == ["a"]
    assert [each["principal"] for each in summary(lines, principal="b")] == ["b"]


def test_no_statement_helps_against_a_deny_or_without_a_signature() -> None:
    by_deny = right(Decision(False, Place.POLICIES, "p", 0, "acs:x:::y"), "x:Do", "acs:x:::y")
    unsigned = right(Decision(False, lacking=(Place.SIGNATURE,)), "x:Do", "acs:x:::y")
    assert missing_statement("a", by_deny) is None
    assert missing_statement("", unsigned) is None


def test_tencents_statements_are_in_cams_grammar() -> None:
    denied = right(Decision(False, lacking=(Place.POLICIES,)), "name/cos:GetObject", "qcs::cos:r:uid/1:b-1/k")
    assert missing_statement("qcs::cam::uin/1:uin/2", denied) == {
        "effect": "allow",
        "action": ["name/cos:GetObject"],
        "resource": ["qcs::cos:r:uid/1:b-1/k"],
    }
