"""SCF's data plane: calls, function URLs, custom domains, timers, COS events, asynchronous calls, their logs."""

from __future__ import annotations

from yunfn.localcloud.tencent.scf.dataplane.plane import DataPlane

__all__ = ["DataPlane"]
