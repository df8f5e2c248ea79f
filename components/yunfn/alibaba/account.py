"""The account in use, and the guard against the wrong one."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_alicloud as alicloud

from yunfn.alibaba import region
from yunfn.program.account import AccountRecord, explicit_provider, once, refuse_other, refuse_other_region
from yunfn.program.component import told

_TYPE = "yunfn:alibaba:Account"


@dataclass(frozen=True, slots=True)
class Account:
    """The account in use: ``account_id`` (digits), and the ``region`` of the provider."""

    account_id: str
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
    provider = explicit_provider(opts, "alicloud")
    name = "account" if provider is None else f"account-{provider._name}"
    return once(_TYPE, name, lambda: _found(provider, name))


def _found(provider: pulumi.ProviderResource | None, name: str) -> Account:
    invoking = pulumi.InvokeOptions(provider=provider) if provider is not None else None
    # Not get_account: that one answers ALICLOUD_ACCOUNT_ID unasked, whatever the keys in use are.
    account_id = alicloud.get_caller_identity(opts=invoking).account_id
    refuse_other(_TYPE, name, account_id)
    if provider is None:
        refuse_other_region(_TYPE, name, region.of_default(), region.SETTING)
    found = Account(account_id, region.current(provider))
    options = pulumi.ResourceOptions(provider=provider) if provider is not None else None
    AccountRecord(_TYPE, name, {"accountId": account_id, "region": found.region}, options)
    return found
