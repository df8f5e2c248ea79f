"""Custom domains on the wire."""

from __future__ import annotations

from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import InvalidParameterValue
from yunfn.localcloud.tencent.scf.models.domains import Domains, domain_tags_resource
from yunfn.localcloud.tencent.scf.request import Answer, ScfRequest
from yunfn.localcloud.tencent.scf.siblings import tags_of

_TOLD = ("Domain", "Protocol", "EndpointsConfig", "CertConfig", "WafConfig")


async def create(request: ScfRequest) -> Answer:
    """CreateCustomDomain."""
    _domains(request).create(request.text("Domain"), request)
    return {}


async def update(request: ScfRequest) -> Answer:
    """UpdateCustomDomain."""
    _domains(request).update(request.text("Domain"), request)
    return {}


async def get(request: ScfRequest) -> Answer:
    """GetCustomDomain."""
    return _told(request, _domains(request).get(request.text("Domain")))


async def list_domains(request: ScfRequest) -> Answer:
    """ListCustomDomains, newest first; the filter Domain names whole domains."""
    found = _domains(request).all()
    for name, values in request.filters().items():
        if name != "Domain":
            raise InvalidParameterValue("Filters", f"has {name!r}, which is not Domain")
        found = [document for document in found if document["Domain"] in values]
    fields = {"AddTime": "AddTime", "ModTime": "ModTime"}
    page = request.page(request.ordered(found, fields, "OrderBy", descending=True))
    return {"Domains": [_told(request, dict(document)) for document in page], "Total": len(found)}


async def delete(request: ScfRequest) -> Answer:
    """DeleteCustomDomain."""
    _domains(request).delete(request.text("Domain"))
    return {}


def _domains(request: ScfRequest) -> Domains:
    return Domains(request.scope, request.directory)


def _told(request: ScfRequest, document: Document) -> dict[str, Any]:
    tags = tags_of(request.scope, domain_tags_resource(document["Domain"]))
    return {name: document[name] for name in _TOLD} | {"Tags": tags}
