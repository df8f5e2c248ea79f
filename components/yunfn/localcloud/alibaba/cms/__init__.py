"""Cloud Monitor (CMS): figures of functions, from the calls that were really made."""

from __future__ import annotations

from yunfn.localcloud.alibaba.cms.responses import CmsService

__all__ = ["CmsService"]
