"""The resource ``yunfn:storage:Artifact`` through the real engine, plugin and oss2, over the local cloud."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cloud_calls import inside, oss_bucket
from support.cos_bucket import fresh_bucket, session_of
from support.local_account import LocalAccount, writes
from support.pulumi_cli import PLUGIN, PulumiCli
from yunfn.provider.properties import Properties
from yunfn.provider.resources import all_resources
from yunfn.provider.session import Sessions

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]
TOKEN = "yunfn:storage:Artifact"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "index.py").write_text(f"# {tmp_path}\n" + "first = 1\n" * 500)
    return folder


@pytest.fixture
def make(
    new_stack: NewStack, account: LocalAccount, artifact_bucket: str, content: Path, tmp_path: Path
) -> Callable[[], PulumiCli]:
    def one() -> PulumiCli:
        made = new_stack("one_artifact")
        made.configure(
            t__content=str(content), t__cache=str(tmp_path / "cache"), t__account=account.id, t__bucket=artifact_bucket
        )
        return made

    return one


@pytest.fixture
def stack(make: Callable[[], PulumiCli]) -> PulumiCli:
    return make()


def _artifacts(stack: PulumiCli) -> list[dict[str, object]]:
    return [each for each in stack.resources() if each["type"] == TOKEN]


def test_it_is_uploaded_once_and_gone_at_the_end(account: LocalAccount, stack: PulumiCli, artifact_bucket: str) -> None:
    before = len(account.journal())
    stack.preview()
    assert not account.journal()[before:]
    stack.up()
    bucket = oss_bucket(account, artifact_bucket)
    outputs = stack.outputs()
    stored = bucket.get_object(outputs["key"]).read()
    assert hashlib.sha256(stored).hexdigest() == outputs["sha256"]
    assert outputs["size"] == len(stored)
    assert outputs["crc64"] == str(bucket.head_object(outputs["key"]).server_crc)
    assert outputs["etag"].strip('"') == hashlib.md5(stored, usedforsecurity=False).hexdigest().upper()
    assert bucket.get_object_acl(outputs["key"]).acl == "private"
    assert [each["id"] for each in _artifacts(stack)] == [outputs["key"]]

    before = len(account.journal())
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    assert not writes(account.journal()[before:])
    stack.destroy()
    assert not bucket.object_exists(outputs["key"])


def test_other_content_is_another_artifact(account: LocalAccount, stack: PulumiCli, artifact_bucket: str) -> None:
    stack.up()
    first = stack.outputs()["key"]
    content = Path(json.loads(stack.run("config", "get", "t:content", "--json").output)["value"])
    (content / "index.py").write_text("second = 2\n")
    preview = stack.preview("--diff")
    assert preview.changes["to replace"] == 1
    stack.up()
    bucket = oss_bucket(account, artifact_bucket)
    assert bucket.object_exists(stack.outputs()["key"])
    # This program does not retain what it replaces; the components do.
    assert not bucket.object_exists(first)


def test_the_same_content_zipped_otherwise_is_no_change(
    account: LocalAccount, stack: PulumiCli, content: Path, tmp_path: Path
) -> None:
    """Another machine: another path, other bytes of the zip, the same digest."""
    stack.up()
    outputs = stack.outputs()
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w", zipfile.ZIP_STORED) as packed:
        packed.write(content / "index.py", "index.py")
    stack.configure(t__zip=str(other))
    before = len(account.journal())
    stack.up("--expect-no-changes")
    assert not writes(account.journal()[before:])
    # State says what lies in the store, not what this machine would have uploaded.
    assert stack.outputs() == outputs


def test_what_is_there_already_is_used_if_it_is_the_same(
    account: LocalAccount, make: Callable[[], PulumiCli], content: Path, tmp_path: Path
) -> None:
    first = make()
    first.up()
    second = make()
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w", zipfile.ZIP_STORED) as packed:
        packed.write(content / "index.py", "index.py")
    second.configure(t__zip=str(other))
    before = len(account.journal())
    second.up()
    assert not writes(account.journal()[before:])
    assert second.outputs() == first.outputs()


def test_what_somebody_else_put_there_is_refused(account: LocalAccount, stack: PulumiCli, artifact_bucket: str) -> None:
    stack.up()
    key = stack.outputs()["key"]
    bucket = oss_bucket(account, artifact_bucket)
    bucket.put_object(key, b"PK evil")
    seen = stack.refresh()
    assert "another object lies there than the one that was uploaded" in seen.output
    assert _artifacts(stack) == []
    refused = stack.up(check=False)
    assert refused.code != 0
    assert "find out who put it there, remove it, and run again" in refused.output
    assert bucket.get_object(key).read() == b"PK evil"
    bucket.delete_object(key)
    stack.up()
    assert stack.outputs()["key"] == key


def test_an_object_that_vanished_is_uploaded_again(
    account: LocalAccount, stack: PulumiCli, artifact_bucket: str
) -> None:
    stack.up()
    bucket = oss_bucket(account, artifact_bucket)
    bucket.delete_object(stack.outputs()["key"])
    stack.refresh()
    assert _artifacts(stack) == []
    stack.up()
    assert bucket.object_exists(stack.outputs()["key"])


def test_a_secret_input_is_encrypted_in_state(stack: PulumiCli, artifact_bucket: str) -> None:
    stack.configure(t__secret="true")
    stack.up()
    (artifact,) = _artifacts(stack)
    assert artifact_bucket not in json.dumps([artifact["inputs"], artifact["outputs"]])
    assert stack.outputs()["bucket"] == artifact_bucket


def test_it_is_imported_by_its_place(
    account: LocalAccount, make: Callable[[], PulumiCli], artifact_bucket: str
) -> None:
    first = make()
    first.up()
    outputs = first.outputs()
    second = make()
    options = ("--yes", "--skip-preview", "--protect=false", "--generate-code=false")
    second.run("import", *options, TOKEN, "package", f"oss://cn-shanghai/{artifact_bucket}/{outputs['key']}")
    before = len(account.journal())
    second.up()
    assert not writes(account.journal()[before:])
    assert second.outputs() == outputs
    refused = second.run("import", *options, TOKEN, "other", outputs["key"], check=False)
    assert "the id to import is <cloud>://<region>/<bucket>/<key>" in refused.output


def test_credentials_of_the_stack_are_used_and_encrypted(stack: PulumiCli, account: LocalAccount) -> None:
    """The provider's settings stand for the environment's keys, which are not there."""
    keys = ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "ACCESS_KEY", "SECRET_KEY")
    for name in [f"{cloud}_{key}" for cloud in ("ALIBABA_CLOUD", "ALICLOUD") for key in keys]:
        stack.environment.pop(name, None)
    refused = stack.up(check=False)
    assert "no access key in the environment" in refused.output
    key = account.cloud.home.owner_key
    stack.configure(yunfn__accessKey=key.id)
    stack.configure_secret(yunfn__secretKey=key.secret)
    stack.up()
    assert key.secret not in stack.run("stack", "export").output
    stack.refresh("--expect-no-changes")
    stack.destroy()


def test_it_goes_to_cos_as_well(account: LocalAccount, stack: PulumiCli) -> None:
    with inside(account):
        session = session_of(account.cloud)
        bucket = fresh_bucket(session)
    stack.configure(t__cloud="cos", t__account=session.appid, t__region=session.region, t__bucket=bucket.name)
    stack.up()
    outputs = stack.outputs()
    with inside(account):
        assert bucket.objects() == [outputs["key"]]
        assert hashlib.sha256(bucket.get(outputs["key"])).hexdigest() == outputs["sha256"]
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    stack.configure(t__account="1250000001")
    refused = stack.up(check=False)
    assert (
        f"belongs to account 1250000001, but the credentials of the provider yunfn belong to account {session.appid}"
        in (refused.output)
    )
    stack.configure(t__account=session.appid)
    stack.destroy()
    with inside(account):
        assert bucket.objects() == []


def test_the_schema_is_read_from_the_executable(account: LocalAccount, tmp_path: Path) -> None:
    cli = PulumiCli(tmp_path, "none", account.variables)
    executable = str(PLUGIN / "pulumi-resource-yunfn")
    schema = json.loads(cli.run("package", "get-schema", executable, with_stack=False, timeout=60).output)
    assert set(schema["resources"]) == {each.declaration.token for each in all_resources(Sessions(Properties({})))}
    assert "digest" in schema["resources"][TOKEN]["requiredInputs"]
    function = schema["resources"]["yunfn:scf:Function"]
    assert function["inputProperties"]["layers"]["items"] == {"$ref": "#/types/yunfn:scf:Layer"}
    assert "functionId" in function["properties"]
    assert schema["types"]["yunfn:scf:Layer"]["required"] == ["layerName", "layerVersion"]


def test_a_project_that_does_not_name_the_plugin_is_told_what_to_add(
    new_stack: NewStack, account: LocalAccount, code: Path
) -> None:
    stack = new_stack("one_function")
    project = stack.folder / "Pulumi.yaml"
    project.write_text("name: yunfn-test\nruntime: python\n")
    stack.configure(t__code=str(code))
    before = len(account.journal())
    refused = stack.preview(check=False)
    assert refused.code != 0
    assert f"path: {PLUGIN}" in refused.output
    assert "yunfn plugin install" in refused.output
    assert writes(account.journal()[before:]) == []
    # What it says is enough.
    said = re.search(r"plugins:\s+providers:\s+- name: yunfn\s+path: (\S+)", refused.output)
    assert said is not None
    project.write_text(
        f"name: yunfn-test\nruntime: python\nplugins:\n  providers:\n    - name: yunfn\n      path: {said[1]}\n"
    )
    stack.preview()


def test_an_installed_plugin_needs_no_naming(new_stack: NewStack, tmp_path: Path, code: Path) -> None:
    stack = new_stack("one_function")
    (stack.folder / "Pulumi.yaml").write_text("name: yunfn-test\nruntime: python\n")
    # A home of its own, so that no other test finds the plugin there.
    home = tmp_path / "home"
    shared = Path(stack.environment["PULUMI_HOME"])
    (home / "plugins").mkdir(parents=True)
    for each in shared.iterdir():
        if each.name != "plugins":
            (home / each.name).symlink_to(each)
    for plugin in (shared / "plugins").iterdir():
        # The engine sees no plugin in a link.
        if plugin.is_dir():
            (home / "plugins" / plugin.name).mkdir()
            for file in plugin.iterdir():
                (home / "plugins" / plugin.name / file.name).symlink_to(file)
    stack.environment["PULUMI_HOME"] = str(home)
    stack.configure(t__code=str(code))
    assert stack.preview(check=False).code != 0
    yunfn = Path(stack.environment["PATH"].split(":")[0]) / "yunfn"
    subprocess.run([yunfn, "plugin", "install"], env=stack.environment, check=True, timeout=60)
    stack.preview()
