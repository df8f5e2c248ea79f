"""Nested properties: what is refused, what differs, what a read answers, and the schema drawn from them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from yunfn.provider import declaration
from yunfn.provider.declaration import Declaration, Property
from yunfn.provider.paths import below, covers, root
from yunfn.provider.properties import UNKNOWN
from yunfn.provider.schema import package_schema

LAYER = Property(
    "layer", "object", "", type_name="Layer", fields=(
        Property("layerName", "string", ""), Property("layerVersion", "integer", "", minimum=1)
    ),
)  # fmt: skip
NET = Property(
    "net", "object", "Network.", required=False, type_name="Net", fields=(
        Property("enabled", "boolean", "", required=False, default=True),
        Property("eip", "boolean", "", required=False, default=False),
    ),
)  # fmt: skip
DECLARED = (
    Property("name", "string", "", replaces=True),
    Property("namespace", "string", "", required=False, replaces=True, default="default"),
    Property("timeout", "integer", "", required=False, default=3, minimum=1, maximum=900),
    Property("weight", "number", "", required=False),
    Property("layers", "array", "", required=False, items=LAYER),
    Property("environment", "map", "", required=False, items=Property("value", "string", "", empty=True)),
    NET,
    Property("origins", "array", "", required=False, unordered=True, items=Property("origin", "string", "")),
    Property("password", "string", "", required=False, secret=True, allowed=("x",)),
)
BASE: dict[str, Any] = {"name": "f"}


def wrong(inputs: dict[str, Any]) -> dict[str, str]:
    return {each.property: each.reason for each in declaration.check(inputs, DECLARED)}


def changed(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    found = declaration.differences(DECLARED, BASE | old, BASE | new)
    return {each.property: each.kind + ("!" if each.replaces else "") for each in found}


def test_nested_inputs_are_refused_by_their_path() -> None:
    assert wrong(BASE | {"layers": [{"layerName": "a", "layerVersion": 1.0}], "environment": {"A": ""}}) == {}
    assert wrong({"layers": [{"layerName": "", "layerVersion": 0.0, "x": 1}, "no"], "environment": {"a.b": 1.0}}) == {
        "name": "is required",
        "layers[0].layerName": "must not be empty",
        "layers[0].layerVersion": "must be at least 1, not 0",
        "layers[0].x": "there is no such property; there are layerName, layerVersion",
        "layers[1]": "must be an object, not 'no'",
        'environment["a.b"]': "must be a text, not 1.0",
    }
    assert wrong(BASE | {"timeout": 901.0, "weight": True, "net": {"eip": "yes"}}) == {
        "timeout": "must be from 1 to 900, not 901",
        "weight": "must be a number, not True",
        "net.eip": "must be true or false, not 'yes'",
    }
    assert wrong(BASE | {"net": UNKNOWN, "layers": [UNKNOWN], "environment": {"A": UNKNOWN}}) == {}
    # A secret is in no error.
    assert wrong(BASE | {"password": "hunter2"}) == {"password": "must be one of x"}
    assert wrong(BASE | {"password": 5.0}) == {"password": "must be a text"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"timeout": 3}, {"timeout": 3.0}),
        ({}, {"timeout": 3.0, "namespace": "default"}),
        ({"layers": [], "environment": {}}, {}),
        ({"net": {"enabled": True, "eip": False}}, {}),
        ({"net": {"eip": True}}, {"net": {"eip": True, "enabled": True}}),
        ({"origins": ["a", "b"]}, {"origins": ["b", "a"]}),
        ({"layers": [{"layerName": "a", "layerVersion": 1}]}, {"layers": [{"layerName": "a", "layerVersion": 1.0}]}),
    ],
)
def test_trifles_are_no_difference(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert changed(old, new) == changed(new, old) == {}


def test_differences_are_told_by_path_and_kind() -> None:
    layer = {"layerName": "a", "layerVersion": 1.0}
    assert changed({"environment": {"A": "1", "B": "2"}}, {"environment": {"A": "3", "C": "4"}}) == {
        "environment.A": "update", "environment.B": "delete", "environment.C": "add",
    }  # fmt: skip
    assert changed({"layers": [layer]}, {"layers": [layer | {"layerVersion": 2.0}, layer]}) == {
        "layers[0].layerVersion": "update",
        "layers[1]": "add",
    }
    assert changed({"environment": {"A": ""}}, {"environment": {}}) == {"environment": "delete"}
    assert changed({"environment": {"A": "", "B": ""}}, {"environment": {"B": ""}}) == {"environment.A": "delete"}
    assert changed({"layers": [layer]}, {}) == {"layers": "delete"}
    assert changed({"timeout": 5.0}, {}) == {"timeout": "update"}
    assert changed({"weight": 0.5}, {}) == {"weight": "delete"}
    assert changed({}, {"net": {"eip": True}}) == {"net": "add"}
    assert changed({"net": {"eip": True}}, {"net": {"eip": UNKNOWN}}) == {"net.eip": "update"}
    assert changed({"layers": [layer]}, {"layers": UNKNOWN}) == {"layers": "update"}
    assert changed({}, {"namespace": "b"}) == {"namespace": "update!"}
    assert changed({"origins": ["a", "b"]}, {"origins": ["c", "a"]}) == {"origins[1]": "update"}
    # Aliased states of other types lack what is required: no reason to make another resource.
    assert [
        (each.property, each.kind, each.replaces) for each in declaration.differences(DECLARED, {}, BASE)
    ] == [("name", "add", False)]  # fmt: skip


def test_a_read_keeps_the_words_of_the_program() -> None:
    recorded = {"name": "f", "origins": ["b", "a"], "environment": {"A": "1"}, "password": "p", "net": {"eip": True}}
    found = {
        "name": "f", "timeout": 3, "origins": ["a", "b"], "environment": {"A": "2"}, "layers": [],
        "net": {"eip": True, "enabled": True},
    }  # fmt: skip
    assert declaration.refreshed(DECLARED, recorded, found) == recorded | {"environment": {"A": "2"}}
    assert declaration.refreshed(DECLARED, recorded, {"origins": None, "timeout": 5}) == {
        **{name: value for name, value in recorded.items() if name != "origins"}, "timeout": 5,
    }  # fmt: skip
    assert declaration.with_defaults(DECLARED, recorded) == recorded | {
        "namespace": "default", "timeout": 3, "net": {"enabled": True, "eip": True},
    }  # fmt: skip


def test_paths_are_the_engines() -> None:
    assert below("", "a") == "a"
    assert below(below("layers", 0), "layerName") == "layers[0].layerName"
    assert below("tags", 'a"b') == 'tags["a\\"b"]'
    assert (root("layers[0].x"), root("environment.A"), root("name")) == ("layers", "environment", "name")
    assert covers("layers", "layers[0].x")
    assert not covers("layer", "layers[0].x")


def test_the_schema_has_nested_types_once() -> None:
    declared = Declaration("yunfn:t:A", "A.", DECLARED, DECLARED)
    schema = json.loads(package_schema("1.0.0", [declared, Declaration("yunfn:t:B", "B.", (NET,), ())]))
    inputs = schema["resources"]["yunfn:t:A"]["inputProperties"]
    assert inputs["layers"]["items"] == {"$ref": "#/types/yunfn:t:Layer"}
    assert inputs["environment"]["additionalProperties"] == {"type": "string"}
    assert inputs["net"] == {"$ref": "#/types/yunfn:t:Net", "description": "Network."}
    assert inputs["namespace"]["willReplaceOnChanges"]
    assert inputs["password"]["secret"]
    assert inputs["timeout"]["description"] == " By default 3."
    assert set(schema["types"]) == {"yunfn:t:Layer", "yunfn:t:Net"}
    assert schema["types"]["yunfn:t:Layer"]["required"] == ["layerName", "layerVersion"]
    other = Property("net", "object", "", type_name="Net", fields=())
    with pytest.raises(ValueError, match="yunfn:t:Net is declared twice"):
        package_schema("1.0.0", [declared, Declaration("yunfn:t:B", "B.", (other,), ())])
