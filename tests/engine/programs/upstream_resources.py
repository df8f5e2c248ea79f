"""Put before a program: the components declare upstream's resources, as the release before the plugin did (78f7a17)."""

import base64
import types

import pulumi
import pulumi_alicloud as alicloud

from yunfn.alibaba import alias, function
from yunfn.program import artifact


def _bucket_object(name, *, bucket, key, source, sha256, md5, opts, **_):
    made = alicloud.oss.BucketObject(
        name,
        bucket=bucket,
        key=key,
        source=source,
        content_md5=base64.b64encode(bytes.fromhex(md5)).decode(),
        content_type="application/zip",
        acl="private",
        server_side_encryption="AES256",
        opts=pulumi.ResourceOptions(parent=opts.parent, retain_on_delete=True, ignore_changes=["source", "contentMd5"]),
    )
    # What upstream does not tell and the components ask for.
    made.sha256 = pulumi.Output.from_input(sha256)
    return made


def _function_version(name, *, function_name, fingerprint, opts, **_):
    return alicloud.fc.V3FunctionVersion(
        name,
        function_name=function_name,
        description=pulumi.Output.concat("yunfn:", fingerprint),
        opts=pulumi.ResourceOptions(parent=opts.parent, depends_on=opts.depends_on, retain_on_delete=True),
    )


def _alias(name, *, account, region, rollout, keep_versions, opts, **settings):
    options = pulumi.ResourceOptions(parent=opts.parent, depends_on=opts.depends_on)
    made = alicloud.fc.V3Alias(name, **settings, opts=options)
    # What upstream does not tell and the component asks for.
    made.last_rollout = None
    return made


alias.fc = types.SimpleNamespace(Alias=_alias)
artifact.Artifact = _bucket_object
function.FunctionVersion = _function_version
