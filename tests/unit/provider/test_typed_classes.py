"""The typed classes are what the plugin declares: each resource has one, with its arguments, outputs and types."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

from support.declaring import MockCloud, declare_in
from yunfn.provider.declaration import Declaration, Property
from yunfn.provider.properties import Properties
from yunfn.provider.resources import all_resources
from yunfn.provider.session import Sessions
from yunfn.resources import cam, fc, kms, ots, scf, storage
from yunfn.resources.resource import wire_name

MODULES: dict[str, Any] = {"cam": cam, "fc": fc, "kms": kms, "ots": ots, "scf": scf, "storage": storage}
DECLARED = [each.declaration for each in all_resources(Sessions(Properties({})))]


def nested(declared: Property) -> Iterator[Property]:
    if declared.kind == "object":
        yield declared
    for each in (*declared.fields, *([declared.items] if declared.items else [])):
        yield from nested(each)


@pytest.mark.parametrize("declared", DECLARED, ids=lambda each: each.token)
def test_the_typed_classes_are_what_the_plugin_declares(declared: Declaration) -> None:
    _, module, name = declared.token.split(":")
    kind = getattr(MODULES[module], name)
    parameters = {
        wire_name(each): parameter.default is inspect.Parameter.empty
        for each, parameter in inspect.signature(kind.__init__).parameters.items()
        if each not in ("self", "resource_name", "opts")
    }
    assert parameters == {each.name: each.required for each in declared.inputs}
    assert {wire_name(each) for each in kind.__annotations__} == {each.name for each in declared.outputs}
    assert f'"{declared.token}"' in inspect.getsource(kind.__init__)


@pytest.mark.parametrize("declared", DECLARED, ids=lambda each: each.token)
def test_so_are_the_types_of_their_arguments(declared: Declaration) -> None:
    module = MODULES[declared.token.split(":")[1]]
    for each in (found for given in declared.inputs for found in nested(given)):
        fields = {
            wire_name(field.name): field.default is dataclasses.MISSING
            for field in dataclasses.fields(getattr(module, each.type_name))
        }
        assert fields == {field.name: field.required for field in each.fields}, each.type_name


def test_names_are_the_wires_and_keys_of_maps_the_users() -> None:
    def program() -> None:
        place = {"account": "1", "region": "r", "function_name": pulumi.Output.from_input("f")}
        cors = scf.TriggerCorsConfig(origins=["a", pulumi.Output.from_input("b")], max_age=3)
        http = scf.HttpTrigger(auth_type="NONE", cors_config=cors)
        scf.Trigger("t", **place, trigger_name="u", http=http)
        match = scf.AliasHeaderMatch(version="1", header="x_y", method="exact", expression="a")
        weights = {"2": 0.5}
        scf.Alias(
            "a",
            **place,
            alias_name="l",
            function_version="3",
            additional_version_weight=weights,
            header_matches=[match],
        )
        cam.Role("r", account="1", role_name="n", policy_document="{}", tags={"cost_center": "c"})

    declared = declare_in(MockCloud("tencent", {}, {}, {}), program)
    where = {"account": "1", "region": "r", "functionName": "f"}
    assert declared.of("Trigger")["t"] == {
        **where,
        "triggerName": "u",
        "http": {"authType": "NONE", "corsConfig": {"origins": ["a", "b"], "maxAge": 3}},
    }
    assert declared.of("Alias")["a"] == {
        **where,
        "aliasName": "l",
        "functionVersion": "3",
        "additionalVersionWeight": {"2": 0.5},
        "headerMatches": [{"version": "1", "header": "x_y", "method": "exact", "expression": "a"}],
    }
    assert declared.of("Role")["r"]["tags"] == {"cost_center": "c"}
