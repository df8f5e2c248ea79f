"""Aliases on the wire."""

from __future__ import annotations

from yunfn.localcloud.tencent.scf.models.aliases import Aliases
from yunfn.localcloud.tencent.scf.request import Answer, ScfRequest


async def create(request: ScfRequest) -> Answer:
    """CreateAlias."""
    Aliases(request.scope).create(request.namespace, request.function, request.text("Name"), request)
    return {}


async def update(request: ScfRequest) -> Answer:
    """UpdateAlias."""
    Aliases(request.scope).update(request.namespace, request.function, request.text("Name"), request)
    return {}


async def get(request: ScfRequest) -> Answer:
    """GetAlias; RoutingConfig is null where there is none: anything else is a diff to the tencentcloud provider."""
    return Aliases(request.scope).get(request.namespace, request.function, request.text("Name"))


async def list_aliases(request: ScfRequest) -> Answer:
    """ListAliases."""
    version = request.text("FunctionVersion", "")
    found = Aliases(request.scope).all(request.namespace, request.function, version)
    return {"Aliases": request.page(found), "TotalCount": len(found)}


async def delete(request: ScfRequest) -> Answer:
    """DeleteAlias."""
    Aliases(request.scope).delete(request.namespace, request.function, request.text("Name"))
    return {}
