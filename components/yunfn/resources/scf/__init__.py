"""``yunfn:scf:…``: resources of Tencent Cloud's Serverless Cloud Function, with the types of their arguments."""

from __future__ import annotations

from yunfn.resources.scf.alias import Alias, AliasHeaderMatch
from yunfn.resources.scf.custom_domain import CustomDomain, CustomDomainEndpoint, PathRewriteRule, WafConfig
from yunfn.resources.scf.function_version import (
    FunctionVersion,
    ProvisionedConcurrency,
    ProvisionedConcurrencyAction,
)
from yunfn.resources.scf.trigger import (
    CkafkaTrigger,
    ClsTrigger,
    CosTrigger,
    HttpTrigger,
    TimerTrigger,
    Trigger,
    TriggerCorsConfig,
    TriggerNetConfig,
)

__all__ = [
    "Alias",
    "AliasHeaderMatch",
    "CkafkaTrigger",
    "ClsTrigger",
    "CosTrigger",
    "CustomDomain",
    "CustomDomainEndpoint",
    "FunctionVersion",
    "HttpTrigger",
    "PathRewriteRule",
    "ProvisionedConcurrency",
    "ProvisionedConcurrencyAction",
    "TimerTrigger",
    "Trigger",
    "TriggerCorsConfig",
    "TriggerNetConfig",
    "WafConfig",
]
