"""Where artifacts go."""

from __future__ import annotations

import re

import pytest

from yunfn.exceptions import ValidationError
from yunfn.storage import artifact_bucket, code_key, layer_key

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
