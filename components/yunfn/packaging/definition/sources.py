"""Reads the files that say which packages are wanted, each by its kind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from yunfn.exceptions import DefinitionError
from yunfn.packaging.definition.funfile import read_funfile
from yunfn.packaging.definition.lock_files import read_poetry_lock, read_uv_lock
from yunfn.packaging.definition.requirement_files import RequirementFile, read_requirement_file
from yunfn.packaging.target import Target
from yunfn.runtimes import ALIBABA


def is_source(name: str) -> bool:
    """Whether a text is the name of such a file and not a requirement."""
    base = name.replace("\\", "/").rpartition("/")[2]
    return base.endswith((".txt", ".in")) or base in ("uv.lock", "poetry.lock") or base.startswith("Funfile")


def read_source(file: Path, targets: Sequence[Target]) -> tuple[RequirementFile, tuple[Target, ...]]:
    """The requirements of a file, and the targets it is for: those given, else what a Funfile's RUNTIME says.

    Raises:
        DefinitionError: the file is wrong, or of no known kind.
    """
    if file.name.startswith("Funfile"):
        runtime, read = read_funfile(file)
        return read, tuple(targets) or _runtime_target(file, runtime)
    if file.name == "uv.lock":
        return read_uv_lock(file, targets), tuple(targets)
    if file.name == "poetry.lock":
        return read_poetry_lock(file, targets), tuple(targets)
    if file.suffix in (".txt", ".in"):
        return read_requirement_file(file), tuple(targets)
    raise DefinitionError(
        file, None, "is of no known kind: layer.yaml, Funfile, *.txt, *.in, uv.lock or poetry.lock is wanted"
    )


def _runtime_target(file: Path, runtime: str | None) -> tuple[Target, ...]:
    if runtime is None:
        return ()
    name = f"alibaba:{runtime}"
    if ALIBABA[runtime].custom:
        raise DefinitionError(
            file, None, f"RUNTIME {runtime} brings its own Python: name the target, such as {name}+python3.10"
        )
    return (Target.parse(name),)
