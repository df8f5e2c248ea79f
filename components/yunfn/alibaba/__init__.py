"""Functions on Alibaba Cloud Function Compute 3.0, as Pulumi components."""

from __future__ import annotations

from yunfn.alibaba.account import Account, guard
from yunfn.alibaba.alias import Alias
from yunfn.alibaba.custom_domain import Certificate, CustomDomain, Rewrite, Route
from yunfn.alibaba.function import Function
from yunfn.alibaba.instance import Container, CustomRuntime, Dns, Gpu, HealthCheck, Initializer, PreStop
from yunfn.alibaba.invocation import AsyncInvocation, ProvisionedInstances, ScheduledInstances
from yunfn.alibaba.layer import Layer
from yunfn.alibaba.log_project import LogProject, Logstore
from yunfn.alibaba.network import NasMount, OssMount, Vpc
from yunfn.alibaba.service import Service
from yunfn.alibaba.sources import (
    CdnSource,
    EventBridgeSource,
    HttpSource,
    LogSource,
    MnsTopicSource,
    OssSource,
    Source,
    TablestoreSource,
    TimerSource,
)
from yunfn.alibaba.trigger import Trigger

__all__ = [
    "Account",
    "Alias",
    "AsyncInvocation",
    "CdnSource",
    "Certificate",
    "Container",
    "CustomDomain",
    "CustomRuntime",
    "Dns",
    "EventBridgeSource",
    "Function",
    "Gpu",
    "HealthCheck",
    "HttpSource",
    "Initializer",
    "Layer",
    "LogProject",
    "LogSource",
    "Logstore",
    "MnsTopicSource",
    "NasMount",
    "OssMount",
    "OssSource",
    "PreStop",
    "ProvisionedInstances",
    "Rewrite",
    "Route",
    "ScheduledInstances",
    "Service",
    "Source",
    "TablestoreSource",
    "TimerSource",
    "Trigger",
    "Vpc",
    "guard",
]
