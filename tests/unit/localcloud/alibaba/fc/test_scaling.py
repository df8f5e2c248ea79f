"""Reserved concurrency, provisioned instances and asynchronous settings by the official client."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_fc20230330 import models as m
from alibabacloud_fc20230330.client import Client

from unit.localcloud.alibaba.fc.served_fc import REGION, Refused, ServedFc, create_function
from yunfn.localcloud.alibaba.fc.events import FunctionChanged, ProvisionChanged


@pytest.fixture
def made(client: Client) -> Client:
    """Function f with version 1 and alias prod."""
    create_function(client)
    client.publish_function_version("f", m.PublishFunctionVersionRequest(body=m.PublishVersionInput()))
    client.create_alias("f", m.CreateAliasRequest(body=m.CreateAliasInput(alias_name="prod", version_id="1")))
    return client


def put_concurrency(client: Client, reserved: Any, function: str = "f") -> m.ConcurrencyConfig:
    body = m.PutConcurrencyInput(reserved_concurrency=reserved)
    return client.put_concurrency_config(function, m.PutConcurrencyConfigRequest(body=body)).body


def put_provision(client: Client, qualifier: str = "prod", **values: Any) -> m.ProvisionConfig:
    body = m.PutProvisionConfigInput().from_map(values)
    return client.put_provision_config("f", m.PutProvisionConfigRequest(qualifier=qualifier, body=body)).body


def get_provision(client: Client, qualifier: str | None = "prod") -> m.ProvisionConfig:
    return client.get_provision_config("f", m.GetProvisionConfigRequest(qualifier=qualifier)).body


def put_async(client: Client, qualifier: str | None = "prod", **values: Any) -> m.AsyncConfig:
    body = m.PutAsyncInvokeConfigInput().from_map(values)
    return client.put_async_invoke_config("f", m.PutAsyncInvokeConfigRequest(qualifier=qualifier, body=body)).body


def test_reserved_concurrency(made: Client, served: ServedFc) -> None:
    with Refused("OnDemandConfigNotFound", 404, "'f'"):
        made.get_concurrency_config("f")
    assert put_concurrency(made, 3).reserved_concurrency == 3
    read = made.get_concurrency_config("f").body
    assert (read.reserved_concurrency, read.function_arn) == (3, f"acs:fc:{REGION}:{served.account}:functions/f")

    def resolved() -> int | None:
        return served.do(lambda: served.service.directory.resolve(served.account, REGION, "f").reserved_concurrency)

    assert resolved() == 3
    create_function(made, "g")
    put_concurrency(made, 0, "g")
    configs = made.list_concurrency_configs(m.ListConcurrencyConfigsRequest()).body.configs
    assert [config.reserved_concurrency for config in configs] == [3, 0]
    one = made.list_concurrency_configs(m.ListConcurrencyConfigsRequest(function_name="g")).body.configs
    assert [config.reserved_concurrency for config in one] == [0]
    made.delete_concurrency_config("f")
    assert resolved() is None
    made.delete_concurrency_config("f")
    for value in (-1, None, "3"):
        with Refused("InvalidArgument", 400, "reservedConcurrency"):
            put_concurrency(made, value)
    with Refused("FunctionNotFound", 404):
        put_concurrency(made, 1, "none")


def test_provisioned_instances(made: Client, served: ServedFc) -> None:
    told: list[ProvisionChanged] = []
    served.cloud.events.subscribe(ProvisionChanged, told.append)
    directory = served.service.directory
    assert (get_provision(made).target, get_provision(made).current) == (0, 0)
    made.create_alias("f", m.CreateAliasRequest(body=m.CreateAliasInput(alias_name="cold", version_id="1")))
    put = put_provision(made, "cold", target=0, alwaysAllocateCPU=False)
    assert (put.target, put.always_allocate_cpu, put.always_allocate_gpu) == (0, False, None)
    assert put.function_arn.endswith("functions/f/cold")
    assert told[-1] == ProvisionChanged(served.account, REGION, "f", "cold")
    served.do(lambda: directory.report_provisioned((served.account, REGION, "f"), "cold", 2, "no room"))
    read = get_provision(made, "cold")
    assert (read.current, read.current_error) == (2, "no room")
    records = served.do(lambda: list(directory.provisions()))
    assert [(r.function, r.qualifier, r.target) for r in records] == [("f", "cold", 0)]
    listed = made.list_provision_configs(m.ListProvisionConfigsRequest(function_name="f")).body.provision_configs
    assert [config.current for config in listed] == [2]
    made.delete_provision_config("f", m.DeleteProvisionConfigRequest(qualifier="cold"))
    assert served.do(lambda: list(directory.provisions())) == []
    assert len(told) == 2


def test_an_update_of_a_provision_keeps_what_it_does_not_send(made: Client) -> None:
    put_provision(made, "LATEST", target=0, alwaysAllocateCPU=False)
    put_provision(made, "LATEST", alwaysAllocateGPU=False)
    read = get_provision(made, "LATEST")
    assert (read.target, read.always_allocate_cpu, read.always_allocate_gpu) == (0, False, False)


def test_the_newer_name_of_the_target_counts(made: Client) -> None:
    assert put_provision(made, defaultTarget=0, target=7).target == 0


@pytest.mark.parametrize(
    ("qualifier", "values", "code", "words"),
    [
        ("1", {"target": 1}, "InvalidArgument", "take an alias or LATEST"),
        ("beta", {"target": 1}, "AliasNotFound", "'beta'"),
        ("prod", {}, "InvalidArgument", "target is required"),
        ("prod", {"target": 10001}, "InvalidArgument", "between 0 and 10000"),
        ("prod", {"target": 1, "scheduledActions": [{"name": "n"}]}, "InvalidArgument", "scheduleExpression is"),
        (
            "prod",
            {"target": 1, "targetTrackingPolicies": [{"name": "n", "minCapacity": 2, "maxCapacity": 1}]},
            "InvalidArgument",
            "must not be less than minCapacity",
        ),
    ],
)
def test_provisions_that_are_refused(
    made: Client, qualifier: str, values: dict[str, Any], code: str, words: str
) -> None:
    with Refused(code, 400 if code == "InvalidArgument" else 404, words):
        put_provision(made, qualifier, **values)


def test_asynchronous_settings(made: Client, served: ServedFc) -> None:
    told: list[FunctionChanged] = []
    served.cloud.events.subscribe(FunctionChanged, told.append)
    values = {"maxAsyncEventAgeInSeconds": 60, "maxAsyncRetryAttempts": 0, "asyncTask": True}
    put = put_async(made, **values)
    assert values.items() <= put.to_map().items()
    assert told == [FunctionChanged(served.account, REGION, "f")]

    def resolved(qualifier: str) -> dict[str, Any] | None:
        return served.do(lambda: served.service.directory.resolve(served.account, REGION, "f", qualifier).async_config)

    assert (resolved("prod") or {})["maxAsyncRetryAttempts"] == 0
    assert resolved("1") is None and resolved("LATEST") is None
    assert put_async(made, maxAsyncRetryAttempts=8).max_async_event_age_in_seconds == 60
    put_async(made, None, maxAsyncRetryAttempts=1)
    read = made.get_async_invoke_config("f", m.GetAsyncInvokeConfigRequest()).body
    assert read.max_async_retry_attempts == 1
    listed = made.list_async_invoke_configs(m.ListAsyncInvokeConfigsRequest(function_name="f", limit=1)).body
    assert len(listed.configs) == 1 and listed.next_token
    for qualifier in ("prod", None):
        made.delete_async_invoke_config("f", m.DeleteAsyncInvokeConfigRequest(qualifier=qualifier))
    with Refused("AsyncConfigNotExists", 404, "AsyncConfig for f:prod does not exist."):
        made.get_async_invoke_config("f", m.GetAsyncInvokeConfigRequest(qualifier="prod"))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"maxAsyncRetryAttempts": 9}, "between 0 and 8"),
        ({"maxAsyncEventAgeInSeconds": 0}, "between 1 and 604800"),
        ({"maxAsyncEventAgeInSeconds": 604801}, "between 1 and 604800"),
        ({"asyncTask": "yes"}, "asyncTask must be a boolean"),
        ({"destinationConfig": {"onSuccess": {"destination": "arn:aws:sns"}}}, "onSuccess.destination"),
    ],
)
def test_asynchronous_settings_that_are_refused(made: Client, values: dict[str, Any], words: str) -> None:
    with Refused("InvalidArgument", 400, words):
        put_async(made, **values)
    with Refused("VersionNotFound", 404):
        put_async(made, "9", maxAsyncRetryAttempts=1)
