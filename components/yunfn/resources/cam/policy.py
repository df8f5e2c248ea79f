"""``yunfn:cam:Policy`` as a typed class."""

from __future__ import annotations

import pulumi

from yunfn.resources.resource import PluginResource


class Policy(PluginResource):
    """A policy of one's own: what whoever it is attached to may do. Its id is its number."""

    #: APPID of the account.
    account: pulumi.Output[str]
    #: Name of the policy.
    policy_name: pulumi.Output[str]
    #: What it allows and denies, as JSON.
    policy_document: pulumi.Output[str]
    #: Text shown in the console.
    description: pulumi.Output[str]
    #: Its number, as text.
    policy_id: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        account: pulumi.Input[str],
        policy_name: pulumi.Input[str],
        policy_document: pulumi.Input[str],
        description: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the policy.

        Args:
            resource_name: Pulumi's name of the policy.
            account: APPID of the account; credentials of another are refused.
            policy_name: Name of the policy; another one is another policy.
            policy_document: What it allows and denies, as JSON; the order of keys is no change.
            description: Text shown in the console.
            opts: Options of the resource.
        """
        properties = {
            "account": account,
            "policy_name": policy_name,
            "policy_document": policy_document,
            "description": description,
        }
        super().__init__("yunfn:cam:Policy", resource_name, properties, opts)
