"""The provider protocol over real gRPC: settings, schema, checks, diffs, previews, errors."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from unit.provider.plugin import URN, Plugin
from yunfn.exceptions import AccountMismatchError, CloudAnswerError
from yunfn.provider.failures import PartialFailureError
from yunfn.provider.operations import Operation
from yunfn.provider.properties import UNKNOWN, Properties, decode, encode

SECRET = "1b47061264138c4ac30d75fd1eb44270"


def raising(error: Exception) -> Any:
    async def body(operation: Operation, inputs: Properties) -> None:
        raise error

    return body


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


def create(plugin: Plugin, **more: Any) -> Any:
    values = {"name": "n"}
    return plugin.call.Create(provider_pb2.CreateRequest(**{"urn": URN, "properties": encode(values), **more}))


async def test_it_tells_its_version_and_schema(plugin: Plugin) -> None:
    assert (await plugin.call.GetPluginInfo(empty_pb2.Empty())).version == "1.2.3"
    schema = json.loads((await plugin.call.GetSchema(provider_pb2.GetSchemaRequest())).schema)
    assert (schema["name"], schema["version"]) == ("yunfn", "1.2.3")
    thing = schema["resources"]["yunfn:test:Thing"]
    assert thing["inputProperties"]["name"] == {
        "type": "string",
        "description": "Its name.",
        "willReplaceOnChanges": True,
    }
    assert thing["requiredInputs"] == ["name"]
    assert thing["required"] == ["name", "made"]
    assert schema["config"]["variables"]["secretKey"]["secret"] is True


async def test_settings_are_taken_and_never_replace_anything(plugin: Plugin) -> None:
    assert (await plugin.call.Handshake(provider_pb2.ProviderHandshakeRequest())).accept_secrets
    news = encode({"secretKey": "s", "program": "a program's own"}, {"secretKey"})
    checked = await plugin.call.CheckConfig(provider_pb2.CheckRequest(news=news))
    assert checked.inputs == news
    assert not checked.failures
    configured = await plugin.call.Configure(provider_pb2.ConfigureRequest(args=news))
    assert configured.acceptSecrets
    assert configured.supportsPreview
    for old, changes in (
        (news, provider_pb2.DiffResponse.DIFF_NONE),
        (encode({}), provider_pb2.DiffResponse.DIFF_SOME),
    ):
        difference = await plugin.call.DiffConfig(provider_pb2.DiffRequest(olds=old, old_inputs=old, news=news))
        assert difference.changes == changes
        assert not difference.replaces


async def test_a_check_answers_one_line_per_property(plugin: Plugin) -> None:
    news = encode({"name": UNKNOWN, "count": 1.5, "nmae": "x"})
    answer = await plugin.call.Check(provider_pb2.CheckRequest(urn=URN, news=news))
    assert {each.property: each.reason for each in answer.failures} == {
        "count": "must be a whole number, not 1.5",
        "nmae": "there is no such property; there are name, count, source, plan",
    }
    answer = await plugin.call.Check(provider_pb2.CheckRequest(urn=URN, news=encode({"count": 3})))
    assert [(each.property, each.reason) for each in answer.failures] == [("name", "is required")]
    assert decode(answer.inputs)["count"] == 3.0


async def test_a_refused_secret_is_not_shown(plugin: Plugin) -> None:
    """The engine shows the whole value of a property that a failure names by itself."""
    news = encode({"name": "n", "count": "sesame"}, {"count"})
    (failure,) = (await plugin.call.Check(provider_pb2.CheckRequest(urn=URN, news=news))).failures
    assert failure.property == ""
    assert failure.reason == "property count (a secret, not shown): must be a whole number"


async def diff(plugin: Plugin, old: dict[str, Any], new: dict[str, Any], ignored: tuple[str, ...] = ()) -> Any:
    request = provider_pb2.DiffRequest(
        urn=URN, id="id", olds=encode(old), old_inputs=encode(old), news=encode(new), ignoreChanges=ignored
    )
    return await plugin.call.Diff(request)


async def test_a_diff_says_what_changes_and_what_replaces(plugin: Plugin) -> None:
    none, some = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME
    kinds = provider_pb2.PropertyDiff
    assert (await diff(plugin, {"name": "a", "count": 1}, {"name": "a", "count": 1.0})).changes == none
    changed = await diff(plugin, {"name": "a", "count": 1}, {"name": "a", "count": 2})
    assert (changed.changes, list(changed.diffs), list(changed.replaces)) == (some, ["count"], [])
    assert changed.detailedDiff["count"].kind == kinds.UPDATE
    replaced = await diff(plugin, {"name": "a"}, {"name": UNKNOWN})
    assert list(replaced.replaces) == ["name"]
    assert replaced.detailedDiff["name"].kind == kinds.UPDATE_REPLACE
    # A state that lacks the property, as an aliased one of another type, gets it by an update.
    added = await diff(plugin, {}, {"name": "a"})
    assert (list(added.diffs), list(added.replaces)) == (["name"], [])
    assert added.detailedDiff["name"].kind == kinds.ADD
    # What differs from machine to machine is no change; nor is what the program ignores.
    assert (await diff(plugin, {"name": "a", "source": "/x"}, {"name": "a", "source": "/y"})).changes == none
    assert (await diff(plugin, {"name": "a"}, {"name": "b"}, ("name",))).changes == none
    assert plugin.thing.called == []


async def test_a_preview_calls_nothing(plugin: Plugin) -> None:
    made = await create(plugin, preview=True)
    assert made.id == ""
    assert made.properties.fields["made"].string_value == rpc.UNKNOWN
    changed = await plugin.call.Update(
        provider_pb2.UpdateRequest(
            urn=URN, id="id", olds=encode({"name": "n"}), news=encode({"name": "n"}), preview=True
        )
    )
    assert decode(changed.properties)["made"] is UNKNOWN
    assert plugin.thing.called == []


async def test_secrets_stay_secret_and_unknowns_unknown(plugin: Plugin) -> None:
    properties = encode({"name": "hidden", "source": "/x"}, {"name"})
    made = await create(plugin, properties=properties)
    wire = made.properties.fields["name"].struct_value.fields
    assert wire[rpc._special_sig_key].string_value == SECRET
    assert wire["value"].string_value == "hidden"
    assert made.properties.fields["source"].string_value == "/x"
    assert "hidden" not in repr(decode(properties))


async def test_a_resource_is_made_read_changed_and_removed(plugin: Plugin) -> None:
    made = await create(plugin)
    assert (made.id, decode(made.properties)["made"]) == ("id", "now")
    there = await plugin.call.Read(
        provider_pb2.ReadRequest(urn=URN, id="id", properties=encode({"name": "n"}), inputs=encode({"name": "n"}))
    )
    assert (there.id, dict(decode(there.inputs))) == ("id", {"name": "n"})
    gone = await plugin.call.Read(provider_pb2.ReadRequest(urn=URN, id="gone", properties=encode({"name": "n"})))
    assert gone.id == ""
    changed = await plugin.call.Update(
        provider_pb2.UpdateRequest(urn=URN, id="id", olds=encode({"name": "n"}), news=encode({"count": 2}))
    )
    assert dict(decode(changed.properties)) == {"name": "n", "count": 2.0}
    delete = provider_pb2.DeleteRequest(urn=URN, id="id", properties=encode({"name": "n"}))
    # Of a run that made it, it is the old one whose place it takes: up --replace.
    await plugin.call.Delete(delete)
    assert plugin.thing.called == ["create", "read", "read", "update"]
    await plugin.call.Delete(provider_pb2.DeleteRequest(urn=URN, id="id", properties=encode({"name": "other"})))
    assert plugin.thing.called.pop() == "delete"
    await plugin.call.Cancel(empty_pb2.Empty())
    await plugin.call.Delete(delete)
    assert plugin.thing.called == ["create", "read", "read", "update", "delete"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CloudAnswerError("FC PublishFunctionVersion: 429"), grpc.StatusCode.UNKNOWN),
        (AccountMismatchError("another account"), grpc.StatusCode.FAILED_PRECONDITION),
    ],
)
async def test_an_error_is_its_own_sentence(plugin: Plugin, error: Exception, code: grpc.StatusCode) -> None:
    plugin.thing.body = raising(error)
    told = await refused(create(plugin))
    assert (told.details(), told.code()) == (str(error), code)


async def test_a_defect_says_what_it_is_without_a_traceback(plugin: Plugin) -> None:
    plugin.thing.body = raising(KeyError("key"))
    told = await refused(create(plugin))
    assert told.details() is not None
    assert told.details().startswith("defect in the provider yunfn: KeyError: 'key' at ")
    assert "Traceback" not in told.details()
    # The next call is served as ever.
    plugin.thing.body = raising(CloudAnswerError("x"))
    assert (await refused(create(plugin))).details() == "x"


async def test_a_partial_failure_says_what_is_there(plugin: Plugin) -> None:
    plugin.thing.body = raising(PartialFailureError("half", {"name": "n", "made": "partly"}, "the second step failed"))
    told = await refused(create(plugin, properties=encode({"name": "n"}, {"name"})))
    assert told.details() == "the second step failed"
    metadata = dict(told.trailing_metadata() or ())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert (detail.id, list(detail.reasons)) == ("half", ["the second step failed"])
    assert decode(detail.properties)["made"] == "partly"
    assert decode(detail.properties).secrets == {"name"}
    assert decode(detail.inputs)["name"] == "n"


async def test_a_resource_of_another_release_is_named(plugin: Plugin) -> None:
    urn = "urn:pulumi:s::p::yunfn:fc:Newer::x"
    told = await refused(create(plugin, urn=urn))
    assert told.details() == "x: type='yunfn:fc:Newer': one of yunfn:test:Thing"
