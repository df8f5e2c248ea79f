"""The region in use, as the alicloud provider takes it."""

from __future__ import annotations

import os

import pulumi

from yunfn.exceptions import ValidationError

#: What names the region of a stack.
SETTING = "alicloud:region"


def current(provider: pulumi.ProviderResource | None) -> pulumi.Output[str]:
    """Answer the region of ``provider``, or of the default provider.

    Raises:
        ValidationError: the default provider has no region.
    """
    if provider is not None:
        return pulumi.Output.from_input(provider.region)  # type: ignore[attr-defined]
    return pulumi.Output.from_input(of_default())


def of_default() -> str:
    """Answer the region of the default provider.

    It reads ``alicloud:region`` and then the environment (TFP provider, argument region).

    Raises:
        ValidationError: it has none.
    """
    named = pulumi.Config("alicloud").get("region")
    region = named or os.environ.get("ALICLOUD_REGION") or os.environ.get("ALIBABA_CLOUD_REGION")
    if not region:
        rule = f"set it for the stack: pulumi config set {SETTING} cn-shanghai"
        raise ValidationError("provider alicloud", "region", region, rule)
    return region
