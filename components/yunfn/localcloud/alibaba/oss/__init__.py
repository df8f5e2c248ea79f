"""OSS, Alibaba Cloud's object storage: buckets, objects and their versions, multipart uploads."""

from __future__ import annotations

from yunfn.localcloud.alibaba.oss.service import OssService

__all__ = ["OssService"]
