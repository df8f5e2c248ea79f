"""Network and file systems of functions, as Service takes them."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from yunfn.program import rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpc:
    """The VPC that functions stand in: ``vpc_id``, and the ``subnet_id`` to take addresses from."""

    vpc_id: pulumi.Input[str]
    subnet_id: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CfsMount:
    """A CFS file system in the functions' file tree; it needs a Vpc.

    ``file_system_id`` and the ``mount_point_id`` to reach it by; ``folder`` where it appears, an absolute path;
    ``remote_folder`` what of it appears; ``user_id`` and ``group_id`` by which its files are reached.
    """

    file_system_id: pulumi.Input[str]
    mount_point_id: pulumi.Input[str]
    folder: pulumi.Input[str]
    remote_folder: pulumi.Input[str] = "/"
    user_id: pulumi.Input[str] = "10000"
    group_id: pulumi.Input[str] = "10000"


def mount_folder(resource: str, value: str) -> None:
    """Check where a file system appears: an absolute path outside of what the platform mounts itself."""
    rules.mount_folder(resource, value, ("var", "opt", "proc", "sys", "dev", "tmp"))
