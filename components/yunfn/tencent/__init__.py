"""Functions on Tencent Cloud's Serverless Cloud Function, as Pulumi components."""

from __future__ import annotations

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
from yunfn.tencent.account import Account, guard
from yunfn.tencent.alias import Alias, HeaderMatch
from yunfn.tencent.custom_domain import CustomDomain, Rewrite, Route
from yunfn.tencent.function import Function
from yunfn.tencent.instance import Container, CustomRuntime
from yunfn.tencent.invocation import (
    AsyncInvocation,
    DeadLetter,
    ProvisionedInstances,
    ScheduledInstances,
    TrackedInstances,
)
from yunfn.tencent.layer import Layer
from yunfn.tencent.log_project import LogProject, LogTopic
from yunfn.tencent.network import CfsMount, Vpc
from yunfn.tencent.rollout import Monitor, RequestLogs
from yunfn.tencent.service import Service
from yunfn.tencent.sources import CkafkaSource, ClsSource, Cors, CosSource, HttpSource, Source, TimerSource
from yunfn.tencent.trigger import Trigger

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
    "CfsMount",
    "CkafkaSource",
    "ClsSource",
    "Container",
    "Cors",
    "CosSource",
    "CustomDomain",
    "CustomRuntime",
    "DeadLetter",
    "Duration",
    "ErrorRate",
    "Function",
    "FunctionHook",
    "Gate",
    "HeaderMatch",
    "HttpHook",
    "HttpSource",
    "Layer",
    "Linear",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
    "LogProject",
    "LogTopic",
    "Monitor",
    "Probes",
    "Prometheus",
    "ProvisionedInstances",
    "Query",
    "RequestLogs",
    "Rewrite",
    "Route",
    "ScheduledInstances",
    "Service",
    "Source",
    "Steps",
    "Throttles",
    "TimerSource",
    "TrackedInstances",
    "Trigger",
    "Vpc",
    "guard",
]
