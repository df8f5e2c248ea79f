"""Layers from definition to zip, for several targets at once."""

from __future__ import annotations

from yunfn.packaging.layer.build import BuildOptions, build_layer
from yunfn.packaging.layer.built import BuiltLayer, LayerPart, PackageSize
from yunfn.packaging.layer.interruption import interruptible
from yunfn.packaging.layer.locking import lock_file, locked
from yunfn.packaging.layer.plan import LayerPlan, PlannedPackage, plan_layer
from yunfn.packaging.layer.shared import SharedStore

__all__ = [
    "BuildOptions",
    "BuiltLayer",
    "LayerPart",
    "LayerPlan",
    "PackageSize",
    "PlannedPackage",
    "SharedStore",
    "build_layer",
    "interruptible",
    "lock_file",
    "locked",
    "plan_layer",
]
