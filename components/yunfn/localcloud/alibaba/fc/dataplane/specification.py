"""From a resolved function to what the runner is asked to run."""

from __future__ import annotations

from typing import Any

from yunfn.localcloud.alibaba.fc.dataplane.exceptions import CannotRunHere
from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.runner import FunctionSpec
from yunfn.runtimes import ALIBABA

# FCD "lifecycle": an initializer that names no timeout has 3 s; an instance without idleTimeout ends by the cloud's
# own rules, here after a minute.
_INITIALIZER_SECONDS = 3.0
_IDLE_SECONDS = 60.0
_CUSTOM_PORT = 9000


def function_spec(function: ResolvedFunction) -> FunctionSpec:
    """What the runner needs to know of ``function``; raises CannotRunHere for what it has no way to run."""
    settings = function.configuration
    runtime = str(settings.get("runtime", ""))
    if runtime not in ALIBABA:
        raise CannotRunHere(
            f"function '{function.name}': the local cloud runs {', '.join(ALIBABA)}, not runtime '{runtime}'"
        )
    if function.code is None:
        raise CannotRunHere(f"function '{function.name}' has no code package; the local cloud runs no container images")
    initializer = _hook(function.name, settings)
    custom: dict[str, Any] = settings.get("customRuntimeConfig") or {}
    log: dict[str, Any] = settings.get("logConfig") or {}
    return FunctionSpec(
        key=f"fc/{function.account}/{function.region}/{function.name}/{function.version}/{function.fingerprint}",
        account=function.account,
        region=function.region,
        function_name=function.name,
        version=function.version,
        runtime=runtime,
        handler=str(settings.get("handler", "")),
        initializer=initializer.get("handler") or None,
        initializer_timeout=float(initializer.get("timeout") or _INITIALIZER_SECONDS),
        timeout=float(settings.get("timeout") or 3),
        memory_mb=int(settings.get("memorySize") or 512),
        code=function.code,
        instance_concurrency=int(settings.get("instanceConcurrency") or 1),
        layers=function.layers,
        environment={str(k): str(v) for k, v in (settings.get("environmentVariables") or {}).items()},
        log_project=log.get("project") or "",
        log_store=log.get("logstore") or "",
        custom_command=tuple(custom.get("command") or ()),
        custom_args=tuple(custom.get("args") or ()),
        custom_port=int(custom.get("port") or _CUSTOM_PORT),
        idle_seconds=float(settings.get("idleTimeout") or _IDLE_SECONDS),
    )


def _hook(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    initializer: dict[str, Any] = (settings.get("instanceLifecycleConfig") or {}).get("initializer") or {}
    if initializer.get("command"):
        raise CannotRunHere(f"function '{name}': the local cloud runs an initializer's handler, not its command")
    return initializer
