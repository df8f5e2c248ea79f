"""One seed: up under faults, up without, what the cloud then holds, and the same for a change of everything."""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from tencentcloud.scf.v20180416 import models, scf_client

from support.cos_bucket import CosBucket, session_of
from support.local_account import LocalAccount
from support.pulumi_cli import Outcome
from support.tencent_sdk import asked, sdk_client
from yunfn.localcloud.environment import DEFAULT_TENCENT_REGION as REGION
from yunfn.packaging import pack
from yunfn.storage.cos_client import open_client

PROGRAM = Path(__file__).with_name("program.py")
BUCKET = "soak"
#: Share of requests that go wrong, and seconds that a stalled one takes.
RATE, STALL = 0.2, 0.3
#: The services that the plugin asks.
SERVICES = ("scf", "cos", "cam", "tag")
# What an error that a user can act upon never looks like.
_UNCLEAR = re.compile(r"Traceback \(most recent|panic:|exited prematurely|Unexpected <class|error reading from server")
# An API by product and action, as all errors of yunfn name it; a stop names what ended last.
_CLEAR = re.compile(r"\b(SCF|COS|CAM|TAG|STS) \w+|did not end within|was stopped")


class SoakFailedError(AssertionError):
    """A run ended in what it never should: the seed, the stage and what was found."""


@dataclass
class Soaked:
    """How one seed went: faults met by kind, and for each stage whether the run under faults ended well."""

    seed: int
    drawn: dict[str, int] = field(default_factory=dict)
    ended_well: list[bool] = field(default_factory=list)


def soak(account: LocalAccount, seed: int, folder: Path, rate: float = RATE) -> Soaked:
    """Run one seed in a cloud that is this process's alone; raises SoakFailedError."""
    name = f"soak{seed}"
    stack = account.stack(folder / name, PROGRAM, name)
    _prepare_bucket(account)
    packages = {kind: [_package(folder / f"{name}-{kind}-{n}", kind, n) for n in (1, 2)] for kind in ("code", "layers")}
    tencent = account.cloud.home.tencent
    stack.configure(
        soak__name=name,
        soak__account=tencent.app_id,
        soak__region=REGION,
        soak__bucket=f"{BUCKET}-{tencent.app_id}",
        **{f"soak__{kind}": json.dumps(made) for kind, made in packages.items()},
    )
    result = Soaked(seed)
    for stage in (1, 2):
        plan = {"seed": seed * 10 + stage, "rate": rate, "services": SERVICES, "stall_seconds": STALL}
        account.cloud.ask("PUT", "/faults", json=plan)
        try:
            under = stack.up("--config", f"soak:stage={stage}", check=False)
        finally:
            for kind, number in account.cloud.ask("DELETE", "/faults").json()["drawn"].items():
                result.drawn[kind] = result.drawn.get(kind, 0) + number
        result.ended_well.append(under.code == 0)
        where = f"seed {seed}, stage {stage}"
        if under.code != 0:
            _expect_clear(where, under)
        after = stack.up(check=False)
        if after.code != 0:
            raise SoakFailedError(f"{where}: up without faults failed after\n{under.output}\nwith\n{after.output}")
        _expect_declared(where, account, name, stage, packages)
    again = stack.preview("--refresh", "--expect-no-changes", check=False)
    if again.code != 0:
        raise SoakFailedError(f"{where}: not in the declared state:\n{again.output}\nafter\n{under.output}")
    stack.destroy()
    return result


def _prepare_bucket(account: LocalAccount) -> None:
    """Make the bucket of the packages, where an earlier seed has not."""
    session = session_of(account.cloud)
    with mock.patch.dict(os.environ, account.variables):
        bucket = CosBucket(open_client(session), f"{BUCKET}-{session.appid}")
        if not bucket.client.bucket_exists(bucket.name):
            bucket.call("create_bucket", ACL="private")


def _package(folder: Path, kind: str, number: int) -> dict[str, Any]:
    """What the program is told of a package: code that answers its number, or a layer that holds it."""
    folder.mkdir()
    file = "index.py" if kind == "code" else "soaked.py"
    (folder / file).write_text(f"def main_handler(event, context):\n    return {number}\n")
    made = pack(folder)
    with zipfile.ZipFile(made.file) as zipped:
        assert zipped.namelist() == [file]
    assert hashlib.sha256(made.file.read_bytes()).hexdigest() == made.sha256
    return {
        "file": str(made.file),
        "digest": made.digest,
        "sha256": made.sha256,
        "md5": made.md5,
        "size": made.zip_size,
    }


def _expect_clear(where: str, outcome: Outcome) -> None:
    if _UNCLEAR.search(outcome.output) or not _CLEAR.search(outcome.output):
        raise SoakFailedError(f"{where}: not a clear error:\n{outcome.output}")


def _expect_declared(
    where: str, account: LocalAccount, name: str, stage: int, packages: dict[str, list[dict[str, Any]]]
) -> None:
    """Compare with the cloud, past the plugin: everything as declared, and nothing twice."""
    client = sdk_client(scf_client.ScfClient, account.cloud.home, account.cloud.proxy_port, REGION)

    def ask(action: str, **parameters: Any) -> Any:
        return asked(client, models, action, **parameters)

    function = ask("GetFunction", FunctionName=name)
    versions = [each for each in ask("ListVersionByFunction", FunctionName=name).FunctionVersion if each != "$LATEST"]
    layers = ask("ListLayerVersions", LayerName=name).LayerVersions
    triggers = ask("ListTriggers", FunctionName=name).Triggers
    found = {
        "memory": function.MemorySize,
        "stage": {each.Key: each.Value for each in function.Environment.Variables}.get("STAGE"),
        "tag": {each.Key: each.Value for each in function.Tags}.get("stage"),
        "code": ask("GetFunctionAddress", FunctionName=name).CodeSha256,
        "versions": len(versions),
        "alias": ask("GetAlias", FunctionName=name, Name="live").FunctionVersion,
        "layers": len(layers),
        "triggers": sorted((each.Type, each.Qualifier) for each in triggers),
        "path": ask("GetCustomDomain", Domain=f"{name}.example.com").EndpointsConfig[0].PathMatch,
    }
    wanted = {
        "memory": 128 * stage,
        "stage": str(stage),
        "tag": str(stage),
        "code": packages["code"][stage - 1]["sha256"],
        "versions": stage,
        "alias": max(versions, key=int),
        # The layer version of the first stage is deleted when the second has its own.
        "layers": 1,
        "triggers": [("http", "live"), ("timer", "live")],
        "path": f"/v{stage}/*",
    }
    wrong = [f"{key}: {found[key]!r}, not {wanted[key]!r}" for key in wanted if found[key] != wanted[key]]
    if wrong:
        raise SoakFailedError(f"{where}: not in the declared state: {'; '.join(wrong)}")
