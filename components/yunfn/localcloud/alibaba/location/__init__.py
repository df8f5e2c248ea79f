"""Location: which endpoint serves a product in a region."""

from __future__ import annotations

from yunfn.localcloud.alibaba.location.responses import LocationService

__all__ = ["LocationService"]
