"""``yunfn:scf:Trigger`` as a typed class, with the settings of each type of trigger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from yunfn.resources.nested import Nested, wire
from yunfn.resources.resource import PluginResource


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerTrigger(Nested):
    """Calls at set times: ``cron`` has seven fields, seconds first; ``custom_argument`` is the event's Message."""

    cron: pulumi.Input[str]
    custom_argument: pulumi.Input[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CosTrigger(Nested):
    """Calls for objects of a bucket, which is named with the APPID and lies in the function's region."""

    bucket: pulumi.Input[str]
    event: pulumi.Input[str]
    prefix: pulumi.Input[str] | None = None
    suffix: pulumi.Input[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CkafkaTrigger(Nested):
    """Calls for messages of a CKafka topic.

    Batches of ``max_msg_num`` messages, or what came within ``time_out`` seconds; ``retry`` is how often a failed one
    is tried again, ``offset`` where to begin (latest, earliest or a time in Unix seconds).
    """

    instance_id: pulumi.Input[str]
    topic_name: pulumi.Input[str]
    max_msg_num: pulumi.Input[int] | None = None
    offset: pulumi.Input[str] | None = None
    retry: pulumi.Input[int] | None = None
    time_out: pulumi.Input[int] | None = None
    consumer_group_name: pulumi.Input[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClsTrigger(Nested):
    """Calls for lines of a log topic, at the latest ``max_wait`` seconds after the first."""

    topic_id: pulumi.Input[str]
    max_wait: pulumi.Input[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerNetConfig(Nested):
    """Which addresses a URL has: the public one by default, none within the VPC."""

    enable_extranet: pulumi.Input[bool] | None = None
    enable_intranet: pulumi.Input[bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerCorsConfig(Nested):
    """Which other sites' pages may ask; ``max_age`` in seconds."""

    origins: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    methods: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    headers: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    expose_headers: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    credentials: pulumi.Input[bool] | None = None
    max_age: pulumi.Input[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTrigger(Nested):
    """A URL of the function's own: ``NONE`` lets anybody call it, ``CAM`` whoever signs."""

    auth_type: pulumi.Input[str]
    net_config: pulumi.Input[TriggerNetConfig] | None = None
    cors_config: pulumi.Input[TriggerCorsConfig] | None = None


class Trigger(PluginResource):
    """What calls a function: times, objects, messages, log lines or HTTP, through an alias or version.

    Exactly one of ``timer``, ``cos``, ``ckafka``, ``cls`` and ``http`` is given, and says which.
    """

    #: APPID of the account.
    account: pulumi.Output[str]
    #: Region of the function.
    region: pulumi.Output[str]
    #: Namespace of the function.
    namespace: pulumi.Output[str]
    #: Name of the function.
    function_name: pulumi.Output[str]
    #: Name of the trigger.
    trigger_name: pulumi.Output[str]
    #: The alias or version that it calls.
    qualifier: pulumi.Output[str]
    #: Whether it calls.
    enabled: pulumi.Output[bool]
    #: Text shown in the console.
    description: pulumi.Output[str]
    #: Settings of a timer.
    timer: pulumi.Output[Mapping[str, Any] | None]
    #: Settings of a trigger on a bucket.
    cos: pulumi.Output[Mapping[str, Any] | None]
    #: Settings of a trigger on a CKafka topic.
    ckafka: pulumi.Output[Mapping[str, Any] | None]
    #: Settings of a trigger on a log topic.
    cls: pulumi.Output[Mapping[str, Any] | None]
    #: Settings of a URL.
    http: pulumi.Output[Mapping[str, Any] | None]
    #: timer, cos, ckafka, cls or http.
    type: pulumi.Output[str]
    #: The public address of an http trigger.
    url: pulumi.Output[str | None]
    #: The address of an http trigger within its VPC.
    intranet_url: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        account: pulumi.Input[str],
        region: pulumi.Input[str],
        function_name: pulumi.Input[str],
        namespace: pulumi.Input[str] | None = None,
        trigger_name: pulumi.Input[str] | None = None,
        qualifier: pulumi.Input[str] | None = None,
        enabled: pulumi.Input[bool] | None = None,
        description: pulumi.Input[str] | None = None,
        timer: pulumi.Input[TimerTrigger] | None = None,
        cos: pulumi.Input[CosTrigger] | None = None,
        ckafka: pulumi.Input[CkafkaTrigger] | None = None,
        cls: pulumi.Input[ClsTrigger] | None = None,
        http: pulumi.Input[HttpTrigger] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the trigger.

        Args:
            resource_name: Pulumi's name of the trigger.
            account: APPID of the account; credentials of another are refused.
            region: Region of the function, such as ``ap-shanghai``.
            function_name: Name of the function.
            namespace: Namespace of the function, by default ``default``.
            trigger_name: Name of a timer or URL; that of other types follows from their settings.
            qualifier: The alias or version to call, by default ``$DEFAULT``; never SCF's own default of ``$LATEST``.
            enabled: Whether it calls, by default True.
            description: Text shown in the console.
            timer: Settings of a timer.
            cos: Settings of a trigger on a bucket.
            ckafka: Settings of a trigger on a CKafka topic.
            cls: Settings of a trigger on a log topic.
            http: Settings of a URL.
            opts: Options of the resource.
        """
        properties = {
            "account": account,
            "region": region,
            "namespace": namespace,
            "function_name": function_name,
            "trigger_name": trigger_name,
            "qualifier": qualifier,
            "enabled": enabled,
            "description": description,
            "timer": wire(timer),
            "cos": wire(cos),
            "ckafka": wire(ckafka),
            "cls": wire(cls),
            "http": wire(http),
        }
        super().__init__("yunfn:scf:Trigger", resource_name, properties, opts)
