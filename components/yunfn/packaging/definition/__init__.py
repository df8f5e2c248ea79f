"""Reads what a layer holds: layer.yaml, Funfile, requirements and lock files."""

from __future__ import annotations

from yunfn.packaging.definition.model import (
    ExtraFiles,
    Hook,
    Indexes,
    LayerDefinition,
    LockedPackage,
    Requirement,
)
from yunfn.packaging.definition.read import read_definition

__all__ = [
    "ExtraFiles",
    "Hook",
    "Indexes",
    "LayerDefinition",
    "LockedPackage",
    "Requirement",
    "read_definition",
]
