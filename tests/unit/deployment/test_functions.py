"""The functions of a stack, as its exported state tells them."""

from __future__ import annotations

import pytest

from unit.deployment.states_of_stacks import (
    ACCOUNT,
    APP_ID,
    SECRET,
    fc_alias,
    fc_function,
    fc_upstream_alias,
    scf_alias,
    scf_function,
    state,
)
from yunfn.deployment import DeployedFunction, functions_in, unfinished_in


def test_a_function_of_each_cloud_with_its_alias_and_its_log() -> None:
    log = {"project": "dev-logs", "logstore": "functions"}
    found = functions_in(
        state(
            {"type": "pulumi:pulumi:Stack", "urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"},
            scf_function("speaker", clsTopicId="topic-1"),
            scf_alias("speaker", "$DEFAULT"),
            fc_function("caller", logConfig=log),
            fc_alias("caller", "live"),
        )
    )
    assert found == [
        DeployedFunction(
            "alibaba", "caller", "dev-caller", "", ACCOUNT, "cn-shanghai", ("live",), ("dev-logs", "functions"), 10
        ),
        DeployedFunction(
            "tencent", "speaker", "dev-speaker", "dev-svc", APP_ID, "ap-shanghai", ("$DEFAULT",), ("topic-1",), 7
        ),
    ]


@pytest.mark.parametrize("exported", [{}, {"deployment": None}, {"deployment": {}}, state()])
def test_a_stack_of_nothing_has_no_functions(exported: dict[str, object]) -> None:
    assert functions_in(exported) == []
    assert unfinished_in(exported) == []


def test_by_cloud_and_name_and_one_outside_of_a_component_has_its_own_name() -> None:
    bare = fc_function("a-function", component=False)
    found = functions_in(state(scf_function("a"), fc_function("z"), fc_function("b"), bare))
    assert [(each.cloud, each.name) for each in found] == [
        ("alibaba", "a-function"),
        ("alibaba", "b"),
        ("alibaba", "z"),
        ("tencent", "a"),
    ]


def test_what_waits_to_be_deleted_or_is_only_read_is_left_out() -> None:
    old = fc_function("caller") | {"delete": True}
    new = fc_function("caller") | {"id": "dev-caller-2"}
    found = functions_in(state(old, new, scf_function("foreign") | {"external": True}))
    assert [each.function_name for each in found] == ["dev-caller-2"]


def test_a_deleted_alias_is_none() -> None:
    (found,) = functions_in(state(fc_function("caller"), fc_alias("caller", "old") | {"delete": True}))
    assert found.aliases == ()


def test_several_aliases_and_those_of_others() -> None:
    caller, other = functions_in(
        state(
            fc_function("caller"),
            fc_function("caller2"),
            fc_alias("caller", "live"),
            fc_alias("caller", "canary"),
            fc_alias("caller2", "other"),
        )
    )
    assert (caller.aliases, other.aliases) == (("canary", "live"), ("other",))


def test_a_function_of_the_same_name_in_another_region_has_its_own_aliases() -> None:
    west = scf_function("speaker", region="ap-chengdu") | {"urn": "urn:pulumi:dev::shop::yunfn:scf:Function::west"}
    found = functions_in(
        state(
            scf_function("speaker"),
            scf_alias("speaker", "$DEFAULT"),
            west,
            scf_alias("speaker", "live", region="ap-chengdu"),
        )
    )
    assert {each.name: each.aliases for each in found} == {"speaker": ("$DEFAULT",), "west": ("live",)}


def test_so_has_one_on_alibaba_cloud_also_where_upstream_made_its_alias() -> None:
    arn = f"acs:fc:cn-beijing:{ACCOUNT}:functions/dev-caller"
    north = fc_function("caller", functionArn=arn) | {
        "urn": "urn:pulumi:dev::shop::alicloud:fc/v3Function:V3Function::north",
        "provider": "urn:pulumi:dev::shop::pulumi:providers:alicloud::north::p2",
    }
    resources = (fc_function("caller"), fc_alias("caller", "live"), fc_upstream_alias("caller", "older"), north)
    found = functions_in(state(*resources, fc_alias("caller", "far", region="cn-beijing")))
    assert {each.name: each.aliases for each in found} == {"caller": ("live", "older"), "north": ("far",)}


def test_secrets_are_neither_read_nor_shown() -> None:
    found = functions_in(
        state(
            fc_function("caller", functionName=SECRET, logConfig=SECRET, timeout=SECRET, environmentVariables=SECRET),
            fc_alias("caller", "live"),
            fc_function("writer", logConfig={"project": SECRET, "logstore": "functions"}),
            scf_function("speaker", functionName=SECRET, namespace=SECRET, clsTopicId=SECRET, environment=SECRET),
        )
    )
    told = [(each.function_name, each.namespace, each.aliases, each.log, each.timeout) for each in found]
    assert told == [
        ("dev-caller", "", ("live",), (), 3),
        ("dev-writer", "", (), (), 10),
        ("dev-speaker", "dev-svc", (), (), 7),
    ]
    assert "ciphertext" not in repr(found)


@pytest.mark.parametrize("log", [None, {}, {"project": "p"}, {"project": "", "logstore": "l"}])
def test_half_a_log_is_none(log: object) -> None:
    (found,) = functions_in(state(fc_function("caller", logConfig=log)))
    assert found.log == ()


@pytest.mark.parametrize(
    ("cloud", "aliases", "expected"),
    [
        ("alibaba", (), "LATEST"),
        ("alibaba", ("live",), "live"),
        ("alibaba", ("canary", "live"), None),
        ("tencent", (), "$DEFAULT"),
        ("tencent", ("live",), "live"),
        ("tencent", ("$DEFAULT",), "$DEFAULT"),
        ("tencent", ("$DEFAULT", "live"), "$DEFAULT"),
        ("tencent", ("canary", "live"), None),
    ],
)
def test_what_is_called_where_nobody_says(cloud: str, aliases: tuple[str, ...], expected: str | None) -> None:
    function = DeployedFunction(cloud, "f", "dev-f", "", "1", "r", aliases)
    assert function.default_qualifier == expected


def test_what_a_run_has_not_finished() -> None:
    layer = {"type": "yunfn:scf:LayerVersion", "urn": "urn:pulumi:dev::shop::yunfn:scf:LayerVersion::l"}
    new = scf_function("new")
    del new["id"], new["outputs"]
    pending = (
        ("creating", new),
        ("creating", new),
        ("updating", fc_function("caller")),
        ("reading", fc_function("looked-at")),
        ("updating", layer),
    )
    exported = state(fc_function("caller"), fc_function("whole"), pending=pending)
    assert unfinished_in(exported) == ["caller", "new"]
    assert [each.name for each in functions_in(exported)] == ["caller", "whole"]


def test_a_function_of_which_the_cloud_never_told_its_place_is_unfinished() -> None:
    exported = state(fc_function("half", functionArn=None), scf_function("begun", account=None))
    assert functions_in(exported) == []
    assert unfinished_in(exported) == ["begun", "half"]


def test_a_creation_that_another_run_has_finished_is_over() -> None:
    pending = (("creating", fc_function("caller")), ("deleting", scf_function("speaker")))
    exported = state(fc_function("caller"), scf_function("speaker"), pending=pending)
    assert unfinished_in(exported) == ["speaker"]


def test_half_made_functions_that_are_read_only_or_replaced_are_none() -> None:
    half = scf_function("begun", account=None)
    assert unfinished_in(state(half | {"external": True}, half | {"delete": True})) == []
