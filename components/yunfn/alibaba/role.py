"""Roles that the cloud's services assume, and the policies that grants become on them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pulumi
import pulumi_alicloud as alicloud

from yunfn.access import Grant, trust_document
from yunfn.access.grammar import RAM
from yunfn.alibaba.naming import ram_name
from yunfn.exceptions import ValidationError
from yunfn.program.grants import policy_documents

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
    per: pulumi.Output[str] | None = None,
) -> pulumi.Resource:
    """Make a policy of ``grants`` and attach it to the role; answer the attachment, to depend on.

    Grants that are longer than RAM takes in one policy become several, of which the last attachment waits for all.
    Policies and attachments are children of ``parent``; the policies are called ``<stack>-<name>``,
    ``<stack>-<name>-2`` and so on. With ``per`` they are called after its value too: where that changes, a new policy
    is made first, and the old one goes last, when what ran by it has been replaced.

    Raises:
        ValidationError: a single right is longer than RAM takes, or a name in a grant is not the cloud's.
    """
    made: list[pulumi.Resource] = []
    for number, document in enumerate(policy_documents(grants, name, RAM), start=1):
        called = name if number == 1 else f"{name}-{number}"
        policy = alicloud.ram.Policy(
            f"{called}-policy",
            policy_name=ram_name(called) if per is None else _named(called, per),
            policy_document=document,
            # A RAM policy keeps five versions; without this the sixth change would fail (RAM, "limits").
            rotate_strategy="DeleteOldestNonDefaultVersionWhenLimitExceeded",
            opts=pulumi.ResourceOptions(parent=parent),
        )
        made.append(
            alicloud.ram.RolePolicyAttachment(
                f"{called}-policy-attachment",
                policy_name=policy.policy_name,
                policy_type="Custom",
                role_name=role_name,
                opts=pulumi.ResourceOptions(parent=parent, depends_on=made[-1:]),
            )
        )
    return made[-1]


def _named(name: str, per: pulumi.Output[str]) -> pulumi.Output[str]:
    return per.apply(lambda value: ram_name(f"{name}-{value}"))
