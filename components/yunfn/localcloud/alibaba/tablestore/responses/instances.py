"""Operations of instances, of the control plane.

The RAM pages of the API name an action like its operation (``ots:UpdateInstance``), except that nothing is said of
some; those are asked for by the same rule, and ListInstances by the older API's ``ots:ListInstance``.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Any

from yunfn.localcloud.alibaba.tablestore.control import ControlCall, Route
from yunfn.localcloud.alibaba.tablestore.exceptions import (
    InstanceAlreadyExists,
    InstanceNotEmpty,
    InvalidParameter,
    NoSuchInstance,
    TooManyInstances,
)
from yunfn.localcloud.alibaba.tablestore.models.instances import HYBRID, SSD, Instance
from yunfn.localcloud.alibaba.tablestore.state import TablestoreState
from yunfn.localcloud.alibaba.tablestore.table_rules import MOST_TABLES

MOST_INSTANCES = 10
"""How many instances an account may have unless a ticket raises it ("General limits")."""
# "CreateInstance": 3 to 16 characters, and none of these words in it.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,14}[A-Za-z0-9]")
_FORBIDDEN = ("ali", "ay", "ots", "taobao", "admin")
_NETWORK_TYPES = ("VPC", "CLASSIC", "INTERNET")
_NETWORK_SOURCES = ("TRUST_PROXY",)
# The lists that an instance has which was made by the older Network alone; believed, no page says so.
_LISTS_OF = {
    "NORMAL": (_NETWORK_TYPES, _NETWORK_SOURCES),
    "VPC_CONSOLE": (("VPC",), _NETWORK_SOURCES),
    "VPC": (("VPC",), ()),
}
_DEFAULT_PAGE, _LARGEST_PAGE = 100, 200


def list_cluster_type(state: TablestoreState, call: ControlCall) -> dict[str, Any]:
    """ListClusterType: what kinds of instance the region has."""
    call.require("ListClusterType")
    return {"ClusterTypes": [SSD, HYBRID]}


def create_instance(state: TablestoreState, call: ControlCall) -> dict[str, Any]:
    """CreateInstance; the instance is normal at once."""
    name, cluster_type = call.text("InstanceName"), call.text("ClusterType")
    call.require("CreateInstance", name)
    if not _NAME.fullmatch(name):
        raise InvalidParameter("InstanceName", "3 to 16 letters, digits and hyphens, a letter first and no hyphen last")
    if found := [word for word in _FORBIDDEN if word in name.lower()]:
        raise InvalidParameter("InstanceName", f"it must not contain the word {found[0]}")
    if cluster_type not in (SSD, HYBRID):
        raise InvalidParameter("ClusterType", f"{SSD} or {HYBRID}")
    _refuse_policy(call)
    network = call.optional("Network") or "NORMAL"
    types, sources = _network_lists(call)
    if types is None and sources is None:
        types, sources = _LISTS_OF[_checked_network(network)]
    instance = Instance(
        call.account,
        call.region,
        name,
        cluster_type,
        call.optional("InstanceDescription"),
        _checked_network(network),
        types if types is not None else _NETWORK_TYPES,
        sources if sources is not None else _NETWORK_SOURCES,
        call.optional("ResourceGroupId"),
        created=state.clock.time(),
        tags=call.tags("Tags"),
    )
    if state.instances.get(call.account, call.region, name) is not None:
        raise InstanceAlreadyExists(name)
    if state.instances.count(call.account) >= MOST_INSTANCES:
        raise TooManyInstances(MOST_INSTANCES)
    state.instances.insert(instance)
    return {"Code": "200", "Message": "success"}


def get_instance(state: TablestoreState, call: ControlCall) -> dict[str, Any]:
    """GetInstance: all there is to know of one."""
    instance = _instance(state, call, "GetInstance")
    return {
        **_summary(instance),
        "Network": instance.network,
        "NetworkTypeACL": list(instance.network_types),
        "NetworkSourceACL": list(instance.network_sources),
        "Policy": "",
        "PolicyVersion": 0,
        "TableQuota": MOST_TABLES,
        # The provider reads the quota from here, the SDK's model from the line above.
        "Quota": {"TableQuota": MOST_TABLES},
        "Tags": [{"Key": key, "Value": value} for key, value in instance.tags.items()],
    }


def list_instances(state: TablestoreState, call: ControlCall) -> dict[str, Any]:
    """ListInstances: those of the region, by name, page by page."""
    call.require("ListInstance")
    wanted, named = call.tags("Tag"), call.texts("InstanceNameList")
    found = [
        instance
        for instance in state.instances.listed(call.account, call.region)
        if call.optional("Status") in ("", "normal")
        and call.optional("InstanceName").lower() in instance.name.lower()
        and call.optional("ResourceGroupId") in ("", instance.resource_group)
        and (not named or instance.name in named)
        and wanted.items() <= instance.tags.items()
    ]
    page, token = _page(call, found, [instance.name.lower() for instance in found])
    return {"Instances": [_summary(instance) for instance in page], "TotalCount": len(found), "NextToken": token}


def update_instance(state: TablestoreState, call: ControlCall) -> dict[str, Any]:
    """UpdateInstance: network, description; the lists come together."""
    instance = _instance(state, call, "UpdateInstance")
    _refuse_policy(call)
    if call.optional("AliasName"):
        raise InvalidParameter("AliasName", "the local cloud's instances have no aliases")
    changes: dict[str, Any] = {}
    if description := call.optional("InstanceDescription"):
        changes["description"] = description
    types, sources = _network_lists(call)
    if network := call.optional("Network"):
        changes["network"] = _checked_network(network)
        changes["network_types"], changes["network_sources"] = _LISTS_OF[network]
    if types is not None:
        changes["network_types"] = types
    if sources is not None:
        changes["network_sources"] = sources
    state.instances.update(instance, **changes)
    return {"Code": "200", "Message": "success"}


def delete_instance(state: TablestoreState, call: ControlCall) -> dict[str, Any]:
    """DeleteInstance; refused while it has tables."""
    instance = _instance(state, call, "DeleteInstance")
    if tables := state.tables.count(instance):
        raise InstanceNotEmpty(instance.name, tables)
    state.instances.delete(instance)
    return {"Code": "200", "Message": "success"}


def change_resource_group(state: TablestoreState, call: ControlCall) -> dict[str, Any]:
    """ChangeResourceGroup of an instance."""
    instance = _instance(state, call, "ChangeResourceGroup", call.text("ResourceId"))
    state.instances.update(instance, resource_group=call.text("NewResourceGroupId"))
    return {}


def tag_resources(state: TablestoreState, call: ControlCall) -> dict[str, Any]:
    """TagResources: tags for one or more instances, all or none."""
    tags = call.tags("Tags")
    if not tags:
        raise InvalidParameter("Tags", "one at least")
    for instance in _tagged(state, call, "TagResources"):
        state.instances.update(instance, tags={**instance.tags, **tags})
    return {}


def untag_resources(state: TablestoreState, call: ControlCall) -> dict[str, Any]:
    """UntagResources: tags of these keys go, or all of them."""
    keys = set(call.texts("TagKeys") or ())
    everything = call.sent.get("All") is True and not keys
    for instance in _tagged(state, call, "UntagResources"):
        kept = {key: value for key, value in instance.tags.items() if key not in keys and not everything}
        state.instances.update(instance, tags=kept)
    return {}


def list_tag_resources(state: TablestoreState, call: ControlCall) -> dict[str, Any]:
    """ListTagResources: tag by tag, of the named instances or of all."""
    call.require("ListTagResources")
    _check_resource_type(call)
    names, wanted = call.texts("ResourceIds"), call.tags("Tags")
    found = [
        {"ResourceType": "INSTANCE", "ResourceId": instance.name, "TagKey": key, "TagValue": value}
        for instance in state.instances.listed(call.account, call.region)
        if (not names or instance.name in names) and wanted.items() <= instance.tags.items()
        for key, value in instance.tags.items()
    ]
    page, token = _page(call, found, [f"{each['ResourceId'].lower()}/{each['TagKey']}" for each in found])
    return {"TagResources": page, "NextToken": token, "requestId": call.call.request_id}


ROUTES = (
    Route("ListClusterType", "GET", list_cluster_type),
    Route("CreateInstance", "POST", create_instance),
    Route("GetInstance", "GET", get_instance),
    Route("ListInstances", "GET", list_instances),
    Route("UpdateInstance", "POST", update_instance),
    Route("DeleteInstance", "POST", delete_instance),
    Route("ChangeResourceGroup", "POST", change_resource_group),
    Route("TagResources", "POST", tag_resources),
    Route("UntagResources", "POST", untag_resources),
    Route("ListTagResources", "GET", list_tag_resources),
)
"""The control plane's operations."""


def _instance(state: TablestoreState, call: ControlCall, action: str, name: str = "") -> Instance:
    """The instance that a call is about, once the caller may; raises NoSuchInstance."""
    name = name or call.text("InstanceName")
    call.require(action, name)
    found = state.instances.get(call.account, call.region, name)
    if found is None:
        raise NoSuchInstance(name)
    return found


def _tagged(state: TablestoreState, call: ControlCall, action: str) -> list[Instance]:
    _check_resource_type(call)
    names = call.texts("ResourceIds")
    if not names:
        raise InvalidParameter("ResourceIds", "one at least")
    return [_instance(state, call, action, name) for name in dict.fromkeys(names)]


def _check_resource_type(call: ControlCall) -> None:
    if call.text("ResourceType").upper() != "INSTANCE":
        raise InvalidParameter("ResourceType", "it must be INSTANCE")


def _network_lists(call: ControlCall) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """NetworkTypeACL and NetworkSourceACL, None where absent; raises InvalidParameter."""
    found: list[tuple[str, ...] | None] = []
    for name, known in (("NetworkTypeACL", _NETWORK_TYPES), ("NetworkSourceACL", _NETWORK_SOURCES)):
        values = call.texts(name)
        if values is not None and not set(values) <= set(known):
            raise InvalidParameter(name, f"of {', '.join(known)}")
        found.append(None if values is None else tuple(values))
    return found[0], found[1]


def _checked_network(network: str) -> str:
    if network not in _LISTS_OF:
        raise InvalidParameter("Network", f"one of {', '.join(_LISTS_OF)}")
    return network


def _refuse_policy(call: ControlCall) -> None:
    if call.sent.get("Policy"):
        raise InvalidParameter("Policy", "the local cloud's instances have no policies of their own")


def _page(call: ControlCall, items: list[Any], keys: list[str]) -> tuple[list[Any], str]:
    """The items of one page and the token of the next, "" for none; ``keys`` are in order."""
    asked = call.sent.get("MaxResults") or 0
    try:
        limit = int(asked) or _DEFAULT_PAGE
        after = base64.b64decode(call.optional("NextToken"), validate=True).decode()
    except (ValueError, TypeError, binascii.Error):
        raise InvalidParameter("MaxResults or NextToken", "they must be a number and what a page before gave") from None
    if not 0 < limit <= _LARGEST_PAGE:
        raise InvalidParameter("MaxResults", f"0 to {_LARGEST_PAGE}")
    begin = next((at for at, key in enumerate(keys) if key > after), len(keys)) if after else 0
    end = begin + limit
    token = base64.b64encode(keys[end - 1].encode()).decode() if end < len(items) else ""
    return items[begin:end], token


def _summary(instance: Instance) -> dict[str, Any]:
    created = datetime.fromtimestamp(instance.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "InstanceName": instance.name,
        "AliasName": instance.name,
        "RegionId": instance.region,
        "UserId": instance.account,
        "InstanceStatus": "normal",
        "InstanceSpecification": instance.cluster_type,
        "StorageType": instance.cluster_type,
        "PaymentType": "PayAsYouGo",
        "InstanceDescription": instance.description,
        "ResourceGroupId": instance.resource_group,
        "CreateTime": created,
    }
