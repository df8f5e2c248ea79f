"""Custom domains on the wire; a private key goes in and never comes out."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.models.domains import Domains
from yunfn.localcloud.alibaba.fc.request import FcRequest, done, gone
from yunfn.localcloud.store import Document


async def create(request: FcRequest) -> Response:
    """CreateCustomDomain."""
    return done(request.call, _document(_domains(request).create(request.body)))


async def get(request: FcRequest) -> Response:
    """GetCustomDomain."""
    return done(request.call, _document(_domains(request).get(request.path["domain"])))


async def update(request: FcRequest) -> Response:
    """UpdateCustomDomain."""
    return done(request.call, _document(_domains(request).update(request.path["domain"], request.body)))


async def delete(request: FcRequest) -> Response:
    """DeleteCustomDomain."""
    _domains(request).delete(request.path["domain"])
    return gone(request.call)


async def list_domains(request: FcRequest) -> Response:
    """ListCustomDomains."""

    def after(token: str) -> Iterable[tuple[str, Document]]:
        rows = request.scope.state.domains.scan(prefix=request.call.param("prefix") or "", after=token)
        return ((name, _document(document)) for name, document in rows)

    domains, token = request.page(after)
    return done(request.call, {"customDomains": domains, "nextToken": token})


def _domains(request: FcRequest) -> Domains:
    return Domains(request.scope, request.directory)


def _document(document: Document) -> Document:
    certificate = document.get("certConfig")
    if not certificate:
        return document
    return document | {"certConfig": {name: value for name, value in certificate.items() if name != "privateKey"}}
