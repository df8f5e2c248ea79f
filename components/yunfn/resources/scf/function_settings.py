"""Arguments of ``yunfn:scf:Function`` that are objects; limits and defaults as SCF's API reference has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from yunfn.resources.nested import Nested


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageConfig(Nested):
    """A container image instead of a zip.

    ``image_type`` is ``personal``, ``enterprise`` (with ``registry_id``) or ``public``; ``image_uri`` is
    ``<domain>/<namespace>/<image>:<tag>@<digest>``. ``image_port`` is 9000 unless given, -1 for a job.
    """

    image_type: pulumi.Input[str]
    image_uri: pulumi.Input[str]
    registry_id: pulumi.Input[str] | None = None
    entry_point: pulumi.Input[str] | None = None
    command: pulumi.Input[str] | None = None
    args: pulumi.Input[str] | None = None
    container_image_accelerate: pulumi.Input[bool] | None = None
    image_port: pulumi.Input[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Nested):
    """Where the code is: an object of COS (bucket with or without ``-<APPID>``, key), or an image."""

    cos_bucket_name: pulumi.Input[str] | None = None
    cos_bucket_region: pulumi.Input[str] | None = None
    cos_object_name: pulumi.Input[str] | None = None
    image_config: pulumi.Input[ImageConfig] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer(Nested):
    """A version of a layer."""

    layer_name: pulumi.Input[str]
    layer_version: pulumi.Input[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class VpcConfig(Nested):
    """A private network and its subnet, by their ids."""

    vpc_id: pulumi.Input[str]
    subnet_id: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicNetConfig(Nested):
    """Access to the internet (``enabled`` unless told otherwise), and whether from a fixed address (``eip``)."""

    enabled: pulumi.Input[bool] | None = None
    eip: pulumi.Input[bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntranetConfig(Nested):
    """Whether the function has a fixed address in its VPC."""

    ip_fixed: pulumi.Input[bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CfsMount(Nested):
    """A file system, mounted at ``local_mount_dir``.

    ``remote_mount_dir`` is ``/`` unless given, user and group are 10000.
    """

    cfs_id: pulumi.Input[str]
    mount_ins_id: pulumi.Input[str]
    local_mount_dir: pulumi.Input[str]
    remote_mount_dir: pulumi.Input[str] | None = None
    user_id: pulumi.Input[str] | None = None
    user_group_id: pulumi.Input[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterConfig(Nested):
    """Where asynchronous calls go that failed for good: ``CMQ-QUEUE`` or ``CMQ-TOPIC``, and its name."""

    type: pulumi.Input[str]
    name: pulumi.Input[str]
    filter_type: pulumi.Input[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolParams(Nested):
    """Seconds until an idle WebSocket is closed: 1 to 1800, 15 unless given."""

    ws_idle_timeout: pulumi.Input[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig(Nested):
    """How sessions are told apart: by a ``HEADER``, ``COOKIE`` or ``QUERY_STRING`` of a name; times in seconds."""

    session_source: pulumi.Input[str]
    session_name: pulumi.Input[str]
    maximum_concurrency_session_per_instance: pulumi.Input[int] | None = None
    maximum_ttl_in_seconds: pulumi.Input[int] | None = None
    maximum_idle_time_in_seconds: pulumi.Input[int] | None = None
    session_path: pulumi.Input[str] | None = None
    idle_timeout_strategy: pulumi.Input[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MixNodeConfig(Nested):
    """Calls that an instance on one model of GPU serves at a time."""

    node_spec: pulumi.Input[str]
    num: pulumi.Input[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceConcurrencyConfig(Nested):
    """Calls that one instance of a web function serves at a time: 2 to 100.

    ``type`` is ``Request-Based`` unless given, or ``Session-Based`` with a ``session_config``.
    """

    max_concurrency: pulumi.Input[int]
    dynamic_enabled: pulumi.Input[bool] | None = None
    type: pulumi.Input[str] | None = None
    instance_isolation_enabled: pulumi.Input[bool] | None = None
    mix_node_config: pulumi.Input[Sequence[pulumi.Input[MixNodeConfig]]] | None = None
    session_config: pulumi.Input[SessionConfig] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncTriggerConfig(Nested):
    """What becomes of asynchronous calls that fail: further tries (0–2), and seconds to live (60–21600)."""

    retries: pulumi.Input[int] | None = None
    age: pulumi.Input[int] | None = None
