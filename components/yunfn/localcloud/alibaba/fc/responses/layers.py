"""Layers on the wire. Their times are ``createTime``; ``acl`` shows only once it was put."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.models.layer_use import find_layer_version
from yunfn.localcloud.alibaba.fc.models.layers import Layers
from yunfn.localcloud.alibaba.fc.request import FcRequest, done, gone
from yunfn.localcloud.alibaba.fc.state import FcState, Package
from yunfn.localcloud.store import Document


async def create(request: FcRequest) -> Response:
    """CreateLayerVersion."""
    record = await _layers(request).create_version(request.path["layer"], request.body)
    return done(request.call, _document(request, record))


async def get(request: FcRequest) -> Response:
    """GetLayerVersion, with an address of the code."""
    record = _layers(request).version(request.path["layer"], request.path["version"])
    return done(request.call, _document(request, record, code=True))


async def get_by_arn(request: FcRequest) -> Response:
    """GetLayerVersionByArn."""
    arn = request.path["arn"]
    record = find_layer_version(request.scope, arn)
    return done(request.call, _document(request, record, code=True))


async def delete(request: FcRequest) -> Response:
    """DeleteLayerVersion."""
    _layers(request).delete_version(request.path["layer"], request.path["version"])
    return gone(request.call)


async def put_acl(request: FcRequest) -> Response:
    """PutLayerACL; everything is in the query."""
    _layers(request).share(request.path["layer"], request.call.param("acl"), request.call.param("public"))
    return done(request.call, {})


async def list_layers(request: FcRequest) -> Response:
    """ListLayers: the newest version of each; layers without a version are not shown."""
    public = request.call.param("public")
    official = request.call.param("official") == "true"
    layers = _layers(request)

    def after(token: str) -> Iterable[tuple[str, Document]]:
        rows = request.scope.state.layers.scan(prefix=request.call.param("prefix") or "", after=token)
        for name, layer in rows:
            if official or (public and layer["public"] != (public == "true")):
                continue
            versions = layers.versions(name)
            if versions:
                yield name, _document(request, versions[-1])

    found, token = request.page(after)
    return done(request.call, {"layers": found, "nextToken": token})


async def list_versions(request: FcRequest) -> Response:
    """ListLayerVersions, oldest first from ``startVersion``."""
    start = request.call.param("startVersion") or "1"
    if not start.isascii() or not start.isdigit():
        raise InvalidArgument(f"startVersion must be a number, got '{start}'")
    layers = _layers(request)
    layers.layer(request.path["layer"])
    records = [r for r in layers.versions(request.path["layer"]) if r["document"]["version"] >= int(start)]
    limit = request.limit()
    answer: Document = {"layers": [_document(request, record) for record in records[:limit]]}
    if len(records) > limit:
        answer["nextVersion"] = records[limit]["document"]["version"]
    return done(request.call, answer)


def _layers(request: FcRequest) -> Layers:
    return Layers(request.scope, request.packages)


def _document(request: FcRequest, record: Document, *, code: bool = False) -> Document:
    document: Document = dict(record["document"])
    account = document["layerVersionArn"].split(":")[3]
    layer = FcState(request.scope.cloud.store, account, request.scope.region).layers.get(document["layerName"])
    if layer is not None and layer["acl"] is not None:
        document["acl"] = layer["acl"]
    if code:
        location = request.links.make(request.call, Package(**record["code"]))
        document["code"] = {"repositoryType": "OSS", "location": location}
    return document
