"""The function document: what GetFunction answers, made from what was sent, its defaults, and later changes.

Blocks that nobody set are left out: the alicloud provider plans an update, or for ``idleTimeout`` a replacement,
on every run otherwise (terraform-provider-alicloud 1.285.0).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.store import Document
from yunfn.runtimes import FC_LIMITS

# FCD "CreateFunction": what holds where nothing was asked for.
_DEFAULTS: dict[str, Any] = {
    "description": "",
    "diskSize": FC_LIMITS.disk_mb[0],
    "instanceConcurrency": 1,
    "instanceIsolationMode": "SHARE",
    "internetAccess": True,
    "memorySize": 512,
    "nasConfig": {"userId": -1, "groupId": -1, "mountPoints": []},
    "ossMountConfig": {"mountPoints": []},
    "resourceGroupId": "rg-default",
    "role": "",
    "sessionAffinity": "NONE",
    "timeout": 3,
    "vpcConfig": {"vpcId": "", "vSwitchIds": [], "securityGroupId": ""},
}
_SETTABLE = (
    *_DEFAULTS,
    "cpu",
    "customContainerConfig",
    "customDNS",
    "customRuntimeConfig",
    "disableInjectCredentials",
    "disableOndemand",
    "enableLongLiving",
    "environmentVariables",
    "gpuConfig",
    "handler",
    "idleTimeout",
    "instanceLifecycleConfig",
    "juiceFsConfig",
    "logConfig",
    "microSandboxConfig",
    "polarFsConfig",
    "runtime",
    "sessionAffinityConfig",
    "tracingConfig",
)


def configure(current: Mapping[str, Any], changes: Mapping[str, Any], *, cpu_follows: bool) -> Document:
    """``current`` with ``changes`` merged in, field by field; a block given empty is removed.

    ``cpu_follows``: nobody ever set the CPU, so it follows from the memory.
    """
    document = dict(current)
    for name in _SETTABLE:
        value = changes.get(name)
        if value is None:
            continue
        if isinstance(value, dict) and (_vacuous(value) or (name == "logConfig" and not _logs(value))):
            document.pop(name, None)
        else:
            document[name] = value
    for name, value in _DEFAULTS.items():
        document.setdefault(name, value)
    if cpu_follows:
        document["cpu"] = _cpu_for(document["memorySize"])
    return document


def _vacuous(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_vacuous(item) for item in value.values())
    return value is None or value == "" or value == []


def _logs(config: Mapping[str, Any]) -> bool:
    return bool(config.get("project") or config.get("logstore"))


def _cpu_for(memory: Any) -> float:
    """The CPU that goes with a memory size in MB: 0.35 for 512 MB, the default pair of FCD "CreateFunction"."""
    if isinstance(memory, bool) or not isinstance(memory, int):
        return FC_LIMITS.cpu[0]  # the check of memorySize refuses it next
    steps = math.ceil(memory / 1024 / 1.5 / FC_LIMITS.cpu_step - 1e-9)
    return min(round(steps * FC_LIMITS.cpu_step, 2), FC_LIMITS.cpu[1])
