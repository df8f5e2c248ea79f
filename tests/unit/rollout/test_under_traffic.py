"""Rollouts under load in a local cloud: who gets which version, and when the last call reaches a rejected one."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from support.cos_bucket import fresh_bucket
from support.served_alias import FcAlias, ServedAlias
from support.store_backends import oss_bucket
from yunfn.cli.rollout.surroundings import CommandSurroundings
from yunfn.exceptions import RolloutFailedError
from yunfn.localcloud.connection import Connection
from yunfn.rollout import records
from yunfn.rollout.connections import Connections, connect
from yunfn.rollout.driver import Driver
from yunfn.rollout.metric import Conditions, Measure, Metric, Probes
from yunfn.rollout.phase import Phase
from yunfn.rollout.plan import Step
from yunfn.rollout.specification import Specification
from yunfn.rollout.state import RolloutState

STABLE, CANDIDATE, RATE = "1", "2", 25.0
STEPS = (Step(Decimal("0.2"), 3.0), Step(Decimal("0.5"), 3.0))
# The journal tells times in thousandths of a second.
ROUNDED = 0.002
# Standard deviations. Three is what is promised, and chance alone breaks that once in 370 looks: too often for a test.
WITHIN = 4.5


@dataclass
class Served:
    """A call of the load: when it began (unix seconds), and the version that answered."""

    began: float
    version: str


class Load:
    """Calls of the alias at an even rate, until the end of the block."""

    def __init__(self, cloud: Connection, alias: ServedAlias) -> None:
        place = alias.place
        name = f"{place.namespace}/{place.function}" if place.namespace else place.function
        at = {"cloud": place.cloud, "region": place.region, "function": name, "qualifier": place.alias}
        self._load = {**at, "rate": RATE, "seconds": 120, "payload": "{}"}
        self._cloud = cloud
        self._running = threading.Event()
        self._over = threading.Event()

    def __enter__(self) -> None:
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()
        assert self._running.wait(60)

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(60)

    def _follow(self) -> None:
        for line in self._cloud.follow("/traffic", self._load):
            if line.get("calls"):
                self._running.set()
            if self._over.is_set():
                return


async def _rolled_out(connections: Connections, specification: Specification) -> RolloutState:
    with ThreadPoolExecutor(8) as threads:
        around = CommandSurroundings(threads, "", to_stderr=True)
        means = (connections.router, connections.log, connections.backend, connections.hooks, around)
        state = await Driver(connections.place, *means).roll_out(CANDIDATE, specification)
    assert state is not None
    return state


def _specification(bucket: str, expect: str, failures: int = 0) -> Specification:
    metric = Metric(
        name="answers",
        measure=Measure.ERRORS,
        source=Probes(events=("{}",), calls=2, expect=expect),
        rule=Conditions(success="<= 0.5"),
        interval=1.0,
        minimum=2,
        failure_limit=failures,
    )
    return Specification(bucket=bucket, steps=STEPS, metrics=(metric,))


@pytest.fixture
def bucket(served: ServedAlias) -> str:
    session: Any = served.session  # type: ignore[attr-defined]
    return oss_bucket(session).bucket_name if isinstance(served, FcAlias) else fresh_bucket(session).name


def _connected(served: ServedAlias, bucket: str) -> Connections:
    session: Any = served.session  # type: ignore[attr-defined]
    return connect(served.place, bucket, session)


def _seconds(line: dict[str, Any]) -> float:
    return datetime.fromisoformat(line["time"]).timestamp()


def _calls(cloud: Connection, place: Any) -> list[Served]:
    """The calls of the load, by when they began."""
    found = []
    for line in map(json.loads, cloud.ask("GET", "/journal").text.splitlines()):
        if line.get("principal") == "yunfn local traffic" and place.function in line["resource"]:
            version = line["resource"].replace(":", "/").rpartition("/")[2]
            found.append(Served(_seconds(line) - line["ms"] / 1000, version))
    return sorted(found, key=lambda each: each.began)


def _moves(cloud: Connection, place: Any) -> list[tuple[float, float]]:
    """When each call that moved the alias began and was answered."""
    lines = map(json.loads, cloud.ask("GET", "/journal").text.splitlines())
    moves = [line for line in lines if line["operation"] == "UpdateAlias" and place.function in line["resource"]]
    return [(_seconds(line) - line["ms"] / 1000 - ROUNDED, _seconds(line) + ROUNDED) for line in moves]


def _shares_are_those_of_the_weights(calls: list[Served], spans: list[tuple[float, float, Decimal]]) -> None:
    """Whether in all the spans together the candidate had its share, as near as chance allows."""
    expected = variance = 0.0
    had = 0
    for begins, ends, weight in spans:
        within = [each for each in calls if begins <= each.began < ends]
        share = float(weight)
        assert within and (0 < share < 1 or {each.version for each in within} <= {CANDIDATE if share else STABLE})
        expected += share * len(within)
        variance += share * (1 - share) * len(within)
        had += sum(each.version == CANDIDATE for each in within)
    print(f"{had} of {len(calls)} calls, {expected:.1f} expected: {(had - expected) / variance**0.5:+.2f} deviations")
    assert abs(had - expected) <= WITHIN * variance**0.5


async def test_a_good_version_has_its_share_at_each_step_and_all_calls_at_the_end(
    cloud: Connection, served: ServedAlias, bucket: str
) -> None:
    with Load(cloud, served):
        state = await _rolled_out(_connected(served, bucket), _specification(bucket, "v[12]"))
    assert state.phase is Phase.SUCCEEDED
    assert served.found()[:2] == (CANDIDATE, {})
    moves = _moves(cloud, served.place)
    assert len(moves) == 3
    weights = [Decimal(0), *(each.weight for each in STEPS), Decimal(1)]
    begins = [0.0, *(answered for _, answered in moves)]
    ends = [*(began for began, _ in moves), float("inf")]
    _shares_are_those_of_the_weights(
        _calls(cloud, served.place), [(*span, weight) for *span, weight in zip(begins, ends, weights, strict=True)]
    )


async def test_no_call_begun_after_stable_was_put_back_reaches_the_rejected_version(
    cloud: Connection, served: ServedAlias, bucket: str
) -> None:
    connections = _connected(served, bucket)
    with Load(cloud, served), pytest.raises(RolloutFailedError, match="answers"):
        await _rolled_out(connections, _specification(bucket, "v1", failures=4))
    assert served.found()[:2] == (STABLE, {})
    calls, moves = _calls(cloud, served.place), _moves(cloud, served.place)
    # It fails in the first step; from the measurement that decided to stable traffic it is one call.
    assert len(moves) == 2
    reached = [each.began for each in calls if each.version == CANDIDATE]
    assert reached and max(reached) <= moves[-1][1]
    assert any(each.began > moves[-1][1] for each in calls)
    weights = [Decimal(0), STEPS[0].weight, Decimal(0)]
    begins = [0.0, *(answered for _, answered in moves)]
    ends = [*(began for began, _ in moves), float("inf")]
    _shares_are_those_of_the_weights(
        calls, [(*span, weight) for *span, weight in zip(begins, ends, weights, strict=True)]
    )
    state = records.last(connections.log)
    assert state is not None and state.decided is not None and state.decided.measurement is not None
    decided, shifted = state.decided.measurement.at, state.shifts[-1].at
    assert decided <= shifted and moves[-1][0] - decided < 5
    assert msgspec.to_builtins(state.decided.measurement.outcome) == "failure"
