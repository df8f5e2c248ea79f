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
from yunfn.alibaba.rollout import CloudMonitor, RequestMetrics
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
from yunfn.program.rollout.hooks import FunctionHook, Gate, HttpHook
from yunfn.program.rollout.metrics import Duration, ErrorRate, Query, Throttles
from yunfn.program.rollout.presets import (
    Canary10Percent5Minutes,
    Canary10Percent10Minutes,
    Canary10Percent15Minutes,
    Canary10Percent30Minutes,
    Linear10PercentEvery1Minute,
    Linear10PercentEvery2Minutes,
    Linear10PercentEvery3Minutes,
    Linear10PercentEvery10Minutes,
)
from yunfn.program.rollout.sources import Probes, Prometheus
from yunfn.program.rollout.strategies import AllAtOnce, Canary, Linear, Steps

__all__ = [
    "Account",
    "Alias",
    "AllAtOnce",
    "AsyncInvocation",
    "Canary",
    "Canary10Percent5Minutes",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "CdnSource",
    "Certificate",
    "CloudMonitor",
    "Container",
    "CustomDomain",
    "CustomRuntime",
    "Dns",
    "Duration",
    "ErrorRate",
    "EventBridgeSource",
    "Function",
    "FunctionHook",
    "Gate",
    "Gpu",
    "HealthCheck",
    "HttpHook",
    "HttpSource",
    "Initializer",
    "Layer",
    "Linear",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
    "LogProject",
    "LogSource",
    "Logstore",
    "MnsTopicSource",
    "NasMount",
    "OssMount",
    "OssSource",
    "PreStop",
    "Probes",
    "Prometheus",
    "ProvisionedInstances",
    "Query",
    "RequestMetrics",
    "Rewrite",
    "Route",
    "ScheduledInstances",
    "Service",
    "Source",
    "Steps",
    "TablestoreSource",
    "Throttles",
    "TimerSource",
    "Trigger",
    "Vpc",
    "guard",
]
