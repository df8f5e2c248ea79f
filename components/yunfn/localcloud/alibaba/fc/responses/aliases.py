"""Aliases on the wire."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.models.aliases import Aliases
from yunfn.localcloud.alibaba.fc.request import FcRequest, done, gone


async def create(request: FcRequest) -> Response:
    """CreateAlias."""
    return done(request.call, Aliases(request.scope).create(request.path["function"], request.body))


async def get(request: FcRequest) -> Response:
    """GetAlias."""
    request.scope.function(request.path["function"])
    return done(request.call, request.scope.alias(request.path["function"], request.path["alias"]))


async def update(request: FcRequest) -> Response:
    """UpdateAlias: what is sent is changed; ``additionalVersionWeight`` is replaced as a whole."""
    document = Aliases(request.scope).update(request.path["function"], request.path["alias"], request.body)
    return done(request.call, document)


async def delete(request: FcRequest) -> Response:
    """DeleteAlias."""
    Aliases(request.scope).delete(request.path["function"], request.path["alias"])
    return gone(request.call)


async def list_aliases(request: FcRequest) -> Response:
    """ListAliases."""
    aliases, token = request.children(request.scope.state.aliases, request.call.param("prefix") or "")
    return done(request.call, {"aliases": aliases, "nextToken": token})
