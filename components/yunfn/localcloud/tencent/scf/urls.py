"""SCF's host names, and its operations: what each takes, answers, and which right it asks for (scf 2018-04-16)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from yunfn.localcloud.tencent.api import api_hosts
from yunfn.localcloud.tencent.scf.request import Answer, ScfRequest
from yunfn.localcloud.tencent.scf.responses import (
    functions,
    namespaces,
    versions,
)

Handler = Callable[[ScfRequest], Awaitable[Answer]]

_REGION = r"(?P<region>[a-z]{2,4}-[a-z0-9-]+?)"
HOSTS = (
    *api_hosts("scf"),
    # "Function URL": the address of each http trigger, public and inside a VPC.
    re.compile(rf"(?P<trigger>\d+-[a-z0-9]{{10}})\.{_REGION}\.tencentscf\.com"),
    re.compile(rf"(?P<trigger>\d+-[a-z0-9]{{10}})-{_REGION}-in\.scf\.tencentcs\.com"),
)
# A package's own address, as GetFunctionAddress and GetLayerVersion tell it; its token is its permission.
PACKAGE = re.compile(r"/code-packages/(?P<token>[A-Za-z0-9_-]+)\.zip")


@dataclass(frozen=True, slots=True)
class Route:
    """An operation: what does it, the parameters it knows, and the end of the full name of what it works on."""

    operation: str
    handler: Handler
    resource: str
    parameters: frozenset[str]


_NAMESPACE = "namespace/{namespace}"
_FUNCTION = "namespace/{namespace}/function/{function}"
_CONFIGURED = (
    "Description MemorySize Timeout Environment Runtime VpcConfig Role InstallDependency ClsLogsetId ClsTopicId Layers "
    "DeadLetterConfig PublicNetConfig CfsConfig InitTimeout ProtocolParams InstanceConcurrencyConfig DnsCache "
    "IntranetConfig"
)


def _route(operation: str, handler: Handler, resource: str, parameters: str) -> Route:
    return Route(operation, handler, resource, frozenset(parameters.split()))


def _of_function(operation: str, handler: Handler, parameters: str = "") -> Route:
    return _route(operation, handler, _FUNCTION, f"FunctionName Namespace {parameters}")


ROUTES = (
    _route("CreateNamespace", namespaces.create, _NAMESPACE, "Namespace Description ResourceEnv"),
    _route("UpdateNamespace", namespaces.update, _NAMESPACE, "Namespace Description"),
    _route("DeleteNamespace", namespaces.delete, _NAMESPACE, "Namespace"),
    _route("ListNamespaces", namespaces.list_namespaces, "namespace/*", "Limit Offset Orderby Order SearchKey"),
    _of_function(
        "CreateFunction",
        functions.create_function,
        f"{_CONFIGURED} Code Handler Type CodeSource Tags AsyncRunEnable TraceEnable AutoDeployClsTopicIndex "
        "AutoCreateClsTopic ProtocolType",
    ),
    _of_function(
        "UpdateFunctionCode",
        functions.update_code,
        "Handler CosBucketName CosObjectName ZipFile CosBucketRegion InstallDependency EnvId Publish Code CodeSource",
    ),
    _of_function(
        "UpdateFunctionConfiguration",
        functions.update_configuration,
        f"{_CONFIGURED} Publish L5Enable IgnoreSysLog",
    ),
    _of_function("GetFunction", functions.get_function, "Qualifier ShowCode"),
    _of_function("DeleteFunction", functions.delete_function, "Qualifier"),
    _of_function("DeleteFunctionVersion", functions.delete_version, "Qualifier ForceDelete"),
    _route(
        "ListFunctions",
        functions.list_functions,
        _FUNCTION,
        "Order Orderby Offset Limit SearchKey Namespace Description Filters",
    ),
    _of_function("GetFunctionAddress", functions.get_address, "Qualifier"),
    _of_function("PublishVersion", versions.publish, "Description"),
    _of_function("ListVersionByFunction", versions.list_versions, "Offset Limit Order OrderBy"),
)
OPERATIONS = tuple(route.operation for route in ROUTES)
