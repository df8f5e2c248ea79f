"""Makes the COS bucket that holds the artifacts of one account in one region; run once, before any other stack."""

from __future__ import annotations

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from yunfn import storage, tencent


def program() -> None:
    """Declare the artifact bucket: private, encrypted, protected, and never versioned.

    Versioned or suspended buckets ignore forbid-overwrite, and an artifact must never change under its key.
    """
    account = tencent.guard()
    name = account.region.apply(lambda region: storage.cos_artifact_bucket(account.app_id, region))
    bucket = tencentcloud.cos.Bucket(
        "artifacts",
        bucket=name,
        acl="private",
        encryption_algorithm="AES256",
        # An upload that nobody goes on with costs as long as its parts are kept; one is resumed within days or never.
        lifecycle_rules=[
            {
                "id": "unfinished-uploads",
                "filter_prefix": "",
                "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
            }
        ],
        opts=pulumi.ResourceOptions(protect=True, retain_on_delete=True),
    )
    pulumi.export("bucket", bucket.bucket)
