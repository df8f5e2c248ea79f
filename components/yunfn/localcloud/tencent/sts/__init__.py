"""Security Token Service: who am I, and temporary keys."""

from yunfn.localcloud.tencent.sts.service import StsService

__all__ = ["StsService"]
