"""Grants on Tencent Cloud yield the smallest statements, with exact resource names."""

from __future__ import annotations

from typing import Any

import pytest

from yunfn.access import Grant, Statement, cls, cos, scf
from yunfn.exceptions import ValidationError

COS_READ = ("name/cos:GetObject", "name/cos:HeadObject")


def test_reading_a_bucket_is_getting_and_looking_at_objects_below_a_prefix() -> None:
    at = "qcs::cos:*:uid/1250000000:pics-1250000000/in/*"
    assert cos.read("pics-1250000000", "in/").statements() == (Statement(COS_READ, (at,)),)


def test_writing_a_bucket_has_every_step_of_an_upload_in_parts_and_no_deletion() -> None:
    (statement,) = cos.write("a-b-c-1250000000", region="ap-beijing").statements()
    assert statement.resources == ("qcs::cos:ap-beijing:uid/1250000000:a-b-c-1250000000/*",)
    assert {action.removeprefix("name/cos:") for action in statement.actions} == {
        "PutObject", "PostObject", "InitiateMultipartUpload", "UploadPart", "CompleteMultipartUpload",
    }  # fmt: skip


def test_a_function_is_named_by_namespace_and_uin() -> None:
    at = "qcs::scf:ap-beijing:uin/100000000001:namespace/shop/function/orders"
    grant = scf.invoke("orders", "shop", region="ap-beijing", account="100000000001")
    assert grant.statements() == (Statement(("scf:Invoke", "scf:InvokeFunction"), (at,)),)
    assert scf.invoke("orders").statements()[0].resources == ("qcs::scf:*:uin/*:namespace/default/function/orders",)


def test_a_topic_is_written_and_searched() -> None:
    topic = "ab12-34"
    at = (f"qcs::cls:*:uin/*:topic/{topic}",)
    assert cls.write(topic).statements() == (Statement(("cls:UploadLog", "cls:pushLog"), at),)
    assert cls.read(topic).statements() == (Statement(("cls:SearchLog",), at),)


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
        (scf.invoke, "function", "*"),
        (scf.invoke, "namespace", "a/b"),
        (cls.write, "topic_id", "*"),
        (cls.read, "topic_id", ""),
    ],
)
def test_a_name_that_would_widen_a_grant_is_refused(grant: Any, argument: str, value: str) -> None:
    good = {
        cos.read: {"bucket": "pics-1250000000"},
        cos.write: {"bucket": "pics-1250000000"},
        scf.invoke: {"function": "orders"},
        cls.write: {},
        cls.read: {},
    }[grant]
    with pytest.raises(ValidationError) as error:
        grant(**{**good, argument: value})
    assert error.value.property == argument


def test_a_name_may_come_later() -> None:
    class Later:
        def apply(self, func: Any) -> Any:
            return func("pics-1250000000")

    grant: Grant = cos.read(Later())
    assert grant.statements(bucket="pics-1250000000")[0].resources == ("qcs::cos:*:uid/1250000000:pics-1250000000/*",)
    with pytest.raises(ValidationError, match="not known yet"):
        grant.statements()
