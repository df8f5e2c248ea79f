"""``yunfn:cam:RolePolicyAttachment`` as a typed class."""

from __future__ import annotations

import pulumi

from yunfn.resources.resource import PluginResource


class RolePolicyAttachment(PluginResource):
    """A policy that a role has; everything makes another one when it changes."""

    #: APPID of the account.
    account: pulumi.Output[str]
    #: Name of the role.
    role_name: pulumi.Output[str]
    #: Number of the policy, as text.
    policy_id: pulumi.Output[str]
    #: Name of the policy.
    policy_name: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        account: pulumi.Input[str],
        role_name: pulumi.Input[str],
        policy_id: pulumi.Input[str] | None = None,
        policy_name: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the attachment, of the policy with that number or, as preset ones are known by, that name.

        Args:
            resource_name: Pulumi's name of the attachment.
            account: APPID of the account; credentials of another are refused.
            role_name: Name of the role.
            policy_id: Number of the policy, as text.
            policy_name: Name of the policy, such as ``QcloudSCFReadOnlyAccess``.
            opts: Options of the resource.
        """
        properties = {
            "account": account,
            "role_name": role_name,
            "policy_id": policy_id,
            "policy_name": policy_name,
        }
        super().__init__("yunfn:cam:RolePolicyAttachment", resource_name, properties, opts)
