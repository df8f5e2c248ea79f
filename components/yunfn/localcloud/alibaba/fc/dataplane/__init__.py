"""Function Compute's data plane: calls, HTTP triggers, custom domains, timers, OSS events, asynchronous calls."""

from __future__ import annotations

from yunfn.localcloud.alibaba.fc.dataplane.plane import DataPlane

__all__ = ["DataPlane"]
