"""A stack remembers the account and region it was made in, and is refused in another one.

The record is the output of a component of its own, the first that the program registers, so that it stands in
the state even when the first ``up`` failed half-way. The engine's own call ``readStackResourceOutputs`` reads
it back at the next run, in preview too, before any resource is registered.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

import pulumi
import pulumi.runtime
from pulumi.runtime.settings import get_root_resource

from yunfn.exceptions import AccountMismatchError, RegionMismatchError

T = TypeVar("T")
# One answer per program run, cloud and provider: the key of the outer map is the run's root resource.
_seen: WeakKeyDictionary[pulumi.Resource, dict[tuple[str, str], Any]] = WeakKeyDictionary()
_states: WeakKeyDictionary[pulumi.Resource, Mapping[str, Any]] = WeakKeyDictionary()
_READS, _PAUSE = 6, 0.1


class AccountRecord(pulumi.ComponentResource):
    """What the stack remembers of an account: the output ``accountId``, and what else its cloud calls it by."""

    def __init__(
        self, kind: str, name: str, outputs: Mapping[str, pulumi.Input[str]], opts: pulumi.ResourceOptions | None
    ) -> None:
        super().__init__(kind, name, None, opts)
        self.account_id = pulumi.Output.from_input(outputs["accountId"])
        self.register_outputs(dict(outputs))


def once(kind: str, name: str, find: Callable[[], T]) -> T:
    """Answer what ``find`` answers, asked once in a run of the program for records of ``kind`` called ``name``."""
    root = get_root_resource()
    seen: dict[tuple[str, str], Any] = {} if root is None else _seen.setdefault(root, {})
    if (kind, name) not in seen:
        seen[kind, name] = find()
    return cast(T, seen[kind, name])


def explicit_provider(opts: pulumi.ResourceOptions | None, package: str) -> pulumi.ProviderResource | None:
    """The explicit provider of ``package`` that ``opts`` or a parent names, or None for the default one."""
    if opts is None:
        return None
    if opts.provider is not None:
        return opts.provider if opts.provider.package == package else None
    if isinstance(opts.providers, dict) and package in opts.providers:
        named: pulumi.ProviderResource = opts.providers[package]
        return named
    for each in opts.providers if isinstance(opts.providers, (list, tuple)) else ():
        if each.package == package:
            found: pulumi.ProviderResource = each
            return found
    return opts.parent.get_provider(f"{package}:index:any") if opts.parent is not None else None


def refuse_other(kind: str, name: str, account_id: str) -> None:
    """Refuse ``account_id`` where the stack belongs to another account.

    Raises:
        AccountMismatchError: the record called ``name`` in the stack's state is of another account, or the setting
            ``yunfn:account`` (one account, or one of each cloud joined by commas) does not name this one.
    """
    configured = pulumi.Config("yunfn").get("account")
    if configured is not None and account_id not in [each.strip() for each in configured.split(",")]:
        raise AccountMismatchError(
            f"stack {pulumi.get_stack()}: its setting yunfn:account is {configured}, but the credentials in use "
            f"belong to account {account_id}. Nothing was changed. Use the credentials of {configured}, or "
            "another stack"
        )
    recorded = _recorded(kind, name).get("accountId")
    if recorded is not None and recorded != account_id:
        raise AccountMismatchError(
            f"stack {pulumi.get_stack()}: it was made in account {recorded}, but the credentials in use belong to "
            f"account {account_id}. Nothing was changed. Use the credentials of {recorded}, or make another stack "
            "for this account"
        )


def refuse_other_region(kind: str, name: str, region: str, setting: str) -> None:
    """Refuse ``region`` where the stack's resources are in another one; ``setting`` is what names it, in a stack.

    The upstream providers know no region of a resource: they would look for all of them in the new one, find none, and
    leave those of the old one behind.

    Raises:
        RegionMismatchError: the record called ``name`` in the stack's state is of another region.
    """
    recorded = _recorded(kind, name).get("region")
    if recorded is not None and recorded != region:
        raise RegionMismatchError(
            f"stack {pulumi.get_stack()}: its resources are in {recorded}, but the region in use is {region}. Nothing "
            f"was changed. They cannot move: go back by pulumi config set {setting} {recorded}, and make another stack "
            f"for {region}; or destroy this one first"
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


def _recorded(kind: str, name: str) -> Mapping[str, Any]:
    """Read what this stack's state remembers under ``name``, nothing if it is new."""
    suffix = f"::{kind}::{name}"
    for urn, resource in _state().items():
        if urn.endswith(suffix):
            outputs: Mapping[str, Any] = resource["outputs"]
            return outputs
    return {}
