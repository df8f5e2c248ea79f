"""The lease of a rollout: one controller at a time, and no longer than it lives.

Hosts' clocks are taken to differ by less than five seconds, which a holder keeps off its lease's end beside the time
that a call takes (``MARGIN``); a controller that slept past its end reads the record before it does anything.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from yunfn.exceptions import LeaseHeldError
from yunfn.rollout.event import AliasPlace, Leased
from yunfn.rollout.holder import Holder

#: Seconds that a lease lasts.
LENGTH: Final = 60.0
#: It is renewed when so many seconds are left.
RENEW: Final = 30.0
#: Nothing is moved in the last seconds: a call that moves it ends within twenty (``yunfn.rollout.routers.latest``).
MARGIN: Final = 25.0


def lease(holder: Holder, now: float) -> Leased:
    """A lease of ``holder`` from ``now`` (unix seconds) on."""
    return Leased(
        at=now,
        holder=holder.name,
        until=now + LENGTH,
        host=holder.host,
        process=holder.process,
        started=holder.started,
    )


def held_by_another(held: Leased | None, holder: Holder, now: float, dead: Callable[[Leased], bool]) -> Leased | None:
    """The lease of another controller that is in force; one of a dead process is not."""
    if held is None or held.holder == holder.name or now >= held.until or dead(held):
        return None
    return held


def refusal(place: AliasPlace, held: Leased) -> LeaseHeldError:
    """The error for who is not the holder."""
    until = datetime.fromtimestamp(held.until, UTC).strftime("%H:%M:%S UTC")
    return LeaseHeldError(
        f"{place}: its rollout is driven by {held.holder} on {held.host.partition('/')[0]}, whose lease lasts until "
        f"{until}: wait for it, or end that process; yunfn rollout status shows what it does"
    )
