"""Versions on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yunfn.localcloud.tencent.scf.models.versions import Versions
from yunfn.localcloud.tencent.scf.request import Answer, ScfRequest
from yunfn.localcloud.tencent.scf.state import LATEST
from yunfn.localcloud.tencent.scf.transitions import Transition

_ECHOED = ("CodeSize", "Description", "Handler", "MemorySize", "Namespace", "Runtime", "Timeout")


async def publish(request: ScfRequest) -> Answer:
    """PublishVersion."""
    versions = Versions(request.scope, request.packages)
    record = versions.publish(request.namespace, request.function, request.text("Description", ""))
    return {name: record["configuration"][name] for name in _ECHOED} | {"FunctionVersion": record["version"]}


async def list_versions(request: ScfRequest) -> Answer:
    """ListVersionByFunction: ``$LATEST`` and the versions, as names and as documents."""
    versions = Versions(request.scope, request.packages).all(request.namespace, request.function)
    latest = request.scope.function(request.namespace, request.function)
    documents: Sequence[Mapping[str, Any]] = [
        {
            "Version": version,
            "Description": record["configuration"]["Description"],
            "AddTime": record["configuration"]["AddTime"],
            "ModTime": record["configuration"]["ModTime"],
            "Status": Transition.of(record).status,
        }
        for version, record in [(LATEST, latest), *versions]
    ]
    # The order they were made in where nothing is asked for: many have the same second.
    if "OrderBy" in request or "Order" in request:
        fields = {"AddTime": "AddTime", "ModTime": "ModTime"}
        documents = request.ordered(documents, fields, "OrderBy", descending=False)
    page = request.page(documents)
    return {
        "FunctionVersion": [str(each["Version"]) for each in page],
        "Versions": page,
        "TotalCount": len(documents),
    }
