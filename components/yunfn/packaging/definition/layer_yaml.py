"""Reads layer.yaml: what a layer holds, with property and line of whatever is wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from yunfn.exceptions import DefinitionError, PackagingError
from yunfn.packaging.definition.model import ExtraFiles, Hook
from yunfn.packaging.definition.overrides import check_overrides
from yunfn.packaging.definition.requirement_files import RequirementFile
from yunfn.packaging.definition.requirement_line import read_requirement
from yunfn.packaging.definition.sources import is_source, read_source
from yunfn.packaging.definition.yaml_nodes import Value, read_yaml
from yunfn.packaging.ignore import Selection
from yunfn.packaging.target import Target

_KEYS = (
    "name", "requirements", "file", "targets", "files", "libraries", "exclude", "overrides", "before", "after", "split",
)  # fmt: skip
# Function Compute's rule for layer names (FCD "CreateLayerVersion"), the narrower of the two clouds.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


@dataclass(slots=True)
class LayerYaml:
    """What a layer.yaml says; ``name`` is None where it says none."""

    name: str | None = None
    targets: tuple[Target, ...] = ()
    sources: RequirementFile = field(default_factory=RequirementFile)
    overrides: dict[str, str] = field(default_factory=dict)
    files: tuple[ExtraFiles, ...] = ()
    libraries: tuple[ExtraFiles, ...] = ()
    exclude: tuple[str, ...] = ()
    before: tuple[Hook, ...] = ()
    after: tuple[Hook, ...] = ()
    split: bool = False


def read_layer_yaml(file: Path, targets: Sequence[Target] = ()) -> LayerYaml:
    """Read a layer.yaml; ``targets`` stand in place of those in the file.

    Raises:
        DefinitionError: a key is not known or a value breaks its rule: file, line, property and what is allowed.
    """
    keys = read_yaml(file).keys(_KEYS)
    read = LayerYaml(targets=tuple(targets))
    if "name" in keys:
        read.name = _name(keys["name"])
    if "targets" in keys:
        # Read even where others were given: a wrong line is wrong whoever asks.
        read.targets = tuple(targets) or _targets(keys["targets"])
    for key in ("requirements", "file"):
        if key in keys:
            _requirements(keys[key], read, only_files=key == "file")
    if "overrides" in keys:
        for name, value in keys["overrides"].pairs("a mapping of package to requirement is wanted"):
            rule = "a requirement is wanted, such as scikit-learn"
            read.overrides |= check_overrides({name: value.text(rule)}, file, value.line)
    if "files" in keys:
        read.files = tuple(_extra_files(one, "") for one in _one_or_list(keys["files"]))
    if "libraries" in keys:
        read.libraries = tuple(_extra_files(one, "lib") for one in _one_or_list(keys["libraries"]))
    if "exclude" in keys:
        read.exclude = _patterns(keys["exclude"])
    if "before" in keys:
        read.before = tuple(_hook(one) for one in _one_or_list(keys["before"]))
    if "after" in keys:
        read.after = tuple(_hook(one) for one in _one_or_list(keys["after"]))
    if "split" in keys:
        read.split = _split(keys["split"])
    return read


def _one_or_list(value: Value) -> list[Value]:
    return value.items() if value.is_list else [value]


def _name(value: Value) -> str:
    name = value.text()
    if not _NAME.fullmatch(name):
        raise value.error(f"{name!r}: a letter or _, then letters, digits, _ and -, at most 64 in all (FCD)")
    return name


def _targets(value: Value) -> tuple[Target, ...]:
    found: dict[str, Target] = {}
    for one in _one_or_list(value):
        try:
            target = Target.parse(one.text("a target is wanted, such as alibaba:python3.10"))
        except DefinitionError:
            raise
        except PackagingError as error:
            raise one.error(str(error)) from None
        found[target.name] = target
    if not found:
        raise value.error("at least one target is wanted")
    return tuple(found.values())


def _requirements(value: Value, read: LayerYaml, *, only_files: bool) -> None:
    for one in _one_or_list(value):
        text = one.text("a requirement or the name of a file is wanted")
        if not only_files and not is_source(text):
            read.sources.requirements.append(read_requirement(text, one.file, one.line))
            continue
        file = _path(one)
        if not file.is_file():
            raise one.error(f"there is no file {text}")
        source, read.targets = read_source(file, read.targets)
        read.sources.add(source)


def _path(value: Value) -> Path:
    """An absolute path; relative ones are of the folder that layer.yaml stands in."""
    text = value.text("a path is wanted")
    return Path(os.path.normpath(value.file.parent / text))


def _existing(value: Value) -> Path:
    path = _path(value)
    if not path.exists():
        raise value.error(f"there is no file or folder {value.text()}")
    if not (path.is_file() or path.is_dir()):
        # A pipe would be read for ever.
        raise value.error(f"{value.text()} is neither file nor folder")
    return path


def _extra_files(value: Value, prefix: str) -> ExtraFiles:
    if not value.is_mapping:
        return ExtraFiles(_existing(value), prefix)
    keys = value.keys(("source", "prefix", "include", "exclude"))
    if "source" not in keys:
        raise value.error("source is missing")
    if "prefix" in keys:
        prefix = _prefix(keys["prefix"])
    include = _patterns(keys["include"]) if "include" in keys else ()
    exclude = _patterns(keys["exclude"]) if "exclude" in keys else ()
    return ExtraFiles(_existing(keys["source"]), prefix, include, exclude)


def _prefix(value: Value) -> str:
    """A folder inside the zip, as POSIX path without slashes at its ends."""
    node = value.node
    text = str(node.value) if not (value.is_list or value.is_mapping) else value.text()
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if ".." in parts or "\\" in text or any(ord(letter) < 32 for letter in text) or re.match(r"[A-Za-z]:", text):
        raise value.error(f"{text!r}: a folder inside the layer, with / between its parts and without ..")
    return "/".join(parts)


def _patterns(value: Value) -> tuple[str, ...]:
    found = []
    for one in _one_or_list(value):
        found.append(one.text("a pattern as in .gitignore is wanted"))
        try:
            Selection(found[-1:])
        except PackagingError:
            raise one.error(f"{found[-1]!r}: not a pattern as in .gitignore") from None
    return tuple(found)


def _hook(value: Value) -> Hook:
    if not value.is_mapping:
        return Hook(value.text("a command is wanted"))
    keys = value.keys(("run", "network", "files"))
    if "run" not in keys:
        raise value.error("run is missing: the command")
    files = tuple(_existing(one) for one in _one_or_list(keys["files"])) if "files" in keys else ()
    network = keys["network"].boolean() if "network" in keys else False
    return Hook(keys["run"].text("a command is wanted"), network, files)


def _split(value: Value) -> bool:
    text = "" if value.is_list or value.is_mapping else str(value.node.value)
    if text == "auto":
        return True
    if text.lower() in ("false", "no", "off"):
        return False
    raise value.error(f"{text!r}: auto, or false")
