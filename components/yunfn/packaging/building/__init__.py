"""Makes the installed tree of a layer: packages without a wheel are built, hooks run, all of it is installed.

Whatever is code of others runs isolated (``yunfn.isolation``): ``WheelBuilder`` builds source distributions,
``run_hook`` runs a layer's hooks. ``install`` runs none: it unpacks wheels.
"""

from __future__ import annotations

from yunfn.packaging.building.install import install

__all__ = ["install"]
