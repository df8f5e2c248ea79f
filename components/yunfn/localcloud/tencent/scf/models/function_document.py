"""A function's configuration in GetFunction's names: what was sent, its defaults, and later changes.

What clears a field (API reference, "UpdateFunctionConfiguration", and requests of terraform-provider-tencentcloud
1.81.90): a variable of empty key for the environment, a layer of empty name for the layers, empty texts for VPC, role
and logs, DynamicEnabled "" for the instances' concurrency. Empty *lists* of variables or layers change nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import Parameters
from yunfn.localcloud.tencent.scf.exceptions import InvalidValue
from yunfn.localcloud.tencent.scf.rules.choices import ENABLE_DISABLE, TRUE_FALSE, chosen
from yunfn.localcloud.tencent.scf.rules.limits import WEBSOCKET_IDLE_S
from yunfn.runtimes import SCF_LIMITS

_TEXTS = ("ClsLogsetId", "ClsTopicId", "Description", "Handler", "Role")
_SWITCHES = ("AsyncRunEnable", "DnsCache", "InstallDependency", "L5Enable", "TraceEnable")
_NUMBERS = ("InitTimeout", "MemorySize", "Timeout")
_MOUNT = ("UserId", "UserGroupId", "CfsId", "MountInsId", "LocalMountDir", "RemoteMountDir")


def defaults(*, image: bool) -> Document:
    """What holds where nothing was asked for (API reference, "CreateFunction")."""
    return {
        "AsyncRunEnable": "FALSE",
        "CfsConfig": {"CfsInsList": []},
        "ClsLogsetId": "",
        "ClsTopicId": "",
        "DeadLetterConfig": {"Type": "", "Name": "", "FilterType": ""},
        "Description": "",
        "DnsCache": "FALSE",
        "Environment": {"Variables": []},
        "Handler": "",
        "IgnoreSysLog": False,
        "ImageConfig": None,
        "InitTimeout": 90 if image else 65,
        "InstallDependency": "FALSE",
        "InstanceConcurrencyConfig": None,
        "IntranetConfig": {"IpFixed": "DISABLE"},
        "L5Enable": "FALSE",
        "Layers": [],
        "MemorySize": 128,
        "ProtocolParams": None,
        "ProtocolType": "",
        "PublicNetConfig": {"PublicNetStatus": "ENABLE", "EipConfig": {"EipStatus": "DISABLE"}},
        "Role": "",
        "Runtime": "CustomImage" if image else "Python2.7",
        "Timeout": 3,
        "TraceEnable": "FALSE",
        "Type": "Event",
        "VpcConfig": {"VpcId": "", "SubnetId": ""},
    }


def configure(current: Document, changes: Parameters) -> Document:
    """``current`` with what was sent put in its place; raises InvalidParameter(Value) for what is no such value.

    Layers are left as they are: :mod:`~yunfn.localcloud.tencent.scf.models.layer_use` reads them.
    """
    document = dict(current)
    for name in _TEXTS:
        if name in changes:
            document[name] = changes.text(name)
    for name in _SWITCHES:
        if word := chosen(changes, name, TRUE_FALSE):
            document[name] = word
    for name in _NUMBERS:
        if name in changes:
            document[name] = changes.integer(name)
    if "IgnoreSysLog" in changes:
        document["IgnoreSysLog"] = changes.flag("IgnoreSysLog")
    for name, read in _BLOCKS.items():
        if name in changes:
            document[name] = read(changes.inner(name), document[name])
    if "ProtocolParams" in changes:
        document["ProtocolParams"] = _protocol(changes.inner("ProtocolParams"))
    elif document["ProtocolType"] == "WS" and document["ProtocolParams"] is None:
        document["ProtocolParams"] = _protocol(Parameters({}))
    return document


def _environment(sent: Parameters, current: Any) -> Document:
    variables = [{"Key": each.text("Key"), "Value": each.text("Value", "")} for each in sent.inners("Variables")]
    if not variables:
        return dict(current)
    return {"Variables": [] if variables == [{"Key": "", "Value": ""}] else variables}


def _vpc(sent: Parameters, current: Any) -> Document:
    return {"VpcId": sent.text("VpcId", ""), "SubnetId": sent.text("SubnetId", "")}


def _public_net(sent: Parameters, current: Any) -> Document:
    eip = chosen(sent.inner("EipConfig"), "EipStatus", ENABLE_DISABLE) or current["EipConfig"]["EipStatus"]
    status = chosen(sent, "PublicNetStatus", ENABLE_DISABLE) or current["PublicNetStatus"]
    return {"PublicNetStatus": status, "EipConfig": {"EipStatus": eip}}


def _intranet(sent: Parameters, current: Any) -> Document:
    return {"IpFixed": chosen(sent, "IpFixed", ENABLE_DISABLE) or current["IpFixed"]}


def _file_systems(sent: Parameters, current: Any) -> Document:
    mounts = []
    for each in sent.inners("CfsInsList"):
        mount = {name: each.text(name, "") for name in _MOUNT}
        if not mount["CfsId"] or not mount["MountInsId"]:
            raise InvalidValue("CfsId", "and MountInsId are required")
        for name in ("LocalMountDir", "RemoteMountDir"):
            if not mount[name].startswith("/"):
                raise InvalidValue(f"Cfs{name}", f"{mount[name]!r} must be an absolute path")
        mounts.append(mount)
    return {"CfsInsList": mounts}


def _dead_letter(sent: Parameters, current: Any) -> Document:
    document = {name: sent.text(name, "") for name in ("Type", "Name", "FilterType")}
    if bool(document["Type"]) != bool(document["Name"]):
        raise InvalidValue("DeadLetterConfig", "needs both Type and Name")
    return document


def _concurrency(sent: Parameters, current: Any) -> Document | None:
    if "DynamicEnabled" in sent and sent.text("DynamicEnabled") == "":
        return None
    low, high = SCF_LIMITS.instance_concurrency
    maximum = sent.integer("MaxConcurrency", low)
    # API reference, "InstanceConcurrencyConfig": 1 to 100; 1 is what a function has without it.
    if not 1 <= maximum <= high:
        raise InvalidValue("InstanceConcurrencyConfig", f"MaxConcurrency {maximum} must be 1 to {high}")
    session = sent.inner("SessionConfig").parameters
    return {
        "DynamicEnabled": chosen(sent, "DynamicEnabled", TRUE_FALSE) or "FALSE",
        "MaxConcurrency": maximum,
        "InstanceIsolationEnabled": chosen(sent, "InstanceIsolationEnabled", TRUE_FALSE) or "FALSE",
        "Type": chosen(sent, "Type", ("Session-Based", "Request-Based")) or "Request-Based",
        "MixNodeConfig": [each.parameters for each in sent.inners("MixNodeConfig")],
        "SessionConfig": session or None,
    }


def _protocol(sent: Parameters) -> Document:
    idle = sent.inner("WSParams").integer("IdleTimeOut", 15)
    low, high = WEBSOCKET_IDLE_S
    if not low <= idle <= high:
        raise InvalidValue("ProtocolParams", f"WSParams.IdleTimeOut {idle} must be {low} to {high}")
    return {"WSParams": {"IdleTimeOut": idle}}


_BLOCKS: dict[str, Callable[[Parameters, Any], Any]] = {
    "CfsConfig": _file_systems,
    "DeadLetterConfig": _dead_letter,
    "Environment": _environment,
    "InstanceConcurrencyConfig": _concurrency,
    "IntranetConfig": _intranet,
    "PublicNetConfig": _public_net,
    "VpcConfig": _vpc,
}
