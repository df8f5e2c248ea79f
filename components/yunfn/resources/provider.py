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
        secret_id: pulumi.Input[str] | None = None,
        app_id: pulumi.Input[str] | None = None,
        expiration: pulumi.Input[str] | None = None,
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the provider.

        Args:
            resource_name: Pulumi's name of the provider.
            access_key: Alibaba Cloud's access key id; by default the environment's, as the official clients read it.
            secret_key: Secret of the access key, or of the key that ``secret_id`` names; encrypted in state.
            security_token: Token of a temporary key; encrypted in state.
            secret_id: Tencent Cloud's key id; by default the environment's. A provider has the key of one cloud.
            app_id: APPID of the account on Tencent Cloud that ``secret_id`` belongs to.
            expiration: When a temporary key ends, as RFC 3339 has it: no rollout begins that it would not see the end
                of. Of the environment's key, ``YUNFN_CREDENTIALS_EXPIRATION`` tells it.
            region: Region to import from; resources name their own.
            opts: Options of the resource.
        """
        properties = {
            "accessKey": access_key,
            "secretKey": None if secret_key is None else pulumi.Output.secret(secret_key),
            "securityToken": None if security_token is None else pulumi.Output.secret(security_token),
            "secretId": secret_id,
            "appId": app_id,
            "expiration": expiration,
            "region": region,
        }
        super().__init__("yunfn", resource_name, properties, with_version(opts))
