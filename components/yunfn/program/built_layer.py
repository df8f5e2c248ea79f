"""Builds a layer's definition for a runtime of a cloud while the program runs, in previews too.

Nothing is written but the user's cache: what is there already is not built again, and a lock is never made or changed
here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from yunfn.exceptions import PackagingError, ResolutionError, ValidationError
from yunfn.packaging import Package, Target


@dataclass(frozen=True, slots=True)
class BuiltPackages:
    """A built definition: its name, the runtime it is for, and its packages (several if it is split)."""

    name: str
    runtimes: tuple[str, ...]
    packages: tuple[Package, ...]


def built_packages(cloud: str, name: str, path: Path, runtimes: Sequence[str]) -> BuiltPackages:
    """Build the definition at ``path`` for the runtime of ``cloud`` that is wanted of it, by default the only one.

    Raises:
        ValidationError: more than one runtime, or none can be told.
        PackagingError: the definition cannot be built; where a package could not be had in a local cloud, which reaches
            no index, with what to do.
    """
    # Resolving and reading ELF files takes imports that programs without a definition need not wait for.
    from yunfn.packaging.definition import read_definition
    from yunfn.packaging.layer import BuildOptions, build_layer

    wanted = [f"{cloud}:{runtime}" for runtime in runtimes]
    definition = read_definition(path, wanted)
    targets = [target for target in definition.targets if target.runtime.cloud == cloud]
    if len(targets) != 1:
        rule = f"packages are built for one runtime; {definition.file} is for {_names(definition.targets) or 'none'}"
        raise ValidationError(name, "compatible_runtimes", list(runtimes), rule)
    offline = "YUNFN_LOCAL" in os.environ
    options = BuildOptions(
        frozen=True,
        offline=offline,
        progress=lambda line: pulumi.log.info(f"{name}: {line}"),
        # Pulumi keeps every line till the end, where the error of a failed hook has them too.
        output=lambda line: pulumi.log.debug(f"{name}: {line}"),
    )
    try:
        built = build_layer(definition, targets, options)[0]
    except PackagingError as error:
        if not (offline and _lacks_packages(error)):
            raise
        raise PackagingError(
            f"{error}\nA local cloud reaches no package index: build the layer before: yunfn layer build {path}"
        ) from error
    for finding in built.findings:
        pulumi.log.warn(f"{name}: {finding}")
    return BuiltPackages(definition.name, (targets[0].runtime.name,), tuple(part.package for part in built.parts))


def _lacks_packages(error: BaseException | None) -> bool:
    """Whether a package could not be had: the error says so, or the one that it came of."""
    while error is not None and not isinstance(error, ResolutionError):
        error = error.__cause__
    return error is not None


def _names(targets: Sequence[Target]) -> str:
    return ", ".join(target.name for target in targets)
