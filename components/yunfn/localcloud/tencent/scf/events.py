"""What SCF's control plane tells the rest of the cloud when something changed.

Subscribe on ``cloud.events``; each event is published after the change is stored, so a subscriber that asks the
:class:`~yunfn.localcloud.tencent.scf.directory.FunctionDirectory` sees the new state.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FunctionChanged:
    """A function was created, updated or deleted, or one of its versions, aliases or reserved concurrency changed.

    Async settings count too. ``name`` is the function's.
    """

    region: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class TriggerChanged:
    """A trigger was created, updated or deleted; ``name`` is the trigger's, ``trigger_type`` such as ``timer``."""

    region: str
    namespace: str
    function: str
    name: str
    trigger_type: str


@dataclass(frozen=True, slots=True)
class ProvisionChanged:
    """The provisioned concurrency of a function's version was put, deleted, or went with its version."""

    region: str
    namespace: str
    function: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class DomainChanged:
    """A custom domain was created, updated or deleted."""

    domain: str
