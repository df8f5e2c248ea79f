"""Uploads a package to the artifact bucket under its digest, once."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import pulumi
import pulumi_alicloud as alicloud
from pulumi.runtime.settings import get_root_resource

from yunfn import storage
from yunfn.alibaba.account import Account
from yunfn.packaging import Package


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an uploaded package is: bucket and key, known once it is there."""

    bucket: pulumi.Output[str]
    key: pulumi.Output[str]


def default_bucket(account: Account) -> pulumi.Output[str]:
    """Name the artifact bucket that the bootstrap program makes for the account and region in use."""
    return account.region.apply(lambda region: storage.artifact_bucket(account.account_id, region))


def upload(name: str, package: Package, key: str, bucket: pulumi.Input[str], parent: pulumi.Resource) -> Stored:
    """Upload ``package`` to ``bucket`` under ``key``, as a child of ``parent`` called ``name`` plus digest.

    Another digest is another resource, and the object of the old one is kept: older versions are made of it.
    The object is private and encrypted; the recorded MD5 travels along, so that OSS refuses other bytes.

    Raises:
        PackagingError: the zip on disk is not the one that was packed.
    """
    package.verify()
    stored = alicloud.oss.BucketObject(
        f"{name}-{package.digest[:12]}",
        bucket=bucket,
        key=key,
        source=str(package.file),
        content_md5=package.content_md5,
        content_type="application/zip",
        acl="private",
        server_side_encryption="AES256",
        opts=pulumi.ResourceOptions(
            parent=parent,
            retain_on_delete=True,
            # The key is the digest. Path and MD5 of the zip differ between machines (home folder, zlib build)
            # for the same content and must not upload it again.
            ignore_changes=["source", "contentMd5"],
            hooks=pulumi.ResourceHookBinding(on_error=[_explaining_hook()]),
        ),
    )
    return Stored(stored.bucket, stored.key)


# A hook's name is registered once per program run: the key is the run's root resource.
_hooks: WeakKeyDictionary[pulumi.Resource, pulumi.ErrorHook] = WeakKeyDictionary()


def _explaining_hook() -> pulumi.ErrorHook:
    root = get_root_resource()
    hook = None if root is None else _hooks.get(root)
    if hook is None:
        hook = pulumi.ErrorHook("yunfn-artifact-upload", _explain)
        if root is not None:
            _hooks[root] = hook
    return hook


def _explain(failed: pulumi.ErrorHookArgs) -> bool:
    """Say what to do where the bucket is missing; upstream only passes OSS's refusal on. Never tries again."""
    if any("NoSuchBucket" in error for error in failed.errors):
        bucket = (failed.new_inputs or {}).get("bucket")
        pulumi.log.error(
            f"the artifact bucket {bucket} is not there. The bootstrap program makes it, once per account and "
            "region: pulumi up --stack bootstrap. Then run this again"
        )
    return False
