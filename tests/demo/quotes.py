"""Rollouts under traffic on Alibaba Cloud: a good version is promoted, a bad one caught and rolled back."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from tests.demo.places import Place
from tests.demo.steps import StepFailedError, Steps

from support.clients import FunctionComputeClient
from support.pulumi_cli import Outcome, PulumiCli

# Calls a second, and the plan: short, so that nobody waits long.
_RATE = 40
_OUTCOME = {"Succeeded": "success", "Failed": "failure"}
_PLAN = {"quotes__steps": "10,50", "quotes__every": "4s", "quotes__interval": "1s"}


class Quotes:
    """See Show. In a local cloud only, which makes the traffic."""

    cloud = "alibaba"
    bootstrap = "bootstrap"

    def __init__(self, steps: Steps, place: Place, project: Path) -> None:
        assert place.local is not None
        self._steps = steps
        self._place = place
        self._local = place.local
        self.stack = PulumiCli(project, place.stack("quotes-dev"), place.variables)
        self.secrets: dict[str, str] = {}
        self._function = ""

    @staticmethod
    def prepare(steps: Steps) -> list[Path]:
        """Nothing has to be built: it needs no packages."""
        return []

    def up(self) -> None:
        """See Show."""
        with self._steps.step(f"up: {self.stack.stack}, the first version, live at once"):
            self.stack.init()
            self.stack.configure(**_PLAN)
            self.stack.up()

    def work(self) -> None:
        """See Show."""
        self._function = self.stack.outputs()["function"]
        load = _Traffic(self._local, self._place.regions["alibaba"], self._function)
        with self._steps.step(f"rollout: a good version, while {_RATE} calls a second come in"), load:
            self.stack.configure(quotes__discount="5")
            said = self.stack.up("--diff")
        self._expect("Succeeded", "2")
        self._show(said, load)
        load = _Traffic(self._local, self._place.regions["alibaba"], self._function)
        with self._steps.step("rollout: a version that fails one call in five is caught, and rolled back"), load:
            self.stack.configure(quotes__failures="0.2")
            said = self.stack.up("--diff", check=False)
        if said.code == 0:
            raise StepFailedError("the update that brought the bad version ended well")
        self._expect("Failed", "2")
        self._show(said, load)
        self._steps.say(f"share of traffic that saw the bad version: {load.share('3'):.1%}")
        with self._steps.step("history: what both rollouts measured and decided"):
            lines = self._rollout("history").splitlines()
        for line in lines:
            self._steps.say(line)

    def tidy(self) -> None:
        """See Show."""

    def hints(self) -> list[str]:
        """See Show."""
        return [f".venv/bin/yunfn rollout history -s {self.stack.stack}   (in {self.stack.folder})"]

    def _expect(self, phase: str, version: str) -> None:
        """Hold what the record and the alias say against what they should."""
        (found,) = json.loads(self._rollout("status", "--json"))
        serves = found["candidate"] if phase == "Succeeded" else found["stable"]
        if (found["phase"], serves, found["verdicts"][-1]["outcome"]) != (phase, version, _OUTCOME[phase]):
            raise StepFailedError(f"the rollout is {found['phase']}: {found['reason']}")
        alias = FunctionComputeClient(self._local).call("get_alias", self._function, "live")
        if (alias.version_id, alias.additional_version_weight or {}) != (version, {}):
            raise StepFailedError(f"the alias is on {alias.version_id} with {alias.additional_version_weight}")

    def _show(self, said: Outcome, load: _Traffic) -> None:
        for line in load.told():
            self._steps.say(line)
        for line in said.output.splitlines():
            if "rolled back" in line or "put back" in line:
                self._steps.say(line.strip())

    def _rollout(self, *arguments: str) -> str:
        """``yunfn rollout`` as a user runs it, from the project's folder; what it prints."""
        command = [sys.executable, "-m", "yunfn.cli", "rollout", *arguments, "-s", self.stack.stack]
        done = subprocess.run(
            command, cwd=self.stack.folder, env=self._place.variables, capture_output=True, text=True
        )  # fmt: skip
        if done.returncode != 0:
            raise StepFailedError(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout


class _Traffic:
    """Calls of the alias at an even rate within the block, and which version answered them."""

    def __init__(self, local: Any, region: str, function: str) -> None:
        at = {"cloud": "alibaba", "region": region, "function": function, "qualifier": "live"}
        self._load = {**at, "rate": _RATE, "seconds": 600, "payload": '{"item": "rice"}'}
        self._local = local
        self._over, self._running = threading.Event(), threading.Event()
        self._calls: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()

    def __enter__(self) -> None:
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()
        self._running.wait(60)

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(60)

    def _follow(self) -> None:
        for second in self._local.follow("/traffic", self._load):
            self._calls.update(second.get("calls", {}))
            self._errors.update(second.get("errors", {}))
            if self._calls:
                self._running.set()
            if self._over.is_set():
                return

    def share(self, version: str) -> float:
        """The share of the calls that ``version`` answered (0–1)."""
        return self._calls[version] / self._calls.total()

    def told(self) -> list[str]:
        """A line for each version."""
        return [
            f"version {version}: {calls} calls ({self.share(version):.1%}), {self._errors[version]} failed"
            for version, calls in sorted(self._calls.items())
        ]
