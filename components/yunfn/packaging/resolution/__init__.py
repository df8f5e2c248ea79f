"""Finds the packages that fit a target, by version and hash, and keeps them in layer.lock."""

from __future__ import annotations

from yunfn.packaging.resolution.index import IndexSettings, index_settings
from yunfn.packaging.resolution.layer_lock import (
    LayerLock,
    LockedArtifact,
    check_lock,
    check_requirements,
    read_lock,
    requirement_lines,
    write_lock,
)
from yunfn.packaging.resolution.python_release import python_release
from yunfn.packaging.resolution.report import EnvironmentReport, PackageFailure
from yunfn.packaging.resolution.resolve import examine, resolve
from yunfn.packaging.resolution.rounds import WheelSource
from yunfn.packaging.resolution.sdists import fetch_sdist

__all__ = [
    "EnvironmentReport",
    "IndexSettings",
    "LayerLock",
    "LockedArtifact",
    "PackageFailure",
    "WheelSource",
    "check_lock",
    "check_requirements",
    "examine",
    "fetch_sdist",
    "index_settings",
    "python_release",
    "read_lock",
    "requirement_lines",
    "resolve",
    "write_lock",
]
