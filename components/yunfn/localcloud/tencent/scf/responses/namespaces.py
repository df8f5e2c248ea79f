"""Namespaces on the wire."""

from __future__ import annotations

from yunfn.localcloud.tencent.scf.models.namespaces import Namespaces
from yunfn.localcloud.tencent.scf.request import Answer, ScfRequest


async def create(request: ScfRequest) -> Answer:
    """CreateNamespace."""
    Namespaces(request.scope).create(request.text("Namespace"), request.text("Description", ""))
    return {}


async def update(request: ScfRequest) -> Answer:
    """UpdateNamespace."""
    Namespaces(request.scope).update(request.text("Namespace"), request.text("Description", ""))
    return {}


async def delete(request: ScfRequest) -> Answer:
    """DeleteNamespace."""
    Namespaces(request.scope).delete(request.text("Namespace"))
    return {}


async def list_namespaces(request: ScfRequest) -> Answer:
    """ListNamespaces; each SearchKey must be contained in what it names."""
    fields = {"Namespace": "Name", "Description": "Description"}
    found = Namespaces(request.scope).all()
    for each in request.inners("SearchKey"):
        key, value = each.text("Key"), each.text("Value", "")
        found = [document for document in found if value in document.get(fields.get(key, ""), "")]
    ordered = request.ordered(found, {"Name": "Name", "Updatetime": "ModTime"}, "Orderby", descending=False)
    return {"Namespaces": request.page(ordered), "TotalCount": len(found)}
