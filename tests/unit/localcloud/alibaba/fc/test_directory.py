"""The directory over state that control plane operations made."""

from __future__ import annotations

import pytest
from alibabacloud_fc20230330 import models as m
from alibabacloud_fc20230330.client import Client

from unit.localcloud.alibaba.fc.served_fc import REGION, ServedFc, create_function, inline
from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.alibaba.fc.events import FunctionChanged
from yunfn.localcloud.alibaba.fc.exceptions import AliasNotFound, FunctionNotFound, VersionNotFound


def resolve(served: ServedFc, qualifier: str = "LATEST", name: str = "f") -> ResolvedFunction:
    return served.do(lambda: served.service.directory.resolve(served.account, REGION, name, qualifier))


def update(client: Client, **changes: object) -> None:
    client.update_function("f", m.UpdateFunctionRequest(body=m.UpdateFunctionInput(**changes)))


def test_what_is_not_there_raises_the_clouds_own_error(client: Client, served: ServedFc) -> None:
    with pytest.raises(FunctionNotFound):
        resolve(served)
    create_function(client)
    with pytest.raises(VersionNotFound):
        resolve(served, "1")
    with pytest.raises(AliasNotFound):
        resolve(served, "prod")


def test_the_fingerprint_follows_all_that_instances_depend_on(client: Client, served: ServedFc) -> None:
    layer = m.CreateLayerVersionInput(code=inline(a="1"), compatible_runtime=["python3.10"])
    arn = client.create_layer_version("l", m.CreateLayerVersionRequest(body=layer)).body.layer_version_arn
    create_function(client)
    seen = [resolve(served).fingerprint]
    for changes in (
        {"code": inline(index__py="x = 2")},
        {"environment_variables": {"A": "1"}},
        {"memory_size": 1024},
        {"timeout": 9},
        {"layers": [arn]},
        {"role": f"acs:ram::{served.account}:role/r"},
    ):
        update(client, **changes)
        seen.append(resolve(served).fingerprint)
    assert len(set(seen)) == len(seen)


def test_the_fingerprint_stays_when_only_words_change(client: Client, served: ServedFc) -> None:
    create_function(client)
    before = resolve(served)
    served.do(lambda: served.cloud.clock.move(60))
    update(client, description="told otherwise", code=inline())
    client.disable_function_invocation("f", m.DisableFunctionInvocationRequest(reason="r"))
    after = resolve(served)
    assert after.fingerprint == before.fingerprint
    assert after.configuration["lastModifiedTime"] != before.configuration["lastModifiedTime"]
    assert after.configuration["invocationRestriction"]["disable"] is True


def test_switching_invocation_off_reaches_published_versions(client: Client, served: ServedFc) -> None:
    create_function(client)
    client.publish_function_version("f", m.PublishFunctionVersionRequest(body=m.PublishVersionInput()))
    client.disable_function_invocation("f", m.DisableFunctionInvocationRequest())
    assert resolve(served, "1").configuration["invocationRestriction"]["disable"] is True
    assert "invocationRestriction" not in served.do(lambda: served.scope.version("f", "1"))["configuration"]


def test_every_change_is_told(client: Client, served: ServedFc) -> None:
    told: list[FunctionChanged] = []
    served.cloud.events.subscribe(FunctionChanged, told.append)
    steps = [
        lambda: create_function(client),
        lambda: update(client, timeout=5),
        lambda: client.publish_function_version("f", m.PublishFunctionVersionRequest(body=m.PublishVersionInput())),
        lambda: client.create_alias("f", m.CreateAliasRequest(body=m.CreateAliasInput(alias_name="a", version_id="1"))),
        lambda: client.update_alias("f", "a", m.UpdateAliasRequest(body=m.UpdateAliasInput(description="d"))),
        lambda: client.delete_alias("f", "a"),
        lambda: client.delete_function_version("f", "1"),
        lambda: client.disable_function_invocation("f", m.DisableFunctionInvocationRequest()),
        lambda: client.delete_function("f"),
    ]
    for number, step in enumerate(steps, 1):
        step()
        assert told == [FunctionChanged(served.account, REGION, "f")] * number


def test_a_reset_forgets_everything(client: Client, served: ServedFc) -> None:
    create_function(client)
    config = '{"authType":"anonymous","methods":["GET"]}'
    body = m.CreateTriggerInput(trigger_name="h", trigger_type="http", trigger_config=config)
    url = client.create_trigger("f", m.CreateTriggerRequest(body=body)).body.http_trigger.url_internet
    host = url.split("//")[1]
    assert served.do(lambda: served.service.directory.trigger_by_host(host)) is not None
    served.run(served.cloud.reset)
    assert served.do(lambda: served.service.directory.trigger_by_host(host)) is None
    assert client.list_functions(m.ListFunctionsRequest()).body.functions == []
    assert served.blobs() == 0
