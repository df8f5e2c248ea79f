"""The resource ``yunfn:storage:Artifact`` through the real engine, plugin and oss2, over the local cloud."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import oss2
import pytest

from support.cloud_calls import oss_bucket
from support.local_account import LocalAccount, writes
from support.pulumi_cli import PulumiCli

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    file = tmp_path / "package.zip"
    file.write_bytes(b"first content " * 1000 + str(tmp_path).encode())
    return file


@pytest.fixture
def stack(new_stack: NewStack, account: LocalAccount, artifact_bucket: str, package: Path) -> PulumiCli:
    made = new_stack("one_artifact")
    made.configure(t__file=str(package), t__account=account.id, t__bucket=artifact_bucket)
    return made


def _bucket(account: LocalAccount, stack: PulumiCli, name: str) -> oss2.Bucket:
    return oss_bucket(account, name)


def test_it_is_uploaded_once_and_gone_at_the_end(
    account: LocalAccount, stack: PulumiCli, artifact_bucket: str, package: Path
) -> None:
    before = len(account.journal())
    stack.preview()
    assert not [line for line in account.journal()[before:] if line["service"] == "oss"]
    stack.up()
    bucket = oss_bucket(account, artifact_bucket)
    outputs = stack.outputs()
    stored = bucket.get_object(outputs["key"]).read()
    assert stored == package.read_bytes()
    assert outputs["size"] == len(stored)
    assert outputs["crc64"] == str(bucket.head_object(outputs["key"]).server_crc)
    assert outputs["etag"] == hashlib.md5(stored, usedforsecurity=False).hexdigest().upper()
    assert bucket.get_object_acl(outputs["key"]).acl == "private"

    before = len(account.journal())
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    assert not writes(account.journal()[before:])
    stack.destroy()
    assert not bucket.object_exists(outputs["key"])
