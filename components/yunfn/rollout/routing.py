"""Where an alias sends its calls, and what moves it."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

import msgspec


class Routing(msgspec.Struct, frozen=True, rename="camel"):
    """The ``main`` version of an alias and, with a ``weight`` (0–1) above 0, the share of one ``additional`` version.

    The main version's share is 1 - ``weight``: weights always sum to 1.
    """

    main: str
    additional: str = ""
    weight: Decimal = Decimal(0)

    def share(self, version: str) -> Decimal:
        """The share of calls (0–1) that ``version`` serves."""
        if version == self.main:
            return 1 - self.weight
        return self.weight if version == self.additional else Decimal(0)

    def __str__(self) -> str:
        if not self.weight:
            return f"{self.main} 100 %"
        return f"{self.main} {percent(1 - self.weight)}, {self.additional} {percent(self.weight)}"


def percent(weight: Decimal) -> str:
    """A weight as users read it: ``12.5 %``."""
    return f"{(weight * 100).normalize():f} %"


def exact(weight: float) -> Decimal:
    """A weight as a cloud tells it: the decimal that was sent, without trailing zeros."""
    return Decimal(repr(weight)).normalize()


class Router(Protocol):
    """One alias in its cloud; every method blocks and raises CloudAnswerError where the cloud refuses."""

    def read(self) -> Routing | None:
        """Where the alias sends its calls now; None if it is gone. An additional version of weight 0 is none."""

    def route(self, routing: Routing) -> str:
        """Send its calls there by one API call, keeping all else of the alias; the call's request id."""

    def ready(self, version: str) -> bool:
        """Whether the alias may name ``version`` already; raises CloudAnswerError for one that never will be."""
