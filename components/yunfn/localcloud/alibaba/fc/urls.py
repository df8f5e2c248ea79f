"""Function Compute's host names, and which operation a method and path mean (alibabacloud-fc20230330 4.8)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.responses import (
    aliases,
    domains,
    functions,
    invocations,
    layers,
    packages,
    resources,
    scaling,
    triggers,
    versions,
)

if TYPE_CHECKING:
    from yunfn.localcloud.alibaba.fc.request import FcRequest

Handler = Callable[["FcRequest"], Awaitable[Response]]

_REGION = r"(?P<region>[a-z]{2}-[a-z0-9-]+?)"
HOSTS = (
    # FCD "endpoints": with the account id, without it, and the gateway's name that the newer SDKs use.
    re.compile(rf"(?P<account>\d+)\.{_REGION}(?:-internal)?\.fc\.aliyuncs\.com"),
    re.compile(rf"{_REGION}(?:-internal)?\.fc\.aliyuncs\.com"),
    re.compile(rf"fcv3(?:-vpc)?\.{_REGION}\.aliyuncs\.com"),
    # FCD "HTTP triggers": the address of each, public and inside a VPC.
    re.compile(rf"(?P<trigger>[a-z0-9-]+)\.{_REGION}(?:-vpc)?\.fcapp\.run"),
)
VERSION = "2023-03-30"


@dataclass(frozen=True, slots=True)
class Route:
    """An operation: its method, the pattern of its path, what does it, and the right it takes.

    ``resource`` is the end of a full resource name, with the path's and body's fields in braces; "" where the handler
    itself asks for the right.
    """

    operation: str
    method: str
    path: re.Pattern[str]
    handler: Handler
    resource: str


_FUNCTION = "functions/{function}"
_LAYER = "layers/{layer}"


def _route(operation: str, request: str, handler: Handler, resource: str) -> Route:
    method, template = request.split(" ")
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
    return Route(operation, method, re.compile(f"/{VERSION}{pattern}"), handler, resource)


ROUTES = (
    _route("CreateFunction", "POST /functions", functions.create_function, "functions/{functionName}"),
    _route("ListFunctions", "GET /functions", functions.list_functions, "functions/*"),
    _route("GetFunction", "GET /functions/{function}", functions.get_function, _FUNCTION),
    _route("UpdateFunction", "PUT /functions/{function}", functions.update_function, _FUNCTION),
    _route("DeleteFunction", "DELETE /functions/{function}", functions.delete_function, _FUNCTION),
    _route("GetFunctionCode", "GET /functions/{function}/code", functions.get_function_code, _FUNCTION),
    _route("DisableFunctionInvocation", "POST /functions/{function}/invoke/disable", functions.disable, _FUNCTION),
    _route("EnableFunctionInvocation", "POST /functions/{function}/invoke/enable", functions.enable, _FUNCTION),
    _route("PublishFunctionVersion", "POST /functions/{function}/versions", versions.publish, _FUNCTION),
    _route("ListFunctionVersions", "GET /functions/{function}/versions", versions.list_versions, _FUNCTION),
    _route("DeleteFunctionVersion", "DELETE /functions/{function}/versions/{version}", versions.delete, _FUNCTION),
    _route("CreateAlias", "POST /functions/{function}/aliases", aliases.create, _FUNCTION),
    _route("ListAliases", "GET /functions/{function}/aliases", aliases.list_aliases, _FUNCTION),
    _route("GetAlias", "GET /functions/{function}/aliases/{alias}", aliases.get, _FUNCTION),
    _route("UpdateAlias", "PUT /functions/{function}/aliases/{alias}", aliases.update, _FUNCTION),
    _route("DeleteAlias", "DELETE /functions/{function}/aliases/{alias}", aliases.delete, _FUNCTION),
    _route("CreateTrigger", "POST /functions/{function}/triggers", triggers.create, _FUNCTION),
    _route("ListTriggers", "GET /functions/{function}/triggers", triggers.list_triggers, _FUNCTION),
    _route("GetTrigger", "GET /functions/{function}/triggers/{trigger}", triggers.get, _FUNCTION),
    _route("UpdateTrigger", "PUT /functions/{function}/triggers/{trigger}", triggers.update, _FUNCTION),
    _route("DeleteTrigger", "DELETE /functions/{function}/triggers/{trigger}", triggers.delete, _FUNCTION),
    _route("PutConcurrencyConfig", "PUT /functions/{function}/concurrency", scaling.put_concurrency, _FUNCTION),
    _route("GetConcurrencyConfig", "GET /functions/{function}/concurrency", scaling.get_concurrency, _FUNCTION),
    _route(
        "DeleteConcurrencyConfig", "DELETE /functions/{function}/concurrency", scaling.delete_concurrency, _FUNCTION
    ),
    _route("ListConcurrencyConfigs", "GET /concurrency-configs", scaling.list_concurrency, "functions/*"),
    _route("PutProvisionConfig", "PUT /functions/{function}/provision-config", scaling.put_provision, _FUNCTION),
    _route("GetProvisionConfig", "GET /functions/{function}/provision-config", scaling.get_provision, _FUNCTION),
    _route(
        "DeleteProvisionConfig", "DELETE /functions/{function}/provision-config", scaling.delete_provision, _FUNCTION
    ),
    _route("ListProvisionConfigs", "GET /provision-configs", scaling.list_provision, "functions/*"),
    _route("PutAsyncInvokeConfig", "PUT /functions/{function}/async-invoke-config", scaling.put_async, _FUNCTION),
    _route("GetAsyncInvokeConfig", "GET /functions/{function}/async-invoke-config", scaling.get_async, _FUNCTION),
    _route(
        "DeleteAsyncInvokeConfig", "DELETE /functions/{function}/async-invoke-config", scaling.delete_async, _FUNCTION
    ),
    _route("ListAsyncInvokeConfigs", "GET /async-invoke-configs", scaling.list_async, "functions/*"),
    _route("CreateVpcBinding", "POST /functions/{function}/vpc-bindings", resources.bind_vpc, _FUNCTION),
    _route("ListVpcBindings", "GET /functions/{function}/vpc-bindings", resources.list_vpc_bindings, _FUNCTION),
    _route("DeleteVpcBinding", "DELETE /functions/{function}/vpc-bindings/{vpc}", resources.unbind_vpc, _FUNCTION),
    _route("CreateLayerVersion", "POST /layers/{layer}/versions", layers.create, _LAYER),
    _route("ListLayers", "GET /layers", layers.list_layers, "layers/*"),
    _route("ListLayerVersions", "GET /layers/{layer}/versions", layers.list_versions, _LAYER),
    _route(
        "GetLayerVersion", "GET /layers/{layer}/versions/{version}", layers.get, "layers/{layer}/versions/{version}"
    ),
    _route("GetLayerVersionByArn", "GET /layerarn/{arn}", layers.get_by_arn, ""),
    _route(
        "DeleteLayerVersion",
        "DELETE /layers/{layer}/versions/{version}",
        layers.delete,
        "layers/{layer}/versions/{version}",
    ),
    _route("PutLayerACL", "PUT /layers/{layer}/acl", layers.put_acl, _LAYER),
    _route("CreateCustomDomain", "POST /custom-domains", domains.create, "custom-domains/{domainName}"),
    _route("ListCustomDomains", "GET /custom-domains", domains.list_domains, "custom-domains/*"),
    _route("GetCustomDomain", "GET /custom-domains/{domain}", domains.get, "custom-domains/{domain}"),
    _route("UpdateCustomDomain", "PUT /custom-domains/{domain}", domains.update, "custom-domains/{domain}"),
    _route("DeleteCustomDomain", "DELETE /custom-domains/{domain}", domains.delete, "custom-domains/{domain}"),
    _route("TagResources", "POST /tags-v2", resources.tag, ""),
    _route("UntagResources", "DELETE /tags-v2", resources.untag, ""),
    _route("ListTagResources", "GET /tags-v2", resources.list_tags, ""),
    _route("ChangeResourceGroup", "PUT /resource-groups", resources.change_resource_group, ""),
    # The data plane asks for the right to invoke itself, by qualifier.
    _route("InvokeFunction", "POST /functions/{function}/invocations", invocations.invoke, ""),
    _route("ListAsyncTasks", "GET /functions/{function}/async-tasks", invocations.list_tasks, ""),
    _route("GetAsyncTask", "GET /functions/{function}/async-tasks/{task}", invocations.get_task, ""),
    _route("StopAsyncTask", "PUT /functions/{function}/async-tasks/{task}/stop", invocations.stop_task, ""),
)
OPERATIONS = (*(route.operation for route in ROUTES), "InvokeHTTPTrigger")
# A package's own address, as GetFunctionCode and GetLayerVersion tell it; its token is its permission.
PACKAGE = re.compile(r"/code-packages/(?P<token>[A-Za-z0-9_-]+)\.zip")
download_package = packages.download


def find(method: str, raw_path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a request, and the decoded fields of its path."""
    for route in ROUTES:
        if route.method == method and (match := route.path.fullmatch(raw_path)):
            return route, {name: unquote(value) for name, value in match.groupdict().items()}
    return None
