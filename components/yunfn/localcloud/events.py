"""What services tell each other: typed events, delivered to whoever subscribed to their class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E")


class Events:
    """A switchboard inside one process; subscribers must not block."""

    def __init__(self) -> None:
        self._subscribers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(self, event_class: type[E], subscriber: Callable[[E], None]) -> None:
        """Call ``subscriber`` with every event of exactly ``event_class``."""
        self._subscribers[event_class].append(subscriber)

    def publish(self, event: object) -> None:
        """Hand ``event`` to its subscribers, in the order they subscribed."""
        for subscriber in self._subscribers[type(event)]:
            subscriber(event)
