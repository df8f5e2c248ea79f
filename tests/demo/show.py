"""What the demo does, one function a step."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
from tests.demo import picture
from tests.demo.places import Place
from tests.demo.steps import StepFailedError, Steps

from support.pulumi_cli import ROOT, PulumiCli


def prepare_layer(steps: Steps) -> None:
    """Build the layer outside the local cloud, where the package index is reached; cached after the first time."""
    with steps.step("layer: Pillow for python3.10 on the cloud's Linux"):
        command = [sys.executable, "-m", "yunfn.cli", "layer", "build", str(ROOT / "layers" / "image"), "--frozen"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise StepFailedError(f"the layer could not be built:\n{done.stderr}")


def upload_and_rotate(steps: Steps, place: Place, outputs: dict[str, str]) -> None:
    """Send a PNG through the HTTP trigger and check the rotated one that comes back, decoded."""
    original = picture.make()
    with steps.step("upload: a real PNG through the HTTP trigger"):
        form = {"lena.png": ("lena.png", original, "image/png")}
        _succeed(lambda: place.http.post(f"{outputs['uploadUrl']}/upload/", files=form))
    with steps.step(f"proc: the PNG comes back rotated by {picture.ANGLE} degrees, checked by decoding it"):
        answer = _succeed(lambda: place.http.get(f"{outputs['procUrl']}/proc/rotate/{picture.ANGLE}/lena.png"))
        if wrong := picture.differs_from_rotated(original, answer.content):
            raise StepFailedError(wrong)


def _succeed(ask: Callable[[], httpx.Response]) -> httpx.Response:
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


def show_logs(steps: Steps, place: Place, outputs: dict[str, str]) -> None:
    """Read the functions' lines back from the log service, by its official client."""
    with steps.step("logs: the functions' lines, read back from the log service"):
        lines = _log_lines(place, outputs)
    for line in lines[:6]:
        steps.say(line)


def _log_lines(place: Place, outputs: dict[str, str]) -> list[str]:
    variables = place.variables
    # In a process of its own: the client reads proxy and CA from the environment.
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("read_log.py")), json.dumps(outputs), place.region],
        env=variables, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    if done.returncode != 0:
        raise StepFailedError(f"the log lines could not be read:\n{done.stderr[-3000:]}")
    found: list[str] = json.loads(done.stdout)
    return found


def make_bucket(place: Place, project: Path) -> bool:
    """Run the bootstrap program unless the artifact bucket is there; True if it was made now."""
    if json.loads(_yunfn(place, "artifacts", "bucket", "--json"))["exists"]:
        return False
    bootstrap = PulumiCli(project, "bootstrap", place.variables)
    bootstrap.init()
    bootstrap.up("--config", f"alicloud:region={place.region}")
    return True


def list_leftovers(steps: Steps, place: Place) -> None:
    """Show what outlives a destroy: the packages and retained versions, used by nobody."""
    with steps.step("left over: packages and retained versions only"):
        output = _yunfn(place, "artifacts", "list", "--json")
        found = json.loads(output)
        if used := [item["name"] for item in found if item["used_by"]]:
            raise StepFailedError(f"still in use after destroy: {', '.join(used)}")
    for item in found:
        steps.say(f"{item['kind']}: {item['name']} ({item['bytes']:,} bytes)")


def purge(steps: Steps, place: Place) -> None:
    """Remove the leftovers and the bucket."""
    with steps.step("purge: yunfn artifacts purge --bucket"):
        _yunfn(place, "artifacts", "purge", "--bucket", "--yes")


def _yunfn(place: Place, *arguments: str) -> str:
    command = [sys.executable, "-m", "yunfn.cli", *arguments]
    done = subprocess.run(command, env=place.variables, capture_output=True, text=True)
    if done.returncode != 0:
        raise StepFailedError(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


def show_empty(steps: Steps, place: Place) -> None:
    """The local cloud holds nothing that a stack made."""
    assert place.local is not None
    with steps.step("the cloud is empty"):
        left = place.local.ask("GET", "/status").json()["documents"]
        if left:
            raise StepFailedError(f"left in the cloud: {json.dumps(left, indent=2)}")
        unknown = place.local.ask("GET", "/journal", params={"unknown": "1"}).text
        if unknown:
            raise StepFailedError(f"asked of the local cloud and not known there:\n{unknown}")
