"""The plugins speak the language of the published SDKs: the tokens, properties and shapes of the Python packages.

A schema in engine/ is generated from the plugin's own tables and embedded in it; the Python package is generated from
the official plugin. Where they differ, an input would be lost or an output never arrive.
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
from types import ModuleType
from typing import Any

import pulumi
import pytest

from enginebuild.products import ENGINE_FOLDER, PLUGINS, REPOSITORY, Plugin

# Importing pulumi_alicloud warns of its own renamed classes.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SCHEMAS: dict[str, Any] = {
    plugin.name: json.loads((ENGINE_FOLDER / plugin.name / "schema.json").read_text()) for plugin in PLUGINS
}
RESOURCES = sorted(token for schema in SCHEMAS.values() for token in schema["resources"])
FUNCTIONS = sorted(token for schema in SCHEMAS.values() for token in schema["functions"] if "providers" not in token)
TYPES = sorted(token for schema in SCHEMAS.values() for token in schema["types"] if ":config/" not in token)

# In the SDK, but newer than terraform-provider-alicloud 1.285.0 and terraform-provider-tencentcloud 1.81.90.
# The plugin's Check refuses such an input; such an output never arrives.
NEWER_THAN_THE_PLUGIN = {
    ("pulumi:providers:alicloud", "features"),
    ("alicloud:fc/v3CustomDomain:V3CustomDomain", "certificateId"),
    ("alicloud:fc/V3FunctionCustomContainerConfig:V3FunctionCustomContainerConfig", "registryConfig"),
    ("pulumi:providers:tencentcloud", "allowedAccountIds"),
    ("pulumi:providers:tencentcloud", "assumeRoleWithSaml"),
    ("pulumi:providers:tencentcloud", "assumeRoleWithWebIdentity"),
    ("pulumi:providers:tencentcloud", "camRoleName"),
    ("pulumi:providers:tencentcloud", "cosDomain"),
    ("pulumi:providers:tencentcloud", "enablePodOidc"),
    ("pulumi:providers:tencentcloud", "forbiddenAccountIds"),
    ("pulumi:providers:tencentcloud", "mfaCertification"),
    ("tencentcloud:index/ProviderAssumeRole:ProviderAssumeRole", "externalId"),
    ("tencentcloud:index/ProviderAssumeRole:ProviderAssumeRole", "serialNumber"),
    ("tencentcloud:index/ProviderAssumeRole:ProviderAssumeRole", "sourceIdentity"),
    ("tencentcloud:index/ProviderAssumeRole:ProviderAssumeRole", "tokenCode"),
    ("tencentcloud:Cam/role:Role", "roleArn"),
    ("tencentcloud:Cls/topic:Topic", "extends"),
    ("tencentcloud:Cls/topic:Topic", "isWebTracking"),
    ("tencentcloud:Cos/bucket:Bucket", "cdcId"),
    ("tencentcloud:Cos/bucket:Bucket", "chdfsOfs"),
    ("tencentcloud:Cos/bucket:Bucket", "kmsId"),
    ("tencentcloud:Cos/BucketOriginPullRule:BucketOriginPullRule", "backToSourceMode"),
    ("tencentcloud:Cos/BucketOriginPullRule:BucketOriginPullRule", "httpRedirectCode"),
    ("tencentcloud:Cos/BucketWebsite:BucketWebsite", "redirectAllRequestsTo"),
    ("tencentcloud:Cos/BucketWebsite:BucketWebsite", "routingRules"),
    ("tencentcloud:Kms/key:Key", "hsmClusterId"),
    ("tencentcloud:Subnet/instance:Instance", "cdcId"),
}

all_plugins = pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)


def sdk_package(name: str) -> ModuleType:
    return importlib.import_module({"alicloud": "pulumi_alicloud", "tencentcloud": "tencentcloud_iac_pulumi"}[name])


def sdk_module(token: str) -> ModuleType:
    plugin, member, _ = token.split(":")
    package, name = sdk_package(plugin), member.partition("/")[0].lower()
    return package if name == "index" else importlib.import_module(f"{package.__name__}.{name}")


def spec_of(token: str) -> dict[str, Any]:
    """The schema of a resource, a type or, for ``pulumi:providers:<plugin>``, of the plugin's own settings."""
    if token.startswith("pulumi:providers:"):
        return SCHEMAS[token.rpartition(":")[2]]["provider"]
    schema = SCHEMAS[token.partition(":")[0]]
    return {**schema["resources"], **schema["types"]}[token]


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


def sdk_arguments(token: str) -> type:
    """The class of a resource's arguments: one whose own properties make an "Args" class has them in "InitArgs"."""
    name, module = token.rpartition(":")[2], sdk_module(token)
    return typing.cast(type, getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args"))


def expected(token: str, sdk: dict[str, str]) -> dict[str, str]:
    return {name: shape for name, shape in sdk.items() if (token, name) not in NEWER_THAN_THE_PLUGIN}


def shapes(properties: dict[str, Any]) -> dict[str, str]:
    return {name: shape_of_schema(spec) for name, spec in properties.items()}


@pytest.mark.parametrize("token", RESOURCES)
def test_a_resource_has_the_inputs_of_the_sdk(token: str) -> None:
    assert shapes(spec_of(token)["inputProperties"]) == expected(token, sdk_properties(sdk_arguments(token)))


@pytest.mark.parametrize("token", RESOURCES)
def test_a_resource_requires_what_the_sdk_requires(token: str) -> None:
    arguments = sdk_arguments(token)
    required = {
        getattr(getattr(arguments, name).fget, "_pulumi_name", name)
        for name, parameter in inspect.signature(arguments).parameters.items()
        if parameter.default is inspect.Parameter.empty
    }
    assert set(spec_of(token).get("requiredInputs", [])) == required


@pytest.mark.parametrize("token", RESOURCES)
def test_a_resource_has_the_outputs_of_the_sdk(token: str) -> None:
    cls = getattr(sdk_module(token), token.rpartition(":")[2])
    assert cls.pulumi_type == token
    assert shapes(spec_of(token)["properties"]) == expected(token, sdk_properties(cls))


@pytest.mark.parametrize("token", TYPES)
def test_a_nested_type_has_the_properties_of_the_sdk(token: str) -> None:
    name = token.rpartition(":")[2]
    module = sdk_module(token)
    if arguments := getattr(module, f"{name}Args", None):
        sdk = sdk_properties(arguments)
    else:
        outputs = module.outputs
        sdk = sdk_properties(getattr(outputs, f"{name[0].upper()}{name[1:]}Result", None) or getattr(outputs, name))
    assert shapes(spec_of(token)["properties"]) == expected(token, sdk)


@all_plugins
def test_the_plugin_takes_the_settings_of_the_sdk(plugin: Plugin) -> None:
    token = f"pulumi:providers:{plugin.name}"
    sdk = expected(token, sdk_properties(sdk_package(plugin.name).ProviderArgs))
    assert shapes(spec_of(token)["inputProperties"]) == sdk


@pytest.mark.parametrize("token", FUNCTIONS)
def test_data_sources_answer_what_the_sdk_reads(token: str) -> None:
    name = token.rpartition(":")[2]
    answer = getattr(sdk_module(token), f"{name[0].upper()}{name[1:]}Result")
    properties = SCHEMAS[token.partition(":")[0]]["functions"][token]["outputs"]["properties"]
    assert shapes(properties) == sdk_properties(answer)


@all_plugins
def test_the_embedded_schema_was_generated_from_the_present_tables(plugin: Plugin) -> None:
    tables = (ENGINE_FOLDER / plugin.name / "provider" / "tokens.go").read_text()
    kept = {
        f":{module}/{name[0].lower()}{name[1:]}:{name}" for module, name in re.findall(r'\{"(\w+)", "(\w+)"\}', tables)
    }
    schema = SCHEMAS[plugin.name]
    served = {*schema["resources"], *schema["functions"]} - {f"pulumi:providers:{plugin.name}/terraformConfig"}
    assert served == {f"{plugin.name}{token}" for token in kept}, f"run `go generate` in engine/{plugin.name}"


def test_the_exceptions_are_real() -> None:
    for token, name in NEWER_THAN_THE_PLUGIN:
        spec = spec_of(token)
        assert name not in {**spec["properties"], **spec.get("inputProperties", {})}


@all_plugins
def test_one_version_everywhere(plugin: Plugin) -> None:
    go = (ENGINE_FOLDER / plugin.name / "provider" / "info.go").read_text()
    assert f'Version = "{plugin.version}"' in re.sub(" +", " ", go)
    assert SCHEMAS[plugin.name]["version"] == plugin.version
    assert version(plugin.sdk) == plugin.version
    assert f'"{plugin.sdk}=={plugin.version}"' in (REPOSITORY / "pyproject.toml").read_text()
