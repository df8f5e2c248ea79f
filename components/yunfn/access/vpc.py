"""Rights a function's role needs to stand in a VPC on Alibaba Cloud.

On Tencent Cloud it needs none: SCF itself stands in the VPC, by its own role (SCFD "roles and policies").
"""

from __future__ import annotations

from yunfn.access.statement import Grant, Statement, grant

# FCD "permissions": the network interface of the instance is made, found, opened and removed in the user's
# name. The actions take no narrower resource than '*'.
_ACTIONS = (
    "ecs:CreateNetworkInterface",
    "ecs:CreateNetworkInterfacePermission",
    "ecs:DeleteNetworkInterface",
    "ecs:DeleteNetworkInterfacePermission",
    "ecs:DescribeNetworkInterfacePermissions",
    "ecs:DescribeNetworkInterfaces",
    "vpc:DescribeVSwitchAttributes",
)


def attach() -> Grant:
    """Stand in a VPC by an elastic network interface; NAS mounts need it too."""
    return grant("vpc.attach", _attach)


def _attach() -> tuple[Statement, ...]:
    return (Statement(_ACTIONS, ("*",)),)
