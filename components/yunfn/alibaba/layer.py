"""A layer: packages shared by functions, unzipped into /opt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi
import pulumi_alicloud as alicloud

from yunfn import packaging, storage
from yunfn.alibaba import rules
from yunfn.alibaba.account import guard
from yunfn.alibaba.artifact import artifact_store
from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked
from yunfn.program.component import Component
from yunfn.program.layer_content import layer_content
from yunfn.program.naming import default_name
from yunfn.runtimes import ALIBABA, FC_LIMITS


class Layer(Component):
    """A version of a layer, from a definition or from a folder or zip as it is; new content publishes a new version.

    Old versions are kept: functions made with them go on naming them.
    Outputs: ``arn`` (of the version), ``arns`` (of every part, where a definition with ``split: auto`` made several),
    ``layer_name``, ``version``, ``digest``.
    """

    arn: pulumi.Output[str]
    arns: list[pulumi.Output[str]]
    layer_name: pulumi.Output[str]
    version: pulumi.Output[str]
    digest: str

    def __init__(
        self,
        name: str,
        *,
        definition: str | Path | None = None,
        content: str | Path | None = None,
        compatible_runtimes: Sequence[str] = (),
        prefix: str = "",
        layer_name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        license: pulumi.Input[str] | None = None,
        include: Sequence[str | packaging.Include | Mapping[str, str]] = (),
        exclude: Sequence[str] = (),
        bucket: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the layer.

        Args:
            name: Pulumi's name of the component.
            definition: A layer's folder or layer.yaml, a Funfile or requirements file with its layer.lock: built for
                the runtime when it is not in the cache, as ``yunfn layer build`` does. Either this or ``content``.
            content: A folder or ``.zip``; packed at once, so it is no output.
            compatible_runtimes: Runtimes the content is made for, such as ``["python3.10"]``. Packages are built for
                one runtime: with a definition at most one, by default the only Alibaba target it names.
            prefix: With ``content``: folder in the layer under which it goes: ``python`` for Python packages, which
                Function Compute puts on PYTHONPATH.
            layer_name: 1–128 letters, digits, '_' and '-'; by default ``<stack>-<name>``.
            description: Text shown in the console.
            license: Licence shown in the console.
            include: With ``content``: patterns of .gitignore: only matching files are taken; and files from elsewhere,
                as ``{"source": …, "prefix": …}``.
            exclude: With ``content``: patterns of .gitignore: matching files are left out.
            bucket: OSS bucket for the package, by default the artifact bucket of account and region.
            opts: Options of the component.

        Raises:
            ValidationError: a name, runtime or size the cloud would refuse.
            PackagingError: the content cannot be packed, or the definition cannot be built.
            AccountMismatchError: the stack belongs to another account.
        """
        called = checked(layer_name or default_name(name), lambda value: rules.function_name(name, "layer_name", value))
        for each in compatible_runtimes:
            if each.partition("+python")[0] not in ALIBABA:
                rule = f"one of {', '.join(ALIBABA)}"
                raise ValidationError(name, "compatible_runtimes", each, rule)
        found = layer_content(
            "alibaba",
            name,
            definition,
            content,
            compatible_runtimes,
            prefix,
            include,
            exclude,
            FC_LIMITS.layer_zip_mb,
        )
        account = guard(opts)
        super().__init__("yunfn:alibaba:Layer", name, None, opts)
        self.compatible_runtimes = found.runtimes
        self.digest = found.packages[0].digest
        store = artifact_store(account, bucket)
        made = []
        for number, package in enumerate(found.packages, 1):
            part = "" if number == 1 else f"-{number}"
            stored = store.upload(
                f"{name}-package{part}", package, storage.layer_key(found.stored_as, package.digest), self
            )
            version = alicloud.fc.V3LayerVersion(
                f"{name}-version{part}",
                layer_name=pulumi.Output.concat(called, part) if part else called,
                compatible_runtimes=list(found.runtimes),
                description=description,
                license=license,
                code={"oss_bucket_name": stored.bucket, "oss_object_name": stored.key},
                # Unset, the acl that the cloud echoes is a change in every plan (TFP 1.285.0).
                acl="0",
                opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
            )
            made.append(version)
        self.layer_name = made[0].layer_name
        self.version = made[0].version
        self.arns = [version.layer_version_arn for version in made]
        self.arn = self.arns[0]
        outputs = {"arn": self.arn, "layerName": self.layer_name, "version": self.version, "digest": self.digest}
        if len(self.arns) > 1:
            outputs["arns"] = pulumi.Output.all(*self.arns)
        self.register_outputs(outputs)
