"""Key Management Service: symmetric keys, what they encrypt, and their aliases."""

from __future__ import annotations

from yunfn.localcloud.alibaba.kms.service import KmsService

__all__ = ["KmsService"]
