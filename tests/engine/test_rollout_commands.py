"""``yunfn rollout`` on stacks of the real engine: what a running ``pulumi up`` does on order, who drives after it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.rolled_alias import BAD, RolledAlias, probes
from support.running_update import RunningUpdate
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")]
NewStack = Callable[[str], PulumiCli]
TENTH = Routing("1", "2", Decimal("0.1"))
# The commands reach each cloud in one test at least; which of them does what is no matter of the cloud.
ON_FC = pytest.mark.parametrize("rolling", ["fc"], indirect=True)
ON_SCF = pytest.mark.parametrize("rolling", ["scf"], indirect=True)


class Rolling:
    """A stack with one alias, which has no rollout yet, and the commands in its folder."""

    def __init__(self, stack: PulumiCli, alias: RolledAlias) -> None:
        self.stack, self.alias = stack, alias
        self.declare("1", None)
        stack.up()

    def declare(self, version: str, specification: Specification | None) -> None:
        """Let the program say so."""
        inputs = self.alias.inputs(version, specification)
        arguments = {
            re.sub("([A-Z])", lambda letter: f"_{letter[1].lower()}", name): each for name, each in inputs.items()
        }
        self.stack.configure(t__aliases=json.dumps({"live": (self.alias.kind, arguments)}))

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``yunfn rollout`` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "yunfn.cli", "rollout", *arguments, "--stack", self.stack.stack],
            cwd=self.stack.folder,
            env=self.stack.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def status(self) -> dict[str, Any]:
        """What ``status`` says of the alias."""
        done = self("status", "--json")
        assert done.returncode in (0, 3), done.stderr
        (found,) = json.loads(done.stdout)
        assert found["name"] == "live"
        return dict(found)


@pytest.fixture(params=["fc", "scf"])
def rolling(
    new_stack: NewStack,
    account: LocalAccount,
    artifact_bucket: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Rolling:
    # This process looks at aliases and records by the real clients.
    for name, value in account.variables.items():
        monkeypatch.setenv(name, value)
    account.cloud.ask("PUT", "/transition", json={"seconds": 0.02})
    bucket = artifact_bucket if request.param == "fc" else request.getfixturevalue("tencent_artifact_bucket")
    return Rolling(new_stack("rolled_aliases"), RolledAlias(account.cloud, request.param, bucket))


@ON_SCF
def test_a_running_update_obeys(rolling: Rolling, tmp_path: Path) -> None:
    assert "has no alias with a rollout" in rolling("status").stderr
    rolling.declare("2", rolling.alias.specification("0.1", "0.5", seconds=120))
    update = RunningUpdate(rolling.stack)
    update.wait_until(lambda: rolling.alias.routing() == TENTH)
    # The state knows of the alias's first rollout only by the operation that is under way.
    seen = rolling.status()
    assert (seen["phase"], seen["weight"], seen["neglected"]) == ("Progressing", "0.1", None)
    assert "process" in seen["driver"]["holder"]
    assert "is driven by" in rolling("drive").stderr
    paused = rolling("pause", "-m", "lunch")
    assert "Paused, 90 % to 1, 10 % to 2" in paused.stdout, paused.stderr
    aborted = rolling("abort", "live", "--reason", "customers complain")
    assert aborted.returncode == 0, aborted.stderr
    assert update.end() != 0
    assert "ordered to put stable back: customers complain" in update.output
    assert rolling.alias.routing() == Routing("1")
    assert rolling("watch").returncode == 1
    # The failed update left the state without a word of any rollout: the record is found all the same.
    page = tmp_path / "rollouts.html"
    assert rolling("history", "--html", str(page)).returncode == 0
    assert "customers complain" in page.read_text()


@ON_FC
def test_after_an_update_that_does_not_wait_others_drive(rolling: Rolling) -> None:
    rolling.declare("2", rolling.alias.specification("0.1", "0.5", seconds=0.5, wait=0.0))
    assert rolling.stack.up().changes["updated"] == 1
    assert rolling.alias.routing() == TENTH
    driven = rolling("drive", "--until-done")
    assert driven.returncode == 0, driven.stderr
    assert "step 2 of 2: 50 % to 1, 50 % to 2" in driven.stdout
    assert rolling.alias.routing() == Routing("2")
    # The program's wish is fulfilled: nothing is left to roll out.
    rolling.stack.up()
    rolling.stack.up("--expect-no-changes")
    assert [each.phase for each in rolling.alias.states()] == [Phase.SUCCEEDED]
    assert rolling("watch").returncode == 0


@ON_SCF
def test_a_bad_candidate_is_found_by_drive_and_comes_again_by_retry(rolling: Rolling) -> None:
    bad = rolling.alias.specification("0.1", seconds=60, wait=0.0, metrics=(probes(BAD),))
    rolling.declare("2", bad)
    rolling.stack.up()
    driven = rolling("drive", "--until-done")
    assert (driven.returncode, rolling.alias.routing()) == (1, Routing("1")), driven.stderr
    assert "2 was rejected by rollout 1: answers: " in rolling.stack.up(check=False).output
    assert "2, which rollout 1 rejected, may try again" in rolling("retry", "-m", "the index is there now").stdout
    rolling.declare("2", rolling.alias.specification("0.1"))
    rolling.stack.up()
    assert rolling.alias.routing() == Routing("2")
