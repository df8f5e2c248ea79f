"""What a lifecycle rule says is due; each cloud reads its own documents into these rules."""

from __future__ import annotations

from dataclasses import dataclass

from yunfn.localcloud.objectstore.stored_object import StoredObject

DAY = 86400.0


@dataclass(frozen=True, slots=True)
class When:
    """When an action is due: so many days after, for all from before a date, or for all from a date on.

    Days end at the next midnight after they have passed, of clocks that are ``zone`` seconds ahead of UTC.
    """

    days: int | None = None
    created_before: float | None = None
    date: float | None = None
    zone: float = 0.0

    def due(self, since: float, now: float) -> bool:
        """Whether it is due at ``now`` for what is as it is since ``since`` (both in seconds)."""
        if self.days is not None:
            return now >= ((since + self.zone + self.days * DAY) // DAY + 1) * DAY - self.zone
        if self.created_before is not None:
            return since < self.created_before
        return self.date is not None and now >= self.date


@dataclass(frozen=True, slots=True)
class Rule:
    """One enabled rule; an action that it does not have is None, transitions are pairs of time and storage class."""

    prefix: str
    tags: tuple[tuple[str, str], ...]
    not_prefix: str | None
    not_tag: tuple[str, str] | None
    larger_than: int
    smaller_than: int | None
    expiration: When | None
    expired_marker: bool
    noncurrent: When | None
    abort: When | None
    transitions: tuple[tuple[When, str], ...]
    noncurrent_transitions: tuple[tuple[When, str], ...]

    def covers(self, key: str, stored: StoredObject) -> bool:
        """Whether the rule's prefix, tags and filter take in this object."""
        if not key.startswith(self.prefix) or any(stored.tags.get(name) != value for name, value in self.tags):
            return False
        if self.not_prefix is not None and key.startswith(self.not_prefix):
            tag = self.not_tag
            if tag is None or stored.tags.get(tag[0]) == tag[1]:
                return False
        return stored.size > self.larger_than and (self.smaller_than is None or stored.size < self.smaller_than)
