"""New access is what new policies allow and old ones did not, whatever words either use."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from support import random_policies
from support.random_policies import Words
from yunfn.access.comparison import Access, equal, new_access
from yunfn.access.documents import parse
from yunfn.access.evaluation import Request, decide
from yunfn.access.grammar import PolicyDocument
from yunfn.access.statement import Condition
from yunfn.exceptions import ValidationError

BUCKET = "acs:oss:*:*:pics/*"
IN_OFFICE = {"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}}
OFFICE = (Condition("IpAddress", "acs:SourceIp", ("10.0.0.0/8",)),)


def _document(*statements: dict[str, Any], source: str = "") -> PolicyDocument:
    filled = [{"Effect": "Allow", "Resource": "*", **each} for each in statements]
    return parse(json.dumps({"Version": "1", "Statement": filled}), source=source)


def _allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Action": action, "Resource": resource, **more}


def _deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([_allow("oss:*")], [_allow("oss:Get*", BUCKET)]),
        ([_allow("oss:*")], [_allow("OSS:get*", BUCKET), _deny("oss:Put*")]),
        (
            [_allow(["oss:Get*", "oss:Put*"], BUCKET)],
            [_allow("oss:PutObject", "acs:oss:*:*:pics/in/*", Condition=IN_OFFICE)],
        ),
        ([_allow("oss:*"), _deny("oss:Delete*")], [_allow("oss:*"), _deny("oss:D*")]),
        ([_allow("oss:*"), _deny("oss:Delete*", Condition=IN_OFFICE)], [_allow("oss:*"), _deny("oss:Delete*")]),
        ([{"NotAction": "ram:*"}], [_allow(["oss:*", "fc:*"])]),
        ([{"NotAction": "ram:*"}], [{"NotAction": ["ram:*", "sts:*"]}]),
        ([_allow("oss:*"), _deny("oss:Get*", BUCKET)], [_allow("oss:*"), {"Effect": "Deny", "NotAction": "oss:Put*"}]),
        ([_allow("oss:Get*")], [_allow("oss:Get*"), _allow("oss:Put*"), _deny("oss:Put*")]),
        ([_allow("*")], [{"NotAction": "ram:*"}]),
        ([_allow("*:*")], [_allow("*")]),
        ([_allow("oss:Get*")], [_deny("oss:*")]),
    ],
)
def test_what_was_allowed_is_not_new(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    assert new_access([_document(*old)], [_document(*new)]) == ()


@pytest.mark.parametrize(
    ("old", "new", "gained"),
    [
        (
            [_allow("oss:Get*")],
            [_allow(["oss:Get*", "oss:Put*"])],
            [("oss:Put*", "*", (), "Statement[0] allows it", ())],
        ),
        (
            [_allow("oss:GetObject", BUCKET)],
            [_allow("oss:GetObject")],
            [("oss:GetObject", "*", (), "Statement[0] allows it", ())],
        ),
        (
            [_allow("oss:GetObject")],
            [_allow("oss:*")],
            [("oss:*", "*", (), "Statement[0] allows it", ("oss:GetObject",))],
        ),
        (
            [_allow("oss:Get*", Condition=IN_OFFICE)],
            [_allow("oss:Get*")],
            [("oss:Get*", "*", (), "Statement[0] allows it", ())],
        ),
        (
            [_allow("oss:*"), _deny("oss:Delete*")],
            [_allow("oss:*")],
            [("oss:Delete*", "*", (), "Statement[1] denied it", ())],
        ),
        (
            [_allow("oss:*"), _deny("oss:*", BUCKET)],
            [_allow("oss:*"), _deny("oss:Delete*", BUCKET)],
            [("oss:*", BUCKET, (), "Statement[1] denied it", ("oss:Delete*",))],
        ),
        (
            [_allow("oss:*"), _deny("oss:Get*")],
            [_allow("oss:*"), _deny("oss:Get*", Condition=IN_OFFICE)],
            [("oss:Get*", "*", (), "Statement[1] denied it", ())],
        ),
        (
            [_allow("oss:*"), _deny("oss:Get*", Condition=IN_OFFICE)],
            [_allow("oss:*")],
            [("oss:Get*", "*", OFFICE, "Statement[1] denied it", ())],
        ),
        ([_allow("oss:*")], [{"NotAction": "ram:*"}], [("* but ram:*", "*", (), "Statement[0] allows it", ("oss:*",))]),
        (
            [{"NotAction": ["ram:*", "sts:*"]}],
            [{"NotAction": "ram:*"}],
            [("* but ram:*", "*", (), "Statement[0] allows it", ())],
        ),
        (
            [{"NotAction": "ram:*"}, {"Effect": "Deny", "NotAction": "oss:*"}],
            [{"NotAction": "ram:*"}],
            [("* but oss:*, ram:*", "*", (), "Statement[1] denied it", ())],
        ),
        (
            [_allow("oss:Get*"), _deny("oss:GetObject")],
            [_allow("oss:*")],
            [("oss:*", "*", (), "Statement[0] allows it", ())],
        ),
    ],
)
def test_what_was_gained_is_told_with_its_cause(
    old: list[dict[str, Any]], new: list[dict[str, Any]], gained: list[tuple[Any, ...]]
) -> None:
    assert new_access([_document(*old)], [_document(*new)]) == tuple(Access(*each) for each in gained)


def test_a_deny_of_roles_in_another_case_is_one() -> None:
    role = "acs:*:*:*:role/worker"
    old = [_document(_allow("ram:*", role), _deny("ram:*", "acs:*:*:*:Role/worker"))]
    assert not decide(old, Request("ram:GetRole", "acs:ram::17:role/worker")).allowed
    assert new_access(old, [_document(_allow("ram:*", role))])


def test_a_variable_in_a_condition_is_no_text_of_its_own() -> None:
    def listing(value: str) -> PolicyDocument:
        asked = {"string_like": {"cos:prefix": value}}
        statement = {"effect": "allow", "action": "cos:GetBucket", "resource": "*", "condition": asked}
        return parse(json.dumps({"version": "2.0", "statement": [statement]}))

    assert new_access([listing("$*")], [listing("${uin}/*")])
    assert not new_access([listing("${uin}*")], [listing("${uin}/*")])


def test_the_cause_names_the_document() -> None:
    (access,) = new_access([], [_document(_allow("oss:Get"), source="new.json")])
    assert access.because == "new.json: Statement[0] allows it"
    assert new_access([], []) == ()
    cam = parse('{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*"}}')
    with pytest.raises(ValidationError, match="one cloud"):
        new_access([cam], [_document(_allow("oss:Get"))])


@pytest.mark.parametrize("words", [random_policies.RAM, random_policies.CAM], ids=["ram", "cam"])
def test_no_access_is_overlooked(words: Words) -> None:
    """Whatever a request may do under the new policies alone, some line of new access names."""
    rng = random.Random(11)
    silent = gained = 0
    for _ in range(1200):
        texts = [json.dumps(random_policies.policy(rng, words)) for _ in range(2)]
        if rng.random() < 0.6:
            # Mostly the same: statements moved, lost or added.
            statements = [s for text in texts for s in json.loads(text)[words.statement]]
            version, one = words.version
            texts = [
                json.dumps({version: one, words.statement: rng.sample(statements, rng.randint(1, len(statements)))})
                for _ in range(2)
            ]
        old, new = (parse(text) for text in texts)
        found = new_access([old], [new])
        silent += not found
        for _ in range(12):
            request = Request(*random_policies.request(rng, words))
            if decide([new], request).allowed and not decide([old], request).allowed:
                gained += 1
                assert found, f"{texts[0]}\n{texts[1]}\n{request}"
        if found:
            assert not equal(old, new)
    assert silent > 100
    assert gained > 300


ROOT, ALICE, BOB = "acs:ram::1:root", "acs:ram::1:user/alice", "acs:ram::1:user/bob"


def _trust(*statements: tuple[str, str, list[str]] | tuple[str, str, list[str], dict[str, Any]]) -> PolicyDocument:
    written = [
        {"Effect": effect, "Action": "sts:AssumeRole", "Principal": {kind: names}}
        | ({"Condition": more[0]} if more else {})
        for effect, kind, names, *more in statements
    ]
    return parse(json.dumps({"Version": "1", "Statement": written}))


@pytest.mark.parametrize(
    ("old", "new", "who"),
    [
        ([("Allow", "RAM", [ALICE])], [("Allow", "RAM", [BOB])], {f"RAM {BOB}"}),
        ([("Allow", "RAM", [ALICE])], [("Allow", "RAM", [ALICE, "acs:ram::2:root"])], {"RAM acs:ram::2:root"}),
        ([("Allow", "RAM", [ALICE, BOB])], [("Allow", "RAM", [ALICE])], set()),
        ([("Allow", "RAM", [ROOT])], [("Allow", "RAM", [ALICE])], set()),
        ([("Allow", "RAM", [ALICE])], [("Allow", "RAM", [ROOT])], {f"RAM {ROOT}"}),
        ([("Allow", "RAM", [ROOT])], [("Allow", "RAM", ["acs:ram::12:root"])], {"RAM acs:ram::12:root"}),
        ([("Allow", "RAM", ["*"])], [("Allow", "Service", ["fc.aliyuncs.com"])], {"Service fc.aliyuncs.com"}),
        ([("Allow", "RAM", ["*"])], [("Allow", "RAM", [BOB])], set()),
        ([("Allow", "RAM", [BOB])], [("Allow", "RAM", ["*"])], {"RAM *"}),
        ([("Allow", "RAM", [BOB], IN_OFFICE)], [("Allow", "RAM", [BOB])], {f"RAM {BOB}"}),
        ([("Allow", "RAM", [ROOT]), ("Deny", "RAM", [BOB])], [("Allow", "RAM", [ROOT])], {f"RAM {ROOT}"}),
        ([("Allow", "RAM", [ALICE]), ("Deny", "RAM", [BOB])], [("Allow", "RAM", [ALICE])], set()),
        ([("Allow", "RAM", [ALICE]), ("Deny", "RAM", [ROOT])], [("Allow", "RAM", [ALICE])], {f"RAM {ALICE}"}),
        ([("Allow", "RAM", [ALICE])], [("Allow", "RAM", [ALICE, BOB]), ("Deny", "RAM", [ROOT])], set()),
        ([("Allow", "RAM", [ALICE])], [("Allow", "RAM", [ROOT]), ("Deny", "RAM", [BOB])], {f"RAM {ROOT}"}),
    ],
)
def test_of_trust_it_tells_who(old: list[Any], new: list[Any], who: set[str]) -> None:
    assert {each.principal for each in new_access([_trust(*old)], [_trust(*new)])} == who


def test_of_cams_trust_it_tells_who() -> None:
    def trust(*names: str) -> PolicyDocument:
        statement = {"effect": "allow", "action": "sts:AssumeRole", "principal": {"qcs": names}}
        return parse(json.dumps({"version": "2.0", "statement": statement}))

    sub, other = "qcs::cam::uin/1:uin/2", "qcs::cam::uin/3:root"
    (access,) = new_access([trust(sub)], [trust(sub, other)])
    assert (access.principal, access.because) == (f"qcs {other}", "policy: statement[0] allows it")
    assert new_access([trust("qcs::cam::anyone:anyone")], [trust(sub, other)]) == ()
    assert new_access([trust("qcs::cam::uin/1:root")], [trust(sub)]) == ()
