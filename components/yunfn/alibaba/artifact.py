"""Uploads a package to the artifact bucket under its digest, once."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from yunfn import storage
from yunfn.alibaba.account import Account
from yunfn.packaging import Package
from yunfn.resources import Artifact, require_plugin


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an uploaded package is: bucket and key, known once it is there."""

    bucket: pulumi.Output[str]
    key: pulumi.Output[str]


def default_bucket(account: Account) -> pulumi.Output[str]:
    """Name the artifact bucket that the bootstrap program makes for the account and region in use."""
    return account.region.apply(lambda region: storage.artifact_bucket(account.account_id, region))


def upload(
    name: str, package: Package, key: str, bucket: pulumi.Input[str], parent: pulumi.Resource, account: Account
) -> Stored:
    """Upload ``package`` to ``bucket`` under ``key``, as a child of ``parent`` called ``name`` plus digest.

    Another digest is another resource, and the object of the old one is kept: older versions are made of it.
    The object is private and encrypted, and never written over another one.

    Raises:
        PackagingError: the zip on disk is not the one that was packed.
        MissingToolError: the project does not say where the plugin is.
    """
    require_plugin()
    package.verify()
    stored = Artifact(
        f"{name}-{package.digest[:12]}",
        cloud="oss",
        account=account.account_id,
        region=account.region,
        bucket=bucket,
        key=key,
        digest=package.digest,
        source=str(package.file),
        sha256=package.sha256,
        md5=package.md5,
        size=package.zip_size,
        target=package.manifest.target,
        opts=pulumi.ResourceOptions(
            parent=parent,
            retain_on_delete=True,
            # What earlier releases uploaded by upstream's provider.
            aliases=[pulumi.Alias(type_="alicloud:oss/bucketObject:BucketObject")],
        ),
    )
    return Stored(stored.bucket, stored.key)
