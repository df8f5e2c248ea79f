"""Makes the bucket that holds the artifacts of one account in one region; run once, before any other stack."""

from __future__ import annotations

import pulumi
import pulumi_alicloud as alicloud

from yunfn import alibaba, storage


def program() -> None:
    """Declare the artifact bucket: private, encrypted, protected, and never versioned.

    Versioned or suspended buckets ignore forbid-overwrite, and an artifact must never change under its key.
    """
    account = alibaba.guard()
    name = account.region.apply(lambda region: storage.artifact_bucket(account.account_id, region))
    bucket = alicloud.oss.Bucket(
        "artifacts",
        bucket=name,
        storage_class="Standard",
        server_side_encryption_rule={"sse_algorithm": "AES256"},
        # An upload that nobody goes on with costs as long as its parts are kept; one is resumed within days or never.
        lifecycle_rules=[
            {"id": "unfinished-uploads", "enabled": True, "prefix": "", "abort_multipart_uploads": [{"days": 7}]}
        ],
        opts=pulumi.ResourceOptions(protect=True, retain_on_delete=True),
    )
    alicloud.oss.BucketAcl("artifacts-acl", bucket=bucket.bucket, acl="private")
    pulumi.export("bucket", bucket.bucket)
