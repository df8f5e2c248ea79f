"""The rights that operations take: CAM actions ``scf:<operation>`` on six-segment names ("SCF: access management")."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yunfn.localcloud.tencent.scf.request import ScfRequest


def require_operation(request: ScfRequest, template: str) -> None:
    """Raise UnauthorizedOperation.CAM unless the sender may do the operation.

    ``template`` is the end of the resource's full name with fields of the request in braces, or ``*`` for operations
    that CAM decides for all resources at once ("Permission management", 583/18014): a narrower right is none.
    """
    names = {
        "namespace": request.parameters.get("Namespace") or "default",
        "function": request.parameters.get("FunctionName") or "*",
        "layer": request.parameters.get("LayerName") or "*",
        "domain": request.parameters.get("Domain") or "*",
    }
    resource = template if template == "*" else request.scope.qcs(template.format_map(names))
    request.require(f"scf:{request.call.operation}", resource)


def require_pass_role(request: ScfRequest) -> None:
    """Raise UnauthorizedOperation.CAM unless the sender may hand the request's Role (if any) to the service."""
    role = request.text("Role", "")
    if role:
        request.require("cam:PassRole", f"qcs::cam::uin/{request.uin}:roleName/{role}")
