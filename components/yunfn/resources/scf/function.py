"""``yunfn:scf:Function`` as a typed class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from yunfn.resources.nested import wire
from yunfn.resources.resource import PluginResource
from yunfn.resources.scf.function_settings import (
    AsyncTriggerConfig,
    CfsMount,
    Code,
    DeadLetterConfig,
    InstanceConcurrencyConfig,
    IntranetConfig,
    Layer,
    ProtocolParams,
    PublicNetConfig,
    VpcConfig,
)


class Function(PluginResource):
    """A function of SCF, with everything that its API can set.

    Each change is waited for, and SCF's own reason is told where one fails; a creation that failed is repaired by the
    next update. A function of the same name that this resource did not make is refused, not taken over. ``account``,
    ``region``, ``namespace``, ``function_name``, ``type``, ``runtime``, ``async_run_enable``, ``trace_enable`` and
    ``protocol_type`` make another function when they change, after the old one is gone.
    """

    #: APPID of the account; credentials of another are refused.
    account: pulumi.Output[str]
    #: Region, such as ap-shanghai.
    region: pulumi.Output[str]
    #: Namespace of the function.
    namespace: pulumi.Output[str]
    #: Name of the function, 2 to 60 characters.
    function_name: pulumi.Output[str]
    #: Event, or HTTP for a web function.
    type: pulumi.Output[str]
    #: Such as Python3.10; CustomImage for an image.
    runtime: pulumi.Output[str]
    #: <file>.<function>.
    handler: pulumi.Output[str]
    #: What it is for, at most 1,000 characters.
    description: pulumi.Output[str | None]
    #: MB: 64, or a multiple of 128.
    memory_size: pulumi.Output[int]
    #: Seconds that a call may take.
    timeout: pulumi.Output[int]
    #: Seconds that an instance may take to start; by default 65, 90 for an image.
    init_timeout: pulumi.Output[int]
    #: Where the code is: an object of COS, or an image.
    code: pulumi.Output[Mapping[str, Any]]
    #: SHA-256 of the zip's bytes, hexadecimal; while it stays, so does the code.
    code_sha256: pulumi.Output[str | None]
    #: Environment variables.
    environment: pulumi.Output[Mapping[str, str] | None]
    #: Name of the role that the function runs as.
    role: pulumi.Output[str | None]
    #: The private network that the function is in.
    vpc_config: pulumi.Output[Mapping[str, Any] | None]
    #: Layers at /opt, at most 5; later ones win.
    layers: pulumi.Output[Sequence[Mapping[str, Any]] | None]
    #: Access to the internet.
    public_net_config: pulumi.Output[Mapping[str, Any] | None]
    #: Addresses in the VPC.
    intranet_config: pulumi.Output[Mapping[str, Any] | None]
    #: File systems; the function has to be in their VPC.
    cfs_config: pulumi.Output[Sequence[Mapping[str, Any]] | None]
    #: Logset that logs go to; by default one of SCF's own.
    cls_logset_id: pulumi.Output[str | None]
    #: Topic that logs go to.
    cls_topic_id: pulumi.Output[str | None]
    #: Where asynchronous calls go that failed for good.
    dead_letter_config: pulumi.Output[Mapping[str, Any] | None]
    #: Whether calls run asynchronously, for up to a day.
    async_run_enable: pulumi.Output[bool]
    #: Whether events of asynchronous calls are traced.
    trace_enable: pulumi.Output[bool]
    #: WS for WebSockets.
    protocol_type: pulumi.Output[str | None]
    #: Settings of the protocol.
    protocol_params: pulumi.Output[Mapping[str, Any] | None]
    #: Calls that one instance serves at a time; web functions only.
    instance_concurrency_config: pulumi.Output[Mapping[str, Any] | None]
    #: Whether names are cached; event functions only.
    dns_cache: pulumi.Output[bool]
    #: Whether SCF installs what package.json names; Node.js only.
    install_dependency: pulumi.Output[bool]
    #: Whether L5 is reached.
    l5_enable: pulumi.Output[bool]
    #: Keep the platform's own lines out of the logs; SCF does not tell what is set.
    ignore_sys_log: pulumi.Output[bool]
    #: Whether SCF makes a topic. Only looked at when the function is made.
    auto_create_cls_topic: pulumi.Output[bool | None]
    #: Whether SCF makes an index for the topic. Only looked at when the function is made.
    auto_deploy_cls_topic_index: pulumi.Output[bool | None]
    #: Tags.
    tags: pulumi.Output[Mapping[str, str] | None]
    #: MB of memory kept for the function, and its limit.
    reserved_concurrency: pulumi.Output[int | None]
    #: What becomes of asynchronous calls that fail.
    async_trigger_config: pulumi.Output[Mapping[str, Any] | None]
    #: qcs::scf:<region>:uin/<UIN>:namespace/<namespace>/function/<name>.
    arn: pulumi.Output[str]
    #: Id, lam-…
    function_id: pulumi.Output[str]
    #: Active, unless something failed.
    status: pulumi.Output[str]
    #: When it was made, as SCF writes it.
    add_time: pulumi.Output[str]
    #: When it was changed last, as SCF writes it.
    mod_time: pulumi.Output[str]
    #: Bytes of the zip.
    code_size: pulumi.Output[int]
    #: The fixed addresses in the internet.
    eip_addresses: pulumi.Output[Sequence[str]]
    #: The fixed addresses in the VPC.
    intranet_addresses: pulumi.Output[Sequence[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        account: pulumi.Input[str],
        region: pulumi.Input[str],
        function_name: pulumi.Input[str],
        runtime: pulumi.Input[str],
        handler: pulumi.Input[str],
        code: pulumi.Input[Code],
        namespace: pulumi.Input[str] | None = None,
        type: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        memory_size: pulumi.Input[int] | None = None,
        timeout: pulumi.Input[int] | None = None,
        init_timeout: pulumi.Input[int] | None = None,
        code_sha256: pulumi.Input[str] | None = None,
        environment: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        role: pulumi.Input[str] | None = None,
        vpc_config: pulumi.Input[VpcConfig] | None = None,
        layers: pulumi.Input[Sequence[pulumi.Input[Layer]]] | None = None,
        public_net_config: pulumi.Input[PublicNetConfig] | None = None,
        intranet_config: pulumi.Input[IntranetConfig] | None = None,
        cfs_config: pulumi.Input[Sequence[pulumi.Input[CfsMount]]] | None = None,
        cls_logset_id: pulumi.Input[str] | None = None,
        cls_topic_id: pulumi.Input[str] | None = None,
        dead_letter_config: pulumi.Input[DeadLetterConfig] | None = None,
        async_run_enable: pulumi.Input[bool] | None = None,
        trace_enable: pulumi.Input[bool] | None = None,
        protocol_type: pulumi.Input[str] | None = None,
        protocol_params: pulumi.Input[ProtocolParams] | None = None,
        instance_concurrency_config: pulumi.Input[InstanceConcurrencyConfig] | None = None,
        dns_cache: pulumi.Input[bool] | None = None,
        install_dependency: pulumi.Input[bool] | None = None,
        l5_enable: pulumi.Input[bool] | None = None,
        ignore_sys_log: pulumi.Input[bool] | None = None,
        auto_create_cls_topic: pulumi.Input[bool] | None = None,
        auto_deploy_cls_topic_index: pulumi.Input[bool] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        reserved_concurrency: pulumi.Input[int] | None = None,
        async_trigger_config: pulumi.Input[AsyncTriggerConfig] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the function.

        Args:
            resource_name: Pulumi's name of the function.
            account: APPID of the account; credentials of another are refused.
            region: Region, such as ap-shanghai.
            function_name: Name of the function, 2 to 60 characters.
            runtime: Such as Python3.10; CustomImage for an image.
            handler: <file>.<function>.
            code: Where the code is: an object of COS, or an image.
            namespace: Namespace of the function. By default default.
            type: Event, or HTTP for a web function. By default Event.
            description: What it is for, at most 1,000 characters.
            memory_size: MB: 64, or a multiple of 128. By default 128.
            timeout: Seconds that a call may take. By default 3.
            init_timeout: Seconds that an instance may take to start; by default 65, 90 for an image.
            code_sha256: SHA-256 of the zip's bytes, hexadecimal; while it stays, so does the code.
            environment: Environment variables.
            role: Name of the role that the function runs as.
            vpc_config: The private network that the function is in.
            layers: Layers at /opt, at most 5; later ones win.
            public_net_config: Access to the internet.
            intranet_config: Addresses in the VPC.
            cfs_config: File systems; the function has to be in their VPC.
            cls_logset_id: Logset that logs go to; by default one of SCF's own.
            cls_topic_id: Topic that logs go to.
            dead_letter_config: Where asynchronous calls go that failed for good.
            async_run_enable: Whether calls run asynchronously, for up to a day.
            trace_enable: Whether events of asynchronous calls are traced.
            protocol_type: WS for WebSockets.
            protocol_params: Settings of the protocol.
            instance_concurrency_config: Calls that one instance serves at a time; web functions only.
            dns_cache: Whether names are cached; event functions only.
            install_dependency: Whether SCF installs what package.json names; Node.js only.
            l5_enable: Whether L5 is reached.
            ignore_sys_log: Keep the platform's own lines out of the logs; SCF does not tell what is set.
            auto_create_cls_topic: Whether SCF makes a topic. Only looked at when the function is made.
            auto_deploy_cls_topic_index: Whether SCF makes its index. Only looked at when the function is made.
            tags: Tags.
            reserved_concurrency: MB of memory kept for the function, and its limit.
            async_trigger_config: What becomes of asynchronous calls that fail.
            opts: Options of the resource.
        """
        properties = {
            "account": account,
            "region": region,
            "namespace": namespace,
            "function_name": function_name,
            "type": type,
            "runtime": runtime,
            "handler": handler,
            "description": description,
            "memory_size": memory_size,
            "timeout": timeout,
            "init_timeout": init_timeout,
            "code": wire(code),
            "code_sha256": code_sha256,
            "environment": environment,
            "role": role,
            "vpc_config": wire(vpc_config),
            "layers": wire(layers),
            "public_net_config": wire(public_net_config),
            "intranet_config": wire(intranet_config),
            "cfs_config": wire(cfs_config),
            "cls_logset_id": cls_logset_id,
            "cls_topic_id": cls_topic_id,
            "dead_letter_config": wire(dead_letter_config),
            "async_run_enable": async_run_enable,
            "trace_enable": trace_enable,
            "protocol_type": protocol_type,
            "protocol_params": wire(protocol_params),
            "instance_concurrency_config": wire(instance_concurrency_config),
            "dns_cache": dns_cache,
            "install_dependency": install_dependency,
            "l5_enable": l5_enable,
            "ignore_sys_log": ignore_sys_log,
            "auto_create_cls_topic": auto_create_cls_topic,
            "auto_deploy_cls_topic_index": auto_deploy_cls_topic_index,
            "tags": tags,
            "reserved_concurrency": reserved_concurrency,
            "async_trigger_config": wire(async_trigger_config),
        }
        super().__init__("yunfn:scf:Function", resource_name, properties, opts)
