"""A layer: packages shared by functions, unzipped into /opt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi

from yunfn import packaging, storage
from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked
from yunfn.program.component import Component
from yunfn.program.layer_content import layer_content
from yunfn.resources import scf
from yunfn.runtimes import SCF_LIMITS, TENCENT
from yunfn.tencent import rules
from yunfn.tencent.account import guard
from yunfn.tencent.artifact import artifact_store, code_location
from yunfn.tencent.naming import scf_name


class Layer(Component):
    """A version of a layer, from a definition or from a folder or zip as it is; new content publishes a new version.

    Old versions are kept: functions made with them go on naming them.
    Outputs: ``arn`` (``<layer name>:<version>``, by which functions name it), ``arns`` (of every part, where a
    definition with ``split: auto`` made several), ``layer_name``, ``version``, ``digest``.
    """

    arn: pulumi.Output[str]
    arns: list[pulumi.Output[str]]
    layer_name: pulumi.Output[str]
    version: pulumi.Output[int]
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
            compatible_runtimes: Runtimes the content is made for, such as ``["Python3.6"]``, five at most. Packages are
                built for one runtime: with a definition at most one, by default the only Tencent target it names.
            prefix: With ``content``: folder in the layer under which it goes; SCF has the layer's root on PYTHONPATH,
                so Python packages need none.
            layer_name: 1–64 letters, digits, '_' and '-', starting with a letter; by default ``<stack>-<name>``.
            description: Text shown in the console.
            license: Licence shown in the console.
            include: With ``content``: patterns of .gitignore: only matching files are taken; and files from elsewhere,
                as ``{"source": …, "prefix": …}``.
            exclude: With ``content``: patterns of .gitignore: matching files are left out.
            bucket: COS bucket for the package, by default the artifact bucket of account and region.
            opts: Options of the component.

        Raises:
            ValidationError: a name, runtime or size the cloud would refuse.
            PackagingError: the content cannot be packed, or the definition cannot be built.
            AccountMismatchError: the stack belongs to another account.
        """
        called = checked(layer_name or scf_name(name), lambda value: rules.layer_name(name, value))
        for each in compatible_runtimes:
            if each not in TENCENT:
                raise ValidationError(name, "compatible_runtimes", each, f"one of {', '.join(TENCENT)}")
        if len(compatible_runtimes) > SCF_LIMITS.compatible_runtimes:
            rule = f"at most {SCF_LIMITS.compatible_runtimes} runtimes"
            raise ValidationError(name, "compatible_runtimes", list(compatible_runtimes), rule)
        found = layer_content(
            "tencent",
            name,
            definition,
            content,
            compatible_runtimes,
            prefix,
            include,
            exclude,
            SCF_LIMITS.layer_zip_mb,
        )
        account = guard(opts)
        super().__init__("yunfn:tencent:Layer", name, None, opts)
        self.compatible_runtimes = found.runtimes
        self.digest = found.packages[0].digest
        store = artifact_store(account, bucket)
        made = []
        for number, package in enumerate(found.packages, 1):
            part = "" if number == 1 else f"-{number}"
            stored = store.upload(
                f"{name}-package{part}", package, storage.layer_key(found.stored_as, package.digest), self
            )
            version = scf.LayerVersion(
                f"{name}-version{part}",
                account=account.app_id,
                region=account.region,
                layer_name=pulumi.Output.concat(called, part) if part else called,
                compatible_runtimes=list(found.runtimes),
                description=description,
                license_info=license,
                content=scf.LayerContent(**code_location(stored, account)),
                # Not this machine's zip: that would be another version wherever zips come out otherwise.
                sha256=stored.sha256,
                opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
            )
            made.append(version)
        self.layer_name = made[0].layer_name
        self.version = made[0].layer_version
        self.arns = [pulumi.Output.format("{0}:{1}", each.layer_name, each.layer_version) for each in made]
        self.arn = self.arns[0]
        outputs = {"arn": self.arn, "layerName": self.layer_name, "version": self.version, "digest": self.digest}
        if len(self.arns) > 1:
            outputs["arns"] = pulumi.Output.all(*self.arns)
        self.register_outputs(outputs)
