"""What one resource of the plugin implements; the servicer does the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from yunfn.provider.declaration import CheckFailure, Declaration, Difference
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties


@dataclass(frozen=True, slots=True)
class State:
    """A resource as it is: id, outputs, and for ``read`` the inputs that would make it.

    ``secrets`` are names of properties that may hold a secret though nobody said so: those of an import.
    """

    id: str
    outputs: dict[str, Any]
    inputs: dict[str, Any] | None = None
    secrets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that an operation may take where the program sets no ``customTimeouts``; None is no limit.

    The engine has no setting for ``read``.
    """

    create: float | None
    update: float | None
    delete: float | None
    read: float | None = None


@runtime_checkable
class Foretelling(Protocol):
    """A resource that has more to say in a preview than what changes."""

    def foretell(self, inputs: Properties, old_outputs: Properties) -> list[str]:
        """Lines about the update that would come, for the user; pure."""


class Resource(Protocol):
    """One kind of resource. ``check``, ``diff`` and ``plan`` are pure; the others may be stopped, and must end."""

    declaration: Declaration
    timeouts: Timeouts

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """Say what is wrong with the inputs; unknown values pass."""

    def diff(self, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Difference]:
        """Say what changes; the engine also asks with the inputs that ``read`` answered as old ones."""

    def plan(self, inputs: Properties, old_outputs: Properties | None) -> dict[str, Any]:
        """The outputs that a create (no old ones) or an update will have, for previews: nothing is called."""

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """Make it; adopts what an interrupted create left. Raises YunfnError, PartialFailureError."""

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """Look at it; None if it is gone. Empty outputs: an import, where all there is is the id."""

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """Change it; the new outputs. Also called after a partial failure, and for aliased states of other types."""

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """Remove it; nothing happens if it is gone."""
