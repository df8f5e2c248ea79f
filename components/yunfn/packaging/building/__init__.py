"""Makes the installed tree of a layer: packages without a wheel are built, hooks run, all of it is installed.

Whatever is code of others runs isolated (``yunfn.isolation``): ``WheelBuilder`` builds source distributions,
``run_hook`` runs a layer's hooks. ``install`` runs none: it unpacks wheels.
"""

from __future__ import annotations

from yunfn.packaging.building.hooks import run_hook
from yunfn.packaging.building.install import install
from yunfn.packaging.building.wheel_builder import BUILDER_VERSION, WheelBuilder

__all__ = ["BUILDER_VERSION", "WheelBuilder", "install", "run_hook"]
