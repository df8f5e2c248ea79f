"""Key Management Service: symmetric keys, and what they encrypt."""

from yunfn.localcloud.tencent.kms.service import KmsService

__all__ = ["KmsService"]
