"""What goes across kinds of resources: tags, resource groups, VPC bindings."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.models.functions import Functions
from yunfn.localcloud.alibaba.fc.models.tags import RESOURCE_TYPES, Tags, read_tags
from yunfn.localcloud.alibaba.fc.request import FcRequest, done, gone
from yunfn.localcloud.alibaba.fc.rights import require
from yunfn.localcloud.alibaba.fc.rules.fields import Fields


async def tag(request: FcRequest) -> Response:
    """TagResources."""
    fields = Fields(request.body)
    _check_type(fields.text("ResourceType"))
    arns = fields.texts("ResourceId") or []
    tags = request.body.get("Tag")
    if not arns or not isinstance(tags, list):
        raise InvalidArgument("ResourceId and Tag are required")
    _require(request, "fc:TagResources", arns)
    Tags(request.scope).tag(arns, read_tags(tags))
    return done(request.call, {"RequestId": request.call.request_id})


async def untag(request: FcRequest) -> Response:
    """UntagResources; everything is in the query, lists as JSON."""
    call = request.call
    _check_type(call.param("ResourceType"))
    arns, keys = _texts(request, "ResourceId"), _texts(request, "TagKey")
    everything = (call.param("All") or "").lower() == "true"
    if not arns or not (keys or everything):
        raise InvalidArgument("ResourceId and TagKey (or All) are required")
    _require(request, "fc:UntagResources", arns)
    Tags(request.scope).untag(arns, keys, everything=everything)
    return done(call, {"RequestId": call.request_id})


async def list_tags(request: FcRequest) -> Response:
    """ListTagResources, of resources or of tags."""
    call = request.call
    _check_type(call.param("ResourceType"))
    arns = _texts(request, "ResourceId")
    wanted: dict[str, str | None] = dict(read_tags(request.json_list("Tag")))
    if not arns and not wanted:
        raise InvalidArgument("ResourceId or Tag is required")
    _require(request, "fc:ListTagResources", arns or [request.scope.arn("functions/*")])
    rows = Tags(request.scope).listed(arns, wanted)
    found, token = request.page(
        lambda after: ((str(place), row) for place, row in enumerate(rows, 1) if place > int(after or 0))
    )
    resources = [
        {"ResourceType": RESOURCE_TYPES[1], "ResourceId": arn, "TagKey": key, "TagValue": value}
        for arn, key, value in found
    ]
    return done(call, {"NextToken": token, "RequestId": call.request_id, "TagResources": resources})


async def change_resource_group(request: FcRequest) -> Response:
    """ChangeResourceGroup; the resource is a function, by name or full name."""
    fields = Fields({name[:1].lower() + name[1:]: value for name, value in request.body.items()})
    resource, group = fields.required("resourceId"), fields.required("newResourceGroupId")
    _check_type(fields.text("resourceType") or RESOURCE_TYPES[0])
    name = Tags(request.scope).function_of(resource) if resource.startswith("acs:") else resource
    _require(request, "fc:ChangeResourceGroup", [request.scope.function_arn(name)])
    old = request.scope.function(name)["configuration"]["resourceGroupId"]
    Functions(request.scope, request.packages).amend(name, {"resourceGroupId": group})
    answer = {"ResourceId": resource, "OldResourceGroupId": old, "NewResourceGroupId": group}
    return done(request.call, answer | {"RequestId": request.call.request_id})


async def bind_vpc(request: FcRequest) -> Response:
    """CreateVpcBinding."""
    request.scope.function(request.path["function"])
    vpc = Fields(request.body).required("vpcId")
    request.scope.state.vpc_bindings.put(f"{request.path['function']}/{vpc}", {"vpcId": vpc})
    return done(request.call, {})


async def unbind_vpc(request: FcRequest) -> Response:
    """DeleteVpcBinding."""
    request.scope.function(request.path["function"])
    request.scope.state.vpc_bindings.delete(f"{request.path['function']}/{request.path['vpc']}")
    return gone(request.call)


async def list_vpc_bindings(request: FcRequest) -> Response:
    """ListVpcBindings."""
    request.scope.function(request.path["function"])
    state = request.scope.state
    bindings = state.of_function(state.vpc_bindings, request.path["function"])
    return done(request.call, {"vpcIds": [vpc for vpc, _ in bindings]})


def _check_type(resource_type: str | None) -> None:
    if (resource_type or "") not in RESOURCE_TYPES:
        raise InvalidArgument(f"ResourceType must be {RESOURCE_TYPES[0]}, got '{resource_type or ''}'")


def _texts(request: FcRequest, name: str) -> list[str]:
    values = request.json_list(name)
    if not all(isinstance(value, str) for value in values):
        raise InvalidArgument(f"{name} must be a list of strings")
    return values


def _require(request: FcRequest, action: str, arns: list[str]) -> None:
    for arn in arns:
        require(request.call, action, [arn], {})
