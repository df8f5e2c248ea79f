"""CAM's state: roles, users, keys, policies and what is attached to whom."""

from __future__ import annotations

from yunfn.localcloud.tencent.cam.models.state import CamState

__all__ = ["CamState"]
