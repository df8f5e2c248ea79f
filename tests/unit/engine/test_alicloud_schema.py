"""The plugin speaks the language of the published SDK: the tokens, properties and shapes of pulumi-alicloud for Python.

The schema in engine/alicloud is generated from the plugin's own tables and embedded in it; the Python package is
generated from the official plugin. Where they differ, an input would be lost or an output never arrive.
"""

from __future__ import annotations

import collections.abc
import importlib
import inspect
import json
import re
import types
import typing
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi
import pytest

from enginebuild.products import ALICLOUD_VERSION, ENGINE_FOLDER

# Importing pulumi_alicloud warns of its own renamed classes.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SCHEMA: dict[str, Any] = json.loads((ENGINE_FOLDER / "alicloud" / "schema.json").read_text())
RESOURCES = sorted(SCHEMA["resources"])
TYPES = sorted(token for token in SCHEMA["types"] if ":config/" not in token)

# In the SDK, but newer than terraform-provider-alicloud 1.285.0: setting one is refused by the plugin's Check.
NEWER_THAN_THE_PLUGIN = {
    ("pulumi:providers:alicloud", "features"),
    ("alicloud:fc/v3CustomDomain:V3CustomDomain", "certificateId"),
    ("alicloud:fc/V3FunctionCustomContainerConfig:V3FunctionCustomContainerConfig", "registryConfig"),
}


def sdk_module(token: str) -> ModuleType:
    name = token.split(":")[1].partition("/")[0]
    return importlib.import_module("pulumi_alicloud" if name == "index" else f"pulumi_alicloud.{name}")


def shape_of_hint(hint: Any) -> str:
    """``list``, ``map``, ``object`` or a plain type: an annotation without its Input, Optional and Output."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is pulumi.Output:
        return shape_of_hint(arguments[0])
    if origin in (typing.Union, types.UnionType):  # Input[T] is T | Awaitable[T] | Output[T], Optional[T] is T | None
        return shape_of_hint(next(argument for argument in arguments if argument is not type(None)))
    if origin in (list, collections.abc.Sequence):
        return "list"
    if origin in (dict, collections.abc.Mapping):
        return "map"
    return {bool: "boolean", int: "integer", float: "number", str: "string"}.get(hint, "object")


def shape_of_schema(spec: dict[str, Any]) -> str:
    if "$ref" in spec:
        return "object"
    return {"array": "list", "object": "map"}.get(spec["type"], str(spec["type"]))


def sdk_properties(cls: type) -> dict[str, str]:
    """The properties of a class of the SDK, resource, input or output type, by their names on the wire."""
    # pulumi.Input names these two in a forward reference.
    names = {**vars(importlib.import_module(cls.__module__)), "Output": pulumi.Output, "T": typing.TypeVar("T")}
    of_every_resource = set(dir(pulumi.CustomResource)) if issubclass(cls, pulumi.Resource) else set()
    found = {}
    for name, member in inspect.getmembers(cls, lambda member: isinstance(member, property)):
        if name not in of_every_resource:
            hint = typing.get_type_hints(member.fget, names)["return"]
            found[getattr(member.fget, "_pulumi_name", name)] = shape_of_hint(hint)
    return found


def expected(token: str, sdk: dict[str, str]) -> dict[str, str]:
    return {name: shape for name, shape in sdk.items() if (token, name) not in NEWER_THAN_THE_PLUGIN}


def plugin(properties: dict[str, Any]) -> dict[str, str]:
    return {name: shape_of_schema(spec) for name, spec in properties.items()}


@pytest.mark.parametrize("token", RESOURCES)
def test_a_resource_has_the_inputs_of_the_sdk(token: str) -> None:
    name = token.rpartition(":")[2]
    module = sdk_module(token)
    # A resource whose own properties make an "Args" class has its arguments in "InitArgs".
    arguments = getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args")
    assert plugin(SCHEMA["resources"][token]["inputProperties"]) == expected(token, sdk_properties(arguments))


@pytest.mark.parametrize("token", RESOURCES)
def test_a_resource_has_the_outputs_of_the_sdk(token: str) -> None:
    cls = getattr(sdk_module(token), token.rpartition(":")[2])
    assert cls.pulumi_type == token
    assert plugin(SCHEMA["resources"][token]["properties"]) == expected(token, sdk_properties(cls))


@pytest.mark.parametrize("token", TYPES)
def test_a_nested_type_has_the_properties_of_the_sdk(token: str) -> None:
    name = token.rpartition(":")[2]
    module = sdk_module(token)
    if arguments := getattr(module, f"{name}Args", None):
        sdk = sdk_properties(arguments)
    else:
        outputs = module.outputs
        sdk = sdk_properties(getattr(outputs, f"{name[0].upper()}{name[1:]}Result", None) or getattr(outputs, name))
    assert plugin(SCHEMA["types"][token]["properties"]) == expected(token, sdk)


def test_the_plugin_takes_the_settings_of_the_sdk() -> None:
    import pulumi_alicloud

    sdk = expected("pulumi:providers:alicloud", sdk_properties(pulumi_alicloud.ProviderArgs))
    assert plugin(SCHEMA["provider"]["inputProperties"]) == sdk


@pytest.mark.parametrize("name", ["getAccount", "getCallerIdentity", "getRegions"])
def test_data_sources_answer_what_the_sdk_reads(name: str) -> None:
    import pulumi_alicloud

    answer = getattr(pulumi_alicloud, f"{name[0].upper()}{name[1:]}Result")
    properties = SCHEMA["functions"][f"alicloud:index/{name}:{name}"]["outputs"]["properties"]
    assert plugin(properties) == sdk_properties(answer)


def test_the_embedded_schema_was_generated_from_the_present_tables() -> None:
    tables = (ENGINE_FOLDER / "alicloud" / "provider" / "tokens.go").read_text()
    kept = {
        f":{module}/{name[0].lower()}{name[1:]}:{name}" for module, name in re.findall(r'\{"(\w+)", "(\w+)"\}', tables)
    }
    served = {*SCHEMA["resources"], *SCHEMA["functions"]} - {"pulumi:providers:alicloud/terraformConfig"}
    assert served == {f"alicloud{token}" for token in kept}, "run `go generate` in engine/alicloud"


def test_the_exceptions_are_real() -> None:
    for token, name in NEWER_THAN_THE_PLUGIN:
        spec = {**SCHEMA["resources"], **SCHEMA["types"], "pulumi:providers:alicloud": SCHEMA["provider"]}[token]
        assert name not in {**spec["properties"], **spec.get("inputProperties", {})}


def test_one_version_everywhere() -> None:
    go = (ENGINE_FOLDER / "alicloud" / "provider" / "info.go").read_text()
    assert f'Version = "{ALICLOUD_VERSION}"' in go
    assert SCHEMA["version"] == ALICLOUD_VERSION
    assert version("pulumi-alicloud") == ALICLOUD_VERSION
    assert f'"pulumi-alicloud=={ALICLOUD_VERSION}"' in (Path(ENGINE_FOLDER).parent / "pyproject.toml").read_text()
