"""Uploads a package to an artifact bucket under its digest, once."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from yunfn.packaging import Package
from yunfn.resources import Artifact, require_plugin


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an uploaded package is, known once it is there: bucket and key, and the SHA-256 of the bytes there.

    These are other bytes than this machine's zip where another one stored the same files, compressed otherwise.
    """

    bucket: pulumi.Output[str]
    key: pulumi.Output[str]
    sha256: pulumi.Output[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Where packages go: ``cloud`` is ``oss`` or ``cos``, ``account`` what it calls the account (an id, an APPID),
    ``formerly`` the type by which earlier releases uploaded, None where none did.
    """

    cloud: str
    account: str
    region: pulumi.Output[str]
    bucket: pulumi.Input[str]
    formerly: str | None = None

    def upload(self, name: str, package: Package, key: str, parent: pulumi.Resource) -> Stored:
        """Upload ``package`` under ``key``, as a child of ``parent`` called ``name`` plus digest.

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
            cloud=self.cloud,
            account=self.account,
            region=self.region,
            bucket=self.bucket,
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
                aliases=[pulumi.Alias(type_=self.formerly)] if self.formerly else None,
            ),
        )
        return Stored(stored.bucket, stored.key, stored.sha256)
