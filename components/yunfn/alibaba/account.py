"""The guard against the wrong account: a stack remembers the account it was made in.

The record is the output of a component of its own, the first that the program registers, so that it stands in
the state even when the first ``up`` failed half-way. The engine's own call ``readStackResourceOutputs`` reads
it back at the next run, in preview too, before any resource is registered.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
import pulumi.runtime
import pulumi_alicloud as alicloud
from pulumi.runtime.settings import get_root_resource

from yunfn.alibaba import region
from yunfn.exceptions import AccountMismatchError

_TYPE = "yunfn:alibaba:Account"


@dataclass(frozen=True, slots=True)
class Account:
    """The account in use: ``account_id`` (digits), and the ``region`` of the provider."""

    account_id: str
    region: pulumi.Output[str]


class _Record(pulumi.ComponentResource):
    """What the stack remembers of an account: the output ``accountId``."""

    def __init__(self, name: str, account_id: str, opts: pulumi.ResourceOptions | None) -> None:
        super().__init__(_TYPE, name, None, opts)
        self.account_id = pulumi.Output.from_input(account_id)
        self.register_outputs({"accountId": account_id})


# One answer per program run and provider: the key of the outer map is the run's root resource.
_seen: WeakKeyDictionary[pulumi.Resource, dict[str, Account]] = WeakKeyDictionary()
_states: WeakKeyDictionary[pulumi.Resource, Mapping[str, Any]] = WeakKeyDictionary()
_READS, _PAUSE = 6, 0.1


def guard(opts: pulumi.ResourceOptions | None = None) -> Account:
    """Answer the account in use, after making sure that the stack belongs to it.

    Called first by every component of this package; call it yourself at the top of a program whose first
    resources are not yunfn's. ``opts`` tells the provider, as in any resource.

    Raises:
        AccountMismatchError: the stack's state or its setting ``yunfn:account`` names another account.
    """
    provider = _provider(opts)
    name = "account" if provider is None else f"account-{provider._name}"
    root = get_root_resource()
    seen = {} if root is None else _seen.setdefault(root, {})
    if name not in seen:
        invoking = pulumi.InvokeOptions(provider=provider) if provider is not None else None
        # Not get_account: that one answers ALICLOUD_ACCOUNT_ID unasked, whatever the keys in use are.
        account_id = alicloud.get_caller_identity(opts=invoking).account_id
        _refuse_other(account_id, name)
        found = Account(account_id, region.current(provider))
        seen[name] = found
        _Record(name, account_id, pulumi.ResourceOptions(provider=provider) if provider is not None else None)
    return seen[name]


def _provider(opts: pulumi.ResourceOptions | None) -> pulumi.ProviderResource | None:
    """The explicit alicloud provider that ``opts`` or a parent names, or None for the default one."""
    if opts is None:
        return None
    if opts.provider is not None:
        return opts.provider if opts.provider.package == "alicloud" else None
    if isinstance(opts.providers, dict) and "alicloud" in opts.providers:
        named: pulumi.ProviderResource = opts.providers["alicloud"]
        return named
    for each in opts.providers if isinstance(opts.providers, (list, tuple)) else ():
        if each.package == "alicloud":
            found: pulumi.ProviderResource = each
            return found
    return opts.parent.get_provider("alicloud:index:any") if opts.parent is not None else None


def _refuse_other(account_id: str, name: str) -> None:
    configured = pulumi.Config("yunfn").get("account")
    if configured is not None and configured != account_id:
        raise AccountMismatchError(
            f"stack {pulumi.get_stack()}: its setting yunfn:account is {configured}, but the credentials in use "
            f"belong to account {account_id}. Nothing was changed. Use the credentials of {configured}, or "
            "another stack"
        )
    recorded = _recorded(name)
    if recorded is not None and recorded != account_id:
        raise AccountMismatchError(
            f"stack {pulumi.get_stack()}: it was made in account {recorded}, but the credentials in use belong to "
            f"account {account_id}. Nothing was changed. Use the credentials of {recorded}, or make another stack "
            "for this account"
        )


def _state() -> Mapping[str, Any]:
    """What the stack's state held when the program began; read once, before the engine writes it anew."""
    root = get_root_resource()
    if root is not None and root in _states:
        return _states[root]
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    for attempt in range(1, _READS + 1):
        try:
            answer = pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {"stackName": stack}).value
            break
        except Exception as error:
            # The file backend does not write it in one piece: a program whose first resources are not ours may meet
            # half of it (seen with Pulumi 3.259.0: "failed to load checkpoint: EOF").
            if "failed to load checkpoint" not in str(error) or attempt == _READS:
                raise
            time.sleep(_PAUSE * attempt)
    found: Mapping[str, Any] = (answer or {}).get("outputs", {})
    if root is not None:
        _states[root] = found
    return found


def _recorded(name: str) -> str | None:
    """Read the account that this stack's state remembers under ``name``, None if it is new."""
    suffix = f"::{_TYPE}::{name}"
    for urn, resource in _state().items():
        if urn.endswith(suffix):
            recorded = resource["outputs"].get("accountId")
            return None if recorded is None else str(recorded)
    return None
