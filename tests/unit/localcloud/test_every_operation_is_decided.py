"""RAM and CAM decide every operation of every service: without a policy it is denied, and the denial says enough.

Enough is: the cloud's own code, the right by name in the message, and in the journal the statement that was missing.
That statement, and no other, is then given, until the operation is denied no more.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from unit.localcloud.every_operation import Asked, World, nobody
from yunfn.access import tables
from yunfn.access.grammar import CAM, RAM
from yunfn.localcloud.alibaba.ram.documents import read_policy as read_ram
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.policy_decision import Decision, NamedPolicy, judge
from yunfn.localcloud.rights import missing_statement
from yunfn.localcloud.tencent.cam.documents import plain_action
from yunfn.localcloud.tencent.cam.documents import read_policy as read_cam

#: What asks for no right, and why.
FREE = {
    ("alibaba location", "DescribeEndpoints"): "where a service is, anybody may know",
    ("alibaba sts", "GetCallerIdentity"): "who one is one may know (STS documentation: no right is needed)",
    ("tencent sts", "GetCallerIdentity"): "likewise",
    ("tencent cam", "GetUserAppId"): "likewise",
}
#: Actions that no document was seen to name; they are called as their siblings are.
UNSEEN = {"fc:ListFunctionAsyncInvokeConfigs"}
#: How a service refuses for want of a right: status and code.
CODES = {
    "alibaba ram": (403, "NoPermission"), "alibaba sts": (403, "NoPermission"), "alibaba bss": (403, "NoPermission"),
    "alibaba kms": (403, "Forbidden.NoPermission"), "alibaba oss": (403, "AccessDenied"),
    "alibaba log": (401, "Unauthorized"), "alibaba ots": (403, "OTSNoPermissionAccess"),
    "alibaba fc": (403, "AccessDenied"), "tencent cos": (403, "AccessDenied"), "alibaba cms": (403, "NoPermission"),
}  # fmt: skip
_CAM = (200, "UnauthorizedOperation.CAM")
# An operation may ask for several rights, one after the other.
_MOST_RIGHTS = 4


class Pasted:
    """Decides by the statements that denials asked for, in the cloud's grammar and by its evaluation."""

    def __init__(self, tencent: bool) -> None:
        self._tencent = tencent
        self.statements: list[dict[str, Any]] = []

    def decide(
        self, principal: Principal, action: str, resources: Sequence[str], context: Mapping[str, str]
    ) -> Decision:
        """See Authorizer."""
        if self._tencent:
            text = json.dumps({"version": "2.0", "statement": self.statements})
            policies = [NamedPolicy("pasted", read_cam(text))] if self.statements else []
            return judge(policies, plain_action(action), resources, context)
        text = json.dumps({"Version": "1", "Statement": self.statements})
        found = [NamedPolicy("pasted", read_ram(text))] if self.statements else []
        return judge(found, action, resources, context)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[tuple[World, httpx.AsyncClient]]:
    made = World(tmp_path / "home")
    with made.believed():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=made.cloud)) as client:
            await made.furnish(client)
            yield made, client


async def test_without_a_policy_nothing_is_allowed_and_the_missing_right_is_named(
    world: tuple[World, httpx.AsyncClient],
) -> None:
    made, client = world
    asked = list(made.asked())
    assert len(asked) > 400
    for each in asked:
        answer = await made.send(client, each, nobody(made.cloud, each.service.startswith("tencent")))
        line = made.last_line()
        where = f"{each.service} {each.operation}: {answer.status_code} {answer.text[:300]}"
        assert line["operation"] == each.operation or each.operation == "ExtendBucketWorm", where
        if (each.service, each.operation) in FREE:
            assert "rights" not in line, where
            continue
        assert "rights" in line, where
        denied = line["rights"][-1]
        assert (denied["allowed"], denied["missing"]) == (False, {"in": ["policies"]}), where
        assert line["denied"] == f"{denied['action']} {denied['resource']}", where
        assert (answer.status_code, line["code"]) == CODES.get(each.service, _CAM), where
        if each.method != "HEAD":
            told = _message(answer)
            assert denied["action"] in told, where
            assert denied["resource"] in told, where


async def test_the_statement_that_a_denial_asks_for_is_enough(world: tuple[World, httpx.AsyncClient]) -> None:
    made, client = world
    for each in list(made.asked()):
        tencent = each.service.startswith("tencent")
        pasted = Pasted(tencent)
        made.cloud.tencent_authorizer = made.cloud.authorizer = pasted
        for _ in range(_MOST_RIGHTS + 1):
            denied = await _denied(made, client, each, nobody(made.cloud, tencent))
            if denied is None:
                break
            assert _is_known(tencent, denied["action"]), f"{each.service} {each.operation}: {denied['action']}"
            statement = missing_statement(made.last_line()["principal"], denied)
            assert statement is not None
            assert statement not in pasted.statements, f"{each.service} {each.operation}: {statement} did not help"
            pasted.statements.append(statement)
        else:
            pytest.fail(f"{each.service} {each.operation} is denied after {len(pasted.statements)} rights were given")


def _is_known(tencent: bool, action: str) -> bool:
    """Whether the clouds' documents know the action; True where there is no table of the service."""
    known = tables.table(CAM if tencent else RAM, action.removeprefix("name/").partition(":")[0])
    return known is None or known.find(action) is not None or action in UNSEEN


async def _denied(
    made: World, client: httpx.AsyncClient, asked: Asked, who: Principal
) -> dict[str, Any] | None:  # fmt: skip
    await made.send(client, asked, who)
    rights = made.last_line().get("rights") or [{"allowed": True}]
    return None if rights[-1]["allowed"] else dict(rights[-1])


def _message(answer: httpx.Response) -> str:
    """The words of a refusal, whichever of the clouds' shapes it has."""
    if answer.headers["content-type"] == "application/octet-stream":
        return str(table_store_pb2.Error.FromString(answer.content).message)
    if answer.text.startswith("<"):
        return unescape(answer.text.partition("<Message>")[2].partition("</Message>")[0])
    told = answer.json()
    told = told.get("Response", {}).get("Error") or told
    return str(told.get("Message") or told.get("errorMessage"))
