"""Orders by ``yunfn rollout promote`` and its like, and ``yunfn rollout drive``: carried out on an alias in memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest

from support.rollout_memory import MemoryLog
from unit.cli.rolling_stack import RollingStack, at, in_place
from unit.rollout.records_of_rollouts import ERRORS, PLACE, promoted, rejected
from yunfn.cli.rollout import driving
from yunfn.exceptions import RolloutError
from yunfn.rollout.event import Began, Command, Commanded, Ended, Event, Leased, Shifted, encode
from yunfn.rollout.holder import holder_here
from yunfn.rollout.hook import Gate
from yunfn.rollout.metric import CloudMonitor, Conditions, Measure, Metric
from yunfn.rollout.phase import Phase
from yunfn.rollout.plan import Step
from yunfn.rollout.records import last
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification
from yunfn.rollout.state import RolloutState

LONG = (Step(Decimal("0.1"), 600.0), Step(Decimal("0.5"), 600.0))
QUICK = Metric(
    name="errors",
    measure=Measure.ERRORS,
    source=CloudMonitor(),
    rule=Conditions(success="<= 0.01", failure="> 0.05"),
    interval=0.2,
    minimum=1,
)


@pytest.fixture
def stack() -> Iterator[RollingStack]:
    with in_place(RollingStack()) as stack:
        yield stack


def _serving(stack: RollingStack, specification: Specification, *, age: float = 0.0, alias: str = "live") -> None:
    """A rollout of 4 over 3 in its first step for ``age`` seconds, as ``wait=False`` leaves it: driven by nobody."""
    at = time.time() - age
    weight = specification.steps[0].weight
    routing = Routing("3", "4", weight)
    stack.aliases[alias].routing = routing
    events: list[Event] = [
        Began(at=at, holder="up", alias=PLACE, stable="3", candidate="4", specification=specification),
        Shifted(at=at, holder="up", step=0, routing=routing),
    ]
    for number, event in enumerate(events, 1):
        stack.logs[alias].objects[1, number] = encode(event)


def _state(stack: RollingStack, alias: str = "live") -> RolloutState:
    found = last(stack.logs[alias])
    assert found is not None
    return found


class TestOrders:
    def test_abort_puts_stable_back_where_nobody_drives(self, stack: RollingStack) -> None:
        _serving(stack, Specification(bucket="b", steps=LONG))
        done = stack("abort", "live", "-m", "customers complain")
        assert done.exit_code == 0, done.output
        assert stack.aliases["live"].routing == Routing("3")
        assert [routing for _, routing in stack.aliases["live"].moves] == [Routing("3")]
        state = _state(stack)
        assert state.phase is Phase.ABORTED
        assert state.orders[0].holder and state.reason == (
            f"{state.orders[0].holder} ordered to put stable back: customers complain"
        )
        assert done.stdout.startswith("live: rollout 1 of 4: Aborted, all to 3 (")

    def test_pause_and_resume(self, stack: RollingStack) -> None:
        _serving(stack, Specification(bucket="b", steps=LONG))
        assert "Paused, 90 % to 3, 10 % to 4" in stack("pause", "--reason", "lunch").stdout
        assert (_state(stack).phase, _state(stack).lease) == (Phase.PAUSED, None)
        assert "Progressing" in stack("resume").stdout
        assert _state(stack).phase is Phase.PROGRESSING
        assert stack.aliases["live"].moves == []

    def test_promote_goes_through_the_gate_to_the_next_step(self, stack: RollingStack) -> None:
        gated = Specification(bucket="b", steps=LONG, gates=(Gate(Decimal("0.5")),))
        _serving(stack, gated, age=601)
        assert stack("drive").exit_code == 0
        assert _state(stack).phase is Phase.WAITING_PROMOTION
        done = stack("promote", "live")
        assert done.exit_code == 0
        assert stack.aliases["live"].routing == Routing("3", "4", Decimal("0.5"))
        assert "Progressing, 50 % to 3, 50 % to 4" in done.stdout

    def test_what_means_nothing_is_refused(self, stack: RollingStack) -> None:
        assert str(stack("abort").exception) == "there never was a rollout of this alias"
        _serving(stack, Specification(bucket="b", steps=LONG))
        assert "it waits for nobody" in str(stack("promote").exception)
        stack.hold(promoted(2))
        assert "rollout 2 of 3 is Succeeded: there is nothing to abort" in str(stack("abort").exception)

    def test_a_living_driver_carries_it_out(self, stack: RollingStack) -> None:
        _serving(stack, Specification(bucket="b", steps=LONG))
        lease = Leased(at=0, holder="up@builder", until=time.time() + 60, host="elsewhere", process=1)
        stack.logs["live"].objects[1, 3] = encode(lease)
        done = stack("abort", "--timeout", "0.1")
        assert isinstance(done.exception, RolloutError)
        assert "ordered, and not done in 0.1 s; it is driven by up@builder, the order stands" in str(done.exception)
        assert stack.aliases["live"].moves == []
        assert [each.command for each in _state(stack).commands] == [Command.ABORT]

    def test_what_a_driver_that_is_gone_left_is_taken_over(self, stack: RollingStack) -> None:
        _serving(stack, Specification(bucket="b", steps=LONG))
        lease = Leased(at=0, holder="up@builder", until=time.time() + 2, host="elsewhere", process=1)
        stack.logs["live"].objects[1, 3] = encode(lease)
        assert stack("abort").exit_code == 0
        assert stack.aliases["live"].routing == Routing("3")

    def test_who_is_dead_on_this_machine_is_not_waited_for(self, stack: RollingStack) -> None:
        _serving(stack, Specification(bucket="b", steps=LONG))
        gone = subprocess.Popen(["true"])
        gone.wait()
        lease = Leased(at=0, holder="up", until=time.time() + 60, host=holder_here().host, process=gone.pid)
        stack.logs["live"].objects[1, 3] = encode(lease)
        assert json.loads(stack("status", "--json").stdout)[0]["driver"] is None
        begun = time.monotonic()
        assert stack("abort").exit_code == 0
        assert time.monotonic() - begun < 20
        assert stack.aliases["live"].routing == Routing("3")

    def test_an_abort_that_came_too_late_ends_with_1(
        self, stack: RollingStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _serving(stack, Specification(bucket="b", steps=LONG))
        now = time.time()
        lease = Leased(at=0, holder="up@builder", until=now + 60, host="elsewhere", process=1)
        stack.logs["live"].objects[1, 3] = encode(lease)
        clock = at(monkeypatch, now, "orders")

        def promoted_meanwhile() -> None:
            number = len(stack.logs["live"].objects) + 1
            ended = Ended(at=now, holder="up@builder", phase=Phase.SUCCEEDED, reason="all steps are done")
            stack.logs["live"].objects[1, number] = encode(ended)

        clock.then = promoted_meanwhile
        done = stack("abort")
        assert (done.exit_code, "Succeeded" in done.stdout) == (1, True)

    def test_json(self, stack: RollingStack) -> None:
        _serving(stack, Specification(bucket="b", steps=LONG))
        document = json.loads(stack("abort", "--json").stdout)
        assert (document["phase"], document["weight"], document["driver"]) == ("Aborted", "0", None)

    def test_retry_lets_the_rejected_candidate_come_again(self, stack: RollingStack) -> None:
        stack.hold(promoted(1), rejected(2))
        done = stack("retry", "live")
        assert done.stdout == "live: 4, which rollout 2 rejected, may try again\n"
        assert not _state(stack).rejected
        assert json.loads(stack("history", "--json").stdout)[0]["rollouts"][1]["rejected"] is False

    def test_retry_finds_the_rejected_one_behind_later_rollouts(self, stack: RollingStack) -> None:
        stack.hold(rejected(1), promoted(2))
        assert "4, which rollout 1 rejected" in stack("retry").stdout

    def test_retry_of_nothing_is_refused(self, stack: RollingStack) -> None:
        stack.hold(promoted(1))
        assert "only a rejected candidate needs a retry" in str(stack("retry").exception)

    def test_several_aliases_need_a_name(self) -> None:
        with in_place(RollingStack(one=False)) as stack:
            assert str(stack("abort").exception) == (
                "stack dev has 2 aliases with a rollout; name one of them: live, site-alias"
            )


class TestDrive:
    def test_once_does_what_is_due_and_lets_go(self, stack: RollingStack) -> None:
        _serving(stack, Specification(bucket="b", steps=LONG, metrics=(ERRORS,)), age=601)
        done = stack("drive")
        assert done.exit_code == 0, done.output
        assert stack.aliases["live"].routing == Routing("3", "4", Decimal("0.5"))
        assert "step 2 of 2: 50 % to 3, 50 % to 4" in done.stdout
        assert done.stdout.endswith("live: rollout 1 of 4: Progressing, 50 % to 3, 50 % to 4\n")
        assert _state(stack).lease is None
        # A second one finds nothing due.
        assert stack("drive", "--once").exit_code == 0
        assert len(stack.aliases["live"].moves) == 1

    def test_a_failing_candidate_is_rejected_and_ends_with_1(self, stack: RollingStack) -> None:
        stack.failing = {"4": 0.2}
        _serving(stack, Specification(bucket="b", steps=LONG, metrics=(QUICK,)), age=100)
        done = stack("drive")
        assert done.exit_code == 1
        assert "error: dev-orders:live: rollout 1 of 4: rejected: errors: " in done.stderr
        assert stack.aliases["live"].routing == Routing("3")
        assert _state(stack).rejected
        again = stack("drive")
        assert (again.exit_code, again.stdout) == (0, "live: nothing to do: rollout 1 of 4: Failed\n")

    def test_until_done_stays_to_the_end(self, stack: RollingStack) -> None:
        short = (Step(Decimal("0.1"), 0.5), Step(Decimal("0.5"), 0.5))
        _serving(stack, Specification(bucket="b", steps=short, metrics=(QUICK,)))
        done = stack("drive", "--until-done")
        assert done.exit_code == 0, done.output
        assert stack.aliases["live"].routing == Routing("4")
        assert _state(stack).phase is Phase.SUCCEEDED

    def test_what_another_drives_is_left_to_it(self, stack: RollingStack) -> None:
        _serving(stack, Specification(bucket="b", steps=LONG), age=601)
        lease = Leased(at=0, holder="up@builder", until=time.time() + 60, host="elsewhere", process=1)
        stack.logs["live"].objects[1, 3] = encode(lease)
        done = stack("drive")
        assert done.exit_code == 0
        assert "its rollout is driven by up@builder" in done.stderr
        assert stack.aliases["live"].moves == []

    def test_until_done_stands_by_and_takes_over(self, stack: RollingStack, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(driving, "_STANDING_BY", 0.2)
        short = (Step(Decimal("0.1"), 0.5),)
        _serving(stack, Specification(bucket="b", steps=short), age=601)
        lease = Leased(at=0, holder="up@builder", until=time.time() + 1, host="elsewhere", process=1)
        stack.logs["live"].objects[1, 3] = encode(lease)
        done = stack("drive", "--until-done")
        assert done.exit_code == 0, done.output
        assert done.stdout.count("standing by: dev-orders:live: its rollout is driven by up@builder") == 1
        assert stack.aliases["live"].routing == Routing("4")

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_a_signal_leaves_the_rollout_in_progress(
        self, stack: RollingStack, number: signal.Signals, code: int
    ) -> None:
        _serving(stack, Specification(bucket="b", steps=LONG))

        def interrupt() -> None:
            while not _has(stack.logs["live"], Leased):
                time.sleep(0.05)
            os.kill(os.getpid(), number)

        thread = threading.Thread(target=interrupt)
        thread.start()
        done = stack("drive", "--until-done")
        thread.join()
        assert done.exit_code == code
        assert "live: left in progress (90 % to 3, 10 % to 4): drive it on, or yunfn rollout abort" in done.stderr
        assert stack.aliases["live"].moves == []
        state = _state(stack)
        assert (state.phase, state.lease) == (Phase.PROGRESSING, None)
        # Who comes next need not wait for a lease.
        assert stack("abort").exit_code == 0

    def test_two_side_by_side_one_fails(self) -> None:
        with in_place(RollingStack(one=False)) as stack:
            stack.failing = {"4": 0.2}
            _serving(stack, Specification(bucket="b", steps=LONG, metrics=(QUICK,)), age=100)
            _serving(stack, Specification(bucket="b", steps=LONG), age=601, alias="site-alias")
            done = stack("drive", "--json")
            assert done.exit_code == 1
            live, site = json.loads(done.stdout)
            assert (live["phase"], site["phase"], site["weight"]) == ("Failed", "Progressing", "0.5")
            assert "rejected" in live["error"] and site["error"] is None
            assert "live  4 is rejected" in done.stderr and "site-alias  step 2 of 2" in done.stderr

    def test_without_a_rollout_there_is_nothing_to_do(self, stack: RollingStack) -> None:
        done = stack("drive")
        assert (done.exit_code, done.stdout) == (0, "live: no rollout yet\n")


def _has(log: MemoryLog, kind: type[Event]) -> bool:
    found = last(log)
    return found is not None and found.lease is not None and kind is Leased


def test_an_order_stands_with_name_and_reason(stack: RollingStack) -> None:
    _serving(stack, Specification(bucket="b", steps=LONG))
    stack("pause", "-m", "lunch")
    orders = _state(stack).orders
    assert [(each.command, each.reason, "@" in each.holder) for each in orders] == [(Command.PAUSE, "lunch", True)]
    assert isinstance(orders[0], Commanded)
