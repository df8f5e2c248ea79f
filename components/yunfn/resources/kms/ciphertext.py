"""``yunfn:kms:Ciphertext`` as a typed class."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from yunfn.resources.resource import PluginResource


class Ciphertext(PluginResource):
    """A text encrypted by a key of KMS; again only when text, key or context changes."""

    #: Whose KMS: ``alibaba`` or ``tencent``.
    cloud: pulumi.Output[str]
    #: Account id that the key belongs to, on Tencent Cloud its APPID.
    account: pulumi.Output[str]
    #: Region of the key.
    region: pulumi.Output[str]
    #: Id of the key.
    key_id: pulumi.Output[str]
    #: What must be told to decrypt it.
    encryption_context: pulumi.Output[Mapping[str, str] | None]
    #: What KMS made of the text; no secret.
    ciphertext: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        cloud: pulumi.Input[str],
        account: pulumi.Input[str],
        region: pulumi.Input[str],
        key_id: pulumi.Input[str],
        plaintext: pulumi.Input[str],
        encryption_context: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the ciphertext.

        Args:
            resource_name: Pulumi's name of the ciphertext.
            cloud: Whose KMS: ``alibaba`` or ``tencent``.
            account: Account id that the key belongs to, on Tencent Cloud its APPID; credentials of another are refused.
            region: Region of the key, such as ``cn-shanghai``.
            key_id: Id of the key.
            plaintext: The text: at most 6144 bytes of UTF-8, on Tencent Cloud 4096. Given as plain text or not, it is
                a secret, and no output.
            encryption_context: What must be told to decrypt it, beside the right to. No secret: it is written down
                where calls are audited.
            opts: Options of the resource.
        """
        properties = {
            "cloud": cloud,
            "account": account,
            "region": region,
            "key_id": key_id,
            "plaintext": pulumi.Output.secret(plaintext),
            "encryption_context": encryption_context,
        }
        super().__init__("yunfn:kms:Ciphertext", resource_name, properties, opts)
