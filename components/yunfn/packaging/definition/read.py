"""Finds out what kind of file defines a layer and reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from yunfn.exceptions import DefinitionError
from yunfn.packaging.definition.layer_yaml import LayerYaml, read_layer_yaml
from yunfn.packaging.definition.model import LayerDefinition
from yunfn.packaging.definition.overrides import apply_overrides, check_chains, check_overrides
from yunfn.packaging.definition.sources import read_source
from yunfn.packaging.target import Target, target_names


def read_definition(
    path: Path, targets: Sequence[str] = (), overrides: Mapping[str, str] | None = None
) -> LayerDefinition:
    """Read a layer's definition.

    Args:
        path: A folder with a layer.yaml, a layer.yaml, a Funfile, a requirements file (``.txt``, ``.in``), a uv.lock
            or a poetry.lock.
        targets: Targets as users write them, in place of those in the file.
        overrides: Package to requirement, such as ``{"sklearn": "scikit-learn"}``, over those in the file.

    Raises:
        DefinitionError: the file is missing or wrong (file, line and rule), or nothing says for which target.
        PackagingError: there is no such target.
    """
    file = _file(path)
    given = tuple(dict.fromkeys(Target.parse(target) for target in targets))
    if file.suffix in (".yaml", ".yml"):
        read = read_layer_yaml(file, given)
        lock = file.with_name("layer.lock")
    else:
        sources, found = read_source(file, given)
        read = LayerYaml(targets=found, sources=sources)
        lock = file.with_name(f"{file.name}.layer.lock")
    if not read.targets:
        raise DefinitionError(file, None, f"no target: name one of {', '.join(target_names())}")
    replaced = read.overrides | check_overrides(overrides or {}, file, None)
    check_chains(replaced, file)
    return LayerDefinition(
        name=read.name or _name(file),
        file=file,
        folder=file.parent,
        lock=lock,
        targets=read.targets,
        requirements=apply_overrides(read.sources.requirements, replaced),
        pinned=tuple(read.sources.constraints),
        overrides=replaced,
        files=read.files,
        libraries=read.libraries,
        exclude=read.exclude,
        before=read.before,
        after=read.after,
        split=read.split,
        indexes=read.sources.indexes,
    )


def _file(path: Path) -> Path:
    """The definition's file, absolute."""
    path = path.absolute()
    if path.is_dir():
        if not (path / "layer.yaml").is_file():
            raise DefinitionError(
                path, None, "this folder holds no layer.yaml; write one, or name the requirements file"
            )
        return path / "layer.yaml"
    if not path.is_file():
        raise DefinitionError(path, None, "there is no such file")
    return path


def _name(file: Path) -> str:
    """The layer's name where the definition says none: the file's, or its folder's where the file's says nothing."""
    plain = file.stem in ("requirements", "uv", "poetry", "layer") or file.name.startswith("Funfile")
    return file.parent.name if plain else file.stem
