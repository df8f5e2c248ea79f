"""``yunfn:cam:Role`` as a typed class."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from yunfn.resources.resource import PluginResource


class Role(PluginResource):
    """A role: who may take it; what it may do is attached to it."""

    #: APPID of the account.
    account: pulumi.Output[str]
    #: Name of the role.
    role_name: pulumi.Output[str]
    #: Who may take the role, as JSON.
    policy_document: pulumi.Output[str]
    #: Text shown in the console.
    description: pulumi.Output[str]
    #: Whether the role may log in to the console.
    console_login: pulumi.Output[bool]
    #: Seconds that its temporary keys may live at most.
    session_duration: pulumi.Output[int]
    #: Tags of the role.
    tags: pulumi.Output[Mapping[str, str] | None]
    #: Its number, as text.
    role_id: pulumi.Output[str]
    #: Its six-segment name, as STS takes it.
    arn: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        account: pulumi.Input[str],
        role_name: pulumi.Input[str],
        policy_document: pulumi.Input[str],
        description: pulumi.Input[str] | None = None,
        console_login: pulumi.Input[bool] | None = None,
        session_duration: pulumi.Input[int] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the role.

        Args:
            resource_name: Pulumi's name of the role.
            account: APPID of the account; credentials of another are refused.
            role_name: Name of the role; another one is another role.
            policy_document: Who may take the role, as JSON; the order of keys is no change.
            description: Text shown in the console.
            console_login: Whether the role may log in to the console, by default not.
            session_duration: Seconds that its temporary keys may live at most, up to 43200, by default 7200.
            tags: Tags of the role.
            opts: Options of the resource.
        """
        properties = {
            "account": account,
            "role_name": role_name,
            "policy_document": policy_document,
            "description": description,
            "console_login": console_login,
            "session_duration": session_duration,
            "tags": tags,
        }
        super().__init__("yunfn:cam:Role", resource_name, properties, opts)
