"""The system policies the local cloud has: a small table, as RAM's console shows their documents.

Those of whole services are exact; AliyunFCFullAccess and AliyunFCDefaultRolePolicy are cut to the services
that exist here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

CREATED = "2015-04-28T12:00:00Z"
"""When the cloud made its system policies; they never change here."""


def _allow(actions: Sequence[str], resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Action": list(actions), "Resource": resource, "Effect": "Allow", **more}


_NETWORK_INTERFACES = (
    "vpc:DescribeVSwitchAttributes",
    "vpc:DescribeVpcAttribute",
    "ecs:CreateNetworkInterface",
    "ecs:DeleteNetworkInterface",
    "ecs:DescribeNetworkInterfaces",
    "ecs:CreateNetworkInterfacePermission",
    "ecs:DescribeNetworkInterfacePermissions",
    "ecs:DeleteNetworkInterfacePermission",
)
_FC_PASS_ROLE = {"StringEquals": {"acs:Service": "fc.aliyuncs.com"}}

# Name: (description, statements).
_TABLE: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "AdministratorAccess": ("Provides full access to Alibaba Cloud services and resources.", [_allow(["*"])]),
    "ReadOnlyAccess": (
        "Provides read-only access to Alibaba Cloud services and resources.",
        [_allow(["*:Describe*", "*:List*", "*:Get*", "*:BatchGet*", "*:Query*", "*:BatchQuery*"])],
    ),
    "AliyunOSSFullAccess": ("Provides full access to Object Storage Service.", [_allow(["oss:*"])]),
    "AliyunOSSReadOnlyAccess": (
        "Provides read-only access to Object Storage Service.",
        [_allow(["oss:Get*", "oss:List*"])],
    ),
    "AliyunLogFullAccess": ("Provides full access to Log Service.", [_allow(["log:*"])]),
    "AliyunLogReadOnlyAccess": (
        "Provides read-only access to Log Service.",
        [_allow(["log:Get*", "log:List*", "log:Query*", "log:BatchGet*"])],
    ),
    "AliyunFCFullAccess": (
        "Provides full access to Function Compute.",
        [_allow(["fc:*"]), _allow(["ram:PassRole"], Condition=_FC_PASS_ROLE)],
    ),
    "AliyunFCReadOnlyAccess": ("Provides read-only access to Function Compute.", [_allow(["fc:Get*", "fc:List*"])]),
    "AliyunFCInvocationAccess": ("Provides access to invoke functions.", [_allow(["fc:InvokeFunction"])]),
    "AliyunFCDefaultRolePolicy": (
        "The policy for AliyunFCDefaultRole.",
        [
            _allow(_NETWORK_INTERFACES),
            _allow(["log:PostLogStoreLogs", "log:CreateProject", "log:GetProject", "log:CreateLogStore",
                    "log:GetLogStore", "log:CreateIndex", "log:GetIndex"]),
            _allow(["fc:InvokeFunction"]),
        ],
    ),
    "AliyunOTSFullAccess": ("Provides full access to Tablestore.", [_allow(["ots:*"])]),
    "AliyunOTSReadOnlyAccess": (
        "Provides read-only access to Tablestore.",
        [_allow(["ots:BatchGet*", "ots:Describe*", "ots:Get*", "ots:List*", "ots:Consume*", "ots:Search",
                 "ots:ComputeSplitPointsBySize"])],
    ),
    "AliyunMNSFullAccess": ("Provides full access to Message Service.", [_allow(["mns:*"])]),
    "AliyunSTSAssumeRoleAccess": ("Provides access to assume roles.", [_allow(["sts:AssumeRole"])]),
    "AliyunRAMFullAccess": ("Provides full access to Resource Access Management.", [_allow(["ram:*"])]),
    "AliyunRAMReadOnlyAccess": (
        "Provides read-only access to Resource Access Management.",
        [_allow(["ram:Get*", "ram:List*"])],
    ),
    "AliyunECSNetworkInterfaceManagementAccess": (
        "Provides access to manage elastic network interfaces.",
        [_allow(_NETWORK_INTERFACES[2:])],
    ),
}  # fmt: skip


def names() -> list[str]:
    """The names of all system policies, sorted."""
    return sorted(_TABLE)


def description(name: str) -> str:
    """What the console says of a system policy; raises KeyError for an unknown one."""
    return _TABLE[name][0]


def document(name: str) -> str | None:
    """A system policy's document as JSON, or None for an unknown name."""
    found = _TABLE.get(name)
    return None if found is None else json.dumps({"Version": "1", "Statement": found[1]})
