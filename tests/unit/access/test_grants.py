"""Grants yield the smallest statements, with exact resource names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from yunfn.access import Grant, Statement, fc, kms, log, mns, oss, ots, ram_document, tables, vpc
from yunfn.access.comparison import equal
from yunfn.access.documents import parse
from yunfn.access.findings import lint
from yunfn.access.grammar import RAM
from yunfn.access.statement import Condition
from yunfn.exceptions import ValidationError

PICTURES = "acs:oss:*:*:pictures"
ORDERS = "acs:ots:*:*:instance/shop/table/orders"
HERE = {"region": "cn-shanghai", "account": "17"}
#: Every grant on Alibaba Cloud, with its statements as (actions, resource).
GRANTS: list[tuple[Grant, list[tuple[str, str]]]] = [
    (oss.read("pictures"), [("oss:GetObject", f"{PICTURES}/*")]),
    (oss.read("pictures", "small/"), [("oss:GetObject", f"{PICTURES}/small/*")]),
    (oss.write("pictures", "in/x"), [("oss:PutObject", f"{PICTURES}/in/x*")]),
    (oss.list("pictures"), [("oss:ListObjects", PICTURES)]),
    (oss.mount("pictures", "in/"), [("oss:ListObjects", PICTURES), ("oss:GetObject", f"{PICTURES}/in/*")]),
    (
        oss.mount("pictures", "in/", writable=True),
        [
            ("oss:ListObjects", PICTURES),
            (
                "oss:AbortMultipartUpload oss:DeleteObject oss:GetObject oss:ListParts oss:PutObject",
                f"{PICTURES}/in/*",
            ),
        ],
    ),
    (ots.read("shop", "orders"), [("ots:BatchGetRow ots:GetRange ots:GetRow", ORDERS)]),
    (
        ots.read("Shop", "Orders", **HERE),
        [("ots:BatchGetRow ots:GetRange ots:GetRow", "acs:ots:cn-shanghai:17:instance/shop/table/Orders")],
    ),
    (ots.search("shop", "orders"), [("ots:Search", ORDERS)]),
    (ots.write("shop", "orders"), [("ots:BatchWriteRow ots:PutRow ots:UpdateRow", ORDERS)]),
    (
        ots.consume("shop", "orders"),
        [("ots:DescribeStream ots:GetShardIterator ots:GetStreamRecord ots:ListStream", ORDERS)],
    ),
    (ots.consume_tunnel("shop", **HERE), [("ots:ConsumeTunnel", "acs:ots:cn-shanghai:17:instance/shop")]),
    (
        ots.read_only("shop", "orders"),
        [
            (
                "ots:BatchGet* ots:ComputeSplitPointsBySize ots:Consume* ots:Describe* ots:Get* ots:List* ots:Search",
                ORDERS,
            )
        ],
    ),
    (log.write("logs", "fc-log"), [("log:PostLogStoreLogs", "acs:log:*:*:project/logs/logstore/fc-log")]),
    (
        log.write("logs", "fc-log", **HERE),
        [("log:PostLogStoreLogs", "acs:log:cn-shanghai:17:project/logs/logstore/fc-log")],
    ),
    (
        log.read("logs", "fc-log", **HERE),
        [("log:GetLogStoreLogs", "acs:log:cn-shanghai:17:project/logs/logstore/fc-log")],
    ),
    (
        log.consume("logs", "fc-log", **HERE),
        [
            (
                "log:ConsumerGroupHeartBeat log:ConsumerGroupUpdateCheckPoint log:CreateConsumerGroup "
                "log:GetConsumerGroupCheckPoint log:ListConsumerGroup log:UpdateConsumerGroup",
                "acs:log:cn-shanghai:17:project/logs/logstore/fc-log/consumergroup/*",
            ),
            ("log:GetCursorOrData log:ListShards", "acs:log:cn-shanghai:17:project/logs/logstore/fc-log"),
        ],
    ),
    (kms.decrypt("key-shh6f1", **HERE), [("kms:Decrypt", "acs:kms:cn-shanghai:17:key/key-shh6f1")]),
    (mns.send("jobs", **HERE), [("mns:SendMessage", "acs:mns:cn-shanghai:17:/queues/jobs/messages")]),
    (mns.consume("jobs"), [("mns:DeleteMessage mns:ReceiveMessage", "acs:mns:*:*:/queues/jobs/messages")]),
    (mns.publish("news"), [("mns:PublishMessage", "acs:mns:*:*:/topics/news/messages")]),
    (fc.invoke("upload", "live"), [("fc:InvokeFunction", "acs:fc:*:*:functions/upload/live")]),
    (
        vpc.attach(),
        [
            (
                "ecs:CreateNetworkInterface ecs:CreateNetworkInterfacePermission ecs:DeleteNetworkInterface "
                "ecs:DeleteNetworkInterfacePermission ecs:DescribeNetworkInterfacePermissions "
                "ecs:DescribeNetworkInterfaces vpc:DescribeVSwitchAttributes",
                "*",
            )
        ],
    ),
]


@pytest.mark.parametrize(("grant", "expected"), GRANTS, ids=lambda value: getattr(value, "kind", ""))
def test_a_grant_is_these_actions_on_this_resource(grant: Grant, expected: list[tuple[str, str]]) -> None:
    assert grant.statements() == tuple(Statement(tuple(actions.split()), (at,)) for actions, at in expected)


@pytest.mark.parametrize("grant", [grant for grant, _ in GRANTS], ids=lambda grant: grant.kind)
def test_a_grants_actions_are_known_and_take_its_resources(grant: Grant) -> None:
    for statement in grant.statements():
        for action in statement.actions:
            table = tables.table(RAM, action.partition(":")[0])
            assert table is not None, action
            rows = table.expand(action)
            assert rows, action
            assert any(row.meets(statement.resources[0]) for row in rows), action
    assert [each for each in lint(parse(ram_document(grant.statements(), "p"))) if each.severity != "info"] == []


def test_listing_below_a_prefix_is_a_condition_on_the_bucket() -> None:
    (statement,) = oss.list("pictures", "in/2026").statements()
    condition = Condition("StringLike", "oss:Prefix", ("in/2026*",))
    assert statement == Statement(("oss:ListObjects",), (PICTURES,), conditions=(condition,))


#: The policy of the project this began with, byte for byte; the instance's name is masked in it.
READ_POLICY = Path(__file__).parents[2] / "inputs" / "policies" / "ram" / "ots-read-policy.json"


def test_the_read_set_of_ots_read_policy_is_a_grant() -> None:
    written = parse(READ_POLICY.read_text(encoding="utf-8").replace("fc-***", "fc-demo"))
    made = parse(ram_document(ots.read_only("fc-demo", "wefe_process").statements(), "p"))
    assert equal(written, made)
    assert not equal(written, parse(ram_document(ots.read("fc-demo", "wefe_process").statements(), "p")))


GOOD: dict[Any, dict[str, str]] = {
    oss.read: {"bucket": "pictures"},
    oss.write: {"bucket": "pictures"},
    oss.list: {"bucket": "pictures"},
    ots.read: {"instance": "shop", "table": "orders"},
    ots.read_only: {"instance": "shop", "table": "orders"},
    ots.consume_tunnel: {"instance": "shop"},
    log.write: {"project": "logs", "logstore": "fc-log"},
    log.read: {"project": "logs", "logstore": "fc-log"},
    log.consume: {"project": "logs", "logstore": "fc-log"},
    kms.decrypt: {"key": "key-1"},
    mns.send: {"queue": "jobs"},
    mns.publish: {"topic": "news"},
    fc.invoke: {"function": "upload", "qualifier": "live"},
}


@pytest.mark.parametrize(
    ("grant", "argument", "value"),
    [
        (oss.read, "bucket", "*"),
        (oss.read, "bucket", "Pictures"),
        (oss.write, "bucket", "a"),
        (oss.write, "bucket", "a" * 64),
        (oss.read, "bucket", "pictures/x"),
        (oss.read, "prefix", "a*"),
        (oss.read, "prefix", "a?"),
        (oss.list, "bucket", "pictures/*"),
        (oss.list, "prefix", "a*"),
        (oss.write, "prefix", "${acs:username}/"),
        (oss.write, "prefix", "/a"),
        (oss.write, "prefix", "a\nb"),
        (oss.list, "prefix", "a\ud800"),
        (oss.read, "bucket", 17),
        (oss.read, "prefix", None),
        (ots.read, "instance", "fc-***"),
        (ots.read, "instance", "sh"),
        (ots.read, "table", "*"),
        (ots.read, "table", "2nd"),
        (ots.read_only, "table", "orders*"),
        (ots.consume_tunnel, "instance", "shop/table/orders"),
        (log.write, "project", "*"),
        (log.write, "logstore", "a*b"),
        (log.read, "logstore", "*"),
        (log.read, "region", "cn-*"),
        (ots.read, "account", "17:instance/*"),
        (fc.invoke, "account", ""),
        (kms.decrypt, "key", "*"),
        (kms.decrypt, "key", "alias/mine"),
        (mns.send, "queue", "*"),
        (mns.send, "queue", "jobs/messages"),
        (mns.publish, "topic", "news*"),
        (fc.invoke, "function", "*"),
        (fc.invoke, "qualifier", "a/b"),
    ],
)
def test_a_name_that_would_widen_a_grant_is_refused(grant: Callable[..., Grant], argument: str, value: Any) -> None:
    with pytest.raises(ValidationError) as error:
        grant(**{**GOOD[grant], argument: value})
    assert (error.value.property, error.value.value) == (argument, value)


class _Later:
    """A name that is not known yet, as a Pulumi output looks to this package."""

    def apply(self, func: Callable[[str], object]) -> object:
        return func("pictures")


def test_a_name_known_later_is_checked_then() -> None:
    grant = oss.read(_Later(), "a/")
    with pytest.raises(ValidationError, match=r"bucket=.*not known yet"):
        grant.statements()
    assert grant.statements(bucket="pictures")[0].resources == ("acs:oss:*:*:pictures/a/*",)
    with pytest.raises(ValidationError, match=r"oss\.read: bucket='\*'"):
        grant.statements(bucket="*")
