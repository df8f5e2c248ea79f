"""Tag: the tags of every Tencent resource, in one store."""

from yunfn.localcloud.tencent.tag.service import TagService

__all__ = ["TagService"]
