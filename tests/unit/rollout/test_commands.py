"""The commands about rollouts as processes of their own, on the aliases of both clouds: any machine with the keys."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support.cos_bucket import fresh_bucket
from support.served_alias import FcAlias, ScfAlias, ServedAlias
from support.store_backends import oss_bucket
from yunfn.cli.rollout.surroundings import CommandSurroundings
from yunfn.rollout.connections import Connections, connect
from yunfn.rollout.driver import Driver
from yunfn.rollout.metric import Conditions, Measure, Metric, Probes
from yunfn.rollout.phase import Phase
from yunfn.rollout.plan import Step
from yunfn.rollout.records import last
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification

LONG = (Step(Decimal("0.1"), 600.0), Step(Decimal("0.5"), 600.0))
_SECONDS = 60
# What is no matter of the cloud is tried on one: each command is a process that imports a cloud's SDK.
ON_FC = pytest.mark.parametrize("served", [FcAlias], ids=["fc"], indirect=True)
ON_SCF = pytest.mark.parametrize("served", [ScfAlias], ids=["scf"], indirect=True)


class Rolling:
    """A rollout of version 2 over 1 that ``pulumi up`` left in progress, and the command on its stack."""

    def __init__(self, served: ServedAlias, folder: Path) -> None:
        session: Any = served.session  # type: ignore[attr-defined]
        self.served = served
        self.bucket = oss_bucket(session).bucket_name if isinstance(served, FcAlias) else fresh_bucket(session).name
        self.connections: Connections = connect(served.place, self.bucket, session)
        pulumi = folder / "pulumi"
        pulumi.write_text(f"#!/bin/sh\nexec cat {folder}/state.json\n")
        pulumi.chmod(0o755)
        (folder / "state.json").write_text(json.dumps(self._state()))
        self.variables = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}

    def begin(self, specification: Specification) -> None:
        """As ``pulumi up`` does that does not wait."""

        async def up() -> None:
            with ThreadPoolExecutor() as threads:
                reached = self.connections
                await Driver(
                    self.served.place,
                    reached.router,
                    reached.log,
                    reached.backend,
                    reached.hooks,
                    CommandSurroundings(threads),
                ).roll_out("2", specification)

        asyncio.run(up())

    def command(self, *arguments: str) -> list[str]:
        """What runs ``yunfn rollout``."""
        return [sys.executable, "-m", "yunfn.cli", "rollout", *arguments, "--stack", "dev"]

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return subprocess.run(
            self.command(*arguments), env=self.variables, capture_output=True, text=True, timeout=_SECONDS
        )

    def forget(self) -> None:
        """Let the state tell of no rollout, as after a first one that failed."""
        Path(self.variables["PATH"].partition(":")[0], "state.json").write_text(json.dumps(self._state(rollout=None)))

    def _state(self, **inputs_otherwise: Any) -> dict[str, Any]:
        place = self.served.place
        alibaba = place.cloud == "alibaba"
        inputs = {
            "account": place.account,
            "region": place.region,
            "functionName": place.function,
            "aliasName": place.alias,
            "rollout": {"bucket": self.bucket},
            **({} if alibaba else {"namespace": place.namespace}),
            **inputs_otherwise,
        }
        kind = "fc" if alibaba else "scf"
        urn = f"urn:pulumi:dev::shop::yunfn:{place.cloud}:Alias$yunfn:{kind}:Alias::live-alias"
        resource = {"type": f"yunfn:{kind}:Alias", "urn": urn, "id": "x", "inputs": inputs}
        return {"version": 3, "deployment": {"resources": [resource]}}


@pytest.fixture
def rolling(served: ServedAlias, tmp_path: Path) -> Callable[..., Rolling]:
    def begin(*metrics: Metric) -> Rolling:
        made = Rolling(served, tmp_path)
        made.begin(Specification(bucket=made.bucket, steps=LONG, metrics=metrics, wait=0.0))
        return made

    return begin


def test_it_is_seen_paused_and_aborted_from_elsewhere(rolling: Callable[..., Rolling], tmp_path: Path) -> None:
    stack = rolling()
    (seen,) = json.loads(stack("status", "--json").stdout)
    assert (seen["name"], seen["phase"], seen["weight"], seen["driver"]) == ("live", "Progressing", "0.1", None)
    paused = stack("pause", "live", "-m", "lunch")
    assert "Paused, 90 % to 1, 10 % to 2" in paused.stdout, paused.stderr
    aborted = stack("abort", "live")
    assert aborted.returncode == 0, aborted.stderr
    assert stack.served.found()[:2] == ("1", {})
    page = tmp_path / "rollouts.html"
    history = stack("history", "--json", "--html", str(page))
    (rollout,) = json.loads(history.stdout)[0]["rollouts"]
    assert rollout["phase"] == "Aborted" and "ordered a pause: lunch" in page.read_text()
    kinds = [each["event"] for each in rollout["events"]]
    assert [kind for kind in kinds if kind != "leased" and kind != "released"] == [
        "began", "shifting", "shifted", "commanded", "paused", "commanded", "decided", "shifted", "ended",
    ]  # fmt: skip
    assert stack("watch").returncode == 1


@ON_FC
def test_without_a_rollout_in_the_state_and_without_a_bucket_there_is_none(rolling: Callable[..., Rolling]) -> None:
    stack = rolling()
    # Its record is not in the bucket that the components would take.
    stack.forget()
    done = stack("status")
    assert done.returncode == 1 and done.stderr.startswith("error: stack dev has no alias with a rollout: "), (
        done.stderr
    )


def test_drive_judges_by_probes_and_rejects(rolling: Callable[..., Rolling]) -> None:
    probes = Metric(
        name="probes",
        measure=Measure.ERRORS,
        source=Probes(events=('{"order": 1}',), calls=4, expect="v1"),
        rule=Conditions(failure="> 0.5"),
        interval=1.0,
        minimum=1,
    )
    stack = rolling(probes)
    done = stack("drive", "--until-done")
    assert done.returncode == 1
    assert "rejected: probes: 100 % in 4 calls" in done.stderr and "1 serves all calls" in done.stderr
    state = last(stack.connections.log)
    assert state is not None and state.phase is Phase.FAILED
    assert stack.served.found()[:2] == ("1", {})
    assert "2, which rollout 1 rejected, may try again" in stack("retry").stdout


@ON_SCF
def test_a_drive_that_is_interrupted_leaves_it_and_another_stands_aside(rolling: Callable[..., Rolling]) -> None:
    stack = rolling()
    driving = subprocess.Popen(
        stack.command("drive", "--until-done"), env=stack.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        while not _leased(stack):
            assert driving.poll() is None, driving.communicate()
        aside = stack("drive")
        assert aside.returncode == 0 and "is driven by" in aside.stderr
        driving.send_signal(signal.SIGINT)
        told = driving.communicate(timeout=_SECONDS)[1]
    finally:
        driving.kill()
        driving.wait()
    assert driving.returncode == 130
    assert "left in progress (90 % to 1, 10 % to 2)" in told
    assert stack.connections.router.read() == Routing("1", "2", Decimal("0.1"))
    assert not _leased(stack)


@ON_FC
def test_an_order_reaches_who_drives(rolling: Callable[..., Rolling]) -> None:
    stack = rolling()
    driving = subprocess.Popen(stack.command("drive", "--until-done"), env=stack.variables, stderr=subprocess.PIPE)
    try:
        while not _leased(stack):
            assert driving.poll() is None, driving.communicate()
        aborted = stack("abort", "-m", "enough")
        assert aborted.returncode == 0, aborted.stderr
        assert driving.wait(timeout=_SECONDS) == 1
    finally:
        driving.kill()
        driving.communicate()
    assert stack.connections.router.read() == Routing("1")


def _leased(stack: Rolling) -> bool:
    state = last(stack.connections.log)
    return state is not None and state.lease is not None
