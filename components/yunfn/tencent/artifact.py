"""Where packages go: the artifact bucket of COS."""

from __future__ import annotations

from typing import Any

import pulumi

from yunfn import storage
from yunfn.program.artifact import Store, Stored
from yunfn.tencent.account import Account


def artifact_store(account: Account, bucket: pulumi.Input[str] | None) -> Store:
    """Answer ``bucket`` as a store, by default the one that the bootstrap program makes for account and region."""
    if bucket is None:
        bucket = account.region.apply(lambda region: storage.cos_artifact_bucket(account.app_id, region))
    return Store(cloud="cos", account=account.app_id, region=account.region, bucket=bucket)


def code_location(stored: Stored, account: Account) -> dict[str, Any]:
    """Answer where a package lies in the words of SCF: the bucket without its APPID, the key with a slash before it."""
    return {
        "cos_bucket_name": stored.bucket.apply(lambda name: name.removesuffix(f"-{account.app_id}")),
        "cos_bucket_region": account.region,
        "cos_object_name": stored.key.apply(lambda key: f"/{key}"),
    }
