"""Function Compute 3.0: its control plane here, invocation and triggers alive in ``dataplane``."""

from __future__ import annotations

from yunfn.localcloud.alibaba.fc.service import FcService

__all__ = ["FcService"]
