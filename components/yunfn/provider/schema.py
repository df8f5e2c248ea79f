"""The package's schema, as ``pulumi package get-schema`` prints it, drawn from the resources' declarations."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from yunfn.provider.declaration import Declaration, Property

_DESCRIPTION = "Resources of yunfn: Python functions on Alibaba Cloud and Tencent Cloud, their versions and artifacts."
#: The provider's own settings; secret ones are encrypted in state.
SETTINGS: dict[str, tuple[str, bool]] = {
    "accessKey": (
        "Alibaba Cloud: access key id; by default the environment's, as the official clients read it.",
        False,
    ),
    "secretId": ("Tencent Cloud: id of the key; by default the environment's. A provider has one cloud's key.", False),
    "secretKey": ("Secret of the access key, or of the key that secretId names.", True),
    "securityToken": ("Token of a temporary key.", True),
    "expiration": ("When the temporary key ends, RFC 3339: no rollout begins that it would not see the end of.", False),
    "appId": ("Tencent Cloud: APPID of the account that secretId belongs to.", False),
    "region": ("Region to import from; resources name their own.", False),
}


def package_schema(version: str, declarations: Iterable[Declaration], functions: Iterable[Declaration] = ()) -> str:
    """The schema as JSON.

    Raises:
        ValueError: two nested types of one name have other fields, which is a defect in the declarations.
    """
    settings = {
        name: {"type": "string", "description": text, **({"secret": True} if secret else {})}
        for name, (text, secret) in SETTINGS.items()
    }
    types: dict[str, Any] = {}
    document = {
        "name": "yunfn",
        "displayName": "yunfn",
        "version": version,
        "description": _DESCRIPTION,
        "license": "Apache-2.0",
        "config": {"variables": settings},
        "provider": {"description": _DESCRIPTION, "inputProperties": settings},
        "resources": {each.token: _resource(each, types) for each in declarations},
        "functions": {each.token: _function(each, types) for each in functions},
        "types": types,
    }
    return json.dumps(document)


def _resource(declared: Declaration, types: dict[str, Any]) -> dict[str, Any]:
    module = declared.token.rpartition(":")[0]
    return {
        "description": declared.description,
        "inputProperties": {each.name: _property(each, module, types) for each in declared.inputs},
        "requiredInputs": [each.name for each in declared.inputs if each.required],
        "properties": {each.name: _property(each, module, types) for each in declared.outputs},
        "required": [each.name for each in declared.outputs if each.required],
    }


def _function(declared: Declaration, types: dict[str, Any]) -> dict[str, Any]:
    module = declared.token.rpartition(":")[0]

    def objects(properties: Iterable[Property]) -> dict[str, Any]:
        listed = tuple(properties)
        return {
            "type": "object",
            "properties": {each.name: _property(each, module, types) for each in listed},
            "required": [each.name for each in listed if each.required],
        }

    return {
        "description": declared.description,
        "inputs": objects(declared.inputs),
        "outputs": objects(declared.outputs),
    }


def _property(declared: Property, module: str, types: dict[str, Any]) -> dict[str, Any]:
    text: dict[str, Any] = _type(declared, module, types) | {"description": _described(declared)}
    if declared.replaces:
        text["willReplaceOnChanges"] = True
    if declared.secret:
        text["secret"] = True
    return text


def _type(declared: Property, module: str, types: dict[str, Any]) -> dict[str, Any]:
    if declared.kind == "object":
        return {"$ref": f"#/types/{_nested(declared, module, types)}"}
    if declared.kind == "document":
        return {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}}
    if declared.items is not None:
        inner = "items" if declared.kind == "array" else "additionalProperties"
        return {
            "type": "array" if declared.kind == "array" else "object",
            inner: _type(declared.items, module, types),
        }  # fmt: skip
    return {"type": declared.kind}


def _nested(declared: Property, module: str, types: dict[str, Any]) -> str:
    """Add an object's type to ``types``; its token."""
    token = f"{module}:{declared.type_name}"
    made = {
        "type": "object",
        "properties": {each.name: _property(each, module, types) for each in declared.fields},
        "required": [each.name for each in declared.fields if each.required],
    }
    if types.setdefault(token, made) != made:
        raise ValueError(f"{token} is declared twice, with different fields")
    return token


def _described(declared: Property) -> str:
    parts = [declared.description]
    if declared.allowed:
        parts.append(f"One of {', '.join(declared.allowed)}.")
    if declared.default is not None:
        parts.append(f"By default {json.dumps(declared.default)}.")
    return " ".join(parts)
