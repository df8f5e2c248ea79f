"""The plugin's functions over real gRPC: arguments, answers, secrets; and ``yunfn:sts:assumeRole``."""

from __future__ import annotations

import inspect
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2

from unit.provider.plugin import Plugin, serving
from yunfn.access import sts
from yunfn.access.sts import Credentials, RoleFacts
from yunfn.exceptions import CloudAnswerError
from yunfn.provider.declaration import Declaration, Property
from yunfn.provider.functions import all_functions
from yunfn.provider.functions.sts_assume_role import AssumeRole
from yunfn.provider.operations import Operation
from yunfn.provider.properties import UNKNOWN, Properties, decode, encode
from yunfn.provider.session import Sessions
from yunfn.resources.resource import wire_name
from yunfn.resources.sts import AssumeRoleResult, assume_role_output

TOKEN = "yunfn:test:shout"


class Shout:
    """A function; ``asked`` counts its calls."""

    declaration = Declaration(
        TOKEN,
        "Shouts.",
        (Property("word", "string", "What."), Property("times", "integer", "How often.", required=False, minimum=1)),
        (Property("loud", "string", "It."), Property("whispered", "string", "It, secretly.", secret=True)),
    )
    asked = 0

    async def call(self, operation: Operation, arguments: Properties) -> dict[str, Any]:
        self.asked += 1
        if arguments["word"] == "refused":
            raise CloudAnswerError("TEST Shout: Forbidden: no (request r-1)", code="Forbidden")
        word = str(arguments["word"]) * int(arguments.get("times") or 1)
        return {"loud": word.upper(), "whispered": word.lower()}


@pytest.fixture
def shout() -> Shout:
    return Shout()


@pytest.fixture
async def plugin(shout: Shout) -> AsyncIterator[Plugin]:
    async with serving() as served:
        served.servicer._functions = {TOKEN: shout}
        yield served


async def invoke(plugin: Plugin, token: str = TOKEN, **arguments: Any) -> Any:
    return await plugin.call.Invoke(provider_pb2.InvokeRequest(tok=token, args=encode(arguments)))


async def test_a_function_answers_and_its_secrets_are_marked(plugin: Plugin) -> None:
    answer = decode(getattr(await invoke(plugin, word="Hey", times=2), "return"))
    assert (dict(answer), answer.secrets) == ({"loud": "HEYHEY", "whispered": "heyhey"}, {"whispered"})


async def test_what_is_not_known_yet_is_not_asked_for(plugin: Plugin, shout: Shout) -> None:
    answer = decode(getattr(await invoke(plugin, word=UNKNOWN), "return"))
    assert (dict(answer), shout.asked) == ({"loud": UNKNOWN, "whispered": UNKNOWN}, 0)


async def test_wrong_arguments_are_told_one_by_one(plugin: Plugin, shout: Shout) -> None:
    answer = await invoke(plugin, word=3, times=0, more="x")
    assert {each.property for each in answer.failures} == {"word", "times", "more"}
    assert [each.property for each in (await invoke(plugin)).failures] == ["word"]
    assert shout.asked == 0


async def test_what_a_function_refuses_is_told_as_it_is(plugin: Plugin) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await invoke(plugin, word="refused")
    assert caught.value.details() == "TEST Shout: Forbidden: no (request r-1)"
    with pytest.raises(grpc.aio.AioRpcError, match="one of yunfn:test:shout"):
        await invoke(plugin, "yunfn:test:other", word="x")


async def test_functions_stand_in_the_schema(plugin: Plugin) -> None:
    schema = json.loads((await plugin.call.GetSchema(provider_pb2.GetSchemaRequest())).schema)
    shout = schema["functions"][TOKEN]
    assert shout["inputs"]["required"] == ["word"]
    assert shout["outputs"]["properties"]["whispered"] == {
        "type": "string",
        "description": "It, secretly.",
        "secret": True,
    }


def test_the_typed_function_has_what_the_plugin_declares() -> None:
    (declared,) = [each.declaration for each in all_functions(Sessions(Properties({})))]
    given = {wire_name(name) for name in inspect.signature(assume_role_output).parameters} - {"opts"}
    assert given == {each.name for each in declared.inputs}
    answered = {name for name, value in vars(AssumeRoleResult).items() if isinstance(value, property)}
    assert {wire_name(name) for name in answered} == {each.name for each in declared.outputs} == declared.secrets


@pytest.mark.parametrize("cloud", ["alibaba", "tencent"])
async def test_assume_role_asks_the_cloud_of_the_role(
    plugin: Plugin, monkeypatch: pytest.MonkeyPatch, cloud: str
) -> None:
    opened: list[tuple[str, str]] = []

    class Opening(Sessions):
        async def alibaba(self, operation: Operation, region: str, account: str | None) -> Any:
            opened.append(("alibaba", region))

        async def tencent(self, operation: Operation, region: str, account: str | None) -> Any:
            opened.append(("tencent", region))

    class Tokens:
        def __init__(self, session: Any) -> None:
            pass

        def caller(self) -> sts.Caller:
            return sts.Caller("1", "user", "acs:ram::1:user/u")

        def role(self, request: sts.SessionRequest) -> RoleFacts:
            return sts.unread(request, "hidden")

        def assume(self, request: sts.SessionRequest) -> Credentials:
            assert (request.session, request.seconds) == ("yunfn", 1000)
            until = datetime(2099, 1, 1, tzinfo=UTC)
            return Credentials("id", "secret", "token", until, request.policy, request.role, request.session)

    monkeypatch.setattr("yunfn.credentials.alibaba.AlibabaTokens", Tokens)
    monkeypatch.setattr("yunfn.credentials.tencent.TencentTokens", Tokens)
    plugin.servicer._functions = {"yunfn:sts:assumeRole": AssumeRole(Opening(Properties({"region": "cn-beijing"})))}
    role, policy = {
        "alibaba": (
            "acs:ram::1:role/r",
            '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
        ),
        "tencent": (
            "qcs::cam::uin/1:roleName/r",
            '{"version":"2.0","statement":[{"effect":"allow","action":["*"],"resource":["*"]}]}',
        ),
    }[cloud]
    asked = {"roleArn": role, "policy": policy, "durationSeconds": 1000}
    answer = decode(getattr(await invoke(plugin, "yunfn:sts:assumeRole", **asked), "return"))
    assert opened == [(cloud, "cn-beijing")]
    assert (answer["accessKeySecret"], answer["expiration"]) == ("secret", "2099-01-01T00:00:00Z")
    assert answer.secrets == {"accessKeyId", "accessKeySecret", "securityToken", "expiration", "document"}
    with pytest.raises(grpc.aio.AioRpcError, match="role='nobody'"):
        await invoke(plugin, "yunfn:sts:assumeRole", **asked | {"roleArn": "nobody"})
