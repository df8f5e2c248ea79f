"""From a resolved function to what the runner is asked to run."""

from __future__ import annotations

from yunfn.localcloud.runner import FunctionSpec
from yunfn.localcloud.tencent.account import TencentAccount
from yunfn.localcloud.tencent.scf.dataplane.concurrency import instance_concurrency
from yunfn.localcloud.tencent.scf.dataplane.exceptions import CannotRunHere
from yunfn.localcloud.tencent.scf.directory import ResolvedFunction
from yunfn.runtimes import TENCENT

_IDLE_SECONDS = 60.0


def function_spec(account: TencentAccount, function: ResolvedFunction) -> FunctionSpec:
    """What the runner needs to know of ``function``; raises CannotRunHere for what it has no way to run."""
    settings = function.configuration
    runtime = str(settings.get("Runtime") or "")
    if function.code is None:
        raise CannotRunHere(f"function {function.name} has no code package; the local cloud runs no container images")
    if runtime not in TENCENT:
        raise CannotRunHere(f"function {function.name}: the local cloud runs {', '.join(TENCENT)}, not {runtime}")
    variables = (settings.get("Environment") or {}).get("Variables") or []
    at = f"{function.region}/{function.namespace}/{function.name}"
    return FunctionSpec(
        key=f"scf/{at}/{function.version}/{function.fingerprint}",
        cloud="tencent",
        account=account.uin,
        app_id=account.app_id,
        region=function.region,
        namespace=function.namespace,
        function_name=function.name,
        version=function.version,
        runtime=runtime,
        handler=str(settings.get("Handler") or ""),
        initializer=None,
        initializer_timeout=float(settings["InitTimeout"]),
        timeout=float(settings["Timeout"]),
        memory_mb=int(settings["MemorySize"]),
        code=function.code,
        instance_concurrency=instance_concurrency(function),
        layers=function.layers,
        environment={str(each["Key"]): str(each["Value"]) for each in variables},
        web=settings.get("Type") == "HTTP",
        idle_seconds=_IDLE_SECONDS,
    )
