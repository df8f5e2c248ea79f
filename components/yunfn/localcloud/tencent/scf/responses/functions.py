"""Functions on the wire."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.scf.exceptions import InvalidValue, QualifierNotFound, VersionNotFound
from yunfn.localcloud.tencent.scf.models.functions import Functions, function_tags_resource
from yunfn.localcloud.tencent.scf.models.layers import layer_tags_resource
from yunfn.localcloud.tencent.scf.models.versions import Versions
from yunfn.localcloud.tencent.scf.request import Answer, ScfRequest
from yunfn.localcloud.tencent.scf.rights import require_pass_role
from yunfn.localcloud.tencent.scf.rules.names import is_version
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.siblings import tags_of
from yunfn.localcloud.tencent.scf.state import DEFAULT, LATEST, Package, ScfState, function_key, layer_key, version_key
from yunfn.localcloud.tencent.scf.transitions import Transition

# API reference, "GetFunction": a larger file is not shown.
_SHOWN_BYTES = 1 << 20
_LISTED = (
    "AddTime",
    "AsyncRunEnable",
    "Description",
    "FunctionId",
    "FunctionName",
    "ModTime",
    "Namespace",
    "Runtime",
    "TraceEnable",
    "Type",
)
_FILTERS: dict[str, Callable[[Document], Any]] = {
    "VpcId": lambda c: c["VpcConfig"]["VpcId"],
    "SubnetId": lambda c: c["VpcConfig"]["SubnetId"],
    "ClsTopicId": lambda c: c["ClsTopicId"],
    "ClsLogsetId": lambda c: c["ClsLogsetId"],
    "Role": lambda c: c["Role"],
    "CfsId": lambda c: [mount["CfsId"] for mount in c["CfsConfig"]["CfsInsList"]],
    "CfsMountInsId": lambda c: [mount["MountInsId"] for mount in c["CfsConfig"]["CfsInsList"]],
    "Eip": lambda c: c["PublicNetConfig"]["EipConfig"]["EipStatus"],
    "Runtime": lambda c: c["Runtime"],
    "Type": lambda c: c["Type"],
    "FunctionName": lambda c: c["FunctionName"],
    "AsyncRunEnable": lambda c: c["AsyncRunEnable"],
    "TraceEnable": lambda c: c["TraceEnable"],
    "Description": lambda c: c["Description"],
}


async def create_function(request: ScfRequest) -> Answer:
    """CreateFunction."""
    require_pass_role(request)
    await Functions(request.scope, request.packages).create(request.namespace, request.function, request)
    return {}


async def update_code(request: ScfRequest) -> Answer:
    """UpdateFunctionCode; Publish TRUE makes a version of what comes of it."""
    functions = Functions(request.scope, request.packages)
    await functions.update_code(request.namespace, request.function, request)
    _publish(request)
    return {}


async def update_configuration(request: ScfRequest) -> Answer:
    """UpdateFunctionConfiguration: what is sent is changed, the rest stays."""
    require_pass_role(request)
    functions = Functions(request.scope, request.packages)
    functions.update_configuration(request.namespace, request.function, request)
    _publish(request)
    return {}


async def delete_function(request: ScfRequest) -> Answer:
    """DeleteFunction: all of it, or the version that Qualifier names."""
    if "Qualifier" in request:
        return await delete_version(request)
    Functions(request.scope, request.packages).delete(request.namespace, request.function)
    return {}


async def delete_version(request: ScfRequest) -> Answer:
    """DeleteFunctionVersion."""
    qualifier = request.text("Qualifier")
    if not is_version(qualifier):
        raise QualifierNotFound(request.function, qualifier)
    Versions(request.scope, request.packages).delete(request.namespace, request.function, qualifier)
    return {}


async def get_function(request: ScfRequest) -> Answer:
    """GetFunction, of ``$LATEST`` or of what Qualifier (a version, an alias) means."""
    scope, namespace, name, qualifier = request.scope, request.namespace, request.function, request.qualifier
    function = scope.function(namespace, name)
    version, record = _qualified(scope.state, namespace, name, qualifier, function)
    transition, configuration = Transition.of(record), record["configuration"]
    failed = transition.status_reasons != []
    answer: dict[str, Any] = {
        key: value for key, value in configuration.items() if key not in ("IgnoreSysLog", "Layers")
    }
    eips = [_address("203.0.113", scope.region, namespace)] if _fixed(configuration) else []
    private = configuration["IntranetConfig"]["IpFixed"] == "ENABLE"
    public = configuration["PublicNetConfig"]
    return answer | {
        "AccessInfo": {"Host": "", "Vip": ""},
        "AvailableStatus": "Available",
        "CfsConfig": {
            "CfsInsList": [_mounted(scope.region, each) for each in configuration["CfsConfig"]["CfsInsList"]]
        },
        "CodeError": "",
        "CodeInfo": _shown(request, record) if request.text("ShowCode", "") == "TRUE" else "",
        "CodeResult": "failed" if failed else "success",
        "EipConfig": {"EipFixed": "TRUE" if eips else "FALSE", "Eips": eips},
        "ErrNo": 0,
        "FunctionVersion": version,
        "IntranetConfig": {
            **configuration["IntranetConfig"],
            "IpAddress": [_address("10.0.0", scope.region, namespace)] if private else [],
        },
        "Layers": [_layer(scope, each) for each in configuration["Layers"]],
        "OnsEnable": "FALSE",
        "PublicNetConfig": {**public, "EipConfig": {**public["EipConfig"], "EipAddress": eips}},
        "Qualifier": qualifier,
        "Status": transition.status,
        "StatusDesc": "",
        "StatusReasons": transition.status_reasons,
        "Tags": tags_of(scope, function_tags_resource(configuration)),
        "Triggers": _triggers(scope.state, namespace, name, qualifier),
        "UseGpu": "FALSE",
    }


async def list_functions(request: ScfRequest) -> Answer:
    """ListFunctions of a namespace, by part of the name or description and by filters."""
    scope, namespace = request.scope, request.namespace
    scope.namespace(namespace)
    key, description = request.text("SearchKey", ""), request.text("Description", "")
    filters = request.filters()
    found = []
    for record in scope.functions(namespace):
        configuration = record["configuration"]
        if key not in configuration["FunctionName"] or description not in configuration["Description"]:
            continue
        listed = _listed(request, record)
        if all(_fits(name, values, configuration, listed) for name, values in filters.items()):
            found.append(listed)
    fields = {name: name for name in ("AddTime", "ModTime", "FunctionName")}
    ordered = request.ordered(found, fields, "Orderby", descending=True)
    return {"Functions": request.page(ordered), "TotalCount": len(found)}


async def get_address(request: ScfRequest) -> Answer:
    """GetFunctionAddress: where the code can be fetched for a while, and its SHA-256."""
    function = request.scope.function(request.namespace, request.function)
    record = function
    if request.qualifier != LATEST:
        record = request.scope.version(request.namespace, request.function, request.qualifier)
    package = Package.of(record["code"])
    if package is None:
        raise InvalidValue("FunctionName", f"{request.function} has no code package")
    return {"Url": request.links.make(request.call, package), "CodeSha256": package.sha256}


def _publish(request: ScfRequest) -> None:
    if request.text("Publish", "") == "TRUE":
        record = request.scope.function(request.namespace, request.function)
        if not Transition.of(record).reasons:
            description = record["configuration"]["Description"]
            Versions(request.scope, request.packages).publish_anyway(request.namespace, request.function, description)


def _qualified(state: ScfState, namespace: str, name: str, qualifier: str, function: Document) -> tuple[str, Document]:
    version = qualifier
    if qualifier != LATEST and not is_version(qualifier):
        alias = state.aliases.get(f"{function_key(namespace, name)}/{qualifier}")
        if alias is None and qualifier != DEFAULT:
            raise VersionNotFound(name, qualifier)
        version = alias["FunctionVersion"] if alias else LATEST
    if version == LATEST:
        return version, function
    record = state.versions.get(version_key(namespace, name, version))
    if record is None:
        raise VersionNotFound(name, version)
    return version, record


def _triggers(state: ScfState, namespace: str, name: str, qualifier: str) -> list[Document]:
    found = [document for _, document in state.of_function(state.triggers, namespace, name)]
    return [
        {key: value for key, value in document.items() if key != "BoundResources"}
        for document in found
        if document["Qualifier"] == qualifier
    ]


def _layer(scope: ScfScope, used: Document) -> Document:
    """What there is to tell of a function's layer; of a version that was deleted, its name and number."""
    record = scope.state.layer_versions.get(layer_key(used["LayerName"], used["LayerVersion"]))
    if record is None:
        gone = {"CompatibleRuntimes": [], "AddTime": "", "Description": "", "LicenseInfo": "", "Stamp": ""}
        return gone | used | {"Status": "", "Tags": []}
    tags = tags_of(scope, layer_tags_resource(used["LayerName"]))
    document: Document = record["document"] | {"Status": Transition.of(record).status, "Tags": tags}
    return document


def _listed(request: ScfRequest, record: Document) -> dict[str, Any]:
    scope, configuration, transition = request.scope, record["configuration"], Transition.of(record)
    namespace, name = configuration["Namespace"], configuration["FunctionName"]
    reserved = scope.state.reserved.get(function_key(namespace, name)) or {}
    provisioned = [document for _, document in scope.state.of_function(scope.state.provisioned, namespace, name)]
    instances = sum(document["VersionProvisionedConcurrencyNum"] for document in provisioned)
    return {key: configuration[key] for key in _LISTED} | {
        "ReservedConcurrencyMem": reserved.get("ReservedConcurrencyMem"),
        "Status": transition.status,
        "StatusDesc": "",
        "StatusReasons": transition.status_reasons,
        "Tags": tags_of(scope, function_tags_resource(configuration)),
        "TotalProvisionedConcurrencyMem": instances * configuration["MemorySize"],
    }


def _fits(name: str, values: list[str], configuration: Document, listed: dict[str, Any]) -> bool:
    if name.startswith("tag-"):
        wanted = name.removeprefix("tag-")
        return any(tag["Key"] == wanted and tag["Value"] in values for tag in listed["Tags"])
    if name == "Status":
        return listed["Status"] in values
    read = _FILTERS.get(name)
    if read is None:
        raise InvalidValue("Filters", f"there is no filter {name!r}")
    found = read(configuration)
    return bool(set(found) & set(values)) if isinstance(found, list) else found in values


def _fixed(configuration: Document) -> bool:
    return bool(configuration["PublicNetConfig"]["EipConfig"]["EipStatus"] == "ENABLE")


def _address(network: str, region: str, namespace: str) -> str:
    """An address that all functions of a namespace share ("Fixed public outbound IP"), of a net of no one's."""
    return f"{network}.{hashlib.sha256(f'{region}/{namespace}'.encode()).digest()[0] % 253 + 1}"


def _mounted(region: str, mount: Document) -> Document:
    return mount | {"IpAddress": _address("10.0.1", region, mount["MountInsId"]), "MountVpcId": "", "MountSubnetId": ""}


def _shown(request: ScfRequest, record: Document) -> str:
    """The text of the file that the handler is in; "" where it is large, absent or no text."""
    package = Package.of(record["code"])
    if package is None:
        return ""
    name = record["configuration"]["Handler"].rpartition(".")[0] + ".py"
    with zipfile.ZipFile(request.scope.cloud.blobs.path(package.blob)) as archive:
        if name not in archive.namelist() or archive.getinfo(name).file_size > _SHOWN_BYTES:
            return ""
        return archive.read(name).decode("utf-8", "replace")
