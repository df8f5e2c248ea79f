"""Records of rollouts as a controller writes them: one that was promoted, one that was rejected, one that waits."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from yunfn.rollout.event import (
    AliasPlace,
    Began,
    Cause,
    Command,
    Commanded,
    Decided,
    Decision,
    Ended,
    Event,
    GateReached,
    Hooked,
    Leased,
    Measured,
    Paused,
    Released,
    Resumed,
    Shifted,
    Shifting,
)
from yunfn.rollout.hook import Moment
from yunfn.rollout.metric import (
    CloudMonitor,
    Comparison,
    Conditions,
    Measure,
    Measurement,
    Metric,
    Outcome,
    Prometheus,
    Reading,
)
from yunfn.rollout.phase import Phase
from yunfn.rollout.plan import steps
from yunfn.rollout.recorded import Recorded
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification

PLACE = AliasPlace("alibaba", "1000000000000001", "cn-shanghai", "", "dev-orders", "live")
#: 2026-11-22 04:00:00 UTC.
BEGAN = 1795320000.0
HOLDER = "pulumi@builder"
ERRORS = Metric(name="errors", measure=Measure.ERRORS, source=CloudMonitor(), rule=Comparison())
P95 = Metric(name="p95", measure=Measure.P95, source=CloudMonitor(), rule=Conditions(success="<= 300", failure="> 400"))
QUEUE = Metric(
    name="queue <depth>",
    measure=Measure.VALUE,
    source=Prometheus(address="https://prometheus.example", query="q"),
    rule=Conditions(success="< 500 %"),
    dry_run=True,
)
SPECIFICATION = Specification(
    bucket="artifacts",
    steps=steps(map(Decimal, (1, 5, 20, 50)), 300.0),
    metrics=(ERRORS, P95, QUEUE),
)


class Writer:
    """Writes events one after the other, by a clock of its own."""

    def __init__(self, number: int, candidate: str, stable: str, at: float = BEGAN) -> None:
        self.number = number
        self.candidate, self.stable = candidate, stable
        self.at = at
        began = Began(
            at=at, holder=HOLDER, alias=PLACE, stable=stable, candidate=candidate, specification=SPECIFICATION
        )
        self.events: list[Event] = [began]
        self.add(Leased(at=at, holder=HOLDER, until=at + 60, host="builder", process=17))

    def add(self, event: Event) -> None:
        """One event."""
        self.events.append(event)

    def shift(self, step: int, weight: str, before: str = "0") -> None:
        """Announce a shift, and confirm it a second later."""
        old, new = (
            Routing(self.stable, self.candidate if Decimal(each) else "", Decimal(each)) for each in (before, weight)
        )
        self.add(Shifting(at=self.at, holder=HOLDER, step=step, before=old, routing=new))
        self.at += 1
        self.add(Shifted(at=self.at, holder=HOLDER, step=step, routing=new, request_id=f"r-{step}"))

    def measure(self, step: int, errors: int, p95: float, outcome: Outcome = Outcome.SUCCESS) -> Measurement:
        """Each metric once, a minute later; ``errors`` of 400 calls of the candidate failed."""
        since, self.at = self.at, self.at + 60
        times = {"at": self.at, "since": since, "until": self.at}
        judged = Measurement(
            metric="errors",
            outcome=outcome,
            candidate=Reading(400, failures=errors),
            stable=Reading(8000, failures=40),
            figure=errors / 400 - 0.005,
            text=f"{errors / 4:g} % of 400 against 0.5 % of 8000 calls",
            **times,
        )
        slow = Measurement(
            metric="p95", outcome=Outcome.SUCCESS, candidate=Reading(400, value=p95), figure=p95, **times
        )
        none = Measurement(metric="queue <depth>", outcome=Outcome.NO_DATA, dry_run=True, **times)
        self.add(Measured(at=self.at, holder=HOLDER, step=step, measurements=(judged, slow, none)))
        return judged

    def route(self, step: int, main: str) -> None:
        """All calls go to ``main``."""
        self.at += 1
        self.add(Shifted(at=self.at, holder=HOLDER, step=step, routing=Routing(main)))

    def end(self, phase: Phase, reason: str = "") -> Recorded:
        """It is over."""
        self.at += 1
        self.add(Ended(at=self.at, holder=HOLDER, phase=phase, reason=reason))
        self.add(Released(at=self.at, holder=HOLDER))
        return self.recorded()

    def recorded(self) -> Recorded:
        """What was written so far."""
        return Recorded.of(self.number, self.events)


def promoted(number: int = 1) -> Recorded:
    """Four steps, a hook at the beginning, a pause and a gate."""
    writer = Writer(number, "3", "2")
    writer.add(
        Hooked(
            at=writer.at,
            holder=HOLDER,
            moment=Moment.BEFORE,
            step=-1,
            name="smoke",
            passed=True,
            answer='{"ok": true}',
            seconds=0.42,
        )
    )
    for step, (weight, before) in enumerate((("0.01", "0"), ("0.05", "0.01"), ("0.2", "0.05"), ("0.5", "0.2"))):
        writer.shift(step, weight, before)
        for _ in range(4):
            writer.measure(step, 2, 180 + 20 * step)
        if step == 1:
            _paused(writer)
        writer.at += 60
    writer.add(GateReached(at=writer.at, holder=HOLDER, step=3, weight=Decimal(1)))
    writer.add(Commanded(at=writer.at + 30, holder="ann@laptop", command=Command.PROMOTE, reason="seen the figures"))
    writer.at += 31
    writer.add(Resumed(at=writer.at, holder=HOLDER))
    writer.add(Decided(at=writer.at, holder=HOLDER, decision=Decision.PROMOTE, reason="every step passed"))
    writer.route(3, "3")
    return writer.end(Phase.SUCCEEDED)


def rejected(number: int = 2) -> Recorded:
    """Two steps, then one call in five fails."""
    writer = Writer(number, "4", "3", BEGAN + 86_400)
    writer.shift(0, "0.01")
    for _ in range(5):
        writer.measure(0, 2, 190)
    writer.shift(1, "0.05", "0.01")
    deciding = writer.measure(1, 80, 260, Outcome.FAILURE)
    reason = "errors: 20 % of 400 against 0.5 % of 8000 calls <script>alert(1)</script>"
    writer.add(
        Decided(at=writer.at, holder=HOLDER, decision=Decision.RESTORE, reason=reason, measurement=deciding)
    )  # fmt: skip
    writer.route(1, "3")
    return writer.end(Phase.FAILED, reason)


def waiting(number: int = 3) -> Recorded:
    """In progress: the first step, measured once."""
    writer = Writer(number, "5", "3", BEGAN + 2 * 86_400)
    writer.shift(0, "0.01")
    writer.measure(0, 2, 185)
    return writer.recorded()


def slow(number: int = 4) -> Recorded:
    """In progress: calls of the candidate last seconds."""
    writer = Writer(number, "6", "3", BEGAN + 3 * 86_400)
    writer.shift(0, "0.01")
    writer.measure(0, 2, 2_345)
    return writer.recorded()


def _paused(writer: Writer) -> None:
    writer.add(Commanded(at=writer.at, holder="ann@laptop", command=Command.PAUSE, reason="lunch"))
    writer.add(Paused(at=writer.at + 1, holder=HOLDER, cause=Cause.COMMAND, reason="ann@laptop: lunch"))
    writer.at += 600
    writer.add(Commanded(at=writer.at, holder="ann@laptop", command=Command.RESUME))
    writer.add(Resumed(at=writer.at + 1, holder=HOLDER))
    writer.at += 2


def all_events() -> Iterator[tuple[Recorded, Event]]:
    """Each event of each of them."""
    for each in (promoted(), rejected(), waiting()):
        for event in each.events:
            yield each, event
