"""Versions on the wire; one is read by GetFunction with its number as the qualifier."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.models.versions import Versions
from yunfn.localcloud.alibaba.fc.request import FcRequest, done, gone
from yunfn.localcloud.alibaba.fc.rules.fields import Fields
from yunfn.localcloud.store import Document


async def publish(request: FcRequest) -> Response:
    """PublishFunctionVersion."""
    description = Fields(request.body).text("description") or ""
    return done(request.call, _versions(request).publish(request.path["function"], description)["document"])


async def list_versions(request: FcRequest) -> Response:
    """ListFunctionVersions, newest first unless the direction is FORWARD."""
    direction = request.call.param("direction") or "BACKWARD"
    if direction not in ("BACKWARD", "FORWARD"):
        raise InvalidArgument(f"direction must be BACKWARD or FORWARD, got '{direction}'")
    name = request.path["function"]
    request.scope.function(name)
    state = request.scope.state
    documents = [record["document"] for _, record in state.of_function(state.versions, name)]
    forward = direction == "FORWARD"

    def after(token: str) -> Iterable[tuple[str, Document]]:
        bound = int(token) if token.isdigit() else 0
        for document in documents if forward else reversed(documents):
            number = int(document["versionId"])
            if not bound or (number > bound if forward else number < bound):
                yield document["versionId"], document

    versions, token = request.page(after)
    return done(request.call, {"versions": versions, "nextToken": token, "direction": direction})


async def delete(request: FcRequest) -> Response:
    """DeleteFunctionVersion."""
    _versions(request).delete(request.path["function"], request.path["version"])
    return gone(request.call)


def _versions(request: FcRequest) -> Versions:
    return Versions(request.scope, request.packages)
