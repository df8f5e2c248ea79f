"""Versions by the official client."""

from __future__ import annotations

import pytest
from alibabacloud_fc20230330 import models as m
from alibabacloud_fc20230330.client import Client

from unit.localcloud.alibaba.fc.served_fc import Refused, ServedFc, create_function, inline


def publish(client: Client, description: str | None = None) -> m.Version:
    body = m.PublishVersionInput(description=description)
    return client.publish_function_version("f", m.PublishFunctionVersionRequest(body=body)).body


def update(client: Client, **changes: object) -> None:
    client.update_function("f", m.UpdateFunctionRequest(body=m.UpdateFunctionInput(**changes)))


def ids(client: Client, **query: object) -> list[str]:
    page = client.list_function_versions("f", m.ListFunctionVersionsRequest(**query)).body
    return [version.version_id for version in page.versions]


@pytest.fixture
def three(client: Client) -> Client:
    """Function f with versions 1, 2 and 3."""
    create_function(client)
    for timeout in (10, 20, 30):
        update(client, timeout=timeout)
        publish(client, f"timeout {timeout}")
    return client


def test_a_version_stays_as_it_was_published(three: Client, served: ServedFc) -> None:
    update(three, timeout=40, code=inline(index__py="x = 9"))
    read = three.get_function("f", m.GetFunctionRequest(qualifier="1")).body
    assert (read.timeout, read.description) == (10, "timeout 10")
    resolve = served.service.directory.resolve
    first, latest = served.do(
        lambda: (resolve(served.account, "cn-hangzhou", "f", "1"), resolve(served.account, "cn-hangzhou", "f"))
    )
    assert (first.version, first.configuration["timeout"]) == ("1", 10)
    assert first.code != latest.code
    assert first.fingerprint != latest.fingerprint


def test_publishing_what_did_not_change_fails(three: Client) -> None:
    with Refused("VersionPublishError", 400, "No changes were made since last publish"):
        publish(three, "another description")
    update(three, code=inline())
    with Refused("VersionPublishError", 400):
        publish(three)
    update(three, description="told otherwise")
    assert publish(three).version_id == "4"
    update(three, environment_variables={"A": "1"})
    assert publish(three).version_id == "5"
    update(three, code=inline(index__py="x = 2"))
    assert publish(three).version_id == "6"


def test_numbers_are_never_given_again(three: Client) -> None:
    three.delete_function_version("f", "3")
    with Refused("VersionPublishError", 400):
        publish(three)
    update(three, timeout=40)
    assert publish(three).version_id == "4"
    assert ids(three) == ["4", "2", "1"]


def test_versions_are_listed_newest_first_or_as_asked(three: Client) -> None:
    assert ids(three) == ["3", "2", "1"]
    assert ids(three, direction="FORWARD") == ["1", "2", "3"]
    for direction, expected in (("BACKWARD", [["3", "2"], ["1"]]), ("FORWARD", [["1", "2"], ["3"]])):
        first = three.list_function_versions("f", m.ListFunctionVersionsRequest(direction=direction, limit=2)).body
        rest = ids(three, direction=direction, limit=2, next_token=first.next_token)
        assert [[version.version_id for version in first.versions], rest] == expected
    with Refused("InvalidArgument", 400, "BACKWARD or FORWARD"):
        ids(three, direction="SIDEWAYS")


def test_a_version_in_use_is_not_deleted(three: Client) -> None:
    alias = m.CreateAliasInput(alias_name="prod", version_id="1", additional_version_weight={"2": 0.5})
    three.create_alias("f", m.CreateAliasRequest(body=alias))
    for version in ("1", "2"):
        with Refused("VersionInUse", 409, "alias 'prod'"):
            three.delete_function_version("f", version)
    trigger = m.CreateTriggerInput(
        trigger_name="t", trigger_type="timer", qualifier="3", trigger_config='{"cronExpression":"@every 1m"}'
    )
    three.create_trigger("f", m.CreateTriggerRequest(body=trigger))
    with Refused("VersionInUse", 409, "trigger 't'"):
        three.delete_function_version("f", "3")
    three.delete_trigger("f", "t")
    three.delete_alias("f", "prod")
    for version in ("1", "2", "3"):
        three.delete_function_version("f", version)
    assert ids(three) == []


@pytest.mark.parametrize("version", ["4", "0", "01", "LATEST", "x", "-1", "99999999999999999999"])
def test_a_version_that_is_not_there_is_not_found(three: Client, version: str) -> None:
    with Refused("VersionNotFound", 404, f"'{version}'"):
        three.delete_function_version("f", version)


def test_versions_of_no_function(client: Client) -> None:
    for act in (lambda: publish(client), lambda: ids(client), lambda: client.delete_function_version("f", "1")):
        with Refused("FunctionNotFound", 404):
            act()


def test_another_functions_versions_are_left_alone(three: Client) -> None:
    create_function(three, "f-2")
    other = m.PublishFunctionVersionRequest(body=m.PublishVersionInput())
    assert three.publish_function_version("f-2", other).body.version_id == "1"
    three.delete_function("f")
    assert len(three.list_function_versions("f-2", m.ListFunctionVersionsRequest()).body.versions) == 1
