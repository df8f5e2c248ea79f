"""``yunfn:scf:…``: resources of Tencent Cloud's Serverless Cloud Function, with the types of their arguments."""

from __future__ import annotations

from yunfn.resources.scf.alias import Alias, AliasHeaderMatch
from yunfn.resources.scf.custom_domain import CustomDomain, CustomDomainEndpoint, PathRewriteRule, WafConfig
from yunfn.resources.scf.function import Function
from yunfn.resources.scf.function_settings import (
    AsyncTriggerConfig,
    CfsMount,
    Code,
    DeadLetterConfig,
    ImageConfig,
    InstanceConcurrencyConfig,
    IntranetConfig,
    Layer,
    MixNodeConfig,
    ProtocolParams,
    PublicNetConfig,
    SessionConfig,
    VpcConfig,
)
from yunfn.resources.scf.function_version import (
    FunctionVersion,
    ProvisionedConcurrency,
    ProvisionedConcurrencyAction,
)
from yunfn.resources.scf.layer_version import LayerContent, LayerVersion
from yunfn.resources.scf.provisioned_instances import ProvisionedInstances
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
    "AsyncTriggerConfig",
    "CfsMount",
    "CkafkaTrigger",
    "ClsTrigger",
    "Code",
    "CosTrigger",
    "CustomDomain",
    "CustomDomainEndpoint",
    "DeadLetterConfig",
    "Function",
    "FunctionVersion",
    "HttpTrigger",
    "ImageConfig",
    "InstanceConcurrencyConfig",
    "IntranetConfig",
    "Layer",
    "LayerContent",
    "LayerVersion",
    "MixNodeConfig",
    "PathRewriteRule",
    "ProtocolParams",
    "ProvisionedConcurrency",
    "ProvisionedConcurrencyAction",
    "ProvisionedInstances",
    "PublicNetConfig",
    "SessionConfig",
    "TimerTrigger",
    "Trigger",
    "TriggerCorsConfig",
    "TriggerNetConfig",
    "VpcConfig",
    "WafConfig",
]
