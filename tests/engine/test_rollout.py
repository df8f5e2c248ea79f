"""Rollouts inside ``pulumi up``, on both clouds: promoted, rejected, in progress, and every way to be stopped."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.rolled_alias import BAD, GOOD, RolledAlias, probes
from support.running_update import RunningUpdate
from yunfn.rollout import records
from yunfn.rollout.event import Command
from yunfn.rollout.phase import Phase
from yunfn.rollout.plan import Step
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")]
NewStack = Callable[[str], PulumiCli]
TENTH = Routing("1", "2", Decimal("0.1"))
# Every ending on both clouds is tried at the provider's interface; what the engine and its plugin's process add to it
# is the same on both, so that one cloud is enough here.
ON_FC = pytest.mark.parametrize("rolled", ["fc"], indirect=True)
ON_SCF = pytest.mark.parametrize("rolled", ["scf"], indirect=True)


def _snake(name: str) -> str:
    return re.sub("([A-Z])", lambda letter: f"_{letter[1].lower()}", name)


def _baking(specification: Specification, seconds: float) -> Specification:
    first, *others = specification.steps
    return msgspec.structs.replace(specification, steps=(Step(first.weight, seconds), *others))


class Rolled:
    """A stack of one alias, or more, and what it declares of each."""

    def __init__(self, stack: PulumiCli, *aliases: RolledAlias) -> None:
        self.stack, self.aliases = stack, aliases
        self.alias = aliases[0]

    def declare(self, version: str, specification: Callable[[RolledAlias], Specification | None]) -> None:
        """Let the program say so."""
        said: dict[str, Any] = {}
        for number, each in enumerate(self.aliases):
            inputs = each.inputs(version, specification(each))
            said[f"alias{number}"] = (each.kind, {_snake(name): value for name, value in inputs.items()})
        self.stack.configure(t__aliases=json.dumps(said))

    def first(self, specification: Callable[[RolledAlias], Specification | None]) -> None:
        """Make the aliases, at version 1."""
        self.declare("1", specification)
        self.stack.up()
        assert {str(each.routing()) for each in self.aliases} == {"1 100 %"}

    def midway(self, seconds: float = 120) -> RunningUpdate:
        """An update that has shifted the first weight, and bakes so long there."""
        self.declare("2", lambda alias: _baking(alias.specification("0.1", "0.5"), seconds))
        update = RunningUpdate(self.stack)
        update.wait_until(lambda: self.alias.routing() != Routing("1") and self._confirmed())
        return update

    def goes_on(self, version: str = "2") -> None:
        """The next update puts the version live."""
        self.declare(version, lambda alias: alias.specification("0.1", "0.5"))
        self.stack.up()
        assert self.alias.routing() == Routing(version)

    def phase(self) -> Phase | None:
        state = self.alias.state()
        return state.phase if state else None

    def _confirmed(self) -> bool:
        state = self.alias.state()
        return state is not None and state.step == 0 and state.shifting is None


@pytest.fixture(params=["fc", "scf"])
def rolled(
    new_stack: NewStack,
    account: LocalAccount,
    artifact_bucket: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Rolled]:
    # This process looks at aliases and records by the real clients.
    for name, value in account.variables.items():
        monkeypatch.setenv(name, value)
    account.cloud.ask("PUT", "/transition", json={"seconds": 0.02})
    bucket = artifact_bucket if request.param == "fc" else request.getfixturevalue("tencent_artifact_bucket")
    made = Rolled(new_stack("rolled_aliases"), RolledAlias(account.cloud, request.param, bucket))
    made.first(lambda alias: alias.specification("0.1", "0.5"))
    yield made
    made.alias.remove()


def test_foretold_promoted_and_told_by_one_line_a_step(rolled: Rolled) -> None:
    rolled.declare("2", lambda alias: alias.specification("0.1", "0.5", seconds=1, metrics=(probes(GOOD),)))
    preview = rolled.stack.preview()
    assert "will shift 1 → 2: 10, 50 % for 1 s each, then all: 2 s at least" in preview.output
    assert preview.changes["to update"] == 1
    upped = rolled.stack.up()
    assert rolled.alias.routing() == Routing("2")
    lines = [line.rpartition("; step ")[2] for line in upped.output.splitlines() if "left at least" in line]
    assert [line.partition(": ")[0] for line in lines] == ["1 of 2", "2 of 2"], upped.output
    assert lines[0].startswith("1 of 2: 90 % to 1, 10 % to 2, 2 s left at least")
    assert rolled.stack.outputs()["alias0"]["phase"] == "Succeeded"
    rolled.stack.up("--expect-no-changes")
    rolled.stack.refresh("--expect-no-changes")
    assert "will shift" not in rolled.stack.preview().output


def test_rejected_it_fails_by_what_decided_until_somebody_says_retry(rolled: Rolled) -> None:
    rolled.declare("2", lambda alias: alias.specification("0.1", "0.5", metrics=(probes(BAD),)))
    failed = rolled.stack.up(check=False)
    assert failed.code != 0
    assert re.search(r"error: .*rolled: rollout 1 of 2: rejected: answers: .*1 serves all calls", failed.output)
    assert "Traceback" not in failed.output
    assert rolled.alias.routing() == Routing("1")
    assert rolled.stack.preview().changes["to update"] == 1
    again = rolled.stack.up(check=False)
    assert again.code != 0
    assert "2 was rejected by rollout 1: answers: " in again.output
    # What a program asks of a failed resource is nothing, but the state has what the run before it read.
    (state,) = (each for each in rolled.stack.resources() if each["type"] == rolled.alias.token)
    assert state["outputs"]["lastRollout"]["phase"] == "Failed"
    records.order(rolled.alias.connections().log, Command.RETRY, "me@here", "the index is there now")
    rolled.goes_on()
    rolled.stack.up("--expect-no-changes")


@ON_SCF
def test_interrupted_once_stable_is_back_and_nothing_pending(rolled: Rolled) -> None:
    update = rolled.midway()
    begun = time.monotonic()
    update.signal(signal.SIGINT)
    assert update.end() != 0
    assert time.monotonic() - begun < 30
    assert rolled.alias.routing() == Routing("1")
    assert rolled.phase() is Phase.ABORTED
    assert "alias0: update was stopped: the update was cancelled" in update.output
    assert "Traceback" not in update.output
    assert "pending_operations" not in rolled.stack.run("stack", "export").output
    rolled.goes_on()
    rolled.stack.up("--expect-no-changes")


@pytest.mark.parametrize(("rolled", "second"), [("fc", signal.SIGINT), ("scf", signal.SIGTERM)], indirect=["rolled"])
def test_interrupted_twice_stable_is_back(rolled: Rolled, second: signal.Signals) -> None:
    update = rolled.midway()
    update.signal(signal.SIGINT)
    update.signal(second)
    assert update.end() != 0
    update.wait_for_plugins_end(30)
    assert rolled.alias.routing() == Routing("1")
    rolled.goes_on()


@ON_FC
def test_a_killed_cli_takes_the_rollout_with_it(rolled: Rolled) -> None:
    update = rolled.midway()
    begun = time.monotonic()
    update.signal(signal.SIGKILL)
    update.end()
    update.wait_for_plugins_end(30)
    assert rolled.alias.routing() == Routing("1")
    assert time.monotonic() - begun < 30
    locked = rolled.stack.up(check=False)
    assert "pulumi cancel" in locked.output
    rolled.stack.run("cancel", "--yes")
    rolled.goes_on()


@pytest.mark.parametrize(("rolled", "victims"), [("fc", "plugin"), ("scf", "both")], indirect=["rolled"])
def test_killed_with_the_plugin_it_stays_midway_and_goes_on(rolled: Rolled, victims: str) -> None:
    update = rolled.midway(seconds=12)
    if victims == "both":
        # The CLI cannot see its plugin's end, nor the plugin the CLI's.
        update.signal(signal.SIGSTOP)
    update.kill_plugin()
    if victims == "both":
        update.signal(signal.SIGKILL)
    assert update.end() != 0
    assert rolled.alias.routing() == TENTH
    if victims == "both":
        rolled.stack.run("cancel", "--yes")
    preview = rolled.stack.preview()
    assert preview.changes["to update"] == 1
    # The steps are those that it began with, and no other rollout begins.
    rolled.stack.up()
    assert rolled.alias.routing() == Routing("2")
    assert [each.phase for each in rolled.alias.states()] == [Phase.SUCCEEDED]
    rolled.stack.up("--expect-no-changes")


@ON_SCF
def test_after_a_kill_another_version_keeps_the_stable_one(rolled: Rolled) -> None:
    update = rolled.midway()
    update.kill_plugin()
    assert update.end() != 0
    assert rolled.alias.routing() == TENTH
    rolled.goes_on("3")
    first, second = rolled.alias.states()
    assert (first.phase, second.phase, second.stable) == (Phase.SUPERSEDED, Phase.SUCCEEDED, "1")


@ON_FC
def test_moved_by_hand_the_update_ends_and_leaves_it(rolled: Rolled) -> None:
    rolled.declare("2", lambda alias: alias.specification("0.1", "0.5", seconds=1))
    update = RunningUpdate(rolled.stack)
    update.wait_until(lambda: rolled.alias.routing() == TENTH)
    rolled.alias.move(Routing("3"))
    assert update.end() != 0
    assert "somebody moved the alias by other means: it goes to 3 100 %" in update.output
    assert rolled.alias.routing() == Routing("3")
    assert rolled.phase() is Phase.CONTESTED
    rolled.goes_on()


@ON_SCF
def test_in_progress_it_ends_well_and_the_next_runs_find_a_change(rolled: Rolled) -> None:
    rolled.declare("2", lambda alias: alias.specification("0.1", "0.5", seconds=1, wait=0))
    rolled.stack.up()
    assert rolled.alias.routing() == TENTH
    assert rolled.stack.outputs()["alias0"]["phase"] == "Progressing"
    assert rolled.stack.preview().changes["to update"] == 1
    rolled.declare("2", lambda alias: alias.specification("0.1", "0.5", seconds=1))
    rolled.stack.up()
    assert rolled.alias.routing() == Routing("2")
    assert [each.phase for each in rolled.alias.states()] == [Phase.SUCCEEDED]
    rolled.stack.up("--expect-no-changes")


@ON_FC
def test_four_roll_out_side_by_side(
    rolled: Rolled, account: LocalAccount, tencent_artifact_bucket: str, artifact_bucket: str
) -> None:
    buckets = {"fc": artifact_bucket, "scf": tencent_artifact_bucket}
    more = [RolledAlias(account.cloud, kind, buckets[kind]) for kind in ("fc", "scf", "fc")]
    four = Rolled(rolled.stack, rolled.alias, *more)
    four.declare("1", lambda alias: alias.specification("0.1"))
    four.stack.up()
    four.declare("2", lambda alias: alias.specification("0.1", "0.5", seconds=2))
    four.stack.up()
    states = [each.state() for each in four.aliases]
    spans = [(state.began.at, state.ended.at) for state in states if state and state.ended]
    assert len(spans) == 4
    assert max(began for began, _ in spans) < min(ended for _, ended in spans)
    assert {str(each.routing()) for each in four.aliases} == {"2 100 %"}
