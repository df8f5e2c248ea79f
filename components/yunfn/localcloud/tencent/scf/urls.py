"""SCF's host names, and its operations: what each takes, answers, and which right it asks for (scf 2018-04-16)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from yunfn.localcloud.tencent.api import api_hosts
from yunfn.localcloud.tencent.scf.request import Answer, ScfRequest
from yunfn.localcloud.tencent.scf.responses import (
    account,
    aliases,
    domains,
    functions,
    invocations,
    layers,
    namespaces,
    scaling,
    triggers,
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
_LAYER = "layer/{layer}"
_DOMAIN = "domain/{domain}"
_DOMAIN_FIELDS = "Domain Protocol EndpointsConfig CertConfig WafConfig"
_CALLED = "Qualifier LogType RoutingKey"
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
        "*",
        "Order Orderby Offset Limit SearchKey Namespace Description Filters",
    ),
    _of_function("GetFunctionAddress", functions.get_address, "Qualifier"),
    _of_function("PublishVersion", versions.publish, "Description"),
    _of_function("ListVersionByFunction", versions.list_versions, "Offset Limit Order OrderBy"),
    _of_function("CreateAlias", aliases.create, "Name FunctionVersion RoutingConfig Description"),
    _of_function("UpdateAlias", aliases.update, "Name FunctionVersion RoutingConfig Description"),
    _of_function("GetAlias", aliases.get, "Name"),
    _of_function("ListAliases", aliases.list_aliases, "FunctionVersion Offset Limit"),
    _of_function("DeleteAlias", aliases.delete, "Name"),
    _of_function(
        "CreateTrigger",
        triggers.create,
        "TriggerName Type TriggerDesc Qualifier Enable CustomArgument Description",
    ),
    _of_function(
        "UpdateTrigger",
        triggers.update,
        "TriggerName Type TriggerDesc Qualifier Enable CustomArgument Description",
    ),
    _of_function("UpdateTriggerStatus", triggers.switch, "TriggerName Type TriggerDesc Qualifier Enable"),
    _of_function("DeleteTrigger", triggers.delete, "TriggerName Type TriggerDesc Qualifier"),
    _of_function("ListTriggers", triggers.list_triggers, "Offset Limit OrderBy Order Filters"),
    _route(
        "PublishLayerVersion",
        layers.publish,
        _LAYER,
        "LayerName CompatibleRuntimes Content Description LicenseInfo Tags",
    ),
    _route("GetLayerVersion", layers.get, _LAYER, "LayerName LayerVersion"),
    _route("ListLayerVersions", layers.list_versions, _LAYER, "LayerName CompatibleRuntime"),
    _route("ListLayers", layers.list_layers, _LAYER, "CompatibleRuntime Offset Limit SearchKey"),
    _route("DeleteLayerVersion", layers.delete, _LAYER, "LayerName LayerVersion"),
    _of_function("PutReservedConcurrencyConfig", scaling.put_reserved, "ReservedConcurrencyMem"),
    _of_function("GetReservedConcurrencyConfig", scaling.get_reserved),
    _of_function("DeleteReservedConcurrencyConfig", scaling.delete_reserved),
    _of_function(
        "PutProvisionedConcurrencyConfig",
        scaling.put_provisioned,
        "Qualifier VersionProvisionedConcurrencyNum TriggerActions ProvisionedType TrackingTarget MinCapacity "
        "MaxCapacity",
    ),
    _of_function("GetProvisionedConcurrencyConfig", scaling.get_provisioned, "Qualifier"),
    _of_function("DeleteProvisionedConcurrencyConfig", scaling.delete_provisioned, "Qualifier"),
    _of_function("UpdateFunctionEventInvokeConfig", scaling.update_event_invoke, "AsyncTriggerConfig"),
    _of_function("GetFunctionEventInvokeConfig", scaling.get_event_invoke, "Qualifier"),
    _route("CreateCustomDomain", domains.create, _DOMAIN, f"{_DOMAIN_FIELDS} Tags"),
    _route("UpdateCustomDomain", domains.update, _DOMAIN, _DOMAIN_FIELDS),
    _route("GetCustomDomain", domains.get, _DOMAIN, "Domain"),
    _route("ListCustomDomains", domains.list_domains, _DOMAIN, "Offset Limit OrderBy Order Filters"),
    _route("DeleteCustomDomain", domains.delete, _DOMAIN, "Domain"),
    _route("GetAccount", account.get_account, "*", ""),
    _of_function("Invoke", invocations.invoke, f"InvocationType ClientContext {_CALLED}"),
    _of_function("InvokeFunction", invocations.invoke_function, f"Event {_CALLED}"),
    _of_function(
        "GetFunctionLogs",
        invocations.logs,
        "Offset Limit Order OrderBy Filter Qualifier FunctionRequestId StartTime EndTime SearchContext",
    ),
    _of_function("GetRequestStatus", invocations.status, "FunctionRequestId StartTime EndTime"),
    _of_function(
        "ListAsyncEvents",
        invocations.list_events,
        "Qualifier InvokeType Status StartTimeInterval EndTimeInterval Order Orderby Offset Limit InvokeRequestId",
    ),
    _route("GetAsyncEventStatus", invocations.event_status, _FUNCTION, "InvokeRequestId"),
    _of_function("TerminateAsyncEvent", invocations.terminate, "InvokeRequestId GraceShutdown"),
)
OPERATIONS = tuple(route.operation for route in ROUTES)
