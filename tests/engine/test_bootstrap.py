"""The artifact bucket as the bootstrap program makes it."""

from __future__ import annotations

import pytest

from support.cloud_calls import oss_bucket
from support.local_account import LocalAccount

pytestmark = pytest.mark.engine


def test_the_bucket_is_private_encrypted_unversioned_and_tidies_itself(
    account: LocalAccount, artifact_bucket: str
) -> None:
    bucket = oss_bucket(account, artifact_bucket)
    assert bucket.get_bucket_acl().acl == "private"
    assert bucket.get_bucket_encryption().sse_algorithm == "AES256"
    # Versioned or suspended, it would ignore forbid-overwrite.
    assert bucket.get_bucket_versioning().status is None
    (rule,) = bucket.get_bucket_lifecycle().rules
    assert (rule.status, rule.prefix, rule.abort_multipart_upload.days) == ("Enabled", "", 7)
    assert rule.expiration is None
