"""The plugin's provider, for resources in another account than the environment's credentials belong to."""

from __future__ import annotations

import pulumi

from yunfn.resources.resource import with_version


class Provider(pulumi.ProviderResource):
    """Speaks for other credentials than those of the environment; pass it in the option ``providers`` of components."""

    def __init__(
        self,
        resource_name: str,
        *,
        access_key: pulumi.Input[str] | None = None,
        secret_key: pulumi.Input[str] | None = None,
        security_token: pulumi.Input[str] | None = None,
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the provider.

        Args:
            resource_name: Pulumi's name of the provider.
            access_key: Access key id; by default the environment's, as the official clients read it.
            secret_key: Secret of the access key; encrypted in state.
            security_token: Token of a temporary access key; encrypted in state.
            region: Region to import from; resources name their own.
            opts: Options of the resource.
        """
        properties = {
            "accessKey": access_key,
            "secretKey": None if secret_key is None else pulumi.Output.secret(secret_key),
            "securityToken": None if security_token is None else pulumi.Output.secret(security_token),
            "region": region,
        }
        super().__init__("yunfn", resource_name, properties, with_version(opts))
