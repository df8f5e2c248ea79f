"""Where artifacts go."""

from __future__ import annotations

import re

import pytest

from yunfn.exceptions import ValidationError
from yunfn.storage import artifact_bucket, code_key, cos_artifact_bucket, layer_key

DIGEST = "0123456789abcdef" * 4


def test_the_bucket_is_computed_from_account_and_region() -> None:
    name = artifact_bucket("1234567890123456", "cn-shanghai")
    assert name == "yunfn-artifacts-1234567890123456-cn-shanghai"
    longest = artifact_bucket("12345678901234567890", "ap-southeast-1-finance")
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", longest)


@pytest.mark.parametrize(
    ("account", "region"), [("", "cn-shanghai"), ("12a", "cn-shanghai"), ("12", ""), ("12", "CN"), ("12", "a--b")]
)
def test_no_bucket_without_a_true_account_and_region(account: str, region: str) -> None:
    with pytest.raises(ValidationError, match="artifact bucket"):
        artifact_bucket(account, region)


@pytest.mark.parametrize(
    "region", ["ap-shanghai", "ap-guangzhou", "na-siliconvalley", "ap-shanghai-fsi", "eu-frankfurt"]
)
def test_the_cos_bucket_fits_into_a_host_name(region: str) -> None:
    name = cos_artifact_bucket("1250000000", region)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*-1250000000", name)
    assert len(f"{name}.cos.{region}.myqcloud.com") <= 60
    assert name != cos_artifact_bucket("1250000000", "ap-beijing")


def test_the_cos_bucket_tells_its_region_where_there_is_room() -> None:
    assert cos_artifact_bucket("1250000000", "ap-shanghai") == "yunfn-ap-shanghai-1250000000"
    # A name that is in use must stay the same name.
    assert cos_artifact_bucket("1250000000", "na-siliconvalley") == "yunfn-c2b4e8a4-1250000000"


@pytest.mark.parametrize(("appid", "region"), [("", "ap-beijing"), ("12a", "ap-beijing"), ("12", ""), ("12", "AP")])
def test_no_cos_bucket_without_a_true_appid_and_region(appid: str, region: str) -> None:
    with pytest.raises(ValidationError, match="artifact bucket"):
        cos_artifact_bucket(appid, region)


def test_keys_hold_kind_name_and_digest() -> None:
    assert code_key("upload", DIGEST) == f"code/upload/{DIGEST}.zip"
    assert layer_key("packages", DIGEST) == f"layers/packages/{DIGEST}.zip"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "-x", "a" * 129])
def test_a_name_cannot_leave_its_folder(name: str) -> None:
    with pytest.raises(ValidationError, match="artifact key: name="):
        code_key(name, DIGEST)


@pytest.mark.parametrize("digest", ["", "abc", DIGEST.upper(), DIGEST + "0"])
def test_a_key_needs_a_whole_digest(digest: str) -> None:
    with pytest.raises(ValidationError, match="artifact key: digest="):
        layer_key("packages", digest)
