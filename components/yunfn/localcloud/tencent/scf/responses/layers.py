"""Layers on the wire."""

from __future__ import annotations

from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.scf.models.layers import Layers, layer_tags_resource
from yunfn.localcloud.tencent.scf.request import Answer, ScfRequest
from yunfn.localcloud.tencent.scf.siblings import tags_of
from yunfn.localcloud.tencent.scf.state import Package
from yunfn.localcloud.tencent.scf.transitions import Transition


async def publish(request: ScfRequest) -> Answer:
    """PublishLayerVersion."""
    return {"LayerVersion": await _layers(request).publish(request.text("LayerName"), request)}


async def get(request: ScfRequest) -> Answer:
    """GetLayerVersion: with the digest of its zip and where that can be fetched for a while."""
    record = _layers(request).version(request.text("LayerName"), request.integer("LayerVersion"))
    package = Package.of(record["code"])
    document: dict[str, Any] = {
        name: value for name, value in _described(request, record).items() if name not in ("Stamp", "Tags")
    }
    return document | {
        "CodeSha256": package.sha256 if package else "",
        "Location": request.links.make(request.call, package) if package else "",
    }


async def list_versions(request: ScfRequest) -> Answer:
    """ListLayerVersions, all at once; those that go with any of CompatibleRuntime."""
    wanted = set(request.texts("CompatibleRuntime", []))
    records = _layers(request).versions(request.text("LayerName"))
    found = [each for each in records if not wanted or wanted & set(each["document"]["CompatibleRuntimes"])]
    return {"LayerVersions": [_described(request, record) for record in found]}


async def list_layers(request: ScfRequest) -> Answer:
    """ListLayers: the newest version of each."""
    runtime, key = request.text("CompatibleRuntime", ""), request.text("SearchKey", "")
    found = [
        record
        for record in _layers(request).newest()
        if (not runtime or runtime in record["document"]["CompatibleRuntimes"])
        and key in record["document"]["LayerName"]
    ]
    return {"Layers": [_described(request, record) for record in request.page(found)], "TotalCount": len(found)}


async def delete(request: ScfRequest) -> Answer:
    """DeleteLayerVersion."""
    _layers(request).delete_version(request.text("LayerName"), request.integer("LayerVersion"))
    return {}


def _layers(request: ScfRequest) -> Layers:
    return Layers(request.scope, request.packages)


def _described(request: ScfRequest, record: Document) -> dict[str, Any]:
    document: dict[str, Any] = dict(record["document"])
    tags = tags_of(request.scope, layer_tags_resource(document["LayerName"]))
    return document | {"Status": Transition.of(record).status, "Tags": tags}
