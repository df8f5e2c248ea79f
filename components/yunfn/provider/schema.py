"""The package's schema, as ``pulumi package get-schema`` prints it, drawn from the resources' declarations."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from yunfn.provider.declaration import Declaration, Property

_DESCRIPTION = "Artifacts and function versions of yunfn: Python functions on Alibaba Cloud and Tencent Cloud."
#: The provider's own settings; secret ones are encrypted in state.
SETTINGS: dict[str, tuple[str, bool]] = {
    "accessKey": ("Access key id; by default the environment's, as the official clients read it.", False),
    "secretKey": ("Secret of the access key.", True),
    "securityToken": ("Token of a temporary access key.", True),
    "region": ("Region to import from; resources name their own.", False),
}


def package_schema(version: str, declarations: Iterable[Declaration]) -> str:
    """The schema as JSON."""
    settings = {
        name: {"type": "string", "description": text, **({"secret": True} if secret else {})}
        for name, (text, secret) in SETTINGS.items()
    }
    document = {
        "name": "yunfn",
        "displayName": "yunfn",
        "version": version,
        "description": _DESCRIPTION,
        "license": "Apache-2.0",
        "config": {"variables": settings},
        "provider": {"description": _DESCRIPTION, "inputProperties": settings},
        "resources": {each.token: _resource(each) for each in declarations},
    }
    return json.dumps(document)


def _resource(declared: Declaration) -> dict[str, Any]:
    return {
        "description": declared.description,
        "inputProperties": {each.name: _property(each) for each in declared.inputs},
        "requiredInputs": [each.name for each in declared.inputs if each.required],
        "properties": {each.name: _property(each) for each in declared.outputs},
        "required": [each.name for each in declared.outputs if each.required],
    }


def _property(declared: Property) -> dict[str, Any]:
    text: dict[str, Any] = {"type": declared.kind, "description": declared.description}
    return text | ({"willReplaceOnChanges": True} if declared.replaces else {})
