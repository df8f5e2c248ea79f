"""What the account uses and may use, on the wire."""

from __future__ import annotations

from typing import Any

from yunfn.localcloud.tencent.scf.models.namespaces import Namespaces
from yunfn.localcloud.tencent.scf.request import Answer, ScfRequest
from yunfn.localcloud.tencent.scf.rules.limits import CONCURRENCY_MB
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.state import function_key
from yunfn.runtimes import SCF_LIMITS

_TRIGGERS = ("Cos", "Timer", "Cmq", "Ckafka", "Apigw", "Cls", "Clb", "Mps", "Cm", "Vod", "Eb")


async def get_account(request: ScfRequest) -> Answer:
    """GetAccount, of the request's region."""
    names = [str(document["Name"]) for document in Namespaces(request.scope).all()]
    usages = [_usage(request.scope, name) for name in names]
    return {
        "AccountUsage": {
            "NamespacesCount": len(names),
            "Namespace": usages,
            "TotalConcurrencyMem": CONCURRENCY_MB,
            "TotalAllocatedConcurrencyMem": sum(each["TotalAllocatedConcurrencyMem"] for each in usages),
            "UserConcurrencyMemLimit": CONCURRENCY_MB,
        },
        "AccountLimit": {
            "NamespacesCount": SCF_LIMITS.namespaces_per_region,
            "Namespace": [_limit(name) for name in names],
        },
    }


def _usage(scope: ScfScope, namespace: str) -> dict[str, Any]:
    functions = {record["configuration"]["FunctionName"]: record for record in scope.functions(namespace)}
    reserved = [scope.state.reserved.get(function_key(namespace, name)) or {} for name in functions]
    provisioned = sum(
        document["VersionProvisionedConcurrencyNum"] * record["configuration"]["MemorySize"]
        for name, record in functions.items()
        for _, document in scope.state.of_function(scope.state.provisioned, namespace, name)
    )
    return {
        "Namespace": namespace,
        "Functions": list(functions),
        "FunctionsCount": len(functions),
        "TotalConcurrencyMem": CONCURRENCY_MB,
        "TotalAllocatedConcurrencyMem": sum(each.get("ReservedConcurrencyMem", 0) for each in reserved),
        "TotalAllocatedProvisionedMem": provisioned,
    }


def _limit(namespace: str) -> dict[str, Any]:
    most = SCF_LIMITS.triggers_of_a_type
    return {
        "Namespace": namespace,
        "FunctionsCount": SCF_LIMITS.functions_per_namespace,
        "Trigger": dict.fromkeys(_TRIGGERS, most) | {"Total": most * len(_TRIGGERS)},
        "ConcurrentExecutions": CONCURRENCY_MB // SCF_LIMITS.memory_step_mb,
        "TimeoutLimit": SCF_LIMITS.timeout_s[1],
        "TestModelLimit": 5,
        "InitTimeoutLimit": SCF_LIMITS.init_timeout_s[1],
        "RetryNumLimit": SCF_LIMITS.async_retries[1],
        "MinMsgTTL": SCF_LIMITS.async_age_s[0],
        "MaxMsgTTL": SCF_LIMITS.async_age_s[1],
    }
