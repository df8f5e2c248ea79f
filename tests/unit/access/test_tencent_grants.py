"""Grants on Tencent Cloud yield the smallest statements, with exact resource names."""

from __future__ import annotations

from typing import Any

import pytest

from unit.access.test_grants import GRANTS as ALIBABA
from yunfn.access import Grant, Statement, cam_document, ckafka, cls, cos, scf, tables, tencent_kms
from yunfn.access.documents import parse
from yunfn.access.findings import lint
from yunfn.access.grammar import CAM
from yunfn.access.statement import Condition
from yunfn.access.sts.grant_expression import rights
from yunfn.exceptions import ValidationError

PICTURES = "qcs::cos:*:uid/1250000000:pics-1250000000"
HERE = {"region": "ap-beijing", "account": "100000000001"}
WRITE = (
    "name/cos:CompleteMultipartUpload name/cos:InitiateMultipartUpload name/cos:PostObject name/cos:PutObject "
    "name/cos:UploadPart"
)
#: Every grant on Tencent Cloud, with its actions and resource.
GRANTS: list[tuple[Grant, str, str]] = [
    (cos.read("pics-1250000000", "in/"), "name/cos:GetObject name/cos:HeadObject", f"{PICTURES}/in/*"),
    # Every step of an upload in parts, and no deletion.
    (cos.write("pics-1250000000"), WRITE, f"{PICTURES}/*"),
    (cos.write("a-b-1250000000", region="ap-beijing"), WRITE, "qcs::cos:ap-beijing:uid/1250000000:a-b-1250000000/*"),
    (cos.list("pics-1250000000"), "name/cos:GetBucket", f"{PICTURES}/*"),
    (cls.write("ab12-34"), "cls:UploadLog cls:pushLog", "qcs::cls:*:uin/*:topic/ab12-34"),
    (cls.read("ab12-34", **HERE), "cls:SearchLog", "qcs::cls:ap-beijing:uin/100000000001:topic/ab12-34"),
    (tencent_kms.decrypt("23e8-77"), "kms:Decrypt", "qcs::kms:*:uin/*:key/creatorUin/*/23e8-77"),
    (
        tencent_kms.decrypt("23e8-77", creator="100000000002", **HERE),
        "kms:Decrypt",
        "qcs::kms:ap-beijing:uin/100000000001:key/creatorUin/100000000002/23e8-77",
    ),
    (ckafka.send(), "ckafka:SendMessage", "*"),
    (
        ckafka.consume("ckafka-o85jq584", creator="100000000002", **HERE),
        "ckafka:FetchMessageByOffset ckafka:FetchMessageListByOffset",
        "qcs::ckafka:ap-beijing:uin/100000000001:ckafkaId/uin/100000000002/ckafka-o85jq584",
    ),
    (
        scf.invoke("orders", "shop", **HERE),
        "scf:Invoke scf:InvokeFunction",
        "qcs::scf:ap-beijing:uin/100000000001:namespace/shop/function/orders",
    ),
    (scf.invoke("orders"), "scf:Invoke scf:InvokeFunction", "qcs::scf:*:uin/*:namespace/default/function/orders"),
]


@pytest.mark.parametrize(("grant", "actions", "at"), GRANTS, ids=lambda value: getattr(value, "kind", ""))
def test_a_grant_is_these_actions_on_this_resource(grant: Grant, actions: str, at: str) -> None:
    assert grant.statements() == (Statement(tuple(actions.split()), (at,)),)


@pytest.mark.parametrize("grant", [each[0] for each in GRANTS], ids=lambda grant: grant.kind)
def test_a_grants_actions_are_known_and_take_its_resources(grant: Grant) -> None:
    for statement in grant.statements():
        for action in statement.actions:
            table = tables.table(CAM, action.removeprefix("name/").partition(":")[0])
            assert table is not None, action
            row = table.find(action)
            assert row is not None, action
            assert row.meets(statement.resources[0]), action
    assert [each for each in lint(parse(cam_document(grant.statements(), "p"))) if each.severity != "info"] == []


def test_no_grant_is_without_a_test() -> None:
    assert {each[0].kind for each in GRANTS} | {grant.kind for grant, _ in ALIBABA} == set(rights())


def test_listing_below_a_prefix_is_a_condition_on_the_bucket() -> None:
    (statement,) = cos.list("pics-1250000000", "in/").statements()
    # As it stands in the request's URL, and as it is meant.
    condition = Condition("string_like", "cos:prefix", ("in%2F*", "in/*"))
    assert statement == Statement(("name/cos:GetBucket",), (f"{PICTURES}/*",), conditions=(condition,))
    (plain,) = cos.list("pics-1250000000", "in").statements()
    assert plain.conditions == (Condition("string_like", "cos:prefix", ("in*",)),)


@pytest.mark.parametrize(
    ("grant", "argument", "value"),
    [
        (cos.read, "bucket", "pics"),
        (cos.read, "bucket", "*-1250000000"),
        (cos.read, "bucket", "Pics-1250000000"),
        (cos.write, "bucket", "pics-1250000000/x"),
        (cos.read, "prefix", "a*"),
        (cos.read, "prefix", "${uin}/"),
        (cos.write, "prefix", "/a"),
        (cos.read, "region", "ap-*"),
        (scf.invoke, "account", "1:namespace/*"),
        (cos.list, "bucket", "pics"),
        (cos.list, "prefix", "*"),
        (scf.invoke, "function", "*"),
        (scf.invoke, "namespace", "a/b"),
        (cls.write, "topic_id", "*"),
        (cls.read, "topic_id", ""),
        (cls.read, "account", "me"),
        (scf.invoke, "account", "me"),
        (tencent_kms.decrypt, "key", "*"),
        (tencent_kms.decrypt, "account", "1/2"),
        (tencent_kms.decrypt, "creator", "me"),
        (ckafka.consume, "instance", "ckafka-*"),
        (ckafka.consume, "creator", ""),
    ],
)
def test_a_name_that_would_widen_a_grant_is_refused(grant: Any, argument: str, value: str) -> None:
    good: dict[Any, dict[str, str]] = {
        cos.read: {"bucket": "pics-1250000000"},
        cos.write: {"bucket": "pics-1250000000"},
        cos.list: {"bucket": "pics-1250000000"},
        scf.invoke: {"function": "orders"},
        cls.write: {},
        cls.read: {"topic_id": "7103f705"},
        tencent_kms.decrypt: {"key": "23e8-77"},
        ckafka.consume: {"instance": "ckafka-o85jq584"},
    }
    with pytest.raises(ValidationError) as error:
        grant(**{**good[grant], argument: value})
    assert error.value.property == argument


def test_a_name_may_come_later() -> None:
    class Later:
        def apply(self, func: Any) -> Any:
            return func("pics-1250000000")

    grant: Grant = cos.read(Later())
    assert grant.statements(bucket="pics-1250000000")[0].resources == (f"{PICTURES}/*",)
    with pytest.raises(ValidationError, match="not known yet"):
        grant.statements()
