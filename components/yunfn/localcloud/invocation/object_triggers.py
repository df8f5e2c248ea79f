"""Triggers of an object store: what happens to objects calls the functions whose triggers it fits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Generic, TypeVar

from yunfn.localcloud.cloud import LocalCloud

R = TypeVar("R")
E = TypeVar("E")


class ObjectTriggers(ABC, Generic[R, E]):
    """Fires a cloud's triggers (``R``) at events of its objects (``E``, of class ``object_event``)."""

    def __init__(self, cloud: LocalCloud, trigger_changed: type[object], object_event: type[E]) -> None:
        self._cloud = cloud
        # Held in memory: every write to every bucket asks for them.
        self._triggers: list[R] | None = None
        cloud.events.subscribe(trigger_changed, lambda _: self.reset())
        cloud.events.subscribe(object_event, self._on_object)

    def reset(self) -> None:
        """Forget the triggers held in memory."""
        self._triggers = None

    def _on_object(self, event: E) -> None:
        if self._triggers is None:
            self._triggers = list(self._records())
        for record in self._triggers:
            if self._fits(record, event):
                self._fire(record, event)

    @abstractmethod
    def _records(self) -> Iterable[R]:
        """Every trigger of the object store."""

    @abstractmethod
    def _fits(self, record: R, event: E) -> bool:
        """Whether the trigger is there for this event."""

    @abstractmethod
    def _fire(self, record: R, event: E) -> None:
        """Call the function for the event."""
