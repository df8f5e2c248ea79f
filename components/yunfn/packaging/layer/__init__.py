"""Layers from definition to zip, for several targets at once."""

from __future__ import annotations

from yunfn.packaging.layer.build import BuildOptions, build_layer
from yunfn.packaging.layer.built import BuiltLayer, LayerPart, PackageSize
from yunfn.packaging.layer.locking import lock_file, locked

__all__ = ["BuildOptions", "BuiltLayer", "LayerPart", "PackageSize", "build_layer", "lock_file", "locked"]
