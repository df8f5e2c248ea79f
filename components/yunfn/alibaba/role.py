"""Roles that the cloud's services assume, and the policies that grants become on them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pulumi
import pulumi_alicloud as alicloud

from yunfn.access import Grant, ram_document, trust_document
from yunfn.alibaba.naming import ram_name
from yunfn.exceptions import ValidationError
from yunfn.program.grants import document

#: The service that runs functions, as a role's trust names it (FCD "permissions").
FUNCTION_COMPUTE = "fc.aliyuncs.com"

_ROLE_NAME = re.compile(r"[A-Za-z0-9.-]{1,64}")


def checked_role_name(resource: str, value: str) -> None:
    """Check a role's name (RAM documentation, CreateRole)."""
    if not _ROLE_NAME.fullmatch(value):
        raise ValidationError(resource, "role_name", value, "1–64 letters, digits, '.' and '-'")


def make_role(
    name: str,
    role_name: pulumi.Input[str],
    description: str,
    parent: pulumi.Resource,
    trust: str | None = None,
) -> alicloud.ram.Role:
    """Make a role called ``name`` in Pulumi; ``trust`` is its trust document, by default Function Compute's."""
    return alicloud.ram.Role(
        name,
        role_name=role_name,
        description=description,
        assume_role_policy_document=trust or trust_document(service=FUNCTION_COMPUTE),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def attach(
    name: str,
    role_name: pulumi.Input[str],
    grants: Sequence[Grant],
    parent: pulumi.Resource,
) -> pulumi.Resource:
    """Make a policy of ``grants`` and attach it to the role; answer the attachment, to depend on.

    Policy and attachment are children of ``parent``; the policy is called ``<stack>-<name>``.

    Raises:
        ValidationError: the document is longer than RAM takes, or a name in a grant is not the cloud's.
    """
    policy = alicloud.ram.Policy(
        f"{name}-policy",
        policy_name=ram_name(name),
        policy_document=document(grants, name, ram_document),
        # A RAM policy keeps five versions; without this the sixth change would fail (RAM, "limits").
        rotate_strategy="DeleteOldestNonDefaultVersionWhenLimitExceeded",
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return alicloud.ram.RolePolicyAttachment(
        f"{name}-policy-attachment",
        policy_name=policy.policy_name,
        policy_type="Custom",
        role_name=role_name,
        opts=pulumi.ResourceOptions(parent=parent),
    )
