"""Serverless Cloud Function (SCF)."""

from __future__ import annotations

from yunfn.localcloud.tencent.scf.service import ScfService

__all__ = ["ScfService"]
