"""BssOpenApi: the one call by which the alicloud provider asks what kind of account it has."""

from __future__ import annotations

from yunfn.localcloud.alibaba.bss.responses import BssService

__all__ = ["BssService"]
