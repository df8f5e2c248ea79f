"""The roles that functions run by, and the policies that grants become on them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pulumi

from yunfn.access import Grant, cam_trust_document
from yunfn.access.grammar import CAM
from yunfn.exceptions import ValidationError
from yunfn.program.grants import policy_documents
from yunfn.resources import cam
from yunfn.tencent.account import Account
from yunfn.tencent.naming import cam_name

#: The service that runs functions, as a role's trust names it (SCFD "roles and policies").
CLOUD_FUNCTION = "scf.qcloud.com"

_ROLE_NAME = re.compile(r"[A-Za-z0-9_.@+=,-]{1,128}")


def checked_role_name(resource: str, value: str) -> None:
    """Check a role's name (CAM documentation, CreateRole)."""
    if not _ROLE_NAME.fullmatch(value):
        raise ValidationError(resource, "role_name", value, "1–128 letters, digits and any of _ . @ + = , -")


def make_role(
    name: str, role_name: pulumi.Input[str], description: str, parent: pulumi.Resource, account: Account
) -> cam.Role:
    """Make a role called ``name`` in Pulumi that functions may run by."""
    return cam.Role(
        name,
        account=account.app_id,
        role_name=role_name,
        description=description,
        policy_document=cam_trust_document(service=CLOUD_FUNCTION),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def attach(
    name: str,
    role_name: pulumi.Input[str],
    grants: Sequence[Grant],
    parent: pulumi.Resource,
    account: Account,
    per: pulumi.Output[str] | None = None,
) -> pulumi.Resource:
    """Make a policy of ``grants`` and attach it to the role; answer the attachment, to depend on.

    Grants that are longer than CAM takes in one policy become several, of which the last attachment waits for all.
    Policies and attachments are children of ``parent``; the policies are called ``<stack>-<name>``,
    ``<stack>-<name>-2`` and so on. With ``per`` they are called after its value too: where that changes, a new policy
    is made first, and the old one goes last, when what ran by it has been replaced.

    Raises:
        ValidationError: a single right is longer than CAM takes, or a name in a grant is not the cloud's.
    """
    made: list[pulumi.Resource] = []
    for number, document in enumerate(policy_documents(grants, name, CAM), start=1):
        called = name if number == 1 else f"{name}-{number}"
        policy = cam.Policy(
            f"{called}-policy",
            account=account.app_id,
            policy_name=cam_name(called) if per is None else _named(called, per),
            policy_document=document,
            opts=pulumi.ResourceOptions(parent=parent),
        )
        made.append(
            cam.RolePolicyAttachment(
                f"{called}-policy-attachment",
                account=account.app_id,
                policy_id=policy.policy_id,
                role_name=role_name,
                opts=pulumi.ResourceOptions(parent=parent, depends_on=made[-1:]),
            )
        )
    return made[-1]


def _named(name: str, per: pulumi.Output[str]) -> pulumi.Output[str]:
    return per.apply(lambda value: cam_name(f"{name}-{value}"))
