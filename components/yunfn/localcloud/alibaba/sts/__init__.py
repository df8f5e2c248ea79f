"""Security Token Service: who am I, and temporary keys of roles."""

from __future__ import annotations

from yunfn.localcloud.alibaba.sts.responses import StsService

__all__ = ["StsService"]
