"""The account in use, and the guard against the wrong one."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from yunfn.program.account import AccountRecord, explicit_provider, once, refuse_other, refuse_other_region
from yunfn.program.component import told
from yunfn.tencent import region

_TYPE = "yunfn:tencent:Account"


@dataclass(frozen=True, slots=True)
class Account:
    """The account in use: ``account_id`` (the uin of its owner, by which CAM and SCF call it), its ``app_id`` (by which
    COS does), and the ``region`` of the provider.
    """

    account_id: str
    app_id: str
    region: pulumi.Output[str]


@told
def guard(opts: pulumi.ResourceOptions | None = None) -> Account:
    """Answer the account in use, after making sure that the stack belongs to it.

    Called first by every component of this package; call it yourself at the top of a program whose first
    resources are not yunfn's. ``opts`` tells the provider, as in any resource.

    Raises:
        AccountMismatchError: the stack's state or its setting ``yunfn:account`` names another account.
        RegionMismatchError: the default provider has another region than when the stack was made.
    """
    provider = explicit_provider(opts, "tencentcloud")
    name = "tencent-account" if provider is None else f"tencent-account-{provider._name}"
    return once(_TYPE, name, lambda: _found(provider, name))


def _found(provider: pulumi.ProviderResource | None, name: str) -> Account:
    invoking = pulumi.InvokeOptions(provider=provider) if provider is not None else None
    # Of a sub-account's key ``uin`` is the sub-account.
    seen = tencentcloud.user.get_info(opts=invoking)
    refuse_other(_TYPE, name, seen.owner_uin)
    if provider is None:
        refuse_other_region(_TYPE, name, region.of_default(), region.SETTING)
    found = Account(seen.owner_uin, seen.app_id, region.current(provider))
    options = pulumi.ResourceOptions(provider=provider) if provider is not None else None
    outputs: dict[str, pulumi.Input[str]] = {
        "accountId": found.account_id,
        "appId": found.app_id,
        "region": found.region,
    }
    AccountRecord(_TYPE, name, outputs, options)
    return found
