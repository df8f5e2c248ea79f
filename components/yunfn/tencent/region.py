"""The region in use, as the tencentcloud provider takes it."""

from __future__ import annotations

import os

import pulumi

from yunfn.exceptions import ValidationError

#: What names the region of a stack.
SETTING = "tencentcloud:region"


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

    It reads ``tencentcloud:region`` and then the environment (TCP provider, argument region); it would take
    ap-guangzhou where neither says one, which nobody means.

    Raises:
        ValidationError: neither says one.
    """
    region = pulumi.Config("tencentcloud").get("region") or os.environ.get("TENCENTCLOUD_REGION")
    if not region:
        rule = f"set it for the stack: pulumi config set {SETTING} ap-shanghai"
        raise ValidationError("provider tencentcloud", "region", region, rule)
    return region
