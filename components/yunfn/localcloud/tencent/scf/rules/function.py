"""A function's configuration as a whole, after defaults and updates are merged in (API reference, "CreateFunction").

Numbers come from :data:`yunfn.runtimes.SCF_LIMITS`.
"""

from __future__ import annotations

import re
from typing import Any

from yunfn.localcloud.tencent.scf.exceptions import InvalidValue, LimitExceeded
from yunfn.runtimes import SCF_LIMITS, TENCENT

IMAGE_RUNTIME = "CustomImage"
_ENVIRONMENT_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_HANDLER = re.compile(r"[A-Za-z0-9_\-/.]+\.[A-Za-z_][A-Za-z0-9_]*")
_ROLE = re.compile(r"[\w.@-]{1,128}")


def check_function(configuration: dict[str, Any]) -> None:
    """Raise the refusal for the first rule that a function's merged configuration breaks."""
    image = configuration["ImageConfig"] is not None
    runtime = configuration["Runtime"]
    if image != (runtime == IMAGE_RUNTIME) or (not image and runtime not in TENCENT):
        raise InvalidValue("Runtime", f"{runtime!r} is not supported (the local cloud has {', '.join(TENCENT)})")
    web = configuration["Type"] == "HTTP"
    handler = configuration["Handler"]
    if not web and not image and not _HANDLER.fullmatch(handler):
        raise InvalidValue("Handler", f"{handler!r} must be <file>.<function>")
    if len(configuration["Description"]) > SCF_LIMITS.description:
        raise InvalidValue("Description", f"must not be longer than {SCF_LIMITS.description} characters")
    if configuration["Role"] and not _ROLE.fullmatch(configuration["Role"]):
        raise InvalidValue("Role", f"{configuration['Role']!r} is not the name of a role")
    _check_memory(configuration["MemorySize"])
    background = configuration["AsyncRunEnable"] == "TRUE"
    _check_seconds(
        "Timeout", configuration["Timeout"], SCF_LIMITS.timeout_async_s if background else SCF_LIMITS.timeout_s
    )
    _check_seconds("InitTimeout", configuration["InitTimeout"], SCF_LIMITS.init_timeout_s)
    _check_environment(configuration["Environment"]["Variables"])
    _check_network(configuration)
    if bool(configuration["ClsLogsetId"]) != bool(configuration["ClsTopicId"]):
        raise InvalidValue("Cls", "needs both ClsLogsetId and ClsTopicId")
    if not web:
        for name in ("ProtocolType", "ProtocolParams", "InstanceConcurrencyConfig"):
            if configuration[name]:
                raise InvalidValue(name, "is for functions of Type HTTP only")
    elif configuration["DnsCache"] == "TRUE":
        raise InvalidValue("DnsCache", "is for functions of Type Event only")
    if configuration["TraceEnable"] == "TRUE" and not background:
        raise InvalidValue("TraceEnable", "needs AsyncRunEnable TRUE")


def _check_memory(memory: int) -> None:
    low, high = SCF_LIMITS.memory_mb
    if memory > high:
        raise LimitExceeded("Memory", f"{memory} MB is more than {high}")
    if memory != SCF_LIMITS.memory_least_mb and (memory < low or memory % SCF_LIMITS.memory_step_mb):
        raise InvalidValue(
            "MemorySize",
            f"{memory} must be {SCF_LIMITS.memory_least_mb}, or {low} to {high} in steps of "
            f"{SCF_LIMITS.memory_step_mb} (MB)",
        )


def _check_seconds(name: str, value: int, limits: tuple[int, int]) -> None:
    low, high = limits
    if value > high:
        raise LimitExceeded(name, f"{value} s is more than {high}")
    if value < low:
        raise InvalidValue(name, f"{value} s is less than {low}")


def _check_environment(variables: list[dict[str, str]]) -> None:
    for variable in variables:
        key = variable["Key"]
        if key.startswith(SCF_LIMITS.reserved_prefixes):
            raise InvalidValue("EnvironmentSystemProtect", f"{key!r} is the platform's own")
        if not _ENVIRONMENT_KEY.fullmatch(key):
            raise InvalidValue("Environment", f"{key!r} must have letters, digits and _, a letter first")
    keys = [variable["Key"] for variable in variables]
    if len(set(keys)) < len(keys):
        raise InvalidValue("Environment", "has a key twice")
    size = sum(len(each["Key"].encode()) + len(each["Value"].encode()) for each in variables)
    if size > SCF_LIMITS.environment_bytes:
        raise InvalidValue("EnvironmentExceededLimit", f"{size} bytes are more than {SCF_LIMITS.environment_bytes}")


def _check_network(configuration: dict[str, Any]) -> None:
    vpc = configuration["VpcConfig"]
    if bool(vpc["VpcId"]) != bool(vpc["SubnetId"]):
        raise InvalidValue("VpcConfig", "needs both VpcId and SubnetId")
    public = configuration["PublicNetConfig"]
    if public["EipConfig"]["EipStatus"] == "ENABLE" and public["PublicNetStatus"] != "ENABLE":
        raise InvalidValue("PublicNetConfig", "a fixed IP needs PublicNetStatus ENABLE")
    if configuration["IntranetConfig"]["IpFixed"] == "ENABLE" and not vpc["VpcId"]:
        raise InvalidValue("IntranetConfig", "a fixed IP needs VpcConfig")
    mounts = configuration["CfsConfig"]["CfsInsList"]
    if mounts and not vpc["VpcId"]:
        raise InvalidValue("CfsParameterError", "CfsConfig needs VpcConfig")
    folders = [mount["LocalMountDir"] for mount in mounts]
    if len(set(folders)) < len(folders):
        raise InvalidValue("CfsParameterDuplicate", "two file systems have the same LocalMountDir")
