"""What Function Compute's control plane tells the rest of the cloud when something changed.

Subscribe on ``cloud.events``; each event is published after the change is stored, so a subscriber that asks the
:class:`~yunfn.localcloud.alibaba.fc.directory.FunctionDirectory` sees the new state.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FunctionChanged:
    """A function was created, updated or deleted, or one of its versions, aliases or concurrency limits changed.

    Async settings count too. ``name`` is the function's.
    """

    account: str
    region: str
    name: str


@dataclass(frozen=True, slots=True)
class TriggerChanged:
    """A trigger was created, updated or deleted; ``name`` is the trigger's, ``trigger_type`` such as ``timer``."""

    account: str
    region: str
    function: str
    name: str
    trigger_type: str


@dataclass(frozen=True, slots=True)
class ProvisionChanged:
    """A provision config of a function's qualifier was put, deleted, or lost its version or alias."""

    account: str
    region: str
    function: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class DomainChanged:
    """A custom domain was created, updated or deleted."""

    account: str
    region: str
    domain: str
