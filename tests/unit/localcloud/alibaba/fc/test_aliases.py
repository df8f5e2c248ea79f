"""Aliases by the official client, and the versions they choose."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from alibabacloud_fc20230330 import models as m
from alibabacloud_fc20230330.client import Client

from unit.localcloud.alibaba.fc.served_fc import REGION, Refused, ServedFc, create_function
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory


@pytest.fixture
def two(client: Client) -> Client:
    """Function f with versions 1 and 2."""
    create_function(client)
    for timeout in (10, 20):
        client.update_function("f", m.UpdateFunctionRequest(body=m.UpdateFunctionInput(timeout=timeout)))
        client.publish_function_version("f", m.PublishFunctionVersionRequest(body=m.PublishVersionInput()))
    return client


def create(client: Client, name: str | None = "prod", version: str | None = "1", **more: object) -> m.Alias:
    body = m.CreateAliasInput(alias_name=name, version_id=version, **more)
    return client.create_alias("f", m.CreateAliasRequest(body=body)).body


def update(client: Client, **changes: object) -> m.Alias:
    return client.update_alias("f", "prod", m.UpdateAliasRequest(body=m.UpdateAliasInput(**changes))).body


def test_an_alias_from_birth_to_death(two: Client) -> None:
    made = create(two, description="live")
    assert (made.alias_name, made.version_id, made.description, made.additional_version_weight) == (
        "prod",
        "1",
        "live",
        {},
    )
    changed = update(two, additional_version_weight={"2": 0.25})
    assert (changed.version_id, changed.description, changed.additional_version_weight) == ("1", "live", {"2": 0.25})
    update(two, version_id="2", additional_version_weight={})
    assert two.get_alias("f", "prod").body.version_id == "2"
    assert two.get_function("f", m.GetFunctionRequest(qualifier="prod")).body.timeout == 20
    create(two, "beta")
    assert [a.alias_name for a in two.list_aliases("f", m.ListAliasesRequest()).body.aliases] == ["beta", "prod"]
    assert [a.alias_name for a in two.list_aliases("f", m.ListAliasesRequest(prefix="p")).body.aliases] == ["prod"]
    two.delete_alias("f", "prod")
    with Refused("AliasNotFound", 404, "'prod'"):
        two.get_alias("f", "prod")
    with Refused("AliasNotFound", 404):
        two.delete_alias("f", "prod")


@pytest.mark.parametrize(
    ("weights", "code", "status", "words"),
    [
        ({"1": 0.5}, "AdditionalVersionContainsMajorVersion", 400, "should not contain major version 1"),
        ({"2": 1.01}, "InvalidArgument", 400, "between 0.0 and 1.0"),
        ({"2": -0.1}, "InvalidArgument", 400, "between 0.0 and 1.0"),
        ({"2": "0.5"}, "InvalidArgument", 400, "must be a number"),
        ({"2": None}, "InvalidArgument", 400, "must be a number"),
        ({"2": 0.1, "LATEST": 0.1}, "InvalidArgument", 400, "at most one version, got 2"),
        ({"3": 0.5}, "VersionNotFound", 404, "'3'"),
        ({"x": 0.5}, "VersionNotFound", 404, "'x'"),
    ],
)
def test_weights_that_are_refused(two: Client, weights: dict[str, float], code: str, status: int, words: str) -> None:
    with Refused(code, status, words):
        create(two, additional_version_weight=weights)
    create(two)
    with Refused(code, status, words):
        update(two, additional_version_weight=weights)
    assert two.get_alias("f", "prod").body.additional_version_weight == {}


@pytest.mark.parametrize("weight", [0, 0.0, 0.05, 1, 1.0])
def test_weights_from_0_to_1_are_taken_as_they_are(two: Client, weight: float) -> None:
    assert create(two, additional_version_weight={"2": weight}).additional_version_weight == {"2": weight}


@pytest.mark.parametrize(
    ("name", "version", "code", "status"),
    [
        (None, "1", "InvalidArgument", 400),
        ("LATEST", "1", "InvalidArgument", 400),
        ("1prod", "1", "InvalidArgument", 400),
        ("-prod", "1", "InvalidArgument", 400),
        ("p.d", "1", "InvalidArgument", 400),
        ("p" * 129, "1", "InvalidArgument", 400),
        ("prod", None, "InvalidArgument", 400),
        ("prod", "3", "VersionNotFound", 404),
        ("prod", "prod", "VersionNotFound", 404),
    ],
)
def test_names_and_versions_that_are_refused(
    two: Client, name: str | None, version: str | None, code: str, status: int
) -> None:
    with Refused(code, status):
        create(two, name, version)


def test_a_name_is_taken_once(two: Client) -> None:
    create(two)
    with Refused("AliasAlreadyExists", 409, "'prod'"):
        create(two, version="2")
    assert two.get_alias("f", "prod").body.version_id == "1"


def test_moving_the_main_version_onto_the_additional_one_is_refused(two: Client) -> None:
    create(two, additional_version_weight={"2": 0.5})
    with Refused("AdditionalVersionContainsMajorVersion", 400):
        update(two, version_id="2")


def test_an_alias_with_provisioned_instances_is_not_deleted(two: Client) -> None:
    create(two)
    provision = m.PutProvisionConfigInput(target=1)
    two.put_provision_config("f", m.PutProvisionConfigRequest(qualifier="prod", body=provision))
    with Refused("ProvisionConfigExist", 409, "'prod'"):
        two.delete_alias("f", "prod")


def test_each_call_draws_a_version_by_weight(two: Client, served: ServedFc) -> None:
    create(two, additional_version_weight={"2": 0.2})

    def draw() -> Counter[str]:
        directory = FunctionDirectory(served.cloud, random.Random(7))
        return Counter(directory.resolve(served.account, REGION, "f", "prod").version for _ in range(2000))

    drawn = served.do(draw)
    assert 320 < drawn["2"] < 480
    assert drawn["1"] + drawn["2"] == 2000
    for weight, version in ((0.0, "1"), (1.0, "2")):
        update(two, additional_version_weight={"2": weight})
        assert set(served.do(draw)) == {version}
