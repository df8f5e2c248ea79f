"""CLS: logsets, topics, their indexes, and the logs in them."""

from yunfn.localcloud.tencent.cls.models import ClsEntry
from yunfn.localcloud.tencent.cls.service import ClsService

__all__ = ["ClsEntry", "ClsService"]
