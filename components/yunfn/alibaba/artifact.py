"""Where packages go: the artifact bucket of OSS."""

from __future__ import annotations

import pulumi

from yunfn import storage
from yunfn.alibaba.account import Account
from yunfn.program.artifact import Store


def artifact_store(account: Account, bucket: pulumi.Input[str] | None) -> Store:
    """Answer ``bucket`` as a store, by default the one that the bootstrap program makes for account and region."""
    if bucket is None:
        bucket = account.region.apply(lambda region: storage.artifact_bucket(account.account_id, region))
    return Store(
        cloud="oss",
        account=account.account_id,
        region=account.region,
        bucket=bucket,
        # What earlier releases uploaded by upstream's provider.
        formerly="alicloud:oss/bucketObject:BucketObject",
    )
