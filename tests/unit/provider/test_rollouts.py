"""Rollouts of aliases at the provider's interface, on both clouds, over a local cloud."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from support.rolled_alias import BAD, GOOD, RolledAlias, probes
from support.scf_plugin import Failure, ScfPlugin
from yunfn.provider.properties import Properties
from yunfn.rollout.hook import Gate
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing

pytestmark = [
    pytest.mark.usefixtures("quick_retries"),
    pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning"),
]


@pytest.fixture(params=["fc", "scf"])
def alias(scf: ScfPlugin, request: pytest.FixtureRequest) -> Iterator[RolledAlias]:
    made = RolledAlias(scf.cloud, request.param)
    yield made
    made.remove()


class Run:
    """One alias in the state of a stack."""

    def __init__(self, plugin: ScfPlugin, alias: RolledAlias) -> None:
        self.plugin, self.alias = plugin, alias
        self.inputs: dict[str, Any] = {}
        self.outputs = Properties({})

    def create(self, inputs: dict[str, Any]) -> None:
        id, self.outputs = self.plugin.create(self.alias.token, inputs)
        assert id == self.alias.id
        self.inputs = inputs

    def refresh(self) -> None:
        """What the engine does before each run of an alias with a rollout."""
        found = self.plugin.read(self.alias.token, self.alias.id, self.outputs, self.inputs)
        assert found is not None
        self.inputs, self.outputs = dict(found[0]), found[1]

    def up(self, inputs: dict[str, Any], **options: Any) -> bool:
        """A run; whether anything was to be changed. Raises Failure."""
        if "rollout" in self.inputs:
            self.refresh()
        if not self.plugin.diff(self.alias.token, self.inputs, inputs, self.outputs):
            return False
        self.outputs = self.plugin.update(self.alias.token, self.alias.id, self.outputs, inputs, **options)
        self.inputs = inputs
        return True


@pytest.fixture
def run(scf: ScfPlugin, alias: RolledAlias) -> Run:
    return Run(scf, alias)


def until(what: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_first_at_once_then_by_steps_then_nothing(run: Run, alias: RolledAlias) -> None:
    plan = alias.specification("0.1", "0.5", metrics=(probes(GOOD),))
    run.create(alias.inputs("1", plan))
    assert alias.routing() == Routing("1")
    assert alias.states() == []
    assert not run.up(alias.inputs("1", plan))
    assert run.up(alias.inputs("2", plan))
    assert alias.routing() == Routing("2")
    state = alias.state()
    assert state is not None
    assert state.phase is Phase.SUCCEEDED
    assert [f"{each.routing.share('2')}" for each in state.shifts] == ["0.1", "0.5", "1"]
    told = run.outputs["lastRollout"]
    assert (told["phase"], told["stable"], told["candidate"], told["number"]) == ("Succeeded", "1", "2", 1.0)
    assert [each["weight"] for each in told["phases"] if "weight" in each] == ["0.1", "0.5", "1"]
    assert {each["outcome"] for each in told["measurements"]} == {"success"}
    before = run.outputs
    assert not run.up(alias.inputs("2", plan))
    assert dict(run.outputs) == dict(before)


def test_rejected_it_is_put_back_and_told_again_until_it_changes(run: Run, alias: RolledAlias) -> None:
    plan = alias.specification("0.1", "0.5", metrics=(probes(BAD),))
    run.create(alias.inputs("1", plan))
    with pytest.raises(Failure, match=r"rejected: answers: .*1 serves all calls"):
        run.up(alias.inputs("2", plan))
    assert alias.routing() == Routing("1")
    state = alias.state()
    assert state is not None
    assert [f"{each.routing}" for each in state.shifts] == ["1 90 %, 2 10 %", "1 100 %"]
    for _ in range(2):
        with pytest.raises(Failure, match=r"2 was rejected by rollout 1: answers: .*nothing was changed") as again:
            run.up(alias.inputs("2", plan))
        assert "Traceback" not in str(again.value)
    assert len(alias.states()) == 1
    assert run.outputs["lastRollout"]["phase"] == "Failed"
    # Nothing holds the stable version up, nor another candidate.
    assert not run.up(alias.inputs("1", plan))
    better = alias.specification("0.5", metrics=(probes("v[13]"),))
    assert run.up(alias.inputs("3", better))
    assert alias.routing() == Routing("3")


def test_in_progress_the_next_run_finds_a_change_and_goes_on(
    run: Run, alias: RolledAlias, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr("yunfn.provider.progress.Progress.warn", lambda _, line: warned.append(line))
    waiting = alias.specification("0.1", "0.5", seconds=0.5, wait=0.2)
    run.create(alias.inputs("1", waiting))
    assert run.up(alias.inputs("2", waiting))
    assert alias.routing() == Routing("1", "2", alias.specification("0.1").steps[0].weight)
    assert run.outputs["lastRollout"]["phase"] == "Progressing"
    (line,) = warned
    assert line.startswith("x: rollout 1 of 2 is in progress, with 90 % to 1, 10 % to 2. The next pulumi up goes on")
    assert (run.outputs[alias.main], run.outputs["additionalVersionWeight"]) == ("1", {"2": 0.1})
    run.refresh()
    wanted = alias.inputs("2", alias.specification("0.1", "0.5", seconds=0.5))
    changes = run.plugin.diff(alias.token, run.inputs, wanted, run.outputs)
    assert alias.main in changes.kinds
    assert run.up(wanted)
    assert alias.routing() == Routing("2")
    assert [each.number for each in alias.states()] == [1]
    assert len(warned) == 1
    assert not run.up(wanted)


def test_back_to_the_stable_version_an_unfinished_one_is_ended_though_nothing_was_shifted(
    run: Run, alias: RolledAlias
) -> None:
    """Or whoever drives it would put live what nobody wants any more."""
    waiting = alias.specification("0.1", wait=0, gates=(Gate(Decimal("0.1")),))
    run.create(alias.inputs("1", waiting))
    assert run.up(alias.inputs("2", waiting))
    assert (alias.routing(), run.outputs["lastRollout"]["phase"]) == (Routing("1"), "WaitingPromotion")
    assert run.up(alias.inputs("1", waiting))
    state = alias.state()
    assert state is not None
    assert (state.phase, state.reason) == (Phase.ABORTED, "1 is wanted again")
    assert not run.up(alias.inputs("1", waiting))


def test_stopped_it_is_put_back_and_may_come_again(run: Run, alias: RolledAlias) -> None:
    plan = alias.specification("0.1", seconds=30)
    run.create(alias.inputs("1", plan))
    with ThreadPoolExecutor(1) as beside:
        call = beside.submit(run.up, alias.inputs("2", plan))
        until(lambda: alias.routing() != Routing("1"))
        begun = time.monotonic()
        run.plugin.cancel()
        with pytest.raises(Failure, match="x: update was stopped: the update was cancelled"):
            call.result(30)
        assert time.monotonic() - begun < 5
    assert alias.routing() == Routing("1")
    state = alias.state()
    assert state is not None
    assert state.phase is Phase.ABORTED
    assert run.up(alias.inputs("2", alias.specification("0.1")))
    assert alias.routing() == Routing("2")


def test_a_newer_version_takes_the_place_of_the_one_in_progress(run: Run, alias: RolledAlias) -> None:
    waiting = alias.specification("0.1", seconds=30, wait=0)
    run.create(alias.inputs("1", waiting))
    run.up(alias.inputs("2", waiting))
    assert alias.routing() == Routing("1", "2", waiting.steps[0].weight)
    run.up(alias.inputs("3", alias.specification("0.2", "0.5")))
    assert alias.routing() == Routing("3")
    first, second = alias.states()
    assert (first.phase, second.phase, second.stable) == (Phase.SUPERSEDED, Phase.SUCCEEDED, "1")
    # The old candidate goes by the very call that brings the new one.
    assert str(second.shifts[0].routing) == "1 80 %, 3 20 %"


def test_moved_by_hand_it_stops_and_says_so(run: Run, alias: RolledAlias) -> None:
    plan = alias.specification("0.1", "0.5", seconds=0.6, metrics=(probes(GOOD),))
    run.create(alias.inputs("1", plan))
    with ThreadPoolExecutor(1) as beside:
        call = beside.submit(run.up, alias.inputs("2", plan))
        until(lambda: alias.routing() != Routing("1"))
        alias.move(Routing("3"))
        with pytest.raises(Failure, match="somebody moved the alias by other means: it goes to 3 100 %"):
            call.result(30)
    assert alias.routing() == Routing("3")
    # What they did is where the next one begins.
    assert run.up(alias.inputs("2", plan))
    last = alias.state()
    assert last is not None
    assert (last.stable, last.phase) == ("3", Phase.SUCCEEDED)


def test_a_rollout_is_given_to_a_plain_alias_and_taken_away(run: Run, alias: RolledAlias) -> None:
    run.create(alias.inputs("1", None, additionalVersionWeight={"2": 0.5}))
    plan = alias.specification("0.1", seconds=30, wait=0)
    assert run.up(alias.inputs("1", plan))
    assert alias.routing() == Routing("1")
    assert run.up(alias.inputs("2", plan, description="other"))
    assert alias.routing() == Routing("1", "2", plan.steps[0].weight)
    assert run.up(alias.inputs("3", None))
    assert alias.routing() == Routing("3")
    # The unfinished one is over, or a rollout of later days would go back to its stable version.
    last = alias.state()
    assert last is not None
    assert (last.phase, last.reason) == (Phase.ABORTED, "the alias was moved at once, without a rollout")
    assert "lastRollout" not in run.outputs
    assert not run.up(alias.inputs("3", None))


def test_made_anew_it_has_no_past(run: Run, alias: RolledAlias) -> None:
    """A function that is made anew counts from 1 again: what was rejected once is another version now."""
    bad = alias.specification("0.1", metrics=(probes(BAD),))
    run.create(alias.inputs("1", bad))
    with pytest.raises(Failure, match="rejected"):
        run.up(alias.inputs("2", bad))
    waiting = alias.specification("0.1", seconds=30, wait=0)
    run.up(alias.inputs("3", waiting))
    run.plugin.delete(alias.token, alias.id, run.outputs)
    run.create(alias.inputs("1", waiting))
    run.up(alias.inputs("2", alias.specification("0.1")))
    assert alias.routing() == Routing("2")
    assert [each.phase for each in alias.states()] == [Phase.FAILED, Phase.ABORTED, Phase.SUCCEEDED]


def test_credentials_that_end_too_soon_shift_nothing(
    run: Run, alias: RolledAlias, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = alias.specification("0.1", seconds=3600)
    run.create(alias.inputs("1", plan))
    soon = datetime.now(UTC) + timedelta(minutes=61)
    monkeypatch.setenv("YUNFN_CREDENTIALS_EXPIRATION", soon.isoformat(timespec="seconds"))
    with pytest.raises(Failure, match=r"x: the credentials end at .*, but the rollout takes 1 h 2 min .*Nothing was"):
        run.up(alias.inputs("2", plan))
    assert alias.routing() == Routing("1")
    assert alias.states() == []
    # What does not take so long may begin.
    assert run.up(alias.inputs("2", alias.specification("0.1", seconds=600, wait=0)))
    assert alias.routing() != Routing("1")
    # Back to stable is one call.
    monkeypatch.setenv("YUNFN_CREDENTIALS_EXPIRATION", (datetime.now(UTC) + timedelta(minutes=5)).isoformat())
    assert run.up(alias.inputs("1", plan))
    assert alias.routing() == Routing("1")


def test_what_is_replaced_by_itself_stays_also_where_the_old_one_is_deleted_by_a_later_run(
    run: Run, alias: RolledAlias
) -> None:
    """``up --replace``: the new one takes the alias over; it is rejected, and the engine deletes the old one later."""
    bad = alias.specification("0.1", metrics=(probes(BAD),))
    run.create(alias.inputs("1", bad))
    with pytest.raises(Failure, match="rejected") as failed:
        run.create(alias.inputs("2", bad))
    assert failed.value.id == alias.id
    run.plugin.cancel()
    old = run.outputs
    assert run.plugin.check(alias.token, alias.inputs("1", bad)) == {}
    run.up(alias.inputs("1", bad))
    run.plugin.delete(alias.token, alias.id, old, same_run=True)
    assert alias.routing() == Routing("1")
    # What is to be made anew goes, and what the program does not declare any more.
    run.plugin.check(alias.token, alias.inputs("1", bad))
    other = {**alias.inputs("1", bad), "functionName": "other"}
    assert alias.id and run.plugin.diff(alias.token, run.inputs, other, run.outputs).replaces == ["functionName"]
    run.plugin.delete(alias.token, alias.id, old, same_run=True)
    assert alias.routing() is None
    run.plugin.cancel()
    run.create(alias.inputs("1", bad))
    run.plugin.delete(alias.token, alias.id, old)
    assert alias.routing() is None


def test_without_its_bucket_it_can_still_be_read_and_deleted(run: Run, alias: RolledAlias) -> None:
    plan = alias.specification("0.1", seconds=0.1)
    run.create(alias.inputs("1", plan))
    run.up(alias.inputs("2", plan))
    before = dict(run.outputs)
    gone = {"rollout": {**run.inputs["rollout"], "bucket": "no-such-bucket-1250000000"}}
    run.inputs, run.outputs = {**run.inputs, **gone}, Properties({**run.outputs, **gone})
    run.refresh()
    assert run.outputs["lastRollout"] == before["lastRollout"]
    run.plugin.delete(alias.token, alias.id, run.outputs)
    assert alias.routing() is None


def test_four_aliases_roll_out_side_by_side(scf: ScfPlugin) -> None:
    aliases = [RolledAlias(scf.cloud, kind) for kind in ("fc", "scf", "fc", "scf")]
    runs = [Run(scf, each) for each in aliases]
    plans = [each.specification("0.1", "0.2", "0.4", seconds=1.0) for each in aliases]
    for each, alias, plan in zip(runs, aliases, plans, strict=True):
        each.create(alias.inputs("1", plan))
    midway = threading.Barrier(len(runs) + 1)

    def up(number: int) -> None:
        midway.wait(30)
        runs[number].up(aliases[number].inputs("2", plans[number]))

    with ThreadPoolExecutor(len(runs)) as beside:
        calls = [beside.submit(up, number) for number in range(len(runs))]
        midway.wait(30)
        until(lambda: all(each.routing() != Routing("1") for each in aliases))
        for call in calls:
            call.result(60)
    assert [each.routing() for each in aliases] == [Routing("2")] * 4
    spans = [(state.began.at, state.ended.at) for each in aliases if (state := each.state()) and state.ended]
    assert max(began for began, _ in spans) < min(ended for _, ended in spans)
    for each in aliases:
        each.remove()
