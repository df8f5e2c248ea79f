"""Faults on purpose: throttling, errors, broken gateways and dropped connections, drawn from a seed.

What is drawn depends on the seed and on which request of its operation it is, not on the order in which the requests of
different operations arrive: the same program under the same seed meets the same faults.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong with a request."""

    #: Refused in the service's words for "too many"; nothing is done.
    THROTTLE = "throttle"
    #: Refused in the service's words for "our fault"; nothing is done.
    ERROR = "error"
    #: 502 of a gateway in between; the request may have been carried out.
    GATEWAY = "gateway"
    #: The connection is closed without an answer; the request may have been carried out.
    DROP = "drop"
    #: The request is carried out, and no answer comes until the connection is closed.
    STALL = "stall"


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Which requests go wrong: ``rate`` of them (0–1), of ``services`` (all if empty), in these ``kinds``.

    A stalled connection is closed after ``stall_seconds`` of real time.
    """

    seed: int
    rate: float
    services: tuple[str, ...] = ()
    kinds: tuple[FaultKind, ...] = tuple(FaultKind)
    stall_seconds: float = 2.0

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> FaultPlan:
        """The plan in a JSON document; raises ValueError with what is wrong with it."""
        unknown = set(document) - {"seed", "rate", "services", "kinds", "stall_seconds"}
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        try:
            plan = cls(
                int(document["seed"]),
                float(document["rate"]),
                tuple(str(each) for each in document.get("services", ())),
                tuple(FaultKind(each) for each in document.get("kinds", FaultKind)),
                float(document.get("stall_seconds", 2.0)),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"a plan has a seed and a rate ({error})") from None
        if not 0 <= plan.rate <= 1 or not plan.kinds or not 0 <= plan.stall_seconds <= 600:
            raise ValueError("rate is 0 to 1, stall_seconds 0 to 600, and kinds name at least one")
        return plan


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one request; ``carried_out`` says whether the request takes effect all the same."""

    kind: FaultKind
    carried_out: bool
    stall_seconds: float


class Faults:
    """Draws the faults of a cloud's requests; without a plan there are none."""

    def __init__(self) -> None:
        self._plan: FaultPlan | None = None
        self._requests: Counter[tuple[str, str]] = Counter()
        self._drawn: Counter[str] = Counter()

    @property
    def plan(self) -> FaultPlan | None:
        """The plan in force."""
        return self._plan

    def follow(self, plan: FaultPlan | None) -> None:
        """Draw by ``plan`` from now on, counting anew; None ends all faults."""
        self._plan = plan
        self._requests.clear()
        self._drawn.clear()

    def document(self) -> dict[str, Any]:
        """The plan and how many faults of each kind it has drawn so far."""
        return {"plan": asdict(self._plan) if self._plan else None, "drawn": dict(self._drawn)}

    def draw(self, service: str, action: str) -> Fault | None:
        """The fault of the next request of ``action`` (an operation's name, else the method) to ``service``."""
        plan = self._plan
        if plan is None or (plan.services and service not in plan.services):
            return None
        number = self._requests[service, action]
        self._requests[service, action] += 1
        chance = random.Random(f"{plan.seed}/{service}/{action}/{number}")  # noqa: S311 - repeatable on purpose
        if chance.random() >= plan.rate:
            return None
        kind = chance.choice(plan.kinds)
        self._drawn[kind.value] += 1
        carried_out = kind is FaultKind.STALL or (kind in (FaultKind.GATEWAY, FaultKind.DROP) and chance.random() < 0.5)
        return Fault(kind, carried_out, plan.stall_seconds)
