"""Network and file systems of functions, as Service takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from yunfn.program import rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpc:
    """The VPC that functions stand in: ``vpc_id``, the ``vswitch_ids`` to take addresses from, and the
    ``security_group_id`` that says what they may reach.
    """

    vpc_id: pulumi.Input[str]
    vswitch_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    security_group_id: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NasMount:
    """A NAS file system in the functions' file tree; it needs a Vpc.

    ``server`` is the file system's mount target and path, as ``<host>:/path``; ``folder`` where it appears, an
    absolute path; ``tls`` whether the transfer is encrypted.
    """

    server: pulumi.Input[str]
    folder: pulumi.Input[str]
    tls: pulumi.Input[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OssMount:
    """A bucket in the functions' file tree.

    ``bucket`` and the ``path`` in it; ``folder`` where it appears, an absolute path; ``endpoint`` of OSS, such
    as ``http://oss-cn-shanghai-internal.aliyuncs.com``; ``read_only`` whether functions may write.
    """

    bucket: pulumi.Input[str]
    folder: pulumi.Input[str]
    endpoint: pulumi.Input[str]
    path: pulumi.Input[str] = "/"
    read_only: pulumi.Input[bool] = True


def mount_folder(resource: str, value: str) -> None:
    """Check where a file system appears: an absolute path outside of what the platform mounts itself."""
    rules.mount_folder(resource, value, ("code", "opt", "proc", "sys", "dev"))
