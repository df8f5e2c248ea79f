"""A function of SCF in its API's words, and back: inputs to parameters, GetFunction's answer to inputs. Pure.

Absent means unchanged in UpdateFunctionConfiguration, so each setting has a form that clears it (wire contract; API
reference 2018-04-16, and the requests of terraform-provider-tencentcloud 1.81.90).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from yunfn.provider.declaration import same, with_defaults
from yunfn.provider.mark import TAG
from yunfn.provider.scf_function_declaration import DECLARATION

Encoder = Callable[[Any], dict[str, Any]]
_PROPERTIES: Final = {each.name: each for each in DECLARATION.inputs}
#: What only UpdateFunctionConfiguration takes.
UPDATE_ONLY: Final = ("l5Enable", "ignoreSysLog")
# What only CreateFunction takes: another value makes another function, or is not looked at again.
_CREATE_ONLY: Final = ("asyncRunEnable", "traceEnable", "autoCreateClsTopic", "autoDeployClsTopicIndex")
_INIT_TIMEOUT, _INIT_TIMEOUT_IMAGE = 65, 90


def usual_init_timeout(image: bool) -> int:
    """Seconds that SCF gives an instance to start where nothing else is said."""
    return _INIT_TIMEOUT_IMAGE if image else _INIT_TIMEOUT


def creation(wanted: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """The parameters of CreateFunction, but for name and namespace; ``wanted`` are inputs with their defaults."""
    parameters: dict[str, Any] = {
        "Handler": wanted["handler"],
        "Runtime": wanted["runtime"],
        "Type": wanted["type"],
        "Code": code(wanted),
        "Tags": [{"Key": key, "Value": value} for key, value in (*wanted.get("tags", {}).items(), (TAG, mark))],
    }
    if "CosObjectName" in parameters["Code"]:
        parameters["CodeSource"] = "Cos"
    if wanted.get("protocolType"):
        parameters["ProtocolType"] = wanted["protocolType"]
    for name in _CREATE_ONLY:
        if wanted.get(name):
            parameters[name[0].upper() + name[1:]] = "TRUE"
    given = [
        name for name in _SETTINGS if name not in UPDATE_ONLY and not same(_PROPERTIES[name], None, wanted.get(name))
    ]
    return parameters | _encoded(given, wanted)


def has_code(wanted: Mapping[str, Any]) -> bool:
    """Whether the inputs say where the code is; those of an import do not."""
    given = wanted["code"]
    return bool(given.get("imageConfig") or (given.get("cosBucketName") and given.get("cosObjectName")))


def code(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The API's Code: a COS object, whose bucket is named without -<APPID> and whose key begins with /, or an image."""
    given = wanted["code"]
    if image := given.get("imageConfig"):
        return {"ImageConfig": _upper(image)}
    return {
        "CosBucketName": given["cosBucketName"].removesuffix(f"-{wanted['account']}"),
        "CosBucketRegion": given.get("cosBucketRegion") or wanted["region"],
        "CosObjectName": "/" + given["cosObjectName"].lstrip("/"),
    }


def changes(actual: Mapping[str, Any], wanted: Mapping[str, Any], only: tuple[str, ...] = ()) -> dict[str, Any]:
    """The parameters of UpdateFunctionConfiguration that make ``wanted`` of ``actual``; none if it is so.

    ``only``: the settings to look at, by default all.
    """
    names = only or tuple(_SETTINGS)
    return _encoded(
        [name for name in names if not same(_PROPERTIES[name], actual.get(name), wanted.get(name))], wanted
    )  # fmt: skip


def settings(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """All of it as parameters of UpdateFunctionConfiguration, for one whose last update failed."""
    return _encoded(["description", "memorySize", "timeout"], wanted)


def surrounding(name: str, value: Any) -> tuple[str, dict[str, Any]]:
    """API and parameters that set ``reservedConcurrency`` or ``asyncTriggerConfig``; None puts back SCF's own."""
    if name == "reservedConcurrency":
        if value is None:
            return "DeleteReservedConcurrencyConfig", {}
        return "PutReservedConcurrencyConfig", {"ReservedConcurrencyMem": int(value)}
    given = with_defaults(_PROPERTIES[name].fields, value or {})
    config = {"RetryConfig": [{"RetryNum": int(given["retries"])}], "MsgTTL": int(given["age"])}
    return "UpdateFunctionEventInvokeConfig", {"AsyncTriggerConfig": config}


def invoke_config(found: Mapping[str, Any]) -> dict[str, Any]:
    """GetFunctionEventInvokeConfig's answer as ``asyncTriggerConfig``."""
    config = found.get("AsyncTriggerConfig") or {}
    tries = [each.get("RetryNum") for each in config.get("RetryConfig") or ()]
    told = {"retries": tries[0] if tries else None, "age": config.get("MsgTTL")}
    return {name: value for name, value in told.items() if value is not None}


def observed(found: Mapping[str, Any]) -> dict[str, Any]:
    """What GetFunction says, as inputs; a setting is missing where it does not say, None where there is none."""
    image = found.get("ImageConfig")
    told: dict[str, Any] = {
        "functionName": found["FunctionName"],
        "namespace": found["Namespace"],
        "runtime": found["Runtime"],
        "handler": found["Handler"],
        "description": found.get("Description") or None,
        "environment": _pairs((found.get("Environment") or {}).get("Variables")),
        "tags": {key: value for key, value in _pairs(found.get("Tags")).items() if key != TAG},
        "layers": [
            {"layerName": each["LayerName"], "layerVersion": each["LayerVersion"]} for each in found.get("Layers") or ()
        ],
        "cfsConfig": [_chosen(_CFS, each) for each in (found.get("CfsConfig") or {}).get("CfsInsList") or ()],
        "deadLetterConfig": _unless_empty("type", _chosen(_DEAD_LETTER, found.get("DeadLetterConfig") or {})),
        "vpcConfig": _unless_empty("vpcId", _chosen(_VPC, found.get("VpcConfig") or {})),
        "protocolParams": _protocol_found(found.get("ProtocolParams")),
        "instanceConcurrencyConfig": _concurrency_found(found.get("InstanceConcurrencyConfig")),
        "publicNetConfig": _public_net_found(found.get("PublicNetConfig")),
        "intranetConfig": {"ipFixed": (found.get("IntranetConfig") or {}).get("IpFixed") == "ENABLE"},
    }
    if found.get("PublicNetConfig") is None:
        del told["publicNetConfig"]
    for name in ("Role", "ClsLogsetId", "ClsTopicId", "ProtocolType"):
        told[name[0].lower() + name[1:]] = found.get(name) or None
    for name in ("MemorySize", "Timeout", "InitTimeout", "Type"):
        if found.get(name):
            told[name[0].lower() + name[1:]] = found[name]
    for name in ("AsyncRunEnable", "TraceEnable", "DnsCache", "InstallDependency", "L5Enable"):
        if found.get(name) is not None:
            told[name[0].lower() + name[1:]] = found[name] == "TRUE"
    if image:
        told["code"] = {
            "imageConfig": {_lower(name): value for name, value in image.items() if value not in (None, "")}
        }
    return told


def outputs_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """What GetFunction says that is no input."""
    public = (found.get("PublicNetConfig") or {}).get("EipConfig") or {}
    return {
        "functionId": found["FunctionId"],
        "status": found["Status"],
        "addTime": found.get("AddTime") or "",
        "modTime": found.get("ModTime") or "",
        "codeSize": found.get("CodeSize") or 0,
        "eipAddresses": list(public.get("EipAddress") or ()),
        "intranetAddresses": list((found.get("IntranetConfig") or {}).get("IpAddress") or ()),
    }


def mark_on(found: Mapping[str, Any]) -> str | None:
    """The mark that the function bears."""
    return _pairs(found.get("Tags")).get(TAG)


def tag_changes(found: Mapping[str, Any], wanted: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """The parameters of ModifyResourceTags but for the resource; none if the tags and the mark are as wanted."""
    there, tags = _pairs(found.get("Tags")), {**wanted.get("tags", {}), TAG: mark}
    put = [{"TagKey": key, "TagValue": value} for key, value in tags.items() if there.get(key) != value]
    gone = [{"TagKey": key} for key in there if key not in tags]
    return {"ReplaceTags": put, "DeleteTags": gone} if put or gone else {}


def same_setting(name: str, one: Any, other: Any) -> bool:
    """Whether two values of an input mean the same."""
    return same(_PROPERTIES[name], one, other)


def _encoded(names: list[str], wanted: Mapping[str, Any]) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    for name in names:
        encoder = _SETTINGS[name]
        # Logset and topic are one setting.
        parameters |= encoder(wanted) if name in _PAIRED else encoder(wanted.get(name))
    return parameters


def _plain(name: str, empty: Any = "") -> Encoder:
    return lambda value: {name: empty if value is None else _whole(value)}


def _flag(name: str) -> Encoder:
    return lambda value: {name: "TRUE" if value else "FALSE"}


def _environment(value: Any) -> dict[str, Any]:
    variables = [{"Key": key, "Value": each} for key, each in (value or {}).items()]
    return {"Environment": {"Variables": variables or [{"Key": "", "Value": ""}]}}


def _layers(value: Any) -> dict[str, Any]:
    layers = [{"LayerName": each["layerName"], "LayerVersion": int(each["layerVersion"])} for each in value or ()]
    return {"Layers": layers or [{"LayerName": "", "LayerVersion": 0}]}


def _public_net(value: Any) -> dict[str, Any]:
    enabled, eip = (value or {}).get("enabled", True), (value or {}).get("eip", False)
    return {"PublicNetConfig": {"PublicNetStatus": _enable(enabled), "EipConfig": {"EipStatus": _enable(eip)}}}


def _concurrency(value: Any) -> dict[str, Any]:
    if value is None:
        return {"InstanceConcurrencyConfig": {"DynamicEnabled": ""}}
    switches = {
        name[0].upper() + name[1:]: "TRUE" if value.get(name) else "FALSE"
        for name in ("dynamicEnabled", "instanceIsolationEnabled")
    }
    return {"InstanceConcurrencyConfig": _upper(value) | switches}


_SETTINGS: Final[dict[str, Encoder]] = {
    "description": _plain("Description"),
    "memorySize": _plain("MemorySize"),
    "timeout": _plain("Timeout"),
    "initTimeout": _plain("InitTimeout"),
    "environment": _environment,
    "role": _plain("Role"),
    "vpcConfig": lambda value: {"VpcConfig": _upper(value or {"vpcId": "", "subnetId": ""})},
    "layers": _layers,
    "publicNetConfig": _public_net,
    "intranetConfig": lambda value: {"IntranetConfig": {"IpFixed": _enable((value or {}).get("ipFixed", False))}},
    "cfsConfig": lambda value: {"CfsConfig": {"CfsInsList": [_upper(each) for each in value or ()]}},
    "clsLogsetId": lambda wanted: _cls(wanted),
    "clsTopicId": lambda wanted: _cls(wanted),
    "deadLetterConfig": lambda value: {"DeadLetterConfig": _upper(value or {"type": "", "name": "", "filterType": ""})},
    "protocolParams": lambda value: {
        "ProtocolParams": {"WSParams": {"IdleTimeOut": int((value or {}).get("wsIdleTimeout", 15))}}
    },
    "instanceConcurrencyConfig": _concurrency,
    "dnsCache": _flag("DnsCache"),
    "installDependency": _flag("InstallDependency"),
    "l5Enable": _flag("L5Enable"),
    "ignoreSysLog": lambda value: {"IgnoreSysLog": bool(value)},
}
_PAIRED: Final = ("clsLogsetId", "clsTopicId")
_VPC: Final = ("VpcId", "SubnetId")
_CFS: Final = ("CfsId", "MountInsId", "LocalMountDir", "RemoteMountDir", "UserId", "UserGroupId")
_DEAD_LETTER: Final = ("Type", "Name", "FilterType")


def _cls(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {"ClsLogsetId": wanted.get("clsLogsetId") or "", "ClsTopicId": wanted.get("clsTopicId") or ""}


def _enable(value: Any) -> str:
    return "ENABLE" if value else "DISABLE"


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) else value


# Where the API's capitals are not the wire's.
_CAPITALS: Final = {"maximumTtlInSeconds": "MaximumTTLInSeconds"}
_SMALL: Final = {api: wire for wire, api in _CAPITALS.items()}


def _upper(value: Any) -> Any:
    """An object of inputs with the API's names."""
    if isinstance(value, Mapping):
        return {
            _CAPITALS.get(name, name[0].upper() + name[1:]): _upper(each)
            for name, each in value.items()
            if each is not None
        }
    return [_upper(each) for each in value] if isinstance(value, list) else _whole(value)


def _lower(name: str) -> str:
    return _SMALL.get(name, name[0].lower() + name[1:])


def _chosen(names: tuple[str, ...], found: Mapping[str, Any]) -> dict[str, Any]:
    return {_lower(name): found[name] for name in names if found.get(name) not in (None, "")}


def _unless_empty(name: str, value: dict[str, Any]) -> dict[str, Any] | None:
    return value if value.get(name) else None


def _pairs(found: Any) -> dict[str, str]:
    return {each["Key"]: each.get("Value") or "" for each in found or () if each.get("Key")}


def _public_net_found(found: Any) -> dict[str, Any]:
    eip = ((found or {}).get("EipConfig") or {}).get("EipStatus")
    return {"enabled": (found or {}).get("PublicNetStatus") == "ENABLE", "eip": eip == "ENABLE"}


def _protocol_found(found: Any) -> dict[str, Any] | None:
    idle = ((found or {}).get("WSParams") or {}).get("IdleTimeOut")
    return {"wsIdleTimeout": idle} if idle else None


def _concurrency_found(found: Any) -> dict[str, Any] | None:
    # 1 is what a function serves at a time without it.
    if not found or (found.get("DynamicEnabled") != "TRUE" and (found.get("MaxConcurrency") or 1) <= 1):
        return None
    told = {_lower(name): value for name, value in found.items() if value not in (None, "", [])}
    for name in ("dynamicEnabled", "instanceIsolationEnabled"):
        told[name] = told.get(name) == "TRUE"
    for name in ("sessionConfig",):
        if name in told:
            told[name] = {_lower(key): value for key, value in told[name].items() if value not in (None, "", 0)}
    if "mixNodeConfig" in told:
        told["mixNodeConfig"] = [{_lower(key): value for key, value in each.items()} for each in told["mixNodeConfig"]]
    return told
