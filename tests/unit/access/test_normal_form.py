"""Less text, the same meaning: held by the evaluator on random policies."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from support import random_policies
from support.random_policies import Words
from yunfn.access import names_of_resources, patterns
from yunfn.access.comparison import equal
from yunfn.access.documents import parse, read, render
from yunfn.access.evaluation import Request, decide
from yunfn.access.grammar import CAM, RAM, Grammar, PolicyDocument
from yunfn.access.normal_form import merge, minimise, normal
from yunfn.access.statement import Condition, Statement

INPUTS = Path(__file__).parents[2] / "inputs" / "policies"
BOTH = pytest.mark.parametrize(
    ("grammar", "words"), [(RAM, random_policies.RAM), (CAM, random_policies.CAM)], ids=["ram", "cam"]
)


def _requests(rng: random.Random, words: Words, count: int) -> list[Request]:
    return [Request(*random_policies.request(rng, words)) for _ in range(count)]


@BOTH
def test_minimising_never_changes_a_decision(grammar: Grammar, words: Words) -> None:
    rng = random.Random(4)
    shorter = allowed = denied = 0
    for _ in range(1500):
        document = parse(json.dumps(random_policies.policy(rng, words)))
        small = minimise(document.statements, grammar)
        kept = PolicyDocument(grammar, small)
        spelled = normal(document)
        shorter += len(render(small, grammar)) < len(render(document.statements, grammar))
        for request in _requests(rng, words, 8):
            expected = decide([document], request)
            for one in (kept, spelled):
                found = decide([one], request)
                assert (found.allowed, found.reason) == (expected.allowed, expected.reason), (document.text, request)
            allowed += expected.allowed
            denied += expected.reason == "deny"
    assert min(shorter, allowed, denied) > 300, (shorter, allowed, denied)


@BOTH
def test_the_normal_form_is_one_whatever_the_order_and_is_normal_itself(grammar: Grammar, words: Words) -> None:
    rng = random.Random(5)
    for _ in range(500):
        document = parse(json.dumps(random_policies.policy(rng, words)))
        form = normal(document)
        assert normal(form) == form
        mixed = tuple(
            replace(
                s,
                actions=tuple(rng.sample(s.actions, len(s.actions))) + s.actions[:1],
                resources=tuple(rng.sample(s.resources, len(s.resources))) + s.resources[-1:],
            )
            for s in rng.sample(document.statements, len(document.statements))
        )
        assert normal(replace(document, statements=mixed)) == form
        assert merge(mixed) == merge(document.statements)


def _allow(actions: str, resources: str = "*", *conditions: Condition, effect: str = "Allow") -> Statement:
    return Statement(tuple(actions.split()), tuple(resources.split()), effect, conditions)


IN_OFFICE = Condition("IpAddress", "acs:SourceIp", ("10.0.0.0/8",))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([_allow("oss:Get* oss:GetObject OSS:get*")], [_allow("OSS:get*")]),
        (
            [_allow("oss:Get"), _allow("oss:*", "acs:oss:*:*:b/*")],
            [_allow("oss:*", "acs:oss:*:*:b/*"), _allow("oss:Get")],
        ),
        (
            [_allow("oss:Get", "acs:oss:*:*:b/x/*"), _allow("oss:*", "acs:oss:*:*:b/*")],
            [_allow("oss:*", "acs:oss:*:*:b/*")],
        ),
        ([_allow("oss:Get", "*", IN_OFFICE), _allow("oss:Get")], [_allow("oss:Get")]),
        ([_allow("oss:Get", effect="Deny"), _allow("oss:*")], [_allow("oss:*"), _allow("oss:Get", effect="Deny")]),
        (
            [_allow("a:x", "acs:a:::1"), _allow("a:x", "acs:a:::2"), _allow("a:y", "acs:a:::2 acs:a:::1")],
            [_allow("a:x a:y", "acs:a:::1 acs:a:::2")],
        ),
        (
            [replace(_allow("oss:Put*"), not_actions=True), _allow("oss:Get")],
            [replace(_allow("oss:Put*"), not_actions=True)],
        ),
        (
            [replace(_allow("oss:Put*"), not_actions=True), _allow("oss:PutX")],
            [replace(_allow("oss:Put*"), not_actions=True), _allow("oss:PutX")],
        ),
        (
            [replace(_allow("oss:Put* oss:Get"), not_actions=True), replace(_allow("oss:Get"), not_actions=True)],
            [replace(_allow("oss:Get"), not_actions=True)],
        ),
    ],
)
def test_what_others_say_already_is_dropped(before: list[Statement], after: list[Statement]) -> None:
    assert set(minimise(before, RAM)) == set(after)


def test_lists_that_are_turned_round_never_join() -> None:
    all_but_a = Statement(("oss:Get",), ("acs:oss:*:*:a",), not_resources=True)
    all_but_b = replace(all_but_a, resources=("acs:oss:*:*:b",))
    assert merge([all_but_a, all_but_b]) == (all_but_a, all_but_b)
    not_get = Statement(("oss:Get",), ("*",), not_actions=True)
    not_put = replace(not_get, actions=("oss:Put",))
    assert merge([not_get, not_put]) == (not_get, not_put)
    elsewhere = replace(not_get, resources=("acs:oss:*:*:b",))
    assert merge([replace(not_get, resources=("acs:oss:*:*:a",)), elsewhere]) == (
        replace(not_get, resources=("acs:oss:*:*:a", "acs:oss:*:*:b")),
    )


def test_a_condition_is_dropped_only_for_one_that_takes_as_much() -> None:
    wide = Condition("IpAddress", "acs:SourceIp", ("10.0.0.0/8", "192.168.0.0/16"))
    narrow, wider = _allow("oss:Get", "*", IN_OFFICE), _allow("oss:Get", "*", wide)
    assert minimise([narrow, wider], RAM) == (replace(wider, conditions=(wide,)),)
    other = _allow("oss:Get", "*", Condition("Bool", "acs:SecureTransport", ("true",)))
    assert len(minimise([narrow, other], RAM)) == 2
    nots = [
        _allow("oss:Get", "*", Condition("StringNotEquals", "oss:Prefix", values)) for values in (("a",), ("a", "b"))
    ]
    assert minimise(nots, RAM) == (nots[0],)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"action": "name/cos:Get*"}, {"action": ["cos:Get*", "cos:GetObject"]}),
        ({"resource": "qcs::cos:::b/**"}, {"resource": ["qcs:id/0:cos:*:uin/:b/*"]}),
        (
            {"condition": {"for_any_value:string_equal": {"k": ["b", "a"]}}},
            {"condition": {"string_equal": {"k": ["a", "b"]}}},
        ),
    ],
)
def test_other_words_for_the_same_in_cam(one: dict[str, object], other: dict[str, object]) -> None:
    def document(changes: dict[str, object]) -> PolicyDocument:
        statement = {"effect": "allow", "action": "cos:*", "resource": "*", **changes}
        return parse(json.dumps({"version": "2.0", "statement": statement}))

    assert equal(document(one), document(other))
    assert not equal(document(one), document({}))


@pytest.mark.parametrize(
    ("wide", "narrow", "covered", "met"),
    [
        ("qcs::q::uin/1:n/${uin}/*", "qcs::q::uin/1:n/${uin}/a", True, True),
        ("qcs::q::uin/1:n/*", "qcs::q::uin/1:n/${uin}/*", True, True),
        ("qcs::q::uin/1:n/??????/a", "qcs::q::uin/1:n/${uin}/a", False, True),
        ("qcs::q::uin/1:n/${uin}/a", "qcs::q::uin/1:n/7/a", False, True),
        ("qcs::q::uin/1:n/${uin}/a", "qcs::q::uin/1:n/7/b", False, False),
        ("qcs::::uin/1:n/a", "qcs::q:ap-x:uin/1:n/a", True, True),
        ("qcs::q::uin/1:n/a", "qcs::q:::n/a", False, True),
        ("qcs::q:::n/a", "qcs::q::uin/1:n/a", False, True),
        ("qcs::q::*:n/a", "qcs::q:::n/a", True, True),
    ],
)
def test_names_of_cam_compare_by_what_they_can_mean(wide: str, narrow: str, covered: bool, met: bool) -> None:
    assert names_of_resources.covers(CAM, wide, narrow) is covered
    assert names_of_resources.meet(CAM, wide, narrow) is met
    assert names_of_resources.meet(CAM, narrow, wide) is met


def test_what_is_joined_covers_itself_no_more() -> None:
    all_but = [
        Statement((a, "*"), (r,), not_actions=True) for a, r in (("oss:G*", "acs:oss:*:1?:*"), ("*", "acs:*:*:*:*"))
    ]
    assert minimise(all_but, RAM) == (Statement(("*",), ("acs:*:*:*:*",), not_actions=True),)


def test_the_policy_this_began_with_equals_what_says_the_same() -> None:
    document = read(INPUTS / "ram" / "ots-read-policy.json")
    (statement,) = document.statements
    named = replace(statement, resources=("acs:ots:*:*:instance/fc-wefe/table/wefe_process",))
    written = parse(render([replace(named, actions=tuple(reversed(named.actions)))], RAM))
    replaced = parse(document.text.replace("fc-***", "fc-wefe"))
    assert equal(written, replaced)
    assert not equal(written, document)
    assert not equal(parse(document.text.replace('"ots:Search",', "")), document)


def test_lists_made_to_be_slow_are_merged_only() -> None:
    many = [_allow(" ".join(f"oss:A{i}B*C*" for i in range(300)), " ".join(f"acs:oss:*:*:b{i}*/*" for i in range(300)))]
    assert minimise(many, RAM) == merge(many)


@pytest.mark.parametrize(
    "pattern", ["acs:oss:*:*:pics-{}/in-{}/*", "acs:oss:*:*:*-{}/in-*-{}", "acs:oss:*:*:p?-{}/*-{}*"]
)
def test_names_that_differ_are_told_apart_at_a_glance(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = tuple(pattern.format(number, number) for number in range(10_000, 10_120))
    compared: list[str] = []

    def counted(wide: str, narrow: str) -> bool:
        compared.append(wide)
        return includes(wide, narrow)

    includes = patterns._includes
    monkeypatch.setattr(patterns, "_includes", counted)
    (least,) = minimise([Statement(("oss:GetObject",), resources)], RAM)
    assert least.resources == resources
    # Of 14,280 pairs, each looked at up to three times.
    assert len(compared) < (100 if "?" in pattern else 1), len(compared)
