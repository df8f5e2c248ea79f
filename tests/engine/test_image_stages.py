"""The picture service as image-dev and image-prod side by side: told apart by settings, rights, logs and leftovers."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from alibabacloud_fc20230330 import models
from PIL import Image

import support.oss_probe
from support.clients import FunctionComputeClient, http_client
from support.cloud_calls import log_lines, oss_bucket, ram, wait_for
from support.local_account import LocalAccount, account_of
from support.pulumi_cli import PulumiCli, build_layer, copy_project
from yunfn.localcloud import connection

pytestmark = pytest.mark.engine


@dataclass
class Stages:
    """Two stacks of one program in one account."""

    account: LocalAccount
    dev: PulumiCli
    prod: PulumiCli

    def upload(self, stack: PulumiCli, name: str) -> httpx.Response:
        """Send a picture as ``curl -F "<name>=@<name>"`` does."""
        out = io.BytesIO()
        Image.new("RGB", (40, 30), (200, 30, 30)).save(out, "PNG")
        with http_client(self.account.cloud) as client:
            files = {name: (name, out.getvalue(), "image/png")}
            return client.post(f"{stack.outputs()['uploadUrl']}/upload/", files=files)

    def thumbnail(self, stack: PulumiCli, name: str) -> httpx.Response:
        """Ask for a picture of 20 pixels at most."""
        with http_client(self.account.cloud) as client:
            return client.get(f"{stack.outputs()['procUrl']}/proc/thumbnail/20/{name}")

    def artifacts(self, *arguments: str, code: int = 0) -> str:
        """What ``yunfn artifacts`` says."""
        command = [sys.executable, "-m", "yunfn.cli", "artifacts", *arguments]
        done = subprocess.run(command, env=self.account.variables, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def listed(self) -> dict[str, list[str]]:
        """Every artifact with the functions that use it."""
        found = json.loads(self.artifacts("list", "--json"))
        return {f"{item['kind']} {item['name']}": item["used_by"] for item in found}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Stages]]:
    """Hands out the stages of all tests; where a test took them down, others in a new local cloud."""
    # Outside the local cloud: here packages may be asked of the package index, once per lock.
    build_layer("image")
    made: list[Stages] = []
    with ExitStack() as clouds:

        def up() -> Stages:
            if not made or not all(stack.resources() for stack in (made[-1].dev, made[-1].prod)):
                account = account_of(clouds.enter_context(connection.temporary()))
                made.append(_made(account, tmp_path_factory.mktemp("stages")))
            return made[-1]

        yield up


def _made(account: LocalAccount, folder: Path) -> Stages:
    account.bootstrap(folder)
    project = copy_project(folder / "project")
    made = [PulumiCli(project, name, account.variables) for name in ("image-dev", "image-prod")]
    for stack in made:
        stack.init()
        stack.up()
    return Stages(account, *made)


@pytest.fixture
def stages(standing: Callable[[], Stages]) -> Stages:
    """Both stages, up, whatever ran before."""
    return standing()


def test_only_configuration_tells_the_stages_apart(stages: Stages) -> None:
    kinds = [{(r["type"], r["urn"].rpartition("::")[2]) for r in s.resources()} for s in (stages.dev, stages.prod)]
    # The stack itself is named after the stage.
    dev, prod = ({each for each in kind if each[0] != "pulumi:pulumi:Stack"} for kind in kinds)
    assert dev == prod
    fc = FunctionComputeClient(stages.account.cloud)
    memory = {}
    for stack in (stages.dev, stages.prod):
        outputs = stack.outputs()
        function = fc.call("get_function", outputs["procFunction"], models.GetFunctionRequest())
        memory[stack.stack] = function.memory_size
        assert function.environment_variables["BUCKET"] == outputs["bucket"]
        assert outputs["bucket"].startswith(f"{stack.stack}-pictures-")
        assert function.code_checksum
    assert memory == {"image-dev": 256, "image-prod": 512}


def test_up_again_and_refresh_find_nothing_to_do(stages: Stages) -> None:
    for stack in (stages.dev, stages.prod):
        stack.up("--expect-no-changes")
        stack.refresh("--expect-no-changes")


def test_pictures_stay_in_their_stage(stages: Stages) -> None:
    assert stages.upload(stages.dev, "stay.png").status_code == 201
    answer = stages.thumbnail(stages.dev, "stay.png")
    assert Image.open(io.BytesIO(answer.content)).size == (20, 15)
    assert stages.thumbnail(stages.prod, "stay.png").status_code == 404


def test_the_log_lines_arrive_in_the_logstore_of_their_stage(stages: Stages) -> None:
    assert stages.upload(stages.dev, "logged.png").status_code == 201
    request_id = stages.upload(stages.dev, "logged.png").headers["x-fc-request-id"]

    def lines(stack: PulumiCli) -> list[str]:
        outputs = stack.outputs()
        return [line for line in log_lines(stages.account, outputs["logProject"], outputs["logstore"]) if line]

    dev = wait_for(lambda: [line for line in lines(stages.dev) if request_id in line and "FC Invoke End" in line])
    assert len(dev) == 1
    assert stages.dev.outputs()["logstore"] == "fc-log"
    assert not [line for line in lines(stages.prod) if request_id in line]


def _probe(stages: Stages, stack: PulumiCli) -> FunctionComputeClient:
    """A function by the role of the stage's own, made beside the stack, that asks OSS what it is told to."""
    fc = FunctionComputeClient(stages.account.cloud)
    outputs = stack.outputs()
    role = fc.call("get_function", outputs["procFunction"], models.GetFunctionRequest()).role
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(support.oss_probe.__file__, "index.py")
    code = models.InputCodeLocation(zip_file=base64.b64encode(packed.getvalue()).decode())
    body = models.CreateFunctionInput(
        function_name="probe", handler="index.handler", runtime="python3.10", role=role, timeout=30, code=code
    )
    fc.call("create_function", models.CreateFunctionRequest(body=body))
    return fc


def test_a_stages_role_opens_its_own_bucket_and_no_other(stages: Stages) -> None:
    assert stages.upload(stages.dev, "own.png").status_code == 201
    fc = _probe(stages, stages.dev)
    own, other = stages.dev.outputs()["bucket"], stages.prod.outputs()["bucket"]
    artifacts = f"yunfn-artifacts-{stages.account.id}-cn-shanghai"
    oss_bucket(stages.account, other).put_object("own.png", b"of the other stage")
    denied: dict[str, Any] = {"status": 403, "code": "AccessDenied"}
    asked: dict[tuple[str, str, str], dict[str, Any]] = {
        ("GET", own, "own.png"): {"status": 200, "code": ""},
        ("PUT", own, "probe.png"): {"status": 200, "code": ""},
        ("DELETE", own, "own.png"): denied,
        ("GET", own, ""): denied,
        ("GET", other, "own.png"): denied,
        ("PUT", other, "probe.png"): denied,
        ("PUT", artifacts, "code/upload/x.zip"): denied,
        ("GET", artifacts, ""): denied,
    }
    try:
        for (verb, bucket, key), expected in asked.items():
            event = json.dumps({"verb": verb, "bucket": bucket, "key": key}).encode()
            assert json.loads(fc.invoke("probe", event, "LATEST")["body"]) == expected, (verb, bucket, key)
    finally:
        fc.call("delete_function", "probe")
        oss_bucket(stages.account, other).delete_object("own.png")


def test_without_its_grant_the_service_fails_and_up_gives_it_back(stages: Stages) -> None:
    assert stages.upload(stages.dev, "granted.png").status_code == 201
    assert stages.thumbnail(stages.dev, "granted.png").status_code == 200
    role = {"RoleName": "image-dev-image-service"}
    attached = [each["PolicyName"] for each in ram(stages.account, "ListPoliciesForRole", **role)["Policies"]["Policy"]]
    (reading,) = [name for name in attached if "proc" in name]
    ram(stages.account, "DetachPolicyFromRole", PolicyType="Custom", PolicyName=reading, **role)
    failed = stages.thumbnail(stages.dev, "granted.png")
    assert failed.status_code == 502
    assert "AccessDenied" in failed.text
    # The other right is another policy's.
    assert stages.upload(stages.dev, "granted.png").status_code == 201
    assert stages.thumbnail(stages.prod, "none.png").status_code == 404
    stages.dev.refresh()
    assert stages.dev.up().changes["created"] == 1
    assert stages.thumbnail(stages.dev, "granted.png").status_code == 200


def test_leftovers_are_known_with_their_users_and_purged_without_harm(stages: Stages) -> None:
    """It takes both stages down, and their cloud is empty then."""
    account, dev, prod = stages.account, stages.dev, stages.prod
    assert stages.upload(prod, "kept.png").status_code == 201
    everything = stages.listed()
    assert {kind.split(" ")[0] for kind in everything} == {"package", "layer"}
    for users in everything.values():
        assert users, "everything is in use while both stages are up"
    shared = next(users for name, users in everything.items() if name.startswith("package layers/"))
    assert {user.split("-")[1] for user in shared} == {"dev", "prod"}

    dev.destroy()
    assert dev.resources() == []
    left = stages.listed()
    assert set(left) == set(everything)
    unused = {name for name, users in left.items() if not users}
    assert unused == {"layer version image-dev-packages:1"}
    users = {user.partition(":")[0] for each in left.values() for user in each}
    assert users == {"image-prod-upload", "image-prod-proc"}

    would = json.loads(stages.artifacts("purge", "--dry-run", "--json"))
    assert (would["dry_run"], [item["name"] for item in would["removed"]]) == (True, ["image-dev-packages:1"])
    assert stages.listed() == left
    refused = stages.artifacts("purge", "--bucket", "--yes", code=1)
    assert "image-prod-proc" in refused
    assert "image-prod-upload" in refused
    assert stages.listed() == left
    stages.artifacts("purge", "--yes")
    assert set(stages.listed()) == set(everything) - unused
    # What is still up neither noticed nor lost anything.
    assert stages.thumbnail(prod, "kept.png").status_code == 200
    prod.up("--expect-no-changes")

    # Pictures are not destroyed unless the stage's settings say so.
    refusal = prod.destroy(check=False)
    assert refusal.code != 0
    assert "BucketNotEmpty" in refusal.output
    oss_bucket(account, f"image-prod-pictures-{account.id}").delete_object("kept.png")
    prod.destroy()
    assert prod.resources() == []
    assert not any(stages.listed().values())
    stages.artifacts("purge", "--bucket", "--yes")
    assert account.cloud.ask("GET", "/status").json()["documents"] == {}
    assert not [line for line in account.journal() if line.get("unknown")]
