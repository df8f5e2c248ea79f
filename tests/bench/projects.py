"""Pulumi projects to measure, each in a folder and a local cloud of its own that go with it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs
from tests.bench import load, measured, oss_requests
from tests.bench.measured import Usage
from tests.bench.model import BenchError
from tests.support.pulumi_cli import ROOT, PulumiCli, PulumiFailedError, engine_variables, name_plugin

from yunfn.exceptions import YunfnError
from yunfn.localcloud import connection, environment
from yunfn.localcloud.connection import Connection
from yunfn.storage import artifact_bucket

PROGRAMS = Path(__file__).parent / "programs"
_LIKE = {
    "yunfn:storage:Artifact": "alicloud:oss/bucketObject:BucketObject",
    "yunfn:fc:FunctionVersion": "alicloud:fc/v3FunctionVersion:V3FunctionVersion",
    "yunfn:fc:Alias": "alicloud:fc/v3Alias:V3Alias",
}
_IMPORTS = (
    "pulumi_alicloud.fc",
    "pulumi_alicloud.log",
    "pulumi_alicloud.oss",
    "pulumi_alicloud.ram",
    "yunfn.alibaba",
)
REGION = environment.DEFAULT_REGION


@dataclass(frozen=True)
class Project:
    """A project folder with a stack in an empty local cloud that holds nothing but the artifact bucket."""

    folder: Path
    cloud: Connection
    cli: PulumiCli
    environment: dict[str, str] = field(repr=False)

    def preview(self) -> Usage:
        """``pulumi preview``, measured."""
        return self._measured("preview", "--non-interactive")

    def up(self) -> Usage:
        """``pulumi up`` without a preview first, measured."""
        return self._measured("up", "--yes", "--skip-preview", "--non-interactive")

    def unchanged(self) -> Usage:
        """``pulumi up`` with nothing to do, measured; raises BenchError if it did something all the same."""
        return self._measured("up", "--yes", "--skip-preview", "--non-interactive", "--expect-no-changes")

    def resource_types(self) -> Counter[str]:
        """How many cloud resources of each type the stack's state holds; ours under the name of upstream's like."""
        types = Counter(_LIKE.get(each["type"], each["type"]) for each in self.cli.resources() if each.get("custom"))
        return Counter({name: count for name, count in types.items() if not name.startswith("pulumi:")})

    def calls(self) -> Counter[str]:
        """How often each operation was called in this cloud, by service and name."""
        lines = self.cloud.ask("GET", "/journal").text.splitlines()
        return Counter("{service} {operation}".format(**json.loads(line)) for line in lines if line.strip())

    def _measured(self, *arguments: str) -> Usage:
        return measured.run(["pulumi", *arguments, "--stack", self.cli.stack], self.folder, self.environment)


@contextlib.contextmanager
def project(
    files: Mapping[str, Path], stack: str, configuration: Mapping[str, str], variables: Mapping[str, str] | None = None
) -> Iterator[Project]:
    """A project of ``files`` (name in the project -> file or folder to copy), its stack made and configured.

    The user's cache of packages is not seen: packing is done anew, as on a machine that deploys for the first time.
    Raises BenchError if the cloud, the engine or the stack cannot be made.
    """
    try:
        with connection.temporary() as cloud, tempfile.TemporaryDirectory(prefix="yunfn-bench-") as place:
            folder = Path(place) / "project"
            for name, source in files.items():
                _copy(source, folder / name)
            name_plugin(folder / "Pulumi.yaml")
            child = environment.child_environment(os.environ, cloud.home, cloud.proxy_port)
            child.update(engine_variables())
            # Of the layer's packages only the downloads are there: a local cloud reaches no package index.
            child["UV_CACHE_DIR"] = os.environ.get("UV_CACHE_DIR") or str(platformdirs.user_cache_path("uv"))
            child["XDG_CACHE_HOME"] = str(Path(place) / "cache")
            # Python keeps its bytecode, as on a user's machine.
            child.pop("PYTHONDONTWRITEBYTECODE", None)
            child.update(variables or {})
            _warm_up(child)
            _make_bucket(cloud, Path(place))
            cli = PulumiCli(folder, stack, child)
            cli.init()
            cli.configure(alicloud__region=REGION, bench__account=cloud.home.account, **configuration)
            yield Project(folder, cloud, cli, child)
    except (YunfnError, PulumiFailedError) as error:
        raise BenchError(str(error)) from error


def require_equal(ours: Counter[str], theirs: Counter[str]) -> None:
    """Raise BenchError unless both sides made the same cloud resources; else nothing is compared with nothing."""
    if ours != theirs:
        names = sorted(name for name in ours.keys() | theirs.keys() if ours[name] != theirs[name])
        said = "; ".join(f"{name}: ours {ours[name]}, theirs {theirs[name]}" for name in names)
        raise BenchError(
            f"the hand-written program in tests/bench/programs makes other resources, bring it up to date: {said}"
        )


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    else:
        shutil.copy(source, target)
    for settings in target.glob("config/Pulumi.*.yaml"):
        # Written by stacks of the checkout, each with a passphrase of its own.
        lines = settings.read_text().splitlines(keepends=True)
        settings.write_text("".join(line for line in lines if not line.startswith("encryptionsalt:")))


def _warm_up(variables: Mapping[str, str]) -> None:
    """Let Python compile what the programs of both sides import, so that the first of them does not pay for it."""
    subprocess.run([sys.executable, "-c", f"import {', '.join(_IMPORTS)}"], env=dict(variables), check=True)


def _make_bucket(cloud: Connection, folder: Path) -> None:
    """Make the artifact bucket, by a request of the official client's."""
    name = artifact_bucket(cloud.home.account, REGION)
    target = load.Target(
        oss_requests.host(name, REGION),
        oss_requests.TLS_PORT,
        proxy=cloud.proxy_port,
        ca=str(cloud.home.certificates / "ca.pem"),
    )
    load.run(target, oss_requests.signed(cloud.home.owner_key, REGION, "PUT", name, [""]), 1, None, folder)


def stacks_of_the_house() -> dict[str, Path]:
    """The files of this project's own stacks, for ``project``: what users run, away from the checkout."""
    files = {name: ROOT / name for name in ("Pulumi.yaml", "stacks", "layers")}
    for name, source in files.items():
        if not source.exists():
            raise BenchError(f"{name} is missing in the checkout")
    return files
