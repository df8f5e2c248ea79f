"""``yunfn artifacts --cloud tencent``: what is listed, what is removed and what stays, of what yunfn put into COS."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.cos_bucket import session_of
from support.store_backends import checksums_of
from unit.cli.artifacts_command import ArtifactsCommand
from unit.cli.command import Yunfn
from yunfn.exceptions import ArtifactError, CloudAnswerError
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.environment import variables
from yunfn.storage.cos_client import open_client
from yunfn.storage.cos_store import CosStore
from yunfn.storage.names import cos_artifact_bucket
from yunfn.storage.object_store import Transfer
from yunfn.storage.tencent_client import TencentClient

REGION = "ap-nanjing"
artifacts = ArtifactsCommand("--cloud", "tencent", "--region", REGION)
USED, OLD, UNUSED = (f"code/{name}/{letter * 64}.zip" for name, letter in (("cart", "a"), ("cart", "b"), ("cart", "c")))
LAYER_1, LAYER_2 = (f"layers/packages/{letter * 64}.zip" for letter in "de")


class Account:
    """An account of a local cloud in one region, and what ``yunfn artifacts`` does in it."""

    def __init__(self, cloud: Connection) -> None:
        self.session = session_of(cloud, REGION)
        self.bucket = cos_artifact_bucket(self.session.appid, REGION)
        self.cos = open_client(self.session)
        self.scf = TencentClient(self.session, "scf").ask

    def upload(self, key: str, folder: Path) -> None:
        """Store a zip of which there is no other, as yunfn does."""
        file = folder / "package.zip"
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("index.py", f"key = {key!r}")
        CosStore(self.session, self.bucket).put(key, file, checksums_of(file), Transfer())

    def code(self, key: str) -> dict[str, str]:
        """The zip as SCF is told of it."""
        name = self.bucket.rpartition("-")[0]
        return {"CosBucketName": name, "CosObjectName": f"/{key}", "CosBucketRegion": REGION}

    def stock(self, folder: Path) -> None:
        """A function whose version 1 has older code and an older layer than it has now, and a package nobody uses."""
        self.cos.create_bucket(self.bucket)
        for key in (USED, OLD, UNUSED, LAYER_1, LAYER_2):
            self.upload(key, folder)
        self.scf("CreateNamespace", {"Namespace": "shop"})
        for key in (LAYER_1, LAYER_2, LAYER_2):
            content = {"CompatibleRuntimes": ["Python3.6"], "Content": self.code(key)}
            self.scf("PublishLayerVersion", {"LayerName": "packages", **content})
        named = {"FunctionName": "cart", "Namespace": "shop"}
        settings = {"Runtime": "Python3.6", "Handler": "index.main", "Layers": self.layer(1)}
        self.scf("CreateFunction", {**named, **settings, "Code": self.code(OLD)})
        self.scf("PublishVersion", named)
        self.scf("UpdateFunctionCode", {**named, "Handler": "index.main", "Code": self.code(USED)})
        self.scf("UpdateFunctionConfiguration", {**named, "Layers": self.layer(2)})

    def layer(self, version: int) -> list[dict[str, Any]]:
        """The layer's version as a function names it."""
        return [{"LayerName": "packages", "LayerVersion": version}]

    def objects(self) -> list[str]:
        return [each["Key"] for each in self.cos.list_objects(self.bucket).get("Contents", ())]


@pytest.fixture(scope="module")
def cloud() -> Iterator[Connection]:
    with connection.temporary() as running:
        running.ask("PUT", "/transition", json={"seconds": 0})
        yield running


@pytest.fixture
def account(cloud: Connection, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The process' environment is that of a command in the cloud."""
    for name, value in variables(cloud.home, cloud.proxy_port).items():
        monkeypatch.setenv(name, value)
    return Account(cloud)


def test_without_keys_it_says_which_to_set(yunfn: Yunfn) -> None:
    said = yunfn("artifacts", "list", "--cloud", "tencent")
    assert (said.returncode, said.stdout) == (1, "")
    assert "set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY" in said.stderr


def test_an_empty_account_has_nothing_to_list_or_purge(account: Account) -> None:
    assert artifacts.done("list") == "no artifacts\n"
    assert artifacts.done("purge", "--bucket") == "removed 0 artifacts\n"
    assert json.loads(artifacts.done("bucket", "--json")) == {"bucket": account.bucket, "exists": False}
    assert "pulumi up --stack bootstrap-tencent --refresh makes it" in artifacts.done("bucket")


def test_the_region_is_the_environments_unless_it_is_given(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_REGION", "ap-beijing")
    said = ArtifactsCommand("--cloud", "tencent").done("bucket", "--json")
    assert json.loads(said)["bucket"] == cos_artifact_bucket(account.session.appid, "ap-beijing")
    assert json.loads(artifacts.done("bucket", "--json"))["bucket"] == account.bucket


def test_wrong_keys_are_refused_in_the_clouds_words_and_not_shown(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "realSecret")
    for command in (["list"], ["purge", "--yes"], ["bucket"]):
        refused = artifacts(*command).exception
        assert isinstance(refused, CloudAnswerError)
        assert "SignatureDoesNotMatch" in str(refused) and "realSecret" not in str(refused)


def test_purge_removes_what_nobody_uses_and_the_bucket_last(account: Account, tmp_path: Path) -> None:
    account.stock(tmp_path)
    size = (tmp_path / "package.zip").stat().st_size
    latest, version = "shop/cart", "shop/cart:1"
    listed = {
        f"{item['kind']} {item['name']}": item["used_by"] for item in json.loads(artifacts.done("list", "--json"))
    }
    assert listed == {
        "layer version packages:1": [version],
        "layer version packages:2": [latest],
        # The same zip as the second, published once more.
        "layer version packages:3": [],
        f"package {USED}": [latest],
        f"package {OLD}": [version],
        f"package {UNUSED}": [],
        f"package {LAYER_1}": [version],
        f"package {LAYER_2}": [latest],
    }
    assert {item["bytes"] for item in json.loads(artifacts.done("list", "--json")) if "layer" in item["name"]} == {size}

    refused = artifacts("purge", "--bucket", "--yes").exception
    assert isinstance(refused, ArtifactError) and f"still use what is in it ({latest}, {version})" in str(refused)
    assert artifacts.removed("--dry-run") == ["packages:3", UNUSED]
    assert artifacts("purge", stdin="n\n").exit_code == 1
    assert len(account.objects()) == 5
    asked = artifacts("purge", stdin="y\n")
    assert f"Remove 2 artifacts in account {account.session.appid}, {REGION}?" in asked.stderr
    assert (asked.exit_code, asked.stdout.endswith("removed 2 artifacts\n")) == (0, True)
    assert account.objects() == [USED, OLD, LAYER_1, LAYER_2]

    account.scf("DeleteFunction", {"FunctionName": "cart", "Namespace": "shop", "Qualifier": "1"})
    assert artifacts.removed("--yes") == ["packages:1", OLD, LAYER_1]
    account.scf("DeleteFunction", {"FunctionName": "cart", "Namespace": "shop"})
    assert artifacts.done("purge", "--bucket", "--yes").endswith("removed 3 artifacts and the artifact bucket\n")
    assert json.loads(artifacts.done("bucket", "--json"))["exists"] is False
    assert artifacts.done("list") == "no artifacts\n"
