"""Triggers on the wire; ``triggerConfig`` is a string both ways, answered as it was sent."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.models.triggers import Triggers
from yunfn.localcloud.alibaba.fc.request import FcRequest, done, gone
from yunfn.localcloud.alibaba.fc.rights import require_pass_role
from yunfn.localcloud.alibaba.fc.rules.fields import Fields


async def create(request: FcRequest) -> Response:
    """CreateTrigger."""
    require_pass_role(request.call, Fields(request.body).text("invocationRole"))
    return done(request.call, Triggers(request.scope).create(request.path["function"], request.body))


async def get(request: FcRequest) -> Response:
    """GetTrigger."""
    return done(request.call, Triggers(request.scope).get(request.path["function"], request.path["trigger"]))


async def update(request: FcRequest) -> Response:
    """UpdateTrigger."""
    require_pass_role(request.call, Fields(request.body).text("invocationRole"))
    document = Triggers(request.scope).update(request.path["function"], request.path["trigger"], request.body)
    return done(request.call, document)


async def delete(request: FcRequest) -> Response:
    """DeleteTrigger."""
    Triggers(request.scope).delete(request.path["function"], request.path["trigger"])
    return gone(request.call)


async def list_triggers(request: FcRequest) -> Response:
    """ListTriggers."""
    triggers, token = request.children(request.scope.state.triggers, request.call.param("prefix") or "")
    return done(request.call, {"triggers": triggers, "nextToken": token})
