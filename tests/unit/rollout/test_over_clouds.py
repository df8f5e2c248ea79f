"""Rollouts on both clouds: the driver over the true clients, its record in a bucket, hooks and probes real calls."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest

from support.cos_bucket import fresh_bucket
from support.loop_surroundings import LoopSurroundings
from support.served_alias import FcAlias, ServedAlias
from support.store_backends import oss_bucket
from yunfn.exceptions import (
    ArtifactError,
    ContestedAliasError,
    LeaseHeldError,
    OperationStoppedError,
    RolloutError,
    RolloutFailedError,
)
from yunfn.localcloud.connection import Connection
from yunfn.rollout import records
from yunfn.rollout.connections import Connections, connect
from yunfn.rollout.driver import Driver
from yunfn.rollout.hook import FunctionCall, Moment
from yunfn.rollout.metric import Conditions, Measure, Metric, Probes
from yunfn.rollout.phase import Phase
from yunfn.rollout.plan import Step
from yunfn.rollout.routing import Router, Routing
from yunfn.rollout.specification import Specification
from yunfn.rollout.state import RolloutState

PROBED = Metric(
    name="errors",
    measure=Measure.ERRORS,
    source=Probes(events=('{"failing": "v3"}',), calls=4),
    rule=Conditions(success="<= 0.1", failure="> 0.1"),
    interval=0.3,
    minimum=4,
)


class Rolling:
    """A served alias, a bucket for its record, and drivers of it."""

    def __init__(self, cloud: Connection, alias: ServedAlias) -> None:
        self.cloud = cloud
        self.alias = alias
        self.session: Any = alias.session  # type: ignore[attr-defined]
        if isinstance(alias, FcAlias):
            bucket = oss_bucket(self.session)
            self.bucket, self.version = bucket.bucket_name, lambda: _version_oss(bucket)
        else:
            made = fresh_bucket(self.session)
            self.bucket, self.version = made.name, lambda: made.version("Enabled")

    def connections(self) -> Connections:
        return connect(self.alias.place, self.bucket, self.session)

    def driver(self, surroundings: LoopSurroundings, router: Router | None = None) -> Driver:
        to = self.connections()
        return Driver(self.alias.place, router or to.router, to.log, to.backend, to.hooks, surroundings, poll=0.2)

    def plan(self, *percents: int, seconds: float = 0.4, **more: Any) -> Specification:
        steps = tuple(Step(Decimal(each) / 100, seconds) for each in percents)
        return Specification(bucket=self.bucket, steps=steps, **more)

    def moves(self) -> list[dict[str, Any]]:
        """The moves of the alias that the cloud carried out."""
        lines = map(json.loads, self.cloud.ask("GET", "/journal").iter_lines())
        name, operation = self.alias.place.function, self.alias.operations[1]
        own = [each for each in lines if each["operation"] == operation and name in each.get("resource", "")]
        return [each for each in own if each["status"] < 300 and "fault" not in each]

    def recorded(self) -> RolloutState:
        """The last rollout, as another machine reads it."""
        state = records.last(self.connections().log)
        assert state is not None
        return state


def _version_oss(bucket: Any) -> None:
    import oss2

    bucket.put_bucket_versioning(oss2.models.BucketVersioningConfig("Enabled"))


@pytest.fixture
def rolling(in_cloud: Connection, served: ServedAlias, quick_retries: None) -> Rolling:
    return Rolling(in_cloud, served)


@contextmanager
def faults(rolling: Rolling, rate: float, kinds: list[str], services: list[str], seed: int = 4) -> Iterator[None]:
    plan = {"seed": seed, "rate": rate, "kinds": kinds, "services": services, "stall_seconds": 0.3}
    rolling.cloud.ask("PUT", "/faults", json=plan)
    try:
        yield
        assert rolling.cloud.ask("GET", "/faults").json()["drawn"]
    finally:
        rolling.cloud.ask("DELETE", "/faults")


def within(seconds: float, coroutine: Coroutine[Any, Any, Any]) -> Any:
    async def limited() -> Any:
        return await asyncio.wait_for(coroutine, seconds)

    return asyncio.run(limited())


def test_a_good_candidate_is_promoted_step_by_step(rolling: Rolling) -> None:
    smoke = FunctionCall(name="smoke", moment=Moment.BEFORE, timeout=30.0, event='{"order": 7}', expect="v2")
    told: list[str] = []

    async def scenario() -> RolloutState | None:
        around = LoopSurroundings()
        plan = rolling.plan(10, 50, metrics=(PROBED,), hooks=(smoke,))
        state = await rolling.driver(around).roll_out("2", plan)
        told.extend(around.lines)
        return state

    state = within(60, scenario())
    assert state.phase is Phase.SUCCEEDED
    main, weights, description = rolling.alias.found()
    assert (main, weights) == ("2", {}) and description.startswith("what customers call")
    # Two steps and the promotion, a call each.
    assert len(rolling.moves()) == 3
    recorded = rolling.recorded()
    assert recorded.phase is Phase.SUCCEEDED and len(recorded.shifts) == 3
    assert [each.passed for each in recorded.hooks] == [True]
    seen = recorded.measurements[0].candidate
    assert seen is not None and (seen.count, seen.failures) == (4, 0)
    assert any("smoke" in line for line in told)


def test_a_bad_candidate_is_put_back_by_one_call(rolling: Rolling) -> None:
    async def scenario() -> None:
        with pytest.raises(RolloutFailedError, match="errors"):
            await rolling.driver(LoopSurroundings()).roll_out("3", rolling.plan(10, 50, metrics=(PROBED,)))

    within(60, scenario())
    assert rolling.alias.found()[:2] == ("1", {})
    assert len(rolling.moves()) == 2
    recorded = rolling.recorded()
    assert recorded.phase is Phase.FAILED and recorded.rejected
    restored = recorded.shifts[-1]
    assert restored.routing == Routing("1")
    assert restored.request_id.upper() == rolling.moves()[-1]["request_id"].upper()


def test_a_hook_that_fails_leaves_the_candidate_without_any_call(rolling: Rolling) -> None:
    smoke = FunctionCall(name="smoke", moment=Moment.BEFORE, timeout=30.0, event='{"fail": "no orders"}')

    async def scenario() -> None:
        with pytest.raises(RolloutFailedError, match="no orders"):
            await rolling.driver(LoopSurroundings()).roll_out("2", rolling.plan(10, hooks=(smoke,)))

    within(60, scenario())
    assert rolling.alias.found()[:2] == ("1", {})


@pytest.mark.parametrize("kinds", [["drop", "gateway"], ["stall"], ["throttle", "error"]])
def test_faults_of_both_services_change_no_end(rolling: Rolling, kinds: list[str]) -> None:
    async def scenario() -> RolloutState | None:
        return await rolling.driver(LoopSurroundings()).roll_out("2", rolling.plan(5, 20, 60, seconds=0.2))

    with faults(rolling, 0.3, kinds, [rolling.alias.service, "oss", "cos"]):
        state = within(120, scenario())
    assert state.phase is Phase.SUCCEEDED
    assert rolling.alias.found()[:2] == ("2", {})
    shares = [each.routing.share("2") for each in rolling.recorded().shifts]
    assert shares == [Decimal("0.05"), Decimal("0.2"), Decimal("0.6"), 1]


def test_of_two_controllers_one_drives(rolling: Rolling) -> None:
    async def scenario() -> list[Any]:
        drivers = [rolling.driver(LoopSurroundings()) for _ in range(2)]
        plan = rolling.plan(10, 50, seconds=1)
        return await asyncio.gather(*(each.roll_out("2", plan) for each in drivers), return_exceptions=True)

    ends = within(60, scenario())
    kinds = sorted(type(each).__name__ for each in ends)
    assert kinds == sorted([LeaseHeldError.__name__, RolloutState.__name__]), ends
    assert len(rolling.moves()) == 3
    assert rolling.connections().log.rollouts() == [1]


class Stalling:
    """A router whose first shift is carried out (``sent`` is set then) and ends without an answer (``ended``)."""

    def __init__(self, rolling: Rolling) -> None:
        self._rolling = rolling
        self._router = rolling.connections().router
        self.sent, self.ended = threading.Event(), threading.Event()
        self.read, self.ready = self._router.read, self._router.ready

    def route(self, routing: Routing) -> str:
        if not routing.weight or self.sent.is_set():
            return self._router.route(routing)
        plan = {"seed": 1, "rate": 1, "kinds": ["stall"], "services": [self._rolling.alias.service]}
        self._rolling.cloud.ask("PUT", "/faults", json=plan | {"stall_seconds": 3.0})
        threading.Thread(target=self._end).start()
        try:
            return self._router.route(routing)
        finally:
            self.ended.set()

    def _end(self) -> None:
        until = time.monotonic() + 20
        while not self._rolling.cloud.ask("GET", "/faults").json()["drawn"]:
            assert time.monotonic() < until
        self._rolling.cloud.ask("DELETE", "/faults")
        while self._rolling.alias.found()[:2] != ("1", {"2": 0.5}):
            assert time.monotonic() < until
        self.sent.set()


def test_a_stop_puts_stable_back_though_a_shift_has_no_answer_yet(rolling: Rolling) -> None:
    async def scenario() -> None:
        around, router = LoopSurroundings(), Stalling(rolling)
        running = asyncio.ensure_future(rolling.driver(around, router).roll_out("2", rolling.plan(50, seconds=30)))
        assert await asyncio.to_thread(router.sent.wait, 20)
        around.stopped.set()
        while (await asyncio.to_thread(rolling.alias.found))[:2] != ("1", {}):
            # At once, not when the shift has its answer.
            assert not router.ended.is_set()
        with pytest.raises(OperationStoppedError):
            await running
        assert await asyncio.to_thread(router.ended.wait, 20)

    within(60, scenario())
    assert rolling.alias.found()[:2] == ("1", {})
    # The shift is not tried once more; stable is put back again, as nobody knows what came last.
    assert len(rolling.moves()) == 3
    assert rolling.recorded().phase is Phase.ABORTED


def test_an_alias_that_somebody_moved_is_left_as_it_is(rolling: Rolling) -> None:
    async def scenario() -> None:
        around = LoopSurroundings()
        running = asyncio.ensure_future(
            rolling.driver(around).roll_out("2", rolling.plan(10, 50, seconds=1, metrics=(PROBED,)))
        )
        while not any(line.startswith("step 1") for line in around.lines):
            await asyncio.sleep(0.05)
        await asyncio.to_thread(rolling.alias.move, "1", {"3": 0.4})
        with pytest.raises(ContestedAliasError, match="40 %"):
            await running

    within(60, scenario())
    assert rolling.alias.found()[:2] == ("1", {"3": 0.4})
    assert rolling.recorded().phase is Phase.CONTESTED


def test_an_alias_that_is_gone_is_told(rolling: Rolling) -> None:
    rolling.alias.delete()

    async def scenario() -> None:
        with pytest.raises(RolloutError, match=r"(gone|no such|not there)"):
            await rolling.driver(LoopSurroundings()).roll_out("2", rolling.plan(10))

    within(30, scenario())


def test_nothing_moves_where_the_record_is_not_safe(rolling: Rolling) -> None:
    rolling.version()

    async def scenario() -> None:
        with pytest.raises(ArtifactError, match="never versioned"):
            await rolling.driver(LoopSurroundings()).roll_out("2", rolling.plan(10))

    within(30, scenario())
    assert rolling.alias.found()[:2] == ("1", {}) and rolling.moves() == []
