"""``yunfn layer check``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yunfn.cli.layer.options import (
    JsonOption,
    OfflineOption,
    PathArgument,
    TargetOption,
    UnsandboxedOption,
    definition_at,
    looking_options,
    needs_shown,
    progress_shown,
    single_target,
)

if TYPE_CHECKING:
    from yunfn.packaging.definition import LayerDefinition
    from yunfn.packaging.layer import BuildOptions
    from yunfn.packaging.proof import Finding, SystemNeeds
    from yunfn.packaging.proof.imports import ImportReport
    from yunfn.packaging.target import Target


@dataclass(slots=True)
class _Checked:
    """A target and what was found for it in these zips."""

    target: Target
    files: list[Path]
    findings: list[Finding] = field(default_factory=list)
    needs: SystemNeeds | None = None
    imports: ImportReport | None = None

    @property
    def failed(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)

    def document(self) -> dict[str, Any]:
        return {
            "target": self.target.name,
            "files": [str(file) for file in self.files],
            "findings": [asdict(finding) for finding in self.findings],
            "needs": None if self.needs is None else asdict(self.needs),
            "imported": None if self.imports is None else list(self.imports.imported),
            "skipped": None if self.imports is None else dict(self.imports.skipped),
        }


def check(
    path: PathArgument = Path(),
    target: TargetOption = None,
    with_import: Annotated[
        bool, typer.Option("--import", help="Also import every top-level module in the target's true Python.")
    ] = False,
    offline: OfflineOption = False,
    allow_unsandboxed: UnsandboxedOption = False,
    json_output: JsonOption = False,
) -> None:
    """Check that a layer, or a zip made elsewhere, would load in the cloud: ELF files, Python versions, layout, size.

    A definition is built first, by the lock it has (nothing is, if it is unchanged). Exits with 1 on any error.

    Example: yunfn layer check layers/image --import

    Example: yunfn layer check layer.zip --target alibaba:python3.10
    """
    from yunfn.packaging import proof
    from yunfn.packaging.proof.imports import import_report

    with progress_shown() as progress:
        if path.suffix.lower() == ".zip" and not path.is_dir():
            wanted = single_target(target, str(path))
            report = proof.examine_zip(path, wanted)
            found = [_Checked(wanted, [path], list(report.findings), report.needs)]
        else:
            definition = definition_at(path, target)
            found = _built(definition, looking_options(definition, offline, allow_unsandboxed, progress))
        for each in found:
            if with_import and not each.failed:
                progress(f"importing every top-level module in Python {each.target.python}")
                each.imports = import_report(each.files, each.target, allow_unsandboxed=allow_unsandboxed)
                each.findings += each.imports.findings
    if json_output:
        typer.echo(json.dumps([each.document() for each in found], indent=2))
    else:
        for each in found:
            for finding in each.findings:
                typer.echo(f"{each.target.name}: {finding}")
            if each.needs is not None:
                typer.echo(f"{each.target.name}: {needs_shown(each.needs, each.target)}")
            if each.imports is not None:
                typer.echo(f"{each.target.name}: {len(each.imports.imported)} modules imported")
                for module, why in each.imports.skipped.items():
                    typer.echo(f"{each.target.name}: {module} was not imported: {why}")
            typer.echo(f"{each.target.name}: {len(each.findings) or 'no'} findings")
    if any(each.failed for each in found):
        raise typer.Exit(1)


def _built(definition: LayerDefinition, options: BuildOptions) -> list[_Checked]:
    from yunfn.packaging.layer import build_layer

    return [
        _Checked(layer.target, [part.package.file for part in layer.parts], list(layer.findings), layer.needs)
        for layer in build_layer(definition, options=options)
    ]
