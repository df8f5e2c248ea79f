"""What of a role's rights was never used, and the smallest document that is enough."""

from __future__ import annotations

from typing import Any

import pytest

from yunfn.access import evaluation
from yunfn.access.grammar import CAM, RAM, PolicyDocument
from yunfn.access.least import Unused, least
from yunfn.access.statement import Condition, Statement

A, B = "acs:oss:*:*:b/a/*", "acs:oss:*:*:b/b/*"


def ram(*statements: Statement, source: str = "p") -> PolicyDocument:
    return PolicyDocument(RAM, statements, source=source)


def test_each_action_on_each_resource_counts_for_itself() -> None:
    document = ram(Statement(("oss:GetObject", "oss:PutObject"), (A, B)))
    used = [("oss:GetObject", "acs:oss:*:1:b/a/x"), ("oss:PutObject", "acs:oss:*:1:b/b/x")]
    report = least(RAM, [document], used)
    assert report.unused == (
        Unused("p", "Statement[0].Action[0]", "oss:GetObject", B),
        Unused("p", "Statement[0].Action[1]", "oss:PutObject", A),
    )
    assert set(report.least) == {Statement(("oss:GetObject",), (A,)), Statement(("oss:PutObject",), (B,))}
    assert report.used == 2


def test_where_all_was_used_nothing_is_reported_and_the_document_stays() -> None:
    statement = Statement(("oss:GetObject",), (A,), conditions=(Condition("Bool", "acs:SecureTransport", ("true",)),))
    report = least(RAM, [ram(statement)], [("OSS:getobject", "acs:oss:*:1:b/a/x")])
    assert report.unused == ()
    assert report.least == (statement,)


def test_a_pattern_of_actions_is_told_by_what_was_used_of_it() -> None:
    report = least(RAM, [ram(Statement(("oss:*",), ("*",)))], [("oss:GetObject", "acs:oss:*:1:b/a/x")] * 3)
    assert report.unused == (Unused("p", "Statement[0].Action[0]", "oss:*", "*", ("oss:GetObject",)),)
    assert report.least == (Statement(("oss:GetObject",), ("*",)),)
    assert report.used == 1


def test_what_denies_stays_but_alone_it_is_no_policy() -> None:
    allow, deny = Statement(("oss:GetObject",), (A,)), Statement(("oss:*",), (B,), "Deny")
    assert set(least(RAM, [ram(allow, deny)], [("oss:GetObject", "acs:oss:*:1:b/a/x")]).least) == {allow, deny}
    nothing = least(RAM, [ram(allow, deny)], [])
    assert nothing.least == ()
    assert [each.path for each in nothing.unused] == ["Statement[0].Action[0]"]


def test_lists_turned_round_count_as_one_right() -> None:
    document = ram(Statement(("oss:Delete*", "ram:*"), ("*",), not_actions=True))
    assert least(RAM, [document], [("oss:GetObject", "acs:oss:*:1:b/k")]).unused == ()
    (unused,) = least(RAM, [document], [("oss:DeleteObject", "acs:oss:*:1:b/k")]).unused
    assert (unused.path, unused.action) == ("Statement[0]", "every action but oss:Delete*, ram:*")


def test_several_policies_are_told_apart() -> None:
    one, two = ram(Statement(("oss:GetObject",), (A,)), source="one"), ram(Statement(("fc:*",), ("*",)), source="two")
    report = least(RAM, [one, two], [("oss:GetObject", "acs:oss:*:1:b/a/x")])
    assert [(each.policy, each.action, each.only) for each in report.unused] == [("two", "fc:*", ())]


def test_cams_spelling_is_kept() -> None:
    resource = "qcs::cos:r:uid/1:b-1/*"
    document = PolicyDocument(CAM, (Statement(("name/cos:*", "name/cos:GetObject"), (resource,)),), source="p")
    report = least(CAM, [document], [("name/cos:GetObject", "qcs::cos:r:uid/1:b-1/k")])
    assert [(each.path, each.only) for each in report.unused] == [("statement[0].action[0]", ("name/cos:GetObject",))]
    assert report.least == (Statement(("name/cos:GetObject",), (resource,)),)


def test_what_a_variable_stood_for_was_used() -> None:
    resource = "qcs::scf:*:uin/${owner_uin}:namespace/default/function/orders"
    document = PolicyDocument(CAM, (Statement(("scf:InvokeFunction",), (resource,)),), source="p")
    used = [("scf:InvokeFunction", "qcs::scf:ap-x:uin/17:namespace/default/function/orders")]
    report = least(CAM, [document], used)
    assert (report.unused, report.least) == ((), document.statements)
    other = [("scf:InvokeFunction", "qcs::scf:ap-x:uin/17:namespace/default/function/other")]
    assert least(CAM, [document], other).unused


def test_actions_of_buckets_and_of_objects_on_both_are_two_rights() -> None:
    bucket, objects = "acs:oss:*:*:b", "acs:oss:*:*:b/*"
    document = ram(Statement(("oss:GetObject", "oss:ListObjects"), (bucket, objects)))
    used = [("oss:GetObject", "acs:oss:*:1:b/k"), ("oss:ListObjects", "acs:oss:*:1:b")]
    assert least(RAM, [document], used).unused == ()
    assert [(each.action, each.resource) for each in least(RAM, [document], used[:1]).unused] == [
        ("oss:ListObjects", bucket)
    ]
    apart = ram(Statement(("oss:GetObject",), (bucket,)))
    assert least(RAM, [apart], used).unused, "what can never be used was not"


def test_the_least_document_allows_what_was_used() -> None:
    document = ram(Statement(("oss:*", "log:Post*"), ("*", A)), Statement(("fc:InvokeFunction",), ("acs:fc:*:*:x",)))
    used = [
        ("oss:GetObject", "acs:oss:*:1:b/a/x"),
        ("oss:PutObject", "acs:oss:*:1:c"),
        ("log:PostLogStoreLogs", "acs:log:x"),
    ]
    report = least(RAM, [document], used)
    smaller = ram(*report.least)
    assert all(evaluation.decide([smaller], evaluation.Request(*call)).allowed for call in used)
    assert not evaluation.decide([smaller], evaluation.Request("oss:DeleteObject", "acs:oss:*:1:b/a/x")).allowed


def test_many_different_calls_are_looked_at_once_for_each_name(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, real = [], evaluation.names_resource

    def noted(*arguments: Any) -> bool:
        looked.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(evaluation, "names_resource", noted)
    used = [("oss:GetObject", f"acs:oss:*:1:b/c/{number}") for number in range(1000)]
    document = ram(*(Statement(("oss:GetObject", "oss:PutObject"), (A, B)) for _ in range(10)))
    report = least(RAM, [document], used)
    assert (report.used, len(report.unused)) == (1000, 40)
    assert len(looked) == 2 * len(used)
