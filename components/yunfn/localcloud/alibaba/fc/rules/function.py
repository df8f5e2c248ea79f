"""A function's configuration as a whole, after defaults and updates are merged in.

Numbers come from :data:`yunfn.runtimes.FC_LIMITS` (FCD "limits"); the rest from FCD "CreateFunction".
"""

from __future__ import annotations

import re
from typing import Any

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.rules.fields import Fields
from yunfn.localcloud.alibaba.fc.rules.names import check_role
from yunfn.runtimes import ALIBABA, FC_LIMITS, Runtime

_ENVIRONMENT_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_HANDLER = re.compile(r"[^\s.]+(\.[^\s.]+)+")
_AFFINITIES = ("NONE", "MCP_SSE", "MCP_STREAMABLE", "GENERATED_COOKIE", "HEADER_FIELD")
_INJECTIONS = ("None", "Env", "Request", "All")
_EPSILON = 1e-9


def check_function(configuration: dict[str, Any], account: str) -> None:
    """Raise InvalidArgument for the first rule that a function's merged configuration breaks."""
    fields = Fields(configuration)
    runtime = find_runtime(fields.required("runtime"))
    _check_handler(runtime, fields.text("handler") or "")
    description = fields.text("description") or ""
    if len(description) > 256:
        raise InvalidArgument("description must not be longer than 256 characters")
    _check_size(fields)
    fields.integer("timeout", *FC_LIMITS.timeout_s)
    fields.integer("instanceConcurrency", *FC_LIMITS.instance_concurrency)
    for name in ("internetAccess", "disableOndemand", "enableLongLiving"):
        fields.flag(name)
    fields.choice("sessionAffinity", _AFFINITIES)
    fields.choice("disableInjectCredentials", _INJECTIONS)
    check_role("role", fields.text("role") or "", account)
    _check_environment(fields.text_map("environmentVariables") or {})
    _check_lifecycle(runtime, fields.inner("instanceLifecycleConfig"))
    _check_custom_runtime(runtime, fields)
    _check_log(fields.inner("logConfig"))
    _check_network(fields)


def find_runtime(name: str) -> Runtime:
    """The runtime of that name; raises InvalidArgument for one that is not Python's or custom."""
    runtime = ALIBABA.get(name)
    if runtime is None:
        raise InvalidArgument(f"runtime '{name}' is not supported (the local cloud has {', '.join(ALIBABA)})")
    return runtime


def _check_handler(runtime: Runtime, handler: str) -> None:
    if len(handler) > 128:
        raise InvalidArgument("handler must not be longer than 128 characters")
    if not runtime.custom and not _HANDLER.fullmatch(handler):
        raise InvalidArgument(f"handler '{handler}' is invalid: <file>.<function> is wanted")


def _check_size(fields: Fields) -> None:
    memory = fields.integer("memorySize", *FC_LIMITS.memory_mb)
    if memory is not None and memory % FC_LIMITS.memory_step_mb:
        raise InvalidArgument(f"memorySize must be a multiple of {FC_LIMITS.memory_step_mb}, got {memory}")
    cpu = fields.number("cpu", *FC_LIMITS.cpu)
    if cpu is not None:
        steps = cpu / FC_LIMITS.cpu_step
        if abs(steps - round(steps)) > _EPSILON:
            raise InvalidArgument(f"cpu must be a multiple of {FC_LIMITS.cpu_step}, got {cpu}")
    if memory is not None and cpu is not None:
        low, high = FC_LIMITS.memory_gb_per_cpu
        ratio = memory / 1024 / cpu
        if not low - _EPSILON <= ratio <= high + _EPSILON:
            raise InvalidArgument(
                f"the ratio of cpu to memorySize (in GB) must be between 1:{low:g} and 1:{high:g}, "
                f"got cpu {cpu:g} and memorySize {memory} MB"
            )
    disk = fields.integer("diskSize", 0, max(FC_LIMITS.disk_mb))
    if disk is not None and disk not in FC_LIMITS.disk_mb:
        raise InvalidArgument(f"diskSize must be one of {', '.join(map(str, FC_LIMITS.disk_mb))}, got {disk}")


def _check_environment(variables: dict[str, str]) -> None:
    for key in variables:
        if not _ENVIRONMENT_KEY.fullmatch(key):
            raise InvalidArgument(
                f"environment variable '{key}' is invalid: letters, digits and underscores, a letter first"
            )
        if key.startswith(FC_LIMITS.reserved_prefixes) or key in FC_LIMITS.reserved_keys:
            raise InvalidArgument(f"environment variable '{key}' is reserved")
    size = sum(len(key.encode()) + len(value.encode()) for key, value in variables.items())
    if size > FC_LIMITS.environment_bytes:
        raise InvalidArgument(
            f"environment variables take {size} bytes, more than the {FC_LIMITS.environment_bytes} allowed"
        )


def _check_lifecycle(runtime: Runtime, lifecycle: Fields) -> None:
    for name, limits in (
        ("initializer", FC_LIMITS.initializer_timeout_s),
        ("preStop", FC_LIMITS.pre_stop_timeout_s),
    ):
        hook = lifecycle.inner(name)
        hook.integer("timeout", *limits)
        handler = hook.text("handler") or ""
        command = hook.texts("command")
        if handler and command:
            raise InvalidArgument(f"{hook.name('handler')} and {hook.name('command')} exclude each other")
        if handler and not runtime.custom and not _HANDLER.fullmatch(handler):
            raise InvalidArgument(f"{hook.name('handler')} '{handler}' is invalid: <file>.<function> is wanted")


def _check_custom_runtime(runtime: Runtime, fields: Fields) -> None:
    if "customContainerConfig" in fields:
        raise InvalidArgument(f"customContainerConfig does not go with runtime '{runtime.name}'")
    custom = fields.inner("customRuntimeConfig")
    if "customRuntimeConfig" in fields and not runtime.custom:
        raise InvalidArgument(f"customRuntimeConfig does not go with runtime '{runtime.name}'")
    custom.texts("command")
    custom.texts("args")
    custom.integer("port", 1, 65535)
    check = custom.inner("healthCheckConfig")
    check.text("httpGetUrl")
    # FCD "HealthCheckConfig".
    check.integer("initialDelaySeconds", 0, 120)
    check.integer("periodSeconds", 1, 120)
    check.integer("timeoutSeconds", 1, 3)
    check.integer("failureThreshold", 1, 120)
    check.integer("successThreshold", 1, 120)


def _check_log(log: Fields) -> None:
    project, logstore = log.text("project") or "", log.text("logstore") or ""
    if bool(project) != bool(logstore):
        raise InvalidArgument("logConfig needs both project and logstore")
    log.flag("enableRequestMetrics")
    log.flag("enableInstanceMetrics")
    log.choice("logBeginRule", ("None", "DefaultRegex"))


def _check_network(fields: Fields) -> None:
    vpc = fields.inner("vpcConfig")
    vpc_id = vpc.text("vpcId") or ""
    switches = vpc.texts("vSwitchIds") or []
    group = vpc.text("securityGroupId") or ""
    if vpc_id and not (switches and group):
        raise InvalidArgument("vpcConfig needs vpcId, vSwitchIds and securityGroupId")
    points = fields.inner("nasConfig").blocks("mountPoints")
    if points and not vpc_id:
        raise InvalidArgument("nasConfig needs vpcConfig")
    for point in points:
        server = point.required("serverAddr")
        if ":/" not in server:
            raise InvalidArgument(f"{point.name('serverAddr')} '{server}' is invalid: <host>:/<path> is wanted")
        _check_mount(point)
    for point in fields.inner("ossMountConfig").blocks("mountPoints"):
        point.required("bucketName")
        point.flag("readOnly")
        _check_mount(point)


def _check_mount(point: Fields) -> None:
    folder = point.required("mountDir")
    if not folder.startswith("/") or folder == "/":
        raise InvalidArgument(
            f"{point.name('mountDir')} '{folder}' is invalid: an absolute path other than / is wanted"
        )
