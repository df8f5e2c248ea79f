"""``yunfn artifacts``: what is listed, what is removed and what stays, through the clouds' official clients."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

import oss2
import pytest
from alibabacloud_fc20230330 import models
from alibabacloud_fc20230330.client import Client

from support.store_backends import oss_session
from unit.cli.artifacts_command import ArtifactsCommand
from unit.cli.command import Yunfn
from yunfn.exceptions import ArtifactError, CloudAnswerError
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.environment import variables
from yunfn.storage import fc_client
from yunfn.storage.names import artifact_bucket
from yunfn.storage.oss_client import open_bucket

REGION = "cn-shanghai"
artifacts = ArtifactsCommand("--region", REGION)
USED, OLD, UNUSED = (f"code/shop/{letter * 64}.zip" for letter in "abc")
LAYER_1, LAYER_2 = (f"layers/packages/{letter * 64}.zip" for letter in "de")
# The SDK brings a urllib3 of its own, of years ago.
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")


class Account:
    """An account of a local cloud in one region, and its clients."""

    def __init__(self, cloud: Connection) -> None:
        self.session = oss_session(cloud)
        self.bucket = artifact_bucket(self.session.account, REGION)
        self.oss: oss2.Bucket = open_bucket(self.session, self.bucket)
        self.fc: Client = fc_client.open_client(self.session)
        self._options = fc_client.runtime_options()

    def upload(self, key: str) -> None:
        """Store a zip of which there is no other."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("index.py", f"key = {key!r}")
        self.oss.put_object(key, packed.getvalue())

    def code(self, key: str) -> models.InputCodeLocation:
        """The zip as FC is told of it."""
        return models.InputCodeLocation(oss_bucket_name=self.bucket, oss_object_name=key)

    def publish_layer(self, key: str) -> str:
        """Another version of the layer; its ARN."""
        wanted = models.CreateLayerVersionInput(code=self.code(key), compatible_runtime=["python3.10"])
        request = models.CreateLayerVersionRequest(body=wanted)
        answer = self.fc.create_layer_version_with_options("packages", request, {}, self._options)
        return str(answer.body.layer_version_arn)

    def stock(self) -> None:
        """A function whose version 1 has older code and an older layer than it has now, and a package nobody uses."""
        self.oss.create_bucket()
        for key in (USED, OLD, UNUSED, LAYER_1, LAYER_2):
            self.upload(key)
        layers = [self.publish_layer(key) for key in (LAYER_1, LAYER_2, LAYER_2)]
        made = models.CreateFunctionInput(
            function_name="shop",
            handler="index.handler",
            runtime="python3.10",
            code=self.code(OLD),
            layers=[layers[0]],
        )
        self.fc.create_function_with_options(models.CreateFunctionRequest(body=made), {}, self._options)
        version = models.PublishFunctionVersionRequest(body=models.PublishVersionInput())
        self.fc.publish_function_version_with_options("shop", version, {}, self._options)
        changed = models.UpdateFunctionInput(code=self.code(USED), layers=[layers[1]])
        self.fc.update_function_with_options("shop", models.UpdateFunctionRequest(body=changed), {}, self._options)

    def delete_version(self) -> None:
        self.fc.delete_function_version_with_options("shop", "1", {}, self._options)

    def delete_function(self) -> None:
        self.fc.delete_function_with_options("shop", {}, self._options)

    def objects(self) -> list[str]:
        return [each.key for each in oss2.ObjectIteratorV2(self.oss)]


@pytest.fixture(scope="module")
def cloud() -> Iterator[Connection]:
    with connection.temporary() as running:
        yield running


@pytest.fixture
def account(cloud: Connection, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The process' environment is that of a command in the cloud."""
    for name, value in variables(cloud.home, cloud.proxy_port).items():
        monkeypatch.setenv(name, value)
    return Account(cloud)


@pytest.mark.parametrize("command", ["list", "purge", "bucket"])
def test_without_keys_it_says_which_to_set(yunfn: Yunfn, command: str) -> None:
    said = yunfn("artifacts", command)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == (
        "error: no access key in the environment: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET\n"
    )


def test_without_a_region_it_says_how_to_give_one(yunfn: Yunfn) -> None:
    keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI5tREAL", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "realSecret"}
    said = yunfn("artifacts", "list", **keys)
    assert (said.returncode, "--region" in said.stderr, "realSecret" in said.stderr) == (1, True, False)


def test_wrong_keys_are_refused_in_the_clouds_words_and_not_shown(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "realSecret")
    for command in (["list"], ["purge", "--yes"], ["bucket"]):
        refused = artifacts(*command).exception
        assert isinstance(refused, CloudAnswerError)
        assert "InvalidAccessKeySecret" in str(refused) and "realSecret" not in str(refused)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5tREAL")
    refused = artifacts("list").exception
    assert "InvalidAccessKeyId.NotFound" in str(refused) and "(request " in str(refused)


def test_an_empty_account_has_nothing_to_list_or_purge(account: Account) -> None:
    assert artifacts.done("list") == "no artifacts\n"
    assert artifacts.done("purge", "--bucket") == "removed 0 artifacts\n"
    assert json.loads(artifacts.done("bucket", "--json")) == {"bucket": account.bucket, "exists": False}
    assert "pulumi up --stack bootstrap --refresh makes it" in artifacts.done("bucket")


def test_purge_removes_what_nobody_uses_and_the_bucket_last(account: Account) -> None:
    account.stock()
    account.upload("else/where.zip")
    listed = {
        f"{item['kind']} {item['name']}": item["used_by"] for item in json.loads(artifacts.done("list", "--json"))
    }
    assert listed == {
        "layer version packages:1": ["shop:1"],
        "layer version packages:2": ["shop"],
        # The same zip as the second, published once more.
        "layer version packages:3": [],
        f"package {USED}": ["shop"],
        f"package {OLD}": ["shop:1"],
        f"package {UNUSED}": [],
        f"package {LAYER_1}": ["shop:1"],
        f"package {LAYER_2}": ["shop"],
    }
    table = artifacts.done("list")
    assert f"\npackage        {UNUSED}  " in table
    assert table.count("\n") == len(listed) + 1

    refused = artifacts("purge", "--bucket", "--yes").exception
    assert isinstance(refused, ArtifactError) and "still use what is in it (shop, shop:1)" in str(refused)
    dry = json.loads(artifacts.done("purge", "--dry-run", "--json"))
    assert (dry["dry_run"], [item["name"] for item in dry["removed"]]) == (True, ["packages:3", UNUSED])
    assert artifacts("purge", stdin="n\n").exit_code == 1
    assert len(account.objects()) == 6
    asked = artifacts("purge", stdin="y\n")
    assert f"Remove 2 artifacts in account {account.session.account}, {REGION}?" in asked.stderr
    assert (asked.exit_code, asked.stdout.endswith("removed 2 artifacts\n")) == (0, True)
    assert account.objects() == [USED, OLD, "else/where.zip", LAYER_1, LAYER_2]

    account.delete_version()
    assert artifacts.removed("--yes") == ["packages:1", OLD, LAYER_1]
    account.delete_function()
    account.oss.delete_object("else/where.zip")
    for number in range(3):
        account.upload(f"rollouts/-/shop/live/000001/{number:06d}.json")
    assert artifacts.done("purge", "--yes").endswith("removed 3 artifacts\n")
    assert len(account.objects()) == 3
    assert artifacts.done("purge", "--bucket", "--yes").endswith("removed 0 artifacts and the artifact bucket\n")
    assert json.loads(artifacts.done("bucket", "--json"))["exists"] is False
    assert artifacts.done("list") == "no artifacts\n"
