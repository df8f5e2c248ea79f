"""A layer: packages shared by functions, unzipped into /opt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pulumi
import pulumi_alicloud as alicloud

from yunfn import packaging, storage
from yunfn.alibaba import rules
from yunfn.alibaba.account import guard
from yunfn.alibaba.artifact import default_bucket, upload
from yunfn.alibaba.checking import checked
from yunfn.alibaba.naming import default_name
from yunfn.exceptions import ValidationError
from yunfn.runtimes import ALIBABA, FC_LIMITS


class Layer(pulumi.ComponentResource):
    """A version of a layer made from a folder or a zip; new content publishes a new version.

    Old versions are kept: functions made with them go on naming them.
    Outputs: ``arn`` (of the version), ``layer_name``, ``version``, ``digest``.
    """

    arn: pulumi.Output[str]
    layer_name: pulumi.Output[str]
    version: pulumi.Output[str]
    digest: str

    def __init__(
        self,
        name: str,
        *,
        content: str | Path,
        compatible_runtimes: Sequence[str],
        prefix: str = "",
        layer_name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        license: pulumi.Input[str] | None = None,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        bucket: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the layer.

        Args:
            name: Pulumi's name of the component.
            content: A folder or ``.zip``; packed at once, so it is no output.
            compatible_runtimes: Runtimes the content is made for, such as ``["python3.10"]``.
            prefix: Folder in the layer under which the content goes: ``python`` for Python packages, which
                Function Compute puts on PYTHONPATH.
            layer_name: 1–128 letters, digits, '_' and '-'; by default ``<stack>-<name>``.
            description: Text shown in the console.
            license: Licence shown in the console.
            include: Patterns of .gitignore: only matching files are taken.
            exclude: Patterns of .gitignore: matching files are left out.
            bucket: OSS bucket for the package, by default the artifact bucket of account and region.
            opts: Options of the component.

        Raises:
            ValidationError: a name, runtime or size the cloud would refuse.
            PackagingError: the content cannot be packed.
            AccountMismatchError: the stack belongs to another account.
        """
        called = checked(layer_name or default_name(name), lambda value: rules.function_name(name, "layer_name", value))
        if not compatible_runtimes:
            raise ValidationError(name, "compatible_runtimes", [], "name at least one runtime")
        for each in compatible_runtimes:
            if each not in ALIBABA:
                rule = f"one of {', '.join(ALIBABA)}"
                raise ValidationError(name, "compatible_runtimes", each, rule)
        package = packaging.pack(content, prefix=prefix, include=include, exclude=exclude)
        rules.package_size(name, "content", package.zip_size, FC_LIMITS.layer_zip_mb)
        account = guard(opts)
        super().__init__("yunfn:alibaba:Layer", name, None, opts)
        self.compatible_runtimes = tuple(compatible_runtimes)
        self.digest = package.digest
        stored = upload(
            f"{name}-package",
            package,
            storage.layer_key(name, package.digest),
            bucket if bucket is not None else default_bucket(account),
            self,
        )
        made = alicloud.fc.V3LayerVersion(
            f"{name}-version",
            layer_name=called,
            compatible_runtimes=list(compatible_runtimes),
            description=description,
            license=license,
            code={"oss_bucket_name": stored.bucket, "oss_object_name": stored.key},
            # Unset, the acl that the cloud echoes is a change in every plan (TFP 1.285.0).
            acl="0",
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        self.layer_name = made.layer_name
        self.version = made.version
        self.arn = made.layer_version_arn
        self.register_outputs(
            {"arn": self.arn, "layerName": self.layer_name, "version": self.version, "digest": self.digest}
        )
