"""Triggers on the wire."""

from __future__ import annotations

import json
from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import InvalidParameterValue
from yunfn.localcloud.tencent.scf.models.triggers import Triggers
from yunfn.localcloud.tencent.scf.request import Answer, ScfRequest

_FILTERS = ("Qualifier", "TriggerName", "Description")


async def create(request: ScfRequest) -> Answer:
    """CreateTrigger."""
    document = Triggers(request.scope).create(request.namespace, request.function, request.qualifier, request)
    return {"TriggerInfo": document}


async def update(request: ScfRequest) -> Answer:
    """UpdateTrigger."""
    Triggers(request.scope).update(request.namespace, request.function, request.qualifier, request)
    return {}


async def switch(request: ScfRequest) -> Answer:
    """UpdateTriggerStatus."""
    Triggers(request.scope).switch(request.namespace, request.function, request.qualifier, request)
    return {}


async def delete(request: ScfRequest) -> Answer:
    """DeleteTrigger."""
    Triggers(request.scope).delete(request.namespace, request.function, request.qualifier, request)
    return {}


async def list_triggers(request: ScfRequest) -> Answer:
    """ListTriggers of all qualifiers, or of those that Filters name."""
    triggers = Triggers(request.scope)
    found = triggers.of(request.namespace, request.function)
    for name, values in request.filters().items():
        if name not in _FILTERS:
            raise InvalidParameterValue("Filters", f"has {name!r}, which is none of {', '.join(_FILTERS)}")
        found = [document for document in found if document[name] in values]
    fields = {"mod_time": "ModTime", "add_time": "AddTime"}
    page = request.page(request.ordered(found, fields, "OrderBy", descending=True))
    return {
        "Triggers": [_listed(request, triggers, dict(document)) for document in page],
        "TotalCount": len(found),
    }


def _listed(request: ScfRequest, triggers: Triggers, document: Document) -> dict[str, Any]:
    bound = ""
    if document["Type"] == "http":
        domains = triggers.domains(request.namespace, request.function, document["Qualifier"])
        bound = json.dumps(domains) if domains else ""
    return document | {"BoundResources": bound}
