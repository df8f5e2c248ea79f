"""Finds the packages that fit a target, by version and hash, and keeps them in layer.lock."""

from __future__ import annotations

from yunfn.packaging.resolution.layer_lock import (
    LayerLock,
    LockedArtifact,
    check_lock,
    read_lock,
    requirement_lines,
    write_lock,
)
from yunfn.packaging.resolution.resolve import WheelSource, resolve

__all__ = [
    "LayerLock",
    "LockedArtifact",
    "WheelSource",
    "check_lock",
    "read_lock",
    "requirement_lines",
    "resolve",
    "write_lock",
]
