"""Tencent Cloud Object Storage (COS)."""

from __future__ import annotations

from yunfn.localcloud.tencent.cos.service import CosService

__all__ = ["CosService"]
