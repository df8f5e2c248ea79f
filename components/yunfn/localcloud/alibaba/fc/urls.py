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

    ``resources`` are the ends of full resource names, any of which will do, with fields of the path, the body and the
    query in braces; none where the handler itself asks for the right.
    """

    operation: str
    method: str
    path: re.Pattern[str]
    handler: Handler
    resources: tuple[str, ...]


_FUNCTION = "functions/{function}"
_QUALIFIED = ("functions/{function}/{qualifier}", _FUNCTION)
_ALIAS = "functions/{function}/aliases/{alias}"
_TRIGGER = "functions/{function}/triggers/{trigger}"
_LAYER_VERSION = "layers/{layer}/versions/{version}"
_DOMAIN = "custom-domains/{domain}"


def _route(operation: str, request: str, handler: Handler, *resources: str) -> Route:
    method, template = request.split(" ")
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
    return Route(operation, method, re.compile(f"/{VERSION}{pattern}"), handler, resources)


ROUTES = (
    _route("CreateFunction", "POST /functions", functions.create_function, "functions/{functionName}"),
    _route("ListFunctions", "GET /functions", functions.list_functions, "functions/*"),
    _route("GetFunction", "GET /functions/{function}", functions.get_function, _FUNCTION),
    _route("UpdateFunction", "PUT /functions/{function}", functions.update_function, _FUNCTION),
    _route("DeleteFunction", "DELETE /functions/{function}", functions.delete_function, _FUNCTION),
    _route("GetFunctionCode", "GET /functions/{function}/code", functions.get_function_code, *_QUALIFIED),
    _route("DisableFunctionInvocation", "POST /functions/{function}/invoke/disable", functions.disable, _FUNCTION),
    _route("EnableFunctionInvocation", "POST /functions/{function}/invoke/enable", functions.enable, _FUNCTION),
    _route(
        "PublishFunctionVersion",
        "POST /functions/{function}/versions",
        versions.publish,
        "functions/{function}/versions",
    ),
    _route(
        "ListFunctionVersions",
        "GET /functions/{function}/versions",
        versions.list_versions,
        "functions/{function}/versions/*",
    ),
    _route(
        "DeleteFunctionVersion",
        "DELETE /functions/{function}/versions/{version}",
        versions.delete,
        "functions/{function}/versions/{version}",
    ),
    _route("CreateAlias", "POST /functions/{function}/aliases", aliases.create, _ALIAS.replace("alias}", "aliasName}")),
    _route("ListAliases", "GET /functions/{function}/aliases", aliases.list_aliases, "functions/{function}/aliases/*"),
    _route("GetAlias", "GET /functions/{function}/aliases/{alias}", aliases.get, _ALIAS),
    _route("UpdateAlias", "PUT /functions/{function}/aliases/{alias}", aliases.update, _ALIAS),
    _route("DeleteAlias", "DELETE /functions/{function}/aliases/{alias}", aliases.delete, _ALIAS),
    _route(
        "CreateTrigger",
        "POST /functions/{function}/triggers",
        triggers.create,
        "functions/{function}/triggers/{triggerName}",
    ),
    _route(
        "ListTriggers", "GET /functions/{function}/triggers", triggers.list_triggers, "functions/{function}/triggers/*"
    ),
    _route("GetTrigger", "GET /functions/{function}/triggers/{trigger}", triggers.get, _TRIGGER),
    _route("UpdateTrigger", "PUT /functions/{function}/triggers/{trigger}", triggers.update, _TRIGGER),
    _route("DeleteTrigger", "DELETE /functions/{function}/triggers/{trigger}", triggers.delete, _TRIGGER),
    _route("PutConcurrencyConfig", "PUT /functions/{function}/concurrency", scaling.put_concurrency, _FUNCTION),
    _route("GetConcurrencyConfig", "GET /functions/{function}/concurrency", scaling.get_concurrency, _FUNCTION),
    _route(
        "DeleteConcurrencyConfig", "DELETE /functions/{function}/concurrency", scaling.delete_concurrency, _FUNCTION
    ),
    _route(
        "ListConcurrencyConfigs",
        "GET /concurrency-configs",
        scaling.list_concurrency,
        "functions/{functionName}",
        "concurrency-configs/*",
    ),
    _route("PutProvisionConfig", "PUT /functions/{function}/provision-config", scaling.put_provision, *_QUALIFIED),
    _route("GetProvisionConfig", "GET /functions/{function}/provision-config", scaling.get_provision, *_QUALIFIED),
    _route(
        "DeleteProvisionConfig", "DELETE /functions/{function}/provision-config", scaling.delete_provision, *_QUALIFIED
    ),
    _route(
        "ListProvisionConfigs",
        "GET /provision-configs",
        scaling.list_provision,
        "functions/{functionName}",
        "provision-configs/*",
    ),
    _route("PutAsyncInvokeConfig", "PUT /functions/{function}/async-invoke-config", scaling.put_async, *_QUALIFIED),
    _route("GetAsyncInvokeConfig", "GET /functions/{function}/async-invoke-config", scaling.get_async, *_QUALIFIED),
    _route(
        "DeleteAsyncInvokeConfig", "DELETE /functions/{function}/async-invoke-config", scaling.delete_async, *_QUALIFIED
    ),
    _route(
        "ListAsyncInvokeConfigs",
        "GET /async-invoke-configs",
        scaling.list_async,
        "functions/{functionName}",
        "async-invoke-configs/*",
    ),
    _route(
        "CreateVpcBinding",
        "POST /functions/{function}/vpc-bindings",
        resources.bind_vpc,
        "functions/{function}/vpc-bindings/*",
    ),
    _route(
        "ListVpcBindings",
        "GET /functions/{function}/vpc-bindings",
        resources.list_vpc_bindings,
        "functions/{function}/vpc-bindings/*",
    ),
    _route(
        "DeleteVpcBinding",
        "DELETE /functions/{function}/vpc-bindings/{vpc}",
        resources.unbind_vpc,
        "functions/{function}/vpc-bindings/{vpc}",
    ),
    _route("CreateLayerVersion", "POST /layers/{layer}/versions", layers.create, "layers/{layer}/versions/*"),
    _route("ListLayers", "GET /layers", layers.list_layers, "layers/*"),
    _route("ListLayerVersions", "GET /layers/{layer}/versions", layers.list_versions, "layers/{layer}/versions/*"),
    _route("GetLayerVersion", "GET /layers/{layer}/versions/{version}", layers.get, _LAYER_VERSION),
    _route("GetLayerVersionByArn", "GET /layerarn/{arn}", layers.get_by_arn, "layerarn/{arn}"),
    _route("DeleteLayerVersion", "DELETE /layers/{layer}/versions/{version}", layers.delete, _LAYER_VERSION),
    _route("PutLayerACL", "PUT /layers/{layer}/acl", layers.put_acl, "layers/{layer}"),
    _route("CreateCustomDomain", "POST /custom-domains", domains.create, "custom-domains/{domainName}"),
    _route("ListCustomDomains", "GET /custom-domains", domains.list_domains, "custom-domains/*"),
    _route("GetCustomDomain", "GET /custom-domains/{domain}", domains.get, _DOMAIN),
    _route("UpdateCustomDomain", "PUT /custom-domains/{domain}", domains.update, _DOMAIN),
    _route("DeleteCustomDomain", "DELETE /custom-domains/{domain}", domains.delete, _DOMAIN),
    # These four name their resources in lists or by full name, and ask for each.
    _route("TagResources", "POST /tags-v2", resources.tag),
    _route("UntagResources", "DELETE /tags-v2", resources.untag),
    _route("ListTagResources", "GET /tags-v2", resources.list_tags),
    _route("ChangeResourceGroup", "PUT /resource-groups", resources.change_resource_group),
    # The data plane asks for the rights to invoke and to see tasks itself.
    _route("InvokeFunction", "POST /functions/{function}/invocations", invocations.invoke),
    _route("ListAsyncTasks", "GET /functions/{function}/async-tasks", invocations.list_tasks),
    _route("GetAsyncTask", "GET /functions/{function}/async-tasks/{task}", invocations.get_task),
    _route("StopAsyncTask", "PUT /functions/{function}/async-tasks/{task}/stop", invocations.stop_task),
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
