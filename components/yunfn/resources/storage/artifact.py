"""``yunfn:storage:Artifact`` as a typed class."""

from __future__ import annotations

import pulumi

from yunfn.resources.resource import PluginResource


class Artifact(PluginResource):
    """A package in a bucket of OSS or COS, uploaded once, known by its digest.

    Everything but ``source``, ``sha256``, ``md5``, ``size`` and ``target`` makes another artifact when it changes;
    those are facts of this machine's zip.
    """

    #: ``oss`` or ``cos``.
    cloud: pulumi.Output[str]
    #: Account id that the bucket belongs to.
    account: pulumi.Output[str]
    #: Region of the bucket.
    region: pulumi.Output[str]
    #: Name of the bucket, known once the artifact is there.
    bucket: pulumi.Output[str]
    #: Key of the object, known once the artifact is there.
    key: pulumi.Output[str]
    #: SHA-256 over the package's manifest.
    digest: pulumi.Output[str]
    #: SHA-256 of the stored zip's bytes.
    sha256: pulumi.Output[str]
    #: MD5 of the stored zip's bytes, None if they were zipped elsewhere.
    md5: pulumi.Output[str | None]
    #: Bytes of the stored zip.
    size: pulumi.Output[int]
    #: CRC-64 (ECMA-182) of the object as the cloud reports it, decimal.
    crc64: pulumi.Output[str]
    #: The object's ETag.
    etag: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        cloud: pulumi.Input[str],
        account: pulumi.Input[str],
        region: pulumi.Input[str],
        bucket: pulumi.Input[str],
        key: pulumi.Input[str],
        digest: pulumi.Input[str],
        source: pulumi.Input[str],
        sha256: pulumi.Input[str],
        md5: pulumi.Input[str],
        size: pulumi.Input[int],
        target: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the artifact.

        Args:
            resource_name: Pulumi's name of the artifact.
            cloud: ``oss`` (Alibaba Cloud) or ``cos`` (Tencent Cloud).
            account: Account id that the bucket belongs to; credentials of another are refused.
            region: Region of the bucket, such as ``cn-shanghai``.
            bucket: Name of the bucket; a versioned one is refused.
            key: Key of the object, made of the digest.
            digest: SHA-256 over the package's manifest, 64 hexadecimal digits.
            source: Path of the zip on this machine.
            sha256: SHA-256 of the zip's bytes, hexadecimal.
            md5: MD5 of the zip's bytes, hexadecimal.
            size: Bytes of the zip.
            target: What a layer was built for, such as ``alibaba:python3.10``; its digest is over it too.
            opts: Options of the resource.
        """
        properties = {
            "cloud": cloud,
            "account": account,
            "region": region,
            "bucket": bucket,
            "key": key,
            "digest": digest,
            "source": source,
            "sha256": sha256,
            "md5": md5,
            "size": size,
            "target": target,
        }
        super().__init__("yunfn:storage:Artifact", resource_name, properties, opts)
