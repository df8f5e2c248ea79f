"""Steps that the demo takes whatever it shows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
from tests.demo.places import Place
from tests.demo.steps import StepFailedError, Steps

from support.pulumi_cli import ROOT, PulumiCli

# Seconds: a little more than the seven days that the stacks' keys can be had back.
_WAITING = 7 * 86400 + 60


class Show(Protocol):
    """What is shown of one cloud: a stack that goes up, works, and comes down again."""

    cloud: str
    bootstrap: str
    stack: PulumiCli
    #: Planted secrets by what they are called; only in a local cloud, where a key of KMS costs nothing.
    secrets: dict[str, str]

    def up(self) -> None:
        """Bring the stack up."""

    def work(self) -> None:
        """Show that it works."""

    def tidy(self) -> None:
        """Remove what was made beside the stack."""

    def hints(self) -> list[str]:
        """What to try while it is left running."""


@dataclass(frozen=True)
class Built:
    """A layer's packages, and whether they came from the cache."""

    files: list[Path]
    cached: bool


def build_layer(steps: Steps, title: str, folder: Path) -> Built:
    """Build a layer outside the local cloud, where the package index is reached."""
    with steps.step(title):
        command = [sys.executable, "-m", "yunfn.cli", "layer", "build", str(folder), "--frozen", "--json"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise StepFailedError(f"the layer could not be built:\n{done.stderr}")
        (built,) = json.loads(done.stdout)
    size = sum(part["zipped"] for part in built["parts"]) / 2**20
    steps.say(f"{built['target']}: {size:.1f} MB, {'from the cache' if built['cached'] else 'built now'}")
    return Built([Path(part["file"]) for part in built["parts"]], built["cached"])


def succeed(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """The answer of a request that must succeed."""
    answer = ask()
    if not answer.is_success:
        raise StepFailedError(
            f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:2000]}"
        )
    return answer


def expect_no_changes(steps: Steps, stack: PulumiCli) -> None:
    """A second ``up`` and a ``refresh`` find nothing to do."""
    with steps.step("up again: no changes"):
        stack.up("--expect-no-changes")
    with steps.step("refresh: no drift"):
        stack.refresh("--expect-no-changes")


def run_python(place: Place, file: str, *arguments: str) -> str:
    """Run a file of this folder in the place's environment, where clients read proxy and CA; what it prints."""
    command = [sys.executable, str(Path(__file__).with_name(file)), *arguments]
    done = subprocess.run(command, env=place.variables, capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        raise StepFailedError(f"{file}:\n{done.stderr[-3000:]}")
    return done.stdout


def make_bucket(place: Place, project: Path, show: Show) -> bool:
    """Run the bootstrap program unless the artifact bucket is there; True if it was made now."""
    if json.loads(yunfn(place, "artifacts", "bucket", "--cloud", show.cloud, "--json"))["exists"]:
        return False
    bootstrap = PulumiCli(project, show.bootstrap, place.variables)
    bootstrap.init()
    # The stack's own settings name a region too.
    provider = {"alibaba": "alicloud", "tencent": "tencentcloud"}[show.cloud]
    bootstrap.up("--config", f"{provider}:region={place.regions[show.cloud]}")
    return True


def list_leftovers(steps: Steps, place: Place, cloud: str) -> None:
    """Show what outlives a destroy: the packages and retained versions, used by nobody."""
    with steps.step("left over: packages and retained versions only"):
        found = json.loads(yunfn(place, "artifacts", "list", "--cloud", cloud, "--json"))
        if used := [item["name"] for item in found if item["used_by"]]:
            raise StepFailedError(f"still in use after destroy: {', '.join(used)}")
    for item in found:
        steps.say(f"{item['kind']}: {item['name']} ({item['bytes']:,} bytes)")


def purge(steps: Steps, place: Place, cloud: str) -> None:
    """Remove the leftovers and the bucket."""
    with steps.step(f"purge: yunfn artifacts purge --cloud {cloud} --bucket"):
        yunfn(place, "artifacts", "purge", "--cloud", cloud, "--bucket", "--yes")


def yunfn(place: Place, *arguments: str, folder: Path = ROOT) -> str:
    """Run a command of yunfn in the place's environment, in ``folder``; what it prints."""
    command = [sys.executable, "-m", "yunfn.cli", *arguments]
    done = subprocess.run(command, env=place.variables, capture_output=True, text=True, cwd=folder)
    if done.returncode != 0:
        raise StepFailedError(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


def show_empty(steps: Steps, place: Place) -> None:
    """The local cloud holds nothing that a stack made; keys wait for a week before they go."""
    assert place.local is not None
    with steps.step("a week later: the keys are gone too, and the cloud is empty"):
        place.local.ask("POST", "/clock", json={"seconds": _WAITING})
        if keys := json.loads(run_python(place, "list_keys.py", place.regions["alibaba"])):
            raise StepFailedError(f"keys that are still there: {keys}")
        left = place.local.ask("GET", "/status").json()["documents"]
        if left:
            raise StepFailedError(f"left in the cloud: {json.dumps(left, indent=2)}")
        unknown = place.local.ask("GET", "/journal", params={"unknown": "1"}).text
        if unknown:
            raise StepFailedError(f"asked of the local cloud and not known there:\n{unknown}")
