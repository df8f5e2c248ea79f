"""From sources to a package that is known by its content: canonical manifest, digest, reproducible zip.

Knows no cloud and no Pulumi.
"""

from __future__ import annotations

from yunfn.packaging.cache import ArtifactCache, Build, cache_folder
from yunfn.packaging.contents import Contents
from yunfn.packaging.ignore import DEFAULT_IGNORES, INSTALL_TREE_IGNORES
from yunfn.packaging.manifest import Entry, Manifest, Mode
from yunfn.packaging.package import Package
from yunfn.packaging.packing import Include, pack
from yunfn.packaging.target import Target

__all__ = [
    "DEFAULT_IGNORES",
    "INSTALL_TREE_IGNORES",
    "ArtifactCache",
    "Build",
    "Contents",
    "Entry",
    "Include",
    "Manifest",
    "Mode",
    "Package",
    "Target",
    "cache_folder",
    "pack",
]
