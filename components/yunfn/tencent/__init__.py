"""Functions on Tencent Cloud's Serverless Cloud Function, as Pulumi components."""

from __future__ import annotations

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
from yunfn.tencent.service import Service
from yunfn.tencent.sources import CkafkaSource, ClsSource, Cors, CosSource, HttpSource, Source, TimerSource
from yunfn.tencent.trigger import Trigger

__all__ = [
    "Account",
    "Alias",
    "AsyncInvocation",
    "CfsMount",
    "CkafkaSource",
    "ClsSource",
    "Container",
    "Cors",
    "CosSource",
    "CustomDomain",
    "CustomRuntime",
    "DeadLetter",
    "Function",
    "HeaderMatch",
    "HttpSource",
    "Layer",
    "LogProject",
    "LogTopic",
    "ProvisionedInstances",
    "Rewrite",
    "Route",
    "ScheduledInstances",
    "Service",
    "Source",
    "TimerSource",
    "TrackedInstances",
    "Trigger",
    "Vpc",
    "guard",
]
