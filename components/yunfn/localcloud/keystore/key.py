"""A key as it is described: everything but its material."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Place(NamedTuple):
    """Whose key it is and where: keys are regional in both clouds."""

    account: str
    region: str


class KeyState(StrEnum):
    """What may be done with a key. Both clouds have a word of their own for the third; only Tencent has the fourth."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"
    PENDING_DELETION = "PendingDeletion"
    ARCHIVED = "Archived"


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """One material of a key; ``created`` is seconds since the epoch by the cloud's clock."""

    id: str
    created: float


@dataclass(slots=True)
class Key:
    """A key without its material. Times are seconds since the epoch by the cloud's clock, 0 for never.

    ``versions`` are oldest first; the last one encrypts. ``period`` is the seconds between automatic rotations, 0 for
    none. ``details`` is what only one of the clouds knows of its keys.
    """

    id: str
    created: float
    state: KeyState = KeyState.ENABLED
    description: str = ""
    deletion: float = 0.0
    period: float = 0.0
    next_rotation: float = 0.0
    last_rotation: float = 0.0
    versions: list[KeyVersion] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def primary(self) -> KeyVersion:
        """The version that encrypts."""
        return self.versions[-1]

    def as_document(self) -> dict[str, Any]:
        """The key as the store keeps it."""
        return asdict(self)

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Key:
        """The key that the store kept."""
        fields = dict(document)
        fields["state"] = KeyState(fields["state"])
        fields["versions"] = [KeyVersion(**each) for each in fields["versions"]]
        return cls(**fields)
