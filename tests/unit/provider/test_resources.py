"""The plugin's resources where they are pure: checks, diffs and previews, states of upstream's among them."""

from __future__ import annotations

import os
from typing import Any

import pytest

from yunfn.exceptions import AccountMismatchError, CloudAnswerError
from yunfn.provider.operations import Operation, Operations
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.resources.fc_function_version import FunctionVersion
from yunfn.provider.resources.storage_artifact import Artifact
from yunfn.provider.session import Sessions
from yunfn.storage import alibaba_session
from yunfn.storage.alibaba_session import AlibabaSession

DIGEST = "ab" * 32
ARTIFACT = {
    "cloud": "oss",
    "account": "1",
    "region": "cn-shanghai",
    "bucket": "b",
    "key": f"code/f/{DIGEST}.zip",
    "digest": DIGEST,
    "source": "/here/x.zip",
    "sha256": "c" * 64,
    "md5": "d" * 32,
    "size": 7.0,
}
VERSION = {"account": "1", "region": "cn-shanghai", "functionName": "f", "fingerprint": "abc"}
# As pulumi-alicloud 4.0.0 leaves them.
BUCKET_OBJECT = {"bucket": "b", "key": ARTIFACT["key"], "source": "/there/x.zip", "acl": "private", "contentMd5": "x"}
UPSTREAM_VERSION = {"functionName": "f", "description": "yunfn:abc"}
artifact, version = Artifact(Sessions(Properties({}))), FunctionVersion(Sessions(Properties({})))


def changed(resource: Any, old: dict[str, Any], new: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Names of the properties that change, and of those that replace."""
    found = resource.diff(Properties(old), Properties(old), Properties(new))
    return {each.property for each in found}, {each.property for each in found if each.replaces}


@pytest.mark.parametrize("name", ["cloud", "account", "region", "bucket", "key", "digest"])
def test_another_place_or_content_is_another_artifact(name: str) -> None:
    assert changed(artifact, ARTIFACT, ARTIFACT | {name: "other"}) == ({name}, {name})
    assert changed(artifact, ARTIFACT, ARTIFACT | {name: UNKNOWN}) == ({name}, {name})


def test_another_machines_zip_is_no_change() -> None:
    other = {"source": "/x", "sha256": "e" * 64, "md5": "e" * 32, "size": 8.0, "target": "alibaba:python3.10"}
    assert changed(artifact, ARTIFACT, ARTIFACT | other) == (set(), set())


def test_upstreams_object_is_taken_over_by_an_update() -> None:
    assert changed(artifact, BUCKET_OBJECT, ARTIFACT) == ({"cloud", "account", "region", "digest"}, set())
    assert changed(artifact, BUCKET_OBJECT, ARTIFACT | {"bucket": "c"})[1] == {"bucket"}


def test_upstreams_version_is_taken_over_if_it_carries_the_fingerprint() -> None:
    assert changed(version, UPSTREAM_VERSION, VERSION) == ({"account", "region", "fingerprint"}, set())
    other = changed(version, UPSTREAM_VERSION, VERSION | {"fingerprint": "xyz"})
    assert other == ({"account", "region", "fingerprint"}, {"fingerprint"})
    unknown = changed(version, UPSTREAM_VERSION, VERSION | {"fingerprint": UNKNOWN})
    assert unknown[1] == {"fingerprint"}


async def test_taking_a_version_over_asks_nothing() -> None:
    outputs = Properties({**UPSTREAM_VERSION, "versionId": "3", "createTime": "2026-01-01T00:00:00Z"})
    operation: Any = None
    assert await version.update(operation, "f:3", outputs, Properties(VERSION)) == {
        **VERSION,
        "description": "yunfn:abc",
        "versionId": "3",
        "createdTime": "2026-01-01T00:00:00Z",
    }


@pytest.mark.parametrize("name", ["account", "region", "functionName", "fingerprint"])
def test_another_fingerprint_or_function_is_another_version(name: str) -> None:
    assert changed(version, VERSION, VERSION | {name: "other"}) == ({name}, {name})
    assert changed(version, VERSION, VERSION | {"description": "release yunfn:abc"}) == (set(), set())


def test_wrong_inputs_are_named() -> None:
    def wrong(resource: Any, inputs: dict[str, Any]) -> dict[str, str]:
        return {each.property: each.reason for each in resource.check(Properties(inputs))}

    assert wrong(artifact, ARTIFACT) == wrong(version, VERSION) == {}
    assert wrong(artifact, ARTIFACT | {"digest": UNKNOWN, "key": UNKNOWN}) == {}
    assert wrong(artifact, ARTIFACT | {"digest": "latest", "cloud": "s3", "size": 1.5, "bucket": ""}) == {
        "digest": "must be 64 hexadecimal digits (SHA-256), not 'latest'",
        "cloud": "must be one of oss, cos, not 's3'",
        "size": "must be a whole number, not 1.5",
        "bucket": "must not be empty",
    }
    # The word itself, not a longer one that begins with it.
    assert "description" in wrong(version, VERSION | {"description": "yunfn:abcd"})


def test_previews_say_what_is_known() -> None:
    first = artifact.plan(Properties(ARTIFACT), None)
    assert (first["bucket"], first["key"], first["etag"]) == ("b", ARTIFACT["key"], UNKNOWN)
    assert version.plan(Properties(VERSION), None)["versionId"] is UNKNOWN
    taken_over = version.plan(Properties(VERSION), Properties({**UPSTREAM_VERSION, "versionId": "3"}))
    assert taken_over["versionId"] == "3"


@pytest.fixture
async def operation() -> Operation:
    made: list[Operation] = []

    async def body(running: Operation) -> None:
        made.append(running)

    await Operations().perform("urn:pulumi:s::p::yunfn:fc:FunctionVersion::v", "create", None, body)
    return made[0]


async def test_keys_of_the_settings_never_mix_with_the_environments(
    operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Any]] = []

    def opened(region: str, environment: Any) -> AlibabaSession:
        asked.append((region, environment))
        return AlibabaSession("k", "s", "", region, "1")

    monkeypatch.setattr(alibaba_session, "from_environment", opened)
    given = Sessions(Properties({"accessKey": "AK", "secretKey": "SK", "region": "cn-beijing"}, {"secretKey"}))
    await given.alibaba(operation, "cn-shanghai", "1")
    await given.alibaba(operation, "cn-shanghai", "1")
    await given.alibaba(operation, "cn-hangzhou", "1")
    settings = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "AK", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "SK"}
    assert asked == [("cn-shanghai", settings), ("cn-hangzhou", settings)]
    assert given.default_region() == "cn-beijing"
    await Sessions(Properties({"program": "x"})).alibaba(operation, "cn-shanghai", None)
    assert asked[-1][1] is os.environ
    with pytest.raises(AccountMismatchError, match="belongs to account 2, but the credentials"):
        await given.alibaba(operation, "cn-shanghai", "2")


async def test_tencents_account_is_known_by_its_appid(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SECRET_ID", "i"), ("SECRET_KEY", "k"), ("APPID", "1250000000")):
        monkeypatch.setenv(f"TENCENTCLOUD_{name}", value)
    sessions = Sessions(Properties({}))
    assert (await sessions.tencent(operation, "ap-shanghai", "1250000000")).appid == "1250000000"
    with pytest.raises(AccountMismatchError):
        await sessions.tencent(operation, "ap-shanghai", "1250000001")
    monkeypatch.delenv("TENCENTCLOUD_SECRET_KEY")
    with pytest.raises(CloudAnswerError, match="TENCENTCLOUD_SECRET_ID"):
        await sessions.tencent(operation, "ap-guangzhou", None)
